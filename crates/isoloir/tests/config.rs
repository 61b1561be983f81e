//! `isoloir config explain` and `isoloir config check`, from outside.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::{PROGRAM, fail, succeed};
use serde_json::Value;

const SERVER: &str = r#"listen = "127.0.0.1:8080"
origin = "https://vote.example.fr"
registrar_origin = "https://codes.example.fr"
key = "server.key"
registrar_key = "registrar.pub"

[database]
url = "postgres://vote:Ancolie-1848@base.example.fr/vote?sslmode=verify-full"

[mail]
smtp = "smtps://relais:Bruyere-1871@relais.example.fr"
from = "elections@example.fr"
user = "relais"

[mail.operators."ac-lille.fr"]
per_minute = 60

[limits]
trusted_proxies = ["10.1.0.0/16", "10.2.0.1"]
"#;

/// A folder with both keys and `server.toml`.
fn site(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "registrar"] {
        succeed(folder.path(), &["key", "new", name]);
    }
    std::fs::write(folder.path().join("server.toml"), text).unwrap();
    folder
}

fn with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap()
}

fn key<'k>(keys: &'k Value, name: &str) -> &'k Value {
    let all = keys.as_array().unwrap();
    all.iter()
        .find(|key| key["key"] == name)
        .unwrap_or_else(|| panic!("no key {name}"))
}

#[test]
fn every_key_is_explained_in_both_languages_with_its_variable() {
    let folder = tempfile::tempdir().unwrap();
    let english = succeed(folder.path(), &["config", "explain"]);
    let at = english.find("\nlimits.factor (whole number)").unwrap();
    let about: Vec<&str> = english[at..].lines().skip(1).take(4).collect();
    assert_eq!(
        about,
        [
            "limits.factor (whole number)",
            "  Multiplies every rate; 0 switches limits off.",
            "  default 1",
            "  ISOLOIR__LIMITS__FACTOR"
        ]
    );
    assert!(english.contains("key (file, required)") && english.contains("sms.kannel (text, required in its section)"));
    let french = succeed(folder.path(), &["config", "explain", "--registrar", "--language", "fr"]);
    assert!(french.contains("portal_origin (texte, obligatoire)"), "{french}");
    assert!(!french.contains("limits.factor"), "another server’s key");
    assert!(
        !english.contains("->") && !french.contains("->"),
        "without a file nothing is in force"
    );
}

#[test]
fn what_is_in_force_is_shown_with_who_says_so_and_without_a_secret() {
    let folder = site(SERVER);
    let environment = [
        ("ISOLOIR__MAIL__PASSWORD", "Camomille-1936"),
        ("ISOLOIR__LIMITS__FACTOR", "3"),
        ("ISOLOIR__FRANCECONNECT__ISSUER", "https://fc.example.fr"),
        ("ISOLOIR__FRANCECONNECT__CLIENT_ID", "nous"),
        ("ISOLOIR__FRANCECONNECT__CLIENT_SECRET", "Digitale-1945"),
    ];
    let explain = |more: &[&str]| {
        let arguments = [&["config", "explain", "--config", "server.toml"], more].concat();
        let output = with(folder.path(), &arguments, &environment);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        for secret in ["Ancolie", "Bruyere", "Camomille", "Digitale"] {
            assert!(!said.contains(secret), "{secret} is shown");
        }
        said
    };
    let keys: Value = serde_json::from_str(&explain(&["--json"])).unwrap();
    let in_force = |name: &str| {
        let values = key(&keys, name)["in_force"].as_array().unwrap().iter();
        values
            .map(|one| {
                (
                    one["value"].as_str().unwrap().to_owned(),
                    one["from"].as_str().unwrap().to_owned(),
                )
            })
            .collect::<Vec<_>>()
    };
    let one = |value: &str, from: &str| vec![(value.to_owned(), from.to_owned())];
    assert_eq!(
        in_force("database.url"),
        one("postgres://base.example.fr/vote?sslmode=verify-full", "file")
    );
    assert_eq!(in_force("mail.smtp"), one("smtps://relais.example.fr", "file"));
    assert_eq!(in_force("mail.password"), one("•••", "environment"));
    assert_eq!(in_force("limits.factor"), one("3", "environment"));
    assert_eq!(
        in_force("limits.trusted_proxies"),
        one("[10.1.0.0/16, 10.2.0.1]", "file")
    );
    assert_eq!(in_force("franceconnect.client_secret"), one("•••", "environment"));
    assert_eq!(in_force("franceconnect.signed_userinfo"), one("true", "default"));
    assert_eq!(in_force("franceconnect.claims.sex"), one("\"gender\"", "default"));
    assert_eq!(in_force("demonstration"), one("false", "default"));
    assert_eq!(in_force("mail.operators.NAME.per_minute"), one("60", "file"));
    assert_eq!(in_force("key"), one("server.key", "file"));
    assert!(in_force("sms.user").is_empty() && in_force("metrics.listen").is_empty());
    assert!(explain(&["--language", "fr"]).contains("  -> 3 (environnement)\n"));
    assert!(explain(&[]).contains("  -> ac-lille.fr: 60 (file)\n"));
}

