//! A stand-in for FranceConnect in the demonstration. It says on each of its pages that it is one, asks for no password, and vouches for whomever
//! one chooses among invented people. To the portal it behaves like the real one: same addresses, same parameters asked for, a code good for 30
//! seconds and once, tokens signed with ES256, signed user info, sign-out.

mod pages;
mod people;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use rand_core::Rng as _;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use people::Person;
use tokens::Signer;

use crate::ambient;
use crate::cli::demo_steps::{self as steps, Listening};

/// Who the portal is to the stand-in.
pub(super) const CLIENT: &str = "isoloir-demonstration";
/// A secret that is none: the stand-in guards nothing.
pub(super) const SECRET: &str = "demonstration";
/// As at FranceConnect.
const CODE: SignedDuration = SignedDuration::from_secs(30);
const ACCESS: SignedDuration = SignedDuration::from_secs(60);
/// What one may take to choose.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);
/// Shortest state and nonce taken.
const SHORTEST: usize = 32;

struct StandIn {
    issuer: String,
    portal: String,
    people: Vec<Person>,
    signer: Signer,
    open: Mutex<Visits>,
}

/// What is under way, by random names.
#[derive(Default)]
struct Visits {
    asked: HashMap<String, Asked>,
    codes: HashMap<String, Granted>,
    access: HashMap<String, (usize, Timestamp)>,
}

/// What the portal asked for.
#[derive(Clone)]
struct Asked {
    state: String,
    nonce: String,
    challenge: String,
    acr: String,
    at: Timestamp,
}

/// Who was chosen.
struct Granted {
    asked: Asked,
    person: usize,
    at: Timestamp,
}

/// Its identifier on this port.
pub(super) fn issuer(port: u16) -> String {
    format!("http://127.0.0.1:{port}/api/v2")
}

/// Serves it, for the portal at `portal`; its people are those of the roll `roll`.
pub(super) async fn serve(listening: Listening, portal: &str, roll: &[u8]) -> anyhow::Result<()> {
    let stand_in = Arc::new(StandIn {
        issuer: issuer(listening.port()?),
        portal: portal.to_owned(),
        people: people::of_roll(roll)?,
        signer: Signer::new()?,
        open: Mutex::default(),
    });
    let api = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(jwks))
        .route("/authorize", get(authorize))
        .route("/choix", post(choose))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .route("/session/end", get(end))
        .with_state(stand_in);
    steps::serve_router(listening, Router::new().nest("/api/v2", api)).await
}

impl StandIn {
    fn open(&self) -> MutexGuard<'_, Visits> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemClock.now();
        let fresh = |at: Timestamp| now.duration_since(at) <= PATIENCE;
        open.asked.retain(|_, asked| fresh(asked.at));
        open.codes.retain(|_, granted| fresh(granted.at));
        open.access.retain(|_, (_, at)| fresh(*at));
        open
    }

    fn back(&self, pairs: &[(&str, &str)]) -> Redirect {
        let query: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        let iss = escaped(&self.issuer);
        Redirect::to(&format!(
            "{}/franceconnect/retour?{}&iss={iss}",
            self.portal,
            query.join("&")
        ))
    }
}

/// For a query: everything but letters, digits and `-_.~` by its bytes.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn random() -> String {
    let mut bytes = [0; 32];
    ambient::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn discovery(State(stand_in): State<Arc<StandIn>>) -> Json<serde_json::Value> {
    let issuer = &stand_in.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/session/end"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "userinfo_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "acr_values_supported": ["eidas1"],
    }))
}

