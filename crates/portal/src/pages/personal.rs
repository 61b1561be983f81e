//! What is held about the voter (*mes informations personnelles*): what, from where, what for, how long, who sees it, how to correct it.

use isoloir_domain::publication::RollPolicy;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use isoloir_theme::args;
use isoloir_theme::components::{back, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::layout::contact_lines;
use isoloir_theme::when;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct PersonalView {
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// Staff number.
    pub number: String,
    /// Address at which one is told things, if there is one.
    pub email: Option<String>,
    /// Titles of the voter's elections, each with when its roll was imported.
    pub elections: Vec<(String, Option<Timestamp>)>,
    /// Where the roll file comes from.
    pub roll: RollPolicy,
    /// Address of the data protection officer.
    pub dpo: Option<String>,
}

/// Draws the page.
#[must_use]
pub fn render(chrome: &Chrome, view: &PersonalView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("home-me-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("home-me-title")) } p.lede { (lang.text("account-lede")) } }
            (held(lang, view))
            (origin(lang, view))
            section.section aria-labelledby="t-usage" {
                h2 #t-usage { (lang.text("personal-use-title")) }
                (uses(lang))
            }
            section.section aria-labelledby="t-droits" {
                h2 #t-droits { (lang.text("privacy-rights-title")) }
                p { (lang.text("personal-rights-text")) }
                @match &view.dpo {
                    Some(dpo) => p { (lang.text("personal-dpo")) " " a href={ "mailto:" (dpo) } { (dpo) } },
                    None => (contact_lines(lang, &chrome.contact)),
                }
                p { a href="/donnees-personnelles" { (lang.text("nav-privacy")) } }
            }
        },
    )
}

fn held(lang: Lang, view: &PersonalView) -> Markup {
    html! {
        section.panel aria-labelledby="t-tenues" {
            h2 #t-tenues { (lang.text("personal-held-title")) }
            dl.facts {
                div { dt { (lang.text("complaint-last-name")) } dd { (view.last_name) } }
                div { dt { (lang.text("complaint-first-name")) } dd { (view.first_name) } }
                div { dt { (lang.text("account-number")) } dd { (view.number) } }
                div {
                    dt { (lang.text("account-email")) }
                    dd { @match &view.email { Some(email) => (email), None => (lang.text("personal-no-email")) } }
                }
                div { dt { (lang.text("elections-title")) } dd { ul.plain { @for (title, _) in &view.elections { li { (title) } } } } }
            }
            p { a.btn.btn--secondary href="/reclamations/nouvelle?objet=wrong_data" { (lang.text("personal-correct")) } }
        }
    }
}

fn origin(lang: Lang, view: &PersonalView) -> Markup {
    html! {
        section.section aria-labelledby="t-origine" {
            h2 #t-origine { (lang.text("personal-origin-title")) }
            p {
                (lang.text("account-wrong-text")) " "
                @if let Some(source) = &view.roll.source { (lang.with("personal-source", args![source = source.as_str()])) " " }
                @if let Some(dated) = view.roll.dated { (lang.with("personal-dated", args![when = when::day(lang, dated)])) }
            }
            ul {
                @for (title, imported) in &view.elections {
                    @if let Some(at) = imported {
                        li { (lang.with("personal-imported", args![title = title.as_str(), when = when::date_time(lang, *at)])) }
                    }
                }
            }
        }
    }
}

fn uses(lang: Lang) -> Markup {
    const ROWS: [[&str; 4]; 4] = [
        [
            key("personal-row-identity"),
            key("personal-row-identity-use"),
            key("personal-row-identity-who"),
            key("personal-row-two-years"),
        ],
        [
            key("personal-row-contact"),
            key("personal-row-contact-use"),
            key("personal-row-contact-who"),
            key("personal-row-two-years"),
        ],
        [
            key("personal-row-mark"),
            key("personal-row-mark-use"),
            key("personal-row-mark-who"),
            key("personal-row-two-years"),
        ],
        [
            key("personal-row-password"),
            key("personal-row-password-use"),
            key("personal-row-password-who"),
            key("personal-row-end"),
        ],
    ];
    table_box(
        &lang.text("personal-use-title"),
        html! {
            table {
                caption.vh { (lang.text("personal-use-title")) }
                thead {
                    tr {
                        @for head in [key("personal-col-what"), key("personal-col-use"), key("personal-col-who"), key("personal-col-time")] {
                            th scope="col" { (lang.text(head)) }
                        }
                    }
                }
                tbody {
                    @for [what, use_, who, time] in ROWS {
                        tr {
                            th scope="row" { (lang.text(what)) }
                            td { (lang.text(use_)) }
                            td { (lang.text(who)) }
                            td { (lang.text(time)) }
                        }
                    }
                }
            }
        },
    )
}
