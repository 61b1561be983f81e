//! Who is called when: the order of the waiting room, as a function of what happened. No clock, no chance, no input or output.

use std::collections::{BTreeMap, VecDeque};

/// Microseconds since 1970.
pub(super) type Micros = i64;

pub(super) const SECOND: Micros = 1_000_000;

/// A place is good for so long.
pub(super) const VALID: Micros = 2 * 3600 * SECOND;
/// How long a form is kept, from the moment at which it was shown.
pub(super) const KEPT: Micros = 120 * SECOND;
/// Present is who looks again within the time told and this.
const GRACE: Micros = 30 * SECOND;
/// The same for a page that does not refresh itself.
const STILL: Micros = 120 * SECOND;
/// Without anybody waiting for so long, the room closes: longer than anybody who is present may stay without looking.
const CLOSES_AFTER: Micros = 180 * SECOND;
/// Wrong passwords that use a place up.
const TRIES: u8 = 5;
/// The rate is that of so long.
const RATE_OVER: Micros = 60 * SECOND;
/// With fewer forms come free than this, nobody knows the rate.
const RATE_FROM: usize = 5;
/// Shortest span over which a rate means something.
const RATE_AT_LEAST: Micros = 10 * SECOND;
/// Looks a second that all who wait may cost together.
const LOOKS: usize = 200;
/// Between looks, in seconds.
const REFRESH: (u32, u32) = (10, 60);
/// People who stand in line at most: 32 bytes each. Beyond, those who came last look in vain until there is room.
const MOST: usize = 500_000;

/// A place in line: when it was taken, and what tells it from others of that instant. The order of places is that of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arrival {
    pub(super) at: Micros,
    pub(super) id: u64,
}

/// What somebody who looks is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// The form is theirs until then.
    Called { until: Micros },
    /// Not yet.
    Wait {
        /// How many of those who stand in line come first.
        before: usize,
        /// When to look again, in seconds.
        refresh: u32,
        /// In how many seconds it may be their turn, where the rate is known.
        estimate: Option<u64>,
    },
    /// The place has let somebody in, or was used up by wrong passwords.
    Spent,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// The password was right.
    Right,
    /// It was not.
    Wrong,
    /// It was not compared at all, for no fault of the visitor's.
    Not,
}

struct Waiting {
    arrival: Arrival,
    present_until: Micros,
}

struct Called {
    until: Micros,
    /// Whether the form was shown.
    seen: bool,
    tries: u8,
    /// The account for which a password is being compared.
    trying: Option<[u8; 32]>,
}

/// A place that let `account` in; again until then, for whoever did not get the answer.
struct Spent {
    account: Option<[u8; 32]>,
    until: Micros,
}

/// The room of one node.
pub(super) struct Room {
    /// In order of arrival.
    waiting: VecDeque<Waiting>,
    called: BTreeMap<Arrival, Called>,
    spent: BTreeMap<Arrival, Spent>,
    /// When forms came free, lately.
    freed: VecDeque<Micros>,
    open_until: Micros,
    swept: Micros,
    /// How many were called, ever.
    calls: u64,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            called: BTreeMap::new(),
            spent: BTreeMap::new(),
            freed: VecDeque::new(),
            open_until: Micros::MIN,
            swept: 0,
            calls: 0,
        }
    }
}

impl Room {
    /// Whether newcomers need a place.
    pub(super) fn is_open(&self, now: Micros) -> bool {
        // An end further away than it can be was written before the clock was set back.
        now < self.open_until && self.open_until <= now + CLOSES_AFTER
    }

    /// How many stand in line and are present.
    pub(super) fn standing(&self, now: Micros) -> usize {
        self.waiting.iter().filter(|one| one.present_until >= now).count()
    }

    /// How many were called, ever.
    pub(super) fn calls(&self) -> u64 {
        self.calls
    }

    /// There was no place for a password: from now on newcomers need a place.
    pub(super) fn overflowed(&mut self, now: Micros) {
        self.open_until = now + CLOSES_AFTER;
    }

