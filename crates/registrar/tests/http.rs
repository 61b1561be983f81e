//! The registrar's routes, as a browser on the portal's origin sees them.

use crate::common;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode};
use common::{Database, World};
use isoloir_registrar::{PagesConfig, router};
use isoloir_theme::layout::Contact;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PORTAL: &str = "http://127.0.0.1:8080";

async fn world() -> (World, Router) {
    let w = World::new(Database::sqlite()).await;
    let pages = PagesConfig {
        portal: PORTAL.parse().unwrap(),
        contact: Contact::default(),
        source_url: None,
        demonstration: false,
    };
    let app = router(w.registrar.clone(), pages);
    (w, app)
}

async fn send(app: &Router, method: Method, path: &str, origin: Option<&str>, body: Vec<u8>) -> Response<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json");
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    app.clone()
        .oneshot(request.body(Body::from(body)).unwrap())
        .await
        .unwrap()
}

async fn unlock(app: &Router, body: &Value) -> (StatusCode, Value) {
    let response = send(
        app,
        Method::POST,
        "/unlock",
        Some(PORTAL),
        serde_json::to_vec(body).unwrap(),
    )
    .await;
    answer(response).await
}

async fn answer(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(
        response.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert!(!response.headers().contains_key("set-cookie"));
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

fn refused(answer: &(StatusCode, Value), status: u16, code: &str) {
    assert_eq!((answer.0.as_u16(), answer.1["code"].as_str().unwrap()), (status, code));
    assert!(
        answer.1["message"]["fr"].as_str().unwrap().len() > 10
            && answer.1["message"]["en"].as_str().unwrap().len() > 10
    );
}

#[tokio::test]
async fn a_voter_unlocks_by_http() {
    let (mut w, app) = world().await;
    let voter = w.voters[0];
    let code = w.issue(voter).await;
    let authenticator = hex::encode(w.authenticator(voter, &code).expose());
    let (status, body) = unlock(
        &app,
        &json!({ "ticket": w.ticket(voter), "authenticator": authenticator }),
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    let credentials = body["credentials"].as_array().unwrap();
    assert_eq!(credentials.len(), 2);
    for credential in credentials {
        let keys: Vec<&str> = credential.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["admission", "election", "wrapped"]);
        assert!(!credential["wrapped"].as_str().unwrap().contains(['+', '/', '=']));
        assert!(credential["admission"].as_str().unwrap().contains('.'));
    }
}

#[tokio::test]
async fn refusals_have_codes_messages_and_figures() {
    let (mut w, app) = world().await;
    let voter = w.voters[0];
    let _code = w.issue(voter).await;
    let wrong = "00".repeat(32);
    refused(
        &unlock(&app, &json!({ "ticket": "x.y", "authenticator": wrong })).await,
        401,
        "ticket_invalid",
    );
    for left in (0..5).rev() {
        let said = unlock(&app, &json!({ "ticket": w.ticket(voter), "authenticator": wrong })).await;
        refused(&said, 403, "code_wrong");
        assert_eq!(said.1["attempts_left"], left);
        assert_eq!(said.1.get("retry_after").is_some(), left == 0);
    }
    let body = serde_json::to_vec(&json!({ "ticket": w.ticket(voter), "authenticator": wrong })).unwrap();
    let response = send(&app, Method::POST, "/unlock", Some(PORTAL), body).await;
    assert_eq!(response.headers()["retry-after"], "30");
    let said = answer(response).await;
    refused(&said, 429, "code_locked");
    assert_eq!(said.1["retry_after"], 30);
}

#[tokio::test]
async fn what_is_not_a_request_is_refused() {
    let (w, app) = world().await;
    let ticket = w.ticket(w.voters[0]);
    let bodies = [
        json!({}),
        json!({ "ticket": ticket }),
        json!({ "ticket": ticket, "authenticator": "00" }),
        json!({ "ticket": ticket, "authenticator": "zz".repeat(32) }),
        json!({ "ticket": ticket, "authenticator": "00".repeat(32), "code": "K7QM-2RTD-9XHF-4CAD" }),
        json!([1]),
    ];
    for body in bodies {
        refused(&unlock(&app, &body).await, 400, "request_malformed");
    }
    let garbage = send(&app, Method::POST, "/unlock", Some(PORTAL), vec![0xff; 100]).await;
    refused(&answer(garbage).await, 400, "request_malformed");
    let large = send(&app, Method::POST, "/unlock", Some(PORTAL), vec![b' '; 9000]).await;
    refused(&answer(large).await, 413, "request_too_large");
    refused(
        &answer(send(&app, Method::GET, "/unlock", None, vec![]).await).await,
        405,
        "method_not_allowed",
    );
    refused(
        &answer(send(&app, Method::GET, "/codes", None, vec![]).await).await,
        404,
        "not_found",
    );
}

#[tokio::test]
async fn only_the_portal_s_pages_may_call() {
    let (_w, app) = world().await;
    let preflight = |origin: &'static str| {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri("/unlock")
            .header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        request
            .header("access-control-request-headers", "content-type")
            .body(Body::empty())
            .unwrap()
    };
    let allowed = app.clone().oneshot(preflight(PORTAL)).await.unwrap();
    assert_eq!(allowed.headers()["access-control-allow-origin"], PORTAL);
    assert_eq!(allowed.headers()["access-control-allow-methods"], "POST");
    assert!(!allowed.headers().contains_key("access-control-allow-credentials"));
    let foreign = app.clone().oneshot(preflight("https://evil.example")).await.unwrap();
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
    let call = send(
        &app,
        Method::POST,
        "/unlock",
        Some("https://evil.example"),
        b"{}".to_vec(),
    )
    .await;
    assert!(!call.headers().contains_key("access-control-allow-origin"));
    refused(&answer(call).await, 403, "origin_refused");
}

#[tokio::test]
async fn health_follows_the_database() {
    let (w, app) = world().await;
    let (status, body) = answer(send(&app, Method::GET, "/healthz", None, vec![]).await).await;
    assert_eq!((status, body), (StatusCode::OK, json!({ "status": "ok" })));
    w.registrar.store().close().await;
    refused(
        &answer(send(&app, Method::GET, "/healthz", None, vec![]).await).await,
        503,
        "store_unavailable",
    );
    let body =
        serde_json::to_vec(&json!({ "ticket": w.ticket(w.voters[0]), "authenticator": "00".repeat(32) })).unwrap();
    refused(
        &answer(send(&app, Method::POST, "/unlock", Some(PORTAL), body).await).await,
        503,
        "store_unavailable",
    );
}
