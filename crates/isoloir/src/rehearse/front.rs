//! One address before several nodes of the portal: HAProxy, as docs/guides/cluster.md has it.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::process::{Child, Command};

use super::site::Site;
use crate::voter::Portal;

/// A node of the portal: its name and its own origin.
pub(crate) type Node<'a> = (&'a str, &'a str);

/// Leads the portal's address to its nodes until the child is dropped.
pub(crate) fn start(site: &Site, nodes: &[Node<'_>]) -> anyhow::Result<Child> {
    let file = site.folder.join("front.cfg");
    std::fs::write(&file, configuration(site, nodes))?;
    let mut proxy = Command::new("haproxy");
    proxy.arg("-f").arg(&file);
    proxy.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    proxy.kill_on_drop(true).spawn().context("haproxy")
}

/// Answers in a row after which the proxy knows its nodes: it asks one after the other.
const IN_A_ROW: u32 = 4;

/// The portal, once the proxy leads to its nodes.
pub(crate) async fn reached(site: &Site) -> anyhow::Result<Portal> {
    let portal = Portal::at(&site.portal())?;
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut answers = 0;
    while answers < IN_A_ROW {
        match portal.fetch("/healthz").await {
            Ok(_) => answers += 1,
            Err(error) => {
                ensure!(Instant::now() < deadline, "the proxy leads nowhere: {error}");
                answers = 0;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    Ok(portal)
}

/// Voters reach whichever node is well; what one does not answer is not asked of the other by the proxy, but by the voter.
fn configuration(site: &Site, nodes: &[Node<'_>]) -> String {
    let servers: Vec<_> = nodes
        .iter()
        .map(|(name, origin)| format!("  server {name} {} check", origin.trim_start_matches("http://")))
        .collect();
    format!(
        "global\n  maxconn 2000\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 60s\n  timeout server 60s\n  timeout queue 5s\n  \
         retries 1\n  option redispatch\nlisten portal\n  bind {}\n  balance roundrobin\n  option httpchk GET /healthz\n  \
         default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions\n{}\n",
        site.portal().trim_start_matches("http://"),
        servers.join("\n")
    )
}
