//! Proofs of vote and receipts, as pages and as PDF. Nothing of them is stored.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use isoloir_documents::Paper;
use isoloir_domain::message::{Class, Message};
use isoloir_service::receipt::ShownReceipt;
use isoloir_service::{Fault, Session};
use maud::Markup;
use serde::Deserialize;

use crate::access::{Access, Declared, declare};
use crate::error::{PageError, log_fault};
use crate::limits::Limit;
use crate::pages::proof::{self as proof_page, ProofView};
use crate::papers::{self, ReceiptLine};
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;
use isoloir_theme::i18n::Lang;

/// Receipts on one paper: more elections than anybody votes in.
const MAX_RECEIPTS: usize = 20;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/mes-scrutins/{election}/preuve", Voter, get(proof)),
        declare("GET", "/mes-scrutins/{election}/preuve.pdf", Voter, get(proof_file))
            .limited(Limit::Document)
            .file("/mes-scrutins"),
        declare("POST", "/recu.pdf", Public, post(receipt_file))
            .limited(Limit::Document)
            .file("/je-vote"),
    ]
}

/// `GET /mes-scrutins/{election}/preuve`.
async fn proof(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(election): Path<String>,
) -> Result<Markup, PageError> {
    Ok(proof_page::render(
        &chrome,
        &proof_of(&state, &session, &election).await?,
    ))
}

/// `GET /mes-scrutins/{election}/preuve.pdf`.
async fn proof_file(
    State(state): State<PortalState>,
    lang: Lang,
    VoterSession(session): VoterSession,
    Path(election): Path<String>,
) -> Result<Response, PageError> {
    let view = proof_of(&state, &session, &election).await?;
    typeset(papers::proof(lang, &view), "preuve-de-vote.pdf").await
}

/// What the poll book proves of this voter; another's election is a page that does not exist.
async fn proof_of(state: &PortalState, session: &Session, election: &str) -> Result<ProofView, PageError> {
    let own = state.server().voter_elections(session).await?;
    let entry = own
        .into_iter()
        .find(|entry| entry.election.id.as_str() == election)
        .ok_or(PageError::NotFound)?;
    if !entry.marked {
        return Err(refused(Class::Conflict, "proof_not_yet", |lang| {
            lang.text("proof-not-yet")
        }));
    }
    let voter = session.voter();
    Ok(ProofView {
        id: entry.election.id.to_string(),
        voter: format!("{} {}", voter.first_name, voter.last_name),
        organiser: entry.consultation.organiser,
        consultation: entry.consultation.title,
        election: entry.election.title,
    })
}

fn refused(class: Class, code: &'static str, words: impl Fn(Lang) -> String) -> PageError {
    PageError::Refused {
        code,
        message: Message::new(words(Lang::Fr), words(Lang::En)),
        class,
    }
}

#[derive(Deserialize)]
struct ReceiptForm {
    #[serde(default)]
    recus: String,
}

/// `POST /recu.pdf`: needs no session, since whoever holds a receipt may have it on paper. Only what this server signed is typeset.
async fn receipt_file(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Form(form): Form<ReceiptForm>,
) -> Result<Response, PageError> {
    let forged = || {
        refused(Class::Unprocessable, "receipt_invalid", |lang| {
            lang.text("paper-receipt-refused")
        })
    };
    let shown: Vec<ShownReceipt> = serde_json::from_str(&form.recus).map_err(|_| forged())?;
    if shown.is_empty() || shown.len() > MAX_RECEIPTS {
        return Err(forged());
    }
    let mut lines = Vec::with_capacity(shown.len());
    for shown in &shown {
        let receipt = state.server().read_receipt(shown).ok_or_else(forged)?;
        let (election, _) = state
            .server()
            .election(receipt.election())
            .await?
            .ok_or(PageError::NotFound)?;
        lines.push(ReceiptLine {
            election: receipt.election().to_string(),
            title: election.title,
            tracker: receipt.tracker().to_owned(),
            event: receipt.event().to_owned(),
            signature: receipt.signature().to_owned(),
        });
    }
    let paper = papers::receipt(chrome.lang, &chrome.site.organiser, &state.config().origin, &lines);
    typeset(paper, "recu-de-vote.pdf").await
}

/// Typesets off the threads that answer.
pub(super) async fn typeset(paper: Paper, name: &str) -> Result<Response, PageError> {
    let file = tokio::task::spawn_blocking(move || isoloir_documents::pdf(&paper))
        .await
        .map_err(|_| PageError::Fault(Fault::Stopping))?
        .map_err(|error| {
            log_fault(&error);
            PageError::Fault(Fault::Damaged("a paper"))
        })?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, file).into_response())
}
