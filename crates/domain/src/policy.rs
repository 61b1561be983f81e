//! What the organiser decides about the portal (*règles du portail*): `[policy]` in `consultation.toml`, one section per subject.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::message::Message;
use crate::publication::{CandidatesPolicy, ComplaintsPolicy, PrivacyPolicy, ResultsPolicy, RollPolicy};
use crate::reissue::ReissuePolicy;

/// The organiser's decisions. Every section may be left out; what is then true stands at its type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Activation of accounts.
    pub activation: ActivationPolicy,
    /// Challenge question.
    pub challenge: ChallengePolicy,
    /// Forgotten passwords.
    pub password_reset: PasswordResetPolicy,
    /// Sessions.
    pub session: SessionPolicy,
    /// Publication of the rolls.
    pub roll: RollPolicy,
    /// Publication of the candidate lists.
    pub candidates: CandidatesPolicy,
    /// Complaints.
    pub complaints: ComplaintsPolicy,
    /// Publication of the results.
    pub results: ResultsPolicy,
    /// Personal data.
    pub privacy: PrivacyPolicy,
    /// When a captcha stands before a form.
    pub captcha: CaptchaPolicy,
    /// What the help desk may do.
    pub support: SupportPolicy,
    /// How a lost voting code is replaced.
    pub reissue: ReissuePolicy,
    /// When organisers are warned of a deadline.
    pub warnings: WarningsPolicy,
    /// The rehearsal that boards play before they seal.
    pub rehearsal: RehearsalPolicy,
}

/// The rehearsal that boards play before they seal (*élection blanche*): `[policy.rehearsal]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RehearsalPolicy {
    /// At most so many made-up voters vote in each election, on a roll as long as the real one: at least 100. Without it everybody on that roll does.
    #[serde(deserialize_with = "enough_voters", skip_serializing_if = "Option::is_none")]
    most_voters: Option<u32>,
}

impl RehearsalPolicy {
    /// With at most so many; `None` when fewer than 100, who would show little of a count.
    #[must_use]
    pub fn new(most_voters: u32) -> Option<Self> {
        (most_voters >= 100).then_some(Self {
            most_voters: Some(most_voters),
        })
    }

    /// How many of a roll of `registered` vote.
    #[must_use]
    pub fn voting(&self, registered: usize) -> usize {
        let most = self.most_voters.and_then(|most| usize::try_from(most).ok());
        most.map_or(registered, |most| registered.min(most))
    }
}

fn enough_voters<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<u32>, D::Error> {
    let read = RehearsalPolicy::new(u32::deserialize(reader)?);
    let sound = read.ok_or_else(|| serde::de::Error::custom("made-up voters of a rehearsal, at least 100"))?;
    Ok(sound.most_voters)
}

/// When organisers are warned of a deadline of the calendar for which somebody still has to act (*alertes d’échéance*): `[policy.warnings]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WarningsPolicy {
    /// Days before, each from 1 to 60: 7 and 1 unless said otherwise. Without any, nobody is warned.
    #[serde(deserialize_with = "some_days")]
    days_before: BTreeSet<u16>,
}

impl WarningsPolicy {
    /// On these days before a deadline; `None` when one of them is not from 1 to 60.
    pub fn new(days: impl IntoIterator<Item = u16>) -> Option<Self> {
        let days_before: BTreeSet<u16> = days.into_iter().collect();
        let sound = days_before.iter().all(|days| (1..=60).contains(days));
        sound.then_some(Self { days_before })
    }

    /// The warning that is due `left` days before a deadline: the nearest that has been reached.
    #[must_use]
    pub fn reached(&self, left: u32) -> Option<u16> {
        self.days_before.iter().copied().find(|days| left <= u32::from(*days))
    }
}

impl Default for WarningsPolicy {
    fn default() -> Self {
        Self {
            days_before: BTreeSet::from([1, 7]),
        }
    }
}

