//! The demonstration: a consultation of three elections, open now, in one process.
//!
//! Portal on one port, registrar on the next, a stand-in for FranceConnect after it; an SQLite file for each of the first two, in one folder
//! that is used again. The people, unions and organisation are invented. The folder holds everything that a real election keeps apart:
//! sample codes, the board's keys.

mod board;
mod samples;
mod stand_in;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use isoloir_domain::{Clock as _, Language, Role, Roles, SystemClock};
use isoloir_portal::{Demonstration, SampleAccount, SampleCommand, SampleKey, SampleStaff};
use isoloir_service::VotingServer;
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::invite_staff::StaffPlan;
use isoloir_service::review_roll::Decider;
use jiff::{RoundMode, SignedDuration, Unit, ZonedDateTimeRound};
use serde::{Deserialize, Serialize};

use crate::cli::demo_steps as steps;
use crate::config::{RegistrarConfig, ServerConfig};
use crate::private_file;

/// Password of every sample account.
const PASSWORD: &str = "Bateau-lavande-27";
/// Secret answer of every account that is active from the start.
const ANSWER: &str = "Deux-chevaux";
/// Password of every sample member of the staff.
const STAFF_PASSWORD: &str = "Phare-grenat-64";
/// The staff: two agents, since some acts take two people, whoever approves them, and an organiser.
const STAFF: [(&str, &str, Role); 4] = [
    ("Inès Moreau", "ines.moreau@assistance.valbrune.example", Role::Support),
    (
        "Bastien Roche",
        "bastien.roche@assistance.valbrune.example",
        Role::Support,
    ),
    (
        "Solange Petit",
        "solange.petit@assistance.valbrune.example",
        Role::Supervisor,
    ),
    ("Yann Corbel", "yann.corbel@gestion.valbrune.example", Role::Organiser),
];
/// The last voters of the roll keep an account to activate, from the mail in the inbox.
const TO_ACTIVATE: usize = 2;
const DAYS_OPEN: i64 = 7;
/// How long the registrar's process may take to end.
const LAST_REQUESTS: Duration = Duration::from_secs(20);
/// Rank of the voter who asks for help and complains.
const ASKING: usize = 4;
const TOML: &str = include_str!("../../demo/consultation.toml");

/// The folder of the demonstration's consultation.
#[derive(rust_embed::RustEmbed)]
#[folder = "demo/"]
struct Given;

/// Where the demonstration runs.
pub struct Demo {
    /// Port of the portal; the registrar and the stand-in for FranceConnect take the next two.
    pub port: u16,
    /// Its folder.
    pub folder: PathBuf,
    /// Throw away what is in the folder.
    pub reset: bool,
    /// Portal and registrar are two processes, as in a real election.
    pub split: bool,
}

/// What the folder keeps besides databases and keys: `demo.json`, the mark of a demonstration.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    accounts: Vec<Account>,
    staff: Vec<StaffAccount>,
}

/// A sample account: in a real election nobody has these together.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    name: String,
    email: String,
    password: Option<String>,
    code: String,
    /// NUMEN; made up, like the rest.
    #[serde(default)]
    numen: String,
    elections: usize,
}

/// A sample member of the staff, with the secret that only an authenticator should have.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaffAccount {
    name: String,
    roles: Roles,
    email: String,
    password: String,
    secret: String,
}

/// Makes the demonstration, or takes the one of the folder, and serves it until asked to end.
///
/// # Errors
/// When the folder holds something else, or a port is taken.
pub async fn run(demo: &Demo) -> anyhow::Result<()> {
    let folder = prepare(demo)?;
    write_configurations(&folder, demo.port)?;
    // Taken first: a port in use is told at once, not after everything was made.
    let at = |port| steps::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), None);
    let [portal_port, registrar_port, stand_in_port] =
        [at(demo.port).await?, at(demo.port + 1).await?, at(demo.port + 2).await?];
    let config = ServerConfig::read(&folder.join("server.toml"))?;
    let authority = RegistrarConfig::read(&folder.join("registrar.toml"))?;
    let registrar = Arc::new(steps::open_registrar(&authority).await?);
    let server = steps::open_server(&config).await?;
    let kept = match std::fs::read(folder.join("demo.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes).context("demo.json")?,
        Err(_) => make(&folder, &server, &registrar).await?,
    };
    let commands = commands(&folder);
    print!("{}", told(demo.port, &kept, &commands));
    let keys = board::keys(&folder.join("board"), &server).await?;
    let portal = steps::portal_config(&config, &server, Some(shown(&kept, &commands, keys)))?;
    let roll = Given::get("roll.csv").context("roll.csv")?.data;
    let stand_in = stand_in::serve(stand_in_port, &config.origin, &roll);
    let served = steps::serve_portal(server, portal, portal_port);
    if demo.split {
        // It opens its database and its port again, in a process of its own.
        registrar.store().close().await;
        drop(registrar_port);
        serve_apart(&folder, async { tokio::try_join!(stand_in, served).map(|_| ()) }).await?;
    } else {
        let registrar = steps::serve_registrar(registrar, steps::registrar_pages(&authority)?, registrar_port);
        tokio::try_join!(registrar, stand_in, served)?;
    }
    Ok(())
}

