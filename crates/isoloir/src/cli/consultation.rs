//! `isoloir consultation`: its folder, entitlements for the registrar, invitations, state.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_domain::policy_presets::Preset;
use isoloir_domain::{Consultation, ConsultationId, Election, Language};
use isoloir_service::VotingServer;

use super::consultation_folder::{self, Told};
use super::{ConfigArg, block_on, letters, reissue_policy, review_roll, server};
use crate::handover::{EntitledConsultation, EntitledElection, EntitledVoter, Entitlements};
use crate::private_file;

/// Consultations: a folder that describes all of one, entitlements for the registrar, invitations, state.
#[derive(clap::Args)]
pub struct ConsultationArgs {
    #[command(subcommand)]
    command: ConsultationCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum ConsultationCommand {
    /// Checks a folder without any server: structure, rolls, lists, files, texts, rules of the reissue, gates, delays of the law. Exit code 1 when it is refused.
    #[command(
        after_help = "Example:\n  isoloir consultation check elections/\n  isoloir consultation check elections/ --language fr\n\n\
                            Format: docs/guides/consultation-file.md"
    )]
    Check {
        /// The consultation's folder.
        folder: PathBuf,
        #[command(flatten)]
        told: Told,
    },
    /// Prints the calendar that the law lays around the vote of a folder: each date with its article, days off, and what is near or late.
    #[command(after_help = "Example:\n  isoloir consultation calendar elections/ --language fr")]
    Calendar {
        /// The consultation's folder.
        folder: PathBuf,
        #[command(flatten)]
        told: Told,
    },
    /// Says what would change on the server if a folder were applied, section by section, and what the state of the vote forbids. Exit code 1 when some of it is forbidden.
    #[command(
        after_help = "Example:\n  isoloir consultation plan elections/\n\nThe last line is the plan's digest: `apply --plan DIGEST` applies this plan and no other."
    )]
    Plan {
        /// The consultation's folder.
        folder: PathBuf,
        #[command(flatten)]
        told: Told,
    },
    /// Makes the server hold what a folder says: exactly what `plan` says, or nothing. Applied twice, it changes nothing.
    #[command(
        after_help = "Example:\n  isoloir consultation apply elections/\n  isoloir consultation apply elections/ --plan 5f0c…\n\nFormat: docs/guides/consultation-file.md"
    )]
    Apply {
        /// The consultation's folder.
        folder: PathBuf,
        /// Digest of the plan that was read: refused when folder or server have changed since.
        #[arg(long, value_name = "DIGEST")]
        plan: Option<String>,
    },
    /// Signs a folder: writes the list of its files with their SHA-256 (which `sha256sum --check` reads), and its Ed25519 signature.
    #[command(
        after_help = "Example:\n  isoloir key new organiser\n  isoloir consultation sign elections/ --key organiser.key\n\n\
                            Servers whose configuration names organiser_keys apply signed folders only."
    )]
    Sign {
        /// The consultation's folder.
        folder: PathBuf,
        /// The organiser's private key.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Writes the folder of a consultation from what the server holds. Identities of FranceConnect are not in it: the server has digests only.
    #[command(after_help = "Example:\n  isoloir consultation export --out elections/")]
    Export {
        /// New folder.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Which consultation, when there are several.
        #[arg(long, value_name = "ID")]
        consultation: Option<String>,
    },
    /// Writes who may vote where, by voter identifier, for the registrar: a line per voter, by delivery place and name.
    #[command(after_help = "Example:\n  isoloir consultation entitlements --out entitlements.json")]
    Entitlements {
        /// File to write (mode 0600). Of a person: identifier, staff number, name, language and delivery, which the notices need.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sends every voter without an account the mail whose link activates it.
    Invite,
    /// Makes the activation letters of voters without an e-mail address: one file to print, and an index without codes.
    #[command(
        after_help = "Example:\n  isoloir consultation letters --out letters/\n\nLetters made before are void. Destroy the printed file once the \
                            letters have left."
    )]
    Letters {
        /// New folder for letters.html and index.csv.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Writes the complaints about the roll as CSV, safe to open in a spreadsheet.
    Complaints {
        /// File to write (mode 0600).
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Reads the rules of the reissue as a judge would: what is refused, what deserves a warning, and by which case or article. Import, set-up and
    /// opening refuse what is refused here.
    #[command(
        after_help = "Example:\n  isoloir consultation lint elections/consultation.toml\n  isoloir consultation lint --preset two_domains\n\n\
                      The rules are the section [policy.reissue]; presets: seed, two_domains, franceconnect."
    )]
    Lint {
        /// A consultation.toml, or the folder that holds one.
        #[arg(required_unless_present = "preset")]
        file: Option<PathBuf>,
        /// Prints a preset, ready to be pasted, and what is found in it.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        preset: Option<Preset>,
    },
    /// Counts the requests for a new voting code, by path, channel and refusal, for the board and the minutes.
    Counters,
    /// Compares the rolls with what the section [policy.roll.gates] says that they should be. Exit code 1 while a gate stands: nothing is set up
    /// before it is mended, or passed by a decision.
    #[command(after_help = "Example:\n  isoloir consultation review\n\nGates: docs/guides/organiser.md")]
    Review,
    /// Records somebody's decision to pass a gate, with the reason, in the journal. It is about the figures shown: another roll is another decision.
    #[command(
        after_help = "Example:\n  isoloir consultation waive head-count:csa:940/1000 --by \"Yann Corbel, chef du bureau des élections\" \\\n    \
                      --reason \"60 départs en retraite depuis l’état de référence\""
    )]
    Waive {
        /// The gate, as `isoloir consultation review` names it.
        gate: String,
        /// Who decides: name and function.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Shows the phase of every election; with `--board`, also the counts that only the board may see (R. 211-542).
    Status {
        /// Counts of roll, poll book and box, and checks of both chains.
        #[arg(long)]
        board: bool,
    },
}

