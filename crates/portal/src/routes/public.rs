//! What anyone may read: home, boxes, archive, results.

use crate::access::{Access, Declared, declare};
use axum::routing::get;
use std::io::{self, Write};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use isoloir_domain::board_deed::Occasion;
use isoloir_domain::texts::TextName;
use isoloir_domain::{Election, ElectionId, Phase};
use isoloir_service::ballot_box::{BoxError, ExportError};
use isoloir_service::board::{BoardState, Count};
use isoloir_service::publish_results;
use isoloir_service::results::Results;
use maud::Markup;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::board::refused;
use super::booth::box_error;
use crate::error::{PageError, log_fault};
use crate::layout::Chrome;
use crate::pages::ballot_box::{self as box_page, BoxEntry, BoxView, PublicBox, Search};
use crate::pages::home::{self as home_page, BallotsOfVoter, HomeView};
use crate::pages::results as results_page;
use crate::pages::session as session_page;
use crate::pages::verify_box::{self as verify_box_page, VerifyBoxView};
use crate::request::{PageChrome, VoterSession};
use crate::results_view::results_view;
use crate::state::{PortalState, Shown};
use isoloir_theme::when;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Public;
    vec![
        declare("GET", "/", Public, get(home)),
        declare("GET", "/urne", Public, get(boxes)),
        declare("GET", "/urne/{election}", Public, get(ballot_box)),
        declare("GET", "/urne/{election}/archive.bel", Public, get(archive)).file("/urne"),
        declare("GET", "/urne/{election}/archive.sidecar", Public, get(sidecar)).file("/urne"),
        declare("GET", "/urne/{election}/verifier", Public, get(verify_box)),
        declare("GET", "/depouillement", Public, get(session)),
        declare("GET", "/resultats", Public, get(all_results)),
        declare("GET", "/resultats.csv", Public, get(all_results_csv)).file("/resultats"),
        declare("GET", "/resultats/{election}", Public, get(results)),
        declare("GET", "/resultats/{election}/resultats.json", Public, get(results_json)),
        declare("GET", "/resultats/{election}/resultats.csv", Public, get(results_csv)).file("/resultats"),
    ]
}

/// Trackers on one page of a box.
const PAGE: u32 = 200;
/// Bytes of an archive on their way to a slow reader, at most: this many chunks.
const CHUNKS_AHEAD: usize = 8;
/// Size of a chunk.
const CHUNK_BYTES: usize = 64 * 1024;
/// Length of a tracker: SHA-256 in unpadded base64.
const TRACKER_CHARS: usize = 43;

/// `GET /`.
pub(super) async fn home(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    session: Result<VoterSession, PageError>,
) -> Result<Markup, PageError> {
    let Some(Shown {
        calendar,
        phase,
        consultation,
    }) = state.consultation().await?
    else {
        return Err(PageError::NotFound);
    };
    chrome.site = state.site();
    let ballots = match session {
        Ok(VoterSession(session)) => {
            let progress = state.server().voter_progress(&session).await?;
            Some(BallotsOfVoter {
                elections: count(progress.elections),
                cast: count(progress.cast),
            })
        }
        Err(_) => None,
    };
    let now = state.server().clock().now();
    Ok(home_page::render(
        &chrome,
        &HomeView {
            calendar,
            phase,
            now,
            ballots,
            foreword: state.server().has_text(&consultation.id, TextName::Foreword).await?,
            answer_days: consultation.policy.complaints.answer_days,
        },
    ))
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

async fn entries(state: &PortalState) -> Result<Vec<BoxEntry>, PageError> {
    let mut entries = Vec::new();
    for consultation in state.server().consultations().await? {
        for (election, phase) in state.server().elections_with_phase(&consultation).await? {
            entries.push(BoxEntry {
                id: election.id.to_string(),
                title: election.title,
                phase,
            });
        }
    }
    Ok(entries)
}

/// `GET /urne`.
pub(super) async fn boxes(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    Ok(box_page::render_list(&chrome, &entries(&state).await?))
}

/// The election of a path; an ill-formed name is an election that does not exist.
async fn named(state: &PortalState, id: &str) -> Result<(Election, Phase), PageError> {
    let id: ElectionId = id.parse().map_err(|_| PageError::NotFound)?;
    let (election, _) = state.server().election(&id).await?.ok_or(PageError::NotFound)?;
    let phase = state.server().phase(&id).await?.unwrap_or(Phase::Preparation);
    Ok((election, phase))
}

#[derive(Deserialize)]
pub(super) struct BoxQuery {
    suivi: Option<String>,
    apres: Option<u64>,
}

/// `GET /urne/{election}`.
pub(super) async fn ballot_box(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(id): Path<String>,
    Query(query): Query<BoxQuery>,
) -> Result<Markup, PageError> {
    let (election, phase) = named(&state, &id).await?;
    let head = match state.server().signed_head(&election.id).await {
        Ok(head) => head,
        Err(BoxError::UnknownElection) => {
            let view = BoxView {
                id: election.id.to_string(),
                title: election.title,
                phase,
                head: None,
                search: None,
                whole: None,
            };
            return Ok(box_page::render(&chrome, &view));
        }
        Err(error) => return Err(box_error(error)),
    };
    let whole = if state.server().box_is_public(&election.id).await.map_err(box_error)? {
        Some(public_box(&state, &election.id, query.apres.unwrap_or(0)).await?)
    } else {
        None
    };
    let search = match query.suivi.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        Some(typed) => Some(search(&state, &election.id, typed).await?),
        None => None,
    };
    let view = BoxView {
        id: election.id.to_string(),
        title: election.title,
        phase,
        head: Some(head),
        search,
        whole,
    };
    Ok(box_page::render(&chrome, &view))
}

