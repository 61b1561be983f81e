//! Takes a vote over after the loss of the database (*reprise*): a new one from the last backup and the synchronous copy, and the proof that no event of any box
//! is missing between them, for the board and its minutes. It names nobody.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ed25519_dalek::VerifyingKey;
use isoloir_domain::journal::{Entry, Event, Subject};
use isoloir_domain::local_time::paris;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::{Clock, ElectionId};
use isoloir_store::StoreError;
use isoloir_store::journal::Wanted;
use isoloir_store::takeover::{Findings, Gap, RebuildError, Rebuilt, Sources, rebuild};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::file_digest::file_digest;
use crate::{Fault, VotingServer};

/// What is given.
pub struct TakeoverFiles {
    /// The last backup of the database.
    pub backup: PathBuf,
    /// The synchronous copy, with what SQLite left beside it.
    pub copy: PathBuf,
    /// The database to make.
    pub out: PathBuf,
    /// Heads signed earlier, whose signatures hold.
    pub heads: Vec<(ElectionId, [u8; 32])>,
}

/// Why there is no takeover.
#[derive(Debug, thiserror::Error)]
pub enum TakeoverError {
    /// Something is missing, or is not what it was.
    #[error("{}: {}", self.code(), self.message().en)]
    Gap(Gap),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A database cannot be read or written.
    #[error("a database cannot be read or written: {0}")]
    Store(#[from] StoreError),
}

impl From<RebuildError> for TakeoverError {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Gap(gap) => Self::Gap(gap),
            RebuildError::File { path, source } => Self::File { path, source },
            RebuildError::Store(error) => Self::Store(error),
        }
    }
}

impl Refusal for TakeoverError {
    fn code(&self) -> &'static str {
        match self {
            Self::Gap(gap) => code_of(gap),
            Self::File { .. } => "file_unavailable",
            Self::Store(_) => "store_unavailable",
        }
    }

    fn message(&self) -> Message {
        match self {
            Self::Gap(gap) => words_of(gap),
            Self::File { .. } | Self::Store(_) => Message::new(
                "Un fichier ne peut être lu ou écrit. Rien n’a été changé.",
                "A file cannot be read or written. Nothing was changed.",
            ),
        }
    }

    fn class(&self) -> Class {
        match self {
            Self::Gap(_) => Class::Unprocessable,
            Self::File { .. } | Self::Store(_) => Class::Unavailable,
        }
    }
}

const fn code_of(gap: &Gap) -> &'static str {
    match gap {
        Gap::NotACopy => "not_a_copy",
        Gap::OtherServer => "other_server",
        Gap::OtherKey => "other_key",
        Gap::CopyOlder => "copy_older",
        Gap::OtherHistory => "other_history",
        Gap::Journal(_) => "journal_broken",
        Gap::BackupJournal => "backup_journal_broken",
        Gap::BoxMissing(_) => "box_missing",
        Gap::BoxUnknown(_) => "box_unknown",
        Gap::OtherSetup(_) => "other_setup",
        Gap::EventMissing(..) => "event_missing",
        Gap::EventAltered(..) => "event_altered",
        Gap::Head(_) => "head_differs",
        Gap::BackupOffChain(_) => "backup_off_chain",
        Gap::Counts { .. } => "counts_differ",
        Gap::OffRoll(..) => "marks_off_roll",
        Gap::MarksLost(..) => "marks_lost",
        Gap::JournalDiffers(_) => "journal_differs",
        Gap::SignedHead(..) => "signed_head_off_chain",
    }
}

