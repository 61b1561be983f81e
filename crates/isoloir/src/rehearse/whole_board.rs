//! The board of a whole electorate, played: keys, rehearsal, seal, closing, pages and minutes. What is signed is signed as its members' devices do.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use isoloir_domain::Seat;
use isoloir_service::VotingServer;
use isoloir_service::board::{Ended, Proposal};
use isoloir_service::enrol_staff::Enrolment;
use isoloir_service::second_factor::SecondFactor;
use jiff::SignedDuration;
use reqwest::Method;

use super::run::open;
use super::site::Site;
use crate::ambient;
use crate::cli::measured;
use crate::trustee::{StandIn, play_ceremony};
use crate::voter::Portal;

/// Its key in `consultation.toml`.
pub(super) const BOARD: &str = "bureau";
/// Who counts and signs: R. 211-552 wants the president for the seal.
const QUORUM: [Seat; 3] = [Seat::President, Seat::Delegate(1), Seat::Delegate(2)];
const PASSWORD: &str = "Givre-orange-38";
/// How long a code of the second factor is the same.
const CODE: Duration = Duration::from_secs(30);
/// A page of a board of a million voters may read all of them.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// The six minutes, as their addresses name them.
const MINUTES: [&str; 6] = [
    "blanche",
    "scellement",
    "ouverture",
    "incidents",
    "cloture",
    "depouillement",
];

/// Its composition, and how many vote in its rehearsal.
pub(super) fn toml(elections: &[String], rehearsing: u32) -> String {
    let mut toml = format!(
        "[policy.rehearsal]\nmost_voters = {rehearsing}\n[[boards]]\nkey = \"{BOARD}\"\ntitle = \"Bureau de vote\"\nelections = {elections:?}\n"
    );
    for seat in ["president", "secretary"] {
        toml += &format!("[boards.{seat}]\nname = \"{seat}\"\nemail = \"{seat}@bureau.example\"\n");
    }
    for list in 1..=4 {
        toml += &format!(
            "[[boards.delegates]]\nlist = \"L{list}\"\nname = \"delegate {list}\"\nemail = \"delegate-{list}@bureau.example\"\n"
        );
    }
    toml
}

/// Accounts of the members, their keys by the ceremony of the pages, and their key files.
pub(super) async fn keys(site: &Site) -> anyhow::Result<()> {
    let (server, mut rng) = (open(site).await?, ambient::rng());
    let folder = site.folder.join("board");
    std::fs::create_dir(&folder)?;
    let (mut members, mut secrets) = (Vec::new(), BTreeMap::new());
    for one in server.invite_board(None, BOARD, false).await? {
        let link = one.link.context("an account was there already")?;
        let token = link.rsplit('/').next().context("a link")?;
        let factor = server.staff_invitation(token).await?.second_factor;
        // The code of 30 seconds ago, so that the one of now is still to be used.
        let before = server.clock().now().checked_sub(SignedDuration::from_secs(30))?;
        let chosen = Enrolment {
            password: PASSWORD,
            confirmation: PASSWORD,
            code: &factor.code(before),
        };
        server.enrol_staff(token, chosen).await?;
        secrets.insert(one.email.clone(), factor.base32());
        let member = server.staff_with_email(&one.email).await?.context("an account")?.member;
        members.push(StandIn::new(&server, BOARD, member, &mut rng).await?);
    }
    play_ceremony(&server, &mut members, &mut rng).await?;
    let group = server.board_state(BOARD).await?.group()?;
    for member in &members {
        member.write_key(group, &folder)?;
    }
    std::fs::write(folder.join("accounts.json"), serde_json::to_vec(&secrets)?)?;
    Ok(())
}

/// The quorum decrypts the twins: the rehearsal passes.
pub(super) async fn count_rehearsal(site: &Site) -> anyhow::Result<()> {
    let (server, mut rng) = (board_server(site).await?, ambient::rng());
    let quorum = quorum(site, &server).await?;
    for twin in server.board_state(BOARD).await?.twins() {
        for member in &quorum {
            let body = member.decrypt(&server, &twin.id, &mut rng).await?;
            let sitting = server.sit(BOARD, &member.member).await?;
            server
                .board_decryption(&sitting, &twin.id, member.seat().owner(), &body)
                .await?;
        }
    }
    let state = server.board_state(BOARD).await?;
    let ended = state.rehearsal().and_then(|last| last.ended.as_ref());
    ensure!(
        matches!(ended, Some((_, Ended::Passed { .. }))),
        "the rehearsal: {ended:?}"
    );
    Ok(())
}

/// The seal is put to signature.
pub(super) async fn propose_seal(site: &Site) -> anyhow::Result<()> {
    let server = board_server(site).await?;
    propose(&server, &quorum(site, &server).await?, Proposal::Seal).await
}

/// What was proposed last is signed by the quorum, and is done.
pub(super) async fn sign(site: &Site) -> anyhow::Result<()> {
    let server = board_server(site).await?;
    sign_last(&server, &quorum(site, &server).await?).await
}

/// The vote of each election is closed by an act.
pub(super) async fn close(site: &Site) -> anyhow::Result<()> {
    let server = board_server(site).await?;
    let quorum = quorum(site, &server).await?;
    for election in server.board_state(BOARD).await?.elections {
        propose(
            &server,
            &quorum,
            Proposal::Close(election.id, "fin de l’essai".to_owned()),
        )
        .await?;
        sign_last(&server, &quorum).await?;
    }
    Ok(())
}

