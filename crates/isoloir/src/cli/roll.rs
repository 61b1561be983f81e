//! `isoloir roll`: a roll file in four steps, staged, looked at, approved, applied.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_documents::posting;
use isoloir_domain::{ConsultationId, Language, Refusal as _};
use isoloir_service::VotingServer;
use isoloir_service::hr_file::GivenRoll;
use isoloir_service::record_judgment::{JudgmentError, NewJudgment, Order};
use isoloir_service::review_roll::Decider;
use isoloir_service::roll_draft::RefusedRow;
use isoloir_service::stage_roll::{Mode, RollReport, StageError, StagedRoll, Status};

use super::{ConfigArg, block_on, server};
use crate::private_file::Reserved;

/// Roll files: staged, looked at, approved by a person, applied at once.
#[derive(clap::Args)]
pub struct RollArgs {
    #[command(subcommand)]
    command: RollCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum RollCommand {
    /// Reads a file (CSV or xlsx), checks it and compares it with the rolls in force. Nothing of them changes. Rows that are wrong are put aside.
    #[command(
        after_help = "Example:\n  isoloir roll stage effectifs.xlsx --by \"Yann Corbel\"\n\nWhoever is on the roll of an election that the file names, \
                      and not in the file, leaves it, unless a row of that person was put aside. With --supplement nobody leaves.\n\nFormats and \
                      bounds: docs/guides/organiser.md"
    )]
    Stage {
        /// The file.
        file: PathBuf,
        /// The file adds and corrects: nobody leaves a roll.
        #[arg(long)]
        supplement: bool,
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
        /// Who brings the file.
        #[arg(long, value_name = "NAME", default_value = "operator")]
        by: String,
    },
    /// Lists the staged files, the latest first.
    List {
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
    },
    /// Tells what a staged file holds: rows put aside with their lines, things set right, the difference in figures, the gates that would stand.
    Report {
        /// The staged file, or the beginning of its identifier; the latest when left out.
        id: Option<String>,
        /// Also writes the difference, voter by voter, as CSV (mode 0600).
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
    },
    /// Writes the rows that were put aside, with the reasons beside them: to be corrected, then staged with --supplement.
    Template {
        /// The staged file, or the beginning of its identifier; the latest when left out.
        id: Option<String>,
        /// File to write (mode 0600).
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Records that a person looked at a staged file and approves it.
    #[command(after_help = "Example:\n  isoloir roll approve 3f2a --by \"Yann Corbel, chef du bureau des élections\"")]
    Approve {
        /// The staged file, or the beginning of its identifier.
        id: String,
        /// Who approves: name and function.
        #[arg(long, value_name = "NAME")]
        by: String,
    },
    /// Changes the rolls as an approved file says: all of it or nothing. Refused when the rolls have moved since it was staged.
    Apply {
        /// The staged file, or the beginning of its identifier.
        id: String,
        /// Who applies it.
        #[arg(long, value_name = "NAME", default_value = "operator")]
        by: String,
    },
    /// Records a judgment that orders a person onto the roll of an election, or off it.
    #[command(
        after_help = "Example:\n  isoloir roll judgment --order join --election csa --number VAL0042 --last-name Petit --first-name Zoé \\\n    \
                      --court \"Tribunal judiciaire d’Ajaccio\" --dated 2026-12-04 --reference \"RG 26/00123\" \\\n    --signed \"Mme Roy, présidente\" \
                      --signed \"M. Petit, délégué de l’UAP\" --signed \"Mme Blanc, déléguée d’ESP\"\n\nBefore the sealing the roll is corrected. \
                      After it the person votes on paper before the board, and three persons sign: docs/guides/organiser.md"
    )]
    Judgment(JudgmentArgs),
    /// Writes the roll of an election to be posted on premises, in PDF: names in order, and nothing else.
    #[command(after_help = "Example:\n  isoloir roll post --election csa --out affichage/")]
    Post {
        /// Key or identifier of the election.
        #[arg(long, value_name = "KEY")]
        election: String,
        /// Folder for the files, two thousand names each; made when missing.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Lists the judgments recorded, for the minutes.
    Judgments {
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
    },
    /// Gives a staged file up.
    Abandon {
        /// The staged file, or the beginning of its identifier.
        id: String,
        /// Who gives it up.
        #[arg(long, value_name = "NAME", default_value = "operator")]
        by: String,
    },
}

