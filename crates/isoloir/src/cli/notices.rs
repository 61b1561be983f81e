//! `isoloir registrar notices`: letters with codes, and what becomes of them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use isoloir_documents::remittance::{Destruction, Reason, destruction_certificate};
use isoloir_domain::{Clock as _, SystemClock};
use isoloir_registrar::follow_notices::{NoticeStatus, PlaceCounts, Scan};
use isoloir_registrar::{Reference, Registrar};
use serde_json::{Value, json};

use crate::ambient;
use crate::config::RegistrarConfig;
use crate::notices::{Making, Output};
use crate::private_file;

/// Codes and notices: one command makes them, the others follow them by their references.
#[derive(clap::Args)]
#[command(
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    long_about = "Makes a code and a notice for every voter of the entitlements who has none yet, sorted and split by delivery place: PDF files, a \
                  signature list for each place, index.csv (references and pages, no code) and manifest.csv (the files that count, with their \
                  SHA-256).\n\nInterrupted at any point, the same command goes on where it stopped. A file that is not in manifest.csv does not \
                  count: its codes are void. Codes are nowhere but in these files.",
    after_help = "Examples:\n  isoloir registrar notices --out notices\n  isoloir registrar notices --out printer --for-printer age1…\n  \
                  isoloir registrar notices --out again --number VAL0004\n  isoloir registrar notices status\n  \
                  isoloir registrar notices handed --place 2A0012X\n  isoloir registrar notices undelivered returns.csv"
)]
pub(super) struct NoticesArgs {
    #[command(subcommand)]
    act: Option<NoticesAct>,
    /// Folder of the notices; the same one after an interruption.
    #[arg(long, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    /// File from `isoloir consultation entitlements`.
    #[arg(long, value_name = "FILE", default_value = "entitlements.json")]
    entitlements: PathBuf,
    /// Writes data for a printer instead of PDF files, encrypted to this age recipient as they are made.
    #[arg(long, value_name = "RECIPIENT")]
    for_printer: Option<String>,
    /// Only for the voter with this staff number (matricule), who has a notice already: the former one is void.
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// Notices in a file.
    #[arg(long, value_name = "COUNT", default_value_t = 250, value_parser = clap::value_parser!(u16).range(1..=5000))]
    batch: u16,
}

#[derive(clap::Subcommand)]
enum NoticesAct {
    /// Counts by place: made, handed over, posted, undelivered, destroyed, void.
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Records notices that a place handed over, one reference a line, as a scanner types them; says the name to compare, or why not.
    #[command(
        after_help = "Examples:\n  isoloir registrar notices handed --place 2A0012X          (scan; Ctrl-D ends)\n  \
                      isoloir registrar notices handed --place 2A0012X scanned.csv"
    )]
    Handed {
        /// Code of the place.
        #[arg(long, value_name = "CODE")]
        place: String,
        /// File with the references in its first column; the standard input without it.
        file: Option<PathBuf>,
    },
    /// What a place still has to hand over, and which of it is void.
    Remaining {
        /// Code of the place.
        #[arg(long, value_name = "CODE")]
        place: String,
    },
    /// Prints a one-use link for each place: the page where references are scanned. Links made before, and their pages, are void.
    Links {
        /// Only this place.
        #[arg(long, value_name = "CODE")]
        place: Option<String>,
    },
    /// Records that the notices without a place are in the post.
    Posted,
    /// Records notices that came back: one reference a line, as scanned.
    Undelivered {
        /// The file; the reference is its first column.
        file: PathBuf,
    },
    /// Ends the handing over at a place: what nobody took is undelivered.
    Close {
        /// Its code.
        #[arg(long, value_name = "CODE")]
        place: String,
    },
    /// Records that undelivered notices are destroyed, and writes the certificate to sign.
    Destroy {
        /// Code of the place; without it, those that came back by post.
        #[arg(long, value_name = "CODE")]
        place: Option<String>,
        /// Name and office of a witness; two at least.
        #[arg(long = "witness", value_name = "NAME", required = true)]
        witnesses: Vec<String>,
        /// Who organises the vote, as the certificate says.
        #[arg(long, value_name = "NAME")]
        organiser: String,
        /// The consultation, as the certificate says.
        #[arg(long, value_name = "TITLE")]
        consultation: String,
        /// Certificate to write.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub(super) async fn run(
    registrar: Arc<Registrar>,
    config: &RegistrarConfig,
    arguments: &NoticesArgs,
) -> anyhow::Result<()> {
    match &arguments.act {
        None => make(registrar, config, arguments).await,
        Some(NoticesAct::Status { json }) => status(&registrar, *json).await,
        Some(NoticesAct::Handed { place, file }) => handed(&registrar, place, file.as_deref()).await,
        Some(NoticesAct::Remaining { place }) => remaining(&registrar, place).await,
        Some(NoticesAct::Links { place }) => links(&registrar, config, place.as_deref()).await,
        Some(NoticesAct::Posted) => {
            println!("{} notices are in the post", registrar.post_notices().await?);
            Ok(())
        }
        Some(NoticesAct::Undelivered { file }) => undelivered(&registrar, file).await,
        Some(NoticesAct::Close { place }) => {
            let count = registrar.close_place(place).await?;
            println!("{place}: handing over ended, {count} notices are undelivered");
            Ok(())
        }
        Some(NoticesAct::Destroy {
            place,
            witnesses,
            organiser,
            consultation,
            out,
        }) => {
            let certificate = Certificate {
                place: place.as_deref(),
                witnesses,
                organiser,
                consultation,
            };
            certificate.write(&registrar, out).await
        }
    }
}

