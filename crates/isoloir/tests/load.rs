//! Real voters against a deployment, at a stated curve: they vote, and the report says so; what a file cannot give is refused before anybody arrives.

use std::fmt::Write as _;
use std::path::Path;

use crate::common::{PASSWORD, Polls, fail, succeed};
use isoloir::rehearse::email;

#[tokio::test(flavor = "multi_thread")]
async fn voters_arrive_along_the_curve_and_vote() {
    const VOTERS: u32 = 12;
    let polls = Polls::with_voters(VOTERS, None).await;
    let running = polls.start().await;
    let mut file = String::from("identifier;password;code\n");
    for number in 1..=VOTERS {
        writeln!(file, "{};{PASSWORD};{}", email(number), polls.code(number)).unwrap();
    }
    let folder = polls.folder.path();
    std::fs::write(folder.join("voters.csv"), file).unwrap();
    let (origin, election) = (polls.site.portal(), polls.election());
    let load = |curve| {
        [
            "load",
            "--voters",
            "voters.csv",
            "--out",
            "out",
            "--portal",
            &origin,
            "--election",
            election,
            "--curve",
            curve,
        ]
    };
    let told = fail(folder, &load("0:10,10:10"));
    assert!(told.contains("lets 100 voters arrive, the file holds 12"), "{told}");
    let told = fail(folder, &load("fast"));
    assert!(told.contains("a curve is RATE"), "{told}");
    // The area under it: twelve voters.
    succeed(folder, &load("0:1,2:5,4:1"));
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("out/report.json")).unwrap()).unwrap();
    for (figure, expected) in [("arrived", 12), ("voted", 12), ("receipts", 12)] {
        assert_eq!(report[figure], expected, "{report}");
    }
    assert_eq!(report["latencies"]["cast"]["count"], 12, "{report}");
    assert_eq!(report["failures"], serde_json::json!({}));
    assert_eq!(
        (&report["waited"], &report["overtaken"]),
        (&0.into(), &0.into()),
        "{report}"
    );
    let page = std::fs::read_to_string(folder.join("out/report.html")).unwrap();
    assert!(page.contains("12 ont voté") && !page.contains("<script"), "{page}");
    certify(folder, &polls.site.folder);
    // A ballot is final: the same people cannot load it again.
    let told = fail(folder, &load("0:1,2:5,4:1"));
    assert!(told.contains("12 voters did not vote"), "{told}");
    running.stop().await.unwrap();
}

/// The report becomes a certificate, which anybody checks; a report of another deployment, or of which somebody did not vote, does not.
fn certify(folder: &Path, site: &Path) {
    let file = |name: &str| site.join(name).display().to_string();
    let (config, ours, other) = (file("server.toml"), file("server.pub"), file("registrar.pub"));
    let record = |report| {
        [
            "capacity",
            "record",
            report,
            "--out",
            "capacity.json",
            "--config",
            &config,
        ]
    };
    let report = std::fs::read_to_string(folder.join("out/report.json")).unwrap();
    let mut foreign: serde_json::Value = serde_json::from_str(&report).unwrap();
    foreign["server_key"] = "00".into();
    std::fs::write(folder.join("foreign.json"), foreign.to_string()).unwrap();
    let told = fail(folder, &record("foreign.json"));
    assert!(told.contains("of another deployment"), "{told}");
    let mut failed: serde_json::Value = serde_json::from_str(&report).unwrap();
    failed["voted"] = 11.into();
    std::fs::write(folder.join("failed.json"), failed.to_string()).unwrap();
    let told = fail(folder, &record("failed.json"));
    assert!(told.contains("1 of 12 voters did not vote"), "{told}");

    let told = succeed(folder, &record("out/report.json"));
    assert!(told.contains("12 receipts") && told.contains("covered"), "{told}");
    let verify = |file| ["capacity", "verify", file, "--key", &ours];
    succeed(folder, &verify("capacity.json"));
    let certificate = std::fs::read_to_string(folder.join("capacity.json")).unwrap();
    let changed = certificate.replace("\"receipts\": 12", "\"receipts\": 13");
    assert_ne!(changed, certificate);
    std::fs::write(folder.join("changed.json"), changed).unwrap();
    let told = fail(folder, &verify("changed.json"));
    assert!(told.contains("signature"), "{told}");
    let told = fail(folder, &["capacity", "verify", "capacity.json", "--key", &other]);
    assert!(told.contains("another key"), "{told}");
}
