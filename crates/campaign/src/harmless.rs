//! What may be changed without changing the election: nothing in the file shows it, and nobody is harmed by it. The audit
//! must accept, with the same result. Where the chain of events becomes another one, a receipt, a signed head or an
//! earlier copy still shows that the file is not the one that was published.

use isoloir_protocol::archive::EventKind;

use crate::{
    archive::Archive,
    document::Node,
    mutation::{Chance, Expected, Mutation},
};

/// Changes something that means nothing.
pub fn mutate(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let mut changed = archive.clone();
    let (family, what, other_head) = match chance.below(6) {
        0 => {
            changed.timestamp += 1;
            let what = "the time in every header, to which no event refers";
            ("harmless: time", what.to_owned(), false)
        }
        1 => (
            "harmless: order of ballots",
            ballots_exchanged(&mut changed, chance)?,
            true,
        ),
        2 => {
            let superseded: Vec<usize> = (0..archive.entries.len())
                .filter(|at| archive.is_superseded(*at))
                .collect();
            let at = *chance.pick(&superseded)?;
            changed.entries.remove(at);
            let what = format!("event {at}, a ballot replaced later, left out");
            ("harmless: replaced ballot", what, true)
        }
        3 => (
            "harmless: order of credentials",
            credentials_exchanged(&mut changed, chance)?,
            true,
        ),
        4 => ("harmless: unused credential", unused_credential(&mut changed)?, true),
        _ => (
            "harmless: order of decryptions",
            decryptions_exchanged(&mut changed)?,
            true,
        ),
    };
    Some(Mutation {
        family,
        what,
        bytes: changed.to_bytes(),
        expected: Expected::Harmless { other_head },
    })
}

/// Two ballots of two voters, none of whom votes in between.
fn ballots_exchanged(archive: &mut Archive, chance: &mut Chance) -> Option<String> {
    let ballots = archive.places(EventKind::Ballot);
    let neighbours: Vec<usize> = ballots
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if archive.voter(*a) != archive.voter(*b) => Some(*a),
            _ => None,
        })
        .collect();
    let at = *chance.pick(&neighbours)?;
    archive.entries.swap(at, at + 1);
    Some(format!("the ballots of events {at} and {} exchanged", at + 1))
}

fn credentials_exchanged(archive: &mut Archive, chance: &mut Chance) -> Option<String> {
    let mut root = Node::parse(archive.record(0, 2)?)?;
    let Node::List(lines) = &mut root else { return None };
    let other = 1 + chance.below(lines.len().checked_sub(1)?);
    if other >= lines.len() {
        return None;
    }
    lines.swap(0, other);
    *archive = archive.with_record(0, 2, root.to_text().into_bytes());
    Some(format!("credentials 0 and {other} exchanged"))
}

/// The credential of somebody who did not vote.
fn unused_credential(archive: &mut Archive) -> Option<String> {
    let voted = archive.voted();
    let mut root = Node::parse(archive.record(0, 2)?)?;
    let Node::List(lines) = &mut root else { return None };
    let unused = lines.iter().position(
        |line| matches!(line, Node::Text(text) if !voted.iter().any(|c| text.split(',').next() == Some(c.as_str()))),
    )?;
    lines.remove(unused);
    *archive = archive.with_record(0, 2, root.to_text().into_bytes());
    Some(format!("credential {unused}, which did not vote, left out"))
}

fn decryptions_exchanged(archive: &mut Archive) -> Option<String> {
    let [first, second, ..] = archive.places(EventKind::PartialDecryption)[..] else {
        return None;
    };
    archive.entries.swap(first, second);
    Some(format!("the decryptions of events {first} and {second} exchanged"))
}
