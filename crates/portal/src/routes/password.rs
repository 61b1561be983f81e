//! Passwords, forgotten or changed; challenge question, language, sign-ins: Mon compte, *connexion et sécurité*.

use crate::access::{Access, Declared, declare};
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::Language;
use isoloir_domain::message::Refusal;
use isoloir_service::challenge::{ChallengeError, ChangeChallengeError};
use isoloir_service::change_password::{ChangePasswordError, CurrentError};
use isoloir_service::password::PasswordRule;
use isoloir_service::reset_password::ResetError;
use maud::Markup;
use serde::Deserialize;

use crate::captcha::{self, CaptchaForm, Gate, Guarded};
use crate::error::{PageError, drawn, log_fault, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::activation::render_dead_link;
use crate::pages::forgotten::{self, AskView, NewPasswordView};
use crate::pages::password::{PasswordProblem, Rule};
use crate::pages::security::{self, ChangeChallengeView, ChangePasswordView, Done, SecurityView};
use crate::request::{PageChrome, VoterSession};
use crate::routes::activation::challenge_again;
use crate::routes::franceconnect::identity_button;
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/mot-de-passe-oublie", Public, get(ask_form)),
        declare("POST", "/mot-de-passe-oublie", Public, post(ask)).limited(Limit::PasswordReset),
        declare("GET", "/mot-de-passe", Public, get(changed)),
        declare("POST", "/mot-de-passe", Public, post(reset)).limited(Limit::PasswordReset),
        declare("GET", "/mot-de-passe/{token}", Public, get(reset_form)),
        declare("GET", "/mon-compte/securite", Voter, get(overview)),
        declare("GET", "/mon-compte/mot-de-passe", Voter, get(change_form)),
        declare("POST", "/mon-compte/mot-de-passe", Voter, post(change)),
        declare("GET", "/mon-compte/question", Voter, get(challenge_form)),
        declare("POST", "/mon-compte/question", Voter, post(change_challenge)),
        declare("POST", "/mon-compte/langue", Voter, post(choose_language)),
    ]
}

/// The service's rule, as pages name it.
pub(super) const fn rule(rule: PasswordRule) -> Rule {
    match rule {
        PasswordRule::Length => Rule::Length,
        PasswordRule::Lower => Rule::Lower,
        PasswordRule::Upper => Rule::Upper,
        PasswordRule::Digit => Rule::Digit,
        PasswordRule::Special => Rule::Special,
        PasswordRule::NotKnown => Rule::Known,
    }
}

#[derive(Deserialize)]
pub(super) struct AskQuery {
    envoye: Option<String>,
}

/// `GET /mot-de-passe-oublie`.
pub(super) async fn ask_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    Query(query): Query<AskQuery>,
) -> Result<Markup, PageError> {
    if query.envoye.is_none() {
        let view = AskView {
            captcha: captcha::due(&state, client, Guarded::PasswordReset).await?,
            provider: state.server().password_by_identity().await?.map(identity_button),
            ..AskView::default()
        };
        return Ok(forgotten::render_ask(&chrome, &view));
    }
    let rules = state.server().portal_rules().await?;
    Ok(forgotten::render_asked(
        &chrome,
        rules.policy.password_reset.link_minutes,
    ))
}

#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    identifiant: String,
    #[serde(flatten)]
    captcha: CaptchaForm,
}

