//! What the voters met, for programs and for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::arrivals::Curve;
use super::visit::{Step, Visit};
use crate::html::escaped;
use crate::rehearse::Latencies;
use crate::voter::{Line, overtaken};

/// What a report says of the load itself.
pub(super) struct Load<'a> {
    pub(super) portal: &'a str,
    pub(super) server_key: &'a str,
    pub(super) began: Timestamp,
    pub(super) curve: &'a Curve,
}

/// The report of a load.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// The portal.
    pub portal: String,
    /// The key by which the voting server signs, in hexadecimal: which deployment it was.
    pub server_key: String,
    /// When the load began.
    pub began: Timestamp,
    /// Arrivals: seconds and voters a second.
    pub curve: String,
    /// Voters who arrived.
    pub arrived: usize,
    /// Voters who have all their receipts.
    pub voted: usize,
    /// Receipts.
    pub receipts: usize,
    /// Seconds from the first arrival to the last answer.
    pub seconds: f64,
    /// Receipts a second, between the first and the last.
    pub ballots_per_second: f64,
    /// Sign-ins a second, between the first and the last.
    pub sign_ins_per_second: f64,
    /// How often voters were told to come back.
    pub told_to_wait: u32,
    /// Voters who stood in the waiting room.
    pub waited: usize,
    /// Of them, those who were overtaken: told to wait after somebody who arrived later had been called.
    pub overtaken: usize,
    /// Latencies by step, as voters felt them: waiting because the server said so is part of it.
    pub latencies: BTreeMap<Step, Latencies>,
    /// What ended visits, by step and words.
    pub failures: BTreeMap<String, usize>,
    /// The most that a voter arrived late, in milliseconds, because the machine of the load was busy: figures mean little when it is much.
    pub late_ms: f64,
    /// For each second: arrivals, receipts.
    pub seconds_by_second: Vec<(u32, u32)>,
}

impl Report {
    pub(super) fn of(
        load: &Load<'_>,
        moments: &[Duration],
        visits: Vec<Visit>,
        spent: Duration,
        late: Duration,
    ) -> Self {
        let mut steps: BTreeMap<Step, Vec<Duration>> = BTreeMap::new();
        let (mut failures, mut receipts) = (BTreeMap::new(), Vec::new());
        let (mut told_to_wait, mut voted) = (0, 0);
        let mut sign_ins: Vec<Duration> = visits.iter().filter_map(|visit| visit.signed_in).collect();
        sign_ins.sort_unstable();
        let lines: Vec<Line> = visits.iter().filter_map(|visit| visit.line).collect();
        for visit in visits {
            told_to_wait += visit.told_to_wait;
            for (step, time) in visit.steps {
                steps.entry(step).or_default().push(time);
            }
            match visit.failed {
                None => voted += 1,
                Some((step, words)) => *failures.entry(format!("{step:?}: {words}")).or_default() += 1,
            }
            receipts.extend(visit.receipts);
        }
        receipts.sort_unstable();
        Self {
            portal: load.portal.to_owned(),
            server_key: load.server_key.to_owned(),
            began: load.began,
            curve: load.curve.to_string(),
            arrived: moments.len(),
            voted,
            receipts: receipts.len(),
            seconds: spent.as_secs_f64(),
            ballots_per_second: rate(&receipts),
            sign_ins_per_second: rate(&sign_ins),
            told_to_wait,
            waited: lines.iter().filter(|line| line.stood.is_some()).count(),
            overtaken: overtaken(&lines),
            latencies: steps
                .into_iter()
                .map(|(step, times)| (step, Latencies::of(times)))
                .collect(),
            failures,
            late_ms: late.as_secs_f64() * 1000.0,
            seconds_by_second: by_second(moments, &receipts),
        }
    }

    /// Receipts of the best minute; at the rate of the whole run, when it was shorter.
    #[must_use]
    pub fn best_minute(&self) -> u64 {
        let receipts: Vec<u64> = self
            .seconds_by_second
            .iter()
            .map(|(_, receipts)| u64::from(*receipts))
            .collect();
        let seconds = receipts.len().clamp(1, 60);
        let most = receipts.windows(seconds).map(|minute| minute.iter().sum::<u64>()).max();
        most.unwrap_or(0).saturating_mul(60) / u64::try_from(seconds).unwrap_or(60)
    }