async fn jwks(State(stand_in): State<Arc<StandIn>>) -> Json<serde_json::Value> {
    Json(stand_in.signer.jwks())
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Authorization {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    acr_values: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

async fn authorize(State(stand_in): State<Arc<StandIn>>, Query(asked): Query<Authorization>) -> Response {
    let sound = asked.response_type == "code"
        && asked.client_id == CLIENT
        && asked.redirect_uri == format!("{}/franceconnect/retour", stand_in.portal)
        && asked.scope.split(' ').any(|scope| scope == "openid")
        && asked.acr_values.split(' ').any(|level| level == "eidas1")
        && asked.state.len() >= SHORTEST
        && asked.nonce.len() >= SHORTEST
        && asked.code_challenge_method == "S256"
        && !asked.code_challenge.is_empty();
    if !sound {
        return (StatusCode::BAD_REQUEST, Html(pages::refused())).into_response();
    }
    let visit = random();
    let asked = Asked {
        state: asked.state,
        nonce: asked.nonce,
        challenge: asked.code_challenge,
        acr: "eidas1".to_owned(),
        at: SystemClock.now(),
    };
    stand_in.open().asked.insert(visit.clone(), asked);
    Html(pages::choice(&visit, &stand_in.people)).into_response()
}

#[derive(Deserialize)]
struct Choice {
    visit: String,
    /// Rank of a person; anything else is a refusal.
    person: String,
}

async fn choose(State(stand_in): State<Arc<StandIn>>, Form(choice): Form<Choice>) -> Response {
    let mut open = stand_in.open();
    let Some(asked) = open.asked.remove(&choice.visit) else {
        return (StatusCode::BAD_REQUEST, Html(pages::refused())).into_response();
    };
    let state = asked.state.clone();
    let person = choice.person.parse().ok().filter(|rank| *rank < stand_in.people.len());
    let Some(person) = person else {
        let refusal = [
            ("error", "access_denied"),
            ("error_description", "User auth aborted"),
            ("state", &state),
        ];
        return stand_in.back(&refusal).into_response();
    };
    let code = random();
    let at = SystemClock.now();
    open.codes.insert(code.clone(), Granted { asked, person, at });
    stand_in.back(&[("code", &code), ("state", &state)]).into_response()
}

#[derive(Deserialize)]
struct Redemption {
    code: String,
    client_id: String,
    client_secret: String,
    redirect_uri: String,
    code_verifier: String,
}

async fn token(State(stand_in): State<Arc<StandIn>>, Form(form): Form<Redemption>) -> Response {
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if form.client_id != CLIENT || form.client_secret != SECRET {
        return refused("invalid_client");
    }
    let now = SystemClock.now();
    let mut open = stand_in.open();
    let granted = open.codes.remove(&form.code).filter(|granted| {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form.code_verifier.as_bytes()));
        now.duration_since(granted.at) <= CODE
            && challenge == granted.asked.challenge
            && form.redirect_uri == format!("{}/franceconnect/retour", stand_in.portal)
    });
    let Some((granted, person)) = granted.and_then(|one| stand_in.people.get(one.person).map(|person| (one, person)))
    else {
        return refused("invalid_grant");
    };
    let id_token = stand_in.signer.sign(&json!({
        "iss": stand_in.issuer, "aud": CLIENT, "sub": person.subject(), "iat": now.as_second(), "exp": now.as_second() + 60,
        "nonce": granted.asked.nonce, "acr": granted.asked.acr, "amr": ["pwd"],
    }));
    let access = random();
    open.access.insert(access.clone(), (granted.person, now));
    match id_token {
        Ok(id_token) => Json(json!({
            "access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": id_token,
        }))
        .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn userinfo(State(stand_in): State<Arc<StandIn>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let access = bearer.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let now = SystemClock.now();
    let known = stand_in.open().access.get(access).copied();
    let person = known
        .filter(|(_, at)| now.duration_since(*at) <= ACCESS)
        .and_then(|(rank, _)| stand_in.people.get(rank));
    let Some(person) = person else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    match stand_in.signer.sign(&person.claims(&stand_in.issuer, CLIENT, now)) {
        Ok(token) => ([(CONTENT_TYPE, "application/jwt")], token).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
struct End {
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// There is no session to end: every visit asks anew.
async fn end(State(stand_in): State<Arc<StandIn>>, Query(end): Query<End>) -> Response {
    let back = format!("{}/franceconnect/fin", stand_in.portal);
    if end.post_logout_redirect_uri.as_ref() != Some(&back) {
        return (StatusCode::BAD_REQUEST, Html(pages::refused())).into_response();
    }
    let state = escaped(&end.state.unwrap_or_default());
    Redirect::to(&format!("{back}?state={state}")).into_response()
}
