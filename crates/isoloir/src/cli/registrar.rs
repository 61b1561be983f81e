//! `isoloir registrar`: the authority of the codes, on its own machine with its own database.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use isoloir_domain::{ElectionId, SystemClock};
use isoloir_protocol::group::GroupName;
use isoloir_registrar::create_credentials::{CreateError, Entitled};
use isoloir_registrar::{IssuedCode, Keys, Registrar, Store, router};
use zeroize::Zeroizing;

use super::serve::serve;
use super::{ConfigArg, block_on, key, notices};
use crate::config::RegistrarConfig;
use crate::handover::{Entitlements, PublicCredentials};
use crate::{ambient, private_file};

/// The registrar: credentials and voting codes, apart from the voting server.
#[derive(clap::Args)]
#[command(
    long_about = "The registrar: credentials and voting codes, apart from the voting server: own machine, own key, own database. \
                  Neither a code nor a credential in clear is ever stored."
)]
pub struct RegistrarArgs {
    #[command(subcommand)]
    command: RegistrarCommand,
    #[command(flatten)]
    config: ConfigArg,
}

#[derive(clap::Subcommand)]
enum RegistrarCommand {
    /// Answers the booths: `POST /unlock`.
    #[command(after_help = "Example:\n  isoloir registrar serve --config registrar.toml")]
    Serve,
    /// Draws one credential per voter and election, once, and writes the public ones for the voting server.
    #[command(
        name = "create-credentials",
        after_help = "Example:\n  isoloir registrar create-credentials --entitlements entitlements.json --out public-credentials/"
    )]
    CreateCredentials {
        /// File from `isoloir consultation entitlements`.
        #[arg(long, value_name = "FILE")]
        entitlements: PathBuf,
        /// Folder for one ELECTION.json each, to be handed to the voting server.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Makes codes and notices together, place by place; then follows the notices until they are handed over or destroyed.
    Notices(notices::NoticesArgs),
    /// Issues a voting code to each voter and writes the codes ONCE, into a file for the printer of the notices.
    #[command(
        name = "issue-codes",
        long_about = "Issues a voting code to each voter and writes the codes ONCE, into a file (mode 0600) for the printer of the \
                      notices. They are stored nowhere else: destroy the file once the notices are printed. Issuing again voids a \
                      voter's earlier code, and wraps the same credentials.",
        after_help = "Examples:\n  isoloir registrar issue-codes --entitlements entitlements.json --out codes.csv\n  \
                      isoloir registrar issue-codes --entitlements entitlements.json --number VAL0004 --out reissue.csv"
    )]
    IssueCodes {
        /// File from `isoloir consultation entitlements`.
        #[arg(long, value_name = "FILE", default_value = "entitlements.json")]
        entitlements: PathBuf,
        /// Only for the voter with this staff number (matricule).
        #[arg(long, value_name = "NUMBER")]
        number: Option<String>,
        /// File to write, never replaced.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

pub(crate) fn run(arguments: &RegistrarArgs) -> anyhow::Result<()> {
    let config = RegistrarConfig::read(&arguments.config.config)?;
    block_on(async {
        let registrar = open(&config).await?;
        match &arguments.command {
            RegistrarCommand::Serve => {
                let origin = config.portal_origin.parse().context("portal_origin")?;
                println!("registrar on http://{}", config.listen);
                serve(config.listen, router(Arc::new(registrar), origin)).await
            }
            RegistrarCommand::CreateCredentials { entitlements, out } => {
                create(&registrar, &Entitlements::read(entitlements)?, out).await
            }
            RegistrarCommand::Notices(arguments) => notices::run(Arc::new(registrar), &config, arguments).await,
            RegistrarCommand::IssueCodes {
                entitlements,
                number,
                out,
            } => issue(&registrar, &Entitlements::read(entitlements)?, number.as_deref(), out).await,
        }
    })
}

/// Opens the registrar of a configuration.
pub(crate) async fn open(config: &RegistrarConfig) -> anyhow::Result<Registrar> {
    let keys = Keys::new(key::read_private(&config.key)?);
    let store = Store::open(&config.database.url)
        .await
        .context("the registrar's database")?;
    Ok(Registrar::new(
        store,
        keys,
        key::read_public(&config.server_key)?,
        Arc::new(SystemClock),
    ))
}

async fn create(registrar: &Registrar, entitlements: &Entitlements, out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    for list in draw(registrar, entitlements).await? {
        let path = out.join(format!("{}.json", list.election));
        private_file::replace_public(&path, &serde_json::to_vec(&list)?)?;
        println!("{}: {} public credentials", path.display(), list.credentials.len());
    }
    Ok(())
}

/// Draws the credentials of every election; those drawn before are given again, since they are drawn once.
pub(crate) async fn draw(registrar: &Registrar, entitlements: &Entitlements) -> anyhow::Result<Vec<PublicCredentials>> {
    let group: GroupName = entitlements
        .group
        .parse()
        .with_context(|| format!("group {}", entitlements.group))?;
    let mut rolls: HashMap<&ElectionId, Vec<Entitled>> = HashMap::new();
    for voter in &entitlements.voters {
        for election in &voter.elections {
            rolls.entry(election).or_default().push(Entitled::new(voter.id));
        }
    }
    let mut lists = Vec::new();
    for election in &entitlements.elections {
        let roll = rolls.remove(&election.id).unwrap_or_default();
        let credentials = match registrar
            .create_credentials(&election.id, group, &roll, &mut ambient::rng())
            .await
        {
            Err(CreateError::Exists(_)) => registrar.public_credentials(&election.id).await?,
            made => made.with_context(|| election.title.clone())?,
        };
        if credentials.len() != roll.len() {
            bail!(
                "{}: credentials were drawn for another roll ({} voters)",
                election.title,
                credentials.len()
            );
        }
        lists.push(PublicCredentials {
            election: election.id.clone(),
            credentials,
        });
    }
    Ok(lists)
}

async fn issue(
    registrar: &Registrar,
    entitlements: &Entitlements,
    number: Option<&str>,
    out: &Path,
) -> anyhow::Result<()> {
    let voters: Vec<_> = entitlements
        .voters
        .iter()
        .filter(|voter| number.is_none_or(|wanted| voter.number == wanted))
        .collect();
    if voters.is_empty() {
        bail!("no such voter in the entitlements");
    }
    let ids: Vec<_> = voters.iter().map(|voter| voter.id).collect();
    // The file first: codes that find no place to be written would be lost, and the earlier ones void.
    let file = private_file::Reserved::at(out).context("codes are written once, and never over other codes")?;
    let codes = match registrar.issue_codes(&ids, &mut ambient::rng()).await {
        Ok(codes) => codes,
        Err(error) => {
            file.give_up();
            return Err(error.into());
        }
    };
    let mut text = Zeroizing::new(String::from("voter;matricule;nom;prenom;code\n"));
    for (voter, issued) in voters.iter().zip(&codes) {
        let names = [&voter.number, &voter.last_name, &voter.first_name].map(|field| csv_field(field));
        let line = Zeroizing::new(format!(
            "{};{};{}\n",
            issued.voter,
            names.join(";"),
            shown(issued).as_str()
        ));
        text.push_str(&line);
    }
    file.fill(text.as_bytes())?;
    println!(
        "{} codes in {} (mode 0600). They are stored nowhere else: print the notices, then destroy this file.",
        codes.len(),
        out.display()
    );
    Ok(())
}

/// A code as printed, in groups of four.
pub(crate) fn shown(issued: &IssuedCode) -> Zeroizing<String> {
    Zeroizing::new(issued.code.to_string())
}

/// One CSV field: quoted when needed, and never a formula for a spreadsheet.
fn csv_field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if text.contains([';', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::csv_field;

    #[test]
    fn a_field_is_neither_a_formula_nor_two_fields() {
        assert_eq!(csv_field("=cmd()"), "'=cmd()");
        assert_eq!(csv_field("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(csv_field("D’Hérouville"), "D’Hérouville");
    }
}
