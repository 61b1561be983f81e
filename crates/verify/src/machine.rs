//! The answer for programs: one JSON object.

use std::io::{self, Write};

use isoloir_protocol::{
    archive::Phase,
    audit::{Check, Culprit, since::Since},
    tally::ElectionResult,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Findings, Verdict,
    results::{Comparison, is_complete},
};

#[derive(Serialize)]
struct Answer<'a> {
    verdict: &'static str,
    phase: &'static str,
    election: Option<&'a str>,
    head: Option<String>,
    events: u64,
    voters: u64,
    ballots: u64,
    resumed: u64,
    tallied: u64,
    total_weight: u64,
    trustees: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    certifier: Option<&'a str>,
    checks: &'a [Check],
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Fault<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a ElectionResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Value>,
}

#[derive(Serialize)]
struct Fault<'a> {
    check: &'static str,
    culprit: &'a Culprit,
    reason: String,
}

/// Writes the answer.
///
/// # Errors
/// Those of the sink.
pub fn write(findings: &Findings, out: &mut impl Write) -> io::Result<()> {
    let report = &findings.report;
    let answer = Answer {
        verdict: match findings.verdict() {
            Verdict::Valid => "valid",
            Verdict::Invalid => "invalid",
        },
        phase: phase(report.phase),
        election: report.election.as_ref().map(|e| e.uuid.as_str()),
        head: report.head.map(|head| head.to_string()),
        events: report.events,
        voters: report.voters,
        ballots: report.ballots,
        resumed: report.resumed,
        tallied: report.figures.num_tallied,
        total_weight: report.figures.total_weight.get(),
        trustees: report.trustees,
        certifier: report.certifier.as_deref(),
        checks: &report.checks,
        finding: report.finding.as_ref().map(|finding| Fault {
            check: finding.check().id(),
            culprit: &finding.culprit,
            reason: finding.reason.to_string(),
        }),
        result: report.result.as_ref(),
        since: findings.since.as_ref().map(since),
        results: findings.results.as_ref().map(results),
    };
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    writeln!(out)
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Empty => "empty",
        Phase::Open => "open",
        Phase::Closed => "closed",
        Phase::Tallied => "tallied",
        Phase::Shuffling => "shuffling",
        Phase::Shuffled => "shuffled",
        Phase::Decrypting => "decrypting",
        Phase::Complete => "complete",
    }
}

fn since(since: &Since) -> Value {
    match since {
        Since::Kept { kept, added } => json!({"outcome": "kept", "kept": kept, "added": added}),
        Since::Removed { height, kind, hash } => {
            json!({"outcome": "removed", "height": height, "type": kind, "event": hash})
        }
        Since::Changed { height, was, is } => json!({
            "outcome": "changed", "height": height,
            "was": {"type": was.0, "event": was.1}, "is": {"type": is.0, "event": is.1},
        }),
        Since::OtherArchive => json!({"outcome": "other_archive"}),
    }
}

fn results(results: &Comparison) -> Value {
    let contests = results.contests.iter().map(|contest| {
        let lists = contest.allocation.lists.iter();
        let lists: Vec<_> = lists
            .map(|list| json!({"name": list.name, "seats": list.seats()}))
            .collect();
        json!({"question": contest.title, "complete": is_complete(&contest.allocation), "lists": lists})
    });
    let fault = results.fault.as_ref();
    json!({
        "contests": contests.collect::<Vec<_>>(),
        "finding": fault.map(|fault| json!({"check": fault.check().id(), "reason": fault.to_string()})),
    })
}
