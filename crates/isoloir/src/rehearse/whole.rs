//! A whole electorate through a whole vote: every step by the organiser's own commands, a sample of the voters over HTTP, and what each step takes. What is done is not done
//! again: the same command in the same folder goes on where it was ended.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use super::bench::PASSWORD;
use super::codes::CommandFigure;
use super::electorate::{Electorate, VoterSheet};
use super::figures::Latencies;
use super::process::{Measured, own_cpu_ticks, seconds_of};
use super::rolls::write_roll;
use super::run::{QUORUM, open, read_codes};
use super::site::{AROUND_THE_SET_UP, Running, Site, words};
use super::verdict::audited;
use super::whole_board::{self as board, BOARD};
use crate::cli::election_ids;
use crate::voter::Portal;

/// Voters of one part of the vote. A part that was ended in its middle is left as it is: others vote in its stead.
const PART: u32 = 1_000;
/// Made-up voters of each election in the board's rehearsal.
const REHEARSING: u32 = 2_000;

/// What to measure.
pub struct WholeBench {
    /// Voters.
    pub voters: u32,
    /// Elections, in each of which every voter is on the roll.
    pub elections: u32,
    /// How many vote, in every election.
    pub casting: u32,
    /// Voters at the same time.
    pub jobs: usize,
    /// Empty or missing folder, or that of a measurement that was ended.
    pub folder: PathBuf,
    /// Database of the voting server; SQLite in the folder without one.
    pub database: Option<String>,
}

/// What was measured so far; kept in `steps.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct WholeFigures {
    /// The steps that are done.
    pub steps: Vec<CommandFigure>,
    /// Ballots with a receipt.
    pub ballots: u32,
    /// The next voter of the roll who votes.
    next_voter: u32,
    /// Seconds of the parts of the vote.
    pub voting_seconds: f64,
    /// Latencies of the voters who voted since the command was last started.
    pub latencies: BTreeMap<String, Latencies>,
    /// The most memory of both servers while people voted, in MB (10^6 bytes).
    pub servers_peak_mb: BTreeMap<String, f64>,
    /// Bytes of the archives.
    pub archives: Vec<u64>,
    /// Seconds of the president's pages before the vote and after the count, each twice.
    pub pages: BTreeMap<String, [f64; 2]>,
    /// Seconds until each of the minutes was drawn up.
    pub minutes: BTreeMap<String, f64>,
}

/// Goes from an empty folder, or from where it was ended, to results that were checked.
///
/// # Errors
/// When a command fails, a voter cannot vote, or an archive is not valid.
pub async fn run(bench: &WholeBench) -> anyhow::Result<WholeFigures> {
    let mut work = Work::begin_or_go_on(bench).await?;
    work.roll().await?;
    let [entitlements, credentials, codes, invite] = AROUND_THE_SET_UP;
    for command in [entitlements, credentials, codes] {
        work.typed(command).await?;
    }
    work.board("board: keys", board::keys).await?;
    work.typed("election set-up --credentials public-credentials --config server.toml")
        .await?;
    work.typed(&format!("board rehearse {BOARD} --config server.toml"))
        .await?;
    work.board("board: rehearsal counted", board::count_rehearsal).await?;
    work.pages("sealing").await?;
    work.board("board: seal proposed", board::propose_seal).await?;
    work.board("board: seal signed by three", board::sign).await?;
    work.board("board: check of the seal", board::check).await?;
    work.typed(invite).await?;
    work.activate().await?;
    work.vote(bench).await?;
    work.board("board: closed by acts", board::close).await?;
    work.command("close", &["close", "--config", "server.toml"]).await?;
    let export = ["archive", "export", "--out", "archives", "--config", "server.toml"];
    work.command("archive export", &export).await?;
    work.decrypt().await?;
    let finish = ["election", "finish", "--config", "server.toml"];
    work.command("election finish", &finish).await?;
    work.command("archive export, with results", &export).await?;
    work.audit().await?;
    work.pages("signing of the minutes").await?;
    work.minutes().await?;
    let package = ["archive", "package", "--out", "evidence", "--config", "server.toml"];
    work.command("archive package", &package).await?;
    Ok(work.figures)
}

struct Work {
    site: Site,
    file: PathBuf,
    figures: WholeFigures,
}

impl Work {
    async fn begin_or_go_on(bench: &WholeBench) -> anyhow::Result<Self> {
        let file = bench.folder.join("steps.json");
        if file.exists() {
            let figures = serde_json::from_slice(&std::fs::read(&file)?).context("steps.json")?;
            let site = Site::again(&bench.folder)?;
            return Ok(Self { site, file, figures });
        }
        let site = Site::prepare(&bench.folder, None, bench.database.as_deref(), None).await?;
        describe(bench, &site.folder)?;
        let apply = ["consultation", "apply", "consultation", "--config", "server.toml"];
        site.program.run(&apply).await?;
        let work = Self {
            file: site.folder.join("steps.json"),
            site,
            figures: WholeFigures::default(),
        };
        work.keep()?;
        Ok(work)
    }