async fn make(registrar: Arc<Registrar>, config: &RegistrarConfig, arguments: &NoticesArgs) -> anyhow::Result<()> {
    let out = arguments.out.as_deref().context("--out")?;
    let output = match &arguments.for_printer {
        None => Output::Paper,
        Some(recipient) => Output::Printer(recipient.parse().map_err(|why| anyhow::anyhow!("{recipient}: {why}"))?),
    };
    let making = Making::open(
        registrar,
        config,
        &arguments.entitlements,
        out,
        output,
        arguments.batch.into(),
    )
    .await?;
    let told = match &arguments.number {
        None => making.all().await?,
        Some(number) => making.again(number).await?,
    };
    print!("{told}");
    Ok(())
}

async fn status(registrar: &Registrar, as_json: bool) -> anyhow::Result<()> {
    let counts = registrar.notice_counts().await?;
    if as_json {
        let places: Vec<Value> = counts.iter().map(told_as_json).collect();
        println!("{}", serde_json::to_string_pretty(&json!({ "places": places }))?);
        return Ok(());
    }
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>12} {:>10} {:>9}",
        "place", "made", "handed", "posted", "undelivered", "destroyed", "void"
    );
    for place in &counts {
        let name = place
            .place
            .as_ref()
            .map_or("post".to_owned(), |place| format!("{} {}", place.code, place.name));
        let name: String = name.chars().take(34).collect();
        let [made, handed, posted, undelivered, destroyed] = NoticeStatus::ALL.map(|status| place.count(status));
        let void: u64 = place.void.iter().map(|(_, count)| count).sum();
        println!("{name:<34} {made:>9} {handed:>9} {posted:>9} {undelivered:>12} {destroyed:>10} {void:>9}");
    }
    Ok(())
}

