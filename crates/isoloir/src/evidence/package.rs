//! Makes the folder of evidence of a consultation whose elections are all counted.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use ed25519_dalek::SigningKey;
use isoloir_domain::board_deed::{Act, Record};
use isoloir_domain::{Consultation, Election};
use isoloir_service::VotingServer;
use isoloir_service::board::{BoardState, Build};
use isoloir_service::file_digest::file_digest;
use isoloir_service::publish_results::{results_csv, results_json};
use jiff::{Span, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::{ElectionEvidence, FORM, FileLine, MANIFEST, Manifest, SIGNATURE, files, sign};
use crate::journal_file;

/// Years during which nothing is destroyed (R. 211-580).
const YEARS: i64 = 2;

/// What goes into the folder besides the server's data.
pub struct Wanted<'a> {
    /// A folder that is not there yet.
    pub out: &'a Path,
    /// Files to keep besides: sources, executable, configuration, certificates.
    pub include: &'a [PathBuf],
    /// The program that makes it.
    pub build: Build,
    /// The voting server's key.
    pub key: &'a SigningKey,
}

/// Makes the folder.
///
/// # Errors
/// When an election is not counted, or the folder is there already.
pub async fn package(server: &VotingServer, known: &Consultation, wanted: Wanted<'_>) -> anyhow::Result<Manifest> {
    let out = wanted.out;
    std::fs::create_dir(out).with_context(|| format!("cannot make {}", out.display()))?;
    for name in ["archives", "elections", "boards", "included"] {
        std::fs::create_dir(out.join(name))?;
    }
    let mut elections = Vec::new();
    let mut proclaimed: Option<Timestamp> = None;
    for election in server.elections(&known.id).await? {
        let (line, at) = write_election(server, out, &election)
            .await
            .with_context(|| election.title.clone())?;
        elections.push(line);
        proclaimed = proclaimed.max(Some(at));
    }
    for (of, board) in server.boards().await? {
        if of == known.id {
            write_board(server, out, &board.key).await?;
        }
    }
    write(out, "consultation.json", &json_of(&describe(known))?)?;
    let journal_head = write_journal(server, out).await?;
    for file in wanted.include {
        let name = file.file_name().context("a file to include")?;
        let copied = std::fs::copy(file, out.join("included").join(name));
        copied.with_context(|| format!("cannot copy {}", file.display()))?;
    }
    let proclaimed = proclaimed.context("a consultation without election")?;
    let manifest = Manifest {
        form: FORM.to_owned(),
        consultation: known.id.clone(),
        title: known.title.clone(),
        organiser: known.organiser.clone(),
        made: server.clock().now(),
        proclaimed,
        keep_until: two_years_after(proclaimed)?,
        build: wanted.build,
        server_key: hex::encode(wanted.key.verifying_key().as_bytes()),
        journal_head,
        elections,
        files: lines(out)?,
    };
    let bytes = json_of(&manifest)?;
    write(out, MANIFEST, &bytes)?;
    write(out, SIGNATURE, sign(&bytes, wanted.key).as_bytes())?;
    Ok(manifest)
}

fn two_years_after(at: Timestamp) -> anyhow::Result<Timestamp> {
    let day = at.in_tz("Europe/Paris")?.checked_add(Span::new().years(YEARS))?;
    Ok(day.timestamp())
}

fn lines(out: &Path) -> anyhow::Result<Vec<FileLine>> {
    let line = |(path, file): (String, PathBuf)| {
        let (size, sha256) = file_digest(&file)?;
        Ok(FileLine { path, size, sha256 })
    };
    files(out)?.into_iter().map(line).collect()
}

/// The archive, roll and poll book, lists, what was frozen, results.
async fn write_election(
    server: &VotingServer,
    out: &Path,
    election: &Election,
) -> anyhow::Result<(ElectionEvidence, Timestamp)> {
    let results = server.results(&election.id).await?.context("it is not counted yet")?;
    let verified = server.verification(&election.id).await?;
    let verified = verified.context("its archive was not audited: it was counted by an earlier version")?;
    let (frozen, digest, at) = server.closing_seal(&election.id).await?.context("it is not frozen")?;
    let archive = format!("archives/{}.bel", election.id);
    let file = File::create_new(out.join(&archive)).context("the archive")?;
    server.export_archive(&election.id, file).await?.sync_all()?;
    let (_, measured) = file_digest(&out.join(&archive))?;
    ensure!(
        measured == hex::encode(verified.archive),
        "its archive is not the one that was audited"
    );
    let name = |ending: &str| format!("elections/{}-{ending}", election.id);
    write(out, &name("emargement.csv"), &poll_book(server, election).await?)?;
    write(out, &name("listes.json"), &json_of(&lists(server, election).await?)?)?;
    let closing = json!({"digest": hex::encode(digest), "at": at.to_string(), "statement": frozen});
    write(out, &name("cloture.json"), &json_of(&closing)?)?;
    write(out, &name("resultats.json"), &json_of(&results_json(&results))?)?;
    write(out, &name("resultats.csv"), results_csv(&[results]).as_bytes())?;
    let line = ElectionEvidence {
        election: election.id.clone(),
        title: election.title.clone(),
        archive: measured,
        ballots: frozen.ballots,
        marked: frozen.marked,
    };
    Ok((line, verified.at))
}

