//! `isoloir mailing`: mailings to the voters of chosen rolls, by commands.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use isoloir_domain::ConsultationId;
use isoloir_domain::local_time;
use isoloir_domain::mailing::{Drafts, MailingKind, MailingStatus, PerMinute, proposed};
use isoloir_service::VotingServer;
use isoloir_service::letters::Words;
use isoloir_service::mailings::{Mailing, MailingPlan};
use isoloir_service::review_roll::Decider;

use super::{ConfigArg, block_on, server};

/// Mailings: written, looked at, tried on oneself, started, followed. They leave while `isoloir serve` runs.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  isoloir mailing plan reminder --election csa --by \"Yann Corbel\"\n  isoloir mailing preview\n  \
                  isoloir mailing start 3f2a --by \"Yann Corbel\"\n\nNo mailing chooses voters by whether they have voted: docs/guides/mailings.md"
)]
pub struct MailingArgs {
    #[command(flatten)]
    config: ConfigArg,
    #[command(subcommand)]
    command: MailingCommand,
}

/// A mailing, and who decides about it.
#[derive(clap::Args)]
struct Decided {
    /// The mailing, or the beginning of its identifier.
    id: String,
    /// Who decides: name and function.
    #[arg(long, value_name = "NAME", default_value = "operator")]
    by: String,
}

#[derive(clap::Subcommand)]
enum MailingCommand {
    /// Keeps a draft: nothing leaves.
    Plan {
        /// What for: activation, reminder, opening or closing.
        kind: MailingKind,
        /// Key of an election whose voters receive it; all elections when left out.
        #[arg(long = "election", value_name = "KEY")]
        elections: Vec<String>,
        /// Subjects and texts in TOML: [fr] and [en], each with subject and body; those that are proposed when left out.
        #[arg(long, value_name = "FILE")]
        texts: Option<PathBuf>,
        /// Messages in a minute, at most.
        #[arg(long, value_name = "N", default_value_t = PerMinute::USUAL.value())]
        per_minute: u32,
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
        /// Who writes it.
        #[arg(long, value_name = "NAME", default_value = "operator")]
        by: String,
    },
    /// Lists the mailings, the latest first, with their figures.
    List {
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<ConsultationId>,
    },
    /// Shows the mail as the first voter concerned receives it, and how many would.
    Preview {
        /// The mailing, or the beginning of its identifier; the latest when left out.
        id: Option<String>,
    },
    /// Sends the mail to a member of the staff, to be looked at.
    Test {
        /// The mailing, or the beginning of its identifier.
        id: String,
        /// Address with which the member signs in.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
    /// Starts a draft.
    Start {
        #[command(flatten)]
        decided: Decided,
        /// Not before this instant: 2026-12-03T08:00:00[Europe/Paris].
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Holds a mailing.
    Pause(Decided),
    /// Lets a mailing go on that is held.
    Resume(Decided),
    /// Ends a mailing: what has not left does not leave any more.
    Stop(Decided),
}

pub(crate) fn run(arguments: &MailingArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            MailingCommand::Plan {
                kind,
                elections,
                texts,
                per_minute,
                consultation,
                by,
            } => {
                let plan = MailingPlan {
                    elections: elections.clone(),
                    words: words(*kind, texts.as_deref())?,
                    per_minute: *per_minute,
                };
                plan_one(&server, (*kind, consultation.as_ref()), plan, by).await
            }
            MailingCommand::List { consultation } => list(&server, consultation.as_ref()).await,
            MailingCommand::Preview { id } => preview(&server, id.as_deref()).await,
            MailingCommand::Test { id, to } => {
                let mailing = named(&server, Some(id)).await?;
                let member = server.staff_with_email(to).await?;
                let member = member.filter(|member| !member.member.disabled);
                let member = member.context("nobody of the staff has this address")?;
                server.try_mailing(mailing.id, &member.member).await?;
                println!("queued for {}", member.member.email);
                Ok(())
            }
            MailingCommand::Start { decided, at } => {
                let mailing = named(&server, Some(&decided.id)).await?;
                let at = at.as_deref().map(local_time::parse).transpose()?;
                server
                    .start_mailing(mailing.id, at, Decider::Named(&decided.by))
                    .await?;
                told(&server, &mailing, "started").await
            }
            MailingCommand::Pause(decided) => {
                let mailing = named(&server, Some(&decided.id)).await?;
                server.pause_mailing(mailing.id, Decider::Named(&decided.by)).await?;
                told(&server, &mailing, "held").await
            }
            MailingCommand::Resume(decided) => {
                let mailing = named(&server, Some(&decided.id)).await?;
                server.resume_mailing(mailing.id, Decider::Named(&decided.by)).await?;
                told(&server, &mailing, "goes on").await
            }
            MailingCommand::Stop(decided) => {
                let mailing = named(&server, Some(&decided.id)).await?;
                server.stop_mailing(mailing.id, Decider::Named(&decided.by)).await?;
                told(&server, &mailing, "stopped").await
            }
        }
    })
}

