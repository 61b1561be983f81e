//! A lost voting code: the choice of a path, the challenge, the link that is followed. What was typed lives as long as its request.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::message::{Message, Refusal as _};
use isoloir_domain::reissue::{Destination, PathRule, ReissuePath};
use isoloir_service::ask_reissue::{AskReissueError, ReissueAsk, ReissueRules, ReissueWindow};
use isoloir_service::reissue_form::{ContactProblem, IdentifierAsked, problems};
use maud::Markup;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::limits::Limit;
use crate::pages::reissue::{self as page, AskProblems, ChallengeView, ChoiceView, FollowView};
use crate::request::{PageChrome, VoterSession};
use crate::routes::franceconnect::reissue_entry;
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Voter;
    vec![
        declare("GET", "/reassort", Voter, get(choice)),
        declare("GET", "/reassort/defi", Voter, get(challenge)),
        declare("POST", "/reassort/defi", Voter, post(ask)).limited(Limit::Reissue),
        declare("GET", "/reassort/suivi", Voter, get(follow)),
        declare("POST", "/reassort/renvoi", Voter, post(resend)).limited(Limit::Reissue),
    ]
}

/// `GET /reassort`: only the paths that are open.
pub(super) async fn choice(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let rules = state.server().reissue_rules().await?;
    let challenge = rules.policy.rule(ReissuePath::Challenge);
    let view = ChoiceView {
        window: rules.window,
        challenge: challenge.map(IdentifierAsked::by),
        provider: state.server().reissue_by_identity().await?.map(reissue_entry),
    };
    Ok(page::render_choice(&chrome, &view))
}

/// The rule of the challenge path, when it is open now.
fn open_challenge(rules: &ReissueRules) -> Option<&PathRule> {
    matches!(rules.window, ReissueWindow::Open { .. })
        .then(|| rules.policy.rule(ReissuePath::Challenge))
        .flatten()
}

/// `GET /reassort/defi`.
pub(super) async fn challenge(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Response, PageError> {
    let rules = state.server().reissue_rules().await?;
    let Some(rule) = open_challenge(&rules) else {
        return Ok(Redirect::to("/reassort").into_response());
    };
    let question = state.server().challenge_question(session.voter().id).await?;
    let view = empty_view(&chrome, &rules, rule, question);
    Ok(page::render_challenge(&chrome, &view).into_response())
}

fn empty_view(chrome: &Chrome, rules: &ReissueRules, rule: &PathRule, question: Option<Message>) -> ChallengeView {
    ChallengeView {
        question: question.map(|question| question.text(chrome.lang.language()).to_owned()),
        identifier: IdentifierAsked::by(rule),
        destinations: rule.destinations.clone(),
        link_hours: rules.policy.link_hours,
        ..ChallengeView::default()
    }
}

#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    reponse: Zeroizing<String>,
    #[serde(default)]
    identifiant: Zeroizing<String>,
    #[serde(default)]
    canal: String,
    #[serde(default)]
    telephone: Zeroizing<String>,
    #[serde(default)]
    courriel: Zeroizing<String>,
}

impl AskForm {
    fn destination(&self, rule: &PathRule) -> Option<Destination> {
        let chosen = match self.canal.as_str() {
            "sms" => Destination::PersonalPhone,
            "courriel" => Destination::PersonalMail,
            _ => return None,
        };
        rule.destinations.contains(&chosen).then_some(chosen)
    }

    fn contact(&self, to: Destination) -> &Zeroizing<String> {
        if to == Destination::PersonalPhone {
            &self.telephone
        } else {
            &self.courriel
        }
    }
}

