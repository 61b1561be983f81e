//! When voters arrive: a curve of straight lines, and the moments that follow from it.

use std::str::FromStr;
use std::time::Duration;

/// Arrivals a second over time: straight lines between points.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Seconds from the start, and voters a second then. The first is at 0.
    points: Vec<(f64, f64)>,
}

/// Why a text is no curve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// Not `SECONDS:RATE,SECONDS:RATE,…`.
    #[error("a curve is RATE, or SECONDS:RATE,SECONDS:RATE,… such as 0:5,60:50,300:10 (voters a second); not “{0}”")]
    Shape(String),
    /// Times do not rise from 0, or a rate is negative.
    #[error("the times of a curve begin at 0 and rise; its rates are not negative")]
    Order,
}

/// A plain rate lasts so long, in seconds.
const PLAIN: f64 = 60.0;

impl FromStr for Curve {
    type Err = CurveError;

    fn from_str(text: &str) -> Result<Self, CurveError> {
        let shape = || CurveError::Shape(text.to_owned());
        let number = |part: &str| {
            part.trim()
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .ok_or_else(shape)
        };
        let points = if text.contains(':') {
            text.split(',')
                .map(|point| {
                    let (at, rate) = point.split_once(':').ok_or_else(shape)?;
                    Ok((number(at)?, number(rate)?))
                })
                .collect::<Result<Vec<_>, CurveError>>()?
        } else {
            let rate = number(text)?;
            vec![(0.0, rate), (PLAIN, rate)]
        };
        let rises = points.windows(2).all(|pair| matches!(pair, [(a, _), (b, _)] if a < b));
        let begins = points.first().is_some_and(|(at, _)| *at == 0.0);
        if !rises || !begins || points.len() < 2 || points.iter().any(|(_, rate)| *rate < 0.0) {
            return Err(CurveError::Order);
        }
        Ok(Self { points })
    }
}

impl std::fmt::Display for Curve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let points: Vec<String> = self.points.iter().map(|(at, rate)| format!("{at}:{rate}")).collect();
        f.write_str(&points.join(","))
    }
}

impl Curve {
    /// The curve with every rate multiplied.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        Self {
            points: self.points.iter().map(|(at, rate)| (*at, rate * factor)).collect(),
        }
    }

    /// The moments of all arrivals, in order, evenly spread under the curve: the area before the n-th is n − ½.
    #[must_use]
    pub fn moments(&self) -> Vec<Duration> {
        let mut moments = Vec::new();
        let (mut area, mut next) = (0.0, 0.5);
        for pair in self.points.windows(2) {
            let [(from, first), (to, last)] = pair else { continue };
            let (length, slope) = (to - from, (last - first) / (to - from));
            let whole = (first + last) / 2.0 * length;
            while next <= area + whole {
                moments.push(Duration::from_secs_f64(
                    from + time_to(next - area, *first, slope).clamp(0.0, length),
                ));
                next += 1.0;
            }
            area += whole;
        }
        moments
    }

    /// How long it lasts.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        Duration::from_secs_f64(self.points.last().map_or(0.0, |(at, _)| *at))
    }
}

/// When `area` is under a line that begins at `first` and rises by `slope` a second.
fn time_to(area: f64, first: f64, slope: f64) -> f64 {
    if slope.abs() < 1e-12 {
        return area / first;
    }
    // first·t + slope·t²/2 = area, in the form that does not cancel.
    let root = (first * first + 2.0 * slope * area).max(0.0).sqrt();
    2.0 * area / (first + root)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a failure is a failed test")]
mod tests {
    use super::*;

    fn curve(text: &str) -> Curve {
        text.parse().unwrap()
    }

    #[test]
    fn a_plain_rate_is_evenly_spread() {
        let moments = curve("2").moments();
        assert_eq!(moments.len(), 120);
        assert_eq!(moments.first(), Some(&Duration::from_millis(250)));
        assert!(moments.windows(2).all(|pair| (pair[1] - pair[0]).as_millis() == 500));
    }

    #[test]
    fn a_rush_has_the_area_of_its_triangle_and_is_densest_at_its_height() {
        let moments = curve("0:0,10:20,20:0").moments();
        assert_eq!(moments.len(), 200);
        let within = |from: u64, to: u64| moments.iter().filter(|at| (from..to).contains(&at.as_secs())).count();
        assert_eq!(within(0, 10), 100);
        assert!(within(9, 11) > 3 * within(0, 2), "{} {}", within(9, 11), within(0, 2));
        assert!(moments.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(curve("0:0,10:20,20:0").times(0.5).moments().len(), 100);
        assert_eq!(curve("0:0, 10:2.5").to_string(), "0:0,10:2.5");
        assert_eq!(curve("25").to_string(), "0:25,60:25");
    }

    #[test]
    fn what_is_no_curve_is_refused() {
        for text in [
            "",
            "fast",
            "5:1,10:2",
            "0:1",
            "0:1,0:2",
            "0:1,10:-2",
            "0:1,10",
            "0:inf,3:1",
        ] {
            assert!(text.parse::<Curve>().is_err(), "{text}");
        }
    }
}
