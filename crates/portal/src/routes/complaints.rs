//! Complaints about the roll, on the voter's side. Forms come with files, so each has its own limit and is read as it arrives.

use std::collections::BTreeMap;

use crate::access::{Access, Declared, declare};
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::complaint::{ComplaintNumber, Object};
use isoloir_domain::message::{Class, Refusal as _};
use isoloir_domain::publication::Place;
use isoloir_domain::texts::TextName;
use isoloir_domain::{Consultation, ElectionId};
use isoloir_service::decide_complaint::WholeComplaint;
use isoloir_service::examine_file::{FileRefused, MAX_ATTACHMENT};
use isoloir_service::file_complaint::{Complaint, ComplaintError, ComplaintField, MAX_FILES, Stranger};
use maud::Markup;
use serde::Deserialize;

use super::elections::SANDBOX;
use crate::captcha::{self, CaptchaForm, Gate, Guarded};
use crate::error::{PageError, drawn, log_fault, status_of};
use crate::layout::Chrome;
use crate::limits::{Client, Limit};
use crate::pages::complaints::{self as page, ChoiceOfElection, ComplaintView, FormView, Rules};
use crate::pages::texts::for_reader;
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    let limit = || DefaultBodyLimit::max(MAX_FORM);
    vec![
        declare("GET", "/reclamations", Voter, get(list)),
        declare("GET", "/reclamations/nouvelle", Voter, get(new_form)),
        declare("POST", "/reclamations/nouvelle", Voter, post(file).layer(limit())),
        declare("GET", "/reclamations/{number}", Voter, get(one)),
        declare("GET", "/reclamations/{number}/pieces/{piece}", Voter, get(piece)).file("/reclamations"),
        declare("GET", "/reclamations/absent", Public, get(absent_form)),
        declare("POST", "/reclamations/absent", Public, post(file_absent).layer(limit())).limited(Limit::Complaint),
        declare("GET", "/reclamations/suivi/{token}", Public, get(follow)),
    ]
}

/// Three attachments and the rest of the form.
const MAX_FORM: usize = MAX_FILES * MAX_ATTACHMENT + 256 * 1024;
/// Bytes of a field that is not a file.
const MAX_TEXT: usize = 32 * 1024;
/// Longest name of a file that is read.
const MAX_NAME: usize = 255;

pub(super) async fn rules(state: &PortalState, consultation: &Consultation, lang: Lang) -> Result<Rules, PageError> {
    let policy = &consultation.policy.complaints;
    let window = policy.window(&consultation.calendar);
    let texts = state.server().text(&consultation.id, TextName::Complaints).await?;
    Ok(Rules {
        place: window.place(state.server().clock().now()),
        window,
        answer_days: policy.answer_days,
        text: for_reader(&texts, lang).cloned(),
    })
}

async fn shown(state: &PortalState) -> Result<Consultation, PageError> {
    Ok(state.consultation().await?.ok_or(PageError::NotFound)?.consultation)
}

/// `GET /reclamations`.
pub(super) async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let consultation = shown(&state).await?;
    let rules = rules(&state, &consultation, chrome.lang).await?;
    let complaints = state.server().complaints_of(&session).await?;
    Ok(page::render_list(&chrome, &rules, &complaints))
}

#[derive(Deserialize)]
pub(super) struct NewQuery {
    objet: Option<String>,
}

/// `GET /reclamations/nouvelle`: the form, with the object chosen when another page sent the voter here for it.
pub(super) async fn new_form(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(_): VoterSession,
    Query(query): Query<NewQuery>,
) -> Result<Markup, PageError> {
    let consultation = shown(&state).await?;
    let object = query.objet.filter(|object| object.parse::<Object>().is_ok());
    let view = FormView {
        token: state.server().new_form_token(),
        elections: choices(&state, &consultation).await?,
        values: object.map(|object| ("objet".to_owned(), object)).into_iter().collect(),
        ..FormView::default()
    };
    Ok(page::render_form(
        &chrome,
        &rules(&state, &consultation, chrome.lang).await?,
        &view,
    ))
}

