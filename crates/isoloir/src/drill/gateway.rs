//! The SMS gateway: a real Kannel, with its own fake operator, who notes every message.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::tool;
use crate::rehearse::free_port;

const USER: &str = "isoloir";
const PASSWORD: &str = "exercice";
/// Each program listens a moment after it was started.
const START_LIMIT: Duration = Duration::from_secs(30);

/// The gateway of one run.
pub(super) struct Gateway {
    folder: PathBuf,
    ports: Ports,
    /// The two programs of Kannel, and the operator; none while it is dead.
    running: Vec<Child>,
}

struct Ports {
    admin: u16,
    boxes: u16,
    operator: u16,
    send: u16,
}

impl Gateway {
    /// Starts one in a folder of its own.
    pub(super) async fn start(folder: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir(&folder)?;
        // Each message is a file as soon as it is accepted: a gateway that is killed loses none.
        std::fs::create_dir(folder.join("spool"))?;
        let ports = Ports {
            admin: free_port()?,
            boxes: free_port()?,
            operator: free_port()?,
            send: free_port()?,
        };
        std::fs::write(folder.join("kannel.conf"), configuration(&folder, &ports))?;
        let mut gateway = Self {
            folder,
            ports,
            running: Vec::new(),
        };
        gateway.run().await?;
        Ok(gateway)
    }

    /// What a server's configuration says of it.
    pub(super) fn settings(&self) -> String {
        let port = self.ports.send;
        format!(
            "\n[sms]\nkannel = \"http://127.0.0.1:{port}/cgi-bin/sendsms\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"\nsender = \"VOTE\"\n"
        )
    }

    /// Starts its programs, one after the other.
    pub(super) async fn run(&mut self) -> anyhow::Result<()> {
        let config = self.folder.join("kannel.conf");
        self.spawn("bearerbox", Command::new(tool::path("bearerbox")?).arg(&config))?;
        listens(self.ports.operator).await.context("bearerbox")?;
        listens(self.ports.boxes).await.context("bearerbox")?;
        let port = self.ports.operator.to_string();
        let mut operator = Command::new(tool::SMS_OPERATOR);
        operator.args(["-H", "127.0.0.1", "-r", &port, "-i", "0.01", "-m", "0"]);
        self.spawn("operator", &mut operator)?;
        self.spawn("smsbox", Command::new(tool::path("smsbox")?).arg(&config))?;
        listens(self.ports.send).await.context("smsbox")
    }

    /// Its log keeps what earlier lives of the gateway wrote. The operator reads messages to send from its input, which stays open.
    fn spawn(&mut self, name: &str, command: &mut Command) -> anyhow::Result<()> {
        let file = self.folder.join(format!("{name}.log"));
        let log = std::fs::File::options().create(true).append(true).open(file)?;
        command
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true);
        self.running.push(command.spawn().context(name.to_owned())?);
        Ok(())
    }

    /// Its processes.
    pub(super) fn processes(&self) -> Vec<u32> {
        self.running.iter().filter_map(Child::id).collect()
    }

    /// Ends it at once.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        for mut program in self.running.drain(..) {
            program.kill().await.context("the SMS gateway")?;
        }
        Ok(())
    }

    /// What reached telephones, as the operator notes it: number and text in a line.
    pub(super) fn delivered(&self) -> anyhow::Result<String> {
        let noted = std::fs::read(self.folder.join("operator.log"))?;
        Ok(String::from_utf8_lossy(&noted)
            .lines()
            .filter(|line| line.contains("Got message "))
            .collect::<Vec<_>>()
            .join("\n"))
    }
}

async fn listens(port: u16) -> anyhow::Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if Instant::now() > deadline {
            bail!("nothing listens on port {port}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn configuration(folder: &Path, ports: &Ports) -> String {
    let here = folder.display();
    let Ports {
        admin,
        boxes,
        operator,
        send,
    } = ports;
    format!(
        "group = core\nadmin-port = {admin}\nadmin-interface = \"127.0.0.1\"\nadmin-password = admin\nsmsbox-port = {boxes}\n\
         smsbox-interface = \"127.0.0.1\"\nbox-allow-ip = \"127.0.0.1\"\nstore-type = spool\nstore-location = \"{here}/spool\"\ndlr-storage = internal\n\n\
         group = smsc\nsmsc = fake\nsmsc-id = FAKE\nhost = 127.0.0.1\nport = {operator}\nconnect-allow-ip = \"127.0.0.1\"\n\n\
         group = smsbox\nbearerbox-host = 127.0.0.1\nsendsms-port = {send}\nsendsms-interface = \"127.0.0.1\"\n\n\
         group = sendsms-user\nusername = {USER}\npassword = \"{PASSWORD}\"\nmax-messages = 3\nconcatenation = true\n\n\
         group = sms-service\nkeyword = default\ntext = \"-\"\n"
    )
}
