//! The line before the sign-in, as those who stand in it see it: who was called before whom.

use std::time::Instant;

/// How somebody came to the form of the sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Before the first request.
    pub arrived: Instant,
    /// When the page of the waiting room had come for the first time; `None` for whoever did not wait.
    pub stood: Option<Instant>,
    /// Before the last request that was answered by “wait”.
    pub told_to_wait: Option<Instant>,
    /// When the form had come.
    pub called: Instant,
}

/// How many people were overtaken: they stood in line when somebody else was yet to arrive, and were told to wait after that one had the form. Instants are those
/// of one machine, taken on the far side of each doubt: nobody is counted who was not overtaken.
#[must_use]
pub fn overtaken(lines: &[Line]) -> usize {
    let mut by_arrival: Vec<(Instant, Instant)> = lines.iter().map(|one| (one.arrived, one.called)).collect();
    by_arrival.sort_unstable();
    // From the last arrival back: the first call of anybody who came then or later.
    let mut first: Option<Instant> = None;
    for one in by_arrival.iter_mut().rev() {
        one.1 = first.map_or(one.1, |first| first.min(one.1));
        first = Some(one.1);
    }
    let is_overtaken = |line: &&Line| {
        let (Some(stood), Some(told)) = (line.stood, line.told_to_wait) else {
            return false;
        };
        let later = by_arrival.partition_point(|(arrived, _)| *arrived <= stood);
        by_arrival.get(later).is_some_and(|(_, called)| *called < told)
    };
    lines.iter().filter(is_overtaken).count()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn whoever_is_told_to_wait_after_a_later_arrival_was_called_is_overtaken() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let waited = |arrived: u64, told: u64, called: u64| Line {
            arrived: at(arrived),
            stood: Some(at(arrived + 1)),
            told_to_wait: Some(at(told)),
            called: at(called),
        };
        let (first, second) = (waited(0, 10, 20), waited(2, 12, 22));
        assert_eq!(overtaken(&[first, second]), 0);
        // The second has the form at 9, and the first is told to wait at 10.
        let passed = waited(2, 5, 9);
        assert_eq!(overtaken(&[passed, first]), 1);
        // Called later, and shown the form sooner, because it looked sooner: nobody was told to wait after that.
        let lucky = waited(2, 5, 15);
        assert_eq!(overtaken(&[first, lucky]), 0);
        // Arrived before the first stood in line: nobody can tell who was first.
        let together = Line {
            arrived: at(1),
            ..passed
        };
        assert_eq!(overtaken(&[first, together]), 0);
        let straight = Line {
            stood: None,
            told_to_wait: None,
            ..passed
        };
        assert_eq!(overtaken(&[first, straight]), 1);
        assert_eq!(overtaken(&[]), 0);
    }
}
