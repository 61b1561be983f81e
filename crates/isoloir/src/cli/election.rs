//! `isoloir election`, `close`, `archive`: set-up, closing, count, drawing of lots.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_domain::display_order::OrderRecord;
use isoloir_domain::{Clock as _, Election, ElectionId, Profile, SystemClock};
use isoloir_seats::Outcome;
use isoloir_seats::json::DrawFile;
use isoloir_service::VotingServer;
use isoloir_service::close_polls::CloseError;
use isoloir_service::record_partial_decryption::PartialDecryptionError;
use isoloir_service::results::Results;
use isoloir_service::set_up_election::SetUp;

use super::serve::measure;
use super::{ConfigArg, block_on, board, key, server};
use crate::config::ServerConfig;
use crate::evidence;
use crate::handover::{self, PublicCredentials};
use crate::trustee::DecryptionFile;

/// Elections: set-up of the boxes, partial decryptions, result, drawing of lots.
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
        after_help = "Example:\n  isoloir election set-up --credentials public-credentials/\n  \
                      isoloir election set-up --trustees board/trustees.json --credentials public-credentials/"
    )]
    SetUp {
        /// Public keys made offline (`isoloir trustee assemble`); without, those that the election's board made on its pages.
        #[arg(long, value_name = "FILE")]
        trustees: Option<PathBuf>,
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
    /// Records the drawing of lots that a count waits for; it cannot be changed afterwards.
    #[command(
        name = "record-draw",
        long_about = "Records the drawing of lots that a count waits for, as the board held it. Only the draw that the count asks for is taken: \
                      between the lists that are tied, for the seats that wait. It goes into the journal and cannot be changed afterwards.",
        after_help = "Example:\n  isoloir election record-draw --election csa --date 2026-12-11 --place \"Siège de l’académie\" \\\n      \
                      --present \"Mme Roy, présidente\" --present \"M. Petit, délégué de l’UAP\" \\\n      \
                      --method \"Deux papiers identiques dans une urne, tirés par la présidente\" \\\n      --between UAP --between ESP --winner UAP"
    )]
    RecordDraw(DrawArgs),
    /// Computes a display order again from the record of its lot alone; needs no server.
    #[command(
        name = "check-order",
        long_about = "Computes the display order of an election’s lists again, from the record of its lot alone: that the secret is the one whose digest \
                      was published before, and that secret, words drawn in public and lists give this order. Needs no server.",
        after_help = "Example:\n  isoloir election check-order tirage-csa.json"
    )]
    CheckOrder {
        /// The record, from the organiser’s page of the election.
        record: PathBuf,
    },
}

#[derive(clap::Args)]
struct DrawArgs {
    /// The election: its key or its identifier.
    #[arg(long, value_name = "KEY")]
    election: String,
    /// The day of the draw.
    #[arg(long, value_name = "2026-12-11")]
    date: String,
    /// Where lots were drawn.
    #[arg(long, value_name = "PLACE")]
    place: String,
    /// Who was there, with their quality; repeat for each person.
    #[arg(long, value_name = "PERSON", required = true)]
    present: Vec<String>,
    /// How lots were drawn.
    #[arg(long, value_name = "WORDS")]
    method: String,
    /// A list between which lots were drawn, by its sigle or name; repeat for each.
    #[arg(long, value_name = "LIST", required = true)]
    between: Vec<String>,
    /// A list that receives a seat, by its sigle or name; repeat when several seats were drawn.
    #[arg(long = "winner", value_name = "LIST", required = true)]
    winners: Vec<String>,
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
    /// Makes the sealed folder of evidence of a consultation that is counted: archives, poll books, journal, minutes, with a signed manifest.
    #[command(
        after_help = "Example:\n  isoloir archive package --out preuves/ --include isoloir-sources.tar.gz --include /usr/bin/isoloir"
    )]
    Package {
        /// Folder to make; it must not be there.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
        /// A file to keep with the rest: sources, executable, certificates; repeat for each.
        #[arg(long, value_name = "FILE")]
        include: Vec<PathBuf>,
    },
    /// Checks a folder of evidence and counts again from it: needs no database, no network, no configuration.
    #[command(after_help = "Example, on a machine without network:\n  isoloir archive check preuves/ --key server.pub")]
    Check {
        /// The folder.
        folder: PathBuf,
        /// The voting server's public key, from another source; without, the one that the manifest names.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Destroys a folder of evidence once two years are over, or by a court's decision, and certifies it.
    #[command(
        long_about = "Destroys a folder of evidence once two years are over (R. 211-580), or before by a court's decision, and writes \
                      destruction.json: what, with digests, when, by whom. Candidacies, minutes and the composition of boards stay. Databases and \
                      backups are destroyed by their own means, and declared with --also.",
        after_help = "Example:\n  isoloir archive destroy preuves/ --by \"Mme Roy, directrice des ressources humaines\" \\\n      \
                      --also \"base PostgreSQL et ses sauvegardes, effacées le 3 janvier 2029\""
    )]
    Destroy {
        /// The folder.
        folder: PathBuf,
        /// Who destroys: name and quality.
        #[arg(long, value_name = "PERSON")]
        by: String,
        /// Reference of the court's decision that lets it be destroyed before its time.
        #[arg(long, value_name = "DECISION")]
        court: Option<String>,
        /// What else was destroyed; repeat for each.
        #[arg(long, value_name = "WORDS")]
        also: Vec<String>,
    },
}

