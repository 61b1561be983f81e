//! What a route learns from a request: its language, its session, its path. Typed extractors, nothing else reads headers.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use isoloir_service::Session;
use isoloir_theme::i18n::Lang;
use isoloir_theme::language::{forget_lang_cookie, lang_of};
use jiff::Timestamp;

use crate::config::{PortalConfig, conformity};
use crate::error::PageError;
use crate::layout::{Agent, Chrome, SessionEnds, Who};
use crate::state::PortalState;

/// Name of the session's cookie: with the `__Host-` prefix wherever the browser honours it.
#[must_use]
pub fn session_cookie_name(config: &PortalConfig) -> &'static str {
    if config.origin.is_https() {
        "__Host-isoloir"
    } else {
        "isoloir"
    }
}

/// The session's cookie: out of scripts' reach, never sent by another site's request.
#[must_use]
pub fn session_cookie(config: &PortalConfig, token: String) -> Cookie<'static> {
    own_cookie(config, session_cookie_name(config), token, SameSite::Strict)
}

/// A cookie of the whole site, out of scripts' reach, in clear only where the site is.
fn own_cookie(config: &PortalConfig, name: &'static str, value: String, from: SameSite) -> Cookie<'static> {
    Cookie::build((name, value))
        .http_only(true)
        .same_site(from)
        .secure(config.origin.is_https())
        .path("/")
        .build()
}

/// What makes the browser forget the session.
#[must_use]
pub fn forget_session_cookie(config: &PortalConfig) -> Cookie<'static> {
    let mut cookie = session_cookie(config, String::new());
    cookie.make_removal();
    cookie
}

/// Name of the cookie of a staff session: another than the voter's, so that neither stands for the other.
#[must_use]
pub fn staff_cookie_name(config: &PortalConfig) -> &'static str {
    if config.origin.is_https() {
        "__Host-isoloir-agent"
    } else {
        "isoloir-agent"
    }
}

/// The cookie of a staff session.
#[must_use]
pub fn staff_cookie(config: &PortalConfig, token: String) -> Cookie<'static> {
    own_cookie(config, staff_cookie_name(config), token, SameSite::Strict)
}

/// What makes the browser forget the staff session.
#[must_use]
pub fn forget_staff_cookie(config: &PortalConfig) -> Cookie<'static> {
    let mut cookie = staff_cookie(config, String::new());
    cookie.make_removal();
    cookie
}

/// The token in the cookie of a staff session, if there is one.
#[must_use]
pub fn staff_token(headers: &HeaderMap, config: &PortalConfig) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(staff_cookie_name(config))
        .map(|cookie| cookie.value().to_owned())
        .filter(|token| !token.is_empty())
}

/// Name of the cookie of a place in the waiting room.
#[must_use]
pub fn place_cookie_name(config: &PortalConfig) -> &'static str {
    if config.origin.is_https() {
        "__Host-isoloir-place"
    } else {
        "isoloir-place"
    }
}

/// The cookie of a place in the waiting room: also sent when a link of a mail leads here, since nobody is to lose a place by that.
#[must_use]
pub fn place_cookie(config: &PortalConfig, sealed: String) -> Cookie<'static> {
    own_cookie(config, place_cookie_name(config), sealed, SameSite::Lax)
}

const KIOSK_COOKIE: &str = "borne";

/// The cookie by which a shared machine is known, for good; switched off, it goes.
#[must_use]
pub fn kiosk_cookie(config: &PortalConfig, on: bool) -> Cookie<'static> {
    let mut cookie = own_cookie(config, KIOSK_COOKIE, "1".to_owned(), SameSite::Strict);
    if on {
        cookie.make_permanent();
    } else {
        cookie.make_removal();
    }
    cookie
}

/// Whether this browser is a shared machine (*borne*): what is downloaded there stays for the next person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KioskMode(pub bool);

