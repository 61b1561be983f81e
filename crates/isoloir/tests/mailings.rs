//! `isoloir mailing`, with a real SMTP server: the serving program is killed in the middle, again and again, two serve at once; every voter has one
//! message, and nobody two mails.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{PROGRAM, fail, succeed};
use isoloir::rehearse::free_port;
use isoloir_testkit::{AcceptedMail, Postgres, SmtpOptions, SmtpServer};

const VOTERS: usize = 400;
const LIMIT: Duration = Duration::from_secs(120);

/// A server whose mails go to `smtp`, with so many voters.
fn site(smtp: &SmtpServer, database: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    for (name, port) in [("one", free_port().unwrap()), ("two", free_port().unwrap())] {
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\norigin = \"http://127.0.0.1:{port}\"\nregistrar_origin = \"http://127.0.0.1:1\"\n\
             key = \"server.key\"\nregistrar_key = \"registrar.pub\"\n[database]\nurl = \"{database}\"\n\
             [mail]\nsmtp = \"smtp://127.0.0.1:{}\"\nfrom = \"elections@valbrune.example\"\n",
            smtp.port()
        );
        std::fs::write(folder.path().join(format!("{name}.toml")), config).unwrap();
    }
    let consultation = folder.path().join("consultation");
    std::fs::create_dir(&consultation).unwrap();
    let toml = "format = 1\nid = \"essai\"\ntitle = \"Élections d’essai\"\norganiser = \"Académie de Valbrune\"\nprofile = \"test\"\n\
                group = \"Ed25519\"\nopens = \"2036-12-03T08:00:00+01:00[Europe/Paris]\"\ncloses = \"2036-12-10T17:00:00+01:00[Europe/Paris]\"\n\
                [[elections]]\nkey = \"csa\"\ntitle = \"Comité\"\nseats = 3\n";
    std::fs::write(consultation.join("consultation.toml"), toml).unwrap();
    let lists = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Liste;L;1;Premier;Ana;F\n";
    std::fs::write(consultation.join("lists.csv"), lists).unwrap();
    let mut roll = "matricule;nom;prenom;courriel;scrutin\n".to_owned();
    for i in 0..VOTERS {
        writeln!(roll, "K{i:06};Nom{i};Prénom;k{i}@valbrune.example;csa").unwrap();
    }
    std::fs::write(consultation.join("roll.csv"), roll).unwrap();
    succeed(
        folder.path(),
        &["consultation", "apply", "consultation", "--config", "one.toml"],
    );
    folder
}

fn serve(folder: &Path, config: &str) -> Child {
    Command::new(PROGRAM)
        .args(["serve", "--config", config])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Waits until the SMTP server has accepted so many.
fn wait_for(smtp: &SmtpServer, many: usize) -> Vec<AcceptedMail> {
    let begun = Instant::now();
    loop {
        let accepted = smtp.accepted();
        if accepted.len() >= many {
            return accepted;
        }
        assert!(begun.elapsed() < LIMIT, "{} of {many}", accepted.len());
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The identifier that begins a line of the list.
fn planned(folder: &Path, arguments: &[&str]) -> String {
    let plan = [&["mailing", "plan", "reminder", "--config", "one.toml"], arguments].concat();
    let said = succeed(folder, &plan);
    assert!(
        said.contains(&format!("{VOTERS} voter(s) with a mailbox, 0 without")),
        "{said}"
    );
    said.split(':').next().unwrap().to_owned()
}

/// Message-IDs by recipient.
fn by_recipient(accepted: &[AcceptedMail]) -> BTreeMap<String, Vec<String>> {
    let mut mails: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mail in accepted {
        let id = mail.header("Message-ID").unwrap();
        let own = mails.entry(mail.to.clone()).or_default();
        if !own.contains(&id) {
            own.push(id);
        }
    }
    mails
}

fn a_mailing_survives_kills(database: &str) {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let folder = site(&smtp, database);
    let folder = folder.path();
    let id = planned(folder, &["--per-minute", "1500"]);
    let shown = succeed(folder, &["mailing", "preview", "--config", "one.toml"]);
    assert!(shown.contains("Bonjour Prénom Nom"), "{shown}");
    succeed(
        folder,
        &[
            "mailing",
            "start",
            &id[..8],
            "--by",
            "Yann Corbel",
            "--config",
            "one.toml",
        ],
    );
    let again = fail(folder, &["mailing", "start", &id, "--config", "one.toml"]);
    assert!(again.contains("it is started"), "{again}");
    for many in [40, 120] {
        let (one, two) = (serve(folder, "one.toml"), serve(folder, "two.toml"));
        let so_far = wait_for(&smtp, many).len();
        kill(one);
        kill(two);
        assert!(so_far < VOTERS, "not in the middle: {so_far}");
    }
    let (one, two) = (serve(folder, "one.toml"), serve(folder, "two.toml"));
    let begun = Instant::now();
    // What a server had under its lease when it was killed waits for the lease to end: minutes, for which nobody waits here.
    let listed = loop {
        let listed = succeed(folder, &["mailing", "list", "--config", "one.toml"]);
        if listed.contains("  done ") {
            break listed;
        }
        assert!(begun.elapsed() < LIMIT, "{listed}");
        std::thread::sleep(Duration::from_millis(500));
    };
    kill(one);
    kill(two);
    let [queued, waiting, sent, failed] = ["queued ", "waiting ", "sent ", "failed "].map(|name| figure(&listed, name));
    assert_eq!((queued, waiting + sent, failed), (VOTERS, VOTERS, 0), "{listed}");
    let mails = by_recipient(&smtp.accepted());
    assert!(mails.len() >= sent, "{} of {sent}", mails.len());
    // One that left twice, when a server died before it could note that it had, is one mail to whoever reads it.
    for (to, ids) in &mails {
        assert_eq!(ids.len(), 1, "{to} has two mails");
    }
}

/// The number behind a name in the list.
fn figure(listed: &str, name: &str) -> usize {
    let (_, after) = listed.split_once(name).unwrap();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

#[test]
fn on_sqlite_a_mailing_survives_kills() {
    a_mailing_survives_kills("sqlite:s.db");
}

#[test]
fn on_postgresql_a_mailing_survives_kills() {
    a_mailing_survives_kills(&Postgres::shared().fresh_database());
}
