//! What only somebody with secrets can make: a ballot with one thing wrong that is signed rightly, a tally that leaves a
//! ballot out and is decrypted rightly. No hash and no signature shows it, only the one check that is meant for it.

use isoloir_protocol::{
    archive::EventKind,
    audit::CheckId as C,
    credential::SecretCredential,
    group::{Belenios2048, Ed25519, Group, GroupName, Rfc3526},
    hash::{challenge_of, sha256_base64},
    json,
    proof::Proof,
};

use crate::{
    contents::changed,
    document::Node,
    mutation::{Chance, Mutation},
    sample::{Count, Plan, Sample, SampleError},
    values::another_text,
};

/// One thing of a ballot wrong, signed by its voter.
pub fn mutate(sample: &Sample, chance: &mut Chance) -> Option<Mutation> {
    let entry = *chance.pick(&sample.archive.places(EventKind::Ballot))?;
    let ballot = sample.archive.record(entry, 0)?;
    let root = Node::parse(ballot)?;
    let secret = sample.voter_of(entry)?;
    let (family, what, body, checks): (_, _, _, &'static [C]) = match chance.below(6) {
        0 => {
            let other = *chance.pick(&sample.archive.places(EventKind::Ballot))?;
            let theirs = Node::parse(sample.archive.record(other, 0)?)?;
            if sample.archive.voter(other) == sample.archive.voter(entry) {
                return None;
            }
            let body = with_field(root, "answers", theirs.field("answers")?.clone())?;
            let what = format!("event {entry}: the answers of event {other}, signed");
            ("copied answers", what, body.to_text(), &[C::BallotProof])
        }
        1 => {
            let stranger = SecretCredential::generate(chance.rng());
            let public = stranger.public(&sample.uuid, sample.group).to_string();
            let body = with_field(root, "credential", Node::Text(public))?;
            let ballot = sign(sample.group, &body.to_text(), &stranger, sample, chance)?;
            let archive = sample.archive.with_record(entry, 0, ballot.into_bytes());
            let what = format!("event {entry}: somebody without a credential");
            return Some(Mutation::refused(
                "stranger",
                what,
                &archive,
                &[C::BallotProof, C::BallotCredential],
            ));
        }
        2 | 3 => {
            let mut body = root;
            let place = body.place_of("answers")?;
            let texts: Vec<String> = body.at(&[place])?.texts().into_iter().map(str::to_owned).collect();
            let others: Vec<&str> = texts.iter().map(String::as_str).collect();
            let paths = body.paths(&[]);
            let inside: Vec<_> = paths.iter().filter(|path| path.first() == Some(&place)).collect();
            let path = *chance.pick(&inside)?;
            let node = body.at_mut(path)?;
            let Node::Text(text) = &*node else { return None };
            *node = another_text(text, &others, chance)?;
            let what = format!("event {entry}, {path:?}: another one of the ballot, signed");
            // In the group of RFC 3526 numbers are as long as elements: half of the elements are no number below the order.
            ("signed ballot", what, body.to_text(), &[C::BallotForm, C::BallotProof])
        }
        _ => {
            let place = root.place_of("answers")?;
            let answers = root.at(&[place])?.to_text();
            let (what, answers) = changed(answers.as_bytes(), chance)?;
            let body = with_field(root, "answers", Node::Literal(answers))?;
            let what = format!("event {entry}, answers {what}, signed");
            ("signed ballot", what, body.to_text(), &[C::BallotForm, C::BallotProof])
        }
    };
    let ballot = sign(sample.group, &body, secret, sample, chance)?;
    let archive = sample.archive.with_record(entry, 0, ballot.into_bytes());
    Some(Mutation::refused(family, what, &archive, checks))
}

/// False counts of a plan's election, each decrypted and proven rightly by all trustees together.
///
/// # Errors
/// [`SampleError`].
pub fn false_counts(plan: &Plan, chance: &mut Chance) -> Result<Vec<Mutation>, SampleError> {
    let all = [
        Count::WithoutFirst,
        Count::FirstTwice,
        Count::WithoutFirstAndTrueFigures,
    ];
    let one = |count: Count| {
        let sample = Plan { count, ..plan.clone() }.make(chance)?;
        let what = format!("{}: {count:?}", plan.name);
        Ok(Mutation::refused("false count", what, &sample.archive, &[C::TallySum]))
    };
    all.into_iter().map(one).collect()
}

/// A voter of the sample votes although not on the list: a whole valid ballot whose credential is unknown.
pub fn unlisted(sample: &Sample, chance: &mut Chance) -> Option<Mutation> {
    let entry = *chance.pick(&sample.archive.places(EventKind::Ballot))?;
    let voter = sample.archive.voter(entry)?;
    let mut root = Node::parse(sample.archive.record(0, 2)?)?;
    let Node::List(lines) = &mut root else { return None };
    lines.retain(|line| !matches!(line, Node::Text(text) if text.starts_with(&voter)));
    let archive = sample.archive.with_record(0, 2, root.to_text().into_bytes());
    let what = format!("the voter of event {entry} is not on the list");
    Some(Mutation::refused(
        "unlisted voter",
        what,
        &archive,
        &[C::BallotCredential],
    ))
}

impl Sample {
    /// The secret credential of a ballot's voter.
    fn voter_of(&self, entry: usize) -> Option<&SecretCredential> {
        let voter = self.archive.voter(entry)?;
        let is_voter = |secret: &&SecretCredential| secret.public(&self.uuid, self.group).as_str() == voter;
        self.secrets.iter().find(is_voter)
    }
}

fn with_field(mut ballot: Node, field: &str, value: Node) -> Option<Node> {
    let place = ballot.place_of(field)?;
    *ballot.at_mut(&[place])? = value;
    Some(ballot)
}

/// Signs a ballot's text, whatever it says, in place of its signature.
fn sign(
    group: GroupName,
    ballot: &str,
    secret: &SecretCredential,
    sample: &Sample,
    chance: &mut Chance,
) -> Option<String> {
    let (body, _) = ballot.rsplit_once(",\"signature\":")?;
    Some(match group {
        GroupName::Ed25519 => signed::<Ed25519>(body, secret, sample, chance),
        GroupName::Belenios2048 => signed::<Belenios2048>(body, secret, sample, chance),
        GroupName::Rfc3526 => signed::<Rfc3526>(body, secret, sample, chance),
    })
}

fn signed<G: Group>(body: &str, secret: &SecretCredential, sample: &Sample, chance: &mut Chance) -> String {
    let hash = sha256_base64(format!("{body}}}").as_bytes());
    let exponent = secret.exponent::<G>(&sample.uuid);
    let challenge = |commitment: &G::Element| challenge_of::<G>("sig", &hash, std::slice::from_ref(commitment));
    let proof = Proof::<G>::prove_g(&exponent, challenge, chance.rng());
    let proof = String::from_utf8(json::to_bytes(&proof)).unwrap_or_default();
    format!("{body},\"signature\":{{\"hash\":\"{hash}\",\"proof\":{proof}}}}}")
}
