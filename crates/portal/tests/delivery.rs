//! Messages on their way to real peers: an SMTP server, and a Kannel with its fake operator.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use isoloir_carriers::mail::{DkimSettings, SmtpSettings};
use isoloir_carriers::sms::SmsSettings;
use isoloir_carriers::{Carriers, MailMode, Pace};
use isoloir_domain::Profile;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::delivery::{Channel, Status};
use isoloir_portal::config::PortalConfig;
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::ledger::{Alarm, Thresholds};
use isoloir_service::letters::{Letter, TextMessage};
use isoloir_service::outbox::Recipient;
use isoloir_service::{Settings, VotingServer};
use isoloir_testkit::{Kannel, Postgres, SmtpOptions, SmtpServer, dkim_key};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(20);
const FROM: &str = "elections@valbrune.example";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A server whose mails go to `smtp`.
struct Office {
    server: VotingServer,
    clock: SettableClock,
    url: String,
    _folder: Option<tempfile::TempDir>,
}

fn carriers(mail: SmtpSettings, sms: Option<SmsSettings>) -> MailMode {
    MailMode::Carriers(Box::new(Carriers {
        mail,
        sms,
        pace: Pace::default(),
        paces: HashMap::new(),
        retry: Duration::from_secs(30),
    }))
}

fn relay(smtp: &SmtpServer) -> SmtpSettings {
    SmtpSettings::new(format!("smtp://127.0.0.1:{}", smtp.port()), FROM)
}

async fn open(url: &str, clock: &SettableClock, mail: MailMode, public_url: &str, seed: u64) -> VotingServer {
    let settings = Settings {
        server_key: SigningKey::from_bytes(&[1; 32]),
        registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
        public_url: public_url.to_owned(),
        mail,
        verifiers: Some(1),
        hashers: Some(1),
    };
    VotingServer::open(url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(seed))
        .await
        .unwrap()
}

