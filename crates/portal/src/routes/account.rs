//! Sign-in, sign-out, sessions.

use crate::access::{Access, Declared, declare};
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use axum_extra::extract::CookieJar;
use isoloir_domain::message::Refusal;
use isoloir_service::Session;
use isoloir_service::sign_in::{Place, SignInError};
use jiff::Timestamp;
use maud::Markup;
use serde::{Deserialize, Serialize};

use crate::browser;
use crate::captcha::{self, CaptchaForm, Gate, Guarded};
use crate::error::{PageError, drawn, status_of};
use crate::limits::{Client, Limit};
use crate::pages::elections::{AccountView, render_account};
use crate::pages::sign_in::{self as sign_in_page, SignInProblem, SignInView};
use crate::request::{
    KioskMode, PageChrome, VoterSession, accepts_json, forget_session_cookie, leave_no_trace, session_cookie,
};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/connexion", Public, get(sign_in_form)),
        declare("POST", "/connexion", Public, post(sign_in)).limited(Limit::SignIn),
        declare("POST", "/deconnexion", Public, post(sign_out)),
        declare("POST", "/deconnexion/partout", Voter, post(sign_out_everywhere)),
        declare("GET", SESSION_ENDS, Voter, get(session_ends)),
        declare("POST", "/session/prolonger", Voter, post(extend)),
        declare("GET", "/mon-compte", Voter, get(account)),
    ]
}

/// Tells how long the session lasts, and does not make it last longer.
pub(crate) const SESSION_ENDS: &str = "/api/session";

#[derive(Deserialize)]
pub(super) struct SignInQuery {
    motif: Option<String>,
    suite: Option<String>,
}

/// `GET /connexion`.
pub(super) async fn sign_in_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    Query(query): Query<SignInQuery>,
) -> Result<Response, PageError> {
    if chrome.who.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let problem = match query.motif.as_deref() {
        Some("requis") => Some(SignInProblem::Needed),
        Some("fin") => Some(SignInProblem::Ended),
        Some("au-revoir") => Some(SignInProblem::SignedOut),
        _ => None,
    };
    let next = query.suite.as_deref().map(known_page).unwrap_or_default().to_owned();
    let view = SignInView {
        next,
        problem,
        captcha: captcha::due(&state, client, Guarded::SignIn(None)).await?,
        ..SignInView::default()
    };
    Ok(sign_in_page::render(&chrome, &view).into_response())
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    #[serde(default)]
    identifiant: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    suite: String,
    #[serde(flatten)]
    captcha: CaptchaForm,
}

/// `POST /connexion`. The service counts failures in its database and answers alike for known and unknown identifiers. The session is a
/// new one whatever cookie came with the request, and an earlier one of this browser ends.
pub(super) async fn sign_in(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    before: Result<VoterSession, PageError>,
    headers: HeaderMap,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let identifier = form.identifiant.trim();
    let next = known_page(&form.suite);
    let guarded = Guarded::SignIn(Some(identifier));
    let again = |problem, captcha| SignInView {
        identifier: identifier.chars().take(254).collect(),
        next: next.to_owned(),
        problem: Some(problem),
        captcha,
    };
    if form.captcha.renew.is_empty() && (identifier.is_empty() || form.password.is_empty()) {
        let problem = SignInProblem::Incomplete {
            identifier: identifier.is_empty(),
            password: form.password.is_empty(),
        };
        let view = again(problem, captcha::due(&state, client, guarded).await?);
        return Ok(drawn(
            StatusCode::UNPROCESSABLE_ENTITY,
            sign_in_page::render(&chrome, &view),
        ));
    }
    let human = match captcha::gate(&state, client, guarded, &form.captcha).await? {
        Gate::Free => false,
        Gate::Answered => true,
        Gate::Shut(captcha) => {
            let view = again(SignInProblem::Captcha(captcha.problem), Some(captcha));
            return Ok(drawn(
                StatusCode::UNPROCESSABLE_ENTITY,
                sign_in_page::render(&chrome, &view),
            ));
        }
    };
    let browser = browser::kind(&headers);
    let place = Place {
        browser: &browser,
        kiosk: chrome.kiosk,
        human,
    };
    match state.server().sign_in_from(identifier, &form.password, place).await {
        Ok(signed_in) => {
            if let Ok(VoterSession(before)) = before {
                state.server().sign_out(&before).await?;
            }
            let jar = jar.add(session_cookie(state.config(), signed_in.token));
            Ok((jar, Redirect::to(if next.is_empty() { "/" } else { next })).into_response())
        }
        Err(SignInError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refusal) => {
            captcha::note_failure(&state, client);
            let captcha = captcha::due(&state, client, guarded).await?;
            let words = refusal.message().text(chrome.lang.language()).to_owned();
            Ok(drawn(
                status_of(refusal.class()),
                sign_in_page::render(&chrome, &again(SignInProblem::Refused(words), captcha)),
            ))
        }
    }
}

