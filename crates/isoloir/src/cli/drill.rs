//! `isoloir drill`: faults on a real cluster while people vote.

use std::path::PathBuf;

use anyhow::bail;

use super::block_on;
use crate::drill::{Fault, Options, RunReport, gaps, run as play};

/// Sets up a cluster on this machine, and injects faults while people vote: nothing may be lost or doubled.
#[derive(clap::Args)]
#[command(
    long_about = "Sets up three PostgreSQL hosts with synchronous replication (Patroni, etcd, HAProxy), two portal nodes, a registrar, a mail server and an SMS gateway on this machine, \
                  and injects faults from a seeded list while people vote. After each run every receipt’s ballot must be in the box, poll book and box must \
                  agree, the archive must pass the audit, and whoever was promised a mail or an SMS must have it. Ends with 0 only if all of it held in every run. Needs root, for networks and small disks, and \
                  the Debian packages patroni, etcd-server, haproxy, postgresql, iproute2, faketime, python3-aiosmtpd, kannel, kannel-extras.",
    after_help = "Examples:\n  isoloir drill --out /tmp/drill\n  isoloir drill --out /tmp/drill --runs 200 --seed 1\n  isoloir drill --out /tmp/drill --fault \
                  switchover --fault primary-host-lost --runs 5\n\nA run that failed is repeated by its seed: --seed N --runs 1."
)]
pub struct DrillArgs {
    /// Folder to make; one that holds anything is refused.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Seed of the first run; each next run has the next seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many runs.
    #[arg(long, value_name = "N", default_value_t = 10)]
    runs: u64,
    /// Only these faults.
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,
}

pub(crate) fn run(arguments: &DrillArgs) -> anyhow::Result<()> {
    let options = Options {
        folder: arguments.out.clone(),
        seed: arguments.seed,
        runs: arguments.runs,
        faults: arguments.faults.clone(),
        executable: None,
    };
    let reports = block_on(play(&options, &mut tell))?;
    for (fault, (runs, longest)) in gaps(&reports) {
        println!("{fault}: longest gap {longest:.1} s ({runs} run(s) with nothing else)");
    }
    let failed: Vec<_> = reports
        .iter()
        .filter(|report| report.violation.is_some())
        .map(|report| report.seed.to_string())
        .collect();
    let receipts: usize = reports.iter().map(|report| report.receipts).sum();
    println!(
        "{} runs, {receipts} receipts, {} with a violation",
        reports.len(),
        failed.len()
    );
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("not as it must be; seeds: {}", failed.join(", "))
    }
}

fn tell(report: &RunReport) {
    let outages: Vec<_> = report
        .outages
        .iter()
        .map(|outage| format!("{} {:.1} s", outage.fault, outage.lasted))
        .collect();
    println!(
        "seed {}: {}; {} receipts, {} asked again, longest gap {:.1} s; {} links by SMS{}",
        report.seed,
        outages.join(", "),
        report.receipts,
        report.retries,
        report.longest_gap,
        report.links,
        match &report.violation {
            Some(violation) => format!("\n  VIOLATION: {violation}"),
            None => String::new(),
        }
    );
}