fn words_of(gap: &Gap) -> Message {
    match gap {
        Gap::NotACopy => Message::new(
            "Ce fichier n’est pas une copie synchrone.",
            "This file is not a synchronous copy.",
        ),
        Gap::OtherServer => Message::new(
            "La copie est celle d’un serveur qui a une autre clé.",
            "The copy is that of a server with another key.",
        ),
        Gap::OtherKey => Message::new(
            "Le journal de la sauvegarde est signé avec une autre clé.",
            "The journal of the backup is signed with another key.",
        ),
        Gap::CopyOlder => Message::new(
            "La copie s’arrête avant la sauvegarde\u{a0}: ce n’est pas la dernière, ou elle n’était plus tenue.",
            "The copy ends before the backup: it is not the last one, or was no longer kept.",
        ),
        Gap::OtherHistory => Message::new(
            "La sauvegarde et la copie n’ont pas le même début.",
            "The backup and the copy do not begin alike.",
        ),
        Gap::Journal(rank) => Message::new(
            format!("Le journal de la copie est rompu au rang {rank}."),
            format!("The journal of the copy is broken at rank {rank}."),
        ),
        Gap::BackupJournal => Message::new(
            "Le journal de la sauvegarde est rompu.",
            "The journal of the backup is broken.",
        ),
        Gap::SignedHead(election, head) => Message::new(
            format!(
                "La tête {head} de l’urne {election}, signée par le serveur, n’est pas sur la chaîne\u{a0}: des bulletins manquent."
            ),
            format!(
                "The head {head} of the box {election}, which the server signed, is not on the chain: ballots are missing."
            ),
        ),
        of_a_box => words_of_box(of_a_box),
    }
}

fn words_of_box(gap: &Gap) -> Message {
    match gap {
        Gap::BoxMissing(election) => Message::new(
            format!("La copie n’a pas l’urne {election}, que la sauvegarde a."),
            format!("The copy has not the box {election}, which the backup has."),
        ),
        Gap::BoxUnknown(election) => Message::new(
            format!(
                "L’urne {election} a été préparée après la sauvegarde, qui n’en a ni la liste ni les candidatures\u{a0}: il faut une sauvegarde plus récente."
            ),
            format!(
                "The box {election} was set up after the backup, which has neither its roll nor its lists: a later backup is needed."
            ),
        ),
        Gap::OtherSetup(election) => Message::new(
            format!("L’urne {election} n’est pas préparée de même dans la sauvegarde et dans la copie."),
            format!("The box {election} is set up otherwise in the backup and in the copy."),
        ),
        Gap::EventMissing(election, height) => Message::new(
            format!("Il manque l’événement {height} de l’urne {election}."),
            format!("Event {height} of the box {election} is missing."),
        ),
        Gap::EventAltered(election, height) => Message::new(
            format!("L’événement {height} de l’urne {election} n’est pas celui qui a été enregistré."),
            format!("Event {height} of the box {election} is not the one that was recorded."),
        ),
        Gap::Head(election) => Message::new(
            format!("L’urne {election} ne finit pas à sa tête\u{a0}: des événements manquent à la fin."),
            format!("The box {election} does not end at its head: events are missing at the end."),
        ),
        Gap::BackupOffChain(election) => Message::new(
            format!("L’urne {election} de la sauvegarde n’est pas le début de celle de la copie."),
            format!("The box {election} of the backup is not the beginning of the copy's."),
        ),
        Gap::Counts {
            election,
            marks,
            ballots,
        } => Message::new(
            format!("Élection {election}\u{a0}: {marks} émargements pour {ballots} bulletins."),
            format!("Election {election}: {marks} marks for {ballots} ballots."),
        ),
        Gap::OffRoll(election, marks) => Message::new(
            format!(
                "Élection {election}\u{a0}: {marks} émargements de personnes qui ne sont pas sur la liste de la sauvegarde."
            ),
            format!("Election {election}: {marks} marks of people who are not on the roll of the backup."),
        ),
        Gap::MarksLost(election, marks) => Message::new(
            format!("Élection {election}\u{a0}: {marks} émargements de la sauvegarde ne sont pas dans la copie."),
            format!("Election {election}: {marks} marks of the backup are not in the copy."),
        ),
        Gap::JournalDiffers(election) => Message::new(
            format!("Le journal compte d’autres bulletins que l’urne {election}."),
            format!("The journal tells of other ballots than those of the box {election}."),
        ),
        _ => Message::new("La reprise est refusée.", "The takeover is refused."),
    }
}

