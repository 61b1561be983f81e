//! The captcha of a form: whether one is due, what stands in the page, and whether the answer lets the form pass.
//!
//! A handler asks [`due`] when it draws its form and [`gate`] when the form comes back. A gate that is shut yields the challenge to draw
//! again, beside everything typed but passwords. Whoever is signed in never meets one.

use isoloir_domain::policy::{CaptchaPolicy, CaptchaWhen};
use serde::Deserialize;

use crate::error::PageError;
use crate::limits::{Client, Limit};
use crate::state::PortalState;
use isoloir_theme::i18n::{Lang, key};

/// A form that a captcha may guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarded<'a> {
    /// Sign-in, with the address typed, if any yet.
    SignIn(Option<&'a str>),
    /// Activation by the code of a letter.
    Activation,
    /// Forgotten password.
    PasswordReset,
    /// A request to the help desk.
    Assistance,
    /// A complaint.
    Complaint,
}

/// Failures in a row for one address after which a captcha is due.
const FAILURES: u64 = 3;

/// What a form sends of its captcha. To be flattened into the form's own fields.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CaptchaForm {
    /// Name of the challenge.
    #[serde(default, rename = "captcha-id")]
    pub id: String,
    /// What was typed.
    #[serde(default, rename = "captcha")]
    pub typed: String,
    /// Not empty when another challenge was asked for.
    #[serde(default, rename = "nouveau-code")]
    pub renew: String,
}

/// The captcha that stands in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptchaView {
    /// Name of the challenge.
    pub id: String,
    /// What was wrong with the answer before.
    pub problem: Option<CaptchaProblem>,
}

/// What was wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptchaProblem {
    /// Nothing was typed.
    Empty,
    /// The digits are not those, or the challenge is over.
    Wrong,
}

impl CaptchaProblem {
    /// In words.
    #[must_use]
    pub fn words(self, lang: Lang) -> String {
        lang.text(match self {
            CaptchaProblem::Empty => key("captcha-empty"),
            CaptchaProblem::Wrong => key("captcha-wrong"),
        })
    }
}

/// Whether the form may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// No captcha was due.
    Free,
    /// It was due, and answered.
    Answered,
    /// The form is to be shown again, with this.
    Shut(CaptchaView),
}

/// The captcha to draw in a form, if one is due.
///
/// # Errors
/// [`PageError::Fault`].
pub async fn due(state: &PortalState, client: Client, form: Guarded<'_>) -> Result<Option<CaptchaView>, PageError> {
    if is_due(state, client, form).await? {
        Ok(Some(fresh(state, None).await?))
    } else {
        Ok(None)
    }
}

/// Whether what came back lets the form pass.
///
/// # Errors
/// [`PageError::Fault`].
pub async fn gate(
    state: &PortalState,
    client: Client,
    form: Guarded<'_>,
    answer: &CaptchaForm,
) -> Result<Gate, PageError> {
    let renewed = !answer.renew.is_empty();
    // An answer that was asked for before is judged even if none would be asked for now: it was not typed for nothing.
    if !renewed && answer.id.is_empty() && !is_due(state, client, form).await? {
        return Ok(Gate::Free);
    }
    let problem = if renewed || answer.id.is_empty() {
        None
    } else if answer.typed.trim().is_empty() {
        Some(CaptchaProblem::Empty)
    } else if state.server().verify_captcha(&answer.id, &answer.typed).await? {
        return Ok(Gate::Answered);
    } else {
        note_failure(state, client);
        Some(CaptchaProblem::Wrong)
    };
    Ok(Gate::Shut(fresh(state, problem).await?))
}

/// Counts an attempt that failed against the network it came from.
pub fn note_failure(state: &PortalState, client: Client) {
    let now = state.server().clock().now();
    // A bucket that is spent stays so: there is nothing to do about it here.
    let _ = state.limits().take(Limit::Failure, client.0, now);
}

async fn fresh(state: &PortalState, problem: Option<CaptchaProblem>) -> Result<CaptchaView, PageError> {
    let id = state.server().captcha().challenge().await?;
    Ok(CaptchaView { id, problem })
}

async fn is_due(state: &PortalState, client: Client, form: Guarded<'_>) -> Result<bool, PageError> {
    let policy = state
        .consultation()
        .await?
        .map_or_else(CaptchaPolicy::default, |shown| shown.consultation.policy.captcha);
    let when = match form {
        Guarded::SignIn(_) => policy.sign_in,
        Guarded::Activation => policy.activation,
        Guarded::PasswordReset => policy.password_reset,
        Guarded::Assistance => policy.assistance,
        Guarded::Complaint => policy.complaint,
    };
    match when {
        CaptchaWhen::Never => Ok(false),
        CaptchaWhen::Always => Ok(true),
        CaptchaWhen::AfterFailures => {
            let now = state.server().clock().now();
            if state.limits().is_spent(Limit::Failure, client.0, now) {
                return Ok(true);
            }
            match form {
                Guarded::SignIn(Some(email)) => Ok(state.server().sign_in_failures(email).await? >= FAILURES),
                _ => Ok(false),
            }
        }
    }
}
