//! PostgreSQL made highly available by programs that others keep: Patroni decides who is primary, etcd remembers it, HAProxy leads there. The
//! configuration is the one of docs/guides/cluster.md, on three hosts of one machine.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use isoloir_store::ADDS;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::network::{Host, Network};
use super::tool::{last_lines, postgresql, signal, succeed};
use crate::rehearse::free_port;

/// Database hosts. Three, so that a majority is left when one is lost.
const HOSTS: u8 = 3;
/// How long everything may take to be well again.
const PATIENCE: Duration = Duration::from_secs(120);
const PASSWORD: &str = "drill";
/// The roles of a cluster that an operator sets up.
const ROLES: &str = include_str!("../../../../deploy/cluster/roles.sql");
/// A slow server works for so long, and then stands still for nine times as long.
const SHARE: Duration = Duration::from_millis(50);

/// The cluster, running.
pub(super) struct Cluster {
    network: Network,
    folder: PathBuf,
    binaries: PathBuf,
    members: Vec<Member>,
    proxy: Child,
    port: u16,
    http: reqwest::Client,
}

/// A database server that makes everybody wait.
pub(super) struct Slow {
    host: Host,
    stopping: JoinHandle<()>,
}

impl Slow {
    /// It works all the time again.
    pub(super) async fn recover(self) -> anyhow::Result<()> {
        self.stopping.abort();
        let _ = self.stopping.await;
        signal("CONT", &servers_on(&self.host).await?).await
    }
}

/// What runs on one host.
struct Member {
    name: String,
    coordinator: Option<Child>,
    keeper: Option<Child>,
}

