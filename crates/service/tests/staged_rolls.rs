//! Roll files from damaged exports to applied rolls, on both engines: read, put aside, compared, approved, applied at once or not at all.

use crate::stage;
use std::path::PathBuf;

use isoloir_domain::clock::SettableClock;
use isoloir_domain::roll_gates::Gate;
use isoloir_domain::roll_keys::{NumberForm, PlaceForm, RollKeys};
use isoloir_service::VotingServer;
use isoloir_service::hr_file::{FileUnread, GivenRoll};
use isoloir_service::import_consultation::ConsultationPlan;
use isoloir_service::review_roll::Decider;
use isoloir_service::roll_draft::RefusedRow;
use isoloir_service::stage_roll::{Mode, StageError, StagedRoll, Status, VoterChange};
use stage::{LISTS, PASSWORD, Stage, at, roll};

const BY: Decider<'static> = Decider::Named("Yann Corbel");
const HEAD: &str = "matricule;nom;prenom;courriel;scrutin\n";

async fn server(url: &str, change: impl FnOnce(&mut ConsultationPlan)) -> (VotingServer, ConsultationPlan) {
    let server = stage::open(url, &SettableClock::new(at("2026-11-01T09:00:00Z")), 7).await;
    let mut plan = stage::plan();
    change(&mut plan);
    server.import_consultation(&plan).await.unwrap();
    (server, plan)
}

fn bytes(text: &str) -> GivenRoll {
    GivenRoll::Bytes(text.as_bytes().into())
}

async fn staged(server: &VotingServer, plan: &ConsultationPlan, text: &str, mode: Mode) -> StagedRoll {
    server.stage_roll(&plan.id, bytes(text), mode, BY).await.unwrap()
}

async fn applied(server: &VotingServer, plan: &ConsultationPlan, text: &str, mode: Mode) -> StagedRoll {
    let id = staged(server, plan, text, mode).await.stage.id;
    server.approve_roll(&id, BY).await.unwrap();
    server.apply_roll(&id, BY).await.unwrap()
}

/// `LINE code` of each row put aside, and `LINE kept code` of each remark.
async fn told(server: &VotingServer, staged: &StagedRoll) -> Vec<String> {
    let mut lines = Vec::new();
    let take = |rows: Vec<RefusedRow>| -> Result<(), isoloir_service::Fault> {
        for row in rows {
            assert!(
                row.reasons
                    .iter()
                    .all(|reason| !reason.fr.is_empty() && !reason.en.is_empty())
            );
            lines.extend(row.codes.iter().map(|code| format!("{} {code}", row.line)));
        }
        Ok(())
    };
    server.refused_rows(&staged.stage.id, take).await.unwrap();
    for remark in server.roll_remarks(&staged.stage.id).await.unwrap() {
        lines.push(format!("{} kept {}", remark.line, remark.code));
    }
    lines
}

async fn changes(server: &VotingServer, staged: &StagedRoll) -> Vec<VoterChange> {
    let mut all = Vec::new();
    let take = |some: Vec<VoterChange>| -> Result<(), isoloir_service::Fault> {
        all.extend(some);
        Ok(())
    };
    server.roll_difference(&staged.stage.id, take).await.unwrap();
    all
}