impl KioskMode {
    /// As the request's cookies say.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> KioskMode {
        KioskMode(CookieJar::from_headers(headers).get(KIOSK_COOKIE).is_some())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for KioskMode {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<KioskMode, Infallible> {
        Ok(KioskMode::of(&parts.headers))
    }
}

/// Makes a shared machine forget pages, scripts' storage and the language. Our cookies are removed one by one, because the header that
/// clears all of them would also clear the one that makes the machine a shared one.
#[must_use]
pub fn leave_no_trace(response: Response) -> Response {
    let mut response = (CookieJar::new().add(forget_lang_cookie()), response).into_response();
    response.headers_mut().insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    response
}

/// Whether the caller asks for JSON, as our own scripts do.
#[must_use]
pub fn accepts_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .is_some_and(|accepted| accepted == "application/json")
}

/// The token in the session's cookie, if there is one.
#[must_use]
pub fn session_token(headers: &HeaderMap, config: &PortalConfig) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    jar.get(session_cookie_name(config))
        .map(|cookie| cookie.value().to_owned())
        .filter(|token| !token.is_empty())
}

/// The voter of this session. Only routes declared [`crate::access::Access::Voter`] have one; elsewhere it is a fault, not a silence.
#[derive(Clone)]
pub struct VoterSession(pub Session);

impl<S: Send + Sync> FromRequestParts<S> for VoterSession {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<VoterSession, PageError> {
        parts
            .extensions
            .get::<VoterSession>()
            .cloned()
            .ok_or(PageError::Undeclared)
    }
}

/// The member of the staff of this session. Only routes declared [`crate::access::Access::Staff`] have one.
#[derive(Clone)]
pub struct StaffSession(pub isoloir_service::StaffSession);

impl<S: Send + Sync> FromRequestParts<S> for StaffSession {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<StaffSession, PageError> {
        parts
            .extensions
            .get::<StaffSession>()
            .cloned()
            .ok_or(PageError::Undeclared)
    }
}

/// Whoever called by a token. Only routes declared [`crate::access::Access::Token`] have one.
#[derive(Clone)]
pub struct Caller(pub isoloir_service::api_tokens::ApiCaller);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, PageError> {
        parts.extensions.get::<Caller>().cloned().ok_or(PageError::Undeclared)
    }
}

/// The token of `Authorization: Bearer`, if there is one.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What surrounds the page of this request: language, names, the person signed in.
pub struct PageChrome(pub Chrome);

impl FromRequestParts<PortalState> for PageChrome {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &PortalState) -> Result<PageChrome, Infallible> {
        let now = state.server().clock().now();
        let who = parts
            .extensions
            .get::<VoterSession>()
            .map(|session| who(&session.0, now));
        let lang = lang_of(&parts.uri, &parts.headers);
        state.learn_site().await;
        Ok(PageChrome(Chrome {
            agent: parts.extensions.get::<StaffSession>().map(|session| agent(&session.0)),
            kiosk: KioskMode::of(&parts.headers).0,
            ..chrome(state, lang, parts.uri.path(), who)
        }))
    }
}

/// Builds what surrounds a page.
#[must_use]
pub fn chrome(state: &PortalState, lang: Lang, path: &str, who: Option<Who>) -> Chrome {
    let config = state.config();
    Chrome {
        lang,
        site: state.site(),
        who,
        agent: None,
        here: path.to_owned(),
        kiosk: false,
        demonstration: config.demonstration.is_some(),
        contact: config.contact.clone(),
        source_url: config.source_url.clone(),
        conformity: conformity(config.accessibility.as_ref()),
        preview: None,
    }
}

/// The person of a session, as the session bar says it.
#[must_use]
pub fn who(session: &Session, now: Timestamp) -> Who {
    let voter = session.voter();
    Who {
        name: voter.full_name(),
        last_sign_in: session.previous_sign_in(),
        ends: Some(SessionEnds {
            idle: session.idle_ends(),
            absolute: session.expires(),
            now,
            warning: session.warning().as_secs(),
        }),
    }
}

/// The member of the staff of a session, as the staff's bar says it.
#[must_use]
pub fn agent(session: &isoloir_service::StaffSession) -> Agent {
    Agent {
        name: session.member().name.clone(),
        roles: session.member().roles.clone(),
        last_sign_in: session.previous_sign_in(),
    }
}

/// Whether the caller takes JSON for an answer: every path of the API does.
#[must_use]
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/") || path == "/healthz"
}

/// Whether a path is of the API of the back office, which takes tokens and no cookie.
#[must_use]
pub fn is_rest(path: &str) -> bool {
    path.starts_with("/api/v1/")
}
