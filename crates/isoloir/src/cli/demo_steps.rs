//! The organiser's steps as functions, for the demonstration, which does them in one process.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use isoloir_domain::{Voter, VoterId};
use isoloir_registrar::{Registrar, router};
use isoloir_service::VotingServer;

use super::{consultation, election, key, registrar, serve, server};
use crate::ambient;
use crate::handover::Entitlements;

pub(crate) use super::consultation::{Files, entitlements};
pub(crate) use super::registrar::open as open_registrar;
pub(crate) use super::serve::{portal_config, serve_portal};
pub(crate) use super::server::open_config as open_server;

/// Makes a key pair.
pub(crate) fn new_key(name: &Path) -> anyhow::Result<()> {
    key::create(name).map(|_| ())
}

/// Imports a consultation from the files of its folder.
pub(crate) async fn import(server: &VotingServer, files: consultation::Files) -> anyhow::Result<()> {
    let folder = consultation::Folder::from_files(files)?;
    consultation::import_folder(server, &folder).await.map(|_| ())
}

/// Draws credentials and sets up every box.
pub(crate) async fn set_up(
    server: &VotingServer,
    authority: &Registrar,
    entitlements: &Entitlements,
    trustees: &[u8],
) -> anyhow::Result<()> {
    let lists = registrar::draw(authority, entitlements).await?;
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
        .map(|one| (one.voter, registrar::shown(one).to_string()))
        .collect())
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

/// Serves something else beside them.
pub(crate) async fn serve_router(listen: SocketAddr, router: axum::Router) -> anyhow::Result<()> {
    serve::serve(listen, router).await
}

/// Serves the registrar.
pub(crate) async fn serve_registrar(authority: Arc<Registrar>, portal: &str, listen: SocketAddr) -> anyhow::Result<()> {
    serve::serve(listen, router(authority, portal.parse()?)).await
}
