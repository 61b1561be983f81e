//! FranceConnect, or the provider in its place: departure, return, sign-out, and the page that follows.
//!
//! The provider sends people back by a link of its own site, with which the browser does not bring the session's cookie: it is strict, and stays so. A
//! cookie of the visit's own comes along instead, and the page that follows is reached from one of ours, with the session.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use isoloir_service::franceconnect::{
    Answer, DepartError, Departed, Ended, IdentityProvider, Outcome, Picture, Purpose,
};
use isoloir_service::reissue_form::IdentifierAsked;
use isoloir_theme::i18n::Lang;
use maud::Markup;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::access::{Access, Declared, declare};
use crate::config::PortalConfig;
use crate::error::{PageError, drawn};
use crate::layout::Chrome;
use crate::limits::Limit;
use crate::pages::franceconnect::{self, EndedView, IdentityButton, ReissueEntry, VisitEnd, VisitFor};
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;

/// The page that follows.
const ENDED: &str = "/franceconnect/suite";

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("POST", "/franceconnect/depart", Voter, post(depart)).limited(Limit::Identity),
        declare("POST", "/franceconnect/mot-de-passe", Public, post(depart_for_password)).limited(Limit::Identity),
        declare("GET", "/franceconnect/retour", Public, get(come_back)).limited(Limit::Identity),
        declare("GET", "/franceconnect/fin", Public, get(landing)),
        declare("GET", ENDED, Public, get(ended)),
        declare("GET", "/franceconnect/bouton", Public, get(button)),
        declare("GET", "/franceconnect/bouton-survol", Public, get(button_hover)),
    ]
}

/// The provider's button, as pages draw it.
pub(crate) fn identity_button(provider: &IdentityProvider) -> IdentityButton {
    IdentityButton {
        name: provider.name().to_owned(),
        help: provider.help().map(str::to_owned),
        picture: provider.button().is_some(),
        hover: provider.button().is_some_and(|button| button.hover.is_some()),
    }
}

fn cookie_name(config: &PortalConfig) -> &'static str {
    if config.origin.is_https() {
        "__Host-isoloir-visite"
    } else {
        "isoloir-visite"
    }
}

/// Comes along when another site leads back to us, unlike the session's.
fn visit_cookie(config: &PortalConfig, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(config), token))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.origin.is_https())
        .path("/")
        .build()
}

/// The provider on the page where one chooses how to obtain a new code.
pub(crate) fn reissue_entry((provider, identifier): (&IdentityProvider, Option<IdentifierAsked>)) -> ReissueEntry {
    ReissueEntry {
        button: identity_button(provider),
        identifier,
        problem: None,
    }
}

#[derive(Deserialize)]
struct DepartForm {
    /// What the registrar asks for, where it does.
    #[serde(default)]
    identifiant: Zeroizing<String>,
}

/// `POST /franceconnect/depart`: for a new voting code.
async fn depart(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    VoterSession(session): VoterSession,
    Form(form): Form<DepartForm>,
) -> Result<Response, PageError> {
    let server = state.server();
    let departed = server
        .depart_for_reissue(&session, &form.identifiant, chrome.lang.language())
        .await;
    if let Err(DepartError::Identifier(problem)) = &departed
        && let Some(open) = server.reissue_by_identity().await?
    {
        let entry = ReissueEntry {
            problem: Some(problem.message().text(chrome.lang.language()).to_owned()),
            ..reissue_entry(open)
        };
        chrome.here = "/reassort".to_owned();
        let body = franceconnect::render_reissue(&chrome, &entry);
        return Ok(drawn(StatusCode::UNPROCESSABLE_ENTITY, body));
    }
    gone(&state, &chrome, VisitFor::Reissue, departed)
}

