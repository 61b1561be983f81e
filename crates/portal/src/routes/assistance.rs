//! The help desk, on the side of those who ask. Whoever is signed in follows by number, others by a secret link that only reads.

use crate::access::{Access, Declared, declare};
use axum::Form;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::Consultation;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::ticket::TicketNumber;
use isoloir_service::Session;
use isoloir_service::open_ticket::{Asker, Followed, Request, TicketError, problems};
use isoloir_service::ticket_conversation::Conversation;
use maud::Markup;
use serde::Deserialize;

use crate::captcha::{self, CaptchaForm, CaptchaView, Gate, Guarded};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::assistance::{self as page, ConversationView, FormView, Problem, Sent};
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    let limit = || DefaultBodyLimit::max(MAX_FORM);
    vec![
        declare("GET", "/assistance", Public, get(desk)),
        declare("POST", "/assistance", Public, post(ask).layer(limit())).limited(Limit::Assistance),
        declare("GET", "/assistance/{number}", Voter, get(read)),
        declare("POST", "/assistance/{number}", Voter, post(reply).layer(limit())).limited(Limit::Assistance),
        declare("GET", "/assistance/suivi/{token}", Public, get(follow)),
        declare(
            "POST",
            "/assistance/suivi/{token}",
            Public,
            post(reply_by_link).layer(limit()),
        )
        .limited(Limit::Assistance),
    ]
}

/// The longest text, every character of it written in twelve signs by the browser, and the rest of the form.
const MAX_FORM: usize = 64 * 1024;

async fn shown(state: &PortalState) -> Result<Consultation, PageError> {
    Ok(state.consultation().await?.ok_or(PageError::NotFound)?.consultation)
}

#[derive(Deserialize)]
pub(super) struct DeskQuery {
    objet: Option<String>,
}

/// `GET /assistance`.
pub(super) async fn desk(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    session: Result<VoterSession, PageError>,
    client: Client,
    Query(query): Query<DeskQuery>,
) -> Result<Markup, PageError> {
    let session = session.ok().map(|VoterSession(session)| session);
    if state.consultation().await?.is_none() {
        return Ok(page::render(&chrome, &[], None));
    }
    chrome.site = state.site();
    let form = FormView {
        token: state.server().new_form_token(),
        topic: query.objet.and_then(|topic| topic.parse().ok()),
        captcha: match &session {
            Some(_) => None,
            None => captcha::due(&state, client, Guarded::Assistance).await?,
        },
        ..FormView::default()
    };
    drawn_desk(&state, &chrome, session.as_ref(), &form).await
}

async fn drawn_desk(
    state: &PortalState,
    chrome: &Chrome,
    session: Option<&Session>,
    form: &FormView,
) -> Result<Markup, PageError> {
    let tickets = match session {
        Some(session) => state.server().tickets_of(session).await?,
        None => Vec::new(),
    };
    Ok(page::render(chrome, &tickets, Some(form)))
}

#[derive(Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    jeton: String,
    #[serde(default)]
    objet: String,
    #[serde(default)]
    texte: String,
    #[serde(default)]
    nom: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    matricule: String,
    #[serde(flatten)]
    captcha: CaptchaForm,
}

impl AskForm {
    fn request(&self, chrome: &Chrome) -> Request {
        Request {
            topic: self.objet.parse().ok(),
            body: self.texte.clone(),
            language: chrome.lang.language(),
        }
    }

    fn asker(&self) -> Asker {
        Asker {
            name: self.nom.clone(),
            contact: self.contact.clone(),
            number: self.matricule.clone(),
        }
    }

    /// What was typed, to be shown again. A token that is not ours is replaced, so that the form can be sent again.
    fn again(
        self,
        state: &PortalState,
        problems: Vec<Problem>,
        token_lost: bool,
        captcha: Option<CaptchaView>,
    ) -> FormView {
        FormView {
            topic: self.objet.parse().ok(),
            token: if token_lost {
                state.server().new_form_token()
            } else {
                self.jeton
            },
            body: self.texte,
            name: self.nom,
            contact: self.contact,
            number: self.matricule,
            problems,
            captcha,
        }
    }
}

