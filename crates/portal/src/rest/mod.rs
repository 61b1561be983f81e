//! The API of the back office, `/api/v1`: the same use cases as pages and commands, for programs that send a token.
//!
//! - [`operations`]: every operation with the scopes that it takes and the statuses with which it refuses; the document says the same, since it is
//!   made from this table and from the handlers' types
//! - [`problem`]: how it refuses; no cookie is read, no language but the one of `Accept-Language`
//! - [`document`]: OpenAPI 3.1
//!
//! What names a consultation or an election that the token does not work on is answered as if there were none.

mod complaints;
mod consultations;
mod decisions;
mod minutes;
pub(crate) mod problem;
mod records;
mod rolls;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, extract::DefaultBodyLimit};
use isoloir_domain::api_token::Scope;
use isoloir_domain::message::Message;
use isoloir_domain::{Consultation, ConsultationId, Election, ElectionId};
use isoloir_service::api_tokens::ApiCaller;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::access::{Access, Declared, declare};
use crate::pages::api_document;
use crate::request::PageChrome;
use crate::state::PortalState;
use problem::Problem;

/// Where the document is.
pub const DOCUMENT: &str = "/api/v1/openapi.json";
/// Where people read it.
pub const PAGE: &str = "/api";
/// Items of a list on one page.
const PER_PAGE: usize = 50;
/// Largest JSON that an operation takes, in bytes.
const MAX_JSON: usize = 64 * 1024;

/// One operation: who may call it, how it refuses, and who answers.
struct Operation {
    method: &'static str,
    path: &'static str,
    scopes: &'static [Scope],
    /// Statuses of its refusals, beside those of every operation.
    refuses: &'static [u16],
    handler: MethodRouter<PortalState>,
}

fn operation(
    method: &'static str,
    path: &'static str,
    scopes: &'static [Scope],
    refuses: &'static [u16],
    handler: MethodRouter<PortalState>,
) -> Operation {
    Operation {
        method,
        path,
        scopes,
        refuses,
        handler,
    }
}

/// Every operation.
fn operations() -> Vec<Operation> {
    [
        consultations::operations(),
        rolls::operations(),
        complaints::operations(),
        decisions::operations(),
        records::operations(),
        minutes::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who may call what here.
pub(crate) fn table() -> Vec<Declared> {
    let operations = operations()
        .into_iter()
        .map(|one| declare(one.method, one.path, Access::Token(one.scopes), one.handler));
    let about = [
        declare("GET", DOCUMENT, Access::Public, get(openapi)),
        declare("GET", PAGE, Access::Public, get(page)),
    ];
    operations.chain(about).collect()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Isoloir",
        description = "The back office of an Isoloir voting server. Every operation takes a token, `Authorization: Bearer …`, made on \
                       /gestion/jetons or by `isoloir token create`, and names the scopes that the token must have.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2")
    ),
    paths(
        consultations::list,
        consultations::one,
        consultations::elections,
        consultations::election,
        consultations::calendar,
        consultations::preparation,
        consultations::export,
        consultations::plan,
        consultations::apply,
        rolls::list,
        rolls::stage,
        rolls::one,
        rolls::difference,
        rolls::refused,
        rolls::approve,
        rolls::apply,
        rolls::abandon,
        rolls::gates,
        rolls::waive,
        complaints::list,
        complaints::one,
        complaints::decide,
        decisions::list,
        decisions::confirm,
        decisions::refuse,
        decisions::move_calendar,
        records::token,
        records::delivery,
        records::journal,
        records::journal_file,
        records::results,
        records::archive,
        minutes::list,
        minutes::one,
    ),
    components(schemas(problem::ProblemBody, problem::WrongBody))
)]
struct Described;

/// The document: what the types say, and from [`operations`] who may call what and how it refuses.
pub fn document() -> &'static Value {
    static WHOLE: LazyLock<Value> = LazyLock::new(whole_document);
    &WHOLE
}

/// How any operation may refuse.
const ALWAYS: [u16; 4] = [401, 403, 429, 503];

