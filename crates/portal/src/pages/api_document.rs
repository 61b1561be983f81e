//! The API of the back office, for people: every operation with what it does and the scopes that it takes.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::rest::{DOCUMENT, ShownOperation};
use isoloir_theme::components::table_box;

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, operations: &[ShownOperation]) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("api-title");
    page(
        chrome,
        &title,
        html! {
            div.page-head { h1 { (title) } p.lede { (lang.text("api-lede")) } }
            section.section aria-labelledby="t-jeton" {
                h2 #t-jeton { (lang.text("api-token")) }
                p { (lang.text("api-token-text")) }
                pre tabindex="0" role="region" aria-label=(lang.text("api-example")) { code lang="en" { "curl -H \"Authorization: Bearer $ISOLOIR_TOKEN\" " (chrome.here) "/v1/token" } }
                p { a.btn.btn--secondary href=(DOCUMENT) download { (lang.text("api-document")) } }
            }
            section.section aria-labelledby="t-operations" {
                h2 #t-operations { (lang.text("api-operations")) }
                p.soft { (lang.text("api-operations-text")) }
                (table_box(&lang.text("api-operations"), html! {
                    table {
                        caption.vh { (lang.text("api-operations")) }
                        thead { tr {
                            th scope="col" { (lang.text("api-operation")) }
                            th scope="col" { (lang.text("api-summary")) }
                            th scope="col" { (lang.text("api-scopes")) }
                        } }
                        tbody {
                            @for one in operations {
                                tr {
                                    th scope="row" { code { (one.method) " " (one.path) } }
                                    td lang="en" { (one.summary) }
                                    td {
                                        @if one.scopes.is_empty() { (lang.text("api-any-token")) }
                                        @for (rank, scope) in one.scopes.iter().enumerate() { @if rank > 0 { br; } code { (scope) } }
                                    }
                                }
                            }
                        }
                    }
                }))
            }
        },
    )
}
