//! `isoloir registrar`: the authority of the codes, on its own machine with its own database.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use isoloir_carriers::config::mail_mode;
use isoloir_domain::{Clock as _, ElectionId, Language, SystemClock};
use isoloir_protocol::group::GroupName;
use isoloir_registrar::create_credentials::{CreateError, Entitled};
use isoloir_registrar::know_voters::{GivenIdentifier, KnownVoter};
use isoloir_registrar::master_key::{change_master_key, open_keys};
use isoloir_registrar::store::KnownConsultation;
use isoloir_registrar::{IssuedCode, PagesConfig, Registrar, Store, router};
use isoloir_theme::layout::Contact;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use zeroize::Zeroizing;

use super::serve::serve;
use super::{ConfigArg, block_on, key, master_key, notices};
use crate::config::RegistrarConfig;
use crate::handover::{Entitlements, PublicCredentials};
use crate::{ambient, private_file};

/// How often the registrar's outbox is looked into.
const OUTBOX_PERIOD: Duration = Duration::from_secs(2);

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
    /// Answers the booths (`POST /unlock`), reissues codes, and sends the links.
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
    /// Reads consultation, rules of the reissue and voters' addresses again, after the organiser changed them.
    #[command(
        name = "read-entitlements",
        after_help = "Example:\n  isoloir registrar read-entitlements --entitlements entitlements.json"
    )]
    ReadEntitlements {
        /// File from `isoloir consultation entitlements`.
        #[arg(long, value_name = "FILE")]
        entitlements: PathBuf,
    },
    /// Reads NUMEN and social-security numbers, of which only keyed hashes are kept.
    #[command(
        long_about = "Reads a CSV file with the columns matricule;numen;nir. Only keyed hashes are kept, and only of what the rules of the \
                      reissue ask for. This file goes to the registrar alone, never to the voting server: destroy it afterwards.",
        after_help = "Example:\n  isoloir registrar identifiers identifiants.csv"
    )]
    Identifiers {
        /// The file.
        file: PathBuf,
    },
    /// Counts codes, reissues by path, failed attempts and messages by final status, for the board and the minutes.
    #[command(after_help = "Example:\n  isoloir registrar counters --json")]
    Counters {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Replaces the master key: seals everything again, all or nothing. The registrar must be stopped.
    #[command(
        name = "rotate-key",
        long_about = "Replaces the master key: makes a new key beside the old one (FILE.new), seals everything again in one transaction, then puts \
                      the new key in the place of the old one, which it keeps as FILE.old until you destroy it. Stop the registrar first. After an \
                      interruption, run the same command again. The public key, which the voting server knows, does not change.",
        after_help = "Example:\n  isoloir registrar rotate-key --config registrar.toml"
    )]
    RotateKey,
    /// Wraps the master key by the passphrase in `ISOLOIR_REGISTRAR_PASSPHRASE`, which every command needs from then on.
    #[command(
        name = "wrap-key",
        after_help = "Example:\n  read -rs ISOLOIR_REGISTRAR_PASSPHRASE; export ISOLOIR_REGISTRAR_PASSPHRASE\n  isoloir registrar wrap-key"
    )]
    WrapKey,
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
    // These two are about the key itself: they open nothing with it, or with another.
    match arguments.command {
        RegistrarCommand::RotateKey => return block_on(rotate_key(&config)),
        RegistrarCommand::WrapKey => return master_key::wrap_file(&config.key),
        _ => {}
    }
    block_on(async {
        let registrar = open(&config).await?;
        match &arguments.command {
            RegistrarCommand::Serve => {
                println!("registrar on http://{}", config.listen);
                serve_registrar(registrar, pages(&config)?, config.listen).await
            }
            RegistrarCommand::CreateCredentials { entitlements, out } => {
                create(&registrar, &Entitlements::read(entitlements)?, out).await
            }
            RegistrarCommand::Notices(arguments) => notices::run(Arc::new(registrar), &config, arguments).await,
            RegistrarCommand::ReadEntitlements { entitlements } => {
                let entitlements = Entitlements::read(entitlements)?;
                know(&registrar, &entitlements).await?;
                println!("{} voters known", entitlements.voters.len());
                Ok(())
            }
            RegistrarCommand::Identifiers { file } => identifiers(&registrar, file).await,
            RegistrarCommand::Counters { json } => counters(&registrar, *json).await,
            RegistrarCommand::RotateKey | RegistrarCommand::WrapKey => Ok(()),
            RegistrarCommand::IssueCodes {
                entitlements,
                number,
                out,
            } => issue(&registrar, &Entitlements::read(entitlements)?, number.as_deref(), out).await,
        }
    })
}

/// Opens the registrar of a configuration; it reissues codes where the configuration says under which origin.
pub(crate) async fn open(config: &RegistrarConfig) -> anyhow::Result<Registrar> {
    let master = master_key::read(&config.key)?;
    let mut rng = StdRng::from_rng(&mut ambient::rng());
    let store = Store::open(&config.database.url)
        .await
        .context("the registrar's database")?;
    let keys = open_keys(&store, &master, &mut rng).await?;
    let server_key = key::read_public(&config.server_key)?;
    let registrar = Registrar::new(store, keys, server_key, Arc::new(SystemClock));
    let Some(origin) = &config.origin else {
        return Ok(registrar);
    };
    let mail = mail_mode(&config.mail, config.sms.as_ref(), config.demonstration)?;
    Ok(registrar.reissuing(origin.parse().context("origin")?, mail, rng)?)
}

