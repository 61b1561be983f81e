//! What is read only: the token itself, the delivery ledger, the journal, results and archives.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use isoloir_domain::api_token::Scope;
use isoloir_service::ledger::{Alarm, Figures, Ledger, Thresholds};
use isoloir_service::publish_results;
use isoloir_service::read_journal::{ENTRIES_PER_PAGE, Wanted};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;
use super::{Operation, election_of, operation};
use crate::request::Caller;
use crate::routes::{download, piped, stream_archive};
use crate::state::PortalState;

pub(super) fn operations() -> Vec<Operation> {
    let results_read = &[Scope::ResultsRead];
    vec![
        operation("GET", "/api/v1/token", &[], &[], get(token)),
        operation("GET", "/api/v1/delivery", &[Scope::DeliveryRead], &[], get(delivery)),
        operation("GET", "/api/v1/journal", &[Scope::JournalRead], &[400], get(journal)),
        operation(
            "GET",
            "/api/v1/journal/file",
            &[Scope::JournalRead],
            &[],
            get(journal_file),
        ),
        operation(
            "GET",
            "/api/v1/elections/{election}/results",
            results_read,
            &[404],
            get(results),
        ),
        operation(
            "GET",
            "/api/v1/elections/{election}/archive",
            results_read,
            &[404, 409],
            get(archive),
        ),
    ]
}

/// The token of the call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub(super) struct TokenBody {
    /// Its identifier, as the journal names it.
    id: String,
    /// What it is for.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// The only consultation that it works on.
    consultation: Option<String>,
    /// Until when.
    #[schema(format = DateTime)]
    expires: String,
}

/// Reads what this token may do
#[utoipa::path(get, path = "/api/v1/token", operation_id = "token", tag = "Token",
    responses((status = 200, description = "The token of this call", body = TokenBody)))]
pub(super) async fn token(Caller(caller): Caller) -> Json<TokenBody> {
    let token = caller.token();
    Json(TokenBody {
        id: token.id.to_string(),
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|scope| scope.to_string()).collect(),
        consultation: token.consultation.as_ref().map(ToString::to_string),
        expires: token.expires.to_string(),
    })
}

/// The delivery ledger: counts only.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ledger)]
pub(super) struct LedgerBody {
    /// When it was read.
    #[schema(format = DateTime)]
    at: String,
    /// By channel.
    channels: Vec<FiguresBody>,
    /// By channel and kind of letter.
    kinds: Vec<FiguresBody>,
    /// By channel and operator; those with very few messages are counted together.
    operators: Vec<FiguresBody>,
    /// What somebody should look at.
    alarms: Vec<AlarmBody>,
}

/// How many messages stand where.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Figures)]
pub(super) struct FiguresBody {
    /// `mail` or `sms`.
    channel: String,
    /// Kind or operator; empty for a whole channel.
    name: String,
    /// All of them.
    total: u64,
    /// With us.
    queued: u64,
    /// With the gateway.
    held: u64,
    /// Accepted by the relay or the operator.
    sent: u64,
    /// Reached the telephone.
    delivered: u64,
    /// Refused for good.
    failed: u64,
    /// Too old to be sent.
    expired: u64,
}

/// What somebody should look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alarm)]
pub(super) struct AlarmBody {
    /// `failing`, `waiting` or `settings`.
    alarm: String,
    /// `mail` or `sms`.
    channel: String,
    /// The operator that refuses, or the class of the errors; empty for messages that wait.
    of: String,
    /// Percent that failed, minutes that the oldest waits, or messages that wait for settings.
    figure: u64,
}

impl From<Figures> for FiguresBody {
    fn from(figures: Figures) -> FiguresBody {
        FiguresBody {
            channel: figures.channel.to_string(),
            name: figures.name,
            total: figures.total,
            queued: figures.queued,
            held: figures.held,
            sent: figures.sent,
            delivered: figures.delivered,
            failed: figures.failed,
            expired: figures.expired,
        }
    }
}

impl From<Alarm> for AlarmBody {
    fn from(alarm: Alarm) -> AlarmBody {
        let (name, channel, of, figure) = match alarm {
            Alarm::Failing {
                channel,
                operator,
                percent,
            } => ("failing", channel, operator, percent),
            Alarm::Waiting { channel, minutes } => ("waiting", channel, String::new(), minutes),
            Alarm::Settings { channel, class, count } => ("settings", channel, class, count),
        };
        AlarmBody {
            alarm: name.to_owned(),
            channel: channel.to_string(),
            of,
            figure,
        }
    }
}

