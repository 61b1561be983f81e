//! A consultation's folder on the command line: checked, its calendar, signed, planned, applied, exported.

use std::path::Path;

use anyhow::{Context, bail};
use isoloir_domain::timetable::{Milestone, Nearness};
use isoloir_domain::{Clock as _, Language, SystemClock, local_time};
use isoloir_service::VotingServer;
use isoloir_service::consultation_file::apply::ApplyError;
use isoloir_service::consultation_file::check::{self, Checked};
use isoloir_service::consultation_file::folder::TEXTS;
use isoloir_service::consultation_file::plan::{Change, Plan, PlanError};
use isoloir_service::consultation_file::{CONSULTATION, Files, LISTS, Problem, ROLL, Severity, document};
use isoloir_service::import_consultation::ConsultationPlan;
use isoloir_service::import_roll::ImportError;
use jiff::Timestamp;
use serde_json::json;

use super::{ConfigArg, consultation_signature, key, server};
use crate::config::ServerConfig;
use crate::private_file;

/// How a command says what it found.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Told {
    /// Says it as JSON, in both languages.
    #[arg(long)]
    pub(super) json: bool,
    /// Language of what is said: fr or en.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    pub(super) language: Language,
}

fn language(code: &str) -> Result<Language, &'static str> {
    Language::from_code(code).ok_or("the language is fr or en")
}

/// Larger than anything that is accepted: what is refused is refused by its size, not read to the end.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Reads a folder.
pub(crate) fn read(folder: &Path) -> anyhow::Result<Files> {
    let mut files = Files::new();
    for name in [CONSULTATION, ROLL, LISTS] {
        let path = folder.join(name);
        if path.exists() {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name.to_owned(), bytes);
        }
    }
    if files.is_empty() {
        bail!("{} holds none of {CONSULTATION}, {ROLL}, {LISTS}", folder.display());
    }
    for name in [TEXTS, "logos", "manifestos"] {
        gather(&folder.join(name), name, &mut files)?;
    }
    Ok(files)
}

/// Adds the files under `folder`; hidden ones (those of file managers) are left out.
fn gather(folder: &Path, name: &str, files: &mut Files) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let file_name = entry.file_name();
        let file_name = file_name
            .to_str()
            .with_context(|| format!("{name}: a name that is not UTF-8"))?;
        if file_name.starts_with('.') {
            continue;
        }
        let (path, name) = (entry.path(), format!("{name}/{file_name}"));
        if path.is_dir() {
            gather(&path, &name, files)?;
        } else if entry.metadata()?.len() > MAX_FILE {
            bail!("{name} is far too large");
        } else {
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.insert(name, bytes);
        }
    }
    Ok(())
}

/// Reads a `consultation.toml`.
pub(super) fn main_file(text: &str) -> anyhow::Result<ConsultationPlan> {
    match document::read(text) {
        Ok(document) => Ok(document.plan),
        Err(wrong) => Err(refuse(&wrong, Language::English)),
    }
}

/// Tells what is wrong, then gives the error that ends the command.
fn refuse(problems: &[Problem], language: Language) -> anyhow::Error {
    for problem in problems {
        eprintln!("{}", line(problem, language));
    }
    let refused = problems.iter().filter(|problem| problem.severity == Severity::Refused);
    anyhow::anyhow!("{} error(s); nothing was applied", refused.count())
}

/// `roll.csv:17: …`
fn line(problem: &Problem, language: Language) -> String {
    let place = match problem.line {
        Some(line) => format!("{}:{line}", problem.file),
        None => problem.file.clone(),
    };
    let kind = match (problem.severity, language) {
        (Severity::Refused, _) => "",
        (Severity::Warning, Language::French) => "avertissement\u{a0}: ",
        (Severity::Warning, Language::English) => "warning: ",
    };
    format!("{place}: {kind}{}", problem.message.text(language))
}

