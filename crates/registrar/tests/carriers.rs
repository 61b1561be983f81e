//! The registrar's messages on their way to real peers: an SMTP server, and a Kannel with its fake operator, which reports to the registrar.

use crate::common;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Database, START, World, session};
use isoloir_carriers::mail::SmtpSettings;
use isoloir_carriers::sms::SmsSettings;
use isoloir_carriers::{Carriers, MailMode, Pace};
use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::reissue::{Destination, Factor, LinkState, ReissueOrder, ReissuePath, ReissueRequest};
use isoloir_domain::{Clock as _, Language, VoterId, token};
use isoloir_registrar::know_voters::{GivenIdentifier, KnownVoter};
use isoloir_registrar::master_key::open_keys;
use isoloir_registrar::store::KnownConsultation;
use isoloir_registrar::{PagesConfig, Registrar, Store, router};
use isoloir_testkit::{Kannel, SmtpOptions, SmtpServer};
use isoloir_theme::layout::Contact;
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::net::TcpListener;

const NUMEN: &str = "12E3456789ABC";
const LIMIT: Duration = Duration::from_secs(20);

/// A registrar that listens, since the gateway reports to it, and whose messages leave.
struct Office {
    w: World,
    registrar: Arc<Registrar>,
    origin: String,
}

impl Office {
    async fn new(mail: SmtpSettings, sms: Option<SmsSettings>) -> Office {
        let w = World::new(Database::sqlite()).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let carriers = MailMode::Carriers(Box::new(Carriers {
            mail,
            sms,
            pace: Pace::default(),
            paces: HashMap::new(),
            retry: Duration::from_secs(30),
        }));
        let store = Store::open(&w.database.url()).await.unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let keys = open_keys(&store, &w.registrar_key, &mut rng).await.unwrap();
        let registrar = Registrar::new(store, keys, w.server.verifying_key(), Arc::new(w.clock.clone()));
        let registrar = Arc::new(registrar.reissuing(origin.parse().unwrap(), carriers, rng).unwrap());
        let voters: Vec<KnownVoter> = w
            .voters
            .iter()
            .zip(0..)
            .map(|(voter, rank)| KnownVoter {
                voter: *voter,
                number: format!("VAL{rank:04}"),
                language: Some(Language::French),
                mailbox: Some(format!("voter{rank}@ac-valbrune.example")),
            })
            .collect();
        registrar
            .know_voters(&voters, &mut StdRng::seed_from_u64(12))
            .await
            .unwrap();
        let consultation = KnownConsultation {
            title: "Élections 2026".to_owned(),
            organiser: "Académie de Valbrune".to_owned(),
            opens: START - 3600,
            closes: START + 7 * 86_400,
            reissue: Preset::TwoDomains.policy(),
        };
        registrar.know_consultation(&consultation, 5).await.unwrap();
        let given: Vec<GivenIdentifier> = (0..5)
            .map(|rank| GivenIdentifier {
                line: rank + 2,
                number: format!("VAL{rank:04}"),
                numen: Some(NUMEN.to_owned()),
                nir: None,
            })
            .collect();
        registrar.know_identifiers(&given).await.unwrap();
        let pages = PagesConfig {
            portal: "http://127.0.0.1:8080".parse().unwrap(),
            contact: Contact::default(),
            source_url: None,
            demonstration: false,
        };
        let app = router(Arc::clone(&registrar), pages);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Office { w, registrar, origin }
    }

    fn order(&mut self, voter: VoterId) -> String {
        let id = uuid::Builder::from_random_bytes(self.w.rng.random()).into_uuid();
        let proven = BTreeSet::from([Factor::Session, Factor::Challenge]);
        let who = (session(), voter);
        let order = ReissueOrder::new(
            id,
            &self.origin,
            who,
            ReissuePath::Challenge,
            proven,
            self.w.clock.now(),
        );
        token::sign(&order, &self.w.server).unwrap()
    }

    async fn ask(&mut self, voter: VoterId, destination: Destination, contact: &str) -> LinkState {
        let request = ReissueRequest {
            order: self.order(voter),
            identifier: Some(NUMEN.to_owned()),
            destination,
            contact: Some(contact.to_owned()),
            language: "fr".to_owned(),
        };
        self.registrar.ask_reissue(&request).await.unwrap()
    }

    /// What the voter is told of the link.
    async fn status(&mut self, voter: VoterId) -> Status {
        let order = self.order(voter);
        self.registrar.reissue_state(&order).await.unwrap().status
    }

