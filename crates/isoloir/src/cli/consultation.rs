//! `isoloir consultation`: import, entitlements for the registrar, invitations, state.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use anyhow::{Context, bail};
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::texts::{Faq, Text, TextName};
use isoloir_domain::{Board, Consultation, ConsultationId, CountRules, Election, Language, Policy};
use isoloir_service::VotingServer;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::import_list_files::{GivenFile, ListFilesError, Role};
use isoloir_service::import_roll::ImportError;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use serde::Deserialize;

use super::{ConfigArg, block_on, letters, reissue_policy, review_roll, server};
use crate::handover::{EntitledConsultation, EntitledElection, EntitledVoter, Entitlements};
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
    /// Imports a folder: consultation.toml, roll.csv, lists.csv; textes/, logos/, manifestos/ if there are any. Every error is told with its line; on error nothing is imported.
    #[command(after_help = "Example:\n  isoloir consultation import demo/\n\nFormats: docs/guides/organiser.md")]
    Import {
        /// Folder with consultation.toml, roll.csv, lists.csv, and what voters read.
        folder: PathBuf,
        /// Only checks the files: imports nothing.
        #[arg(long)]
        check: bool,
    },
    /// Writes who may vote where, by voter identifier, for the registrar: a line per voter, by delivery place and name.
    #[command(after_help = "Example:\n  isoloir consultation entitlements --out entitlements.json")]
    Entitlements {
        /// File to write (mode 0600). Of a person: identifier, staff number, name, language and delivery, which the notices need.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sends every voter without an account the mail whose link activates it.
    Invite,
    /// Replaces the texts that voters read: DIR/textes/edito.fr.md, reclamations.fr.md, the same in .en.md, faq.toml. At any time.
    #[command(after_help = "Example:\n  isoloir consultation texts elections/\n\nFormats: docs/guides/organiser.md")]
    Texts {
        /// The consultation's folder.
        folder: PathBuf,
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
    },
    /// Makes the activation letters of voters without an e-mail address: one file to print, and an index without codes.
    #[command(
        after_help = "Example:\n  isoloir consultation letters --out letters/\n\nLetters made before are void. Destroy the printed file once the \
                            letters have left."
    )]
    Letters {
        /// New folder for letters.html and index.csv.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Writes the complaints about the roll as CSV, safe to open in a spreadsheet.
    Complaints {
        /// File to write (mode 0600).
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Reads the rules of the reissue as a judge would: what is refused, what deserves a warning, and by which case or article. Import, set-up and
    /// opening refuse what is refused here.
    #[command(
        after_help = "Example:\n  isoloir consultation lint elections/consultation.toml\n  isoloir consultation lint --preset two_domains\n\n\
                      The rules are the section [policy.reissue]; presets: seed, two_domains, franceconnect."
    )]
    Lint {
        /// A consultation.toml, or the folder that holds one.
        #[arg(required_unless_present = "preset")]
        file: Option<PathBuf>,
        /// Prints a preset, ready to be pasted, and what is found in it.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        preset: Option<Preset>,
    },
    /// Counts the requests for a new voting code, by path, channel and refusal, for the board and the minutes.
    Counters,
    /// Compares the rolls with what the section [policy.roll.gates] says that they should be. Exit code 1 while a gate stands: nothing is set up
    /// before it is mended, or passed by a decision.
    #[command(after_help = "Example:\n  isoloir consultation review\n\nGates: docs/guides/organiser.md")]
    Review,
    /// Records somebody's decision to pass a gate, with the reason, in the journal. It is about the figures shown: another roll is another decision.
    #[command(
        after_help = "Example:\n  isoloir consultation waive head-count:csa:940/1000 --by \"Yann Corbel, chef du bureau des élections\" \\\n    \
                      --reason \"60 départs en retraite depuis l’état de référence\""
    )]
    Waive {
        /// The gate, as `isoloir consultation review` names it.
        gate: String,
        /// Who decides: name and function.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
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
        match &arguments.command {
            ConsultationCommand::Lint {
                preset: Some(preset), ..
            } => return reissue_policy::lint_preset(*preset),
            ConsultationCommand::Lint { file: Some(file), .. } => return reissue_policy::lint_file(file),
            _ => {}
        }
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            // Answered above: it takes no server.
            ConsultationCommand::Lint { .. } => Ok(()),
            ConsultationCommand::Counters => reissue_policy::counters(&server).await,
            ConsultationCommand::Review => review_roll::review(&server).await,
            ConsultationCommand::Waive { gate, by, reason } => review_roll::waive(&server, gate, by, reason).await,
            ConsultationCommand::Import { folder, .. } => import(&server, folder).await.map(|_| ()),
            ConsultationCommand::Entitlements { out } => write_entitlements(&server, out).await,
            ConsultationCommand::Invite => invite(&server).await,
            ConsultationCommand::Texts { folder, consultation } => {
                replace_texts(&server, folder, consultation.as_deref()).await
            }
            ConsultationCommand::Complaints { out } => export_complaints(&server, out).await,
            ConsultationCommand::Letters { out } => letters::write(&server, &arguments.config, out).await,
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
    #[serde(default)]
    boards: Vec<Board>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElectionFile {
    key: String,
    title: String,
    seats: u32,
    #[serde(default)]
    count: CountRules,
}

/// The files of a consultation's folder, by their path in it, with `/`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// A consultation's folder, read and not yet checked against itself.
pub(crate) struct Folder {
    plan: ConsultationPlan,
    roll: Vec<u8>,
    lists: Vec<u8>,
    texts: Texts,
    files: Vec<GivenFile>,
}

/// What stands in `textes/`.
pub(crate) struct Texts {
    texts: Vec<Text>,
    faq: Option<Faq>,
}

const TEXTS: &str = "textes";
const FILES: [(&str, Role, &[&str]); 2] = [
    ("logos", Role::Logo, &["png", "jpg", "jpeg", "webp"]),
    ("manifestos", Role::Manifesto, &["pdf"]),
];
/// Larger than anything that is accepted: what is refused is refused by its size, not read to the end.
const MAX_FILE: u64 = 16 * 1024 * 1024;

impl Folder {
    /// Reads the folder.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut files = Files::new();
        for name in ["consultation.toml", "roll.csv", "lists.csv"] {
            let path = folder.join(name);
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name.to_owned(), bytes);
        }
        for name in [TEXTS, "logos", "manifestos"] {
            gather(&folder.join(name), name, &mut files)?;
        }
        Self::from_files(files)
    }

    /// From the files themselves.
    pub(crate) fn from_files(mut files: Files) -> anyhow::Result<Self> {
        let mut take = |name: &str| files.remove(name).with_context(|| format!("{name} is missing"));
        let toml = String::from_utf8(take("consultation.toml")?).context("consultation.toml is not UTF-8")?;
        let (roll, lists) = (take("roll.csv")?, take("lists.csv")?);
        Ok(Self {
            plan: plan(&toml).context("consultation.toml")?,
            roll,
            lists,
            texts: Texts::of(&files)?,
            files: list_files(files)?,
        })
    }
}

