//! The voter's rolls, candidate lists with logos and manifestos, and what is held about the voter.

use std::collections::HashMap;

use crate::access::{Access, Declared, declare};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use isoloir_domain::{CandidateList, Consultation, Election, ElectionId};
use isoloir_service::consult_roll::RollError;
use isoloir_service::import_list_files::{ListFile, Role};
use maud::Markup;
use serde::Deserialize;

use crate::error::PageError;
use crate::pages::candidates::{self as candidates_page, CandidatesView, Draw, ListView, Manifesto, PublicElection};
use crate::pages::kiosk::render_print_instead;
use crate::pages::personal::{self, PersonalView};
use crate::pages::rolls::{self, RollEntry, RollView};
use crate::request::{PageChrome, VoterSession};
use crate::state::PortalState;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::{Public, Voter};
    vec![
        declare("GET", "/mes-scrutins/listes", Voter, get(own_rolls)),
        declare("GET", "/mes-scrutins/{election}/liste", Voter, get(roll)),
        declare("GET", "/mes-scrutins/{election}", Voter, get(own_candidates)),
        declare("GET", "/candidatures", Public, get(public_list)),
        declare("GET", "/candidatures/{election}", Public, get(public_candidates)),
        declare("GET", "/fichiers/{digest}", Public, get(file)),
        declare("GET", "/mon-compte/informations", Voter, get(personal_data)),
    ]
}

/// An ill-formed name is an election that does not exist.
fn election_id(text: &str) -> Result<ElectionId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

fn roll_error(error: RollError) -> PageError {
    match error {
        RollError::Unknown => PageError::NotFound,
        RollError::Fault(fault) => PageError::Fault(fault),
        refusal @ RollError::NotPublished(_) => PageError::refused(&refusal),
    }
}

/// `GET /mes-scrutins/listes`.
pub(super) async fn own_rolls(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let own = state.server().own_rolls(&session).await?;
    let entries: Vec<RollEntry> = own
        .into_iter()
        .map(|roll| RollEntry {
            id: roll.election.id.to_string(),
            title: roll.election.title,
            registered: roll.import.map_or(0, |import| import.registered),
            window: roll.window,
            place: roll.place,
        })
        .collect();
    Ok(rolls::render_list(&chrome, &entries))
}

#[derive(Deserialize)]
pub(super) struct RollQuery {
    #[serde(default)]
    q: String,
    apres: Option<String>,
}

/// `GET /mes-scrutins/{election}/liste`.
pub(super) async fn roll(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(id): Path<String>,
    Query(query): Query<RollQuery>,
) -> Result<Markup, PageError> {
    let id = election_id(&id)?;
    let search: String = query.q.trim().chars().take(100).collect();
    let after = query.apres.as_deref().filter(|after| !after.is_empty());
    let page = state
        .server()
        .consult_roll(&session, &id, &search, after)
        .await
        .map_err(roll_error)?;
    let voter = session.voter();
    let view = RollView {
        id: page.election.id.to_string(),
        title: page.election.title,
        registered: page.registered,
        own: (voter.last_name.clone(), voter.first_name.clone()),
        later: after.is_some(),
        search,
        lines: page.lines,
        next: page.next,
    };
    Ok(rolls::render(&chrome, &view))
}

/// `GET /mes-scrutins/{election}`.
pub(super) async fn own_candidates(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let id = election_id(&id)?;
    let own = state.server().own_rolls(&session).await?;
    let Some(own) = own.into_iter().find(|own| own.election.id == id) else {
        return Err(PageError::NotFound);
    };
    let view = candidates_view(&state, own.election, &own.consultation, true).await?;
    Ok(candidates_page::render(&chrome, &view))
}

/// Whether anyone may read the lists of this consultation now.
fn is_public(state: &PortalState, consultation: &Consultation) -> bool {
    let policy = &consultation.policy.candidates;
    policy.public && policy.is_published(state.server().clock().now())
}

/// `GET /candidatures`.
pub(super) async fn public_list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let mut elections = Vec::new();
    for consultation in state.server().consultations().await? {
        if !is_public(&state, &consultation) {
            continue;
        }
        for election in state.server().elections(&consultation.id).await? {
            elections.push(PublicElection {
                lists: state.server().lists(&election.id).await?.len(),
                id: election.id.to_string(),
                title: election.title,
                seats: election.seats,
            });
        }
    }
    Ok(candidates_page::render_public(&chrome, &elections))
}