#[derive(clap::Args)]
struct JudgmentArgs {
    /// What it orders: join or leave.
    #[arg(long, value_parser = ["join", "leave"])]
    order: String,
    /// Key of the election.
    #[arg(long, value_name = "KEY")]
    election: String,
    /// Staff number of the person.
    #[arg(long)]
    number: String,
    /// Family name, as the judgment says it.
    #[arg(long, value_name = "NAME")]
    last_name: String,
    /// Given name, as the judgment says it.
    #[arg(long, value_name = "NAME")]
    first_name: String,
    /// Which court.
    #[arg(long)]
    court: String,
    /// The day of the judgment.
    #[arg(long, value_name = "YYYY-MM-DD")]
    dated: jiff::civil::Date,
    /// Its number.
    #[arg(long)]
    reference: String,
    /// Who signs the record, name and function; as often as there are signatures.
    #[arg(long, value_name = "NAME", required = true)]
    signed: Vec<String>,
    /// Who records it.
    #[arg(long, value_name = "NAME", default_value = "operator")]
    by: String,
    /// Which consultation, when there are several.
    #[arg(long, value_name = "ID")]
    consultation: Option<ConsultationId>,
}

pub(crate) fn run(arguments: &RollArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            RollCommand::Stage {
                file,
                supplement,
                consultation,
                by,
            } => {
                let mode = if *supplement { Mode::Supplement } else { Mode::Complete };
                stage(&server, file, mode, consultation.as_ref(), by).await
            }
            RollCommand::List { consultation } => list(&server, consultation.as_ref()).await,
            RollCommand::Report { id, csv } => {
                let staged = find(&server, id.as_deref()).await?;
                tell(&server, &staged).await?;
                match csv {
                    Some(out) => write_csv(&server, &staged.stage.id, out, What::Difference).await,
                    None => Ok(()),
                }
            }
            RollCommand::Template { id, out } => {
                let staged = find(&server, id.as_deref()).await?;
                write_csv(&server, &staged.stage.id, out, What::Template).await
            }
            RollCommand::Approve { id, by } => {
                let id = find(&server, Some(id)).await?.stage.id;
                said(server.approve_roll(&id, Decider::Named(by)).await)?;
                println!("{id}: approved; `isoloir roll apply {id}` changes the rolls");
                Ok(())
            }
            RollCommand::Apply { id, by } => {
                let id = find(&server, Some(id)).await?.stage.id;
                let applied = said(server.apply_roll(&id, Decider::Named(by)).await)?;
                let report = &applied.report;
                println!(
                    "{id}: applied: {} entries joined, {} left, {} voters corrected",
                    report.joined(),
                    report.gone(),
                    report.corrected
                );
                Ok(())
            }
            RollCommand::Post { election, out } => post(&server, election, out).await,
            RollCommand::Judgment(arguments) => record_judgment(&server, arguments).await,
            RollCommand::Judgments { consultation } => judgments(&server, consultation.as_ref()).await,
            RollCommand::Abandon { id, by } => {
                let id = find(&server, Some(id)).await?.stage.id;
                said(server.abandon_roll(&id, Decider::Named(by)).await)?;
                println!("{id}: given up");
                Ok(())
            }
        }
    })
}

/// The refusal in its own words, with the lines when there are some.
fn said<T>(outcome: Result<T, StageError>) -> anyhow::Result<T> {
    let error = match outcome {
        Ok(done) => return Ok(done),
        Err(StageError::Fault(fault)) => return Err(fault.into()),
        Err(error) => error,
    };
    if let StageError::TooManyWrong(first) = &error {
        for anomaly in first.iter().take(20) {
            eprintln!("{}: {}", anomaly.line, anomaly.what.message().text(Language::English));
        }
    }
    bail!("{} ({})", error.message().text(Language::English), error.code())
}

async fn consultation_of(server: &VotingServer, id: Option<&ConsultationId>) -> anyhow::Result<ConsultationId> {
    match (id, server.consultations().await?.as_slice()) {
        (Some(id), _) => Ok(id.clone()),
        (None, [one]) => Ok(one.id.clone()),
        (None, []) => bail!("nothing is imported yet: `isoloir consultation apply DIR`"),
        (None, _) => bail!("name the consultation with --consultation"),
    }
}

