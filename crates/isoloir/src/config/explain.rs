//! What a configuration may say, key by key, and what one says: for `isoloir config explain`. The keys are those that the type accepts (`keys`), their
//! meaning is in `words`.

use std::path::Path;

use isoloir_domain::Language;
use isoloir_domain::message::Message;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

pub use super::keys::{Key, Kind};

use super::environment::Override;
use super::words::{self, Words};
use super::{ConfigError, RegistrarConfig, ServerConfig, folder_of, keys, overrides};
use crate::cli::without_password;

/// One of the two configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The voting server's.
    Server,
    /// The registrar's.
    Registrar,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The file.
    File,
    /// The environment.
    Environment,
}

/// What is in force at a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The name that the operator chose, where the key has one.
    pub of: Option<String>,
    /// As it may be shown: secrets are not.
    pub value: String,
    /// Who says so.
    pub from: Source,
}

/// A key, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The key.
    pub key: Key,
    /// What it means.
    pub meaning: Message,
    /// What its absence stands for, as it would be written.
    pub default: Option<&'static str>,
    /// The variable that overrides it; none where the operator chooses a name.
    pub variable: Option<String>,
    /// Whether its value is shown to nobody.
    pub secret: bool,
}

/// A configuration as it is in force, its secrets included: never shown as it is.
pub struct Effective {
    table: Table,
    overridden: Vec<Vec<String>>,
    folder: std::path::PathBuf,
}

impl Key {
    /// Its sections and its name, as they are written with dots.
    #[must_use]
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }
}

impl Which {
    /// Every key, with its meaning.
    #[must_use]
    pub fn explained(self) -> Vec<Explained> {
        let keys = match self {
            Self::Server => keys::keys_of::<ServerConfig>(),
            Self::Registrar => keys::keys_of::<RegistrarConfig>(),
        };
        keys.into_iter().map(|key| self.explain(key)).collect()
    }

    /// A file with what the environment says over it.
    ///
    /// # Errors
    /// When it is no configuration that could be used.
    pub fn effective(self, path: &Path) -> Result<Effective, ConfigError> {
        match self {
            Self::Server => {
                ServerConfig::read(path)?;
                effective::<ServerConfig, RegistrarConfig>(path)
            }
            Self::Registrar => {
                RegistrarConfig::read(path)?;
                effective::<RegistrarConfig, ServerConfig>(path)
            }
        }
    }

    fn explain(self, key: Key) -> Explained {
        let name = key.dotted();
        let (french, english) = self
            .words(&name)
            .map_or(("", ""), |&(_, french, english)| (french, english));
        let default = words::DEFAULTS.iter().find(|(of, _)| *of == name);
        Explained {
            meaning: Message::new(french, english),
            default: default.map(|(_, text)| *text),
            variable: Override::variable_of(&key.path).filter(|_| key.kind != Kind::Section),
            secret: words::SECRETS.contains(&name.as_str()),
            key,
        }
    }

    fn words(self, name: &str) -> Option<&'static Words> {
        let own = match self {
            Self::Server => words::SERVER,
            Self::Registrar => words::REGISTRAR,
        };
        own.iter().chain(words::BOTH).find(|(of, ..)| *of == name)
    }
}

fn effective<T: DeserializeOwned, Other: DeserializeOwned>(path: &Path) -> Result<Effective, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    let mut table: Table = toml::from_str(&text).map_err(|error| ConfigError::Invalid {
        path: path.to_path_buf(),
        message: error.to_string(),
    })?;
    let mut overridden = Vec::new();
    for one in overrides::<T, Other>(std::env::vars()) {
        overridden.push(one.keys().to_vec());
        let variable = one.variable.clone();
        one.apply(&mut table)
            .map_err(|level| ConfigError::Override { variable, level })?;
    }
    Ok(Effective {
        table,
        overridden,
        folder: folder_of(path),
    })
}

/// Takes a value with its path, and the name that the operator chose.
type Found<'f> = dyn FnMut(&[String], Option<String>, &Value) + 'f;

impl Effective {
    /// What is in force at a key: once, or once for each name that the operator chose. Nothing at a section, which is its keys.
    #[must_use]
    pub fn at(&self, explained: &Explained) -> Vec<InForce> {
        let mut found = Vec::new();
        if explained.key.kind == Kind::Section {
            return found;
        }
        self.walk(
            &self.table,
            &explained.key.path,
            &mut Vec::new(),
            None,
            &mut |path, of, value| {
                found.push(InForce {
                    of,
                    value: self.shown(explained, value),
                    from: if self.overridden.iter().any(|one| one == path) {
                        Source::Environment
                    } else {
                        Source::File
                    },
                });
            },
        );
        if found.is_empty()
            && let Some(default) = explained.default
            && !explained.key.path.iter().any(|part| part == keys::NAME)
            && explained.key.within.as_ref().is_none_or(|section| self.has(section))
        {
            found.push(InForce {
                of: None,
                value: default.to_owned(),
                from: Source::Default,
            });
        }
        found
    }

