//! `isoloir count`: closing to result in one command, when the board sits around one machine.

use std::path::{Path, PathBuf};

use anyhow::Context;
use isoloir_service::VotingServer;

use super::{ConfigArg, block_on, election, server};
use crate::ambient;
use crate::trustee::decrypt;

/// Counts with the board's keys at hand: archives, partial decryptions, result. For demonstrations and boards around one machine.
#[derive(clap::Args)]
#[command(
    long_about = "Counts with the board's keys at hand: exports the archives, audits them, decrypts with each key, publishes the result. \
                  For demonstrations, and for a board around one machine. Members who keep their keys to themselves use \
                  `isoloir archive export`, `isoloir trustee decrypt` (offline) and `isoloir election add-decryption` instead.",
    after_help = "Example, after `isoloir close`:\n  isoloir count --key board/president.key --key board/delegate-1.key \
                  --key board/delegate-2.key --out archives"
)]
pub struct CountArgs {
    /// A member's decryption key; repeat for each member who is there.
    #[arg(long = "key", value_name = "FILE", required = true)]
    keys: Vec<PathBuf>,
    /// Folder for the archives.
    #[arg(long, value_name = "DIR", default_value = "archives")]
    out: PathBuf,
    #[command(flatten)]
    config: ConfigArg,
}

pub(crate) fn run(arguments: &CountArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        count(&server, &arguments.keys, &arguments.out).await
    })
}

async fn count(server: &VotingServer, keys: &[PathBuf], out: &Path) -> anyhow::Result<()> {
    for (_, one) in server::elections(server).await? {
        if server.results(&one.id).await?.is_none() {
            decrypt_with_all(server, &one.id, keys, out)
                .await
                .with_context(|| one.title.clone())?;
            server.finish_tally(&one.id).await.with_context(|| one.title.clone())?;
        }
        print!("{}", election::result_text(server, &one.id).await?);
    }
    for archive in election::export(server, out, None).await? {
        println!("{}", archive.display());
    }
    Ok(())
}

/// Keys whose partial decryption is in the box already are passed over, so that the command can be run again.
async fn decrypt_with_all(
    server: &VotingServer,
    id: &isoloir_domain::ElectionId,
    keys: &[PathBuf],
    out: &Path,
) -> anyhow::Result<()> {
    use isoloir_service::record_partial_decryption::PartialDecryptionError;
    for archive in election::export(server, out, Some(id.as_str())).await? {
        for key in keys {
            let (file, _) = decrypt(&archive, key, &mut ambient::rng()).with_context(|| key.display().to_string())?;
            match election::record(server, &file).await {
                Ok(()) | Err(PartialDecryptionError::Already(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
    }
    Ok(())
}
