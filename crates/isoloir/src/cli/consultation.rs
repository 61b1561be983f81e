//! `isoloir consultation`: import, entitlements for the registrar, invitations, state.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use anyhow::{Context, bail};
use isoloir_domain::{ConsultationId, Language, Policy};
use isoloir_service::VotingServer;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::import_roll::ImportError;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde::Deserialize;

use super::{ConfigArg, block_on, server};
use crate::handover::{EntitledElection, EntitledVoter, Entitlements};
use crate::private_file;

/// Consultations: import from files, entitlements for the registrar, invitations, state.
#[derive(clap::Args)]
pub struct ConsultationArgs {
    #[command(subcommand)]
    command: ConsultationCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum ConsultationCommand {
    /// Imports a folder: consultation.toml, roll.csv, lists.csv. Every error is told with its line; on error nothing is imported.
    #[command(after_help = "Example:\n  isoloir consultation import demo/\n\nFormats: docs/guides/organiser.md")]
    Import {
        /// Folder with consultation.toml, roll.csv and lists.csv.
        folder: PathBuf,
        /// Only checks the files: imports nothing.
        #[arg(long)]
        check: bool,
    },
    /// Writes who may vote where, by voter identifier, for the registrar.
    #[command(after_help = "Example:\n  isoloir consultation entitlements --out entitlements.json")]
    Entitlements {
        /// File to write. It names no person by more than identifier, staff number and name, which the notices need.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sends every voter without an account the mail whose link activates it.
    Invite,
    /// Shows the phase of every election; with `--board`, also the counts that only the board may see (R. 211-542).
    Status {
        /// Counts of roll, poll book and box, and checks of both chains.
        #[arg(long)]
        board: bool,
    },
}

pub(crate) fn run(arguments: &ConsultationArgs) -> anyhow::Result<()> {
    block_on(async {
        if let ConsultationCommand::Import { folder, check: true } = &arguments.command {
            return check(folder).await;
        }
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            ConsultationCommand::Import { folder, .. } => import(&server, folder).await.map(|_| ()),
            ConsultationCommand::Entitlements { out } => write_entitlements(&server, out).await,
            ConsultationCommand::Invite => invite(&server).await,
            ConsultationCommand::Status { board } => status(&server, *board).await,
        }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsultationFile {
    id: String,
    title: String,
    organiser: String,
    profile: String,
    group: String,
    opens: String,
    closes: String,
    live_box: Option<bool>,
    #[serde(default)]
    policy: Policy,
    /// Profile `test` only.
    grace_minutes: Option<u32>,
    elections: Vec<ElectionFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElectionFile {
    key: String,
    title: String,
    seats: u32,
}

/// The three files of a consultation, read and not yet checked against each other.
pub(crate) struct Folder {
    plan: ConsultationPlan,
    roll: Vec<u8>,
    lists: Vec<u8>,
}

impl Folder {
    /// Reads the folder.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let toml = std::fs::read_to_string(folder.join("consultation.toml"))
            .with_context(|| format!("cannot read {}", folder.join("consultation.toml").display()))?;
        let bytes = |name: &str| {
            std::fs::read(folder.join(name)).with_context(|| format!("cannot read {}", folder.join(name).display()))
        };
        Self::new(&toml, bytes("roll.csv")?, bytes("lists.csv")?)
    }

    /// From the three texts themselves.
    pub(crate) fn new(toml: &str, roll: Vec<u8>, lists: Vec<u8>) -> anyhow::Result<Self> {
        Ok(Self {
            plan: plan(toml).context("consultation.toml")?,
            roll,
            lists,
        })
    }
}

fn plan(text: &str) -> anyhow::Result<ConsultationPlan> {
    let file: ConsultationFile = toml::from_str(text)?;
    Ok(ConsultationPlan {
        id: file.id.parse()?,
        title: file.title,
        organiser: file.organiser,
        profile: file.profile.parse()?,
        group: file.group,
        opens: instant("opens", &file.opens)?,
        closes: instant("closes", &file.closes)?,
        grace: file
            .grace_minutes
            .map(|minutes| SignedDuration::from_mins(i64::from(minutes))),
        live_box: file.live_box,
        policy: file.policy,
        elections: file
            .elections
            .into_iter()
            .map(|election| ElectionPlan {
                key: election.key,
                title: election.title,
                seats: election.seats,
            })
            .collect(),
    })
}

/// A wall-clock time with its zone; an offset that the zone does not have at that time is refused.
fn instant(field: &str, text: &str) -> anyhow::Result<Timestamp> {
    ZonedDateTime::from_str(text)
        .map(|at| at.timestamp())
        .with_context(|| format!("{field}: write it as 2026-12-03T08:00:00+01:00[Europe/Paris]"))
}

/// Imports a folder, after a trial in a database of its own: what has an error leaves no trace.
pub(crate) async fn import(server: &VotingServer, folder: &Path) -> anyhow::Result<ConsultationId> {
    import_folder(server, &Folder::read(folder)?).await
}

/// Imports what was read.
pub(crate) async fn import_folder(server: &VotingServer, folder: &Folder) -> anyhow::Result<ConsultationId> {
    rehearse_import(folder).await?;
    store(server, folder).await
}

async fn check(folder: &Path) -> anyhow::Result<()> {
    rehearse_import(&Folder::read(folder)?).await?;
    println!("no error found; nothing was imported");
    Ok(())
}

async fn rehearse_import(folder: &Folder) -> anyhow::Result<()> {
    let scratch = tempfile::tempdir()?;
    let server = server::open_scratch(scratch.path()).await?;
    store_quietly(&server, folder).await.map(|_| ())
}

async fn store(server: &VotingServer, folder: &Folder) -> anyhow::Result<ConsultationId> {
    let imported = store_quietly(server, folder).await?;
    for line in imported.told {
        println!("{line}");
    }
    Ok(imported.id)
}

struct Imported {
    id: ConsultationId,
    told: Vec<String>,
}

async fn store_quietly(server: &VotingServer, folder: &Folder) -> anyhow::Result<Imported> {
    let id = folder.plan.id.clone();
    let elections = server
        .import_consultation(&folder.plan)
        .await
        .context("consultation.toml")?;
    let roll = anomalies("roll.csv", server.import_roll(&id, &folder.roll).await)?;
    let lists = anomalies("lists.csv", server.import_lists(&id, &folder.lists).await)?;
    let mut told: Vec<String> = elections
        .iter()
        .map(|election| format!("{}  {} ({})", election.id, election.title, election.key))
        .collect();
    told.push(format!(
        "roll.csv: {} rows, {} voters, {} of them without an e-mail address ({}, SHA-256 {})",
        roll.rows, roll.subjects, roll.without_email, roll.encoding, roll.file
    ));
    told.push(format!(
        "lists.csv: {} rows, {} lists ({}, SHA-256 {})",
        lists.rows, lists.subjects, lists.encoding, lists.file
    ));
    Ok(Imported { id, told })
}

/// Tells each anomaly on its line: `roll.csv:17: …`.
fn anomalies<T>(file: &str, outcome: Result<T, ImportError>) -> anyhow::Result<T> {
    match outcome {
        Ok(report) => Ok(report),
        Err(ImportError::Anomalies(anomalies)) => {
            for anomaly in &anomalies {
                eprintln!(
                    "{file}:{}: {}",
                    anomaly.line,
                    anomaly.what.message().text(Language::English)
                );
            }
            bail!("{file}: {} error(s); nothing was imported", anomalies.len())
        }
        Err(other) => Err(other).with_context(|| file.to_owned()),
    }
}

async fn write_entitlements(server: &VotingServer, out: &Path) -> anyhow::Result<()> {
    let entitlements = entitlements(server).await?;
    private_file::create(out, &serde_json::to_vec_pretty(&entitlements)?)?;
    println!(
        "{} voters, {} elections: {} written, for the registrar",
        entitlements.voters.len(),
        entitlements.elections.len(),
        out.display()
    );
    Ok(())
}

/// Who may vote where, over every election imported.
pub(crate) async fn entitlements(server: &VotingServer) -> anyhow::Result<Entitlements> {
    let elections = server::elections(server).await?;
    let mut groups: Vec<&str> = elections
        .iter()
        .map(|(consultation, _)| consultation.group.as_str())
        .collect();
    groups.dedup();
    let [group] = groups.as_slice() else {
        bail!("the consultations use different groups: {}", groups.join(", "))
    };
    let mut entitlements = Entitlements {
        group: (*group).to_owned(),
        elections: vec![],
        voters: vec![],
    };
    let mut voters = std::collections::BTreeMap::new();
    for (_, election) in &elections {
        entitlements.elections.push(EntitledElection {
            id: election.id.clone(),
            title: election.title.clone(),
        });
        for voter in server.electoral_roll(&election.id).await?.voters {
            voters
                .entry(voter.id)
                .or_insert_with(|| EntitledVoter {
                    id: voter.id,
                    number: voter.number,
                    last_name: voter.last_name,
                    first_name: voter.first_name,
                    elections: vec![],
                })
                .elections
                .push(election.id.clone());
        }
    }
    entitlements.voters = voters.into_values().collect();
    Ok(entitlements)
}

async fn invite(server: &VotingServer) -> anyhow::Result<()> {
    for consultation in server.consultations().await? {
        let count = server.send_invitations(&consultation.id).await?;
        println!(
            "{}: {count} invitations in the outbox (they leave while `isoloir serve` runs)",
            consultation.id
        );
    }
    Ok(())
}

async fn status(server: &VotingServer, board: bool) -> anyhow::Result<()> {
    for (consultation, election) in server::elections(server).await? {
        let phase = server.phase(&election.id).await?.context("the election vanished")?;
        println!(
            "{}  {:<12} {}/{}  {}",
            election.id,
            format!("{phase:?}"),
            consultation.id,
            election.key,
            election.title
        );
        if board {
            let counts = server.board_counts(&election.id).await?;
            println!(
                "    {} on the roll, {} marked, {} ballots in the box: {}",
                counts.registered,
                counts.marked,
                counts.ballots,
                if counts.agree() {
                    "they agree, and both chains hold"
                } else {
                    "THEY DISAGREE, or a chain is broken"
                }
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_is_a_consultation() {
        let plan = plan(include_str!("../../demo/consultation.toml")).unwrap();
        assert_eq!(plan.elections.len(), 3);
        assert_eq!(plan.opens.to_string(), "2026-12-03T07:00:00Z");
    }

    #[test]
    fn a_time_that_its_zone_does_not_have_is_refused() {
        let text = include_str!("../../demo/consultation.toml");
        for wrong in [
            "2026-12-03T08:00:00+02:00[Europe/Paris]",
            "2026-12-03T08:00:00",
            "2026-12-03",
        ] {
            let text = text.replace("2026-12-03T08:00:00+01:00[Europe/Paris]", wrong);
            assert!(format!("{:#}", plan(&text).err().unwrap()).contains("opens"), "{wrong}");
        }
        assert!(plan(&text.replace("live_box", "livebox")).is_err());
    }
}
