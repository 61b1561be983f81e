//! What Poppler reads in our files: the words, the tags, the properties; and that nothing typed breaks them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on should stop"
)]

use std::process::Command;

use isoloir_documents::{Block, Paper, pdf};

fn paper(blocks: Vec<Block>) -> Paper {
    Paper {
        language: "fr",
        title: "Preuve de vote".into(),
        author: "Académie de Valbrune (organisme fictif)".into(),
        blocks,
        foot: None,
        recorded: None,
    }
}

/// What a program of poppler-utils says of a file.
fn poppler(program: &str, arguments: &[&str], file: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.pdf");
    std::fs::write(&path, file).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).arg(&path);
    if program == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("poppler-utils is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // pdfinfo leaves the title of a tag in UTF-16.
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn long() -> Vec<Block> {
    let tracker = "q7Zr2mXo0Hn5v1TfYkS8dLwPbE3uJcA9xGiRtUoV4Nk";
    let mut blocks = Vec::new();
    for n in 1..=6 {
        blocks.push(Block::Heading(format!("Scrutin {n} : œuvre, ça, Noël")));
        blocks.push(Block::Fact("Numéro de suivi".into(), "à garder".into()));
        blocks.push(Block::Groups(tracker.into()));
        blocks.push(Block::Fine("a1".repeat(64)));
        blocks.push(Block::Square {
            content: format!("https://vote.example.fr/urne/NkHrZ7QCf3Nf3h?suivi={tracker}"),
            words: "Adresse de vérification".into(),
        });
        blocks.push(Block::Text(
            "Un paragraphe assez long pour tenir sur plus d’une ligne. ".repeat(5),
        ));
    }
    blocks
}

#[test]
fn the_words_are_in_the_file_in_order() {
    let file = pdf(&paper(long())).unwrap();
    let text = poppler("pdftotext", &[], &file);
    for words in ["Preuve de vote", "Scrutin 1 : œuvre, ça, Noël", "plus d’une"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.find("Scrutin 2").unwrap() < text.find("Scrutin 5").unwrap());
    let packed: String = text.split_whitespace().collect();
    assert!(packed.contains("q7Zr2mXo0Hn5v1TfYkS8dLwPbE3uJcA9xGiRtUoV4Nk"));
    assert!(packed.contains(&"a1".repeat(64)));
}

#[test]
fn the_file_is_tagged_titled_and_undated() {
    let file = pdf(&paper(long())).unwrap();
    let information = poppler("pdfinfo", &[], &file);
    let line = |name: &str| {
        information
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default()
            .to_owned()
    };
    assert!(line("Tagged:").ends_with("yes"), "{information}");
    assert!(line("Title:").ends_with("Preuve de vote"));
    assert!(line("JavaScript:").ends_with("no") && line("Encrypted:").ends_with("no"));
    assert_eq!(line("CreationDate:"), "", "nothing tells when it was made");
    let structure = poppler("pdfinfo", &["-struct-text"], &file);
    for part in ["H1", "H2", "Figure"] {
        assert!(structure.contains(part), "{part}: {structure}");
    }
    let metadata = poppler("pdfinfo", &["-meta"], &file);
    assert!(metadata.contains("pdfuaid:part"), "{metadata}");
    assert_eq!(file, pdf(&paper(long())).unwrap(), "the same paper gives the same file");
}

#[test]
fn a_record_is_archival_dated_by_what_it_records_and_always_the_same() {
    let mut record = paper(long());
    record.recorded = Some("2026-12-08T17:00:05.25Z".parse().unwrap());
    let file = pdf(&record).unwrap();
    let information = poppler("pdfinfo", &["-isodates"], &file);
    assert!(information.contains("2026-12-08T17:00:05"), "{information}");
    let metadata = poppler("pdfinfo", &["-meta"], &file);
    let packed: String = metadata.split_whitespace().collect();
    for mark in ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "pdfuaid:part"] {
        assert!(packed.contains(mark), "{mark}: {metadata}");
    }
    // ISO 19005-2 asks for embedded fonts, an output intent and an identifier of the file.
    let fonts = poppler("pdffonts", &[], &file);
    let embedded = |line: &&str| line.split_whitespace().rev().nth(4) == Some("yes");
    assert!(
        fonts.lines().skip(2).count() > 0 && fonts.lines().skip(2).all(|line| embedded(&line)),
        "{fonts}"
    );
    let holds = |mark: &[u8]| file.windows(mark.len()).any(|window| window == mark);
    assert!(holds(b"/OutputIntents"), "an output intent");
    assert!(holds(b"/ID"), "an identifier");
    assert_eq!(file, pdf(&record).unwrap());
}

#[test]
fn no_text_breaks_the_page_or_the_file() {
    let nasty = [
        "",
        " ",
        "#let x = 1; $ *gras* _x_ \\ <script>",
        "a\u{0}b\u{7}\n\tc",
        "漢字 😀 עברית e\u{301}",
        "\u{202e}retourné \u{feff}",
        "=SUM(A1)",
    ];
    for text in nasty {
        let long = text.repeat(300);
        let blocks = vec![
            Block::Heading(text.into()),
            Block::Text(long.clone()),
            Block::Fact(text.into(), long),
            Block::Groups(text.into()),
            Block::NewPage,
            Block::Fine(text.into()),
        ];
        for recorded in [None, Some(jiff::Timestamp::UNIX_EPOCH)] {
            let mut nasty = paper(blocks.clone());
            nasty.recorded = recorded;
            let file = pdf(&nasty).unwrap_or_else(|error| panic!("{text:?}, {recorded:?}: {error}"));
            poppler("pdftotext", &[], &file);
        }
    }
}