    async fn until(&mut self, voter: VoterId, wanted: Status) {
        let start = Instant::now();
        while self.status(voter).await != wanted {
            assert!(
                start.elapsed() < LIMIT,
                "{:?} instead of {wanted:?}",
                self.status(voter).await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn deliver(&self) {
        self.registrar.deliver_due_messages().await.unwrap();
    }

    fn holds(&self, text: &str) -> bool {
        let content = self.w.database.content();
        content.windows(text.len()).any(|window| window == text.as_bytes())
    }

    async fn count(&self, channel: Channel, status: Status) -> u64 {
        let ledger = self.registrar.store().delivery_ledger().await.unwrap();
        let lines = ledger
            .iter()
            .filter(|line| line.channel == channel && line.status == status);
        lines.map(|line| line.count).sum()
    }
}

fn relay(port: u16) -> SmtpSettings {
    SmtpSettings::new(format!("smtp://127.0.0.1:{port}"), "codes@valbrune.example")
}

/// The link in a text, and what a browser does with it.
fn link_in(text: &str, origin: &str) -> String {
    let start = text.find(&format!("{origin}/reassort/")).expect("a link");
    text[start..].split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_by_mail_waits_for_the_relay_leaves_once_and_makes_a_code_that_the_account_is_told_of() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let port = smtp.port();
    drop(smtp);
    let mut office = Office::new(relay(port), None).await;
    let voter = office.w.voters[0];
    office
        .ask(voter, Destination::PersonalMail, "camille@maison.example")
        .await;
    office.deliver().await;
    assert_eq!(office.status(voter).await, Status::Queued, "the relay is down");
    assert!(
        !office.holds("camille@maison") && !office.holds("/reassort/"),
        "sealed while it waits"
    );

    let smtp = SmtpServer::start(SmtpOptions {
        port: Some(port),
        ..SmtpOptions::default()
    });
    office.w.clock.advance(SignedDuration::from_mins(2));
    let worker = tokio::spawn(Arc::clone(&office.registrar).run_outbox_worker(Duration::from_millis(50)));
    tokio::task::block_in_place(|| smtp.wait_for(1, LIMIT));
    office.until(voter, Status::Sent).await;
    let mail = smtp.accepted().pop().unwrap();
    assert_eq!(mail.to, "camille@maison.example");
    let link = link_in(&mail.read().1, &office.origin);

    let code = office
        .registrar
        .make_code(link.rsplit('/').next().unwrap())
        .await
        .unwrap();
    tokio::task::block_in_place(|| smtp.wait_for(2, LIMIT));
    let start = Instant::now();
    while office.count(Channel::Mail, Status::Sent).await < 2 {
        assert!(start.elapsed() < LIMIT, "the second mail is not noted as sent");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    worker.abort();
    let told = smtp.accepted().pop().unwrap();
    assert_eq!(told.to, "voter0@ac-valbrune.example");
    let body = told.read().1;
    assert!(
        body.contains("/contestation/") && !body.contains(&code.to_string()),
        "{body}"
    );
    let unlocked = office
        .registrar
        .unlock(&office.w.ticket(voter), &office.w.authenticator(voter, &code))
        .await;
    assert!(unlocked.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_unknown_is_told_to_the_voter_who_takes_another() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let mut office = Office::new(relay(smtp.port()), None).await;
    let voter = office.w.voters[0];
    office
        .ask(voter, Destination::PersonalMail, "unknown@maison.example")
        .await;
    office.deliver().await;
    assert_eq!(office.status(voter).await, Status::Failed);
    assert!(!office.holds("unknown@maison"));
    let again = office
        .ask(voter, Destination::PersonalMail, "camille@maison.example")
        .await;
    assert!(again.again, "the same link, to the other address");
    office.deliver().await;
    office.until(voter, Status::Sent).await;
    assert_eq!(smtp.accepted().len(), 1);
    assert_eq!(office.count(Channel::Mail, Status::Failed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_reaches_the_telephone_the_report_comes_back_and_the_number_is_wiped() {
    let mut kannel = tokio::task::block_in_place(Kannel::start);
    let gateway = SmsSettings {
        url: kannel.url().parse().unwrap(),
        user: Kannel::CREDENTIALS.0.to_owned(),
        password: Kannel::CREDENTIALS.1.to_owned().into(),
        sender: "ELECTIONS".to_owned(),
        report_origin: None,
    };
    // No mail is sent here: nothing listens on the discard port.
    let mut office = Office::new(relay(9), Some(gateway)).await;
    let voter = office.w.voters[1];
    let state = office.ask(voter, Destination::PersonalPhone, "06 12 34 56 78").await;
    assert_eq!((state.channel, state.status), (Channel::Sms, Status::Queued));
    office.deliver().await;
    assert_eq!(
        office.status(voter).await,
        Status::Held,
        "the operator is down, which is no success"
    );
    tokio::task::block_in_place(|| kannel.connect_operator());
    office.until(voter, Status::Delivered).await;
    let received = tokio::task::block_in_place(|| kannel.received(1));
    assert!(received[0].contains("+33612345678"), "{received:?}");
    let link = link_in(&received[0], &office.origin);
    assert!(
        office
            .registrar
            .make_code(link.rsplit('/').next().unwrap())
            .await
            .is_ok()
    );
    assert_eq!(office.count(Channel::Sms, Status::Delivered).await, 1);
    for secret in ["612345678", "ELECTIONS +33"] {
        assert!(!office.holds(secret), "{secret}");
    }
    assert!(!kannel.access_log().contains(Kannel::CREDENTIALS.1));
    // A report that nobody could make without the key changes nothing.
    let forged = format!("{}.{}", "0".repeat(32), "A".repeat(43));
    assert!(!office.registrar.record_sms_report(&forged, 2).await.unwrap());
}
