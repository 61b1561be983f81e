//! What a consultation is, in one value for a folder and for a server, so that the two can be compared.

use std::collections::{BTreeMap, BTreeSet};

use isoloir_domain::names::normal;
use isoloir_domain::{
    CandidateList, Consultation, ConsultationId, CountRules, Election, ElectionId, Policy, local_time,
};
use isoloir_store::roll::EntitledVoter;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::export::unusual;
use super::folder::Texts;
use crate::import_consultation::{ConsultationPlan, ElectionPlan};
use crate::import_list_files::{ReadListFile, Role};
use crate::{Fault, VotingServer};

/// Sections of a description, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Title, organiser, profile, group, boxes.
    Consultation,
    /// Opening, closing, grace.
    Calendar,
    /// Policies.
    Policy,
    /// Elections and how they are counted.
    Elections,
    /// Election boards.
    Boards,
    /// Rolls.
    Rolls,
    /// Candidate lists.
    Lists,
    /// Logos and manifestos.
    Files,
    /// Texts, questions and answers.
    Texts,
}

/// Where something stands: the section, what it is of (the key of an election or a board, where there is one), then its name there.
pub(crate) type Place = (Section, String, String);

/// A description as places and what stands there.
pub(crate) type Facts = BTreeMap<Place, String>;

/// Rows of rolls, by election and staff number.
pub(crate) type Roll = BTreeMap<(String, String), [String; 11]>;
/// Files of lists: election, position of the list, role, digest.
pub(crate) type FilePlace = (String, u32, Role, [u8; 32]);

/// A server's state of a consultation.
pub(crate) struct Known {
    pub(crate) consultation: Consultation,
    pub(crate) plan: ConsultationPlan,
    pub(crate) lists: BTreeMap<String, Vec<CandidateList>>,
    pub(crate) files: Vec<FilePlace>,
    pub(crate) texts: Texts,
    pub(crate) roll: Roll,
    /// Its elections, with their identifiers.
    pub(crate) elections: Vec<Election>,
    /// Whether a box is frozen.
    pub(crate) frozen: bool,
    /// Changes of the description so far.
    pub(crate) revision: i64,
    /// Keys of the elections that are set up.
    pub(crate) sealed: Vec<String>,
    /// Keys of the boards that did something.
    pub(crate) seated: Vec<String>,
    /// Keys of the elections for which lists were prepared or filed, or whose display order was begun.
    pub(crate) filed: Vec<String>,
    /// Keys of the elections that a complaint, a judgment or the history of a roll names.
    pub(crate) named: Vec<String>,
}

