//! Identities of the roll: what is imported, what is refused, what is kept. Which voter FranceConnect then means is tried with a real
//! provider in web/e2e/franceconnect.test.mjs.

use crate::stage;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::pivot::PivotError;
use isoloir_identity::{Algorithm, ClaimNames, ProviderSettings, RelyingParty};
use isoloir_service::VotingServer;
use isoloir_service::franceconnect::{Answer, IdentityProvider};
use isoloir_service::import_roll::{Anomaly, AnomalyKind, ImportError, ImportReport};
use isoloir_service::read_journal::Wanted;

const HEADER: &str =
    "matricule;nom;prenom;courriel;scrutin;nom_naissance;prenoms;sexe;date_naissance;lieu_naissance;pays_naissance\n";

async fn server(folder: &tempfile::TempDir) -> VotingServer {
    let url = format!("sqlite://{}", folder.path().join("s.db").display());
    let server = stage::open(&url, &SettableClock::new(stage::at(stage::OPEN)), 3).await;
    server.import_consultation(&stage::plan()).await.unwrap();
    server
}

async fn import(server: &VotingServer, rows: &str) -> Result<ImportReport, Vec<Anomaly>> {
    let file = format!("{HEADER}{rows}");
    match server.import_roll(&stage::plan().id, file.as_bytes()).await {
        Ok(report) => Ok(report),
        Err(ImportError::Anomalies(anomalies)) => Err(anomalies),
        Err(other) => panic!("{other}"),
    }
}

const CAMILLE: &str = "M1;Durand;Camille;camille@valbrune.example;csa;Durand;Camille Jeanne;F;1984-05-12;35238;99100\n";

#[tokio::test]
async fn identities_are_counted_and_those_that_two_share_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let rows = format!(
        "{CAMILLE}{}M2;Moreau;Camille;c.moreau@valbrune.example;csa;DURAND;CAMILLE;f;12/05/1984;35238;99100\n\
         M3;Nguyen;Minh;;csa;Nguyen;Minh;H;1975-00-00;;99243\nM4;Sow;Aminata;;csa;;;;;;\n",
        CAMILLE.replace(";csa;", ";cap;")
    );
    let report = import(&server, &rows).await.unwrap();
    assert_eq!(
        (
            report.rows,
            report.subjects,
            report.with_identity,
            report.shared_identity
        ),
        (5, 4, 3, 2)
    );
    // A file without these columns says nothing of identities, and is as good as before.
    let narrow = "matricule;nom;prenom;courriel;scrutin\nM1;Durand;Camille;camille@valbrune.example;csa\n";
    let report = server.import_roll(&stage::plan().id, narrow.as_bytes()).await.unwrap();
    assert_eq!((report.subjects, report.with_identity), (1, 0));
}

#[tokio::test]
async fn an_identity_is_whole_or_absent_and_the_line_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    let row = |identity: &str| format!("M1;Durand;Camille;camille@valbrune.example;csa;{identity}\n");
    for (identity, why) in [
        ("-;Camille;F;1984-05-12;35238;99100", PivotError::BirthName),
        ("Durand;;F;1984-05-12;35238;99100", PivotError::GivenNames),
        ("Durand;Camille;X;1984-05-12;35238;99100", PivotError::Sex),
        ("Durand;Camille;F;12-05-1984;35238;99100", PivotError::BirthDate),
        ("Durand;Camille;F;1984-02-30;35238;99100", PivotError::BirthDate),
        ("Durand;Camille;F;1984-05-12;;99100", PivotError::Birthplace),
        ("Durand;Camille;F;1984-05-12;Rennes;99100", PivotError::Birthplace),
        ("Durand;Camille;F;1984-05-12;35238;", PivotError::BirthCountry),
        ("Durand;Camille;F;1984-05-12;35238;FR", PivotError::BirthCountry),
    ] {
        let expected = Anomaly {
            line: 2,
            what: AnomalyKind::BadIdentity(why),
        };
        assert_eq!(import(&server, &row(identity)).await, Err(vec![expected]), "{identity}");
    }
    // The same person cannot have two.
    let other = CAMILLE.replace(";csa;", ";cap;").replace("1984", "1985");
    let expected = Anomaly {
        line: 3,
        what: AnomalyKind::SameNumberOtherPerson(2),
    };
    assert_eq!(import(&server, &format!("{CAMILLE}{other}")).await, Err(vec![expected]));
}

#[tokio::test]
async fn nothing_of_an_identity_is_in_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    import(&server, &CAMILLE.replace("Durand;Camille Jeanne", "Kerouedan;Zebulon"))
        .await
        .unwrap();
    server.close().await;
    let stored = std::fs::read(folder.path().join("s.db")).unwrap();
    let holds = |text: &str| {
        stored
            .windows(text.len())
            .any(|window| window.eq_ignore_ascii_case(text.as_bytes()))
    };
    assert!(
        holds("camille@valbrune.example"),
        "the file that is looked into is the one that was written"
    );
    for text in ["Kerouedan", "Zebulon", "1984-05-12", "35238"] {
        assert!(!holds(text), "{text} is stored");
    }
}

/// A provider that is never asked anything.
fn provider() -> IdentityProvider {
    let party = RelyingParty::new(ProviderSettings {
        issuer: "http://127.0.0.1:1/api/v2".parse().unwrap(),
        client_id: "us".to_owned(),
        client_secret: "s".to_owned().into(),
        redirect_uri: String::new(),
        signed_out_uri: String::new(),
        scopes: Vec::new(),
        acr_values: Vec::new(),
        algorithms: vec![Algorithm::Es256],
        signed_userinfo: true,
        claims: ClaimNames::default(),
        authority: None,
    });
    IdentityProvider::new(party.unwrap(), "FranceConnect".to_owned(), None, None)
}

#[tokio::test]
async fn a_stranger_who_comes_back_from_no_visit_writes_nothing_in_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder).await;
    server.use_identity_provider(provider());
    let entries = async || server.journal_page(None, &Wanted::default()).await.unwrap().len();
    let before = entries().await;
    assert!(before > 0, "the consultation was imported");
    for (state, cookie) in [(None, None), (Some("f0rged"), None), (Some("f0rged"), Some("T0ken"))] {
        let answer = Answer {
            state,
            code: Some("c0de"),
            error: None,
            iss: None,
        };
        let back = server.come_back(&answer, cookie).await.unwrap();
        assert!(back.sign_out.is_none());
    }
    assert_eq!(entries().await, before);
}