    fn keep(&self) -> anyhow::Result<()> {
        let new = self.file.with_extension("new");
        std::fs::write(&new, serde_json::to_vec_pretty(&self.figures)?)?;
        Ok(std::fs::rename(new, &self.file)?)
    }

    fn is_done(&self, step: &str) -> bool {
        self.figures.steps.iter().any(|one| one.command == step)
    }

    fn done(&mut self, step: &str, took: Measured) -> anyhow::Result<()> {
        let figure = CommandFigure::of(step, took);
        eprintln!("{figure}");
        self.figures.steps.push(figure);
        self.keep()
    }

    async fn command(&mut self, step: &str, arguments: &[&str]) -> anyhow::Result<()> {
        if self.is_done(step) {
            return Ok(());
        }
        let took = self.site.program.measure(arguments).await?;
        self.done(step, took)
    }

    /// The command as it is typed, named by its first two words.
    async fn typed(&mut self, command: &str) -> anyhow::Result<()> {
        let words = words(command);
        let step = words.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        self.command(&step, &words).await
    }

    /// What the board does.
    async fn board(&mut self, step: &str, work: impl AsyncFnOnce(&Site) -> anyhow::Result<()>) -> anyhow::Result<()> {
        self.own(step, work).await.map(drop)
    }

    /// Pages of the board's president, before the `next` thing to do.
    async fn pages(&mut self, next: &str) -> anyhow::Result<()> {
        let step = format!("board: pages before the {next}");
        if let Some(times) = self.own(&step, board::pages).await? {
            let times = times.into_iter();
            self.figures
                .pages
                .extend(times.map(|(page, times)| (format!("{page}, before the {next}"), times)));
            self.keep()?;
        }
        Ok(())
    }

    async fn minutes(&mut self) -> anyhow::Result<()> {
        if let Some(times) = self.own("board: minutes", board::minutes).await? {
            self.figures.minutes = times;
            self.keep()?;
        }
        Ok(())
    }

    /// A step of this process.
    async fn own<T>(
        &mut self,
        step: &str,
        work: impl AsyncFnOnce(&Site) -> anyhow::Result<T>,
    ) -> anyhow::Result<Option<T>> {
        if self.is_done(step) {
            return Ok(None);
        }
        let (begun, before) = (Instant::now(), own_cpu_ticks());
        let result = work(&self.site).await.with_context(|| step.to_owned())?;
        let spent = own_cpu_ticks()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        let took = Measured {
            seconds: begun.elapsed().as_secs_f64(),
            cpu_seconds: spent.map(seconds_of),
            peak_mb: None,
        };
        self.done(step, took)?;
        Ok(Some(result))
    }

    /// The roll, from a file that a person approves.
    async fn roll(&mut self) -> anyhow::Result<()> {
        let stage = ["roll", "stage", "roll.csv", "--config", "server.toml"];
        self.command("roll stage", &stage).await?;
        if self.is_done("roll apply") {
            return Ok(());
        }
        let program = &self.site.program;
        let listed = program.run(&["roll", "list", "--config", "server.toml"]).await?;
        let id = listed
            .split_whitespace()
            .next()
            .context("nothing is staged")?
            .to_owned();
        // Where an earlier command was ended between the two, it is approved already, and applying says what is wrong if anything is.
        let approve = ["roll", "approve", &id, "--by", "bench", "--config", "server.toml"];
        let approved = program.run(&approve).await;
        let applied = self
            .command("roll apply", &["roll", "apply", &id, "--config", "server.toml"])
            .await;
        applied.with_context(|| format!("{approved:?}"))
    }

    async fn activate(&mut self) -> anyhow::Result<()> {
        let activate = async |site: &Site| {
            let server = open(site).await?;
            for consultation in server.consultations().await? {
                server.activate_all_for_rehearsal(&consultation.id, PASSWORD).await?;
            }
            Ok(())
        };
        self.own("accounts of all, with one password", activate).await.map(drop)
    }