async fn public_box(state: &PortalState, id: &ElectionId, after: u64) -> Result<PublicBox, PageError> {
    let page = state.server().trackers(id, after, PAGE).await.map_err(box_error)?;
    let full = count(page.trackers.len()) >= u64::from(PAGE);
    let next = page.trackers.last().map(|(height, _)| *height).filter(|_| full);
    Ok(PublicBox {
        total: page.total,
        trackers: page.trackers,
        next,
        sidecar: state.server().has_sidecar(id).await?,
    })
}

/// Spaces and line ends of a copied tracker do not count; anything else that is not a tracker is said so and not searched.
async fn search(state: &PortalState, id: &ElectionId, typed: &str) -> Result<Search, PageError> {
    let tracker: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let plausible = |b: u8| b.is_ascii_alphanumeric() || b == b'+' || b == b'/';
    if tracker.len() != TRACKER_CHARS || !tracker.bytes().all(plausible) {
        return Ok(Search::NotATracker {
            typed: typed.chars().take(64).collect(),
        });
    }
    let found = state.server().find_tracker(id, &tracker).await.map_err(box_error)?;
    Ok(if found {
        Search::Found { tracker, rank: None }
    } else {
        Search::Absent { tracker }
    })
}

/// `GET /urne/{election}/verifier`: the whole box, audited on the reader's device.
pub(super) async fn verify_box(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let (election, _) = named(&state, &id).await?;
    let public = match state.server().box_is_public(&election.id).await {
        Ok(public) => public,
        Err(BoxError::UnknownElection) => false,
        Err(error) => return Err(box_error(error)),
    };
    let view = VerifyBoxView {
        id: election.id.to_string(),
        title: election.title,
        public,
    };
    Ok(verify_box_page::render(&chrome, &view))
}

/// `GET /urne/{election}/archive.bel`: streamed, so that memory does not depend on the size of the box.
pub(super) async fn archive(State(state): State<PortalState>, Path(id): Path<String>) -> Result<Response, PageError> {
    let (election, _) = named(&state, &id).await?;
    // Asked first, because a stream that has begun can no longer say no.
    let public = state.server().check_archive_is_public(&election.id).await;
    public.map_err(box_error)?;
    Ok(stream_archive(&state, election.id))
}

/// Streams the archive of a box; whether the reader may have it is asked before.
pub(crate) fn stream_archive(state: &PortalState, election: ElectionId) -> Response {
    let name = format!("{election}.bel");
    let server = state.server().clone();
    let body = piped(|out| async move { server.export_archive(&election, out).await });
    download(&name, "application/x-tar", body)
}

/// `GET /urne/{election}/archive.sidecar`: what spares an auditor work (docs/protocol/sidecar.md), where there is one.
pub(super) async fn sidecar(State(state): State<PortalState>, Path(id): Path<String>) -> Result<Response, PageError> {
    let (election, _) = named(&state, &id).await?;
    let public = state.server().check_sidecar_is_public(&election.id).await;
    public.map_err(box_error)?;
    let (server, wanted) = (state.server().clone(), election.id.clone());
    let body = piped(|out| async move { server.export_sidecar(&wanted, out).await });
    Ok(download(
        &format!("{}.sidecar", election.id),
        "application/octet-stream",
        body,
    ))
}

pub(crate) fn download(name: &str, kind: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, body).into_response()
}

