//! Mailings: written, looked at, tried, started, held, stopped.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::ids::MailingId;
use isoloir_domain::local_time;
use isoloir_domain::mailing::{self, Drafts, MailingKind, PerMinute};
use isoloir_domain::message::{Message, Refusal as _};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, Election};
use isoloir_service::mailings::{MailingError, MailingPlan};
use isoloir_service::review_roll::Decider;
use jiff::Timestamp;
use maud::Markup;
use serde::Deserialize;

use super::preparation::shown;
use super::{ListQuery, MAX_FORM, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::mailings::{
    FormView, ListView, MailingView, render, render_confirmation, render_form, render_one,
};
use crate::pages::console::{Outcome, PREPARES};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    let prepares = Access::Staff(PREPARES);
    let small = || DefaultBodyLimit::max(MAX_FORM);
    vec![
        declare("GET", "/gestion/envois", prepares, get(list)),
        declare("POST", "/gestion/envois", prepares, post(plan).layer(small())),
        declare("GET", "/gestion/envois/nouveau", prepares, get(new)),
        declare("GET", "/gestion/envois/{mailing}", prepares, get(read)),
        declare(
            "POST",
            "/gestion/envois/{mailing}",
            prepares,
            post(decide).layer(small()),
        ),
        declare("GET", "/gestion/envois/{mailing}/texte", prepares, get(edit)),
        declare(
            "POST",
            "/gestion/envois/{mailing}/texte",
            prepares,
            post(correct).layer(small()),
        ),
        declare("GET", "/gestion/envois/{mailing}/confirmation", prepares, get(confirm)),
    ]
}

/// `GET /gestion/envois`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let view = ListView {
        mailings: state.server().mailings(&consultation.id).await?,
        consultation,
        outcome: Outcome::of(query.fait.as_deref()),
    };
    Ok(render(&chrome, member, &view))
}

#[derive(Deserialize)]
struct KindQuery {
    nature: Option<String>,
}

/// What somebody typed, or what is proposed.
struct Typed {
    kind: MailingKind,
    plan: MailingPlan,
    per_minute: String,
}

impl Typed {
    /// Fields of the form. The kind of a mailing that is corrected is that of the mailing.
    fn read(fields: Vec<(String, String)>, kind: Option<MailingKind>) -> Option<Typed> {
        let mut words = Drafts::default();
        let (mut elections, mut per_minute, mut kind) = (Vec::new(), String::new(), kind);
        for (name, value) in fields {
            match name.as_str() {
                "nature" => kind = kind.or(value.parse().ok()),
                "liste" => elections.push(value),
                "objet-fr" => words.fr.subject = value,
                "texte-fr" => words.fr.body = value,
                "objet-en" => words.en.subject = value,
                "texte-en" => words.en.body = value,
                "cadence" => per_minute = value,
                _ => {}
            }
        }
        let plan = MailingPlan {
            elections,
            words,
            per_minute: per_minute.trim().parse().unwrap_or(0),
        };
        kind.map(|kind| Typed { kind, plan, per_minute })
    }

    fn view(self, consultation: Consultation, elections: Vec<Election>, corrects: Option<MailingId>) -> FormView {
        FormView {
            consultation,
            kind: self.kind,
            corrects: corrects.map(|id| id.to_string()),
            elections,
            chosen: self.plan.elections,
            words: self.plan.words,
            per_minute: self.per_minute,
            outcome: Outcome::None,
        }
    }
}

/// `GET /gestion/envois/nouveau`: the form, with the texts that are proposed for this kind.
async fn new(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<KindQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let kind = query.nature.and_then(|text| text.parse().ok());
    let kind: MailingKind = kind.ok_or(PageError::NotFound)?;
    let elections = state.server().elections(&consultation.id).await?;
    let pace = PerMinute::USUAL.value();
    let typed = Typed {
        kind,
        plan: MailingPlan {
            elections: elections.iter().map(|election| election.key.clone()).collect(),
            words: mailing::proposed(kind),
            per_minute: pace,
        },
        per_minute: pace.to_string(),
    };
    Ok(render_form(&chrome, member, &typed.view(consultation, elections, None)))
}

