//! The whole rehearsal, in order.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use isoloir_domain::ElectionId;
use isoloir_service::VotingServer;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use serde::Serialize;

use super::electorate::{Electorate, Outcome, VoterSheet};
use super::figures::{Check, Latencies, PhaseFigure};
use super::scenario::{Scenario, email};
use super::site::Site;
use super::verdict;
use crate::cli::{election_ids, open_server};
use crate::voter::Portal;

/// Delegates of the rehearsal's board: the quorum takes two of them, and president or secretary.
const DELEGATES: u32 = 3;
/// Keys that count: the secretary stands in for the president, one delegate is away.
pub(super) const QUORUM: [&str; 3] = ["secretary.key", "delegate-1.key", "delegate-3.key"];
/// Meets every rule of the portal, and is nobody's.
const PASSWORD: &str = "Bateau-lavande-27";

/// What to play, where.
pub struct Options {
    /// What to play.
    pub scenario: Scenario,
    /// The protocol's group.
    pub group: String,
    /// Empty or missing folder.
    pub folder: PathBuf,
    /// Database of the voting server, a SQLite file in the folder when absent.
    pub database: Option<String>,
    /// Database of the registrar, likewise.
    pub registrar_database: Option<String>,
    /// Voters at the same time.
    pub jobs: usize,
    /// Seed of the order of the voters and of their choices.
    pub seed: u64,
    /// The program whose commands are run: the one that is running, unless a test says otherwise.
    pub executable: Option<PathBuf>,
}

/// What came out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Scenario.
    pub scenario: &'static str,
    /// The protocol's group.
    pub group: String,
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Registered voters.
    pub registered: u32,
    /// Voters.
    pub voters: u32,
    /// Seed of the order.
    pub seed: u64,
    /// Voters at the same time.
    pub jobs: usize,
    /// Time of each phase.
    pub phases: Vec<PhaseFigure>,
    /// Casts per second over the whole voting phase, activation and sign-in included.
    pub casts_per_second: f64,
    /// Latencies as the voters saw them.
    pub latencies: BTreeMap<&'static str, Latencies>,
    /// Everything that had to hold.
    pub checks: Vec<Check>,
    /// Whether all of it holds.
    pub ok: bool,
}

/// Plays the rehearsal to its end. The report is also in `report.json`.
///
/// # Errors
/// When it cannot be played to the end; a check that does not hold is in the report.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut clock = PhaseClock::default();
    let site = clock.phase("set up", set_up(options)).await?;
    let (running, electorate, voters) = clock.phase("start servers", start(options, &site)).await?;
    let begun = Instant::now();
    let progress = progress_bar(voters.len());
    let outcomes = clock
        .phase("vote", electorate.vote(voters.clone(), options.jobs, &progress))
        .await?;
    let seconds = begun.elapsed().as_secs_f64();
    progress.finish_and_clear();
    let latencies = electorate.latencies();
    let mut checks = clock
        .phase("second ballots", verdict::second_ballots(&site, &electorate, &voters))
        .await?;
    clock.phase("close and count", site.count(&QUORUM)).await?;
    checks.extend(clock.phase("check", verdict::check(options, &site, &outcomes)).await?);
    running.stop().await?;
    checks.push(verdict::logs(&site, &voters, &outcomes)?);
    let report = Report {
        scenario: options.scenario.published.name,
        group: options.group.clone(),
        database: if options.database.is_some() {
            "postgres"
        } else {
            "sqlite"
        },
        registered: options.scenario.registered,
        voters: options.scenario.voters(),
        seed: options.seed,
        jobs: options.jobs,
        phases: clock.phases,
        casts_per_second: rate(&outcomes, seconds),
        latencies,
        ok: checks.iter().all(|check| check.ok),
        checks,
    };
    std::fs::write(site.folder.join("report.json"), serde_json::to_vec_pretty(&report)?)?;
    Ok(report)
}

async fn set_up(options: &Options) -> anyhow::Result<Site> {
    let executable = options.executable.as_deref();
    let (database, registrar) = (options.database.as_deref(), options.registrar_database.as_deref());
    let site = Site::prepare(&options.folder, executable, database, registrar).await?;
    if !open(&site).await?.consultations().await?.is_empty() {
        bail!("the database holds a consultation already: a rehearsal begins in an empty one");
    }
    site.write_consultation(&options.scenario, &options.group)?;
    site.set_up(DELEGATES, &options.group).await?;
    Ok(site)
}