impl Cluster {
    /// Starts everything in `folder`; [`Self::make_ready`] waits for it.
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let network = Network::connect(folder, HOSTS).await?;
        let port = free_port()?;
        std::fs::write(folder.join("haproxy.cfg"), proxy_configuration(port, network.hosts()))?;
        let mut cluster = Self {
            folder: folder.to_path_buf(),
            binaries: postgresql()?,
            members: (1..=HOSTS)
                .map(|number| Member {
                    name: format!("n{number}"),
                    coordinator: None,
                    keeper: None,
                })
                .collect(),
            proxy: spawn(
                Command::new("haproxy").arg("-f").arg(folder.join("haproxy.cfg")),
                &folder.join("haproxy.log"),
            )?,
            http: isoloir_carriers::tls::http(None)?
                .timeout(Duration::from_millis(900))
                .build()?,
            network,
            port,
        };
        for host in 0..cluster.members.len() {
            cluster.start_coordinator(host)?;
        }
        for host in 0..cluster.members.len() {
            cluster.start_keeper(host)?;
        }
        Ok(cluster)
    }

    /// Waits until there is a primary with a synchronous standby, and makes the roles of docs/guides/cluster.md, with passwords.
    pub(super) async fn make_ready(&self) -> anyhow::Result<()> {
        self.wait_until_whole().await?;
        let file = self.folder.join("roles.sql");
        let passwords = ["vote_owner", "vote"].map(|role| format!("ALTER ROLE {role} PASSWORD '{PASSWORD}';\n"));
        std::fs::write(&file, format!("{ROLES}{}", passwords.concat()))?;
        let file = file.display().to_string();
        let arguments = [&self.administrator("postgres"), "-v", "ON_ERROR_STOP=1", "-qf", &file];
        succeed("psql", arguments).await.map(drop)
    }

    /// The database `name`, wherever the primary is, for the nodes.
    pub(super) fn url(&self, name: &str) -> String {
        self.url_of("vote", name)
    }

    /// The same for whoever owns its tables.
    pub(super) fn owner_url(&self, name: &str) -> String {
        self.url_of("vote_owner", name)
    }

    fn administrator(&self, name: &str) -> String {
        self.url_of("postgres", name)
    }

    fn url_of(&self, login: &str, name: &str) -> String {
        format!("postgres://{login}:{PASSWORD}@127.0.0.1:{}/{name}", self.port)
    }

    /// Makes an empty database.
    pub(super) async fn create_database(&self, name: &str) -> anyhow::Result<()> {
        let statement = format!("CREATE DATABASE {name} OWNER vote_owner");
        tell(&self.administrator("postgres"), &statement).await
    }

    /// Drops a database, for the disks are small.
    pub(super) async fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        let statement = format!("DROP DATABASE {name} WITH (FORCE)");
        tell(&self.administrator("postgres"), &statement).await
    }

    /// What `isoloir database prepare` of a version to come does: columns and a table that this version does not know, recorded as what adds (docs/adr/0032). One table
    /// after the other, as its rules say.
    pub(super) async fn add_to_tables(&self, database: &str, number: u32) -> anyhow::Result<()> {
        let columns = [
            "box.ballot",
            "box.box_head",
            "server.poll_book",
            "server.session",
            "server.journal",
        ]
        .map(|table| format!("ALTER TABLE {table} ADD COLUMN drill_{number} TEXT"));
        let table = format!("CREATE TABLE server.drill_{number} (id INT)");
        let record = format!(
            "INSERT INTO server._sqlx_migrations (version, description, success, checksum, execution_time)
               VALUES (1000000 + {number}::BIGINT, '{ADDS}what the drill tries', TRUE, '', 0)"
        );
        for statement in columns.into_iter().chain([table, record]) {
            let as_owner = format!("SET ROLE isoloir_owner; SET lock_timeout = '10s'; {statement}");
            tell(&self.owner_url(database), &as_owner).await?;
        }
        Ok(())
    }

    /// A host by its number, from 0.
    pub(super) fn host(&self, number: usize) -> anyhow::Result<&Host> {
        self.network.hosts().get(number).context("no such host")
    }

    /// Every host's number.
    pub(super) fn numbers(&self) -> std::ops::Range<usize> {
        0..self.members.len()
    }

    /// The primary's host, once there is one.
    pub(super) async fn primary(&self) -> anyhow::Result<usize> {
        self.wait_for("primary").await
    }

    /// The host of the synchronous standby, once there is one: on a machine with much else to do it may have fallen behind since the cluster was whole.
    pub(super) async fn standby(&self) -> anyhow::Result<usize> {
        self.wait_for("synchronous").await
    }

    async fn wait_for(&self, role: &str) -> anyhow::Result<usize> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(number) = self.first_that_is(role).await {
                return Ok(number);
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        bail!("no {role} member after {} s", PATIENCE.as_secs())
    }

    async fn first_that_is(&self, role: &str) -> Option<usize> {
        for (number, host) in self.network.hosts().iter().enumerate() {
            let asked = self
                .http
                .get(format!("http://{}:8008/{role}", host.address))
                .send()
                .await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                return Some(number);
            }
        }
        None
    }

    /// Waits until all three members follow, one of them synchronously, and statements are answered.
    pub(super) async fn wait_until_whole(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.first_that_is("synchronous").await.is_some() && self.all_running().await && self.answers().await {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let logs: Vec<_> = self
            .members
            .iter()
            .map(|one| last_lines(&self.log(&one.name, "patroni")))
            .collect();
        bail!(
            "the cluster is not whole again after {} s:\n{}",
            PATIENCE.as_secs(),
            logs.join("\n--\n")
        )
    }

    async fn all_running(&self) -> bool {
        for host in self.network.hosts() {
            let asked = self
                .http
                .get(format!("http://{}:8008/patroni", host.address))
                .send()
                .await;
            let Ok(answer) = asked else { return false };
            let Ok(said) = answer.json::<serde_json::Value>().await else {
                return false;
            };
            if said.get("state").and_then(|state| state.as_str()) != Some("running") {
                return false;
            }
        }
        true
    }

    async fn answers(&self) -> bool {
        let url = self.administrator("postgres");
        let asked = succeed("psql", [&url, "-Atqc", "SELECT pg_is_in_recovery()"]);
        matches!(tokio::time::timeout(Duration::from_secs(3), asked).await, Ok(Ok(said)) if said.trim() == "f")
    }

    /// Asks Patroni to give the role of primary to the synchronous standby, as an operator does before work on a host.
    pub(super) async fn switch_over(&self) -> anyhow::Result<()> {
        let (from, to) = (self.primary().await?, self.standby().await?);
        let name = |number: usize| self.members.get(number).map(|one| one.name.clone());
        let asked = serde_json::json!({ "leader": name(from), "candidate": name(to) });
        let url = format!("http://{}:8008/switchover", self.host(from)?.address);
        // Patroni answers when it is done, which may take longer than a question about its state.
        let answer = self.http.post(url).timeout(PATIENCE).json(&asked).send().await?;
        anyhow::ensure!(answer.status().is_success(), "switchover: {}", answer.text().await?);
        Ok(())
    }

    /// Ends a host as a loss of power does: every process at once.
    pub(super) async fn lose_host(&self, number: usize) -> anyhow::Result<()> {
        signal("KILL", &self.host(number)?.processes().await?).await
    }

    /// Starts a host again.
    pub(super) fn start_host(&mut self, number: usize) -> anyhow::Result<()> {
        self.start_coordinator(number)?;
        self.start_keeper(number)
    }

    /// Starts again what ended by itself on a host, as systemd does: etcd ends when its disk is full.
    pub(super) fn start_what_ended(&mut self, number: usize) -> anyhow::Result<()> {
        let member = self.members.get_mut(number).context("no such host")?;
        let (coordinator, keeper) = (ended(&mut member.coordinator)?, ended(&mut member.keeper)?);
        if coordinator {
            self.start_coordinator(number)?;
        }
        if keeper {
            self.start_keeper(number)?;
        }
        Ok(())
    }

    /// Ends the database server of a host, which Patroni will notice.
    pub(super) async fn kill_server(&self, number: usize) -> anyhow::Result<()> {
        let file = self.host(number)?.disk.join("pg/postmaster.pid");
        let text = std::fs::read_to_string(&file).context("postmaster.pid")?;
        let id: u32 = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .parse()
            .context("postmaster.pid")?;
        signal("KILL", &[id]).await
    }

    /// The processes of the database server of a host, Patroni and etcd not among them.
    pub(super) async fn servers(&self, number: usize) -> anyhow::Result<Vec<u32>> {
        servers_on(self.host(number)?).await
    }

    /// Lets the database server of a host work for a tenth of the time, until [`Slow::recover`].
    pub(super) fn slow_down(&self, number: usize) -> anyhow::Result<Slow> {
        let host = self.host(number)?.clone();
        let stopping = tokio::spawn({
            let host = host.clone();
            async move {
                while let Ok(servers) = servers_on(&host).await {
                    let _ = signal("STOP", &servers).await;
                    tokio::time::sleep(9 * SHARE).await;
                    let _ = signal("CONT", &servers).await;
                    tokio::time::sleep(SHARE).await;
                }
            }
        });
        Ok(Slow { host, stopping })
    }

    /// Ends one member of etcd, which holds the memory of who is primary.
    pub(super) async fn kill_coordinator(&mut self, number: usize) -> anyhow::Result<()> {
        let member = self.members.get_mut(number).context("no such host")?;
        if let Some(mut coordinator) = member.coordinator.take() {
            coordinator.kill().await?;
        }
        Ok(())
    }

    /// Starts etcd on a host.
    pub(super) fn start_coordinator(&mut self, number: usize) -> anyhow::Result<()> {
        let hosts = self.network.hosts();
        let host = hosts.get(number).context("no such host")?;
        let names = hosts.iter().zip(&self.members);
        let peers: Vec<_> = names
            .map(|(host, member)| format!("{}=http://{}:2380", member.name, host.address))
            .collect();
        let member = self.members.get(number).context("no such host")?;
        let mut command = inside(host);
        command
            .args(["etcd", "--name", &member.name, "--data-dir"])
            .arg(host.disk.join("etcd"))
            .args(["--listen-client-urls", &format!("http://{}:2379", host.address)])
            .args(["--advertise-client-urls", &format!("http://{}:2379", host.address)])
            .args(["--listen-peer-urls", &format!("http://{}:2380", host.address)])
            .args([
                "--initial-advertise-peer-urls",
                &format!("http://{}:2380", host.address),
            ])
            .args(["--initial-cluster", &peers.join(","), "--log-level", "error"]);
        let started = spawn(&mut command, &self.log(&member.name, "etcd"))?;
        self.members.get_mut(number).context("no such host")?.coordinator = Some(started);
        Ok(())
    }

    /// Starts Patroni on a host, and by it PostgreSQL.
    pub(super) fn start_keeper(&mut self, number: usize) -> anyhow::Result<()> {
        let host = self.network.hosts().get(number).context("no such host")?;
        let member = self.members.get(number).context("no such host")?;
        let file = self.folder.join(format!("{}.yml", member.name));
        let hosts = self.network.hosts();
        std::fs::write(&file, keeper_configuration(&member.name, host, hosts, &self.binaries))?;
        let mut command = inside(host);
        command.arg("patroni").arg(&file);
        let started = spawn(&mut command, &self.log(&member.name, "patroni"))?;
        self.members.get_mut(number).context("no such host")?.keeper = Some(started);
        Ok(())
    }

    fn log(&self, name: &str, of: &str) -> PathBuf {
        self.folder.join(format!("{name}-{of}.log"))
    }

    /// Ends all processes, and takes networks and disks down.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        self.proxy.kill().await?;
        for number in self.numbers() {
            signal("CONT", &self.host(number)?.processes().await?).await?;
            self.lose_host(number).await?;
        }
        for member in &mut self.members {
            for child in member.keeper.iter_mut().chain(&mut member.coordinator) {
                child.wait().await?;
            }
        }
        self.network.take_down().await
    }
}