/// `isoloir consultation check DIR`.
pub(super) async fn check(folder: &Path, told: Told) -> anyhow::Result<()> {
    let checked = try_folder(&read(folder)?).await?;
    if told.json {
        println!("{:#}", as_json(&checked));
    } else {
        for problem in &checked.problems {
            println!("{}", line(problem, told.language));
        }
    }
    if checked.is_accepted() {
        if !told.json {
            println!(
                "{}",
                match told.language {
                    Language::French => "aucune erreur\u{202f}; rien n’a été appliqué",
                    Language::English => "no error found; nothing was applied",
                }
            );
        }
        return Ok(());
    }
    bail!("{} is refused; nothing was applied", folder.display())
}

async fn try_folder(files: &Files) -> anyhow::Result<Checked> {
    let scratch = server::scratch().await?;
    let checked = check::check(&scratch.server, files).await?;
    scratch.close().await;
    Ok(checked)
}

fn as_json(checked: &Checked) -> serde_json::Value {
    let problem = |problem: &Problem| {
        json!({
            "file": problem.file,
            "line": problem.line,
            "severity": match problem.severity { Severity::Refused => "refused", Severity::Warning => "warning" },
            "code": problem.code,
            "message": problem.message,
        })
    };
    json!({
        "accepted": checked.is_accepted(),
        "problems": checked.problems.iter().map(problem).collect::<Vec<_>>(),
        "calendar": checked.timetable.iter().map(date_as_json).collect::<Vec<_>>(),
    })
}

fn date_as_json(date: &Milestone) -> serde_json::Value {
    json!({
        "step": date.step.code(),
        "what": date.step.message(),
        "day": date.day.to_string(),
        "due": local_time::write(date.due),
        "article": date.article,
        "planned": date.planned.map(local_time::write),
        "too_late": date.breaks_the_law(),
        "day_off": date.off.map(|off| off.message()),
    })
}

/// `isoloir consultation calendar DIR`.
pub(super) async fn calendar(folder: &Path, told: Told) -> anyhow::Result<()> {
    let checked = try_folder(&read(folder)?).await?;
    if checked.timetable.is_empty() {
        return Err(refuse(&checked.problems, told.language));
    }
    if told.json {
        let dates: Vec<_> = checked.timetable.iter().map(date_as_json).collect();
        println!("{:#}", serde_json::Value::from(dates));
        return Ok(());
    }
    let now = SystemClock.now();
    for date in &checked.timetable {
        println!("{}", date_line(date, now, told.language));
    }
    Ok(())
}

fn date_line(date: &Milestone, now: Timestamp, language: Language) -> String {
    let french = language == Language::French;
    let when = if date.whole_day {
        date.day.to_string()
    } else {
        local_time::write(date.due)
    };
    let mut said = format!("{when}  {}", date.step.message().text(language));
    if !date.article.is_empty() {
        said += &format!(" ({})", date.article);
    }
    if let Some(off) = date.off {
        said += &format!(", {}", off.message().text(language));
    }
    if let Some(planned) = date.planned {
        let planned = local_time::write(planned);
        said += &match (french, date.breaks_the_law()) {
            (true, false) => format!("\u{a0}: prévu le {planned}"),
            (true, true) => format!("\u{a0}: TROP TARD, prévu le {planned}"),
            (false, false) => format!(": planned for {planned}"),
            (false, true) => format!(": TOO LATE, planned for {planned}"),
        };
    }
    said += &match (date.nearness(now), french) {
        (Nearness::Past, true) => "  [passé]".to_owned(),
        (Nearness::Past, false) => "  [past]".to_owned(),
        (Nearness::Soon(0), true) => "  [aujourd’hui]".to_owned(),
        (Nearness::Soon(0), false) => "  [today]".to_owned(),
        (Nearness::Soon(days), true) => format!("  [dans {days} j]"),
        (Nearness::Soon(days), false) => format!("  [in {days} days]"),
        (Nearness::Later(_), _) => String::new(),
    };
    said
}

/// `isoloir consultation plan DIR`.
pub(super) async fn plan(server: &VotingServer, folder: &Path, told: Told) -> anyhow::Result<()> {
    let plan = server
        .plan_folder_apart(&read(folder)?)
        .await
        .map_err(|error| match error {
            PlanError::Refused(problems) => refuse(&problems, told.language),
            PlanError::Fault(fault) => fault.into(),
        })?;
    if told.json {
        println!("{:#}", serde_json::to_value(&plan)?);
    } else {
        print_plan(&plan, told.language);
        println!("plan {}", plan.digest);
    }
    if plan.forbidden().next().is_some() {
        bail!("some of this is forbidden: it cannot be applied");
    }
    Ok(())
}

