//! What can go wrong, how it is done, and how it ends.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::cluster::{Cluster, Slow};
use super::deployment::{Deployment, NODES};
use super::tool::signal;

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A portal node is killed, and started again.
    NodeKilled,
    /// A portal node answers nothing for some seconds, and then goes on.
    NodeFrozen,
    /// Both portal nodes are killed.
    AllNodesKilled,
    /// The registrar is killed, and started again.
    RegistrarKilled,
    /// The host of the primary loses its power.
    PrimaryHostLost,
    /// The database server of the primary is killed; Patroni lives.
    PrimaryServerKilled,
    /// The host of the synchronous standby loses its power.
    StandbyHostLost,
    /// An operator moves the primary elsewhere.
    Switchover,
    /// The network of the primary's host is cut: it may think for a while that it still is the primary.
    PrimaryCutOff,
    /// The network of the standby's host is cut.
    StandbyCutOff,
    /// The standby does not write for some seconds: commits wait for it.
    StandbyStalled,
    /// The disk of the primary is full.
    PrimaryDiskFull,
    /// The database server of the primary works for a tenth of the time, as on a disk that makes everybody wait.
    PrimarySlow,
    /// A member of etcd is killed.
    CoordinatorKilled,
    /// The clock of a portal node jumps by up to an hour, and back.
    ClockJump,
    /// The mail server answers nothing for some seconds.
    MailServerFrozen,
    /// The mail server is killed, and started again.
    MailServerKilled,
    /// The SMS gateway answers nothing for some seconds.
    SmsGatewayFrozen,
    /// The SMS gateway is killed, and started again.
    SmsGatewayKilled,
    /// No fault, and it must not become one: tables of a newer version come, then each node is stopped and started again.
    Upgrade,
}

/// What was done, so that it can be undone.
pub(super) enum Injected {
    Nodes(Vec<usize>),
    Frozen(Vec<u32>),
    Registrar,
    HostLost(usize),
    CutOff(usize),
    DiskFull(usize),
    Slow(Slow),
    Coordinator(usize),
    Clock(usize),
    MailServer,
    SmsGateway,
    Nothing,
}

impl Fault {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// How long it lasts: some are over soon, a lost host comes back after the election of another.
    pub(super) fn lasts(self, rng: &mut StdRng) -> Duration {
        let millis = match self {
            Self::Switchover | Self::Upgrade => 0..1,
            Self::NodeKilled | Self::AllNodesKilled | Self::RegistrarKilled | Self::PrimaryServerKilled => 200..3_000,
            Self::NodeFrozen
            | Self::StandbyStalled
            | Self::MailServerFrozen
            | Self::MailServerKilled
            | Self::SmsGatewayFrozen
            | Self::SmsGatewayKilled => 1_000..6_000,
            Self::PrimaryDiskFull | Self::PrimarySlow | Self::CoordinatorKilled | Self::ClockJump => 3_000..10_000,
            Self::PrimaryHostLost | Self::StandbyHostLost | Self::PrimaryCutOff | Self::StandbyCutOff => 8_000..30_000,
        };
        Duration::from_millis(rng.random_range(millis))
    }

