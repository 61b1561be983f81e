//! One cell: what spreadsheets, encodings and copying did to it. The little that can be set right without guessing is, and is told.

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::Cell;

/// What was found in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Set right: no-break or invisible spaces.
    Spaces,
    /// Set right: accents apart from their letters.
    Composed,
    /// Set right: `="00123"`.
    QuotedFormula,
    /// A formula.
    Formula,
    /// `1,23457E+12`.
    Scientific,
    /// `#N/A`.
    SheetError,
    /// `HÃ©lÃ¨ne`.
    BrokenAccents,
    /// Control characters.
    Control,
}

/// What spreadsheets show in place of a value, in English and in French.
const ERRORS: [&str; 14] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#VALEUR!",
    "#NAME?",
    "#NOM?",
    "#DIV/0!",
    "#NULL!",
    "#NUL!",
    "#NUM!",
    "#NOMBRE!",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
];

/// Tidies a cell of a text file.
pub(crate) fn tidy(raw: &str) -> Cell {
    let trimmed = raw.trim_matches(|c: char| c.is_ascii_whitespace());
    // Most cells: letters, digits, dots.
    let plain = trimmed
        .bytes()
        .all(|b| matches!(b, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'@' | b'_' | b'-' | b' '));
    if plain && !trimmed.starts_with('@') {
        return Cell {
            text: trimmed.to_owned(),
            damage: scientific(trimmed).then_some(Damage::Scientific),
        };
    }
    let (text, mut damage) = set_right(trimmed);
    if let Some(worse) = damage_of(&text) {
        damage = Some(worse);
    }
    Cell { text, damage }
}

/// Spaces, accents, quoted formulas.
fn set_right(text: &str) -> (String, Option<Damage>) {
    let mut damage = None;
    let mut text = text.to_owned();
    let quoted = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(quoted) = quoted.filter(|quoted| !quoted.contains('"')) {
        text = quoted.to_owned();
        damage = Some(Damage::QuotedFormula);
    }
    let odd = |c: char| (c.is_whitespace() && !c.is_ascii()) || invisible(c);
    if text.contains(odd) {
        let spaced: String = text
            .chars()
            .filter(|c| !invisible(*c))
            .map(|c| if odd(c) { ' ' } else { c })
            .collect();
        text = spaced
            .split(' ')
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        damage = Some(Damage::Spaces);
    }
    if !is_nfc(&text) {
        text = text.nfc().collect();
        damage = Some(Damage::Composed);
    }
    (text, damage)
}

/// Without width: joiners, the mark at the beginning of a file, soft hyphens.
fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' | '\u{202a}'..='\u{202e}')
}

fn damage_of(text: &str) -> Option<Damage> {
    if text.starts_with(['=', '+', '@']) {
        Some(Damage::Formula)
    } else if text.starts_with('#') && ERRORS.contains(&text.to_uppercase().as_str()) {
        Some(Damage::SheetError)
    } else if scientific(text) {
        Some(Damage::Scientific)
    } else if broken_accents(text) {
        Some(Damage::BrokenAccents)
    } else if text.chars().any(char::is_control) {
        Some(Damage::Control)
    } else {
        None
    }
}

/// `1,23457E+12` or `1.23457E+12`. A staff number as `12E34` has no sign and is none.
fn scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let signed = exponent.strip_prefix(['+', '-']).is_some_and(digits);
    let fraction = mantissa.split_once([',', '.']);
    let number = fraction.map_or_else(|| digits(mantissa), |(whole, rest)| digits(whole) && digits(rest));
    number && (signed || (fraction.is_some() && digits(exponent)))
}

/// UTF-8 read as windows-1252 and written again, or a character lost on the way.
fn broken_accents(text: &str) -> bool {
    let pairs = text.chars().zip(text.chars().skip(1));
    text.contains('\u{fffd}')
        || pairs.into_iter().any(|(first, second)| {
            matches!(first, 'Ã' | 'Â')
                && (('\u{80}'..='\u{bf}').contains(&second) || matches!(second, '€' | '‰' | '‹' | 'Š' | 'ˆ'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_damage_is_known_and_sound_cells_are_left_alone() {
        for (raw, text, damage) in [
            (" Durand ", "Durand", None),
            ("D’Hérouville-Œuvré", "D’Hérouville-Œuvré", None),
            ("12E34", "12E34", None),
            ("12E3456789ABC", "12E3456789ABC", None),
            ("ÃŽle", "ÃŽle", None),
            ("Le\u{a0}Guen", "Le Guen", Some(Damage::Spaces)),
            ("\u{feff}Ana\u{200b}\u{202f}", "Ana", Some(Damage::Spaces)),
            ("e\u{301}te\u{301}", "été", Some(Damage::Composed)),
            ("=\"00123\"", "00123", Some(Damage::QuotedFormula)),
            ("=A1+1", "=A1+1", Some(Damage::Formula)),
            ("@SUM(A1)", "@SUM(A1)", Some(Damage::Formula)),
            ("+33", "+33", Some(Damage::Formula)),
            ("1,23457E+12", "1,23457E+12", Some(Damage::Scientific)),
            ("1.23457E+12", "1.23457E+12", Some(Damage::Scientific)),
            ("1.2E12", "1.2E12", Some(Damage::Scientific)),
            ("#N/A", "#N/A", Some(Damage::SheetError)),
            ("#nom?", "#nom?", Some(Damage::SheetError)),
            ("HÃ©lÃ¨ne", "HÃ©lÃ¨ne", Some(Damage::BrokenAccents)),
            (
                "H\u{fffd}l\u{fffd}ne",
                "H\u{fffd}l\u{fffd}ne",
                Some(Damage::BrokenAccents),
            ),
            ("a\u{7}b", "a\u{7}b", Some(Damage::Control)),
        ] {
            let found = tidy(raw);
            assert_eq!((found.text.as_str(), found.damage), (text, damage), "{raw:?}");
        }
    }
}
