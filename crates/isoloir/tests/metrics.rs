//! Figures of started servers: what they say after a vote, that they name nobody, and that dashboard, alarms and guide speak of figures that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::{PASSWORD, Polls, fail};
use isoloir::ambient;
use isoloir::rehearse::logs::Known;
use isoloir::rehearse::{Ballots, email, free_port};
use isoloir::voter::{Ballot, Portal, Session};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn http() -> reqwest::Client {
    isoloir_carriers::tls::http(None).unwrap().build().unwrap()
}

/// One line of figures.
#[derive(Debug, Clone)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// What a server exports at one moment.
struct Scrape {
    text: String,
    /// Names of what is exported, with their types.
    families: BTreeMap<String, String>,
    samples: Vec<Sample>,
}

impl Scrape {
    async fn of(port: u16) -> Scrape {
        let exporter = Portal::at(&format!("http://127.0.0.1:{port}")).unwrap();
        let text = String::from_utf8(exporter.fetch("/metrics").await.unwrap()).unwrap();
        let families = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '))
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect();
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Scrape {
            families,
            samples: lines.map(sample).collect(),
            text: text.clone(),
        }
    }

    /// The sum of the samples of a name that have these labels.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let of_name = self.samples.iter().filter(|sample| sample.name == name);
        let chosen = of_name.filter(|sample| {
            labels
                .iter()
                .all(|(label, value)| sample.labels.get(*label).is_some_and(|found| found == value))
        });
        chosen.map(|sample| sample.value).sum()
    }

    fn labels(&self, label: &str) -> BTreeSet<&str> {
        let found = self.samples.iter().filter_map(|sample| sample.labels.get(label));
        found.map(String::as_str).collect()
    }
}

/// `name{label="value",…} 3`; no value of ours has a quotation mark in it.
fn sample(line: &str) -> Sample {
    let (what, value) = line.rsplit_once(' ').expect(line);
    let (name, labels) = what.split_once('{').unwrap_or((what, "}"));
    let mut rest = labels.strip_suffix('}').expect(line);
    let mut found = BTreeMap::new();
    while let Some((label, after)) = rest.split_once("=\"") {
        let (value, more) = after.split_once('"').expect(line);
        found.insert(label.trim_start_matches(',').to_owned(), value.to_owned());
        rest = more;
    }
    Sample {
        name: name.to_owned(),
        labels: found,
        value: value.parse().expect(line),
    }
}

fn append(path: &Path, text: &str) {
    let before = fs::read_to_string(path).unwrap();
    fs::write(path, before + text).unwrap();
}

/// Expressions of the dashboard and of the alarms.
fn expressions() -> Vec<String> {
    fn all(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, below) in fields {
                    match below {
                        Value::String(text) if name == "expr" => found.push(text.clone()),
                        below => all(below, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| all(item, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let dashboard = fs::read_to_string(root().join("deploy/grafana/isoloir.json")).unwrap();
    all(&serde_json::from_str(&dashboard).unwrap(), &mut found);
    let panels = found.len();
    all(&yaml("deploy/prometheus/isoloir.rules.yml"), &mut found);
    assert!(panels > 30 && found.len() > panels + 10, "{panels} of {}", found.len());
    found
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(root().join(path)).unwrap()).expect(path)
}

/// Names of figures in an expression: what is no function, no label and no text.
fn names(expression: &str) -> BTreeSet<String> {
    let bare: String = expression.split('"').step_by(2).collect();
    bare.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("isoloir_") || word.starts_with("process_") || *word == "up")
        .map(str::to_owned)
        .collect()
}

/// `label="value"` in an expression.
fn matched<'e>(expression: &'e str, label: &str) -> Vec<&'e str> {
    let mark = format!("{label}=\"");
    let after = expression.split(mark.as_str()).skip(1);
    after.filter_map(|rest| rest.split('"').next()).collect()
}

/// What a name in an expression is a part of.
fn family<'n>(families: &BTreeMap<String, String>, name: &'n str) -> Option<&'n str> {
    if families.contains_key(name) {
        return Some(name);
    }
    ["_bucket", "_sum", "_count"].into_iter().find_map(|part| {
        let whole = name.strip_suffix(part)?;
        (families.get(whole)? == "histogram").then_some(whole)
    })
}

