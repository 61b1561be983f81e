//! What the tests of the whole program share: a site in a temporary folder, real processes, voters with their codes.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use isoloir::rehearse::{CORSE_2022, Running, Scenario, Site, email, read_codes};
use isoloir::voter::{Entitlement, Portal, Session};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_isoloir");
pub const PASSWORD: &str = "Bateau-lavande-27";

/// A site with `voters` voters, all of whom chose [`PASSWORD`].
pub struct Polls {
    pub site: Site,
    pub codes: BTreeMap<String, String>,
    pub elections: Vec<String>,
    pub folder: tempfile::TempDir,
}

impl Polls {
    /// One election, as in Corsica.
    pub async fn with_voters(voters: u32, database: Option<&str>) -> Polls {
        Polls::prepare(voters, database, |site, scenario| {
            site.write_consultation(scenario, "Ed25519").unwrap();
        })
        .await
    }

    /// `write` makes the folder `consultation`.
    pub async fn prepare(voters: u32, database: Option<&str>, write: impl FnOnce(&Site, &Scenario)) -> Polls {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::prepare(&folder.path().join("site"), Some(Path::new(PROGRAM)), database, None)
            .await
            .unwrap();
        let scenario = Scenario {
            registered: voters,
            ..Scenario::whole(CORSE_2022)
        };
        write(&site, &scenario);
        site.set_up(2, "Ed25519").await.unwrap();
        let server = isoloir::open_voting_server(&site.folder.join("server.toml"))
            .await
            .unwrap();
        let mut elections = Vec::new();
        for consultation in server.consultations().await.unwrap() {
            server
                .activate_all_for_rehearsal(&consultation.id, PASSWORD)
                .await
                .unwrap();
            for election in server.elections(&consultation.id).await.unwrap() {
                elections.push(election.id.to_string());
            }
        }
        let codes = read_codes(&std::fs::read_to_string(site.folder.join("codes.csv")).unwrap()).unwrap();
        Polls {
            site,
            codes,
            elections,
            folder,
        }
    }

    pub async fn start(&self) -> Running {
        self.site.start().await.unwrap()
    }

    pub fn portal(&self) -> Portal {
        Portal::at(&self.site.portal()).unwrap()
    }

    pub fn code(&self, number: u32) -> &str {
        &self.codes[&format!("E{number:06}")]
    }

    /// The voter with this number, signed in and unlocked.
    pub async fn voter(&self, portal: &Portal, number: u32) -> (Session, Vec<Entitlement>) {
        let session = Session::sign_in(portal, &email(number), PASSWORD).await.unwrap();
        let entitlements = session.unlock(self.code(number)).await.unwrap();
        (session, entitlements)
    }

    pub fn election(&self) -> &str {
        &self.elections[0]
    }
}

/// Runs the program in `folder`.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

/// Runs it and expects success; returns what it printed.
pub fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "isoloir {}: {said}", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs it and expects failure; returns what it said.
pub fn fail(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "isoloir {} succeeded", arguments.join(" "));
    String::from_utf8(output.stderr).unwrap()
}

/// A tool of the system, or a visible word that its part of the test is skipped.
pub fn tool(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not installed", path.display());
        return None;
    }
    Some(path)
}

/// A small disk of its own; gone with the value.
pub struct SmallDisk(pub PathBuf);

impl SmallDisk {
    /// `None` where we may not mount.
    pub fn mount(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16m", "isoloir-test"])
            .arg(at)
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then(|| Self(at.to_path_buf()))
    }

    /// Takes all the room that is left, to the last byte.
    pub fn fill(&self) {
        let filler = self.0.join("filler");
        let full = Command::new("dd")
            .arg("if=/dev/zero")
            .arg(format!("of={}", filler.display()))
            .output()
            .unwrap();
        assert!(!full.status.success(), "the disk is full");
    }

    pub fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