/// The registrar as a process of its own, `isoloir registrar serve`, beside what this one serves; asked to end when that ends.
async fn serve_apart(folder: &Path, served: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut process = tokio::process::Command::new(std::env::current_exe()?)
        .args(["registrar", "serve", "--config"])
        .arg(folder.join("registrar.toml"))
        .kill_on_drop(true)
        .spawn()
        .context("the registrar's process")?;
    tokio::pin!(served);
    tokio::select! {
        status = process.wait() => {
            let status = status?;
            // A terminal asks both to end.
            if status.success() { served.await } else { bail!("the registrar's process ended: {status}") }
        }
        done = &mut served => {
            if let Some(id) = process.id() {
                let ask = tokio::process::Command::new("kill").args(["-TERM", &id.to_string()]).status();
                ask.await.context("kill -TERM")?;
                // Ended by its drop, should it not listen.
                let _ = tokio::time::timeout(LAST_REQUESTS, process.wait()).await;
            }
            done
        }
    }
}

/// The folder: new, or a demonstration's. Never anything else.
fn prepare(demo: &Demo) -> anyhow::Result<PathBuf> {
    let marked = demo.folder.join("demo.json").exists() || demo.folder.join("demo.begun").exists();
    let occupied = demo.folder.is_dir() && std::fs::read_dir(&demo.folder)?.next().is_some();
    if occupied && !marked {
        bail!(
            "{} holds something that is not a demonstration: choose another --data",
            demo.folder.display()
        );
    }
    // A demonstration that was interrupted while it was made is made again.
    let unfinished = marked && !demo.folder.join("demo.json").exists();
    if occupied && (demo.reset || unfinished) {
        std::fs::remove_dir_all(&demo.folder)?;
    }
    std::fs::create_dir_all(&demo.folder).with_context(|| format!("cannot make {}", demo.folder.display()))?;
    let folder = demo.folder.canonicalize()?;
    if !folder.join("demo.json").exists() {
        std::fs::write(
            folder.join("demo.begun"),
            "A demonstration is being made in this folder.\n",
        )?;
        for name in ["server", "registrar"] {
            steps::new_key(&folder.join(name))?;
        }
    }
    Ok(folder)
}

/// Both configurations, written at every start since the port may be another one.
fn write_configurations(folder: &Path, port: u16) -> anyhow::Result<()> {
    let next = port.checked_add(1).context("the registrar needs the next port")?;
    let after = port
        .checked_add(2)
        .context("the stand-in for FranceConnect needs the port after it")?;
    let (portal, registrar) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{next}"));
    let server = format!(
        "listen = \"127.0.0.1:{port}\"\norigin = \"{portal}\"\nregistrar_origin = \"{registrar}\"\nkey = \"server.key\"\n\
         registrar_key = \"registrar.pub\"\ndemonstration = true\n\n[database]\nurl = \"sqlite:server.db\"\n\n[franceconnect]\nissuer = \"{}\"\nclient_id = \"{}\"\n\
         client_secret = \"{}\"\nhelp_url = \"https://franceconnect.gouv.fr/\"\n",
        stand_in::issuer(after),
        stand_in::CLIENT,
        stand_in::SECRET
    );
    let authority = format!(
        "listen = \"127.0.0.1:{next}\"\norigin = \"{registrar}\"\nportal_origin = \"{portal}\"\nkey = \"registrar.key\"\n\
         server_key = \"server.pub\"\ndemonstration = true\n\n[database]\nurl = \"sqlite:registrar.db\"\n"
    );
    private_file::replace_public(&folder.join("server.toml"), server.as_bytes())?;
    private_file::replace_public(&folder.join("registrar.toml"), authority.as_bytes())
}

