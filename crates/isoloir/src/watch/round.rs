//! One look at one portal: what it answers, compared with what was seen before. Nothing seen is forgotten because of an alarm.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use ed25519_dalek::VerifyingKey;
use isoloir_domain::ballot_box::SignedHead;
use isoloir_protocol::archive::{ArchiveError, ChainReader};
use isoloir_protocol::audit::since::{Since, compare};
use isoloir_protocol::audit::{Options, audit};
use jiff::Timestamp;

use super::alarm::{Alarm, AlarmKind};
use super::memory::{Memory, Seen, SeenBox};
use super::source::{Listed, Source, SourceError, is_signed};

/// What a look found.
#[derive(Debug, Default)]
pub struct Round {
    /// What is wrong.
    pub alarms: Vec<Alarm>,
    /// Boxes whose whole content was verified.
    pub verified: usize,
    /// Boxes of which the signed head was kept.
    pub heads: usize,
    /// Files compared.
    pub assets: usize,
}

/// Looks once. `stale_after`: seconds for which an open box may stay the same; 0 for ever.
///
/// # Errors
/// Only those of the memory: whatever is wrong with the portal is an alarm.
pub async fn look(source: &Source, memory: &Memory, now: Timestamp, stale_after: i64) -> anyhow::Result<Round> {
    let mut look = Look {
        source,
        memory,
        seen: memory.seen(source.origin())?,
        round: Round::default(),
        now: now.as_second(),
        stale_after,
    };
    if let Err(error) = look.whole().await {
        look.raise(AlarmKind::Unreachable, "", error);
    }
    memory.remember(source.origin(), &look.seen)?;
    Ok(look.round)
}

struct Look<'a> {
    source: &'a Source,
    memory: &'a Memory,
    seen: Seen,
    round: Round,
    now: i64,
    stale_after: i64,
}