/// Adds the files under `folder`; hidden ones (those of file managers) are left out.
fn gather(folder: &Path, name: &str, files: &mut Files) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let file_name = entry.file_name();
        let file_name = file_name
            .to_str()
            .with_context(|| format!("{name}: a name that is not UTF-8"))?;
        if file_name.starts_with('.') {
            continue;
        }
        let (path, name) = (entry.path(), format!("{name}/{file_name}"));
        if path.is_dir() {
            gather(&path, &name, files)?;
        } else if entry.metadata()?.len() > MAX_FILE {
            bail!("{name} is far too large");
        } else {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name, bytes);
        }
    }
    Ok(())
}

impl Texts {
    /// Reads `textes/` of a folder.
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut files = Files::new();
        gather(&folder.join(TEXTS), TEXTS, &mut files)?;
        Self::of(&files)
    }

    fn of(files: &Files) -> anyhow::Result<Self> {
        let mut read = Self {
            texts: Vec::new(),
            faq: None,
        };
        let prefix = format!("{TEXTS}/");
        for (path, bytes) in files {
            let Some(name) = path.strip_prefix(&prefix) else {
                continue;
            };
            let text = std::str::from_utf8(bytes).with_context(|| format!("{path} is not UTF-8"))?;
            if name == "faq.toml" {
                read.faq = Some(toml::from_str(text).with_context(|| path.clone())?);
            } else {
                let (name, language) = text_name(name).with_context(|| {
                    format!("{path}: expected edito.fr.md, reclamations.fr.md, the same in .en.md, or faq.toml")
                })?;
                let body = text.to_owned();
                read.texts.push(Text { name, language, body });
            }
        }
        Ok(read)
    }
}

