//! For tests only: real peers started from the system's own binaries: a throw-away PostgreSQL, an SMTP server, an SMS gateway.
//!
//! No service, no container, no privilege: a cluster in a temporary directory, reached by a Unix socket in that directory,
//! gone with the test process however it ends. When the tests run as root, the cluster runs as `postgres` or `nobody`.
//!
//! ```no_run
//! let url = isoloir_testkit::Postgres::shared().fresh_database();
//! ```
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a fixture that cannot start is a failed test"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

mod kannel;
mod smtp;
mod sql;

pub use kannel::Kannel;
pub use smtp::{AcceptedMail, SmtpOptions, SmtpServer, dkim_key, make_certificate};
pub use sql::assert_rights_are_needed;

/// The supervisor makes the cluster, runs it, and outlives the test process by a moment: its input closes with the process, even
/// one killed by SIGKILL; then it stops the server and removes the directory.
const SUPERVISOR: &str = r#"
if "$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$2/log" 2>&1; then
  "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses='' -F -c full_page_writes=off -c max_connections=200 \
    -c unix_socket_permissions=0777 >>"$2/log" 2>&1 &
  server=$!
else
  touch "$2/failed"
fi
cat >/dev/null
# TERM ends a server that has not begun; INT hurries one that waits for its clients (and is ignored before it begins).
[ -n "$server" ] && kill -TERM "$server" 2>/dev/null && kill -INT "$server" 2>/dev/null
wait
cd / && rm -rf "$2"
"#;

const START_LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A running cluster. Dropping it stops the server and removes its files.
pub struct Postgres {
    supervisor: Child,
    binaries: PathBuf,
    directory: PathBuf,
}

impl Postgres {
    /// Starts a cluster of one's own, in about 0.7 s.
    ///
    /// # Panics
    /// When the binaries are not installed or the server does not start: the message says what is wrong.
    #[must_use]
    pub fn start() -> Postgres {
        let binaries = find_binaries();
        let user = unprivileged_user();
        let directory = make_directory(user);
        let mut supervisor = Command::new("sh");
        supervisor
            .arg("-c")
            .arg(SUPERVISOR)
            .arg("sh")
            .arg(&binaries)
            .arg(&directory);
        supervisor
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        // Its own process group: an interrupt typed at the terminal must not reach the supervisor before it has cleaned up.
        supervisor.process_group(0);
        let supervisor = as_user(&mut supervisor, &directory, user).spawn().expect("sh starts");
        let postgres = Postgres {
            supervisor,
            binaries,
            directory,
        };
        postgres.wait_until_ready();
        postgres
    }

    /// The one cluster of this test process, started by the first caller.
    ///
    /// # Panics
    /// As [`Postgres::start`].
    #[must_use]
    pub fn shared() -> &'static Postgres {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Postgres::start)
    }

    /// Makes an empty database and returns its URL, for sqlx and for psql alike.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn fresh_database(&self) -> String {
        let name = format!("test_{}", COUNTER.fetch_add(1, Ordering::Relaxed));
        let mut create = Command::new(self.binaries.join("createdb"));
        run(create.arg("-h").arg(&self.directory).args(["-U", "postgres", &name]));
        format!("postgres://postgres@localhost/{name}?host={}", self.directory.display())
    }

    /// The whole content of a database as SQL text, to look for what must not be there.
    ///
    /// # Panics
    /// When `pg_dump` fails.
    #[must_use]
    pub fn dump(&self, url: &str) -> String {
        let mut dump = Command::new(self.binaries.join("pg_dump"));
        run(dump.arg("--inserts").arg(url))
    }

    /// The same database for another login, which is made in `group` if it is not there; without a group, in none.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn login(&self, url: &str, name: &str, group: Option<&str>) -> String {
        self.ask(
            url,
            &format!(
                "DO $$ BEGIN CREATE ROLE {name} LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            ),
        );
        if let Some(group) = group {
            self.ask(
                url,
                &format!(
                    "DO $$ BEGIN IF NOT pg_has_role('{name}', '{group}', 'MEMBER') THEN GRANT {group} TO {name}; END IF;
                     EXCEPTION WHEN unique_violation THEN NULL; END $$"
                ),
            );
        }
        url.replace("postgres://postgres@", &format!("postgres://{name}@"))
    }

    /// The URL of a database for a login, both of which somebody made.
    #[must_use]
    pub fn url(&self, login: &str, database: &str) -> String {
        format!(
            "postgres://{login}@localhost/{database}?host={}",
            self.directory.display()
        )
    }

    /// Runs a file of statements as the administrator, as `psql -f` does.
    ///
    /// # Panics
    /// When one is refused.
    pub fn script(&self, file: &Path) {
        let mut psql = self.psql(&self.url("postgres", "postgres"));
        run(psql.arg("-f").arg(file));
    }

    /// What one statement answers: a line a row, columns parted by `|`.
    ///
    /// # Panics
    /// When it is refused.
    pub fn ask(&self, url: &str, sql: &str) -> String {
        run(self.psql(url).args(["-c", sql]))
    }

    /// The class of the error (SQLSTATE) by which the database refuses a statement; nothing when it was done.
    ///
    /// # Panics
    /// When `psql` does not start.
    #[must_use]
    pub fn refusal(&self, url: &str, sql: &str) -> Option<String> {
        let mut psql = self.psql(url);
        let end = psql
            .args(["-v", "VERBOSITY=sqlstate", "-c", sql])
            .stdin(Stdio::null())
            .output();
        let end = end.expect("psql starts");
        let said = String::from_utf8_lossy(&end.stderr);
        (!end.status.success()).then(|| {
            said.lines()
                .find_map(|line| line.strip_prefix("ERROR:  "))
                .unwrap_or(&said)
                .to_owned()
        })
    }

    fn psql(&self, url: &str) -> Command {
        let mut psql = Command::new(self.binaries.join("psql"));
        psql.args(["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", url]);
        psql
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        let ready = || {
            let mut probe = Command::new(self.binaries.join("pg_isready"));
            probe.arg("-q").arg("-h").arg(&self.directory).args(["-U", "postgres"]);
            probe.status().is_ok_and(|s| s.success())
        };
        while !ready() {
            let log = || fs::read_to_string(self.directory.join("log")).unwrap_or_default();
            let failed = self.directory.join("failed").exists();
            assert!(
                !failed && start.elapsed() < START_LIMIT,
                "PostgreSQL does not start:\n{}",
                log()
            );
            sleep(PAUSE);
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.supervisor.stdin.take());
        let _ = self.supervisor.wait();
    }
}

