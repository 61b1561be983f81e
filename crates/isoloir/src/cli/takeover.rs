//! `isoloir takeover`: the vote goes on after the loss of the database, without a gap.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use ed25519_dalek::VerifyingKey;
use isoloir_domain::ballot_box::SignedHead;
use isoloir_domain::{ElectionId, SystemClock};
use isoloir_service::takeover::{TakeoverFiles, prepare_takeover};

use super::{ConfigArg, block_on, key};
use crate::config::ServerConfig;
use crate::private_file::Reserved;
use crate::watch::source::is_signed;
use crate::watch::statement::Statement;

/// Rebuilds the voting server's SQLite database from its last backup and the synchronous copy (`copy` in `[database]`), and proves that no event of any box is missing.
///
/// Every box is walked from its setup to its head, the poll book is counted against it, and the journal's own chain must tell of the same ballots. The two files are only read.
/// Where anything is missing or altered, it says what, and makes nothing. The takeover enters the journal of the new database, and the minutes.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  isoloir takeover --backup /sauvegardes/server-2026-12-02.db --copy /mnt/second/votes.db \\\n      \
                  --out /var/lib/isoloir/server-repris.db --head tetes.json --proof reprise --config server.toml\n\n\
                  What to do that night, step by step: docs/runbooks/sauvegarde.md"
)]
pub struct TakeoverArgs {
    /// The last backup of the database.
    #[arg(long, value_name = "FILE")]
    backup: PathBuf,
    /// The synchronous copy; `FILE-wal`, where it is, beside it.
    #[arg(long, value_name = "FILE")]
    copy: PathBuf,
    /// Database to make (mode 0600).
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Heads that the server signed earlier: a statement of `isoloir watch`, or the answer of `/api/elections/ID/head`. Each must lie on the chain.
    #[arg(long = "head", value_name = "FILE")]
    heads: Vec<PathBuf>,
    /// Writes the proof as `NAME.json` and, to be read, `NAME.txt`.
    #[arg(long, value_name = "NAME", default_value = "reprise")]
    proof: PathBuf,
    #[command(flatten)]
    config: ConfigArg,
}

pub(crate) fn run(arguments: &TakeoverArgs) -> anyhow::Result<()> {
    let config = ServerConfig::read(&arguments.config.config)?;
    let server = VerifyingKey::from(&key::read_private(&config.key)?);
    let files = TakeoverFiles {
        backup: arguments.backup.clone(),
        copy: arguments.copy.clone(),
        out: arguments.out.clone(),
        heads: read_heads(&arguments.heads, &server)?,
    };
    // A place for the proof first: a database that is in its place has one.
    let [json, text] = ["json", "txt"].map(|ending| arguments.proof.with_added_extension(ending));
    let json = Reserved::at(&json)?;
    let text = match Reserved::at(&text) {
        Ok(text) => text,
        Err(error) => {
            json.give_up();
            return Err(error);
        }
    };
    block_on(async {
        let takeover = match prepare_takeover(&files, &server, &SystemClock).await {
            Ok(takeover) => takeover,
            Err(error) => {
                json.give_up();
                text.give_up();
                return Err(error.into());
            }
        };
        let words = takeover.proof.text(&takeover.digest);
        json.fill(takeover.json.as_bytes())?;
        text.fill(words.as_bytes())?;
        takeover.complete().await?;
        print!("{words}");
        println!("\ndatabase written to {}", arguments.out.display());
        Ok(())
    })
}

/// Reads heads; one that the server did not sign stops here, since it says nothing of the box.
fn read_heads(files: &[PathBuf], server: &VerifyingKey) -> anyhow::Result<Vec<(ElectionId, [u8; 32])>> {
    let mut heads = Vec::new();
    for file in files {
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let told: Vec<SignedHead> = match Statement::parse(&bytes) {
            Ok(statement) => statement.heads().cloned().collect(),
            Err(_) => vec![
                serde_json::from_slice(&bytes)
                    .with_context(|| format!("{} is neither a statement nor a signed head", file.display()))?,
            ],
        };
        for head in told {
            let mut event = [0; 32];
            if !is_signed(&head, &head.election, server) || hex::decode_to_slice(&head.event, &mut event).is_err() {
                bail!(
                    "{}: a head of {} is not signed by this server",
                    file.display(),
                    head.election
                );
            }
            heads.push((head.election, event));
        }
    }
    Ok(heads)
}