fn words(kind: MailingKind, file: Option<&Path>) -> anyhow::Result<Drafts> {
    let Some(file) = file else { return Ok(proposed(kind)) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("{}: [fr] and [en], each with subject and body", file.display()))
}

async fn consultation_of(server: &VotingServer, chosen: Option<&ConsultationId>) -> anyhow::Result<ConsultationId> {
    if let Some(chosen) = chosen {
        return Ok(chosen.clone());
    }
    let mut all = server.consultations().await?;
    let one = all.pop().context("there is no consultation")?;
    ensure!(all.is_empty(), "there are several consultations: --consultation ID");
    Ok(one.id)
}

async fn plan_one(
    server: &VotingServer,
    (kind, consultation): (MailingKind, Option<&ConsultationId>),
    mut plan: MailingPlan,
    by: &str,
) -> anyhow::Result<()> {
    let consultation = consultation_of(server, consultation).await?;
    if plan.elections.is_empty() {
        let elections = server.elections(&consultation).await?;
        plan.elections = elections.into_iter().map(|election| election.key).collect();
    }
    let mailing = server
        .plan_mailing(&consultation, kind, &plan, Decider::Named(by))
        .await?;
    told(server, &mailing, "kept as a draft").await
}

/// The mailing whose identifier begins so; the latest when none is named.
async fn named(server: &VotingServer, id: Option<&str>) -> anyhow::Result<Mailing> {
    let mut found = Vec::new();
    for consultation in server.consultations().await? {
        found.extend(server.mailings(&consultation.id).await?);
    }
    found.sort_by_key(|mailing| mailing.created.0);
    if let Some(id) = id {
        found.retain(|mailing| mailing.id.to_string().starts_with(id));
        ensure!(found.len() < 2, "several mailings begin with {id}");
    }
    match found.pop() {
        Some(mailing) => Ok(mailing),
        None => bail!("there is no such mailing: see `isoloir mailing list`"),
    }
}

async fn told(server: &VotingServer, mailing: &Mailing, what: &str) -> anyhow::Result<()> {
    let audience = server.followed_mailing(mailing.id).await?.audience;
    println!(
        "{}: {what}; {} voter(s) with a mailbox, {} without",
        mailing.id, audience.reached, audience.without_mailbox
    );
    Ok(())
}

async fn list(server: &VotingServer, consultation: Option<&ConsultationId>) -> anyhow::Result<()> {
    let consultation = consultation_of(server, consultation).await?;
    for mailing in server.mailings(&consultation).await? {
        let followed = server.followed_mailing(mailing.id).await?;
        let figures = followed.figures;
        println!(
            "{}  {:<10}  {:<7}  queued {}, waiting {}, sent {}, failed {}, expired {}{}",
            mailing.id,
            mailing.kind.as_str(),
            mailing.status.as_str(),
            mailing.queued,
            figures.waiting,
            figures.sent,
            figures.failed,
            figures.expired,
            if mailing.status == MailingStatus::Draft {
                format!("; would reach {}", followed.audience.reached)
            } else {
                String::new()
            }
        );
    }
    Ok(())
}

async fn preview(server: &VotingServer, id: Option<&str>) -> anyhow::Result<()> {
    let mailing = named(server, id).await?;
    let preview = server.preview_mailing(&mailing).await?;
    let show = |whom: &str, Words { subject, body }: &Words| println!("--- {whom}\nSubject: {subject}\n\n{body}");
    show("to those who have chosen no language", &preview.both);
    show("in French", &preview.fr);
    show("in English", &preview.en);
    told(server, &mailing, mailing.status.as_str()).await
}
