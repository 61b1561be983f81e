//! Real processes: the program's own commands, run as an operator would run them.

use std::ffi::{OsStr, OsString};
use std::io::Seek as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rand::RngExt as _;
use tokio::process::{Child, Command};

/// The program and the folder in which its commands run.
#[derive(Debug, Clone)]
pub struct Program {
    executable: PathBuf,
    folder: PathBuf,
    /// Added to the environment that this process has.
    environment: Vec<(&'static str, OsString)>,
}

/// What a command took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Wall-clock seconds.
    pub seconds: f64,
    /// CPU seconds of all its threads, where the system tells.
    pub cpu_seconds: Option<f64>,
    /// Most memory that was resident, in MB (10^6 bytes), where the system tells.
    pub peak_mb: Option<f64>,
}

/// Clock ticks of `/proc`, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A server that ends with this value, unless it was stopped before.
pub struct Server {
    child: Child,
    name: &'static str,
}

impl Program {
    /// The program that is running now, its commands run in `folder`.
    ///
    /// # Errors
    /// When the system does not say which file that is.
    pub fn current(folder: &Path) -> anyhow::Result<Self> {
        let executable = std::env::current_exe().context("which program is running?")?;
        Ok(Self {
            executable,
            folder: folder.to_path_buf(),
            environment: Vec::new(),
        })
    }

    /// A given program, its commands run in `folder`.
    #[must_use]
    pub fn at(executable: &Path, folder: &Path) -> Self {
        Self {
            executable: executable.to_path_buf(),
            folder: folder.to_path_buf(),
            environment: Vec::new(),
        }
    }

    /// Runs one command to its end and returns what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub async fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<String> {
        let shown = shown(arguments);
        let output = self
            .command(arguments)
            .output()
            .await
            .with_context(|| format!("cannot run {shown}"))?;
        if !output.status.success() {
            bail!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs one command to its end and tells what it took.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub async fn measure<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<Measured> {
        let begun = Instant::now();
        let mut said = tempfile::tempfile()?;
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(said.try_clone()?).spawn()?;
        let process = child.id().map_or_else(String::new, |id| id.to_string());
        let (mut ticks, mut peak) = (None, None);
        // What the system tells of a process is gone with it: looked at again and again until then.
        let status = loop {
            (ticks, peak) = (cpu_ticks(&process).or(ticks), memory_kib(&process, "VmHWM").or(peak));
            if let Ok(status) = tokio::time::timeout(Duration::from_millis(20), child.wait()).await {
                break status?;
            }
        };
        if !status.success() {
            said.rewind()?;
            let said = std::io::read_to_string(said)?;
            let last = said.lines().next_back().unwrap_or_default();
            bail!("`{}` failed: {last}", shown(arguments));
        }
        Ok(Measured {
            seconds: begun.elapsed().as_secs_f64(),
            cpu_seconds: ticks.map(seconds_of),
            peak_mb: peak.map(megabytes),
        })
    }

    /// Starts a server whose output goes to `NAME.log`, and waits until `GET {origin}/healthz` answers.
    ///
    /// # Errors
    /// When it ends, or does not answer within 30 seconds.
    pub async fn start<S: AsRef<OsStr>>(
        &self,
        name: &'static str,
        origin: &str,
        arguments: &[S],
    ) -> anyhow::Result<Server> {
        let log = self.folder.join(format!("{name}.log"));
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .context("server log")?;
        let child = self
            .command(arguments)
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut server = Server { child, name };
        server.wait_until_healthy(origin, &log).await?;
        Ok(server)
    }

    /// The same program in another environment.
    #[must_use]
    pub fn with_environment(&self, variables: impl IntoIterator<Item = (&'static str, OsString)>) -> Self {
        let mut program = self.clone();
        program.environment.extend(variables);
        program
    }

    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.executable);
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command
    }
}

impl Server {
    async fn wait_until_healthy(&mut self, origin: &str, log: &Path) -> anyhow::Result<()> {
        let http = isoloir_carriers::tls::http(None)?
            .timeout(Duration::from_secs(2))
            .build()?;
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                let said = std::fs::read_to_string(log).unwrap_or_default();
                bail!("{} ended ({status}): {}", self.name, said.trim());
            }
            if http
                .get(format!("{origin}/healthz"))
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("{} does not answer at {origin}", self.name)
    }

    /// Its number, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// CPU time that the server has used, in clock ticks; `None` where the system does not tell.
    #[must_use]
    pub fn cpu_ticks(&self) -> Option<u64> {
        cpu_ticks(&self.child.id()?.to_string())
    }

    /// Its memory in MB (10^6 bytes), by a field that [`memory_kib`] knows; `None` where the system does not tell.
    #[must_use]
    pub(crate) fn memory_mb(&self, field: &str) -> Option<f64> {
        memory_kib(&self.child.id()?.to_string(), field).map(megabytes)
    }

    /// Asks the server to end (SIGTERM) and waits for it.
    ///
    /// # Errors
    /// When it does not end cleanly within 30 seconds.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(id) = self.child.id() {
            // The standard library has no SIGTERM; the command is in every system that has signals.
            Command::new("kill")
                .args(["-TERM", &id.to_string()])
                .status()
                .await
                .context("kill -TERM")?;
        }
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        let status = ended.with_context(|| format!("{} does not end on SIGTERM", self.name))??;
        if status.success() {
            Ok(())
        } else {
            bail!("{} ended with {status}", self.name)
        }
    }

    /// Ends the server as a crash would: SIGKILL.
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.child
            .kill()
            .await
            .with_context(|| format!("cannot kill {}", self.name))
    }
}

fn shown<S: AsRef<OsStr>>(arguments: &[S]) -> String {
    let words: Vec<_> = arguments.iter().map(|a| a.as_ref().to_string_lossy()).collect();
    format!("isoloir {}", words.join(" "))
}

/// CPU time of this process, in clock ticks.
#[must_use]
pub fn own_cpu_ticks() -> Option<u64> {
    cpu_ticks("self")
}

/// User and system time of all threads: fields 14 and 15 of `/proc/PID/stat`, counted after the command's name in parentheses.
fn cpu_ticks(process: &str) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

/// Memory of a process in KiB, as `/proc/PID/status` has it: `VmRSS` is what is resident, `VmHWM` the most that was.
pub(crate) fn memory_kib(process: &str, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Seconds of so many clock ticks.
pub(super) fn seconds_of(ticks: u64) -> f64 {
    number(ticks) / TICKS_PER_SECOND
}

fn number(whole: u64) -> f64 {
    u32::try_from(whole).map_or(f64::INFINITY, f64::from)
}

fn megabytes(kib: u64) -> f64 {
    number(kib) * 1024.0 / 1e6
}

/// A port of 127.0.0.1 that is free now, and below those that Linux gives to outgoing connections (32768 to 60999): none of these can take it
/// before its server does.
///
/// # Errors
/// When none was found.
pub fn free_port() -> anyhow::Result<u16> {
    let mut rng = rand::rng();
    (0..200)
        .map(|_| rng.random_range(10_000..32_768))
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .context("no free port")
}
