//! A folder from what the server holds. The same state yields the same bytes; applied again, it changes nothing.
//!
//! What the server does not know cannot be written: identities of FranceConnect, of which it keeps keyed digests only.

use isoloir_domain::count_rules::BallotKind;
use isoloir_domain::{Board, ConsultationId, CountRules, Policy, Profile, local_time};
use serde::Serialize;
use serde_json::Value;

use super::describe::{Known, ROLL_COLUMNS, file_name, folder_of};
use super::document::TIMES;
use super::folder::TEXTS;
use super::{CONSULTATION, FORMAT, Files, LISTS, ROLL};
use crate::import_list_files::Role;
use crate::publish_text::as_written;
use crate::{Fault, VotingServer};

#[derive(Serialize)]
struct Written<'a> {
    format: i64,
    id: &'a str,
    title: &'a str,
    organiser: &'a str,
    profile: Profile,
    group: &'a str,
    opens: String,
    closes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_box: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace_minutes: Option<u64>,
    elections: Vec<WrittenElection<'a>>,
    #[serde(skip_serializing_if = "<[Board]>::is_empty")]
    boards: &'a [Board],
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<Value>,
}

#[derive(Serialize)]
struct WrittenElection<'a> {
    key: &'a str,
    title: &'a str,
    seats: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Value>,
}

impl VotingServer {
    /// The folder of a consultation; `None` when there is none of this name.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn export_folder(&self, id: &ConsultationId) -> Result<Option<Files>, Fault> {
        let Some(known) = self.describe(id).await? else {
            return Ok(None);
        };
        let mut files = Files::new();
        files.insert(CONSULTATION.to_owned(), main_file(&known)?.into_bytes());
        files.insert(LISTS.to_owned(), lists(&known)?);
        files.insert(ROLL.to_owned(), roll(&known)?);
        for (key, content) in &known.texts.texts {
            let text = as_written(*key, content)?;
            files.insert(format!("{TEXTS}/{}", key.file()), text.into_bytes());
            if let Some(attachment) = &content.attachment {
                let file = self.public_file(&attachment.digest).await?;
                let file = file.ok_or(Fault::Damaged("a file of a text"))?;
                files.insert(format!("{TEXTS}/{}", key.attachment_file()), file.bytes);
            }
        }
        for (key, list, role, digest) in &known.files {
            let of_election = known.lists.get(key).into_iter().flatten();
            let ending = match role {
                Role::Logo => "png",
                Role::Manifesto => "pdf",
            };
            let name = format!("{}/{key}/{}.{ending}", folder_of(*role), file_name(of_election, *list));
            let file = self
                .public_file(digest)
                .await?
                .ok_or(Fault::Damaged("a file of a list"))?;
            files.insert(name, file.bytes);
        }
        Ok(Some(files))
    }
}

fn main_file(known: &Known) -> Result<String, Fault> {
    let plan = &known.plan;
    let damaged = |_| Fault::Damaged("a description");
    let profile = plan.profile;
    let elections = plan.elections.iter().map(|election| {
        let count = serde_json::to_value(&election.count).map_err(damaged)?;
        let usual = serde_json::to_value(CountRules::default()).map_err(damaged)?;
        Ok(WrittenElection {
            key: &election.key,
            title: &election.title,
            seats: election.seats,
            count: unusual(count, &usual),
        })
    });
    let mut policy = serde_json::to_value(&plan.policy).map_err(damaged)?;
    let usual = serde_json::to_value(Policy::default()).map_err(damaged)?;
    for path in TIMES {
        if let Some(Value::String(text)) = at_mut(&mut policy, path) {
            let at = text.parse().map_err(|_| Fault::Damaged("a policy"))?;
            *text = local_time::write(at);
        }
    }
    let grace = plan.grace.filter(|grace| *grace != profile.grace());
    let written = Written {
        format: FORMAT,
        id: plan.id.as_str(),
        title: &plan.title,
        organiser: &plan.organiser,
        profile,
        group: &plan.group,
        opens: local_time::write(plan.opens),
        closes: local_time::write(plan.closes),
        live_box: plan.live_box.filter(|live| *live != profile.live_box()),
        grace_minutes: grace.and_then(|grace| u64::try_from(grace.as_mins()).ok()),
        elections: elections.collect::<Result<_, Fault>>()?,
        boards: &plan.boards,
        policy: unusual(policy, &usual),
    };
    toml::to_string(&written).map_err(|_| Fault::Damaged("a description"))
}

