//! Roll files: brought, looked at, approved, applied.

use std::io::Write;

use axum::Form;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use isoloir_documents::{Paper, posting};
use isoloir_domain::ElectionId;
use isoloir_domain::critical::CriticalAct;
use isoloir_domain::message::{Class, Message, Refusal as _};
use isoloir_domain::staff::StaffMember;
use isoloir_service::consult_roll::{PostedRoll, RollError};
use isoloir_service::hr_file::GivenRoll;
use isoloir_service::review_roll::Decider;
use isoloir_service::roll_draft::RefusedRow;
use isoloir_service::stage_roll::{Mode, StageError, StagedRoll};
use isoloir_service::two_people::{ActError, Done};
use maud::Markup;
use serde::Deserialize;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use super::preparation::shown;
use super::{ListQuery, MAX_FORM, works_on};
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::console::rolls::{LINES, ListView, StageView, render, render_one};
use crate::pages::console::{BRINGS_ROLLS, Outcome};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

/// Largest file brought by the page, in bytes: a larger one is staged by the command.
pub const MAX_UPLOAD: usize = 32 * 1024 * 1024;
/// Room for the rest of the form.
const FORM: usize = 64 * 1024;
/// Names of one file to post.
const PART: u64 = 2_000;
/// Parts that the page offers: larger rolls are posted by the command.
const MAX_PARTS: u64 = 25;
/// Lines of a difference or template that the page gives; the command gives them all.
const MAX_CSV: usize = 64 * 1024 * 1024;

pub(super) fn table() -> Vec<Declared> {
    let prepares = Access::Staff(BRINGS_ROLLS);
    vec![
        declare("GET", "/gestion/listes", prepares, get(list)),
        declare(
            "POST",
            "/gestion/listes",
            prepares,
            post(bring).layer(DefaultBodyLimit::max(MAX_UPLOAD.saturating_add(FORM))),
        ),
        declare("GET", "/gestion/affichage/{election}/liste.pdf", prepares, get(post_up)).file("/gestion/listes"),
        declare("GET", "/gestion/listes/{stage}", prepares, get(read)),
        declare("GET", "/gestion/listes/{stage}/ecartees.csv", prepares, get(template)).file("/gestion/listes"),
        declare(
            "GET",
            "/gestion/listes/{stage}/difference.csv",
            prepares,
            get(difference),
        )
        .file("/gestion/listes"),
        declare(
            "POST",
            "/gestion/listes/{stage}",
            prepares,
            post(decide).layer(DefaultBodyLimit::max(MAX_FORM)),
        ),
    ]
}

/// `GET /gestion/listes`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
) -> Result<Markup, PageError> {
    list_page(&state, &chrome, session.member(), Outcome::None).await
}

async fn list_page(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let shown = shown(state, member).await?;
    let review = state.server().review_roll(&shown.consultation).await?;
    let mut elections = state.server().elections(&shown.consultation.id).await?;
    elections.retain(|election| member.sees(Some(&election.id)));
    let mut staged = state.server().staged_rolls(&shown.consultation.id).await?;
    staged.retain(|staged| is_of(member, staged));
    let parts = elections.into_iter().map(|election| {
        let known = review.figures.elections.iter().find(|roll| roll.key == election.key);
        let registered = known.map_or(0, |roll| roll.registered);
        (election, registered.div_ceil(PART).min(MAX_PARTS))
    });
    let view = ListView {
        parts: parts.collect(),
        staged,
        consultation: shown.consultation,
        most: MAX_UPLOAD,
        outcome,
    };
    Ok(render(chrome, member, &view))
}

#[derive(Deserialize)]
struct PartQuery {
    partie: Option<u64>,
}

