//! Results (*résultats*): counts, blanks, turnout over voters, and seats that explain themselves.
//!
//! One colour for every list; letters and line styles tell seats apart. Averages come with the numbers they are made of, so that
//! a reader redoes the calculation with a pencil.

use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::ballot_box::{BoxEntry, phase_badge};
use crate::pages::elections::count;
use isoloir_theme::args;
use isoloir_theme::components::{Tone, back, badge, notice, table_box};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};

/// Draws the list of elections with their results.
#[must_use]
pub fn render_list(chrome: &Chrome, elections: &[BoxEntry]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("nav-results"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head {
                h1 { (lang.text("nav-results")) }
                p.lede { (lang.text("results-list-lede")) }
            }
            @if !chrome.kiosk && elections.iter().any(|entry| entry.phase == isoloir_domain::Phase::Tallied) {
                p { a href="/resultats.csv" download { (lang.text("open-data-all")) } }
            }
            p { a href="/depouillement" { (lang.text("session-open")) } }
            @if elections.is_empty() { p { (lang.text("box-list-empty")) } }
            @else {
                ul.polls {
                    @for entry in elections {
                        li.poll {
                            span.poll__n aria-hidden="true" { (icon(Icon::Chart)) }
                            div { h2 { (entry.title) } (phase_badge(lang, entry.phase)) }
                            @if entry.phase == isoloir_domain::Phase::Tallied {
                                a.btn.btn--secondary href={ "/resultats/" (entry.id) } { (lang.text("results-open")) span.vh { " – " (entry.title) } }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// Draws the page that stands in place of results not yet published.
#[must_use]
pub fn render_pending(chrome: &Chrome, title: &str, phase: isoloir_domain::Phase) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("results-pending-title"),
        html! {
            (back("/resultats", lang.text("results-all")))
            div.page-head { p.overline { (title) } h1 { (lang.text("results-pending-title")) } (phase_badge(lang, phase)) }
            (notice(Tone::Info, lang.text("results-pending-notice"), html! { p { (lang.text("results-pending-text")) } }))
            p { a href="/depouillement" { (lang.text("session-open")) } }
        },
    )
}

/// What the results page shows.
#[derive(Debug, Clone, Default)]
pub struct ResultsView {
    /// Identifier of the election.
    pub id: String,
    /// Title of the election.
    pub title: String,
    /// On the roll.
    pub registered: u64,
    /// Ballots in the box.
    pub voters: u64,
    /// Blank ballots.
    pub blank: u64,
    /// Votes for lists.
    pub expressed: u64,
    /// Seats to fill.
    pub seats: u64,
    /// Lists in the drawn order.
    pub lists: Vec<ListView>,
    /// How the seats came about; `None` when nothing was expressed.
    pub explanation: Option<Explanation>,
    /// Seats that wait for a recorded draw, in the words of the law.
    pub undecided: Option<String>,
    /// So few voted that no figure of a list is shown: blanks, votes and their calculation are empty then.
    pub withheld: bool,
    /// The drawing of lots that settled the last seats.
    pub draw: Option<DrawView>,
    /// The elected, list by list; empty between unions, which name their members afterwards.
    pub elected: Vec<ElectedView>,
    /// Women and men among the elected.
    pub shares: Option<SharesView>,
    /// Votes of the organisations behind common lists.
    pub audience: Vec<AudienceView>,
    /// Days that unions have to name their members.
    pub designation_days: Option<u8>,
    /// The audit before the proclamation.
    pub verified: Option<VerifiedView>,
}

/// The audit that the archive passed before its result was known.
#[derive(Debug, Clone)]
pub struct VerifiedView {
    /// When, in words.
    pub when: String,
    /// How many checks passed.
    pub checks: u64,
    /// SHA-256 of the archive, in hexadecimal.
    pub archive: String,
}

/// A recorded drawing of lots.
#[derive(Debug, Clone)]
pub struct DrawView {
    /// The day, in words.
    pub date: String,
    /// Where.
    pub place: String,
    /// Who was there.
    pub present: String,
    /// How.
    pub method: String,
    /// Lists that received a seat.
    pub winners: String,
}

/// The elected of one list.
#[derive(Debug, Clone)]
pub struct ElectedView {
    /// Name of the list.
    pub list: String,
    /// Titular members, in the order of election.
    pub titular: Vec<String>,
    /// Substitutes, in the list's order.
    pub substitutes: Vec<String>,
}

/// Women and men among the elected.
#[derive(Debug, Clone)]
pub struct SharesView {
    /// Women elected.
    pub women: u64,
    /// Men elected.
    pub men: u64,
    /// Share of women among the elected, with its sign.
    pub women_percent: String,
    /// The same among those represented, and the day of reference.
    pub represented: Option<(String, String)>,
}

/// Votes of the organisations behind a common list.
#[derive(Debug, Clone)]
pub struct AudienceView {
    /// Name of the list.
    pub list: String,
    /// Whether a key was declared; otherwise the parts are equal.
    pub declared: bool,
    /// Each organisation with its votes.
    pub unions: Vec<(String, String)>,
}

/// One list of the results.
#[derive(Debug, Clone)]
pub struct ListView {
    /// Name in full.
    pub name: String,
    /// Votes.
    pub votes: u64,
    /// Seats at the quotient.
    pub by_quotient: u64,
    /// Seats at the highest average.
    pub by_average: u64,
}

impl ListView {
    const fn seats(&self) -> u64 {
        self.by_quotient + self.by_average
    }
}

/// How the seats came about.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Seats by which valid votes are divided.
    pub seats: u64,
    /// The electoral quotient, as a decimal cut after the second digit: `303,30`.
    pub quotient: String,
    /// Whether the decimal is the whole quotient, and not one that was cut.
    pub exact: bool,
    /// Votes of each list over the quotient, cut after the second digit.
    pub over_quotient: Vec<String>,
    /// Articles that the quotient rests on.
    pub quotient_source: Option<String>,
    /// One round for each seat at the highest average.
    pub rounds: Vec<Round>,
    /// Articles that the averages rest on.
    pub average_source: Option<String>,
}

/// One seat at the highest average.
#[derive(Debug, Clone)]
pub struct Round {
    /// Number of the seat, from 1.
    pub seat: u64,
    /// One row for each list that stands.
    pub rows: Vec<AverageRow>,
    /// How equal averages were settled, in words.
    pub settled: Option<String>,
}

/// The average of one list in one round.
#[derive(Debug, Clone)]
pub struct AverageRow {
    /// Name of the list.
    pub name: String,
    /// Votes.
    pub votes: u64,
    /// Seats obtained before, plus one.
    pub divisor: u64,
    /// The average, cut after the second digit.
    pub average: String,
    /// Whether this list takes the seat.
    pub kept: bool,
}

/// Draws the results of one election.
#[must_use]
pub fn render(chrome: &Chrome, view: &ResultsView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.with("results-title", args![title = view.title.as_str()]),
        html! {
            (back("/resultats", lang.text("results-all")))
            div.page-head { p.overline { (lang.text("nav-results")) } h1 { (view.title) } }
            (stats(lang, view))
            @if view.withheld {
                div.section { (notice(Tone::Info, lang.text("withheld-title"), html! { p { (lang.text("withheld-text")) } })) }
            }
            div.section.split.split--even {
                @if !view.withheld {
                    section aria-labelledby="t-voix" { h2 #t-voix { (lang.text("results-votes")) } (bars(lang, view)) }
                }
                section aria-labelledby="t-sieges" { h2 #t-sieges { (lang.with("n-seats-title", args![n = view.seats, count = lang.spelled_first(view.seats)])) } (seats(lang, view)) }
            }
            @if let Some(words) = &view.undecided { div.section { (notice(Tone::Warning, lang.text("results-undecided"), html! { p { (words) } })) } }
            (elected(lang, view))
            @if let Some(explanation) = &view.explanation { (explain(lang, view, explanation)) }
            @if let Some(draw) = &view.draw { (drawn(lang, draw)) }
            @if !view.audience.is_empty() { (audience(lang, &view.audience)) }
            (redo(chrome, view))
            @if !chrome.kiosk { (open_data(lang, view)) }
        },
    )
}

fn stats(lang: Lang, view: &ResultsView) -> Markup {
    let turnout = lang
        .percent(view.voters, view.registered)
        .unwrap_or_else(|| "–".to_owned());
    html! {
        dl.stats.stats--3[view.withheld] {
            div.stat.stat--main { dt { (lang.text("stat-turnout")) } dd { (turnout) } }
            div.stat { dt { (lang.with("stat-registered", args![n = view.registered])) } dd { (lang.number(view.registered)) } }
            div.stat { dt { (lang.with("stat-voters", args![n = view.voters])) } dd { (lang.number(view.voters)) } }
            @if !view.withheld {
                div.stat { dt { (lang.with("stat-blank", args![n = view.blank])) } dd { (lang.number(view.blank)) } }
                div.stat { dt { (lang.with("stat-expressed", args![n = view.expressed])) } dd { (lang.number(view.expressed)) } }
            }
        }
    }
}

/// Letters A to Z in display order, the same in the bars and on the seats.
fn letter(index: usize) -> String {
    u8::try_from(index)
        .ok()
        .filter(|i| *i < 26)
        .map_or_else(|| (index + 1).to_string(), |i| char::from(b'A' + i).to_string())
}

fn bars(lang: Lang, view: &ResultsView) -> Markup {
    html! {
        ul.bars {
            @for (index, list) in view.lists.iter().enumerate() {
                li {
                    div.bars__row {
                        span.bars__name { span.letter aria-hidden="true" { (letter(index)) } (list.name) }
                        " "
                        span.bars__value {
                            (lang.with("n-votes", args![n = list.votes]))
                            @if let Some(share) = lang.percent(list.votes, view.expressed) { " · " (share) }
                        }
                    }
                    svg.bar viewBox="0 0 10000 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect width=(list.votes.saturating_mul(10_000).checked_div(view.expressed).unwrap_or(0)) height="10" {}
                    }
                }
            }
        }
    }
}

fn seats(lang: Lang, view: &ResultsView) -> Markup {
    html! {
        ul.seats-by {
            @for (index, list) in view.lists.iter().enumerate() {
                li {
                    span.bars__name {
                        span.letter aria-hidden="true" { (letter(index)) }
                        (lang.with("list-seats", args![list = list.name.as_str(), n = list.seats()]))
                    }
                    span.seats aria-hidden="true" {
                        @for _ in 0..list.by_quotient { span.seat { (letter(index)) } }
                        @for _ in 0..list.by_average { span.seat.seat--average { (letter(index)) } }
                    }
                }
            }
        }
        @if !view.withheld { p.small.soft { (lang.text("seats-legend")) } }
        @if let Some(days) = view.designation_days { p { (lang.with("designation-days", args![n = days])) } }
    }
}

/// Elected and substitutes, and the shares of women and men among them.
fn elected(lang: Lang, view: &ResultsView) -> Markup {
    html! {
        @if !view.elected.is_empty() {
            section.section aria-labelledby="t-elus" {
                h2 #t-elus { (lang.text("elected-title")) }
                @if let Some(shares) = &view.shares {
                    p {
                        (lang.with("elected-women", args![n = shares.women, total = shares.women + shares.men, percent = shares.women_percent.as_str()]))
                        @if let Some((percent, day)) = &shares.represented {
                            " " (lang.with("elected-represented", args![percent = percent.as_str(), day = day.as_str()]))
                        }
                    }
                }
                ul.seats-by {
                    @for list in &view.elected {
                        li {
                            h3 { (list.list) }
                            ol { @for name in &list.titular { li { (name) } } }
                            @if !list.substitutes.is_empty() {
                                p.small { (lang.with("elected-substitutes", args![names = list.substitutes.join(", ")])) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn drawn(lang: Lang, draw: &DrawView) -> Markup {
    let facts = [
        (key("draw-winners"), &draw.winners),
        (key("draw-date"), &draw.date),
        (key("draw-place"), &draw.place),
        (key("draw-present"), &draw.present),
        (key("draw-method"), &draw.method),
    ];
    html! {
        section.section aria-labelledby="t-tirage" {
            h2 #t-tirage { (lang.text("draw-title")) }
            p { (lang.text("draw-text")) }
            dl.facts { @for (name, value) in facts { div { dt { (lang.text(name)) } dd { (value) } } } }
        }
    }
}

fn audience(lang: Lang, lists: &[AudienceView]) -> Markup {
    html! {
        section.section aria-labelledby="t-audience" {
            h2 #t-audience { (lang.text("audience-title")) }
            @for list in lists {
                h3 { (list.list) }
                p { @if list.declared { (lang.text("audience-declared")) } @else { (lang.text("audience-equal")) } }
                dl.facts { @for (name, votes) in &list.unions { div { dt { (name) } dd { (lang.with("audience-votes", args![votes = votes.as_str()])) } } } }
            }
        }
    }
}

fn open_data(lang: Lang, view: &ResultsView) -> Markup {
    html! {
        section.section aria-labelledby="t-donnees" {
            h2 #t-donnees { (lang.text("open-data-title")) }
            p { (lang.text("open-data-text")) }
            ul {
                li { a href={ "/resultats/" (view.id) "/resultats.json" } { (lang.text("open-data-json")) } }
                li { a href={ "/resultats/" (view.id) "/resultats.csv" } download { (lang.text("open-data-csv")) } }
            }
        }
    }
}

fn explain(lang: Lang, view: &ResultsView, explanation: &Explanation) -> Markup {
    let at_quotient: u64 = view.lists.iter().map(|list| list.by_quotient).sum();
    html! {
        section.section aria-labelledby="t-pourquoi" {
            h2 #t-pourquoi { (lang.text("why-title")) }
            ol.explain {
                li {
                    h3 { (lang.text("quotient-title")) }
                    p { (lang.text("quotient-text")) }
                    span.formula {
                        (lang.with("quotient-formula", args![expressed = view.expressed, seats = explanation.seats, sign = if explanation.exact { "=" } else { "≈" }, quotient = explanation.quotient.as_str()]))
                    }
                    (source(lang, explanation.quotient_source.as_deref()))
                }
                li {
                    h3 { (lang.with("at-quotient-title", args![n = at_quotient, count = lang.spelled_first(at_quotient)])) }
                    p { (lang.text("at-quotient-text")) }
                    (quotient_table(lang, view, explanation, at_quotient))
                }
                @if !explanation.rounds.is_empty() {
                    li {
                        h3 { (lang.with("at-average-title", args![n = explanation.rounds.len(), count = lang.spelled_first(count(explanation.rounds.len()))])) }
                        p { (lang.text("at-average-text")) }
                        (source(lang, explanation.average_source.as_deref()))
                        div.stack { @for round in &explanation.rounds { (round_table(lang, round)) } }
                    }
                }
            }
        }
    }
}

fn source(lang: Lang, words: Option<&str>) -> Markup {
    html! { @if let Some(words) = words { p.small.soft { (lang.with("law-source", args![source = words])) } } }
}

fn quotient_table(lang: Lang, view: &ResultsView, explanation: &Explanation, total: u64) -> Markup {
    let label = lang.text("quotient-table");
    table_box(
        &label,
        html! {
            table {
                caption.vh { (label) }
                thead {
                    tr {
                        th scope="col" { (lang.text("col-list")) }
                        th.num scope="col" { (lang.text("col-votes")) }
                        th.num scope="col" { (lang.with("col-over-quotient", args![quotient = explanation.quotient.as_str()])) }
                        th.num scope="col" { (lang.text("col-seats")) }
                    }
                }
                tbody {
                    @for (list, over) in view.lists.iter().zip(&explanation.over_quotient) {
                        tr {
                            th scope="row" { (list.name) }
                            td.num { (lang.number(list.votes)) }
                            td.num { (over) }
                            td.num { (list.by_quotient) }
                        }
                    }
                }
                tfoot { tr { th scope="row" { (lang.text("col-total")) } td.num { (lang.number(view.expressed)) } td {} td.num { (total) } } }
            }
        },
    )
}

fn round_table(lang: Lang, round: &Round) -> Markup {
    let caption = lang.with("round-caption", args![n = round.seat]);
    html! {
        (table_box(&lang.with("round-label", args![n = round.seat]), html! {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th scope="col" { (lang.text("col-list")) }
                        th.num scope="col" { (lang.text("col-division")) }
                        th.num scope="col" { (lang.text("col-average")) }
                        th scope="col" { (lang.text("col-award")) }
                    }
                }
                tbody {
                    @for row in &round.rows {
                        tr.is-kept[row.kept] {
                            th scope="row" { (row.name) }
                            td.num { (lang.number(row.votes)) " ÷ " (row.divisor) }
                            td.num { (row.average) }
                            td { @if row.kept { (badge(Tone::Success, Icon::Tick, lang.text("col-seat"))) } @else { "–" } }
                        }
                    }
                }
            }
        }))
        @if let Some(words) = &round.settled { p.small { (words) } }
    }
}

fn redo(chrome: &Chrome, view: &ResultsView) -> Markup {
    let lang = chrome.lang;
    html! {
        section.section aria-labelledby="t-refaire" {
            div.panel.panel--sunken {
                h2 #t-refaire { (lang.text("redo-title")) }
                p { @if view.withheld { (lang.text("redo-withheld")) } @else { (lang.text("redo-text")) } }
                @if let Some(verified) = &view.verified {
                    p { (lang.with("redo-verified", args![n = verified.checks, when = verified.when.as_str()])) }
                    p.small.soft { "SHA-256 " code.break { (verified.archive) } }
                }
                @if !view.withheld {
                    pre.command tabindex="0" { code { "isoloir-verify --complete --results resultats.json " (view.id) ".bel" } }
                }
                div.actions {
                    @if !chrome.kiosk && !view.withheld {
                        a.btn.btn--primary href={ "/urne/" (view.id) "/archive.bel" } download {
                            (icon(Icon::Download)) " " (lang.text("box-download"))
                        }
                    }
                    a.btn.btn--secondary href={ "/urne/" (view.id) } { (lang.text("redo-box")) }
                }
            }
        }
    }
}