/// The proof: what the new database was made from, and what was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// `isoloir/takeover/v1`.
    pub form: &'static str,
    /// When, UTC.
    pub at: Timestamp,
    /// The key of the receipts, the same before and after, in hexadecimal.
    pub server_key: String,
    /// SHA-256 of the files that were read, in hexadecimal, by what they are: `backup`, `backup-wal`, `copy`, `copy-wal`.
    pub files: BTreeMap<&'static str, String>,
    /// The journal.
    pub journal: JournalProof,
    /// The elections that have a box.
    pub elections: Vec<ElectionProof>,
    /// What the journal tells of the time since the backup, by kind: how often.
    pub since: BTreeMap<String, u64>,
}

/// The journal, chained from its first entry to its last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalProof {
    /// Entries in the backup.
    pub backup: u64,
    /// Entries now, before those of the takeover.
    pub entries: u64,
    /// Hash of the last, in hexadecimal.
    pub hash: String,
}

/// One election, chained from its setup to its head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ElectionProof {
    /// Identifier.
    pub election: ElectionId,
    /// Title.
    pub title: String,
    /// Event of the setup, in hexadecimal; the same in the backup and in the copy.
    pub setup: String,
    /// Ballots that the backup has.
    pub backup_ballots: u64,
    /// Height of the backup's head.
    pub backup_height: u64,
    /// The backup's head, which lies on the chain.
    pub backup_head: String,
    /// Ballots that the copy alone has.
    pub copy_ballots: u64,
    /// Ballots in all.
    pub ballots: u64,
    /// Marks in the poll book, all on the roll: as many.
    pub marks: u64,
    /// Height of the head: no event is missing below.
    pub height: u64,
    /// The head.
    pub head: String,
    /// Whether the box is frozen.
    pub ended: bool,
    /// Commits of ballots in the journal: each head lies on the chain, where the counts say.
    pub commits: u64,
    /// Heads signed earlier that were shown, all on the chain.
    pub witnesses: u64,
}

impl ElectionProof {
    fn of(one: &Rebuilt) -> Self {
        Self {
            election: one.election.clone(),
            title: one.title.clone(),
            setup: one.setup.to_string(),
            backup_ballots: one.backup_ballots,
            backup_height: one.backup_height,
            backup_head: one.backup_head.to_string(),
            copy_ballots: one.ballots.saturating_sub(one.backup_ballots),
            ballots: one.ballots,
            marks: one.marks,
            height: one.height,
            head: one.head.to_string(),
            ended: one.ended,
            commits: one.commits,
            witnesses: one.witnesses,
        }
    }
}

/// A database that is ready, with its proof; not yet in its place.
pub struct Takeover {
    /// The proof.
    pub proof: Proof,
    /// Its exact text, whose digest enters the journal.
    pub json: String,
    /// SHA-256 of that text, in hexadecimal.
    pub digest: String,
    rebuilding: isoloir_store::takeover::Rebuilding,
}

/// Rebuilds the database beside its place, and verifies that nothing is missing.
///
/// # Errors
/// [`TakeoverError`]: nothing is made then.
pub async fn prepare_takeover(
    files: &TakeoverFiles,
    key: &VerifyingKey,
    clock: &dyn Clock,
) -> Result<Takeover, TakeoverError> {
    let digests = digests(files)?;
    let rebuilding = rebuild(&Sources {
        backup: files.backup.clone(),
        copy: files.copy.clone(),
        out: files.out.clone(),
        server: *key,
        heads: files.heads.clone(),
    })
    .await?;
    let proof = Proof::of(rebuilding.findings(), key, digests, clock.now());
    let json = serde_json::to_string_pretty(&proof).map_err(|_| StoreError::Damaged("the proof of a takeover"))?;
    let digest = hex::encode(Sha256::digest(&json));
    Ok(Takeover {
        proof,
        json,
        digest,
        rebuilding,
    })
}