/// Statements, by PostgreSQL's own client.
async fn tell(url: &str, statements: &str) -> anyhow::Result<()> {
    succeed("psql", [url, "-v", "ON_ERROR_STOP=1", "-qc", statements])
        .await
        .map(drop)
}

async fn servers_on(host: &Host) -> anyhow::Result<Vec<u32>> {
    let is_server = |id: &u32| {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        name.trim() == "postgres"
    };
    Ok(host.processes().await?.into_iter().filter(is_server).collect())
}

/// A program on a host, as the user that PostgreSQL accepts.
fn inside(host: &Host) -> Command {
    let mut command = Command::new("ip");
    command
        .args(["netns", "exec", &host.namespace, "runuser", "-u", "postgres", "--"])
        .current_dir("/");
    command
}

fn ended(process: &mut Option<Child>) -> anyhow::Result<bool> {
    let Some(process) = process else { return Ok(false) };
    Ok(process.try_wait()?.is_some())
}

fn spawn(command: &mut Command, log: &Path) -> anyhow::Result<Child> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start what writes {}", log.display()))
}

/// Leads to the primary. Connections to one that is no longer it are ended at once.
fn proxy_configuration(port: u16, hosts: &[Host]) -> String {
    let servers: Vec<_> = (1..)
        .zip(hosts)
        .map(|(number, host)| format!("  server n{number} {}:5432 check port 8008", host.address))
        .collect();
    format!(
        "global\n  maxconn 400\ndefaults\n  mode tcp\n  timeout connect 2s\n  timeout client 1h\n  timeout server 1h\n  timeout check 2s\n  retries 1\n\
         listen primary\n  bind 127.0.0.1:{port}\n  option httpchk OPTIONS /primary\n  http-check expect status 200\n  \
         default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions\n{}\n",
        servers.join("\n")
    )
}

