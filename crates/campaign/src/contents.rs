//! One value changed inside of one record: a random place, a random defect. Whatever refers to the record names the new
//! one, so that only its content is wrong.

use isoloir_protocol::{
    archive::{EventKind, Owned},
    audit::CheckId,
    json,
};
use serde_json::Value;

use crate::{
    archive::Archive,
    document::Node,
    mutation::{Chance, Mutation},
    values::wrong_text,
};

/// What a record is, and which checks may refuse it when it is wrong.
struct Sort {
    family: &'static str,
    checks: &'static [CheckId],
}

use CheckId as C;

const ELECTION: Sort = Sort {
    family: "election",
    // Ballots and decryptions are bound to the exact text, so every other election refuses them.
    checks: &[
        C::SetupElection,
        C::SetupQuestions,
        C::SetupTrustees,
        C::SetupKey,
        C::SetupCredentials,
        C::BallotForm,
        C::BallotElection,
    ],
};
const TRUSTEES: Sort = Sort {
    family: "trustees",
    checks: &[
        C::SetupTrustees,
        C::SetupKey,
        C::DecryptionOwner,
        C::DecryptionProof,
        C::DecryptionQuorum,
        C::ShuffleOwner,
    ],
};
const SETUP: Sort = Sort {
    family: "setup record",
    checks: &[C::ArchiveFormat, C::ArchiveReferences, C::SetupCredentials],
};
const BALLOT: Sort = Sort {
    family: "ballot",
    checks: &[C::BallotForm, C::BallotElection, C::BallotSignature, C::BallotProof],
};
const TALLY: Sort = Sort {
    family: "encrypted tally",
    checks: &[C::TallySum],
};
const FIGURES: Sort = Sort {
    family: "tally record",
    checks: &[C::ArchiveFormat, C::ArchiveReferences, C::TallyFigures],
};
const SHUFFLE: Sort = Sort {
    family: "shuffle",
    checks: &[C::ShuffleProof],
};
const DECRYPTION: Sort = Sort {
    family: "partial decryption",
    checks: &[C::DecryptionProof],
};
const OWNED: Sort = Sort {
    family: "owner record",
    checks: &[
        C::ArchiveFormat,
        C::ArchiveReferences,
        C::ShuffleOwner,
        C::DecryptionOwner,
        C::DecryptionProof,
    ],
};
const RESULT: Sort = Sort {
    family: "result",
    checks: &[C::ResultConsistent],
};
const CREDENTIALS: Sort = Sort {
    family: "credentials",
    checks: &[C::SetupCredentials, C::BallotCredential, C::TallySum, C::TallyFigures],
};

/// What the `record`-th record of an event is; credentials are changed elsewhere, since not every change matters.
const fn sort_of(kind: EventKind, record: usize) -> Option<Sort> {
    Some(match (kind, record) {
        (EventKind::Setup, 0) => ELECTION,
        (EventKind::Setup, 1) => TRUSTEES,
        (EventKind::Setup, 3) => SETUP,
        (EventKind::Ballot, 0) => BALLOT,
        (EventKind::EncryptedTally, 0) => TALLY,
        (EventKind::EncryptedTally, 1) => FIGURES,
        (EventKind::Shuffle, 0) => SHUFFLE,
        (EventKind::PartialDecryption, 0) => DECRYPTION,
        (EventKind::Shuffle | EventKind::PartialDecryption, 1) => OWNED,
        (EventKind::Result, 0) => RESULT,
        _ => return None,
    })
}

/// Changes one value of one record.
pub fn mutate(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let kinds = [
        EventKind::Setup,
        EventKind::Ballot,
        EventKind::Ballot,
        EventKind::EncryptedTally,
        EventKind::Shuffle,
        EventKind::PartialDecryption,
        EventKind::Result,
    ];
    let places = archive.places(*chance.pick(&kinds)?);
    let entry = *chance.pick(&places)?;
    let parts = archive.entries.get(entry)?;
    let record = chance.below(parts.records.len());
    if parts.kind == EventKind::Setup && record == 2 {
        return credentials(archive, entry, chance);
    }
    let sort = sort_of(parts.kind, record)?;
    let original = archive.record(entry, record)?;
    let (what, text) = changed(original, chance)?;
    if sort.family == OWNED.family && is_same_share(archive, original, text.as_bytes()) {
        return None;
    }
    let what = format!("event {entry}, record {record}: {what}");
    let archive = archive.with_record(entry, record, text.into_bytes());
    Some(Mutation::refused(sort.family, what, &archive, sort.checks))
}

