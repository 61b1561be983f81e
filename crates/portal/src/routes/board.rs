//! The election board: pages of its members, and the JSON that their scripts read and post (docs/protocol/board.md).

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json};
use isoloir_domain::board_deed::{Occasion, Step};
use isoloir_domain::message::Refusal as _;
use isoloir_domain::{ElectionId, Profile, Seat};
use isoloir_service::board::{ActView, BoardError, CeremonyView, CountState, Proposal, Sitting};
use maud::Markup;
use serde::{Deserialize, Serialize};

use super::public::stream_archive;
use crate::access::{Access, Declared, declare};
use crate::error::{ApiError, PageError, drawn, status_of};
use crate::layout::Chrome;
use crate::pages::board::{self as page, MEMBERS, Refused, Wish};
use crate::pages::error::ErrorKind;
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

/// A message holds a sealed share for every member.
const MAX_MESSAGE: usize = 512 * 1024;

pub(super) fn table() -> Vec<Declared> {
    let members = Access::Staff(MEMBERS);
    let large = || DefaultBodyLimit::max(MAX_MESSAGE);
    vec![
        declare("GET", "/bureau", members, get(list)),
        declare("GET", "/bureau/{board}", members, get(home)),
        declare("POST", "/bureau/{board}/presence", members, post(present)),
        declare("POST", "/bureau/{board}/remplacement", members, post(replace)),
        declare("POST", "/bureau/{board}/observations", members, post(observe)),
        declare("GET", "/bureau/{board}/cles", members, get(ceremony)),
        declare("POST", "/bureau/{board}/cles/recommencer", members, post(again)),
        declare("GET", "/bureau/{board}/cle-perdue", members, get(lost)),
        declare("GET", "/bureau/{board}/suivi", members, get(watch)),
        declare("POST", "/bureau/{board}/controle", members, post(check)),
        declare("POST", "/bureau/{board}/blanche", members, post(rehearse)),
        declare("POST", "/bureau/{board}/actes", members, post(propose)),
        declare("GET", "/bureau/{board}/actes/{number}", members, get(act)),
        declare("GET", "/api/bureau/{board}/actes/{number}", members, get(act_state)),
        declare("POST", "/api/bureau/{board}/actes/{number}", members, post(sign)),
        declare("GET", "/bureau/{board}/depouillement", members, get(count)),
        declare("GET", "/api/bureau/{board}/ceremonie", members, get(ceremony_state)),
        declare(
            "POST",
            "/api/bureau/{board}/ceremonie",
            members,
            post(message).layer(large()),
        ),
        declare("GET", "/api/bureau/{board}/depouillement", members, get(count_state)),
        declare(
            "POST",
            "/api/bureau/{board}/depouillement/{election}",
            members,
            post(decryption).layer(large()),
        ),
        declare("GET", "/api/bureau/{board}/archive/{election}", members, get(archive)),
    ]
}

/// The seat of whoever asks; a board where they have none does not exist for them.
pub(super) async fn sit(state: &PortalState, board: &str, session: &StaffSession) -> Result<Sitting, BoardError> {
    let sitting = state.server().sit(board, session.0.member()).await?;
    state.server().see(board, sitting.seat);
    Ok(sitting)
}

pub(super) fn refused(error: BoardError) -> PageError {
    match error {
        BoardError::Unknown => PageError::NotFound,
        BoardError::Fault(fault) => PageError::Fault(fault),
        other => PageError::refused(&other),
    }
}

/// `GET /bureau`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    session: StaffSession,
) -> Result<Response, PageError> {
    let boards = state.server().boards_of(session.0.member()).await?;
    match boards.as_slice() {
        [(only, _)] => Ok(Redirect::to(&format!("/bureau/{}", only.key)).into_response()),
        several => Ok(page::render_list(&chrome, several).into_response()),
    }
}

/// `GET /bureau/{board}`.
async fn home(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    home_page(&state, &chrome, &sitting, None).await
}

async fn home_page(
    state: &PortalState,
    chrome: &Chrome,
    sitting: &Sitting,
    refused: Refused,
) -> Result<Markup, PageError> {
    let server = state.server();
    let mut without_account = Vec::new();
    for member in sitting.state.board.members() {
        let known = server.staff_with_email(member.email).await?;
        if !known.is_some_and(|known| known.activated) {
            without_account.push(member.seat);
        }
    }
    let counts = server.board_count(sitting).await?;
    let view = page::home::HomeView {
        online: server.online(&sitting.state.board.key),
        without_account,
        set_up: counts.iter().all(|count| count.keys_of_board),
        to_decrypt: counts.iter().any(|count| count.state == CountState::Decrypt),
        rehearsed: server.is_rehearsed(&sitting.state).await?,
        refused,
    };
    Ok(page::home::render(chrome, sitting, &view))
}