fn some_days<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<BTreeSet<u16>, D::Error> {
    let read = WarningsPolicy::new(BTreeSet::deserialize(reader)?);
    let sound = read.ok_or_else(|| serde::de::Error::custom("days before a deadline, each from 1 to 60"))?;
    Ok(sound.days_before)
}

/// How an address may be changed by the help desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressChange {
    /// One person proposes, another approves.
    TwoAgents,
    /// Not at all: the roll's source is corrected instead.
    Never,
}

/// What the help desk may do for a voter (*règles de l’assistance*): `[policy.support]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupportPolicy {
    /// Whether agents may have an activation link sent again, or an activation letter made.
    pub resend: bool,
    /// How often for one voter within a day.
    pub per_day: u32,
    /// How an address may be changed.
    pub change_address: AddressChange,
}

impl Default for SupportPolicy {
    fn default() -> SupportPolicy {
        SupportPolicy {
            resend: true,
            per_day: 3,
            change_address: AddressChange::TwoAgents,
        }
    }
}

/// When a captcha is asked for (*captcha*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaWhen {
    /// Never: the limits per account and per network stand alone.
    Never,
    /// After failures for the same account, or when the network has many of them.
    AfterFailures,
    /// Each time.
    Always,
}

/// Where a captcha stands, form by form: `[policy.captcha]`. A voter who is signed in never meets one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaptchaPolicy {
    /// Sign-in.
    pub sign_in: CaptchaWhen,
    /// Activation by the code of a letter. A link of 256 random bits needs none.
    pub activation: CaptchaWhen,
    /// Forgotten password.
    pub password_reset: CaptchaWhen,
    /// A request to the help desk by somebody who is not signed in.
    pub assistance: CaptchaWhen,
    /// A complaint by somebody whom the roll does not name.
    pub complaint: CaptchaWhen,
}

impl Default for CaptchaPolicy {
    fn default() -> CaptchaPolicy {
        CaptchaPolicy {
            sign_in: CaptchaWhen::AfterFailures,
            activation: CaptchaWhen::AfterFailures,
            password_reset: CaptchaWhen::Always,
            assistance: CaptchaWhen::Always,
            complaint: CaptchaWhen::Always,
        }
    }
}

/// `[policy.activation]`: how long links and letters that activate an account are good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ActivationPolicy {
    /// Days of a link sent by mail: 14 unless said otherwise.
    pub link_days: u16,
    /// Days of the code of a letter, which travels and waits: 45 unless said otherwise.
    pub letter_days: u16,
}

impl Default for ActivationPolicy {
    fn default() -> Self {
        Self {
            link_days: 14,
            letter_days: 45,
        }
    }
}

/// `[policy.challenge]`: the questions among which voters choose (*questions défi*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengePolicy {
    /// The questions, in display order. At least one.
    #[serde(deserialize_with = "some_questions")]
    pub questions: Vec<Message>,
}

impl Default for ChallengePolicy {
    fn default() -> Self {
        let question = |fr: &str, en: &str| Message::new(fr, en);
        Self {
            questions: vec![
                question(
                    "Quelle était la marque de votre première voiture\u{202f}?",
                    "What was the make of your first car?",
                ),
                question(
                    "Dans quelle rue habitait votre meilleure amie ou votre meilleur ami d’enfance\u{202f}?",
                    "In which street did your best childhood friend live?",
                ),
                question(
                    "Quel était le titre du premier livre que vous avez acheté\u{202f}?",
                    "What was the title of the first book that you bought?",
                ),
                question(
                    "Quel était le nom de famille de votre institutrice ou de votre instituteur préféré\u{202f}?",
                    "What was the surname of your favourite primary school teacher?",
                ),
                question(
                    "Où avez-vous passé vos premières vacances sans vos parents\u{202f}?",
                    "Where did you spend your first holiday without your parents?",
                ),
            ],
        }
    }
}

