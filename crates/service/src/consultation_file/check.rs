//! All that is wrong in a folder, found without a server: structure, rolls, lists, files, texts, rules of the reissue, gates, delays of the law.

use std::collections::{BTreeMap, HashMap};

use isoloir_domain::CandidateList;
use isoloir_domain::local_time;
use isoloir_domain::message::Message;
use isoloir_domain::policy_lint;
use isoloir_domain::timetable::{Milestone, Step, filing_ends, timetable};

use super::describe::Roll;
use super::document::{self, Document};
use super::folder::{self, Texts};
use super::{CONSULTATION, Files, LISTS, Problem, ROLL, Severity};
use crate::import_consultation::{self, ConsultationPlan, ImportConsultationError};
use crate::import_list_files::{self, ListFilesError, ReadListFile};
use crate::import_lists::{self, ListRules, ReadLists};
use crate::import_roll::{Anomaly, ImportError, ImportReport};
use crate::{Fault, VotingServer};

/// What was found in a folder.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What is wrong, file by file.
    pub problems: Vec<Problem>,
    /// The calendar, when there is one.
    pub timetable: Vec<Milestone>,
    /// Figures of the roll, when it was read.
    pub roll: Option<ImportReport>,
    /// Figures of the lists, when they were read.
    pub lists: Option<ImportReport>,
}

impl Checked {
    /// Whether the folder may be used.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.problems
            .iter()
            .all(|problem| problem.severity != Severity::Refused)
    }
}

/// What a folder says, all of it read and examined.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) plan: ConsultationPlan,
    pub(crate) lists: BTreeMap<String, Vec<CandidateList>>,
    pub(crate) files: Vec<ReadListFile>,
    pub(crate) texts: Texts,
    pub(crate) roll: Roll,
}

/// Checks a folder; `scratch` is a server without data, to be thrown away, on which the roll is tried.
///
/// # Errors
/// [`Fault`].
pub async fn check(scratch: &VotingServer, files: &Files) -> Result<Checked, Fault> {
    Ok(check_whole(scratch, files).await?.1)
}

/// As [`check`], with what the folder says when `consultation.toml` can be read.
pub(crate) async fn check_whole(scratch: &VotingServer, files: &Files) -> Result<(Option<Content>, Checked), Fault> {
    let (mut content, mut checked) = read(files).await?;
    if let Some(content) = &mut content {
        try_roll(scratch, content, files, &mut checked).await?;
    }
    checked
        .problems
        .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok((content, checked))
}

/// Reads everything but the roll. Without a content, `consultation.toml` itself is refused.
async fn read(files: &Files) -> Result<(Option<Content>, Checked), Fault> {
    let mut checked = Checked {
        problems: Vec::new(),
        timetable: Vec::new(),
        roll: None,
        lists: None,
    };
    let (texts, wrong) = Texts::read(files).await?;
    checked.problems.extend(wrong);
    let (given, wrong) = folder::list_files(files);
    checked.problems.extend(wrong);
    let Some(document) = main_file(files, &mut checked) else {
        return Ok((None, checked));
    };
    let lists = lists(files, &document.plan, &mut checked);
    let files = match import_list_files::read_list_files(&lists, given).await {
        Ok(files) => files,
        Err(ListFilesError::Wrong(wrong)) => {
            let wrong = wrong.into_iter();
            checked
                .problems
                .extend(wrong.map(|(path, what)| Problem::refused(&path, None, "list_file", what.message())));
            Vec::new()
        }
        Err(ListFilesError::Fault(fault)) => return Err(fault),
        Err(ListFilesError::Sealed | ListFilesError::UnknownConsultation(_)) => Vec::new(),
    };
    let content = Content {
        plan: document.plan,
        lists,
        files,
        texts,
        roll: Roll::new(),
    };
    Ok((Some(content), checked))
}

fn missing(file: &str) -> Problem {
    let message = Message::new("le fichier manque", "the file is missing");
    Problem::refused(file, None, "missing_file", message)
}