/// `GET /gestion/affichage/{election}/liste.pdf`: a part of a roll, to post on premises.
async fn post_up(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path(election): Path<String>,
    Query(query): Query<PartQuery>,
) -> Result<Response, PageError> {
    let election: ElectionId = election.parse().map_err(|_| PageError::NotFound)?;
    let part = query.partie.unwrap_or(1).clamp(1, MAX_PARTS);
    let skipped = part.saturating_sub(1).saturating_mul(PART);
    let many = u32::try_from(PART).unwrap_or(u32::MAX);
    let posted = match state.server().posted_roll(&election, skipped, many).await {
        Ok(posted)
            if works_on(session.member(), &posted.consultation.id)
                && session.member().sees(Some(&posted.election.id)) =>
        {
            posted
        }
        Ok(_) | Err(RollError::Unknown | RollError::NotPublished(_)) => return Err(PageError::NotFound),
        Err(RollError::Fault(fault)) => return Err(PageError::Fault(fault)),
    };
    let paper = posted_paper(&posted, part);
    let file = tokio::task::spawn_blocking(move || isoloir_documents::pdf(&paper)).await;
    let file = file.map_err(|_| unmade())?.map_err(|error| {
        tracing::error!(%error, "a roll to post was not made");
        unmade()
    })?;
    let name = format!("attachment; filename=\"liste-{}-{part}.pdf\"", posted.election.key);
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, file).into_response())
}

fn posted_paper(posted: &PostedRoll, part: u64) -> Paper {
    let calendar = &posted.consultation.calendar;
    posting::posted_roll(&posting::PostedRoll {
        organiser: &posted.consultation.organiser,
        consultation: &posted.consultation.title,
        election: &posted.election.title,
        registered: posted.registered,
        dated: posted.dated,
        contested_until: posted.consultation.policy.complaints.window(calendar).until,
        part: (part, posted.registered.div_ceil(PART).max(1)),
        names: &posted.names,
    })
}

fn unmade() -> PageError {
    let words = Message::new(
        "Le document n’a pas pu être composé.",
        "The document could not be made.",
    );
    refused("paper_unmade", Class::Fault, words)
}

/// What the form brought: the file on disk, and whether it adds only.
struct Brought {
    file: NamedTempFile,
    mode: Mode,
    empty: bool,
}

/// `POST /gestion/listes`: reads, checks and compares a file; changes nothing.
async fn bring(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    let member = session.member();
    let consultation = shown(&state, member).await?.consultation.id;
    let brought = receive(form).await?;
    let refused = |message: Message| Outcome::Refused(message, Some("fichier"));
    let (status, outcome) = if brought.empty {
        let words = Message::new("Choisissez un fichier.", "Choose a file.");
        (StatusCode::UNPROCESSABLE_ENTITY, refused(words))
    } else {
        let given = GivenRoll::File(brought.file.path().to_path_buf());
        let server = state.server();
        match server
            .stage_roll(&consultation, given, brought.mode, Decider::Staff(member))
            .await
        {
            // What names elections of others is given up at once: nothing of it was applied.
            Ok(staged) if !is_of(member, &staged) => {
                match server.abandon_roll(&staged.stage.id, Decider::Staff(member)).await {
                    Err(StageError::Fault(fault)) => return Err(PageError::Fault(fault)),
                    _ => (StatusCode::FORBIDDEN, refused(of_others())),
                }
            }
            Ok(staged) => {
                return Ok(Redirect::to(&format!("/gestion/listes/{}", staged.stage.id)).into_response());
            }
            Err(StageError::Fault(fault)) => return Err(PageError::Fault(fault)),
            Err(error) => (status_of(error.class()), refused(error.message())),
        }
    };
    chrome.here = "/gestion/listes".to_owned();
    let page = list_page(&state, &chrome, member, outcome).await?;
    Ok(drawn(status, page))
}

