//! Elections of our own, of every kind, whose secrets are known: what they are made of says what may be forged.

use isoloir_protocol::{
    archive::{EventKind, Owned, PayloadHash, Setup, TallyRecord},
    ballot::{Ballot, BallotError, Choice, Ciphertexts, Vote, VoteError, create},
    credential::{ElectionUuid, SecretCredential},
    election::{Election, ElectionError, ElectionParams},
    group::{Belenios2048, Ed25519, Group, GroupName, Rfc3526},
    json,
    question::{Homomorphic, Lists, NonHomomorphic, Question, QuestionError},
    tally::{AccumulateError, Accumulator, CombineError, Decrypted, PartialDecryption, Shuffle, Weight},
    trustee::{Item, PrivateKey, Seed, TrusteeError, Trustees, pedersen},
};

use crate::{
    archive::{Archive, Entry, EventForm, Part},
    mutation::Chance,
};

/// An election, and the secrets of its voters.
pub struct Sample {
    /// What is special about it.
    pub name: &'static str,
    /// The whole archive.
    pub archive: Archive,
    /// The election's text.
    pub election: Vec<u8>,
    /// Its group.
    pub group: GroupName,
    /// Its identifier.
    pub uuid: ElectionUuid,
    /// The voters' credentials.
    pub secrets: Vec<SecretCredential>,
}

/// What an election is made of.
#[derive(Clone)]
pub struct Plan {
    /// What is special about it.
    pub name: &'static str,
    /// The group.
    pub group: GroupName,
    /// The questions.
    pub questions: Vec<Question>,
    /// Weights of the voters, one per voter.
    pub weights: Vec<u64>,
    /// Who votes what, in order.
    pub votes: Vec<(usize, Vec<Choice>)>,
    /// Trustees who must all decrypt.
    pub single: usize,
    /// Members and needed members of a further group of trustees.
    pub threshold: Option<(u32, u32)>,
    /// What the count does wrong.
    pub count: Count,
}

/// What the count does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Every voter's last ballot, once.
    Right,
    /// The first ballot is left out of the sum; decryption and result are those of the false sum.
    WithoutFirst,
    /// The first ballot is added twice.
    FirstTwice,
    /// The first ballot is left out, and the figures say so.
    WithoutFirstAndTrueFigures,
}

