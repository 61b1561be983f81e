//! What must hold after every run, whatever happened in it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::crowd::Voted;
use super::deployment::Deployment;
use crate::rehearse::{Site, archive_ballots, audited};
use crate::voter::Portal;

/// The longest time without a receipt for anybody, while voters arrived.
pub(super) fn longest_gap(begun: Instant, voted: &[Voted]) -> Duration {
    let mut times: Vec<_> = voted.iter().map(|one| one.at).collect();
    times.sort_unstable();
    let mut before = begun;
    let mut longest = Duration::ZERO;
    for at in times {
        longest = longest.max(at.saturating_duration_since(before));
        before = at;
    }
    longest
}

/// Everything that must hold.
///
/// # Errors
/// What does not.
pub(super) async fn check(vote: &Deployment, election: &str, voted: &[Voted]) -> anyhow::Result<()> {
    let site = &vote.site;
    let portal = Portal::at(&site.portal())?;
    for one in voted {
        let there = portal.has_tracker(election, &one.receipt.tracker).await?;
        ensure!(
            there,
            "a receipted ballot is not in the public box: {}",
            one.receipt.tracker
        );
    }
    let server = crate::open_voting_server(&site.folder.join("server.toml")).await?;
    let counts = server.board_counts(&election.parse()?).await?;
    ensure!(counts.agree(), "poll book and box differ: {counts:?}");
    ensure!(
        counts.ballots == u64::try_from(voted.len())?,
        "{} ballots for {} receipts",
        counts.ballots,
        voted.len()
    );
    archive(site, voted).await
}

/// The vote is closed; its archive passes the audit and holds the receipted ballots, each once, and nothing else.
async fn archive(site: &Site, voted: &[Voted]) -> anyhow::Result<()> {
    site.program.run(&["close", "--now", "--config", "server.toml"]).await?;
    site.program
        .run(&["archive", "export", "--out", "archives", "--config", "server.toml"])
        .await?;
    for archive in site.archives()? {
        if let Some(finding) = audited(&archive)? {
            anyhow::bail!("the archive does not pass the audit: {finding}");
        }
        let (stored, events) = archive_ballots(&archive)?;
        let receipted: BTreeSet<_> = voted.iter().map(|one| one.receipt.tracker.clone()).collect();
        ensure!(
            stored == receipted,
            "the archive holds other ballots than the receipted ones"
        );
        ensure!(
            voted.iter().all(|one| events.contains(&one.receipt.event)),
            "a receipt's event is not in the archive's chain"
        );
    }
    Ok(())
}
