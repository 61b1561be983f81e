//! `isoloir election`, `close`, `archive`: set-up, closing, count.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_domain::{Election, ElectionId, Profile};
use isoloir_service::VotingServer;
use isoloir_service::close_polls::CloseError;
use isoloir_service::record_partial_decryption::PartialDecryptionError;
use isoloir_service::set_up_election::SetUp;

use super::{ConfigArg, block_on, server};
use crate::handover::{self, PublicCredentials};
use crate::trustee::DecryptionFile;

/// Elections: set-up of the boxes, partial decryptions, result.
#[derive(clap::Args)]
pub struct ElectionArgs {
    #[command(subcommand)]
    command: ElectionCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum ElectionCommand {
    /// Sets up the boxes: rolls and lists are sealed from here on.
    #[command(
        name = "set-up",
        after_help = "Example:\n  isoloir election set-up --trustees board/trustees.json --credentials public-credentials/"
    )]
    SetUp {
        /// The board's public keys (`isoloir trustee assemble`).
        #[arg(long, value_name = "FILE")]
        trustees: PathBuf,
        /// Folder that the registrar handed over (`isoloir registrar create-credentials`).
        #[arg(long, value_name = "DIR")]
        credentials: PathBuf,
        /// Name of the registrar, written into the election.
        #[arg(long, value_name = "NAME", default_value = "Autorité des codes")]
        authority: String,
        /// Only this election: its key or its identifier.
        #[arg(long, value_name = "KEY")]
        election: Option<String>,
    },
    /// Takes partial decryptions into the box, each verified first.
    #[command(
        name = "add-decryption",
        after_help = "Example:\n  isoloir election add-decryption decryptions/*.json"
    )]
    AddDecryption {
        /// Files written by `isoloir trustee decrypt`.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Combines the partial decryptions and publishes the result, once the quorum is there.
    Finish {
        /// Only this election: its key or its identifier.
        #[arg(long, value_name = "KEY")]
        election: Option<String>,
    },
}

/// Freezes the boxes whose closing and grace are over, and computes their encrypted tallies.
#[derive(clap::Args)]
#[command(
    long_about = "Freezes the boxes whose closing and grace are over, and computes their encrypted tallies. `isoloir serve` does it by itself \
                  every minute; this command does it at once. Doing it again changes nothing.",
    after_help = "Example:\n  isoloir close --config server.toml"
)]
pub struct CloseArgs {
    /// Ends the vote now, without grace, whatever the calendar says. Only for consultations of the profile `test`.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    config: ConfigArg,
}

/// Archives of the boxes, for trustees, watchers and auditors.
#[derive(clap::Args)]
pub struct ArchiveArgs {
    #[command(subcommand)]
    command: ArchiveCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum ArchiveCommand {
    /// Writes one ELECTION.bel per box.
    #[command(after_help = "Example:\n  isoloir archive export --out archives/\n  isoloir-verify archives/*.bel")]
    Export {
        /// Folder to write into; made when missing.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Only this election: its key or its identifier.
        #[arg(long, value_name = "KEY")]
        election: Option<String>,
    },
}

pub(crate) fn run(arguments: &ElectionArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            ElectionCommand::SetUp {
                trustees,
                credentials,
                authority,
                election,
            } => {
                let trustees =
                    std::fs::read(trustees).with_context(|| format!("cannot read {}", trustees.display()))?;
                for (_, election) in server::chosen(&server, election.as_deref()).await? {
                    set_up(&server, &election, &trustees, credentials, authority).await?;
                }
                Ok(())
            }
            ElectionCommand::AddDecryption { files } => {
                for file in files {
                    record(&server, &handover::read(file)?)
                        .await
                        .with_context(|| file.display().to_string())?;
                    println!("{}: in the box", file.display());
                }
                Ok(())
            }
            ElectionCommand::Finish { election } => {
                for (_, election) in server::chosen(&server, election.as_deref()).await? {
                    server
                        .finish_tally(&election.id)
                        .await
                        .with_context(|| election.title.clone())?;
                    print!("{}", result_text(&server, &election.id).await?);
                }
                Ok(())
            }
        }
    })
}

pub(crate) fn run_close(arguments: &CloseArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        for line in close(&server, arguments.now).await? {
            println!("{line}");
        }
        Ok(())
    })
}

