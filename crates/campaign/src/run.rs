//! The campaign: mutation after mutation, each made from the seed and its number, and judged.

use std::{collections::BTreeMap, io, io::Cursor};

use isoloir_protocol::{
    archive::EventHash,
    audit::{CheckId, Finding, Options, Report, audit},
    election::ElectionParams,
    group::GroupName,
    question::QuestionError,
};
use rayon::prelude::*;

use crate::{
    archive::{Archive, LoadError},
    container, contents, events, forgery, harmless,
    mutation::{Chance, Expected, Mutation},
    sample::{Plan, Sample, SampleError, plans},
    tool,
};

/// A valid archive to begin with.
pub struct Source {
    name: String,
    archive: Archive,
    bytes: Vec<u8>,
    election: ElectionParams,
    head: EventHash,
    result: Vec<u8>,
    sample: Option<Sample>,
}

/// Why there is no campaign.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A file cannot be read.
    #[error("{name}: {error}")]
    Io {
        /// The file.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// A file is no archive.
    #[error("{name}: {error}")]
    Load {
        /// The file.
        name: String,
        /// Why.
        error: LoadError,
    },
    /// An archive is not valid, or has no result yet.
    #[error("{name} is not a whole valid archive: {reason:?}")]
    NotValid {
        /// The file.
        name: String,
        /// What the audit says, if anything.
        reason: Option<Box<Finding>>,
    },
    /// An election of our own could not be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A question of our own is not sound.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The reference tool cannot be run.
    #[error("the reference tool cannot be run: {0}")]
    Tool(#[source] io::Error),
}

impl Source {
    /// A valid archive with its result.
    ///
    /// # Errors
    /// [`CampaignError`].
    pub fn new(name: String, bytes: Vec<u8>, sample: Option<Sample>) -> Result<Self, CampaignError> {
        let report = judge(&bytes, None).map_err(|error| CampaignError::Io {
            name: name.clone(),
            error,
        })?;
        let (election, head, result) = match (report.finding, report.election, report.head, report.result) {
            (None, Some(election), Some(head), Some(result)) => (election, head, result.to_bytes()),
            (reason, ..) => {
                let reason = reason.map(Box::new);
                return Err(CampaignError::NotValid { name, reason });
            }
        };
        let archive = Archive::load(&bytes).map_err(|error| CampaignError::Load {
            name: name.clone(),
            error,
        })?;
        Ok(Self {
            name,
            archive,
            bytes,
            election,
            head,
            result,
            sample,
        })
    }

    /// Elections of our own, of every kind.
    ///
    /// # Errors
    /// [`CampaignError`].
    pub fn of_our_own(seed: u64) -> Result<Vec<Self>, CampaignError> {
        let made = plans()?.into_par_iter().enumerate().map(|(number, plan)| {
            let sample = plan.make(&mut Chance::new(seed, u64::MAX - number as u64))?;
            Self::new(
                format!("ours: {}", sample.name),
                sample.archive.to_bytes(),
                Some(sample),
            )
        });
        made.collect()
    }

    /// How often it is taken: a finite field takes much longer, and its defects are those of every group.
    fn share(&self) -> usize {
        if self.election.group == GroupName::Ed25519 {
            12
        } else {
            1
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// How many mutations.
    pub mutations: u64,
    /// What all chance comes from.
    pub seed: u64,
    /// Whether the reference tool judges too.
    pub tool: bool,
}

/// A mutation that was not met as it must be.
#[derive(Debug)]
pub struct Survivor {
    /// Number of the mutation: with the seed, it makes it again.
    pub number: u64,
    /// The archive it was made of.
    pub source: String,
    /// The change.
    pub mutation: Mutation,
    /// What the audit said.
    pub said: String,
}

/// How a mutation ended: its family, and the check that refused it, or none.
pub type Met = (&'static str, Option<CheckId>);

/// What a campaign found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many mutations of each family were refused by each check; `None`: accepted, as they had to be.
    pub met: BTreeMap<Met, u64>,
    /// Those that were not.
    pub survivors: Vec<Survivor>,
    /// Where the tool judged: how it ended here, whether the tool accepted, and how often, with an example.
    pub tool: BTreeMap<(Met, bool), (u64, String)>,
}

impl Outcome {
    /// How many mutations were made.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.met.values().sum::<u64>() + self.survivors.len() as u64
    }

    fn add(mut self, one: Judged) -> Self {
        if let Some(accepted) = one.tool {
            let example = || (0, format!("{}, {}: {}", one.number, one.source, one.mutation.what));
            self.tool.entry((one.met, accepted)).or_insert_with(example).0 += 1;
        }
        match one.wrong {
            None => *self.met.entry(one.met).or_default() += 1,
            Some(said) => self.survivors.push(Survivor {
                number: one.number,
                source: one.source,
                mutation: one.mutation,
                said,
            }),
        }
        self
    }

    fn merge(mut self, other: Self) -> Self {
        for (met, count) in other.met {
            *self.met.entry(met).or_default() += count;
        }
        for (key, (count, example)) in other.tool {
            self.tool.entry(key).or_insert((0, example)).0 += count;
        }
        self.survivors.extend(other.survivors);
        self
    }
}

/// A mutation with its verdicts.
struct Judged {
    number: u64,
    source: String,
    mutation: Mutation,
    met: Met,
    /// What was said, where something else had to be said.
    wrong: Option<String>,
    tool: Option<bool>,
}

/// Runs a campaign over these archives. `seen` receives every mutation, for those who want to keep them.
///
/// # Errors
/// [`CampaignError`].
pub fn run(
    sources: &[Source],
    wanted: Wanted,
    seen: &(dyn Fn(u64, &Mutation) + Sync),
) -> Result<Outcome, CampaignError> {
    let directed = directed(sources, wanted.seed)?;
    let first = directed.len() as u64;
    let directed = directed.into_par_iter().enumerate();
    let directed = directed.map(|(at, (source, mutation))| examine(source, mutation, at as u64, wanted, seen));
    let places: Vec<usize> = sources
        .iter()
        .enumerate()
        .flat_map(|(at, source)| std::iter::repeat_n(at, if wanted.tool { 1 } else { source.share() }))
        .collect();
    let random = (first..wanted.mutations.max(first))
        .into_par_iter()
        .filter_map(|number| {
            let mut chance = Chance::new(wanted.seed, number);
            let source = sources.get(*chance.pick(&places)?)?;
            // Not every change can be made of every archive; one of a thousand attempts always can.
            let mutation = (0..1000).find_map(|_| mutate(source, sources, &mut chance))?;
            Some(examine(source, mutation, number, wanted, seen))
        });
    let collect = |outcome: Result<Outcome, CampaignError>, one: Result<Judged, CampaignError>| Ok(outcome?.add(one?));
    let merge = |a: Result<Outcome, CampaignError>, b: Result<Outcome, CampaignError>| Ok(a?.merge(b?));
    let none = || Ok(Outcome::default());
    merge(
        directed.fold(none, collect).reduce(none, merge),
        random.fold(none, collect).reduce(none, merge),
    )
}

/// Changes that are made once for every plan.
fn directed(sources: &[Source], seed: u64) -> Result<Vec<(&Source, Mutation)>, CampaignError> {
    let plans: Vec<Plan> = plans()?;
    let mut all = Vec::new();
    for (number, source) in (0..).zip(sources) {
        let Some(sample) = &source.sample else { continue };
        let Some(plan) = plans.iter().find(|plan| plan.name == sample.name) else {
            continue;
        };
        let mut chance = Chance::new(!seed, number);
        all.extend(forgery::unlisted(sample, &mut chance).map(|mutation| (source, mutation)));
        let false_counts = forgery::false_counts(plan, &mut chance)?;
        all.extend(false_counts.into_iter().map(|mutation| (source, mutation)));
    }
    Ok(all)
}

fn mutate(source: &Source, sources: &[Source], chance: &mut Chance) -> Option<Mutation> {
    match chance.below(20) {
        0..=1 => container::mutate(&source.bytes, chance),
        2..=4 => {
            let foreign = chance.pick(sources).filter(|other| other.name != source.name);
            events::mutate(&source.archive, foreign.map(|other| &other.archive), chance)
        }
        5 => harmless::mutate(&source.archive, chance),
        6..=11 => forgery::mutate(source.sample.as_ref()?, chance),
        _ => contents::mutate(&source.archive, chance),
    }
}

fn examine(
    source: &Source,
    mutation: Mutation,
    number: u64,
    wanted: Wanted,
    seen: &(dyn Fn(u64, &Mutation) + Sync),
) -> Result<Judged, CampaignError> {
    let failed = |error| CampaignError::Io {
        name: source.name.clone(),
        error,
    };
    seen(number, &mutation);
    let report = judge(&mutation.bytes, None).map_err(failed)?;
    let check = report.finding.as_ref().map(Finding::check);
    let wrong = match (mutation.expected, check) {
        (Expected::Refused(checks), Some(check)) if checks.contains(&check) => None,
        (Expected::Harmless { other_head }, None) => {
            let same_result = report.result.map(|result| result.to_bytes()).as_ref() == Some(&source.result);
            let expecting = judge(&mutation.bytes, Some(source.head)).map_err(failed)?;
            let noticed = expecting.finding.map(|finding| finding.check()) == Some(CheckId::ArchiveHead);
            let right = same_result && noticed == other_head;
            (!right).then(|| format!("accepted: same result {same_result}, another head noticed {noticed}"))
        }
        _ => Some(report.finding.map_or_else(
            || "accepted".to_owned(),
            |finding| format!("{}: {} ({:?})", finding.check().id(), finding.reason, finding.culprit),
        )),
    };
    let judged_by_tool = wanted.tool && tool::knows(&source.election);
    let tool = match judged_by_tool {
        true => Some(tool::accepts(&mutation.bytes, source.election.uuid.as_str()).map_err(CampaignError::Tool)?),
        false => None,
    };
    Ok(Judged {
        number,
        source: source.name.clone(),
        met: (mutation.family, check),
        mutation,
        wrong,
        tool,
    })
}

fn judge(bytes: &[u8], head: Option<EventHash>) -> io::Result<Report> {
    let options = Options {
        expected_head: head,
        require_result: true,
    };
    audit(Cursor::new(bytes), &options, &mut |_| {})
}
