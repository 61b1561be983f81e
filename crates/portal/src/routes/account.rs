//! Sign-in, sign-out, sessions.

use crate::access::{Access, Declared, declare};
use axum::extract::rejection::FormRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::Cookie;
use isoloir_domain::message::Refusal;
use isoloir_service::Session;
use isoloir_service::sign_in::{Place, SignInError, SignedIn};
use isoloir_service::waiting_room::{Arrival, Entrance};
use isoloir_theme::when;
use jiff::Timestamp;
use maud::Markup;
use serde::{Deserialize, Serialize};

use crate::browser;
use crate::captcha::{self, CaptchaForm, CaptchaView, Gate, Guarded};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::elections::{AccountView, render_account};
use crate::pages::sign_in::{self as sign_in_page, SignInProblem, SignInView};
use crate::pages::waiting_room::{self, WaitView};
use crate::request::{
    KioskMode, PageChrome, VoterSession, accepts_json, forget_session_cookie, leave_no_trace, place_cookie,
    place_cookie_name, session_cookie,
};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/connexion", Public, get(sign_in_form)),
        declare("POST", "/connexion", Public, post(sign_in)).limited(Limit::SignIn),
        declare("POST", "/connexion/quitter", Public, post(leave_room)),
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
    /// `non`: the page of the waiting room does not refresh itself.
    actualiser: Option<String>,
    /// A place was just given to this browser.
    place: Option<String>,
}

/// `GET /connexion`: the form, or the waiting room before it. Whoever is signed in meets neither.
pub(super) async fn sign_in_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    jar: CookieJar,
    Query(query): Query<SignInQuery>,
) -> Result<Response, PageError> {
    if chrome.who.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let still = query.actualiser.as_deref() == Some("non");
    let next = query.suite.as_deref().map(known_page).unwrap_or_default();
    let mut view = SignInView {
        next: next.to_owned(),
        problem: problem_of(query.motif.as_deref()),
        ..SignInView::default()
    };
    match state.server().entrance(place_of(&state, &jar), still) {
        Entrance::Free => {}
        Entrance::Called { place, until } => {
            if view.next.is_empty() {
                known_page(&place.next).clone_into(&mut view.next);
            }
            view.identifier = place.identifier;
            view.kept_until = Some(when::hour(chrome.lang, until));
        }
        Entrance::Wait {
            place,
            before,
            refresh,
            estimate,
        } => {
            let wait = WaitView {
                before,
                refresh: (!still).then_some(refresh),
                estimate,
                arrived: place.arrival.at(),
                until: place.arrival.until(),
            };
            return Ok(wait_page(&chrome, &wait));
        }
        Entrance::NoPlace if query.place.is_some() => {
            return Ok(waiting_room::render_no_cookies(&chrome).into_response());
        }
        Entrance::NoPlace => return to_room(&state, jar, "", next),
    }
    view.captcha = captcha::due(&state, client, Guarded::SignIn(None)).await?;
    Ok(sign_in_page::render(&chrome, &view).into_response())
}

fn problem_of(why: Option<&str>) -> Option<SignInProblem> {
    match why {
        Some("requis") => Some(SignInProblem::Needed),
        Some("fin") => Some(SignInProblem::Ended),
        Some("au-revoir") => Some(SignInProblem::SignedOut),
        _ => None,
    }
}

fn place_of<'a>(state: &PortalState, jar: &'a CookieJar) -> Option<&'a str> {
    jar.get(place_cookie_name(state.config())).map(Cookie::value)
}

/// The page of somebody who waits, which asks again by itself unless its reader has stopped that. A header does it, so that no script is needed.
fn wait_page(chrome: &Chrome, view: &WaitView) -> Response {
    let mut response = waiting_room::render(chrome, view).into_response();
    if let Some(seconds) = view.refresh {
        let headers = response.headers_mut();
        headers.insert(header::REFRESH, HeaderValue::from(seconds));
    }
    response
}

/// Gives a new place, at the end of the line, and asks the browser to bring it back.
fn to_room(state: &PortalState, jar: CookieJar, identifier: &str, next: &str) -> Result<Response, PageError> {
    let sealed = state.server().take_place(identifier, next)?;
    Ok(to_place(state, jar, sealed))
}

fn to_place(state: &PortalState, jar: CookieJar, sealed: String) -> Response {
    let jar = jar.add(place_cookie(state.config(), sealed));
    (jar, Redirect::to("/connexion?place=1")).into_response()
}

/// `POST /connexion/quitter`: gives the place up.
pub(super) async fn leave_room(State(state): State<PortalState>, jar: CookieJar) -> Response {
    if let Some(sealed) = place_of(&state, &jar) {
        state.server().leave_waiting_room(sealed);
    }
    let jar = jar.remove(place_cookie(state.config(), String::new()));
    (jar, Redirect::to("/")).into_response()
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

/// What a sign-in came to.
enum Came {
    In(SignedIn),
    /// A page to show, or the way to the waiting room.
    Page(Response),
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
    let asked = Asked {
        state: &state,
        chrome: &chrome,
        client,
        form: &form,
        next: known_page(&form.suite),
    };
    let signed_in = match asked.try_sign_in(&headers, &jar).await? {
        Came::In(signed_in) => signed_in,
        Came::Page(page) => return Ok(page),
    };
    if let Ok(VoterSession(before)) = before {
        state.server().sign_out(&before).await?;
    }
    let jar = jar
        .remove(place_cookie(state.config(), String::new()))
        .add(session_cookie(state.config(), signed_in.token));
    let next = if asked.next.is_empty() { "/" } else { asked.next };
    Ok((jar, Redirect::to(next)).into_response())
}

/// A form of the sign-in, as it was sent.
struct Asked<'a> {
    state: &'a PortalState,
    chrome: &'a Chrome,
    client: Client,
    form: &'a SignInForm,
    next: &'static str,
}