/// Two persons of the demonstration share their identity at birth, to show what FranceConnect then says: somebody must say that they are two.
async fn pass_gates(server: &VotingServer) -> anyhow::Result<()> {
    for consultation in server.consultations().await? {
        let review = server.review_roll(&consultation).await?;
        for gate in review.standing() {
            let by = Decider::Named("Organisatrice de la démonstration");
            let reason = "Démonstration\u{a0}: deux personnes inventées, nées le même jour au même endroit";
            server.waive_gate(&consultation.id, &gate.key(), by, reason).await?;
        }
    }
    Ok(())
}

/// The sequence of docs/guides/organiser.md, in one process.
async fn make(folder: &Path, server: &VotingServer, registrar: &isoloir_registrar::Registrar) -> anyhow::Result<Kept> {
    steps::apply(server, &files_open_now()?).await?;
    pass_gates(server).await?;
    let entitlements = steps::entitlements(server).await?;
    let (board, trustees) = board::make(&folder.join("board"), server).await?;
    steps::set_up(server, registrar, &entitlements, &trustees).await?;
    let mut codes = steps::codes(registrar, &entitlements).await?;
    let mut accounts = Vec::new();
    let voters = steps::voters(server).await?;
    steps::sample_identifiers(registrar, &voters).await?;
    for (rank, voter) in voters.iter().enumerate() {
        let entitled = entitlements
            .voters
            .iter()
            .find(|one| one.id == voter.id)
            .context("a voter without election")?;
        let activated = rank + TO_ACTIVATE < entitlements.voters.len();
        if activated {
            let token = server.activation_token(voter.id).await?;
            let step = server.choose_password(&token, PASSWORD, PASSWORD).await?;
            server
                .activate_account(&token, &step, Some(0), ANSWER, Language::French)
                .await?;
        }
        accounts.push(Account {
            name: voter.full_name(),
            email: voter.identifier().to_owned(),
            password: activated.then(|| PASSWORD.to_owned()),
            code: codes.remove(&voter.id).context("a voter without code")?,
            numen: steps::sample_numen(&voter.number),
            elections: entitled.elections.len(),
        });
    }
    for consultation in server.consultations().await? {
        server.send_invitations(&consultation.id).await?;
    }
    let mut staff = board;
    for (name, email, role) in STAFF {
        staff.push(enrol(server, name, email, role).await?);
    }
    let waiting = voters.last().context("a voter")?.id;
    let asking = accounts.get(ASKING).context("a voter who asks for help")?;
    samples::make(server, (&asking.email, PASSWORD), waiting, STAFF[0].1).await?;
    let kept = Kept { accounts, staff };
    private_file::create(&folder.join("demo.json"), &serde_json::to_vec_pretty(&kept)?)?;
    std::fs::remove_file(folder.join("demo.begun"))?;
    Ok(kept)
}

/// Invites and enrols a sample member of the staff. The code is that of 30 seconds ago, so that the current one is still to be used.
async fn enrol(server: &VotingServer, name: &str, email: &str, role: Role) -> anyhow::Result<StaffAccount> {
    let plan = StaffPlan {
        elections: Vec::new(),
        name: name.to_owned(),
        email: email.to_owned(),
        roles: Roles::new([role])?,
        consultation: None,
    };
    let link = server.invite_staff(None, &plan, false).await?.link;
    let token = link.rsplit('/').next().context("a link")?;
    let factor = server.staff_invitation(token).await?.second_factor;
    let before = server.clock().now().checked_sub(SignedDuration::from_secs(30))?;
    let chosen = Enrolment {
        password: STAFF_PASSWORD,
        confirmation: STAFF_PASSWORD,
        code: &factor.code(before),
    };
    server.enrol_staff(token, chosen).await?;
    Ok(StaffAccount {
        name: plan.name,
        roles: plan.roles,
        email: plan.email,
        password: STAFF_PASSWORD.to_owned(),
        secret: factor.base32(),
    })
}

/// The consultation's folder, with opening now.
fn files_open_now() -> anyhow::Result<steps::Files> {
    let mut files: steps::Files = Given::iter()
        .filter_map(|name| Some((name.to_string(), Given::get(&name)?.data.into_owned())))
        .collect();
    files.insert("consultation.toml".to_owned(), toml_open_now()?.into_bytes());
    Ok(files)
}

