//! What the registrar takes for a whole electorate: credentials, codes and letters by its own commands; then unlocking and reissues over HTTP.

use std::fmt;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use ed25519_dalek::SigningKey;
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::token::Ticket;
use isoloir_domain::{Clock as _, Delivery, Place, SessionId, SystemClock, VoterId};
use isoloir_registrar::Registrar;
use jiff::SignedDuration;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::figures::Latencies;
use super::lost_code::{LostCode, numen};
use super::process::{Measured, Program, free_port};
use crate::ambient;
use crate::cli::{open_registrar, read_key};
use crate::config::RegistrarConfig;
use crate::handover::{EntitledConsultation, EntitledElection, EntitledVoter, Entitlements};
use crate::voter::UnlockKeys;

/// Voters of one delivery place.
const AT_ONE_PLACE: u32 = 250;
/// Pause between an order and the opening of its link.
const READING: Duration = Duration::from_secs(1);
const ELECTION: &str = "NkHrZ7QCf3Nf3h";

/// What to measure.
pub struct CodesBench {
    /// Voters with credential and code.
    pub voters: u32,
    /// Of these, how many get a letter.
    pub letters: u32,
    /// Unlockings, one after another.
    pub unlocks: u32,
    /// Reissues asked for each second.
    pub per_second: u32,
    /// For how many seconds.
    pub seconds: u32,
    /// Empty or missing folder.
    pub folder: PathBuf,
    /// Database of the registrar; SQLite in the folder without one.
    pub database: Option<String>,
}

/// The figures.
#[derive(Debug, Serialize)]
pub struct CodesFigures {
    /// Cores.
    pub cores: usize,
    /// Voters.
    pub voters: u32,
    /// Letters.
    pub letters: u32,
    /// The commands.
    pub commands: Vec<CommandFigure>,
    /// `POST /unlock`, one after another.
    pub unlock: Latencies,
    /// `POST /reissues`: from the order to the queued link.
    pub asked: Latencies,
    /// `POST /reassort/…`: from the link to the new code.
    pub made: Latencies,
}

/// What a command took.
#[derive(Debug, Serialize, Deserialize)]
pub struct CommandFigure {
    /// Which.
    pub command: String,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// CPU seconds, all threads, where the system tells.
    pub cpu_seconds: Option<f64>,
    /// Most resident memory, in MB (10^6 bytes).
    pub peak_mb: Option<f64>,
}

impl CommandFigure {
    pub(super) fn of(command: &str, took: Measured) -> Self {
        Self {
            command: command.to_owned(),
            seconds: took.seconds,
            cpu_seconds: took.cpu_seconds,
            peak_mb: took.peak_mb,
        }
    }
}

impl fmt::Display for CommandFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tell = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |value| format!("{value:.1}"));
        write!(
            f,
            "{:<30} {:>8.1} s  CPU {:>8} s  peak {:>7} MB",
            self.command,
            self.seconds,
            tell(self.cpu_seconds),
            tell(self.peak_mb)
        )
    }
}

/// Measures.
///
/// # Errors
/// When a command fails, or the registrar refuses.
pub async fn run(bench: &CodesBench) -> anyhow::Result<CodesFigures> {
    let stage = Stage::prepare(bench).await?;
    let mut commands = Vec::new();
    let create = [
        "create-credentials",
        "--entitlements",
        "entitlements.json",
        "--out",
        "public-credentials",
    ];
    commands.push(stage.command("create-credentials", &create).await?);
    commands.push(
        stage
            .command("identifiers", &["identifiers", "identifiers.csv"])
            .await?,
    );
    let issue = [
        "issue-codes",
        "--entitlements",
        "entitlements.json",
        "--out",
        "codes.csv",
    ];
    commands.push(stage.command("issue-codes", &issue).await?);
    let notices = ["notices", "--entitlements", "letters.json", "--out", "notices"];
    commands.push(stage.command("notices", &notices).await?);

    let server = stage
        .program
        .start(
            "registrar",
            &stage.origin,
            &["registrar", "serve", "--config", "registrar.toml"],
        )
        .await?;
    let unlock = stage.unlock(bench.letters..bench.voters, bench.unlocks).await?;
    let (asked, made) = stage.reissue(bench).await?;
    server.stop().await?;
    Ok(CodesFigures {
        cores: rayon::current_num_threads(),
        voters: bench.voters,
        letters: bench.letters,
        commands,
        unlock,
        asked,
        made,
    })
}

