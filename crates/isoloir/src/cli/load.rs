//! `isoloir load`: real voters against a deployment.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};

use super::block_on;
use crate::load::{Curve, Options, read_voters, run as play};

/// Lets real voters arrive at a portal, at a stated curve: sign-in, code, ballots made and proved, receipts checked.
#[derive(clap::Args)]
#[command(
    long_about = "Lets real voters arrive at a portal, at a stated curve: each signs in, unlocks with the code, makes and proves a ballot, casts it and checks the \
                  receipt. They are blank ballots, and final: use an election made for this, with its own voters. Writes report.json and report.html; ends with 0 \
                  only if everybody has voted.",
    after_help = "Example:\n  isoloir load --portal https://essai.vote.example.fr --voters voters.csv --election NkHrZ7QCf3Nf3h --curve 0:5,60:50,300:10 --out load\n\n\
                  voters.csv has the columns identifier;password;code. `--curve 25` is 25 voters a second for a minute. Run it from other machines than those that \
                  are measured, and look at the lateness that the report tells."
)]
pub struct LoadArgs {
    /// Origin of the portal.
    #[arg(long, value_name = "URL")]
    portal: String,
    /// Voters: CSV with the columns identifier;password;code.
    #[arg(long, value_name = "FILE")]
    voters: PathBuf,
    /// Elections in which they vote.
    #[arg(long = "election", value_name = "ID", required = true)]
    elections: Vec<String>,
    /// Arrivals: RATE for a minute, or SECONDS:RATE,SECONDS:RATE,… with straight lines between.
    #[arg(long, value_name = "CURVE")]
    curve: Curve,
    /// How long, in seconds, a voter who is told to wait comes back.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    patience: u64,
    /// Folder for report.json and report.html.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &LoadArgs) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&arguments.voters).with_context(|| arguments.voters.display().to_string())?;
    let options = Options {
        portal: arguments.portal.clone(),
        voters: read_voters(&text)?,
        curve: arguments.curve.clone(),
        elections: arguments.elections.clone(),
        patience: Duration::from_secs(arguments.patience),
    };
    std::fs::create_dir_all(&arguments.out)?;
    let report = block_on(play(&options))?;
    std::fs::write(arguments.out.join("report.json"), serde_json::to_vec_pretty(&report)?)?;
    std::fs::write(arguments.out.join("report.html"), report.page())?;
    println!(
        "{} arrived, {} voted, {} receipts in {:.1} s ({:.1} a second), told to wait {} times, arrivals late by {:.0} ms at most",
        report.arrived,
        report.voted,
        report.receipts,
        report.seconds,
        report.ballots_per_second,
        report.told_to_wait,
        report.late_ms
    );
    println!(
        "{} stood in the waiting room, {} of them were overtaken",
        report.waited, report.overtaken
    );
    for (step, one) in &report.latencies {
        println!(
            "{step:?}: p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms
        );
    }
    for (what, count) in &report.failures {
        println!("{count} × {what}");
    }
    if report.voted == report.arrived {
        Ok(())
    } else {
        bail!("{} voters did not vote", report.arrived - report.voted)
    }
}
