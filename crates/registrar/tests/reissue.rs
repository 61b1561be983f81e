//! The reissue of codes from outside: orders in, links out, a code once, and never two credentials. On both engines.

use crate::common;
use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use common::{START, World, session};
use isoloir_carriers::MailMode;
use isoloir_domain::reissue::{Destination, Factor, PathRule, ReissueOrder, ReissuePath, ReissuePolicy};
use isoloir_domain::{Clock as _, Language, Origin, VoterId, token};
use isoloir_registrar::journal::Event;
use isoloir_registrar::know_voters::{GivenIdentifier, KnowError, KnownVoter};
use isoloir_registrar::master_key::{MasterKeyError, change_master_key, open_keys};
use isoloir_registrar::store::KnownConsultation;
use isoloir_registrar::{PagesConfig, Registrar, Store, VotingCode, router};
use isoloir_theme::layout::Contact;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const OWN: &str = "http://127.0.0.1:8081";
const PORTAL: &str = "http://127.0.0.1:8080";
const NUMEN: &str = "12E3456789ABC";
const HOUR: i64 = 3600;

fn policy() -> ReissuePolicy {
    ReissuePolicy {
        paths: vec![PathRule {
            path: ReissuePath::Challenge,
            factors: vec![vec![Factor::Session], vec![Factor::Challenge], vec![Factor::Numen]],
            destinations: vec![Destination::PersonalPhone, Destination::PersonalMail],
        }],
        per_voter: 2,
        link_hours: 4,
        ..ReissuePolicy::default()
    }
}

fn consultation() -> KnownConsultation {
    KnownConsultation {
        title: "Élections 2026".to_owned(),
        organiser: "Académie de Valbrune".to_owned(),
        opens: START - HOUR,
        closes: START + 7 * 24 * HOUR,
        reissue: policy(),
    }
}

/// A registrar that reissues, the voting server that orders, and a browser.
struct Desk {
    w: World,
    registrar: Arc<Registrar>,
    app: Router,
}

impl Desk {
    async fn new(w: World) -> Desk {
        let store = Store::open(&w.database.url()).await.unwrap();
        let mut rng = StdRng::seed_from_u64(11);
        let keys = open_keys(&store, &w.registrar_key, &mut rng).await.unwrap();
        let registrar = Registrar::new(store, keys, w.server.verifying_key(), Arc::new(w.clock.clone()));
        let registrar = registrar
            .reissuing(OWN.parse().unwrap(), MailMode::Demonstration, rng)
            .unwrap();
        let registrar = Arc::new(registrar);
        let voters: Vec<KnownVoter> = w
            .voters
            .iter()
            .enumerate()
            .map(|(rank, voter)| KnownVoter {
                voter: *voter,
                number: format!("VAL{rank:04}"),
                language: Some(Language::French),
                mailbox: Some(format!("voter{rank}@ac-valbrune.example")),
            })
            .collect();
        let mut rng = StdRng::seed_from_u64(12);
        registrar.know_voters(&voters, &mut rng).await.unwrap();
        registrar.know_consultation(&consultation(), 5).await.unwrap();
        let given = (0..2).map(|rank| GivenIdentifier {
            line: rank + 2,
            number: format!("VAL{rank:04}"),
            numen: Some(NUMEN.to_owned()),
            nir: None,
        });
        assert_eq!(registrar.know_identifiers(&given.collect::<Vec<_>>()).await.unwrap(), 2);
        let pages = PagesConfig {
            portal: PORTAL.parse().unwrap(),
            contact: Contact::default(),
            source_url: None,
            demonstration: true,
        };
        let app = router(Arc::clone(&registrar), pages);
        Desk { w, registrar, app }
    }

    fn order(&mut self, voter: VoterId, proven: &[Factor]) -> String {
        let id = uuid::Builder::from_random_bytes(self.w.rng.random()).into_uuid();
        let proven: BTreeSet<Factor> = proven.iter().copied().collect();
        let now = self.w.clock.now();
        let order = ReissueOrder::new(id, OWN, (session(), voter), ReissuePath::Challenge, proven, now);
        token::sign(&order, &self.w.server).unwrap()
    }