/// `POST /gestion/envois`: keeps a draft.
async fn plan(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let typed = Typed::read(fields, None).ok_or(PageError::NotFound)?;
    let planned = state
        .server()
        .plan_mailing(&consultation.id, typed.kind, &typed.plan, Decider::Staff(member))
        .await;
    match planned {
        Ok(mailing) => Ok(to(mailing.id, "envoi-cree")),
        Err(error) => refused_form(&state, chrome, member, (typed, consultation, None), error).await,
    }
}

/// `GET /gestion/envois/{mailing}/texte`: the form of a draft.
async fn edit(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let (id, consultation) = known(&state, member, &id).await?;
    let mailing = state.server().mailing(id).await.map_err(page_error)?;
    let elections = state.server().elections(&consultation.id).await?;
    let chosen = elections
        .iter()
        .filter(|election| mailing.content.elections.contains(&election.id));
    let typed = Typed {
        kind: mailing.kind,
        plan: MailingPlan {
            elections: chosen.map(|election| election.key.clone()).collect(),
            words: mailing.content.words.clone(),
            per_minute: mailing.content.pace.value(),
        },
        per_minute: mailing.content.pace.value().to_string(),
    };
    Ok(render_form(
        &chrome,
        member,
        &typed.view(consultation, elections, Some(id)),
    ))
}

/// `POST /gestion/envois/{mailing}/texte`: corrects a draft.
async fn correct(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let member = session.member();
    let (id, consultation) = known(&state, member, &id).await?;
    let mailing = state.server().mailing(id).await.map_err(page_error)?;
    let typed = Typed::read(fields, Some(mailing.kind)).ok_or(PageError::NotFound)?;
    let corrected = state
        .server()
        .correct_mailing(id, &typed.plan, Decider::Staff(member))
        .await;
    match corrected {
        Ok(_) => Ok(to(id, "envoi-corrige")),
        Err(error) => refused_form(&state, chrome, member, (typed, consultation, Some(id)), error).await,
    }
}

/// The form again, with what is wrong beside its field.
async fn refused_form(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    (typed, consultation, id): (Typed, Consultation, Option<MailingId>),
    error: MailingError,
) -> Result<Response, PageError> {
    if let MailingError::Fault(fault) = error {
        return Err(PageError::Fault(fault));
    }
    chrome.here = id.map_or_else(
        || format!("/gestion/envois/nouveau?nature={}", typed.kind),
        |id| format!("/gestion/envois/{id}/texte"),
    );
    let elections = state.server().elections(&consultation.id).await?;
    let mut view = typed.view(consultation, elections, id);
    view.outcome = Outcome::Refused(error.message(), field_of(&error));
    Ok(drawn(status_of(error.class()), render_form(&chrome, member, &view)))
}

/// The field to correct.
fn field_of(error: &MailingError) -> Option<&'static str> {
    use isoloir_domain::Language::{English, French};
    match error {
        MailingError::NoRoll => Some("liste"),
        MailingError::Pace => Some("cadence"),
        MailingError::Words(error) => Some(match (error.language, error.in_subject) {
            (French, true) => "objet-fr",
            (French, false) => "texte-fr",
            (English, true) => "objet-en",
            (English, false) => "texte-en",
        }),
        MailingError::TooEarly | MailingError::TooLate => Some("quand"),
        _ => None,
    }
}

/// A mailing of the consultation that this person works on.
async fn known(state: &PortalState, member: &StaffMember, id: &str) -> Result<(MailingId, Consultation), PageError> {
    let id: MailingId = id.parse().map_err(|_| PageError::NotFound)?;
    let mailing = state.server().mailing(id).await.map_err(page_error)?;
    let consultation = state.server().consultation(&mailing.consultation).await?;
    let consultation = consultation.filter(|consultation| works_on(member, &consultation.id));
    Ok((id, consultation.ok_or(PageError::NotFound)?))
}

