//! A ballot that is counted once for every copy of its event, or an election whose events come in another order.

use isoloir_protocol::archive::EventKind;
use isoloir_protocol::audit::CheckId;
use isoloir_protocol::election::Election;

use crate::ballot_stuffing::{all_proofs_hold, refused_by, sample, with_ballot};
use crate::scene::G;

#[test]
fn a_second_copy_passes_every_proof_and_is_refused() {
    let sample = sample();
    let election = Election::<G>::parse(&sample.election).unwrap();
    let first = sample.archive.places(EventKind::Ballot)[0];
    let copied = with_ballot(&sample.archive, sample.archive.record(first, 0).unwrap().to_vec());
    assert!(all_proofs_hold(&copied, &election), "a copy is as valid as the ballot");
    assert_eq!(refused_by(&copied), Some(CheckId::BallotDuplicate));
}

#[test]
fn a_ballot_that_comes_after_the_closing_is_refused() {
    let sample = sample();
    let mut late = sample.archive.clone();
    let last = *late.places(EventKind::Ballot).last().unwrap();
    assert_eq!(late.entries[last + 1].kind, EventKind::EndBallots);
    late.entries.swap(last, last + 1);
    assert_eq!(refused_by(&late), Some(CheckId::ArchiveGrammar));
}