/// What `export` writes, on its way to the reader.
pub(crate) fn piped<F>(export: impl FnOnce(Pipe) -> F) -> Body
where
    F: Future<Output = Result<Pipe, ExportError>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(CHUNKS_AHEAD);
    let export = export(Pipe {
        sender: sender.clone(),
        buffer: Vec::with_capacity(CHUNK_BYTES),
    });
    tokio::spawn(async move {
        match export.await {
            Ok(mut out) => {
                let _ = tokio::task::spawn_blocking(move || out.flush()).await;
            }
            Err(error) => {
                log_fault(&error);
                // A cut stream tells the reader that the file is not whole.
                let _ = sender
                    .send(Err(io::Error::other("the file could not be completed")))
                    .await;
            }
        }
    });
    Body::from_stream(Received(receiver))
}

/// The writing end, on a blocking thread: waits when the reader is slow.
pub(crate) struct Pipe {
    sender: mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let chunk = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK_BYTES));
        self.sender
            .blocking_send(Ok(chunk.into()))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// The reading end, as a stream.
struct Received(mpsc::Receiver<io::Result<Bytes>>);

impl futures_core::Stream for Received {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// `GET /resultats`.
pub(super) async fn all_results(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    Ok(results_page::render_list(&chrome, &entries(&state).await?))
}

/// `GET /resultats/{election}`.
pub(super) async fn results(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let (election, phase) = named(&state, &id).await?;
    Ok(match state.server().results(&election.id).await? {
        Some(results) => {
            let verified = state.server().verification(&election.id).await?;
            let mut view = results_view(chrome.lang, &results);
            view.verified = verified.map(|verified| results_page::VerifiedView {
                when: when::date_time(chrome.lang, verified.at),
                checks: verified.checks,
                archive: hex::encode(verified.archive),
            });
            results_page::render(&chrome, &view)
        }
        None => results_page::render_pending(&chrome, &election.title, phase),
    })
}

/// `GET /depouillement`: the counting session, for whoever follows it.
async fn session(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Result<Markup, PageError> {
    let server = state.server();
    let mut boards = Vec::new();
    for (_, board) in server.boards().await? {
        let known = server.board_state(&board.key).await.map_err(refused)?;
        let mut elections = Vec::new();
        for count in server
            .counts_of(&known)
            .await?
            .into_iter()
            .filter(|count| !count.rehearsal)
        {
            elections.push(session_election(&state, &chrome, &known, count).await?);
        }
        let present = known.present_at(Occasion::Count).into_iter();
        let present = present.map(|one| (known.name(one.seat), when::date_time(chrome.lang, one.at)));
        boards.push(session_page::SessionBoard {
            title: board.title,
            present: present.collect(),
            elections,
        });
    }
    Ok(session_page::render(&chrome, &boards))
}

async fn session_election(
    state: &PortalState,
    chrome: &Chrome,
    board: &BoardState,
    count: Count,
) -> Result<session_page::SessionElection, PageError> {
    let at = |at| when::date_time(chrome.lang, at);
    let frozen = state.server().closing_seal(&count.election).await?;
    let verified = state.server().verification(&count.election).await?;
    let seats = count.decrypted.iter().filter_map(|owner| board.seat_of_owner(*owner));
    Ok(session_page::SessionElection {
        id: count.election.to_string(),
        title: count.title,
        state: count.state,
        frozen: frozen.map(|(_, digest, since)| (at(since), hex::encode(digest))),
        decrypted: seats.map(|seat| board.name(seat)).collect(),
        quorum: count.quorum,
        verified: verified.map(|verified| (at(verified.at), verified.checks)),
    })
}

/// The results of the election named in the path, once it is counted.
async fn counted(state: &PortalState, id: &str) -> Result<Results, PageError> {
    let (election, _) = named(state, id).await?;
    state.server().results(&election.id).await?.ok_or(PageError::NotFound)
}

/// `GET /resultats/{election}/resultats.json`: what `isoloir-verify --results` recomputes.
pub(super) async fn results_json(
    State(state): State<PortalState>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let results = counted(&state, &id).await?;
    Ok(Json(publish_results::results_json(&results)).into_response())
}

/// `GET /resultats/{election}/resultats.csv`.
pub(super) async fn results_csv(
    State(state): State<PortalState>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let results = counted(&state, &id).await?;
    Ok(csv(&results.election.key.clone(), &[results]))
}

/// `GET /resultats.csv`: every election that is counted.
pub(super) async fn all_results_csv(State(state): State<PortalState>) -> Result<Response, PageError> {
    let mut all = Vec::new();
    for entry in entries(&state).await? {
        if entry.phase == Phase::Tallied {
            all.push(counted(&state, &entry.id).await?);
        }
    }
    Ok(csv("resultats", &all))
}

fn csv(name: &str, all: &[Results]) -> Response {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}.csv\""),
        ),
    ];
    // The mark tells spreadsheets that this is UTF-8.
    (headers, format!("\u{feff}{}", publish_results::results_csv(all))).into_response()
}
