//! What people write in forms: checked, bounded, and never a code.
//!
//! A voting code or an activation code in a message would be read by whoever reads the message. It is looked for by its shape alone, since
//! one that is mistyped says as much: sixteen letters and digits, in groups or in one run.

use std::collections::HashSet;

use isoloir_domain::Clock;
use isoloir_domain::local_time::paris;
use rand_core::Rng as _;
use sha2::{Digest as _, Sha256};

use crate::{Fault, VotingServer};

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextProblem {
    /// It is empty and may not be.
    Empty,
    /// It is too long, or holds control characters.
    Bad,
}

/// Checks one line of text; `""` when it may be left empty.
pub(crate) fn line(text: &str, longest: usize, required: bool) -> Result<String, TextProblem> {
    let text = text.trim();
    if required && text.is_empty() {
        return Err(TextProblem::Empty);
    }
    if text.chars().count() > longest || text.chars().any(char::is_control) {
        return Err(TextProblem::Bad);
    }
    Ok(text.to_owned())
}

/// Checks a text of several lines; line ends become one sign.
pub(crate) fn paragraphs(text: &str, longest: usize) -> Result<String, TextProblem> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.is_empty() {
        return Err(TextProblem::Empty);
    }
    let foreign = |c: char| c.is_control() && c != '\n' && c != '\t';
    if text.chars().count() > longest || text.chars().any(foreign) {
        return Err(TextProblem::Bad);
    }
    Ok(text.to_owned())
}

/// SHA-256 of a form's token, which is 32 bytes in base64url.
pub(crate) fn form_token_hash(token: &str) -> Option<[u8; 32]> {
    let sound = token.len() == 43
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    sound.then(|| Sha256::digest(token).into())
}

/// The year in Paris, for numbers that name it.
pub(crate) fn year_in_paris(clock: &dyn Clock) -> Result<u16, Fault> {
    let year = clock.now().to_zoned_datetime(paris()).year();
    u16::try_from(year).map_err(|_| Fault::Damaged("a year"))
}

/// Symbols of a code.
const LENGTH: usize = 16;
/// Characters that may stand between two groups of one code, such as ` - `.
const WIDEST_GAP: usize = 3;

/// Letters that a code read out symbol by symbol has at least: one in three thousand has fewer.
const FEWEST_LETTERS: usize = 5;

/// Whether `text` holds what has the shape of a voting code or of an activation code, whatever stands between its groups.
pub(crate) fn holds_code(text: &str) -> bool {
    let runs = runs(text);
    // A UUID begins and ends with sixteen such symbols too.
    let in_uuid: HashSet<usize> = runs
        .windows(UUID.len())
        .enumerate()
        .filter(|(_, five)| five.iter().map(|run| run.text.len()).eq(UUID))
        .flat_map(|(from, five)| from..from + five.len())
        .collect();
    (0..runs.len())
        .filter(|from| !in_uuid.contains(from))
        .any(|from| runs.get(from..).is_some_and(begins_with_code))
}

/// Lengths of the groups of a UUID.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Letters and digits that follow each other.
struct Run<'a> {
    text: &'a str,
    /// Whether it is near enough to the run before to belong to it.
    near: bool,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut gap = usize::MAX;
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        if !word.is_empty() {
            runs.push(Run {
                text: word,
                near: gap <= WIDEST_GAP,
            });
            gap = 0;
        }
        if part.len() > word.len() {
            gap = gap.saturating_add(1);
        }
    }
    runs
}

/// Groups as printed or as read out: all of four symbols or a multiple of it, or all of one or two.
fn begins_with_code(runs: &[Run<'_>]) -> bool {
    let mut symbols = String::new();
    let (mut by_four, mut by_few) = (true, true);
    for (rank, run) in runs.iter().enumerate() {
        let mut word = run.text;
        // The mark of activation codes may stand against the first group.
        if rank == 0 && word.len() % 4 == 1 && word.len() > 1 {
            word = word.strip_prefix(['A', 'a']).unwrap_or(word);
        }
        by_four &= word.len().is_multiple_of(4);
        by_few &= word.len() <= 2;
        let near = rank == 0 || run.near;
        if !near || !(by_four || by_few) || !word.chars().all(is_symbol) {
            return false;
        }
        symbols.push_str(word);
        if symbols.len() >= LENGTH {
            return symbols.len() == LENGTH && looks_drawn(&symbols, by_four);
        }
    }
    false
}

/// A symbol of a code, or one that people type for it.
fn is_symbol(c: char) -> bool {
    c.is_ascii_alphanumeric() && !matches!(c, 'U' | 'u')
}

/// Words and years of four letters are no code: in one, digits and letters mix, or at least nothing is in lower case. Telephone numbers
/// with a short word between them are none either: two thirds of a code are letters.
fn looks_drawn(symbols: &str, by_four: bool) -> bool {
    let digit = |c: &u8| c.is_ascii_digit();
    let letter = |c: &u8| c.is_ascii_alphabetic();
    let mixed = |group: &[u8]| group.iter().any(digit) && group.iter().any(letter);
    let symbols = symbols.as_bytes();
    let letters = symbols.iter().filter(|c| letter(c)).count();
    mixed(symbols)
        && (by_four || letters >= FEWEST_LETTERS)
        && (symbols.chunks(4).any(mixed) || !symbols.iter().any(u8::is_ascii_lowercase))
}

impl VotingServer {
    /// A token for a new form.
    #[must_use]
    pub fn new_form_token(&self) -> String {
        use base64::Engine as _;
        let mut bytes = [0; 32];
        self.rng().fill_bytes(&mut bytes);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_however_they_are_typed() {
        for text in [
            "Mon code est K7QM-2RTD-9XHF-4CAD, il ne marche pas",
            "k7qm 2rtd 9xhf 4cad",
            "K7QM2RTD9XHF4CAD",
            "k7qm2rtd9xhf4cad.",
            "K7QM - 2RTD - 9XHF - 4CAD",
            "K7QM2RTD 9XHF4CAD",
            "K7QM\n2RTD\n9XHF\n4CAD",
            "K 7 Q M 2 R T D 9 X H F 4 C A D",
            "K7 QM 2R TD 9X HF 4C AD",
            "A-K7QM-2RTD-9XHF-4CAD",
            "AK7QM-2RTD-9XHF-4CAD",
            "AK7QM2RTD9XHF4CAD",
            "code:K7QM.2RTD.9XHF.4CAD",
            "(ABCD-EFGH-JKMN-2345)",
        ] {
            assert!(holds_code(text), "{text}");
        }
    }

    #[test]
    fn ordinary_texts_are_let_through() {
        for text in [
            "Je vote dans 2026 mais sans code, que dois-je faire ?",
            "Mon matricule est A-104-221, mon numéro de demande A-2026-000123.",
            "Numéro de suivi q7Zr2mXo0Hn5v1TfYkS8dLwPbE3uJcA9xGiRtUoV4Nk",
            "0190a2b4-5c6d-7e8f-9a0b-1c2d3e4f5061",
            "Appelez-moi au 06 12 34 56 78 ou au 01 98 76 54 32 le soir",
            "06 12 34 56 78 et 01 98 76 54 32",
            "constitutionnelle incompréhensibles",
            "K7QM-2RTD-9XHF",
            "",
        ] {
            assert!(!holds_code(text), "{text}");
        }
    }
}
