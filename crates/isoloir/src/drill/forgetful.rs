//! Voters who have lost their code, and ask for a link to a new one by SMS while the faults last.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ed25519_dalek::SigningKey;
use reqwest::StatusCode;

use crate::cli::read_key;
use crate::handover::Entitlements;
use crate::rehearse::Site;
use crate::rehearse::lost_code::{LostCode, numen};

/// What the organiser allows them: a secret answer, which the voting server checks, and the NUMEN, which the registrar checks.
pub(super) const POLICY: &str = "\n[policy.reissue]\nnumen_opens_mailbox = false\n\n[[policy.reissue.paths]]\npath = \"challenge\"\n\
                                 factors = [[\"session\"], [\"challenge\"], [\"numen\"]]\ndestinations = [\"personal_phone\"]\n";
/// Between two of them.
const PACE: Duration = Duration::from_millis(1_500);
/// Before asking again.
const PAUSE: Duration = Duration::from_secs(1);
/// A registrar that is killed is there again long before.
const PATIENCE: Duration = Duration::from_secs(60);
/// A registrar that does not answer is asked again.
const REQUEST: Duration = Duration::from_secs(10);

/// Those of one vote.
pub(super) struct Forgetful {
    http: reqwest::Client,
    registrar: String,
    /// With which the voting server vouches for what it checked.
    server: SigningKey,
    voters: Vec<LostCode>,
}

impl Forgetful {
    /// `identifiers.csv`, for the registrar.
    pub(super) fn identifiers(voters: u32) -> String {
        let mut csv = "matricule;numen;nir\n".to_owned();
        for number in 1..=voters {
            let _ = writeln!(csv, "{};{};", staff_number(number), numen(number));
        }
        csv
    }

    /// The voters of the roll from this number on.
    pub(super) fn gather(site: &Site, first: u32) -> anyhow::Result<Self> {
        let (_, roll) = Entitlements::open(&site.folder.join("entitlements.json"))?;
        let mut voters = Vec::new();
        for voter in roll {
            let voter = voter?;
            let number: u32 = voter.number.trim_start_matches(['E', '0']).parse()?;
            if number >= first {
                voters.push(LostCode {
                    voter: voter.id,
                    number,
                });
            }
        }
        voters.sort_unstable_by_key(|lost| lost.number);
        Ok(Self {
            http: isoloir_carriers::tls::http(None)?.timeout(REQUEST).build()?,
            registrar: site.registrar(),
            server: read_key(&site.folder.join("server.key"))?,
            voters,
        })
    }

    /// One after the other asks, until `over` or until all have. Gives the telephones to which a link was promised.
    ///
    /// # Errors
    /// When one is refused, or has no answer in the end.
    pub(super) async fn ask(self, over: &AtomicBool) -> anyhow::Result<Vec<String>> {
        let mut promised = Vec::new();
        for lost in &self.voters {
            if over.load(Ordering::Relaxed) {
                break;
            }
            self.one(lost)
                .await
                .with_context(|| format!("voter {}, who lost the code", lost.number))?;
            promised.push(lost.phone());
            tokio::time::sleep(PACE).await;
        }
        Ok(promised)
    }

    async fn one(&self, lost: &LostCode) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // Asked again, with a new order: the registrar sends the same link once more.
            let request = lost.request(&self.registrar, &self.server)?;
            let asked = self.http.post(format!("{}/reissues", self.registrar)).json(&request);
            let last = match asked.send().await {
                Ok(answer) if answer.status() == StatusCode::OK => return Ok(()),
                Ok(answer) if answer.status().is_server_error() => answer.status().to_string(),
                Ok(answer) => bail!("{}: {}", answer.status(), answer.text().await?),
                Err(error) => error.to_string(),
            };
            if Instant::now() > deadline {
                bail!("no link after {} s; the last answer: {last}", PATIENCE.as_secs());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn staff_number(number: u32) -> String {
    format!("E{number:06}")
}