/// What the pages say besides.
pub(crate) fn pages(config: &RegistrarConfig) -> anyhow::Result<PagesConfig> {
    Ok(PagesConfig {
        portal: config.portal_origin.parse().context("portal_origin")?,
        contact: Contact {
            phone: config.contact.phone.clone(),
            email: config.contact.email.clone(),
        },
        source_url: config.source_url.clone(),
        demonstration: config.demonstration,
    })
}

/// Serves the registrar, with the worker of its outbox beside it.
pub(crate) async fn serve_registrar(
    registrar: Registrar,
    pages: PagesConfig,
    listen: SocketAddr,
) -> anyhow::Result<()> {
    let registrar = Arc::new(registrar);
    let worker = tokio::spawn(Arc::clone(&registrar).run_outbox_worker(OUTBOX_PERIOD));
    let served = serve(listen, router(registrar, pages)).await;
    worker.abort();
    served
}

/// Tells the registrar of consultation and voters, as far as the file does.
pub(crate) async fn know(registrar: &Registrar, entitlements: &Entitlements) -> anyhow::Result<()> {
    let Some(told) = &entitlements.consultation else {
        return Ok(());
    };
    let consultation = KnownConsultation {
        title: told.title.clone(),
        organiser: told.organiser.clone(),
        opens: told.opens.as_second(),
        closes: told.closes.as_second(),
        reissue: told.reissue.clone(),
    };
    let voters: Vec<KnownVoter> = entitlements
        .voters
        .iter()
        .map(|voter| KnownVoter {
            voter: voter.id,
            number: voter.number.clone(),
            language: voter.language.as_deref().and_then(Language::from_code),
            mailbox: voter.email.clone(),
        })
        .collect();
    let mut rng = StdRng::from_rng(&mut ambient::rng());
    Ok(registrar.know_voters(&consultation, &voters, &mut rng).await?)
}

/// One line of the file of identifiers.
#[derive(serde::Deserialize)]
struct IdentifierLine {
    matricule: String,
    #[serde(default)]
    numen: Option<String>,
    #[serde(default)]
    nir: Option<String>,
}

async fn identifiers(registrar: &Registrar, file: &Path) -> anyhow::Result<()> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .trim(csv::Trim::All)
        .from_path(file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let mut given = Vec::new();
    for (line, row) in (2_u64..).zip(reader.deserialize()) {
        // The parser's own message would repeat what stands in the file.
        let row: IdentifierLine =
            row.map_err(|_| anyhow::anyhow!("{}, line {line}: columns are matricule;numen;nir", file.display()))?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        given.push(GivenIdentifier {
            line,
            number: row.matricule,
            numen: filled(row.numen),
            nir: filled(row.nir),
        });
    }
    let count = registrar
        .know_identifiers(&given)
        .await
        .with_context(|| format!("{}: nothing was kept", file.display()))?;
    println!(
        "{count} identifiers known, as keyed hashes. Destroy {} now.",
        file.display()
    );
    Ok(())
}

async fn counters(registrar: &Registrar, json: bool) -> anyhow::Result<()> {
    let counters = registrar.counters().await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&counters)?);
        return Ok(());
    }
    println!("codes made in all      {}", counters.codes);
    for path in &counters.reissues {
        println!("reissues, {:<14} {} links, {} codes", path.path, path.links, path.codes);
    }
    println!("wrong voting codes     {}", counters.wrong_codes);
    println!("wrong identifiers      {}", counters.wrong_identifiers);
    println!("contested codes        {}", counters.contested);
    for line in &counters.messages {
        println!(
            "{:<5} {:<16} {:<10} {}",
            line.channel, line.kind, line.status, line.count
        );
    }
    Ok(())
}

/// Replaces the master key, or ends a replacement that was interrupted.
async fn rotate_key(config: &RegistrarConfig) -> anyhow::Result<()> {
    let (old, new) = (&config.key, master_key::beside(&config.key, "new"));
    let master = master_key::read_file(old)?;
    let store = Store::open(&config.database.url)
        .await
        .context("the registrar's database")?;
    let mut rng = StdRng::from_rng(&mut ambient::rng());
    if !new.exists() {
        master_key::create(&new)?;
    }
    let next = master_key::read_file(&new)?;
    if open_keys(&store, &next, &mut rng).await.is_ok() {
        println!("everything was sealed under the new key already");
    } else {
        let now = SystemClock.now();
        let sealed = change_master_key(&store, &master, &next, now, &mut rng).await?;
        println!("{sealed} values sealed under the new key");
    }
    store.close().await;
    master_key::put_in_place(old, &new)?;
    println!(
        "{} is the new key; the old one is {}: destroy it, and backups sealed under it, when nothing needs them",
        old.display(),
        master_key::beside(old, "old").display()
    );
    Ok(())
}

async fn create(registrar: &Registrar, entitlements: &Entitlements, out: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
    know(registrar, entitlements).await?;
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
