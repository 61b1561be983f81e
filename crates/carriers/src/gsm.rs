//! The alphabet of SMS (GSM 03.38): what fits in 160 septets, and what does not.
//!
//! French is not wholly in it: é è à ù ò ì and Ç are, ç ê î ô û â ë ï œ « » ’ are not. One character outside makes the whole message UCS-2, with 70
//! characters to a part; a gateway that is not told so puts question marks.

/// The basic table, one septet each. ESC is left out.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How many septets the text takes; `None` when a character is not in the alphabet.
#[must_use]
pub fn septets(text: &str) -> Option<usize> {
    text.chars().try_fold(0_usize, |sum, c| {
        let count = if BASIC.contains(c) {
            1
        } else if EXTENSION.contains(c) {
            2
        } else {
            return None;
        };
        Some(sum + count)
    })
}

/// The text in the alphabet: accents that it lacks are dropped, typographic signs become plain ones, the rest a question mark. For names and
/// numbers that enter an SMS; links are ASCII already.
#[must_use]
pub fn transliterated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if BASIC.contains(c) || EXTENSION.contains(c) {
            out.push(c);
        } else {
            out.push_str(plain(c));
        }
    }
    out
}

fn plain(c: char) -> &'static str {
    match c {
        'á' | 'â' | 'ã' => "a",
        'À' | 'Á' | 'Â' | 'Ã' => "A",
        'ç' => "c",
        'ê' | 'ë' => "e",
        'È' | 'Ê' | 'Ë' => "E",
        'í' | 'î' | 'ï' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'ó' | 'ô' | 'õ' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' => "O",
        'ú' | 'û' => "u",
        'Ù' | 'Ú' | 'Û' => "U",
        'ÿ' | 'ý' => "y",
        'Ÿ' | 'Ý' => "Y",
        'œ' => "oe",
        'Œ' => "OE",
        '’' | '‘' | 'ʼ' => "'",
        '“' | '”' | '«' | '»' => "\"",
        '–' | '—' | '‐' | '‑' => "-",
        '…' => "...",
        '\u{a0}' | '\u{202f}' | '\u{2009}' | '\t' => " ",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_is_counted_as_the_operator_counts_it() {
        assert_eq!(septets("Reçu"), None);
        assert_eq!(septets("ê"), None);
        assert_eq!(septets("é è à ù"), Some(7));
        assert_eq!(septets("10 €"), Some(5));
        assert_eq!(septets("[x]"), Some(5));
        assert_eq!(BASIC.chars().count(), 127);
    }

    #[test]
    fn names_become_writable() {
        let out = transliterated("Reçu\u{a0}: votre œuvre, François d’Ômbré…");
        assert_eq!(out, "Recu : votre oeuvre, Francois d'Ombré...");
        assert!(septets(&out).is_some());
        assert_eq!(transliterated("日"), "?");
    }
}
