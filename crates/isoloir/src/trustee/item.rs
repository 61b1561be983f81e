//! The folder of one threshold item (*clé partagée*): public messages only, one file each, named by member and step.
//!
//! It travels between the members, on a stick or by mail. Every step checks what the others left there before it adds its own
//! message, and names who is wrong.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::trustee::pedersen::{
    self, Certificates, Commitment, Commitments, Polynomial, ThresholdParameters, Voutput,
};
use isoloir_protocol::trustee::{Seed, Signed};
use rand_core::CryptoRng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::in_group;
use super::member::{Member, read_private, write_key};
use crate::private_file;

/// What the item is: `item.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemFile {
    group: GroupName,
    members: u32,
    threshold: u32,
}

/// Step 1: `N.certificate.json`.
#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct CertificateFile<G: Group> {
    name: String,
    certificate: Signed<G>,
}

/// The folder of one threshold item.
#[derive(Debug, Clone)]
pub struct ItemFolder {
    folder: PathBuf,
    item: ItemFile,
}

impl ItemFolder {
    /// Makes the folder: `threshold` of `members` will be needed.
    ///
    /// # Errors
    /// When the numbers make no item, or the folder exists.
    pub fn create(folder: &Path, group: GroupName, members: u32, threshold: u32) -> anyhow::Result<Self> {
        ensure!(
            (1..=members).contains(&threshold),
            "the threshold is between 1 and the number of members"
        );
        std::fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let item = ItemFile {
            group,
            members,
            threshold,
        };
        private_file::replace_public(&folder.join("item.json"), &serde_json::to_vec_pretty(&item)?)?;
        Ok(Self {
            folder: folder.to_path_buf(),
            item,
        })
    }

