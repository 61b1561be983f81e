//! The demonstration as a newcomer meets it: start, vote in three elections, close and count with the commands it printed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{PROGRAM, fail};
use isoloir::ambient;
use isoloir::rehearse::{Ballots, free_port};
use isoloir::voter::{Ballot, Portal, ServerKeys, Session};

/// The demonstration, running, and what it printed before it served.
struct Demo {
    child: Child,
    told: Vec<String>,
}

impl Demo {
    fn start(folder: &Path, port: u16) -> Demo {
        let mut child = Command::new(PROGRAM)
            .args(["demo", "--port", &port.to_string(), "--data", "demo"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            let last = line.starts_with("Ctrl-C");
            told.push(line);
            if last {
                break;
            }
        }
        Demo { child, told }
    }

    /// The command printed under this title, run by a shell.
    fn command(&self, folder: &Path, title: &str) -> String {
        let at = self.told.iter().position(|line| line.starts_with(title)).unwrap();
        let output = Command::new("sh")
            .args(["-c", self.told[at + 1].trim()])
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{title}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Address, password and code of the first sample account.
    fn account(&self) -> [String; 3] {
        let line = self.told.iter().find(|line| line.contains("camille.durand@")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        [words[2], words[3], words[4]].map(ToOwned::to_owned)
    }

    fn stop(mut self) {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

async fn wait_for(portal: &Portal) -> ServerKeys {
    for _ in 0..100 {
        if let Ok(keys) = portal.fetch_json("/api/keys").await {
            return keys;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the demonstration does not answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn vote_close_and_count_with_the_printed_commands() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().unwrap();
    let demo = Demo::start(folder.path(), port);
    let portal = Portal::at(&format!("http://127.0.0.1:{port}")).unwrap();
    let keys = wait_for(&portal).await;
    let [email, password, code] = demo.account();
    let session = Session::sign_in(&portal, &email, &password).await.unwrap();
    let entitlements = session.unlock(&code).await.unwrap();
    assert_eq!(entitlements.len(), 3, "one voter is in all three elections");
    for one in &entitlements {
        let ballots = Ballots::fetch(&portal, [one.election.clone()]).await.unwrap();
        let election = ballots.election(&one.election).unwrap();
        let ballot = Ballot::choose(&election, &one.credential, 1, &mut ambient::rng()).unwrap();
        let receipt = session.cast(&one.election, &one.admission, ballot.bytes).await.unwrap();
        receipt.check(&keys, &one.election, &ballot.tracker).unwrap();
    }
    // While it runs.
    demo.command(folder.path(), "Close the vote now");
    let result = demo.command(folder.path(), "Count");
    assert_eq!(result.matches(" 1 votants").count(), 3, "{result}");
    for one in &entitlements {
        let page = String::from_utf8(portal.fetch(&format!("/resultats/{}", one.election)).await.unwrap()).unwrap();
        assert!(page.contains("votants"), "the result is published at once");
        let archive = portal
            .fetch(&format!("/urne/{}/archive.bel", one.election))
            .await
            .unwrap();
        let exported = folder.path().join(format!("demo/archives/{}.bel", one.election));
        assert_eq!(archive, std::fs::read(exported).unwrap());
    }
    demo.stop();
    // Taken up again, on another port, with the same accounts; the count stays.
    let port = free_port().unwrap();
    let demo = Demo::start(folder.path(), port);
    let portal = Portal::at(&format!("http://127.0.0.1:{port}")).unwrap();
    wait_for(&portal).await;
    assert_eq!(demo.account()[2], code);
    assert!(demo.command(folder.path(), "Count").contains(" 1 votants"));
    demo.stop();
}

#[test]
fn a_folder_with_anything_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("demo")).unwrap();
    std::fs::write(folder.path().join("demo/letter.txt"), "x").unwrap();
    let said = fail(folder.path(), &["demo", "--data", "demo", "--reset"]);
    assert!(said.contains("not a demonstration"), "{said}");
    assert!(folder.path().join("demo/letter.txt").exists());
}