/// Reads `consultation.toml`, its rules and its dates. `None` when nothing else can be said of the folder.
fn main_file(files: &Files, checked: &mut Checked) -> Option<Document> {
    let problems = &mut checked.problems;
    let Some(bytes) = files.get(CONSULTATION) else {
        problems.push(missing(CONSULTATION));
        return None;
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        let message = Message::new("le fichier n’est pas en UTF-8", "the file is not UTF-8");
        problems.push(Problem::refused(CONSULTATION, None, "not_utf8", message));
        return None;
    };
    let document = match document::read(text) {
        Ok(document) => document,
        Err(wrong) => {
            problems.extend(wrong);
            return None;
        }
    };
    let wrong = import_consultation::problems(&document.plan);
    for (path, error) in wrong {
        let line = document.line(&path);
        if let ImportConsultationError::Reissue(_) = &error {
            continue;
        }
        problems.push(Problem::refused(CONSULTATION, line, "consultation", error.message()));
    }
    if let Ok(calendar) = document.plan.calendar() {
        let plan = &document.plan;
        for found in policy_lint::lint(&plan.policy.reissue, &calendar) {
            problems.push(Problem {
                severity: found.rule.severity(),
                ..Problem::refused(
                    CONSULTATION,
                    document.line("policy.reissue"),
                    found.rule.code(),
                    found.rule.message(),
                )
            });
        }
        checked.timetable = timetable(plan.profile, &calendar, &plan.policy);
        let late = checked.timetable.iter().filter(|date| date.breaks_the_law());
        problems.extend(late.map(|date| too_late(&document, date)));
    }
    Some(document)
}

/// A date that is planned later than the law allows.
fn too_late(document: &Document, date: &Milestone) -> Problem {
    let path = match date.step {
        Step::Candidacies => "policy.candidates.filed_until",
        _ => "policy.candidates.published_from",
    };
    let planned = date.planned.map(local_time::write).unwrap_or_default();
    let words = date.step.message();
    let (day, article) = (date.day, date.article);
    let message = Message::new(
        format!("{}\u{a0}: le {day} ({article})\u{202f}; prévu le {planned}", words.fr),
        format!("{}: {day} ({article}); planned for {planned}", words.en),
    );
    Problem::refused(CONSULTATION, document.line(path), "too_late", message)
}

fn lists(files: &Files, plan: &ConsultationPlan, checked: &mut Checked) -> BTreeMap<String, Vec<CandidateList>> {
    let Some(bytes) = files.get(LISTS) else {
        checked.problems.push(missing(LISTS));
        return BTreeMap::new();
    };
    let deadline = plan
        .calendar()
        .ok()
        .and_then(|calendar| filing_ends(plan.profile, &calendar, &plan.policy));
    let elections = plan.elections.iter();
    let rules = ListRules {
        elections: elections
            .map(|one| (one.key.as_str(), &one.count))
            .collect::<HashMap<_, _>>(),
        filing_ends: deadline,
    };
    match import_lists::read_lists(bytes, &rules) {
        Ok(ReadLists { lists, report }) => {
            let without = plan.elections.iter().filter(|one| !lists.contains_key(&one.key));
            checked.problems.extend(without.map(|one| {
                let message = Message::new(
                    format!("aucune liste pour le scrutin «\u{a0}{}\u{a0}»", one.key),
                    format!("no list for the election “{}”", one.key),
                );
                Problem::warning(LISTS, None, "no_list", message)
            }));
            checked.lists = Some(report);
            lists
        }
        Err(error) => {
            checked.problems.extend(anomalies(LISTS, error));
            BTreeMap::new()
        }
    }
}

fn anomalies(file: &str, error: ImportError) -> Vec<Problem> {
    let told = |anomaly: &Anomaly| Problem::refused(file, Some(anomaly.line), "row", anomaly.what.message());
    match error {
        ImportError::Anomalies(anomalies) => anomalies.iter().map(told).collect(),
        other => {
            let message = Message::new(other.to_string(), other.to_string());
            vec![Problem::refused(file, None, "file", message)]
        }
    }
}

/// Imports the roll where it does no harm, takes it as it was understood, and asks the gates.
async fn try_roll(
    scratch: &VotingServer,
    content: &mut Content,
    files: &Files,
    checked: &mut Checked,
) -> Result<(), Fault> {
    let Some(bytes) = files.get(ROLL) else {
        checked.problems.push(missing(ROLL));
        return Ok(());
    };
    match scratch.import_consultation(&content.plan).await {
        Ok(_) => {}
        Err(ImportConsultationError::Fault(fault)) => return Err(fault),
        // Told already, with its line.
        Err(_) => return Ok(()),
    }
    match scratch.import_roll(&content.plan.id, bytes).await {
        Ok(report) => checked.roll = Some(report),
        Err(ImportError::Fault(fault)) => return Err(fault),
        Err(error) => {
            checked.problems.extend(anomalies(ROLL, error));
            return Ok(());
        }
    }
    if let Some(tried) = scratch.describe(&content.plan.id).await? {
        let review = scratch.review_roll(&tried.consultation).await?;
        let standing = review.standing();
        checked
            .problems
            .extend(standing.map(|gate| Problem::warning(ROLL, None, "gate", gate.message())));
        content.roll = tried.roll;
    }
    Ok(())
}