fn whole_document() -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let scheme = json!({"token": {"type": "http", "scheme": "bearer"}});
        components.insert("securitySchemes".to_owned(), scheme);
    }
    for one in operations() {
        let method = one.method.to_ascii_lowercase();
        let found = document
            .get_mut("paths")
            .and_then(|paths| paths.get_mut(one.path))
            .and_then(|path| path.get_mut(&method))
            .and_then(Value::as_object_mut);
        let Some(found) = found else { continue };
        let scopes: Vec<&str> = one.scopes.iter().map(|scope| scope.as_str()).collect();
        found.insert("security".to_owned(), json!([{"token": scopes}]));
        let Some(responses) = found.get_mut("responses").and_then(Value::as_object_mut) else {
            continue;
        };
        for status in ALWAYS.iter().chain(one.refuses) {
            responses.insert(status.to_string(), refusal(*status));
        }
    }
    document
}

fn refusal(status: u16) -> Value {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    json!({
        "description": reason.unwrap_or_default(),
        "content": {problem::MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    })
}

/// `GET /api/v1/openapi.json`.
async fn openapi() -> Json<&'static Value> {
    Json(document())
}

/// `GET /api`: the document, for people.
async fn page(PageChrome(chrome): PageChrome) -> maud::Markup {
    api_document::render(&chrome, &described())
}

/// One operation, as the page shows it.
pub struct ShownOperation {
    /// `GET`, `POST` or `PUT`.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// What it does.
    pub summary: String,
    /// The scopes that it takes.
    pub scopes: Vec<&'static str>,
}

/// Every operation as the page shows it.
fn described() -> Vec<ShownOperation> {
    let words: BTreeMap<(String, String), String> = summaries(document());
    let shown = operations().into_iter().map(|one| ShownOperation {
        method: one.method,
        path: one.path,
        summary: words
            .get(&(one.method.to_ascii_lowercase(), one.path.to_owned()))
            .cloned()
            .unwrap_or_default(),
        scopes: one.scopes.iter().map(|scope| scope.as_str()).collect(),
    });
    shown.collect()
}

fn summaries(document: &Value) -> BTreeMap<(String, String), String> {
    let mut all = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let summary = operation.get("summary").and_then(Value::as_str).unwrap_or_default();
            all.insert((method.clone(), path.clone()), summary.to_owned());
        }
    }
    all
}

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Words {
    /// In French.
    fr: String,
    /// In English.
    en: String,
}

impl From<Message> for Words {
    fn from(message: Message) -> Words {
        Words {
            fr: message.fr,
            en: message.en,
        }
    }
}

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// The page, from 1.
    #[param(minimum = 1, maximum = 1_000_000)]
    page: Option<u32>,
}

impl PageQuery {
    fn page(&self) -> Result<u32, Problem> {
        match self.page {
            None => Ok(1),
            Some(page) if (1..=1_000_000).contains(&page) => Ok(page),
            Some(_) => Err(Problem::malformed()),
        }
    }

    /// Items before this page.
    fn offset(&self) -> Result<usize, Problem> {
        let before = self.page()?.saturating_sub(1);
        Ok(usize::try_from(before).unwrap_or(usize::MAX).saturating_mul(PER_PAGE))
    }
}

/// A page of a list: fifty items at most.
#[derive(Debug, Serialize, ToSchema)]
struct Paged<T> {
    /// The items.
    items: Vec<T>,
    /// The page, from 1.
    page: u32,
    /// The next page, when there is one.
    next: Option<u32>,
}

impl<T> Paged<T> {
    /// This page of all items.
    fn cut(all: impl IntoIterator<Item = T>, query: &PageQuery) -> Result<Paged<T>, Problem> {
        let mut rest = all.into_iter().skip(query.offset()?);
        let items: Vec<T> = rest.by_ref().take(PER_PAGE).collect();
        Paged::of(items, rest.next().is_some(), query)
    }

    fn of(items: Vec<T>, more: bool, query: &PageQuery) -> Result<Paged<T>, Problem> {
        let page = query.page()?;
        Ok(Paged {
            items,
            page,
            next: more.then(|| page.saturating_add(1)),
        })
    }
}

/// A body of JSON; whatever is wrong with it is one refusal.
struct Given<T>(T);

impl<T: DeserializeOwned> FromRequest<PortalState> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &PortalState) -> Result<Given<T>, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(too_large)?;
        serde_json::from_slice(&bytes)
            .map(Given)
            .map_err(|_| Problem::malformed())
    }
}

/// A body of bytes.
struct Raw(Bytes);

impl FromRequest<PortalState> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &PortalState) -> Result<Raw, Problem> {
        Bytes::from_request(request, state).await.map(Raw).map_err(too_large)
    }
}