fn said(chrome: &Chrome, error: &TicketError) -> Problem {
    Problem {
        field: error.field(),
        words: error.message().text(chrome.lang.language()).to_owned(),
    }
}

/// `POST /assistance`.
pub(super) async fn ask(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    session: Result<VoterSession, PageError>,
    client: Client,
    Form(form): Form<AskForm>,
) -> Result<Response, PageError> {
    match session {
        Ok(VoterSession(session)) => ask_as_voter(&state, &chrome, &session, form).await,
        Err(_) => ask_as_stranger(&state, &chrome, client, form).await,
    }
}

async fn ask_as_voter(
    state: &PortalState,
    chrome: &Chrome,
    session: &Session,
    form: AskForm,
) -> Result<Response, PageError> {
    let request = form.request(chrome);
    let wrong = problems(None, &request);
    let consultation = shown(state).await?;
    if let Some(first) = wrong.first() {
        let status = status_of(first.class());
        let wrong = wrong.iter().map(|error| said(chrome, error)).collect();
        let view = form.again(state, wrong, false, None);
        return Ok(drawn(status, drawn_desk(state, chrome, Some(session), &view).await?));
    }
    match state
        .server()
        .open_ticket(session, &consultation.id, &form.jeton, request)
        .await
    {
        Ok(number) => Ok(Redirect::to(&format!("/assistance/{number}?envoi=demande")).into_response()),
        Err(TicketError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            let token_lost = matches!(refused, TicketError::Token);
            let view = form.again(state, vec![said(chrome, &refused)], token_lost, None);
            let page = drawn_desk(state, chrome, Some(session), &view).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}

async fn ask_as_stranger(
    state: &PortalState,
    chrome: &Chrome,
    client: Client,
    form: AskForm,
) -> Result<Response, PageError> {
    // The same form again leads to the same page, before a captcha that was spent by the first is asked for.
    if let Some(known) = known(state, &form).await? {
        return Ok(to_followed(&known));
    }
    let (request, asker) = (form.request(chrome), form.asker());
    let consultation = shown(state).await?;
    let wrong = problems(Some(&asker), &request);
    if let (Some(first), true) = (wrong.first(), form.captcha.renew.is_empty()) {
        let status = status_of(first.class());
        let wrong = wrong.iter().map(|error| said(chrome, error)).collect();
        let captcha = captcha::due(state, client, Guarded::Assistance).await?;
        let view = form.again(state, wrong, false, captcha);
        return Ok(drawn(status, page::render(chrome, &[], Some(&view))));
    }
    if let Gate::Shut(shut) = captcha::gate(state, client, Guarded::Assistance, &form.captcha).await? {
        if let Some(known) = known(state, &form).await? {
            return Ok(to_followed(&known));
        }
        let view = form.again(state, Vec::new(), false, Some(shut));
        return Ok(drawn(
            StatusCode::UNPROCESSABLE_ENTITY,
            page::render(chrome, &[], Some(&view)),
        ));
    }
    let opened = state
        .server()
        .open_ticket_of_stranger(asker, &consultation.id, &form.jeton, request)
        .await;
    match opened {
        Ok(followed) => Ok(to_followed(&followed)),
        Err(TicketError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            let captcha = captcha::due(state, client, Guarded::Assistance).await?;
            let token_lost = matches!(refused, TicketError::Token);
            let view = form.again(state, vec![said(chrome, &refused)], token_lost, captcha);
            Ok(drawn(
                status_of(refused.class()),
                page::render(chrome, &[], Some(&view)),
            ))
        }
    }
}

/// The request that this very form has opened already. A token that is not ours is told where the form is judged.
async fn known(state: &PortalState, form: &AskForm) -> Result<Option<Followed>, PageError> {
    match state.server().ticket_of_form(&form.jeton).await {
        Ok(known) => Ok(known),
        Err(TicketError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(_) => Ok(None),
    }
}

fn to_followed(followed: &Followed) -> Response {
    Redirect::to(&format!("/assistance/suivi/{}?envoi=demande", followed.token)).into_response()
}

#[derive(Deserialize)]
pub(super) struct SentQuery {
    envoi: Option<String>,
}

impl SentQuery {
    fn sent(&self) -> Option<Sent> {
        match self.envoi.as_deref() {
            Some("demande") => Some(Sent::Request),
            Some("message") => Some(Sent::Reply),
            _ => None,
        }
    }
}

fn conversation_view(state: &PortalState, conversation: Conversation, action: String) -> ConversationView {
    ConversationView {
        conversation,
        action,
        sent: None,
        token: state.server().new_form_token(),
        body: String::new(),
        problems: Vec::new(),
    }
}

async fn conversation_of(
    state: &PortalState,
    session: &Session,
    number: &str,
) -> Result<(TicketNumber, Conversation), PageError> {
    let number: TicketNumber = number.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().conversation_of(session, number).await?;
    Ok((number, found.ok_or(PageError::NotFound)?))
}

/// `GET /assistance/{number}`.
pub(super) async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(number): Path<String>,
    Query(query): Query<SentQuery>,
) -> Result<Markup, PageError> {
    let (number, conversation) = conversation_of(&state, &session, &number).await?;
    let view = conversation_view(&state, conversation, format!("/assistance/{number}"));
    let view = ConversationView {
        sent: query.sent(),
        ..view
    };
    Ok(page::render_conversation(&chrome, &view))
}

#[derive(Deserialize)]
pub(super) struct ReplyForm {
    #[serde(default)]
    jeton: String,
    #[serde(default)]
    texte: String,
}

/// `POST /assistance/{number}`.
pub(super) async fn reply(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(number): Path<String>,
    Form(form): Form<ReplyForm>,
) -> Result<Response, PageError> {
    let (number, conversation) = conversation_of(&state, &session, &number).await?;
    let written = state
        .server()
        .reply_to_ticket(&session, number, &form.jeton, &form.texte)
        .await;
    after_reply(
        &state,
        &chrome,
        conversation,
        format!("/assistance/{number}"),
        form,
        written,
    )
}

/// `GET /assistance/suivi/{token}`: reads only, since mail scanners open links.
pub(super) async fn follow(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
    Query(query): Query<SentQuery>,
) -> Result<Markup, PageError> {
    let found = state.server().conversation_by_link(&token).await?;
    let conversation = found.ok_or(PageError::NotFound)?;
    let view = conversation_view(&state, conversation, format!("/assistance/suivi/{token}"));
    let view = ConversationView {
        sent: query.sent(),
        ..view
    };
    Ok(page::render_conversation(&chrome, &view))
}

/// `POST /assistance/suivi/{token}`.
pub(super) async fn reply_by_link(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(token): Path<String>,
    Form(form): Form<ReplyForm>,
) -> Result<Response, PageError> {
    let found = state.server().conversation_by_link(&token).await?;
    let conversation = found.ok_or(PageError::NotFound)?;
    let written = state.server().reply_by_link(&token, &form.jeton, &form.texte).await;
    let action = format!("/assistance/suivi/{token}");
    after_reply(&state, &chrome, conversation, action, form, written)
}

fn after_reply(
    state: &PortalState,
    chrome: &Chrome,
    conversation: Conversation,
    action: String,
    form: ReplyForm,
    written: Result<(), TicketError>,
) -> Result<Response, PageError> {
    match written {
        Ok(()) => Ok(Redirect::to(&format!("{action}?envoi=message")).into_response()),
        Err(TicketError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            let view = ConversationView {
                problems: vec![said(chrome, &refused)],
                body: form.texte,
                ..conversation_view(state, conversation, action)
            };
            Ok(drawn(
                status_of(refused.class()),
                page::render_conversation(chrome, &view),
            ))
        }
    }
}
