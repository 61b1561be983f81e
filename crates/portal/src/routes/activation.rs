//! Activation: by the link of a mail or the code of a letter, then password, then challenge question.

use crate::access::{Access, Declared, declare};
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::message::{Class, Refusal};
use isoloir_service::activate_account::{ActivateError, Activating};
use isoloir_service::activation_letter::CodeError;
use isoloir_service::challenge::AnswerProblem;
use maud::Markup;
use serde::Deserialize;

use crate::captcha::{self, CaptchaForm, Gate, Guarded};
use crate::error::{PageError, drawn, log_fault, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::activation::{self, ActivationView, CodeView, QuestionView};
use crate::pages::challenge::ChallengeFields;
use crate::pages::password::PasswordProblem;
use crate::request::PageChrome;
use crate::routes::password::rule;
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;
use isoloir_theme::when;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/a", Public, get(code_form)),
        declare("POST", "/a", Public, post(code)).limited(Limit::Activation),
        declare("GET", "/activation", Public, get(activated)),
        declare("POST", "/activation", Public, post(choose_password)).limited(Limit::Activation),
        declare("POST", "/activation/question", Public, post(choose_question)).limited(Limit::Activation),
        declare("GET", "/activation/{token}", Public, get(password_form)),
        declare("GET", "/activation/{token}/question", Public, get(question_form)),
    ]
}

/// `GET /a`: the short address of letters.
pub(super) async fn code_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
) -> Result<Markup, PageError> {
    let view = CodeView {
        captcha: captcha::due(&state, client, Guarded::Activation).await?,
        ..CodeView::default()
    };
    Ok(activation::render_code(&chrome, &view))
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    matricule: String,
    #[serde(default)]
    code: String,
    #[serde(flatten)]
    captcha: CaptchaForm,
}

/// `POST /a`: number and code lead to the same two steps as a link.
pub(super) async fn code(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    client: Client,
    Form(form): Form<CodeForm>,
) -> Result<Response, PageError> {
    let number = form.matricule.trim();
    let mut view = CodeView {
        number: number.chars().take(500).collect(),
        ..CodeView::default()
    };
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if form.captcha.renew.is_empty() && number.is_empty() {
        view.number_error = Some(chrome.lang.text("letter-number-empty"));
        view.captcha = captcha::due(&state, client, Guarded::Activation).await?;
        return Ok(drawn(status, activation::render_code(&chrome, &view)));
    }
    match captcha::gate(&state, client, Guarded::Activation, &form.captcha).await? {
        Gate::Shut(shut) => {
            view.captcha_problem = Some(shut.problem);
            view.captcha = Some(shut);
        }
        gate => match state
            .server()
            .activation_by_code(number, &form.code, gate == Gate::Answered)
            .await
        {
            Ok(token) => return Ok(Redirect::to(&format!("/activation/{token}")).into_response()),
            Err(CodeError::Fault(fault)) => return Err(PageError::Fault(fault)),
            Err(refusal) => {
                captcha::note_failure(&state, client);
                status = status_of(refusal.class());
                let words = Some(refusal.message().text(chrome.lang.language()).to_owned());
                if matches!(refusal, CodeError::Typed(_)) {
                    view.code_error = words;
                } else {
                    view.refused = words;
                }
                view.captcha = captcha::due(&state, client, Guarded::Activation).await?;
            }
        },
    }
    Ok(drawn(status, activation::render_code(&chrome, &view)))
}

/// `GET /activation/{token}`: does not use the link up, since mail scanners open links.
pub(super) async fn password_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match state.server().activation(&token).await {
        Ok(activating) => Ok(activation::render(&chrome, &first_step(token, &activating, None)).into_response()),
        Err(error) => refused(&chrome, error),
    }
}

fn first_step(token: String, activating: &Activating, problem: Option<PasswordProblem>) -> ActivationView {
    ActivationView {
        token,
        name: activating.voter.full_name(),
        problem,
    }
}

#[derive(Deserialize)]
pub(super) struct PasswordForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    confirmation: String,
}

