//! The demonstration's board: an account for every seat, and keys made as members make them, on one machine.

use std::path::Path;

use anyhow::Context;
use isoloir_domain::Role;
use isoloir_portal::SampleKey;
use isoloir_service::VotingServer;

use super::{StaffAccount, enrol};
use crate::ambient;
use crate::trustee::{StandIn, play_ceremony};

/// Key of the board in `consultation.toml`.
const BOARD: &str = "valbrune";

/// The key files of the members, for the page of the demonstration.
pub(super) async fn keys(folder: &Path, server: &VotingServer) -> anyhow::Result<Vec<SampleKey>> {
    let mut keys = Vec::new();
    for one in server.board_state(BOARD).await?.board.members() {
        let file = format!("{}.key", one.seat);
        let contents = std::fs::read(folder.join(&file)).with_context(|| format!("the key file {file}"))?;
        keys.push(SampleKey {
            name: one.name.to_owned(),
            file,
            contents,
        });
    }
    Ok(keys)
}

/// Accounts of the members, and `trustees.json`; key files go to `folder`.
pub(super) async fn make(folder: &Path, server: &VotingServer) -> anyhow::Result<(Vec<StaffAccount>, Vec<u8>)> {
    std::fs::create_dir(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut rng = ambient::rng();
    let (mut accounts, mut members) = (Vec::new(), Vec::new());
    let board = server.board_state(BOARD).await?.board;
    for one in board.members() {
        accounts.push(enrol(server, one.name, one.email, Role::Board).await?);
        let member = server.staff_with_email(one.email).await?.context("an account")?.member;
        members.push(StandIn::new(server, BOARD, member, &mut rng).await?);
    }
    play_ceremony(server, &mut members, &mut rng).await?;
    let state = server.board_state(BOARD).await?;
    let group = state.group()?;
    for member in &members {
        member.write_key(group, folder)?;
    }
    let (keys, _) = state.keys.context("keys")?;
    std::fs::write(folder.join("trustees.json"), &keys)?;
    Ok((accounts, keys.into_bytes()))
}