/// Whether another trustee is named who holds the same share. Where one of several suffices to decrypt (a threshold of 1) all of them do, and nothing
/// tells who of them it was.
fn is_same_share(archive: &Archive, original: &[u8], changed: &[u8]) -> bool {
    let keys = archive.record(0, 1).map(verification_keys).unwrap_or_default();
    let key = |text: &[u8]| {
        let owned: Owned = json::parse(text).ok()?;
        keys.get(usize::try_from(owned.owner).ok()?.checked_sub(1)?)
    };
    key(original).is_some_and(|one| key(changed) == Some(one))
}

/// The public key of each trustee's share, counted through all items in order.
fn verification_keys(trustees: &[u8]) -> Vec<Value> {
    let items: Vec<(String, Value)> = serde_json::from_slice(trustees).unwrap_or_default();
    let keys = items
        .into_iter()
        .flat_map(|(_, item)| match item.get("verification_keys") {
            Some(Value::Array(keys)) => keys.clone(),
            _ => vec![item],
        });
    keys.map(|key| key.get("public_key").cloned().unwrap_or_default())
        .collect()
}

/// The text of a document with one thing wrong, and what.
pub fn changed(original: &[u8], chance: &mut Chance) -> Option<(String, String)> {
    let root = Node::parse(original)?;
    if chance.below(24) == 0 {
        return respaced(&root.to_text(), chance);
    }
    // Nothing signs a trustee's name.
    let paths = root.paths(&["name"]);
    let paths: Vec<_> = match root.field("questions") {
        // The name of an election is signed by every ballot, so it may be changed as well.
        Some(_) => root.paths(&[]),
        None => paths,
    };
    let path = chance.pick(&paths)?;
    let mut changed = root.clone();
    let node = changed.at_mut(path)?;
    let what = wrong(node, &root.texts(), chance)?;
    let text = changed.to_text();
    (text.as_bytes() != original).then(|| (format!("{path:?}: {what}"), text))
}

/// The same values, other bytes.
fn respaced(text: &str, chance: &mut Chance) -> Option<(String, String)> {
    let spaces: Vec<usize> = text.match_indices([',', ':', '[']).map(|(at, _)| at + 1).collect();
    let at = *chance.pick(&spaces)?;
    let (before, after) = text.split_at_checked(at)?;
    let space = chance.pick(&[" ", "\n", "\t"])?;
    Some((format!("white space at byte {at}"), format!("{before}{space}{after}")))
}

/// Makes a value wrong and says how.
fn wrong(node: &mut Node, others: &[&str], chance: &mut Chance) -> Option<String> {
    match node {
        Node::Text(text) => {
            let (what, other) = wrong_text(text, others, chance)?;
            *node = other;
            Some(what.to_owned())
        }
        Node::Literal(text) => {
            let (what, other) = wrong_literal(text, chance)?;
            *node = other;
            Some(what.to_owned())
        }
        Node::List(items) => wrong_list(items, chance).map(str::to_owned),
        Node::Record(fields) => wrong_record(fields, chance),
    }
}

fn wrong_literal(text: &str, chance: &mut Chance) -> Option<(&'static str, Node)> {
    let literal = |text: &str| Node::Literal(text.to_owned());
    let mut all = vec![
        ("a string", Node::Text(text.to_owned())),
        ("null", literal("null")),
        ("an array", Node::List(vec![literal(text)])),
    ];
    match text {
        "true" => all.push(("false", literal("false"))),
        "false" => all.push(("true", literal("true"))),
        number => {
            let value: i64 = number.parse().unwrap_or_default();
            all.extend([
                ("one more", literal(&(value + 1).to_string())),
                ("one less", literal(&(value - 1).to_string())),
                ("a fraction", literal(&format!("{number}.0"))),
                ("an exponent", literal(&format!("{number}e0"))),
                ("negative", literal(&format!("-{number}"))),
                ("a leading zero", literal(&format!("0{number}"))),
                ("beyond 64 bits", literal("18446744073709551616")),
                ("beyond 32 bits", literal(&(value + (1 << 32)).to_string())),
            ]);
        }
    }
    let at = chance.below(all.len());
    all.into_iter().nth(at)
}