    /// Calls `found` for every value at `path`, in which [`keys::NAME`] stands for any name.
    fn walk(&self, table: &Table, path: &[String], above: &mut Vec<String>, of: Option<&str>, found: &mut Found<'_>) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let any = first == keys::NAME;
        for (name, value) in table.iter().filter(|(name, _)| any || *name == first) {
            above.push(name.clone());
            let of = if any { Some(name.as_str()) } else { of };
            match value {
                value if rest.is_empty() => found(above, of.map(str::to_owned), value),
                Value::Table(below) => self.walk(below, rest, above, of, found),
                _ => {}
            }
            above.pop();
        }
    }

    /// Whether there is something at a path.
    fn has(&self, path: &[String]) -> bool {
        let mut there = false;
        self.walk(&self.table, path, &mut Vec::new(), None, &mut |_, _, _| there = true);
        there
    }

    fn shown(&self, explained: &Explained, value: &Value) -> String {
        if explained.secret {
            return "•••".to_owned();
        }
        match value {
            Value::String(text) if explained.key.kind == Kind::File && !explained.key.many => {
                self.folder.join(text).display().to_string()
            }
            Value::String(text) => without_password(text),
            Value::Array(items) => {
                let shown: Vec<String> = items.iter().map(|item| self.shown(explained, item)).collect();
                format!("[{}]", shown.join(", "))
            }
            other => other.to_string(),
        }
    }
}