impl Look<'_> {
    fn raise(&mut self, kind: AlarmKind, subject: impl ToString, detail: impl ToString) {
        self.round
            .alarms
            .push(Alarm::new(kind, self.source.origin(), subject, detail));
    }

    async fn whole(&mut self) -> Result<(), SourceError> {
        self.assets().await?;
        let key = self.key().await?;
        for listed in self.source.elections().await? {
            // A box that answers badly does not hide the others.
            if let Err(error) = self.election(&listed, &key).await {
                self.raise(AlarmKind::Unreachable, &listed.id, error);
            }
        }
        Ok(())
    }

    /// The key of the first look stays the one that counts.
    async fn key(&mut self) -> Result<VerifyingKey, SourceError> {
        let served = self.source.key().await?;
        let Some(pinned) = self.seen.key.clone() else {
            self.seen.key = Some(hex::encode(served.as_bytes()));
            return Ok(served);
        };
        let known = hex::decode(&pinned).ok().and_then(|bytes| bytes.try_into().ok());
        let known = known
            .and_then(|bytes: [u8; 32]| VerifyingKey::from_bytes(&bytes).ok())
            .ok_or(SourceError::Malformed)?;
        if known != served {
            self.raise(AlarmKind::KeyChanged, "", hex::encode(served.as_bytes()));
        }
        Ok(known)
    }

    async fn assets(&mut self) -> Result<(), SourceError> {
        let listed = self.source.assets().await?;
        let first = self.seen.assets.is_empty();
        let names: BTreeSet<&str> = listed.iter().map(|asset| asset.name.as_str()).collect();
        let gone: Vec<String> = self
            .seen
            .assets
            .keys()
            .filter(|name| !names.contains(name.as_str()))
            .cloned()
            .collect();
        for name in gone {
            self.raise(AlarmKind::ScriptChanged, &name, "not served any more");
        }
        for asset in &listed {
            let digest = self.source.digest(asset).await?;
            self.round.assets += 1;
            match self.seen.assets.get(&asset.name) {
                Some(known) if *known == digest => {}
                Some(known) => {
                    let detail = format!("sha256 {digest}, before {known}");
                    self.raise(AlarmKind::ScriptChanged, &asset.name, detail);
                }
                None if first => {
                    self.seen.assets.insert(asset.name.clone(), digest);
                }
                None => self.raise(
                    AlarmKind::ScriptChanged,
                    &asset.name,
                    format!("new file, sha256 {digest}"),
                ),
            }
        }
        Ok(())
    }

    async fn election(&mut self, listed: &Listed, key: &VerifyingKey) -> Result<(), SourceError> {
        let head = self.source.head(&listed.id).await?;
        if !is_signed(&head, &listed.id, key) {
            self.raise(AlarmKind::HeadForged, &listed.id, &head.event);
            return Ok(());
        }
        self.round.heads += 1;
        self.keep_head(listed, head);
        let (held, new) = (
            self.memory.copy(self.source.origin(), &listed.id),
            self.memory.copy(self.source.origin(), &listed.id).with_extension("new"),
        );
        if self.source.copy_box(&listed.id, &new).await? {
            if self.judge_copy(listed, &held, &new)? {
                std::fs::rename(&new, &held)?;
                self.seen_box(listed).copied = true;
                self.round.verified += 1;
            }
        } else if self.seen_box(listed).copied {
            self.raise(AlarmKind::BoxWithdrawn, &listed.id, "a copy was taken before");
        }
        Ok(())
    }

    fn seen_box(&mut self, listed: &Listed) -> &mut SeenBox {
        self.seen.elections.entry(listed.id.clone()).or_default()
    }

    /// Keeps a signed head until a copy of the box shows that it was one of its heads.
    fn keep_head(&mut self, listed: &Listed, head: SignedHead) {
        let (now, stale_after) = (self.now, self.stale_after);
        let seen = self.seen_box(listed);
        seen.unconfirmed
            .entry(head.event.clone())
            .or_insert_with(|| head.clone());
        if seen.head.as_ref().is_none_or(|known| known.event != head.event) {
            seen.head = Some(head);
            seen.since = now;
        } else if listed.open && stale_after > 0 && now.saturating_sub(seen.since) > stale_after {
            let detail = format!("unchanged for {} s", now.saturating_sub(seen.since));
            self.raise(AlarmKind::BoxStale, &listed.id, detail);
        }
    }

    /// Audits a new copy, compares it with the one held, and looks for every head signed so far. Tells whether it may take its place.
    fn judge_copy(&mut self, listed: &Listed, held: &Path, new: &Path) -> Result<bool, SourceError> {
        let report = audit(BufReader::new(File::open(new)?), &Options::default(), &mut |_| {})?;
        if let Some(finding) = &report.finding {
            let detail = format!("{}: {}", finding.check().id(), finding.reason);
            self.raise(AlarmKind::BoxInvalid, &listed.id, detail);
            return Ok(false);
        }
        if self.seen_box(listed).copied {
            let since = compare(BufReader::new(File::open(held)?), BufReader::new(File::open(new)?));
            let alarm = match since {
                Ok(Since::Kept { .. }) => None,
                Ok(Since::Removed { height, hash, .. }) => {
                    Some((AlarmKind::BallotRemoved, format!("event {height}, {hash}")))
                }
                Ok(Since::Changed { height, was, is }) => Some((
                    AlarmKind::BallotChanged,
                    format!("event {height}, {} instead of {}", is.1, was.1),
                )),
                Ok(Since::OtherArchive) => Some((AlarmKind::BallotChanged, "another archive".to_owned())),
                Err(error) => Some((AlarmKind::BoxInvalid, error.to_string())),
            };
            if let Some((kind, detail)) = alarm {
                self.raise(kind, &listed.id, detail);
                return Ok(false);
            }
        }
        self.confirm_heads(listed, new)
    }

    /// Every head that the server signed before the copy was taken must be that of a beginning of it.
    fn confirm_heads(&mut self, listed: &Listed, copy: &Path) -> Result<bool, SourceError> {
        let events = events_of(copy)?;
        let seen = self.seen_box(listed);
        let mut missing: Vec<String> = Vec::new();
        seen.unconfirmed.retain(|event, _| {
            let there = events.contains(event);
            if !there {
                missing.push(event.clone());
            }
            !there
        });
        for event in &missing {
            self.raise(
                AlarmKind::SplitView,
                &listed.id,
                format!("head {event} is in no beginning of the box"),
            );
        }
        Ok(missing.is_empty())
    }
}

/// Hashes of all events of an archive that was found valid.
fn events_of(file: &Path) -> Result<BTreeSet<String>, SourceError> {
    let unreadable = |error: ArchiveError| SourceError::Copy(std::io::Error::other(error));
    let mut chain = ChainReader::open(BufReader::new(File::open(file)?)).map_err(|e| unreadable(e.into()))?;
    let mut events = BTreeSet::new();
    while let Some(entry) = chain.next_entry().map_err(unreadable)? {
        events.insert(entry.hash.to_string());
    }
    Ok(events)
}