/// The folder, and what a voting server would know.
struct Stage {
    folder: PathBuf,
    program: Program,
    origin: String,
    server: SigningKey,
    http: reqwest::Client,
    voters: Vec<VoterId>,
}

impl Stage {
    async fn prepare(bench: &CodesBench) -> anyhow::Result<Stage> {
        ensure!(bench.letters < bench.voters, "fewer letters than voters");
        let reissues = bench.per_second * bench.seconds;
        ensure!(reissues <= bench.voters, "a reissue for each voter at most");
        std::fs::create_dir_all(&bench.folder)?;
        ensure!(
            std::fs::read_dir(&bench.folder)?.next().is_none(),
            "the folder is not empty"
        );
        let folder = bench.folder.canonicalize()?;
        let program = Program::current(&folder)?;
        for name in ["server", "registrar"] {
            program.run(&["key", "new", name]).await?;
        }
        let port = free_port()?;
        let origin = format!("http://127.0.0.1:{port}");
        let database = bench.database.as_deref().unwrap_or("sqlite:registrar.db");
        let config = format!(
            "listen = \"127.0.0.1:{port}\"\norigin = \"{origin}\"\nportal_origin = \"http://127.0.0.1:1\"\nkey = \"registrar.key\"\n\
             server_key = \"server.pub\"\ndemonstration = true\n\n[database]\nurl = \"{database}\"\n\n[notice]\nphone = \"01 23 45 67 89\"\n\
             security = \"vote.example/securite\"\nrgs = \"vote.example/rgs\"\n"
        );
        std::fs::write(folder.join("registrar.toml"), config)?;
        let mut rng = StdRng::from_rng(&mut ambient::rng());
        let voters: Vec<VoterId> = (0..bench.voters)
            .map(|_| VoterId::generate(&SystemClock, &mut rng))
            .collect();
        write_entitlements(&folder.join("entitlements.json"), &voters)?;
        let letters = usize::try_from(bench.letters)?;
        write_entitlements(&folder.join("letters.json"), voters.get(..letters).unwrap_or_default())?;
        let mut identifiers = BufWriter::new(std::fs::File::create(folder.join("identifiers.csv"))?);
        writeln!(identifiers, "matricule;numen;nir")?;
        for rank in 0..bench.voters {
            writeln!(identifiers, "{};{};", number(rank), numen(rank))?;
        }
        identifiers.flush()?;
        Ok(Stage {
            server: read_key(&folder.join("server.key"))?,
            http: isoloir_carriers::tls::http(None)?.build()?,
            folder,
            program,
            origin,
            voters,
        })
    }

    async fn command(&self, name: &'static str, arguments: &[&str]) -> anyhow::Result<CommandFigure> {
        eprintln!("{name}…");
        let whole = [&["registrar"], arguments, &["--config", "registrar.toml"]].concat();
        Ok(CommandFigure::of(name, self.program.measure(&whole).await?))
    }

    fn voter(&self, rank: u32) -> anyhow::Result<VoterId> {
        let at = usize::try_from(rank)?;
        self.voters.get(at).copied().context("no such voter")
    }

    /// Unlocks with the codes of the file, one voter after another.
    async fn unlock(&self, among: std::ops::Range<u32>, count: u32) -> anyhow::Result<Latencies> {
        let text = std::fs::read_to_string(self.folder.join("codes.csv"))?;
        let first = usize::try_from(among.start)?;
        let mut samples = Vec::new();
        for line in text.lines().skip(1 + first).take(usize::try_from(count)?) {
            let (voter, code) = (line.split(';').next(), line.rsplit(';').next());
            let (voter, code) = voter.zip(code).context("a row of codes.csv")?;
            let voter: VoterId = voter.parse()?;
            let expires = SystemClock.now().checked_add(SignedDuration::from_mins(5))?;
            let ticket = Ticket::new(session(), voter, expires).sign(&self.server)?;
            let authenticator = UnlockKeys::derive(code, voter.uuid())?.authenticator();
            let body = json!({ "ticket": ticket, "authenticator": *authenticator });
            let begun = Instant::now();
            let answer = self
                .http
                .post(format!("{}/unlock", self.origin))
                .json(&body)
                .send()
                .await?;
            let status = answer.status();
            answer.bytes().await?;
            samples.push(begun.elapsed());
            ensure!(status == StatusCode::OK, "unlock: {status}");
        }
        Ok(Latencies::of(samples))
    }

