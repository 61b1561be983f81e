//! Proofs and receipts from outside, after a real vote: what they say, what they never say, what is refused.

use crate::stage;
use std::process::Command;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_theme::layout::Contact;
use stage::{PASSWORD, Stage};
use tower::ServiceExt as _;

fn portal(stage: &Stage) -> Router {
    let config = PortalConfig {
        origin: "https://vote.example.fr".parse().unwrap(),
        registrar_origin: "https://codes.example.fr".parse().unwrap(),
        registrar_key: stage.server.registrar_key().to_bytes(),
        demonstration: None,
        contact: Contact::default(),
        source_url: None,
        accessibility: None,
        host: None,
        limits: LimitsConfig::default(),
    };
    router(stage.server.clone(), config)
}

async fn send(portal: &Router, request: axum::http::request::Builder, body: String) -> (StatusCode, String, Vec<u8>) {
    let response = portal
        .clone()
        .oneshot(request.body(Body::from(body)).unwrap())
        .await
        .unwrap();
    let header = |name| {
        response
            .headers()
            .get(name)
            .map_or("", |value: &header::HeaderValue| value.to_str().unwrap())
    };
    assert_eq!(header(header::CACHE_CONTROL), "no-store");
    let (status, kind) = (response.status(), header(header::CONTENT_TYPE).to_owned());
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
    (status, kind, bytes.to_vec())
}

/// The words of a PDF, without its spaces and line ends.
fn words(file: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, file).unwrap();
    let output = Command::new("pdftotext")
        .arg(&path)
        .arg("-")
        .output()
        .expect("poppler-utils is installed");
    String::from_utf8(output.stdout).unwrap().split_whitespace().collect()
}

async fn cookie(stage: &Stage, voter: usize) -> String {
    let number = stage.voters[voter].number.clone();
    let signed_in = stage.server.sign_in(&number, PASSWORD).await.unwrap();
    format!("__Host-isoloir={}", signed_in.token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_exists_once_one_has_voted_and_leads_to_no_ballot() {
    let (_folder, url) = stage::sqlite();
    let stage = Stage::new(&url, 4).await;
    let portal = portal(&stage);
    let path = |file: &str| format!("/mes-scrutins/{}/{file}", stage.id("csa"));
    let (voter, other) = (cookie(&stage, 0).await, cookie(&stage, 1).await);
    let ask = async |path: &str, cookie: &str| {
        send(&portal, Request::get(path).header("cookie", cookie), String::new()).await
    };
    for file in ["preuve", "preuve.pdf"] {
        let (status, _, page) = ask(&path(file), &voter).await;
        assert_eq!(status, StatusCode::CONFLICT, "before the vote");
        assert!(String::from_utf8(page).unwrap().contains("ne porte pas encore"));
    }
    let cast = stage.vote("csa", 0, 1).await.unwrap();
    let (status, kind, file) = ask(&path("preuve.pdf"), &voter).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"));
    let text = words(&file);
    let name = format!("{}{}", stage.voters[0].first_name, stage.voters[0].last_name);
    assert!(
        text.contains("Preuvedevote") && text.contains(&name.replace(' ', "")),
        "{text}"
    );
    let (_, _, page) = ask(&path("preuve"), &voter).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("Preuve de vote") && page.contains("preuve.pdf"));
    for said in [text, page] {
        assert!(!said.contains(cast.receipt.tracker()) && !said.contains(cast.receipt.event()));
    }
    let (status, _, _) = ask(&path("preuve.pdf"), &other).await;
    assert_eq!(status, StatusCode::CONFLICT, "another voter of the same election");
    for foreign in [stage.id("cap").as_str(), "NkHrZ7QCf3Nf3h", "..", "x%00"] {
        let (status, _, _) = ask(&format!("/mes-scrutins/{foreign}/preuve.pdf"), "").await;
        assert_eq!(status, StatusCode::SEE_OTHER, "nobody");
        let (status, _, _) = ask(&format!("/mes-scrutins/{foreign}/preuve.pdf"), &other).await;
        assert!(status.is_client_error(), "{foreign}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_on_paper_are_those_the_server_signed() {
    let (_folder, url) = stage::sqlite();
    let stage = Stage::new(&url, 4).await;
    let portal = portal(&stage);
    let cast = stage.vote("csa", 0, 1).await.unwrap();
    let receipt = serde_json::to_value(&cast.receipt).unwrap();
    let post = async |shown: String| {
        let encoded: String = shown.bytes().map(|b| format!("%{b:02X}")).collect();
        let request = Request::post("/recu.pdf").header("content-type", "application/x-www-form-urlencoded");
        send(&portal, request, format!("recus={encoded}")).await
    };
    let (status, kind, file) = post(serde_json::json!([receipt]).to_string()).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"));
    let text = words(&file);
    for said in [cast.receipt.tracker(), cast.receipt.event(), cast.receipt.signature()] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(text.contains("https://vote.example.fr/urne/"));
    assert!(!text.contains(&stage.voters[0].last_name), "no name on a receipt");
    let with = |field: &str, value: &str| {
        let mut forged = receipt.clone();
        forged[field] = value.into();
        serde_json::json!([receipt, forged]).to_string()
    };
    let other = stage.id("cap").to_string();
    for forged in [
        with("tracker", &"A".repeat(43)),
        with("event", &"00".repeat(32)),
        with("signature", &"00".repeat(64)),
        with("signature", "é"),
        with("election", &other),
        with("election", "../../etc"),
        with("nom", "Durand"),
        "[]".to_owned(),
        "{}".to_owned(),
        String::new(),
        "[".repeat(3_000),
    ] {
        let (status, kind, _) = post(forged.clone()).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            forged.chars().take(80).collect::<String>()
        );
        assert!(kind.starts_with("text/html"));
    }
    let many = serde_json::Value::Array(vec![receipt.clone(); 21]).to_string();
    for too_large in [many, "x".repeat(20_000)] {
        let (status, _, _) = post(too_large).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