/// Every election of the consultation: one may contest not being on a roll.
async fn choices(state: &PortalState, consultation: &Consultation) -> Result<Vec<ChoiceOfElection>, PageError> {
    let elections = state.server().elections(&consultation.id).await?;
    let choice = |election: isoloir_domain::Election| ChoiceOfElection {
        id: election.id.to_string(),
        title: election.title,
    };
    Ok(elections.into_iter().map(choice).collect())
}

/// A form with files, as far as it could be read.
#[derive(Default)]
struct Sent {
    values: BTreeMap<String, String>,
    files: Vec<(String, Vec<u8>)>,
    /// A file that is larger than allowed, by its rank.
    too_large: Option<usize>,
}

impl Sent {
    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The complaint; the object and the election are checked here, the rest by the use case.
    fn complaint(&mut self) -> Result<Complaint, ComplaintError> {
        let object = self
            .value("objet")
            .parse()
            .map_err(|_| ComplaintError::Empty(ComplaintField::Object))?;
        let election = match self.value("scrutin") {
            "" => None,
            id => Some(id.parse::<ElectionId>().map_err(|_| ComplaintError::UnknownElection)?),
        };
        if let Some(rank) = self.too_large {
            return Err(ComplaintError::File(rank, FileRefused::TooLarge(MAX_ATTACHMENT)));
        }
        Ok(Complaint {
            object,
            election,
            other_person: self.value("personne").to_owned(),
            body: self.value("texte").to_owned(),
            files: std::mem::take(&mut self.files),
        })
    }
}

/// Reads a form field by field. A file too large is read to its end and not kept, so that its sender is told.
async fn read_form(form: Result<Multipart, MultipartRejection>) -> Result<Sent, PageError> {
    let mut form = form.map_err(|_| malformed())?;
    let mut sent = Sent::default();
    loop {
        let field = form.next_field().await.map_err(|error| form_error(&error))?;
        let Some(field) = field else {
            return Ok(sent);
        };
        let name = field.name().unwrap_or_default().to_owned();
        let file_name: Option<String> = field.file_name().map(|name| name.chars().take(MAX_NAME).collect());
        match file_name {
            Some(file_name) => {
                let bytes = read_field(field, MAX_ATTACHMENT).await?;
                match bytes {
                    // A file input left empty sends a part without name and bytes.
                    Some(bytes) if bytes.is_empty() && file_name.is_empty() => {}
                    Some(_) if sent.files.len() > MAX_FILES => {}
                    Some(bytes) => sent.files.push((file_name, bytes)),
                    None => sent.too_large = sent.too_large.or(Some(sent.files.len())),
                }
            }
            None => {
                let bytes = read_field(field, MAX_TEXT).await?.ok_or_else(malformed)?;
                let text = String::from_utf8(bytes).map_err(|_| malformed())?;
                sent.values.insert(name, text);
            }
        }
    }
}

/// The bytes of a field; `None` when there are more than `limit`.
pub(crate) async fn read_field(mut field: Field<'_>, limit: usize) -> Result<Option<Vec<u8>>, PageError> {
    let mut bytes = Vec::new();
    let mut over = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| form_error(&error))? {
        over |= bytes.len().saturating_add(chunk.len()) > limit;
        if !over {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((!over).then_some(bytes))
}

/// A form that breaks the rules of forms, or was cut.
pub(crate) fn malformed() -> PageError {
    PageError::Refused {
        code: "form_malformed",
        message: isoloir_domain::Message::new(
            "Ce formulaire n’a pas pu être lu en entier. Rien n’a été envoyé.",
            "This form could not be read to its end. Nothing was sent.",
        ),
        class: Class::Malformed,
    }
}

pub(crate) fn form_error(error: &axum::extract::multipart::MultipartError) -> PageError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        PageError::refused(&FileRefused::TooLarge(MAX_ATTACHMENT))
    } else {
        malformed()
    }
}

