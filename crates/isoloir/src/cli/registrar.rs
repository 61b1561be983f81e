//! `isoloir registrar`: the authority of the codes, on its own machine with its own database.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use isoloir_carriers::config::mail_mode;
use isoloir_domain::{Clock as _, SystemClock};
use isoloir_registrar::know_voters::GivenIdentifier;
use isoloir_registrar::master_key::{change_master_key, open_keys};
use isoloir_registrar::store::{ROLES, prepare};
use isoloir_registrar::{PagesConfig, Registrar, Store, router};
use isoloir_theme::layout::Contact;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::listening::{Listening, let_go, listen, serve};
use super::{ConfigArg, block_on, database, key, master_key, notices};
use crate::config::{RegistrarConfig, public_origin};
use crate::credentials::{self, Blocks};
use crate::observe::{Exporter, Watched, beside};
use crate::progress::Progress;
use crate::{ambient, codes};

/// How often the registrar's outbox is looked into.
const OUTBOX_PERIOD: Duration = Duration::from_secs(2);
/// Lines of identifiers at a time.
const IDENTIFIERS: usize = 16 * 1024;

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
        long_about = "Draws one credential per voter and election, once, and writes the public ones for the voting server. Interrupted, the same \
                      command goes on where it stopped; entitlements with another roll are refused.",
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
    /// Brings the tables of PostgreSQL up to date as their owner, and sets the registrar's rights. The same again changes nothing.
    #[command(
        name = "prepare-database",
        long_about = "Brings the tables of PostgreSQL up to date as their owner, and sets the registrar's rights: makes the roles that are missing, gives \
                      the tables to isoloir_registrar_owner, applies the changes of this version, then sets every right. A registrar whose login is in \
                      isoloir_registrar alone may then neither change a table nor remove a credential or an entry of the journal. Run it again with each \
                      new version, with the registrar stopped; the same again changes nothing. SQLite has no roles and needs none of this.",
        after_help = "Example:\n  read -rs ISOLOIR_OWNER_URL; export ISOLOIR_OWNER_URL    # postgres://registrar_owner:…@localhost/registrar\n  \
                      isoloir registrar prepare-database"
    )]
    PrepareDatabase(database::OwnerArg),
    /// Issues a voting code to each voter and writes the codes ONCE, into a file for the printer of the notices.
    #[command(
        name = "issue-codes",
        long_about = "Issues a voting code to each voter and writes the codes ONCE, into a file (mode 0600) for the printer of the \
                      notices. They are stored nowhere else: destroy the file once the notices are printed. Issuing again voids a \
                      voter's earlier code, and wraps the same credentials.\n\nInterrupted, the same command goes on where it stopped: FILE.part \
                      is kept as far as its codes are valid.",
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
    // It knows neither keys nor configuration: it may be run where they are not.
    if let RegistrarCommand::PrepareDatabase(owner) = &arguments.command {
        return prepare_database(owner);
    }
    let config = RegistrarConfig::read(&arguments.config.config)?;
    // These two are about the key itself: they open nothing with it, or with another.
    match arguments.command {
        RegistrarCommand::RotateKey => return block_on(rotate_key(&config)),
        RegistrarCommand::WrapKey => return master_key::wrap_file(&config.key),
        _ => {}
    }
    block_on(async {
        let registrar = Arc::new(open(&config).await?);
        match &arguments.command {
            RegistrarCommand::Serve => {
                let listening = listen(config.listen, config.tls.as_ref()).await?;
                let figures = Exporter::open(config.metrics, config.listen).await?;
                println!("registrar on {}://{}", listening.scheme(), config.listen);
                let watched = Watched::Registrar(Arc::clone(&registrar));
                beside(figures, watched, serve_registrar(registrar, pages(&config)?, listening)).await
            }
            RegistrarCommand::CreateCredentials { entitlements, out } => {
                credentials::create(&registrar, entitlements, out).await
            }
            RegistrarCommand::Notices(arguments) => notices::run(registrar, &config, arguments).await,
            RegistrarCommand::ReadEntitlements { entitlements } => {
                let voters = credentials::read_again(&registrar, entitlements).await?;
                println!("{voters} voters known");
                Ok(())
            }
            RegistrarCommand::Identifiers { file } => identifiers(&registrar, file).await,
            RegistrarCommand::Counters { json } => counters(&registrar, *json).await,
            RegistrarCommand::RotateKey | RegistrarCommand::WrapKey | RegistrarCommand::PrepareDatabase(_) => Ok(()),
            RegistrarCommand::IssueCodes {
                entitlements,
                number,
                out,
            } => {
                let count = codes::issue(&registrar, entitlements, number.as_deref(), out).await?;
                println!(
                    "{count} codes in {} (mode 0600). They are stored nowhere else: print the notices, then destroy this file.",
                    out.display()
                );
                Ok(())
            }
        }
    })
}

fn prepare_database(owner: &database::OwnerArg) -> anyhow::Result<()> {
    let url = owner.url()?;
    let prepared = block_on(async { Ok(prepare(&url).await?) })?;
    database::tell(&prepared, ROLES.owner, ROLES.serving);
    Ok(())
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
    Ok(registrar.reissuing(
        public_origin(origin, config.demonstration).context("origin")?,
        mail,
        rng,
    )?)
}

/// What the pages say besides.
pub(crate) fn pages(config: &RegistrarConfig) -> anyhow::Result<PagesConfig> {
    Ok(PagesConfig {
        portal: public_origin(&config.portal_origin, config.demonstration).context("portal_origin")?,
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
    registrar: Arc<Registrar>,
    pages: PagesConfig,
    listening: Listening,
) -> anyhow::Result<()> {
    let worker = tokio::spawn(Arc::clone(&registrar).run_outbox_worker(OUTBOX_PERIOD));
    let served = serve(listening, router(Arc::clone(&registrar), pages)).await;
    worker.abort();
    let_go(registrar.store().close()).await;
    served
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
    let nothing_kept = || format!("{}: nothing was kept", file.display());
    let (mut seen, mut lines) = (HashSet::new(), 0);
    for block in Blocks::of(read_identifiers(file)?, IDENTIFIERS) {
        let block = block?;
        let checked = registrar.check_identifiers(&block, &mut seen).await;
        checked.with_context(nothing_kept)?;
        lines += block.len();
    }
    drop(seen);
    let bar = Progress::of(crate::progress::count(lines), "lines");
    let mut kept = 0;
    for block in Blocks::of(read_identifiers(file)?, IDENTIFIERS) {
        let block = block?;
        kept += registrar.know_identifiers(&block).await?;
        bar.add(block.len());
    }
    bar.end();
    println!(
        "{kept} identifiers known, as keyed hashes. Destroy {} now.",
        file.display()
    );
    Ok(())
}

/// The lines of the file of identifiers, one by one.
fn read_identifiers(file: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<GivenIdentifier>>> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .trim(csv::Trim::All)
        .from_path(file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let name = file.display().to_string();
    let given = move |(line, row): (u64, Result<IdentifierLine, csv::Error>)| {
        // The parser's own message would repeat what stands in the file.
        let row = row.map_err(|_| anyhow::anyhow!("{name}, line {line}: columns are matricule;numen;nir"))?;
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        Ok(GivenIdentifier {
            line,
            number: row.matricule,
            numen: filled(row.numen),
            nir: filled(row.nir),
        })
    };
    Ok((2_u64..).zip(reader.into_deserialize()).map(given))
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
