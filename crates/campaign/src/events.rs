//! Events left out, repeated, exchanged, moved, badly written; records that belong to no event. Everything else is
//! chained rightly.

use isoloir_protocol::{archive::EventKind, audit::CheckId as C};

use crate::{
    archive::{Archive, Entry, EventForm, Part},
    mutation::{Chance, Mutation},
};

const FAMILY: &str = "events";
/// Whatever is wrong with the sequence of events.
const SEQUENCE: &[C] = &[
    C::ArchiveGrammar,
    C::ArchiveReferences,
    C::BallotDuplicate,
    C::TallySum,
    C::TallyFigures,
    C::ShuffleOwner,
    C::ShuffleProof,
    C::ShufflePresent,
    C::DecryptionOwner,
    C::DecryptionProof,
    C::DecryptionQuorum,
    C::ResultPresent,
];

/// Changes the sequence of events, or how one is written.
pub fn mutate(archive: &Archive, foreign: Option<&Archive>, chance: &mut Chance) -> Option<Mutation> {
    match chance.below(8) {
        0 => left_out(archive, chance),
        1 => repeated(archive, chance),
        2 => moved(archive, chance),
        3 => cut(archive, chance),
        4 | 5 => badly_written(archive, chance),
        6 => records(archive, chance),
        _ => foreign_ballot(archive, foreign?, chance),
    }
}

/// The archive ends early, at an event: valid so far, but the result is missing.
fn cut(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let mut changed = archive.clone();
    let keep = 1 + chance.below(archive.entries.len().checked_sub(1)?);
    changed.entries.truncate(keep);
    let what = format!("only {keep} events are left");
    Some(Mutation::refused(FAMILY, what, &changed, &[C::ResultPresent]))
}

fn left_out(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let at = chance.below(archive.entries.len());
    if archive.is_superseded(at) {
        return None;
    }
    let mut changed = archive.clone();
    let kind = changed.entries.remove(at).kind;
    Some(Mutation::refused(
        FAMILY,
        format!("event {at} ({kind}) left out"),
        &changed,
        SEQUENCE,
    ))
}

fn repeated(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let at = chance.below(archive.entries.len());
    let mut changed = archive.clone();
    let entry = archive.entries.get(at)?.clone();
    let kind = entry.kind;
    changed.entries.insert(at + 1, entry);
    Some(Mutation::refused(
        FAMILY,
        format!("event {at} ({kind}) twice"),
        &changed,
        SEQUENCE,
    ))
}

/// To another place among events of another kind; among its own kind, order matters for shuffles only.
fn moved(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let from = chance.below(archive.entries.len());
    let kind = archive.entries.get(from)?.kind;
    let elsewhere: Vec<usize> = archive
        .entries
        .iter()
        .enumerate()
        .filter(|(at, other)| *at != from && (other.kind != kind || kind == EventKind::Shuffle))
        .map(|(at, _)| at)
        .collect();
    let to = *chance.pick(&elsewhere)?;
    let mut changed = archive.clone();
    let entry = changed.entries.remove(from);
    changed.entries.insert(to, entry);
    // Beside the events of its own kind it would stand where it may.
    let kinds = |archive: &Archive| archive.entries.iter().map(|entry| entry.kind).collect::<Vec<_>>();
    if kinds(&changed) == kinds(archive) && kind != EventKind::Shuffle {
        return None;
    }
    Some(Mutation::refused(
        FAMILY,
        format!("event {from} ({kind}) moved to {to}"),
        &changed,
        SEQUENCE,
    ))
}

fn badly_written(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let at = chance.below(archive.entries.len());
    let forms: &[(EventForm, &'static [C])] = &[
        (EventForm::WrongParent, &[C::ArchiveChain]),
        (EventForm::NoParent, &[C::ArchiveChain]),
        (EventForm::WrongHeight, &[C::ArchiveChain]),
        (EventForm::WrongPayload, &[C::ArchiveReferences, C::ArchiveGrammar]),
        (EventForm::NoPayload, &[C::ArchiveGrammar]),
        (EventForm::ExtraField, &[C::ArchiveFormat]),
        (EventForm::Reordered, &[C::ArchiveFormat]),
        (EventForm::Spaced, &[C::ArchiveFormat]),
    ];
    let (form, checks) = *chance.pick(forms)?;
    let mut changed = archive.clone();
    let entry = changed.entries.get_mut(at)?;
    let without_payload = entry.records.is_empty() && form == EventForm::NoPayload;
    let without_parent = at == 0 && form == EventForm::NoParent;
    if without_payload || without_parent {
        return None;
    }
    entry.event = form;
    let what = format!("event {at} ({}) written with {form:?}", entry.kind);
    Some(Mutation::refused("event form", what, &changed, checks))
}

/// Records that no event refers to, in another order, or missing.
fn records(archive: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let at = chance.below(archive.entries.len());
    let mut changed = archive.clone();
    let entry = changed.entries.get_mut(at)?;
    let stray = || Part::new(b"{\"stray\":1}".to_vec());
    let what = match chance.below(4) {
        0 => {
            entry.records.insert(0, stray());
            format!("a record that belongs to nothing, before event {at}")
        }
        1 => {
            changed.stray.push(b"{\"stray\":1}".to_vec());
            "a record that belongs to nothing, at the end".to_owned()
        }
        2 if entry.records.len() > 1 => {
            entry.records.remove(0);
            format!("the first record of event {at} left out")
        }
        3 if entry.records.len() > 1 => {
            let last = entry.records.len() - 1;
            entry.records.swap(0, last);
            format!("first and last record of event {at} exchanged")
        }
        _ => {
            let again = entry.records.first()?.clone();
            entry.records.insert(0, again);
            format!("the first record of event {at} twice")
        }
    };
    let checks = &[C::ArchiveReferences, C::ArchiveFormat];
    Some(Mutation::refused("records", what, &changed, checks))
}

/// A ballot of another election among ours.
fn foreign_ballot(archive: &Archive, foreign: &Archive, chance: &mut Chance) -> Option<Mutation> {
    let theirs = *chance.pick(&foreign.places(EventKind::Ballot))?;
    let ours = *chance.pick(&archive.places(EventKind::Ballot))?;
    let mut changed = archive.clone();
    let bytes = foreign.record(theirs, 0)?.to_vec();
    changed.entries.insert(ours, Entry::of(EventKind::Ballot, bytes));
    let checks = &[C::BallotForm, C::BallotElection];
    let what = format!("a ballot of another election before event {ours}");
    Some(Mutation::refused("foreign ballot", what, &changed, checks))
}

impl Archive {
    /// Whether the ballot of an event is replaced by a later one of the same voter.
    #[must_use]
    pub fn is_superseded(&self, at: usize) -> bool {
        let is_ballot = self
            .entries
            .get(at)
            .is_some_and(|entry| entry.kind == EventKind::Ballot);
        let later = self.places(EventKind::Ballot).into_iter().filter(|other| *other > at);
        is_ballot && later.into_iter().any(|other| self.voter(other) == self.voter(at))
    }
}
