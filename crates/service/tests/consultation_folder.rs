//! A folder is applied whole or not at all, and written down again it is the same: over generated consultations, on both engines.

use crate::stage;
use std::fmt::Write as _;

use isoloir_domain::ConsultationId;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::complaint::Object;
use isoloir_service::VotingServer;
use isoloir_service::consultation_file::Files;
use isoloir_service::consultation_file::apply::ApplyError;
use isoloir_service::consultation_file::describe::Section;
use isoloir_service::consultation_file::plan::Plan;
use isoloir_service::file_complaint::{Complaint, Stranger};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use stage::{Stage, at};

fn clock() -> SettableClock {
    SettableClock::new(at("2026-09-01T09:00:00Z"))
}

/// A server without data.
struct Empty {
    server: VotingServer,
    _folder: tempfile::TempDir,
}

impl Empty {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("e.db").display());
        Self {
            server: stage::open(&url, &clock(), 3).await,
            _folder: folder,
        }
    }
}

async fn apply(server: &VotingServer, files: &Files, read: Option<&str>) -> Result<Plan, ApplyError> {
    server.apply_folder(&Empty::open().await.server, files, read).await
}

async fn plan(server: &VotingServer, files: &Files) -> Plan {
    server.plan_folder(&Empty::open().await.server, files).await.unwrap()
}

async fn export(server: &VotingServer, id: &str) -> Files {
    let id: ConsultationId = id.parse().unwrap();
    server.export_folder(&id).await.unwrap().unwrap()
}

/// Words that are awkward in TOML, in CSV, or on a page.
const WORDS: [&str; 10] = [
    "Comité",
    "d’administration",
    "« cité »",
    "a;b",
    "\"guillemets\"",
    "l'été",
    "\\n",
    "#dièse",
    "Œuvre",
    "=1+1",
];