    fn body(&mut self, voter: VoterId, contact: Option<&str>) -> Value {
        let phone = contact.is_none_or(|contact| !contact.contains('@'));
        json!({
            "order": self.order(voter, &[Factor::Session, Factor::Challenge]),
            "identifier": NUMEN,
            "destination": if phone { "personal_phone" } else { "personal_mail" },
            "contact": contact,
            "language": "fr",
        })
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .app
            .clone()
            .oneshot(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .unwrap();
        let status = response.status();
        assert_eq!(response.headers()["cache-control"], "no-store", "{path}");
        assert!(!response.headers().contains_key("set-cookie"));
        let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn ask(&self, body: &Value) -> (u16, Value) {
        let (status, text) = self.send(Method::POST, "/reissues", &[], &body.to_string()).await;
        (status.as_u16(), serde_json::from_str(&text).unwrap())
    }

    async fn asked(&mut self, voter: VoterId, contact: &str) -> Value {
        let body = self.body(voter, Some(contact));
        let (status, answer) = self.ask(&body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn refused(&self, body: &Value, status: u16, code: &str) -> Value {
        let (said, answer) = self.ask(body).await;
        assert_eq!((said, answer["code"].as_str().unwrap()), (status, code), "{answer}");
        answer
    }

    /// Paths of the links in the messages so far, the latest last.
    async fn links(&self, begin: &str) -> Vec<String> {
        let mut found = Vec::new();
        for message in self.registrar.demonstration_inbox().await.unwrap().into_iter().rev() {
            let start = format!("{OWN}{begin}");
            if let Some(at) = message.body.find(&start) {
                let link: String = message.body[at + OWN.len()..]
                    .split_whitespace()
                    .next()
                    .unwrap()
                    .to_owned();
                found.push(link);
            }
        }
        found
    }

    async fn link(&self) -> String {
        self.links("/reassort/").await.pop().unwrap()
    }

    async fn make(&self, link: &str) -> (StatusCode, String) {
        self.send(
            Method::POST,
            link,
            &[("sec-fetch-site", "same-origin")],
            "lang=fr&duree=120",
        )
        .await
    }

    async fn made(&self, link: &str) -> VotingCode {
        let (status, page) = self.make(link).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        code_of(&page)
    }

    async fn unlock(&self, voter: VoterId, code: &VotingCode) -> Option<Vec<(String, Vec<u8>)>> {
        let authenticator = self.w.authenticator(voter, code);
        let wrapping = isoloir_registrar::derivation::WrappingKey::derive(code, voter);
        let unlocked = self
            .registrar
            .unlock(&self.w.ticket(voter), &authenticator)
            .await
            .ok()?;
        let open = |one: isoloir_registrar::unlock::UnlockedCredential| {
            let credential = wrapping.unwrap(voter, &one.election, &one.wrapped).unwrap().to_vec();
            (one.election.to_string(), credential)
        };
        Some(unlocked.into_iter().map(open).collect())
    }

    async fn events(&self) -> Vec<Event> {
        assert!(self.registrar.store().journal_holds().await.unwrap());
        let journal = self.registrar.store().journal().await.unwrap();
        journal.into_iter().map(|entry| entry.what).collect()
    }
}

/// The code that a page shows.
fn code_of(page: &str) -> VotingCode {
    let at = page.find("class=\"code-show\"").expect("a page with a code");
    let group = page[at..].split("</div>").next().unwrap();
    let symbols: Vec<&str> = group
        .split("<span>")
        .skip(1)
        .map(|part| part.split('<').next().unwrap())
        .collect();
    VotingCode::parse(&symbols.join("-")).unwrap()
}

on_both! {
    a_voter_gets_a_new_code_for_the_same_credentials;
    orders_are_ours_fresh_and_new;
    every_factor_is_needed_and_wrong_identifiers_wait;
    a_contact_is_not_the_account_s_in_any_disguise;
    asking_again_sends_the_same_link;
    links_are_used_once_by_post_alone;
    the_policy_says_when_and_how_often;
    a_reissue_during_a_vote_gives_no_second_credential;
    a_contest_voids_the_code_and_shuts_the_path;
    the_master_key_is_replaced_and_nothing_is_lost;
}

async fn a_voter_gets_a_new_code_for_the_same_credentials(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    let old = d.w.issue(voter).await;
    let before = d.unlock(voter, &old).await.unwrap();
    assert_eq!(before.len(), 2);
    let state = d.asked(voter, "06 12 34 56 78").await;
    assert_eq!((&state["channel"], &state["again"]), (&json!("sms"), &json!(false)));
    assert_eq!(state["expires"], START + 4 * HOUR);
    // The old code stays valid until another is made.
    assert!(d.unlock(voter, &old).await.is_some());
    let new = d.made(&d.link().await).await;
    assert!(
        d.unlock(voter, &old).await.is_none(),
        "the old code is void from that moment"
    );
    assert_eq!(
        d.unlock(voter, &new).await.unwrap(),
        before,
        "the same credentials, wrapped again"
    );
    let told = d.registrar.demonstration_inbox().await.unwrap();
    assert!(
        told.iter()
            .any(|m| m.to == "voter0@ac-valbrune.example" && m.body.contains("/contestation/"))
    );
    let events = d.events().await;
    assert!(events.contains(&Event::CodeReissued {
        path: ReissuePath::Challenge,
        factors: [Factor::Session, Factor::Challenge, Factor::Numen].into(),
        generation: 2,
    }));
    let counters = d.registrar.counters().await.unwrap();
    assert_eq!(
        (counters.codes, counters.reissues[0].links, counters.reissues[0].codes),
        (2, 1, 1)
    );
    let stored = String::from_utf8_lossy(&d.w.database.content()).into_owned();
    for secret in ["612345678", NUMEN, "voter0@ac", &new.to_string()] {
        assert!(!stored.contains(secret), "{secret} stands in the database");
    }
}

async fn orders_are_ours_fresh_and_new(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    let body = d.body(voter, Some("0612345678"));
    d.w.clock.advance(SignedDuration::from_secs(-59));
    assert_eq!(d.ask(&body).await.0, 200, "the server's clock may be a minute ahead");
    d.refused(&body, 409, "order_replayed").await;
    let mut late = d.body(voter, Some("0612345678"));
    d.w.clock.advance(SignedDuration::from_secs(121));
    d.refused(&late, 401, "order_invalid").await;
    let other = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let order = |audience: &str| {
        let who = (session(), voter);
        ReissueOrder::new(
            uuid::Uuid::max(),
            audience,
            who,
            ReissuePath::Challenge,
            BTreeSet::new(),
            d.w.clock.now(),
        )
    };
    late["order"] = token::sign(&order(OWN), &other).unwrap().into();
    d.refused(&late, 401, "order_invalid").await;
    late["order"] = token::sign(&order("https://codes.example.fr"), &d.w.server)
        .unwrap()
        .into();
    d.refused(&late, 401, "order_invalid").await;
    let (status, _) = d.send(Method::POST, "/reissues", &[], "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, _) = d
        .send(
            Method::POST,
            "/reissues",
            &[("origin", "https://evil.example")],
            &body.to_string(),
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

async fn every_factor_is_needed_and_wrong_identifiers_wait(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    let mut body = d.body(voter, Some("0612345678"));
    body["order"] = d.order(voter, &[Factor::Session]).into();
    d.refused(&body, 403, "factors_missing").await;
    // Whatever the voting server says, only the registrar vouches for an identifier.
    body["order"] = d
        .order(voter, &[Factor::Session, Factor::Challenge, Factor::Numen])
        .into();
    body["identifier"] = Value::Null;
    d.refused(&body, 403, "factors_missing").await;
    // A voter without identifier on record is refused like one who mistypes it.
    let nobody = d.w.voters[4];
    let unknown = d.body(nobody, Some("0612345678"));
    let unknown = d.refused(&unknown, 422, "identifier_wrong").await;
    for wrong in [
        "12E3456789ABD",
        "",
        "x",
        "2850578006",
        NUMEN.to_lowercase().replace('a', "b").as_str(),
    ] {
        body["order"] = d.order(voter, &[Factor::Session, Factor::Challenge]).into();
        body["identifier"] = wrong.into();
        assert_eq!(d.refused(&body, 422, "identifier_wrong").await, unknown);
    }
    let right = d.body(voter, Some("0612345678"));
    let locked = d.refused(&right, 429, "locked").await;
    assert_eq!(locked["retry_after"], 30);
    d.w.clock.advance(SignedDuration::from_secs(31));
    d.asked(voter, "0612345678").await;
    assert_eq!(d.registrar.counters().await.unwrap().wrong_identifiers, 6);
}

async fn a_contact_is_not_the_account_s_in_any_disguise(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    for disguise in [
        "voter0@ac-valbrune.example",
        " VOTER0@AC-Valbrune.Example ",
        "voter0+vote@ac-valbrune.example",
        "ｖｏｔｅｒ0@ac-valbrune.example",
    ] {
        let body = d.body(voter, Some(disguise));
        d.refused(&body, 422, "contact_is_portal").await;
    }
    for wrong in ["voter0@", "a@b@c.fr", "x\r\nBcc: y@z.fr@a.fr"] {
        let body = d.body(voter, Some(wrong));
        d.refused(&body, 422, "contact_malformed").await;
    }
    let body = d.body(voter, Some("01 23 45 67 89"));
    d.refused(&body, 422, "contact_malformed").await;
    let mut body = d.body(voter, Some("voter0@ac-valbrune.example"));
    body["destination"] = "portal_mail".into();
    d.refused(&body, 422, "contact_is_portal").await;
    let mut body = d.body(voter, Some("x@example.org"));
    body["destination"] = "france_connect_mail".into();
    d.refused(&body, 403, "path_closed").await;
    d.asked(voter, "voter0@example.org").await;
}

async fn asking_again_sends_the_same_link(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    let state = |d: &mut Desk| json!({ "order": d.order(voter, &[Factor::Session]) });
    let none = state(&mut d);
    let (status, _) = d.send(Method::POST, "/reissues/state", &[], &none.to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let nothing = d.body(voter, None);
    d.refused(&nothing, 404, "no_link").await;
    let first = d.asked(voter, "0612345678").await;
    d.registrar.deliver_due_messages().await.unwrap();
    d.w.clock.advance(SignedDuration::from_secs(600));
    // Elsewhere: the same link, with the same end.
    let second = d.asked(voter, "me@example.org").await;
    assert_eq!(
        (&second["again"], &second["expires"]),
        (&json!(true), &first["expires"])
    );
    d.registrar.deliver_due_messages().await.unwrap();
    // To where it went, on the session alone.
    let mut there = d.body(voter, None);
    there["order"] = d.order(voter, &[Factor::Session]).into();
    there["identifier"] = Value::Null;
    let (status, third) = d.ask(&there).await;
    assert_eq!((status, &third["again"]), (200, &json!(true)), "{third}");
    let links: BTreeSet<String> = d.links("/reassort/").await.into_iter().collect();
    assert_eq!(
        (links.len(), d.links("/reassort/").await.len()),
        (1, 3),
        "one link, three messages"
    );
    let asked = state(&mut d);
    let (status, told) = d.send(Method::POST, "/reissues/state", &[], &asked.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!told.contains("example.org") && !told.contains("reassort"), "{told}");
    for _ in 0..2 {
        d.asked(voter, "0612345678").await;
    }
    let often = d.body(voter, Some("0612345678"));
    d.refused(&often, 429, "too_often").await;
    d.made(&d.link().await).await;
    let used = state(&mut d);
    let (status, _) = d.send(Method::POST, "/reissues/state", &[], &used.to_string()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

async fn links_are_used_once_by_post_alone(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    d.asked(voter, "0612345678").await;
    let link = d.link().await;
    // Whatever opens it, as often as it likes: a scanner of mails, a preview.
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let (status, _) = d.send(method, &link, &[], "").await;
        assert_eq!(status, StatusCode::OK);
    }
    let (_, page) = d.send(Method::GET, &link, &[], "").await;
    assert!(page.contains("Régénérer mon code de vote") && page.contains("munissez-vous"));
    let (_, page) = d.send(Method::GET, &format!("{link}?lang=en"), &[], "").await;
    assert!(page.contains("<html lang=\"en\">") && page.contains("Make my voting code again"));
    for foreign in [
        ("origin", PORTAL),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let (status, _) = d.send(Method::POST, &link, &[foreign], "").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    let (first, second) = tokio::join!(d.make(&link), d.make(&link));
    let mut statuses = [first.0.as_u16(), second.0.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "two at once: one code");
    let (status, page) = d.make(&link).await;
    assert_eq!(status, StatusCode::GONE);
    assert!(!page.contains("code-show"));
    assert_eq!(d.send(Method::GET, &link, &[], "").await.0, StatusCode::GONE);
    for forged in ["/reassort/AAAAAAAAAAAAAAAAAAAAAA", "/reassort/x", "/reassort/%00"] {
        assert_eq!(d.send(Method::GET, forged, &[], "").await.0, StatusCode::NOT_FOUND);
        assert_eq!(d.make(forged).await.0, StatusCode::NOT_FOUND);
    }
}

async fn the_policy_says_when_and_how_often(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    d.asked(voter, "0612345678").await;
    let first = d.link().await;
    d.w.clock.advance(SignedDuration::from_hours(4));
    assert_eq!(d.make(&first).await.0, StatusCode::GONE, "its hours are over");
    for _ in 0..2 {
        d.asked(voter, "0612345678").await;
        let links = d.links("/reassort/").await;
        let mut made = 0;
        for link in links {
            made += i32::from(d.make(&link).await.0 == StatusCode::OK);
        }
        assert_eq!(made, 1);
    }
    let third = d.body(voter, Some("0612345678"));
    d.refused(&third, 429, "too_often").await;
    let other = d.w.voters[1];
    d.asked(other, "0612345678").await;
    d.w.clock.set(Timestamp::from_second(START + 7 * 24 * HOUR).unwrap());
    let late = d.body(other, Some("0612345678"));
    d.refused(&late, 403, "path_closed").await;
    let nir = GivenIdentifier {
        line: 9,
        number: "VAL0000".into(),
        numen: None,
        nir: Some("2850578006".into()),
    };
    let refused = d.registrar.know_identifiers(&[nir]).await;
    assert!(
        matches!(refused, Err(KnowError::NotAsked { line: 9, .. })),
        "what no path asks for is not kept"
    );
}

async fn a_reissue_during_a_vote_gives_no_second_credential(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    let old = d.w.issue(voter).await;
    let before = d.unlock(voter, &old).await.unwrap();
    d.asked(voter, "0612345678").await;
    let link = d.link().await;
    // Unlocking with the old code while the new one is made: either it comes first and yields the same, or it is refused.
    let unlocks = async {
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(d.unlock(voter, &old).await);
        }
        seen
    };
    let (seen, new) = tokio::join!(unlocks, d.made(&link));
    for one in seen.into_iter().flatten() {
        assert_eq!(one, before);
    }
    assert_eq!(d.unlock(voter, &new).await.unwrap(), before);
    for (election, public) in d.w.elections.iter().zip(&d.w.public) {
        assert_eq!(
            &d.registrar.public_credentials(election).await.unwrap(),
            public,
            "the list of the setup stays true"
        );
    }
}

async fn a_contest_voids_the_code_and_shuts_the_path(w: World) {
    let mut d = Desk::new(w).await;
    let voter = d.w.voters[0];
    d.asked(voter, "0612345678").await;
    let code = d.made(&d.link().await).await;
    assert!(d.unlock(voter, &code).await.is_some());
    let contest = d.links("/contestation/").await.pop().unwrap();
    let (status, page) = d.send(Method::GET, &contest, &[], "").await;
    assert!(status == StatusCode::OK && page.contains("Annuler ce code"));
    assert!(
        d.unlock(voter, &code).await.is_some(),
        "opening the link changes nothing"
    );
    let same = [("sec-fetch-site", "same-origin")];
    assert_eq!(d.send(Method::POST, &contest, &same, "lang=fr").await.0, StatusCode::OK);
    assert!(d.unlock(voter, &code).await.is_none());
    assert_eq!(
        d.send(Method::POST, &contest, &same, "lang=fr").await.0,
        StatusCode::GONE
    );
    let shut = d.body(voter, Some("0612345678"));
    d.refused(&shut, 403, "path_closed").await;
    assert_eq!(d.registrar.counters().await.unwrap().contested, 1);
    assert!(d.events().await.contains(&Event::CodeContested {
        path: ReissuePath::Challenge,
        generation: 1,
        voided: true,
    }));
    // The registrar's own command still makes a code, and its rank is its own.
    let again = d.w.issue(voter).await;
    assert!(d.unlock(voter, &again).await.is_some());
    d.w.issue(voter).await;
}

async fn the_master_key_is_replaced_and_nothing_is_lost(w: World) {
    let mut d = Desk::new(w).await;
    let (voter, other) = (d.w.voters[0], d.w.voters[1]);
    let code = d.w.issue(voter).await;
    let before = d.unlock(voter, &code).await.unwrap();
    d.asked(other, "0612345678").await;
    let link = d.link().await;
    let new = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
    let mut rng = StdRng::seed_from_u64(13);
    let (store, now) = (d.registrar.store().clone(), d.w.clock.now());
    let foreign = ed25519_dalek::SigningKey::from_bytes(&[6; 32]);
    let refused = change_master_key(&store, &foreign, &new, now, &mut rng).await;
    assert!(matches!(refused, Err(MasterKeyError::Foreign)));
    let sealed = change_master_key(&store, &d.w.registrar_key, &new, now, &mut rng)
        .await
        .unwrap();
    // Two kept keys, seven credentials, five mailboxes, one link, one letter.
    assert_eq!(sealed, 2 + 7 + 5 + 1 + 1);
    assert!(matches!(
        open_keys(&store, &d.w.registrar_key, &mut rng).await,
        Err(MasterKeyError::Foreign)
    ));
    let keys = open_keys(&store, &new, &mut rng).await.unwrap();
    assert_eq!(
        keys.public(),
        d.w.registrar_key.verifying_key(),
        "admissions are signed as before"
    );
    let registrar = Registrar::new(store, keys, d.w.server.verifying_key(), Arc::new(d.w.clock.clone()));
    let own: Origin = OWN.parse().unwrap();
    let registrar = registrar.reissuing(own, MailMode::Demonstration, rng).unwrap();
    d.registrar = Arc::new(registrar);
    let pages = PagesConfig {
        portal: PORTAL.parse().unwrap(),
        contact: Contact::default(),
        source_url: None,
        demonstration: true,
    };
    d.app = router(Arc::clone(&d.registrar), pages);
    assert_eq!(d.unlock(voter, &code).await.unwrap(), before);
    assert_eq!(d.link().await, link, "the letter opens");
    d.asked(other, "me@example.org").await;
    assert_eq!(d.links("/reassort/").await.len(), 2, "the same link is sent again");
    d.made(&link).await;
    assert!(d.registrar.store().journal_holds().await.unwrap());
}
