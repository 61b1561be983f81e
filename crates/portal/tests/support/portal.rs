//! A portal over a real voting server with a few voters, and a browser that keeps its cookies.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use ed25519_dalek::SigningKey;
use isoloir_carriers::MailMode;
use isoloir_domain::clock::SettableClock;
use isoloir_domain::staff::Role;
use isoloir_domain::{Election, Policy, Profile};
use isoloir_portal::config::PortalConfig;
use isoloir_portal::{LimitsConfig, router};
use isoloir_service::import_consultation::{ConsultationPlan, ElectionPlan};
use isoloir_service::outbox::InboxMessage;
use isoloir_service::{Settings, VotingServer};
use isoloir_theme::layout::Contact;
use jiff::Timestamp;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tower::ServiceExt as _;

use super::staff;

pub const ORIGIN: &str = "http://127.0.0.1:8080";
pub const OPENS: &str = "2026-12-03T07:00:00Z";
pub const CLOSES: &str = "2026-12-10T16:00:00Z";
/// Meets every rule.
pub const PASSWORD: &str = "Orage-violet-71";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The portal and what stands behind it.
pub struct Scene {
    pub server: VotingServer,
    pub clock: SettableClock,
    pub plan: ConsultationPlan,
    pub elections: Vec<Election>,
    pub portal: Router,
    pub folder: tempfile::TempDir,
}

impl Scene {
    /// At `now`, with this roll; nobody has an account.
    pub async fn new(now: &str, policy: Policy, roll: &str) -> Scene {
        Scene::of(now, Scene::plan(policy), roll).await
    }

    /// One election of three seats.
    pub fn plan(policy: Policy) -> ConsultationPlan {
        ConsultationPlan {
            id: "essai-2026".parse().unwrap(),
            title: "Élections d’essai".to_owned(),
            organiser: "Académie de Valbrune (organisme fictif)".to_owned(),
            profile: Profile::Test,
            group: "Ed25519".to_owned(),
            opens: at(OPENS),
            closes: at(CLOSES),
            grace: None,
            live_box: Some(false),
            policy,
            boards: Vec::new(),
            elections: vec![ElectionPlan {
                key: "csa".to_owned(),
                title: "Comité social".to_owned(),
                seats: 3,
                count: isoloir_domain::CountRules::default(),
            }],
        }
    }

    /// As [`Scene::new`], for another consultation.
    pub async fn of(now: &str, plan: ConsultationPlan, roll: &str) -> Scene {
        Scene::with_mail(now, plan, roll, MailMode::Demonstration, None).await
    }

    /// The same, with mails that leave, and the database at this address; SQLite without one.
    pub async fn with_mail(
        now: &str,
        plan: ConsultationPlan,
        roll: &str,
        mail: MailMode,
        database: Option<String>,
    ) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let clock = SettableClock::new(at(now));
        let settings = Settings {
            server_key: SigningKey::from_bytes(&[1; 32]),
            registrar_key: SigningKey::from_bytes(&[2; 32]).verifying_key(),
            public_url: ORIGIN.to_owned(),
            mail,
            verifiers: Some(1),
            hashers: Some(2),
        };
        let own = || format!("sqlite://{}", folder.path().join("test.db").display());
        let url = database.unwrap_or_else(own);
        let server = VotingServer::open(&url, settings, Arc::new(clock.clone()), StdRng::seed_from_u64(7))
            .await
            .unwrap();
        let elections = server.import_consultation(&plan).await.unwrap();
        server.import_roll(&plan.id, roll.as_bytes()).await.unwrap();
        let config = PortalConfig {
            origin: ORIGIN.parse().unwrap(),
            registrar_origin: "http://127.0.0.1:8081".parse().unwrap(),
            registrar_key: server.registrar_key().to_bytes(),
            demonstration: None,
            contact: Contact::default(),
            source_url: None,
            accessibility: None,
            host: None,
            limits: LimitsConfig::default(),
        };
        Scene {
            portal: router(server.clone(), config),
            server,
            clock,
            plan,
            elections,
            folder,
        }
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            scene: self,
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which this session of the staff is open.
    pub fn staff_browser(&self, token: String) -> Browser<'_> {
        let mut browser = self.browser();
        browser.cookies.insert("isoloir-agent".to_owned(), token);
        browser
    }

    /// A new member of the staff with this role, signed in.
    pub async fn staff(&self, role: Role) -> Browser<'_> {
        let (email, factor) = staff::enrolled(&self.server, &self.clock, role).await;
        let code = factor.code(self.server.clock().now());
        let signed_in = self.server.staff_sign_in(&email, staff::PASSWORD, &code).await;
        self.staff_browser(signed_in.unwrap().token)
    }

    /// What was sent to an address, the latest first.
    pub async fn mails(&self, to: &str) -> Vec<InboxMessage> {
        self.server.demonstration_inbox(Some(to), 50).await.unwrap()
    }

    /// The path of the latest link to `place` that was sent to an address.
    pub async fn link(&self, to: &str, place: &str) -> Option<String> {
        let wanted = format!("{ORIGIN}{place}/");
        self.mails(to).await.iter().find_map(|mail| {
            let (_, after) = mail.body.split_once(&wanted)?;
            let token = after.split_whitespace().next()?;
            Some(format!("{place}/{token}"))
        })
    }
}

/// One answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub page: String,
}

impl Answer {
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let (_, rest) = self
            .page
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_else(|| panic!("no field {name} in {}", self.page));
        rest.split('"').next().unwrap().to_owned()
    }
}

/// What somebody sits at: keeps cookies as a browser does.
pub struct Browser<'a> {
    scene: &'a Scene,
    pub cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", "Mozilla/5.0 (Android 16; Mobile) Firefox/145.0");
        self.send(request, body.join("&")).await
    }

    /// As a form with files is sent.
    pub async fn post_parts<N: AsRef<str>, V: AsRef<str>>(&mut self, path: &str, fields: &[(N, V)]) -> Answer {
        let mut body = String::new();
        for (name, value) in fields {
            let (name, value) = (name.as_ref(), value.as_ref());
            body += &format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        body += "--XX--\r\n";
        let request = Request::post(path)
            .header("content-type", "multipart/form-data; boundary=XX")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body).await
    }

    /// As a script of ours asks.
    pub async fn ask(&mut self, method: &str, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request
            .header("accept", "application/json")
            .header("sec-fetch-site", "same-origin");
        self.send(request, String::new()).await
    }

    pub async fn sign_in(&mut self, identifier: &str, password: &str) -> Answer {
        self.post("/connexion", &[("identifiant", identifier), ("password", password)])
            .await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header("cookie", cookies.join("; "));
        let response = self
            .scene
            .portal
            .clone()
            .oneshot(request.body(Body::from(body)).unwrap())
            .await
            .unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 22).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            page: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// Percent-encodes all but letters and digits.
pub fn encoded(text: &str) -> String {
    let plain = |b: u8| {
        if b.is_ascii_alphanumeric() {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    text.bytes().map(plain).collect()
}