/// The seal and the counts checked now, as every few minutes.
pub(super) async fn check(site: &Site) -> anyhow::Result<()> {
    let server = board_server(site).await?;
    let check = server.check_seal(&server.board_state(BOARD).await?).await?;
    ensure!(check.sealed && check.holds(), "{:?}", check.alarms());
    Ok(())
}

/// Seconds of the president's pages, each twice.
pub(super) async fn pages(site: &Site) -> anyhow::Result<BTreeMap<String, [f64; 2]>> {
    let running = site.start().await?;
    let president = Signed::in_at(site).await?;
    let mut times = BTreeMap::new();
    for page in ["", "/suivi", "/depouillement", "/documents"] {
        let path = format!("/bureau/{BOARD}{page}");
        times.insert(
            path.clone(),
            [president.read(&path).await?.1, president.read(&path).await?.1],
        );
    }
    running.stop().await?;
    Ok(times)
}

/// Seconds until each of the minutes is drawn up, as a PDF; those of the count are then signed by the quorum.
pub(super) async fn minutes(site: &Site) -> anyhow::Result<BTreeMap<String, f64>> {
    let running = site.start().await?;
    let president = Signed::in_at(site).await?;
    let mut times = BTreeMap::new();
    for name in MINUTES {
        let (pdf, seconds) = president.read(&format!("/bureau/{BOARD}/pv/{name}.pdf")).await?;
        ensure!(pdf.starts_with(b"%PDF"), "{name}: no PDF");
        std::fs::write(site.folder.join(format!("{name}.pdf")), pdf)?;
        times.insert(name.to_owned(), seconds);
    }
    president.post(&format!("/bureau/{BOARD}/pv/depouillement")).await?;
    let server = open(site).await?;
    sign_last(&server, &quorum(site, &server).await?).await?;
    let state = server.board_state(BOARD).await?;
    let signed = state.acts.last().and_then(|act| act.statement.clone());
    std::fs::write(site.folder.join("depouillement.json"), signed.context("no minutes")?)?;
    running.stop().await?;
    Ok(times)
}

/// A seal is of one program: that of the commands.
async fn board_server(site: &Site) -> anyhow::Result<VotingServer> {
    let server = open(site).await?;
    measured(&server).await?;
    Ok(server)
}

async fn quorum(site: &Site, server: &VotingServer) -> anyhow::Result<Vec<StandIn>> {
    let board = server.board_state(BOARD).await?.board;
    let mut quorum = Vec::new();
    for member in board
        .members()
        .into_iter()
        .filter(|member| QUORUM.contains(&member.seat))
    {
        let account = server.staff_with_email(member.email).await?.context("an account")?;
        quorum.push(StandIn::again(server, BOARD, account.member, &site.folder.join("board")).await?);
    }
    Ok(quorum)
}

async fn propose(server: &VotingServer, quorum: &[StandIn], wish: Proposal) -> anyhow::Result<()> {
    let president = quorum.iter().find(|member| member.seat() == Seat::President);
    let sitting = server.sit(BOARD, &president.context("no president")?.member).await?;
    server.propose_act(&sitting, wish).await?;
    Ok(())
}

async fn sign_last(server: &VotingServer, quorum: &[StandIn]) -> anyhow::Result<()> {
    let state = server.board_state(BOARD).await?;
    let act = state.acts.last().context("nothing is proposed")?;
    let (group, text) = (state.group()?, act.act.text(BOARD, act.number));
    for member in quorum {
        let sitting = server.sit(BOARD, &member.member).await?;
        let body = member.sign(group, &text, &mut ambient::rng())?;
        server.sign_act(&sitting, act.number, body).await?;
    }
    let state = server.board_state(BOARD).await?;
    ensure!(
        state.acts.last().is_some_and(|act| act.done.is_some()),
        "not done: {text}"
    );
    Ok(())
}

/// The president, signed in at the portal.
struct Signed {
    portal: Portal,
    cookie: String,
}

impl Signed {
    async fn in_at(site: &Site) -> anyhow::Result<Self> {
        let server = open(site).await?;
        let secrets: BTreeMap<String, String> =
            serde_json::from_slice(&std::fs::read(site.folder.join("board/accounts.json"))?)?;
        let email = server.board_state(BOARD).await?.board.president.email;
        let factor = secrets.get(&email).and_then(|secret| SecondFactor::from_base32(secret));
        // A code serves once: where an earlier step has just used that of now, the next one comes.
        tokio::time::sleep(CODE).await;
        let code = factor.context("no second factor")?.code(server.clock().now());
        let session = server.staff_sign_in(&email, PASSWORD, &code).await?;
        Ok(Self {
            portal: Portal::at(&site.portal())?.with_timeout(PATIENCE),
            cookie: format!("isoloir-agent={}", session.token),
        })
    }

    /// The answer, and after how many seconds.
    async fn read(&self, path: &str) -> anyhow::Result<(Vec<u8>, f64)> {
        let begun = Instant::now();
        let request = self.portal.request(Method::GET, path).header("cookie", &self.cookie);
        let answer = request.send().await?;
        ensure!(answer.status().is_success(), "{path}: {}", answer.status());
        let bytes = answer.bytes().await?.to_vec();
        Ok((bytes, begun.elapsed().as_secs_f64()))
    }

    async fn post(&self, path: &str) -> anyhow::Result<()> {
        let request = self.portal.request(Method::POST, path).header("cookie", &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body("").send().await?;
        ensure!(answer.status() == 303, "{path}: {}", answer.status());
        Ok(())
    }
}
