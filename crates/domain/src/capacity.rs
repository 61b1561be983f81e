//! What a deployment holds (*capacité mesurée*): a certificate, signed by the voting server, and what the consultation may ask.
//!
//! Source of the expectation: the elections of the Education ministries in December 2022. docs/adr/0025 says how it is scaled, and what it is worth.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ConsultationId;

/// What every certificate says of itself.
pub const FORMAT: &str = "isoloir-capacity/1";

/// Ballots a minute of Education 2022, in ordinary hours.
const ORDINARY: u64 = 2_500;
/// In a rush, times as many.
const RUSH: u64 = 10;
/// Ballots of its rolls: 1.4 million voters with four each.
const BALLOTS: u64 = 5_600_000;
/// Minutes of its vote: 177 hours.
const MINUTES: u64 = 177 * 60;

/// What a consultation may ask at its peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Ballots of its rolls: a voter of three elections counts three times.
    pub ballots: u64,
    /// Length of the vote, in minutes.
    pub minutes: u64,
    /// Ballots a minute at the peak.
    pub peak_per_minute: u64,
}

impl Expected {
    /// Of so many ballots, between these instants.
    #[must_use]
    pub fn of(ballots: u64, opens: Timestamp, closes: Timestamp) -> Self {
        let minutes = u64::try_from(closes.duration_since(opens).as_secs() / 60)
            .unwrap_or(0)
            .max(1);
        let asked = u128::from(RUSH * ORDINARY) * u128::from(ballots) * u128::from(MINUTES);
        let peak = asked.div_ceil(u128::from(BALLOTS) * u128::from(minutes));
        Self {
            ballots,
            minutes,
            peak_per_minute: u64::try_from(peak).unwrap_or(u64::MAX).max(1),
        }
    }
}

/// Where it was measured: what another measure would be needed for if it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor, as the system names it.
    pub processor: String,
    /// Its cores.
    pub cores: u32,
    /// Memory, in GiB, rounded.
    pub memory_gib: u32,
    /// Engine of the database: `sqlite` or `postgres`.
    pub database: String,
}

impl Machine {
    /// Whether figures of one are worth something on the other. Memory is told and not compared: systems count it differently from one start to the next.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.processor == other.processor && self.cores == other.cores && self.database == other.database
    }
}

/// Latencies of one step, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepLatency {
    /// The step, as the report names it.
    pub step: String,
    /// How many were measured.
    pub count: u64,
    /// Median.
    pub p50_ms: u64,
    /// 95th percentile.
    pub p95_ms: u64,
    /// 99th percentile.
    pub p99_ms: u64,
}

/// What was measured, from the report of a load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// SHA-256 of the report, in hexadecimal.
    pub report: String,
    /// When the first voter arrived.
    pub began: Timestamp,
    /// Arrivals a second over time.
    pub curve: String,
    /// Voters who arrived, and voted.
    pub voters: u64,
    /// Checked receipts.
    pub receipts: u64,
    /// Receipts in the best minute, or at the rate of the whole run when it was shorter.
    pub held_per_minute: u64,
    /// Sign-ins in a minute, between the first and the last.
    pub sign_ins_per_minute: u64,
    /// Voters who stood in the waiting room.
    pub waited: u64,
    /// Of them, those who were overtaken.
    pub overtaken: u64,
    /// Latencies, step by step.
    pub latencies: Vec<StepLatency>,
}

/// What is certified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`FORMAT`].
    pub format: String,
    /// When it was signed.
    pub at: Timestamp,
    /// The consultation that it is for.
    pub consultation: ConsultationId,
    /// Version of the program.
    pub version: String,
    /// SHA-256 of the program, in hexadecimal.
    pub program: String,
    /// The machine of a node.
    pub machine: Machine,
    /// Nodes, as who recorded it says.
    pub nodes: u16,
    /// What was measured.
    pub measured: Measured,
    /// What was expected then.
    pub expected: Expected,
}

/// A statement with the voting server's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What is certified.
    pub statement: Statement,
    /// The voting server's public key.
    #[serde(with = "hex::serde")]
    pub key: [u8; 32],
    /// Ed25519.
    #[serde(with = "hex::serde")]
    pub signature: [u8; 64],
}

/// Why a certificate says nothing.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// Not a certificate, or of another version.
    #[error("not a certificate of capacity of this version")]
    Shape,
    /// Changed, or signed by somebody else.
    #[error("the signature is not that of the key")]
    Signature,
    /// Another key than the expected one.
    #[error("signed by another key than the one given")]
    Key,
}

impl Certificate {
    /// Signs. `None` never, for values of these types; the serializer's signature says otherwise.
    #[must_use]
    pub fn sign(statement: Statement, key: &SigningKey) -> Option<Self> {
        let signature = key.sign(&signed_text(&statement)?).to_bytes();
        Some(Self {
            statement,
            key: key.verifying_key().to_bytes(),
            signature,
        })
    }

