//! A consultation's folder, checked without a server: every mistake with its line, the delays of the law with their articles.

use std::path::Path;

use crate::common::{run, succeed};
use serde_json::Value;

const CONSULTATION: &str = r#"format = 1
id = "valbrune-2026"
title = "Élections professionnelles 2026"
organiser = "Académie de Valbrune"
profile = "cgfp-2024"
group = "Ed25519"
opens = "2026-12-03T08:00:00[Europe/Paris]"
closes = "2026-12-10T17:00:00[Europe/Paris]"

[[elections]]
key = "csa"
title = "Comité social d’administration"
seats = 2

[policy.candidates]
filed_until = "2026-10-20T17:00:00[Europe/Paris]"
published_from = "2026-11-18T08:00:00[Europe/Paris]"
"#;
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nVAL0001;Durand;Camille;camille@valbrune.example;csa\n";
const LISTS: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe;depose\n\
                     csa;Union des agents publics;UAP;1;Brunel;Émilie;F;2026-10-20T17:00:00[Europe/Paris]\n\
                     csa;Sud libre;SLE;1;Mallet;Clément;M;2026-10-19T09:30:00[Europe/Paris]\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("consultation.toml", CONSULTATION),
        ("roll.csv", ROLL),
        ("lists.csv", LISTS),
    ] {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder.join("in").join(name).parent().unwrap()).unwrap();
    std::fs::write(folder.join("in").join(name), text).unwrap();
}

