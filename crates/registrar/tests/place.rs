//! The page of a delivery place, from outside: link, scan, undo, end, destruction, certificate; on both engines.

use crate::common;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use common::World;
use isoloir_carriers::MailMode;
use isoloir_domain::{Place, VoterId};
use isoloir_registrar::follow_notices::{NoticeStatus, SESSION_LIFE};
use isoloir_registrar::make_notices::Batch;
use isoloir_registrar::{Keys, PagesConfig, Reference, Registrar, router};
use isoloir_theme::layout::Contact;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::sync::Arc;
use tower::ServiceExt as _;

on_both! {
    a_place_works_through_its_page;
    looking_at_a_link_changes_nothing;
    nobody_works_without_a_session_or_from_another_site;
}

/// A browser: the registrar's routes and a cookie.
struct Browser {
    routes: Router,
    cookie: String,
}

impl Browser {
    fn new(w: &World) -> Browser {
        let (store, keys) = (w.registrar.store().clone(), Keys::new(w.registrar_key.clone()));
        let registrar = Registrar::new(store, keys, w.server.verifying_key(), Arc::new(w.clock.clone()))
            .reissuing(
                "https://codes.example.fr".parse().unwrap(),
                MailMode::Demonstration,
                StdRng::seed_from_u64(1),
            )
            .unwrap();
        let pages = PagesConfig {
            portal: "https://vote.example.fr".parse().unwrap(),
            contact: Contact::default(),
            source_url: None,
            demonstration: false,
        };
        Browser {
            routes: router(Arc::new(registrar), pages),
            cookie: String::new(),
        }
    }