    /// Somebody looks. `forms`: how many may be shown at the same time. `still`: the page does not refresh itself.
    pub(super) fn look(&mut self, who: Arrival, now: Micros, forms: usize, still: bool) -> Told {
        self.sweep(now);
        if let Some(spent) = self.spent.get(&who) {
            let until = spent.until;
            return if now < until {
                Told::Called { until }
            } else {
                Told::Spent
            };
        }
        if let Some(until) = self.show(who, now) {
            return Told::Called { until };
        }
        let refresh = self.refresh();
        let patience = if still {
            STILL
        } else {
            Micros::from(refresh) * SECOND + GRACE
        };
        self.stand(who, now, patience);
        self.call(now, forms);
        if let Some(until) = self.show(who, now) {
            return Told::Called { until };
        }
        self.overflowed(now);
        let before = self.waiting.partition_point(|other| other.arrival < who);
        Told::Wait {
            before,
            refresh,
            estimate: self.estimate(before, now),
        }
    }

    /// A password is about to be compared for `account`, from the form of this place. `false` when the form is no longer theirs.
    pub(super) fn attempt(&mut self, who: Arrival, account: &[u8; 32], now: Micros) -> bool {
        if let Some(spent) = self.spent.get(&who) {
            return now < spent.until && spent.account.as_ref() == Some(account);
        }
        let Some(called) = self.called.get_mut(&who) else {
            return false;
        };
        let other = called.trying.is_some_and(|trying| trying != *account);
        if now >= called.until || other {
            return false;
        }
        called.tries = called.tries.saturating_add(1);
        called.trying = Some(*account);
        // Not over while the password is compared.
        called.until = called.until.max(now + KEPT / 2);
        true
    }

    /// What the attempt came to.
    pub(super) fn attempted(&mut self, who: Arrival, account: &[u8; 32], outcome: Compared, now: Micros) {
        let Some(called) = self.called.get_mut(&who) else {
            return;
        };
        called.trying = None;
        if outcome == Compared::Not {
            called.tries = called.tries.saturating_sub(1);
        }
        let signed_in = outcome == Compared::Right;
        if !signed_in && called.tries < TRIES {
            return;
        }
        let until = called.until;
        self.called.remove(&who);
        self.freed.push_back(now);
        let spent = Spent {
            account: signed_in.then_some(*account),
            until: if signed_in { until } else { now },
        };
        self.spent.insert(who, spent);
    }

    /// Somebody gives the place up.
    pub(super) fn leave(&mut self, who: Arrival, now: Micros) {
        let at = self.waiting.partition_point(|other| other.arrival < who);
        if self.waiting.get(at).is_some_and(|other| other.arrival == who) {
            self.waiting.remove(at);
        }
        if self.called.remove(&who).is_some() {
            self.freed.push_back(now);
        }
    }

    /// The end of the form that is theirs, if it is. It is kept from the first time it is shown, however often it is shown.
    fn show(&mut self, who: Arrival, now: Micros) -> Option<Micros> {
        let called = self.called.get_mut(&who).filter(|called| now < called.until)?;
        if !called.seen {
            called.seen = true;
            called.until = now + KEPT;
        }
        Some(called.until)
    }

    fn stand(&mut self, who: Arrival, now: Micros, patience: Micros) {
        let present_until = now + patience;
        // Their form was kept and is over: they stand in line again, where they arrived.
        if self.called.remove(&who).is_some() {
            self.freed.push_back(now);
        }
        let at = self.waiting.partition_point(|other| other.arrival < who);
        match self.waiting.get_mut(at) {
            // Two windows of one browser: the more patient one counts.
            Some(same) if same.arrival == who => same.present_until = same.present_until.max(present_until),
            _ => self.waiting.insert(
                at,
                Waiting {
                    arrival: who,
                    present_until,
                },
            ),
        }
        self.waiting.truncate(MOST);
    }

    /// Calls the first of those present for every form that is free.
    fn call(&mut self, now: Micros, forms: usize) {
        while self.called.len() < forms
            && let Some(first) = self.waiting.pop_front()
        {
            if first.present_until < now {
                continue;
            }
            let called = Called {
                // Whoever has not looked by then has gone away.
                until: first.present_until + 1,
                seen: false,
                tries: 0,
                trying: None,
            };
            self.called.insert(first.arrival, called);
            self.calls = self.calls.saturating_add(1);
        }
    }

