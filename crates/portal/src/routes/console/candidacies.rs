//! Candidacies on the organiser's side: queue, election, decision, lot of the order, publication, delegates.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::candidacy::filing_dates;
use isoloir_domain::message::{Class, Message, Refusal};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{CandidacyId, Election, ElectionId};
use isoloir_service::candidacies::WholeCandidacy;
use isoloir_service::decide_candidacy::{CandidacyDecision, DecideCandidacyError};
use isoloir_service::draw_order::{DrawOrderError, DrawnInPublic, OrderState};
use isoloir_service::invite_staff::InviteError;
use isoloir_service::name_delegate::{DelegateError, DelegatePlan};
use isoloir_service::publish_candidacies::PublishError;
use maud::Markup;

use super::own_candidacies::file_of;
use super::preparation::shown;
use super::{Fields, ListQuery, MAX_FORM, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::candidacies::{
    CandidacyView, DelegatesView, ElectionView, QueueView, render, render_delegates, render_election, render_one,
};
use crate::pages::console::{Outcome, PREPARES};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    let prepares = Access::Staff(PREPARES);
    vec![
        declare("GET", "/gestion/candidatures", prepares, get(queue)),
        declare("GET", "/gestion/candidatures/delegues", prepares, get(delegates)),
        declare("POST", "/gestion/candidatures/delegues", prepares, post(name)),
        declare(
            "GET",
            "/gestion/candidatures/scrutins/{election}",
            prepares,
            get(election),
        ),
        declare("POST", "/gestion/candidatures/scrutins/{election}", prepares, post(act)),
        declare(
            "GET",
            "/gestion/candidatures/scrutins/{election}/tirage.json",
            prepares,
            get(record),
        )
        .file("/gestion/candidatures"),
        declare("GET", "/gestion/candidatures/{candidacy}", prepares, get(read)),
        declare(
            "POST",
            "/gestion/candidatures/{candidacy}",
            prepares,
            post(decide).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
        declare(
            "GET",
            "/gestion/candidatures/{candidacy}/pieces/{piece}",
            prepares,
            get(piece),
        )
        .file("/gestion/candidatures"),
    ]
}

/// `GET /gestion/candidatures`.
async fn queue(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
) -> Result<Markup, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation;
    let view = QueueView {
        queue: state.server().candidacy_queue(&consultation.id).await?,
        dates: filing_dates(consultation.profile, &consultation.calendar, &consultation.policy),
        now: state.server().clock().now(),
        consultation,
    };
    Ok(render(&chrome, member, &view))
}

/// The election of an address, if the person works on it.
async fn election_of(state: &PortalState, member: &StaffMember, id: &str) -> Result<Election, PageError> {
    let id: ElectionId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().election(&id).await?;
    let found = found.filter(|(_, consultation)| works_on(member, &consultation.id));
    found.map(|(election, _)| election).ok_or(PageError::NotFound)
}

async fn election_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    election: Election,
    typed: [String; 3],
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let consultation = server
        .consultation(&election.consultation)
        .await?
        .ok_or(PageError::NotFound)?;
    let lists = server.lists(&election.id).await?;
    let queue = server.candidacy_queue(&consultation.id).await?;
    let view = ElectionView {
        dates: filing_dates(consultation.profile, &consultation.calendar, &consultation.policy),
        filed: server.filed_candidacies(&election.id).await?,
        order: server.order_state(&election.id).await?,
        published: lists.into_iter().map(|list| list.acronym).collect(),
        sealed: queue.iter().any(|one| one.election.id == election.id && one.sealed),
        now: server.clock().now(),
        election,
        typed,
        outcome,
    };
    Ok(render_election(chrome, member, &view))
}

/// `GET /gestion/candidatures/scrutins/{election}`.
async fn election(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let election = election_of(&state, member, &id).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    election_page(&state, &chrome, member, election, Default::default(), outcome).await
}

/// What was refused of a drawing or of a publication, for the page.
struct Refused {
    message: Message,
    class: Class,
    field: Option<&'static str>,
}

