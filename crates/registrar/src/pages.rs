//! The registrar's pages (S08): a link is opened, a code is shown once, a code is contested. Drawn from plain values; nothing here reads a database.

pub(crate) mod place;

use std::collections::BTreeMap;

use isoloir_domain::Origin;
use isoloir_theme::args;
use isoloir_theme::assets::Assets;
use isoloir_theme::components::{Tone, notice};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::inbox::{InboxMail, inbox};
use isoloir_theme::layout::{Contact, Content, Frame, Site, document};
use maud::{Markup, Render, html};

use crate::contest::{ContestStanding, Contested};
use crate::make_code::MakeError;
use crate::open_link::LinkStanding;
use crate::voting_code::VotingCode;

/// What the operator says of the registrar's pages.
#[derive(Debug, Clone)]
pub struct PagesConfig {
    /// Where the portal is: pages lead back to it.
    pub portal: Origin,
    /// How voters reach the help desk.
    pub contact: Contact,
    /// Where the source code is published, if anywhere.
    pub source_url: Option<String>,
    /// Whether this is the demonstration: said on every page, with an inbox.
    pub demonstration: bool,
}

/// What surrounds one page.
pub(crate) struct Around<'a> {
    pub lang: Lang,
    pub config: &'a PagesConfig,
    pub site: &'a Site,
    /// Path of this page.
    pub here: &'a str,
}

/// How long a code shows, in seconds: what the seed gives, and more for whoever says so before, with or without a script.
pub(crate) const SECONDS: [u32; 3] = [120, 300, 600];

fn page(around: &Around<'_>, title: &str, head: Markup, body: impl Render) -> Markup {
    framed(around, around.here, title, head, body)
}

fn framed(around: &Around<'_>, here: &str, title: &str, head: Markup, body: impl Render) -> Markup {
    let frame = Frame {
        lang: around.lang,
        site: around.site,
        portal: around.config.portal.as_str(),
        here,
        kiosk: false,
        demonstration: around.config.demonstration,
        contact: &around.config.contact,
        source_url: around.config.source_url.as_deref(),
        conformity: None,
    };
    let content = Content {
        head,
        ..Content::plain(body)
    };
    document(&frame, title, &content)
}

/// A good link: what to prepare, and the button.
pub(crate) fn renew(around: &Around<'_>) -> Markup {
    let lang = around.lang;
    let body = html! {
        div.page-head { h1 { (lang.text("renew-title")) } p.lede { (lang.text("renew-lede")) } }
        form.form.stack method="post" action=(around.here) {
            input type="hidden" name="lang" value=(lang.code());
            ul.tiles.tiles--static {
                (means(Icon::Sheet, &lang.text("renew-paper"), &lang.text("renew-paper-text")))
                (means(Icon::Camera, &lang.text("renew-phone"), &lang.text("renew-phone-text")))
            }
            (notice(Tone::Warning, lang.text("renew-void-title"), html! { p { (lang.text("renew-void-text")) } }))
            fieldset aria-describedby="duree-aide" {
                legend.field__label { (lang.text("renew-how-long")) }
                p.field__hint #duree-aide { (lang.text("renew-how-long-hint")) }
                @for (rank, seconds) in SECONDS.into_iter().enumerate() {
                    label.radio-row {
                        input type="radio" name="duree" value=(seconds) checked[rank == 0];
                        span {
                            @if rank == 0 { (lang.with("renew-seconds", args![seconds = seconds])) }
                            @else { (lang.with("renew-minutes", args![minutes = seconds / 60])) }
                        }
                    }
                }
            }
            div.actions {
                button.btn.btn--primary.btn--large type="submit" { (icon(Icon::Key)) " " (lang.text("renew-button")) }
            }
            p.small.soft { (lang.text("renew-form")) }
        }
    };
    page(around, &lang.text("renew-title"), html! {}, body)
}

fn means(sign: Icon, title: &str, text: &str) -> Markup {
    html! {
        li {
            div.tile {
                span.tile__icon { (icon(sign)) }
                span.tile__title { (title) }
                span.tile__text { (text) }
            }
        }
    }
}

