//! Notices and what goes with them, as Poppler reads them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop"
)]

use std::process::Command;

use isoloir_documents::PaperError;
use isoloir_documents::notice::{Letterhead, Notice, Vote, pdf};
use isoloir_documents::remittance::{Destruction, Reason, SignatureList, destruction_certificate, signature_list};
use isoloir_domain::{Delivery, Language, Place};
use zeroize::Zeroizing;

fn letterhead() -> Letterhead {
    Letterhead {
        organiser: "Académie de Valbrune (organisme fictif)".into(),
        sender: vec!["4 quai des Docks".into(), "20999 Valbrune".into()],
        portal: "vote.valbrune.example".into(),
        phone: Some("01 23 45 67 89".into()),
        email: Some("assistance@valbrune.example".into()),
        hours: Some("de 8 h à 19 h".into()),
        security: Some("Sécurité décrite sur le portail.".into()),
        rgs: Some("Attestation RGS du 2 novembre 2026.".into()),
    }
}

fn place() -> Place {
    Place {
        code: "2A0012X".into(),
        name: "Collège de la Lagune".into(),
    }
}

fn notice(reference: &str, language: Language, elections: usize) -> Notice {
    Notice {
        reference: reference.into(),
        name: "Élie D’Hérouville".into(),
        delivery: Delivery {
            place: Some(place()),
            address: vec!["12 rue des Marais".into()],
        },
        language,
        votes: vec![Vote {
            consultation: "Élections professionnelles 2026".into(),
            opens: "2026-12-03T07:00:00Z".parse().unwrap(),
            closes: "2026-12-10T16:00:00Z".parse().unwrap(),
            elections: (1..=elections)
                .map(|n| format!("Commission administrative paritaire nationale des professeurs, numéro {n}"))
                .collect(),
        }],
        code: Zeroizing::new("K7QM-2RTD-9XHF-4CAD".into()),
    }
}

fn poppler(program: &str, arguments: &[&str], file: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, file).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(&path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("poppler-utils is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The words, with one plain space between them.
fn words(file: &[u8], arguments: &[&str]) -> String {
    let text = poppler("pdftotext", arguments, file);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_notice_says_what_the_law_asks_on_one_page_in_the_voters_language() {
    let notices = [
        notice("N-000001-2", Language::French, 3),
        notice("N-000002-4", Language::English, 1),
    ];
    let file = pdf(&letterhead(), &notices).unwrap();
    assert!(poppler("pdfinfo", &[], &file).contains("Pages:           2\n"));
    let first = words(&file, &["-l", "1"]);
    for text in [
        "Académie de Valbrune",
        "N-000001-2",
        "Élie D’Hérouville",
        "Remise en main propre, contre signature",
        "Collège de la Lagune (2A0012X)",
        "Votre code de vote",
        "jeudi 3 décembre 2026 à 8 h 00",
        "jeudi 10 décembre 2026 à 17 h 00 (heure de Paris)",
        "vote.valbrune.example",
        "zéro",
        "Vos scrutins",
        "numéro 3",
        "01 23 45 67 89",
        "seul le dernier est valable",
        "Attestation RGS",
    ] {
        assert!(first.contains(text), "{text}: {first}");
    }
    assert!(
        !first.contains("12 rue des Marais"),
        "a notice that is handed over shows no private address"
    );
    let packed: String = poppler("pdftotext", &["-l", "1"], &file).split_whitespace().collect();
    assert!(packed.contains("K7QM2RTD9XHF4CAD") || packed.contains("K7QM-2RTD-9XHF-4CAD"));
    let second = words(&file, &["-f", "2"]);
    assert!(
        second.contains("Your voting code") && second.contains("at 08:00") && !second.contains("Votre"),
        "{second}"
    );
}

#[test]
fn the_code_is_below_the_fold_and_not_in_the_square_code() {
    let file = pdf(&letterhead(), &[notice("N-000001-2", Language::French, 1)]).unwrap();
    // The upper third of the page, in points.
    let window = words(&file, &["-x", "0", "-y", "0", "-W", "596", "-H", "281"]);
    assert!(window.contains("N-000001-2") && window.contains("Élie"), "{window}");
    assert!(!window.contains("K7QM"), "{window}");
    let figures = poppler("pdfinfo", &["-struct-text"], &file);
    assert!(figures.contains("Figure") && figures.contains("LBody"), "{figures}");
}

#[test]
fn a_notice_that_its_page_does_not_hold_is_refused_by_its_reference() {
    let fits = pdf(&letterhead(), &[notice("N-000001-2", Language::French, 7)]);
    assert!(fits.is_ok(), "seven elections fit");
    let long = Letterhead {
        security: Some("Une phrase de trop sur la sécurité. ".repeat(60)),
        ..letterhead()
    };
    let refused = pdf(&long, &[notice("N-000001-2", Language::French, 1)]);
    assert!(matches!(refused, Err(PaperError::TooLong(reference)) if reference == "N-000001-2"));
}

#[test]
fn a_signature_list_is_a_table_with_its_heads_on_every_page() {
    let rows: Vec<(String, String)> = (1..=60).map(|n| (format!("N-{n:06}-X"), format!("Nom {n}"))).collect();
    let place = place();
    let list = SignatureList {
        organiser: "Académie",
        consultation: "Élections 2026",
        place: &place,
        notices: &rows,
    };
    let file = isoloir_documents::pdf(&signature_list(&list)).unwrap();
    let text = words(&file, &[]);
    assert!(
        text.contains("60 notices à remettre") && text.contains("Nom 60 N-000060-X"),
        "{text}"
    );
    let pages = text.matches("Signature").count();
    assert!(pages >= 3, "{pages} heads");
    assert!(text.replace(' ', "").contains(&format!("{pages}/{pages}")), "{text}");
    let tags = poppler("pdfinfo", &["-struct"], &file);
    for (tag, count) in [("Table", 1), ("TR", 61), ("TH:", 4)] {
        let found = tags.lines().filter(|line| line.split_whitespace().next() == Some(tag));
        assert_eq!(found.count(), count, "{tag}");
    }
}

#[test]
fn a_certificate_names_every_notice_and_witness() {
    let notices = [
        ("N-000001-2".to_owned(), Reason::Undelivered),
        ("N-000002-4".to_owned(), Reason::Void),
    ];
    let certificate = Destruction {
        organiser: "Académie",
        consultation: "Élections 2026",
        place: "Collège de la Lagune",
        at: "2026-11-30T15:30:00Z".parse().unwrap(),
        witnesses: &["Paul Garnier, principal".to_owned(), "Inès Moreau".to_owned()],
        notices: &notices,
    };
    let text = words(
        &isoloir_documents::pdf(&destruction_certificate(&certificate)).unwrap(),
        &[],
    );
    for said in [
        "2 notices",
        "lundi 30 novembre 2026 à 16 h 30",
        "Paul Garnier, principal",
        "Inès Moreau",
        "N-000001-2 Non remise",
        "N-000002-4 Annulée par un nouveau code",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}