/// Where one may be sent after signing in: our own pages that need it, and nowhere else.
fn known_page(path: &str) -> &'static str {
    // A mail of the help desk leads to one request; the list of the voter's own says which one has an answer.
    if path.starts_with("/assistance/A-") {
        return "/assistance";
    }
    [
        "/assistance",
        "/je-vote",
        "/mes-scrutins",
        "/mes-scrutins/listes",
        "/reassort",
        "/reassort/suivi",
        "/mon-compte",
        "/mon-compte/informations",
        "/mon-compte/securite",
        "/reclamations",
        "/reclamations/nouvelle",
    ]
    .into_iter()
    .find(|known| *known == path)
    .unwrap_or("")
}

/// `POST /deconnexion`: also without a session, so that it always ends in the same place.
pub(super) async fn sign_out(
    State(state): State<PortalState>,
    session: Result<VoterSession, PageError>,
    kiosk: KioskMode,
    jar: CookieJar,
) -> Result<Response, PageError> {
    if let Ok(VoterSession(session)) = session {
        state.server().sign_out(&session).await?;
    }
    Ok(gone(&state, kiosk, jar, "/connexion?motif=au-revoir"))
}

/// `POST /deconnexion/partout`: ends all sessions of the voter.
pub(super) async fn sign_out_everywhere(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
    kiosk: KioskMode,
    jar: CookieJar,
) -> Result<Response, PageError> {
    state.server().sign_out_everywhere(&session).await?;
    Ok(gone(&state, kiosk, jar, "/connexion?motif=au-revoir"))
}

/// Makes the browser forget the session, and everything else of ours on a shared machine.
pub(super) fn gone(state: &PortalState, kiosk: KioskMode, jar: CookieJar, next: &'static str) -> Response {
    let jar = jar.add(forget_session_cookie(state.config()));
    let redirect = Redirect::to(next);
    if kiosk.0 {
        leave_no_trace((jar, redirect).into_response())
    } else {
        (jar, redirect).into_response()
    }
}

/// Both ends of a session, and the hour of the server by which to count.
#[derive(Serialize)]
pub(super) struct Ends {
    idle: Timestamp,
    absolute: Timestamp,
    now: Timestamp,
}

impl Ends {
    fn of(session: &Session, state: &PortalState) -> Ends {
        Ends {
            idle: session.idle_ends(),
            absolute: session.expires(),
            now: state.server().clock().now(),
        }
    }
}

/// `GET /api/session`.
pub(super) async fn session_ends(State(state): State<PortalState>, VoterSession(session): VoterSession) -> Json<Ends> {
    Json(Ends::of(&session, &state))
}

#[derive(Deserialize)]
pub(super) struct ExtendForm {
    #[serde(default)]
    suite: String,
}

/// `POST /session/prolonger`: JSON for the script, the page where one was for a plain form.
pub(super) async fn extend(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
    headers: HeaderMap,
    form: Result<Form<ExtendForm>, FormRejection>,
) -> Result<Response, PageError> {
    let session = state.server().extend_session(session).await?;
    if accepts_json(&headers) {
        return Ok(Json(Ends::of(&session, &state)).into_response());
    }
    // The script sends no form at all.
    let suite = form.map(|Form(form)| form.suite).unwrap_or_default();
    Ok(Redirect::to(own_path(&suite)).into_response())
}

/// A path of this portal, or home: never another site's address.
fn own_path(path: &str) -> &str {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_');
    if path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain) {
        path
    } else {
        "/"
    }
}

/// `GET /mon-compte`.
pub(super) async fn account(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let elections = state.server().voter_elections(&session).await?;
    let voter = session.voter();
    let view = AccountView {
        name: voter.full_name(),
        number: voter.number.clone(),
        email: voter.email.clone(),
        elections: elections.into_iter().map(|entry| entry.election.title).collect(),
    };
    Ok(render_account(&chrome, &view))
}