pub(crate) fn run(arguments: &ElectionArgs) -> anyhow::Result<()> {
    if let ElectionCommand::CheckOrder { record } = &arguments.command {
        return check_order(record);
    }
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            ElectionCommand::SetUp {
                trustees,
                credentials,
                authority,
                election,
            } => {
                let given = trustees
                    .as_ref()
                    .map(|path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display())));
                let given = given.transpose()?;
                for (_, election) in server::chosen(&server, election.as_deref()).await? {
                    let trustees = match &given {
                        Some(given) => given.clone(),
                        None => board::keys_for(&server, &election).await?,
                    };
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
            ElectionCommand::RecordDraw(draw) => record_draw(&server, draw).await,
            ElectionCommand::CheckOrder { record } => check_order(record),
        }
    })
}

fn check_order(file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let record: OrderRecord = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
    record.check().with_context(|| file.display().to_string())?;
    for (rank, list) in (1..).zip(&record.order) {
        println!("{rank}. {list}");
    }
    println!("l’ordre est celui que donnent le secret et le tirage relevés");
    Ok(())
}

async fn record_draw(server: &VotingServer, draw: &DrawArgs) -> anyhow::Result<()> {
    for (_, election) in server::chosen(server, Some(&draw.election)).await? {
        let lists = server.lists(&election.id).await?;
        let full_names = |given: &[String]| -> anyhow::Result<Vec<String>> {
            let full_name = |given: &String| {
                let list = lists.iter().find(|list| list.acronym == *given || list.name == *given);
                list.map(|list| list.name.clone())
                    .with_context(|| format!("no list is called {given:?}"))
            };
            given.iter().map(full_name).collect()
        };
        let record = DrawFile {
            date: draw.date.clone(),
            place: draw.place.clone(),
            present: draw.present.clone(),
            method: draw.method.clone(),
            between: full_names(&draw.between)?,
            winners: full_names(&draw.winners)?,
        };
        server
            .record_draw(&election.id, &record)
            .await
            .with_context(|| election.title.clone())?;
        print!("{}", result_text(server, &election.id).await?);
    }
    Ok(())
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
    match &arguments.command {
        ArchiveCommand::Export { out, election } => block_on(async {
            let server = server::open(&arguments.config).await?;
            for file in export(&server, out, election.as_deref()).await? {
                println!("{}", file.display());
            }
            Ok(())
        }),
        ArchiveCommand::Package {
            out,
            consultation,
            include,
        } => block_on(package(&arguments.config, out, consultation.as_deref(), include)),
        ArchiveCommand::Check { folder, key } => {
            let key = key.as_deref().map(key::read_public).transpose()?;
            for line in evidence::check::check(folder, key.as_ref())?.told {
                println!("{line}");
            }
            Ok(())
        }
        ArchiveCommand::Destroy {
            folder,
            by,
            court,
            also,
        } => {
            let order = evidence::destroy::Order {
                by,
                court: court.as_deref(),
                also,
                now: SystemClock.now(),
            };
            println!("{}", evidence::destroy::destroy(folder, &order)?.display());
            Ok(())
        }
    }
}

async fn package(
    config: &ConfigArg,
    out: &Path,
    consultation: Option<&str>,
    include: &[PathBuf],
) -> anyhow::Result<()> {
    let known = ServerConfig::read(&config.config)?;
    let server = server::open_config(&known).await?;
    let mut all = server.consultations().await?;
    all.retain(|one| consultation.is_none_or(|id| one.id.as_str() == id));
    let [one] = all.as_slice() else {
        bail!("{} consultations: name one by --consultation", all.len())
    };
    let wanted = evidence::package::Wanted {
        out,
        include,
        build: measure()?,
        key: &key::read_private(&known.key)?,
    };
    let manifest = evidence::package::package(&server, one, wanted).await?;
    println!(
        "{}: evidence of {}, to be kept until {}",
        out.display(),
        manifest.consultation,
        manifest.keep_until
    );
    Ok(())
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
        let seats = list.seats.map_or_else(String::new, |n| format!("{n} siège(s)"));
        text.push_str(&format!("  {:<8} {:>8} voix  {seats}\n", list.list.acronym, list.votes));
    }
    if let Some(waits) = waits_for(&results) {
        text.push_str(&format!("  {waits}\n"));
    }
    Ok(text)
}

/// What the seats wait for, if they are not all decided.
fn waits_for(results: &Results) -> Option<String> {
    let Some(outcome) = results.outcome() else {
        return Some("sièges attribués quand les titulaires seront connus".to_owned());
    };
    let acronyms = |names: &[String]| -> String {
        let named = results.lists.iter().filter(|list| names.contains(&list.list.name));
        named
            .map(|list| list.list.acronym.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    Some(match outcome {
        Outcome::Complete => return None,
        Outcome::NoValidVote => "carence : aucun suffrage exprimé, aucun siège attribué".to_owned(),
        Outcome::QuorumNotReached(quorum) => format!(
            "quorum non atteint : {} suffrages exprimés, il en faut {}",
            quorum.valid_votes,
            quorum.needed()
        ),
        Outcome::DrawRequired { seats, between } => format!(
            "tirage au sort requis : {seats} siège(s) entre {} ; consignez-le par « isoloir election record-draw »",
            acronyms(between)
        ),
        Outcome::FigureMissing { seats, between, .. } => format!(
            "{seats} siège(s) en suspens entre {} : il manque des dates de naissance",
            acronyms(between)
        ),
        Outcome::Unsettled { seats, between } => format!(
            "{seats} siège(s) en suspens entre {} : aucune règle ne départage",
            acronyms(between)
        ),
    })
}