    /// Opens the folder.
    ///
    /// # Errors
    /// When it is not one.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let item = read_json(&folder.join("item.json"))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            item,
        })
    }

    /// The group.
    #[must_use]
    pub fn group(&self) -> GroupName {
        self.item.group
    }

    /// Step 1, certify: the member's seed (private, at `seed`) and its certificate (in the folder).
    ///
    /// # Errors
    /// When the place is taken or a file cannot be written.
    pub fn certify(&self, seed: &Path, index: u32, name: &str, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
        ensure!(
            (1..=self.item.members).contains(&index),
            "this item has members 1 to {}",
            self.item.members
        );
        in_group!(self.item.group, G => {
            let path = self.message(index, "certificate");
            ensure!(!path.exists(), "member {index} has its certificate already");
            let member = Member::create(seed, self.item.group, index, Seed::generate(rng))?;
            let (size, threshold) = (self.item.members, self.item.threshold);
            let certificate = pedersen::certificate::<G, _>(&member.seed, size, threshold, index, rng);
            write_json(&path, &CertificateFile { name: name.to_owned(), certificate })
        })
    }

    /// Step 2, commit: picks the polynomial (private, beside the seed) and publishes the commitment. Every certificate must be there.
    ///
    /// # Errors
    /// When a certificate is missing or wrong.
    pub fn commit(&self, seed: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
        let member = self.member(seed)?;
        in_group!(self.item.group, G => {
            let certificates = self.certificates::<G>()?;
            let (polynomial, commitment) = pedersen::polynomial(&member.seed, &certificates, rng)?;
            let held_back = zeroize::Zeroizing::new(serde_json::to_vec(&polynomial)?);
            private_file::create(&member.polynomial_path(), &held_back)?;
            write_json(&self.message(member.index, "commitment"), &commitment)
        })
    }

    /// Step 3, reveal: publishes the polynomial held back, once every commitment is there.
    ///
    /// # Errors
    /// When a commitment is missing or wrong.
    pub fn reveal(&self, seed: &Path) -> anyhow::Result<()> {
        let member = self.member(seed)?;
        in_group!(self.item.group, G => {
            let certificates = self.certificates::<G>()?;
            let commitments = self.commitments(&certificates)?;
            let polynomial: Polynomial<G> = serde_json::from_slice(&read_private(&member.polynomial_path())?)?;
            let free = commitments.allow(&certificates, member.index, &polynomial)?;
            write_json(&self.message(member.index, "polynomial"), free)
        })
    }

    /// Step 4, derive: checks every share received; the member's decryption key (private, beside the seed), and its public part.
    ///
    /// # Errors
    /// When a polynomial is missing or a share is wrong.
    pub fn derive(&self, seed: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<()> {
        let member = self.member(seed)?;
        in_group!(self.item.group, G => {
            let certificates = self.certificates::<G>()?;
            let commitments = self.commitments(&certificates)?;
            let inputs = pedersen::vinputs(&certificates, &commitments, &self.polynomials::<G>()?)?;
            let own = usize::try_from(member.index)?.checked_sub(1).and_then(|place| inputs.get(place));
            let input = own.context("this member has no place")?;
            let output = pedersen::voutput(&member.seed, &certificates, &commitments, input, rng)?;
            let key = pedersen::decryption_key::<G>(&member.seed, &output.private_key)?;
            write_key(&member.key_path(), &key, Some(&member.seed))?;
            write_json(&self.message(member.index, "output"), &output)
        })
    }

    /// Step 5, finish: the item's public parameters, every proof checked: `parameters.json`.
    ///
    /// # Errors
    /// When an output is missing or wrong.
    pub fn finish(&self) -> anyhow::Result<PathBuf> {
        in_group!(self.item.group, G => {
            let parameters = self.parameters::<G>()?;
            let path = self.folder.join("parameters.json");
            private_file::replace_public(&path, &serde_json::to_vec(&parameters)?)?;
            Ok(path)
        })
    }

    /// What is there, member by member: a line each.
    ///
    /// # Errors
    /// When a certificate is malformed.
    pub fn state(&self) -> anyhow::Result<Vec<String>> {
        let steps = ["certificate", "commitment", "polynomial", "output"];
        let line = |index: u32| {
            let done: Vec<_> = steps
                .into_iter()
                .filter(|step| self.message(index, step).exists())
                .collect();
            let name = self.name(index).unwrap_or_default();
            format!(
                "{index}  {name:<24} {}",
                if done.is_empty() {
                    "-".to_owned()
                } else {
                    done.join(", ")
                }
            )
        };
        Ok((1..=self.item.members).map(line).collect())
    }

    fn parameters<G: Group>(&self) -> anyhow::Result<ThresholdParameters<G>> {
        let certificates = self.certificates::<G>()?;
        let outputs: Vec<Voutput<G>> = self
            .messages("output")?
            .into_iter()
            .zip(1..)
            .map(|(mut output, index): (Voutput<G>, u32)| {
                output.public_key.name = self.name(index);
                output
            })
            .collect();
        Ok(pedersen::parameters(
            &certificates,
            &self.polynomials::<G>()?,
            &outputs,
        )?)
    }

    fn certificates<G: Group>(&self) -> anyhow::Result<Certificates<G>> {
        let files: Vec<CertificateFile<G>> = self.messages("certificate")?;
        let certificates = Certificates::check(files.into_iter().map(|file| file.certificate).collect())?;
        ensure!(
            certificates.threshold() == self.item.threshold,
            "the certificates are for another threshold"
        );
        Ok(certificates)
    }

    fn commitments<G: Group>(&self, certificates: &Certificates<G>) -> anyhow::Result<Commitments<G>> {
        let commitments: Vec<Commitment<G>> = self.messages("commitment")?;
        Ok(Commitments::check(certificates, commitments)?)
    }

    fn polynomials<G: Group>(&self) -> anyhow::Result<Vec<Polynomial<G>>> {
        self.messages("polynomial")
    }

    /// The public name that a member gave itself.
    fn name(&self, index: u32) -> Option<String> {
        let file: serde_json::Value = read_json(&self.message(index, "certificate")).ok()?;
        file.get("name")?.as_str().map(ToOwned::to_owned)
    }

    /// The messages of all members at one step, in order.
    fn messages<T: DeserializeOwned>(&self, step: &str) -> anyhow::Result<Vec<T>> {
        let missing: Vec<String> = (1..=self.item.members)
            .filter(|index| !self.message(*index, step).exists())
            .map(|index| index.to_string())
            .collect();
        if !missing.is_empty() {
            bail!(
                "{}: no {step} yet from member(s) {}",
                self.folder.display(),
                missing.join(", ")
            );
        }
        (1..=self.item.members)
            .map(|index| read_json(&self.message(index, step)))
            .collect()
    }

    fn member(&self, seed: &Path) -> anyhow::Result<Member> {
        let member = Member::read(seed)?;
        ensure!(
            member.group == self.item.group,
            "{} is for group {}",
            seed.display(),
            member.group
        );
        Ok(member)
    }

    fn message(&self, index: u32, step: &str) -> PathBuf {
        self.folder.join(format!("{index}.{step}.json"))
    }
}

pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is not what was expected", path.display()))
}

/// Messages are never replaced: a second version would split the group.
fn write_json<T: Serialize>(path: &Path, value: &T) -> anyhow::Result<()> {
    ensure!(!path.exists(), "{} exists already", path.display());
    private_file::replace_public(path, &serde_json::to_vec(value)?)
}
