//! The journal, to read, and as a file.

use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use isoloir_domain::local_time::paris;
use isoloir_service::read_journal::{ENTRIES_PER_PAGE, Wanted};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use maud::Markup;
use serde::Deserialize;

use crate::access::{Access, Declared, declare};
use crate::error::PageError;
use crate::pages::console::READS_JOURNAL;
use crate::pages::console::journal::{self as page, Filter, JournalView};
use crate::pages::console::journal_kinds::KINDS;
use crate::request::{PageChrome, StaffSession};
use crate::routes::public::{download, piped};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    vec![
        declare("GET", page::PATH, Access::Staff(READS_JOURNAL), get(read)),
        declare("GET", page::FILE, Access::Staff(READS_JOURNAL), get(file)).file(page::PATH),
    ]
}

#[derive(Deserialize)]
struct JournalQuery {
    avant: Option<u64>,
    controle: Option<String>,
    #[serde(flatten)]
    filter: FilterQuery,
}

/// As the form sends it: what was left empty is an empty text.
#[derive(Deserialize)]
struct FilterQuery {
    #[serde(default)]
    nature: String,
    #[serde(default)]
    objet: String,
    #[serde(default)]
    du: String,
    #[serde(default)]
    au: String,
}

impl FilterQuery {
    fn parse(self) -> Filter {
        let day = |text: &str| (!text.is_empty()).then(|| text.parse::<Date>());
        let (from, until) = (day(&self.du), day(&self.au));
        Filter {
            unreadable_day: [&from, &until].iter().any(|day| matches!(day, Some(Err(_)))),
            kind: Some(self.nature).filter(|kind| KINDS.iter().any(|(name, _)| name == kind)),
            about: Some(self.objet.trim().to_owned()).filter(|about| !about.is_empty()),
            from: from.and_then(Result::ok),
            until: until.and_then(Result::ok),
        }
    }
}

/// The instant of a day's minute in Paris; the first of two in October, the next that exists in March.
fn in_paris(day: Date, time: Time) -> Option<Timestamp> {
    paris().to_timestamp(day.to_datetime(time)).ok()
}

/// `GET /gestion/journal`.
async fn read(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<JournalQuery>,
) -> Result<Markup, PageError> {
    let server = state.server();
    let filter = query.filter.parse();
    let wanted = Wanted {
        kind: filter.kind.as_deref(),
        about: filter.about.as_deref(),
        from: filter.from.and_then(|day| in_paris(day, Time::midnight())),
        until: filter.until.and_then(|day| in_paris(day, Time::constant(23, 59, 0, 0))),
    };
    let entries = server.journal_page(query.avant, &wanted).await?;
    let full = entries.len() >= usize::try_from(ENTRIES_PER_PAGE).unwrap_or(usize::MAX);
    let view = JournalView {
        next: entries.last().map(|(rank, _)| *rank).filter(|_| full),
        entries,
        filter,
        holds: match query.controle {
            Some(_) => Some(server.journal_chain_holds().await?),
            None => None,
        },
        days: server.journal_days().await?,
        names: server.staff_names().await?,
    };
    Ok(page::render(&chrome, session.member(), &view))
}

/// `GET /gestion/journal/fichier`: the whole journal, for `isoloir journal verify`.
async fn file(State(state): State<PortalState>) -> Response {
    let server = state.server().clone();
    let body = piped(|out| async move { server.export_journal(out).await });
    download("journal.jsonl", "application/jsonl", body)
}
