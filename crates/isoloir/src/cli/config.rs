//! `isoloir config`: what a configuration may say, what one says, and whether it could be used.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use isoloir_carriers::config::mail_mode;
use isoloir_carriers::{Depot, MailMode};
use isoloir_domain::Language;
use serde_json::{Value, json};

use super::consultation_folder::Told;
use super::listening::Certificate;
use super::{ConfigArg, block_on, identity, key, master_key, registrar, server};
use crate::config::explain::{Explained, InForce, Kind, Source, Which, kind_in};
use crate::config::{RegistrarConfig, ServerConfig, TlsConfig, public_origin};

/// The configuration: every key explained, and a file checked before a server is started with it.
#[derive(clap::Args)]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(clap::Subcommand)]
enum ConfigCommand {
    /// Prints every key: what it means, what it holds, its default, its variable; with a file, also what is in force and who says so.
    #[command(
        long_about = "Prints every key of the voting server's configuration, or of the registrar's: what it means, what it holds, what its absence \
                      stands for, and the environment variable that overrides it. With --config, also the value in force and whether the file, \
                      the environment or nobody said it. Passwords and secrets are not shown.",
        after_help = "Examples:\n  isoloir config explain --language fr\n  isoloir config explain --registrar --config registrar.toml"
    )]
    Explain {
        /// The registrar's configuration instead of the voting server's.
        #[arg(long)]
        registrar: bool,
        /// Configuration file whose values are shown.
        #[arg(long, value_name = "FILE", env = "ISOLOIR_CONFIG")]
        config: Option<PathBuf>,
        #[command(flatten)]
        told: Told,
    },
    /// Reads a configuration with the keys and files that it names, as a server would, and says everything that is wrong.
    #[command(
        long_about = "Reads a configuration, the environment, and every key and file that they name, as a server would, and says everything that is \
                      wrong. Opens neither a database nor a port, and calls nobody.",
        after_help = "Examples:\n  isoloir config check --config server.toml\n  isoloir config check --registrar --config registrar.toml"
    )]
    Check {
        /// It is the registrar's configuration.
        #[arg(long)]
        registrar: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
}

pub(crate) fn run(arguments: &ConfigArgs) -> anyhow::Result<()> {
    match &arguments.command {
        ConfigCommand::Explain {
            registrar,
            config,
            told,
        } => explain(which(*registrar), config.as_deref(), *told),
        ConfigCommand::Check { registrar, config } => check(which(*registrar), &config.config),
    }
}

fn which(registrar: bool) -> Which {
    if registrar { Which::Registrar } else { Which::Server }
}