pub(crate) fn run_archive(arguments: &ArchiveArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        let ArchiveCommand::Export { out, election } = &arguments.command;
        for file in export(&server, out, election.as_deref()).await? {
            println!("{}", file.display());
        }
        Ok(())
    })
}

/// Sets up one box from the files of board and registrar.
async fn set_up(
    server: &VotingServer,
    election: &Election,
    trustees: &[u8],
    credentials: &Path,
    authority: &str,
) -> anyhow::Result<()> {
    let file = credentials.join(format!("{}.json", election.id));
    let list: PublicCredentials = handover::read(&file)?;
    if list.election != election.id {
        bail!("{} is for election {}", file.display(), list.election);
    }
    set_up_from(server, election, trustees, &list.credentials, authority).await?;
    println!("{}  {}: the box is set up and empty", election.id, election.title);
    Ok(())
}

/// Sets up one box.
pub(crate) async fn set_up_from(
    server: &VotingServer,
    election: &Election,
    trustees: &[u8],
    credentials: &[String],
    authority: &str,
) -> anyhow::Result<()> {
    server
        .set_up_election(
            &election.id,
            SetUp {
                trustees,
                credentials,
                credential_authority: authority,
            },
        )
        .await
        .with_context(|| election.title.clone())
}

/// Closes what is due; with `now`, ends the vote of every consultation of the profile `test` first.
pub(crate) async fn close(server: &VotingServer, now: bool) -> anyhow::Result<Vec<String>> {
    if now {
        for consultation in server.consultations().await? {
            if consultation.profile != Profile::Test {
                bail!(
                    "{}: profile {}: its vote closes by the calendar only",
                    consultation.id,
                    consultation.profile
                );
            }
            end_now(server, &consultation).await?;
        }
    }
    let mut told = Vec::new();
    for (_, election) in server::elections(server).await? {
        told.push(match server.close_polls(&election.id).await {
            Ok(()) => format!(
                "{}  {}: frozen, encrypted tally in the box",
                election.id, election.title
            ),
            Err(CloseError::NotYet) => format!("{}  {}: still open", election.id, election.title),
            Err(CloseError::UnknownElection) => format!("{}  {}: not set up", election.id, election.title),
            Err(other) => return Err(other).with_context(|| election.title.clone()),
        });
    }
    Ok(told)
}

async fn end_now(server: &VotingServer, consultation: &isoloir_domain::Consultation) -> anyhow::Result<()> {
    use isoloir_service::change_calendar::ChangeCalendarError;
    match server.close_now(&consultation.id).await {
        Ok(()) | Err(ChangeCalendarError::Frozen) => Ok(()),
        Err(other) => Err(other).with_context(|| consultation.id.to_string()),
    }
}

/// Takes one partial decryption.
pub(crate) async fn record(server: &VotingServer, file: &DecryptionFile) -> Result<(), PartialDecryptionError> {
    server
        .record_partial_decryption(&file.election, file.trustee, file.decryption.get().as_bytes())
        .await
}

/// Writes the archives; each appears whole under its name or not at all.
pub(crate) async fn export(server: &VotingServer, out: &Path, election: Option<&str>) -> anyhow::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let mut written = Vec::new();
    for (_, election) in server::chosen(server, election).await? {
        let file = out.join(format!("{}.bel", election.id));
        let partial = out.join(format!("{}.bel.part", election.id));
        let writer = File::create(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
        let writer = server
            .export_archive(&election.id, writer)
            .await
            .with_context(|| election.title.clone())?;
        writer.sync_all()?;
        std::fs::rename(&partial, &file)?;
        written.push(file);
    }
    Ok(written)
}

/// The result as told on the command line.
pub(crate) async fn result_text(server: &VotingServer, id: &ElectionId) -> anyhow::Result<String> {
    let Some(results) = server.results(id).await? else {
        bail!("election {id} has no result")
    };
    let turnout = results.turnout_hundredths();
    let mut text = format!(
        "{}\n  {} inscrits, {} votants, participation {},{:02} %, {} blancs, {} suffrages exprimés\n",
        results.election.title,
        results.registered,
        results.voters,
        turnout / 100,
        turnout % 100,
        results.blank,
        results.expressed
    );
    for list in &results.lists {
        let seats = list.seats.map_or_else(
            || "en attente d’un tirage au sort".to_owned(),
            |n| format!("{n} siège(s)"),
        );
        text.push_str(&format!("  {:<8} {:>8} voix  {seats}\n", list.list.acronym, list.votes));
    }
    Ok(text)
}