/// `POST /mot-de-passe-oublie`: the answer leaves before anything is looked up, so that neither its words nor its time tell anything.
pub(super) async fn ask(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    Form(form): Form<AskForm>,
) -> Result<Response, PageError> {
    let identifier = form.identifiant.trim().to_owned();
    let mut view = AskView {
        identifier: identifier.chars().take(500).collect(),
        provider: state.server().password_by_identity().await?.map(identity_button),
        ..AskView::default()
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    if form.captcha.renew.is_empty() && identifier.is_empty() {
        view.empty = true;
        view.captcha = captcha::due(&state, client, Guarded::PasswordReset).await?;
        return Ok(drawn(refused, forgotten::render_ask(&chrome, &view)));
    }
    if let Gate::Shut(shut) = captcha::gate(&state, client, Guarded::PasswordReset, &form.captcha).await? {
        view.captcha_problem = Some(shut.problem);
        view.captcha = Some(shut);
        return Ok(drawn(refused, forgotten::render_ask(&chrome, &view)));
    }
    let server = state.server().clone();
    tokio::spawn(async move {
        if let Err(fault) = server.ask_password_reset(&identifier).await {
            log_fault(&fault);
        }
    });
    Ok(Redirect::to("/mot-de-passe-oublie?envoye=1").into_response())
}

/// `GET /mot-de-passe/{token}`: does not use the link up.
pub(super) async fn reset_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match reset_view(&state, chrome.lang, token).await {
        Ok(view) => Ok(forgotten::render_new(&chrome, &view).into_response()),
        Err(error) => refused(&chrome, error),
    }
}

async fn reset_view(state: &PortalState, lang: Lang, token: String) -> Result<NewPasswordView, ResetError> {
    let pending = state.server().password_reset(&token).await?;
    Ok(NewPasswordView {
        token,
        name: pending.voter.full_name(),
        question: pending
            .question
            .map(|question| question.text(lang.language()).to_owned()),
        problem: None,
        answer_error: None,
    })
}

fn refused(chrome: &Chrome, error: ResetError) -> Result<Response, PageError> {
    match error {
        ResetError::Fault(fault) => Err(PageError::Fault(fault)),
        refusal => {
            let words = refusal.message().text(chrome.lang.language()).to_owned();
            Ok(drawn(status_of(refusal.class()), render_dead_link(chrome, &words)))
        }
    }
}

#[derive(Deserialize)]
pub(super) struct ResetForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirmation: String,
    #[serde(default)]
    reponse: String,
}

/// `POST /mot-de-passe`: uses the link up.
pub(super) async fn reset(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Form(form): Form<ResetForm>,
) -> Result<Response, PageError> {
    let mut view = match reset_view(&state, chrome.lang, form.token.clone()).await {
        Ok(view) => view,
        Err(error) => return refused(&chrome, error),
    };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if form.password.is_empty() {
        view.problem = Some(PasswordProblem::Empty);
    } else {
        let outcome = state
            .server()
            .reset_password(&form.token, &form.password, &form.confirmation, &form.reponse)
            .await;
        match outcome {
            Ok(()) => return Ok(Redirect::to("/mot-de-passe").into_response()),
            Err(ResetError::Password(rules)) => {
                view.problem = Some(PasswordProblem::Broken(rules.into_iter().map(rule).collect()));
            }
            Err(ResetError::Confirmation) => view.problem = Some(PasswordProblem::Different),
            Err(ResetError::Challenge(ChallengeError::Fault(fault))) => return Err(PageError::Fault(fault)),
            Err(ResetError::Challenge(error)) => {
                status = status_of(error.class());
                view.answer_error = Some(error.message().text(chrome.lang.language()).to_owned());
            }
            Err(error) => return refused(&chrome, error),
        }
    }
    chrome.here = format!("/mot-de-passe/{}", form.token);
    Ok(drawn(status, forgotten::render_new(&chrome, &view)))
}

/// `GET /mot-de-passe`: where a new password ends.
pub(super) async fn changed(PageChrome(chrome): PageChrome) -> Markup {
    forgotten::render_changed(&chrome)
}

#[derive(Deserialize)]
pub(super) struct DoneQuery {
    fait: Option<String>,
}

/// `GET /mon-compte/securite`.
pub(super) async fn overview(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Query(query): Query<DoneQuery>,
) -> Result<Markup, PageError> {
    let server = state.server();
    let question = server.challenge_question(session.voter().id).await?;
    let view = SecurityView {
        question: question.map(|question| question.text(chrome.lang.language()).to_owned()),
        language: session.voter().language.map(|chosen| match chosen {
            Language::French => Lang::Fr,
            Language::English => Lang::En,
        }),
        connections: server
            .connections(&session)
            .await?
            .into_iter()
            .map(|connection| (connection.at, connection.browser))
            .collect(),
        done: query.fait.as_deref().and_then(Done::parse),
    };
    Ok(security::render(&chrome, &view))
}

