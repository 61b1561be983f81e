//! The commands, one file each. Every command says in its help what it does, with an example.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod key;
mod seats;

/// Open, verifiable internet voting for French professional elections.
#[derive(Parser)]
#[command(
    name = "isoloir",
    version,
    max_term_width = 110,
    after_help = "Begin with `isoloir demo`. For a real election, docs/guides/organiser.md gives the sequence of commands; \
                  docs/guides/trustee.md is for the members of the board."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Key(key::KeyArgs),
    Seats(seats::SeatsArgs),
}

/// The configuration file of a command that works on a server's data.
#[derive(clap::Args)]
pub(crate) struct ConfigArg {
    /// Configuration file.
    #[arg(long, value_name = "FILE", env = "ISOLOIR_CONFIG", default_value = "isoloir.toml")]
    pub(crate) config: PathBuf,
}

/// Runs one command and gives the program's exit code: 0, or 1 after the error is told.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    start_log();
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("isoloir: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Key(arguments) => key::run(&arguments),
        Command::Seats(arguments) => seats::run(&arguments),
    }
}

/// Runs the asynchronous part of a command.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// Logs go to the standard error output; `RUST_LOG` chooses what is said, `ISOLOIR_LOG=json` says it in JSON.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,isoloir=info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::env::var("ISOLOIR_LOG").is_ok_and(|format| format == "json") {
        log.json().init();
    } else {
        log.init();
    }
}