impl Takeover {
    /// Enters the takeover into the journal, election by election, and puts the database in its place.
    ///
    /// # Errors
    /// [`TakeoverError`].
    pub async fn complete(self) -> Result<(), TakeoverError> {
        let entry = |one: &ElectionProof| Entry {
            at: self.proof.at,
            actor: None,
            subject: Subject::Election(one.election.clone()),
            what: Event::TakenOver {
                backup: one.backup_ballots,
                ballots: one.ballots,
                head: one.head.clone(),
                witnesses: one.witnesses,
                proof: self.digest.clone(),
            },
        };
        let entries: Vec<Entry> = self.proof.elections.iter().map(entry).collect();
        self.rebuilding.finish(&entries).await?;
        Ok(())
    }
}

fn digests(files: &TakeoverFiles) -> Result<BTreeMap<&'static str, String>, TakeoverError> {
    let mut digests = BTreeMap::new();
    for (name, beside, file) in [
        ("backup", "backup-wal", &files.backup),
        ("copy", "copy-wal", &files.copy),
    ] {
        digests.insert(name, digest_of(file)?);
        let mut wal = file.as_os_str().to_owned();
        wal.push("-wal");
        let wal = PathBuf::from(wal);
        if wal.exists() {
            digests.insert(beside, digest_of(&wal)?);
        }
    }
    Ok(digests)
}

fn digest_of(path: &Path) -> Result<String, TakeoverError> {
    let measured = file_digest(path).map_err(|source| TakeoverError::File {
        path: path.to_path_buf(),
        source,
    });
    measured.map(|(_, digest)| digest)
}

/// Kinds of entries that the takeover brings with it: ballots, events of boxes, what closings left.
const BROUGHT: [&str; 8] = [
    "ballots_recorded",
    "copy_completed",
    "polls_closed",
    "closing_sealed",
    "tally_encrypted",
    "partial_decryption_recorded",
    "tally_finished",
    "taken_over",
];

impl Proof {
    fn of(findings: &Findings, key: &VerifyingKey, files: BTreeMap<&'static str, String>, at: Timestamp) -> Self {
        Self {
            form: "isoloir/takeover/v1",
            at,
            server_key: hex::encode(key.as_bytes()),
            files,
            journal: JournalProof {
                backup: findings.backup_journal.rank,
                entries: findings.journal.rank,
                hash: hex::encode(findings.journal.hash),
            },
            elections: findings.elections.iter().map(ElectionProof::of).collect(),
            since: findings.since.clone(),
        }
    }

    /// What was done since the backup and came back with neither file: kinds of the journal, and how often.
    pub fn to_redo(&self) -> impl Iterator<Item = (&str, u64)> {
        let known = self.since.iter().map(|(kind, count)| (kind.as_str(), *count));
        known.filter(|(kind, _)| !BROUGHT.contains(kind))
    }

