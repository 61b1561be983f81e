//! A real Kannel on free ports of 127.0.0.1, with its own fake operator, which can be connected and not.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::fresh_directory;

const OPERATOR: &str = "/usr/lib/kannel/test/fakesmsc";
const START_LIMIT: Duration = Duration::from_secs(30);

/// Ends with its input, that is, with the test process.
const GATEWAY: &str = r#"
bearerbox "$1/kannel.conf" >"$1/bearerbox.out" 2>&1 & b=$!
tries=0
until (exec 3<>/dev/tcp/127.0.0.1/"$2") 2>/dev/null || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries+1)); done
smsbox "$1/kannel.conf" >"$1/smsbox.out" 2>&1 & s=$!
cat >/dev/null
kill $s 2>/dev/null; kill $b 2>/dev/null
sleep 0.2
kill -9 $s $b 2>/dev/null
wait
"#;

/// The operator reads messages to send from its input, which must stay open.
const CONNECTED: &str = r#"
sleep 3600 > >(exec "$2" -H 127.0.0.1 -r "$3" -i 0.01 -m 0 >>"$1/operator.log" 2>&1) & s=$!
cat >/dev/null
kill $s 2>/dev/null
wait
"#;

/// A running gateway. Dropping it stops it.
pub struct Kannel {
    gateway: Child,
    operator: Option<Child>,
    directory: PathBuf,
    ports: [u16; 4],
}

impl Kannel {
    /// Name and password of the one who may send.
    pub const CREDENTIALS: (&'static str, &'static str) = ("isoloir", "s3cret");

    /// Starts one, without operator.
    ///
    /// # Panics
    /// When Kannel is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        assert!(
            Path::new(OPERATOR).exists() && Path::new("/usr/sbin/bearerbox").exists(),
            "these tests need a real Kannel: apt-get install --no-install-recommends kannel kannel-extras"
        );
        let directory = fresh_directory("kannel");
        let ports = free_ports();
        fs::write(directory.join("kannel.conf"), configuration(&directory, ports)).expect("its configuration");
        let gateway = supervised(GATEWAY, &[&directory.display().to_string(), &ports[1].to_string()]);
        let kannel = Self {
            gateway,
            operator: None,
            directory,
            ports,
        };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", kannel.ports[3])).is_err() {
            assert!(
                start.elapsed() < START_LIMIT,
                "Kannel does not start:\n{}",
                kannel.said()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        kannel
    }

    /// Where messages are sent to.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/cgi-bin/sendsms", self.ports[3])
    }

    /// Connects the fake operator.
    ///
    /// # Panics
    /// When it does not connect.
    pub fn connect_operator(&mut self) {
        let arguments = [
            self.directory.display().to_string(),
            OPERATOR.to_owned(),
            self.ports[2].to_string(),
        ];
        self.operator = Some(supervised(CONNECTED, &arguments.each_ref().map(String::as_str)));
        let start = Instant::now();
        let log = self.directory.join("operator.log");
        while !fs::read_to_string(&log).unwrap_or_default().contains("Connecting to") {
            assert!(start.elapsed() < START_LIMIT, "the fake operator does not connect");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Connected on its side; Kannel notices a moment later.
        std::thread::sleep(Duration::from_millis(500));
    }

    /// What reached the operator, once it is `count` messages: each line holds sender, number, coding and text.
    ///
    /// # Panics
    /// When fewer arrive in time.
    #[must_use]
    pub fn received(&self, count: usize) -> Vec<String> {
        let start = Instant::now();
        loop {
            let messages = self.messages();
            if messages.len() >= count {
                return messages;
            }
            assert!(
                start.elapsed() < START_LIMIT,
                "of {count} messages arrived: {messages:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn messages(&self) -> Vec<String> {
        let log = fs::read(self.directory.join("operator.log")).unwrap_or_default();
        String::from_utf8_lossy(&log)
            .lines()
            .filter_map(|line| line.split_once("Got message ")?.1.split_once(": <"))
            .map(|(_, message)| message.trim_end_matches('>').to_owned())
            .collect()
    }

    /// All that Kannel wrote into its logs, to look for what must not be there.
    #[must_use]
    pub fn access_log(&self) -> String {
        fs::read_to_string(self.directory.join("access.log")).unwrap_or_default()
    }

    fn said(&self) -> String {
        ["bearerbox.out", "smsbox.out"]
            .map(|name| fs::read_to_string(self.directory.join(name)).unwrap_or_default())
            .concat()
    }
}

impl Drop for Kannel {
    fn drop(&mut self) {
        if let Some(mut child) = self.operator.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
        drop(self.gateway.stdin.take());
        let _ = self.gateway.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn supervised(script: &str, arguments: &[&str]) -> Child {
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash"]).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("bash starts")
}

/// Ports that were free a moment ago.
fn free_ports() -> [u16; 4] {
    let listeners = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("its address").port())
}

fn configuration(directory: &Path, [admin, boxes, operator, send]: [u16; 4]) -> String {
    let here = directory.display();
    let (user, password) = Kannel::CREDENTIALS;
    format!(
        r#"group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = admin
smsbox-port = {boxes}
smsbox-interface = "127.0.0.1"
box-allow-ip = "127.0.0.1"
store-type = file
store-location = "{here}/store"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {operator}
connect-allow-ip = "127.0.0.1"

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
sendsms-interface = "127.0.0.1"
access-log = "{here}/access.log"
http-request-retry = 5
http-queue-delay = 1

group = sendsms-user
username = {user}
password = "{password}"
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = "-"
"#
    )
}