/// `GET /candidatures/{election}`.
pub(super) async fn public_candidates(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(id): Path<String>,
) -> Result<Markup, PageError> {
    let found = state.server().election(&election_id(&id)?).await?;
    let (election, consultation) = found.ok_or(PageError::NotFound)?;
    if !is_public(&state, &consultation) {
        return Err(PageError::NotFound);
    }
    let view = candidates_view(&state, election, &consultation, false).await?;
    Ok(candidates_page::render(&chrome, &view))
}

async fn candidates_view(
    state: &PortalState,
    election: Election,
    consultation: &Consultation,
    own: bool,
) -> Result<CandidatesView, PageError> {
    let policy = &consultation.policy.candidates;
    let lists = if policy.is_published(state.server().clock().now()) {
        published_lists(state, &election.id).await?
    } else {
        Vec::new()
    };
    Ok(CandidatesView {
        title: election.title,
        seats: election.seats,
        lists,
        draw: Draw {
            on: policy.drawn_on,
            how: policy.drawn_how.clone(),
        },
        own,
    })
}

async fn published_lists(state: &PortalState, election: &ElectionId) -> Result<Vec<ListView>, PageError> {
    let lists = state.server().lists(election).await?;
    let files = state.server().list_files(election).await?;
    let logos = logos(&lists, &files);
    let manifestos: HashMap<u32, &ListFile> = files
        .iter()
        .filter(|file| file.role == Role::Manifesto)
        .map(|file| (file.list, file))
        .collect();
    Ok(lists
        .into_iter()
        .enumerate()
        .map(|(rank, list)| ListView {
            logo: logos.get(rank).cloned(),
            manifesto: manifestos.get(&list.position).map(|file| Manifesto {
                href: file_path(file),
                pages: file.pages,
                size: file.size,
            }),
            list,
        })
        .collect())
}

/// Addresses of the logos, one per list: of all lists or of none, so that no list looks poorer than another.
fn logos(lists: &[CandidateList], files: &[ListFile]) -> Vec<String> {
    let logo = |list: &CandidateList| {
        let is_its_logo = |file: &&ListFile| file.role == Role::Logo && file.list == list.position;
        files.iter().find(is_its_logo).map(file_path)
    };
    lists
        .iter()
        .map(logo)
        .collect::<Option<Vec<String>>>()
        .unwrap_or_default()
}

/// As [`logos`], for an election whose lists are at hand.
pub(super) async fn logos_of(
    state: &PortalState,
    election: &ElectionId,
    lists: &[CandidateList],
) -> Result<Vec<String>, PageError> {
    Ok(logos(lists, &state.server().list_files(election).await?))
}

fn file_path(file: &ListFile) -> String {
    format!("/fichiers/{}", hex::encode(file.digest))
}

/// `GET /fichiers/{digest}`: a logo, a manifesto or the PDF beside a text, under the digest of its bytes. What the browser gets cannot run nor be framed.
pub(super) async fn file(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    Path(digest): Path<String>,
) -> Result<Response, PageError> {
    let mut bytes = [0; 32];
    // One spelling only: an address is the name of one file.
    if digest.bytes().any(|b| b.is_ascii_uppercase()) || hex::decode_to_slice(&digest, &mut bytes).is_err() {
        return Err(PageError::NotFound);
    }
    let file = state.server().public_file(&bytes).await?.ok_or(PageError::NotFound)?;
    let document = file.media_type == "application/pdf";
    if document && chrome.kiosk {
        return Ok(render_print_instead(&chrome, "/candidatures").into_response());
    }
    let disposition = if document {
        let short: String = digest.chars().take(8).collect();
        format!("attachment; filename=\"document-{short}.pdf\"")
    } else {
        "inline".to_owned()
    };
    let headers = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, SANDBOX.to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
    ];
    Ok((headers, file.bytes).into_response())
}

/// For what people and lists sent: nothing of it runs, loads or navigates.
pub(super) const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// `GET /mon-compte/informations`.
pub(super) async fn personal_data(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    VoterSession(session): VoterSession,
) -> Result<Markup, PageError> {
    let own = state.server().own_rolls(&session).await?;
    let policy = own
        .first()
        .map(|roll| roll.consultation.policy.clone())
        .unwrap_or_default();
    let voter = session.voter();
    let view = PersonalView {
        last_name: voter.last_name.clone(),
        first_name: voter.first_name.clone(),
        number: voter.number.clone(),
        email: voter.email.clone(),
        elections: own
            .into_iter()
            .map(|roll| (roll.election.title, roll.import.map(|import| import.imported)))
            .collect(),
        roll: policy.roll,
        dpo: policy.privacy.dpo,
    };
    Ok(personal::render(&chrome, &view))
}
