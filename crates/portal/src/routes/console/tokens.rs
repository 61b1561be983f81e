//! Tokens of the API: made, listed, revoked.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::Form;
use isoloir_domain::message::Refusal as _;
use isoloir_domain::staff::StaffMember;
use isoloir_service::api_tokens::{MAKES_TOKENS, TokenError, TokenPlan};
use maud::Markup;
use serde::Deserialize;

use super::ListQuery;
use crate::access::{Access, Declared, declare};
use crate::error::{PageError, drawn, status_of};
use crate::pages::console::Outcome;
use crate::pages::console::tokens::{self as page, PATH, TokensView, TypedToken};
use crate::request::{PageChrome, StaffSession};
use crate::state::PortalState;

pub(super) fn table() -> Vec<Declared> {
    let makes = Access::Staff(MAKES_TOKENS);
    vec![
        declare("GET", PATH, makes, get(list)),
        declare("POST", PATH, makes, post(make)),
        declare("POST", "/gestion/jetons/{token}/revocation", makes, post(revoke)),
    ]
}

async fn view(
    state: &PortalState,
    member: &StaffMember,
    typed: TypedToken,
    outcome: Outcome,
) -> Result<TokensView, PageError> {
    let server = state.server();
    let only = match &member.consultation {
        Some(limit) => server.consultation(limit).await?,
        None => server.portal_consultation().await?,
    };
    Ok(TokensView {
        tokens: server.tokens(Some(member)).await?,
        consultation: only.map(|known| (known.id.to_string(), known.title)),
        limited: member.consultation.is_some(),
        secret: None,
        typed,
        names: server.staff_names().await?,
        now: server.clock().now(),
        outcome,
    })
}

/// `GET /gestion/jetons`.
async fn list(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Query(query): Query<ListQuery>,
) -> Result<Markup, PageError> {
    let outcome = Outcome::of(query.fait.as_deref());
    let view = view(&state, session.member(), TypedToken::default(), outcome).await?;
    Ok(page::render(&chrome, session.member(), &view))
}

#[derive(Deserialize)]
struct TokenForm {
    #[serde(default)]
    nom: String,
    #[serde(default)]
    portee: Vec<String>,
    #[serde(default)]
    jours: String,
    #[serde(default)]
    limite: String,
}

/// `POST /gestion/jetons`: the secret is in the answer, and nowhere afterwards. The page is drawn and not come back to: a redirect would have to carry the secret.
async fn make(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
    StaffSession(session): StaffSession,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    let member = session.member();
    let typed = TypedToken {
        scopes: form.portee.iter().filter_map(|name| name.parse().ok()).collect(),
        name: form.nom,
        days: form.jours,
        limited: form.limite == "oui",
    };
    let of_portal = match typed.limited {
        true => state.server().portal_consultation().await?.map(|known| known.id),
        false => None,
    };
    let plan = TokenPlan {
        name: typed.name.clone(),
        scopes: typed.scopes.clone(),
        consultation: member.consultation.clone().or(of_portal),
        days: typed.days.trim().parse().unwrap_or(0),
    };
    match state.server().create_token(Some(member), &plan).await {
        Ok(made) => {
            let shown = TokensView {
                secret: Some(made.secret),
                ..view(&state, member, TypedToken::default(), Outcome::None).await?
            };
            Ok((StatusCode::CREATED, page::render(&chrome, member, &shown)).into_response())
        }
        Err(TokenError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            let field = match refused {
                TokenError::Name => Some("nom"),
                TokenError::Scopes | TokenError::OfTheServer => Some("portees"),
                TokenError::Days => Some("jours"),
                _ => None,
            };
            let status = status_of(refused.class());
            let outcome = Outcome::Refused(refused.message(), field);
            let view = view(&state, member, typed, outcome).await?;
            Ok(drawn(status, page::render(&chrome, member, &view)))
        }
    }
}

/// `POST /gestion/jetons/{token}/revocation`.
async fn revoke(
    State(state): State<PortalState>,
    PageChrome(mut chrome): PageChrome,
    StaffSession(session): StaffSession,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let member = session.member();
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    match state.server().revoke_token(Some(member), id).await {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?fait=jeton-revoque")).into_response()),
        Err(TokenError::Fault(fault)) => Err(PageError::Fault(fault)),
        Err(refused) => {
            chrome.here = PATH.to_owned();
            let status = status_of(refused.class());
            let outcome = Outcome::Refused(refused.message(), None);
            let view = view(&state, member, TypedToken::default(), outcome).await?;
            Ok(drawn(status, page::render(&chrome, member, &view)))
        }
    }
}