#[test]
fn a_configuration_is_checked_with_its_files_and_everything_that_is_wrong_is_told_at_once() {
    let good = SERVER.replace("user = \"relais\"\n", "");
    let folder = site(&good);
    let said = succeed(folder.path(), &["config", "check", "--config", "server.toml"]);
    assert!(said.contains("could be started"), "{said}");
    // The database's host does not exist, and nobody asked it anything.
    let lite = good.replace(
        "postgres://vote:Ancolie-1848@base.example.fr/vote?sslmode=verify-full",
        "sqlite:server.db",
    );
    std::fs::write(folder.path().join("server.toml"), lite).unwrap();
    succeed(folder.path(), &["config", "check", "--config", "server.toml"]);
    assert!(!folder.path().join("server.db").exists(), "the database was opened");

    let bad = good
        .replace("https://vote.example.fr", "https://vote.example.fr/")
        .replace("registrar.pub", "nobody.pub")
        .replace("10.2.0.1", "10.2")
        .replace("postgres://", "mysql://")
        + "\n[metrics]\nlisten = \"0.0.0.0:8080\"\n";
    std::fs::write(folder.path().join("server.toml"), bad).unwrap();
    let said = fail(folder.path(), &["config", "check", "--config", "server.toml"]);
    for told in [
        "origin: ",
        "registrar_key: ",
        "limits.trusted_proxies: ",
        "database.url: ",
        "metrics.listen",
        "mesures",
        "5 things are wrong",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(!said.contains("Ancolie"), "{said}");
    // What is no configuration at all is told as every command tells it.
    std::fs::write(folder.path().join("server.toml"), good.replace("listen", "lisen")).unwrap();
    let said = fail(folder.path(), &["config", "check", "--config", "server.toml"]);
    assert!(said.contains("lisen") && said.contains("line 1"), "{said}");
}

#[test]
fn the_registrars_configuration_is_checked_too() {
    let folder = site(SERVER);
    let text = "listen = \"127.0.0.1:8081\"\nportal_origin = \"https://vote.example.fr\"\nkey = \"registrar.key\"\nserver_key = \"server.pub\"\n\
                [database]\nurl = \"sqlite:registrar.db\"\n[metrics]\nlisten = \"127.0.0.1:9465\"\n";
    std::fs::write(folder.path().join("registrar.toml"), text).unwrap();
    let check = ["config", "check", "--registrar", "--config", "registrar.toml"];
    succeed(folder.path(), &check);
    std::fs::remove_file(folder.path().join("server.pub")).unwrap();
    let said = fail(folder.path(), &check);
    assert!(
        said.contains("server_key: ") && said.contains("one thing is wrong"),
        "{said}"
    );
}
