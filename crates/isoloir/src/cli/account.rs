//! `isoloir account`: accounts of voters, suspended and opened again.

use super::{ConfigArg, block_on, server};

/// The accounts of voters: suspended when somebody else may be in them, and opened again.
#[derive(clap::Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum AccountCommand {
    /// Suspends an account: its sessions end at once, nobody signs in to it, no link replaces its password. A ballot that was cast stays cast.
    #[command(
        after_help = "Example:\n  isoloir account suspend --number VAL0001 --reason \"Mailbox taken over, reported by the voter\""
    )]
    Suspend(WhomAndWhy),
    /// Opens a suspended account again, with the password that it had.
    #[command(after_help = "Example:\n  isoloir account restore --number VAL0001 --reason \"Mailbox recovered\"")]
    Restore(WhomAndWhy),
}

#[derive(clap::Args)]
struct WhomAndWhy {
    /// Staff number (matricule) of the voter.
    #[arg(long, value_name = "NUMBER")]
    number: String,
    /// Why, in one line. It enters the journal, which forgets nothing.
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(arguments: &AccountArgs) -> anyhow::Result<()> {
    block_on(async {
        let server = server::open(&arguments.config).await?;
        match &arguments.command {
            AccountCommand::Suspend(asked) => {
                let voter = server.suspend_account(&asked.number, &asked.reason).await?;
                println!(
                    "{} ({}): account suspended, sessions ended",
                    voter.full_name(),
                    voter.number
                );
            }
            AccountCommand::Restore(asked) => {
                let voter = server.restore_account(&asked.number, &asked.reason).await?;
                println!("{} ({}): account open again", voter.full_name(), voter.number);
            }
        }
        Ok(())
    })
}
