//! Sign-in, sign-out, activation, account.

use crate::access::{Access, Declared, declare};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use isoloir_domain::message::{Class, Refusal};
use isoloir_service::activate_account::{ActivateError, PasswordRule};
use isoloir_service::sign_in::SignInError;
use maud::Markup;
use serde::Deserialize;

use crate::captcha::{self, CaptchaForm, Gate, Guarded};
use crate::error::{PageError, drawn, language, log_fault, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::activation::{self, ActivationView, PasswordProblem, Rule};
use crate::pages::elections::{AccountView, render_account};
use crate::pages::sign_in::{self as sign_in_page, SignInProblem, SignInView};
use crate::request::{PageChrome, VoterSession, forget_session_cookie, session_cookie};
use crate::state::PortalState;
use crate::when;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/connexion", Public, get(sign_in_form)),
        declare("POST", "/connexion", Public, post(sign_in)).limited(Limit::SignIn),
        declare("POST", "/deconnexion", Public, post(sign_out)),
        declare("GET", "/activation", Public, get(activated)),
        declare("POST", "/activation", Public, post(activate)).limited(Limit::Activation),
        declare("GET", "/activation/{token}", Public, get(activation_form)),
        declare("GET", "/mon-compte", Voter, get(account)),
    ]
}

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

/// `POST /connexion`. The service counts failures in its database and answers alike for known and unknown addresses.
pub(super) async fn sign_in(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    jar: CookieJar,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let identifier = form.identifiant.trim();
    let next = known_page(&form.suite);
    let guarded = Guarded::SignIn(Some(identifier));
    let again = |problem, captcha| SignInView {
        identifier: identifier.to_owned(),
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
    let outcome = match captcha::gate(&state, client, guarded, &form.captcha).await? {
        Gate::Free => state.server().sign_in(identifier, &form.password).await,
        Gate::Answered => state.server().sign_in_past_captcha(identifier, &form.password).await,
        Gate::Shut(captcha) => {
            let view = again(SignInProblem::Captcha(captcha.problem), Some(captcha));
            return Ok(drawn(
                StatusCode::UNPROCESSABLE_ENTITY,
                sign_in_page::render(&chrome, &view),
            ));
        }
    };
    match outcome {
        Ok(signed_in) => {
            let jar = jar.add(session_cookie(state.config(), signed_in.token));
            Ok((jar, Redirect::to(if next.is_empty() { "/" } else { next })).into_response())
        }
        Err(SignInError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refusal) => {
            captcha::note_failure(&state, client);
            let captcha = captcha::due(&state, client, guarded).await?;
            let words = refusal.message().text(language(chrome.lang)).to_owned();
            Ok(drawn(
                status_of(refusal.class()),
                sign_in_page::render(&chrome, &again(SignInProblem::Refused(words), captcha)),
            ))
        }
    }
}

/// Where one may be sent after signing in: our own pages that need it, and nowhere else.
fn known_page(path: &str) -> &'static str {
    [
        "/je-vote",
        "/mes-scrutins",
        "/mes-scrutins/listes",
        "/mon-compte",
        "/mon-compte/informations",
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
    jar: CookieJar,
) -> Result<Response, PageError> {
    if let Ok(VoterSession(session)) = session {
        state.server().sign_out(&session).await?;
    }
    let jar = jar.add(forget_session_cookie(state.config()));
    Ok((jar, Redirect::to("/connexion?motif=au-revoir")).into_response())
}

/// `GET /activation/{token}`: does not use the link up, since mail scanners open links.
pub(super) async fn activation_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match state.server().activation(&token).await {
        Ok(voter) => {
            let view = ActivationView {
                token,
                name: voter.full_name(),
                problem: None,
            };
            Ok(activation::render(&chrome, &view).into_response())
        }
        Err(error) => refused_activation(&chrome, error),
    }
}

#[derive(Deserialize)]
pub(super) struct ActivationForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirmation: String,
}

/// `POST /activation`: uses the link up and sets the password.
pub(super) async fn activate(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Form(form): Form<ActivationForm>,
) -> Result<Response, PageError> {
    let problem = if form.password.is_empty() {
        PasswordProblem::Empty
    } else {
        match state
            .server()
            .activate_account(&form.token, &form.password, &form.confirmation)
            .await
        {
            Ok(_) => return Ok(Redirect::to("/activation").into_response()),
            Err(ActivateError::Password(rules)) => PasswordProblem::Broken(rules.into_iter().map(rule).collect()),
            Err(ActivateError::Confirmation) => PasswordProblem::Different,
            Err(error) => return refused_activation(&chrome, error),
        }
    };
    let voter = match state.server().activation(&form.token).await {
        Ok(voter) => voter,
        Err(error) => return refused_activation(&chrome, error),
    };
    chrome.here = format!("/activation/{}", form.token);
    let view = ActivationView {
        token: form.token,
        name: voter.full_name(),
        problem: Some(problem),
    };
    Ok(drawn(
        StatusCode::UNPROCESSABLE_ENTITY,
        activation::render(&chrome, &view),
    ))
}

fn refused_activation(chrome: &Chrome, error: ActivateError) -> Result<Response, PageError> {
    match error {
        ActivateError::Fault(fault) => Err(PageError::Fault(fault)),
        refusal => {
            if refusal.class() == Class::Fault {
                log_fault(&refusal);
            }
            let message = refusal.message();
            let words = message.text(language(chrome.lang));
            Ok(drawn(
                status_of(refusal.class()),
                activation::render_dead_link(chrome, words),
            ))
        }
    }
}

const fn rule(rule: PasswordRule) -> Rule {
    match rule {
        PasswordRule::Length => Rule::Length,
        PasswordRule::Lower => Rule::Lower,
        PasswordRule::Upper => Rule::Upper,
        PasswordRule::Digit => Rule::Digit,
        PasswordRule::Special => Rule::Special,
        PasswordRule::NotKnown => Rule::Known,
    }
}

/// `GET /activation`: where a successful activation ends.
pub(super) async fn activated(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
) -> Result<Markup, PageError> {
    let shown = state.consultation().await?;
    chrome.site = state.site();
    let now = state.server().clock().now();
    let opening = shown
        .filter(|shown| shown.calendar.opens() > now)
        .map(|shown| when::date_time(chrome.lang, shown.calendar.opens()));
    Ok(activation::render_done(&chrome, opening))
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