/// A challenge that nobody can choose would bar every activation.
fn some_questions<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Vec<Message>, D::Error> {
    let questions = Vec::<Message>::deserialize(reader)?;
    let sound = |question: &Message| {
        [&question.fr, &question.en]
            .iter()
            .all(|text| (1..=200).contains(&text.trim().chars().count()))
    };
    if questions.is_empty() || questions.len() > 50 || !questions.iter().all(sound) {
        return Err(serde::de::Error::custom(
            "1 to 50 questions, each with fr and en of 1 to 200 characters",
        ));
    }
    Ok(questions)
}

/// `[policy.password_reset]`: what a voter who forgot the password must show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordResetPolicy {
    /// Whether the secret answer is asked too, so that the mailbox alone is not enough: yes unless said otherwise.
    pub challenge: bool,
    /// Minutes for which the link is good: 60 unless said otherwise.
    pub link_minutes: u16,
    /// Minutes between two mails to the same voter at least: 5 unless said otherwise.
    pub resend_minutes: u16,
    /// Whether FranceConnect may stand for the professional mailbox: the link then goes to the mailbox that it vouches for, and the
    /// professional one is told. No unless said otherwise; it takes a provider (`[franceconnect]` of the server) and identities in the roll.
    pub franceconnect: bool,
}

impl Default for PasswordResetPolicy {
    fn default() -> Self {
        Self {
            challenge: true,
            link_minutes: 60,
            resend_minutes: 5,
            franceconnect: false,
        }
    }
}

/// `[policy.session]`: how long one stays signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionPolicy {
    /// Minutes without use after which a session is over: 30 unless said otherwise.
    pub idle_minutes: u16,
    /// Minutes after which a session is over, used or not: 240 unless said otherwise.
    pub absolute_minutes: u16,
    /// Minutes before either end at which the voter is warned: 2 unless said otherwise.
    pub warning_minutes: u16,
    /// As `idle_minutes`, on a shared machine (*borne*): 5 unless said otherwise.
    pub kiosk_idle_minutes: u16,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self {
            idle_minutes: 30,
            absolute_minutes: 240,
            warning_minutes: 2,
            kiosk_idle_minutes: 5,
        }
    }
}

#[cfg(test)]
mod accounts_tests {
    use super::*;

    #[test]
    fn a_policy_that_says_nothing_has_five_questions_and_one_without_questions_is_refused() {
        let policy: Policy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy.challenge.questions.len(), 5);
        assert_eq!(policy, Policy::default());
        assert!(serde_json::from_str::<Policy>(r#"{"challenge":{"questions":[]}}"#).is_err());
        assert!(serde_json::from_str::<Policy>(r#"{"challenge":{"questions":[{"fr":" ","en":"x"}]}}"#).is_err());
        assert!(serde_json::from_str::<Policy>(r#"{"session":{"idle":3}}"#).is_err());
        assert!(serde_json::from_str::<Policy>(r#"{"warnings":{"days_before":[0]}}"#).is_err());
        let rehearsal = |most| serde_json::from_str::<Policy>(&format!(r#"{{"rehearsal":{{"most_voters":{most}}}}}"#));
        assert!(rehearsal(99).is_err());
        let voting = |policy: &Policy| [90, 2_000_000].map(|registered| policy.rehearsal.voting(registered));
        let limited = rehearsal(100).unwrap();
        assert_eq!((voting(&policy), voting(&limited)), ([90, 2_000_000], [90, 100]));
        let kept = [policy, limited].map(|policy| (serde_json::to_string(&policy).unwrap(), policy));
        for (text, policy) in kept {
            assert_eq!(
                serde_json::from_str::<Policy>(&text).unwrap(),
                policy,
                "as the database keeps it"
            );
        }
        let rules = WarningsPolicy::default();
        let reached = [8, 7, 2, 1, 0].map(|left| rules.reached(left));
        assert_eq!(reached, [None, Some(7), Some(7), Some(1), Some(1)]);
    }
}
