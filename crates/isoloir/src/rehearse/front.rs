//! One address before several nodes of the portal: HAProxy, as docs/guides/cluster.md has it.

use std::process::Stdio;

use anyhow::Context;
use tokio::process::{Child, Command};

use super::site::Site;

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