/// Everybody on the roll, with the minute of the mark.
async fn poll_book(server: &VotingServer, election: &Election) -> anyhow::Result<Vec<u8>> {
    let marks = server.poll_book(&election.id).await?.marks;
    let marks: std::collections::HashMap<_, _> = marks.into_iter().collect();
    let mut csv = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    csv.write_record(["matricule", "nom", "prenom", "emargement"])?;
    for voter in server.electoral_roll(&election.id).await?.voters {
        let mark = marks.get(&voter.id).map_or_else(String::new, ToString::to_string);
        csv.write_record([&voter.number, &voter.last_name, &voter.first_name, &mark])?;
    }
    csv.into_inner().context("the poll book")
}

async fn lists(server: &VotingServer, election: &Election) -> anyhow::Result<serde_json::Value> {
    let lists = server.lists(&election.id).await?;
    let candidate = |one: &isoloir_domain::Candidate| json!({"rank": one.rank, "name": one.full_name()});
    let list = |one: &isoloir_domain::CandidateList| {
        let candidates: Vec<_> = one.candidates.iter().map(candidate).collect();
        json!({"position": one.position, "name": one.name, "acronym": one.acronym, "candidates": candidates})
    };
    Ok(lists.iter().map(list).collect())
}

/// Composition, public keys, every record, what was sealed and rehearsed, signed minutes.
async fn write_board(server: &VotingServer, out: &Path, key: &str) -> anyhow::Result<()> {
    let state = server.board_state(key).await?;
    let name = |ending: &str| format!("boards/{key}-{ending}");
    write(out, &name("composition.json"), &json_of(&state.board)?)?;
    if let Some((keys, _)) = &state.keys {
        write(out, &name("trustees.json"), keys.as_bytes())?;
    }
    let mut records = String::new();
    for record in server.board_records(key).await? {
        records.push_str(&serde_json::to_string(&line(&record))?);
        records.push('\n');
    }
    write(out, &name("actes.jsonl"), records.as_bytes())?;
    for (ending, text) in statements(&state) {
        write(out, &name(&ending), text.as_bytes())?;
    }
    Ok(())
}

fn line(record: &Record) -> serde_json::Value {
    json!({"at": record.at.to_string(), "by": record.by, "did": record.deed, "body": record.body})
}

/// The texts whose digests were signed: the seal, the minutes.
fn statements(state: &BoardState) -> Vec<(String, String)> {
    let done = state.acts.iter().filter(|act| act.done.is_some());
    let named = done.filter_map(|act| {
        let text = act.statement.clone()?;
        match &act.act {
            Act::Seal { .. } => Some((format!("{}-scellement.json", act.number), text)),
            Act::Minutes { minutes, .. } => Some((format!("{}-pv-{}.json", act.number, minutes.as_str()), text)),
            _ => None,
        }
    });
    named.collect()
}

/// The journal as a file, checked once written; gives its head.
async fn write_journal(server: &VotingServer, out: &Path) -> anyhow::Result<String> {
    let path = out.join("journal.jsonl");
    journal_file::write(server, &path).await?;
    let report = journal_file::check(&path, Some(server.server_key()), None)?;
    Ok(hex::encode(report.head.hash))
}

#[derive(Serialize)]
struct Described<'a> {
    id: &'a isoloir_domain::ConsultationId,
    title: &'a str,
    organiser: &'a str,
    profile: isoloir_domain::Profile,
    group: &'a str,
    opens: String,
    closes: String,
    policy: &'a isoloir_domain::Policy,
}

fn describe(known: &Consultation) -> Described<'_> {
    Described {
        id: &known.id,
        title: &known.title,
        organiser: &known.organiser,
        profile: known.profile,
        group: &known.group,
        opens: known.calendar.opens().to_string(),
        closes: known.calendar.closes().to_string(),
        policy: &known.policy,
    }
}

fn json_of<T: Serialize>(value: &T) -> anyhow::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn write(out: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = out.join(name);
    if path.exists() {
        bail!("{} is there already", path.display());
    }
    std::fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
