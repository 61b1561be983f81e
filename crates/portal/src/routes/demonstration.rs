//! Pages that exist in the demonstration only; the table of routes sees to it.

use crate::access::{Access, Declared, declare};
use axum::extract::State;
use axum::routing::get;
use isoloir_domain::delivery::Channel;
use isoloir_service::second_factor::SecondFactor;
use jiff::SignedDuration;
use maud::Markup;

use crate::error::PageError;
use crate::pages::demonstration as demo_page;
use crate::pages::waiting_room::{self, WaitView};
use crate::request::PageChrome;
use crate::state::PortalState;
use isoloir_theme::inbox::InboxMail;

/// Who may call what here.
pub(super) fn table() -> Vec<Declared> {
    use Access::Demonstration;
    vec![
        declare("GET", "/demonstration", Demonstration, get(page)),
        declare("GET", "/demonstration/boite", Demonstration, get(inbox)),
        declare("GET", "/demonstration/salle-d-attente", Demonstration, get(room)),
    ]
}

/// Mails shown, the latest first.
const LATEST: u32 = 100;

/// `GET /demonstration`.
pub(super) async fn page(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let demo = state.config().demonstration.as_ref().ok_or(PageError::NotFound)?;
    let now = state.server().clock().now();
    let code = |secret: &str| SecondFactor::from_base32(secret).map_or_else(String::new, |factor| factor.code(now));
    let codes: Vec<String> = demo.staff.iter().map(|one| code(&one.secret)).collect();
    Ok(demo_page::render(&chrome, demo, &codes))
}

/// `GET /demonstration/salle-d-attente`: what is shown in a rush, which a demonstration does not have.
pub(super) async fn room(State(state): State<PortalState>, PageChrome(chrome): PageChrome) -> Markup {
    let now = state.server().clock().now();
    let view = WaitView {
        before: 1_240,
        refresh: Some(10),
        estimate: Some(170),
        arrived: now,
        until: now.saturating_add(SignedDuration::from_hours(2)).unwrap_or(now),
    };
    waiting_room::render(&chrome, &view)
}

/// `GET /demonstration/boite`.
pub(super) async fn inbox(
    State(state): State<PortalState>,
    PageChrome(chrome): PageChrome,
) -> Result<Markup, PageError> {
    let mails = state.server().demonstration_inbox(None, LATEST).await?;
    let mails: Vec<InboxMail> = mails
        .into_iter()
        .map(|mail| InboxMail {
            sms: mail.channel == Channel::Sms,
            to: mail.to,
            subject: mail.subject,
            body: mail.body,
            at: mail.at,
        })
        .collect();
    let config = state.config();
    Ok(demo_page::render_inbox(
        &chrome,
        config.origin.as_str(),
        config.registrar_origin.as_str(),
        &mails,
    ))
}