/// The value of `policy.…` in the policy.
fn at_mut<'v>(policy: &'v mut Value, path: &[&str]) -> Option<&'v mut Value> {
    let ("policy", rest) = path.split_first().map(|(first, rest)| (*first, rest))? else {
        return None;
    };
    rest.iter().try_fold(policy, |value, key| value.get_mut(*key))
}

/// What is not as it would be if nothing were said; `None` when all of it is.
pub(crate) fn unusual(value: Value, usual: &Value) -> Option<Value> {
    if value == *usual || value.is_null() {
        return None;
    }
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter_map(|(key, value)| {
                let unusual = unusual(value, usual.get(&key).unwrap_or(&Value::Null))?;
                Some((key, unusual))
            });
            let fields: serde_json::Map<String, Value> = fields.collect();
            (!fields.is_empty()).then_some(Value::Object(fields))
        }
        // In an array everything is said, and what is absent has no sign in TOML.
        Value::Array(items) => {
            let items = items.into_iter().filter_map(|item| unusual(item, &Value::Null));
            Some(Value::Array(items.collect()))
        }
        other => Some(other),
    }
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, Fault> {
    let damaged = |_| Fault::Damaged("a table");
    let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    out.write_record(header).map_err(damaged)?;
    for row in rows {
        out.write_record(&row).map_err(damaged)?;
    }
    out.into_inner().map_err(|_| Fault::Damaged("a table"))
}

fn lists(known: &Known) -> Result<Vec<u8>, Fault> {
    let all = || known.lists.values().flatten();
    let with_birth = all()
        .flat_map(|list| &list.candidates)
        .any(|candidate| candidate.born.is_some());
    let with_filing = all().any(|list| list.filed.is_some());
    let mut header = vec!["scrutin", "liste", "sigle", "rang", "nom", "prenom", "sexe"];
    header.extend(with_birth.then_some("naissance"));
    header.extend(with_filing.then_some("depose"));
    let mut rows = Vec::new();
    for election in &known.plan.elections {
        for list in known.lists.get(&election.key).into_iter().flatten() {
            let filed = list.filed.map(local_time::write).unwrap_or_default();
            let mut row = |candidate: [String; 4], born: String| {
                let mut row = vec![election.key.clone(), list.name.clone(), list.acronym.clone()];
                row.extend(candidate);
                row.extend(with_birth.then_some(born));
                row.extend(with_filing.then(|| filed.clone()));
                rows.push(row);
            };
            if election.count.ballot == BallotKind::Sigle {
                row(Default::default(), String::new());
            }
            for one in &list.candidates {
                let born = one.born.map(|born| born.to_string()).unwrap_or_default();
                let sex = one.sex.letter().to_owned();
                row(
                    [one.rank.to_string(), one.last_name.clone(), one.first_name.clone(), sex],
                    born,
                );
            }
        }
    }
    table(&header, rows.into_iter())
}

fn roll(known: &Known) -> Result<Vec<u8>, Fault> {
    let delivered = known
        .roll
        .values()
        .any(|row| row.iter().skip(4).any(|field| !field.is_empty()));
    let columns = if delivered { ROLL_COLUMNS.len() } else { 5 };
    let mut rows = Vec::new();
    for election in &known.plan.elections {
        let of_election = known.roll.iter().filter(|((key, _), _)| *key == election.key);
        for (_, row) in of_election {
            let (person, delivery) = row.split_at(4);
            let cells = person.iter().chain([&election.key]).chain(delivery).take(columns);
            rows.push(cells.cloned().collect());
        }
    }
    table(ROLL_COLUMNS.get(..columns).unwrap_or(&ROLL_COLUMNS), rows.into_iter())
}
