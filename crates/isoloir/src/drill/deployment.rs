//! Two portal nodes behind one address, and a registrar, over the cluster.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use super::cluster::Cluster;
use super::forgetful::{self, Forgetful};
use super::gateway::Gateway;
use super::tool;
use crate::rehearse::{CORSE_2022, Scenario, Server, Site, free_port, front};

/// Delegates of the board: nobody counts here.
const DELEGATES: u32 = 2;
/// Nodes of the portal.
pub(super) const NODES: usize = 2;
/// Password of every voter.
pub(super) const PASSWORD: &str = "Bateau-lavande-27";

/// A vote that is open.
pub(super) struct Deployment {
    pub(super) site: Site,
    /// Name of the voting server's database.
    pub(super) database: String,
    nodes: Vec<Node>,
    registrar: Option<Server>,
    front: Child,
    mail_server: Option<Child>,
    mail_port: u16,
    pub(super) gateway: Gateway,
}

struct Node {
    name: &'static str,
    /// The clock by which it lives, as an offset from this machine's that libfaketime reads again and again.
    clock: PathBuf,
    /// Configuration, in the site's folder.
    file: String,
    origin: String,
    server: Option<Server>,
}

impl Deployment {
    /// Sets an election of `voters` up in an empty database, with the organiser's own commands, and opens it.
    pub(super) async fn open(
        folder: &Path,
        cluster: &Cluster,
        database: &str,
        voters: u32,
        executable: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let site = Site::prepare(folder, executable, Some(&cluster.url(database)), None).await?;
        // As its operator does: the nodes' login owns nothing.
        let owner = site
            .program
            .with_environment([("ISOLOIR_OWNER_URL", cluster.owner_url(database).into())]);
        owner.run(&["database", "prepare"]).await?;
        let gateway = Gateway::start(site.folder.join("kannel")).await?;
        let mail_port = send_for_real(&site, &gateway)?;
        let scenario = Scenario {
            registered: voters,
            ..Scenario::whole(CORSE_2022)
        };
        site.write_consultation(&scenario, "Ed25519")?;
        append(&site.folder.join("consultation/consultation.toml"), forgetful::POLICY)?;
        site.set_up(DELEGATES, "Ed25519").await?;
        std::fs::write(site.folder.join("identifiers.csv"), Forgetful::identifiers(voters))?;
        site.program
            .run(&[
                "registrar",
                "identifiers",
                "identifiers.csv",
                "--config",
                "registrar.toml",
            ])
            .await?;
        let server = crate::open_voting_server(&site.folder.join("server.toml")).await?;
        for consultation in server.consultations().await? {
            server.activate_all_for_rehearsal(&consultation.id, PASSWORD).await?;
        }
        let mut nodes = Vec::new();
        for name in ["node-1", "node-2"] {
            let (file, origin) = site.write_node(name, free_port()?)?;
            let clock = site.folder.join(format!("{name}.clock"));
            std::fs::write(&clock, "+0s")?;
            nodes.push(Node {
                name,
                clock,
                file,
                origin,
                server: None,
            });
        }
        let origins: Vec<_> = nodes.iter().map(|node| (node.name, node.origin.as_str())).collect();
        let front = front::start(&site, &origins)?;
        let mut deployment = Self {
            registrar: Some(site.start_registrar().await?),
            front,
            mail_server: None,
            mail_port,
            gateway,
            site,
            database: database.to_owned(),
            nodes,
        };
        deployment.start_mail_server()?;
        for number in 0..NODES {
            deployment.start_node(number).await?;
        }
        front::reached(&deployment.site).await?;
        Ok(deployment)
    }

