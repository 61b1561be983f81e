//! The delay after wrong attempts: a few are free, then each makes the next wait longer, never for ever.

use std::time::Duration;

/// Wrong attempts that cost no waiting.
pub const FREE_FAILURES: i64 = 5;
/// Waiting after the last of them; each further failure doubles it.
pub const FIRST_DELAY: Duration = Duration::from_secs(30);
/// The longest waiting.
pub const LONGEST_DELAY: Duration = Duration::from_secs(3600);

/// Seconds still to wait.
pub(crate) fn wait(locked_until: i64, now: i64) -> u64 {
    u64::try_from(locked_until.saturating_sub(now)).unwrap_or(0)
}

/// Until when to wait after the failure number `failures`; 0 when it is free.
pub(crate) fn locked_after(failures: i64, now: i64) -> i64 {
    let delay = i64::try_from(delay_after(failures).as_secs()).unwrap_or(i64::MAX);
    if delay > 0 { now.saturating_add(delay) } else { 0 }
}

fn delay_after(failures: i64) -> Duration {
    if failures < FREE_FAILURES {
        return Duration::ZERO;
    }
    let doublings = u32::try_from(failures - FREE_FAILURES).unwrap_or(u32::MAX);
    FIRST_DELAY
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(LONGEST_DELAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_stays_finite() {
        let delays: Vec<u64> = [1, 4, 5, 6, 7, 11, 12, 1000, i64::MAX]
            .map(|n| delay_after(n).as_secs())
            .to_vec();
        assert_eq!(delays, [0, 0, 30, 60, 120, 1920, 3600, 3600, 3600]);
    }
}
