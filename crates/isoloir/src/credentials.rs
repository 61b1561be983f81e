//! Draws credentials from a file of entitlements that memory need not hold: read once to know its rolls, once more to draw, some voters at a time.
//!
//! Interrupted, the same command goes on: voters who have a credential keep it. A file with another roll is refused.

use std::collections::{BTreeMap, HashSet};
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use isoloir_domain::{ElectionId, Language};
use isoloir_protocol::group::GroupName;
use isoloir_registrar::Registrar;
use isoloir_registrar::create_credentials::{BLOCK, CreateError, Drawing, Entitled, Roll};
use isoloir_registrar::know_voters::KnownVoter;
use isoloir_registrar::store::KnownConsultation;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::task::JoinSet;

use crate::ambient;
use crate::handover::{EntitledVoter, Entitlements, PublicCredentials};
use crate::progress::{Progress, count};

/// Blocks at a time: while one is stored, the next is drawn.
const AT_A_TIME: usize = 2;

/// What reading a file once tells.
struct Survey {
    head: Entitlements,
    voters: u64,
    rolls: BTreeMap<ElectionId, Roll>,
}

/// Draws the credentials of every election of the file, and writes the public ones, a file for each.
pub(crate) async fn create(registrar: &Arc<Registrar>, file: &Path, out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let survey = survey(registrar, file)?;
    let group = group_of(&survey.head)?;
    let mut open = Vec::new();
    for election in &survey.head.elections {
        let Some(roll) = survey.rolls.get(&election.id) else {
            continue;
        };
        let begun = registrar.begin_credentials(roll, group).await;
        if let Some(drawing) = begun.with_context(|| election.title.clone())? {
            open.push((election.id.clone(), drawing));
        }
    }
    let open = Arc::new(open);
    let bar = Progress::of(survey.voters, "voters");
    let mut blocks = JoinSet::new();
    for block in Blocks::open(file)? {
        let (registrar, open) = (Arc::clone(registrar), Arc::clone(&open));
        let mut rng = StdRng::from_rng(&mut ambient::rng());
        let block = block?;
        while blocks.len() >= AT_A_TIME {
            bar.add(finished(blocks.join_next().await)?);
        }
        blocks.spawn(async move {
            know_block(&registrar, &block, &mut rng).await?;
            draw_block(&registrar, &open, &block, &mut rng).await?;
            anyhow::Ok(block.len())
        });
    }
    while !blocks.is_empty() {
        bar.add(finished(blocks.join_next().await)?);
    }
    bar.end();
    know_consultation(registrar, &survey.head, survey.voters).await?;
    for (_, drawing) in open.iter() {
        registrar.end_credentials(drawing).await?;
    }
    for election in &survey.head.elections {
        let list = PublicCredentials {
            election: election.id.clone(),
            credentials: registrar.public_credentials(&election.id).await?,
        };
        let path = out.join(format!("{}.json", list.election));
        write_list(&path, &list)?;
        println!("{}: {} public credentials", path.display(), list.credentials.len());
    }
    Ok(())
}

/// Tells the registrar of consultation and voters again, without drawing anything. Gives how many voters.
pub(crate) async fn read_again(registrar: &Registrar, file: &Path) -> anyhow::Result<u64> {
    let survey = survey(registrar, file)?;
    let mut rng = StdRng::from_rng(&mut ambient::rng());
    let bar = Progress::of(survey.voters, "voters");
    for block in Blocks::open(file)? {
        let block = block?;
        know_block(registrar, &block, &mut rng).await?;
        bar.add(block.len());
    }
    bar.end();
    know_consultation(registrar, &survey.head, survey.voters).await?;
    Ok(survey.voters)
}

/// The same for entitlements that memory holds, as a demonstration's. Credentials drawn before are given again, since they are drawn once.
pub(crate) async fn draw_all(
    registrar: &Registrar,
    entitlements: &Entitlements,
) -> anyhow::Result<Vec<PublicCredentials>> {
    let group = group_of(entitlements)?;
    let mut rng = StdRng::from_rng(&mut ambient::rng());
    know_block(registrar, &entitlements.voters, &mut rng).await?;
    know_consultation(registrar, entitlements, count(entitlements.voters.len())).await?;
    let mut lists = Vec::new();
    for election in &entitlements.elections {
        let roll = entitled(&election.id, &entitlements.voters);
        let made = registrar.create_credentials(&election.id, group, &roll, &mut rng).await;
        lists.push(PublicCredentials {
            election: election.id.clone(),
            credentials: match made {
                Err(CreateError::Exists(_)) => registrar.public_credentials(&election.id).await?,
                made => made.with_context(|| election.title.clone())?,
            },
        });
    }
    Ok(lists)
}

