//! Checks a folder of evidence and counts again: no database, no network, no secret.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use clap::Parser as _;
use ed25519_dalek::VerifyingKey;
use isoloir_service::file_digest::file_digest;
use isoloir_verify::{Verdict, args::Args};

use super::{ElectionEvidence, Manifest, files, read};
use crate::journal_file;

/// What was found right, line by line.
pub struct Checked {
    /// The manifest.
    pub manifest: Manifest,
    /// In words.
    pub told: Vec<String>,
}

/// Checks signature, files, journal and poll books, and audits every archive with the published results.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn check(folder: &Path, key: Option<&VerifyingKey>) -> anyhow::Result<Checked> {
    let manifest = Manifest::read(folder, key)?;
    let mut told = vec![format!("manifest: signed by {}", manifest.server_key)];
    check_files(folder, &manifest)?;
    told.push(format!(
        "files: {}, each with its digest, none besides",
        manifest.files.len()
    ));
    told.push(format!(
        "journal: {} entries, chained",
        check_journal(folder, &manifest)?
    ));
    for election in &manifest.elections {
        count_again(folder, election).with_context(|| election.title.clone())?;
        told.push(format!(
            "{}: {} ballots, {} marks, counted again: the archive and the seats are those published",
            election.title, election.ballots, election.marked
        ));
    }
    Ok(Checked { manifest, told })
}

fn check_files(folder: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    let there: BTreeSet<String> = files(folder)?.into_iter().map(|(name, _)| name).collect();
    let named: BTreeSet<String> = manifest.files.iter().map(|line| line.path.clone()).collect();
    if let Some(strange) = there.difference(&named).next() {
        anyhow::bail!("{strange} is not in the manifest");
    }
    for line in &manifest.files {
        let (size, sha256) = file_digest(&folder.join(&line.path)).with_context(|| line.path.clone())?;
        ensure!(
            size == line.size && sha256 == line.sha256,
            "{} is not what the manifest says",
            line.path
        );
    }
    Ok(())
}

fn check_journal(folder: &Path, manifest: &Manifest) -> anyhow::Result<u64> {
    let report = journal_file::check(
        &folder.join("journal.jsonl"),
        Some(super::public_key(&manifest.server_key)?),
        None,
    )?;
    ensure!(
        hex::encode(report.head.hash) == manifest.journal_head,
        "the journal is not the one of its head"
    );
    Ok(report.head.rank)
}

fn count_again(folder: &Path, election: &ElectionEvidence) -> anyhow::Result<()> {
    let archive = folder.join(format!("archives/{}.bel", election.election));
    let (_, sha256) = file_digest(&archive)?;
    ensure!(
        sha256 == election.archive,
        "the archive is not the one that was audited before the proclamation"
    );
    let poll_book = folder.join(format!("elections/{}-emargement.csv", election.election));
    let marked = marks(&poll_book)?;
    ensure!(
        marked == election.marked && marked == election.ballots,
        "{marked} marks in the poll book for {} ballots",
        election.ballots
    );
    let results = folder.join(format!("elections/{}-resultats.json", election.election));
    let arguments = ["isoloir-verify", "--complete", "--results"].map(std::ffi::OsString::from);
    let files = [results.into_os_string(), archive.into_os_string()];
    let arguments = Args::try_parse_from(arguments.into_iter().chain(files))?;
    let mut answer = Vec::new();
    let verdict = isoloir_verify::run(&arguments, &mut answer)?;
    ensure!(verdict == Verdict::Valid, "{}", String::from_utf8_lossy(&answer));
    Ok(())
}

fn marks(poll_book: &Path) -> anyhow::Result<u64> {
    let bytes = read(poll_book)?;
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(bytes.as_slice());
    let mut marked = 0_u64;
    for row in reader.records() {
        if row?.get(3).is_some_and(|mark| !mark.is_empty()) {
            marked = marked.saturating_add(1);
        }
    }
    Ok(marked)
}
