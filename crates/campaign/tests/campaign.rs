//! A short campaign, over the reference archives and elections of our own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{collections::BTreeSet, fs, path::Path};

use isoloir_campaign::{
    command::{CampaignArgs, execute},
    run::{Source, Wanted, run},
};

fn reference_archives() -> Vec<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vectors/archives/valid");
    let folders =
        fs::read_dir(&root).unwrap_or_else(|_| panic!("the reference archives must stand in {}", root.display()));
    let mut found: Vec<_> = folders
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "bel"))
        .collect();
    found.sort();
    assert!(found.len() >= 12);
    found
}

#[test]
fn every_mutation_is_met_as_it_must_be() {
    let args = CampaignArgs {
        archives: reference_archives(),
        mutations: 300,
        seed: 7,
        jobs: None,
        tool: false,
        write: None,
    };
    let mut out = Vec::new();
    let all_met = execute(&args, &mut out).unwrap();
    let said = String::from_utf8(out).unwrap();
    println!("{said}");
    assert!(all_met, "{said}");
    assert!(said.contains("300 mutations"));
}

/// `ISOLOIR_MUTATIONS`, `ISOLOIR_SEED` and `ISOLOIR_TOOL=1` say how long, from which seed, and whether the reference tool judges too:
/// `cargo test -p isoloir-campaign --test campaign -- --ignored --nocapture`.
#[test]
#[ignore = "takes long"]
fn a_long_campaign() {
    let number = |name: &str, otherwise| std::env::var(name).map_or(otherwise, |n| n.parse().unwrap());
    let args = CampaignArgs {
        archives: reference_archives(),
        mutations: number("ISOLOIR_MUTATIONS", 10_000),
        seed: number("ISOLOIR_SEED", 2026),
        jobs: None,
        tool: number("ISOLOIR_TOOL", 0) == 1,
        write: None,
    };
    let all_met = execute(&args, &mut std::io::stdout()).unwrap();
    assert!(all_met);
}

#[test]
fn the_same_seed_makes_the_same_mutations() {
    let sources = Source::of_our_own(3).unwrap();
    let wanted = Wanted {
        mutations: 50,
        seed: 3,
        tool: false,
    };
    let families = || {
        let seen = std::sync::Mutex::new(BTreeSet::new());
        let outcome = run(&sources, wanted, &|number, mutation| {
            seen.lock().unwrap().insert((number, mutation.what.clone()));
        })
        .unwrap();
        (seen.into_inner().unwrap(), outcome.met)
    };
    // Directed mutations hold fresh ballots, random ones are the same to the last byte; both are told in the same words.
    assert_eq!(families(), families());
}