fn too_large(rejected: axum::extract::rejection::BytesRejection) -> Problem {
    Problem::of_status(rejected.into_response().status())
}

/// What `If-Match` names: the entity tag without its quotes.
struct IfMatch(Option<String>);

impl FromRequestParts<PortalState> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &PortalState) -> Result<IfMatch, Problem> {
        let value = parts
            .headers
            .get(header::IF_MATCH)
            .and_then(|value| value.to_str().ok());
        let tag = value.and_then(|value| value.trim().strip_prefix('"')?.strip_suffix('"'));
        Ok(IfMatch(tag.map(str::to_owned)))
    }
}

impl IfMatch {
    /// The tag, without which nothing is changed.
    fn required(self) -> Result<String, Problem> {
        let words = Message::new(
            "Cette opération demande l’en-tête If-Match, avec l’empreinte lue.",
            "This operation takes the header If-Match, with the tag that was read.",
        );
        self.0
            .ok_or_else(|| Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_required", words))
    }
}

/// Marks an answer with its entity tag.
fn tagged(tag: &str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// A file to keep.
fn file(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    (headers, bytes).into_response()
}

fn limit_json() -> DefaultBodyLimit {
    DefaultBodyLimit::max(MAX_JSON)
}

/// The consultation of a path, if the caller works on it.
async fn consultation_of(state: &PortalState, caller: &ApiCaller, id: &str) -> Result<Consultation, Problem> {
    let id: ConsultationId = id.parse().map_err(|_| Problem::not_found())?;
    if !caller.works_on(&id) {
        return Err(Problem::not_found());
    }
    state.server().consultation(&id).await?.ok_or_else(Problem::not_found)
}

/// The election of a path with its consultation, if the caller works on it.
async fn election_of(state: &PortalState, caller: &ApiCaller, id: &str) -> Result<(Election, Consultation), Problem> {
    let id: ElectionId = id.parse().map_err(|_| Problem::not_found())?;
    let found = state.server().election(&id).await?;
    found
        .filter(|(_, consultation)| caller.works_on(&consultation.id))
        .ok_or_else(Problem::not_found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_and_the_routes_say_the_same() {
        let described: BTreeSet<(String, String)> = summaries(document()).into_keys().collect();
        let routes: BTreeSet<(String, String)> = operations()
            .into_iter()
            .map(|one| (one.method.to_ascii_lowercase(), one.path.to_owned()))
            .collect();
        assert_eq!(described, routes);
        let of_table: BTreeSet<(String, String)> = crate::routes::table()
            .into_iter()
            .filter(|declared| declared.path.starts_with("/api/v1/") && declared.path != DOCUMENT)
            .map(|declared| (declared.method.to_ascii_lowercase(), declared.path.to_owned()))
            .collect();
        assert_eq!(
            of_table, routes,
            "no route of the API stands outside of the table of operations"
        );
    }

    #[test]
    fn every_operation_has_words_an_identifier_of_its_own_and_scopes() {
        let mut seen = BTreeSet::new();
        for one in operations() {
            let text = &document()["paths"][one.path][one.method.to_ascii_lowercase()];
            assert!(!text["summary"].as_str().unwrap_or_default().is_empty(), "{}", one.path);
            assert!(seen.insert(text["operationId"].to_string()), "{}", one.path);
            // A proposal takes the scope of its act.
            let any = one.path == "/api/v1/token" || one.path.starts_with("/api/v1/proposals/");
            assert!(!one.scopes.is_empty() || any, "{}", one.path);
            assert_eq!(
                text["security"][0]["token"].as_array().map(Vec::len),
                Some(one.scopes.len())
            );
        }
        assert_eq!(document()["openapi"], "3.1.0");
    }

    #[test]
    fn a_list_is_cut_in_pages_and_says_whether_there_is_another() {
        let page = |page, n: u32| Paged::cut(0..n, &PageQuery { page }).map(|page| (page.items.len(), page.next));
        assert_eq!(page(None, 50).unwrap(), (50, None));
        assert_eq!(page(Some(1), 51).unwrap(), (50, Some(2)));
        assert_eq!(page(Some(2), 51).unwrap(), (1, None));
        assert_eq!(page(Some(1_000_000), 51).unwrap(), (0, None));
        assert!(page(Some(0), 1).is_err() && page(Some(1_000_001), 1).is_err());
    }
}