/// Draws the first page again with a refusal, or goes back to it.
async fn answer(
    state: &PortalState,
    mut chrome: Chrome,
    sitting: &Sitting,
    done: Result<(), BoardError>,
    field: Option<(&'static str, String)>,
) -> Result<Response, PageError> {
    let home = format!("/bureau/{}", sitting.state.board.key);
    match done {
        Ok(()) => Ok(Redirect::to(&home).into_response()),
        Err(BoardError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(error) => {
            chrome.here = home;
            let wish = Wish {
                field: field.filter(|_| matches!(error, BoardError::Reason)),
                message: error.message(),
            };
            let page = home_page(state, &chrome, sitting, Some(wish)).await?;
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

#[derive(Deserialize)]
struct PresenceForm {
    #[serde(default)]
    seance: String,
}

/// `POST /bureau/{board}/presence`.
async fn present(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
    Form(form): Form<PresenceForm>,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let occasion = Occasion::ALL
        .into_iter()
        .find(|occasion| occasion.as_str() == form.seance);
    let occasion = occasion.ok_or(PageError::NotFound)?;
    let done = state.server().board_present(&sitting, occasion).await;
    answer(&state, chrome, &sitting, done, None).await
}

#[derive(Deserialize)]
struct ReplacementForm {
    #[serde(default)]
    suppleant: String,
    #[serde(default)]
    motif: String,
}

/// `POST /bureau/{board}/remplacement`.
async fn replace(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
    Form(form): Form<ReplacementForm>,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let substitute: Seat = form.suppleant.parse().map_err(|_| PageError::NotFound)?;
    let done = state.server().replace_delegate(&sitting, substitute, &form.motif).await;
    answer(&state, chrome, &sitting, done, Some(("motif", form.motif))).await
}

#[derive(Deserialize)]
struct ObservationForm {
    #[serde(default)]
    texte: String,
}

/// `POST /bureau/{board}/observations`.
async fn observe(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
    Form(form): Form<ObservationForm>,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let done = state.server().observe(&sitting, &form.texte).await;
    answer(&state, chrome, &sitting, done, Some(("texte", form.texte))).await
}

/// `GET /bureau/{board}/cles`.
async fn ceremony(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    ceremony_page(&state, &chrome, &sitting, None).await
}

async fn ceremony_page(
    state: &PortalState,
    chrome: &Chrome,
    sitting: &Sitting,
    refused: Refused,
) -> Result<Markup, PageError> {
    let view = page::ceremony::CeremonyPage {
        online: state.server().online(&sitting.state.board.key),
        in_use: state.server().board_keys_are_in_use(sitting).await?,
        refused,
    };
    Ok(page::ceremony::render(chrome, sitting, &view))
}

#[derive(Deserialize)]
struct ReasonForm {
    #[serde(default)]
    motif: String,
}

/// `POST /bureau/{board}/cles/recommencer`.
async fn again(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
    Form(form): Form<ReasonForm>,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    chrome.here = format!("/bureau/{board}/cles");
    match state.server().begin_ceremony_again(&sitting, &form.motif).await {
        Ok(()) => Ok(Redirect::to(&chrome.here).into_response()),
        Err(BoardError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(error) => {
            let wish = Wish {
                field: matches!(error, BoardError::Reason).then_some(("motif", form.motif)),
                message: error.message(),
            };
            let page = ceremony_page(&state, &chrome, &sitting, Some(wish)).await?;
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

/// `GET /bureau/{board}/cle-perdue`.
async fn lost(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let in_use = state.server().board_keys_are_in_use(&sitting).await?;
    Ok(page::lost::render(&chrome, &sitting, in_use))
}

/// `GET /bureau/{board}/depouillement`.
async fn count(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let counts = state.server().board_count(&sitting).await?;
    Ok(page::count::render(&chrome, &sitting, &counts))
}

/// `GET /bureau/{board}/suivi`.
async fn watch(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    watch_page(&state, &chrome, &sitting, None).await
}

async fn watch_page(
    state: &PortalState,
    chrome: &Chrome,
    sitting: &Sitting,
    refused: Refused,
) -> Result<Markup, PageError> {
    let server = state.server();
    let mut elections = Vec::new();
    for election in &sitting.state.elections {
        let (election, consultation) = server.election(&election.id).await?.ok_or(PageError::NotFound)?;
        elections.push(page::acts::Followed {
            phase: server.phase(&election.id).await?.ok_or(PageError::NotFound)?,
            suspended: server.is_suspended(&election.id).await?,
            closes: consultation.calendar.closes(),
            election,
        });
    }
    let counts = server.board_count(sitting).await?;
    let view = page::acts::WatchView {
        elections,
        check: server.last_check(sitting),
        rehearsed: server.is_rehearsed(&sitting.state).await?,
        incidents: server.incidents(&sitting.state).await?,
        may_close: sitting.state.consultation.profile == Profile::Test,
        set_up: counts.iter().all(|count| count.keys_of_board),
        refused,
    };
    Ok(page::acts::render(chrome, sitting, &view))
}

/// `POST /bureau/{board}/controle`.
async fn check(
    State(state): State<PortalState>,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Redirect, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    state.server().check_seal(&sitting.state).await.map_err(refused)?;
    Ok(Redirect::to(&format!("/bureau/{board}/suivi#t-controle")))
}

/// `POST /bureau/{board}/blanche`: twins are made at once; their synthetic voters vote while the page waits.
async fn rehearse(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let here = format!("/bureau/{board}/suivi");
    match state.server().begin_rehearsal(&sitting).await {
        Ok(ready) => {
            let server = state.server().clone();
            tokio::spawn(async move {
                if let Err(error) = server.play_rehearsal(ready).await {
                    tracing::error!(board, %error, "the rehearsal could not be played");
                }
            });
            Ok(Redirect::to(&format!("{here}#t-blanche")).into_response())
        }
        Err(BoardError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(error) => {
            chrome.here = here;
            let wish = Wish {
                field: None,
                message: error.message(),
            };
            let page = watch_page(&state, &chrome, &sitting, Some(wish)).await?;
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

#[derive(Deserialize)]
struct ActForm {
    #[serde(default)]
    acte: String,
    #[serde(default)]
    scrutin: String,
    #[serde(default)]
    cloture: String,
    #[serde(default)]
    motif: String,
}

impl ActForm {
    /// What to correct, and what was typed there.
    fn refused(self, error: &BoardError) -> Wish {
        let field = match error {
            BoardError::Reason => Some(("motif", self.motif)),
            BoardError::Wish => Some(("cloture", self.cloture)),
            _ => None,
        };
        Wish {
            field,
            message: error.message(),
        }
    }

    /// What is proposed; `None` when a date or an election is none.
    fn proposal(&self) -> Option<Proposal> {
        if self.acte == "seal" {
            return Some(Proposal::Seal);
        }
        let election: ElectionId = self.scrutin.parse().ok()?;
        let why = self.motif.clone();
        match self.acte.as_str() {
            "suspend" => Some(Proposal::Suspend(election, why)),
            "resume" => Some(Proposal::Resume(election, why)),
            "close" => Some(Proposal::Close(election, why)),
            "extend" => {
                let civil: jiff::civil::DateTime = self.cloture.trim().replace(' ', "T").parse().ok()?;
                let closes = civil.in_tz("Europe/Paris").ok()?.timestamp();
                Some(Proposal::Extend(election, closes, why))
            }
            _ => None,
        }
    }
}

/// `POST /bureau/{board}/actes`.
async fn propose(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    Path(board): Path<String>,
    session: StaffSession,
    Form(form): Form<ActForm>,
) -> Result<Response, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let proposed = match form.proposal() {
        Some(proposal) => state.server().propose_act(&sitting, proposal).await,
        None => Err(BoardError::Wish),
    };
    match proposed {
        Ok(number) => Ok(Redirect::to(&format!("/bureau/{board}/actes/{number}")).into_response()),
        Err(BoardError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(error) => {
            chrome.here = format!("/bureau/{board}/suivi");
            let wish = form.refused(&error);
            let page = watch_page(&state, &chrome, &sitting, Some(wish)).await?;
            Ok(drawn(status_of(error.class()), page))
        }
    }
}

/// `GET /bureau/{board}/actes/{number}`.
async fn act(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path((board, number)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Markup, PageError> {
    let sitting = sit(&state, &board, &session).await.map_err(refused)?;
    let number: u32 = number.parse().map_err(|_| PageError::NotFound)?;
    let act = sitting.state.acts.iter().find(|act| act.number == number);
    Ok(page::act::render(&chrome, &sitting, act.ok_or(PageError::NotFound)?))
}

/// `GET /api/bureau/{board}/actes/{number}`.
async fn act_state(
    State(state): State<PortalState>,
    Path((board, number)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Json<ActView>, ApiError> {
    let sitting = sit(&state, &board, &session).await?;
    let act = number.parse().ok().and_then(|number| sitting.act(number));
    act.map(Json).ok_or_else(|| ApiError::general(ErrorKind::NotFound))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSignature {
    body: String,
}

/// `POST /api/bureau/{board}/actes/{number}`.
async fn sign(
    State(state): State<PortalState>,
    Path((board, number)): Path<(String, String)>,
    session: StaffSession,
    Json(new): Json<NewSignature>,
) -> Result<StatusCode, ApiError> {
    let sitting = sit(&state, &board, &session).await?;
    let number: u32 = number.parse().map_err(|_| ApiError::general(ErrorKind::NotFound))?;
    state.server().sign_act(&sitting, number, new.body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/bureau/{board}/ceremonie`.
async fn ceremony_state(
    State(state): State<PortalState>,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Json<CeremonyView>, ApiError> {
    Ok(Json(sit(&state, &board, &session).await?.ceremony()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMessage {
    round: u32,
    step: Step,
    body: String,
}

/// `POST /api/bureau/{board}/ceremonie`.
async fn message(
    State(state): State<PortalState>,
    Path(board): Path<String>,
    session: StaffSession,
    Json(new): Json<NewMessage>,
) -> Result<StatusCode, ApiError> {
    let sitting = sit(&state, &board, &session).await?;
    let taken = state.server().board_message(&sitting, new.round, new.step, new.body);
    taken.await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize)]
struct CountAnswer {
    board: String,
    owner: Option<u32>,
    version: u64,
    elections: Vec<CountLine>,
}

#[derive(Serialize)]
struct CountLine {
    election: ElectionId,
    title: String,
    state: &'static str,
    archive: String,
    ballots: u64,
    decrypted: Vec<u32>,
}

/// `GET /api/bureau/{board}/depouillement`.
async fn count_state(
    State(state): State<PortalState>,
    Path(board): Path<String>,
    session: StaffSession,
) -> Result<Json<CountAnswer>, ApiError> {
    let sitting = sit(&state, &board, &session).await?;
    let counts = state.server().board_count(&sitting).await?;
    let line = |count: isoloir_service::board::Count| CountLine {
        archive: format!("/api/bureau/{board}/archive/{}", count.election),
        election: count.election,
        title: count.title,
        state: count.state.as_str(),
        ballots: count.ballots,
        decrypted: count.decrypted,
    };
    // Decryptions are in the boxes and not among the board's records: both make a page that waits reload.
    let decrypted: usize = counts.iter().map(|count| count.decrypted.len()).sum();
    let decrypted = u64::try_from(decrypted).unwrap_or(u64::MAX);
    Ok(Json(CountAnswer {
        owner: sitting.state.owner(sitting.seat),
        version: sitting.state.version.saturating_add(decrypted),
        elections: counts.into_iter().map(line).collect(),
        board,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDecryption {
    owner: u32,
    body: String,
}

fn election_of(text: &str) -> Result<ElectionId, ApiError> {
    text.parse().map_err(|_| ApiError::general(ErrorKind::NotFound))
}

/// `POST /api/bureau/{board}/depouillement/{election}`.
async fn decryption(
    State(state): State<PortalState>,
    Path((board, election)): Path<(String, String)>,
    session: StaffSession,
    Json(new): Json<NewDecryption>,
) -> Result<StatusCode, ApiError> {
    let election = election_of(&election)?;
    let sitting = sit(&state, &board, &session).await?;
    let server = state.server();
    server
        .board_decryption(&sitting, &election, new.owner, &new.body)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/bureau/{board}/archive/{election}`: also when so few voted that the public has none.
async fn archive(
    State(state): State<PortalState>,
    Path((board, election)): Path<(String, String)>,
    session: StaffSession,
) -> Result<Response, ApiError> {
    let election = election_of(&election)?;
    let sitting = sit(&state, &board, &session).await?;
    let counts = state.server().board_count(&sitting).await?;
    let frozen = |count: &isoloir_service::board::Count| {
        count.election == election && matches!(count.state, CountState::Decrypt | CountState::Counted)
    };
    if counts.iter().any(frozen) {
        Ok(stream_archive(&state, election))
    } else {
        Err(BoardError::NotOpen.into())
    }
}