/// `POST /activation`: keeps the password until the question is chosen too.
pub(super) async fn choose_password(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Form(form): Form<PasswordForm>,
) -> Result<Response, PageError> {
    let server = state.server();
    let activating = match server.activation(&form.token).await {
        Ok(activating) => activating,
        Err(error) => return refused(&chrome, error),
    };
    let problem = if form.password.is_empty() {
        PasswordProblem::Empty
    } else {
        match server
            .choose_password(&form.token, &form.password, &form.confirmation)
            .await
        {
            Ok(_) => return Ok(Redirect::to(&format!("/activation/{}/question", form.token)).into_response()),
            Err(ActivateError::Password(rules)) => PasswordProblem::Broken(rules.into_iter().map(rule).collect()),
            Err(ActivateError::Confirmation) => PasswordProblem::Different,
            Err(error) => return refused(&chrome, error),
        }
    };
    chrome.here = format!("/activation/{}", form.token);
    let view = first_step(form.token, &activating, Some(problem));
    Ok(drawn(
        StatusCode::UNPROCESSABLE_ENTITY,
        activation::render(&chrome, &view),
    ))
}

/// `GET /activation/{token}/question`: once a password is chosen.
pub(super) async fn question_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match state.server().activation(&token).await {
        Ok(Activating { step: Some(step), .. }) => {
            let fields = ChallengeFields {
                questions: questions(&state, chrome.lang).await?,
                ..ChallengeFields::default()
            };
            let view = QuestionView { token, step, fields };
            Ok(activation::render_question(&chrome, &view).into_response())
        }
        Ok(_) => Ok(Redirect::to(&format!("/activation/{token}")).into_response()),
        Err(error) => refused(&chrome, error),
    }
}

/// The organiser's questions in the language of the page.
pub(super) async fn questions(state: &PortalState, lang: Lang) -> Result<Vec<String>, PageError> {
    let rules = state.server().portal_rules().await?;
    let questions = &rules.policy.challenge.questions;
    Ok(questions
        .iter()
        .map(|question| question.text(lang.language()).to_owned())
        .collect())
}

/// What was chosen, to be shown again with what is wrong with it.
pub(super) async fn challenge_again(
    state: &PortalState,
    lang: Lang,
    chosen: Option<usize>,
    problem: Option<AnswerProblem>,
) -> Result<ChallengeFields, PageError> {
    let words = |wanted: bool| {
        problem
            .filter(|problem| problem.is_of_question() == wanted)
            .map(|problem| problem.message().text(lang.language()).to_owned())
    };
    Ok(ChallengeFields {
        questions: questions(state, lang).await?,
        chosen,
        question_error: words(true),
        answer_error: words(false),
    })
}

#[derive(Deserialize)]
pub(super) struct QuestionForm {
    #[serde(default)]
    token: String,
    #[serde(default)]
    etape: String,
    #[serde(default)]
    question: String,
    #[serde(default)]
    reponse: String,
}

/// `POST /activation/question`: uses the link up and activates the account.
pub(super) async fn choose_question(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Form(form): Form<QuestionForm>,
) -> Result<Response, PageError> {
    let chosen = form.question.parse().ok();
    let outcome = state
        .server()
        .activate_account(&form.token, &form.etape, chosen, &form.reponse, chrome.lang.language())
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to("/activation").into_response()),
        Err(ActivateError::NoPassword) => Ok(Redirect::to(&format!("/activation/{}", form.token)).into_response()),
        Err(ActivateError::Answer(problem)) => {
            chrome.here = format!("/activation/{}/question", form.token);
            let view = QuestionView {
                fields: challenge_again(&state, chrome.lang, chosen, Some(problem)).await?,
                token: form.token,
                step: form.etape,
            };
            Ok(drawn(
                StatusCode::UNPROCESSABLE_ENTITY,
                activation::render_question(&chrome, &view),
            ))
        }
        Err(error) => refused(&chrome, error),
    }
}

fn refused(chrome: &Chrome, error: ActivateError) -> Result<Response, PageError> {
    match error {
        ActivateError::Fault(fault) => Err(PageError::Fault(fault)),
        refusal => {
            if refusal.class() == Class::Fault {
                log_fault(&refusal);
            }
            let message = refusal.message();
            let words = message.text(chrome.lang.language());
            Ok(drawn(
                status_of(refusal.class()),
                activation::render_dead_link(chrome, words),
            ))
        }
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
