//! Points and scalars that the lanes read are those that the protocol reads: the same texts, the same membership.
#![no_main]

use std::sync::LazyLock;

use isoloir_lanes::lend;
use isoloir_protocol::{
    any::AnyElection,
    audit::engine::Engine,
    credential::PublicCredential,
    group::{Ed25519, Group, GroupName},
};
use libfuzzer_sys::fuzz_target;

const ELECTION: &[u8] = include_bytes!("../known/election.json");

static ENGINE: LazyLock<Option<Box<dyn Engine>>> = LazyLock::new(|| {
    let election = AnyElection::parse(ELECTION.trim_ascii_end()).expect("the known election");
    lend::exact(None)?.engine(election.params(), election.fingerprint())
});

fuzz_target!(|text: &str| {
    if let Some(engine) = &*ENGINE {
        let is_read = PublicCredential::parse(text, GroupName::Ed25519).is_ok();
        assert_eq!(engine.admits(&[text]), [is_read]);
    }
    #[cfg(target_arch = "x86_64")]
    if !text.contains(['"', '\\']) && !text.chars().any(char::is_control) {
        let theirs = serde_json::from_str::<<Ed25519 as Group>::Scalar>(&format!("\"{text}\"")).is_ok();
        assert_eq!(isoloir_lanes::scalar::Scalar::parse(text.as_bytes()).is_some(), theirs);
    }
});
