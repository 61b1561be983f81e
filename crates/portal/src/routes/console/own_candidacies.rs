//! A delegate's lists: opened, written, filed, withdrawn, with their files. What is of another union does not exist here.

use std::collections::BTreeMap;

use axum::Form;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_domain::candidacy::{Piece, State as Standing};
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{CandidacyId, ElectionId};
use isoloir_service::candidacies::WholeCandidacy;
use isoloir_service::edit_candidacy::{CandidacyError, MAX_UNIONS, TypedCandidate, TypedList};
use isoloir_service::examine_file::{FileRefused, MAX_ATTACHMENT};
use maud::Markup;

use super::{Fields, ListQuery, MAX_FORM};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::own_candidacies::{OwnView, render, render_one, render_receipt};
use crate::pages::console::{FILES_LISTS, Outcome};
use crate::request::{PageChrome, StaffSession};
use crate::routes::complaints::{attachment, form_error, malformed, read_field};
use crate::state::PortalState;

/// A file and the rest of its form.
const MAX_UPLOAD: usize = MAX_ATTACHMENT + 64 * 1024;
/// Rows of candidates that are read.
const MAX_ROWS: usize = 200;
/// Longest name of a file that is read.
const MAX_NAME: usize = 255;

pub(super) fn table() -> Vec<Declared> {
    let files = Access::Staff(FILES_LISTS);
    vec![
        declare("GET", "/depot", files, get(list)),
        declare("POST", "/depot", files, post(open)),
        declare("GET", "/depot/{candidacy}", files, get(read)),
        declare(
            "POST",
            "/depot/{candidacy}",
            files,
            post(change).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
        declare("GET", "/depot/{candidacy}/accuse", files, get(receipt)),
        declare("GET", "/depot/{candidacy}/pieces/{piece}", files, get(piece)).file("/depot"),
        declare(
            "POST",
            "/depot/{candidacy}/pieces",
            files,
            post(attach).layer(DefaultBodyLimit::max(MAX_UPLOAD)),
        ),
    ]
}

/// `GET /depot`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let outcome = Outcome::of(query.fait.as_deref());
    list_page(&state, &chrome, session.member(), &outcome).await
}

async fn list_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    outcome: &Outcome,
) -> Result<Markup, PageError> {
    let own = state.server().own_candidacies(member).await?;
    let now = state.server().clock().now();
    Ok(render(chrome, member, own.as_ref(), now, outcome))
}

/// `POST /depot`: opens a draft.
async fn open(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let member = session.member();
    let opened = match fields.value("scrutin").parse::<ElectionId>() {
        Ok(election) => state.server().open_candidacy(member, &election).await,
        Err(_) => Err(CandidacyError::Election),
    };
    match opened {
        Ok(id) => Ok(Redirect::to(&format!("/depot/{id}")).into_response()),
        Err(CandidacyError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = "/depot".to_owned();
            let outcome = Outcome::Refused(refused.message(), None);
            let page = list_page(&state, &chrome, member, &outcome).await?;
            Ok(drawn(status_of(refused.class()), page))
        }
    }
}

async fn own(state: &PortalState, member: &StaffMember, id: &str) -> Result<WholeCandidacy, PageError> {
    let id: CandidacyId = id.parse().map_err(|_| PageError::NotFound)?;
    let found = state.server().own_candidacy(member, id).await?;
    found.ok_or(PageError::NotFound)
}

/// `GET /depot/{candidacy}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let view = OwnView {
        whole: own(&state, session.member(), &id).await?,
        now: state.server().clock().now(),
        typed: None,
        problem: None,
        outcome: Outcome::of(query.fait.as_deref()),
    };
    Ok(render_one(&chrome, session.member(), &view))
}

/// What was typed in the form of a list.
fn typed(fields: &Fields) -> TypedList {
    let known: BTreeMap<&str, &str> = fields.pairs().collect();
    let of = |name: &str| known.get(name).copied().unwrap_or_default().to_owned();
    let row = |name: &str, row: usize| of(&format!("{name}-{row}"));
    let rows = (1..=MAX_ROWS).take_while(|row| known.contains_key(format!("matricule-{row}").as_str()));
    TypedList {
        name: of("liste"),
        acronym: of("sigle"),
        unions: (1..=MAX_UNIONS).map(|n| (row("union", n), row("part", n))).collect(),
        candidates: rows
            .map(|n| TypedCandidate {
                rank: row("rang", n),
                number: row("matricule", n),
                last_name: row("nom", n),
                first_name: row("prenom", n),
                sex: row("sexe", n),
                born: row("naissance", n),
            })
            .collect(),
    }
}