/// Writes the file to the disk as it comes.
async fn receive(form: Result<Multipart, MultipartRejection>) -> Result<Brought, PageError> {
    let mut form = form.map_err(|_| malformed())?;
    let mut brought = Brought {
        file: NamedTempFile::new().map_err(|_| unstored())?,
        mode: Mode::Complete,
        empty: true,
    };
    while let Some(mut field) = form.next_field().await.map_err(|error| cut(&error))? {
        match field.name() {
            Some("fichier") => {
                let mut file = tokio::fs::File::from_std(brought.file.reopen().map_err(|_| unstored())?);
                while let Some(chunk) = field.chunk().await.map_err(|error| cut(&error))? {
                    brought.empty &= chunk.is_empty();
                    file.write_all(&chunk).await.map_err(|_| unstored())?;
                }
                file.flush().await.map_err(|_| unstored())?;
            }
            Some("portee") => {
                let text = field.text().await.map_err(|error| cut(&error))?;
                if text == Mode::Supplement.as_str() {
                    brought.mode = Mode::Supplement;
                }
            }
            _ => {}
        }
    }
    Ok(brought)
}

fn refused(code: &'static str, class: Class, message: Message) -> PageError {
    PageError::Refused { code, message, class }
}

fn malformed() -> PageError {
    let words = Message::new(
        "Ce formulaire n’a pas pu être lu en entier. Rien n’a été enregistré.",
        "This form could not be read to its end. Nothing was stored.",
    );
    refused("form_malformed", Class::Malformed, words)
}

fn unstored() -> PageError {
    let words = Message::new(
        "Le fichier n’a pas pu être reçu\u{a0}: le disque du serveur le refuse.",
        "The file could not be received: the server’s disk refuses it.",
    );
    refused("upload_unstored", Class::Unavailable, words)
}

fn cut(error: &MultipartError) -> PageError {
    if error.status() != StatusCode::PAYLOAD_TOO_LARGE {
        return malformed();
    }
    let most = MAX_UPLOAD.div_euclid(1024 * 1024);
    let words = Message::new(
        format!(
            "Ce fichier dépasse {most}\u{a0}Mio. L’exploitant peut l’importer par la commande «\u{a0}isoloir roll stage\u{a0}»."
        ),
        format!("This file is larger than {most} MiB. The operator can stage it by the command “isoloir roll stage”."),
    );
    refused("file_too_large", Class::TooLarge, words)
}

async fn staged_of(state: &PortalState, member: &StaffMember, id: &str) -> Result<StagedRoll, PageError> {
    let found = state.server().staged_roll(id).await?;
    found
        .filter(|found| works_on(member, &found.stage.consultation) && is_of(member, found))
        .ok_or(PageError::NotFound)
}

/// Whether a person sees every election that a file names.
fn is_of(member: &StaffMember, staged: &StagedRoll) -> bool {
    staged.named().all(|election| member.sees(Some(election)))
}

fn of_others() -> Message {
    Message::new(
        "Ce fichier nomme des scrutins qui ne sont pas les vôtres. Il est abandonné.",
        "This file names elections that are not yours. It is given up.",
    )
}

async fn one(
    state: &PortalState,
    chrome: &Chrome,
    member: &StaffMember,
    staged: StagedRoll,
    outcome: Outcome,
) -> Result<Markup, PageError> {
    let server = state.server();
    let mut refused: Vec<RefusedRow> = Vec::new();
    let take = |rows: Vec<RefusedRow>| -> Result<(), PageError> {
        let left = LINES.saturating_sub(refused.len());
        refused.extend(rows.into_iter().take(left));
        Ok(())
    };
    server.refused_rows(&staged.stage.id, take).await?;
    let mut remarks = server.roll_remarks(&staged.stage.id).await?;
    remarks.truncate(LINES);
    let view = StageView {
        staged,
        refused,
        remarks,
        outcome,
    };
    Ok(render_one(chrome, member, &view))
}

/// `GET /gestion/listes/{stage}`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let member = session.member();
    let staged = staged_of(&state, member, &id).await?;
    let outcome = Outcome::of(query.fait.as_deref());
    one(&state, &chrome, member, staged, outcome).await
}