/// Newest `/usr/lib/postgresql/*/bin`, else the directory of `initdb` in the path.
fn find_binaries() -> PathBuf {
    let version = |p: &Path| -> Option<u32> { p.file_name()?.to_str()?.parse().ok() };
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path());
    let newest = debian
        .filter(|p| p.join("bin/initdb").exists())
        .max_by_key(|p| version(p));
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest
        .map(|p| p.join("bin"))
        .or_else(|| std::env::split_paths(&path).find(|p| p.join("initdb").exists()))
        .expect("these tests need PostgreSQL's server binaries: apt-get install postgresql (or put initdb in the PATH)")
}

/// The server refuses to run as root: whom to become, when the tests are root's.
fn unprivileged_user() -> Option<(u32, u32)> {
    let own = fs::metadata("/proc/self").map(|m| m.uid()).expect("/proc is there");
    if own != 0 {
        return None;
    }
    let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
    let ids = |name: &str| {
        let line = passwd.lines().find(|l| l.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2).map(str::parse);
        Some((fields.next()?.ok()?, fields.next()?.ok()?))
    };
    Some(
        ids("postgres")
            .or_else(|| ids("nobody"))
            .expect("a user postgres or nobody"),
    )
}

fn make_directory(user: Option<(u32, u32)>) -> PathBuf {
    let n = COUNTER.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("isoloir-pg-{}-{n}", std::process::id()));
    fs::create_dir(&directory).expect("a new directory in the temporary directory");
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("its permissions");
    if let Some((uid, gid)) = user {
        chown(&directory, Some(uid), Some(gid)).expect("its owner");
    }
    directory
}

/// An empty directory that nobody else has.
fn fresh_directory(what: &str) -> PathBuf {
    let n = COUNTER.fetch_add(1, Ordering::Relaxed);
    let directory = std::env::temp_dir().join(format!("isoloir-{what}-{}-{n}", std::process::id()));
    fs::create_dir(&directory).expect("a new directory in the temporary directory");
    directory
}

fn as_user<'c>(command: &'c mut Command, directory: &Path, user: Option<(u32, u32)>) -> &'c mut Command {
    command.current_dir(directory);
    match user {
        Some((uid, gid)) => command.uid(uid).gid(gid),
        None => command,
    }
}

/// Runs to the end and returns the output; a failure shows what the program said.
fn run(command: &mut Command) -> String {
    let end = command.stdin(Stdio::null()).output().expect("starts");
    assert!(
        end.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&end.stderr)
    );
    String::from_utf8_lossy(&end.stdout).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_serves_fresh_databases_and_leaves_nothing_behind() {
        let postgres = Postgres::start();
        let (one, two) = (postgres.fresh_database(), postgres.fresh_database());
        assert_ne!(one, two);
        assert!(postgres.dump(&one).contains("PostgreSQL database dump"));
        let directory = postgres.directory.clone();
        assert!(directory.exists());
        drop(postgres);
        assert!(!directory.exists());
    }
}