    /// Reissues at a steady pace, whoever is slow; each link is opened a moment after it was sent.
    async fn reissue(&self, bench: &CodesBench) -> anyhow::Result<(Latencies, Latencies)> {
        let config = RegistrarConfig::read(&self.folder.join("registrar.toml"))?;
        let inbox = std::sync::Arc::new(open_registrar(&config).await?);
        let mut tick = tokio::time::interval(Duration::from_secs(1) / bench.per_second.max(1));
        let mut voters = JoinSet::new();
        for rank in 0..bench.per_second * bench.seconds {
            tick.tick().await;
            let lost = LostCode {
                voter: self.voter(rank)?,
                number: rank,
            };
            let visit = Visit {
                origin: self.origin.clone(),
                http: self.http.clone(),
                request: lost.request(&self.origin, &self.server)?,
                phone: lost.phone(),
            };
            let inbox = std::sync::Arc::clone(&inbox);
            voters.spawn(async move { visit.reissue(&inbox).await });
        }
        let (mut asked, mut made) = (Vec::new(), Vec::new());
        while let Some(visit) = voters.join_next().await {
            let (to_link, to_code) = visit??;
            asked.push(to_link);
            made.push(to_code);
        }
        Ok((Latencies::of(asked), Latencies::of(made)))
    }
}

/// One voter who lost the code.
struct Visit {
    origin: String,
    http: reqwest::Client,
    request: Value,
    phone: String,
}

impl Visit {
    async fn reissue(self, inbox: &Registrar) -> anyhow::Result<(Duration, Duration)> {
        let begun = Instant::now();
        let answer = self
            .http
            .post(format!("{}/reissues", self.origin))
            .json(&self.request)
            .send()
            .await?;
        let status = answer.status();
        let said = answer.text().await?;
        let asked = begun.elapsed();
        ensure!(status == StatusCode::OK, "reissue: {status}: {said}");
        tokio::time::sleep(READING).await;
        let letters = inbox.demonstration_inbox().await?;
        let letter = letters.into_iter().find(|one| one.to == self.phone).context("no SMS")?;
        let link = letter.body.split_whitespace().find(|word| word.contains("/reassort/"));
        let link = link.context("no link in the SMS")?.trim_end_matches('.').to_owned();
        let begun = Instant::now();
        let answer = self.http.post(link).body("lang=fr").send().await?;
        let status = answer.status();
        answer.bytes().await?;
        let made = begun.elapsed();
        ensure!(status == StatusCode::OK, "new code: {status}");
        Ok((asked, made))
    }
}

fn session() -> SessionId {
    SessionId::generate(&mut ambient::rng())
}

fn number(rank: u32) -> String {
    format!("B{rank:08}")
}

fn write_entitlements(path: &Path, voters: &[VoterId]) -> anyhow::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let now = SystemClock.now();
    let closes = now.checked_add(SignedDuration::from_hours(24 * 8))?;
    let (title, organiser) = ("Élections professionnelles", "Académie de Valbrune (organisme fictif)");
    let head = Entitlements {
        group: "Ed25519".to_owned(),
        consultation: Some(EntitledConsultation {
            title: title.to_owned(),
            organiser: organiser.to_owned(),
            opens: now,
            closes,
            reissue: Preset::TwoDomains.policy(),
        }),
        elections: vec![EntitledElection {
            id: ELECTION.parse()?,
            title: "Comité social d’administration ministériel".to_owned(),
            consultation: title.to_owned(),
            organiser: organiser.to_owned(),
            opens: now,
            closes,
        }],
        voters: Vec::new(),
    };
    head.write_head(&mut file)?;
    for (rank, voter) in (0_u32..).zip(voters) {
        let place = rank / AT_ONE_PLACE;
        let line = EntitledVoter {
            id: *voter,
            number: number(rank),
            last_name: format!("D’Hérouville-Durand {rank}"),
            first_name: "Camille".to_owned(),
            elections: vec![ELECTION.parse()?],
            email: Some(format!("camille.{rank}@ac-valbrune.example")),
            language: None,
            delivery: Delivery {
                place: Some(Place {
                    code: format!("{place:06}"),
                    name: format!("Collège de la Lagune {place}"),
                }),
                address: Vec::new(),
            },
        };
        line.write(&mut file)?;
    }
    Ok(file.flush()?)
}
