//! A member of a board who is not there, played by this machine: in the demonstration and in tests only, since this machine then sees the key.
//!
//! It speaks to the voting server as a member's browser does: the same messages, steps and checks (docs/protocol/board.md).

use std::path::Path;

use anyhow::{Context, bail};
use isoloir_domain::board::Item;
use isoloir_domain::board_deed::{Step, test_text};
use isoloir_domain::{ElectionId, Seat, StaffMember};
use isoloir_protocol::election::Election;
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::json;
use isoloir_protocol::tally::{BoundDecryption, EncryptedTally};
use isoloir_protocol::trustee::pedersen::{self, Certificates, Commitments, KeyTest, Voutput};
use isoloir_protocol::trustee::{PrivateKey, Seed, Signed};
use isoloir_service::VotingServer;
use isoloir_service::board::{BoardState, Sitting, Task};
use rand_core::CryptoRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::in_group;
use super::member::{read_key, write_key};

/// Somebody who is played.
pub struct StandIn {
    /// The board's key.
    pub board: String,
    /// The account.
    pub member: StaffMember,
    seat: Seat,
    seed: Seed,
    round: u32,
    /// Held back until everybody has committed.
    polynomial: Option<String>,
    /// The decryption key, as its file holds it.
    key: Option<Zeroizing<Vec<u8>>>,
}

impl StandIn {
    /// Takes the seat of this account.
    ///
    /// # Errors
    /// When the account has no seat on the board.
    pub async fn new(
        server: &VotingServer,
        board: &str,
        member: StaffMember,
        rng: &mut impl CryptoRng,
    ) -> anyhow::Result<Self> {
        let sitting = server.sit(board, &member).await?;
        Ok(Self {
            board: board.to_owned(),
            member,
            seat: sitting.seat,
            seed: Seed::generate(rng),
            round: sitting.state.round,
            polynomial: None,
            key: None,
        })
    }

    /// Takes the seat of this account again, by the key file that [`Self::write_key`] left in `folder`.
    ///
    /// # Errors
    /// When the account has no seat on the board, or there is no such file.
    pub async fn again(server: &VotingServer, board: &str, member: StaffMember, folder: &Path) -> anyhow::Result<Self> {
        let sitting = server.sit(board, &member).await?;
        let path = folder.join(format!("{}.key", sitting.seat));
        let (seed, key) = in_group!(sitting.state.group()?, G => {
            let read = read_key::<G>(&path)?;
            (read.seed.context("the key of no seat")?, read.key.expose())
        });
        Ok(Self {
            board: board.to_owned(),
            member,
            seat: sitting.seat,
            seed,
            round: sitting.state.round,
            polynomial: None,
            key: Some(key),
        })
    }

    /// The seat.
    #[must_use]
    pub fn seat(&self) -> Seat {
        self.seat
    }

    /// Does the step of the key ceremony that is open to this seat; false when there is none.
    ///
    /// # Errors
    /// When another member's message is wrong, or the server refuses.
    pub async fn play(&mut self, server: &VotingServer, rng: &mut impl CryptoRng) -> anyhow::Result<bool> {
        let sitting = server.sit(&self.board, &self.member).await?;
        let state = &sitting.state;
        if state.round != self.round {
            *self = Self::new(server, &self.board, self.member.clone(), rng).await?;
        }
        let Task::Do(step) = state.task(self.seat) else {
            return Ok(false);
        };
        let body = in_group!(state.group()?, G => self.message::<G>(state, step, rng)?);
        server.board_message(&sitting, self.round, step, body).await?;
        Ok(true)
    }