/// Facts of everything but rolls.
pub(crate) fn facts(
    plan: &ConsultationPlan,
    lists: &BTreeMap<String, Vec<CandidateList>>,
    files: &[FilePlace],
    texts: &Texts,
) -> Result<Facts, Fault> {
    let mut facts = Facts::new();
    let mut say = |section, of: &str, name: String, what: String| {
        facts.insert((section, of.to_owned(), name), what);
    };
    let live_box = plan.live_box.unwrap_or_else(|| plan.profile.live_box());
    for (name, what) in [
        ("title", plan.title.clone()),
        ("organiser", plan.organiser.clone()),
        ("profile", plan.profile.to_string()),
        ("group", plan.group.clone()),
        ("live_box", live_box.to_string()),
    ] {
        say(Section::Consultation, "", name.to_owned(), what);
    }
    let grace = plan.grace.unwrap_or_else(|| plan.profile.grace());
    for (name, what) in [
        ("opens", local_time::write(plan.opens)),
        ("closes", local_time::write(plan.closes)),
        ("grace", format!("{} s", grace.as_secs())),
    ] {
        say(Section::Calendar, "", name.to_owned(), what);
    }
    let damaged = |_| Fault::Damaged("a description");
    let policy = serde_json::to_value(&plan.policy).map_err(damaged)?;
    let usual = serde_json::to_value(Policy::default()).map_err(damaged)?;
    for (path, value) in unusual(policy, &usual).iter().flat_map(flat) {
        say(Section::Policy, "", path, value);
    }
    for (position, election) in (1_u32..).zip(&plan.elections) {
        let count = serde_json::to_value(&election.count).map_err(damaged)?;
        let usual = serde_json::to_value(CountRules::default()).map_err(damaged)?;
        let count = unusual(count, &usual);
        let written = json!({ "title": election.title, "seats": election.seats, "position": position, "count": count });
        for (path, value) in flat(&written) {
            say(Section::Elections, &election.key, path, value);
        }
    }
    for (position, board) in (1_u32..).zip(&plan.boards) {
        let written = serde_json::to_value(board).map_err(damaged)?;
        for (path, value) in flat(&written)
            .into_iter()
            .chain([("position".to_owned(), position.to_string())])
        {
            say(Section::Boards, &board.key, path, value);
        }
    }
    for (key, lists) in lists {
        for list in lists {
            for (path, value) in flat(&list_value(list)) {
                say(Section::Lists, key, format!("{} · {path}", list.name), value);
            }
        }
    }
    for (key, list, role, digest) in files {
        let of_election = lists.get(key).into_iter().flatten();
        let name = file_name(of_election, *list);
        say(
            Section::Files,
            key,
            format!("{}/{name}", folder_of(*role)),
            hex::encode(digest),
        );
    }
    for (key, content) in &texts.texts {
        say(Section::Texts, "", key.file(), digest(content.body.as_bytes()));
        if let Some(attachment) = &content.attachment {
            say(
                Section::Texts,
                "",
                key.attachment_file(),
                hex::encode(attachment.digest),
            );
        }
    }
    Ok(facts)
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The folder of files of this role.
pub(crate) const fn folder_of(role: Role) -> &'static str {
    match role {
        Role::Logo => "logos",
        Role::Manifesto => "manifestos",
    }
}

/// The name of a list's files: its acronym where that is a name and no other list's, else its rank.
pub(crate) fn file_name<'a>(lists: impl Iterator<Item = &'a CandidateList> + Clone, position: u32) -> String {
    let own = lists.clone().find(|list| list.position == position);
    let rank = position.to_string();
    let Some(own) = own else { return rank };
    let wanted = normal(&own.acronym);
    let alone = lists
        .filter(|list| normal(&list.acronym) == wanted || list.position.to_string() == wanted)
        .count()
        == 1;
    let plain = !own.acronym.is_empty() && own.acronym.chars().all(|c| c.is_alphanumeric() || c == '-');
    if alone && plain { own.acronym.clone() } else { rank }
}

fn list_value(list: &CandidateList) -> Value {
    let candidates = list.candidates.iter().map(|candidate| {
        let born = candidate.born.map(|born| born.to_string()).unwrap_or_default();
        format!(
            "{} {} {} {born}",
            candidate.last_name,
            candidate.first_name,
            candidate.sex.letter()
        )
    });
    json!({
        "rank": list.position,
        "acronym": list.acronym,
        "filed": list.filed.map(local_time::write),
        "candidates": candidates.collect::<Vec<_>>(),
    })
}

/// Leaves of a value by their paths; what is absent or empty has none.
fn flat(value: &Value) -> Vec<(String, String)> {
    fn walk(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
        let below = |key: &str| {
            if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}.{key}")
            }
        };
        match value {
            Value::Null => {}
            Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, &below(key), out)),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (rank, item) in items.iter().enumerate() {
                    walk(item, &below(&(rank + 1).to_string()), out);
                }
            }
            Value::Array(items) if items.is_empty() => {}
            Value::String(text) => out.push((path.to_owned(), text.clone())),
            other => out.push((path.to_owned(), other.to_string())),
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

/// The columns of a roll, as an export writes them.
pub(crate) const ROLL_COLUMNS: [&str; 12] = [
    "matricule",
    "nom",
    "prenom",
    "courriel",
    "scrutin",
    "lieu",
    "lieu_nom",
    "adresse1",
    "adresse2",
    "adresse3",
    "adresse4",
    "adresse5",
];

/// A row of a roll: these columns but the election, which names the place.
pub(crate) fn roll_row(voter: &EntitledVoter) -> [String; 11] {
    let line = |rank: usize| voter.delivery.address.get(rank).cloned().unwrap_or_default();
    let place = voter.delivery.place.as_ref();
    [
        voter.voter.number.clone(),
        voter.voter.last_name.clone(),
        voter.voter.first_name.clone(),
        voter.voter.email.clone().unwrap_or_default(),
        place.map(|place| place.code.clone()).unwrap_or_default(),
        place.map(|place| place.name.clone()).unwrap_or_default(),
        line(0),
        line(1),
        line(2),
        line(3),
        line(4),
    ]
}

