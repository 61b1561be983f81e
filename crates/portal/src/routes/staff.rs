//! The staff: sign-in, sign-out, invitation, dashboard. Every other page of the staff is declared [`Access::Staff`] where it is written.

use std::sync::LazyLock;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use isoloir_domain::Role;
use isoloir_domain::message::Refusal;
use isoloir_service::enrol_staff::{EnrolError, Enrolment};
use isoloir_service::staff_sign_in::StaffSignInError;
use maud::Markup;
use serde::Deserialize;

use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::limits::Limit;
use crate::pages::staff::{
    self as staff_page, InvitationProblem, InvitationView, PLACES, StaffSignInProblem, StaffSignInView,
};
use crate::request::{PageChrome, StaffSession, forget_staff_cookie, staff_cookie, staff_token};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Staff};
    vec![
        declare("GET", "/gestion/connexion", Public, get(sign_in_form)),
        declare("POST", "/gestion/connexion", Public, post(sign_in)).limited(Limit::SignIn),
        declare("POST", "/gestion/deconnexion", Staff(&Role::ALL), post(sign_out)),
        declare("GET", "/gestion/invitation/{token}", Public, get(invitation)),
        declare("POST", "/gestion/invitation", Public, post(enrol)).limited(Limit::Activation),
        declare("GET", "/gestion", Staff(&Role::ALL), get(dashboard)),
    ]
}

/// A page of the staff on which nobody is signed in: a voter in the same browser is not shown either.
fn bare(mut chrome: Chrome) -> Chrome {
    chrome.who = None;
    chrome
}

#[derive(Deserialize)]
struct SignInQuery {
    motif: Option<String>,
    suite: Option<String>,
}

/// `GET /gestion/connexion`.
async fn sign_in_form(PageChrome(chrome): PageChrome, Query(query): Query<SignInQuery>) -> Markup {
    let problem = match query.motif.as_deref() {
        Some("requis") => Some(StaffSignInProblem::Needed),
        Some("fin") => Some(StaffSignInProblem::Ended),
        Some("au-revoir") => Some(StaffSignInProblem::SignedOut),
        Some("active") => Some(StaffSignInProblem::Enrolled),
        _ => None,
    };
    let view = StaffSignInView {
        next: query
            .suite
            .as_deref()
            .and_then(staff_path)
            .unwrap_or_default()
            .to_owned(),
        problem,
        ..StaffSignInView::default()
    };
    staff_page::render_sign_in(&bare(chrome), &view)
}

/// Where one may be sent after signing in: under `/gestion/`, `/bureau/` or `/depot/`, spelled so plainly that no browser reads another site in it.
fn staff_path(path: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let place = |place: &str| {
        path.strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let under = path.starts_with("/gestion/") || place("/bureau") || place("/depot");
    let ours = under && path.len() <= 200 && path.chars().all(plain);
    (ours && !path.contains("//")).then_some(path)
}

#[derive(Deserialize)]
struct SignInForm {
    #[serde(default)]
    courriel: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    suite: String,
}

/// Ends the staff session that this browser had, whoever's it was: its cookie is about to be replaced, and nobody could end it any more.
async fn end_earlier(state: &PortalState, headers: &HeaderMap) -> Result<(), PageError> {
    if let Some(token) = staff_token(headers, state.config())
        && let Some(earlier) = state.server().staff_session(&token).await?
    {
        state.server().staff_sign_out(&earlier).await?;
    }
    Ok(())
}

/// `POST /gestion/connexion`. The session is a new one whatever cookie came with the request, and an earlier one of this browser ends.
async fn sign_in(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    jar: CookieJar,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let email = form.courriel.trim();
    let next = staff_path(&form.suite);
    let again = |status, problem| {
        let view = StaffSignInView {
            email: email.to_owned(),
            next: next.unwrap_or_default().to_owned(),
            problem: Some(problem),
        };
        drawn(status, staff_page::render_sign_in(&bare(chrome.clone()), &view))
    };
    let (no_email, no_password, no_code) = (email.is_empty(), form.password.is_empty(), form.code.trim().is_empty());
    if no_email || no_password || no_code {
        let problem = StaffSignInProblem::Incomplete {
            email: no_email,
            password: no_password,
            code: no_code,
        };
        return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, problem));
    }
    match state.server().staff_sign_in(email, &form.password, &form.code).await {
        Ok(signed_in) => {
            end_earlier(&state, &headers).await?;
            let jar = jar.add(staff_cookie(state.config(), signed_in.token));
            Ok((jar, Redirect::to(next.unwrap_or("/gestion"))).into_response())
        }
        Err(StaffSignInError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refusal) => {
            let words = refusal.message().text(chrome.lang.language()).to_owned();
            Ok(again(status_of(refusal.class()), StaffSignInProblem::Refused(words)))
        }
    }
}