/// Why an election could not be made: a defect of the plan.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each is the error it wraps")]
pub enum SampleError {
    #[error(transparent)]
    Question(#[from] QuestionError),
    #[error(transparent)]
    Election(#[from] ElectionError),
    #[error(transparent)]
    Vote(#[from] VoteError),
    #[error(transparent)]
    Ballot(#[from] BallotError),
    #[error(transparent)]
    Accumulate(#[from] AccumulateError),
    #[error(transparent)]
    Trustee(#[from] TrusteeError),
    #[error(transparent)]
    Combine(#[from] CombineError),
    #[error("the plan names a voter who does not exist")]
    Voter,
}

/// Plans of every kind of question, group, board and weight.
///
/// # Errors
/// Never: the questions are sound.
pub fn plans() -> Result<Vec<Plan>, QuestionError> {
    let names = |count: usize| (1..=count).map(|n| format!("Liste « {n} »")).collect::<Vec<_>>();
    let one = |n: usize| vec![Choice::Answers(vec![n])];
    let blank = Homomorphic::new("Comité social", names(3), 1, 1, true)?;
    let several = Homomorphic::new("Plusieurs", names(3), 0, 2, false)?;
    let lists = Lists::new("Comité social et économique", vec![names(3), names(4)])?;
    let ranks = NonHomomorphic::new("Classez", names(3));
    let list = |list, candidates: &[usize]| Choice::List {
        list,
        candidates: candidates.to_vec(),
    };
    let plan = |name, group, questions: Vec<Question>, votes| Plan {
        name,
        group,
        questions,
        weights: vec![1; 5],
        votes,
        single: 1,
        threshold: None,
        count: Count::Right,
    };
    Ok(vec![
        Plan {
            threshold: Some((3, 2)),
            ..plan(
                "blank votes and a second vote",
                GroupName::Ed25519,
                vec![blank.clone().into()],
                vec![(0, one(2)), (1, vec![Choice::Blank]), (0, one(1)), (3, one(0))],
            )
        },
        plan(
            "lists with struck names, and several answers",
            GroupName::Ed25519,
            vec![lists.into(), several.into()],
            vec![
                (0, vec![list(0, &[0, 1]), Choice::Answers(vec![0, 2])]),
                (1, vec![list(1, &[2]), Choice::Answers(vec![])]),
                (2, vec![list(1, &[0, 1, 2]), Choice::Answers(vec![1])]),
            ],
        ),
        Plan {
            weights: vec![1, 5, 2_000_000_000, 1, 3],
            ..plan(
                "weights",
                GroupName::Ed25519,
                vec![blank.clone().into()],
                vec![(1, one(2)), (2, one(0)), (3, vec![Choice::Blank])],
            )
        },
        Plan {
            single: 2,
            ..plan(
                "ranks and a second vote",
                GroupName::Ed25519,
                vec![ranks.clone().into()],
                vec![
                    (0, vec![Choice::Numbers(vec![1, 2, 3])]),
                    (1, vec![Choice::Numbers(vec![0, 255, 7])]),
                    (0, vec![Choice::Numbers(vec![3, 2, 1])]),
                    (2, vec![Choice::Numbers(vec![1, 1, 1])]),
                ],
            )
        },
        Plan {
            threshold: Some((3, 2)),
            ..plan(
                "blank votes in a finite field",
                GroupName::Belenios2048,
                vec![blank.clone().into()],
                vec![(0, one(2)), (1, vec![Choice::Blank]), (0, one(1))],
            )
        },
        Plan {
            single: 2,
            ..plan(
                "ranks in a finite field",
                GroupName::Rfc3526,
                vec![ranks.into(), blank.into()],
                vec![
                    (0, vec![Choice::Numbers(vec![1, 2, 3]), Choice::Blank]),
                    (1, vec![Choice::Numbers(vec![2, 255, 0]), Choice::Answers(vec![1])]),
                    (2, vec![Choice::Numbers(vec![3, 1, 2]), Choice::Answers(vec![0])]),
                ],
            )
        },
    ])
}

impl Plan {
    /// Makes the election.
    ///
    /// # Errors
    /// [`SampleError`].
    pub fn make(&self, chance: &mut Chance) -> Result<Sample, SampleError> {
        match self.group {
            GroupName::Ed25519 => make::<Ed25519>(self, chance),
            GroupName::Belenios2048 => make::<Belenios2048>(self, chance),
            GroupName::Rfc3526 => make::<Rfc3526>(self, chance),
        }
    }
}

fn make<G: Group>(plan: &Plan, chance: &mut Chance) -> Result<Sample, SampleError> {
    let board = Board::<G>::new(plan, chance)?;
    let trustees = board.trustees.clone().verify()?;
    let uuid = ElectionUuid::generate(chance.rng());
    let mut key = String::new();
    G::write(trustees.public_key(), &mut key);
    let mut params = ElectionParams::new(uuid.clone(), G::NAME, key, plan.questions.clone());
    params.name = "Élection d’essai".to_owned();
    params.description = "Campagne".to_owned();
    let text = params.to_bytes();
    let election = Election::<G>::parse(&text)?;
    let secrets: Vec<_> = plan
        .weights
        .iter()
        .map(|_| SecretCredential::generate(chance.rng()))
        .collect();

    let mut archive = Archive {
        timestamp: 1_795_469_588,
        entries: vec![set_up(plan, &text, &board.trustees.to_bytes(), &uuid, &secrets)],
        stray: Vec::new(),
    };
    let cast = vote(plan, &election, &secrets, chance)?;
    let ballots = cast
        .iter()
        .map(|(_, bytes, _)| Entry::of(EventKind::Ballot, bytes.clone()));
    archive.entries.extend(ballots);
    archive.entries.push(bare(EventKind::EndBallots));
    count(plan, &election, &board, &cast, &mut archive, chance)?;
    Ok(Sample {
        name: plan.name,
        archive,
        election: text,
        group: G::NAME,
        uuid,
        secrets,
    })
}

fn set_up(plan: &Plan, election: &[u8], trustees: &[u8], uuid: &ElectionUuid, secrets: &[SecretCredential]) -> Entry {
    let line = |(secret, weight): (&SecretCredential, &u64)| match (secret.public(uuid, plan.group), weight) {
        (public, 1) => public.to_string(),
        (public, weight) => format!("{public},{weight}"),
    };
    let mut lines: Vec<String> = secrets.iter().zip(&plan.weights).map(line).collect();
    lines.sort();
    let credentials = json::to_bytes(&lines);
    let setup = Setup::of(election, trustees, &credentials).to_bytes();
    let records = [election.to_vec(), trustees.to_vec(), credentials, setup];
    Entry {
        kind: EventKind::Setup,
        records: records.into_iter().map(Part::new).collect(),
        event: EventForm::Right,
    }
}

const fn bare(kind: EventKind) -> Entry {
    Entry {
        kind,
        records: Vec::new(),
        event: EventForm::Right,
    }
}

/// A ballot: its voter, its text, its ciphertexts.
type Cast<G> = (usize, Vec<u8>, Ciphertexts<G>);

fn vote<G: Group>(
    plan: &Plan,
    election: &Election<G>,
    secrets: &[SecretCredential],
    chance: &mut Chance,
) -> Result<Vec<Cast<G>>, SampleError> {
    let one = |(voter, choices): &(usize, Vec<Choice>)| {
        let secret = secrets.get(*voter).ok_or(SampleError::Voter)?;
        let bytes = create(election, secret, &Vote::new(choices.clone()), chance.rng())?;
        let (_, ciphertexts) = Ballot::parse(bytes.clone(), election)?.verify_with_ciphertexts(election)?;
        Ok((*voter, bytes, ciphertexts))
    };
    plan.votes.iter().map(one).collect()
}

fn count<G: Group>(
    plan: &Plan,
    election: &Election<G>,
    board: &Board<G>,
    cast: &[Cast<G>],
    archive: &mut Archive,
    chance: &mut Chance,
) -> Result<(), SampleError> {
    let last = |at: usize, voter: usize| cast.iter().skip(at + 1).all(|(other, ..)| *other != voter);
    let counted = cast.iter().enumerate().filter(|(at, (voter, ..))| last(*at, *voter));
    let counted: Vec<_> = counted
        .map(|(_, (voter, _, ciphertexts))| (*voter, ciphertexts))
        .collect();
    let mut sum = Accumulator::<G>::for_questions(&plan.questions);
    let mut true_sum = sum.clone();
    for (at, (voter, ciphertexts)) in counted.into_iter().enumerate() {
        let weight = Weight::new(plan.weights.get(voter).copied().ok_or(SampleError::Voter)?);
        true_sum.add(ciphertexts, weight)?;
        let times = match (at, plan.count) {
            (0, Count::WithoutFirst | Count::WithoutFirstAndTrueFigures) => 0,
            (0, Count::FirstTwice) => 2,
            _ => 1,
        };
        for _ in 0..times {
            sum.add(ciphertexts, weight)?;
        }
    }
    let (tally, own_figures) = sum.into_tally();
    let figures = match plan.count {
        Count::WithoutFirst | Count::FirstTwice => true_sum.figures(),
        Count::Right | Count::WithoutFirstAndTrueFigures => own_figures,
    };
    let bytes = tally.to_bytes();
    let record = TallyRecord {
        num_tallied: figures.num_tallied,
        total_weight: figures.total_weight,
        encrypted_tally: PayloadHash::of(&bytes),
    };
    archive
        .entries
        .push(two(EventKind::EncryptedTally, bytes, record.to_bytes()));

    let mut decrypted = tally.clone();
    if plan.questions.iter().any(Question::is_shuffled) {
        for owner in 1..=u32::try_from(plan.single).unwrap_or(1) {
            let before = decrypted.to_shuffle(&plan.questions);
            let shuffle = Shuffle::create(election, &before, chance.rng());
            archive
                .entries
                .push(owned(EventKind::Shuffle, owner, shuffle.to_bytes()));
            let after = shuffle.verify(election, &before).unwrap_or(before);
            decrypted = decrypted.with_shuffled(&plan.questions, after);
        }
        archive.entries.push(bare(EventKind::EndShuffles));
    }
    let mut parts = Vec::new();
    for (owner, key) in &board.keys {
        let part = PartialDecryption::create(key, election.fingerprint(), &decrypted, chance.rng());
        archive
            .entries
            .push(owned(EventKind::PartialDecryption, *owner, part.to_bytes()));
        parts.push((*owner, part));
    }
    let trustees = board.trustees.clone().verify()?;
    let combined = Decrypted::combine(&trustees, &decrypted, &parts)?;
    let most = Weight::new(plan.weights.iter().sum::<u64>().saturating_mul(2));
    let result = combined.result_of(&plan.questions, most)?;
    archive.entries.push(Entry::of(EventKind::Result, result.to_bytes()));
    Ok(())
}

fn two(kind: EventKind, first: Vec<u8>, second: Vec<u8>) -> Entry {
    Entry {
        kind,
        records: vec![Part::new(first), Part::new(second)],
        event: EventForm::Right,
    }
}

fn owned(kind: EventKind, owner: u32, bytes: Vec<u8>) -> Entry {
    let payload = PayloadHash::of(&bytes);
    two(kind, bytes, Owned { owner, payload }.to_bytes())
}

/// The trustees, and numbers and keys of those who decrypt: exactly as many as must.
struct Board<G: Group> {
    trustees: Trustees<G>,
    keys: Vec<(u32, PrivateKey<G>)>,
}

impl<G: Group> Board<G> {
    fn new(plan: &Plan, chance: &mut Chance) -> Result<Self, SampleError> {
        let mut items = Vec::new();
        let mut keys = Vec::new();
        for owner in (1..).take(plan.single) {
            let key = PrivateKey::generate(chance.rng());
            items.push(Item::Single(key.public_key(None, chance.rng())));
            keys.push((owner, key));
        }
        if let Some((size, needed)) = plan.threshold {
            let first = u32::try_from(plan.single).unwrap_or_default() + 1;
            let (item, members) = exchange(size, needed, chance)?;
            items.push(item);
            // The last members decrypt: then the first ones are those who did not.
            let skip = size.saturating_sub(needed) as usize;
            keys.extend((first..).zip(members).skip(skip));
        }
        Ok(Self {
            trustees: Trustees::of(items),
            keys,
        })
    }
}

/// The exchange of a group of trustees with a threshold.
fn exchange<G: Group>(
    size: u32,
    threshold: u32,
    chance: &mut Chance,
) -> Result<(Item<G>, Vec<PrivateKey<G>>), TrusteeError> {
    let seeds: Vec<Seed> = (0..size).map(|_| Seed::generate(chance.rng())).collect();
    let certs = (1..)
        .zip(&seeds)
        .map(|(index, seed)| pedersen::certificate::<G, _>(seed, size, threshold, index, chance.rng()));
    let certificates = pedersen::Certificates::check(certs.collect())?;
    let mut polynomials = Vec::new();
    let mut commitments = Vec::new();
    for seed in &seeds {
        let (polynomial, commitment) = pedersen::polynomial(seed, &certificates, chance.rng())?;
        polynomials.push(polynomial);
        commitments.push(commitment);
    }
    let commitments = pedersen::Commitments::check(&certificates, commitments)?;
    let inputs = pedersen::vinputs(&certificates, &commitments, &polynomials)?;
    let mut outputs = Vec::new();
    for (seed, input) in seeds.iter().zip(&inputs) {
        outputs.push(pedersen::voutput(
            seed,
            &certificates,
            &commitments,
            input,
            chance.rng(),
        )?);
    }
    let parameters = pedersen::parameters(&certificates, &polynomials, &outputs)?;
    let keys = seeds
        .iter()
        .zip(&outputs)
        .map(|(seed, output)| pedersen::decryption_key(seed, &output.private_key))
        .collect::<Result<_, _>>()?;
    Ok((Item::Pedersen(parameters), keys))
}