fn keeper_configuration(name: &str, host: &Host, hosts: &[Host], binaries: &Path) -> String {
    let coordinators: Vec<_> = hosts.iter().map(|host| format!("{}:2379", host.address)).collect();
    let (address, disk) = (host.address, host.disk.display());
    format!(
        "scope: vote\nname: {name}\nrestapi: {{listen: '{address}:8008', connect_address: '{address}:8008'}}\netcd3: {{hosts: '{}'}}\n\
         bootstrap:\n  dcs: {{ttl: 20, loop_wait: 3, retry_timeout: 5, maximum_lag_on_failover: 0, synchronous_mode: true, \
         synchronous_mode_strict: true, postgresql: {{use_pg_rewind: true, use_slots: true, parameters: {{wal_log_hints: 'on', max_wal_size: 96MB, \
         wal_keep_size: 64MB, max_connections: 120, shared_buffers: 48MB}}}}}}\n  initdb: [{{encoding: UTF8}}, {{locale: C.UTF-8}}, data-checksums]\n\
         postgresql:\n  listen: '{address}:5432'\n  connect_address: '{address}:5432'\n  data_dir: {disk}/pg\n  bin_dir: {}\n  pgpass: {disk}/pgpass\n  \
         parameters: {{unix_socket_directories: {disk}}}\n  pg_hba: ['local all all trust', 'host all all 10.0.0.0/8 scram-sha-256', 'host replication \
         all 10.0.0.0/8 scram-sha-256']\n  authentication: {{superuser: {{username: postgres, password: {PASSWORD}}}, replication: {{username: repl, \
         password: {PASSWORD}}}, rewind: {{username: rewind, password: {PASSWORD}}}}}\n",
        coordinators.join(","),
        binaries.display()
    )
}