/// `GET /mon-compte/mot-de-passe`.
pub(super) async fn change_form(PageChrome(chrome): PageChrome) -> Markup {
    security::render_password(&chrome, &ChangePasswordView::default())
}

#[derive(Deserialize)]
pub(super) struct ChangeForm {
    #[serde(default)]
    actuel: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirmation: String,
}

/// `POST /mon-compte/mot-de-passe`.
pub(super) async fn change(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Form(form): Form<ChangeForm>,
) -> Result<Response, PageError> {
    let mut view = ChangePasswordView::default();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if form.password.is_empty() {
        view.problem = Some(PasswordProblem::Empty);
    } else {
        let outcome = state
            .server()
            .change_password(&session, &form.actuel, &form.password, &form.confirmation)
            .await;
        match outcome {
            Ok(()) => return Ok(Redirect::to("/mon-compte/securite?fait=mot-de-passe").into_response()),
            Err(ChangePasswordError::Password(rules)) => {
                view.problem = Some(PasswordProblem::Broken(rules.into_iter().map(rule).collect()));
            }
            Err(ChangePasswordError::Confirmation) => view.problem = Some(PasswordProblem::Different),
            Err(ChangePasswordError::Current(error)) => {
                (status, view.current_error) = current_refused(chrome.lang, error)?;
            }
            Err(ChangePasswordError::Fault(fault)) => return Err(PageError::Fault(fault)),
        }
    }
    Ok(drawn(status, security::render_password(&chrome, &view)))
}

fn current_refused(lang: Lang, error: CurrentError) -> Result<(StatusCode, Option<String>), PageError> {
    match error {
        CurrentError::Fault(fault) => Err(PageError::Fault(fault)),
        error => Ok((
            status_of(error.class()),
            Some(error.message().text(lang.language()).to_owned()),
        )),
    }
}

/// `GET /mon-compte/question`.
pub(super) async fn challenge_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let view = ChangeChallengeView {
        current_error: None,
        fields: challenge_again(&state, chrome.lang, None, None).await?,
    };
    Ok(security::render_challenge(&chrome, &view))
}

#[derive(Deserialize)]
pub(super) struct ChallengeForm {
    #[serde(default)]
    actuel: String,
    #[serde(default)]
    question: String,
    #[serde(default)]
    reponse: String,
}

/// `POST /mon-compte/question`.
pub(super) async fn change_challenge(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Form(form): Form<ChallengeForm>,
) -> Result<Response, PageError> {
    let chosen = form.question.parse().ok();
    let outcome = state
        .server()
        .change_challenge(&session, &form.actuel, chosen, &form.reponse)
        .await;
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    let (mut problem, mut current_error) = (None, None);
    match outcome {
        Ok(()) => return Ok(Redirect::to("/mon-compte/securite?fait=question").into_response()),
        Err(ChangeChallengeError::Answer(wrong)) => problem = Some(wrong),
        Err(ChangeChallengeError::Current(error)) => (status, current_error) = current_refused(chrome.lang, error)?,
        Err(ChangeChallengeError::Fault(fault)) => return Err(PageError::Fault(fault)),
    }
    let view = ChangeChallengeView {
        current_error,
        fields: challenge_again(&state, chrome.lang, chosen, problem).await?,
    };
    Ok(drawn(status, security::render_challenge(&chrome, &view)))
}

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    #[serde(default)]
    langue: String,
}

/// `POST /mon-compte/langue`.
pub(super) async fn choose_language(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
    Form(form): Form<LanguageForm>,
) -> Result<Redirect, PageError> {
    let Some(chosen) = Language::from_code(&form.langue) else {
        return Ok(Redirect::to("/mon-compte/securite"));
    };
    state.server().choose_language(&session, chosen).await?;
    Ok(Redirect::to("/mon-compte/securite?fait=langue"))
}
