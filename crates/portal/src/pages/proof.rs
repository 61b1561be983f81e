//! The proof of vote (*preuve de vote*): that the poll book is marked, and nothing that leads to a ballot.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::components::{Tone, back, notice};
use isoloir_theme::icons::{Icon, icon};

/// What the proof says: a person, an election, a mark. No tracker, no choice, no hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofView {
    /// Identifier of the election.
    pub id: String,
    /// Given name and family name.
    pub voter: String,
    /// The authority that organises.
    pub organiser: String,
    /// Title of the consultation.
    pub consultation: String,
    /// Title of the election.
    pub election: String,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, view: &ProofView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("proof-title"),
        html! {
            (back("/mes-scrutins", lang.text("proof-back")))
            div.page-head { h1 { (lang.text("proof-title")) } }
            (notice(Tone::Success, lang.text("proof-lede"), html! { p { (view.election) } }))
            dl.facts {
                div { dt { (lang.text("proof-voter")) } dd { (view.voter) } }
                div { dt { (lang.text("proof-election")) } dd { (view.election) } }
                div { dt { (lang.text("proof-consultation")) } dd { (view.consultation) } }
                div { dt { (lang.text("proof-organiser")) } dd { (view.organiser) } }
                div { dt { (lang.text("proof-mark")) } dd { (lang.text("proof-mark-value")) } }
            }
            p.small.soft { (lang.text("proof-note")) }
            div.actions {
                a.btn.btn--primary data-download href={ "/mes-scrutins/" (view.id) "/preuve.pdf" } { (icon(Icon::Download)) " " (lang.text("proof-download")) }
                button.btn.btn--secondary type="button" data-print hidden { (icon(Icon::Printer)) " " (lang.text("receipt-print")) }
            }
        },
    )
}
