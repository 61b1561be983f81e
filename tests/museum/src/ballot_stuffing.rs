//! The server adds ballots for those who did not vote (Cortier, Galindo, Glondu, Izabachène 2014).
//!
//! A ballot whose proofs all hold says nothing of the right to vote. Only a list of credentials made by somebody else than the server does.

use isoloir_campaign::archive::{Archive, Entry};
use isoloir_campaign::mutation::Chance;
use isoloir_campaign::sample::{Sample, plans};
use isoloir_protocol::archive::EventKind;
use isoloir_protocol::audit::{CheckId, Options, audit};
use isoloir_protocol::ballot::{Ballot, Choice, Vote, create};
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::election::Election;

use crate::scene::{G, rng};

/// An election with blank votes, counted; its first plan.
pub fn sample() -> Sample {
    plans().unwrap()[0].make(&mut Chance::new(7, 0)).unwrap()
}

/// The archive with one more ballot behind the others.
pub fn with_ballot(archive: &Archive, ballot: Vec<u8>) -> Archive {
    let mut archive = archive.clone();
    let last = *archive.places(EventKind::Ballot).last().unwrap();
    archive.entries.insert(last + 1, Entry::of(EventKind::Ballot, ballot));
    archive
}

/// The check that an audit fails on.
pub fn refused_by(archive: &Archive) -> Option<CheckId> {
    let bytes = std::io::Cursor::new(archive.to_bytes());
    let report = audit(bytes, &Options::default(), &mut |_| ()).unwrap();
    report.finding.map(|finding| finding.check())
}

/// An audit of proofs alone.
pub fn all_proofs_hold(archive: &Archive, election: &Election<G>) -> bool {
    let mut ballots = archive.places(EventKind::Ballot).into_iter();
    ballots.all(|place| {
        let bytes = archive.record(place, 0).unwrap().to_vec();
        Ballot::parse(bytes, election).unwrap().verify(election).is_ok()
    })
}

#[test]
fn a_ballot_of_nobody_passes_every_proof_and_not_the_list_of_credentials() {
    let sample = sample();
    assert_eq!(refused_by(&sample.archive), None);
    let election = Election::<G>::parse(&sample.election).unwrap();
    let stranger = SecretCredential::generate(&mut rng(1));
    let vote = Vote::new(vec![Choice::Answers(vec![0])]);
    let ballot = create(&election, &stranger, &vote, &mut rng(2)).unwrap();
    let stuffed = with_ballot(&sample.archive, ballot);
    assert!(all_proofs_hold(&stuffed, &election), "proofs do not say who may vote");
    assert_eq!(refused_by(&stuffed), Some(CheckId::BallotCredential));
}
