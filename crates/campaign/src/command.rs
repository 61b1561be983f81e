//! `isoloir campaign`: what can be asked, and how the answer is told.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use crate::{
    mutation::Expected,
    run::{CampaignError, Outcome, Source, Wanted, run},
    tool,
};

/// Changes valid archives in one place each, and checks that the audit refuses every one.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Example:\n  isoloir campaign *.bel --mutations 10000 --seed 2026")]
pub struct CampaignArgs {
    /// Valid archives with a result; elections of our own, of every kind, are always added.
    pub archives: Vec<PathBuf>,
    /// How many mutations.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    pub mutations: u64,
    /// What all chance comes from: the same seed and archives make the same mutations.
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// Number of cores (default: all).
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Asks the reference tool as well (`belenios-tool` 2.0), for archives that it knows.
    #[arg(long)]
    pub tool: bool,
    /// Folder to leave every mutation in, with a list of what must be said of each.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The campaign could not be run.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// The answer, or the mutations, could not be written.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
    /// The cores could not be set to work.
    #[error(transparent)]
    Jobs(#[from] rayon::ThreadPoolBuildError),
    /// The tool was asked for.
    #[error("the reference tool is not installed")]
    NoTool,
}

/// Runs the campaign and tells the answer; whether every mutation was met as it must be.
///
/// # Errors
/// [`CommandError`].
pub fn execute(args: &CampaignArgs, out: &mut impl Write) -> Result<bool, CommandError> {
    if args.tool && !tool::is_installed() {
        return Err(CommandError::NoTool);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.unwrap_or(0))
        .build()?;
    let outcome = pool.install(|| campaign(args))?;
    tell(&outcome, args, out)?;
    Ok(outcome.survivors.is_empty())
}

fn campaign(args: &CampaignArgs) -> Result<Outcome, CommandError> {
    let mut sources = Vec::new();
    for path in &args.archives {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|error| CampaignError::Io {
            name: name.clone(),
            error,
        })?;
        sources.push(Source::new(name, bytes, None)?);
    }
    sources.extend(Source::of_our_own(args.seed)?);
    let wanted = Wanted {
        mutations: args.mutations,
        seed: args.seed,
        tool: args.tool,
    };
    let Some(folder) = &args.write else {
        return Ok(run(&sources, wanted, &|_, _| {})?);
    };
    fs::create_dir_all(folder)?;
    let kept = std::sync::Mutex::new(Vec::new());
    let outcome = run(&sources, wanted, &|number, mutation| {
        let written = fs::write(folder.join(format!("{number}.bel")), &mutation.bytes);
        let checks = match mutation.expected {
            Expected::Refused(checks) => checks.iter().map(|check| check.id()).collect(),
            Expected::Harmless { .. } => Vec::new(),
        };
        let line =
            serde_json::json!({"file": number, "family": mutation.family, "what": mutation.what, "checks": checks});
        if let Ok(mut kept) = kept.lock() {
            kept.push(written.map(|()| (number, line)));
        }
    })?;
    let kept = kept.into_inner().unwrap_or_default();
    let mut lines = kept.into_iter().collect::<io::Result<Vec<_>>>()?;
    lines.sort_by_key(|(number, _)| *number);
    let list: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    fs::write(
        folder.join("mutations.json"),
        serde_json::to_vec(&list).map_err(io::Error::from)?,
    )?;
    Ok(outcome)
}

fn tell(outcome: &Outcome, args: &CampaignArgs, out: &mut impl Write) -> io::Result<()> {
    for ((family, check), count) in &outcome.met {
        let check = check.map_or("accepted, as it must be", isoloir_protocol::audit::CheckId::id);
        writeln!(out, "{count:>8}  {family:<32} {check}")?;
    }
    if args.tool {
        writeln!(out, "\nVerdicts of the reference tool, beside ours:")?;
        for (((family, check), accepted), (count, example)) in &outcome.tool {
            let ours = check.map_or("accepted", isoloir_protocol::audit::CheckId::id);
            let theirs = if *accepted { "accepted" } else { "refused" };
            let mark = if check.is_none() == *accepted { " " } else { "≠" };
            writeln!(
                out,
                "{count:>8} {mark} {family:<32} ours: {ours:<20} tool: {theirs:<9} e.g. {example}"
            )?;
        }
    }
    for survivor in &outcome.survivors {
        writeln!(
            out,
            "\nSURVIVOR: seed {}, mutation {}, of {}\n  {}: {}\n  must be: {:?}\n  but was: {}",
            args.seed,
            survivor.number,
            survivor.source,
            survivor.mutation.family,
            survivor.mutation.what,
            survivor.mutation.expected,
            survivor.said
        )?;
    }
    writeln!(
        out,
        "\n{} mutations, seed {}: {} survivors",
        outcome.total(),
        args.seed,
        outcome.survivors.len()
    )
}
