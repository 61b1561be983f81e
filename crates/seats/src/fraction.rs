//! Exact non-negative rationals. The numbers of votes are whole; quotients and averages are not, and `f64` gives a wrong
//! quotient line for 18 votes and 7 seats.

use std::cmp::Ordering;
use std::fmt;

/// A non-negative fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    numerator: u128,
    denominator: u128,
}

impl Fraction {
    /// `numerator / denominator`, reduced; `None` when the denominator is zero.
    #[must_use]
    pub fn new(numerator: u128, denominator: u128) -> Option<Fraction> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(Fraction {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        })
    }

    /// A whole number.
    #[must_use]
    pub fn whole(n: u64) -> Fraction {
        Fraction {
            numerator: u128::from(n),
            denominator: 1,
        }
    }

    /// Numerator in lowest terms.
    #[must_use]
    pub fn numerator(&self) -> u128 {
        self.numerator
    }

    /// Denominator in lowest terms, never zero.
    #[must_use]
    pub fn denominator(&self) -> u128 {
        self.denominator
    }

    /// Zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.numerator == 0
    }

    /// The fraction divided by `n + 1`: the average (*moyenne*) of a list that already has `n` seats.
    #[must_use]
    pub fn over_one_more_than(&self, n: u16) -> Fraction {
        let parts = u128::from(n) + 1;
        let divisor = gcd(self.numerator, parts);
        Fraction {
            numerator: self.numerator / divisor,
            denominator: self.denominator * (parts / divisor),
        }
    }

    /// How many times `total / parts` fits in the fraction, rounded down; zero when `total` is zero.
    #[must_use]
    pub fn times_quotient(&self, total: u128, parts: u16) -> u128 {
        let divisor = self.denominator * total;
        (self.numerator * u128::from(parts)).checked_div(divisor).unwrap_or(0)
    }

    /// Decimal text rounded down to `digits` decimals, with the given decimal mark: for pages, never for comparing.
    #[must_use]
    pub fn decimal(&self, digits: u8, mark: char) -> String {
        let mut text = (self.numerator / self.denominator).to_string();
        let mut rest = self.numerator % self.denominator;
        for place in 0..digits {
            if place == 0 {
                text.push(mark);
            }
            rest *= 10;
            text.push_str(&(rest / self.denominator).to_string());
            rest %= self.denominator;
        }
        text
    }
}

impl Ord for Fraction {
    /// Compares by continued fractions: exact, and nothing can overflow.
    fn cmp(&self, other: &Fraction) -> Ordering {
        let (mut a, mut b) = (self.numerator, self.denominator);
        let (mut c, mut d) = (other.numerator, other.denominator);
        loop {
            let whole = (a / b).cmp(&(c / d));
            if whole.is_ne() {
                return whole;
            }
            match (a % b, c % d) {
                (0, 0) => return Ordering::Equal,
                (0, _) => return Ordering::Less,
                (_, 0) => return Ordering::Greater,
                // x/b < y/d exactly when d/y < b/x.
                (x, y) => (a, b, c, d) = (d, y, b, x),
            }
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            d => write!(f, "{}/{d}", self.numerator),
        }
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_in_lowest_terms() {
        assert_eq!(Fraction::new(231, 4).unwrap().to_string(), "231/4");
        assert_eq!(Fraction::new(160, 4).unwrap().to_string(), "40");
        assert_eq!(Fraction::new(0, 4).unwrap().to_string(), "0");
        assert_eq!(Fraction::new(1, 0), None);
    }

    #[test]
    fn decimals_are_cut_not_rounded() {
        assert_eq!(Fraction::new(349_339, 15).unwrap().decimal(2, ','), "23289,26");
        assert_eq!(Fraction::new(1, 3).unwrap().decimal(0, ','), "0");
    }

    #[test]
    fn eighteen_sevenths_fit_seven_times_in_eighteen() {
        assert_eq!(Fraction::whole(18).times_quotient(18, 7), 7);
        assert_eq!(Fraction::whole(0).times_quotient(0, 7), 0);
    }

    proptest! {
        #[test]
        fn order_is_that_of_cross_products(a in 0u64.., b in 1u64.., c in 0u64.., d in 1u64..) {
            let [a, b, c, d] = [a, b, c, d].map(u128::from);
            let (x, y) = (Fraction::new(a, b).unwrap(), Fraction::new(c, d).unwrap());
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
        }

        #[test]
        fn averages_are_exact(votes in 0u64.., seats in 0u16..) {
            let expected = Fraction::new(u128::from(votes), u128::from(seats) + 1).unwrap();
            prop_assert_eq!(Fraction::whole(votes).over_one_more_than(seats), expected);
        }
    }
}
