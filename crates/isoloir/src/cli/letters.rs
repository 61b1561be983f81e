//! `isoloir consultation letters`: activation letters for voters without a mailbox, to print, and an index to follow them.

use std::path::Path;

use anyhow::Context;
use isoloir_domain::cell::safe_cell;
use isoloir_portal::letters::{Letter, Sender, render};
use isoloir_service::VotingServer;

use super::ConfigArg;
use crate::config::ServerConfig;
use crate::private_file;

/// Writes the letters of every consultation into a new folder that only its owner reads.
pub(super) async fn write(server: &VotingServer, config: &ConfigArg, out: &Path) -> anyhow::Result<()> {
    let origin = ServerConfig::read(&config.config)?.origin;
    let origin = origin.to_string();
    let address = format!(
        "{}/a",
        origin.split_once("://").map_or(origin.as_str(), |(_, host)| host)
    );
    std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
    for consultation in server.consultations().await? {
        // A place first: letters that cannot be written must not void those made before.
        let (page, list) = (
            private_file::Reserved::at(&out.join(format!("{}-letters.html", consultation.id)))?,
            private_file::Reserved::at(&out.join(format!("{}-index.csv", consultation.id)))?,
        );
        let made = server.activation_letters(&consultation.id).await?;
        let sender = Sender {
            title: &consultation.title,
            organiser: &consultation.organiser,
            address: &address,
            opens: consultation.calendar.opens(),
            closes: consultation.calendar.closes(),
        };
        let letters: Vec<Letter<'_>> = made
            .iter()
            .enumerate()
            .map(|(rank, letter)| Letter {
                reference: reference(rank),
                name: letter.voter.full_name(),
                number: &letter.voter.number,
                code: &letter.code,
                expires: letter.expires,
            })
            .collect();
        page.fill(render(&sender, &letters).as_bytes())?;
        list.fill(&index(&letters)?)?;
        println!(
            "{}: {} letters written to {}",
            consultation.id,
            letters.len(),
            out.display()
        );
    }
    Ok(())
}

fn reference(rank: usize) -> String {
    format!("C-{:06}", rank.saturating_add(1))
}

/// Which letter is whose, without its code.
fn index(letters: &[Letter<'_>]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(["reference", "matricule", "nom"])?;
    for letter in letters {
        writer.write_record([
            letter.reference.as_str(),
            &safe_cell(letter.number),
            &safe_cell(&letter.name),
        ])?;
    }
    writer.into_inner().context("the index")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_holds_no_code_and_no_formula() {
        let letter = Letter {
            reference: reference(0),
            name: "=1+1".to_owned(),
            number: "VAL1",
            code: "A-K7QM-2RTD-9XHF-4CAD",
            expires: jiff::Timestamp::UNIX_EPOCH,
        };
        let text = String::from_utf8(index(&[letter]).unwrap()).unwrap();
        assert_eq!(text, "reference;matricule;nom\nC-000001;VAL1;'=1+1\n");
    }
}
