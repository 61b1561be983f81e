//! `isoloir capacity`: a measured load becomes a signed certificate; a certificate is checked without a server.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use isoloir_domain::capacity::{Certificate, Machine, Measured, StepLatency};
use isoloir_domain::{Consultation, ConsultationId};
use isoloir_service::VotingServer;
use sha2::{Digest as _, Sha256};

use super::{ConfigArg, block_on, key, serve, server};
use crate::config::ServerConfig;
use crate::load::Report;

/// What this deployment holds: measured by `isoloir load`, certified by the voting server's key, shown on the preparation page.
#[derive(clap::Args)]
pub struct CapacityArgs {
    #[command(subcommand)]
    command: CapacityCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum CapacityCommand {
    /// Certifies a report of `isoloir load`, for a consultation, with the program and the machine on which this command runs. Refused when somebody did not vote, or when the
    /// report is of another deployment.
    #[command(
        after_help = "Example:\n  isoloir capacity record load/report.json --nodes 2 --out capacity.json\n\nRun it on a node that was measured. What is expected, and how it is scaled: docs/adr/0025."
    )]
    Record {
        /// report.json of `isoloir load`.
        report: PathBuf,
        /// The consultation; may be left out when there is one.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
        /// How many nodes answered.
        #[arg(long, value_name = "N", default_value_t = 1)]
        nodes: u16,
        /// File for the certificate; it is kept in the database in any case.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Checks a certificate and tells what it says. Needs neither server nor network. Exit code 0 if its signature holds.
    #[command(after_help = "Example:\n  isoloir capacity verify capacity.json --key server.pub")]
    Verify {
        /// File made by `isoloir capacity record`.
        file: PathBuf,
        /// Public key of the voting server. Without it the file is believed about who signed.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

pub(crate) fn run(arguments: &CapacityArgs) -> anyhow::Result<()> {
    match &arguments.command {
        CapacityCommand::Record {
            report,
            consultation,
            nodes,
            out,
        } => {
            let config = ServerConfig::read(&arguments.config.config)?;
            let (text, report) = read_report(report)?;
            block_on(async {
                let server = server::open_config(&config).await?;
                serve::measured(&server).await?;
                server.set_machine(machine(&config));
                let measured = measured(&server, &text, &report)?;
                let consultation = chosen(&server, consultation.as_ref()).await?;
                let certificate = server.record_capacity(&consultation, measured, *nodes).await?;
                if let Some(out) = out {
                    std::fs::write(out, serde_json::to_vec_pretty(&certificate)?)?;
                }
                tell(&certificate);
                Ok(())
            })
        }
        CapacityCommand::Verify { file, key } => verify(file, key.as_deref()),
    }
}

fn read_report(path: &Path) -> anyhow::Result<(Vec<u8>, Report)> {
    let text = std::fs::read(path).with_context(|| path.display().to_string())?;
    let report =
        serde_json::from_slice(&text).with_context(|| format!("{}: not a report of isoloir load", path.display()))?;
    Ok((text, report))
}

async fn chosen(server: &VotingServer, wanted: Option<&ConsultationId>) -> anyhow::Result<Consultation> {
    let mut all = server.consultations().await?;
    match wanted {
        Some(id) => all
            .into_iter()
            .find(|one| one.id == *id)
            .with_context(|| format!("there is no consultation {id}")),
        None if all.len() > 1 => bail!("there are {} consultations: say which by --consultation", all.len()),
        None => all.pop().context("there is no consultation"),
    }
}

/// What a report is worth as a measure of this deployment.
fn measured(server: &VotingServer, text: &[u8], report: &Report) -> anyhow::Result<Measured> {
    ensure!(
        report.server_key == hex::encode(server.server_key().as_bytes()),
        "the report is of another deployment: its server signs with {}",
        report.server_key
    );
    ensure!(report.receipts > 0, "nobody voted");
    ensure!(
        report.voted == report.arrived,
        "{} of {} voters did not vote: this is not a load that the deployment holds",
        report.arrived.saturating_sub(report.voted),
        report.arrived
    );
    let latencies = report.latencies.iter().map(|(step, one)| {
        let name = serde_json::to_value(step)?;
        Ok(StepLatency {
            step: name.as_str().unwrap_or_default().to_owned(),
            count: count(one.count),
            p50_ms: rounded(one.p50_ms),
            p95_ms: rounded(one.p95_ms),
            p99_ms: rounded(one.p99_ms),
        })
    });
    Ok(Measured {
        report: hex::encode(Sha256::digest(text)),
        began: report.began,
        curve: report.curve.clone(),
        voters: count(report.voted),
        receipts: count(report.receipts),
        held_per_minute: report.best_minute(),
        sign_ins_per_minute: rounded(report.sign_ins_per_second * 60.0),
        waited: count(report.waited),
        overtaken: count(report.overtaken),
        latencies: latencies.collect::<serde_json::Result<_>>()?,
    })
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// To a whole number, by its own text: no cast says what it does with what does not fit.
fn rounded(figure: f64) -> u64 {
    format!("{:.0}", figure.max(0.0)).parse().unwrap_or(u64::MAX)
}

/// The machine on which this program runs, as the system names it, with the engine of the configured database.
pub(super) fn machine(config: &ServerConfig) -> Machine {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let kib = field("/proc/meminfo", "MemTotal").and_then(|text| text.split_whitespace().next()?.parse::<u32>().ok());
    Machine {
        processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
        memory_gib: (kib.unwrap_or(0) + (1 << 19)) >> 20,
        database: config
            .database
            .url
            .split_once(':')
            .map_or("", |(engine, _)| engine)
            .replace("postgresql", "postgres"),
    }
}

fn verify(file: &Path, key: Option<&Path>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let expected = key.map(key::read_public).transpose()?;
    let certificate = Certificate::parse(&text, expected.as_ref())?;
    tell(&certificate);
    if key.is_none() {
        println!(
            "  signed by {}: compare it with the server's public key, or give --key",
            hex::encode(certificate.key)
        );
    }
    Ok(())
}

fn tell(certificate: &Certificate) {
    let said = &certificate.statement;
    let (measured, expected, machine) = (&said.measured, &said.expected, &said.machine);
    println!(
        "{}: measured on {}, signed on {}",
        said.consultation, measured.began, said.at
    );
    println!(
        "  {} node(s): {} cores of {}, {} GiB, {}; version {}, program {}",
        said.nodes, machine.cores, machine.processor, machine.memory_gib, machine.database, said.version, said.program
    );
    println!(
        "  held {} ballots a minute ({} receipts, {} sign-ins a minute, arrivals {}, {} waited, {} overtaken)",
        measured.held_per_minute,
        measured.receipts,
        measured.sign_ins_per_minute,
        measured.curve,
        measured.waited,
        measured.overtaken
    );
    for one in &measured.latencies {
        println!(
            "  {}: p50 {} ms, p95 {} ms, p99 {} ms",
            one.step, one.p50_ms, one.p95_ms, one.p99_ms
        );
    }
    println!(
        "  expected at the peak: {} ballots a minute, for {} ballots in {} minutes of vote: {}",
        expected.peak_per_minute,
        expected.ballots,
        expected.minutes,
        if measured.held_per_minute < expected.peak_per_minute {
            "NOT covered".to_owned()
        } else {
            format!(
                "covered {} times",
                measured.held_per_minute / expected.peak_per_minute.max(1)
            )
        }
    );
}
