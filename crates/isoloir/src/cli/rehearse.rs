//! `isoloir rehearse`: a published election replayed voter by voter.

use std::path::PathBuf;

use anyhow::bail;
use isoloir_protocol::group::GroupName;
use rand::Rng as _;

use super::block_on;
use crate::ambient;
use crate::rehearse::{CORSE_2022, Options, Published, Report, Scenario, run as play};

/// Replays a published election, voter by voter over HTTP, against servers in their own processes; the board counts; everything is checked.
#[derive(clap::Args)]
#[command(
    long_about = "Replays a published election against real servers in their own processes: every voter activates the account, signs in, \
                  unlocks, encrypts and casts over HTTP, in random order, several at a time; the board decrypts offline; the result must be \
                  the published one. Ends with 0 only if every check holds; figures are in DIR/report.json, archives in DIR/archives.",
    after_help = "Examples:\n  isoloir rehearse corse-2022 --out /tmp/corse\n  isoloir rehearse corse-2022 --out /tmp/small --voters 40\n  \
                  isoloir rehearse corse-2022 --out /tmp/pg --database postgres://localhost/rehearsal\n\nScenarios: corse-2022 (CSA of \
                  the Corsica académie, December 2022: 5,080 registered, 3,526 voters, 10 seats)"
)]
pub struct RehearseArgs {
    /// Scenario: corse-2022.
    scenario: String,
    /// Folder to make; one that holds anything is refused.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Only a sample of this many voters, in the published proportions.
    #[arg(long, value_name = "N")]
    voters: Option<u32>,
    /// The protocol's group: Ed25519, BELENIOS-2048 or RFC-3526-2048.
    #[arg(long, default_value = "Ed25519")]
    group: GroupName,
    /// Empty database of the voting server (postgres://… or sqlite:FILE); a SQLite file in DIR by default.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Empty database of the registrar; a SQLite file in DIR by default.
    #[arg(long, value_name = "URL")]
    registrar_database: Option<String>,
    /// Voters at the same time.
    #[arg(long, value_name = "N", default_value_t = 16)]
    jobs: usize,
    /// Seed of the random order; printed, so that a run can be repeated.
    #[arg(long)]
    seed: Option<u64>,
}

pub(crate) fn run(arguments: &RehearseArgs) -> anyhow::Result<()> {
    let published = published(&arguments.scenario)?;
    let scenario = match arguments.voters {
        Some(voters) => Scenario::sample(published, voters)?,
        None => Scenario::whole(published),
    };
    let seed = arguments.seed.unwrap_or_else(|| u64::from(ambient::rng().next_u32()));
    println!(
        "{}: {} voters of {} registered, {}, seed {seed}",
        published.title,
        scenario.voters(),
        scenario.registered,
        arguments.group
    );
    let options = Options {
        scenario,
        group: arguments.group.to_string(),
        folder: arguments.out.clone(),
        database: arguments.database.clone(),
        registrar_database: arguments.registrar_database.clone(),
        jobs: arguments.jobs.max(1),
        seed,
        executable: None,
    };
    conclude(&block_on(play(&options))?)
}

fn published(name: &str) -> anyhow::Result<Published> {
    if name == CORSE_2022.name {
        Ok(CORSE_2022)
    } else {
        bail!("there is no scenario {name}; there is {}", CORSE_2022.name)
    }
}

/// Tells checks and figures; an error when a check fails, naming it.
fn conclude(report: &Report) -> anyhow::Result<()> {
    for check in &report.checks {
        println!(
            "{}  {}: {}",
            if check.ok { "ok    " } else { "FAILED" },
            check.check,
            check.found
        );
    }
    for phase in &report.phases {
        println!("{:>9.1} s  {}", phase.seconds, phase.phase);
    }
    println!(
        "{:>9.1} ballots/s over the vote, sign-in included",
        report.casts_per_second
    );
    for (step, latencies) in &report.latencies {
        println!(
            "{step:>9}: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms",
            latencies.p50_ms, latencies.p95_ms, latencies.p99_ms
        );
    }
    let failed: Vec<_> = report
        .checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| format!("{}: {}", check.check, check.found))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not as it must be: {}", failed.join("; "))
    }
}
