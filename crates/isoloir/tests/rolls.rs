//! `isoloir roll`: a damaged file staged, looked at, corrected, approved and applied by commands; a process killed while it applies.
//! `isoloir account`: an account of the roll suspended and opened again.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{fail, succeed};
use isoloir_domain::journal::Event;
use isoloir_service::read_journal::Wanted;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo");

/// A server with the demonstration imported.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    let config = "listen = \"127.0.0.1:1\"\norigin = \"http://127.0.0.1:1\"\nregistrar_origin = \"http://127.0.0.1:2\"\n\
                  key = \"server.key\"\nregistrar_key = \"registrar.pub\"\ndemonstration = true\n[database]\nurl = \"sqlite:s.db\"\n";
    std::fs::write(folder.path().join("isoloir.toml"), config).unwrap();
    succeed(folder.path(), &["consultation", "apply", DEMO]);
    // Two of the demonstration have one identity at birth.
    let two = ["duplicates:2", "--by", "Yann Corbel", "--reason", "Deux personnes"];
    succeed(folder.path(), &[&["consultation", "waive"], two.as_slice()].concat());
    folder
}

/// The identifier after `staged as`.
fn staged(said: &str) -> String {
    let (_, rest) = said.rsplit_once("staged as ").unwrap();
    rest.split(';').next().unwrap().to_owned()
}

