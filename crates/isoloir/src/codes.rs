//! Issues voting codes into one file for a printer that makes the notices: some voters at a time, so that memory holds neither voters nor codes.
//!
//! Codes are written to `FILE.part`, which takes its name when it is whole. Interrupted, the same command goes on: rows whose code is still the
//! voter's valid one are kept, every other voter gets a code. What was committed and did not reach the disk is void by that.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_domain::VoterId;
use isoloir_domain::cell::safe_field;
use isoloir_registrar::create_credentials::BLOCK;
use isoloir_registrar::{IssuedCode, Registrar, VotingCode};
use zeroize::Zeroizing;

use crate::credentials::Blocks;
use crate::handover::{EntitledVoter, Entitlements};
use crate::progress::Progress;
use crate::{ambient, private_file};

const COLUMNS: &str = "voter;matricule;nom;prenom;code\n";

/// Issues a code to every voter of the file, or to the one with this number. Gives how many the file holds.
pub(crate) async fn issue(
    registrar: &Registrar,
    entitlements: &Path,
    number: Option<&str>,
    out: &Path,
) -> anyhow::Result<usize> {
    let wanted = |voter: &EntitledVoter| number.is_none_or(|number| voter.number == number);
    let (voters, twice) = survey(entitlements, wanted)?;
    if let Some(number) = twice {
        bail!("{}: voter {number} stands twice", entitlements.display());
    }
    if voters == 0 {
        bail!("no such voter in the entitlements");
    }
    if out.exists() {
        bail!(
            "{} exists: codes are written once, and never over other codes",
            out.display()
        );
    }
    let part = beside(out, "part");
    let (mut file, done) = match part.exists() {
        false => (begin(&part)?, HashSet::new()),
        true if number.is_some() => bail!("{} is an interrupted run for all voters", part.display()),
        true => go_on(registrar, &part).await?,
    };
    let bar = Progress::of(voters, "voters");
    bar.add(done.len());
    let left = Entitlements::open(entitlements)?.1.filter(|voter| match voter {
        Ok(voter) => wanted(voter) && !done.contains(&voter.id),
        Err(_) => true,
    });
    let mut written = 0;
    for block in Blocks::of(left, BLOCK) {
        let block = block?;
        let ids: Vec<VoterId> = block.iter().map(|voter| voter.id).collect();
        let codes = registrar.issue_codes(&ids, &mut ambient::rng()).await;
        let codes = match codes {
            Err(error) if written == 0 && done.is_empty() => {
                file.give_up();
                return Err(error.into());
            }
            codes => codes?,
        };
        file.append(rows(&block, &codes).as_bytes())?;
        written += codes.len();
        bar.add(codes.len());
    }
    file.complete()?;
    bar.end();
    std::fs::rename(&part, out).with_context(|| format!("cannot write {}", out.display()))?;
    Ok(written + done.len())
}

/// How many are wanted; and the number of one who stands twice.
fn survey(entitlements: &Path, wanted: impl Fn(&EntitledVoter) -> bool) -> anyhow::Result<(u64, Option<String>)> {
    let mut seen = HashSet::new();
    for voter in Entitlements::open(entitlements)?.1 {
        let voter = voter?;
        if wanted(&voter) && !seen.insert(voter.id) {
            return Ok((0, Some(voter.number)));
        }
    }
    Ok((crate::progress::count(seen.len()), None))
}

fn begin(part: &Path) -> anyhow::Result<private_file::Reserved> {
    let mut file = private_file::Reserved::at(part)?;
    file.append(COLUMNS.as_bytes())?;
    Ok(file)
}

/// Takes an interrupted file up again: keeps the rows that are whole and whose code is valid, and says whose they are.
async fn go_on(registrar: &Registrar, part: &Path) -> anyhow::Result<(private_file::Reserved, HashSet<VoterId>)> {
    let (next, mut done) = (beside(part, "again"), HashSet::new());
    let _: Result<(), _> = std::fs::remove_file(&next);
    let mut file = begin(&next)?;
    let before = File::open(part).with_context(|| format!("cannot read {}", part.display()))?;
    let mut lines = BufReader::new(before)
        .split(b'\n')
        .skip(1)
        .map(|line| Ok(Zeroizing::new(line?)));
    for block in Blocks::of(lines.by_ref(), BLOCK) {
        let mut kept = Vec::new();
        let mut codes = Vec::new();
        for line in block? {
            // The last row may have been cut short.
            if let Some(code) = code_of(&line) {
                codes.push(code);
                kept.push(line);
            }
        }
        let valid = registrar.are_valid(&codes).await?;
        let mut rows = Zeroizing::new(Vec::new());
        for ((line, code), _) in kept.iter().zip(&codes).zip(valid).filter(|(_, valid)| *valid) {
            if done.insert(code.voter) {
                rows.extend_from_slice(line);
                rows.push(b'\n');
            }
        }
        file.append(&rows)?;
    }
    std::fs::rename(&next, part).with_context(|| format!("cannot write {}", part.display()))?;
    Ok((file.moved_to(part), done))
}

fn code_of(line: &[u8]) -> Option<IssuedCode> {
    let line = std::str::from_utf8(line).ok()?;
    let (voter, code) = (line.split(';').next()?, line.rsplit(';').next()?);
    Some(IssuedCode {
        voter: voter.parse().ok()?,
        code: VotingCode::parse(code).ok()?,
    })
}

fn rows(voters: &[EntitledVoter], codes: &[IssuedCode]) -> Zeroizing<String> {
    // As long as it can be, so that no copy is left behind by its growth.
    let names: usize = voters
        .iter()
        .map(|v| v.number.len() + 2 * (v.last_name.len() + v.first_name.len()))
        .sum();
    let mut text = Zeroizing::new(String::with_capacity(names + 96 * voters.len()));
    for (voter, issued) in voters.iter().zip(codes) {
        let names = [&voter.number, &voter.last_name, &voter.first_name].map(|field| safe_field(field));
        text.push_str(&format!("{};{};", issued.voter, names.join(";")));
        text.push_str(&shown(issued));
        text.push('\n');
    }
    text
}

/// A code as printed, in groups of four.
pub(crate) fn shown(issued: &IssuedCode) -> Zeroizing<String> {
    Zeroizing::new(issued.code.to_string())
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