/// `POST /franceconnect/mot-de-passe`: for a new password.
async fn depart_for_password(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Response, PageError> {
    let departed = state.server().depart_for_password(chrome.lang.language()).await;
    gone(&state, &chrome, VisitFor::Password, departed)
}

fn gone(
    state: &PortalState,
    chrome: &Chrome,
    purpose: VisitFor,
    departed: Result<Departed, DepartError>,
) -> Result<Response, PageError> {
    match departed {
        Ok(departed) => {
            let jar = CookieJar::new().add(visit_cookie(state.config(), departed.cookie));
            Ok((jar, Redirect::to(&departed.address)).into_response())
        }
        Err(DepartError::Provider(_)) => {
            let view = EndedView {
                name: name(state),
                purpose,
                end: VisitEnd::ProviderSilent,
            };
            let body = franceconnect::render_ended(chrome, &view);
            Ok(drawn(StatusCode::SERVICE_UNAVAILABLE, body))
        }
        Err(DepartError::Fault(fault)) => Err(fault.into()),
        Err(refusal) => Err(PageError::refused(&refusal)),
    }
}

fn name(state: &PortalState) -> String {
    let provider = state.server().identity_provider();
    provider.map_or_else(|| "FranceConnect".to_owned(), |provider| provider.name().to_owned())
}

#[derive(Deserialize)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /franceconnect/retour`: with a state that serves once, in the browser that left. What it leads to is a mail, never a page with a secret.
async fn come_back(
    State(state): State<PortalState>,
    jar: CookieJar,
    Query(returned): Query<Returned>,
) -> Result<Redirect, PageError> {
    let answer = Answer {
        state: returned.state.as_deref(),
        code: returned.code.as_deref(),
        error: returned.error.as_deref(),
        iss: returned.iss.as_deref(),
    };
    let cookie = jar.get(cookie_name(state.config())).map(Cookie::value);
    let back = state.server().come_back(&answer, cookie).await?;
    // Signed out at the provider before anything else; from there one comes back to /fin.
    Ok(Redirect::to(back.sign_out.as_deref().unwrap_or("/franceconnect/fin")))
}

/// `GET /franceconnect/fin`: where the provider's sign-out ends.
async fn landing(lang: Lang) -> Markup {
    franceconnect::render_landing(lang, ENDED)
}

/// `GET /franceconnect/suite`.
async fn ended(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    jar: CookieJar,
) -> Result<Markup, PageError> {
    let cookie = jar.get(cookie_name(state.config())).map(Cookie::value);
    let Ended { purpose, outcome } = state.server().visit_ended(cookie).await?;
    let view = EndedView {
        name: name(&state),
        purpose: match purpose {
            Some(Purpose::Reissue) => VisitFor::Reissue,
            Some(Purpose::Password) => VisitFor::Password,
            None => VisitFor::Unknown,
        },
        end: end(outcome),
    };
    Ok(franceconnect::render_ended(&chrome, &view))
}

/// The service's outcome, as pages name it.
fn end(outcome: Outcome) -> VisitEnd {
    match outcome {
        Outcome::Sent { minutes, signed_out } => VisitEnd::Sent { minutes, signed_out },
        Outcome::Declined => VisitEnd::Declined,
        Outcome::NotRecognised => VisitEnd::NotRecognised,
        Outcome::NoMailbox => VisitEnd::NoMailbox,
        Outcome::SessionEnded => VisitEnd::SessionEnded,
        Outcome::ProviderSilent => VisitEnd::ProviderSilent,
        Outcome::TooLate => VisitEnd::TooLate,
        Outcome::LevelTooLow => VisitEnd::LevelTooLow,
        Outcome::NotBelieved => VisitEnd::NotBelieved,
        Outcome::Refused(message) => VisitEnd::Refused(message),
        Outcome::Lost => VisitEnd::Lost,
    }
}

/// `GET /franceconnect/bouton`: as the provider gave it to the operator.
async fn button(State(state): State<PortalState>) -> Result<Response, PageError> {
    let button = state.server().identity_provider().and_then(IdentityProvider::button);
    picture(button.map(|button| &button.plain))
}

/// `GET /franceconnect/bouton-survol`.
async fn button_hover(State(state): State<PortalState>) -> Result<Response, PageError> {
    let button = state.server().identity_provider().and_then(IdentityProvider::button);
    picture(button.and_then(|button| button.hover.as_ref()))
}

/// A drawing may hold scripts: opened by itself, it is in a sandbox.
fn picture(picture: Option<&Picture>) -> Result<Response, PageError> {
    let picture = picture.ok_or(PageError::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(picture.media_type)),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    Ok((headers, picture.bytes.clone()).into_response())
}