/// `POST /gestion/deconnexion`.
async fn sign_out(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    jar: CookieJar,
) -> Result<Response, PageError> {
    state.server().staff_sign_out(&session).await?;
    let jar = jar.add(forget_staff_cookie(state.config()));
    Ok((jar, Redirect::to("/gestion/connexion?motif=au-revoir")).into_response())
}

/// `GET /gestion/invitation/{token}`: does not use the link up, since mail scanners open links.
async fn invitation(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let chrome = bare(chrome);
    match invitation_view(&state, &chrome, token, None).await {
        Ok(view) => Ok(staff_page::render_invitation(&chrome, &view).into_response()),
        Err(error) => refused_invitation(&chrome, error),
    }
}

async fn invitation_view(
    state: &PortalState,
    chrome: &Chrome,
    token: String,
    problem: Option<InvitationProblem>,
) -> Result<InvitationView, EnrolError> {
    let invited = state.server().staff_invitation(&token).await?;
    let member = invited.member;
    Ok(InvitationView {
        token,
        secret: invited.second_factor.base32(),
        address: invited.second_factor.address(&chrome.site.title, &member.email),
        name: member.name,
        email: member.email,
        roles: member.roles,
        problem,
    })
}

#[derive(Deserialize)]
struct EnrolForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirmation: String,
    #[serde(default)]
    code: String,
}

/// `POST /gestion/invitation`: uses the link up, sets password and second factor.
async fn enrol(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Form(form): Form<EnrolForm>,
) -> Result<Response, PageError> {
    let mut chrome = bare(chrome);
    let chosen = Enrolment {
        password: &form.password,
        confirmation: &form.confirmation,
        code: &form.code,
    };
    let problem = match state.server().enrol_staff(&form.token, chosen).await {
        Ok(_) => return Ok(Redirect::to("/gestion/connexion?motif=active").into_response()),
        Err(EnrolError::Password(rules)) => InvitationProblem::Password(rules),
        Err(EnrolError::Confirmation) => InvitationProblem::Different,
        Err(EnrolError::Code) => InvitationProblem::Code,
        Err(error) => return refused_invitation(&chrome, error),
    };
    chrome.here = format!("/gestion/invitation/{}", form.token);
    match invitation_view(&state, &chrome, form.token, Some(problem)).await {
        Ok(view) => Ok(drawn(
            StatusCode::UNPROCESSABLE_ENTITY,
            staff_page::render_invitation(&chrome, &view),
        )),
        Err(error) => refused_invitation(&chrome, error),
    }
}

fn refused_invitation(chrome: &Chrome, error: EnrolError) -> Result<Response, PageError> {
    match error {
        EnrolError::Fault(fault) => Err(PageError::Fault(fault)),
        refusal => {
            let message = refusal.message();
            let words = message.text(chrome.lang.language());
            Ok(drawn(
                status_of(refusal.class()),
                staff_page::render_dead_invitation(chrome, words),
            ))
        }
    }
}

/// Pages of the dashboard that exist, with the roles they are for: read from the table of routes, so that no tile leads nowhere.
static OPEN: LazyLock<Vec<(&'static str, &'static [Role])>> = LazyLock::new(|| {
    super::table()
        .into_iter()
        .filter(|declared| declared.method == "GET" && PLACES.iter().any(|(path, ..)| *path == declared.path))
        .filter_map(|declared| match declared.access {
            Access::Staff(roles) => Some((declared.path, roles)),
            _ => None,
        })
        .collect()
});

/// `GET /gestion`.
async fn dashboard(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
) -> Result<Markup, PageError> {
    let open: Vec<&str> = OPEN
        .iter()
        .filter(|(_, roles)| session.any_of(roles))
        .map(|(path, _)| *path)
        .collect();
    let only = match &session.member().consultation {
        Some(id) => state.server().consultation(id).await?.map(|known| known.title),
        None => None,
    };
    Ok(staff_page::render_dashboard(&chrome, &open, only.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_sent_nowhere_but_to_the_staffs_pages() {
        assert_eq!(
            staff_path("/gestion/assistance/A-2026-000001"),
            Some("/gestion/assistance/A-2026-000001")
        );
        assert_eq!(staff_path("/bureau/csa/cles"), Some("/bureau/csa/cles"));
        for wrong in [
            "/",
            "/bureaucratie",
            "/depot.evil.example",
            "/gestion",
            "//evil.example/gestion/",
            "/gestion//evil",
            "/gestion/../je-vote",
            "/gestion/\\evil",
            "/gestion/a?b",
            "https://evil.example/gestion/",
        ] {
            assert_eq!(staff_path(wrong), None, "{wrong}");
        }
    }
}