impl Refused {
    fn of(refusal: &impl Refusal, field: Option<&'static str>) -> Refused {
        Refused {
            message: refusal.message(),
            class: refusal.class(),
            field,
        }
    }
}

/// `POST /gestion/candidatures/scrutins/{election}`: publishes the digest of the secret, draws the order, publishes the lists.
async fn act(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let member = session.member();
    let election = election_of(&state, member, &id).await?;
    let typed = [
        fields.value("tire").to_owned(),
        fields.value("lieu").to_owned(),
        fields.value("presents").to_owned(),
    ];
    let done = gesture(&state, member, &election.id, fields.value("geste"), &typed).await?;
    match done {
        Ok(fait) => {
            let to = format!("/gestion/candidatures/scrutins/{}?fait={fait}", election.id);
            Ok(Redirect::to(&to).into_response())
        }
        Err(refused) => {
            chrome.here = format!("/gestion/candidatures/scrutins/{}", election.id);
            let outcome = Outcome::Refused(refused.message, refused.field);
            let page = election_page(&state, &chrome, member, election, typed, outcome).await?;
            Ok(drawn(status_of(refused.class), page))
        }
    }
}

async fn gesture(
    state: &PortalState,
    member: &StaffMember,
    election: &ElectionId,
    geste: &str,
    [words, place, present]: &[String; 3],
) -> Result<Result<&'static str, Refused>, PageError> {
    let server = state.server();
    if geste == "publier" {
        return match server.publish_candidacies(member, election).await {
            Ok(_) => Ok(Ok("listes-publiees")),
            Err(PublishError::Fault(fault)) => Err(PageError::Fault(fault)),
            Err(refused) => Ok(Err(Refused::of(&refused, None))),
        };
    }
    let drawn = DrawnInPublic {
        words: words.clone(),
        place: place.clone(),
        present: present.clone(),
    };
    let done = match geste {
        "engager" => server.commit_order(member, election).await.map(|()| "ordre-engage"),
        "tirer" => server.draw_order(member, election, &drawn).await.map(|_| "ordre-tire"),
        _ => return Err(PageError::NotFound),
    };
    match done {
        Ok(fait) => Ok(Ok(fait)),
        Err(DrawOrderError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(DrawOrderError::Field(field)) => Ok(Err(Refused::of(&DrawOrderError::Field(field), Some(field)))),
        Err(refused) => Ok(Err(Refused::of(&refused, None))),
    }
}

/// `GET /gestion/candidatures/scrutins/{election}/tirage.json`: the record, from which anybody computes the order again.
async fn record(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let election = election_of(&state, session.member(), &id).await?;
    let OrderState::Drawn(record) = state.server().order_state(&election.id).await? else {
        return Err(PageError::NotFound);
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"tirage-{}.json\"", election.key),
        ),
    ];
    let text = serde_json::to_string_pretty(&record).map_err(|_| PageError::NotFound)?;
    Ok((headers, text).into_response())
}

async fn filed(state: &PortalState, member: &StaffMember, id: &str) -> Result<WholeCandidacy, PageError> {
    let id: CandidacyId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().filed_candidacy(id).await?;
    found
        .filter(|found| works_on(member, &found.consultation.id))
        .ok_or(PageError::NotFound)
}

async fn candidacy_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    whole: WholeCandidacy,
    (chosen, reasons): ((String, Vec<u32>), String),
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let view = CandidacyView {
        whole,
        names: state.server().staff_names().await?,
        now: state.server().clock().now(),
        chosen,
        reasons,
        outcome,
    };
    Ok(render_one(chrome, member, &view))
}

/// `GET /gestion/candidatures/{candidacy}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let whole = filed(&state, member, &id).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    candidacy_page(&state, &chrome, member, whole, Default::default(), outcome).await
}