pub(crate) fn run(arguments: &ConsultationArgs) -> anyhow::Result<()> {
    block_on(async {
        match &arguments.command {
            ConsultationCommand::Check { folder, told } => return consultation_folder::check(folder, *told).await,
            ConsultationCommand::Calendar { folder, told } => {
                return consultation_folder::calendar(folder, *told).await;
            }
            ConsultationCommand::Sign { folder, key } => return consultation_folder::sign(folder, key),
            ConsultationCommand::Lint {
                preset: Some(preset), ..
            } => return reissue_policy::lint_preset(*preset),
            ConsultationCommand::Lint { file: Some(file), .. } => return reissue_policy::lint_file(file),
            _ => {}
        }
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            // Answered above: they take no server.
            ConsultationCommand::Lint { .. }
            | ConsultationCommand::Check { .. }
            | ConsultationCommand::Sign { .. }
            | ConsultationCommand::Calendar { .. } => Ok(()),
            ConsultationCommand::Counters => reissue_policy::counters(&server).await,
            ConsultationCommand::Review => review_roll::review(&server).await,
            ConsultationCommand::Waive { gate, by, reason } => review_roll::waive(&server, gate, by, reason).await,
            ConsultationCommand::Plan { folder, told } => consultation_folder::plan(&server, folder, *told).await,
            ConsultationCommand::Apply { folder, plan } => {
                let files = consultation_folder::read(folder)?;
                consultation_folder::verify(&arguments.config, folder, &files)?;
                let applied = consultation_folder::apply(&server, &files, plan.as_deref()).await?;
                consultation_folder::print_plan(&applied, Language::English);
                Ok(())
            }
            ConsultationCommand::Export { out, consultation } => {
                consultation_folder::export(&server, consultation.as_deref(), out).await
            }
            ConsultationCommand::Entitlements { out } => write_entitlements(&server, out).await,
            ConsultationCommand::Invite => invite(&server).await,
            ConsultationCommand::Complaints { out } => export_complaints(&server, out).await,
            ConsultationCommand::Letters { out } => letters::write(&server, &arguments.config, out).await,
            ConsultationCommand::Status { board } => status(&server, *board).await,
        }
    })
}

/// The consultation named, or the only one.
pub(super) async fn chosen(server: &VotingServer, id: Option<&str>) -> anyhow::Result<ConsultationId> {
    let consultations = server.consultations().await?;
    let chosen = match (id, consultations.as_slice()) {
        (Some(id), all) => all.iter().find(|one| one.id.as_str() == id),
        (None, [one]) => Some(one),
        (None, _) => bail!("name the consultation with --consultation"),
    };
    Ok(chosen.context("there is no such consultation")?.id.clone())
}