impl Asked<'_> {
    fn identifier(&self) -> &str {
        self.form.identifiant.trim()
    }

    async fn try_sign_in(&self, headers: &HeaderMap, jar: &CookieJar) -> Result<Came, PageError> {
        let identifier = self.identifier();
        let guarded = Guarded::SignIn(Some(identifier));
        if self.form.captcha.renew.is_empty() && (identifier.is_empty() || self.form.password.is_empty()) {
            let problem = SignInProblem::Incomplete {
                identifier: identifier.is_empty(),
                password: self.form.password.is_empty(),
            };
            let captcha = captcha::due(self.state, self.client, guarded).await?;
            return Ok(self.again(StatusCode::UNPROCESSABLE_ENTITY, problem, captcha));
        }
        let mut called = match self.admitted(jar)? {
            Ok(called) => called,
            Err(room) => return Ok(Came::Page(room)),
        };
        let human = match captcha::gate(self.state, self.client, guarded, &self.form.captcha).await? {
            Gate::Free => false,
            Gate::Answered => true,
            Gate::Shut(captcha) => {
                let problem = SignInProblem::Captcha(captcha.problem);
                return Ok(self.again(StatusCode::UNPROCESSABLE_ENTITY, problem, Some(captcha)));
            }
        };
        let browser = browser::kind(headers);
        loop {
            let place = Place {
                browser: &browser,
                kiosk: self.chrome.kiosk,
                human,
                called,
            };
            let tried = self
                .state
                .server()
                .sign_in_from(identifier, &self.form.password, place)
                .await;
            match tried {
                Ok(signed_in) => return Ok(Came::In(signed_in)),
                // The room has just opened: whoever filled the queue's last place stands first in it.
                Err(SignInError::Busy) if called.is_none() => match self.admitted_by(None, jar)? {
                    Ok(some) => called = some,
                    Err(room) => return Ok(Came::Page(room)),
                },
                Err(SignInError::NotCalled) => return Ok(Came::Page(self.keep_place(jar)?)),
                Err(SignInError::Fault(fault)) => return Err(PageError::Fault(fault)),
                Err(refusal) => return self.refused(&refusal).await,
            }
        }
    }

    /// The form again, with all that was typed but the password.
    fn again(&self, status: StatusCode, problem: SignInProblem, captcha: Option<CaptchaView>) -> Came {
        let view = SignInView {
            identifier: self.identifier().chars().take(254).collect(),
            next: self.next.to_owned(),
            problem: Some(problem),
            captcha,
            kept_until: None,
        };
        Came::Page(drawn(status, sign_in_page::render(self.chrome, &view)))
    }

    async fn refused(&self, refusal: &SignInError) -> Result<Came, PageError> {
        captcha::note_failure(self.state, self.client);
        let guarded = Guarded::SignIn(Some(self.identifier()));
        let captcha = captcha::due(self.state, self.client, guarded).await?;
        let words = refusal.message().text(self.chrome.lang.language()).to_owned();
        Ok(self.again(status_of(refusal.class()), SignInProblem::Refused(words), captcha))
    }

    /// Whether the waiting room lets this form pass: by which place, or without one; the way back to the room otherwise.
    fn admitted(&self, jar: &CookieJar) -> Result<Result<Option<Arrival>, Response>, PageError> {
        self.admitted_by(place_of(self.state, jar), jar)
    }

    fn admitted_by(
        &self,
        sealed: Option<&str>,
        jar: &CookieJar,
    ) -> Result<Result<Option<Arrival>, Response>, PageError> {
        Ok(match self.state.server().entrance(sealed, false) {
            Entrance::Free => Ok(None),
            Entrance::Called { place, .. } => Ok(Some(place.arrival)),
            Entrance::Wait { .. } => Err(self.keep_place(jar)?),
            // Nobody who can be served now types the password twice.
            Entrance::NoPlace => {
                let sealed = self.state.server().take_place(self.kept(), self.next)?;
                match self.state.server().entrance(Some(&sealed), false) {
                    Entrance::Called { place, .. } => Ok(Some(place.arrival)),
                    _ => Err(to_place(self.state, jar.clone(), sealed)),
                }
            }
        })
    }

    /// What the place is to keep of the identifier: nothing on a shared machine.
    fn kept(&self) -> &str {
        if self.chrome.kiosk { "" } else { self.identifier() }
    }

    /// Back to the room, to the same place, with what was typed since.
    fn keep_place(&self, jar: &CookieJar) -> Result<Response, PageError> {
        let server = self.state.server();
        let Some(mut place) = place_of(self.state, jar).and_then(|sealed| server.place(sealed)) else {
            return to_room(self.state, jar.clone(), self.kept(), self.next);
        };
        self.kept().clone_into(&mut place.identifier);
        self.next.clone_into(&mut place.next);
        Ok(to_place(self.state, jar.clone(), server.seal_place(&place)?))
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
    let jar = jar
        .add(forget_session_cookie(state.config()))
        .remove(place_cookie(state.config(), String::new()));
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
