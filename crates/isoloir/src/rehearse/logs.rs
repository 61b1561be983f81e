//! What must stand in no log: anything that is known of a voter, and anything that has the form of a secret or of a person's address.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;

/// The shortest run of letters and digits that could be a token, a tracker, a digest or a number drawn at random. The numbers of requests are shorter.
const SECRET: usize = 22;

/// Something in a log that should not be there. What it is is not repeated: this one is logged too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// Line, from 1.
    pub line: usize,
    /// What kind of thing.
    pub what: &'static str,
}

/// What is known of voters and their ballots, each with its kind.
#[derive(Debug, Default, Clone)]
pub struct Known(Vec<(&'static str, String)>);

impl Known {
    /// Adds a text of a kind, in the ways in which it may be written. Texts that are too short to mean anything are left out.
    pub fn add(&mut self, what: &'static str, text: &str) {
        let bare: String = text.chars().filter(|c| *c != '-').collect();
        let escaped = serde_json::to_string(text).unwrap_or_default();
        let written = [
            text.to_owned(),
            text.to_lowercase(),
            bare.to_lowercase(),
            bare,
            escaped.trim_matches('"').to_owned(),
        ];
        let written: BTreeSet<String> = written.into_iter().filter(|text| text.chars().count() >= 4).collect();
        self.0.extend(written.into_iter().map(|text| (what, text)));
    }

    /// What of it, or of the form of a secret, stands in a log.
    #[must_use]
    pub fn leaks(&self, log: &str) -> BTreeSet<Leak> {
        let mut leaks = BTreeSet::new();
        for (line, text) in (1..).zip(log.lines()) {
            let known = self.0.iter().filter(|(_, known)| text.contains(known.as_str()));
            let whats = known.map(|(what, _)| *what).chain(forms(text));
            leaks.extend(whats.map(|what| Leak { line, what }));
        }
        leaks
    }

    /// The same for every log of a folder (`*.log`), each with its name.
    ///
    /// # Errors
    /// When the folder cannot be read, or holds no log.
    pub fn leaks_in(&self, folder: &Path) -> anyhow::Result<Vec<(String, Leak)>> {
        let mut found = Vec::new();
        let mut logs = 0;
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                logs += 1;
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
                found.extend(self.leaks(&text).into_iter().map(|leak| (name.clone(), leak)));
            }
        }
        anyhow::ensure!(logs > 0, "{} holds no log", folder.display());
        Ok(found)
    }

    /// Adds what the registrar's file of codes says of people.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn add_notices(&mut self, csv_text: &str) -> anyhow::Result<()> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(csv_text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers()?.clone();
        for row in reader.records() {
            let row = row.context("codes")?;
            for (header, text) in headers.iter().zip(row.iter()) {
                let what = match header {
                    "matricule" => "a staff number",
                    "code" => "a voting code",
                    "nom" | "prenom" => "a name",
                    "voter" => "a voter’s number",
                    _ => continue,
                };
                self.add(what, text);
            }
        }
        Ok(())
    }
}

/// Forms that nothing in a log has but what should not be there.
fn forms(line: &str) -> impl Iterator<Item = &'static str> {
    let mail = words(line, |c| {
        c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+')
    })
    .any(is_mail_address);
    let secret = words(line, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+')).any(is_secret);
    let code = words(line, |c| c.is_ascii_alphanumeric() || c == '-').any(is_voting_code);
    let phone = words(line, |c| c.is_alphanumeric() || matches!(c, '+' | '.')).any(is_phone);
    [
        (mail, "a mail address"),
        (secret, "what has the form of a token"),
        (code, "what has the form of a voting code"),
        (phone, "a telephone number"),
    ]
    .into_iter()
    .filter_map(|(there, what)| there.then_some(what))
}

fn words(line: &str, part: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    line.split(move |c| !part(c)).filter(|word| !word.is_empty())
}

fn is_mail_address(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && domain.trim_matches('.').contains('.'))
}

/// Long, with a digit and a letter: names of modules and of fields have no digits, instants have signs between them.
fn is_secret(word: &str) -> bool {
    word.len() >= SECRET && word.chars().any(|c| c.is_ascii_digit()) && word.chars().any(|c| c.is_ascii_alphabetic())
}

/// Four times four letters or digits.
fn is_voting_code(word: &str) -> bool {
    let groups: Vec<&str> = word.split('-').collect();
    groups.len() == 4
        && groups
            .iter()
            .all(|group| group.len() == 4 && !group.chars().any(|c| c.is_ascii_lowercase()))
        && word.chars().any(|c| c.is_ascii_uppercase())
}

/// Digits alone, however they are grouped: ten in a row within the random number of a request are none.
fn is_phone(word: &str) -> bool {
    if word.chars().any(char::is_alphabetic) {
        return false;
    }
    let digits = word.chars().filter(char::is_ascii_digit).count();
    match word.as_bytes() {
        [b'+', ..] => digits >= 10,
        [b'0', b'1'..=b'9', ..] => digits == 10,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"timestamp":"2026-11-28T20:54:06.123456Z","level":"DEBUG","fields":{"message":"answered","status":200,"milliseconds":3.2719},"target":"isoloir::requests","span":{"id":"0f1e2d3c4b5a6978","method":"POST","name":"request","route":"/api/elections/{election}/ballots"}}"#;

    #[test]
    fn an_ordinary_line_is_no_leak() {
        assert!(Known::default().leaks(GOOD).is_empty());
        let text = "2026-11-28T20:54:06.123456Z  INFO isoloir::cli::serve: portal on http://127.0.0.1:44123";
        assert!(Known::default().leaks(text).is_empty());
        let numbered = GOOD.replace("0f1e2d3c4b5a6978", "ab0612345678cdef");
        assert!(Known::default().leaks(&numbered).is_empty());
    }

    #[test]
    fn every_kind_is_found_where_it_is_planted() {
        let mut known = Known::default();
        known.add("a password", "Bateau-lavande-27");
        known.add("a name", "Électeur \"Zoé\" 7");
        let planted = [
            ("Bateau-lavande-27", "a password"),
            ("bateaulavande27", "a password"),
            (r#"Électeur \"Zoé\" 7"#, "a name"),
            ("zoe.petit@ac-valbrune.fr", "a mail address"),
            ("7KQ2-MX9T-4HBN-C3RW", "what has the form of a voting code"),
            ("+33612345678", "a telephone number"),
            ("0612345678", "a telephone number"),
            ("06.12.34.56.78", "a telephone number"),
            (
                "q3J7w-9xQ_fkP2mZtYb4cA8sLd1eRv0uHnGiOjKpWxE",
                "what has the form of a token",
            ),
            ("018f3c1a-7b2e-7c3d-9a4b-0123456789ab", "what has the form of a token"),
            (
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                "what has the form of a token",
            ),
        ];
        for (text, what) in planted {
            let log = format!("{GOOD}\n{}\n", GOOD.replace("answered", text));
            let found = known.leaks(&log);
            assert!(found.contains(&Leak { line: 2, what }), "{text}: {found:?}");
            assert!(found.iter().all(|leak| leak.line == 2), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_folder_without_a_log_proves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Known::default().leaks_in(folder.path()).is_err());
        std::fs::write(folder.path().join("server.log"), "to zoe@example.fr\n").unwrap();
        assert_eq!(Known::default().leaks_in(folder.path()).unwrap().len(), 1);
    }
}