impl From<Ledger> for LedgerBody {
    fn from(ledger: Ledger) -> LedgerBody {
        let figures = |all: Vec<Figures>| all.into_iter().map(FiguresBody::from).collect();
        LedgerBody {
            at: ledger.at.to_string(),
            channels: figures(ledger.channels),
            kinds: figures(ledger.kinds),
            operators: figures(ledger.operators),
            alarms: ledger.alarms.into_iter().map(AlarmBody::from).collect(),
        }
    }
}

/// Reads the figures of the delivery ledger
///
/// What has become of mails and SMS, in counts: no address, no name.
#[utoipa::path(get, path = "/api/v1/delivery", operation_id = "delivery", tag = "Deliveries",
    responses((status = 200, description = "The figures", body = LedgerBody)))]
pub(super) async fn delivery(State(state): State<PortalState>) -> Result<Json<LedgerBody>, Problem> {
    Ok(Json(
        state.server().delivery_ledger(&Thresholds::default()).await?.into(),
    ))
}

/// Which entries of the journal.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct JournalQuery {
    /// Entries before this rank.
    #[param(minimum = 1)]
    before: Option<u64>,
    /// Kind of event, as the journal names it.
    kind: Option<String>,
    /// An identifier that the entry holds: an election, a voter, a member of the staff, a token.
    about: Option<String>,
    /// Not before this minute.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Not after this minute.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// A page of the journal, the latest entries first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalPage)]
pub(super) struct JournalBody {
    /// The entries.
    entries: Vec<EntryBody>,
    /// What `before` names for the next page, when there may be one.
    next: Option<u64>,
}

/// An entry of the journal with its rank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JournalEntry)]
pub(super) struct EntryBody {
    /// Its rank, from 1.
    rank: u64,
    /// The entry as the chain hashes it: `at`, `actor`, `subject`, `what`.
    #[schema(value_type = Object)]
    entry: Value,
}

/// Reads the journal
#[utoipa::path(get, path = "/api/v1/journal", operation_id = "journal", tag = "Journal", params(JournalQuery),
    responses((status = 200, description = "Fifty entries at most", body = JournalBody)))]
pub(super) async fn journal(
    State(state): State<PortalState>,
    Query(query): Query<JournalQuery>,
) -> Result<Json<JournalBody>, Problem> {
    let wanted = Wanted {
        kind: query.kind.as_deref(),
        about: query.about.as_deref(),
        from: query.from,
        until: query.until,
    };
    let found = state.server().journal_page(query.before, &wanted).await?;
    let full = found.len() >= usize::try_from(ENTRIES_PER_PAGE).unwrap_or(usize::MAX);
    let next = found.last().map(|(rank, _)| *rank).filter(|_| full);
    let entries = found.into_iter().map(|(rank, entry)| EntryBody {
        rank,
        entry: serde_json::to_value(entry).unwrap_or_default(),
    });
    Ok(Json(JournalBody {
        entries: entries.collect(),
        next,
    }))
}

/// Exports the whole journal, signed
///
/// For `isoloir journal verify`, which needs no server.
#[utoipa::path(get, path = "/api/v1/journal/file", operation_id = "journalFile", tag = "Journal",
    responses((status = 200, description = "The file", body = String, content_type = "application/jsonl")))]
pub(super) async fn journal_file(State(state): State<PortalState>) -> Response {
    let server = state.server().clone();
    let body = piped(|out| async move { server.export_journal(out).await });
    download("journal.jsonl", "application/jsonl", body)
}

/// Reads the results of an election
///
/// Once it is counted: what `isoloir-verify --results` recomputes. Below the secrecy threshold no figure of a list is in it.
#[utoipa::path(get, path = "/api/v1/elections/{election}/results", operation_id = "results", tag = "Results",
    params(("election" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The results", body = Object)))]
pub(super) async fn results(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let (election, _) = election_of(&state, &caller, &id).await?;
    let results = state.server().results(&election.id).await?;
    let results = results.ok_or_else(Problem::not_found)?;
    Ok(Json(publish_results::results_json(&results)))
}

/// Reads the archive of an election
///
/// The whole public record, once the box is public.
#[utoipa::path(get, path = "/api/v1/elections/{election}/archive", operation_id = "archive", tag = "Results",
    params(("election" = String, Path, description = "Its identifier")),
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/x-tar")))]
pub(super) async fn archive(
    State(state): State<PortalState>,
    Caller(caller): Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (election, _) = election_of(&state, &caller, &id).await?;
    // Asked first, because a stream that has begun can no longer say no.
    state.server().check_archive_is_public(&election.id).await?;
    Ok(stream_archive(&state, election.id))
}