/// How many are on the roll of the election `csa`.
fn registered(folder: &Path) -> u64 {
    let said = succeed(folder, &["consultation", "review"]);
    let line = said.lines().find(|line| line.trim_start().starts_with("csa ")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_damaged_file_becomes_a_roll_in_four_steps() {
    let folder = site();
    let folder = folder.path();
    let before = registered(folder);
    let text = "matricule;nom;prenom;courriel;scrutin\nVAL0900;Neuf;Ana;ana.neuf@valbrune.example;csa\n\
                VAL0901;=A1;Bob;bob@valbrune.example;csa\nVAL0902;Onze;Cléo;;inconnu\n";
    std::fs::write(folder.join("rh.csv"), text).unwrap();
    let said = succeed(
        folder,
        &["roll", "stage", "rh.csv", "--supplement", "--by", "Yann Corbel"],
    );
    for told in [
        "3: put aside: the field “nom” is a formula",
        "4: put aside: no election of the consultation has the key “inconnu”",
        "3 rows (UTF-8), 2 put aside",
        "1 join, 0 leave",
    ] {
        assert!(said.contains(told), "{told} in {said}");
    }
    let id = staged(&said);
    assert!(fail(folder, &["roll", "apply", &id]).contains("not approved yet"));
    succeed(folder, &["roll", "report", &id[..8], "--csv", "d.csv"]);
    let difference = std::fs::read_to_string(folder.join("d.csv")).unwrap();
    assert!(
        difference.contains("ajout;csa;VAL0900;Neuf;Ana;ana.neuf@valbrune.example;;2"),
        "{difference}"
    );
    assert_eq!(registered(folder), before, "nothing is changed");
    succeed(folder, &["roll", "approve", &id, "--by", "Yann Corbel, chef de bureau"]);
    succeed(folder, &["roll", "apply", &id]);
    assert_eq!(registered(folder), before + 1);

    succeed(folder, &["roll", "template", &id, "--out", "t.csv"]);
    assert!(fail(folder, &["roll", "template", &id, "--out", "t.csv"]).contains("cannot create"));
    let template = std::fs::read_to_string(folder.join("t.csv")).unwrap();
    assert!(
        template.contains("\nVAL0901;'=A1;Bob;bob@valbrune.example;csa;3;"),
        "{template}"
    );
    let corrected = template.replace("'=A1", "Dix").replace("inconnu", "csa");
    std::fs::write(folder.join("t2.csv"), corrected).unwrap();
    let id = staged(&succeed(folder, &["roll", "stage", "t2.csv", "--supplement"]));
    succeed(folder, &["roll", "approve", &id, "--by", "Yann Corbel"]);
    succeed(folder, &["roll", "apply", &id]);
    assert_eq!(registered(folder), before + 3);
    let listed = succeed(folder, &["roll", "list"]);
    assert_eq!(listed.matches("applied").count(), 2, "{listed}");
}

#[test]
fn a_process_killed_while_it_applies_leaves_all_or_nothing() {
    let folder = site();
    let folder = folder.path();
    let before = registered(folder);
    let mut text = "matricule;nom;prenom;courriel;scrutin\n".to_owned();
    let voters = 20_000;
    for i in 0..voters {
        writeln!(text, "K{i:06};Nom{i};Prénom;k{i}@valbrune.example;csa").unwrap();
    }
    std::fs::write(folder.join("rh.csv"), text).unwrap();
    let id = staged(&succeed(folder, &["roll", "stage", "rh.csv", "--supplement"]));
    succeed(folder, &["roll", "approve", &id, "--by", "Yann Corbel"]);
    // Later and later, until one was too late to stop it.
    let mut stopped = 0;
    for wait in [200, 400, 600, 800, 1_000, 1_500, 2_000, 4_000, 120_000] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_isoloir"))
            .args(["roll", "apply", &id])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut left = wait;
        while left > 0 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(50));
            left -= 50;
        }
        child.kill().ok();
        child.wait().unwrap();
        let now = registered(folder);
        assert!(
            now == before || now == before + voters,
            "{now} of {before} and {voters}"
        );
        let listed = succeed(folder, &["roll", "list"]);
        if now > before {
            assert!(listed.contains("applied"), "{listed}");
            break;
        }
        assert!(listed.contains("approved"), "{listed}");
        stopped += 1;
    }
    assert!(stopped > 0, "no kill came before the end");
    assert_eq!(registered(folder), before + voters);
    assert!(fail(folder, &["roll", "apply", &id]).contains("applied already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_suspended_and_opened_again_by_command() {
    let folder = site();
    let folder = folder.path();
    let camille = ("camille.durand@valbrune.example", "Bateau-lavande-27");
    let server = isoloir::open_voting_server(&folder.join("isoloir.toml")).await.unwrap();
    let consultation = server.consultations().await.unwrap().remove(0).id;
    server
        .activate_all_for_rehearsal(&consultation, camille.1)
        .await
        .unwrap();
    let session = server.sign_in(camille.0, camille.1).await.unwrap();

    let act = |act, number, reason| ["account", act, "--number", number, "--reason", reason];
    for (arguments, said) in [
        (
            act("suspend", "VAL9999", "Boîte compromise"),
            "nobody has this staff number",
        ),
        (act("suspend", "VAL0001", " "), "the reason is one line"),
        (
            act("restore", "VAL0001", "Boîte reprise"),
            "no account that is suspended",
        ),
    ] {
        let told = fail(folder, &arguments);
        assert!(told.contains(said), "{told}");
    }
    assert!(server.session(&session.token).await.unwrap().is_some());

    let told = succeed(folder, &act("suspend", "VAL0001", "Boîte compromise"));
    assert!(told.contains("Camille Durand (VAL0001)"), "{told}");
    assert!(server.session(&session.token).await.unwrap().is_none(), "ended at once");
    assert!(server.sign_in(camille.0, camille.1).await.is_err());
    assert!(fail(folder, &act("suspend", "VAL0001", "Encore")).contains("no account that is open"));

    succeed(folder, &act("restore", "VAL0001", "Boîte reprise"));
    assert!(server.sign_in(camille.0, camille.1).await.is_ok());
    let journal = server.journal_page(None, &Wanted::default()).await.unwrap();
    let written: Vec<Event> = journal.into_iter().map(|(_, entry)| entry.what).collect();
    let reason = |text: &str| text.to_owned();
    for event in [
        Event::AccountSuspended {
            reason: reason("Boîte compromise"),
        },
        Event::AccountRestored {
            reason: reason("Boîte reprise"),
        },
    ] {
        assert_eq!(written.iter().filter(|one| **one == event).count(), 1, "{event:?}");
    }
}
