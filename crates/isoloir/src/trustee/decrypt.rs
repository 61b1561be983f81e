//! Partial decryption (*déchiffrement partiel*) of an archive's tally, offline.
//!
//! A trustee who decrypts whatever is handed over could be made to decrypt one ballot. So the whole archive is audited first: the
//! tally must be the product of exactly the ballots of the box.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, bail};
use isoloir_domain::ElectionId;
use isoloir_protocol::archive::ChainReader;
use isoloir_protocol::archive::chain::Content;
use isoloir_protocol::election::Election;
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::question::Question;
use isoloir_protocol::tally::{BoundDecryption, EncryptedTally};
use isoloir_protocol::trustee::Trustees;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::in_group;
use super::member::read_key;

/// What a trustee hands to the voting server.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecryptionFile {
    /// Election.
    pub election: ElectionId,
    /// Number of the trustee, from 1, through all items.
    pub trustee: u32,
    /// The partial decryption with the proof that binds it, exact bytes.
    pub decryption: Box<RawValue>,
}

/// What the archive holds, as far as a trustee needs it.
struct Count {
    election: Vec<u8>,
    trustees: Vec<u8>,
    tally: Vec<u8>,
    ballots: u64,
}

/// Decrypts the trustee's part of the tally of `archive` with `key`. Also says how many ballots the box holds.
///
/// # Errors
/// When the archive does not pass the audit, is not closed, or the key is none of its trustees'.
pub fn decrypt(archive: &Path, key: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<(DecryptionFile, u64)> {
    audit(archive)?;
    let count = read(archive)?;
    let group = group_of(&count.election)?;
    let file = in_group!(group, G => decrypt_in::<G>(&count, key, rng))?;
    Ok((file, count.ballots))
}

fn decrypt_in<G: Group>(count: &Count, key: &Path, rng: &mut impl CryptoRng) -> anyhow::Result<DecryptionFile> {
    let election = Election::<G>::parse(&count.election)?;
    if election.questions().iter().any(Question::is_shuffled) {
        // The tally lists the ballots' own ciphertexts: decrypted unshuffled, each answer would be told with its ballot.
        bail!(
            "this election asks to rank or grade: such answers must be shuffled before they are decrypted, which this program does not do"
        );
    }
    let key = read_key::<G>(key)?;
    let owner = key.owner(&Trustees::<G>::parse(&count.trustees)?.verify()?);
    let trustee = owner.context("this key belongs to none of the trustees of this election")?;
    let tally = EncryptedTally::<G>::parse(&count.tally)?;
    let decryption = BoundDecryption::create(&key.key, election.fingerprint(), &tally, rng).to_bytes();
    Ok(DecryptionFile {
        election: election.uuid().as_str().parse()?,
        trustee,
        decryption: RawValue::from_string(String::from_utf8(decryption)?)?,
    })
}

fn read(archive: &Path) -> anyhow::Result<Count> {
    let shown = archive.display().to_string();
    let mut chain = ChainReader::open(open(archive)?).context(shown.clone())?;
    let (mut setup, mut tally, mut ballots) = (None, None, 0);
    while let Some(entry) = chain.next_entry().context(shown.clone())? {
        match entry.content {
            Content::Setup { election, trustees, .. } => setup = Some((election.bytes, trustees.bytes)),
            Content::Ballot(_) => ballots += 1,
            Content::EncryptedTally { tally: record, .. } => tally = Some(record.bytes),
            Content::Result(_) => bail!("{shown}: the result is there already"),
            _ => {}
        }
    }
    let (election, trustees) = setup.with_context(|| format!("{shown}: no election in it"))?;
    let tally = tally.with_context(|| format!("{shown}: the vote is not closed yet"))?;
    Ok(Count {
        election,
        trustees,
        tally,
        ballots,
    })
}

/// Audits the archive; its own count of ballots must be the tally's.
fn audit(archive: &Path) -> anyhow::Result<()> {
    let file = File::open(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    let report = isoloir_protocol::audit::audit(file, &isoloir_protocol::audit::Options::default(), &mut |_| {})?;
    match report.finding {
        None => Ok(()),
        Some(finding) => bail!(
            "{} does not pass the audit ({}): {}; do not decrypt it",
            archive.display(),
            finding.check().id(),
            finding.reason
        ),
    }
}

fn open(archive: &Path) -> anyhow::Result<BufReader<File>> {
    let file = File::open(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

fn group_of(election: &[u8]) -> anyhow::Result<GroupName> {
    #[derive(Deserialize)]
    struct Named {
        group: GroupName,
    }
    Ok(serde_json::from_slice::<Named>(election)
        .context("the election's group")?
        .group)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use isoloir_protocol::archive::{ChainReader, EventKind};
    use rand::{SeedableRng as _, rngs::StdRng};

    use super::decrypt;

    #[test]
    fn answers_that_must_be_shuffled_are_not_decrypted() {
        let reference =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/archives/valid/t33-nh-ed-s2/JEzRnKPvDKWeVF.bel");
        let bytes = std::fs::read(reference).unwrap();
        let mut chain = ChainReader::open(bytes.as_slice()).unwrap();
        while chain.next_entry().unwrap().unwrap().event.kind != EventKind::EncryptedTally {}
        let open = bytes.get(..usize::try_from(chain.offset()).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("archive.bel");
        std::fs::write(&archive, open).unwrap();
        let refused = decrypt(&archive, &folder.path().join("no.key"), &mut StdRng::seed_from_u64(1));
        assert!(refused.unwrap_err().to_string().contains("must be shuffled"));
    }
}
