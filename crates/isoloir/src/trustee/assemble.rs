//! Several items into the trustees of an election; all items are needed to decrypt.

use std::path::Path;

use anyhow::{Context, ensure};
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::trustee::{Item, PrivateKey, Trustees};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};

use super::in_group;
use super::item::{ItemFolder, read_json};
use super::member::write_key;
use crate::private_file;

/// One trustee as published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberLine {
    /// Number through all items, from 1.
    pub number: u32,
    /// Public name.
    pub name: String,
    /// How many of its item must decrypt.
    pub threshold: usize,
    /// How many its item has.
    pub members: usize,
}

/// A trustee of one's own: `key` (private) and `public`.
///
/// # Errors
/// When a file cannot be written.
pub fn new_single(
    group: GroupName,
    key: &Path,
    public: &Path,
    name: &str,
    rng: &mut impl CryptoRng,
) -> anyhow::Result<()> {
    in_group!(group, G => {
        let private = PrivateKey::<G>::generate(rng);
        write_key(key, &private, None)?;
        let item = Item::Single(private.public_key(Some(name.to_owned()), rng));
        private_file::replace_public(public, &serde_json::to_vec(&item)?)
    })
}

/// Puts items together: folders of threshold items, and public files of single trustees. Returns the JSON to publish.
///
/// # Errors
/// When an item is unfinished or a proof is wrong; the culprit is named.
pub fn assemble(group: GroupName, items: &[&Path]) -> anyhow::Result<Vec<u8>> {
    in_group!(group, G => {
        let items = items.iter().map(|path| read_item::<G>(path)).collect::<anyhow::Result<_>>()?;
        let trustees = Trustees::<G>::of(items);
        let bytes = trustees.to_bytes();
        trustees.verify()?;
        Ok(bytes)
    })
}

fn read_item<G: Group>(path: &Path) -> anyhow::Result<Item<G>> {
    if !path.is_dir() {
        return read_json(path);
    }
    let folder = ItemFolder::open(path)?;
    ensure!(
        folder.group() == G::NAME,
        "{} is for group {}",
        path.display(),
        folder.group()
    );
    Ok(Item::Pedersen(read_json(&folder.finish()?)?))
}

/// Checks `trustees.json` and says who is in it; and its fingerprint, to be read aloud and compared.
///
/// # Errors
/// When a proof is wrong; the culprit is named.
pub fn describe(bytes: &[u8]) -> anyhow::Result<(Vec<MemberLine>, String)> {
    let fingerprint = hex::encode(Sha256::digest(bytes));
    let members = GroupName::ALL
        .into_iter()
        .find_map(|group| in_group!(group, G => members_in::<G>(bytes)))
        .context("not the public keys of a board, in any group")??;
    Ok((members, fingerprint))
}

/// `None` when the bytes are not trustees of this group.
fn members_in<G: Group>(bytes: &[u8]) -> Option<anyhow::Result<Vec<MemberLine>>> {
    let trustees = Trustees::<G>::parse(bytes).ok()?;
    Some(trustees.verify().map_err(Into::into).map(|trustees| {
        let mut lines = Vec::new();
        for item in trustees.items() {
            let members = item.owners().len();
            for (number, name) in item.owners().zip(item.names()) {
                let name = name.unwrap_or("-").to_owned();
                lines.push(MemberLine {
                    number,
                    name,
                    threshold: item.threshold(),
                    members,
                });
            }
        }
        lines
    }))
}
