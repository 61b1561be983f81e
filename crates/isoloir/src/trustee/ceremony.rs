//! The whole key ceremony on one machine: for demonstrations and rehearsals only, since that machine sees every key.
//!
//! The quorum is that of R. 211-573: (president or secretary) and two delegates. Two threshold items whose keys multiply:
//! administration, 1 of 2; delegates, 2 of n.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use isoloir_protocol::group::GroupName;
use rand_core::CryptoRng;

use super::assemble::assemble;
use super::item::ItemFolder;
use crate::private_file;

/// Delegates who must be there to count.
const DELEGATES_NEEDED: u32 = 2;

/// Who holds a key.
#[derive(Debug, Clone)]
pub struct Board {
    /// The protocol's group.
    pub group: GroupName,
    /// President's name.
    pub president: String,
    /// Secretary's name.
    pub secretary: String,
    /// Delegates' names, at least two.
    pub delegates: Vec<String>,
}

/// Plays every step. `folder` receives `trustees.json`, `president.key`, `secretary.key`, `delegate-1.key`…, and the messages of the
/// exchange in `exchange/`. Returns the path of `trustees.json`.
///
/// # Errors
/// When the folder exists, or there are fewer than two delegates.
pub fn ceremony(folder: &Path, board: &Board, rng: &mut impl CryptoRng) -> anyhow::Result<PathBuf> {
    let delegates = u32::try_from(board.delegates.len())?;
    ensure!(
        delegates >= DELEGATES_NEEDED,
        "the quorum takes two delegates: a board has at least two"
    );
    std::fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let exchange = folder.join("exchange");
    std::fs::create_dir(&exchange)?;
    let administration = ItemFolder::create(&exchange.join("administration"), board.group, 2, 1)?;
    let people = [
        ("president".to_owned(), &board.president),
        ("secretary".to_owned(), &board.secretary),
    ];
    play(folder, &administration, &people, rng)?;
    let item = ItemFolder::create(&exchange.join("delegates"), board.group, delegates, DELEGATES_NEEDED)?;
    let people: Vec<_> = (1..)
        .zip(&board.delegates)
        .map(|(i, name)| (format!("delegate-{i}"), name))
        .collect();
    play(folder, &item, &people, rng)?;
    let trustees = assemble(
        board.group,
        &[&exchange.join("administration"), &exchange.join("delegates")],
    )?;
    let path = folder.join("trustees.json");
    private_file::replace_public(&path, &trustees)?;
    Ok(path)
}

/// All members of one item, step by step. Seeds are not needed any more once the keys are derived.
fn play(
    folder: &Path,
    item: &ItemFolder,
    people: &[(String, &String)],
    rng: &mut impl CryptoRng,
) -> anyhow::Result<()> {
    let seeds: Vec<PathBuf> = people
        .iter()
        .map(|(file, _)| folder.join(format!("{file}.seed")))
        .collect();
    for ((seed, (_, name)), index) in seeds.iter().zip(people).zip(1..) {
        item.certify(seed, index, name, rng)?;
    }
    for seed in &seeds {
        item.commit(seed, rng)?;
    }
    for seed in &seeds {
        item.reveal(seed)?;
    }
    for seed in &seeds {
        item.derive(seed, rng)?;
    }
    item.finish()?;
    for seed in &seeds {
        std::fs::remove_file(seed)?;
        std::fs::remove_file(seed.with_extension("polynomial"))?;
    }
    Ok(())
}
