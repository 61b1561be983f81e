//! Writes notices of invented people and says how fast: `cargo run --release -p isoloir-documents --example notices -- 500 notices.pdf`.

use std::time::Instant;

use isoloir_documents::notice::{Letterhead, Notice, Vote, pdf};
use isoloir_documents::remittance::{SignatureList, signature_list};
use isoloir_domain::{Delivery, Language, Place};
use zeroize::Zeroizing;

const ELECTIONS: [&str; 4] = [
    "Comité social d’administration ministériel",
    "Comité social d’administration de l’académie de Valbrune",
    "Commission administrative paritaire nationale des professeurs des écoles",
    "Commission consultative paritaire des agents contractuels",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().map_or(Ok(100), |count| count.parse())?;
    let out = arguments.next().unwrap_or_else(|| "notices.pdf".to_owned());
    let letterhead = Letterhead {
        organiser: "Académie de Valbrune (organisme fictif)".to_owned(),
        sender: vec![
            "Bureau des élections".to_owned(),
            "4 quai des Docks, 20999 Valbrune".to_owned(),
        ],
        portal: "vote.valbrune.example".to_owned(),
        phone: Some("01 23 45 67 89 (appel non surtaxé)".to_owned()),
        email: Some("assistance@valbrune.example".to_owned()),
        hours: Some("du lundi au samedi, de 8 h à 19 h".to_owned()),
        security: Some("Le dispositif de sécurité est décrit sur vote.valbrune.example/securite.".to_owned()),
        rgs: Some("Référentiel général de sécurité : attestation du 2 novembre 2026, même adresse.".to_owned()),
    };
    let notices = (0..count).map(sample).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let file = pdf(&letterhead, &notices)?;
    let elapsed = start.elapsed();
    println!("{count} notices, {} kB, in {elapsed:.2?}", file.len() / 1024);
    std::fs::write(&out, file)?;
    let rows: Vec<(String, String)> = notices
        .iter()
        .map(|one| (one.reference.clone(), one.name.clone()))
        .collect();
    let place = place();
    let list = signature_list(&SignatureList {
        organiser: &letterhead.organiser,
        consultation: "Élections professionnelles 2026",
        place: &place,
        notices: &rows,
    });
    std::fs::write(format!("{out}.list.pdf"), isoloir_documents::pdf(&list)?)?;
    Ok(())
}

fn place() -> Place {
    Place {
        code: "2A0012X".to_owned(),
        name: "Collège de la Lagune, Valbrune".to_owned(),
    }
}

fn sample(number: usize) -> Result<Notice, jiff::Error> {
    let by_hand = number % 3 != 2;
    Ok(Notice {
        reference: format!("N-{number:06}-K"),
        name: format!("Camille D’Hérouville-Durand {number}"),
        delivery: Delivery {
            place: by_hand.then(place),
            address: if by_hand {
                Vec::new()
            } else {
                vec![
                    "Résidence des Salins, bâtiment B".to_owned(),
                    "12 rue des Marais salants".to_owned(),
                    "20999 VALBRUNE".to_owned(),
                ]
            },
        },
        language: if number % 7 == 1 {
            Language::English
        } else {
            Language::French
        },
        votes: vec![Vote {
            consultation: "Élections professionnelles 2026".to_owned(),
            opens: "2026-12-03T07:00:00Z".parse()?,
            closes: "2026-12-10T16:00:00Z".parse()?,
            elections: ELECTIONS
                .iter()
                .take(1 + number % 4)
                .map(|title| (*title).to_owned())
                .collect(),
        }],
        code: Zeroizing::new("K7QM-2RTD-9XHF-4CAD".to_owned()),
    })
}