    /// Reads a certificate and checks its signature; with `expected`, also whose it is.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn parse(text: &str, expected: Option<&VerifyingKey>) -> Result<Self, CertificateError> {
        let certificate: Self = serde_json::from_str(text).map_err(|_| CertificateError::Shape)?;
        if certificate.statement.format != FORMAT {
            return Err(CertificateError::Shape);
        }
        let key = VerifyingKey::from_bytes(&certificate.key).map_err(|_| CertificateError::Signature)?;
        let text = signed_text(&certificate.statement).ok_or(CertificateError::Shape)?;
        key.verify_strict(&text, &Signature::from_bytes(&certificate.signature))
            .map_err(|_| CertificateError::Signature)?;
        match expected {
            Some(expected) if *expected != key => Err(CertificateError::Key),
            _ => Ok(certificate),
        }
    }
}

fn signed_text(statement: &Statement) -> Option<Vec<u8>> {
    let text = serde_json::to_string(statement).ok()?;
    Some(format!("isoloir/capacity/v1|{text}").into_bytes())
}

/// What the latest certificate is worth today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    Missing,
    /// It is of another build.
    OtherBuild,
    /// It is of another machine.
    OtherMachine,
    /// It does not reach what is expected.
    Insufficient,
    /// It does.
    Good,
}

impl Standing {
    /// Of `certificate`, where this program runs on this machine and so much is expected.
    #[must_use]
    pub fn of(certificate: Option<&Certificate>, program: &str, machine: &Machine, expected: Expected) -> Self {
        let Some(statement) = certificate.map(|certificate| &certificate.statement) else {
            return Self::Missing;
        };
        if statement.program != program {
            Self::OtherBuild
        } else if !statement.machine.is_like(machine) {
            Self::OtherMachine
        } else if statement.measured.held_per_minute < expected.peak_per_minute {
            Self::Insufficient
        } else {
            Self::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn machine() -> Machine {
        Machine {
            processor: "Essai 3000".into(),
            cores: 2,
            memory_gib: 24,
            database: "sqlite".into(),
        }
    }

    fn certificate() -> Certificate {
        let statement = Statement {
            format: FORMAT.into(),
            at: at("2026-11-20T10:00:00Z"),
            consultation: "essai-2026".parse().unwrap(),
            version: "0.1.0".into(),
            program: "ab".into(),
            machine: machine(),
            nodes: 1,
            measured: Measured {
                report: "cd".into(),
                began: at("2026-11-20T09:00:00Z"),
                curve: "0:25,60:25".into(),
                voters: 1500,
                receipts: 1500,
                held_per_minute: 1480,
                sign_ins_per_minute: 1500,
                waited: 0,
                overtaken: 0,
                latencies: vec![],
            },
            expected: Expected::of(3526, at("2026-12-01T07:00:00Z"), at("2026-12-08T16:00:00Z")),
        };
        Certificate::sign(statement, &SigningKey::from_bytes(&[1; 32])).unwrap()
    }

    #[test]
    fn the_expectation_is_that_of_2022_for_the_electorate_of_2022_and_scales() {
        let (opens, closes) = (at("2022-12-01T07:00:00Z"), at("2022-12-08T16:00:00Z"));
        assert_eq!(Expected::of(5_600_000, opens, closes).peak_per_minute, 25_000);
        assert_eq!(Expected::of(56_000, opens, closes).peak_per_minute, 250);
        // A day of nine hours in place of a week.
        assert_eq!(
            Expected::of(56_000, opens, at("2022-12-01T16:00:00Z")).peak_per_minute,
            4_917
        );
        assert_eq!(Expected::of(0, opens, closes).peak_per_minute, 1);
        assert_eq!(Expected::of(u64::MAX, opens, opens).peak_per_minute, u64::MAX);
    }

    #[test]
    fn whatever_is_changed_breaks_the_signature() {
        let text = serde_json::to_string(&certificate()).unwrap();
        let (ours, other) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        assert_eq!(
            Certificate::parse(&text, Some(&ours.verifying_key())).unwrap(),
            certificate()
        );
        let foreign = Certificate::parse(&text, Some(&other.verifying_key()));
        assert!(matches!(foreign, Err(CertificateError::Key)));
        for (from, to) in [
            ("1480", "9480"),
            ("Essai 3000", "Essai 3001"),
            ("\"ab\"", "\"ac\""),
            ("essai-2026", "essai-2027"),
        ] {
            let changed = Certificate::parse(&text.replace(from, to), None);
            assert!(matches!(changed, Err(CertificateError::Signature)), "{from}");
        }
        assert!(matches!(Certificate::parse("{}", None), Err(CertificateError::Shape)));
    }

    #[test]
    fn a_certificate_is_of_its_build_and_machine_and_covers_or_does_not() {
        let (one, low) = (
            certificate(),
            Expected {
                ballots: 1,
                minutes: 1,
                peak_per_minute: 1480,
            },
        );
        let of = |program: &str, machine: &Machine, expected| Standing::of(Some(&one), program, machine, expected);
        assert_eq!(Standing::of(None, "ab", &machine(), low), Standing::Missing);
        assert_eq!(of("ac", &machine(), low), Standing::OtherBuild);
        let smaller = Machine { cores: 1, ..machine() };
        assert_eq!(of("ab", &smaller, low), Standing::OtherMachine);
        let more_memory = Machine {
            memory_gib: 32,
            ..machine()
        };
        assert_eq!(of("ab", &more_memory, low), Standing::Good);
        let high = Expected {
            peak_per_minute: 1481,
            ..low
        };
        assert_eq!(of("ab", &machine(), high), Standing::Insufficient);
    }
}
