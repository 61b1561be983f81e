//! `isoloir bench`: figures of docs/benchmarks.md that need the whole server.

use std::path::PathBuf;

use isoloir_protocol::group::GroupName;

use super::block_on;
use crate::rehearse::bench::{CastBench, run as measure};

/// Benchmarks of the whole server.
#[derive(clap::Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(clap::Subcommand)]
enum BenchCommand {
    /// Casts per second of the whole server over HTTP, SQLite with full sync, against bare verification on the same cores.
    #[command(after_help = "Example (optimised build):\n  isoloir bench cast --ballots 3000 --out /tmp/bench")]
    Cast {
        /// Ballots, made before anything is measured.
        #[arg(long, default_value_t = 1500)]
        ballots: u32,
        /// Requests under way at the same time.
        #[arg(long, default_value_t = 64)]
        jobs: usize,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The protocol's group.
        #[arg(long, default_value = "Ed25519")]
        group: GroupName,
        /// Database of the voting server; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
}

pub(crate) fn run(arguments: &BenchArgs) -> anyhow::Result<()> {
    let BenchCommand::Cast {
        ballots,
        jobs,
        out,
        group,
        database,
    } = &arguments.command;
    let bench = CastBench {
        ballots: *ballots,
        jobs: *jobs,
        folder: out.clone(),
        group: group.to_string(),
        database: database.clone(),
    };
    let figures = block_on(measure(&bench))?;
    for round in &figures.rounds {
        println!(
            "bare verification {:>6.0}/s  cast {:>6.0}/s  ratio of rates {:>5.1} %  of CPU time {}  (server alone {})",
            round.verified_per_second,
            round.cast_per_second,
            100.0 * round.ratio(),
            percent(round.cpu_ratio),
            percent(round.server_cpu_ratio)
        );
    }
    println!("Target: at least 70 %. On a machine that does other work only the ratio of CPU time means something.");
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "?".to_owned(), |ratio| format!("{:.1} %", 100.0 * ratio))
}