fn page_error(error: MailingError) -> PageError {
    match error {
        MailingError::Unknown(_) => PageError::NotFound,
        MailingError::Fault(fault) => PageError::Fault(fault),
        other => PageError::refused(&other),
    }
}

async fn view(
    state: &PortalState,
    (id, consultation): (MailingId, Consultation),
    outcome: Outcome,
) -> Result<MailingView, PageError> {
    let server = state.server();
    let followed = server.followed_mailing(id).await.map_err(page_error)?;
    Ok(MailingView {
        preview: server.preview_mailing(&followed.mailing).await.map_err(page_error)?,
        elections: server.elections(&consultation.id).await?,
        now: server.clock().now(),
        followed,
        consultation,
        outcome,
    })
}

/// `GET /gestion/envois/{mailing}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let known = known(&state, member, &id).await?;
    let view = view(&state, known, Outcome::of(query.fait.as_deref())).await?;
    Ok(render_one(&chrome, member, &view))
}

/// `GET /gestion/envois/{mailing}/confirmation`: says how many will receive it, before it starts.
async fn confirm(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let known = known(&state, member, &id).await?;
    let view = view(&state, known, Outcome::None).await?;
    Ok(render_confirmation(&chrome, member, &view, ""))
}

#[derive(Deserialize)]
struct DecisionForm {
    #[serde(default)]
    geste: String,
    #[serde(default)]
    quand: String,
}

/// The instant that was typed, in the time of Paris; nothing for at once.
fn instant(typed: &str) -> Result<Option<Timestamp>, Message> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let read = local_time::parse(&format!("{typed}[{}]", local_time::PARIS));
    read.map(Some).map_err(|error| error.message())
}

/// `POST /gestion/envois/{mailing}`: what is decided of it, by who is signed in.
async fn decide(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let known = known(&state, member, &id).await?;
    let (server, id, by) = (state.server(), known.0, Decider::Staff(member));
    let starts = match instant(&form.quand) {
        Ok(starts) => starts,
        Err(message) => {
            chrome.here = format!("/gestion/envois/{id}/confirmation");
            let view = view(&state, known, Outcome::Refused(message, Some("quand"))).await?;
            let page = render_confirmation(&chrome, member, &view, &form.quand);
            return Ok(drawn(axum::http::StatusCode::UNPROCESSABLE_ENTITY, page));
        }
    };
    let done = match form.geste.as_str() {
        "essayer" => server.try_mailing(id, member).await.map(|()| "envoi-essai"),
        "lancer" => server.start_mailing(id, starts, by).await.map(|()| "envoi-lance"),
        "suspendre" => server.pause_mailing(id, by).await.map(|()| "envoi-suspendu"),
        "reprendre" => server.resume_mailing(id, by).await.map(|()| "envoi-repris"),
        "arreter" => server.stop_mailing(id, by).await.map(|()| "envoi-arrete"),
        _ => return Err(PageError::NotFound),
    };
    match done {
        Ok(fait) => Ok(to(id, fait)),
        Err(MailingError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(error) => {
            let starting = form.geste == "lancer";
            let field = field_of(&error).filter(|_| starting);
            chrome.here = format!("/gestion/envois/{id}");
            let view = view(&state, known, Outcome::Refused(error.message(), field)).await?;
            let page = if starting {
                chrome.here += "/confirmation";
                render_confirmation(&chrome, member, &view, &form.quand)
            } else {
                render_one(&chrome, member, &view)
            };
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

fn to(id: MailingId, fait: &str) -> Response {
    Redirect::to(&format!("/gestion/envois/{id}?fait={fait}")).into_response()
}