impl VotingServer {
    /// What the server holds of a consultation; `None` when it knows none of this name.
    pub(crate) async fn describe(&self, id: &ConsultationId) -> Result<Option<Known>, Fault> {
        let store = &self.inner.store;
        let revision = store.revision(id).await?;
        let (Some(consultation), Some(revision)) = (store.consultation(id).await?, revision) else {
            return Ok(None);
        };
        let (mut elections, mut lists, mut files, mut sealed) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
        let known = store.elections(id).await?;
        let mut frozen = false;
        let (candidacies, mut filed) = (store.candidacy_counts(id).await?, Vec::new());
        let named = store.named_elections(id).await?;
        for election in &known {
            if candidacies.contains_key(&election.id) || store.order_secret(&election.id).await?.is_some() {
                filed.push(election.key.clone());
            }
            let of_election = store.lists(&election.id).await?;
            if !of_election.is_empty() {
                lists.insert(election.key.clone(), of_election);
            }
            for file in store.list_files(&election.id).await? {
                files.push((election.key.clone(), file.list, file.role, file.digest));
            }
            frozen |= store.box_state(&election.id).await?.is_some_and(|state| state.ended);
            if store.is_sealed(&election.id).await? {
                sealed.push(election.key.clone());
            }
            elections.push(ElectionPlan {
                key: election.key.clone(),
                title: election.title.clone(),
                seats: election.seats,
                count: election.count.clone(),
            });
        }
        let (mut boards, mut seated) = (Vec::new(), Vec::new());
        for (_, board) in store.boards().await?.into_iter().filter(|(of, _)| of == id) {
            if store.board_version(&board.key).await? > 0 {
                seated.push(board.key.clone());
            }
            boards.push(board);
        }
        let keys: BTreeMap<_, _> = known.iter().map(|one| (one.id.clone(), one.key.clone())).collect();
        let mut roll = Roll::new();
        store
            .entitled_voters(|voter| -> Result<(), Fault> {
                let row = roll_row(&voter);
                for key in voter.elections.iter().filter_map(|election| keys.get(election)) {
                    roll.insert((key.clone(), voter.voter.number.clone()), row.clone());
                }
                Ok(())
            })
            .await?;
        let plan = ConsultationPlan {
            id: id.clone(),
            title: consultation.title.clone(),
            organiser: consultation.organiser.clone(),
            profile: consultation.profile,
            group: consultation.group.clone(),
            opens: consultation.calendar.opens(),
            closes: consultation.calendar.closes(),
            grace: Some(consultation.calendar.grace()),
            live_box: Some(consultation.live_box),
            policy: consultation.policy.clone(),
            elections,
            boards,
        };
        Ok(Some(Known {
            texts: self.all_texts(id).await?,
            consultation,
            plan,
            lists,
            files,
            roll,
            elections: known,
            frozen,
            revision,
            sealed,
            seated,
            filed,
            named: known_keys(&keys, &named),
        }))
    }

    /// The organiser's texts on line, without the built-in questions.
    async fn all_texts(&self, id: &ConsultationId) -> Result<Texts, Fault> {
        let latest = self.inner.store.latest_texts(id).await?;
        let texts = latest
            .into_iter()
            .filter_map(|(key, version)| Some((key, version.content?)));
        Ok(Texts {
            texts: texts.collect(),
            ..Texts::default()
        })
    }
}

/// The keys of these elections.
fn known_keys(keys: &BTreeMap<ElectionId, String>, of: &BTreeSet<ElectionId>) -> Vec<String> {
    of.iter().filter_map(|id| keys.get(id).cloned()).collect()
}

/// Where the files of a folder stand, as a server says it.
pub(crate) fn places_of(files: &[ReadListFile]) -> Vec<FilePlace> {
    files
        .iter()
        .map(|file| (file.election.clone(), file.list, file.role, file.digest))
        .collect()
}