/// What a check says that refuses.
fn fail(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "isoloir {} succeeded", arguments.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// What is said of a folder in which one text was replaced by another.
fn refused(name: &str, from: &str, to: &str) -> String {
    let folder = folder();
    let text = std::fs::read_to_string(folder.path().join("in").join(name)).unwrap();
    assert!(text.contains(from), "{from}");
    write(folder.path(), name, &text.replace(from, to));
    fail(folder.path(), &["consultation", "check", "in"])
}

fn told(name: &str, from: &str, to: &str, expected: &[&str]) {
    let said = refused(name, from, to);
    for text in expected {
        assert!(said.contains(text), "{text:?} in {said}");
    }
}

#[test]
fn a_sound_folder_is_accepted_without_a_server() {
    let folder = folder();
    let said = succeed(folder.path(), &["consultation", "check", "in"]);
    assert!(said.contains("no error found"), "{said}");
    let said = succeed(folder.path(), &["consultation", "check", "in", "--language", "fr"]);
    assert!(said.contains("aucune erreur"), "{said}");
}

#[test]
fn the_hour_that_march_skips_is_refused_with_its_line_and_the_reason() {
    let opens = "2026-12-03T08:00:00[Europe/Paris]";
    told(
        "consultation.toml",
        opens,
        "2026-03-29T02:30:00[Europe/Paris]",
        &["consultation.toml:7: opens: the time 2026-03-29T02:30:00 does not exist"],
    );
    told(
        "consultation.toml",
        opens,
        "2026-10-25T02:30:00[Europe/Paris]",
        &["consultation.toml:7:", "exists twice", "2026-10-25T02:30:00+02"],
    );
    let published = "2026-11-18T08:00:00[Europe/Paris]";
    told(
        "consultation.toml",
        published,
        "2026-11-18T08:00:00Z",
        &["consultation.toml:17: policy.candidates.published_from:"],
    );
}

#[test]
fn a_list_filed_one_second_after_the_deadline_is_refused_with_its_line() {
    told(
        "lists.csv",
        "2026-10-20T17:00:00",
        "2026-10-20T17:00:01",
        &["lists.csv:2: the list was filed too late: 2026-10-20T17:00:01+02:00[Europe/Paris]"],
    );
}

#[test]
fn what_is_planned_later_than_the_law_allows_is_refused_with_the_article() {
    told(
        "consultation.toml",
        "2026-11-18T08:00:00",
        "2026-11-19T00:00:00",
        &["consultation.toml:17:", "R. 211-531", "2026-11-18"],
    );
    told(
        "consultation.toml",
        "2026-10-20T17:00:00",
        "2026-10-23T00:00:00",
        &["consultation.toml:16:", "2026-10-22"],
    );
}

#[test]
fn nothing_unknown_is_read_and_every_mistake_has_its_line() {
    told(
        "consultation.toml",
        "format = 1\n",
        "",
        &["consultation.toml:1:", "format = 1"],
    );
    told(
        "consultation.toml",
        "format = 1",
        "format = 2",
        &["consultation.toml:1:", "no other"],
    );
    told(
        "consultation.toml",
        "seats = 2",
        "seats = 2\nsieges = 2",
        &["consultation.toml:14:", "`sieges`"],
    );
    told(
        "consultation.toml",
        "seats = 2",
        "seats = 0",
        &["consultation.toml:13:", "no seat"],
    );
    told(
        "consultation.toml",
        "filed_until",
        "filed_before",
        &["consultation.toml:16:", "`filed_before`"],
    );
    told("consultation.toml", "cgfp-2024", "cgfp", &["consultation.toml:5:"]);
    told(
        "consultation.toml",
        "2026-12-10T17",
        "2026-12-01T17",
        &["consultation.toml:8:", "close after"],
    );
    told(
        "roll.csv",
        "csa\n",
        "csa\nVAL0002;X;Y;x@valbrune.example;cap\n",
        &["roll.csv:3:", "cap"],
    );
    told("lists.csv", ";1;Mallet", ";2;Mallet", &["lists.csv:3:", "ranks"]);
    let folder = folder();
    write(folder.path(), "logos/csa/UAP.svg", "<svg/>");
    write(folder.path(), "logos/csa/SLE.png", "not a picture");
    write(folder.path(), "textes/edito.de.md", "Hallo");
    let said = fail(folder.path(), &["consultation", "check", "in", "--language", "fr"]);
    for file in [
        "logos/csa/UAP.svg: nom inattendu",
        "logos/csa/SLE.png: Ce fichier",
        "textes/edito.de.md: nom inattendu",
    ] {
        assert!(said.contains(file), "{file} in {said}");
    }
}

#[test]
fn the_reissue_is_linted_and_gates_are_warnings() {
    let folder = folder();
    let path = "\n[policy.roll.gates]\nexpected = { csa = 4 }\n\n[[policy.reissue.paths]]\npath = \"challenge\"\nfactors = [[\"challenge\"]]\n\
                destinations = [\"personal_phone\"]\n";
    write(folder.path(), "consultation.toml", &format!("{CONSULTATION}{path}"));
    let said = fail(folder.path(), &["consultation", "check", "in", "--json"]);
    let json: Value = serde_json::from_str(&said[said.find('{').unwrap()..=said.rfind('}').unwrap()]).unwrap();
    assert_eq!(json["accepted"], false);
    let problems = json["problems"].as_array().unwrap();
    let one_factor = problems.iter().find(|problem| problem["code"] == "one_factor").unwrap();
    assert_eq!(one_factor["severity"], "refused");
    assert!(
        one_factor["message"]["fr"].is_string() && one_factor["line"].is_number(),
        "{one_factor}"
    );
}

#[test]
fn the_calendar_of_the_law_is_printed() {
    let folder = folder();
    let said = succeed(folder.path(), &["consultation", "calendar", "in", "--language", "fr"]);
    for line in [
        "2026-10-22  Dépôt des candidatures, au plus tard (règles propres à chaque instance",
        "2026-11-18  Notices et moyens d’authentification reçus, au plus tard (CGFP, art. R. 211-553)",
        "2026-12-02  Dernières inscriptions",
        "2026-12-10T17:30:00+01:00[Europe/Paris]",
        "2028-12-10  Conservation sous scellés, jusqu’à cette date (CGFP, art. R. 211-580)",
    ] {
        assert!(said.contains(line), "{line} in {said}");
    }
    let json = succeed(folder.path(), &["consultation", "calendar", "in", "--json"]);
    let dates: Vec<Value> = serde_json::from_str(&json).unwrap();
    let lists = dates.iter().find(|date| date["step"] == "lists_online").unwrap();
    assert_eq!(lists["day"], "2026-11-18");
    assert_eq!(lists["too_late"], false);
}

#[test]
fn a_holiday_on_a_deadline_is_said() {
    let folder = folder();
    let text = CONSULTATION
        .replace("2026-12-03", "2026-11-26")
        .replace("2026-12-10", "2026-12-03")
        .replace("2026-11-18", "2026-11-09")
        .replace("2026-10-20", "2026-10-13");
    write(folder.path(), "consultation.toml", &text);
    let said = fail(folder.path(), &["consultation", "check", "in"]);
    assert!(
        said.contains("lists.csv:2:") && said.contains("lists.csv:3:"),
        "both lists are late now: {said}"
    );
    let said = succeed(folder.path(), &["consultation", "calendar", "in", "--language", "fr"]);
    assert!(said.contains("armistice de 1918"), "{said}");
}

/// The record of a display order, made by another program from the rule.
const ORDER: &str = r#"{
 "election": "NkHrZ7QCf3Nf3h",
 "commitment": "fb8aaf9eb4133f1f503e6b5bb155a17c141b99878c211fca35fef1dc8c031d33",
 "committed": "2026-10-10T09:00:00Z",
 "secret": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
 "words": "14 3 27 9",
 "place": "Salle 1",
 "present": "Les délégués",
 "lists": [
  "AVP",
  "ESP",
  "SLE",
  "UAP"
 ],
 "order": [
  "UAP",
  "SLE",
  "AVP",
  "ESP"
 ],
 "drawn": "2026-10-21T09:00:00Z"
}"#;

#[test]
fn a_display_order_is_computed_again_from_its_record_alone() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "tirage.json", ORDER);
    let told = succeed(folder.path(), &["election", "check-order", "in/tirage.json"]);
    assert!(told.starts_with("1. UAP\n2. SLE\n3. AVP\n4. ESP\n"), "{told}");
    for (from, to, why) in [
        ("14 3 27 9", "14 3 27 10", "the order is not the one"),
        ("1d1e1f", "1d1e1e", "the secret is not the one"),
        ("\"words\"", "\"mots\"", "unknown field"),
    ] {
        write(folder.path(), "tirage.json", &ORDER.replace(from, to));
        let output = run(folder.path(), &["election", "check-order", "in/tirage.json"]);
        assert!(!output.status.success(), "{to}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(why), "{why}: {said}");
    }
}
