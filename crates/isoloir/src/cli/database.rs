//! `isoloir database`: the tables brought up to date by their owner, and what each role of PostgreSQL may do with them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use isoloir_store::{Prepared, ROLES};
use zeroize::Zeroizing;

use super::block_on;

/// The owner's URL, in the place of a file.
const OWNER_VARIABLE: &str = "ISOLOIR_OWNER_URL";

/// The voting server's PostgreSQL: who owns its tables, and who may do what with them.
#[derive(clap::Args)]
pub struct DatabaseArgs {
    #[command(subcommand)]
    command: DatabaseCommand,
}

#[derive(clap::Subcommand)]
enum DatabaseCommand {
    /// Brings the tables up to date as their owner, and sets the rights of nodes and readers. The same again changes nothing.
    #[command(
        long_about = "Brings the tables up to date as their owner, and sets the rights of nodes and readers: makes the roles that are missing, gives the \
                      tables to isoloir_owner, applies the changes of this version, then sets every right. Nodes of the version before may serve meanwhile, \
                      unless a change touches what they use: then it refuses while they are connected. Nodes whose login is in isoloir_portal alone may \
                      then neither change a table nor remove a ballot, a mark or an entry of the journal. Run it again with each new version, before the \
                      nodes start; the same again changes nothing. SQLite has no roles and needs none of this.",
        after_help = "Example:\n  read -rs ISOLOIR_OWNER_URL; export ISOLOIR_OWNER_URL    # postgres://vote_owner:…@base.vote.internal/vote?sslmode=verify-full\n  \
                      isoloir database prepare\n\nRoles and logins: docs/guides/operations.md."
    )]
    Prepare(OwnerArg),
}

// Where the URL of the owner's login is. It is never an argument: those are seen by everybody on the machine.
#[derive(clap::Args)]
pub(crate) struct OwnerArg {
    /// File (mode 0600) that holds the URL of the owner's login; without it, the URL is in the environment: `ISOLOIR_OWNER_URL`.
    #[arg(long, value_name = "FILE")]
    owner_url_file: Option<PathBuf>,
}

impl OwnerArg {
    /// The URL, with its password.
    pub(crate) fn url(&self) -> anyhow::Result<Zeroizing<String>> {
        match &self.owner_url_file {
            Some(file) => read_private(file),
            None => std::env::var(OWNER_VARIABLE)
                .map(Zeroizing::new)
                .with_context(|| format!("the owner's URL comes from {OWNER_VARIABLE}, or from --owner-url-file")),
        }
    }
}

pub(crate) fn run(arguments: &DatabaseArgs) -> anyhow::Result<()> {
    let DatabaseCommand::Prepare(owner) = &arguments.command;
    let url = owner.url()?;
    let prepared = block_on(async { Ok(isoloir_store::prepare(&url).await?) })?;
    tell(&prepared, ROLES.owner, ROLES.serving);
    Ok(())
}

/// Tells what was done, and what an operator has left to do.
pub(crate) fn tell(prepared: &Prepared, owner: &str, serving: &str) {
    println!(
        "{}: {} changes made; {owner} owns the tables, {serving} has its rights",
        prepared.database, prepared.changes
    );
    if prepared.logins.is_empty() {
        println!("no login is in {serving} yet: GRANT it to the one that serves");
    } else {
        println!("logins that serve: {}", prepared.logins.join(", "));
    }
}

fn read_private(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let name = || file.display().to_string();
    let mode = std::fs::metadata(file).with_context(name)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("{} may be read by others: chmod 600", name());
    }
    let text = Zeroizing::new(std::fs::read_to_string(file).with_context(name)?);
    Ok(Zeroizing::new(text.trim().to_owned()))
}