/// What a server exports once no mail waits: the one that tells the voter is queued with the cast, and taken within seconds.
async fn once_mails_are_out(port: u16) -> Scrape {
    for _ in 0..60 {
        let scrape = Scrape::of(port).await;
        if scrape.sum("isoloir_messages_waiting", &[("channel", "mail")]) == 0.0 {
            return scrape;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("a mail waits for a minute")
}

/// A vote with its mishaps: one ballot twice, a wrong password, a wrong code. Returns what was made.
async fn vote(polls: &Polls) -> Vec<(&'static str, String)> {
    let portal = polls.portal();
    let ballots = Ballots::fetch(&portal, [polls.election().to_owned()]).await.unwrap();
    let election = ballots.election(polls.election()).unwrap();
    let mut made = Vec::new();
    assert!(Session::sign_in(&portal, &email(2), "Un-autre-mot-84").await.is_err());
    let (session, entitlements) = polls.voter(&portal, 1).await;
    let refused = session.unlock("0000-0000-0000-0000").await.err().unwrap();
    assert_eq!(refused.code(), Some("code_wrong"));
    for entitlement in entitlements {
        let ballot = Ballot::choose(&election, &entitlement.credential, 1, &mut ambient::rng()).unwrap();
        let bytes = ballot.bytes.clone();
        let cast = async |bytes| session.cast(&entitlement.election, &entitlement.admission, bytes).await;
        let receipt = cast(bytes.clone()).await.unwrap();
        assert_eq!(cast(bytes).await.unwrap().tracker, receipt.tracker);
        let other = Ballot::choose(&election, &entitlement.credential, 2, &mut ambient::rng()).unwrap();
        assert_eq!(cast(other.bytes).await.err().unwrap().code(), Some("already_voted"));
        made.extend([
            ("a tracker", receipt.tracker),
            ("an event", receipt.event),
            ("an election", entitlement.election),
        ]);
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_vote_the_figures_are_right_name_nobody_and_are_those_of_dashboard_alarms_and_guide() {
    let polls = Polls::with_voters(3, None).await;
    let folder = &polls.site.folder;
    let ports = [free_port().unwrap(), free_port().unwrap()];
    for (file, port) in ["server.toml", "registrar.toml"].into_iter().zip(ports) {
        append(
            &folder.join(file),
            &format!("\n[metrics]\nlisten = \"127.0.0.1:{port}\"\n"),
        );
    }
    let running = polls.start().await;
    let before = Scrape::of(ports[0]).await;
    assert_eq!(before.sum("isoloir_casts_recorded_total", &[]), 0.0);
    assert!(
        before.families.contains_key("isoloir_casts_recorded_total"),
        "what did not happen yet is there"
    );
    let made = vote(&polls).await;
    polls.portal().fetch("/elections/nobody?q=Durand").await.unwrap_err();
    let (server, registrar) = (once_mails_are_out(ports[0]).await, Scrape::of(ports[1]).await);

    for (name, labels, value) in [
        ("isoloir_casts_recorded_total", [].as_slice(), 1.0),
        ("isoloir_casts_repeated_total", &[], 1.0),
        ("isoloir_casts_refused_total", &[("code", "already_voted")], 1.0),
        ("isoloir_commit_ballots_sum", &[], 1.0),
        ("isoloir_commit_seconds_count", &[], 1.0),
        ("isoloir_commits_failed_total", &[], 0.0),
        ("isoloir_sign_ins_total", &[("outcome", "accepted")], 1.0),
        ("isoloir_sign_ins_total", &[("outcome", "sign_in_wrong")], 1.0),
        ("isoloir_password_seconds_count", &[], 2.0),
        ("isoloir_database_up", &[], 1.0),
        ("isoloir_elections", &[("phase", "open")], 1.0),
        ("isoloir_elections", &[("phase", "tallied")], 0.0),
        ("isoloir_waiting_room_people", &[], 0.0),
        ("isoloir_messages_oldest_seconds", &[("channel", "mail")], 0.0),
        ("isoloir_build_info", &[("server", "portal")], 1.0),
        (
            "isoloir_http_requests_total",
            &[
                ("method", "POST"),
                ("route", "/api/elections/{election}/ballots"),
                ("status", "2xx"),
            ],
            2.0,
        ),
        (
            "isoloir_http_requests_total",
            &[("route", "/api/elections/{election}/ballots"), ("status", "4xx")],
            1.0,
        ),
    ] {
        assert_eq!(server.sum(name, labels), value, "{name} {labels:?}");
    }
    assert!(server.sum("isoloir_database_connections", &[]) >= 1.0);
    assert!(server.sum("process_resident_memory_bytes", &[]) > 1e6);
    assert!(server.sum("process_start_time_seconds", &[]) > 1.6e9);
    assert_eq!(registrar.sum("isoloir_unlocks_total", &[("outcome", "accepted")]), 1.0);
    assert_eq!(
        registrar.sum("isoloir_unlocks_total", &[("outcome", "code_wrong")]),
        1.0
    );
    assert_eq!(registrar.sum("isoloir_database_up", &[]), 1.0);
    assert_eq!(registrar.sum("isoloir_build_info", &[("server", "registrar")]), 1.0);
    assert!(!registrar.families.contains_key("isoloir_casts_recorded_total"));

    name_nobody(&polls, made, &[&server, &registrar]);
    let mut families = server.families.clone();
    families.extend(registrar.families.clone());
    spoken_of(&families, &[&server, &registrar]);

    // Nobody reaches the figures by the public address, and nothing else is at theirs.
    let status = async |url: String| http().get(url).send().await.unwrap().status().as_u16();
    assert_eq!(status(format!("{}/metrics", polls.site.portal())).await, 404);
    assert_eq!(status(format!("{}/metrics", polls.site.registrar())).await, 404);
    assert_eq!(status(format!("http://127.0.0.1:{}/healthz", ports[0])).await, 404);
    running.stop().await.unwrap();
}

/// No label but those of a closed list, no value that is anybody's; and the search finds what is planted.
fn name_nobody(polls: &Polls, made: Vec<(&'static str, String)>, scrapes: &[&Scrape]) {
    const LABELS: [&str; 11] = [
        "method", "route", "status", "code", "outcome", "channel", "phase", "state", "version", "server", "le",
    ];
    let mut known = Known::default();
    let codes = fs::read_to_string(polls.site.folder.join("codes.csv")).unwrap();
    known.add_notices(&codes).unwrap();
    known.add("a password", PASSWORD);
    known.add("a mail address", &email(1));
    for (what, text) in made {
        known.add(what, &text);
    }
    let routes: BTreeSet<String> = isoloir_portal::routes::table()
        .iter()
        .map(|route| route.path.to_owned())
        .chain(["/assets/{hash}/{name}", "-", "/unlock", "/healthz"].map(str::to_owned))
        .collect();
    for scrape in scrapes {
        // Names of figures are long words with an underscore and no digit; nothing else is long.
        assert_eq!(known.leaks(&scrape.text), BTreeSet::new(), "{}", scrape.text);
        for sample in &scrape.samples {
            for label in sample.labels.keys() {
                assert!(LABELS.contains(&label.as_str()), "{label}: {sample:?}");
            }
        }
        for route in scrape.labels("route") {
            assert!(routes.contains(route), "{route} is no route");
        }
    }
    assert!(scrapes[0].labels("route").len() > 5);
    let planted = format!("{}isoloir_x{{who=\"{}\"}} 1\n", scrapes[0].text, email(1));
    assert!(!known.leaks(&planted).is_empty(), "the search finds nothing");
}

/// Dashboard and alarms use figures that are exported, with values of labels that exist; the guide names each figure, and none that is gone.
fn spoken_of(families: &BTreeMap<String, String>, scrapes: &[&Scrape]) {
    let expressions = expressions();
    let mut used = BTreeSet::new();
    for expression in &expressions {
        let names = names(expression);
        assert!(!names.is_empty(), "{expression}");
        for name in names.iter().filter(|name| *name != "up") {
            let family = family(families, name);
            used.insert(
                family
                    .unwrap_or_else(|| panic!("{name} is not exported: {expression}"))
                    .to_owned(),
            );
        }
        for route in matched(expression, "route") {
            let exists = scrapes.iter().any(|scrape| scrape.labels("route").contains(route));
            assert!(exists, "nobody asked for {route}: {expression}");
        }
    }
    assert!(family(families, "isoloir_no_such_figure").is_none());
    let unused: Vec<&String> = families.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "on no panel and in no alarm: {unused:?}");

    let scraped = yaml("deploy/prometheus/prometheus.yml");
    let jobs: Vec<&str> = scraped["scrape_configs"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|job| job["job_name"].as_str())
        .collect();
    for job in expressions.iter().flat_map(|expression| matched(expression, "job")) {
        assert!(jobs.contains(&job), "{job} is no job of prometheus.yml");
    }

    let guide = fs::read_to_string(root().join("docs/guides/operations.md")).unwrap();
    // Roles of the database have names of the same form, in a chapter of their own.
    let chapter = guide
        .split("\n## ")
        .find(|chapter| chapter.starts_with("Figures\n"))
        .unwrap();
    let told: BTreeSet<&str> = chapter
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.starts_with("isoloir_") || word.starts_with("process_"))
        .collect();
    for name in families.keys() {
        assert!(
            told.contains(name.as_str()),
            "docs/guides/operations.md does not tell of {name}"
        );
    }
    for name in told {
        assert!(
            families.contains_key(name),
            "docs/guides/operations.md tells of {name}, which is not exported"
        );
    }
    for alert in yaml("deploy/prometheus/isoloir.rules.yml")["groups"][0]["rules"]
        .as_array()
        .unwrap()
    {
        let name = alert["alert"].as_str().unwrap();
        assert!(
            guide.contains(name),
            "docs/guides/operations.md does not say what to do for {name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_never_on_the_public_address_and_nowhere_unless_they_are_asked_for() {
    let polls = Polls::with_voters(1, None).await;
    let folder = &polls.site.folder;
    let port = free_port().unwrap();
    let running = polls.site.start_server().await.unwrap();
    assert!(
        http()
            .get(format!("http://127.0.0.1:{port}/metrics"))
            .send()
            .await
            .is_err()
    );
    running.stop().await.unwrap();
    let public = polls.site.portal().rsplit(':').next().unwrap().to_owned();
    for address in ["127.0.0.1", "0.0.0.0", "[::]"] {
        let text = fs::read_to_string(folder.join("server.toml")).unwrap();
        fs::write(
            folder.join("bad.toml"),
            format!("{text}\n[metrics]\nlisten = \"{address}:{public}\"\n"),
        )
        .unwrap();
        let said = fail(folder, &["serve", "--config", "bad.toml"]);
        assert!(
            said.contains("a port of their own") && said.contains("un port à elles"),
            "{said}"
        );
    }
}
