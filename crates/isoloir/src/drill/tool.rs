//! Programs of the system that the drill runs.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

/// What must be installed, with the Debian package that has it.
const NEEDED: [(&str, &str); 10] = [
    ("ip", "iproute2"),
    ("etcd", "etcd-server"),
    ("patroni", "patroni"),
    ("haproxy", "haproxy"),
    ("psql", "postgresql-client"),
    ("runuser", "util-linux"),
    ("mount", "mount"),
    ("faketime", "faketime"),
    ("bearerbox", "kannel"),
    ("smsbox", "kannel"),
];

/// Refuses to begin where a program is missing, or without the rights to make networks and disks.
pub(super) async fn all_there() -> anyhow::Result<()> {
    let missing: Vec<_> = NEEDED
        .iter()
        .filter(|(program, _)| which(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    ensure!(
        missing.is_empty(),
        "the drill needs programs that are not installed: apt-get install {}",
        missing.join(" ")
    );
    succeed(PYTHON, ["-c", "import aiosmtpd"])
        .await
        .context("the drill needs a mail server: apt-get install python3-aiosmtpd")?;
    ensure!(
        Path::new(SMS_OPERATOR).exists(),
        "the drill needs an operator for SMS: apt-get install kannel-extras"
    );
    let user = succeed("id", ["-u"]).await?;
    ensure!(
        user.trim() == "0",
        "the drill gives each database host a network and a disk of its own: only root may (a container will do)"
    );
    Ok(())
}

/// Refuses a folder that only root may enter: the database servers run as another user, and would not find their configuration.
pub(super) async fn database_server_may_enter(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display().to_string();
    succeed("runuser", ["-u", "postgres", "--", "test", "-x", &shown])
        .await
        .with_context(|| format!("the user `postgres` may not enter {shown}: choose a folder that everybody may enter"))
        .map(drop)
}

/// Where a program is, of those that the system looks for.
pub(super) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The same of a program that is needed.
pub(super) fn path(program: &str) -> anyhow::Result<PathBuf> {
    which(program).with_context(|| format!("{program} is not installed"))
}

/// The library that tells a program another time than the system's.
pub(super) fn other_time() -> anyhow::Result<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").context("/usr/lib")?;
    folders
        .filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketime.so.1")))
        .find(|file| file.is_file())
        .context("libfaketime is missing: apt-get install faketime")
}

/// The mail server that the drill starts, and whose absence it names: Debian's Python runs it.
pub(super) const PYTHON: &str = "/usr/bin/python3";

/// Kannel's own fake operator, which receives SMS and says what it received.
pub(super) const SMS_OPERATOR: &str = "/usr/lib/kannel/test/fakesmsc";

/// Folder of PostgreSQL's server programs, the newest.
pub(super) fn postgresql() -> anyhow::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .context("PostgreSQL's server programs are missing: apt-get install postgresql")?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name()?.to_str()?.parse().ok()?;
            path.join("bin/postgres").is_file().then(|| (version, path.join("bin")))
        })
        .collect();
    found.sort();
    let (_, newest) = found.pop().context("PostgreSQL's server programs are missing")?;
    Ok(newest)
}

/// Runs a program to its end; what it printed.
///
/// # Errors
/// When it fails, with what it said.
pub(super) async fn succeed<const N: usize>(program: &str, arguments: [&str; N]) -> anyhow::Result<String> {
    let shown = format!("{program} {}", arguments.join(" "));
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .await
        .with_context(|| format!("cannot run {shown}"))?;
    if !output.status.success() {
        bail!("`{shown}`: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Sends a signal to processes; one that has ended meanwhile is no error.
pub(super) async fn signal(name: &str, processes: &[u32]) -> anyhow::Result<()> {
    if processes.is_empty() {
        return Ok(());
    }
    Command::new("kill")
        .arg(format!("-{name}"))
        .args(processes.iter().map(ToString::to_string))
        .stderr(Stdio::null())
        .status()
        .await
        .with_context(|| format!("kill -{name}"))?;
    Ok(())
}

/// The end of a log, for messages.
pub(super) fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
