//! `isoloir journal`: the journal as a file, and its check without a server.

use std::path::{Path, PathBuf};

use super::{ConfigArg, block_on, key, server};
use crate::journal_file;

/// The journal of what was done to the system: written as a file, checked by anyone who has the server's public key.
#[derive(clap::Args)]
pub struct JournalArgs {
    #[command(subcommand)]
    command: JournalCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum JournalCommand {
    /// Writes the whole journal: every entry with its hash, the days that the server signed, and its signature at the end.
    #[command(
        after_help = "Example:\n  isoloir journal export --out journal.jsonl\n\nFormat: docs/protocol/journal.md"
    )]
    Export {
        /// File to write (mode 0600: it holds identifiers of voters, and no name).
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Checks a file: the chain of its entries, the signature of every day, the end; with `--since`, that an earlier file is its beginning. Needs
    /// neither server nor network. Exit code 0 if all of it holds.
    #[command(
        after_help = "Example:\n  isoloir journal verify journal.jsonl --key server.pub --since journal-of-monday.jsonl"
    )]
    Verify {
        /// File made by `isoloir journal export`.
        file: PathBuf,
        /// Public key of the voting server. Without it the file is believed about who signed.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// An earlier file, which must be the beginning of this one.
        #[arg(long, value_name = "OLD")]
        since: Option<PathBuf>,
    },
}

pub(crate) fn run(arguments: &JournalArgs) -> anyhow::Result<()> {
    match &arguments.command {
        JournalCommand::Export { out } => block_on(export(&arguments.config, out)),
        JournalCommand::Verify { file, key, since } => verify(file, key.as_deref(), since.as_deref()),
    }
}

async fn export(config: &ConfigArg, out: &Path) -> anyhow::Result<()> {
    journal_file::write(&server::open(config).await?, out).await?;
    println!("journal written to {}", out.display());
    Ok(())
}

fn verify(file: &Path, key: Option<&Path>, since: Option<&Path>) -> anyhow::Result<()> {
    let key = key.map(key::read_public).transpose()?;
    let earlier = since.map(|since| journal_file::check(since, key, None)).transpose()?;
    let report = journal_file::check(file, key, earlier.as_ref())?;
    println!(
        "{}: {} entries, chain and signatures hold",
        file.display(),
        report.head.rank
    );
    println!("  made at {}, head {}", report.at, hex::encode(report.head.hash));
    match (report.days.first(), report.days.last()) {
        (Some(first), Some(last)) => println!("  {} day(s) signed, from {first} to {last}", report.days.len()),
        _ => println!("  no day signed yet"),
    }
    if report.unread > 0 {
        println!(
            "  {} entries are of another version: counted and hashed, not understood",
            report.unread
        );
    }
    if let Some(earlier) = earlier {
        println!("  its beginning is the journal of {}", earlier.at);
    }
    if key.is_none() {
        println!(
            "  signed by {}: compare it with the server's public key, or give --key",
            hex::encode(report.key.as_bytes())
        );
    }
    Ok(())
}
