//! Requests for help, voters and changes of address.

use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::message::Refusal;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::ticket::{TicketNumber, TicketStatus};
use isoloir_domain::{ChangeId, VoterId};
use isoloir_service::answer_ticket::QueueFilter;
use isoloir_service::open_ticket::TicketError;
use isoloir_service::support_actions::ActionError;
use isoloir_service::ticket_conversation::Conversation;
use isoloir_service::voter_journey::SearchError;
use maud::Markup;
use serde::Deserialize;

use super::{ListQuery, MAX_FORM, PER_PAGE, cut, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::changes::{self, ChangesView};
use crate::pages::console::desk::{self, DeskView, Queue};
use crate::pages::console::ticket::{self, TicketView};
use crate::pages::console::voter::{self, LetterView, VoterView};
use crate::pages::console::{DESK, Outcome};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;
use isoloir_theme::args;
use isoloir_theme::when;

pub(super) fn table() -> Vec<Declared> {
    let desk = Access::Staff(DESK);
    let limit = || DefaultBodyLimit::max(MAX_FORM);
    vec![
        declare("GET", "/gestion/assistance", desk, get(queue)),
        declare("GET", "/gestion/assistance/{number}", desk, get(read)),
        declare("POST", "/gestion/assistance/{number}/prise", desk, post(assign)),
        declare(
            "POST",
            "/gestion/assistance/{number}/reponse",
            desk,
            post(answer).layer(limit()),
        ),
        declare(
            "POST",
            "/gestion/assistance/{number}/note",
            desk,
            post(note).layer(limit()),
        ),
        declare("POST", "/gestion/assistance/{number}/cloture", desk, post(close)),
        declare("POST", "/gestion/assistance/{number}/reouverture", desk, post(reopen)),
        declare("POST", "/gestion/code-captcha", desk, post(captcha_code)),
        declare("POST", "/gestion/electeurs", desk, post(search)),
        declare("GET", "/gestion/electeurs/{voter}", desk, get(journey)),
        declare("POST", "/gestion/electeurs/{voter}/activation", desk, post(resend)),
        declare("POST", "/gestion/electeurs/{voter}/courrier", desk, post(letter)),
        declare(
            "POST",
            "/gestion/electeurs/{voter}/adresse",
            desk,
            post(propose).layer(limit()),
        ),
        declare("GET", "/gestion/changements", desk, get(changes_page)),
        declare("POST", "/gestion/changements/{change}/approbation", desk, post(approve)),
        declare("POST", "/gestion/changements/{change}/refus", desk, post(refuse)),
    ]
}

/// `GET /gestion/assistance`.
async fn queue(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let queue = Queue::named(query.file.as_deref());
    let filter = QueueFilter {
        status: desk::status_of(queue),
        agent: (queue == Queue::Mine).then_some(member.id),
        consultation: member.consultation.clone(),
    };
    let server = state.server();
    let mut tickets = server
        .tickets(&filter, PER_PAGE.saturating_add(1), query.offset())
        .await?;
    let more = cut(&mut tickets);
    let of = |status| server.ticket_count(status, member.consultation.as_ref());
    let view = DeskView {
        queue,
        counts: [
            of(TicketStatus::New).await?,
            of(TicketStatus::Open).await?,
            of(TicketStatus::Waiting).await?,
        ],
        tickets,
        page: query.page(),
        more,
        names: server.staff_names().await?,
    };
    Ok(desk::render(&chrome, member, &view))
}

/// A request that this person may read.
async fn ticket_of(state: &PortalState, member: &StaffMember, number: &str) -> Result<Conversation, PageError> {
    let number: TicketNumber = number.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().whole_ticket(number).await?;
    found
        .filter(|found| works_on(member, &found.ticket.consultation))
        .ok_or(PageError::NotFound)
}

async fn ticket_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    conversation: Conversation,
    typed: [String; 2],
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let view = TicketView {
        conversation,
        names: server.staff_names().await?,
        tokens: [server.new_form_token(), server.new_form_token()],
        typed,
        outcome,
    };
    Ok(ticket::render(chrome, member, &view))
}

/// `GET /gestion/assistance/{number}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let conversation = ticket_of(&state, member, &number).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    ticket_page(&state, &chrome, member, conversation, Default::default(), outcome).await
}

#[derive(Deserialize)]
struct TextForm {
    #[serde(default)]
    jeton: String,
    #[serde(default)]
    reponse: String,
    #[serde(default)]
    note: String,
}