/// The staged file whose identifier begins so; the latest of all when none is named.
async fn find(server: &VotingServer, id: Option<&str>) -> anyhow::Result<StagedRoll> {
    let mut all = Vec::new();
    for consultation in server.consultations().await? {
        all.extend(server.staged_rolls(&consultation.id).await?);
    }
    all.sort_by_key(|staged| std::cmp::Reverse(staged.stage.staged.0));
    let Some(id) = id else {
        return all.into_iter().next().context("no roll file is staged");
    };
    let found: Vec<StagedRoll> = all
        .into_iter()
        .filter(|staged| staged.stage.id.starts_with(id))
        .collect();
    let [one] = <[StagedRoll; 1]>::try_from(found)
        .map_err(|found| anyhow::anyhow!("{} staged files begin with {id}", found.len()))?;
    Ok(one)
}

async fn stage(
    server: &VotingServer,
    file: &Path,
    mode: Mode,
    consultation: Option<&ConsultationId>,
    by: &str,
) -> anyhow::Result<()> {
    let consultation = consultation_of(server, consultation).await?;
    let given = GivenRoll::File(file.to_path_buf());
    let staged = said(server.stage_roll(&consultation, given, mode, Decider::Named(by)).await);
    let staged = staged.with_context(|| file.display().to_string())?;
    tell(server, &staged).await?;
    println!(
        "staged as {0}; then `isoloir roll approve {0} --by NAME`",
        staged.stage.id
    );
    Ok(())
}

async fn list(server: &VotingServer, consultation: Option<&ConsultationId>) -> anyhow::Result<()> {
    let consultation = consultation_of(server, consultation).await?;
    for StagedRoll { stage, report } in server.staged_rolls(&consultation).await? {
        println!(
            "{}  {:<9} {:<10} {} by {}: {} rows, {} put aside, {} joined, {} left",
            stage.id,
            stage.status.as_str(),
            stage.mode.as_str(),
            stage.staged.0,
            stage.staged.1,
            report.rows,
            report.refused,
            report.joined(),
            report.gone()
        );
    }
    Ok(())
}

/// Writes the papers to post.
async fn post(server: &VotingServer, election: &str, out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    let many = u32::try_from(posting::NAMES)?;
    for (_, election) in server::chosen(server, Some(election)).await? {
        for part in 1_u64.. {
            let skipped = (part - 1) * u64::from(many);
            let posted = server.posted_roll(&election.id, skipped, many).await?;
            if posted.names.is_empty() && part > 1 {
                break;
            }
            let known = &posted.consultation;
            let paper = posting::posted_roll(&posting::PostedRoll {
                organiser: &known.organiser,
                consultation: &known.title,
                election: &posted.election.title,
                registered: posted.registered,
                dated: posted.dated,
                contested_until: known.policy.complaints.window(&known.calendar).until,
                part: (part, posted.registered.div_ceil(u64::from(many)).max(1)),
                names: &posted.names,
            });
            let path = out.join(format!("liste-{}-{part}.pdf", election.key));
            std::fs::write(&path, isoloir_documents::pdf(&paper)?)
                .with_context(|| format!("cannot write {}", path.display()))?;
            println!("{}: {} names", path.display(), posted.names.len());
        }
    }
    Ok(())
}

async fn record_judgment(server: &VotingServer, arguments: &JudgmentArgs) -> anyhow::Result<()> {
    let consultation = consultation_of(server, arguments.consultation.as_ref()).await?;
    let new = NewJudgment {
        election: arguments.election.clone(),
        number: arguments.number.clone(),
        name: (arguments.last_name.clone(), arguments.first_name.clone()),
        order: if arguments.order == "join" {
            Order::Join
        } else {
            Order::Leave
        },
        court: arguments.court.clone(),
        dated: arguments.dated,
        reference: arguments.reference.clone(),
        signed: arguments.signed.clone(),
        by: arguments.by.clone(),
    };
    match server.record_judgment(&consultation, &new).await {
        Ok(judgment) => {
            println!("{}: recorded: {}", judgment.reference, effect(&judgment.effect));
            Ok(())
        }
        Err(JudgmentError::Fault(fault)) => Err(fault.into()),
        Err(error) => bail!("{} ({})", error.message().text(Language::English), error.code()),
    }
}