/// `POST /reclamations/nouvelle`.
pub(super) async fn file(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let consultation = shown(&state).await?;
    let mut sent = read_form(form).await?;
    let had_files = !sent.files.is_empty() || sent.too_large.is_some();
    let token = sent.value("jeton").to_owned();
    let filed = match sent.complaint() {
        Ok(complaint) => {
            let server = state.server();
            server
                .file_complaint(&session, &consultation.id, &token, complaint)
                .await
        }
        Err(error) => Err(error),
    };
    match filed {
        Ok(number) => Ok(Redirect::to(&format!("/reclamations/{number}?recue")).into_response()),
        Err(error) => {
            let view = FormView {
                files_lost: had_files,
                ..FormView::default()
            };
            again(&state, &chrome, &consultation, (sent, view), error).await
        }
    }
}

/// The form again, with what was typed and what is wrong.
async fn again(
    state: &PortalState,
    chrome: &Chrome,
    consultation: &Consultation,
    (sent, view): (Sent, FormView),
    error: ComplaintError,
) -> Result<Response, PageError> {
    if let ComplaintError::Fault(fault) = error {
        return Err(PageError::Fault(fault));
    }
    if error.class() == Class::Fault {
        log_fault(&error);
    }
    // A token of another session is replaced: what was typed is kept and can be sent.
    let token = match &error {
        ComplaintError::Token => state.server().new_form_token(),
        _ => sent.value("jeton").to_owned(),
    };
    let words = error.message().text(chrome.lang.language()).to_owned();
    let view = FormView {
        token,
        elections: choices(state, consultation).await?,
        problem: Some((error.field(), words)),
        values: sent.values,
        ..view
    };
    let rules = rules(state, consultation, chrome.lang).await?;
    Ok(drawn(
        status_of(error.class()),
        page::render_form(chrome, &rules, &view),
    ))
}

#[derive(Deserialize)]
pub(super) struct OneQuery {
    recue: Option<String>,
}

/// `GET /reclamations/{number}`: the voter's own, and no other.
pub(super) async fn one(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(number): Path<String>,
    Query(query): Query<OneQuery>,
) -> Result<Markup, PageError> {
    let number: ComplaintNumber = number.parse().map_err(|_| PageError::NotFound)?;
    let whole = state
        .server()
        .complaint_of(&session, number)
        .await?
        .ok_or(PageError::NotFound)?;
    let view = ComplaintView {
        election: election_title(&state, &whole).await?,
        new: query.recue.is_some(),
        files: Some(format!("/reclamations/{number}/pieces/")),
        whole,
    };
    Ok(page::render(&chrome, &view))
}

async fn election_title(state: &PortalState, whole: &WholeComplaint) -> Result<Option<String>, PageError> {
    Ok(match &whole.complaint.election {
        Some(id) => state.server().election(id).await?.map(|(election, _)| election.title),
        None => None,
    })
}

/// `GET /reclamations/{number}/pieces/{piece}`.
pub(super) async fn piece(
    State(state): State<PortalState>,
    VoterSession(session): VoterSession,
    Path((number, piece)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let number: ComplaintNumber = number.parse().map_err(|_| PageError::NotFound)?;
    let position: u32 = piece.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().complaint_file_of(&session, number, position).await?;
    let (file, bytes) = found.ok_or(PageError::NotFound)?;
    Ok(attachment(&file.name, &file.media_type, bytes))
}

/// A file that a person sent, offered to be kept and never shown in place.
pub(crate) fn attachment(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
    ];
    (headers, bytes).into_response()
}

