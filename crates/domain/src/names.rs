//! Names and words made comparable: without accents, case, hyphens and apostrophes (*recherche sans accents*).
//!
//! The normal form has lower-case letters, digits and single spaces only; as bytes it sorts alike on every engine.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The normal form of `text`: `D’Hérouville-Œuvré` is `d herouville oeuvre`. What has no Latin letter keeps its own lower-case letters.
#[must_use]
pub fn normal(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let letters = text.chars().flat_map(char::to_lowercase).nfkd();
    for c in letters.filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' => plain.push_str("oe"),
            'æ' => plain.push_str("ae"),
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'đ' | 'ð' => plain.push('d'),
            'ł' => plain.push('l'),
            'ı' => plain.push('i'),
            'þ' => plain.push_str("th"),
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The words of `text`, in normal form.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    normal(text)
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_hyphens_and_ligatures_do_not_count() {
        assert_eq!(normal("D’Hérouville-Œuvré"), "d herouville oeuvre");
        assert_eq!(normal("  LE  GUÉN "), "le guen");
        assert_eq!(normal("e\u{301}te\u{301}"), "ete");
        assert_eq!(normal("Łukasz Strauß"), "lukasz strauss");
        assert_eq!(normal("--"), "");
        assert_eq!(words("l’été 2026"), ["l", "ete", "2026"]);
    }
}