/// `edito.fr.md` is the foreword, in French.
fn text_name(file: &str) -> Option<(TextName, Language)> {
    let (name, language) = match file.strip_suffix(".fr.md") {
        Some(name) => (name, Language::French),
        None => (file.strip_suffix(".en.md")?, Language::English),
    };
    Some((name.parse().ok()?, language))
}

/// `logos/<election>/<list>.png` and `manifestos/<election>/<list>.pdf`; a file that is nothing of the kind is a mistake, not a silence.
fn list_files(files: Files) -> anyhow::Result<Vec<GivenFile>> {
    let mut given = Vec::new();
    for (path, bytes) in files {
        let parts: Vec<&str> = path.split('/').collect();
        let known = FILES.iter().find(|(folder, ..)| parts.first() == Some(folder));
        let Some((folder, role, endings)) = known else { continue };
        let [_, election, name] = parts.as_slice() else {
            bail!("{path}: expected {folder}/<election>/<list>.{}", endings.join("|"));
        };
        let Some((list, ending)) = name.rsplit_once('.') else {
            bail!("{path} has no ending");
        };
        if !endings.contains(&ending.to_ascii_lowercase().as_str()) {
            bail!("{path}: the ending is one of {}", endings.join(", "));
        }
        given.push(GivenFile {
            election: (*election).to_owned(),
            list: list.to_owned(),
            role: *role,
            path: path.clone(),
            bytes,
        });
    }
    Ok(given)
}

pub(super) fn plan(text: &str) -> anyhow::Result<ConsultationPlan> {
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
                count: election.count,
            })
            .collect(),
        boards: file.boards,
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
    let texts = store_texts(server, &id, &folder.texts).await?;
    let files = store_files(server, &id, folder.files.clone()).await?;
    let mut told: Vec<String> = elections
        .iter()
        .map(|election| format!("{}  {} ({})", election.id, election.title, election.key))
        .collect();
    told.push(format!(
        "roll.csv: {} rows, {} voters, {} of them without an e-mail address ({}, SHA-256 {})",
        roll.rows, roll.subjects, roll.without_email, roll.encoding, roll.file
    ));
    if roll.with_identity > 0 {
        told.push(format!(
            "roll.csv: {} voters can be identified by FranceConnect, except {} who share their identity with another",
            roll.with_identity, roll.shared_identity
        ));
    }
    told.push(format!(
        "lists.csv: {} rows, {} lists ({}, SHA-256 {})",
        lists.rows, lists.subjects, lists.encoding, lists.file
    ));
    told.push(format!(
        "{TEXTS}/: {texts} texts and questions; logos/ and manifestos/: {files} files"
    ));
    Ok(Imported { id, told })
}

async fn store_texts(server: &VotingServer, id: &ConsultationId, given: &Texts) -> anyhow::Result<u64> {
    if given.texts.is_empty() && given.faq.is_none() {
        return Ok(0);
    }
    server
        .replace_texts(id, &given.texts, given.faq.as_ref())
        .await
        .context(TEXTS)
}

async fn store_files(server: &VotingServer, id: &ConsultationId, given: Vec<GivenFile>) -> anyhow::Result<u64> {
    if given.is_empty() {
        return Ok(0);
    }
    match server.import_list_files(id, given).await {
        Ok(count) => Ok(count),
        Err(ListFilesError::Wrong(wrong)) => {
            for (path, what) in &wrong {
                eprintln!("{path}: {}", what.message().text(Language::English));
            }
            bail!("{} file(s) are wrong; nothing was imported", wrong.len())
        }
        Err(other) => Err(other.into()),
    }
}

