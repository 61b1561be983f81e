//! The auditor's program (vérificateur indépendant): every check of an election, from its public archive alone.
//!
//! It needs neither a database nor the network nor any secret. [`run`] does all the work of the binary
//! `isoloir-verify`; [`args`] says what can be asked, [`engine`] how ballots are verified, [`human`] and [`machine`] how the
//! answer is told; [`state`] lets an interrupted audit go on, [`results`] holds what is published against the archive and computes the seats
//! again.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation
)]

pub mod args;
pub mod engine;
pub mod human;
pub mod machine;
pub mod results;
pub mod state;

use std::{
    fs::File,
    io::{BufReader, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use args::Args;
use engine::Engines;
use indicatif::{ProgressBar, ProgressStyle};
use isoloir_protocol::audit::{
    Accelerator, Options, Progress, Report, audit_from,
    since::{Since, SinceError, compare},
};
use results::Comparison;
use state::{State, Stateless};

/// What was found: the audit, and the comparison with an earlier copy when one was given.
pub struct Findings {
    /// The audit.
    pub report: Report,
    /// The comparison.
    pub since: Option<Since>,
    /// The published results against the archive, when they were given and the archive is valid.
    pub results: Option<Comparison>,
}

/// Exit status when there is no verdict: a file cannot be read.
pub const CANNOT_READ: u8 = 2;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every check holds.
    Valid,
    /// A check does not hold, or something that an earlier copy held is gone.
    Invalid,
}

impl Verdict {
    /// 0 or 1.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Invalid => 1,
        }
    }
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        Self::from(verdict.code())
    }
}

impl Findings {
    /// The conclusion.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let kept = matches!(self.since, None | Some(Since::Kept { .. }));
        let published = self.results.as_ref().is_none_or(|results| results.fault.is_none());
        if self.report.is_valid() && kept && published {
            Verdict::Valid
        } else {
            Verdict::Invalid
        }
    }
}

/// Verifies and tells the answer on `out`.
///
/// # Errors
/// When a file cannot be read, or `out` cannot be written.
pub fn run(args: &Args, out: &mut impl Write) -> anyhow::Result<Verdict> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.jobs.unwrap_or(0))
        .build()?;
    let findings = pool.install(|| find(args))?;
    if args.json {
        machine::write(&findings, out)?;
    } else {
        human::write(&findings, args, out)?;
    }
    Ok(findings.verdict())
}

fn find(args: &Args) -> anyhow::Result<Findings> {
    let options = Options {
        expected_head: args.head,
        require_result: args.complete,
    };
    let published = args.results.as_deref().map(results::read).transpose()?;
    let engines = Engines::choose(args)?;
    let mut report = audit_file(args, &options, engines.accelerator.as_ref())?;
    engines.finish()?;
    // An archive that is wrong in itself is not compared: its own fault comes first.
    let since = match &args.since {
        Some(earlier) if report.is_valid() => Some(compare_files(earlier, &args.archive)?),
        _ => None,
    };
    // Nor are results compared with an archive that proves nothing.
    let results = match published {
        Some(published) if report.is_valid() => Some(published.compare(&mut report)),
        _ => None,
    };
    Ok(Findings { report, since, results })
}

fn audit_file(args: &Args, options: &Options, accelerator: &dyn Accelerator) -> anyhow::Result<Report> {
    let path = args.archive.as_path();
    let cannot_read = || format!("{}", path.display());
    let file = File::open(path).with_context(cannot_read)?;
    let size = file.metadata().with_context(cannot_read)?.len();
    let source = BufReader::with_capacity(1 << 20, file);
    let bar = progress_bar(size);
    let shown = bar.clone();
    let show = Box::new(move |progress: Progress| shown.set_position(progress.bytes));
    let report = match &args.state {
        None => audit_from(source, options, accelerator, None, &mut Stateless(show)).with_context(cannot_read)?,
        Some(state) => {
            let mut state = State::open(state, args.state_key.as_deref(), args.state_every, show)?;
            let checkpoint = state.read()?;
            let report = audit_from(source, options, accelerator, checkpoint.as_ref(), &mut state);
            let report = report.with_context(cannot_read)?;
            state.finish()?;
            report
        }
    };
    bar.finish_and_clear();
    Ok(report)
}

/// On the standard error, and only when that is a terminal.
fn progress_bar(size: u64) -> ProgressBar {
    let bar = ProgressBar::new(size);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes}/{total_bytes}  {eta}") {
        bar.set_style(style);
    }
    bar
}

fn compare_files(earlier: &Path, later: &Path) -> Result<Since, anyhow::Error> {
    let open = |path: &Path| {
        File::open(path)
            .map(BufReader::new)
            .with_context(|| format!("{}", path.display()))
    };
    compare(open(earlier)?, open(later)?).map_err(|error| match &error {
        SinceError::Earlier(_) => anyhow::Error::new(error).context(format!("{}", earlier.display())),
        SinceError::Later(_) => anyhow::Error::new(error).context(format!("{}", later.display())),
    })
}
