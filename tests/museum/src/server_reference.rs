//! The reference that the voter checks comes from the server, which stored nothing (Debant, Hirschi 2023).

use std::collections::BTreeSet;

use isoloir_protocol::ballot::Tracker;
use isoloir_protocol::credential::SecretCredential;
use isoloir_protocol::group::Group;

use crate::scene::{G, ballot, election, rng};

/// A server that drops a ballot and answers with the reference of another one.
fn dropped<'a>(_ballot: &str, stored: &'a BTreeSet<String>) -> &'a str {
    stored.first().unwrap()
}

#[test]
fn a_reference_from_the_server_is_found_in_the_box_and_one_of_our_own_is_not() {
    let mut rng = rng(1);
    let election = election(&G::random_scalar(&mut rng), 2);
    let [alice, bob] = [0, 1].map(|voter| {
        let credential = SecretCredential::generate(&mut rng);
        ballot(&election, &credential, voter, &mut rng)
    });
    let tracker = |ballot: &str| Tracker::of(ballot.as_bytes()).as_str().to_owned();
    let stored = BTreeSet::from([tracker(&bob)]);
    let shown = dropped(&alice, &stored);
    assert!(stored.contains(shown), "whoever trusts the answer is content");
    assert_ne!(
        tracker(&alice),
        shown,
        "whoever computed the tracker before sending is not"
    );
    assert!(!stored.contains(&tracker(&alice)));
}