/// Reads the whole file: nothing is written before all of it is known to be right.
fn survey(registrar: &Registrar, file: &Path) -> anyhow::Result<Survey> {
    let (head, voters) = Entitlements::open(file)?;
    let mut rolls: BTreeMap<ElectionId, Roll> = BTreeMap::new();
    for election in &head.elections {
        rolls.insert(election.id.clone(), registrar.roll(&election.id));
    }
    let mut seen = HashSet::new();
    for voter in voters {
        let voter = voter?;
        if !seen.insert(voter.id) {
            bail!("{}: voter {} stands twice", file.display(), voter.number);
        }
        for election in &voter.elections {
            let roll = rolls.get_mut(election);
            roll.with_context(|| format!("voter {}: no election {election} in this file", voter.number))?
                .add(Entitled::new(voter.id));
        }
    }
    Ok(Survey {
        head,
        voters: count(seen.len()),
        rolls,
    })
}

fn group_of(entitlements: &Entitlements) -> anyhow::Result<GroupName> {
    let group = entitlements.group.parse();
    group.with_context(|| format!("group {}", entitlements.group))
}

fn entitled(election: &ElectionId, voters: &[EntitledVoter]) -> Vec<Entitled> {
    let on_roll = voters.iter().filter(|voter| voter.elections.contains(election));
    on_roll.map(|voter| Entitled::new(voter.id)).collect()
}

async fn draw_block(
    registrar: &Registrar,
    open: &[(ElectionId, Drawing)],
    block: &[EntitledVoter],
    rng: &mut StdRng,
) -> anyhow::Result<()> {
    for (election, drawing) in open {
        registrar
            .draw_credentials(drawing, &entitled(election, block), rng)
            .await?;
    }
    Ok(())
}

async fn know_block(registrar: &Registrar, block: &[EntitledVoter], rng: &mut StdRng) -> anyhow::Result<()> {
    let known = |voter: &EntitledVoter| KnownVoter {
        voter: voter.id,
        number: voter.number.clone(),
        language: voter.language.as_deref().and_then(Language::from_code),
        mailbox: voter.email.clone(),
    };
    let known: Vec<KnownVoter> = block.iter().map(known).collect();
    Ok(registrar.know_voters(&known, rng).await?)
}

/// Tells of consultation and rules, as far as the file does.
async fn know_consultation(registrar: &Registrar, head: &Entitlements, voters: u64) -> anyhow::Result<()> {
    let Some(told) = &head.consultation else {
        return Ok(());
    };
    let consultation = KnownConsultation {
        title: told.title.clone(),
        organiser: told.organiser.clone(),
        opens: told.opens.as_second(),
        closes: told.closes.as_second(),
        reissue: told.reissue.clone(),
    };
    Ok(registrar.know_consultation(&consultation, voters).await?)
}

fn write_list(path: &Path, list: &PublicCredentials) -> anyhow::Result<()> {
    let temporary = path.with_extension("part");
    let file = std::fs::File::create(&temporary).with_context(|| format!("cannot write {}", temporary.display()))?;
    let mut file = BufWriter::new(file);
    serde_json::to_writer(&mut file, list)?;
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn finished(block: Option<Result<anyhow::Result<usize>, tokio::task::JoinError>>) -> anyhow::Result<usize> {
    block.map_or(Ok(0), |block| block?)
}

/// The voters of a file, some at a time.
pub(crate) struct Blocks<I> {
    voters: I,
    size: usize,
}

impl Blocks<crate::handover::EntitledVoters> {
    fn open(file: &Path) -> anyhow::Result<Self> {
        let voters = Entitlements::open(file)?.1;
        Ok(Blocks { voters, size: BLOCK })
    }
}

impl<I: Iterator> Blocks<I> {
    /// Of this size.
    pub(crate) fn of(voters: I, size: usize) -> Self {
        Blocks { voters, size }
    }
}

impl<T, I: Iterator<Item = anyhow::Result<T>>> Iterator for Blocks<I> {
    type Item = anyhow::Result<Vec<T>>;

    fn next(&mut self) -> Option<Self::Item> {
        let block: anyhow::Result<Vec<T>> = self.voters.by_ref().take(self.size).collect();
        match block {
            Ok(block) if block.is_empty() => None,
            block => Some(block),
        }
    }
}