pub(super) fn print_plan(plan: &Plan, language: Language) {
    for change in &plan.changes {
        println!("{}", change_line(change, language));
    }
    if plan.changes.is_empty() {
        println!(
            "{}",
            match language {
                Language::French => "rien ne change",
                Language::English => "nothing changes",
            }
        );
    }
}

/// Longest text shown of what is or becomes, in characters.
const SHOWN: usize = 120;

/// `~ elections csa seats: 10 → 12`
fn change_line(change: &Change, language: Language) -> String {
    let short = |text: &String| match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.clone(),
    };
    let (sign, what) = match (&change.before, &change.after) {
        (None, Some(after)) => ('+', short(after)),
        (Some(before), None) => ('-', short(before)),
        (Some(before), Some(after)) => ('~', format!("{} → {}", short(before), short(after))),
        (None, None) => (' ', String::new()),
    };
    let section = format!("{:?}", change.section).to_lowercase();
    let of = if change.of.is_empty() {
        String::new()
    } else {
        format!("{} ", change.of)
    };
    let forbidden = change.forbidden.as_ref().map_or_else(String::new, |why| {
        let word = match language {
            Language::French => "INTERDIT",
            Language::English => "FORBIDDEN",
        };
        format!("  [{word}: {}]", why.text(language))
    });
    format!("{sign} {section} {of}{}: {what}{forbidden}", change.name)
}

/// `isoloir consultation sign DIR --key FILE`.
pub(super) fn sign(folder: &Path, key: &Path) -> anyhow::Result<()> {
    let files = read(folder)?;
    consultation_signature::sign(folder, &files, &key::read_private(key)?)?;
    println!("{} files signed", files.len());
    Ok(())
}

/// Where the server's configuration names keys of the organiser, one of them signed this folder.
pub(super) fn verify(config: &ConfigArg, folder: &Path, files: &Files) -> anyhow::Result<()> {
    let keys = ServerConfig::read(&config.config)?.organiser_keys;
    if keys.is_empty() {
        return Ok(());
    }
    let keys = keys
        .iter()
        .map(|path| key::read_public(path))
        .collect::<Result<Vec<_>, _>>()?;
    consultation_signature::verify(folder, files, &keys).context("nothing was applied")
}

/// Applies what was read: exactly its plan, or nothing.
pub(crate) async fn apply(server: &VotingServer, files: &Files, plan: Option<&str>) -> anyhow::Result<Plan> {
    let scratch = server::scratch().await?;
    let applied = server.apply_folder(&scratch.server, files, plan).await;
    scratch.close().await;
    let language = Language::English;
    applied.map_err(|error| match error {
        ApplyError::Refused(problems) => refuse(&problems, language),
        ApplyError::Forbidden(changes) => {
            for change in &changes {
                eprintln!("{}", change_line(change, language));
            }
            anyhow::anyhow!("{} change(s) are forbidden; nothing was applied", changes.len())
        }
        ApplyError::Roll(ImportError::Anomalies(anomalies)) => {
            for anomaly in &anomalies {
                eprintln!("{ROLL}:{}: {}", anomaly.line, anomaly.what.message().text(language));
            }
            anyhow::anyhow!(
                "{ROLL}: {} error(s); the rest is applied: mend it and apply again",
                anomalies.len()
            )
        }
        other => other.into(),
    })
}

/// `isoloir consultation export --out DIR`.
pub(super) async fn export(server: &VotingServer, id: Option<&str>, out: &Path) -> anyhow::Result<()> {
    let id = super::consultation::chosen(server, id).await?;
    let files = server.export_folder(&id).await?;
    let files = files.context("there is no such consultation")?;
    std::fs::create_dir(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    for (name, bytes) in &files {
        let path = out.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        }
        // The roll is personal data.
        private_file::create(&path, bytes)?;
    }
    println!("{id}: {} files written to {}", files.len(), out.display());
    Ok(())
}