/// Writes the complaints of every consultation as CSV.
async fn export_complaints(server: &VotingServer, out: &Path) -> anyhow::Result<()> {
    let [one] = server.consultations().await?.try_into().map_err(|all: Vec<_>| {
        anyhow::anyhow!(
            "there are {} consultations; complaints are exported one by one",
            all.len()
        )
    })?;
    private_file::create(out, &server.export_complaints(&one.id).await?)?;
    println!("{}: complaints written to {}", one.id, out.display());
    Ok(())
}

async fn write_entitlements(server: &VotingServer, out: &Path) -> anyhow::Result<()> {
    let head = entitled_elections(server).await?;
    let mut file = BufWriter::new(private_file::Reserved::at(out)?);
    let mut voters = 0_u64;
    let written = async {
        head.write_head(&mut file)?;
        let take = |voter| -> anyhow::Result<()> {
            voters = voters.saturating_add(1);
            EntitledVoter::new(voter).write(&mut file)
        };
        server.entitled_voters(take).await?;
        Ok(file.flush()?)
    };
    let written: anyhow::Result<()> = written.await;
    let (file, _) = file.into_parts();
    if let Err(error) = written {
        file.give_up();
        return Err(error);
    }
    file.complete()?;
    println!(
        "{voters} voters, {} elections: {} written, for the registrar",
        head.elections.len(),
        out.display()
    );
    Ok(())
}

/// Who may vote where, over every election imported.
pub(crate) async fn entitlements(server: &VotingServer) -> anyhow::Result<Entitlements> {
    let mut entitlements = entitled_elections(server).await?;
    let read = server.entitled_voters(|voter| -> anyhow::Result<()> {
        entitlements.voters.push(EntitledVoter::new(voter));
        Ok(())
    });
    read.await?;
    Ok(entitlements)
}

/// The elections of the entitlements, without voters.
async fn entitled_elections(server: &VotingServer) -> anyhow::Result<Entitlements> {
    let elections = server::elections(server).await?;
    let mut groups: Vec<&str> = elections
        .iter()
        .map(|(consultation, _)| consultation.group.as_str())
        .collect();
    groups.dedup();
    let [group] = groups.as_slice() else {
        bail!("the consultations use different groups: {}", groups.join(", "))
    };
    let entitled = |(consultation, election): &(Consultation, Election)| EntitledElection {
        id: election.id.clone(),
        title: election.title.clone(),
        consultation: consultation.title.clone(),
        organiser: consultation.organiser.clone(),
        opens: consultation.calendar.opens(),
        closes: consultation.calendar.closes(),
    };
    // The portal shows the one that opens last.
    let shown = elections
        .iter()
        .map(|(known, _)| known)
        .max_by_key(|known| known.calendar.opens());
    Ok(Entitlements {
        group: (*group).to_owned(),
        consultation: shown.map(|known| EntitledConsultation {
            title: known.title.clone(),
            organiser: known.organiser.clone(),
            opens: known.calendar.opens(),
            closes: known.calendar.closes(),
            reissue: known.policy.reissue.clone(),
        }),
        elections: elections.iter().map(entitled).collect(),
        voters: Vec::new(),
    })
}

async fn invite(server: &VotingServer) -> anyhow::Result<()> {
    for consultation in server.consultations().await? {
        let count = server.send_invitations(&consultation.id).await?;
        println!(
            "{}: {count} invitations in the outbox (they leave while `isoloir serve` runs)",
            consultation.id
        );
    }
    Ok(())
}

async fn status(server: &VotingServer, board: bool) -> anyhow::Result<()> {
    let mut disagree = 0;
    for (consultation, election) in server::elections(server).await? {
        let phase = server.phase(&election.id).await?.context("the election vanished")?;
        println!(
            "{}  {:<12} {}/{}  {}",
            election.id,
            format!("{phase:?}"),
            consultation.id,
            election.key,
            election.title
        );
        if board {
            let counts = server.board_counts(&election.id).await?;
            disagree += u32::from(!counts.agree());
            println!(
                "    {} on the roll, {} marked, {} ballots in the box: {}",
                counts.registered,
                counts.marked,
                counts.ballots,
                if counts.agree() {
                    "they agree, and both chains hold"
                } else {
                    "THEY DISAGREE, or a chain is broken"
                }
            );
        }
    }
    if disagree > 0 {
        bail!("poll book and box disagree, or a chain is broken, in {disagree} election(s)");
    }
    Ok(())
}
