//! Wrong texts for numbers, points and strings, each with the name of what is wrong.

use crate::{document::Node, mutation::Chance};

/// `2^255 - 19`.
const P25519: &str = "57896044618658097711785492504343953926634992332820282019728792003956564819949";
/// Order of the subgroup of edwards25519.
const Q25519: &str = "7237005577332262213973186563042994240857116359379907606001950938285454250989";
/// Points of edwards25519 of order 2, 4 and 8, as the protocol writes them.
const SMALL_ORDER: [&str; 5] = [
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "8000000000000000000000000000000000000000000000000000000000000000",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7",
    "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
];

/// What a text seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// A number modulo the group's order.
    Scalar,
    /// A point of edwards25519.
    Point,
    /// An element of a finite field.
    Residue,
    /// Anything else.
    Other,
}

fn sort(text: &str) -> Sort {
    let decimal = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) && !text.bytes().any(|b| b.is_ascii_uppercase())
    {
        Sort::Point
    } else if decimal && text.len() > 400 {
        Sort::Residue
    } else if decimal && text.len() > 20 {
        Sort::Scalar
    } else {
        Sort::Other
    }
}

/// Another text in place of this one, never the same. `others` are further texts of the document.
pub fn wrong_text(text: &str, others: &[&str], chance: &mut Chance) -> Option<(&'static str, Node)> {
    let same = sort(text);
    let alike: Vec<_> = others
        .iter()
        .filter(|other| sort(other) == same && **other != text)
        .collect();
    let candidates: Vec<(&'static str, String)> = match same {
        Sort::Scalar => scalars(text, chance),
        Sort::Point => points(text),
        Sort::Residue => residues(text, chance),
        Sort::Other => strings(text, chance),
    };
    let mut all: Vec<(&'static str, Node)> = candidates
        .into_iter()
        .filter(|(_, other)| other != text)
        .map(|(name, other)| (name, Node::Text(other)))
        .collect();
    if let Some(other) = chance.pick(&alike) {
        all.push(("another one of the document", Node::Text((***other).to_owned())));
    }
    all.push(("no string", Node::Literal("7".to_owned())));
    all.push(("null", Node::Literal("null".to_owned())));
    all.push(("an array", Node::List(vec![Node::Text(text.to_owned())])));
    let at = chance.below(all.len());
    all.into_iter().nth(at)
}

/// Another text of the document that could stand here as well: well formed, and wrong.
pub fn another_text(text: &str, others: &[&str], chance: &mut Chance) -> Option<Node> {
    let own = sort(text);
    let alike = |other: &&&str| own != Sort::Other && sort(other) == own && **other != text;
    let alike: Vec<_> = others.iter().filter(alike).collect();
    chance.pick(&alike).map(|other| Node::Text((**other).to_string()))
}

fn scalars(text: &str, chance: &mut Chance) -> Vec<(&'static str, String)> {
    let place = chance.below(text.len());
    vec![
        ("a digit changed", digit_changed(text, place)),
        ("zero", "0".to_owned()),
        ("one", "1".to_owned()),
        ("a leading zero", format!("0{text}")),
        ("negative", format!("-{text}")),
        ("a plus sign", format!("+{text}")),
        ("the order added", sum(text, Q25519)),
        ("much too large", format!("9{text}{text}")),
        ("nothing", String::new()),
        ("hexadecimal", format!("0x{text}")),
        ("a space", format!("{text} ")),
    ]
}

fn points(text: &str) -> Vec<(&'static str, String)> {
    let mut all: Vec<(&'static str, String)> = SMALL_ORDER
        .iter()
        .map(|point| ("of small order", (*point).to_owned()))
        .collect();
    all.extend([
        ("of mixed order", order_two_added(text)),
        ("negated", sign_changed(text)),
        ("the neutral element", format!("{}1", "0".repeat(63))),
        ("the neutral element with a sign", format!("8{}1", "0".repeat(62))),
        ("not canonical: y above the prime", format!("7{}f", "f".repeat(62))),
        ("on no curve", format!("{}2", "0".repeat(63))),
        ("upper case", text.to_uppercase()),
        ("bytes reversed", bytes_reversed(text)),
        ("a digit more", format!("0{text}")),
        ("a digit less", text.chars().skip(1).collect()),
        ("the generator", format!("{}58", "6".repeat(62))),
    ]);
    all
}

fn residues(text: &str, chance: &mut Chance) -> Vec<(&'static str, String)> {
    let place = chance.below(text.len());
    vec![
        ("a digit changed", digit_changed(text, place)),
        ("zero", "0".to_owned()),
        ("one", "1".to_owned()),
        ("two", "2".to_owned()),
        ("a leading zero", format!("0{text}")),
        ("much too large", format!("9{text}")),
        ("negative", format!("-{text}")),
        ("nothing", String::new()),
    ]
}

fn strings(text: &str, chance: &mut Chance) -> Vec<(&'static str, String)> {
    let place = chance.below(text.chars().count().max(1));
    let changed = text.chars().enumerate().map(|(at, c)| {
        if at == place {
            if c == 'x' { 'y' } else { 'x' }
        } else {
            c
        }
    });
    let escaped = text
        .chars()
        .next()
        .map(|c| (c, u32::from(c)))
        .filter(|(c, _)| c.is_ascii_alphanumeric());
    let mut all = vec![
        ("a letter more", format!("{text}x")),
        ("nothing", String::new()),
        ("a letter changed", changed.collect()),
        ("twice", format!("{text}{text}")),
    ];
    if let Some((first, code)) = escaped {
        let rest = text.get(first.len_utf8()..).unwrap_or_default();
        all.push(("a letter escaped", format!("\\u{code:04x}{rest}")));
    }
    all
}

fn digit_changed(text: &str, place: usize) -> String {
    let change = |(at, digit): (usize, char)| match digit {
        _ if at != place => digit,
        '1' => '2',
        _ => '1',
    };
    text.chars().enumerate().map(change).collect()
}

/// The sum of two decimal numbers.
fn sum(a: &str, b: &str) -> String {
    combine(a, b, |a, b, carry| {
        let total = a + b + carry;
        (total % 10, total / 10)
    })
}

/// `a - b` for decimal numbers with `a >= b`.
fn difference(a: &str, b: &str) -> String {
    combine(a, b, |a, b, borrow| {
        let total = 10 + a - b - borrow;
        (total % 10, 1 - total / 10)
    })
}

fn combine(a: &str, b: &str, step: impl Fn(u8, u8, u8) -> (u8, u8)) -> String {
    let digits = |text: &str| text.bytes().rev().map(|b| b - b'0').collect::<Vec<_>>();
    let (a, b) = (digits(a), digits(b));
    let mut carry = 0;
    let mut out: Vec<u8> = Vec::new();
    for at in 0..=a.len().max(b.len()) {
        let digit = |of: &[u8]| of.get(at).copied().unwrap_or(0);
        let (own, next) = step(digit(&a), digit(&b), carry);
        out.push(own);
        carry = next;
    }
    let text: String = out.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
    let significant = text.trim_start_matches('0');
    if significant.is_empty() { "0" } else { significant }.to_owned()
}

/// The point plus that of order two: `(x, y)` becomes `(-x, -y)`.
fn order_two_added(point: &str) -> String {
    let (negative, y) = split_sign(point);
    let y = decimal_of_hex(&y);
    let y = hex_of_decimal(&difference(P25519, &y));
    with_sign(&y, !negative)
}

fn sign_changed(point: &str) -> String {
    let (negative, y) = split_sign(point);
    with_sign(&y, !negative)
}

fn split_sign(point: &str) -> (bool, String) {
    let (first, rest) = point.split_at_checked(1).unwrap_or(("0", point));
    let high = u8::from_str_radix(first, 16).unwrap_or_default();
    (high >= 8, format!("{:x}{rest}", high % 8))
}

fn with_sign(y: &str, negative: bool) -> String {
    let (first, rest) = y.split_at_checked(1).unwrap_or(("0", y));
    let high = u8::from_str_radix(first, 16).unwrap_or_default() % 8;
    format!("{:x}{rest}", high + if negative { 8 } else { 0 })
}

fn decimal_of_hex(hex: &str) -> String {
    hex.chars().fold("0".to_owned(), |value, digit| {
        let double = |text: String| sum(&text, &text);
        let shifted = double(double(double(double(value))));
        sum(&shifted, &digit.to_digit(16).unwrap_or_default().to_string())
    })
}

/// 64 digits.
fn hex_of_decimal(decimal: &str) -> String {
    let mut digits = String::new();
    let mut rest: Vec<u32> = decimal.chars().filter_map(|c| c.to_digit(10)).collect();
    for _ in 0..64 {
        let mut remainder = 0;
        for digit in &mut rest {
            let value = remainder * 10 + *digit;
            (*digit, remainder) = (value / 16, value % 16);
        }
        digits.push(char::from_digit(remainder, 16).unwrap_or('0'));
    }
    digits.chars().rev().collect()
}

fn bytes_reversed(hex: &str) -> String {
    let pairs: Vec<String> = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| pair.iter().map(|b| char::from(*b)).collect())
        .collect();
    pairs.into_iter().rev().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{SMALL_ORDER, difference, order_two_added, sum};
    use isoloir_protocol::group::{Ed25519, ElementError, Group};

    #[test]
    fn decimal_arithmetic_is_right() {
        assert_eq!(sum("999", "1"), "1000");
        assert_eq!(difference("1000", "1"), "999");
        assert_eq!(difference("7", "7"), "0");
    }

    #[test]
    fn points_outside_of_the_subgroup_are_on_the_curve() {
        let mut generator = String::new();
        Ed25519::write(&Ed25519::generator(), &mut generator);
        let mixed = order_two_added(&generator);
        for point in SMALL_ORDER.into_iter().chain([mixed.as_str()]) {
            assert!(Ed25519::parse_candidate(point).is_ok(), "{point}");
            assert_eq!(Ed25519::parse(point), Err(ElementError::NotInSubgroup), "{point}");
        }
    }
}