fn words(rng: &mut StdRng) -> String {
    let count = rng.random_range(1..4);
    (0..count)
        .map(|_| WORDS[rng.random_range(0..WORDS.len())])
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A folder whose elections have these keys. Who is on which roll depends on numbers alone, so that more voters are only more voters.
fn generated(rng: &mut StdRng, id: &str, keys: &[&str], voters: usize) -> Files {
    let mut toml = format!(
        "format = 1\nid = \"{id}\"\ntitle = {}\norganiser = {}\nprofile = \"{}\"\ngroup = \"Ed25519\"\n\
         opens = \"2026-12-03T08:00:00[Europe/Paris]\"\ncloses = \"2026-12-{:02}T17:00[Europe/Paris]\"\n",
        quoted(&words(rng)),
        quoted(&words(rng)),
        ["cgfp-2024", "decret-2011-595", "test"][rng.random_range(0..3)],
        rng.random_range(4..11),
    );
    if rng.random() {
        writeln!(toml, "live_box = {}", rng.random::<bool>()).unwrap();
    }
    let mut lists = "depose,liste,sigle,rang,nom,prenom,sexe,scrutin,naissance\n".to_owned();
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut files = Files::new();
    for key in keys {
        let sigle: bool = rng.random();
        let seats = rng.random_range(1..20);
        writeln!(
            toml,
            "\n[[elections]]\nkey = \"{key}\"\ntitle = {}\nseats = {seats}",
            quoted(&words(rng))
        )
        .unwrap();
        if sigle {
            writeln!(toml, "[elections.count]\nballot = \"sigle\"\ndesignation_days = 20").unwrap();
        } else if rng.random() {
            writeln!(toml, "[elections.count]\nties = [\"votes\", \"lot\"]\nshares = {{ women = 3, men = 4, dated = \"2026-01-01\" }}")
                .unwrap();
        }
        for rank in 0..rng.random_range(1..4) {
            let name = quote(&format!("{rank} {}", words(rng)));
            let filed = if rng.random() {
                "2026-10-20T16:59:59[Europe/Paris]"
            } else {
                ""
            };
            if sigle {
                writeln!(lists, "{filed},{name},S{rank},,,,,{key},").unwrap();
            }
            for candidate in 1..rng.random_range(2..5) {
                if !sigle {
                    let born = if rng.random() { "09/03/1971" } else { "" };
                    let (last, first) = (quote(&words(rng)), quote(&words(rng)));
                    writeln!(
                        lists,
                        "{filed},{name},S{rank},{candidate},{last},{first},F,{key},{born}"
                    )
                    .unwrap();
                }
            }
            if rng.random() {
                files.insert(format!("logos/{key}/S{rank}.png"), logo(rng.random()));
            }
        }
    }
    if rng.random() {
        toml += "\n[policy.session]\nidle_minutes = 17\n\n[policy.roll]\nsource = \"fichier d'été\"\ndated = \"2026-10-04\"\n\
                 published_from = \"2026-10-25T02:30:00+02:00[Europe/Paris]\"\n\n[policy.roll.gates]\nexpected = { csa = 3 }\n\
                 most_elections = 4\n";
    }
    if rng.random() {
        toml += "\n[policy.candidates]\npublic = false\nfiled_until = \"2026-10-20T17:00:00[Europe/Paris]\"\n";
        toml += "\n[[policy.challenge.questions]]\nfr = \"Où ?\"\nen = \"Where?\"\n";
        toml += "\n[policy.reissue]\nlink_hours = 4\nnumen_opens_mailbox = false\n\n[[policy.reissue.paths]]\npath = \"challenge\"\n\
                 factors = [[\"session\"], [\"challenge\"], [\"numen\"]]\n\
                 destinations = [\"personal_phone\"]\n";
    }
    let delivered: bool = rng.random();
    let mut roll = "matricule;nom;prenom;courriel;scrutin".to_owned();
    roll += if delivered { ";lieu;lieu_nom;adresse1\n" } else { "\n" };
    for number in 0..voters {
        for (rank, key) in ["csa", "cap", "ccp"]
            .iter()
            .enumerate()
            .filter(|(_, key)| keys.contains(key))
        {
            if (number + rank) % 2 == 0 {
                write!(
                    roll,
                    "{id}-{number:04};Nom {number};\"Pré;nom\";p{number}@{id}.example;{key}"
                )
                .unwrap();
                if delivered {
                    write!(roll, ";U{};Lycée {};1, rue \"d'ici\"", number % 3, number % 3).unwrap();
                }
                roll.push('\n');
            }
        }
    }
    if rng.random() {
        files.insert("textes/edito.fr.md".into(), words(rng).into_bytes());
        files.insert("textes/edito.en.md".into(), b"Hello".to_vec());
        let faq = "[[entry]]\nid = \"a\"\ntheme = { fr = \"T\" }\nquestion = { fr = \"Q\", en = \"Q\" }\nanswer = { fr = \"R\\nS\" }\n";
        files.insert("textes/faq.toml".into(), faq.into());
    }
    files.insert("consultation.toml".into(), toml.into_bytes());
    files.insert("roll.csv".into(), roll.into_bytes());
    files.insert("lists.csv".into(), lists.into_bytes());
    files
}

/// A picture that is not of the size that is kept.
fn logo(wide: bool) -> Vec<u8> {
    let (width, height) = if wide { (300, 100) } else { (64, 64) };
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([if x < y { 200 } else { 9 }, 40, 7]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

fn text(files: &Files) -> String {
    let texts = files
        .iter()
        .map(|(name, bytes)| format!("== {name}\n{}", String::from_utf8_lossy(bytes)));
    texts.collect::<Vec<_>>().join("\n")
}

async fn what_is_exported_is_what_was_applied(url: &str, cases: u64) {
    let server = stage::open(url, &clock(), 7).await;
    for case in 0..cases {
        let mut rng = StdRng::seed_from_u64(case);
        let id = format!("valbrune-{case}");
        let mut keys = vec!["csa", "cap"];
        let given = generated(&mut rng, &id, &keys, 7);
        let first = apply(&server, &given, None)
            .await
            .unwrap_or_else(|error| panic!("{case}: {error:?}\n{}", text(&given)));
        assert!(first.is_new && !first.changes.is_empty());
        assert_eq!(
            apply(&server, &given, None).await.unwrap().changes,
            [],
            "{case}: applied twice"
        );

        let written = export(&server, &id).await;
        assert_eq!(plan(&server, &written).await.changes, [], "{case}:\n{}", text(&written));
        let other = Empty::open().await;
        apply(&other.server, &written, None)
            .await
            .unwrap_or_else(|error| panic!("{case}: {error:?}\n{}", text(&written)));
        assert_eq!(text(&export(&other.server, &id).await), text(&written), "{case}");

        // Changed in every section, in another order, with more voters: as if it had been so from the beginning.
        keys.push("ccp");
        keys.shuffle(&mut rng);
        let changed = generated(&mut rng, &id, &keys, 9);
        let planned = plan(&server, &changed).await;
        let digest = planned.digest.clone();
        match apply(&server, &changed, Some(&digest)).await {
            Ok(applied) => assert_eq!(applied, planned),
            // A roll that says nothing of deliveries after one that does leaves them; nothing else may be in the way.
            Err(error) => panic!("{case}: {error:?}\n{}", text(&changed)),
        }
        assert_eq!(plan(&server, &changed).await.changes, [], "{case}");
        assert_eq!(plan(&server, &export(&server, &id).await).await.changes, [], "{case}");
        let stale = apply(&server, &changed, Some(&digest)).await;
        assert!(matches!(stale, Err(ApplyError::AnotherPlan(_))), "{case}: {stale:?}");
    }
    server.close().await;
}

async fn of_two_organisers_at_once_one_is_told(url: &str) {
    let server = stage::open(url, &clock(), 7).await;
    let mut rng = StdRng::seed_from_u64(4);
    let id = "ensemble-2026";
    apply(&server, &generated(&mut rng, id, &["csa"], 3), None)
        .await
        .unwrap();
    let (one, other) = (
        generated(&mut rng, id, &["csa"], 5),
        generated(&mut rng, id, &["csa"], 5),
    );
    let (read_one, read_other) = (plan(&server, &one).await.digest, plan(&server, &other).await.digest);
    let (first, second) = tokio::join!(
        apply(&server, &one, Some(&read_one)),
        apply(&server, &other, Some(&read_other))
    );
    let lost = match (first, second) {
        (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
        both => panic!("{both:?}"),
    };
    assert!(
        matches!(lost, ApplyError::Moved | ApplyError::AnotherPlan(_)),
        "{lost:?}"
    );
    let left = [plan(&server, &one).await, plan(&server, &other).await];
    assert!(
        left.iter().any(|plan| plan.changes.is_empty()),
        "one of the two, whole: {left:?}"
    );
    server.close().await;
}

async fn an_interruption_before_the_roll_leaves_a_plan_of_what_is_left(url: &str) {
    let server = stage::open(url, &clock(), 7).await;
    let mut rng = StdRng::seed_from_u64(9);
    apply(&server, &generated(&mut rng, "une-2026", &["csa"], 3), None)
        .await
        .unwrap();
    let mut files = generated(&mut rng, "deux-2026", &["csa"], 3);
    let roll = String::from_utf8(files["roll.csv"].clone()).unwrap();
    // The mailbox of somebody else, of another consultation: only the server can know.
    files.insert(
        "roll.csv".into(),
        roll.replace("p0@deux-2026", "p0@une-2026").into_bytes(),
    );
    let refused = apply(&server, &files, None).await;
    assert!(matches!(refused, Err(ApplyError::Roll(_))), "{refused:?}");
    let left = plan(&server, &files).await;
    assert!(
        left.changes.iter().all(|change| change.section == Section::Rolls),
        "{left:?}"
    );
    files.insert("roll.csv".into(), roll.into_bytes());
    apply(&server, &files, None).await.unwrap();
    assert_eq!(plan(&server, &files).await.changes, []);
    server.close().await;
}

async fn an_election_goes_with_its_lists_unless_voters_are_on_its_roll(url: &str) {
    let server = stage::open(url, &clock(), 7).await;
    let mut rng = StdRng::seed_from_u64(2);
    let id = "retrait-2026";
    let with = generated(&mut rng, id, &["ccp", "csa", "cap"], 4);
    let mut nobody = with.clone();
    let roll = String::from_utf8(with["roll.csv"].clone()).unwrap();
    let kept = roll.lines().filter(|line| !line.contains("example;cap"));
    nobody.insert(
        "roll.csv".into(),
        (kept.collect::<Vec<_>>().join("\n") + "\n").into_bytes(),
    );
    apply(&server, &nobody, None).await.unwrap();
    let mut without = generated(&mut rng, id, &["csa", "ccp"], 4);
    without.insert("roll.csv".into(), nobody["roll.csv"].clone());
    apply(&server, &without, None).await.unwrap();
    assert_eq!(plan(&server, &without).await.changes, []);
    let elections = server.elections(&id.parse().unwrap()).await.unwrap();
    assert_eq!(
        elections.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(),
        ["csa", "ccp"]
    );

    let refused = apply(&server, &generated(&mut rng, id, &["csa"], 4), None).await;
    assert!(
        matches!(refused, Err(ApplyError::Forbidden(_))),
        "ccp has voters: {refused:?}"
    );
    server.close().await;
}

async fn an_election_that_a_complaint_names_stays(url: &str) {
    let server = stage::open(url, &clock(), 7).await;
    let mut rng = StdRng::seed_from_u64(2);
    let id = "nomme-2026";
    let mut with = generated(&mut rng, id, &["csa", "ccp"], 4);
    let roll = String::from_utf8(with["roll.csv"].clone()).unwrap();
    let kept = roll.lines().filter(|line| !line.contains("example;ccp"));
    let roll = kept.collect::<Vec<_>>().join("\n") + "\n";
    with.insert("roll.csv".into(), roll.clone().into_bytes());
    apply(&server, &with, None).await.unwrap();
    let consultation: ConsultationId = id.parse().unwrap();
    let elections = server.elections(&consultation).await.unwrap();
    let ccp = elections.iter().find(|one| one.key == "ccp").unwrap();
    let who = Stranger {
        last_name: "Neuf".to_owned(),
        first_name: "Ana".to_owned(),
        number: "m00009".to_owned(),
        contact: "ana@personnel.example".to_owned(),
    };
    let complaint = Complaint {
        object: Object::Missing,
        election: Some(ccp.id.clone()),
        other_person: String::new(),
        body: "Je devrais figurer sur cette liste et je n’y suis pas.".to_owned(),
        files: Vec::new(),
    };
    let token = server.new_form_token();
    server
        .file_complaint_of_absent(who, &consultation, &token, complaint)
        .await
        .unwrap();
    let mut without = generated(&mut rng, id, &["csa"], 4);
    without.insert("roll.csv".into(), roll.into_bytes());
    let planned = plan(&server, &without).await;
    let said: Vec<_> = planned
        .forbidden()
        .filter_map(|change| change.forbidden.clone())
        .collect();
    assert_eq!(said.len(), 1, "told by the plan already: {planned:?}");
    assert!(
        said[0].fr.contains("«\u{a0}ccp\u{a0}»") && said[0].en.contains("“ccp”") && said[0].fr.contains("réclamation"),
        "{said:?}"
    );
    let refused = apply(&server, &without, None).await;
    assert!(matches!(refused, Err(ApplyError::Forbidden(_))), "{refused:?}");
    assert_eq!(server.elections(&consultation).await.unwrap().len(), 2);
    server.close().await;
}

async fn what_is_sealed_changes_no_more_and_texts_always_may(url: &str) {
    let stage = Stage::new(url, 6).await;
    let id = stage.consultation.as_str();
    let sealed = export(&stage.server, id).await;
    let replaced = |name: &str, from: &str, to: &str| {
        let mut files = sealed.clone();
        let text = String::from_utf8(files[name].clone()).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        files.insert(name.to_owned(), text.replacen(from, to, 1).into_bytes());
        files
    };
    for (name, from, to) in [
        ("consultation.toml", "Élections d’essai", "Autres élections"),
        ("consultation.toml", "seats = 3", "seats = 4"),
        ("lists.csv", "Alice", "Aline"),
        ("roll.csv", "M00001;", "M00099;"),
        (
            "consultation.toml",
            "[[elections]]",
            "[policy.reissue]\nper_voter = 2\n\n[[elections]]",
        ),
    ] {
        let refused = apply(&stage.server, &replaced(name, from, to), None).await;
        assert!(
            matches!(refused, Err(ApplyError::Forbidden(_))),
            "{name}: {from}: {refused:?}"
        );
    }
    assert_eq!(export(&stage.server, id).await, sealed, "nothing was stored");
    let mut files = sealed.clone();
    files.insert("textes/edito.fr.md".into(), "Votez !".into());
    apply(&stage.server, &files, None).await.unwrap();
    assert_eq!(export(&stage.server, id).await, files);
    stage.server.close().await;
}

on_both_engines!(
    what_is_exported_is_what_was_applied(8),
    of_two_organisers_at_once_one_is_told,
    an_interruption_before_the_roll_leaves_a_plan_of_what_is_left,
    an_election_goes_with_its_lists_unless_voters_are_on_its_roll,
    an_election_that_a_complaint_names_stays,
    what_is_sealed_changes_no_more_and_texts_always_may,
);