/// `POST /reassort/defi`. Whatever goes wrong, the channel and what was typed for it stay; secrets are typed again.
pub(super) async fn ask(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Form(form): Form<AskForm>,
) -> Result<Response, PageError> {
    let rules = state.server().reissue_rules().await?;
    let Some(rule) = open_challenge(&rules) else {
        return Ok(Redirect::to("/reassort").into_response());
    };
    let to = form.destination(rule);
    let ask = to.map(|to| ReissueAsk {
        identifier: IdentifierAsked::by(rule).map(|_| form.identifiant.clone()),
        destination: to,
        contact: form.contact(to).clone(),
        language: chrome.lang.language(),
    });
    let wrong = seen_in_form(&chrome, rule, &form, ask.as_ref(), session.voter().email.as_deref());
    let (status, wrong) = match ask {
        Some(ask) if wrong.is_empty() => {
            let asked = state
                .server()
                .ask_reissue_by_challenge(&session, &form.reponse, ask)
                .await;
            match asked {
                Ok(_) => return Ok(Redirect::to("/reassort/suivi").into_response()),
                Err(AskReissueError::Closed) => return Ok(Redirect::to("/reassort").into_response()),
                Err(error) => (status_of(error.class()), told(&chrome, &error, to)),
            }
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
    };
    let question = state.server().challenge_question(session.voter().id).await?;
    let view = ChallengeView {
        chosen: to,
        phone: form.telephone.trim().chars().take(254).collect(),
        mail: form.courriel.trim().chars().take(254).collect(),
        problems: wrong,
        ..empty_view(&chrome, &rules, rule, question)
    };
    Ok(drawn(status, page::render_challenge(&chrome, &view)))
}

/// What can be seen to be wrong before anything is compared: all of it at once.
fn seen_in_form(
    chrome: &Chrome,
    rule: &PathRule,
    form: &AskForm,
    ask: Option<&ReissueAsk>,
    portal: Option<&str>,
) -> AskProblems {
    let words = |message: Message| message.text(chrome.lang.language()).to_owned();
    let mut wrong = AskProblems::default();
    if form.reponse.trim().is_empty() {
        wrong.answer = Some(chrome.lang.text("ask-answer-empty"));
    }
    let asked = IdentifierAsked::by(rule);
    let (identifier, contact) = problems(asked, &form.identifiant, ask, portal);
    wrong.identifier = identifier.map(|problem| words(problem.message()));
    if let Some(problem) = contact {
        let said = Some(words(problem.message()));
        match (problem, ask.map(|ask| ask.destination)) {
            (ContactProblem::NoChannel, _) | (_, None) => wrong.channel = said,
            (_, Some(Destination::PersonalPhone)) => wrong.phone = said,
            (_, Some(_)) => wrong.mail = said,
        }
    }
    wrong
}

/// A refusal, where the voter can mend it.
fn told(chrome: &Chrome, error: &AskReissueError, to: Option<Destination>) -> AskProblems {
    let said = Some(error.message().text(chrome.lang.language()).to_owned());
    let mut wrong = AskProblems::default();
    let place = match (error, to) {
        (AskReissueError::Challenge(challenge), _)
            if !matches!(challenge.code(), "challenge_wrong" | "challenge_locked") =>
        {
            &mut wrong.other
        }
        (AskReissueError::Challenge(_), _) => &mut wrong.answer,
        (AskReissueError::Identifier(_) | AskReissueError::IdentifierWrong, _) => &mut wrong.identifier,
        (AskReissueError::Contact(_), Some(Destination::PersonalPhone)) => &mut wrong.phone,
        (AskReissueError::Contact(_), _) => &mut wrong.mail,
        _ => &mut wrong.other,
    };
    *place = said;
    wrong
}

/// `GET /reassort/suivi`.
pub(super) async fn follow(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Response, PageError> {
    let answer = state.server().reissue_state(&session).await;
    followed(&state, &chrome, answer, None).await
}

/// `POST /reassort/renvoi`: the same link, where it went before.
pub(super) async fn resend(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Response, PageError> {
    let rules = state.server().reissue_rules().await?;
    // The registrar knows by which path the link was asked for; an order names one that is open.
    let Some(rule) = rules.policy.paths.first() else {
        return Ok(Redirect::to("/reassort").into_response());
    };
    let sent = state
        .server()
        .resend_reissue_link(&session, rule.path, chrome.lang.language())
        .await;
    match sent {
        Ok(_) | Err(AskReissueError::NoLink) => Ok(Redirect::to("/reassort/suivi").into_response()),
        Err(AskReissueError::Closed) => Ok(Redirect::to("/reassort").into_response()),
        Err(error) => {
            let answer = state.server().reissue_state(&session).await;
            followed(&state, &chrome, answer, Some(error)).await
        }
    }
}

async fn followed(
    state: &PortalState,
    chrome: &Chrome,
    answer: Result<Option<isoloir_domain::reissue::LinkState>, AskReissueError>,
    problem: Option<AskReissueError>,
) -> Result<Response, PageError> {
    let words = |error: &AskReissueError| error.message().text(chrome.lang.language()).to_owned();
    let mut status = problem
        .as_ref()
        .map_or(StatusCode::OK, |error| status_of(error.class()));
    let view = match answer {
        Ok(Some(link)) => {
            let rules = state.server().reissue_rules().await?;
            let rule = open_challenge(&rules);
            let goes_elsewhere = |rule: &PathRule| rule.destinations.iter().any(|to| to.channel() != link.channel);
            FollowView::Link {
                other_channel: rule.is_some_and(goes_elsewhere),
                problem: problem.as_ref().map(words),
                state: link,
            }
        }
        Ok(None) => FollowView::NoLink,
        Err(AskReissueError::Fault(fault)) => return Err(PageError::Fault(fault)),
        Err(error) => {
            status = status_of(error.class());
            FollowView::Down(words(&error))
        }
    };
    let page = page::render_follow(chrome, &view);
    Ok(if status == StatusCode::OK {
        page.into_response()
    } else {
        drawn(status, page)
    })
}