    /// A page that shows it all, alone in its file: no script, no font, nothing fetched.
    #[must_use]
    pub fn page(&self) -> String {
        let mut page = String::from(
            "<!doctype html><html lang=\"fr\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Montée en charge</title>\
             <style>body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}table{border-collapse:collapse}\
             th,td{padding:.25rem .75rem;border-bottom:1px solid #ccd;text-align:right}th:first-child,td:first-child{text-align:left}svg{width:100%;height:auto}\
             .arrivals{stroke:#8a5a00}.receipts{stroke:#00507a}polyline{fill:none;stroke-width:1.5}</style><h1>Montée en charge</h1>",
        );
        let _ = write!(
            page,
            "<p>{}\u{a0}: {} personnes arrivées, {} ont voté, {} bulletins reçus en {:.0}\u{a0}s, {:.1} par seconde. Priées de revenir\u{a0}: {} fois. \
             Passées par la salle d’attente\u{a0}: {}, dont {} dépassées par une arrivée plus tardive. Retard de la machine qui mesure\u{a0}: {:.0}\u{a0}ms au plus.</p>",
            escaped(&self.portal),
            self.arrived,
            self.voted,
            self.receipts,
            self.seconds,
            self.ballots_per_second,
            self.told_to_wait,
            self.waited,
            self.overtaken,
            self.late_ms
        );
        self.plot(&mut page);
        page.push_str("<h2>Durées, en millisecondes</h2><table><thead><tr><th>Étape<th>Nombre<th>Médiane<th>95\u{202f}%<th>99\u{202f}%<th>La plus longue</thead><tbody>");
        for (step, one) in &self.latencies {
            let _ = write!(
                page,
                "<tr><td>{}<td>{}<td>{:.1}<td>{:.1}<td>{:.1}<td>{:.1}",
                words(*step),
                one.count,
                one.p50_ms,
                one.p95_ms,
                one.p99_ms,
                one.max_ms
            );
        }
        page.push_str("</tbody></table><h2>Échecs</h2>");
        if self.failures.is_empty() {
            page.push_str("<p>Aucun.</p>");
        } else {
            page.push_str("<ul>");
            for (what, count) in &self.failures {
                let _ = write!(page, "<li>{count} × {}", escaped(what));
            }
            page.push_str("</ul>");
        }
        page.push_str("</html>\n");
        page
    }

    /// Arrivals and receipts, second by second.
    fn plot(&self, page: &mut String) {
        let most = self
            .seconds_by_second
            .iter()
            .map(|(a, b)| *a.max(b))
            .max()
            .unwrap_or(0)
            .max(1);
        let last = u32::try_from(self.seconds_by_second.len().max(2)).unwrap_or(u32::MAX) - 1;
        let line = |which: fn(&(u32, u32)) -> u32| {
            let points = (0_u32..).zip(&self.seconds_by_second).map(|(second, both)| {
                let x = WIDTH * f64::from(second) / f64::from(last);
                let y = HEIGHT - HEIGHT * f64::from(which(both)) / f64::from(most);
                format!("{x:.1},{y:.1}")
            });
            points.collect::<Vec<_>>().join(" ")
        };
        let _ = write!(
            page,
            "<h2>Seconde par seconde</h2><p>Arrivées (ocre) et bulletins reçus (bleu), jusqu’à {most} par seconde, pendant {last}\u{a0}s.</p>\
             <svg viewBox=\"-5 -5 {} {}\" role=\"img\" aria-label=\"Arrivées et bulletins reçus, seconde par seconde\"><polyline class=\"arrivals\" \
             points=\"{}\"/><polyline class=\"receipts\" points=\"{}\"/></svg>",
            WIDTH + 10.0,
            HEIGHT + 10.0,
            line(|both| both.0),
            line(|both| both.1)
        );
    }
}

/// Events a second, between the first and the last.
fn rate(sorted: &[Duration]) -> f64 {
    let between = sorted.last().zip(sorted.first());
    let between = between.map_or(0.0, |(last, first)| (*last - *first).as_secs_f64());
    let count = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    if between > 0.0 { count / between } else { 0.0 }
}

/// Of the plot, in its own units.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 200.0;

fn by_second(arrivals: &[Duration], receipts: &[Duration]) -> Vec<(u32, u32)> {
    let last = arrivals.last().max(receipts.last()).map_or(0, Duration::as_secs);
    let mut seconds = vec![(0, 0); usize::try_from(last).unwrap_or(0) + 1];
    let place = |at: &Duration| usize::try_from(at.as_secs()).unwrap_or(0);
    for at in arrivals {
        if let Some(second) = seconds.get_mut(place(at)) {
            second.0 += 1;
        }
    }
    for at in receipts {
        if let Some(second) = seconds.get_mut(place(at)) {
            second.1 += 1;
        }
    }
    seconds
}

fn words(step: Step) -> &'static str {
    match step {
        Step::Page => "Page de connexion",
        Step::Room => "Salle d’attente",
        Step::SignIn => "Connexion",
        Step::Unlock => "Code de vote",
        Step::Encrypt => "Chiffrement (sur cette machine)",
        Step::Cast => "Dépôt du bulletin",
        Step::Visit => "Visite entière",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "in a test, a failure is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_what_was_met_and_its_page_is_whole() {
        let seconds = Duration::from_secs;
        let done = Visit {
            steps: vec![(Step::Cast, Duration::from_millis(12)), (Step::Visit, seconds(1))],
            receipts: vec![seconds(2), seconds(4)],
            ..Visit::default()
        };
        let failed = Visit {
            told_to_wait: 3,
            failed: Some((Step::SignIn, "<busy>".into())),
            ..Visit::default()
        };
        let load = Load {
            portal: "http://x",
            server_key: "ab",
            began: Timestamp::UNIX_EPOCH,
            curve: &"1".parse().unwrap(),
        };
        let report = Report::of(
            &load,
            &[seconds(0), seconds(1)],
            vec![done, failed],
            seconds(5),
            Duration::ZERO,
        );
        assert_eq!(
            (report.arrived, report.voted, report.receipts, report.told_to_wait),
            (2, 1, 2, 3)
        );
        assert_eq!(report.best_minute(), 24, "two in five seconds");
        assert_eq!(report.seconds_by_second, [(1, 0), (1, 0), (0, 1), (0, 0), (0, 1)]);
        let page = report.page();
        assert!(
            page.contains("1 × SignIn: &lt;busy&gt;") && page.ends_with("</html>\n"),
            "{page}"
        );
        assert_eq!(page.matches("<polyline").count(), 2);
    }
}