    /// The proof for people, in French, the language of the act; `digest` is that of the JSON.
    #[must_use]
    pub fn text(&self, digest: &str) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text, digest);
        text
    }

    fn write(&self, out: &mut String, digest: &str) -> std::fmt::Result {
        let at = self.at.to_zoned_datetime(paris());
        writeln!(
            out,
            "REPRISE APRÈS UNE PANNE\u{a0}: PREUVE QU’AUCUN BULLETIN NE MANQUE\n"
        )?;
        writeln!(out, "Faite le {}, heure de Paris.", at.strftime("%d/%m/%Y à %Hh%M"))?;
        writeln!(
            out,
            "La base du serveur de vote a été rétablie depuis la dernière sauvegarde et depuis la copie synchrone."
        )?;
        writeln!(
            out,
            "Aucun nom ne figure ici. Les nombres de votants sont réservés au bureau pendant le scrutin (R. 211-542).\n"
        )?;
        for one in &self.elections {
            one.write(out)?;
        }
        writeln!(
            out,
            "Journal\u{a0}: {} entrées dans la sauvegarde, {} en tout, chaînées de la première à la dernière.",
            self.journal.backup, self.journal.entries
        )?;
        writeln!(out, "  dernière entrée\u{a0}: {}", self.journal.hash)?;
        writeln!(out, "Clé des preuves de vote, inchangée\u{a0}: {}\n", self.server_key)?;
        let redo: Vec<_> = self.to_redo().collect();
        if redo.is_empty() {
            writeln!(
                out,
                "Depuis la sauvegarde, le journal ne dit rien d’autre que ces bulletins\u{a0}: rien n’est à refaire."
            )?;
        } else {
            writeln!(
                out,
                "À revoir, et à refaire s’il y a lieu\u{a0}: ce que le journal dit d’autre depuis la sauvegarde (ses noms, et combien de fois)"
            )?;
            for (kind, count) in redo {
                writeln!(out, "  {kind}\u{a0}: {count}")?;
            }
        }
        writeln!(out, "\nFichiers lus (SHA-256)\u{a0}:")?;
        for (name, sha256) in &self.files {
            writeln!(out, "  {name}\u{a0}: {sha256}")?;
        }
        writeln!(out, "Preuve en JSON (SHA-256), inscrite au journal\u{a0}: {digest}")
    }
}

impl ElectionProof {
    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} ({})", self.title, self.election)?;
        writeln!(
            out,
            "  bulletins\u{a0}: {}, dont {} de la sauvegarde et {} de la copie seule",
            self.ballots, self.backup_ballots, self.copy_ballots
        )?;
        writeln!(
            out,
            "  émargements\u{a0}: {}, tous sur la liste électorale, autant que de bulletins",
            self.marks
        )?;
        writeln!(
            out,
            "  chaîne de l’urne\u{a0}: {} événements après la préparation, aucun ne manque, chacun découle du précédent",
            self.height
        )?;
        writeln!(out, "  préparation, la même des deux côtés\u{a0}: {}", self.setup)?;
        writeln!(
            out,
            "  tête de la sauvegarde, sur la chaîne à la hauteur {}\u{a0}: {}",
            self.backup_height, self.backup_head
        )?;
        writeln!(out, "  tête\u{a0}: {}", self.head)?;
        writeln!(
            out,
            "  enregistrements au journal, tous retrouvés sur la chaîne\u{a0}: {}",
            self.commits
        )?;
        writeln!(
            out,
            "  têtes signées montrées par des témoins, toutes retrouvées\u{a0}: {}",
            self.witnesses
        )?;
        let state = if self.ended {
            "figée"
        } else {
            "ouverte, selon le calendrier"
        };
        writeln!(out, "  urne\u{a0}: {state}\n")
    }
}

/// A takeover as the minutes tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// When.
    pub at: Timestamp,
    /// Ballots that the backup had.
    pub backup: u64,
    /// Ballots after it, and marks.
    pub ballots: u64,
    /// Head of the box, in hexadecimal.
    pub head: String,
    /// Heads signed earlier that were shown, and found.
    pub witnesses: u64,
    /// SHA-256 of the proof, in hexadecimal.
    pub proof: String,
}

impl VotingServer {
    /// The takeovers that an election went through, the first first.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn takeovers(&self, election: &ElectionId) -> Result<Vec<TakenOver>, Fault> {
        let wanted = Wanted {
            about: Some(election.as_str()),
            ..Wanted::of_kind("taken_over")
        };
        // Fewer than a page: each is the loss of a machine.
        let mut taken: Vec<TakenOver> = self
            .journal_page(None, &wanted)
            .await?
            .into_iter()
            .filter_map(|(_, entry)| match entry.what {
                Event::TakenOver {
                    backup,
                    ballots,
                    head,
                    witnesses,
                    proof,
                } => Some(TakenOver {
                    at: entry.at,
                    backup,
                    ballots,
                    head,
                    witnesses,
                    proof,
                }),
                _ => None,
            })
            .collect();
        taken.reverse();
        Ok(taken)
    }
}
