//! What the seed wants to happen, and when.

use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::faults;
use crate::scene::{BOXES, BallotName, OPEN_FOR, VARIANTS, VOTERS, votes_in};
use crate::world::{Errand, Event, GRACE, MINUTE, SECOND, World};

const DEVICES: usize = 3;

impl World {
    /// An instant worth something to happen at: more often near the opening, the closing and the end of the grace.
    fn moment(&mut self) -> i64 {
        let dates = self.oracle.dates;
        match self.dice.random_range(0..100) {
            0..40 => self.dice.random_range(dates.opens..dates.closes),
            40..55 => dates.opens + self.dice.random_range(-90 * SECOND..90 * SECOND),
            55..75 => dates.closes + self.dice.random_range(-90 * SECOND..90 * SECOND),
            75..88 => dates.closes + self.dice.random_range(0..GRACE),
            _ => dates.freezes + self.dice.random_range(-90 * SECOND..90 * SECOND),
        }
    }

    pub fn plan(&mut self) {
        for (urn, voter) in (0..BOXES.len()).flat_map(|urn| (0..VOTERS).map(move |voter| (urn, voter))) {
            if votes_in(voter, urn) && self.dice.random_bool(0.85) {
                let first = self.moment();
                self.want(urn, voter, first);
                if self.dice.random_bool(0.35) {
                    // Another device, at the same time or some day: often another ballot.
                    let near = first + self.dice.random_range(0..20 * SECOND);
                    let at = if self.dice.random_bool(0.5) {
                        near
                    } else {
                        self.moment()
                    };
                    self.want(urn, voter, at);
                }
            }
        }
        let count = self.nodes.len();
        for _ in 0..self.dice.random_range(0..4) {
            let (at, node) = (self.moment(), self.dice.random_range(0..count));
            self.at(at, Event::Kill(node));
        }
        for _ in 0..self.dice.random_range(0..4) {
            let fault = self.dice.random_range(0..faults::FAULTS);
            let end = self.oracle.dates.freezes + self.dice.random_range(-MINUTE..4 * MINUTE);
            let at = if faults::is_of_a_closing(fault) {
                end
            } else {
                self.moment()
            };
            self.at(at, Event::Arm(fault));
            let until = at + self.dice.random_range(10 * SECOND..15 * MINUTE);
            self.at(until, Event::Disarm);
        }
        for _ in 0..self.dice.random_range(2..6) {
            let (at, urn) = (self.moment(), self.dice.random_range(0..BOXES.len()));
            self.at(at, Event::Look(urn));
        }
        for _ in 0..self.dice.random_range(0..3) {
            let at = self.moment();
            let closes = OPEN_FOR + self.dice.random_range(-40 * MINUTE..40 * MINUTE);
            self.at(at, Event::Move(closes));
        }
        for _ in 0..self.dice.random_range(0..2) {
            let (at, node, by) = (self.moment(), self.dice.random_range(0..count), skew(&mut self.dice));
            self.at(at, Event::Skew(node, by));
        }
        self.plan_ticks(count);
        let at = self.oracle.dates.closes - 5 * MINUTE;
        self.at(at, Event::Rot);
    }

    /// Schedulers tick late, twice, out of order, and when nothing is due.
    fn plan_ticks(&mut self, count: usize) {
        let dates = self.oracle.dates;
        for node in 0..count {
            for minute in [-600, -115, -31, -30, -10, -1, 0, 1, 4] {
                for _ in 0..self.dice.random_range(0..3) {
                    let at = dates.freezes + minute * MINUTE + self.dice.random_range(0..2 * MINUTE);
                    self.at(at, Event::Tick(node));
                }
            }
        }
    }

    fn want(&mut self, urn: usize, voter: usize, at: i64) {
        let ballot = BallotName {
            urn,
            voter,
            choice: self.dice.random_range(0..=BOXES[urn].1),
            variant: self.dice.random_range(0..VARIANTS),
        };
        let device = self.dice.random_range(0..DEVICES);
        self.errands.push(Errand {
            ballot,
            device,
            admission: None,
            sent: 0,
            settled: false,
        });
        let before = self.dice.random_range(5 * SECOND..3 * MINUTE);
        self.at(at - before, Event::SignIn(self.errands.len() - 1));
    }
}

/// How far a clock is ahead, in milliseconds: mostly some seconds, sometimes more than nodes forgive each other.
pub fn skew(dice: &mut StdRng) -> i64 {
    let most = match dice.random_range(0..10) {
        0..3 => 0,
        3..8 => 3 * SECOND,
        8 => 25 * SECOND,
        _ => 90 * SECOND,
    };
    dice.random_range(-most..=most)
}
