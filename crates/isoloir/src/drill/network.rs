//! A network and a disk for each database host: a namespace of the kernel whose cable can be pulled, a file system in memory that can be filled.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::tool::succeed;

/// Space of a host's disk. A run takes a tenth of it; what is kept of the log for a server that is away, and etcd's memory, grow over many runs.
const DISK: &str = "size=1g,mode=0755";

/// The switch to which all hosts are connected, and this machine.
pub(super) struct Network {
    bridge: String,
    /// 10.77.`subnet`.0/24.
    subnet: u8,
    hosts: Vec<Host>,
}

/// A host: its namespace, address and disk.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) namespace: String,
    pub(super) address: Ipv4Addr,
    /// Where its disk is mounted.
    pub(super) disk: PathBuf,
    cable: String,
}

impl Network {
    /// Connects `count` hosts, whose disks are below `folder`.
    pub(super) async fn connect(folder: &Path, count: u8) -> anyhow::Result<Self> {
        // Two drills at once on one machine do not meet.
        let subnet = u8::try_from(std::process::id() % 250).unwrap_or_default();
        let mut network = Self {
            bridge: format!("drill{subnet}"),
            subnet,
            hosts: Vec::new(),
        };
        network.remove_left_over(count).await;
        let here = format!("{}/24", network.at(1));
        succeed("ip", ["link", "add", &network.bridge, "type", "bridge"])
            .await
            .context("no bridge can be made here: the drill needs the rights of a network administrator")?;
        succeed("ip", ["addr", "add", &here, "dev", &network.bridge]).await?;
        succeed("ip", ["link", "set", &network.bridge, "up"]).await?;
        for number in 1..=count {
            let host = network.host(folder, number).await?;
            network.hosts.push(host);
        }
        Ok(network)
    }

    fn at(&self, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 77, self.subnet, last)
    }

    async fn host(&self, folder: &Path, number: u8) -> anyhow::Result<Host> {
        let host = Host {
            namespace: format!("{}h{number}", self.bridge),
            address: self.at(10 + number),
            disk: folder.join(format!("host-{number}")),
            cable: format!("{}c{number}", self.bridge),
        };
        let (namespace, cable) = (host.namespace.as_str(), host.cable.as_str());
        succeed("ip", ["netns", "add", namespace]).await?;
        succeed(
            "ip",
            [
                "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace,
            ],
        )
        .await?;
        succeed("ip", ["link", "set", cable, "master", &self.bridge, "up"]).await?;
        let address = format!("{}/24", host.address);
        succeed("ip", ["-n", namespace, "addr", "add", &address, "dev", "eth0"]).await?;
        succeed("ip", ["-n", namespace, "link", "set", "eth0", "up"]).await?;
        succeed("ip", ["-n", namespace, "link", "set", "lo", "up"]).await?;
        std::fs::create_dir_all(&host.disk)?;
        let disk = host.disk.display().to_string();
        succeed("mount", ["-t", "tmpfs", "-o", DISK, "drill", &disk]).await?;
        succeed("chown", ["postgres:postgres", &disk]).await?;
        Ok(host)
    }

    /// The hosts.
    pub(super) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// What a drill that was killed may have left under these names.
    async fn remove_left_over(&self, count: u8) {
        for number in 1..=count {
            let _ = succeed("ip", ["netns", "del", &format!("{}h{number}", self.bridge)]).await;
        }
        let _ = succeed("ip", ["link", "del", &self.bridge]).await;
    }

    /// Unmounts and removes everything. The processes on the hosts have ended.
    pub(super) async fn take_down(self) -> anyhow::Result<()> {
        for host in &self.hosts {
            succeed("umount", ["-l", &host.disk.display().to_string()]).await?;
            succeed("ip", ["netns", "del", &host.namespace]).await?;
        }
        succeed("ip", ["link", "del", &self.bridge]).await?;
        Ok(())
    }
}

impl Host {
    /// All processes on it.
    pub(super) async fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let said = succeed("ip", ["netns", "pids", &self.namespace]).await?;
        Ok(said.split_whitespace().filter_map(|id| id.parse().ok()).collect())
    }

    /// Pulls its cable: nobody reaches it, and it reaches nobody.
    pub(super) async fn cut_off(&self) -> anyhow::Result<()> {
        succeed("ip", ["link", "set", &self.cable, "down"]).await.map(drop)
    }

    /// Puts the cable back.
    pub(super) async fn reconnect(&self) -> anyhow::Result<()> {
        succeed("ip", ["link", "set", &self.cable, "up"]).await.map(drop)
    }

    /// Leaves no free byte on its disk.
    pub(super) async fn fill(&self) -> anyhow::Result<()> {
        let ballast = self.ballast();
        // Fails for want of space when it has taken all of it, which is what is wanted.
        let _ = succeed("dd", ["if=/dev/zero", &format!("of={}", ballast.display()), "bs=64k"]).await;
        anyhow::ensure!(ballast.exists(), "the disk could not be filled");
        Ok(())
    }

    /// Frees what [`Self::fill`] took.
    pub(super) fn free(&self) -> anyhow::Result<()> {
        match std::fs::remove_file(self.ballast()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn ballast(&self) -> PathBuf {
        self.disk.join("ballast")
    }
}