async fn template(server: &VotingServer, staged: &StagedRoll) -> String {
    let mut out = Vec::new();
    server.write_template(&staged.stage.id, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// Numbers on the roll of an election.
async fn numbers(server: &VotingServer, plan: &ConsultationPlan, key: &str) -> Vec<String> {
    let elections = server.elections(&plan.id).await.unwrap();
    let election = elections.iter().find(|election| election.key == key).unwrap();
    let voters = server.electoral_roll(&election.id).await.unwrap().voters;
    let mut numbers: Vec<String> = voters.into_iter().map(|voter| voter.number).collect();
    numbers.sort();
    numbers
}

/// The rules that the damaged files are checked against.
fn strict(plan: &mut ConsultationPlan) {
    plan.policy.roll.keys = RollKeys {
        number: NumberForm::Digits(8),
        place: PlaceForm::Uai,
        nir: false,
        mail_domains: vec!["valbrune.example".to_owned()],
    };
}

fn hr_file(name: &str) -> GivenRoll {
    GivenRoll::File(
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/hr_files")
            .join(name),
    )
}

/// Name of the file, encoding, rows, persons kept, and what is told of which line.
type Expected = (&'static str, &'static str, u64, u64, &'static [&'static str]);

const DAMAGED: [Expected; 9] = [
    (
        "01-tableur.csv",
        "UTF-8",
        8,
        2,
        &[
            "3 bad_key",
            "4 scientific",
            "5 sheet_error",
            "6 formula",
            "8 bad_key",
            "9 mail_domain",
            "7 kept quoted_formula",
        ],
    ),
    ("02-windows-1252.csv", "windows-1252", 2, 2, &["2 kept spaces"]),
    (
        "03-accents-abimes.csv",
        "UTF-8",
        2,
        1,
        &["2 broken_accents", "2 broken_accents"],
    ),
    (
        "04-accents-separes.csv",
        "UTF-8",
        1,
        1,
        &["2 kept composed", "2 kept spaces"],
    ),
    ("05-colonnes-vides.csv", "UTF-8", 3, 2, &["7 wrong_field_count"]),
    (
        "06-contradictions.csv",
        "UTF-8",
        11,
        1,
        &[
            "2 in_doubt",
            "3 in_doubt",
            "4 same_number_other_person",
            "5 in_doubt",
            "6 same_email_other_person",
            "8 duplicate_row",
            "9 unknown_election",
            "10 missing_field",
            "11 bad_email",
            "12 bad_number",
        ],
    ),
    (
        "07-naissances.csv",
        "UTF-8",
        5,
        3,
        &["4 serial_date", "5 bad_identity", "3 kept same_identity"],
    ),
    ("08-texte-unicode.txt", "UTF-16", 2, 1, &["3 wrong_field_count"]),
    (
        "10-classeur.xlsx",
        "xlsx",
        6,
        1,
        &[
            "3 bad_key",
            "4 formula",
            "5 scientific",
            "6 sheet_error",
            "7 missing_field",
        ],
    ),
];

async fn damaged_files_are_told_line_by_line(url: &str) {
    let (server, plan) = server(url, strict).await;
    for (name, encoding, rows, voters, lines) in DAMAGED {
        let found = server.stage_roll(&plan.id, hr_file(name), Mode::Complete, BY).await;
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(told(&server, &found).await, lines, "{name}");
        let report = &found.report;
        assert_eq!(
            (report.encoding.as_str(), report.rows, report.voters),
            (encoding, rows, voters),
            "{name}"
        );
    }
    let open = server
        .stage_roll(&plan.id, hr_file("09-guillemet.csv"), Mode::Complete, BY)
        .await;
    assert!(
        matches!(open, Err(StageError::Unread(FileUnread::RowTooLong { line: 2 }))),
        "{open:?}"
    );
    let bomb = server
        .stage_roll(&plan.id, hr_file("bombe.xlsx"), Mode::Complete, BY)
        .await;
    assert!(
        matches!(&bomb, Err(StageError::Unread(FileUnread::Bomb { part })) if part == "xl/media/zeros.bin"),
        "{bomb:?}"
    );
    assert!(numbers(&server, &plan, "csa").await.is_empty(), "nothing is changed");
}

async fn what_is_no_roll_is_refused_by_its_name(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    let code = async |given: GivenRoll| {
        use isoloir_domain::Refusal as _;
        let refused = server
            .stage_roll(&plan.id, given, Mode::Complete, BY)
            .await
            .unwrap_err();
        assert!(!refused.message().fr.is_empty() && !refused.message().en.is_empty());
        refused.code()
    };
    assert_eq!(code(bytes("")).await, "wrong_columns");
    assert_eq!(code(bytes(HEAD)).await, "empty");
    assert_eq!(code(bytes("nom;prenom\nx;y\n")).await, "wrong_columns");
    // A social-security number is not taken unless somebody said so.
    let nir = "matricule;nom;prenom;courriel;scrutin;nir\nM1;Durand;Ana;;csa;185057800608491\n";
    assert_eq!(code(bytes(nir)).await, "wrong_columns");
    assert_eq!(
        code(GivenRoll::Bytes((*b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1").into())).await,
        "old_workbook"
    );
    assert_eq!(
        code(GivenRoll::Bytes((*b"PK\x03\x04 no archive").into())).await,
        "not_a_workbook"
    );
    assert_eq!(
        code(GivenRoll::File("/no/such/file.csv".into())).await,
        "file_unreadable"
    );
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large.csv");
    std::fs::File::create(&large).unwrap().set_len(3 << 30).unwrap();
    assert_eq!(code(GivenRoll::File(large)).await, "file_too_large");
    let named = server
        .stage_roll(&plan.id, bytes(&roll(1)), Mode::Complete, Decider::Named(" "))
        .await;
    assert!(matches!(named, Err(StageError::Words)));
}

async fn social_security_numbers_are_checked_where_they_are_allowed(url: &str) {
    let (server, plan) = server(url, |plan| plan.policy.roll.keys.nir = true).await;
    let head = "matricule;nom;prenom;courriel;scrutin;nir\n";
    let text = format!(
        "{head}M1;Un;Ana;;csa;1 85 05 78 006 084 91\nM2;Deux;Bob;;csa;185057800608492\nM3;Trois;Eva;;csa;185057800608491\nM4;Quatre;Max;;csa;\n"
    );
    let found = staged(&server, &plan, &text, Mode::Complete).await;
    let lines = told(&server, &found).await;
    assert_eq!(lines, ["2 in_doubt", "3 bad_key", "4 same_nir_other_person"]);
}

async fn a_file_is_approved_then_applied_once(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    let found = staged(&server, &plan, &roll(4), Mode::Complete).await;
    let id = found.stage.id.clone();
    assert_eq!(
        (found.report.joined(), found.report.new, found.report.gone()),
        (6, 4, 0)
    );
    let early = server.apply_roll(&id, BY).await;
    assert!(
        matches!(early, Err(StageError::NotWaiting(Status::Staged))),
        "{early:?}"
    );
    assert!(numbers(&server, &plan, "csa").await.is_empty());
    server.approve_roll(&id, Decider::Named("Inès Moreau")).await.unwrap();
    let again = server.approve_roll(&id, BY).await;
    assert!(matches!(again, Err(StageError::NotWaiting(Status::Approved))));
    let done = server.apply_roll(&id, BY).await.unwrap();
    assert_eq!(done.stage.status, Status::Applied);
    assert_eq!(done.stage.approved.unwrap().1, "Inès Moreau");
    assert_eq!(numbers(&server, &plan, "csa").await.len(), 4);
    assert_eq!(numbers(&server, &plan, "cap").await.len(), 2);
    let twice = server.apply_roll(&id, BY).await;
    assert!(matches!(twice, Err(StageError::NotWaiting(Status::Applied))));
    // The same file again changes nothing, and says so.
    let same = staged(&server, &plan, &roll(4), Mode::Complete).await;
    assert!(changes(&server, &same).await.is_empty());
    server.abandon_roll(&same.stage.id, BY).await.unwrap();
    assert!(server.approve_roll(&same.stage.id, BY).await.is_err());
}

async fn a_second_file_shows_and_makes_the_difference(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    applied(&server, &plan, &roll(4), Mode::Complete).await;
    server.activate_all_for_rehearsal(&plan.id, PASSWORD).await.unwrap();
    // M00000 has another mailbox, M00001 another name, M00003 leaves csa and cap keeps its two, M00009 joins.
    let text = format!(
        "{HEAD}M00000;Nom0;Prénom0;nouvelle@valbrune.example;csa\nM00001;Martin;Prénom1;voter1@valbrune.example;csa\n\
         M00002;Nom2;Prénom2;voter2@valbrune.example;csa\nM00009;Neuf;Ana;;csa\n"
    );
    let found = staged(&server, &plan, &text, Mode::Complete).await;
    let csa = &found.report.elections[0];
    assert_eq!(
        (csa.before, csa.joined, csa.gone, csa.corrected, csa.after),
        (4, 1, 1, 2, 4)
    );
    assert!(!found.report.elections[1].named && found.report.elections[1].gone == 0);
    assert_eq!(
        (found.report.corrected, found.report.leaving, found.report.new),
        (2, 1, 1)
    );
    let mut csv = Vec::new();
    server.write_difference(&found.stage.id, &mut csv).await.unwrap();
    let csv = String::from_utf8(csv).unwrap();
    for line in [
        "correction;;M00000;Nom0;Prénom0;nouvelle@valbrune.example;Nom0 Prénom0, voter0@valbrune.example;2",
        "correction;;M00001;Martin;Prénom1;voter1@valbrune.example;Nom1 Prénom1, voter1@valbrune.example;3",
        "ajout;csa;M00009;Neuf;Ana;;;5",
        "retrait;csa;M00003;Nom3;Prénom3;voter3@valbrune.example;;",
    ] {
        assert!(csv.lines().any(|found| found == line), "{line} in {csv}");
    }
    server.approve_roll(&found.stage.id, BY).await.unwrap();
    server.apply_roll(&found.stage.id, BY).await.unwrap();
    assert_eq!(
        numbers(&server, &plan, "csa").await,
        ["M00000", "M00001", "M00002", "M00009"]
    );
    assert_eq!(numbers(&server, &plan, "cap").await, ["M00000", "M00002"]);
    // Who had an account has it still, under the new mailbox; who left may sign in and votes nowhere.
    server.sign_in("nouvelle@valbrune.example", PASSWORD).await.unwrap();
    assert!(server.sign_in("voter0@valbrune.example", PASSWORD).await.is_err());
    server.sign_in("voter3@valbrune.example", PASSWORD).await.unwrap();
    let elections = server.elections(&plan.id).await.unwrap();
    let voters = server.electoral_roll(&elections[0].id).await.unwrap().voters;
    let renamed = voters.iter().find(|voter| voter.number == "M00001").unwrap();
    let history = server.roll_history(renamed.id).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].what.as_str(), history[0].before.as_str()),
        ("renamed", "Prénom1 Nom1")
    );
    assert_eq!(history[0].by, "Yann Corbel");
    let joined = voters.iter().find(|voter| voter.number == "M00009").unwrap();
    assert_eq!(server.roll_history(joined.id).await.unwrap()[0].what, "joined");
    // A departure that somebody approved is accounted for.
    let known = server.consultation(&plan.id).await.unwrap().unwrap();
    let review = server.review_roll(&known).await.unwrap();
    assert_eq!(review.figures.orphans, 0);
    assert!(server.journal_chain_holds().await.unwrap());
}

async fn mailboxes_may_change_hands_in_one_file(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    applied(&server, &plan, &roll(3), Mode::Complete).await;
    let swapped = format!(
        "{HEAD}M00000;Nom0;Prénom0;voter1@valbrune.example;csa\nM00001;Nom1;Prénom1;voter0@valbrune.example;csa\n\
         M00002;Autre;Personne;autre@valbrune.example;csa\n"
    );
    let found = applied(&server, &plan, &swapped, Mode::Supplement).await;
    assert_eq!(told(&server, &found).await, ["4 known_under_other_name"]);
    assert_eq!(found.report.corrected, 2);
    let elections = server.elections(&plan.id).await.unwrap();
    let voters = server.electoral_roll(&elections[0].id).await.unwrap().voters;
    let mail = |number: &str| {
        voters
            .iter()
            .find(|voter| voter.number == number)
            .unwrap()
            .email
            .clone()
    };
    assert_eq!(mail("M00000").as_deref(), Some("voter1@valbrune.example"));
    assert_eq!(mail("M00001").as_deref(), Some("voter0@valbrune.example"));
    assert_eq!(
        mail("M00002").as_deref(),
        Some("voter2@valbrune.example"),
        "nothing of a number taken over"
    );
    let taken = format!("{HEAD}M00007;Sept;Ana;voter2@valbrune.example;csa\n");
    let found = staged(&server, &plan, &taken, Mode::Supplement).await;
    assert_eq!(told(&server, &found).await, ["2 known_email"]);
}

async fn nobody_leaves_by_a_row_that_was_put_aside(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    applied(&server, &plan, &roll(3), Mode::Complete).await;
    let text = format!(
        "{HEAD}M00000;Nom0;Prénom0;voter0@valbrune.example;csa\nM00001;=A1;Prénom1;voter1@valbrune.example;csa\n"
    );
    let found = staged(&server, &plan, &text, Mode::Complete).await;
    assert_eq!(
        (found.report.refused, found.report.held, found.report.gone()),
        (1, 1, 1)
    );
    server.approve_roll(&found.stage.id, BY).await.unwrap();
    server.apply_roll(&found.stage.id, BY).await.unwrap();
    assert_eq!(numbers(&server, &plan, "csa").await, ["M00000", "M00001"]);

    // The template comes back corrected, with our two columns in it.
    let text = template(&server, &found).await;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "\u{feff}matricule;nom;prenom;courriel;scrutin;ligne;anomalies"
    );
    assert!(
        lines[1].starts_with("M00001;'=A1;Prénom1;voter1@valbrune.example;csa;3;le champ"),
        "{text}"
    );
    let corrected = text.replace("'=A1", "Martin");
    let found = applied(&server, &plan, &corrected, Mode::Supplement).await;
    assert_eq!(
        (found.report.refused, found.report.corrected, found.report.gone()),
        (0, 1, 0)
    );
    assert_eq!(numbers(&server, &plan, "csa").await, ["M00000", "M00001"]);
}