/// `GET /reclamations/absent`: for persons on no roll, who have no account.
pub(super) async fn absent_form(
    State(state): State<PortalState>,
    client: Client,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let consultation = offered_to_absent(&state).await?;
    let view = FormView {
        token: state.server().new_form_token(),
        elections: choices(&state, &consultation).await?,
        values: BTreeMap::from([("objet".to_owned(), Object::Missing.as_str().to_owned())]),
        absent: true,
        captcha: captcha::due(&state, client, Guarded::Complaint).await?,
        ..FormView::default()
    };
    Ok(page::render_form(
        &chrome,
        &rules(&state, &consultation, chrome.lang).await?,
        &view,
    ))
}

async fn offered_to_absent(state: &PortalState) -> Result<Consultation, PageError> {
    let consultation = shown(state).await?;
    if consultation.policy.complaints.absent {
        Ok(consultation)
    } else {
        Err(PageError::refused(&ComplaintError::NotOffered))
    }
}

/// `POST /reclamations/absent`.
pub(super) async fn file_absent(
    State(state): State<PortalState>,
    client: Client,
    PageChrome(chrome): PageChrome,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let consultation = offered_to_absent(&state).await?;
    // Asked before the files are read: outside the window there is nothing to read them for.
    let window = consultation.policy.complaints.window(&consultation.calendar);
    match window.place(state.server().clock().now()) {
        Place::Inside => {}
        outside => return Err(PageError::refused(&ComplaintError::Window(outside))),
    }
    let mut sent = read_form(form).await?;
    let had_files = !sent.files.is_empty() || sent.too_large.is_some();
    let token = sent.value("jeton").to_owned();
    let answer = CaptchaForm {
        id: sent.value("captcha-id").to_owned(),
        typed: sent.value("captcha").to_owned(),
        renew: sent.value("nouveau-code").to_owned(),
    };
    let view = FormView {
        absent: true,
        files_lost: had_files,
        ..FormView::default()
    };
    // The same form sent twice has used its captcha up the first time, and ends where the first one did.
    if state.server().complaint_by_link(&token).await?.is_some() {
        return Ok(Redirect::to(&format!("/reclamations/suivi/{token}?recue")).into_response());
    }
    if let Gate::Shut(captcha) = captcha::gate(&state, client, Guarded::Complaint, &answer).await? {
        let view = FormView {
            token,
            elections: choices(&state, &consultation).await?,
            values: sent.values,
            captcha: Some(captcha),
            ..view
        };
        let rules = rules(&state, &consultation, chrome.lang).await?;
        let page = page::render_form(&chrome, &rules, &view);
        return Ok(drawn(StatusCode::UNPROCESSABLE_ENTITY, page));
    }
    let who = Stranger {
        last_name: sent.value("nom").to_owned(),
        first_name: sent.value("prenom").to_owned(),
        number: sent.value("matricule").to_owned(),
        contact: sent.value("courriel").to_owned(),
    };
    let filed = match sent.complaint() {
        Ok(complaint) => {
            let server = state.server();
            server
                .file_complaint_of_absent(who, &consultation.id, &token, complaint)
                .await
        }
        Err(error) => Err(error),
    };
    match filed {
        Ok(_) => Ok(Redirect::to(&format!("/reclamations/suivi/{token}?recue")).into_response()),
        Err(error) => {
            let view = FormView {
                captcha: captcha::due(&state, client, Guarded::Complaint).await?,
                ..view
            };
            again(&state, &chrome, &consultation, (sent, view), error).await
        }
    }
}

/// `GET /reclamations/suivi/{token}`: what a person without account follows; whoever has the link is that person.
pub(super) async fn follow(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Path(token): Path<String>,
    Query(query): Query<OneQuery>,
) -> Result<Markup, PageError> {
    let whole = state
        .server()
        .complaint_by_link(&token)
        .await?
        .ok_or(PageError::NotFound)?;
    chrome.here = format!("/reclamations/suivi/{token}");
    let view = ComplaintView {
        election: election_title(&state, &whole).await?,
        new: query.recue.is_some(),
        files: None,
        whole,
    };
    Ok(page::render(&chrome, &view))
}