/// The code, once. With a script it leaves the screen by itself and more time can be asked for; without, the page is left when the time is over.
pub(crate) fn code(around: &Around<'_>, code: &VotingCode, seconds: u32) -> Markup {
    let lang = around.lang;
    let groups: Vec<String> = code.to_string().split('-').map(str::to_owned).collect();
    let head = html! {
        (Assets::module("registrar.js"))
        noscript { meta http-equiv="refresh" content={ (seconds) ";url=" (around.here) "?lang=" (lang.code()) }; }
    };
    let body = html! {
        div.page-head { h1 { (lang.text("newcode-title")) } }
        div.stack.form data-code data-seconds=(seconds) data-one=(lang.text("newcode-left-one")) data-other=(lang.text("newcode-left-other")) {
            div data-shown {
                div.code-show role="group" aria-label=(lang.text("newcode-label")) { @for group in &groups { span { (group) } } }
                details.spell { summary { (lang.text("newcode-spelled")) } (spelled(lang, &groups)) }
            }
            div.notice.notice--info data-veil hidden { (icon(Icon::Info)) div { p { (lang.text("newcode-hidden")) } } }
            div.panel.timer {
                svg.timer__dial viewBox="0 0 100 100" aria-hidden="true" data-dial hidden {
                    circle.timer__track cx="50" cy="50" r="42" {}
                    circle.timer__left cx="50" cy="50" r="42" pathLength="120" stroke-dasharray="120 120" transform="rotate(-90 50 50)" {}
                    text.timer__text x="50" y="60" {}
                }
                div {
                    p role="timer" data-left { strong { (lang.with("newcode-limit", args![seconds = seconds])) } }
                    p.small.soft { (lang.text("newcode-nowhere")) }
                }
            }
            p.vh role="status" data-said {}
            div.actions data-tools hidden {
                button.btn.btn--primary type="button" data-noted { (lang.text("newcode-noted")) }
                button.btn.btn--secondary type="button" data-more data-said-after=(lang.text("newcode-added")) {
                    (icon(Icon::Clock)) " " (lang.text("newcode-more"))
                }
                button.btn.btn--secondary type="button" data-print { (icon(Icon::Printer)) " " (lang.text("newcode-print")) }
            }
            p.small.soft data-tools hidden { (lang.text("newcode-more-hint")) }
        }
        section.stack.form data-gone hidden tabindex="-1" aria-labelledby="t-fini" { (gone(around)) }
        noscript { div.actions { (vote_link(around)) } }
    };
    // No switch of language: it would leave the one page that has the code.
    framed(around, "", &lang.text("newcode-title"), head, body)
}

/// What stands in the place of the code afterwards.
fn gone(around: &Around<'_>) -> Markup {
    let lang = around.lang;
    let text = html! { p { (lang.text("newcode-gone-text")) } };
    html! {
        div #t-fini { (notice(Tone::Success, lang.text("newcode-gone-title"), text)) }
        div.actions { (vote_link(around)) }
        p { (lang.text("newcode-again")) " " a href={ (around.config.portal) "/reassort" } { (lang.text("newcode-ask")) } }
    }
}

fn vote_link(around: &Around<'_>) -> Markup {
    html! { a.btn.btn--primary href={ (around.config.portal) "/je-vote" } { (around.lang.text("newcode-vote")) " " (icon(Icon::Next)) } }
}

/// The code letter by letter, each with a word: for whoever hears it, or dictates it.
fn spelled(lang: Lang, groups: &[String]) -> Markup {
    let words = alphabet(lang);
    html! {
        ol.spell__groups {
            @for (rank, group) in (1_u32..).zip(groups) {
                li {
                    span { (lang.with("newcode-group", args![number = rank])) }
                    ul { @for symbol in group.chars() { li { (said(lang, &words, symbol)) } } }
                }
            }
        }
    }
}

fn said(lang: Lang, words: &BTreeMap<char, &str>, symbol: char) -> String {
    match words.get(&symbol) {
        Some(word) => lang.with("newcode-letter", args![symbol = symbol.to_string(), word = *word]),
        None => lang.with("newcode-digit", args![symbol = symbol.to_string()]),
    }
}

/// The spelling alphabets: that of the French post and telephone, and the international one.
fn alphabet(lang: Lang) -> BTreeMap<char, &'static str> {
    const FR: &str = "Anatole Berthe Célestin Désiré Eugène François Gaston Henri Joseph Kléber Marcel Nicolas Pierre Quintal Raoul Suzanne \
                      Thérèse Victor William Xavier Yvonne Zoé";
    const EN: &str = "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel Juliett Kilo Mike November Papa Quebec Romeo Sierra Tango Victor \
                      Whiskey X-ray Yankee Zulu";
    let words = match lang {
        Lang::Fr => FR,
        Lang::En => EN,
    };
    let first = |word: &'static str| word.chars().next().map(|letter| (letter, word));
    words.split_whitespace().filter_map(first).collect()
}