fn effect(effect: &str) -> &'static str {
    match effect {
        "roll" => "the roll is corrected",
        "paper" => "the roll is sealed; the person votes on paper, before the board",
        _ => "the roll is sealed; nothing of it changes, the record goes into the minutes",
    }
}

async fn judgments(server: &VotingServer, consultation: Option<&ConsultationId>) -> anyhow::Result<()> {
    let consultation = consultation_of(server, consultation).await?;
    let elections = server.elections(&consultation).await?;
    for one in server.judgments(&consultation).await? {
        let key = elections.iter().find(|election| election.id == one.election);
        println!(
            "{}  {} of {}, {}: {} {} {} ({}) in {}: {}; signed by {}",
            one.recorded,
            one.reference,
            one.dated,
            one.court,
            one.ordered,
            one.first_name,
            one.last_name,
            one.number,
            key.map_or("", |election| election.key.as_str()),
            effect(&one.effect),
            one.signed.join(", ")
        );
    }
    Ok(())
}

/// Lines told of each kind; the template has them all.
const LINES: usize = 100;

async fn tell(server: &VotingServer, staged: &StagedRoll) -> anyhow::Result<()> {
    let (stage, report) = (&staged.stage, &staged.report);
    let mut left = LINES;
    let told = server.refused_rows(&stage.id, |rows| -> anyhow::Result<()> {
        for row in rows.iter().take(left) {
            tell_row(row);
        }
        left = left.saturating_sub(rows.len());
        Ok(())
    });
    told.await?;
    for remark in server.roll_remarks(&stage.id).await?.iter().take(LINES) {
        println!("{}: kept: {}", remark.line, remark.message.text(Language::English));
    }
    figures(report);
    let by = |who: &Option<(jiff::Timestamp, String)>| who.as_ref().map(|(at, by)| format!(", {at} by {by}"));
    let when = match stage.status {
        Status::Applied => by(&stage.applied),
        Status::Approved => by(&stage.approved),
        Status::Staged | Status::Abandoned => None,
    };
    println!(
        "{}: {} ({}){}, SHA-256 {}",
        stage.id,
        stage.status.as_str(),
        stage.mode.as_str(),
        when.unwrap_or_default(),
        stage.file
    );
    Ok(())
}

fn tell_row(row: &RefusedRow) {
    for (code, reason) in row.codes.iter().zip(&row.reasons) {
        println!("{}: put aside: {} ({code})", row.line, reason.text(Language::English));
    }
}

fn figures(report: &RollReport) {
    println!(
        "{} rows ({}), {} put aside, {} remarks; {} persons kept, {} of them new, {} without a mailbox, {} homonyms",
        report.rows,
        report.encoding,
        report.refused,
        report.remarks,
        report.voters,
        report.new,
        report.without_email,
        report.homonyms
    );
    for (code, count) in &report.kinds {
        println!("  {code}: {count}");
    }
    for one in report.elections.iter().filter(|one| one.named) {
        println!(
            "  {:<12} {:>8} so far, {} join, {} leave, {} corrected: {}",
            one.key, one.before, one.joined, one.gone, one.corrected, one.after
        );
    }
    println!(
        "  {} voters corrected, {} on no roll any more, {} kept where they are since a row of theirs was put aside",
        report.corrected, report.leaving, report.held
    );
    for gate in &report.gates {
        println!("  would stand: {}: {}", gate.key, gate.message.text(Language::English));
    }
}

enum What {
    Difference,
    Template,
}

async fn write_csv(server: &VotingServer, id: &str, out: &Path, what: What) -> anyhow::Result<()> {
    let mut file = BufWriter::new(Reserved::at(out)?);
    let written = match what {
        What::Difference => server.write_difference(id, &mut file).await,
        What::Template => server.write_template(id, &mut file).await,
    };
    let flushed = file.flush();
    let (file, _) = file.into_parts();
    if let Err(error) = said(written).and_then(|()| Ok(flushed?)) {
        file.give_up();
        return Err(error);
    }
    file.complete()?;
    println!("{} written", out.display());
    Ok(())
}
