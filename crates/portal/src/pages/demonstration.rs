//! The demonstration: invented accounts, and an inbox for mails that go nowhere. A portal that is not one answers 404 here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use crate::config::Demonstration;
use crate::layout::{Chrome, page, roles_in_words};
use isoloir_theme::components::{Tone, back, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::inbox::{InboxMail, inbox};

/// Draws the page of the demonstration. `codes` are those that the authenticators of its staff show now, in the same order.
#[must_use]
pub fn render(chrome: &Chrome, demo: &Demonstration, codes: &[String]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("demo-title"),
        html! {
            div.page-head { h1 { (lang.text("demo-title")) } p.lede { (lang.text("demo-lede")) } }
            (notice(Tone::Warning, lang.text("demo-notice-title"), html! { p { (lang.text("demo-notice-text")) } }))
            @if !demo.accounts.is_empty() { (accounts(lang, demo)) }
            @if !demo.staff.is_empty() { (staff(lang, demo, codes)) }
            @if !demo.keys.is_empty() { (board(lang, demo)) }
            @if !demo.commands.is_empty() { (commands(lang, demo)) }
            section.section aria-labelledby="t-salle" {
                h2 #t-salle { (lang.text("room-heading")) }
                p { (lang.text("demo-room")) }
                div.actions { a.btn.btn--secondary href="/demonstration/salle-d-attente" { (lang.text("demo-room-open")) " " (icon(Icon::Next)) } }
            }
            section.section aria-labelledby="t-boite" {
                h2 #t-boite { (lang.text("inbox-title")) }
                p { (lang.text("inbox-lede")) }
                div.actions { a.btn.btn--secondary href="/demonstration/boite" { (lang.text("inbox-open")) " " (icon(Icon::Next)) } }
            }
        },
    )
}

fn accounts(lang: Lang, demo: &Demonstration) -> Markup {
    html! {
        section.section {
            h2 { (lang.text("demo-accounts")) }
            (table_box(&lang.text("demo-accounts"), html! {
                table {
                    caption.vh { (lang.text("demo-accounts")) }
                    thead {
                        tr {
                            th scope="col" { (lang.text("account-name")) }
                            th scope="col" { (lang.text("account-email")) }
                            th scope="col" { (lang.text("sign-in-password")) }
                            th scope="col" { (lang.text("code-label")) }
                            th scope="col" { (lang.text("demo-numen")) }
                        }
                    }
                    tbody {
                        @for account in &demo.accounts {
                            tr {
                                th scope="row" { (account.name) }
                                td { code { (account.email) } }
                                td { @match &account.password { Some(password) => code { (password) }, None => (lang.text("demo-to-activate")) } }
                                td { @match &account.code { Some(code) => code.nowrap { (code) }, None => (lang.text("demo-in-terminal")) } }
                                td { code { (account.numen) } }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// The staff with the codes of the moment: a convenience that no real portal has.
fn staff(lang: Lang, demo: &Demonstration, codes: &[String]) -> Markup {
    html! {
        div.section {
            h2 { (lang.text("demo-staff")) }
            p { (lang.text("demo-staff-text")) }
            (table_box(&lang.text("demo-staff"), html! {
                table {
                    caption.vh { (lang.text("demo-staff")) }
                    thead {
                        tr {
                            th scope="col" { (lang.text("account-name")) }
                            th scope="col" { (lang.text("demo-staff-role")) }
                            th scope="col" { (lang.text("staff-email")) }
                            th scope="col" { (lang.text("staff-password")) }
                            th scope="col" { (lang.text("staff-code")) }
                        }
                    }
                    tbody {
                        @for (person, code) in demo.staff.iter().zip(codes) {
                            tr {
                                th scope="row" { (person.name) }
                                td { (roles_in_words(lang, &person.roles)) }
                                td { code { (person.email) } }
                                td { code { (person.password) } }
                                td { code.nowrap { (code) } }
                            }
                        }
                    }
                }
            }))
            div.actions { a.btn.btn--secondary href="/gestion/connexion" { (lang.text("demo-staff-open")) " " (icon(Icon::Next)) } }
        }
    }
}

/// The whole board played by one person: the steps, and the files that its members would keep to themselves.
fn board(lang: Lang, demo: &Demonstration) -> Markup {
    let steps = [
        key("demo-board-1"),
        key("demo-board-2"),
        key("demo-board-3"),
        key("demo-board-4"),
        key("demo-board-5"),
        key("demo-board-6"),
    ];
    html! {
        section.section aria-labelledby="t-bureau" {
            h2 #t-bureau { (lang.text("demo-board")) }
            p { (lang.text("demo-board-text")) }
            ol { @for step in steps { li { (lang.text(step)) } } }
            p { (lang.text("demo-board-keys")) }
            ul {
                @for one in &demo.keys {
                    // In the page itself: a demonstration has no address that hands out keys.
                    @let file = format!("data:application/json;base64,{}", STANDARD.encode(&one.contents));
                    li { a href=(file) download=(one.file) { (icon(Icon::Download)) " " (one.file) } " – " (one.name) }
                }
            }
            div.actions { a.btn.btn--secondary href="/bureau" { (lang.text("demo-board-open")) " " (icon(Icon::Next)) } }
        }
    }
}

fn commands(lang: Lang, demo: &Demonstration) -> Markup {
    html! {
        section.section aria-labelledby="t-commandes" {
            h2 #t-commandes { (lang.text("demo-commands")) }
            @for command in &demo.commands {
                p { (match lang { Lang::Fr => &command.fr, Lang::En => &command.en }) }
                pre.command tabindex="0" { code { (command.command) } }
            }
        }
    }
}

/// Draws the inbox. `origin` is this portal: links of the mails to it can be followed, others stay text. `registrar`: where its own inbox is.
#[must_use]
pub fn render_inbox(chrome: &Chrome, origin: &str, registrar: &str, mails: &[InboxMail]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("inbox-title"),
        html! {
            (back("/demonstration", lang.text("demo-title")))
            div.page-head { h1 { (lang.text("inbox-title")) } p.lede { (lang.text("inbox-lede")) } }
            p { a href={ (registrar) "/demonstration/boite" } { (lang.text("inbox-registrar")) } }
            (inbox(lang, &[origin], mails))
        },
    )
}
