//! The demonstration: invented accounts, and an inbox for mails that go nowhere. A portal that is not one answers 404 here.

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use crate::config::Demonstration;
use crate::layout::{Chrome, page, roles_in_words};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, notice, table_box};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::when;

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
            @if !demo.commands.is_empty() { (commands(lang, demo)) }
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
                        }
                    }
                    tbody {
                        @for account in &demo.accounts {
                            tr {
                                th scope="row" { (account.name) }
                                td { code { (account.email) } }
                                td { @match &account.password { Some(password) => code { (password) }, None => (lang.text("demo-to-activate")) } }
                                td { @match &account.code { Some(code) => code.nowrap { (code) }, None => (lang.text("demo-in-terminal")) } }
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

/// One mail of the inbox.
#[derive(Debug, Clone)]
pub struct InboxMail {
    /// An SMS: it has no subject.
    pub sms: bool,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// When it was queued.
    pub at: Timestamp,
}

/// Draws the inbox. `origin` is this portal: links of the mails to it can be followed, others stay text.
#[must_use]
pub fn render_inbox(chrome: &Chrome, origin: &str, mails: &[InboxMail]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("inbox-title"),
        html! {
            (back("/demonstration", lang.text("demo-title")))
            div.page-head { h1 { (lang.text("inbox-title")) } p.lede { (lang.text("inbox-lede")) } }
            @if mails.is_empty() { p { (lang.text("inbox-empty")) } }
            div.stack {
                @for mail in mails {
                    article.panel {
                        h2 { @if mail.sms { (lang.text("inbox-sms")) } @else { (mail.subject) } }
                        p.small.soft { (lang.with("inbox-to", args![to = mail.to.as_str(), when = when::date_time(lang, mail.at)])) }
                        div.letter-text { (linked(&mail.body, origin)) }
                    }
                }
            }
        },
    )
}

/// The text with links to `origin` made clickable. Everything is escaped; an address ends at the first blank.
fn linked(text: &str, origin: &str) -> Markup {
    let prefix = format!("{origin}/");
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(&prefix) {
        let (before, from) = rest.split_at(start);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let (url, after) = from.split_at(end);
        out.push_str(&html! { (before) a href=(url) { (url) } }.into_string());
        rest = after;
    }
    out.push_str(&html! { (rest) }.into_string());
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_become_links_and_markup_stays_text() {
        let out = linked("Voir http://a.fr/activation/T1 <b>et</b> http://b.fr/x", "http://a.fr").into_string();
        assert!(out.contains(r#"<a href="http://a.fr/activation/T1">"#));
        assert!(out.contains("&lt;b&gt;"));
        assert_eq!(out.matches("<a ").count(), 1);
    }
}