fn told_as_json(counts: &PlaceCounts) -> Value {
    let of = |counts: &[(NoticeStatus, u64)]| -> Value {
        counts
            .iter()
            .map(|(status, count)| (status.code().to_owned(), json!(count)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    json!({
        "place": counts.place.as_ref().map(|place| &place.code),
        "name": counts.place.as_ref().map(|place| &place.name),
        "closed": counts.closed.map(|at| at.to_string()),
        "valid": of(&counts.valid),
        "void": of(&counts.void),
    })
}

async fn links(registrar: &Registrar, config: &RegistrarConfig, only: Option<&str>) -> anyhow::Result<()> {
    let origin = config
        .origin
        .as_deref()
        .context("places' pages need the registrar's origin: origin = \"https://…\" in its configuration")?;
    let places = registrar.delivery_places().await?;
    let chosen = places
        .iter()
        .filter(|one| only.is_none_or(|code| one.place.code == code));
    let mut made = false;
    for place in chosen.map(|one| &one.place) {
        let token = registrar.link_for_place(&place.code, &mut ambient::rng()).await?;
        println!("{};{};{origin}/remise/lien/{}", place.code, place.name, token.as_str());
        made = true;
    }
    if made {
        Ok(())
    } else {
        bail!("there is no such place that hands notices over")
    }
}

/// Records what a place handed over, line by line, as it is scanned.
async fn handed(registrar: &Registrar, place: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let place = registrar.delivery_place(place).await?.place;
    let lines: Box<dyn BufRead> = match file {
        Some(file) => Box::new(BufReader::new(
            File::open(file).with_context(|| format!("cannot read {}", file.display()))?,
        )),
        None => Box::new(BufReader::new(std::io::stdin())),
    };
    let (mut recorded, mut refused) = (0_u64, 0_u64);
    for line in lines.lines() {
        let line = line?;
        let Some(typed) = first_cell(&line) else { continue };
        let outcome = match typed.parse::<Reference>() {
            Ok(reference) => registrar.hand_over(&place.code, reference).await?,
            Err(why) => {
                refused = refused.saturating_add(1);
                println!("{typed}  NOT RECORDED: {why}");
                continue;
            }
        };
        let said = match &outcome {
            Scan::Handed(notice) => format!("handed over: {}", notice.name),
            Scan::Void(notice) => format!("VOID, DO NOT HAND OVER: {} has another code", notice.name),
            Scan::Already(notice) => format!("NOT RECORDED: handed over before ({}, {})", notice.name, notice.since),
            Scan::Elsewhere => "NOT RECORDED: it is another place's".to_owned(),
            Scan::Unknown => "NOT RECORDED: there is no such notice".to_owned(),
            Scan::Over(notice) => format!("NOT RECORDED: it is {}", notice.status.code()),
        };
        let counter = if matches!(outcome, Scan::Handed(_)) {
            &mut recorded
        } else {
            &mut refused
        };
        *counter = counter.saturating_add(1);
        println!("{typed}  {said}");
    }
    println!("{}: {recorded} recorded as handed over", place.name);
    if refused > 0 {
        bail!("{refused} lines were not recorded");
    }
    Ok(())
}

async fn remaining(registrar: &Registrar, place: &str) -> anyhow::Result<()> {
    let place = registrar.delivery_place(place).await?.place;
    let notices = registrar.notices_at(&place.code, NoticeStatus::Made).await?;
    for notice in &notices {
        let void = if notice.void { "  VOID, do not hand over" } else { "" };
        println!("{}  {}{void}", notice.reference, notice.name);
    }
    println!(
        "{}: {} to hand over",
        place.name,
        notices.iter().filter(|notice| !notice.void).count()
    );
    Ok(())
}

/// The first cell of a line, unless the line is empty or a head.
fn first_cell(line: &str) -> Option<&str> {
    let first = line
        .split([';', ','])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_matches('"');
    (!first.is_empty() && !first.eq_ignore_ascii_case("reference")).then_some(first)
}

/// References from a file: what was read, line by line, and what each led to.
async fn undelivered(registrar: &Registrar, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let (mut recorded, mut wrong) = (0_u64, Vec::new());
    for (line, number) in text.lines().zip(1_u64..) {
        let first = line
            .split([';', ','])
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches('"');
        if first.is_empty() || (number == 1 && first.eq_ignore_ascii_case("reference")) {
            continue;
        }
        match first.parse::<Reference>() {
            Err(why) => wrong.push(format!("line {number}: {first}: {why}")),
            Ok(reference) => match registrar.came_back(reference).await? {
                Some(true) => recorded = recorded.saturating_add(1),
                Some(false) => wrong.push(format!("line {number}: {reference} is not under way")),
                None => wrong.push(format!("line {number}: there is no notice {reference}")),
            },
        }
    }
    println!("{recorded} notices are undelivered");
    if !wrong.is_empty() {
        bail!("{} lines were not recorded:\n{}", wrong.len(), wrong.join("\n"));
    }
    Ok(())
}

/// A certificate of destruction to write.
struct Certificate<'a> {
    place: Option<&'a str>,
    witnesses: &'a [String],
    organiser: &'a str,
    consultation: &'a str,
}

impl Certificate<'_> {
    async fn write(&self, registrar: &Registrar, out: &Path) -> anyhow::Result<()> {
        let code = self.place.unwrap_or_default();
        let name = match self.place {
            Some(code) => registrar.delivery_place(code).await?.place.name,
            None => "Retours par la poste".to_owned(),
        };
        let file = private_file::Reserved::at(out)?;
        let destroyed = registrar.destroy_undelivered(code, self.witnesses).await;
        if let Err(error) = destroyed {
            file.give_up();
            return Err(error.into());
        }
        let at = SystemClock.now();
        let notices = registrar.notices_at(code, NoticeStatus::Destroyed).await?;
        let notices: Vec<(String, Reason)> = notices
            .iter()
            .map(|notice| {
                let reason = if notice.void { Reason::Void } else { Reason::Undelivered };
                (notice.reference.to_string(), reason)
            })
            .collect();
        let paper = destruction_certificate(&Destruction {
            organiser: self.organiser,
            consultation: self.consultation,
            place: &name,
            at,
            witnesses: self.witnesses,
            notices: &notices,
        });
        file.fill(&isoloir_documents::pdf(&paper)?)?;
        println!("{} notices are destroyed; to sign: {}", notices.len(), out.display());
        Ok(())
    }
}
