//! Figures of a rehearsal: time per phase, latencies, rates.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Latencies of one kind of request, in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Latencies {
    /// How many were measured.
    pub count: usize,
    /// Mean.
    pub mean_ms: f64,
    /// Median.
    pub p50_ms: f64,
    /// 95th percentile.
    pub p95_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// Slowest.
    pub max_ms: f64,
}

impl Latencies {
    /// Percentiles by nearest rank.
    #[must_use]
    pub fn of(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        let at = |percent: usize| {
            let rank = (samples.len() * percent).div_ceil(100).max(1) - 1;
            samples.get(rank).map_or(0.0, millis)
        };
        Self {
            count: samples.len(),
            mean_ms: mean(&samples),
            p50_ms: at(50),
            p95_ms: at(95),
            p99_ms: at(99),
            max_ms: at(100),
        }
    }
}

/// One phase of a rehearsal.
#[derive(Debug, Clone, Serialize)]
pub struct PhaseFigure {
    /// What was done.
    pub phase: &'static str,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// One thing that had to hold.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was checked.
    pub check: String,
    /// Whether it holds.
    pub ok: bool,
    /// What was found.
    pub found: String,
}

fn mean(samples: &[Duration]) -> f64 {
    let count = u32::try_from(samples.len().max(1)).unwrap_or(u32::MAX);
    millis(&(samples.iter().sum::<Duration>() / count))
}

fn millis(duration: &Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let latencies = Latencies::of((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!(
            (latencies.p50_ms, latencies.p95_ms, latencies.p99_ms),
            (100.0, 190.0, 198.0)
        );
        assert_eq!(latencies.mean_ms, 100.5);
        assert_eq!(Latencies::of(vec![]).count, 0);
        assert_eq!(Latencies::of(vec![Duration::from_millis(3)]).p50_ms, 3.0);
    }
}
