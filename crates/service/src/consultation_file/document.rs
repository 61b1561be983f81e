//! `consultation.toml`: typed, nothing unknown in it, every time with its zone, every mistake with its line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use isoloir_domain::consultation::Profile;
use isoloir_domain::message::Message;
use isoloir_domain::{Board, ConsultationId, CountRules, Policy, local_time};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{CONSULTATION, FORMAT, Problem};
use crate::import_consultation::{ConsultationPlan, ElectionPlan};

/// Where the file holds times. They are written as [`local_time`] reads them.
pub(crate) const TIMES: [&[&str]; 10] = [
    &["opens"],
    &["closes"],
    &["policy", "roll", "published_from"],
    &["policy", "roll", "published_until"],
    &["policy", "candidates", "filed_until"],
    &["policy", "candidates", "published_from"],
    &["policy", "complaints", "opens"],
    &["policy", "complaints", "closes"],
    &["policy", "reissue", "opens"],
    &["policy", "reissue", "closes"],
];

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Document {
    /// What it says.
    pub plan: ConsultationPlan,
    lines: BTreeMap<String, u64>,
}

impl Document {
    /// The line where something stands, `elections.0.seats`; that of what holds it when it is not there.
    #[must_use]
    pub fn line(&self, path: &str) -> Option<u64> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = path.rsplit_once('.')?.0;
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsultationFile {
    #[serde(rename = "format")]
    _format: i64,
    id: ConsultationId,
    title: String,
    organiser: String,
    profile: Profile,
    group: String,
    opens: Timestamp,
    closes: Timestamp,
    live_box: Option<bool>,
    #[serde(default)]
    policy: Policy,
    /// Profile `test` only.
    grace_minutes: Option<u32>,
    elections: Vec<ElectionFile>,
    #[serde(default)]
    boards: Vec<Board>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElectionFile {
    key: String,
    title: String,
    seats: u32,
    #[serde(default)]
    count: CountRules,
}

/// Reads the file.
///
/// # Errors
/// All that is wrong with it: every time, and the first mistake of another kind.
pub fn read(text: &str) -> Result<Document, Vec<Problem>> {
    let line = |span: Range<usize>| line_of(text, span.start);
    let mut table = DeTable::parse(text).map_err(|error| vec![unreadable(text, &error)])?;
    if let Some(problem) = wrong_format(&table, &line) {
        return Err(vec![problem]);
    }
    let mut lines = BTreeMap::new();
    note_lines(table.get_ref(), "", text, &mut lines);
    let mut wrong = Vec::new();
    for path in TIMES {
        let Some(value) = find(table.get_mut(), path) else {
            continue;
        };
        let span = value.span();
        match value
            .get_ref()
            .as_str()
            .ok_or(local_time::LocalTimeError::Malformed)
            .and_then(local_time::parse)
        {
            Ok(at) => *value.get_mut() = DeValue::String(Cow::Owned(at.to_string())),
            Err(error) => {
                let Message { fr, en } = error.message();
                let name = path.join(".");
                let message = Message::new(format!("{name}\u{a0}: {fr}"), format!("{name}: {en}"));
                wrong.push(Problem::refused(CONSULTATION, Some(line(span)), "time", message));
                // Read on as if it were right, for what else is wrong.
                *value.get_mut() = DeValue::String(Cow::Borrowed("1970-01-01T00:00:00Z"));
            }
        }
    }
    match ConsultationFile::deserialize(toml::de::Deserializer::from(table)) {
        Ok(file) if wrong.is_empty() => Ok(Document {
            plan: file.into_plan(),
            lines,
        }),
        Ok(_) => Err(wrong),
        Err(error) => {
            wrong.push(unreadable(text, &error));
            Err(wrong)
        }
    }
}

impl ConsultationFile {
    fn into_plan(self) -> ConsultationPlan {
        let election = |election: ElectionFile| ElectionPlan {
            key: election.key,
            title: election.title,
            seats: election.seats,
            count: election.count,
        };
        ConsultationPlan {
            id: self.id,
            title: self.title,
            organiser: self.organiser,
            profile: self.profile,
            group: self.group,
            opens: self.opens,
            closes: self.closes,
            grace: self
                .grace_minutes
                .map(|minutes| SignedDuration::from_mins(i64::from(minutes))),
            live_box: self.live_box,
            policy: self.policy,
            elections: self.elections.into_iter().map(election).collect(),
            boards: self.boards,
        }
    }
}

/// A file of another format, or that does not say which it is of.
fn wrong_format(table: &Spanned<DeTable<'_>>, line: &impl Fn(Range<usize>) -> u64) -> Option<Problem> {
    let format = table.get_ref().get("format");
    let number = format.and_then(|value| {
        let number = value.get_ref().as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    });
    if number == Some(FORMAT) {
        return None;
    }
    let line = format.map_or(1, |value| line(value.span()));
    let message = Message::new(
        format!(
            "la première ligne du fichier est «\u{a0}format = {FORMAT}\u{a0}»\u{a0}: ce logiciel lit ce format et aucun autre"
        ),
        format!("the first line of the file is “format = {FORMAT}”: this software reads that format and no other"),
    );
    Some(Problem::refused(CONSULTATION, Some(line), "format", message))
}

fn find<'t, 'i>(table: &'t mut DeTable<'i>, path: &[&str]) -> Option<&'t mut Spanned<DeValue<'i>>> {
    let (first, rest) = path.split_first()?;
    let value = table.get_mut(*first)?;
    if rest.is_empty() {
        return Some(value);
    }
    match value.get_mut() {
        DeValue::Table(inner) => find(inner, rest),
        _ => None,
    }
}

/// Notes where each key stands, tables by their names, entries of arrays by their ranks from 0.
fn note_lines(table: &DeTable<'_>, prefix: &str, text: &str, lines: &mut BTreeMap<String, u64>) {
    for (key, value) in table {
        let path = match prefix {
            "" => key.get_ref().to_string(),
            prefix => format!("{prefix}.{}", key.get_ref()),
        };
        lines.insert(path.clone(), line_of(text, key.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => note_lines(inner, &path, text, lines),
            DeValue::Array(items) => {
                for (rank, item) in items.iter().enumerate() {
                    let path = format!("{path}.{rank}");
                    lines.insert(path.clone(), line_of(text, item.span().start));
                    if let DeValue::Table(inner) = item.get_ref() {
                        note_lines(inner, &path, text, lines);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The line of a byte, from 1.
fn line_of(text: &str, at: usize) -> u64 {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    let breaks = before.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(breaks).unwrap_or(u64::MAX).saturating_add(1)
}

fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    let line = error.span().map(|span| line_of(text, span.start));
    let (code, message) = words(error.message());
    Problem::refused(CONSULTATION, line, code, message)
}

/// What the reader of TOML says, in both languages.
pub(crate) fn words(said: &str) -> (&'static str, Message) {
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    let known = |text: &str| text.split('`').skip(3).step_by(2).collect::<Vec<_>>().join(", ");
    let (code, fr) = if said.starts_with("unknown field") {
        let (key, known) = (quoted(said), known(said));
        (
            "unknown_key",
            format!("clé inconnue «\u{a0}{key}\u{a0}»\u{202f}; clés possibles ici\u{a0}: {known}"),
        )
    } else if said.starts_with("unknown variant") {
        let (value, known) = (quoted(said), known(said));
        (
            "unknown_value",
            format!("valeur inconnue «\u{a0}{value}\u{a0}»\u{202f}; valeurs possibles\u{a0}: {known}"),
        )
    } else if said.starts_with("missing field") {
        ("missing_key", format!("la clé «\u{a0}{}\u{a0}» manque", quoted(said)))
    } else if said.starts_with("duplicate key") {
        ("duplicate_key", "la même clé figure deux fois".to_owned())
    } else if said.starts_with("invalid type") || said.starts_with("invalid value") {
        ("wrong_value", format!("valeur d’un autre type qu’attendu ({said})"))
    } else {
        ("unreadable", format!("le fichier ne se lit pas\u{a0}: {said}"))
    };
    (code, Message::new(fr, said))
}