/// Back to the request after an act, or the page again with what was typed and why it is refused.
async fn after_ticket(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    (conversation, typed): (Conversation, [String; 2]),
    (acted, done): (Result<(), TicketError>, &str),
) -> Result<Response, PageError> {
    let path = format!("/gestion/assistance/{}", conversation.ticket.number);
    match acted {
        Ok(()) => Ok(Redirect::to(&format!("{path}?fait={done}")).into_response()),
        Err(TicketError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = path;
            let typed_in = ["reponse", "note"].into_iter().find(|field| *field == done);
            let outcome = Outcome::Refused(refused.message(), typed_in);
            let status = status_of(refused.class());
            let page = ticket_page(state, &chrome, member, conversation, typed, outcome).await?;
            Ok(drawn(status, page))
        }
    }
}

/// `POST /gestion/assistance/{number}/reponse`.
async fn answer(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let found = ticket_of(&state, member, &number).await?;
    let number = found.ticket.number;
    let acted = state
        .server()
        .answer_ticket(member.id, number, &form.jeton, &form.reponse)
        .await;
    let typed = [form.reponse, String::new()];
    after_ticket(&state, chrome, member, (found, typed), (acted, "reponse")).await
}

/// `POST /gestion/assistance/{number}/note`.
async fn note(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let found = ticket_of(&state, member, &number).await?;
    let number = found.ticket.number;
    let acted = state
        .server()
        .note_in_ticket(member.id, number, &form.jeton, &form.note)
        .await;
    let typed = [String::new(), form.note];
    after_ticket(&state, chrome, member, (found, typed), (acted, "note")).await
}

/// `POST /gestion/assistance/{number}/prise`.
async fn assign(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member();
    let found = ticket_of(&state, member, &number).await?;
    let acted = state.server().assign_ticket(member.id, found.ticket.number).await;
    after_ticket(&state, chrome, member, (found, Default::default()), (acted, "prise")).await
}

/// `POST /gestion/assistance/{number}/cloture`.
async fn close(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member();
    let found = ticket_of(&state, member, &number).await?;
    let acted = state.server().close_ticket(member.id, found.ticket.number).await;
    after_ticket(&state, chrome, member, (found, Default::default()), (acted, "close")).await
}

/// `POST /gestion/assistance/{number}/reouverture`.
async fn reopen(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member();
    let found = ticket_of(&state, member, &number).await?;
    let acted = state.server().reopen_ticket(member.id, found.ticket.number).await;
    after_ticket(&state, chrome, member, (found, Default::default()), (acted, "rouverte")).await
}

/// `POST /gestion/code-captcha`: drawn at once, since the code is shown once and kept nowhere.
async fn captcha_code(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
) -> Result<Markup, PageError> {
    chrome.here = "/gestion/assistance".to_owned();
    let code = state.server().give_captcha_bypass(session.member()).await?;
    Ok(desk::render_captcha_code(&chrome, session.member(), &code))
}

#[derive(Deserialize)]
struct SearchForm {
    #[serde(default)]
    recherche: String,
}