fn wrong_list(items: &mut Vec<Node>, chance: &mut Chance) -> Option<&'static str> {
    let (one, other) = (chance.below(items.len()), chance.below(items.len()));
    match chance.below(6) {
        0 if !items.is_empty() => {
            items.remove(one);
            Some("an item left out")
        }
        1 if items.get(one) != items.get(other) => {
            items.swap(one, other);
            Some("two items exchanged")
        }
        2 if !items.is_empty() => {
            items.clear();
            Some("all items left out")
        }
        3 => {
            items.push(Node::Literal("null".to_owned()));
            Some("null added")
        }
        4 if one != other => {
            let item = items.get(other)?.clone();
            let place = items.get_mut(one)?;
            (*place != item).then(|| {
                *place = item;
                "an item in place of another"
            })
        }
        _ => {
            let item = items.get(one)?.clone();
            items.insert(one, item);
            Some("an item twice")
        }
    }
}

fn wrong_record(fields: &mut Vec<(String, Node)>, chance: &mut Chance) -> Option<String> {
    let at = chance.below(fields.len());
    let (key, value) = fields.get(at)?.clone();
    let what = match chance.below(6) {
        0 => {
            fields.remove(at);
            format!("without {key}")
        }
        1 => {
            fields.insert(at, (key.clone(), value));
            format!("{key} twice")
        }
        2 => {
            fields.insert(at, ("more".to_owned(), Node::Literal("1".to_owned())));
            "an unknown field".to_owned()
        }
        3 if fields.len() > 1 => {
            let other = (at + 1) % fields.len();
            fields.swap(at, other);
            format!("{key} in another place")
        }
        4 => {
            fields.get_mut(at)?.0 = key.to_uppercase();
            format!("{key} in capitals")
        }
        _ => {
            fields.get_mut(at)?.1 = Node::Record(Vec::new());
            format!("{key} is an empty object")
        }
    };
    Some(what)
}

/// The public credential of somebody who voted becomes wrong: what stands for others may be changed without harm.
fn credentials(archive: &Archive, entry: usize, chance: &mut Chance) -> Option<Mutation> {
    let root = Node::parse(archive.record(entry, 2)?)?;
    let Node::List(lines) = &root else { return None };
    let voted = archive.voted();
    let of_voters: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| matches!(line, Node::Text(text) if voted.iter().any(|c| text.starts_with(c.as_str()))))
        .map(|(at, _)| at)
        .collect();
    let at = *chance.pick(&of_voters)?;
    let mut changed = root.clone();
    let what = match (chance.below(4), changed.at_mut(&[at])?) {
        (0, Node::Text(text)) => {
            let point = text.split(',').next()?.to_owned();
            let weight = chance.pick(&["0", "2", "01", "-1", "1.0", "x", "", "18446744073709551615", "1,1"])?;
            // Whatever the weight was before, it becomes another one.
            let line = format!("{point},{weight}");
            if *text == line {
                return None;
            }
            *text = line;
            format!("weight {weight}")
        }
        (1, _) => {
            let Node::List(lines) = &mut changed else { return None };
            lines.remove(at);
            "a voter left out".to_owned()
        }
        (2, _) => {
            let Node::List(lines) = &mut changed else { return None };
            let line = lines.get(at)?.clone();
            lines.push(line);
            "a voter twice".to_owned()
        }
        (_, node) => wrong(node, &root.texts(), chance)?,
    };
    let text = changed.to_text();
    let what = format!("credential {at}: {what}");
    let archive = archive.with_record(entry, 2, text.into_bytes());
    Some(Mutation::refused(
        CREDENTIALS.family,
        what,
        &archive,
        CREDENTIALS.checks,
    ))
}

impl Archive {
    /// The credentials of all ballots.
    #[must_use]
    pub fn voted(&self) -> Vec<String> {
        let ballots = self.places(EventKind::Ballot).into_iter();
        ballots.filter_map(|at| self.voter(at)).collect()
    }

    /// The credential of the ballot of an event.
    #[must_use]
    pub fn voter(&self, entry: usize) -> Option<String> {
        match Node::parse(self.record(entry, 0)?)?.field("credential")? {
            Node::Text(credential) => Some(credential.clone()),
            _ => None,
        }
    }
}