impl Office {
    async fn new(mail: MailMode) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self::at(url, Some(folder), mail, "https://vote.valbrune.example").await
    }

    async fn at(url: String, folder: Option<tempfile::TempDir>, mail: MailMode, public_url: &str) -> Self {
        let clock = SettableClock::new(at("2026-12-05T10:00:00Z"));
        let server = open(&url, &clock, mail, public_url, 7).await;
        let plan = ConsultationPlan {
            id: "essai-2026".parse().unwrap(),
            title: "Élections d’essai".to_owned(),
            organiser: "Académie de Valbrune (organisme fictif)".to_owned(),
            profile: Profile::Test,
            group: "Ed25519".to_owned(),
            opens: at("2026-12-03T07:00:00Z"),
            closes: at("2026-12-10T16:00:00Z"),
            grace: None,
            live_box: Some(false),
            policy: isoloir_domain::Policy::default(),
            boards: Vec::new(),
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        };
        server.import_consultation(&plan).await.unwrap();
        Self {
            server,
            clock,
            url,
            _folder: folder,
        }
    }

    async fn queue(&self, address: &str) -> String {
        let letter = self
            .server
            .letter(&Recipient::address(address), &Letter::PasswordChanged)
            .await
            .unwrap();
        self.server.queue(&letter).await.unwrap();
        letter.id
    }

    async fn status(&self, id: &str) -> Status {
        self.server.delivery_status(id).await.unwrap().unwrap().status
    }

    fn later(&self, minutes: i64) {
        use isoloir_domain::Clock as _;
        self.clock.set(self.clock.now() + SignedDuration::from_mins(minutes));
    }

    async fn deliver(&self) {
        self.server.deliver_due_messages().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_whole_signed_and_only_once() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let (private, public) = dkim_key();
    let mut settings = relay(&smtp);
    settings.dkim = Some(DkimSettings {
        domain: "valbrune.example".to_owned(),
        selector: "vote".to_owned(),
        key: private.into(),
    });
    settings.reply_to = Some("assistance@valbrune.example".to_owned());
    settings.return_path = Some("retours@valbrune.example".to_owned());
    let office = Office::new(carriers(settings, None)).await;
    let to = Recipient::address("zoe@ac-valbrune.example").named("Zoé d’Œuvray\r\nBcc: eve@example.org");
    let letter = office.server.letter_once(&to, &Letter::Trial, "essai").await.unwrap();
    let again = office.server.letter_once(&to, &Letter::Trial, "essai").await.unwrap();
    office.server.queue(&letter).await.unwrap();
    office.server.queue(&again).await.unwrap();
    office.deliver().await;
    office.deliver().await;
    let accepted = smtp.accepted();
    assert_eq!(accepted.len(), 1);
    let mail = &accepted[0];
    let (subject, body) = mail.read();
    assert!(
        subject.starts_with("Essai d’envoi\u{a0}: reçu, lisible à l’œil nu"),
        "{subject}"
    );
    assert!(body.contains("é è à ù ç ê î ô œ") && body.contains("Bonjour Zoé d’Œuvray Bcc: eve@example.org,"));
    assert!(
        mail.is_signed(&public),
        "the DKIM signature does not hold: {}",
        mail.text()
    );
    assert_eq!(
        mail.header("Message-ID").unwrap(),
        format!("<{}@valbrune.example>", letter.id)
    );
    assert_eq!(mail.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(mail.header("Date").unwrap(), "Sat, 05 Dec 2026 10:00:00 +0000");
    assert_eq!(mail.header("Reply-To").unwrap(), "assistance@valbrune.example");
    assert!(mail.header("From").unwrap().contains(FROM) && mail.header("Bcc").is_none());
    assert_eq!(
        (mail.from.as_str(), mail.to.as_str()),
        (
            format!("retours+{}@valbrune.example", letter.id).as_str(),
            "zoe@ac-valbrune.example"
        )
    );
    assert_eq!(office.status(&letter.id).await, Status::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_busy_is_asked_again_and_one_that_is_unknown_is_not() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let office = Office::new(carriers(relay(&smtp), None)).await;
    let busy = office.queue("busy@ac-valbrune.example").await;
    let unknown = office.queue("unknown@ac-valbrune.example").await;
    let wrong = office.queue("not an address").await;
    office.deliver().await;
    assert_eq!(office.status(&busy).await, Status::Queued);
    assert_eq!(office.status(&unknown).await, Status::Failed);
    assert_eq!(office.status(&wrong).await, Status::Failed);
    office.deliver().await;
    assert!(smtp.accepted().is_empty(), "not before its time");
    office.later(1);
    office.deliver().await;
    assert_eq!(office.status(&busy).await, Status::Sent);
    assert_eq!(smtp.accepted().len(), 1);
    let ledger = office.server.delivery_ledger(&Thresholds::default()).await.unwrap();
    let mail = &ledger.channels[0];
    assert_eq!(
        (mail.channel, mail.total, mail.sent, mail.failed),
        (Channel::Mail, 3, 1, 2)
    );
    assert!(
        ledger
            .errors
            .iter()
            .any(|met| met.class == "smtp-550" && met.count == 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_down_loses_nothing_and_what_is_too_old_is_not_sent() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let (settings, port) = (relay(&smtp), smtp.port());
    drop(smtp);
    let office = Office::new(carriers(settings, None)).await;
    let id = office.queue("zoe@ac-valbrune.example").await;
    let link = Letter::ReissueLink {
        link: "https://vote.valbrune.example/x".to_owned(),
        valid: SignedDuration::from_mins(20),
    };
    let link = office
        .server
        .letter(&Recipient::address("ali@ac-valbrune.example"), &link)
        .await
        .unwrap();
    office.server.queue(&link).await.unwrap();
    office.deliver().await;
    assert_eq!(office.status(&id).await, Status::Queued);
    office.later(21);
    let smtp = SmtpServer::start(SmtpOptions {
        port: Some(port),
        ..SmtpOptions::default()
    });
    let ledger = office.server.delivery_ledger(&Thresholds::default()).await.unwrap();
    assert!(
        ledger.alarms.contains(&Alarm::Waiting {
            channel: Channel::Mail,
            minutes: 21
        }),
        "{ledger:?}"
    );
    office.deliver().await;
    assert_eq!(office.status(&id).await, Status::Sent);
    assert_eq!(office.status(&link.id).await, Status::Expired);
    assert_eq!(smtp.accepted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_wait_for_the_operator_and_right_ones_go_over_tls() {
    let options = SmtpOptions {
        credentials: Some(("isoloir", "right")),
        starttls: true,
        port: None,
    };
    let smtp = SmtpServer::start(options);
    let with = |password: &str| {
        let mut settings = SmtpSettings::new(format!("smtp://127.0.0.1:{}?tls=required", smtp.port()), FROM);
        settings.credentials = Some(("isoloir".to_owned(), password.to_owned().into()));
        settings.authority = Some(smtp.authority());
        carriers(settings, None)
    };
    let office = Office::new(with("wrong")).await;
    let id = office.queue("zoe@ac-valbrune.example").await;
    office.deliver().await;
    assert_eq!(office.status(&id).await, Status::Queued);
    let ledger = office.server.delivery_ledger(&Thresholds::default()).await.unwrap();
    assert!(
        matches!(&ledger.alarms[..], [Alarm::Settings { class, count: 1, .. }] if class == "settings-535"),
        "{ledger:?}"
    );
    let mended = open(
        &office.url,
        &office.clock,
        with("right"),
        "https://vote.valbrune.example",
        8,
    )
    .await;
    office.later(2);
    mended.deliver_due_messages().await.unwrap();
    assert_eq!(office.status(&id).await, Status::Sent);
    assert_eq!(smtp.accepted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_after_the_relay_took_a_mail_leaves_the_same_mail_to_the_next() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let office = Office::new(carriers(relay(&smtp), None)).await;
    let id = office.queue("slow@ac-valbrune.example").await;
    let dying = tokio::spawn(office.server.clone().run_outbox_worker(Duration::from_millis(50)));
    let peer = &smtp;
    tokio::task::block_in_place(|| peer.wait_for(1, LIMIT));
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    assert_eq!(office.status(&id).await, Status::Queued);
    office.deliver().await;
    assert_eq!(smtp.accepted().len(), 1, "the lease still holds");
    office.later(6);
    let next = open(
        &office.url,
        &office.clock,
        carriers(relay(&smtp), None),
        "https://vote.valbrune.example",
        9,
    )
    .await;
    next.deliver_due_messages().await.unwrap();
    let accepted = smtp.accepted();
    assert_eq!(accepted.len(), 2);
    assert_eq!(accepted[0].header("Message-ID"), accepted[1].header("Message-ID"));
    assert_eq!(accepted[0].header("Date"), accepted[1].header("Date"));
    assert_eq!(office.status(&id).await, Status::Sent);
}

async fn two_workers_send_each_mail_once(office: Office, smtp: &SmtpServer, mails: usize) {
    for n in 0..mails {
        office.queue(&format!("voter{n}@ac-{}.example", n % 7)).await;
    }
    let second = open(
        &office.url,
        &office.clock,
        carriers(relay(smtp), None),
        "https://vote.valbrune.example",
        8,
    )
    .await;
    let (one, two) = tokio::join!(office.server.deliver_due_messages(), second.deliver_due_messages());
    one.unwrap();
    two.unwrap();
    let mut to: Vec<String> = smtp.accepted().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to.len(), mails);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), mails);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_mail_once_from_sqlite() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let office = Office::new(carriers(relay(&smtp), None)).await;
    two_workers_send_each_mail_once(office, &smtp, 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_send_each_mail_once_from_postgres() {
    let smtp = SmtpServer::start(SmtpOptions::default());
    let url = Postgres::shared().fresh_database();
    let office = Office::at(
        url.clone(),
        None,
        carriers(relay(&smtp), None),
        "https://vote.valbrune.example",
    )
    .await;
    two_workers_send_each_mail_once(office, &smtp, 200).await;
    let dump = Postgres::shared().dump(&url);
    assert!(
        !dump.contains("voter1@") && !dump.contains("Bonjour"),
        "an address or a text is in the database"
    );
}

/// A portal that listens, and its address.
async fn listening(server: VotingServer, listener: TcpListener) {
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let config = PortalConfig {
        origin: origin.parse().unwrap(),
        registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
        registrar_key: server.registrar_key().to_bytes(),
        demonstration: None,
        contact: Contact::default(),
        source_url: None,
        accessibility: None,
        host: None,
        limits: isoloir_portal::LimitsConfig::default(),
    };
    let router = isoloir_portal::router(server, config);
    tokio::spawn(async move {
        axum::serve(
            listener,
            router.into_make_service_with_connect_info::<std::net::SocketAddr>(),
        )
        .await
    });
}

fn gateway(kannel: &Kannel, password: &str) -> Option<SmsSettings> {
    Some(SmsSettings {
        url: kannel.url().parse().unwrap(),
        user: Kannel::CREDENTIALS.0.to_owned(),
        password: password.to_owned().into(),
        sender: "ELECTIONS".to_owned(),
        report_origin: None,
    })
}

async fn until(office: &Office, id: &str, wanted: Status) {
    let start = Instant::now();
    while office.status(id).await != wanted {
        assert!(
            start.elapsed() < LIMIT,
            "{:?} instead of {wanted:?}",
            office.status(id).await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_reaches_the_telephone_and_says_so() {
    let mut kannel = tokio::task::block_in_place(Kannel::start);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    // No mail is sent here: nothing listens on the discard port.
    let mail = || SmtpSettings::new("smtp://127.0.0.1:9", FROM);
    let office = Office::at(url, Some(folder), carriers(mail(), gateway(&kannel, "wrong")), &origin).await;
    let phone = "06 12 34 56 78".parse().unwrap();
    let link = TextMessage::ReissueLink {
        link: "https://vote.valbrune.example/r/T0ken".to_owned(),
        valid: SignedDuration::from_mins(60),
    };
    let queue = async || {
        let message = office.server.text_message(&phone, None, None, &link, None).unwrap();
        office.server.queue(&message).await.unwrap();
        message.id
    };
    // Wrong credentials are the operator's affair, not the number's.
    let first = queue().await;
    office.deliver().await;
    assert_eq!(office.status(&first).await, Status::Queued);
    let ledger = office.server.delivery_ledger(&Thresholds::default()).await.unwrap();
    assert!(
        matches!(&ledger.alarms[..], [Alarm::Settings { class, .. }] if class == "settings-403"),
        "{ledger:?}"
    );
    // Right ones, and the operator is down: Kannel keeps it, which is no success.
    let mended = open(
        &office.url,
        &office.clock,
        carriers(mail(), gateway(&kannel, Kannel::CREDENTIALS.1)),
        &origin,
        8,
    )
    .await;
    listening(mended.clone(), listener).await;
    office.later(1);
    mended.deliver_due_messages().await.unwrap();
    assert_eq!(office.status(&first).await, Status::Held);
    // The operator is back: its reports come by the address that only this message has.
    tokio::task::block_in_place(|| kannel.connect_operator());
    until(&office, &first, Status::Delivered).await;
    let second = queue().await;
    mended.deliver_due_messages().await.unwrap();
    until(&office, &second, Status::Delivered).await;
    let received = tokio::task::block_in_place(|| kannel.received(2));
    assert_eq!(received.len(), 2, "{received:?}");
    assert_eq!(
        received[0],
        "ELECTIONS +33612345678 text Nouveau code de vote, lien valable 1 heure, une fois : https://vote.valbrune.example/r/T0ken"
    );
    // What the GSM alphabet lacks arrives whole, as UCS-2: ç is 00E7, œ is 0153 (S is 53).
    let trial = office
        .server
        .text_message(&phone, None, None, &TextMessage::Trial, None)
        .unwrap();
    office.server.queue(&trial).await.unwrap();
    mended.deliver_due_messages().await.unwrap();
    until(&office, &trial.id, Status::Delivered).await;
    let trial = tokio::task::block_in_place(|| kannel.received(3)).pop().unwrap();
    assert!(
        trial.contains(" ucs-2 ") && trial.contains("%00e%00%E7%00u") && trial.contains("%01S%00i%00l"),
        "{trial}"
    );
    let log = kannel.access_log();
    assert!(
        !log.contains(Kannel::CREDENTIALS.1),
        "the password is in the gateway's access log"
    );
    // A report with a token that is not ours, or of another message, changes nothing.
    let forged = format!("{second}.{}", "A".repeat(43));
    assert!(!mended.record_sms_report(&forged, 2).await.unwrap());
    assert_eq!(office.status(&second).await, Status::Delivered);
}
