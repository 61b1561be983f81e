//! Who may call what. A route cannot be mounted without saying so: [`declare`] is the only way in.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;
use isoloir_domain::Role;
use isoloir_domain::api_token::Scope;
use isoloir_service::Session;

use crate::error::{ApiError, PageError, drawn};
use crate::limits::{Client, Limit};
use crate::pages::{kiosk, staff};
use crate::request::{
    Caller, KioskMode, PageChrome, StaffSession, VoterSession, accepts_json, agent, bearer, chrome, is_api,
    session_token, staff_token,
};
use crate::rest::problem::Problem;
use crate::routes::account::SESSION_ENDS;
use crate::state::PortalState;
use isoloir_theme::language::lang_of;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone. A page still shows who is signed in.
    Public,
    /// A voter with a valid session.
    Voter,
    /// A member of the staff with a valid session and one of these roles. A voter's session opens nothing here.
    Staff(&'static [Role]),
    /// A program with a token of the API that has all of these scopes. No cookie opens anything here.
    Token(&'static [Scope]),
    /// Anyone, in the demonstration only; elsewhere the route does not exist.
    Demonstration,
}

/// One line of the table of routes.
pub struct Declared {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The path, in the form of the router.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What of it is limited per network, if anything.
    pub limit: Option<Limit>,
    /// For a file to keep, the page that offers it: a shared machine keeps none, and leads back there.
    pub file_of: Option<&'static str>,
    pub(crate) handler: MethodRouter<PortalState>,
}

/// Declares a route.
pub(crate) fn declare(
    method: &'static str,
    path: &'static str,
    access: Access,
    handler: MethodRouter<PortalState>,
) -> Declared {
    Declared {
        method,
        path,
        access,
        limit: None,
        file_of: None,
        handler,
    }
}

impl Declared {
    /// Limits how often one network may call it.
    pub(crate) fn limited(mut self, limit: Limit) -> Declared {
        self.limit = Some(limit);
        self
    }

    /// Says that it answers with a file to keep, which the page `offered_on` offers. On a shared machine it answers with a page instead.
    pub(crate) fn file(mut self, offered_on: &'static str) -> Declared {
        self.file_of = Some(offered_on);
        self
    }

    /// The handler behind its guard.
    pub(crate) fn guarded(self, state: &PortalState) -> (&'static str, MethodRouter<PortalState>) {
        let guard = Guard {
            state: state.clone(),
            path: self.path,
            access: self.access,
            limit: self.limit,
            file_of: self.file_of,
        };
        (self.path, self.handler.layer(from_fn_with_state(guard, watch)))
    }
}

#[derive(Clone)]
struct Guard {
    state: PortalState,
    path: &'static str,
    access: Access,
    limit: Option<Limit>,
    file_of: Option<&'static str>,
}

/// Lets through who may pass, with the session at hand for the handler.
async fn watch(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let path_of_api = is_api(request.uri().path());
    let api = path_of_api || accepts_json(request.headers());
    if guard.access == Access::Demonstration && guard.state.config().demonstration.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(limit) = guard.limit {
        let client = Client::of(&request, &guard.state.config().limits);
        let now = guard.state.server().clock().now();
        if let Err(wait) = guard.state.limits().take(limit, client.0, now) {
            return PageError::Limited(wait).into_response();
        }
    }
    if let Access::Token(scopes) = guard.access {
        return watch_token(&guard, scopes, request, next).await;
    }
    if let Access::Staff(roles) = guard.access {
        return watch_staff(guard, roles, request, next).await;
    }
    // Public answers of the API depend on nobody: no session is looked up for them.
    if path_of_api && guard.access == Access::Public {
        return next.run(request).await;
    }
    let token = session_token(request.headers(), guard.state.config());
    let had_cookie = token.is_some();
    let session = match session_of(&guard.state, token, request.uri().path() == SESSION_ENDS).await {
        Ok(session) => session,
        Err(refused) if api => return ApiError::from(refused).into_response(),
        Err(refused) => return PageError::from(refused).into_response(),
    };
    match session {
        Some(session) => {
            request.extensions_mut().insert(VoterSession(session));
        }
        None if guard.access == Access::Voter && api => return ApiError::session_required().into_response(),
        None if guard.access == Access::Voter => return to_sign_in(&request, had_cookie),
        None => {}
    }
    pass(guard, request, next).await
}

/// Hands on to the handler whoever may call it, but at a shared machine no file is given, to nobody.
async fn pass(guard: Guard, request: Request, next: Next) -> Response {
    match guard.file_of {
        Some(page) if KioskMode::of(request.headers()).0 => print_instead(guard.state, page, request).await,
        _ => next.run(request).await,
    }
}

/// What a shared machine answers in place of a file.
async fn print_instead(state: PortalState, page: &'static str, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let Ok(PageChrome(chrome)) = PageChrome::from_request_parts(&mut parts, &state).await;
    kiosk::render_print_instead(&chrome, page).into_response()
}

/// The same for the staff, whose session is looked up in place of a voter's. What their roles do not open is noted in the journal before it is
/// refused.
async fn watch_staff(guard: Guard, roles: &[Role], mut request: Request, next: Next) -> Response {
    let state = &guard.state;
    let api = is_api(request.uri().path());
    let route = format!("{} {}", request.method(), guard.path);
    let token = staff_token(request.headers(), state.config());
    let had_cookie = token.is_some();
    let session = match token {
        Some(token) => state.server().staff_session(&token).await,
        None => Ok(None),
    };
    match session {
        Ok(Some(session)) if session.any_of(roles) => {
            request.extensions_mut().insert(StaffSession(session));
            pass(guard, request, next).await
        }
        Ok(Some(session)) => match state.server().note_staff_refused(&session, &route).await {
            Ok(()) if api => StatusCode::FORBIDDEN.into_response(),
            Ok(()) => {
                let lang = lang_of(request.uri(), request.headers());
                let mut chrome = chrome(state, lang, "/gestion", None);
                chrome.agent = Some(agent(&session));
                drawn(StatusCode::FORBIDDEN, staff::render_forbidden(&chrome))
            }
            Err(fault) if api => ApiError::from(fault).into_response(),
            Err(fault) => PageError::from(fault).into_response(),
        },
        Ok(None) if api => ApiError::session_required().into_response(),
        Ok(None) => to_staff_sign_in(&request, had_cookie),
        Err(fault) if api => ApiError::from(fault).into_response(),
        Err(fault) => PageError::from(fault).into_response(),
    }
}

/// The same for programs. Whatever may change the system is noted in the journal before it is done.
async fn watch_token(guard: &Guard, scopes: &[Scope], mut request: Request, next: Next) -> Response {
    let server = guard.state.server();
    let found = match bearer(request.headers()) {
        Some(token) => server.api_caller(token).await,
        None => Ok(None),
    };
    let caller = match found {
        Ok(Some(caller)) => caller,
        Ok(None) => return unknown_token(guard, &request),
        Err(fault) => return Problem::from(fault).into_response(),
    };
    let missing = scopes.iter().filter(|scope| !caller.token().scopes.has(**scope));
    let missing: Vec<String> = missing.map(ToString::to_string).collect();
    if !missing.is_empty() {
        let (token, method, path) = (caller.token().id, request.method(), guard.path);
        tracing::warn!(%token, %method, path, ?missing, "a token asked for what its scopes do not open");
        return Problem::scope_missing(missing).into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let route = format!("{} {}", request.method(), guard.path);
        if let Err(fault) = server.note_token_use(&caller, &route).await {
            return Problem::from(fault).into_response();
        }
    }
    request.extensions_mut().insert(Caller(caller));
    next.run(request).await
}

/// Guessing a secret is hopeless, and a program that goes on with a dead one is told to wait. It is logged as often as it is not told so:
/// nobody is behind such a token whom the journal could name.
fn unknown_token(guard: &Guard, request: &Request) -> Response {
    let state = &guard.state;
    let client = Client::of(request, &state.config().limits);
    let now = state.server().clock().now();
    match state.limits().take(Limit::Token, client.0, now) {
        Ok(()) => {
            let (method, path) = (request.method(), guard.path);
            tracing::warn!(%method, path, "the API was called without a good token");
            Problem::token_required().into_response()
        }
        Err(wait) => Problem::limited(wait).into_response(),
    }
}

/// `only_look`: asking how long a session lasts does not make it last longer.
async fn session_of(
    state: &PortalState,
    token: Option<String>,
    only_look: bool,
) -> Result<Option<Session>, isoloir_service::Fault> {
    match token {
        Some(token) if only_look => state.server().look_at_session(&token).await,
        Some(token) => state.server().session(&token).await,
        None => Ok(None),
    }
}

/// Sends a reader to the sign-in page, which says why and comes back.
fn to_sign_in(request: &Request, ended: bool) -> Response {
    let why = if ended { "fin" } else { "requis" };
    Redirect::to(&format!("/connexion?motif={why}&suite={}", request.uri().path())).into_response()
}

/// Sends somebody to the staff's sign-in page. Only what can be shown again by GET is come back to.
fn to_staff_sign_in(request: &Request, ended: bool) -> Response {
    let why = if ended { "fin" } else { "requis" };
    let next = if request.method() == Method::GET {
        request.uri().path()
    } else {
        "/gestion"
    };
    Redirect::to(&format!("/gestion/connexion?motif={why}&suite={next}")).into_response()
}
