//! Alarms: each has a stable name, which journals and other watchers quote.

use isoloir_domain::message::Message;
use serde::Serialize;

/// What a watcher can raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmKind {
    /// The portal does not answer.
    Unreachable,
    /// The server's key is not the one seen before.
    KeyChanged,
    /// A head is not signed by the server's key.
    HeadForged,
    /// A box does not pass the audit.
    BoxInvalid,
    /// An event that was in the box is not there any more.
    BallotRemoved,
    /// Another event stands in place of one that was in the box.
    BallotChanged,
    /// A head that the server signed is not in the box that it publishes, or two heads cannot belong to one box.
    SplitView,
    /// A script or style sheet is not the one seen before.
    ScriptChanged,
    /// The box was public and is not served any more.
    BoxWithdrawn,
    /// The box has not changed for longer than expected while the vote is open.
    BoxStale,
    /// The statement of another watcher is not signed by the key that it names.
    StatementForged,
}

impl AlarmKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Unreachable,
        Self::KeyChanged,
        Self::HeadForged,
        Self::BoxInvalid,
        Self::BallotRemoved,
        Self::BallotChanged,
        Self::SplitView,
        Self::ScriptChanged,
        Self::BoxWithdrawn,
        Self::BoxStale,
        Self::StatementForged,
    ];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::KeyChanged => "key-changed",
            Self::HeadForged => "head-forged",
            Self::BoxInvalid => "box-invalid",
            Self::BallotRemoved => "ballot-removed",
            Self::BallotChanged => "ballot-changed",
            Self::SplitView => "split-view",
            Self::ScriptChanged => "script-changed",
            Self::BoxWithdrawn => "box-withdrawn",
            Self::BoxStale => "box-stale",
            Self::StatementForged => "statement-forged",
        }
    }

    /// What a person reads.
    #[must_use]
    pub fn message(self) -> Message {
        let (fr, en) = match self {
            Self::Unreachable => ("Le portail ne répond pas", "The portal does not answer"),
            Self::KeyChanged => (
                "La clé de signature du serveur a changé",
                "The server’s signing key has changed",
            ),
            Self::HeadForged => (
                "Une tête d’urne n’est pas signée par le serveur",
                "A head of a box is not signed by the server",
            ),
            Self::BoxInvalid => ("Une urne n’est pas valide", "A box is not valid"),
            Self::BallotRemoved => (
                "Un événement a disparu d’une urne",
                "An event has disappeared from a box",
            ),
            Self::BallotChanged => (
                "Un événement d’une urne a été remplacé",
                "An event of a box has been replaced",
            ),
            Self::SplitView => (
                "Le serveur a montré des urnes différentes",
                "The server has shown different boxes",
            ),
            Self::ScriptChanged => (
                "Un programme servi aux électeurs a changé",
                "A program served to voters has changed",
            ),
            Self::BoxWithdrawn => (
                "Une urne publique n’est plus servie",
                "A public box is not served any more",
            ),
            Self::BoxStale => ("Une urne ne change plus", "A box does not change any more"),
            Self::StatementForged => (
                "La déclaration d’un autre guetteur n’est pas signée par lui",
                "The statement of another watcher is not signed by it",
            ),
        };
        Message::new(fr, en)
    }
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// What.
    pub alarm: AlarmKind,
    /// At which portal.
    pub portal: String,
    /// The election, the script, or nothing.
    pub subject: String,
    /// Technical detail, in English.
    pub detail: String,
}

impl Alarm {
    pub(super) fn new(alarm: AlarmKind, portal: &str, subject: impl ToString, detail: impl ToString) -> Self {
        Self {
            alarm,
            portal: portal.to_owned(),
            subject: subject.to_string(),
            detail: detail.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AlarmKind;

    #[test]
    fn names_are_distinct_and_those_of_json() {
        for kind in AlarmKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(AlarmKind::ALL.iter().filter(|k| k.name() == kind.name()).count(), 1);
        }
    }
}