/// A link by which no code can be made, or not any more.
pub(crate) fn link_over(around: &Around<'_>, standing: LinkStanding) -> Markup {
    let (title, text) = match standing {
        LinkStanding::Good | LinkStanding::Used => (key("link-used-title"), key("link-used-text")),
        LinkStanding::Expired => (key("link-expired-title"), key("link-expired-text")),
        LinkStanding::Void => (key("link-void-title"), key("link-void-text")),
        LinkStanding::Unknown => (key("link-unknown-title"), key("link-unknown-text")),
    };
    let lang = around.lang;
    let used = matches!(standing, LinkStanding::Good | LinkStanding::Used);
    let again = html! {
        @if used {
            p { (lang.text("newcode-gone-text")) }
            div.actions { (vote_link(around)) }
            p { (lang.text("newcode-again")) }
        }
        @if used || standing == LinkStanding::Expired {
            p { a href={ (around.config.portal) "/reassort" } { (lang.text("newcode-ask")) } }
        }
    };
    said_page(around, title, text, &again)
}

/// What is said when no code was made.
pub(crate) fn not_made(around: &Around<'_>, why: &MakeError) -> Markup {
    match why {
        MakeError::Link(standing) => link_over(around, *standing),
        MakeError::TooOften => said_page(around, key("link-often-title"), key("link-often-text"), &html! {}),
        MakeError::Damaged | MakeError::Store(_) => unavailable(around),
    }
}

/// Our own fault.
pub(crate) fn unavailable(around: &Around<'_>) -> Markup {
    said_page(around, key("unavailable-title"), key("unavailable-text"), &html! {})
}

/// A contest: what will happen, and the button; or why it is over.
pub(crate) fn contest(around: &Around<'_>, standing: ContestStanding) -> Markup {
    let (title, text) = match standing {
        ContestStanding::Open => return contest_form(around),
        ContestStanding::Done => (key("contest-done-title"), key("contest-done-text")),
        ContestStanding::Over => (key("contest-over-title"), key("contest-over-text")),
        ContestStanding::Unknown => (key("link-unknown-title"), key("link-unknown-text")),
    };
    said_page(around, title, text, &html! {})
}

fn contest_form(around: &Around<'_>) -> Markup {
    let lang = around.lang;
    let body = html! {
        div.page-head { h1 { (lang.text("contest-title")) } p.lede { (lang.text("contest-lede")) } }
        form.form.stack method="post" action=(around.here) {
            input type="hidden" name="lang" value=(lang.code());
            div.panel {
                h2 { (lang.text("contest-what-title")) }
                ul {
                    li { (lang.text("contest-what-void")) }
                    li { (lang.text("contest-what-shut")) }
                    li { (lang.text("contest-what-help")) }
                }
            }
            div.actions { button.btn.btn--primary.btn--large type="submit" { (lang.text("contest-button")) } }
        }
    };
    page(around, &lang.text("contest-title"), html! {}, body)
}

/// What a contest did.
pub(crate) fn contested(around: &Around<'_>, outcome: Contested) -> Markup {
    let (title, text) = match outcome {
        Contested::Voided => (key("contest-done-title"), key("contest-done-text")),
        Contested::Replaced => (key("contest-replaced-title"), key("contest-replaced-text")),
        Contested::NotOpen => (key("link-unknown-title"), key("link-unknown-text")),
    };
    said_page(around, title, text, &html! {})
}

fn said_page(around: &Around<'_>, title: &str, text: &str, more: &Markup) -> Markup {
    let lang = around.lang;
    let body = html! {
        div.page-head { h1 { (lang.text(title)) } p.lede { (lang.text(text)) } }
        div.form.stack { (more) }
    };
    page(around, &lang.text(title), html! {}, body)
}

/// The demonstration's inbox.
pub(crate) fn demonstration_inbox(around: &Around<'_>, own: &str, mails: &[InboxMail]) -> Markup {
    let (lang, portal) = (around.lang, around.config.portal.as_str());
    let body = html! {
        div.page-head { h1 { (lang.text("registrar-inbox-title")) } p.lede { (lang.text("registrar-inbox-lede")) } }
        p { a href={ (portal) "/demonstration/boite" } { (lang.text("registrar-inbox-portal")) } }
        (inbox(lang, &[own, portal], mails))
    };
    page(around, &lang.text("registrar-inbox-title"), html! {}, body)
}
