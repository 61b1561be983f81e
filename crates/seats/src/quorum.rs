//! The quorum of a CSE's first round (Code du travail, art. L. 2314-29): valid votes, blanks and nulls left out, reach half
//! of the registered voters; otherwise there is a second round, and the first elects nobody.

/// Quorum of a first round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quorum {
    /// On the roll of this college (*inscrits*).
    pub registered: u64,
    /// Valid votes.
    pub valid_votes: u128,
}

impl Quorum {
    /// The smallest number of valid votes that reaches it.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.registered.div_ceil(2)
    }

    /// Whether it is reached.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.valid_votes >= u128::from(self.needed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector S11.
    #[test]
    fn half_of_the_registered_is_enough() {
        let quorum = |registered, valid_votes| Quorum {
            registered,
            valid_votes,
        };
        assert!(!quorum(201, 100).is_reached());
        assert!(quorum(201, 101).is_reached());
        assert!(quorum(200, 100).is_reached());
        assert_eq!(quorum(201, 0).needed(), 101);
    }
}
