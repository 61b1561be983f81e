//! The organiser's steps as functions, for the demonstration, which does them in one process.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use isoloir_domain::{Voter, VoterId};
use isoloir_registrar::Registrar;
use isoloir_registrar::know_voters::GivenIdentifier;
use isoloir_service::VotingServer;

use super::{consultation_folder, election, key, server};
use crate::handover::Entitlements;
use crate::{ambient, codes, credentials};

pub(crate) use super::consultation::entitlements;
pub(crate) use super::listening::{Listening, listen, serve as serve_router};
pub(crate) use super::registrar::{open as open_registrar, pages as registrar_pages, serve_registrar};
pub(crate) use super::serve::{portal_config, serve_portal};
pub(crate) use super::server::open_config as open_server;
pub(crate) use isoloir_service::consultation_file::Files;

/// Makes a key pair.
pub(crate) fn new_key(name: &Path) -> anyhow::Result<()> {
    key::create(name).map(|_| ())
}

/// Applies the files of a consultation's folder.
pub(crate) async fn apply(server: &VotingServer, files: &Files) -> anyhow::Result<()> {
    consultation_folder::apply(server, files, None).await.map(|_| ())
}

/// Draws credentials and sets up every box.
pub(crate) async fn set_up(
    server: &VotingServer,
    authority: &Registrar,
    entitlements: &Entitlements,
    trustees: &[u8],
) -> anyhow::Result<()> {
    let lists = credentials::draw_all(authority, entitlements).await?;
    for (_, one) in server::elections(server).await? {
        let list = lists
            .iter()
            .find(|list| list.election == one.id)
            .context("an election without credentials")?;
        election::set_up_from(
            server,
            &one,
            trustees,
            &list.credentials,
            "Autorité des codes (démonstration)",
        )
        .await?;
    }
    Ok(())
}

/// Issues a code to every voter.
pub(crate) async fn codes(
    authority: &Registrar,
    entitlements: &Entitlements,
) -> anyhow::Result<BTreeMap<VoterId, String>> {
    let ids: Vec<VoterId> = entitlements.voters.iter().map(|voter| voter.id).collect();
    let issued = authority.issue_codes(&ids, &mut ambient::rng()).await?;
    Ok(issued
        .iter()
        .map(|one| (one.voter, codes::shown(one).to_string()))
        .collect())
}

/// A NUMEN as long as one, made from the staff number.
pub(crate) fn sample_numen(number: &str) -> String {
    let letters: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{:0>13}", letters.to_ascii_uppercase())
}

/// Gives the registrar the sample identifiers, as the human-resources service would.
pub(crate) async fn sample_identifiers(authority: &Registrar, voters: &[Voter]) -> anyhow::Result<()> {
    let given: Vec<GivenIdentifier> = (2_u64..)
        .zip(voters)
        .map(|(line, voter)| GivenIdentifier {
            line,
            number: voter.number.clone(),
            numen: Some(sample_numen(&voter.number)),
            nir: None,
        })
        .collect();
    authority.know_identifiers(&given).await?;
    Ok(())
}

/// Every voter once, by staff number.
pub(crate) async fn voters(server: &VotingServer) -> anyhow::Result<Vec<Voter>> {
    let mut voters = BTreeMap::new();
    for (_, one) in server::elections(server).await? {
        for voter in server.electoral_roll(&one.id).await?.voters {
            voters.insert(voter.number.clone(), voter);
        }
    }
    Ok(voters.into_values().collect())
}