/// Replaces the texts of a consultation by those of a folder; without a `textes/` in it, all of them go and the built-in questions come
/// back.
async fn replace_texts(server: &VotingServer, folder: &Path, id: Option<&str>) -> anyhow::Result<()> {
    let consultations = server.consultations().await?;
    let chosen = match (id, consultations.as_slice()) {
        (Some(id), all) => all.iter().find(|one| one.id.as_str() == id),
        (None, [one]) => Some(one),
        (None, _) => bail!("name the consultation with --consultation"),
    };
    let id = &chosen.context("there is no such consultation")?.id;
    let given = Texts::read(folder)?;
    let count = server
        .replace_texts(id, &given.texts, given.faq.as_ref())
        .await
        .context(TEXTS)?;
    println!("{id}: {count} texts and questions stored, and shown from now on");
    Ok(())
}

/// Writes the complaints of every consultation as CSV.
async fn export_complaints(server: &VotingServer, out: &Path) -> anyhow::Result<()> {
    let [one] = server.consultations().await?.try_into().map_err(|all: Vec<_>| {
        anyhow::anyhow!(
            "there are {} consultations; complaints are exported one by one",
            all.len()
        )
    })?;
    private_file::create(out, &server.export_complaints(&one.id).await?)?;
    println!("{}: complaints written to {}", one.id, out.display());
    Ok(())
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
    let head = entitled_elections(server).await?;
    let mut file = BufWriter::new(private_file::Reserved::at(out)?);
    let mut voters = 0_u64;
    let written = async {
        head.write_head(&mut file)?;
        let take = |voter| -> anyhow::Result<()> {
            voters = voters.saturating_add(1);
            EntitledVoter::new(voter).write(&mut file)
        };
        server.entitled_voters(take).await?;
        Ok(file.flush()?)
    };
    let written: anyhow::Result<()> = written.await;
    let (file, _) = file.into_parts();
    if let Err(error) = written {
        file.give_up();
        return Err(error);
    }
    file.complete()?;
    println!(
        "{voters} voters, {} elections: {} written, for the registrar",
        head.elections.len(),
        out.display()
    );
    Ok(())
}

/// Who may vote where, over every election imported.
pub(crate) async fn entitlements(server: &VotingServer) -> anyhow::Result<Entitlements> {
    let mut entitlements = entitled_elections(server).await?;
    let read = server.entitled_voters(|voter| -> anyhow::Result<()> {
        entitlements.voters.push(EntitledVoter::new(voter));
        Ok(())
    });
    read.await?;
    Ok(entitlements)
}

/// The elections of the entitlements, without voters.
async fn entitled_elections(server: &VotingServer) -> anyhow::Result<Entitlements> {
    let elections = server::elections(server).await?;
    let mut groups: Vec<&str> = elections
        .iter()
        .map(|(consultation, _)| consultation.group.as_str())
        .collect();
    groups.dedup();
    let [group] = groups.as_slice() else {
        bail!("the consultations use different groups: {}", groups.join(", "))
    };
    let entitled = |(consultation, election): &(Consultation, Election)| EntitledElection {
        id: election.id.clone(),
        title: election.title.clone(),
        consultation: consultation.title.clone(),
        organiser: consultation.organiser.clone(),
        opens: consultation.calendar.opens(),
        closes: consultation.calendar.closes(),
    };
    // The portal shows the one that opens last.
    let shown = elections
        .iter()
        .map(|(known, _)| known)
        .max_by_key(|known| known.calendar.opens());
    Ok(Entitlements {
        group: (*group).to_owned(),
        consultation: shown.map(|known| EntitledConsultation {
            title: known.title.clone(),
            organiser: known.organiser.clone(),
            opens: known.calendar.opens(),
            closes: known.calendar.closes(),
            reissue: known.policy.reissue.clone(),
        }),
        elections: elections.iter().map(entitled).collect(),
        voters: Vec::new(),
    })
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