    /// Part after part, until enough have voted.
    async fn vote(&mut self, bench: &WholeBench) -> anyhow::Result<()> {
        let wanted = bench.casting * bench.elections;
        if self.figures.ballots >= wanted {
            return Ok(());
        }
        let codes = read_codes(&std::fs::read_to_string(self.site.folder.join("codes.csv"))?)?;
        let running = self.site.start().await?;
        let elections: Vec<_> = election_ids(&open(&self.site).await?).await?;
        let elections: Vec<_> = elections.iter().map(ToString::to_string).collect();
        let electorate = Arc::new(Electorate::new(&Portal::at(&self.site.portal())?, elections.clone()).await?);
        let progress = ProgressBar::new(u64::from((wanted - self.figures.ballots) / bench.elections));
        while self.figures.ballots < wanted {
            let first = self.figures.next_voter;
            let left = (wanted - self.figures.ballots) / bench.elections;
            let after = first.checked_add(PART.min(left)).filter(|&after| after <= bench.voters);
            self.figures.next_voter = after.context("nobody is left to vote")?;
            self.keep()?;
            let sheets = (first..self.figures.next_voter)
                .map(|voter| sheet(voter, &codes, &elections))
                .collect::<anyhow::Result<_>>()?;
            let begun = Instant::now();
            let receipts = electorate.vote(sheets, bench.jobs, &progress).await?.len();
            self.figures.voting_seconds += begun.elapsed().as_secs_f64();
            self.figures.ballots += u32::try_from(receipts)?;
            self.keep()?;
        }
        progress.finish_and_clear();
        let latencies = electorate.latencies();
        self.figures.latencies = latencies
            .into_iter()
            .map(|(step, times)| (step.to_owned(), times))
            .collect();
        self.figures.servers_peak_mb = peaks(&running);
        running.stop().await?;
        self.keep()
    }

    async fn decrypt(&mut self) -> anyhow::Result<()> {
        let decrypt = async |site: &Site| site.decrypt(&QUORUM).await;
        self.own("trustee decrypt, add-decryption", decrypt).await.map(drop)
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        let audit = async |site: &Site| {
            let mut sizes = Vec::new();
            for archive in site.archives()? {
                sizes.push(std::fs::metadata(&archive)?.len());
                let wrong = tokio::task::spawn_blocking(move || audited(&archive)).await??;
                ensure!(wrong.is_none(), "{}", wrong.unwrap_or_default());
            }
            Ok(sizes)
        };
        if let Some(sizes) = self.own("audit of the archives", audit).await? {
            self.figures.archives = sizes;
            self.keep()?;
        }
        Ok(())
    }
}

fn peaks(running: &Running) -> BTreeMap<String, f64> {
    [("portal", &running.server), ("registrar", &running.registrar)]
        .into_iter()
        .filter_map(|(name, server)| Some((name.to_owned(), server.memory_mb("VmHWM")?)))
        .collect()
}

/// What a voter of the roll has in hand.
fn sheet(voter: u32, codes: &BTreeMap<String, String>, elections: &[String]) -> anyhow::Result<VoterSheet> {
    let number = format!("{:09}", voter + 1);
    let code = codes.get(&number).with_context(|| format!("no notice for {number}"))?;
    Ok(VoterSheet {
        email: format!("p{voter}@bench.example"),
        activation: None,
        password: PASSWORD.to_owned(),
        code: code.clone(),
        choices: elections.iter().map(|id| (id.clone(), voter % (LISTS + 1))).collect(),
    })
}

/// Lists of each election.
const LISTS: u32 = 9;

/// A consultation of several elections that has one voter, who is on the roll that comes.
fn describe(bench: &WholeBench, folder: &Path) -> anyhow::Result<()> {
    let consultation = folder.join("consultation");
    std::fs::create_dir(&consultation)?;
    let mut toml = "format = 1\nid = \"whole\"\ntitle = \"Électorat entier\"\norganiser = \"Banc d’essai\"\nprofile = \"test\"\ngroup = \"Ed25519\"\n\
                    opens = \"2020-01-01T00:00:00+01:00[Europe/Paris]\"\ncloses = \"2099-01-01T00:00:00+01:00[Europe/Paris]\"\n\
                    [policy.roll.keys]\nnumber = { digits = 9 }\nplace = \"uai\"\nmail_domains = [\"bench.example\"]\n"
        .to_owned();
    let mut lists = BufWriter::new(std::fs::File::create(consultation.join("lists.csv"))?);
    writeln!(lists, "scrutin;liste;sigle;rang;nom;prenom;sexe")?;
    for election in 0..bench.elections {
        toml += &format!("[[elections]]\nkey = \"e{election}\"\ntitle = \"Scrutin {election}\"\nseats = 10\n");
        for list in 1..=LISTS {
            for rank in 1..=10 {
                let sex = if rank % 2 == 0 { "F" } else { "M" };
                writeln!(
                    lists,
                    "e{election};Liste {list};L{list};{rank};Candidat{election}{list}{rank};Camille;{sex}"
                )?;
            }
        }
    }
    lists.flush()?;
    let keys: Vec<String> = (0..bench.elections).map(|election| format!("e{election}")).collect();
    toml += &board::toml(&keys, REHEARSING);
    std::fs::write(consultation.join("consultation.toml"), toml)?;
    write_roll(1, bench.elections, &consultation.join("roll.csv"), None)?;
    write_roll(bench.voters, bench.elections, &folder.join("roll.csv"), None).map(drop)
}
