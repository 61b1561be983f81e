//! What must hold in the end. Each check says what was expected and what was found; none stops the others.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use isoloir_protocol::archive::ChainReader;
use isoloir_protocol::archive::chain::Content;
use isoloir_protocol::audit;
use isoloir_protocol::hash::sha256_base64;
use isoloir_seats::{Contest, List, Rule, TieBreak, allocate};

use super::electorate::{Electorate, Outcome, VoterSheet};
use super::figures::Check;
use super::logs::Known;
use super::run::{Options, open};
use super::scenario::Scenario;
use super::site::Site;
use crate::ambient;
use crate::cli::election_ids;
use crate::voter::{Ballot, Portal, Session};

/// Voters who try to vote twice.
const SECOND_TRIES: usize = 5;

fn equal<T: PartialEq + Debug>(check: impl Into<String>, expected: &T, found: &T) -> Check {
    let ok = expected == found;
    let found = if ok {
        format!("{found:?}")
    } else {
        format!("expected {expected:?}, found {found:?}")
    };
    Check {
        check: check.into(),
        ok,
        found,
    }
}

/// A few voters come again with another ballot: each is refused with the code that says why.
pub(super) async fn second_ballots(
    site: &Site,
    electorate: &Arc<Electorate>,
    voters: &[VoterSheet],
) -> anyhow::Result<Vec<Check>> {
    let portal = Portal::at(&site.portal())?;
    let mut refused = BTreeSet::new();
    for voter in voters.iter().take(SECOND_TRIES) {
        let session = Session::sign_in(&portal, &voter.email, &voter.password).await?;
        for entitlement in session.unlock(&voter.code).await? {
            let election = electorate.ballots().election(&entitlement.election)?;
            let ballot = Ballot::choose(&election, &entitlement.credential, 0, &mut ambient::rng())?;
            let outcome = session
                .cast(&entitlement.election, &entitlement.admission, ballot.bytes)
                .await;
            refused.insert(match outcome {
                Ok(_) => "accepted".to_owned(),
                Err(error) => error.code().unwrap_or("no code").to_owned(),
            });
        }
    }
    Ok(vec![equal(
        "a second ballot is refused",
        &BTreeSet::from(["already_voted".to_owned()]),
        &refused,
    )])
}

/// Everything that must hold once the count is published.
pub(super) async fn check(options: &Options, site: &Site, outcomes: &[Outcome]) -> anyhow::Result<Vec<Check>> {
    let mut checks = result(&options.scenario, site).await?;
    checks.extend(receipts(site, outcomes).await?);
    for archive in site.archives()? {
        checks.extend(archive_checks(&archive, outcomes, &options.scenario)?);
    }
    Ok(checks)
}

/// Result, seats, turnout, poll book and box, from the voting server's own data.
async fn result(scenario: &Scenario, site: &Site) -> anyhow::Result<Vec<Check>> {
    let server = open(site).await?;
    let mut checks = Vec::new();
    for id in election_ids(&server).await? {
        let results = server.results(&id).await?.context("no result")?;
        let votes: Vec<u64> = results.lists.iter().map(|list| list.votes).collect();
        let expected: Vec<u64> = scenario.votes.iter().map(|votes| u64::from(*votes)).collect();
        checks.push(equal("votes of each list", &expected, &votes));
        checks.push(equal("blank ballots", &u64::from(scenario.blank), &results.blank));
        checks.push(equal(
            "registered",
            &u64::from(scenario.registered),
            &results.registered,
        ));
        checks.push(equal("voters", &u64::from(scenario.voters()), &results.voters));
        checks.push(equal(
            "turnout (hundredths of %)",
            &u64::from(scenario.turnout()),
            &results.turnout_hundredths(),
        ));
        let seats: Vec<Option<u32>> = results.lists.iter().map(|list| list.seats).collect();
        checks.push(equal("seats", &expected_seats(scenario)?, &seats));
        let counts = server.board_counts(&id).await?;
        checks.push(equal(
            "poll book and box agree",
            &(counts.marked, true),
            &(counts.ballots, counts.agree()),
        ));
        let page = Portal::at(&site.portal())?
            .fetch(&format!("/resultats/{id}"))
            .await
            .is_ok();
        checks.push(equal("the result's page is published", &true, &page));
    }
    Ok(checks)
}

