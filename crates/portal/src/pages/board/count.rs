//! The counting session: the box frozen, each member present decrypts on their own device, the result once the quorum is there.

use isoloir_service::board::{Count, CountState, Sitting};
use isoloir_theme::args;
use isoloir_theme::components::{Tone, badge, notice};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::Icon;
use isoloir_theme::when;
use maud::{Markup, html};

use super::ceremony::{key_file, passphrase, under};
use super::{Script, Tab, overline, scripted};
use crate::layout::Chrome;
use isoloir_theme::i18n::key;

/// Draws the page. `origin` is where the archives are, for the printed command.
#[must_use]
pub fn render(chrome: &Chrome, sitting: &Sitting, counts: &[Count]) -> Markup {
    let lang = chrome.lang;
    let state = &sitting.state;
    let title = lang.text("board-count-title");
    let owner = state.owner(sitting.seat);
    let script = Script {
        kind: "count",
        api: format!("/api/bureau/{}/depouillement", state.board.key),
        waits: counts.iter().any(|count| count.state == CountState::Decrypt),
    };
    let body = html! {
        div.page-head {
            (overline(lang, state, sitting.seat))
            h1 { (title) }
            p.lede { (lang.text("board-count-lede")) }
        }
        @if owner.is_none() { (notice(Tone::Info, lang.text("board-no-place"), html! { p { (lang.text("board-no-place-text")) } })) }
        @for (rank, count) in counts.iter().enumerate() { (election(lang, sitting, owner, count, rank)) }
    };
    scripted(chrome, sitting, Tab::Count, &title, &script, &None, body)
}

fn election(lang: Lang, sitting: &Sitting, owner: Option<u32>, count: &Count, rank: usize) -> Markup {
    let state = &sitting.state;
    let names = |owners: &[u32]| -> String {
        let seats = owners.iter().filter_map(|owner| state.seat_of_owner(*owner));
        let names: Vec<String> = seats.map(|seat| state.name(seat)).collect();
        if names.is_empty() {
            "–".to_owned()
        } else {
            names.join(", ")
        }
    };
    let mine = owner
        .filter(|owner| count.state == CountState::Decrypt && count.keys_of_board && !count.decrypted.contains(owner));
    let title = format!("t-scrutin-{rank}");
    let archive = format!("/api/bureau/{}/archive/{}", state.board.key, count.election);
    html! {
        section.panel.section aria-labelledby=(title) {
            div.panel__head { h2 id=(title) { (count.title) } (stands(lang, count)) }
            @if count.rehearsal { p { (lang.text("board-count-rehearsal")) } }
            @if count.state == CountState::Open {
                p { (lang.with("board-count-closes", args![when = when::date_time(lang, state.consultation.calendar.freezes())])) }
            }
            @if matches!(count.state, CountState::Decrypt | CountState::Counted) {
                dl.facts {
                    div { dt { (lang.text("board-count-ballots")) } dd { (count.ballots) } }
                    div { dt { (lang.text("board-count-decrypted")) } dd { (names(&count.decrypted)) } }
                }
            }
            @if count.state == CountState::Decrypt {
                @if !count.keys_of_board { p { (lang.text("board-count-other-keys")) } }
                @else if !count.quorum { p { (lang.text("board-count-needs")) } }
            }
            @if mine.is_some() {
                @if count.ballots >= LARGE { (large(lang, &archive, count)) }
                form.form data-task="decrypt" data-election=(count.election) data-archive=(archive) novalidate {
                    (key_file(lang, &format!("fichier-{rank}")))
                    (passphrase(lang, false, &format!("phrase-{rank}")))
                    (under(lang, key("board-count-decrypt")))
                }
            }
            @if count.state == CountState::Counted {
                div.actions {
                    a.btn.btn--primary href={ "/resultats/" (count.election) } { (lang.text("board-count-result")) }
                    a.btn.btn--secondary href={ "/urne/" (count.election) "/verifier" } { (lang.text("board-count-verify")) }
                }
                p.small { (lang.text("board-count-command")) }
                pre.command tabindex="0" { code { "isoloir-verify " (count.election) ".bel" } }
            }
        }
    }
}

/// Ballots of an archive that no browser should be asked to hold: some 8 kB each.
const LARGE: u64 = 100_000;

/// How a member counts a box that is too large for a browser.
fn large(lang: Lang, archive: &str, count: &Count) -> Markup {
    notice(
        Tone::Info,
        lang.text("board-count-large"),
        html! {
            p { (lang.with("board-count-large-text", args![ballots = count.ballots])) }
            p { a href=(archive) download={ (count.election) ".bel" } { (lang.text("board-count-large-download")) } }
            pre.command tabindex="0" { code { "isoloir trustee decrypt --archive " (count.election) ".bel --key FICHIER --out ." } }
        },
    )
}

fn stands(lang: Lang, count: &Count) -> Markup {
    match count.state {
        CountState::NotSetUp => badge(Tone::Info, Icon::Empty, lang.text("board-count-not-set-up")),
        CountState::Open => badge(Tone::Info, Icon::Clock, lang.text("board-count-open")),
        CountState::Decrypt => badge(Tone::Warning, Icon::Key, lang.text("board-count-frozen")),
        CountState::Counted => badge(Tone::Success, Icon::Success, lang.text("board-count-counted")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a failure is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_large_box_is_counted_by_the_command_that_the_page_prints() {
        let count = Count {
            election: "NkHrZ7QCf3Nf3h".parse().unwrap(),
            title: "Comité".to_owned(),
            state: CountState::Decrypt,
            ballots: LARGE,
            decrypted: Vec::new(),
            quorum: false,
            keys_of_board: true,
            rehearsal: false,
        };
        for (lang, words) in [(Lang::Fr, "Une grande urne"), (Lang::En, "A large box")] {
            let page = large(lang, "/api/bureau/csa/archive/NkHrZ7QCf3Nf3h", &count).into_string();
            assert!(page.contains(words), "{page}");
            assert!(
                page.contains("href=\"/api/bureau/csa/archive/NkHrZ7QCf3Nf3h\" download=\"NkHrZ7QCf3Nf3h.bel\""),
                "{page}"
            );
            assert!(
                page.contains("isoloir trustee decrypt --archive NkHrZ7QCf3Nf3h.bel --key FICHIER --out ."),
                "{page}"
            );
        }
    }
}
