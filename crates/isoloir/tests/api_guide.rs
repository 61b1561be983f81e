//! The guide of the API tells the truth: its commands are run, in their order, against a server.

use std::path::Path;
use std::process::Command;

use crate::common::{PROGRAM, succeed};
use isoloir::rehearse::Site;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/api.md");
const CONSULTATION: &str = r#"format = 1
id = "valbrune-essai"
title = "Élections d’essai"
organiser = "Académie de Valbrune"
profile = "test"
group = "Ed25519"
opens = "2099-12-03T08:00:00[Europe/Paris]"
closes = "2099-12-10T17:00:00[Europe/Paris]"

[[elections]]
key = "csa"
title = "Comité social d’administration"
seats = 2
"#;
const ROLL: &str = "matricule;nom;prenom;courriel;scrutin\nVAL0001;Durand;Camille;camille@valbrune.example;csa\n";
const LISTS: &str = "scrutin;liste;sigle;rang;nom;prenom;sexe\ncsa;Union des agents publics;UAP;1;Brunel;Émilie;F\n";
const ARRIVALS: &str = "matricule;nom;prenom;courriel;scrutin\nVAL0002;Petit;Zoé;zoe@valbrune.example;csa\n";

/// The commands of the guide: what is fenced as `bash`.
fn commands(guide: &str) -> String {
    let mut script = String::new();
    let mut within = false;
    for line in guide.lines() {
        match line {
            "```bash" => within = true,
            "```" => within = false,
            line if within => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    script
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_guide_of_the_api_does_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::prepare(&folder.path().join("site"), Some(Path::new(PROGRAM)), None, None)
        .await
        .unwrap();
    for (name, text) in [
        ("dossier/consultation.toml", CONSULTATION),
        ("dossier/roll.csv", ROLL),
        ("dossier/lists.csv", LISTS),
        ("arrivees.csv", ARRIVALS),
    ] {
        write(&site.folder, name, text);
    }
    let scopes = "consultation:read,consultation:write,roll:read,roll:write,complaint:read,complaint:decide,journal:read,\
                  delivery:read,results:read";
    let config = ["--config", "server.toml"];
    let create = ["token", "create", "--name", "Guide", "--scope", scopes];
    let token = succeed(&site.folder, &[&create[..], &config[..]].concat());
    let running = site.start().await.unwrap();
    let script = commands(&std::fs::read_to_string(GUIDE).unwrap());
    assert!(script.lines().count() > 20, "the guide has commands");
    let (url, at) = (site.portal(), site.folder.clone());
    let token = token.trim().to_owned();
    let secret = token.clone();
    let ran = tokio::task::spawn_blocking(move || {
        Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .env("ISOLOIR_URL", url)
            .env("ISOLOIR_TOKEN", secret)
            .current_dir(at)
            .output()
            .unwrap()
    })
    .await
    .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("\"name\":\"Guide\""), "{said}");
    assert!(said.contains("ajout;csa;VAL0002;Petit;Zoé"), "{said}");
    assert!(
        said.contains("\"status\":\"applied\"") && said.contains("\"code\":\"not_found\""),
        "{said}"
    );
    for (name, at_least) in [("export.zip", 200), ("journal.jsonl", 500), ("plan.json", 100)] {
        assert!(
            std::fs::metadata(site.folder.join(name)).unwrap().len() > at_least,
            "{name}"
        );
    }
    let checked = succeed(
        &site.folder,
        &["journal", "verify", "journal.jsonl", "--key", "server.pub"],
    );
    assert!(checked.contains("chain and signatures hold"), "{checked}");

    let listed = succeed(&site.folder, &[&["token", "list"][..], &config[..]].concat());
    assert!(listed.contains("Guide") && !listed.contains(&token));
    let id = token.split('_').nth(1).unwrap();
    succeed(&site.folder, &[&["token", "revoke", id][..], &config[..]].concat());
    let listed = succeed(&site.folder, &[&["token", "list"][..], &config[..]].concat());
    assert!(listed.contains("revoked"));
    drop(running);
}
