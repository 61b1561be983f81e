//! The commands, one file each. Every command says in its help what it does, with an example.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use isoloir_domain::ElectionId;
use isoloir_service::VotingServer;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod account;
mod bench;
mod board;
mod campaign;
mod capacity;
mod config;
mod consultation;
mod consultation_folder;
mod consultation_signature;
mod count;
mod database;
mod demo;
pub(crate) mod demo_steps;
mod drill;
mod election;
mod identity;
mod journal;
mod key;
mod letters;
mod listening;
mod load;
mod mail;
mod mailing;
mod master_key;
mod notices;
mod registrar;
mod rehearse;
mod reissue_policy;
mod review_roll;
mod roll;
mod seats;
mod serve;
mod server;
mod staff;
mod takeover;
mod token;
mod trustee;
mod watch;

pub(crate) use key::read_private as read_key;
pub(crate) use registrar::open as open_registrar;
pub(crate) use serve::measured;
pub(crate) use server::without_password;

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
    /// How lines of the log are written, on the standard error output: text or json. `RUST_LOG` chooses which are said.
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        env = "ISOLOIR_LOG",
        default_value = "text",
        hide_env_values = true
    )]
    log: LogFormat,
}

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line, for programs.
    Json,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Rehearse(rehearse::RehearseArgs),
    Drill(drill::DrillArgs),
    Load(load::LoadArgs),
    Capacity(capacity::CapacityArgs),
    Key(key::KeyArgs),
    Config(config::ConfigArgs),
    Serve(serve::ServeArgs),
    Database(database::DatabaseArgs),
    Mail(mail::MailArgs),
    Mailing(mailing::MailingArgs),
    Registrar(registrar::RegistrarArgs),
    Consultation(consultation::ConsultationArgs),
    Roll(roll::RollArgs),
    Election(election::ElectionArgs),
    Close(election::CloseArgs),
    Count(count::CountArgs),
    Archive(election::ArchiveArgs),
    Staff(staff::StaffArgs),
    Account(account::AccountArgs),
    Token(token::TokenArgs),
    Board(board::BoardArgs),
    Journal(journal::JournalArgs),
    Takeover(takeover::TakeoverArgs),
    Trustee(trustee::TrusteeArgs),
    Watch(watch::WatchArgs),
    Seats(seats::SeatsArgs),
    Campaign(campaign::CampaignArgs),
    #[command(hide = true)]
    Bench(bench::BenchArgs),
}

/// The configuration file of a command that works on a server's data.
#[derive(clap::Args)]
pub(crate) struct ConfigArg {
    /// Configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ISOLOIR_CONFIG",
        default_value = "isoloir.toml"
    )]
    pub(crate) config: PathBuf,
}

/// Runs one command and gives the program's exit code: 0, or 1 after the error is told.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    start_log(cli.log);
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
        Command::Demo(arguments) => demo::run_demo(&arguments),
        Command::Rehearse(arguments) => rehearse::run(&arguments),
        Command::Drill(arguments) => drill::run(&arguments),
        Command::Load(arguments) => load::run(&arguments),
        Command::Capacity(arguments) => capacity::run(&arguments),
        Command::Key(arguments) => key::run(&arguments),
        Command::Config(arguments) => config::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Database(arguments) => database::run(&arguments),
        Command::Mail(arguments) => mail::run(&arguments),
        Command::Mailing(arguments) => mailing::run(&arguments),
        Command::Registrar(arguments) => registrar::run(&arguments),
        Command::Consultation(arguments) => consultation::run(&arguments),
        Command::Roll(arguments) => roll::run(&arguments),
        Command::Election(arguments) => election::run(&arguments),
        Command::Close(arguments) => election::run_close(&arguments),
        Command::Count(arguments) => count::run(&arguments),
        Command::Archive(arguments) => election::run_archive(&arguments),
        Command::Staff(arguments) => staff::run(&arguments),
        Command::Account(arguments) => account::run(&arguments),
        Command::Token(arguments) => token::run(&arguments),
        Command::Board(arguments) => board::run(&arguments),
        Command::Journal(arguments) => journal::run(&arguments),
        Command::Takeover(arguments) => takeover::run(&arguments),
        Command::Trustee(arguments) => trustee::run(&arguments),
        Command::Watch(arguments) => watch::run(&arguments),
        Command::Seats(arguments) => seats::run(&arguments),
        Command::Campaign(arguments) => campaign::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    }
}

/// Opens the voting server of a configuration file: what commands, rehearsals and tests do.
///
/// # Errors
/// When the configuration or the database cannot be used.
pub async fn open_server(config: &Path) -> anyhow::Result<VotingServer> {
    server::open_config(&crate::config::ServerConfig::read(config)?).await
}

/// Identifiers of every election.
pub(crate) async fn election_ids(server: &VotingServer) -> anyhow::Result<Vec<ElectionId>> {
    Ok(server::elections(server)
        .await?
        .into_iter()
        .map(|(_, election)| election.id)
        .collect())
}

/// Runs the asynchronous part of a command.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// What is said unless `RUST_LOG` says otherwise.
const SAID: &str = "warn,isoloir=info";

/// Logs go to the standard error output; `RUST_LOG` chooses what is said. What other people's libraries say below a warning is never written, whatever
/// it asks for: at their most talkative they repeat statements, addresses and headers.
fn start_log(format: LogFormat) {
    let chosen = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(SAID));
    let ours = filter_fn(|about| *about.level() <= Level::WARN || about.target().starts_with("isoloir"));
    let log = tracing_subscriber::registry().with(chosen).with(ours);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.with(lines).init(),
        LogFormat::Json => log.with(lines.json()).init(),
    }
}