fn explain(which: Which, file: Option<&Path>, told: Told) -> anyhow::Result<()> {
    let effective = file.map(|file| which.effective(file)).transpose()?;
    let in_force = |one: &Explained| effective.as_ref().map(|effective| effective.at(one));
    let all = which.explained().into_iter();
    let said = if told.json {
        let keys: Vec<Value> = all.map(|one| as_json(&one, in_force(&one))).collect();
        format!("{}\n", serde_json::to_string_pretty(&keys)?)
    } else {
        all.map(|one| as_text(&one, in_force(&one), told.language)).collect()
    };
    // Long enough to be read through a pager, which may end before it does.
    match std::io::stdout().write_all(said.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn as_json(one: &Explained, in_force: Option<Vec<InForce>>) -> Value {
    let mut said = json!({
        "key": one.key.dotted(),
        "kind": kind_in(&one.key, Language::English),
        "required": one.key.required,
        "default": one.default,
        "variable": one.variable,
        "meaning": one.meaning,
    });
    if let (Some(values), Some(said)) = (in_force, said.as_object_mut()) {
        let values = values.into_iter().map(
            |value| json!({ "of": value.of, "value": value.value, "from": source_in(value.from, Language::English) }),
        );
        said.insert("in_force".to_owned(), values.collect());
    }
    said
}

/// The lines of one key: a section opens a paragraph.
fn as_text(one: &Explained, in_force: Option<Vec<InForce>>, language: Language) -> String {
    let french = language == Language::French;
    let meaning = one.meaning.text(language);
    let name = one.key.dotted();
    if one.key.kind == Kind::Section {
        let required = match (one.key.required, french) {
            (false, _) => "",
            (true, true) => " (obligatoire)",
            (true, false) => " (required)",
        };
        return format!("\n[{name}]{required}\n  {meaning}\n");
    }
    let required = match (one.key.required, one.key.path.len() > 1, french) {
        (false, ..) => "",
        (true, true, true) => ", obligatoire dans sa section",
        (true, true, false) => ", required in its section",
        (true, false, true) => ", obligatoire",
        (true, false, false) => ", required",
    };
    let mut lines = format!("{name} ({}{required})\n  {meaning}\n", kind_in(&one.key, language));
    if let Some(default) = one.default {
        let word = if french { "par défaut" } else { "default" };
        lines += &format!("  {word} {default}\n");
    }
    if let Some(variable) = &one.variable {
        lines += &format!("  {variable}\n");
    }
    for value in in_force.into_iter().flatten() {
        let of = value.of.map_or_else(String::new, |of| format!("{of}: "));
        lines += &format!("  -> {of}{} ({})\n", value.value, source_in(value.from, language));
    }
    lines
}

const fn source_in(source: Source, language: Language) -> &'static str {
    match (source, language) {
        (Source::Default, Language::French) => "par défaut",
        (Source::Default, Language::English) => "default",
        (Source::File, Language::French) => "fichier",
        (Source::File, Language::English) => "file",
        (Source::Environment, Language::French) => "environnement",
        (Source::Environment, Language::English) => "environment",
    }
}

/// Says everything that is wrong, at once.
fn check(which: Which, file: &Path) -> anyhow::Result<()> {
    let problems = match which {
        Which::Server => server_problems(&ServerConfig::read(file)?),
        Which::Registrar => registrar_problems(&RegistrarConfig::read(file)?),
    };
    for problem in &problems {
        eprintln!("{problem:#}");
    }
    match problems.len() {
        0 => {
            println!("{}: a server could be started with it", file.display());
            Ok(())
        }
        1 => bail!("{}: one thing is wrong", file.display()),
        several => bail!("{}: {several} things are wrong", file.display()),
    }
}

/// What is wrong, each with its key.
#[derive(Default)]
struct Problems(Vec<anyhow::Error>);

impl Problems {
    fn look<T>(&mut self, key: &'static str, found: anyhow::Result<T>) -> Option<T> {
        found.context(key).map_err(|error| self.0.push(error)).ok()
    }

    fn origin(&mut self, key: &'static str, text: &str, demonstration: bool) {
        self.look(key, public_origin(text, demonstration).map_err(Into::into));
    }

    fn database(&mut self, url: &str) {
        let known = ["sqlite:", "postgres:", "postgresql:"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            self.0
                .push(anyhow::anyhow!("database.url: it starts with sqlite: or postgres:"));
        }
    }

    /// The certificate is read as a server reads it.
    fn tls(&mut self, tls: Option<&TlsConfig>) {
        if let Some(tls) = tls {
            self.look("[tls]", Certificate::open(tls));
        }
    }

    /// Carriers are made as a server makes them; they connect when there is something to send.
    fn carriers(&mut self, mode: anyhow::Result<MailMode>) {
        if let Some(MailMode::Carriers(carriers)) = self.look("[mail]", mode) {
            let made = block_on(async { Ok(Depot::new(*carriers).map(|_| ())?) });
            self.look("[mail]", made);
        }
    }
}

fn server_problems(config: &ServerConfig) -> Vec<anyhow::Error> {
    let mut problems = Problems::default();
    problems.origin("origin", &config.origin, config.demonstration);
    problems.origin("registrar_origin", &config.registrar_origin, config.demonstration);
    problems.look(
        "registrar_url",
        server::registrar_address(config).check().map_err(Into::into),
    );
    problems.look("key", key::read_private(&config.key));
    problems.look("registrar_key", key::read_public(&config.registrar_key));
    for public in &config.organiser_keys {
        problems.look("organiser_keys", key::read_public(public));
    }
    problems.database(&config.database.url);
    problems.tls(config.tls.as_ref());
    if config.database.copy.is_some() && !config.database.url.starts_with("sqlite:") {
        let wrong = anyhow::anyhow!("database.copy: a copy is kept of a SQLite database only");
        problems.0.push(wrong);
    }
    let mode = mail_mode(&config.mail, config.sms.as_ref(), config.demonstration);
    problems.carriers(mode.map_err(Into::into));
    problems.look("accessibility", config.accessibility_audit().map_err(Into::into));
    problems.look("limits.trusted_proxies", config.limits.parsed().map_err(Into::into));
    // It says its section itself.
    if let Err(error) = identity::provider(config) {
        problems.0.push(error);
    }
    if let Some(metrics) = config.metrics {
        problems.look("[metrics]", metrics.beside(config.listen).map_err(Into::into));
    }
    problems.0
}

fn registrar_problems(config: &RegistrarConfig) -> Vec<anyhow::Error> {
    let mut problems = Problems::default();
    // It says which key of the configuration itself.
    if let Err(error) = registrar::pages(config) {
        problems.0.push(error);
    }
    if let Some(origin) = &config.origin {
        problems.origin("origin", origin, config.demonstration);
        let mode = mail_mode(&config.mail, config.sms.as_ref(), config.demonstration);
        problems.carriers(mode.map_err(Into::into));
    }
    problems.look("key", master_key::read(&config.key));
    problems.look("server_key", key::read_public(&config.server_key));
    problems.database(&config.database.url);
    problems.tls(config.tls.as_ref());
    if let Some(metrics) = config.metrics {
        problems.look("[metrics]", metrics.beside(config.listen).map_err(Into::into));
    }
    problems.0
}