    /// Does it.
    pub(super) async fn inject(
        self,
        cluster: &mut Cluster,
        vote: &mut Deployment,
        rng: &mut StdRng,
    ) -> anyhow::Result<Injected> {
        let node = rng.random_range(0..NODES);
        Ok(match self {
            Self::NodeKilled => {
                vote.kill_node(node).await?;
                Injected::Nodes(vec![node])
            }
            Self::AllNodesKilled => {
                for number in 0..NODES {
                    vote.kill_node(number).await?;
                }
                Injected::Nodes((0..NODES).collect())
            }
            Self::NodeFrozen => {
                let id = vote.node_process(node).context("the node does not run")?;
                signal("STOP", &[id]).await?;
                Injected::Frozen(vec![id])
            }
            Self::RegistrarKilled => {
                vote.kill_registrar().await?;
                Injected::Registrar
            }
            Self::PrimaryHostLost => {
                let number = cluster.primary().await?;
                cluster.lose_host(number).await?;
                Injected::HostLost(number)
            }
            Self::StandbyHostLost => {
                let number = cluster.standby().await?;
                cluster.lose_host(number).await?;
                Injected::HostLost(number)
            }
            Self::PrimaryServerKilled => {
                cluster.kill_server(cluster.primary().await?).await?;
                Injected::Nothing
            }
            Self::Switchover => {
                cluster.switch_over().await?;
                Injected::Nothing
            }
            Self::PrimaryCutOff => {
                let number = cluster.primary().await?;
                cluster.host(number)?.cut_off().await?;
                Injected::CutOff(number)
            }
            Self::StandbyCutOff => {
                let number = cluster.standby().await?;
                cluster.host(number)?.cut_off().await?;
                Injected::CutOff(number)
            }
            Self::StandbyStalled => {
                let number = cluster.standby().await?;
                let processes = cluster.servers(number).await?;
                signal("STOP", &processes).await?;
                Injected::Frozen(processes)
            }
            Self::PrimaryDiskFull => {
                let number = cluster.primary().await?;
                cluster.host(number)?.fill().await?;
                Injected::DiskFull(number)
            }
            Self::CoordinatorKilled => {
                let numbers = cluster.numbers();
                let number = rng.random_range(numbers);
                cluster.kill_coordinator(number).await?;
                Injected::Coordinator(number)
            }
            Self::PrimarySlow => Injected::Slow(cluster.slow_down(cluster.primary().await?)?),
            Self::ClockJump => {
                let seconds = rng.random_range(30..3_600);
                vote.set_clock(node, if rng.random() { seconds } else { -seconds })?;
                Injected::Clock(node)
            }
            Self::MailServerFrozen => {
                let id = vote.mail_process().context("the mail server does not run")?;
                signal("STOP", &[id]).await?;
                Injected::Frozen(vec![id])
            }
            Self::MailServerKilled => {
                vote.kill_mail_server().await?;
                Injected::MailServer
            }
            Self::SmsGatewayFrozen => {
                let processes = vote.gateway.processes();
                signal("STOP", &processes).await?;
                Injected::Frozen(processes)
            }
            Self::SmsGatewayKilled => {
                vote.gateway.kill().await?;
                Injected::SmsGateway
            }
            Self::Upgrade => {
                cluster.add_to_tables(&vote.database, rng.random()).await?;
                for number in 0..NODES {
                    vote.stop_node(number).await?;
                    restart(vote, number).await?;
                }
                Injected::Nothing
            }
        })
    }
}

impl Injected {
    /// Ends the fault, as an operator or a supervisor of processes would.
    pub(super) async fn end(self, cluster: &mut Cluster, vote: &mut Deployment) -> anyhow::Result<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::Nodes(numbers) => {
                for number in numbers {
                    restart(vote, number).await?;
                }
                Ok(())
            }
            Self::Frozen(processes) => signal("CONT", &processes).await,
            Self::Registrar => vote.start_registrar().await,
            Self::HostLost(number) => cluster.start_host(number),
            Self::CutOff(number) => cluster.host(number)?.reconnect().await,
            Self::DiskFull(number) => {
                cluster.host(number)?.free()?;
                cluster.start_what_ended(number)
            }
            Self::Slow(server) => server.recover().await,
            Self::Clock(number) => vote.set_clock(number, 0),
            Self::MailServer => vote.start_mail_server(),
            Self::SmsGateway => vote.gateway.run().await,
            Self::Coordinator(number) => cluster.start_coordinator(number),
        }
    }
}

/// Tries of a supervisor, as of systemd's `Restart=always`: a node does not start while the database is between two primaries.
const RESTARTS: u32 = 20;

async fn restart(vote: &mut Deployment, number: usize) -> anyhow::Result<()> {
    for _ in 0..RESTARTS {
        if vote.start_node(number).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    bail!("a portal node does not start again")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_possible_value() {
            Some(value) => f.write_str(value.get_name()),
            None => Ok(()),
        }
    }
}
