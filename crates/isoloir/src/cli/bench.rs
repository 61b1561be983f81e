//! `isoloir bench`: figures of docs/benchmarks.md that need the whole server.

use std::path::{Path, PathBuf};

use isoloir_protocol::group::GroupName;

use super::block_on;
use crate::rehearse::bench::{CastBench, run as measure};
use crate::rehearse::codes::{CodesBench, CommandFigure, run as measure_codes};
use crate::rehearse::nodes::nodes as measure_nodes;
use crate::rehearse::rolls::{RollsBench, run as measure_rolls};
use crate::rehearse::whole::{WholeBench, run as measure_whole};
use crate::rehearse::{Latencies, load};

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
    /// Pages per second and their latencies, under many readers at the same time.
    #[command(after_help = "Example (optimised build):\n  isoloir bench pages --out /tmp/bench")]
    Pages {
        /// Readers at the same time.
        #[arg(long, default_value_t = 50)]
        readers: u32,
        /// How often each reads each page.
        #[arg(long, default_value_t = 40)]
        reads: u32,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Database of the voting server; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// The registrar for a whole electorate: credentials, codes, letters, unlocking, reissues.
    #[command(after_help = "Example (optimised build):\n  isoloir bench codes --voters 200000 --out /tmp/bench")]
    Codes {
        /// Voters with credential and code.
        #[arg(long, default_value_t = 20_000)]
        voters: u32,
        /// How many of them get a letter.
        #[arg(long, default_value_t = 5_000)]
        letters: u32,
        /// Unlockings, one after another.
        #[arg(long, default_value_t = 500)]
        unlocks: u32,
        /// Reissues each second.
        #[arg(long, default_value_t = 4)]
        per_second: u32,
        /// For how many seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Database of the registrar; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// A whole electorate's roll: staged, approved, applied; then again with departures.
    #[command(
        after_help = "Example (optimised build):\n  isoloir bench rolls --voters 1400000 --elections 4 --out /tmp/bench"
    )]
    Rolls {
        /// Voters.
        #[arg(long, default_value_t = 100_000)]
        voters: u32,
        /// Elections, in each of which every voter votes.
        #[arg(long, default_value_t = 4)]
        elections: u32,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Database of the voting server; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// Two nodes over PostgreSQL behind HAProxy: casts a second, latencies at 70 % of that, memory of a node while everybody is signed in.
    #[command(
        after_help = "Example (optimised build):\n  isoloir bench nodes --ballots 12000 --database postgres://… --out /tmp/bench"
    )]
    Nodes {
        /// Voters who sign in; half cast as fast as goes, half at 70 % of that.
        #[arg(long, default_value_t = 12_000)]
        ballots: u32,
        /// Casts under way at the same time, where as many as go are asked for.
        #[arg(long, default_value_t = 64)]
        jobs: usize,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Empty PostgreSQL database of the voting server.
        #[arg(long, value_name = "URL")]
        database: String,
    },
    /// A whole electorate: roll, codes, keys, set-up, a sample of the voters over HTTP, count, audit, evidence. Ended in the middle, it goes on in the same folder.
    #[command(
        after_help = "Example (optimised build):\n  isoloir bench whole --voters 1400000 --elections 4 --casting 25000 --database postgres://… --out /data/bench"
    )]
    Whole {
        /// Voters on the rolls.
        #[arg(long, default_value_t = 10_000)]
        voters: u32,
        /// Elections, in each of which every voter is on the roll.
        #[arg(long, default_value_t = 4)]
        elections: u32,
        /// How many vote, in every election.
        #[arg(long, default_value_t = 1_000)]
        casting: u32,
        /// Voters at the same time.
        #[arg(long, default_value_t = 16)]
        jobs: usize,
        /// Empty or missing folder, or that of a measurement that was ended.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Database of the voting server; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
    /// Casts per second alone, and while a crowd wants to sign in: it must not starve those who are casting, and nobody overtakes in the waiting room.
    #[command(
        after_help = "Example (optimised build):\n  isoloir bench rush --ballots 36000 --people 1500 --arrivals 40 --out /tmp/bench"
    )]
    Rush {
        /// Ballots, made before anything is measured.
        #[arg(long, default_value_t = 1800)]
        ballots: u32,
        /// Casts under way at the same time.
        #[arg(long, default_value_t = 64)]
        jobs: usize,
        /// People who come to sign in at once, before each turn in the rush.
        #[arg(long, default_value_t = 600)]
        people: u32,
        /// How many come each second after them: some ten times what is served beside casts.
        #[arg(long, default_value_t = 40.0)]
        arrivals: f64,
        /// Empty or missing folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Database of the voting server; SQLite in DIR by default.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
    },
}

