//! The server shows different boxes to different people, or takes a ballot out later (Heather, Lundin 2008).

use std::io::Cursor;

use isoloir_protocol::archive::EventKind;
use isoloir_protocol::audit::since::{Since, compare};
use isoloir_protocol::election::Election;

use crate::ballot_stuffing::{all_proofs_hold, refused_by, sample};
use crate::scene::G;

#[test]
fn two_boxes_are_each_valid_alone_and_whoever_kept_one_sees_the_other() {
    let sample = sample();
    let election = Election::<G>::parse(&sample.election).unwrap();
    let places = sample.archive.places(EventKind::Ballot);
    let upto = |ballots: &[usize]| {
        let mut archive = sample.archive.clone();
        let mut place = 0;
        archive.entries.retain(|entry| {
            place += 1;
            entry.kind == EventKind::Setup || (entry.kind == EventKind::Ballot && ballots.contains(&(place - 1)))
        });
        archive
    };
    let (shown, kept) = (upto(&places[1..]), upto(&places[..2]));
    for archive in [&shown, &kept] {
        assert!(all_proofs_hold(archive, &election));
        assert_eq!(
            refused_by(archive),
            None,
            "a box without its first ballot is a valid box"
        );
    }
    let same = compare(Cursor::new(kept.to_bytes()), Cursor::new(upto(&places).to_bytes())).unwrap();
    assert!(matches!(same, Since::Kept { .. }), "{same:?}");
    let split = compare(Cursor::new(kept.to_bytes()), Cursor::new(shown.to_bytes())).unwrap();
    assert!(!matches!(split, Since::Kept { .. }), "{split:?}");
}
