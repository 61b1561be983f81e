//! The two files of messages: complete, used, with the same places, and typographically right.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static FR: LazyLock<String> = LazyLock::new(|| all_topics("fr"));
static EN: LazyLock<String> = LazyLock::new(|| all_topics("en"));

/// The messages of a language, from its files; the files are those that the crate compiles in.
fn all_topics(lang: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang);
    let found: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let compiled: BTreeSet<String> = isoloir_theme::i18n::TOPICS
        .iter()
        .map(|&topic| topic.to_owned())
        .collect();
    assert_eq!(found, compiled, "topics in {lang}");
    let read = |topic: &String| fs::read_to_string(folder.join(format!("{topic}.ftl"))).unwrap() + "\n";
    found.iter().map(read).collect()
}

/// Key and text of every message, continuation lines included.
fn messages(source: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, text)) = line
            .split_once(" = ")
            .filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
        {
            assert!(
                all.insert(key.to_owned(), text.to_owned()).is_none(),
                "{key} is written twice"
            );
            current = Some(key.to_owned());
        } else if let Some(key) = &current {
            let text: &mut String = all.get_mut(key).unwrap();
            text.push('\n');
            text.push_str(line);
        }
    }
    all
}

fn places(text: &str) -> BTreeSet<String> {
    text.split('$')
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

fn sources(folder: &Path, into: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// Literals that stand where a key stands: after `text(`, `with(`, `rich(`, `rich_with(`, `key(`.
fn used_keys() -> BTreeSet<String> {
    let mut files = Vec::new();
    for user in ["theme", "portal", "registrar"] {
        let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        sources(&crates.join(user).join("src"), &mut files);
    }
    let mut keys = BTreeSet::new();
    for file in &files {
        for call in ["text(", "with(", "rich(", "key("] {
            for (at, _) in file.match_indices(call) {
                let rest = file[at + call.len()..].trim_start();
                // `text(if … { key("a") } else { key("b") })` is found by its inner calls.
                if let Some(literal) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    let like_a_key = literal.contains('-') || messages(&FR).contains_key(literal);
                    if like_a_key
                        && literal
                            .bytes()
                            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                    {
                        keys.insert(literal.to_owned());
                    }
                }
            }
        }
    }
    keys
}

#[test]
fn both_languages_say_the_same_things() {
    let (fr, en) = (messages(&FR), messages(&EN));
    assert!(fr.len() > 300);
    assert_eq!(fr.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
    for (key, text) in &fr {
        assert_eq!(
            places(text),
            places(&en[key]),
            "{key} has not the same places in both languages"
        );
    }
}

#[test]
fn no_message_is_missing_or_unused() {
    let (known, used) = (messages(&FR).into_keys().collect::<BTreeSet<_>>(), used_keys());
    let missing: Vec<_> = used.difference(&known).collect();
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(missing.is_empty(), "keys without a message: {missing:?}");
    assert!(unused.is_empty(), "messages that no page uses: {unused:?}");
}

#[test]
fn french_is_set_as_french_is() {
    for (key, text) in messages(&FR) {
        for sign in [" ;", " !", " ?", " :", "« ", " »", "..."] {
            assert!(
                !text.contains(sign),
                "{key}: an ordinary space or dots at {sign:?}: {text}"
            );
        }
        assert!(!text.contains('\''), "{key}: a straight apostrophe: {text}");
        for sign in [';', '!', '?'] {
            for (at, _) in text.match_indices(sign) {
                let before = text[..at].chars().next_back();
                assert!(
                    before.is_none_or(|c| c == '\u{202f}'),
                    "{key}: {sign} without its narrow space: {text}"
                );
            }
        }
    }
}

/// String literals of a source, its tests left out, as the compiler reads them.
fn literals(source: &str) -> Vec<String> {
    let product = source.split("#[cfg(test)]").next().unwrap();
    let (mut all, mut current) = (Vec::new(), None::<String>);
    let mut chars = product.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match (&mut current, c) {
            (Some(text), '\\') => match chars.next().unwrap() {
                '\n' => while chars.next_if(|c| c.is_whitespace()).is_some() {},
                'u' => {
                    let code: String = chars.by_ref().skip(1).take_while(|c| *c != '}').collect();
                    text.push(char::from_u32(u32::from_str_radix(&code, 16).unwrap()).unwrap());
                }
                other => text.push(other),
            },
            (Some(_), '"') => all.extend(current.take()),
            (Some(text), c) => text.push(c),
            (None, '"') if before != '\'' => current = Some(String::new()),
            // A comment may hold a quotation mark of its own.
            (None, '/') if before == '/' => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, _) => {}
        }
        before = c;
    }
    all
}

#[test]
fn french_of_refusals_is_set_as_french_is() {
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = 0;
    for layer in ["domain", "service", "registrar", "portal", "theme"] {
        let mut all = Vec::new();
        sources(&crates.join(layer).join("src"), &mut all);
        // What is sent by SMS has an alphabet, and a test, of its own.
        all.retain(|source| !source.contains("septets("));
        for text in all.iter().flat_map(|source| literals(source)) {
            if !text.contains(['’', 'é', 'è', 'à', 'ç', 'ê']) {
                continue;
            }
            found += 1;
            for sign in [" ;", " !", " ?", " : ", "« ", " »", "..."] {
                assert!(!text.contains(sign), "an ordinary space or dots at {sign:?}: {text}");
            }
        }
    }
    assert!(found > 100, "{found}");
}

#[test]
fn messages_never_blame_nor_beg() {
    for (key, text) in messages(&FR) {
        let lower = text.to_lowercase();
        assert!(!lower.contains("veuillez"), "{key}");
        assert!(!lower.contains("cliquez ici"), "{key}");
        assert!(!lower.contains("une erreur est survenue"), "{key}");
    }
}
