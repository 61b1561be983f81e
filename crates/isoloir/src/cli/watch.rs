//! `isoloir watch`: a union's watcher of boxes and scripts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use isoloir_domain::{Clock as _, SystemClock};

use super::{block_on, key};
use crate::private_file;
use crate::watch::{Alarm, Memory, Source, Statement, Watcher, look};

/// Watches ballot boxes and the programs that portals serve, and raises named alarms.
#[derive(clap::Args)]
#[command(
    long_about = "Watches ballot boxes and the programs that portals serve, and raises named alarms: removed or changed ballots, split views, \
                  invalid boxes, changed scripts, changed keys, boxes that stand still. What was seen is kept in a folder; every increment of \
                  a public box is verified with the auditor. With --statement, what was seen is signed for other watchers; with --compare, \
                  theirs is compared.",
    after_help = "Examples:\n  isoloir watch https://vote.example.fr --folder guet\n  \
                  isoloir key new guet\n  isoloir watch https://vote.example.fr --folder guet --once --key guet.key --statement ours.json\n  \
                  isoloir watch https://vote.example.fr --folder guet --once --compare theirs.json\n\n\
                  With --once, exit 0 when nothing is wrong and 1 after an alarm."
)]
pub struct WatchArgs {
    /// Origins of the portals.
    #[arg(required = true, value_name = "URL")]
    portals: Vec<String>,
    /// Folder for what was seen.
    #[arg(long, value_name = "DIR", default_value = "watch")]
    folder: PathBuf,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    every: u64,
    /// Look once.
    #[arg(long)]
    once: bool,
    /// Seconds after which an open box that does not change raises an alarm; 0 never.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    stale_after: i64,
    /// The watcher's own key, from `isoloir key new`.
    #[arg(long, value_name = "FILE", requires = "statement")]
    key: Option<PathBuf>,
    /// File for the signed statement, written anew after every look (of the first portal).
    #[arg(long, value_name = "FILE", requires = "key")]
    statement: Option<PathBuf>,
    /// Statements of other watchers, read before every look.
    #[arg(long, value_name = "FILE")]
    compare: Vec<PathBuf>,
    /// Certificates in PEM that are trusted besides the public authorities: for a portal whose authority is its organiser's own.
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// One JSON object a line, instead of sentences.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &WatchArgs) -> anyhow::Result<()> {
    let memory = Memory::open(&arguments.folder).context("the watcher's folder")?;
    let watcher = arguments
        .key
        .as_deref()
        .map(key::read_private)
        .transpose()?
        .map(Watcher::new);
    block_on(async {
        loop {
            let mut alarms = 0;
            for portal in &arguments.portals {
                alarms += look_at(arguments, &memory, portal).await?;
            }
            if let (Some(watcher), Some(file), Some(portal)) =
                (&watcher, &arguments.statement, arguments.portals.first())
            {
                state(watcher, &memory, portal, file)?;
            }
            if arguments.once {
                return if alarms == 0 {
                    Ok(())
                } else {
                    bail!("{alarms} alarm(s)")
                };
            }
            tokio::time::sleep(Duration::from_secs(arguments.every)).await;
        }
    })
}

/// Compares the statements of others, then looks; gives the number of alarms.
async fn look_at(arguments: &WatchArgs, memory: &Memory, portal: &str) -> anyhow::Result<usize> {
    let authority = arguments.authority.as_deref().map(std::fs::read).transpose();
    let source = Source::at(portal, authority.context("the authority")?.as_deref())?;
    let mut alarms = Vec::new();
    for file in &arguments.compare {
        alarms.extend(compare(memory, source.origin(), file)?);
    }
    let round = look(&source, memory, SystemClock.now(), arguments.stale_after).await?;
    alarms.extend(round.alarms);
    for alarm in &alarms {
        tell(alarm, arguments.json)?;
    }
    if !arguments.json {
        println!(
            "{portal}: {} boxes verified, {} signed heads, {} files compared, {} alarms",
            round.verified,
            round.heads,
            round.assets,
            alarms.len()
        );
    }
    Ok(alarms.len())
}

fn compare(memory: &Memory, origin: &str, file: &Path) -> anyhow::Result<Vec<Alarm>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let statement = Statement::parse(&bytes).with_context(|| file.display().to_string())?;
    if statement.portal() != origin {
        return Ok(Vec::new());
    }
    let mut seen = memory.seen(origin)?;
    let alarms = statement.compare(&mut seen);
    memory.remember(origin, &seen)?;
    Ok(alarms)
}

fn state(watcher: &Watcher, memory: &Memory, portal: &str, file: &Path) -> anyhow::Result<()> {
    let origin = portal.trim_end_matches('/');
    let statement = watcher.state(origin, &memory.seen(origin)?, SystemClock.now().as_second())?;
    private_file::replace_public(file, &serde_json::to_vec_pretty(&statement)?)
}

fn tell(alarm: &Alarm, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(alarm)?);
        return Ok(());
    }
    let message = alarm.alarm.message();
    println!(
        "ALARM {}  {}  {}\n  {} / {}\n  {}",
        alarm.alarm.name(),
        alarm.portal,
        alarm.subject,
        message.fr,
        message.en,
        alarm.detail
    );
    Ok(())
}