/// `GET /gestion/candidatures/{candidacy}/pieces/{piece}`.
async fn piece(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path((id, rank)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let whole = filed(&state, session.member(), &id).await?;
    file_of(&state, &whole, &rank).await
}

/// `POST /gestion/candidatures/{candidacy}`: accepts, asks for a correction, or refuses.
async fn decide(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let member = session.member();
    let id = filed(&state, member, &id).await?.candidacy.id;
    let (sens, reasons) = (fields.value("sens").to_owned(), fields.value("motifs").to_owned());
    let ranks: Vec<u32> = fields
        .values("rang")
        .iter()
        .filter_map(|rank| rank.parse().ok())
        .collect();
    let decision = match sens.as_str() {
        "accepter" => Some(CandidacyDecision::Accept),
        "corriger" => Some(CandidacyDecision::Ask(ranks.iter().copied().collect(), reasons.clone())),
        "refuser" => Some(CandidacyDecision::Refuse(reasons.clone())),
        _ => None,
    };
    let revision = fields.value("revision").parse().unwrap_or(0);
    let (class, outcome) = match decision {
        None => {
            let words = Message::new("Choisissez une décision.", "Choose a decision.");
            (Class::Unprocessable, Outcome::Refused(words, Some("sens")))
        }
        Some(decision) => match state.server().decide_candidacy(member, id, revision, &decision).await {
            Ok(()) => {
                let to = format!("/gestion/candidatures/{id}?fait=candidature-decidee");
                return Ok(Redirect::to(&to).into_response());
            }
            Err(DecideCandidacyError::Fault(fault)) => return Err(PageError::Fault(fault)),
            Err(refused) => {
                let field = match &refused {
                    DecideCandidacyError::Reasons => Some("motifs"),
                    DecideCandidacyError::NothingAsked => Some("rangs"),
                    DecideCandidacyError::Findings(_) => Some("sens"),
                    _ => None,
                };
                (refused.class(), Outcome::Refused(refused.message(), field))
            }
        },
    };
    chrome.here = format!("/gestion/candidatures/{id}");
    let whole = filed(&state, member, &id.to_string()).await?;
    let page = candidacy_page(&state, &chrome, member, whole, ((sens, ranks), reasons), outcome).await?;
    Ok(drawn(status_of(class), page))
}

async fn delegates_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    (typed, chosen): ([String; 4], Vec<String>),
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let consultation = shown(state, member).await?.consultation;
    let mut delegates = Vec::new();
    for delegate in server.delegates(&consultation.id).await? {
        if let Some(record) = server.staff_member(delegate.staff).await? {
            delegates.push((delegate, record.member.name, record.member.email));
        }
    }
    let view = DelegatesView {
        elections: server.elections(&consultation.id).await?,
        consultation,
        delegates,
        typed,
        chosen,
        outcome,
    };
    Ok(render_delegates(chrome, member, &view))
}

/// `GET /gestion/candidatures/delegues`.
async fn delegates(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let outcome = Outcome::of(query.fait.as_deref());
    delegates_page(&state, &chrome, session.member(), Default::default(), outcome).await
}

/// `POST /gestion/candidatures/delegues`: names a delegate, who gets the link by mail.
async fn name(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation.id;
    let plan = DelegatePlan {
        name: fields.value("nom").to_owned(),
        email: fields.value("courriel").to_owned(),
        union_name: fields.value("organisation").to_owned(),
        acronym: fields.value("sigle").to_owned(),
        elections: fields.values("scrutin"),
    };
    let named = state
        .server()
        .name_delegate(Some(member.id), &consultation, &plan, true)
        .await;
    let refused = match named {
        Ok(_) => return Ok(Redirect::to("/gestion/candidatures/delegues?fait=delegue-nomme").into_response()),
        Err(DelegateError::Fault(fault) | DelegateError::Invite(InviteError::Fault(fault))) => {
            return Err(PageError::Fault(fault));
        }
        Err(refused) => refused,
    };
    let field = match &refused {
        DelegateError::Union => Some("organisation"),
        DelegateError::Invite(InviteError::Name) => Some("nom"),
        DelegateError::Invite(_) => Some("courriel"),
        _ => None,
    };
    chrome.here = "/gestion/candidatures/delegues".to_owned();
    let outcome = Outcome::Refused(refused.message(), field);
    let typed = [plan.name, plan.email, plan.union_name, plan.acronym];
    let page = delegates_page(&state, &chrome, member, (typed, plan.elections), outcome).await?;
    Ok(drawn(status_of(refused.class()), page))
}
