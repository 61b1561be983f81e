//! What must hold after every run, whatever happened in it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::crowd::Voted;
use super::deployment::Deployment;
use super::gateway::Gateway;
use crate::rehearse::{Site, archive_ballots, audited, email};
use crate::voter::Portal;

/// A message that could not be handed over is tried again after half a minute, then after one.
const LETTERS: Duration = Duration::from_secs(150);

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
pub(super) async fn check(
    vote: &Deployment,
    election: &str,
    voted: &[Voted],
    promised: &[String],
) -> anyhow::Result<()> {
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
    archive(site, voted).await?;
    mails(&vote.mailbox(), voted).await?;
    links(&vote.gateway, promised).await
}

/// Every link that was promised reaches its telephone, once the gateway is there again.
async fn links(gateway: &Gateway, promised: &[String]) -> anyhow::Result<()> {
    until_nobody_lacks(|| {
        let delivered = gateway.delivered()?;
        let lacking = promised.iter().find(|phone| !delivered.contains(phone.as_str()));
        Ok(lacking.map(|phone| format!("a link was promised to {phone}, and no SMS came")))
    })
    .await
}

/// Waits for what is sent again after an outage; `lacking` says what somebody still waits for.
async fn until_nobody_lacks(lacking: impl Fn() -> anyhow::Result<Option<String>>) -> anyhow::Result<()> {
    let deadline = Instant::now() + LETTERS;
    while let Some(what) = lacking()? {
        ensure!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// Everybody who voted is told by mail, once the mail server is there again.
async fn mails(mailbox: &Path, voted: &[Voted]) -> anyhow::Result<()> {
    let told = || -> anyhow::Result<BTreeSet<String>> {
        let letters = std::fs::read_dir(mailbox.join("new")).context("the mail server's folder")?;
        let mut told = BTreeSet::new();
        for letter in letters {
            let text = String::from_utf8_lossy(&std::fs::read(letter?.path())?).into_owned();
            told.extend(
                text.lines()
                    .find_map(|line| Some(line.strip_prefix("To: ")?.to_owned())),
            );
        }
        Ok(told)
    };
    until_nobody_lacks(|| {
        let told = told()?;
        let mut untold = voted
            .iter()
            .filter(|one| !told.iter().any(|to| to.contains(&email(one.voter))));
        Ok(untold
            .next()
            .map(|one| format!("voter {} has a receipt and no mail", one.voter)))
    })
    .await
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