    /// The message of a step, as the member's device makes it.
    ///
    /// # Errors
    /// When another member's message is wrong.
    pub fn message<G: Group>(
        &mut self,
        state: &BoardState,
        step: Step,
        rng: &mut impl CryptoRng,
    ) -> anyhow::Result<String> {
        let item = self.seat.item();
        let (size, threshold, index) = (state.board.size(item), item.threshold(), self.seat.index());
        match step {
            Step::Certificate => text(&pedersen::certificate::<G, _>(&self.seed, size, threshold, index, rng)),
            Step::Enrol => text(&pedersen::certificate::<G, _>(&self.seed, 1, 1, 1, rng)),
            Step::Commitment => {
                let (polynomial, commitment) = pedersen::polynomial(&self.seed, &certificates::<G>(state, item)?, rng)?;
                self.polynomial = Some(text(&polynomial)?);
                text(&commitment)
            }
            Step::Polynomial => self.polynomial.clone().context("nothing was held back"),
            Step::Output => {
                let certificates = certificates::<G>(state, item)?;
                let commitments = Commitments::check(&certificates, all(state, Step::Commitment, item)?)?;
                let inputs = pedersen::vinputs(&certificates, &commitments, &all(state, Step::Polynomial, item)?)?;
                let own = usize::try_from(index)?
                    .checked_sub(1)
                    .and_then(|place| inputs.get(place));
                let own = own.context("this seat has no place")?;
                let output = pedersen::voutput(&self.seed, &certificates, &commitments, own, rng)?;
                self.key = Some(pedersen::decryption_key::<G>(&self.seed, &output.private_key)?.expose());
                text(&output)
            }
            Step::Handover => {
                let substitute = Seat::Substitute(index);
                let enrolled = state.message(Step::Enrol, substitute).context("nobody has enrolled")?;
                let enrolled: Signed<G> = json::parse(enrolled.as_bytes())?;
                Ok(pedersen::hand_over(&self.seed, &enrolled, rng)?)
            }
            Step::Received => {
                let delegate = Seat::Delegate(index);
                let handed = state
                    .message(Step::Handover, delegate)
                    .context("nothing was handed over")?;
                self.seed = pedersen::take_over::<G>(&self.seed, &certificates(state, item)?, index, handed)?;
                let output = state
                    .message(Step::Output, delegate)
                    .context("the delegate has no key")?;
                let output: Voutput<G> = json::parse(output.as_bytes())?;
                self.key = Some(pedersen::decryption_key::<G>(&self.seed, &output.private_key)?.expose());
                self.test::<G>(state, rng)
            }
            Step::Test => self.test::<G>(state, rng),
        }
    }

    fn test<G: Group>(&self, state: &BoardState, rng: &mut impl CryptoRng) -> anyhow::Result<String> {
        let signed = test_text(&state.board.key, state.round, self.seat.owner());
        text(&KeyTest::create(&self.seed, &self.private_key::<G>()?, signed, rng))
    }

    fn private_key<G: Group>(&self) -> anyhow::Result<PrivateKey<G>> {
        let key = self.key.as_ref().context("this seat has no key yet")?;
        Ok(PrivateKey::parse(key)?)
    }

    /// Signs a text of the board.
    ///
    /// # Errors
    /// None that occurs.
    pub fn sign(&self, group: GroupName, message: &str, rng: &mut impl CryptoRng) -> anyhow::Result<String> {
        in_group!(group, G => text(&self.seed.keys::<G>().sign(message.to_owned(), rng)))
    }

    /// The member's part of the tally of a frozen box.
    ///
    /// # Errors
    /// When the box is not frozen, or the seat has no key.
    pub async fn decrypt(
        &self,
        server: &VotingServer,
        election: &ElectionId,
        rng: &mut impl CryptoRng,
    ) -> anyhow::Result<String> {
        let sitting: Sitting = server.sit(&self.board, &self.member).await?;
        let (bytes, tally) = (
            server.election_bytes(election).await?,
            server.encrypted_tally(election).await?,
        );
        in_group!(sitting.state.group()?, G => {
            let election = Election::<G>::parse(&bytes)?;
            let tally = EncryptedTally::<G>::parse(&tally)?;
            let decryption = BoundDecryption::create(&self.private_key::<G>()?, election.fingerprint(), &tally, rng);
            Ok(String::from_utf8(decryption.to_bytes())?)
        })
    }

    /// Writes the key file, as `isoloir trustee` does: `president.key`, `delegate-1.key`.
    ///
    /// # Errors
    /// When the seat has no key, or the file is there.
    pub fn write_key(&self, group: GroupName, folder: &Path) -> anyhow::Result<()> {
        let path = folder.join(format!("{}.key", self.seat));
        in_group!(group, G => write_key(&path, &self.private_key::<G>()?, Some(&self.seed)))
    }
}

/// Plays the key ceremony of a board to its end; everybody of it is played.
///
/// # Errors
/// When nobody can go on before the keys are made.
pub async fn play_ceremony(
    server: &VotingServer,
    members: &mut [StandIn],
    rng: &mut impl CryptoRng,
) -> anyhow::Result<()> {
    loop {
        let mut moved = false;
        for member in &mut *members {
            moved |= member.play(server, rng).await?;
        }
        let board = members.first().map(|member| member.board.as_str());
        if server
            .board_state(board.context("nobody is played")?)
            .await?
            .keys
            .is_some()
        {
            return Ok(());
        }
        if !moved {
            bail!("the key ceremony waits for somebody who is not played");
        }
    }
}

fn text<T: Serialize>(value: &T) -> anyhow::Result<String> {
    Ok(String::from_utf8(json::to_bytes(value))?)
}

fn certificates<G: Group>(state: &BoardState, item: Item) -> anyhow::Result<Certificates<G>> {
    Ok(Certificates::check(all(state, Step::Certificate, item)?)?)
}

fn all<T: Serialize + DeserializeOwned>(state: &BoardState, step: Step, item: Item) -> anyhow::Result<Vec<T>> {
    let messages = state.messages(step, item).into_iter();
    messages
        .map(|message| Ok(json::parse(message.context("a message is missing")?.as_bytes())?))
        .collect()
}