#[derive(Deserialize)]
struct DecisionForm {
    #[serde(default)]
    geste: String,
}

/// `POST /gestion/listes/{stage}`: approves, applies or gives up, by who is signed in.
async fn decide(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
    Form(form): Form<DecisionForm>,
) -> Result<Response, PageError> {
    let member = session.member().clone();
    let staged = staged_of(&state, &member, &id).await?;
    let server = state.server().clone();
    let id = staged.stage.id;
    let (geste, of, by) = (form.geste.clone(), id.clone(), member.clone());
    let known = server.consultation(&staged.stage.consultation).await?;
    let known = known.ok_or(PageError::NotFound)?;
    // Whatever becomes of the browser, what was begun is ended.
    let done = tokio::spawn(async move {
        let by = Decider::Staff(&by);
        match geste.as_str() {
            "approuver" => {
                let act = CriticalAct::ApproveRoll { stage: of };
                let done = server.act(by, &known, &act).await?;
                Ok::<_, ActError>((done == Done::Now).then_some("liste-approuvee"))
            }
            "appliquer" => Ok(server.apply_roll(&of, by).await.map(|_| Some("liste-appliquee"))?),
            "abandonner" => Ok(server.abandon_roll(&of, by).await.map(|()| Some("liste-abandonnee"))?),
            _ => Err(StageError::Unknown(of).into()),
        }
    });
    let stopped = |_| Err(ActError::Fault(isoloir_service::Fault::Stopping));
    match done.await.unwrap_or_else(stopped) {
        Ok(Some(fait)) => Ok(Redirect::to(&format!("/gestion/listes/{id}?fait={fait}")).into_response()),
        Ok(None) => Ok(Redirect::to("/gestion/decisions?fait=acte-propose").into_response()),
        Err(ActError::Fault(fault) | ActError::Stage(StageError::Fault(fault))) => Err(PageError::Fault(fault)),
        Err(error) => {
            chrome.here = format!("/gestion/listes/{id}");
            let outcome = Outcome::Refused(error.message(), None);
            let staged = staged_of(&state, &member, &id).await?;
            let page = one(&state, &chrome, &member, staged, outcome).await?;
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

/// A file of CSV that is given whole.
#[derive(Default)]
pub(crate) struct Bounded {
    bytes: Vec<u8>,
    over: bool,
}

impl Bounded {
    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether more was to be written than is given.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > MAX_CSV {
            self.over = true;
            return Err(std::io::Error::other("larger than is given"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What the writing came to, as a file to keep.
fn csv(out: Bounded, written: Result<(), StageError>, name: &str) -> Result<Response, PageError> {
    match written {
        Ok(()) => {}
        Err(StageError::Fault(fault)) => return Err(PageError::Fault(fault)),
        Err(_) if out.over => {
            let words = Message::new(
                "Ce fichier est trop grand pour la page. L’exploitant l’obtient par la commande «\u{a0}isoloir roll\u{a0}».",
                "This file is too large for the page. The operator gets it by the command “isoloir roll”.",
            );
            return Err(refused("file_too_large", Class::TooLarge, words));
        }
        Err(error) => return Err(PageError::refused(&error)),
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, out.bytes).into_response())
}

/// `GET /gestion/listes/{stage}/ecartees.csv`.
async fn template(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let staged = staged_of(&state, session.member(), &id).await?;
    let mut out = Bounded::default();
    let written = state.server().write_template(&staged.stage.id, &mut out).await;
    csv(out, written, "lignes-ecartees.csv")
}

/// `GET /gestion/listes/{stage}/difference.csv`.
async fn difference(
    State(state): State<PortalState>,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let staged = staged_of(&state, session.member(), &id).await?;
    let mut out = Bounded::default();
    let written = state.server().write_difference(&staged.stage.id, &mut out).await;
    csv(out, written, "difference.csv")
}