/// Published seats for the whole election, allocated seats for a sample; `None` while lots must be drawn.
fn expected_seats(scenario: &Scenario) -> anyhow::Result<Vec<Option<u32>>> {
    if scenario.is_whole() {
        return Ok(scenario.published.elected.iter().copied().map(Some).collect());
    }
    let ties = vec![TieBreak::Votes, TieBreak::Candidates, TieBreak::Lot];
    let candidates = u16::try_from(scenario.published.seats * 2)?;
    let lists = scenario
        .published
        .lists
        .iter()
        .zip(&scenario.votes)
        .map(|(list, votes)| List::new(list.acronym, u64::from(*votes)).with_candidate_count(candidates))
        .collect();
    let contest = Contest::new(
        Rule::PublicService,
        u16::try_from(scenario.published.seats)?,
        ties,
        lists,
    )
    .map_err(|error| anyhow::anyhow!("{error}"))?;
    let allocation = allocate(&contest);
    Ok(allocation
        .lists
        .iter()
        .map(|list| Some(u32::from(list.seats())))
        .collect())
}

/// The servers' logs say nothing of anybody who voted, nor anything that looks as if it did.
pub(super) fn logs(site: &Site, voters: &[VoterSheet], outcomes: &[Outcome]) -> anyhow::Result<Check> {
    let mut known = Known::default();
    known.add_notices(&std::fs::read_to_string(site.folder.join("codes.csv"))?)?;
    for voter in voters {
        known.add("a mail address", &voter.email);
        known.add("a password", &voter.password);
        if let Some(token) = &voter.activation {
            known.add("an activation link", token);
        }
    }
    for outcome in outcomes {
        known.add("a tracker", &outcome.receipt.tracker);
        known.add("an event of the box", &outcome.receipt.event);
    }
    let leaks = known.leaks_in(&site.folder)?;
    Ok(equal("the logs name nobody and hold no secret", &Vec::new(), &leaks))
}

/// Every receipt's tracker is answered for by the public box; sampled over HTTP, all of them in the archive's check.
async fn receipts(site: &Site, outcomes: &[Outcome]) -> anyhow::Result<Vec<Check>> {
    let portal = Portal::at(&site.portal())?;
    let mut missing = Vec::new();
    for outcome in outcomes {
        if !portal
            .has_tracker(&outcome.receipt.election, &outcome.receipt.tracker)
            .await?
        {
            missing.push(outcome.receipt.tracker.clone());
        }
    }
    Ok(vec![equal(
        "every receipt is found in the public box",
        &Vec::<String>::new(),
        &missing,
    )])
}

/// The archive by itself: valid, complete, with the scenario's result and every receipted ballot.
fn archive_checks(archive: &Path, outcomes: &[Outcome], scenario: &Scenario) -> anyhow::Result<Vec<Check>> {
    let options = audit::Options {
        require_result: true,
        ..audit::Options::default()
    };
    let report = audit::audit(File::open(archive)?, &options, &mut |_| {})?;
    let finding = finding(&report);
    let counts = report
        .result
        .as_ref()
        .map(|result| result.counts().atoms().iter().map(ToString::to_string).collect());
    let expected: Vec<String> = std::iter::once(&scenario.blank)
        .chain(&scenario.votes)
        .map(ToString::to_string)
        .collect();
    let (trackers, events) = archive_ballots(archive)?;
    let receipted: BTreeSet<&str> = outcomes
        .iter()
        .map(|outcome| outcome.receipt.tracker.as_str())
        .collect();
    let stored: BTreeSet<&str> = trackers.iter().map(String::as_str).collect();
    let chained = outcomes.iter().all(|outcome| events.contains(&outcome.receipt.event));
    Ok(vec![
        equal("the archive passes the audit", &None, &finding),
        equal("the archive's result", &Some(expected), &counts),
        equal(
            "the archive's ballots are exactly the receipted ones",
            &(receipted.len(), true),
            &(stored.len(), receipted == stored),
        ),
        equal("every receipt's event is in the archive's chain", &true, &chained),
    ])
}

/// What the audit of an archive without result finds wrong, if anything.
pub(crate) fn audited(archive: &Path) -> anyhow::Result<Option<String>> {
    let report = audit::audit(File::open(archive)?, &audit::Options::default(), &mut |_| {})?;
    Ok(finding(&report))
}

fn finding(report: &audit::Report) -> Option<String> {
    let finding = report.finding.as_ref()?;
    Some(format!("{}: {}", finding.check().id(), finding.reason))
}

/// Trackers of the ballots and hashes of their events.
pub(crate) fn archive_ballots(archive: &Path) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let mut chain = ChainReader::open(BufReader::new(File::open(archive)?))?;
    let (mut trackers, mut events) = (BTreeSet::new(), BTreeSet::new());
    while let Some(entry) = chain.next_entry()? {
        if let Content::Ballot(record) = entry.content {
            trackers.insert(sha256_base64(&record.bytes));
            events.insert(entry.hash.to_string());
        }
    }
    Ok((trackers, events))
}