    /// Forgets, once a second, what is over.
    fn sweep(&mut self, now: Micros) {
        if (now - self.swept).abs() < SECOND {
            return;
        }
        self.swept = now;
        self.waiting.retain(|one| one.present_until >= now);
        let before = self.called.len();
        self.called.retain(|_, called| now < called.until);
        for _ in self.called.len()..before {
            self.freed.push_back(now);
        }
        self.spent.retain(|arrival, _| now - arrival.at <= VALID);
        self.freed.retain(|at| (now - at).abs() <= RATE_OVER);
    }

    fn refresh(&self) -> u32 {
        let (least, most) = REFRESH;
        let seconds = u32::try_from(self.waiting.len() / LOOKS).unwrap_or(most);
        seconds.clamp(least, most)
    }

    fn estimate(&self, before: usize, now: Micros) -> Option<u64> {
        let first = self.freed.front().filter(|_| self.freed.len() >= RATE_FROM)?;
        let span = (now - first).max(RATE_AT_LEAST);
        let (before, freed) = (i64::try_from(before).ok()?, i64::try_from(self.freed.len()).ok()?);
        let micros = span.checked_mul(before.saturating_add(1))? / freed;
        u64::try_from(micros / SECOND).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    const ANNE: [u8; 32] = [1; 32];
    const BRUNO: [u8; 32] = [2; 32];

    fn arrival(at: i64) -> Arrival {
        Arrival { at: at * SECOND, id: 0 }
    }

    fn is_called(told: Told) -> bool {
        matches!(told, Told::Called { .. })
    }

    fn before(told: Told) -> Option<usize> {
        match told {
            Told::Wait { before, .. } => Some(before),
            _ => None,
        }
    }

    #[test]
    fn people_are_called_in_the_order_of_arrival_whoever_looks_first() {
        let mut room = Room::default();
        let (a, b, c) = (arrival(1), arrival(2), arrival(3));
        assert_eq!(before(room.look(c, 3 * SECOND, 0, false)), Some(0));
        assert_eq!(before(room.look(b, 3 * SECOND, 0, false)), Some(0));
        assert_eq!(before(room.look(a, 3 * SECOND, 0, false)), Some(0));
        assert_eq!(before(room.look(c, 4 * SECOND, 0, false)), Some(2));
        // Forms come free: the last one looks most often, and is called last.
        assert_eq!(before(room.look(c, 5 * SECOND, 1, false)), Some(1));
        assert_eq!(before(room.look(c, 6 * SECOND, 2, false)), Some(0));
        assert!(is_called(room.look(b, 7 * SECOND, 2, false)));
        assert!(is_called(room.look(a, 7 * SECOND, 2, false)));
        assert!(is_called(room.look(c, 7 * SECOND, 3, false)));
    }

    #[test]
    fn who_goes_away_loses_the_turn_and_not_the_rank() {
        let mut room = Room::default();
        let (gone, here) = (arrival(1), arrival(2));
        room.look(gone, SECOND, 0, false);
        let mut now = 2 * SECOND;
        while now < 60 * SECOND {
            room.look(here, now, 0, false);
            now += 10 * SECOND;
        }
        // One form, and the first has been away for long: the second has it.
        assert!(is_called(room.look(here, now, 1, false)));
        assert_eq!(before(room.look(gone, now, 1, false)), Some(0));
        // A page that does not refresh itself is given more time.
        let mut room = Room::default();
        room.look(gone, SECOND, 0, true);
        room.look(here, 100 * SECOND, 1, false);
        assert!(is_called(room.look(gone, 101 * SECOND, 1, false)));
    }

    #[test]
    fn a_form_that_nobody_comes_for_goes_to_the_next() {
        let mut room = Room::default();
        let (gone, next) = (arrival(1), arrival(2));
        room.look(gone, SECOND, 0, false);
        assert_eq!(before(room.look(next, 30 * SECOND, 1, false)), Some(0));
        assert!(is_called(room.look(next, 60 * SECOND, 1, false)));
        // Back, and in front of everybody.
        assert_eq!(before(room.look(gone, 61 * SECOND, 1, false)), Some(0));
        assert!(is_called(room.look(gone, 62 * SECOND, 2, false)));
    }

    #[test]
    fn a_place_lets_one_account_in_and_five_wrong_passwords_use_it_up() {
        let mut room = Room::default();
        let (a, b) = (arrival(1), arrival(2));
        assert!(!room.attempt(a, &ANNE, SECOND), "nobody has called");
        assert!(is_called(room.look(a, SECOND, 2, false)));
        assert!(room.attempt(a, &ANNE, 2 * SECOND));
        assert!(!room.attempt(a, &BRUNO, 2 * SECOND), "another at the same moment");
        assert!(room.attempt(a, &ANNE, 2 * SECOND), "the same, whose browser gave up");
        room.attempted(a, &ANNE, Compared::Right, 3 * SECOND);
        assert!(!room.attempt(a, &BRUNO, 4 * SECOND));
        assert!(room.attempt(a, &ANNE, 4 * SECOND), "whoever did not get the answer");
        assert_eq!(room.look(a, SECOND + KEPT, 2, false), Told::Spent);
        assert!(!room.attempt(a, &ANNE, SECOND + KEPT));

        assert!(is_called(room.look(b, 2 * SECOND, 2, false)));
        for second in 0..5 {
            assert!(room.attempt(b, &BRUNO, (3 + second) * SECOND));
            room.attempted(b, &BRUNO, Compared::Not, 3 * SECOND);
            assert!(room.attempt(b, &ANNE, (3 + second) * SECOND), "a slip of the pen");
            room.attempted(b, &ANNE, Compared::Wrong, 3 * SECOND);
        }
        assert!(!room.attempt(b, &BRUNO, 9 * SECOND));
        assert_eq!(room.look(b, 9 * SECOND, 2, false), Told::Spent);
    }

    #[test]
    fn a_form_is_kept_two_minutes_however_often_it_is_shown() {
        let mut room = Room::default();
        let (slow, next) = (arrival(1), arrival(2));
        assert_eq!(room.look(slow, SECOND, 1, false), Told::Called { until: SECOND + KEPT });
        assert_eq!(
            room.look(slow, 60 * SECOND, 1, false),
            Told::Called { until: SECOND + KEPT }
        );
        assert!(!room.attempt(slow, &ANNE, SECOND + KEPT));
        // The form is free; who needs longer stands first.
        assert!(is_called(room.look(slow, 2 * SECOND + KEPT, 1, false)));
        assert_eq!(before(room.look(next, 2 * SECOND + KEPT, 1, false)), Some(0));
    }

    #[test]
    fn the_estimate_is_the_rate_of_the_last_minute_and_silence_before() {
        let mut room = Room::default();
        let people: Vec<Arrival> = (0..100).map(|n| Arrival { at: SECOND, id: n }).collect();
        let told = |room: &mut Room, at: i64| match room.look(people[60], at * SECOND, 0, false) {
            Told::Wait { estimate, .. } => estimate,
            other => panic!("{other:?}"),
        };
        for who in &people {
            room.look(*who, 2 * SECOND, 0, false);
        }
        assert_eq!(told(&mut room, 3), None);
        // Two come free each second.
        for (n, who) in people.iter().enumerate().take(40) {
            let now = (3 + i64::try_from(n / 2).unwrap()) * SECOND;
            room.look(*who, now, 1, false);
            assert!(room.attempt(*who, &ANNE, now));
            room.attempted(*who, &ANNE, Compared::Right, now);
        }
        // Twenty are before, of those who began with sixty: ten seconds at that rate.
        assert!(
            (9..=12).contains(&told(&mut room, 22).unwrap()),
            "{:?}",
            told(&mut room, 22)
        );
    }

    #[test]
    fn the_room_closes_when_nobody_has_waited_for_three_minutes_also_when_the_clock_is_set_back() {
        let mut room = Room::default();
        assert!(!room.is_open(0));
        room.overflowed(1_000 * SECOND);
        assert!(room.is_open(1_179 * SECOND) && !room.is_open(1_180 * SECOND));
        assert!(!room.is_open(SECOND), "an hour that was since put back");
    }

    /// What may happen.
    #[derive(Debug, Clone)]
    enum Happens {
        /// Somebody looks; `still`: by hand.
        Looks { who: usize, still: bool },
        /// Somebody who was called types a password.
        Tries { who: usize, right: bool },
        /// Somebody gives up.
        Leaves { who: usize },
        /// So many seconds go by.
        Passes { seconds: i64 },
        /// The machine serves more or fewer.
        Forms { forms: usize },
    }

    fn happens() -> impl Strategy<Value = Happens> {
        prop_oneof![
            8 => (0..12_usize, any::<bool>()).prop_map(|(who, still)| Happens::Looks { who, still }),
            3 => (0..12_usize, any::<bool>()).prop_map(|(who, right)| Happens::Tries { who, right }),
            1 => (0..12_usize).prop_map(|who| Happens::Leaves { who }),
            3 => (0..45_i64).prop_map(|seconds| Happens::Passes { seconds }),
            1 => (0..4_usize).prop_map(|forms| Happens::Forms { forms }),
        ]
    }

    /// What is known from outside of somebody who waits.
    struct Known {
        /// Present without a gap since then.
        since: Micros,
        /// Must look until then to stay so.
        until: Micros,
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever people and machine do: nobody who is present is told to wait after somebody was called who arrived, and began to wait, later.
        #[test]
        fn nobody_overtakes(course in proptest::collection::vec(happens(), 1..120)) {
            let mut room = Room::default();
            let (mut now, mut forms) = (100 * SECOND, 1);
            // Nobody's number says when they first come: places may come back in any order.
            let places: Vec<Arrival> = (0..12).map(|n| Arrival { at: SECOND * (n / 2), id: 11 - u64::try_from(n).unwrap() }).collect();
            let mut waits: HashMap<usize, Known> = HashMap::new();
            // When somebody was called who had begun to wait then.
            let mut called: HashMap<usize, (Micros, Micros)> = HashMap::new();
            for one in course {
                match one {
                    Happens::Passes { seconds } => now += seconds * SECOND,
                    Happens::Forms { forms: some } => forms = some,
                    Happens::Leaves { who } => { room.leave(places[who], now); waits.remove(&who); }
                    Happens::Tries { who, right } => if room.attempt(places[who], &ANNE, now) {
                        // Who sends the form was called, and is there.
                        if let Some(known) = waits.remove(&who) {
                            called.entry(who).or_insert((known.since, now));
                        }
                        room.attempted(places[who], &ANNE, if right { Compared::Right } else { Compared::Wrong }, now);
                    },
                    Happens::Looks { who, still } => match room.look(places[who], now, forms, still) {
                        Told::Called { .. } => {
                            let began = waits.remove(&who).filter(|known| now <= known.until).map_or(now, |known| known.since);
                            called.entry(who).or_insert((began, now));
                        }
                        Told::Spent => { waits.remove(&who); }
                        Told::Wait { before, refresh, .. } => {
                            let patience = if still { STILL } else { Micros::from(refresh) * SECOND + GRACE };
                            let known = waits.entry(who).or_insert(Known { since: now, until: now });
                            if known.until < now { known.since = now; }
                            known.until = known.until.max(now + patience);
                            called.remove(&who);
                            let since = known.since;
                            for (other, (began, at)) in &called {
                                let later = places[*other] > places[who] && *began > since && *at <= now;
                                prop_assert!(!later, "{other} was called before {who}");
                            }
                            prop_assert!(before < 12);
                        }
                    },
                }
                prop_assert!(room.waiting.iter().zip(room.waiting.iter().skip(1)).all(|(a, b)| a.arrival < b.arrival));
                prop_assert!(room.waiting.iter().all(|one| !room.called.contains_key(&one.arrival)));
            }
        }
    }
}