    /// Starts a node of the portal.
    pub(super) async fn start_node(&mut self, number: usize) -> anyhow::Result<()> {
        let node = self.nodes.get_mut(number).context("no such node")?;
        let arguments = ["serve", "--config", &node.file];
        // Only the time of day: what measures durations goes on as it did.
        let program = self.site.program.with_environment([
            ("LD_PRELOAD", tool::other_time()?.into()),
            ("FAKETIME_TIMESTAMP_FILE", node.clock.clone().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]);
        node.server = Some(program.start(node.name, &node.origin, &arguments).await?);
        Ok(())
    }

    /// Sets a node's clock so many seconds beside this machine's.
    pub(super) fn set_clock(&self, number: usize, seconds: i32) -> anyhow::Result<()> {
        let node = self.nodes.get(number).context("no such node")?;
        // Nobody reads half of it.
        let new = node.clock.with_extension("new");
        std::fs::write(&new, format!("{seconds:+}s"))?;
        std::fs::rename(new, &node.clock)?;
        Ok(())
    }

    /// Starts the mail server, which keeps what it accepts.
    pub(super) fn start_mail_server(&mut self) -> anyhow::Result<()> {
        let address = format!("127.0.0.1:{}", self.mail_port);
        let mut command = Command::new(tool::PYTHON);
        command
            .args([
                "-m",
                "aiosmtpd",
                "-n",
                "-l",
                &address,
                "-c",
                "aiosmtpd.handlers.Mailbox",
            ])
            .arg(self.mailbox())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.mail_server = Some(command.kill_on_drop(true).spawn().context("aiosmtpd")?);
        Ok(())
    }

    /// Where the mail server keeps what it accepted.
    pub(super) fn mailbox(&self) -> PathBuf {
        self.site.folder.join("mailbox")
    }

    /// The process of the mail server.
    pub(super) fn mail_process(&self) -> Option<u32> {
        self.mail_server.as_ref()?.id()
    }

    /// Ends the mail server at once.
    pub(super) async fn kill_mail_server(&mut self) -> anyhow::Result<()> {
        match self.mail_server.take() {
            Some(mut server) => server.kill().await.context("aiosmtpd"),
            None => Ok(()),
        }
    }

    /// Asks a node to end: what it has begun it ends first.
    pub(super) async fn stop_node(&mut self, number: usize) -> anyhow::Result<()> {
        let node = self.nodes.get_mut(number).context("no such node")?;
        match node.server.take() {
            Some(server) => server.stop().await,
            None => Ok(()),
        }
    }

    /// Ends a node at once.
    pub(super) async fn kill_node(&mut self, number: usize) -> anyhow::Result<()> {
        let node = self.nodes.get_mut(number).context("no such node")?;
        match node.server.take() {
            Some(server) => server.kill().await,
            None => Ok(()),
        }
    }

    /// The process of a node.
    pub(super) fn node_process(&self, number: usize) -> Option<u32> {
        self.nodes.get(number)?.server.as_ref()?.process()
    }

    /// Ends the registrar at once.
    pub(super) async fn kill_registrar(&mut self) -> anyhow::Result<()> {
        match self.registrar.take() {
            Some(registrar) => registrar.kill().await,
            None => Ok(()),
        }
    }

    /// Starts it again.
    pub(super) async fn start_registrar(&mut self) -> anyhow::Result<()> {
        self.registrar = Some(self.site.start_registrar().await?);
        Ok(())
    }

    /// Asks everything to end, cleanly.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        for number in 0..NODES {
            self.stop_node(number).await?;
        }
        if let Some(registrar) = self.registrar.take() {
            registrar.stop().await?;
        }
        self.kill_mail_server().await?;
        self.gateway.kill().await?;
        self.front.kill().await.context("haproxy")
    }
}

/// Mail and SMS go to servers from now on, instead of staying in the outbox for a demonstration. Gives the port of the mail server.
fn send_for_real(site: &Site, gateway: &Gateway) -> anyhow::Result<u16> {
    let port = free_port()?;
    let mail = format!("\n[mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\nfrom = \"vote@valbrune.example\"\n");
    let server = site.folder.join("server.toml");
    let text = std::fs::read_to_string(&server)?;
    let real = text.replace("demonstration = true\n", "");
    anyhow::ensure!(real != text, "server.toml is not what it was");
    std::fs::write(server, format!("{real}{mail}"))?;
    let registrar = site.folder.join("registrar.toml");
    let text = std::fs::read_to_string(&registrar)?;
    // Only where it knows its own address does the registrar send links.
    let origin = site.registrar();
    std::fs::write(
        registrar,
        format!("origin = \"{origin}\"\n{text}{mail}{}", gateway.settings()),
    )?;
    Ok(port)
}

fn append(file: &Path, more: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)?;
    Ok(std::fs::write(file, format!("{text}{more}"))?)
}