    async fn send(&mut self, method: &str, path: &str, form: &str, site: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "codes.example.fr")
            .header("sec-fetch-site", site)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        let answer = self.routes.clone().oneshot(request).await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.contains("HttpOnly") || cookie.contains("Max-Age=0"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let policy = answer.headers().get(header::CONTENT_SECURITY_POLICY).cloned();
        assert!(
            policy.is_some_and(|policy| !policy.to_str().unwrap().contains("unsafe")),
            "{path}"
        );
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    async fn get(&mut self, path: &str) -> (StatusCode, String) {
        self.send("GET", path, "", "none").await
    }

    async fn post(&mut self, path: &str, form: &str) -> (StatusCode, String) {
        self.send("POST", path, form, "same-origin").await
    }

    async fn scan(&mut self, reference: &str) -> String {
        let (status, page) = self.post("/remise/scan", &format!("reference={reference}")).await;
        assert_eq!(status, StatusCode::OK);
        page
    }
}

async fn made(w: &mut World, code: &str, voters: &[VoterId]) -> Vec<Reference> {
    let place = Place {
        code: code.to_owned(),
        name: format!("Collège {code}"),
    };
    let names: Vec<(VoterId, String)> = voters
        .iter()
        .zip(1..)
        .map(|(v, n)| (*v, format!("Nom{n} Prénom")))
        .collect();
    let batch = Batch {
        place: Some(&place),
        file: "x-{}.pdf",
        organiser: "Académie de Valbrune",
        consultation: "Élections 2026",
    };
    let batch = w.registrar.make_notices(&batch, &names, &mut w.rng).await.unwrap();
    w.registrar.complete_batch(batch.id, "d").await.unwrap();
    batch.notices.iter().map(|notice| notice.reference).collect()
}

async fn opened(w: &mut World, code: &str) -> Browser {
    let link = w.registrar.link_for_place(code, &mut w.rng).await.unwrap();
    let mut browser = Browser::new(w);
    let (status, _) = browser.post(&format!("/remise/lien/{}", link.as_str()), "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    browser
}

async fn a_place_works_through_its_page(mut w: World) {
    let voters = w.voters.clone();
    let here = made(&mut w, "A", &voters[..3]).await;
    let there = made(&mut w, "B", &voters[3..4]).await;
    w.issue(voters[2]).await;
    let mut browser = opened(&mut w, "A").await;
    let (_, page) = browser.get("/remise").await;
    assert!(
        page.contains("Collège A") && page.contains("À remettre\u{a0}: 2.") && page.contains("Annulée<"),
        "{page}"
    );
    assert!(browser.scan(&here[0].to_string()).await.contains("Remise enregistrée"));
    assert!(browser.scan(&here[0].to_string()).await.contains("Déjà remise"));
    assert!(
        browser
            .scan(&here[2].to_string())
            .await
            .contains("Ne remettez pas cette notice")
    );
    assert!(
        browser
            .scan(&there[0].to_string())
            .await
            .contains("Notice d’un autre lieu")
    );
    assert!(browser.scan("N-000001-Z").await.contains("faute de frappe"));
    let typed = browser.scan("K7QM-2RTD-9XHF-4CAD").await;
    assert!(
        typed.contains("Ce n’est pas une référence") && !typed.contains("K7QM"),
        "a code is never shown again"
    );
    let (_, page) = browser
        .post("/remise/annulation", &format!("reference={}", here[0]))
        .await;
    assert!(page.contains("Remise annulée") && page.contains("À remettre\u{a0}: 2."));
    let (_, english) = browser.get("/remise?lang=en").await;
    assert!(english.contains("To hand over"));

    browser = opened(&mut w, "A").await;
    browser.scan(&here[0].to_string()).await;
    assert!(browser.get("/remise/cloture").await.1.contains("Clore définitivement"));
    assert_eq!(
        w.registrar.notices_at("A", NoticeStatus::Made).await.unwrap().len(),
        2,
        "asking closes nothing"
    );
    browser.post("/remise/cloture", "").await;
    let (_, page) = browser.get("/remise").await;
    assert!(
        page.contains("La remise est close") && page.contains("Détruire les notices non remises"),
        "{page}"
    );
    let (status, page) = browser.post("/remise/destruction", "first=Paul&second=+Paul+").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.contains("deux noms différents"));
    browser
        .post("/remise/destruction", "first=Paul+Garnier&second=In%C3%A8s+Moreau")
        .await;
    let (_, page) = browser.get("/remise").await;
    assert!(
        page.contains("Notices détruites") && !page.contains("Détruire les notices"),
        "{page}"
    );
    let (status, file) = browser.get("/remise/certificat.pdf").await;
    assert!(status == StatusCode::OK && file.starts_with("%PDF"));
    browser.post("/remise/sortie", "").await;
    assert_eq!(browser.get("/remise").await.0, StatusCode::FORBIDDEN);
}

async fn looking_at_a_link_changes_nothing(mut w: World) {
    let voters = w.voters.clone();
    made(&mut w, "A", &voters[..1]).await;
    let first = w.registrar.link_for_place("A", &mut w.rng).await.unwrap();
    let link = w.registrar.link_for_place("A", &mut w.rng).await.unwrap();
    let mut scanner = Browser::new(&w);
    assert_eq!(
        scanner.get(&format!("/remise/lien/{}", first.as_str())).await.0,
        StatusCode::GONE
    );
    let path = format!("/remise/lien/{}", link.as_str());
    for _ in 0..2 {
        assert_eq!(scanner.get(&path).await.0, StatusCode::OK);
        assert!(scanner.cookie.is_empty());
    }
    assert_eq!(scanner.post(&path, "").await.0, StatusCode::SEE_OTHER);
    assert_eq!(scanner.post(&path, "").await.0, StatusCode::GONE, "once");
    assert_eq!(scanner.get("/remise").await.0, StatusCode::OK);
    w.clock.advance(SESSION_LIFE);
    assert_eq!(scanner.get("/remise").await.0, StatusCode::FORBIDDEN, "too old");
    assert!(w.registrar.place_link_is_good("").await.is_ok_and(|good| !good));
}

async fn nobody_works_without_a_session_or_from_another_site(mut w: World) {
    let voters = w.voters.clone();
    let here = made(&mut w, "A", &voters[..1]).await;
    let mut stranger = Browser::new(&w);
    let form = format!("reference={}", here[0]);
    for (method, path) in [
        ("GET", "/remise"),
        ("POST", "/remise/scan"),
        ("POST", "/remise/annulation"),
        ("GET", "/remise/cloture"),
        ("POST", "/remise/cloture"),
        ("POST", "/remise/destruction"),
        ("GET", "/remise/certificat.pdf"),
        ("POST", "/remise/sortie"),
    ] {
        let (status, _) = stranger.send(method, path, &form, "same-origin").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
    }
    let mut browser = opened(&mut w, "A").await;
    let (status, _) = browser.send("POST", "/remise/scan", &form, "cross-site").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert_eq!(w.registrar.notices_at("A", NoticeStatus::Made).await.unwrap().len(), 1);
}