/// What stands at a key, in words.
#[must_use]
pub fn kind_in(key: &Key, language: Language) -> &'static str {
    let (french, english) = match (key.kind, key.many) {
        (Kind::Section, _) => ("section", "section"),
        (Kind::Truth, _) => ("true ou false", "true or false"),
        (Kind::Number, _) => ("nombre entier", "whole number"),
        (Kind::Text, false) => ("texte", "text"),
        (Kind::Text, true) => ("liste de textes", "list of texts"),
        (Kind::File, false) => ("fichier", "file"),
        (Kind::File, true) => ("liste de fichiers", "list of files"),
        (Kind::Address, _) => ("adresse:port", "address:port"),
    };
    match language {
        Language::French => french,
        Language::English => english,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::environment;

    const SERVER: &str = "listen = \"127.0.0.1:8080\"\norigin = \"http://127.0.0.1:8080\"\nregistrar_origin = \"http://127.0.0.1:8081\"\n\
        key = \"server.key\"\nregistrar_key = \"registrar.pub\"\n[database]\nurl = \"sqlite:server.db\"\n\
        [franceconnect]\nissuer = \"https://fc.example\"\nclient_id = \"us\"\n";
    const REGISTRAR: &str = "listen = \"127.0.0.1:8081\"\nportal_origin = \"http://127.0.0.1:8080\"\nkey = \"registrar.key\"\n\
        server_key = \"server.pub\"\n[database]\nurl = \"sqlite:registrar.db\"\n";

    fn names(which: Which) -> Vec<String> {
        which.explained().iter().map(|one| one.key.dotted()).collect()
    }

    #[test]
    fn every_key_has_words_in_both_languages_and_no_word_is_about_a_key_that_is_gone() {
        let mut spoken_of = BTreeSet::new();
        for which in [Which::Server, Which::Registrar] {
            for one in which.explained() {
                let name = one.key.dotted();
                let (french, english) = (
                    one.meaning.text(Language::French).to_owned(),
                    one.meaning.text(Language::English).to_owned(),
                );
                assert!(
                    !french.is_empty() && !english.is_empty(),
                    "{which:?}: {name} has no words"
                );
                spoken_of.insert(name);
            }
        }
        for (which, own) in [(Which::Server, words::SERVER), (Which::Registrar, words::REGISTRAR)] {
            let keys = names(which);
            for (name, ..) in own {
                assert!(keys.iter().any(|key| key == name), "{which:?} has no key {name}");
                assert!(
                    !words::BOTH.iter().any(|(other, ..)| other == name),
                    "{name} is said twice"
                );
            }
        }
        let (server, registrar) = (names(Which::Server), names(Which::Registrar));
        for (name, ..) in words::BOTH {
            let everywhere = [&server, &registrar]
                .into_iter()
                .all(|keys| keys.iter().any(|key| key == name));
            assert!(everywhere, "{name} is not a key of both");
        }
        for name in words::DEFAULTS.iter().map(|(name, _)| name).chain(words::SECRETS) {
            assert!(spoken_of.contains(*name), "{name} is no key");
        }
    }

    /// The keys at one level, as the parser itself names them when it meets another.
    fn expected_by_the_parser(text: &str, section: &str, registrar: bool) -> BTreeSet<String> {
        let mut table: Table = toml::from_str(text).unwrap();
        let mut level = &mut table;
        for part in section.split('.').filter(|part| !part.is_empty()) {
            let below = level.entry(part).or_insert_with(|| Value::Table(Table::new()));
            level = below.as_table_mut().unwrap();
        }
        level.insert("nobody".to_owned(), Value::Boolean(true));
        let said = if registrar {
            environment::read::<RegistrarConfig>(table).unwrap_err()
        } else {
            environment::read::<ServerConfig>(table).unwrap_err()
        };
        let said = said.to_string();
        let (_, listed) = said
            .split_once("expected ")
            .unwrap_or_else(|| panic!("{section}: {said}"));
        listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn what_is_explained_is_what_the_parser_accepts() {
        for (which, text) in [(Which::Server, SERVER), (Which::Registrar, REGISTRAR)] {
            let explained = which.explained();
            let sections = explained.iter().filter(|one| one.key.kind == Kind::Section);
            let sections: Vec<Vec<String>> = sections.map(|one| one.key.path.clone()).chain([Vec::new()]).collect();
            assert!(sections.len() > 8, "{which:?}");
            for section in sections {
                let mut below: BTreeSet<String> = explained
                    .iter()
                    .filter(|one| one.key.path.len() == section.len() + 1 && one.key.path.starts_with(&section))
                    .filter_map(|one| one.key.path.last().cloned())
                    .collect();
                // A map of sections is explained by the section that each name opens.
                for one in &explained {
                    if one.key.path.starts_with(&section)
                        && one
                            .key
                            .path
                            .get(section.len() + 1)
                            .is_some_and(|part| part == keys::NAME)
                    {
                        below.extend(one.key.path.get(section.len()).cloned());
                    }
                }
                let accepted = expected_by_the_parser(text, &section.join("."), which == Which::Registrar);
                assert_eq!(below, accepted, "{which:?} [{}]", section.join("."));
            }
        }
    }

    #[test]
    fn the_defaults_that_are_told_are_those_that_are_read() {
        let read = |text: &str, which: Which| match which {
            Which::Server => toml::from_str::<ServerConfig>(text).map(|config| format!("{config:?}")),
            Which::Registrar => toml::from_str::<RegistrarConfig>(text).map(|config| format!("{config:?}")),
        };
        let mut told = 0;
        for (which, text) in [(Which::Server, SERVER), (Which::Registrar, REGISTRAR)] {
            let absent = read(text, which).unwrap();
            for one in which.explained() {
                let (path, name) = (&one.key.path, one.key.dotted());
                if one.key.required || one.key.kind == Kind::Section || one.key.may_be_absent {
                    continue;
                }
                let default = one
                    .default
                    .unwrap_or_else(|| panic!("{which:?}: what is {name} when it is absent?"));
                let with = |value: &str| {
                    let mut table: Table = toml::from_str(text).unwrap();
                    let (last, sections) = path.split_last().unwrap();
                    let mut level = &mut table;
                    for part in sections {
                        let below = level.entry(part).or_insert_with(|| Value::Table(Table::new()));
                        level = below.as_table_mut().unwrap();
                    }
                    let given: Table = toml::from_str(&format!("v = {value}")).unwrap();
                    level.insert(last.clone(), given["v"].clone());
                    read(&table.to_string(), which).unwrap()
                };
                assert_eq!(with(default), absent, "{name} = {default}");
                told += 1;
            }
        }
        assert!(told > 15, "{told}");
        assert_eq!(isoloir_carriers::Pace::default().at_once, 16);
        assert_eq!(
            isoloir_carriers::mail::SmtpSettings::new("smtp://x", "a@b.fr").connections,
            16
        );
    }

    #[test]
    fn required_keys_are_those_without_which_nothing_starts() {
        let required = |which: Which| -> Vec<String> {
            let all = which.explained().into_iter();
            all.filter(|one| one.key.required && one.key.path.len() == 1)
                .map(|one| one.key.dotted())
                .collect()
        };
        assert_eq!(
            required(Which::Server),
            [
                "listen",
                "origin",
                "registrar_origin",
                "key",
                "registrar_key",
                "database"
            ]
        );
        assert_eq!(
            required(Which::Registrar),
            ["listen", "portal_origin", "key", "server_key", "database"]
        );
    }
}
