//! What the portal gives as PDF: the proof of vote and the receipt, in the reader's language.

use isoloir_documents::{Block, Paper};

use crate::pages::proof::ProofView;
use isoloir_domain::Origin;
use isoloir_theme::args;
use isoloir_theme::i18n::Lang;

/// The proof of vote (*preuve de vote*).
pub(crate) fn proof(lang: Lang, view: &ProofView) -> Paper {
    let fact = |label: &str, value: &str| Block::Fact(label.to_owned(), value.to_owned());
    Paper {
        language: lang.code(),
        title: lang.text("proof-title"),
        author: view.organiser.clone(),
        blocks: vec![
            Block::Text(lang.text("proof-lede")),
            fact(&lang.text("proof-voter"), &view.voter),
            fact(&lang.text("proof-election"), &view.election),
            fact(&lang.text("proof-consultation"), &view.consultation),
            fact(&lang.text("proof-organiser"), &view.organiser),
            fact(&lang.text("proof-mark"), &lang.text("proof-mark-value")),
            Block::Text(lang.text("proof-note")),
        ],
        foot: None,
        recorded: None,
    }
}

/// One receipt on the paper.
pub(crate) struct ReceiptLine {
    pub(crate) election: String,
    pub(crate) title: String,
    pub(crate) tracker: String,
    pub(crate) event: String,
    pub(crate) signature: String,
}

/// The receipt of a session (*reçu de vote*): no name, no choice, no time.
pub(crate) fn receipt(lang: Lang, organiser: &str, origin: &Origin, lines: &[ReceiptLine]) -> Paper {
    let mut blocks = vec![Block::Text(lang.text("paper-receipt-lede"))];
    for line in lines {
        let address = address(origin, line);
        blocks.extend([
            Block::Heading(line.title.clone()),
            Block::Text(lang.text("paper-receipt-tracker")),
            Block::Groups(line.tracker.clone()),
            Block::Square {
                content: address.clone(),
                words: lang.with("paper-receipt-square", args![address = address.as_str()]),
            },
            Block::Text(lang.text("paper-receipt-address")),
            Block::Fine(address),
            Block::Text(lang.text("receipt-event")),
            Block::Fine(line.event.clone()),
            Block::Text(lang.text("receipt-signature-bytes")),
            Block::Fine(line.signature.clone()),
        ]);
    }
    blocks.push(Block::Heading(lang.text("paper-receipt-how")));
    blocks.push(Block::Text(lang.text("paper-receipt-how-text")));
    Paper {
        language: lang.code(),
        title: lang.text("receipt-title"),
        author: organiser.to_owned(),
        blocks,
        foot: None,
        recorded: None,
    }
}

/// Where the box answers for this tracker.
fn address(origin: &Origin, line: &ReceiptLine) -> String {
    let tracker = line.tracker.replace('+', "%2B").replace('/', "%2F");
    format!("{origin}/urne/{}?suivi={tracker}", line.election)
}