async fn of_two_organisers_the_second_is_told(url: &str) {
    let (server, plan) = server(url, |_| {}).await;
    let (three, five) = (roll(3), roll(5));
    let (one, other) = tokio::join!(
        staged(&server, &plan, &three, Mode::Complete),
        staged(&server, &plan, &five, Mode::Complete),
    );
    for staged in [&one, &other] {
        server.approve_roll(&staged.stage.id, BY).await.unwrap();
    }
    let (first, second) = tokio::join!(
        server.apply_roll(&one.stage.id, BY),
        server.apply_roll(&other.stage.id, BY),
    );
    let (won, lost) = if first.is_ok() { (3, second) } else { (5, first) };
    assert!(matches!(lost, Err(StageError::Moved)), "{lost:?}");
    assert_eq!(numbers(&server, &plan, "csa").await.len(), won, "one of the two, whole");
    let kept = server.staged_rolls(&plan.id).await.unwrap();
    let applied = kept
        .iter()
        .filter(|staged| staged.stage.status == Status::Applied)
        .count();
    assert_eq!(applied, 1);
    // A mailbox corrected by other means moves the rolls too.
    let late = staged(&server, &plan, &roll(6), Mode::Complete).await;
    server.approve_roll(&late.stage.id, BY).await.unwrap();
    server.import_roll(&plan.id, roll(2).as_bytes()).await.unwrap();
    assert!(matches!(
        server.apply_roll(&late.stage.id, BY).await,
        Err(StageError::Moved)
    ));
}

