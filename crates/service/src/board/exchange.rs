//! The messages of the key ceremony in whatever group the consultation is: text in, verdict out, around the protocol's typed functions. Every
//! message is checked when it comes, so that the one who sent a wrong one is named before anybody builds on it.

use isoloir_domain::board::Item;
use isoloir_domain::board_deed::{Step, test_text};
use isoloir_domain::{Board, Seat};
use isoloir_protocol::group::{Group, GroupName};
use isoloir_protocol::json;
use isoloir_protocol::trustee::pedersen::{
    self, CertificateKeys, Certificates, Commitments, KeyTest, Polynomial, ThresholdParameters, Voutput,
};
use isoloir_protocol::trustee::{self, Signed, Trustees};
use serde::{Deserialize, Serialize};

use super::state::BoardState;
use crate::count::in_group;

/// What is wrong with a message.
#[derive(Debug, thiserror::Error)]
pub(super) enum Wrong {
    /// Not a message of this step.
    #[error("malformed")]
    Form,
    /// A message before it is missing.
    #[error("a message before it is missing")]
    Missing,
    /// A check of the protocol.
    #[error(transparent)]
    Trustee(#[from] isoloir_protocol::trustee::TrusteeError),
    /// The seed or the key of the file is not the one of this place.
    #[error("the key file is not that of this place")]
    OtherKey,
}

/// A message between two members, whose content the server cannot read.
#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
struct Sealed<G: Group> {
    algorithm: String,
    alpha: G::Element,
    beta: G::Element,
    data: String,
}

/// Checks the message `body` that `seat` brings at `step`.
pub(super) fn check(group: GroupName, state: &BoardState, seat: Seat, step: Step, body: &str) -> Result<(), Wrong> {
    in_group!(group, G => check_in::<G>(state, seat, step, body))
}

fn check_in<G: Group>(state: &BoardState, seat: Seat, step: Step, body: &str) -> Result<(), Wrong> {
    let item = seat.item();
    let (size, threshold, index) = (state.board.size(item), item.threshold(), seat.index());
    match step {
        Step::Certificate => {
            let keys = CertificateKeys::<G>::read(&read(body)?, size, threshold, index)?;
            is_new(state, &keys, index)
        }
        Step::Enrol => {
            let keys = CertificateKeys::<G>::read(&read(body)?, 1, 1, 1)?;
            is_new(state, &keys, index)
        }
        Step::Commitment => {
            let certificates = certificates::<G>(state, item)?;
            Ok(Commitments::check_one(&certificates, index, &read(body)?)?)
        }
        Step::Polynomial => {
            let certificates = certificates::<G>(state, item)?;
            let commitments = Commitments::check(&certificates, all(state, Step::Commitment, item)?)?;
            Ok(commitments.check_polynomial(&certificates, index, &read(body)?)?)
        }
        Step::Output => {
            let output: Voutput<G> = read(body)?;
            let polynomials: Vec<Polynomial<G>> = all(state, Step::Polynomial, item)?;
            // The name is given by the composition of the board.
            if output.public_key.name.is_some() {
                return Err(Wrong::Form);
            }
            Ok(pedersen::check_output(
                &certificates(state, item)?,
                &polynomials,
                index,
                &output,
            )?)
        }
        Step::Handover => {
            let sealed: Sealed<G> = read(body)?;
            let sound = sealed.algorithm == "AES-GCM" && hex::decode(&sealed.data).is_ok();
            if sound { Ok(()) } else { Err(Wrong::Form) }
        }
        Step::Test | Step::Received => check_test::<G>(state, seat, body),
    }
}

/// Keys for the exchange are new: nobody else's, and of no other place.
fn is_new<G: Group>(state: &BoardState, keys: &CertificateKeys<G>, index: u32) -> Result<(), Wrong> {
    for member in state.board.members() {
        let seat = member.seat;
        let item = seat.item();
        let (step, place) = if seat.is_substitute() {
            (Step::Enrol, (1, 1, 1))
        } else {
            (
                Step::Certificate,
                (state.board.size(item), item.threshold(), seat.index()),
            )
        };
        let Some(there) = state.message(step, seat) else {
            continue;
        };
        let (size, threshold, at) = place;
        let there = CertificateKeys::read(&read(there)?, size, threshold, at)?;
        if there.shares_a_key_with(keys) {
            return Err(trustee::TrusteeError::Certificate(index).into());
        }
    }
    Ok(())
}

/// The file opens again: its seed signs for this place, its key is the place's.
fn check_test<G: Group>(state: &BoardState, seat: Seat, body: &str) -> Result<(), Wrong> {
    let tested: KeyTest<G> = read(body)?;
    let item = seat.item();
    let place = match seat {
        Seat::Substitute(rank) => Seat::Delegate(rank),
        seat => seat,
    };
    let message = |step| state.message(step, place).ok_or(Wrong::Missing);
    let (size, threshold, index) = (state.board.size(item), item.threshold(), place.index());
    let keys = CertificateKeys::<G>::read(&read(message(Step::Certificate)?)?, size, threshold, index)?;
    let output: Voutput<G> = read(message(Step::Output)?)?;
    let expected = test_text(&state.board.key, state.round, place.owner());
    if tested.holds(&keys, &output, &expected) {
        Ok(())
    } else {
        Err(Wrong::OtherKey)
    }
}

/// The public keys of the whole board, every proof checked: `trustees.json`.
pub(super) fn trustees(group: GroupName, state: &BoardState) -> Result<Vec<u8>, Wrong> {
    in_group!(group, G => trustees_in::<G>(state))
}

fn trustees_in<G: Group>(state: &BoardState) -> Result<Vec<u8>, Wrong> {
    let item = |item| parameters::<G>(state, item).map(trustee::Item::Pedersen);
    let trustees = Trustees::of(Item::ALL.map(item).into_iter().collect::<Result<Vec<_>, _>>()?);
    let bytes = trustees.to_bytes();
    trustees.verify()?;
    Ok(bytes)
}

fn parameters<G: Group>(state: &BoardState, item: Item) -> Result<ThresholdParameters<G>, Wrong> {
    let mut outputs: Vec<Voutput<G>> = all(state, Step::Output, item)?;
    for (output, seat) in outputs.iter_mut().zip(state.board.places(item)) {
        output.public_key.name = Some(public_name(&state.board, seat));
    }
    let polynomials = all(state, Step::Polynomial, item)?;
    Ok(pedersen::parameters(
        &certificates(state, item)?,
        &polynomials,
        &outputs,
    )?)
}

/// How the member of a place is named in `trustees.json`: name, then list.
fn public_name(board: &Board, seat: Seat) -> String {
    board.member(seat).map_or_else(String::new, |member| match member.list {
        Some(list) => format!("{}, {list}", member.name),
        None => member.name.to_owned(),
    })
}

fn certificates<G: Group>(state: &BoardState, item: Item) -> Result<Certificates<G>, Wrong> {
    Ok(Certificates::check(all(state, Step::Certificate, item)?)?)
}

/// The messages of all places at one step.
fn all<T: Serialize + serde::de::DeserializeOwned>(
    state: &BoardState,
    step: Step,
    item: Item,
) -> Result<Vec<T>, Wrong> {
    let messages = state.messages(step, item).into_iter();
    messages.map(|message| read(message.ok_or(Wrong::Missing)?)).collect()
}

fn read<T: Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    json::parse(text.as_bytes()).map_err(|_| Wrong::Form)
}

/// Whether `body` is the text `expected`, signed with the key of the place `owner` of these trustees.
pub(super) fn is_signed(group: GroupName, trustees: &[u8], owner: u32, expected: &str, body: &str) -> bool {
    in_group!(group, G => {
        let Ok(signed) = read::<Signed<G>>(body) else { return false };
        let Ok(trustees) = Trustees::<G>::parse(trustees) else { return false };
        let Ok(trustees) = trustees.verify() else { return false };
        trustees.signing_key(owner).is_some_and(|key| signed.message == expected && signed.is_by(key))
    })
}