/// The site's voting server, opened in this process: to read mails and results.
pub(super) async fn open(site: &Site) -> anyhow::Result<VotingServer> {
    open_server(&site.folder.join("server.toml")).await
}

async fn start(options: &Options, site: &Site) -> anyhow::Result<(super::Running, Arc<Electorate>, Vec<VoterSheet>)> {
    let elections = election_ids(&open(site).await?).await?;
    let [election] = elections.as_slice() else {
        bail!("one election was expected")
    };
    let voters = sheets(options, site, election).await?;
    let running = site.start().await?;
    let electorate = Electorate::new(&Portal::at(&site.portal())?, [election.to_string()]).await?;
    Ok((running, Arc::new(electorate), voters))
}

/// Mailboxes and notices, distributed; voters and their choices in random order.
async fn sheets(options: &Options, site: &Site, election: &ElectionId) -> anyhow::Result<Vec<VoterSheet>> {
    let codes = read_codes(&std::fs::read_to_string(site.folder.join("codes.csv")).context("codes.csv")?)?;
    let links = activation_tokens(&open(site).await?).await?;
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut choices = options.scenario.choices();
    choices.shuffle(&mut rng);
    let mut voters = Vec::new();
    for (number, choice) in (1..).zip(choices) {
        let Some(choice) = choice else { continue };
        let (email, matricule) = (email(number), format!("E{number:06}"));
        voters.push(VoterSheet {
            activation: Some(
                links
                    .get(&email)
                    .with_context(|| format!("no activation mail for {email}"))?
                    .clone(),
            ),
            code: codes
                .get(&matricule)
                .with_context(|| format!("no notice for {matricule}"))?
                .clone(),
            choices: BTreeMap::from([(election.to_string(), choice)]),
            password: PASSWORD.to_owned(),
            email,
        });
    }
    voters.shuffle(&mut rng);
    Ok(voters)
}

/// The codes' file of the registrar, by staff number.
///
/// # Errors
/// When it is not one.
pub fn read_codes(text: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|h| h == name)
            .with_context(|| format!("codes: no column {name}"))
    };
    let (number, code) = (column("matricule")?, column("code")?);
    let mut codes = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        if let (Some(number), Some(code)) = (row.get(number), row.get(code)) {
            codes.insert(number.to_owned(), code.to_owned());
        }
    }
    ensure!(!codes.is_empty(), "codes: no row");
    Ok(codes)
}

/// Tokens of the activation links in the mailboxes, by address.
async fn activation_tokens(server: &VotingServer) -> anyhow::Result<BTreeMap<String, String>> {
    let mails = server.demonstration_inbox(None, 10_000_000).await?;
    Ok(mails
        .into_iter()
        .filter_map(|mail| token_in(&mail.body).map(|token| (mail.to, token)))
        .collect())
}

/// The token of the first activation link of a text.
fn token_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("/activation/")?;
    let token: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!token.is_empty()).then_some(token)
}

fn progress_bar(voters: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(voters).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("voters {bar:40} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn rate(outcomes: &[Outcome], seconds: f64) -> f64 {
    let ballots = f64::from(u32::try_from(outcomes.len()).unwrap_or(u32::MAX));
    (ballots / seconds.max(0.001) * 10.0).round() / 10.0
}

#[derive(Default)]
struct PhaseClock {
    phases: Vec<PhaseFigure>,
}

impl PhaseClock {
    async fn phase<T>(
        &mut self,
        phase: &'static str,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        eprintln!("{phase}…");
        let begun = Instant::now();
        let done = work.await.with_context(|| format!("phase “{phase}”"))?;
        let seconds = (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        self.phases.push(PhaseFigure { phase, seconds });
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_cut_out_of_the_mail() {
        let mail = "Bonjour,\nhttp://127.0.0.1:1/activation/aB-_9.\nMerci";
        assert_eq!(token_in(mail).as_deref(), Some("aB-_9"));
        assert_eq!(token_in("rien"), None);
    }

    #[test]
    fn codes_are_found_by_column_name() {
        let codes = read_codes("\u{feff}matricule;nom;code\nE1;Durand;AAAA-BBBB-CCCC-DDDD\n").unwrap();
        assert_eq!(codes["E1"], "AAAA-BBBB-CCCC-DDDD");
        assert!(read_codes("a;b\n1;2\n").is_err());
    }
}
