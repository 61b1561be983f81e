//! What the script of the board's pages says. Places in braces are filled by the script.

use isoloir_theme::args;
use isoloir_theme::i18n::{Lang, key};
use maud::{Markup, html};

/// Names are those of docs/protocol/board.md.
const MESSAGES: &[(&str, &str)] = &[
    ("making", key("board-say-making")),
    ("sending", key("board-say-sending")),
    ("waiting", key("board-say-waiting")),
    ("opening", key("board-say-opening")),
    ("testing", key("board-say-testing")),
    ("tested", key("board-say-tested")),
    ("saved", key("board-say-saved")),
    ("downloading", key("board-say-downloading")),
    ("verifying", key("board-say-verifying")),
    ("progress", key("board-say-progress")),
    ("verified", key("board-say-verified")),
    ("decrypting", key("board-say-decrypting")),
    ("signing", key("board-say-signing")),
    ("sent", key("board-say-sent")),
    ("short", key("board-say-short")),
    ("different", key("board-say-different")),
    ("wrong-passphrase", key("board-say-wrong-passphrase")),
    ("not-a-key", key("board-say-not-a-key")),
    ("other-key", key("board-say-other-key")),
    ("lost", key("board-say-lost")),
    ("cheat", key("board-say-cheat")),
    ("not-verified", key("board-say-not-verified")),
    ("taken", key("board-say-taken")),
    ("refused", key("board-say-refused")),
    ("network", key("board-say-network")),
    ("fault", key("board-say-fault")),
];

pub(super) fn templates(lang: Lang) -> Markup {
    let places = args![
        percent = "{percent}",
        ballots = "{ballots}",
        name = "{name}",
        detail = "{detail}",
        message = "{message}",
    ];
    html! { @for (name, words) in MESSAGES { template data-msg=(name) { (lang.with(words, places)) } } }
}