pub(crate) fn run(arguments: &BenchArgs) -> anyhow::Result<()> {
    match &arguments.command {
        BenchCommand::Cast {
            ballots,
            jobs,
            out,
            group,
            database,
        } => cast(&CastBench {
            ballots: *ballots,
            jobs: *jobs,
            folder: out.clone(),
            group: group.to_string(),
            database: database.clone(),
        }),
        BenchCommand::Pages {
            readers,
            reads,
            out,
            database,
        } => pages(&bench(*readers, 1, out, database.as_deref()), *readers, *reads),
        BenchCommand::Codes {
            voters,
            letters,
            unlocks,
            per_second,
            seconds,
            out,
            database,
        } => codes(&CodesBench {
            voters: *voters,
            letters: *letters,
            unlocks: *unlocks,
            per_second: *per_second,
            seconds: *seconds,
            folder: out.clone(),
            database: database.clone(),
        }),
        BenchCommand::Rolls {
            voters,
            elections,
            out,
            database,
        } => rolls(&RollsBench {
            voters: *voters,
            elections: *elections,
            folder: out.clone(),
            database: database.clone(),
        }),
        BenchCommand::Whole {
            voters,
            elections,
            casting,
            jobs,
            out,
            database,
        } => whole(&WholeBench {
            voters: *voters,
            elections: *elections,
            casting: *casting,
            jobs: *jobs,
            folder: out.clone(),
            database: database.clone(),
        }),
        BenchCommand::Nodes {
            ballots,
            jobs,
            out,
            database,
        } => nodes(&bench(*ballots, *jobs, out, Some(database))),
        BenchCommand::Rush {
            ballots,
            jobs,
            people,
            arrivals,
            out,
            database,
        } => rush(&bench(*ballots, *jobs, out, database.as_deref()), *people, *arrivals),
    }
}

fn bench(ballots: u32, jobs: usize, out: &Path, database: Option<&str>) -> CastBench {
    CastBench {
        ballots,
        jobs,
        folder: out.to_path_buf(),
        group: GroupName::Ed25519.to_string(),
        database: database.map(str::to_owned),
    }
}

fn pages(bench: &CastBench, readers: u32, reads: u32) -> anyhow::Result<()> {
    let figures = block_on(load::pages(bench, readers, reads))?;
    for page in &figures {
        let who = if page.signed_in { "signed in" } else { "" };
        let times = &page.latencies;
        println!(
            "{:<16} {who:<10} {:>7.0}/s  p50 {:>6.1} ms  p95 {:>6.1} ms  p99 {:>6.1} ms",
            page.page, page.per_second, times.p50_ms, times.p95_ms, times.p99_ms
        );
    }
    println!("Target: p95 under 30 ms with 50 readers.");
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn commands(commands: &[CommandFigure]) {
    for one in commands {
        println!("{one}");
    }
}

fn rolls(bench: &RollsBench) -> anyhow::Result<()> {
    let figures = block_on(measure_rolls(bench))?;
    println!(
        "{} voters, {} rows, {} bytes",
        figures.voters, figures.rows, figures.bytes
    );
    commands(&figures.commands);
    println!(
        "Target: 1.4 million voters in 4 elections each, staged and applied in under 5 minutes on 2 cores within 2 GB."
    );
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn codes(bench: &CodesBench) -> anyhow::Result<()> {
    let figures = block_on(measure_codes(bench))?;
    commands(&figures.commands);
    let times = |what: &str, times: &Latencies| {
        println!(
            "{what:<20} {} requests, mean {:.1} ms, p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            times.count, times.mean_ms, times.p50_ms, times.p99_ms, times.max_ms
        );
    };
    times("unlock", &figures.unlock);
    times("reissue asked", &figures.asked);
    times("reissue made", &figures.made);
    println!(
        "Targets: 1.4 million credentials and codes in 5 minutes on 2 cores; 250 letters per second and core, under 500 MB; 50 ms each."
    );
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn rush(bench: &CastBench, people: u32, arrivals: f64) -> anyhow::Result<()> {
    let figures = block_on(load::rush(bench, people, arrivals))?;
    for (alone, rushed) in figures.alone.iter().zip(&figures.rushed) {
        println!("casts alone {alone:>6.0}/s  during the rush {rushed:>6.0}/s");
    }
    println!(
        "arrivals {:.0}/s, sign-ins {:.1}/s: {:.0} times what was served",
        figures.arrivals_per_second,
        figures.sign_ins_per_second,
        figures.arrivals_per_second / figures.sign_ins_per_second.max(0.001)
    );
    println!(
        "{} waited, {} overtaken, {} refused; casts kept {:.1} % of their rate. Target: at least 90 %, nobody overtaken.",
        figures.waited,
        figures.overtaken,
        figures.refused.values().sum::<u32>(),
        100.0 * figures.ratio
    );
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn whole(bench: &WholeBench) -> anyhow::Result<()> {
    let figures = block_on(measure_whole(bench))?;
    commands(&figures.steps);
    println!(
        "{} ballots over HTTP in {:.1} s; archives of {:?} bytes; most memory of the servers meanwhile {:?} MB",
        figures.ballots, figures.voting_seconds, figures.archives, figures.servers_peak_mb
    );
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn nodes(bench: &CastBench) -> anyhow::Result<()> {
    let figures = block_on(measure_nodes(bench))?;
    let list = |values: &[f64]| {
        values
            .iter()
            .map(|value| format!("{value:.0}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    println!(
        "casts a second: {}. Target: at least 400.",
        list(&figures.cast_per_second)
    );
    let times = &figures.latencies;
    println!(
        "at {:.0} a second: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms. Target: p99 under 500 ms.",
        figures.offered_per_second, times.p50_ms, times.p95_ms, times.p99_ms, times.max_ms
    );
    println!(
        "memory of each node with {} sessions: {} MB, at most {} MB. Target: under 300 MB with 10,000.",
        figures.sessions,
        list(&figures.memory_mb),
        list(&figures.peak_mb)
    );
    println!("{}", serde_json::to_string(&figures)?);
    Ok(())
}

fn cast(bench: &CastBench) -> anyhow::Result<()> {
    let figures = block_on(measure(bench))?;
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