/// `POST /gestion/electeurs`: names of people have no place in addresses, so the answer is drawn at once.
async fn search(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(form): Form<SearchForm>,
) -> Result<Response, PageError> {
    chrome.here = "/gestion/assistance".to_owned();
    let member = session.member();
    match state.server().search_voters(member, &form.recherche).await {
        Ok(found) => Ok(desk::render_found(&chrome, member, &form.recherche, Ok(&found)).into_response()),
        Err(SearchError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            let words = refused.message();
            let page = desk::render_found(&chrome, member, &form.recherche, Err(&words));
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}

fn voter_id(text: &str) -> Result<VoterId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

async fn voter_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    voter: VoterId,
    typed: [String; 2],
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let journey = server.voter_journey(member, voter).await?.ok_or(PageError::NotFound)?;
    let view = VoterView {
        journey,
        names: server.staff_names().await?,
        typed,
        outcome,
    };
    Ok(voter::render(chrome, member, &view))
}

/// `GET /gestion/electeurs/{voter}`.
async fn journey(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(voter): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let outcome = Outcome::of(query.fait.as_deref());
    voter_page(
        &state,
        &chrome,
        session.member(),
        voter_id(&voter)?,
        Default::default(),
        outcome,
    )
    .await
}

/// The voter's page again with why an act is refused.
async fn refused_for_voter(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    (voter, typed): (VoterId, [String; 2]),
    refused: ActionError,
) -> Result<Response, PageError> {
    match refused {
        ActionError::Fault(fault) => Err(PageError::Fault(fault)),
        ActionError::Unknown => Err(PageError::NotFound),
        refused => {
            chrome.here = format!("/gestion/electeurs/{voter}");
            let field = match refused {
                ActionError::Address | ActionError::Taken => Some("adresse"),
                ActionError::Reason => Some("motif"),
                _ => None,
            };
            let outcome = Outcome::Refused(refused.message(), field);
            let page = voter_page(state, &chrome, member, voter, typed, outcome).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}

/// `POST /gestion/electeurs/{voter}/activation`.
async fn resend(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(voter): Path<String>,
) -> Result<Response, PageError> {
    let (member, voter) = (session.member(), voter_id(&voter)?);
    match state.server().resend_activation(member, voter).await {
        Ok(()) => Ok(Redirect::to(&format!("/gestion/electeurs/{voter}?fait=lien")).into_response()),
        Err(refused) => refused_for_voter(&state, chrome, member, (voter, Default::default()), refused).await,
    }
}

/// `POST /gestion/electeurs/{voter}/courrier`: drawn at once, since the code is shown once and only its hash is kept.
async fn letter(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(voter): Path<String>,
) -> Result<Response, PageError> {
    let (member, voter) = (session.member(), voter_id(&voter)?);
    match state.server().new_activation_letter(member, voter).await {
        Ok(letter) => {
            let up = format!("/gestion/electeurs/{voter}");
            chrome.here.clone_from(&up);
            let origin = state.config().origin.as_str();
            let bare = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            let lang = chrome.lang;
            let view = LetterView {
                up: &up,
                name: &letter.voter.full_name(),
                address: &format!("{bare}/a"),
                number: &letter.voter.number,
                code: &letter.code,
                until: &lang.with("paris-time", args![when = when::date_time(lang, letter.expires)]),
            };
            Ok(voter::render_letter(&chrome, member, &view).into_response())
        }
        Err(refused) => refused_for_voter(&state, chrome, member, (voter, Default::default()), refused).await,
    }
}

#[derive(Deserialize)]
struct AddressForm {
    #[serde(default)]
    adresse: String,
    #[serde(default)]
    motif: String,
}

/// `POST /gestion/electeurs/{voter}/adresse`.
async fn propose(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(voter): Path<String>,
    Form(form): Form<AddressForm>,
) -> Result<Response, PageError> {
    let (member, voter) = (session.member(), voter_id(&voter)?);
    let proposed = state
        .server()
        .propose_address(member, voter, &form.adresse, &form.motif)
        .await;
    match proposed {
        Ok(_) => Ok(Redirect::to(&format!("/gestion/electeurs/{voter}?fait=proposition")).into_response()),
        Err(refused) => {
            let typed = [form.adresse, form.motif];
            refused_for_voter(&state, chrome, member, (voter, typed), refused).await
        }
    }
}

async fn changes_drawn(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let view = ChangesView {
        changes: state.server().address_changes(member).await?,
        names: state.server().staff_names().await?,
        outcome,
    };
    Ok(changes::render(chrome, member, &view))
}

/// `GET /gestion/changements`.
async fn changes_page(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    changes_drawn(&state, &chrome, session.member(), Outcome::of(query.fait.as_deref())).await
}

async fn after_change(
    state: &PortalState,
    mut chrome: Chrome,
    member: &StaffMember,
    (decided, done): (Result<(), ActionError>, &str),
) -> Result<Response, PageError> {
    match decided {
        Ok(()) => Ok(Redirect::to(&format!("/gestion/changements?fait={done}")).into_response()),
        Err(ActionError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(ActionError::Unknown) => Err(PageError::NotFound),
        Err(refused) => {
            chrome.here = "/gestion/changements".to_owned();
            let page = changes_drawn(state, &chrome, member, Outcome::Refused(refused.message(), None)).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}

/// `POST /gestion/changements/{change}/approbation`.
async fn approve(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(change): Path<String>,
) -> Result<Response, PageError> {
    let change: ChangeId = change.parse().map_err(|_| PageError::NotFound)?;
    let decided = state.server().approve_address(session.member(), change).await;
    after_change(&state, chrome, session.member(), (decided, "approuve")).await
}

/// `POST /gestion/changements/{change}/refus`.
async fn refuse(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(change): Path<String>,
) -> Result<Response, PageError> {
    let change: ChangeId = change.parse().map_err(|_| PageError::NotFound)?;
    let decided = state.server().refuse_address(session.member(), change).await;
    after_change(&state, chrome, session.member(), (decided, "refuse")).await
}