/// The consultation's file with opening now and closing in seven days, at the full hour before.
fn toml_open_now() -> anyhow::Result<String> {
    let now = SystemClock.now();
    let zone = jiff::tz::TimeZone::get("Europe/Paris")?;
    let full_hour = ZonedDateTimeRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc);
    let opens = now.to_zoned_datetime(zone.clone()).round(full_hour)?;
    let closes = now.checked_add(SignedDuration::from_hours(24 * DAYS_OPEN))?;
    let closes = closes.to_zoned_datetime(zone).round(full_hour)?;
    let lines = TOML.lines().map(|line| match line.split_once(" = ") {
        Some(("opens", _)) => format!("opens = \"{opens}\""),
        Some(("closes", _)) => format!("closes = \"{closes}\""),
        _ => line.to_owned(),
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn commands(folder: &Path) -> Vec<SampleCommand> {
    let program = std::env::args().next().unwrap_or_else(|| "isoloir".to_owned());
    let folder = folder.display();
    let command = |fr: &str, en: &str, command: String| SampleCommand {
        fr: fr.into(),
        en: en.into(),
        command,
    };
    vec![
        command(
            "Clore le vote maintenant",
            "Close the vote now",
            format!("{program} close --now --config {folder}/server.toml"),
        ),
        command(
            "Dépouiller, avec le secrétaire et deux délégués sur trois",
            "Count, with the secretary and two delegates of three",
            format!(
                "{program} count --config {folder}/server.toml --out {folder}/archives --key {folder}/board/secretary.key \
                 --key {folder}/board/delegate-1.key --key {folder}/board/delegate-3.key"
            ),
        ),
        command(
            "Vérifier les archives, sans faire confiance au serveur",
            "Verify the archives, without trusting the server",
            format!("{} {folder}/archives/*.bel", verifier(&program)),
        ),
    ]
}

/// The auditor's program beside this one.
fn verifier(program: &str) -> String {
    program.strip_suffix("isoloir").map_or_else(
        || "isoloir-verify".to_owned(),
        |folder| format!("{folder}isoloir-verify"),
    )
}

fn shown(kept: &Kept, commands: &[SampleCommand], keys: Vec<SampleKey>) -> Demonstration {
    let accounts = kept
        .accounts
        .iter()
        .map(|account| SampleAccount {
            name: account.name.clone(),
            email: account.email.clone(),
            password: account.password.clone(),
            code: Some(account.code.clone()),
            numen: account.numen.clone(),
        })
        .collect();
    let staff = kept.staff.iter().map(|one| SampleStaff {
        name: one.name.clone(),
        roles: one.roles.clone(),
        email: one.email.clone(),
        password: one.password.clone(),
        secret: one.secret.clone(),
    });
    Demonstration {
        accounts,
        staff: staff.collect(),
        keys,
        commands: commands.to_vec(),
    }
}

fn told(port: u16, kept: &Kept, commands: &[SampleCommand]) -> String {
    let mut text = format!(
        "\nIsoloir, demonstration (invented people, a board on one machine: nothing of this is an election)\n\n  \
         portal      http://127.0.0.1:{port}\n  inbox       http://127.0.0.1:{port}/demonstration/boite\n  \
         registrar   http://127.0.0.1:{}\n  \
         stand-in for FranceConnect  http://127.0.0.1:{}\n\n",
        u32::from(port) + 1,
        u32::from(port) + 2
    );
    for account in &kept.accounts {
        let password = account.password.as_deref().unwrap_or("to activate: see the inbox");
        text.push_str(&format!(
            "  {:<22} {:<42} {:<27} {}  ({} election(s))  NUMEN {}\n",
            account.name, account.email, password, account.code, account.elections, account.numen
        ));
    }
    text.push_str("\n  The staff signs in at /gestion/connexion; /demonstration shows the current codes.\n");
    for one in &kept.staff {
        text.push_str(&format!(
            "  staff  {}  {}  {}  {}\n",
            one.roles, one.email, one.password, one.secret
        ));
    }
    for command in commands {
        text.push_str(&format!("\n{}:\n  {}\n", command.en, command.command));
    }
    text + "\nCtrl-C stops the demonstration; the same command takes it up again, --reset makes a new one.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consultation_opens_before_now_and_closes_within_seven_days() {
        let text = toml_open_now().unwrap();
        assert!(text.contains("[Europe/Paris]\"\ncloses = \""), "{text}");
        assert_eq!(text.lines().count(), TOML.lines().count());
    }

    #[test]
    fn a_folder_with_anything_else_is_refused_even_with_reset() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.tex"), "x").unwrap();
        let demo = Demo {
            port: 1,
            folder: folder.path().to_path_buf(),
            reset: true,
            split: false,
        };
        assert!(prepare(&demo).is_err());
        assert!(folder.path().join("thesis.tex").exists());
    }
}