/// `POST /depot/{candidacy}`: keeps a draft, files it, or withdraws the list.
async fn change(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, PageError> {
    let member = session.member();
    let whole = own(&state, member, &id).await?;
    let id = whole.candidacy.id;
    let revision = fields.value("revision").parse().unwrap_or(0);
    let (server, list) = (state.server(), typed(&fields));
    let done = match fields.value("geste") {
        "retirer" => server
            .withdraw_candidacy(member, id, revision)
            .await
            .map(|()| "liste-retiree"),
        // The same form sent twice files once.
        "deposer" if whole.candidacy.state == Standing::Filed => Ok("liste-deposee"),
        gesture => match server.save_candidacy(member, id, revision, &list).await {
            Ok(saved) if gesture == "deposer" => server
                .file_candidacy(member, id, saved.candidacy.revision)
                .await
                .map(|()| "liste-deposee"),
            Ok(_) => Ok("liste-enregistree"),
            Err(refused) => Err(refused),
        },
    };
    match done {
        Ok("liste-deposee") => Ok(Redirect::to(&format!("/depot/{id}/accuse")).into_response()),
        Ok(fait) => Ok(Redirect::to(&format!("/depot/{id}?fait={fait}")).into_response()),
        Err(CandidacyError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = format!("/depot/{id}");
            let kept = matches!(refused, CandidacyError::Findings(_));
            again(&state, &chrome, member, id, refused, (!kept).then_some(list)).await
        }
    }
}

/// The page again, with what is wrong and what was typed if it was not kept.
async fn again(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    id: CandidacyId,
    refused: CandidacyError,
    typed: Option<TypedList>,
) -> Result<Response, PageError> {
    let field = match &refused {
        CandidacyError::Field(field) => Some(match field.1 {
            Some(row) => format!("{}-{row}", field.0),
            None => field.0.to_owned(),
        }),
        CandidacyError::File(_) => Some("fichier".to_owned()),
        CandidacyError::NoSuchCandidate => Some("piece".to_owned()),
        CandidacyError::Findings(_) => Some("t-constats".to_owned()),
        _ => None,
    };
    let view = OwnView {
        whole: own(state, member, &id.to_string()).await?,
        now: state.server().clock().now(),
        typed,
        problem: Some((refused.message(), field)),
        outcome: Outcome::None,
    };
    Ok(drawn(status_of(refused.class()), render_one(chrome, member, &view)))
}

/// `GET /depot/{candidacy}/accuse`: of a list that was filed.
async fn receipt(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let whole = own(&state, session.member(), &id).await?;
    if whole.candidacy.number.is_none() {
        return Err(PageError::NotFound);
    }
    Ok(render_receipt(&chrome, session.member(), &whole))
}

/// A file of a candidacy by its rank, offered to be kept and never shown in place.
pub(super) async fn file_of(state: &PortalState, whole: &WholeCandidacy, rank: &str) -> Result<Response, PageError> {
    let rank: usize = rank.parse().map_err(|_| PageError::NotFound)?;
    let file = rank.checked_sub(1).and_then(|rank| whole.files.get(rank));
    let file = file.ok_or(PageError::NotFound)?;
    let found = state.server().candidacy_file(whole, file.piece, &file.number).await?;
    let (file, bytes) = found.ok_or(PageError::NotFound)?;
    Ok(attachment(&file.name, &file.media_type, bytes))
}

/// `GET /depot/{candidacy}/pieces/{piece}`.
async fn piece(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path((id, rank)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let whole = own(&state, session.member(), &id).await?;
    file_of(&state, &whole, &rank).await
}

/// What the form of a file brought.
#[derive(Default)]
struct Brought {
    fields: Fields,
    name: String,
    /// None when it is larger than allowed.
    bytes: Option<Vec<u8>>,
}

async fn receive(form: Result<Multipart, MultipartRejection>) -> Result<Brought, PageError> {
    let mut form = form.map_err(|_| malformed())?;
    let mut brought = Brought {
        bytes: Some(Vec::new()),
        ..Brought::default()
    };
    while let Some(field) = form.next_field().await.map_err(|error| form_error(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "fichier" {
            brought.name = field.file_name().unwrap_or_default().chars().take(MAX_NAME).collect();
            brought.bytes = read_field(field, MAX_ATTACHMENT).await?;
        } else {
            let bytes = read_field(field, MAX_NAME).await?.ok_or_else(malformed)?;
            let text = String::from_utf8(bytes).map_err(|_| malformed())?;
            brought.fields.push(name, text);
        }
    }
    Ok(brought)
}

/// `POST /depot/{candidacy}/pieces`: attaches a file, or takes one away.
async fn attach(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let member = session.member();
    let id = own(&state, member, &id).await?.candidacy.id;
    let brought = receive(form).await?;
    let revision = brought.fields.value("revision").parse().unwrap_or(0);
    let named = brought.fields.value("piece").split_once(':');
    let named = named.and_then(|(piece, number)| Some((piece.parse::<Piece>().ok()?, number)));
    let server = state.server();
    let done = match (named, brought.fields.value("geste"), brought.bytes) {
        (None, ..) => Err(CandidacyError::NoSuchCandidate),
        (Some(piece), "retirer", _) => server
            .detach_from_candidacy(member, (id, revision), piece)
            .await
            .map(|()| "piece-retiree"),
        (_, _, None) => Err(CandidacyError::File(FileRefused::TooLarge(MAX_ATTACHMENT))),
        (Some(piece), _, Some(bytes)) => server
            .attach_to_candidacy(member, (id, revision), piece, (&brought.name, bytes))
            .await
            .map(|()| "piece-jointe"),
    };
    match done {
        Ok(fait) => Ok(Redirect::to(&format!("/depot/{id}?fait={fait}")).into_response()),
        Err(CandidacyError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = format!("/depot/{id}");
            again(&state, &chrome, member, id, refused, None).await
        }
    }
}