async fn a_sealed_roll_does_not_change(url: &str) {
    let stage = Stage::new(url, 4).await;
    let server = &stage.server;
    for text in [
        roll(6),
        format!("{HEAD}M00000;Nom0;Prénom0;autre@valbrune.example;csa\n"),
    ] {
        let found = server
            .stage_roll(&stage.consultation, bytes(&text), Mode::Supplement, BY)
            .await
            .unwrap();
        server.approve_roll(&found.stage.id, BY).await.unwrap();
        let refused = server.apply_roll(&found.stage.id, BY).await;
        assert!(matches!(refused, Err(StageError::Sealed)), "{refused:?}");
        assert_eq!(
            server.staged_roll(&found.stage.id).await.unwrap().unwrap().stage.status,
            Status::Approved
        );
    }
}

async fn gates_are_told_before_anything_is_applied(url: &str) {
    let change = |plan: &mut ConsultationPlan| {
        let gates = &mut plan.policy.roll.gates;
        gates.expected.insert("csa".to_owned(), 10);
        gates.most_elections = Some(1);
    };
    let (server, plan) = server(url, change).await;
    let found = staged(&server, &plan, &roll(4), Mode::Complete).await;
    let told: Vec<&str> = found.report.gates.iter().map(|gate| gate.key.as_str()).collect();
    assert_eq!(told, ["head-count:csa:4/10", "too-many-elections:2>1"]);
    server.approve_roll(&found.stage.id, BY).await.unwrap();
    server.apply_roll(&found.stage.id, BY).await.unwrap();
    server.import_lists(&plan.id, LISTS.as_bytes()).await.unwrap();
    let known = server.consultation(&plan.id).await.unwrap().unwrap();
    let review = server.review_roll(&known).await.unwrap();
    let standing: Vec<String> = review.standing().map(Gate::key).collect();
    assert_eq!(standing, told, "the gates that stand are those that were foretold");
}

on_both_engines!(
    damaged_files_are_told_line_by_line,
    what_is_no_roll_is_refused_by_its_name,
    social_security_numbers_are_checked_where_they_are_allowed,
    a_file_is_approved_then_applied_once,
    a_second_file_shows_and_makes_the_difference,
    mailboxes_may_change_hands_in_one_file,
    nobody_leaves_by_a_row_that_was_put_aside,
    of_two_organisers_the_second_is_told,
    a_sealed_roll_does_not_change,
    gates_are_told_before_anything_is_applied,
);
