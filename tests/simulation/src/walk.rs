//! The walk of a ballot, from the sign-in to the answer, over a network that is not to be trusted.

use std::collections::BTreeSet;

use isoloir_domain::ballot_box::receipt_text;
use isoloir_domain::token::Admission;
use isoloir_service::Session;
use isoloir_service::cast_ballot::{Cast, CastError};
use jiff::Timestamp;
use rand::RngExt as _;

use crate::defect::Defect;
use crate::node::Begun;
use crate::oracle::{Answer, Broken, Invariant, Promise, demand};
use crate::scene::BallotName;
use crate::stage::{PASSWORD, registrar_key, server_key};
use crate::world::{Errand, Event, Held, MINUTE, Post, SECOND, Signed, World};

/// How often a voter sends a ballot that is not answered.
const TRIES: usize = 5;

impl World {
    pub fn sign_in(&mut self, errand: usize) -> Result<(), Broken> {
        let Errand { ballot, device, .. } = self.errands[errand];
        if !self.devices.contains_key(&(ballot.voter, device)) {
            let Some(node) = self.living() else {
                self.soon(5 * SECOND, 20 * SECOND, Event::SignIn(errand));
                return Ok(());
            };
            let identifier = &self.scene.people[ballot.voter].identifier;
            let created = self.shows(node);
            match self.nodes[node].ask(async |server| server.sign_in(identifier, PASSWORD).await) {
                Ok(signed) => {
                    let signed = Signed {
                        token: signed.token,
                        id: signed.session.id(),
                        created,
                    };
                    self.devices.insert((ballot.voter, device), signed);
                    self.say(&format!("v{} signs in at n{node} from device {device}", ballot.voter));
                }
                Err(error) => {
                    demand(!self.healthy(), Invariant::NoWrongRefusal, || {
                        format!("no sign-in: {error}")
                    })?;
                    self.soon(5 * SECOND, 20 * SECOND, Event::SignIn(errand));
                    return Ok(());
                }
            }
        }
        self.soon(2 * SECOND, MINUTE, Event::Unlock(errand));
        Ok(())
    }

    pub fn unlock(&mut self, errand: usize) {
        let Errand { ballot, device, .. } = self.errands[errand];
        let Some(signed) = self.devices.get(&(ballot.voter, device)) else {
            return self.soon(SECOND, 5 * SECOND, Event::SignIn(errand));
        };
        let issued = self.now + self.registrar_skew;
        let credential = self.scene.people[ballot.voter].credentials[ballot.urn]
            .as_ref()
            .unwrap();
        let election = self.scene.urns[ballot.urn].id.clone();
        let admission = Admission::new(
            signed.id,
            election,
            credential,
            Timestamp::from_millisecond(issued).unwrap(),
        );
        let token = admission.sign(&registrar_key()).unwrap();
        // Whole seconds are all that an admission says.
        let authenticated = signed.created.max(issued - issued.rem_euclid(SECOND));
        self.errands[errand].admission = Some((signed.id, token, authenticated));
        let slow = self.dice.random_bool(0.2);
        self.soon(
            SECOND,
            if slow { 25 * MINUTE } else { 20 * SECOND },
            Event::Send(errand),
        );
    }

    pub fn send(&mut self, errand: usize) {
        let Errand { ballot, device, .. } = self.errands[errand];
        if self.errands[errand].settled || self.errands[errand].sent >= TRIES {
            return;
        }
        let signed = self.devices.get(&(ballot.voter, device)).cloned();
        let admission = self.errands[errand].admission.clone();
        let (Some(signed), Some((session, admission, authenticated))) = (signed, admission) else {
            return self.soon(SECOND, 5 * SECOND, Event::SignIn(errand));
        };
        if session != signed.id {
            return self.soon(SECOND, 5 * SECOND, Event::Unlock(errand));
        }
        self.errands[errand].sent += 1;
        let sent = self.errands[errand].sent;
        let copies = match self.dice.random_range(0..100) {
            0..12 => 0,
            12..85 => 1,
            _ => 2,
        };
        self.say(&format!("e{errand} sends {} ({copies} copies)", short(ballot)));
        for _ in 0..copies {
            let node = self.dice.random_range(0..self.nodes.len());
            let post = Post {
                errand,
                node,
                token: signed.token.clone(),
                admission: admission.clone(),
                authenticated,
            };
            let late = self.dice.random_bool(0.15);
            self.soon(5, if late { 90 * SECOND } else { 2 * SECOND }, Event::Arrives(post));
        }
        if copies == 0 {
            self.unreachable(errand);
        }
        self.soon(20 * SECOND, 2 * MINUTE, Event::Impatient(errand, sent));
    }

    pub fn arrives(&mut self, post: Post) -> Result<(), Broken> {
        let (errand, node) = (post.errand, post.node);
        let ballot = self.errands[errand].ballot;
        if !self.nodes[node].is_alive() {
            self.say(&format!("e{errand} finds n{node} dead"));
            self.unreachable(errand);
            return Ok(());
        }
        let session = match self.nodes[node].ask(async |server| server.session(&post.token).await) {
            Ok(Some(session)) => session,
            Ok(None) => {
                self.say(&format!("e{errand} is signed out at n{node}"));
                let place = (ballot.voter, self.errands[errand].device);
                self.devices
                    .retain(|at, signed| *at != place || signed.token != post.token);
                self.soon(SECOND, 10 * SECOND, Event::SignIn(errand));
                return Ok(());
            }
            Err(error) => {
                return demand(!self.healthy(), Invariant::NeverMaybe, || {
                    format!("no session: {error}")
                });
            }
        };
        let lawful = self.lawful(&post);
        let bytes = self.scene.ballots[&ballot].bytes.clone();
        let election = &self.scene.urns[ballot.urn].id;
        match self.nodes[node].begin(session, election, &post.admission, bytes) {
            Begun::Answered(answer) => {
                let answer = self.read(answer);
                self.conclude(&post, answer, lawful, false)
            }
            Begun::Waits(waiting) => {
                self.say(&format!("e{errand} waits at n{node} for the commit"));
                if self.defect == Some(Defect::AnswersBeforeCommit) {
                    self.foretell(&post);
                }
                self.held[node].push(Held { post, waiting, lawful });
                if self.held[node].len() == 1 {
                    let stalls = self.dice.random_bool(0.2);
                    self.soon(1, if stalls { 20 * SECOND } else { 5 }, Event::Commit(node));
                }
                Ok(())
            }
        }
    }

    /// Whether the law allows the node to store this ballot now.
    pub fn lawful(&self, post: &Post) -> bool {
        self.oracle.dates.allow(self.shows(post.node), post.authenticated)
    }

    pub fn commit(&mut self, node: usize) -> Result<(), Broken> {
        let held = std::mem::take(&mut self.held[node]);
        if held.is_empty() {
            return Ok(());
        }
        let (waiting, posts): (Vec<_>, Vec<_>) = held
            .into_iter()
            .map(|held| (held.waiting, (held.post, held.lawful)))
            .unzip();
        let answers = self.nodes[node].commit(waiting);
        let dies = self.dice.random_bool(0.06);
        for ((post, lawful), answer) in posts.into_iter().zip(answers) {
            let (answer, lawful) = (self.read(answer), lawful && self.lawful(&post));
            self.conclude(&post, answer, lawful, dies)?;
        }
        if dies { self.kill(node) } else { Ok(()) }
    }

    /// The answer of a node: judged, then on its way to the voter, unless it is lost.
    pub fn conclude(&mut self, post: &Post, answer: Answer, lawful: bool, lost: bool) -> Result<(), Broken> {
        let ballot = self.errands[post.errand].ballot;
        let answer = self.bend(ballot, answer);
        let line = format!(
            "n{} answers e{} {}: {}",
            post.node,
            post.errand,
            short(ballot),
            word(&answer)
        );
        self.say(&line);
        let tracker = &self.scene.ballots[&ballot].tracker;
        self.oracle
            .judge(ballot, tracker, &answer, lawful, self.armed.is_none())?;
        if !lost && !self.dice.random_bool(0.15) {
            self.soon(5, 3 * SECOND, Event::Told(post.errand, answer));
        }
        Ok(())
    }

    pub fn told(&mut self, errand: usize, answer: Answer) {
        let ballot = self.errands[errand].ballot;
        match answer {
            Answer::Stored { promise, .. } => {
                self.oracle.held.push((ballot, promise));
                self.errands[errand].settled = true;
            }
            Answer::Fault | Answer::Silence => self.soon(2 * SECOND, 30 * SECOND, Event::Send(errand)),
            // Some come back.
            Answer::NotOpen if self.dice.random_bool(0.7) => self.soon(20 * SECOND, 3 * MINUTE, Event::Send(errand)),
            Answer::NotOpen | Answer::Closed | Answer::AlreadyVoted | Answer::Other(_) => {
                self.errands[errand].settled = true;
            }
        }
    }

    /// What a node's answer says to somebody who knows its public key.
    pub fn read(&self, answer: Result<Cast, CastError>) -> Answer {
        match answer {
            Ok(cast) => Answer::Stored {
                promise: promise(&cast),
                fresh: cast.fresh,
            },
            Err(CastError::AlreadyVoted) => Answer::AlreadyVoted,
            Err(CastError::NotOpen) => Answer::NotOpen,
            Err(CastError::Closed) => Answer::Closed,
            Err(CastError::Fault(_)) => Answer::Fault,
            Err(other) => Answer::Other(other.to_string()),
        }
    }

    /// The ballots that a voter has sent to a box, in order.
    pub fn ballots_of(&self, urn: usize, voter: usize) -> Vec<BallotName> {
        let sent = self
            .errands
            .iter()
            .filter(|errand| errand.sent > 0)
            .map(|errand| errand.ballot);
        let own: BTreeSet<BallotName> = sent
            .filter(|ballot| ballot.urn == urn && ballot.voter == voter)
            .collect();
        own.into_iter().collect()
    }

    /// A voter signs in at a node, whatever the devices know.
    pub fn session(&self, voter: usize, node: usize) -> Session {
        let identifier = &self.scene.people[voter].identifier;
        let signed = self.nodes[node].ask(async |server| server.sign_in(identifier, PASSWORD).await);
        signed.unwrap().session
    }

    /// A voter unlocks, casts at a node, and waits for the answer.
    pub fn cast_at_once(&mut self, ballot: BallotName, session: Session, node: usize) -> Answer {
        let person = &self.scene.people[ballot.voter];
        let election = &self.scene.urns[ballot.urn].id;
        let credential = person.credentials[ballot.urn].as_ref().unwrap();
        let issued = Timestamp::from_millisecond(self.now).unwrap();
        let admission = Admission::new(session.id(), election.clone(), credential, issued);
        let admission = admission.sign(&registrar_key()).unwrap();
        let bytes = self.scene.ballots[&ballot].bytes.clone();
        let answer = match self.nodes[node].begin(session, election, &admission, bytes) {
            Begun::Answered(answer) => answer,
            Begun::Waits(waiting) => self.nodes[node].commit(vec![waiting]).remove(0),
        };
        let answer = self.read(answer);
        self.bend(ballot, answer)
    }
}

fn promise(cast: &Cast) -> Promise {
    let receipt = &cast.receipt;
    let genuine = || -> Option<bool> {
        let event: [u8; 32] = hex::decode(receipt.event()).ok()?.try_into().ok()?;
        let signature: [u8; 64] = hex::decode(receipt.signature()).ok()?.try_into().ok()?;
        let text = receipt_text(receipt.election(), receipt.tracker(), &event);
        Some(
            server_key()
                .verifying_key()
                .verify_strict(&text, &signature.into())
                .is_ok(),
        )
    };
    Promise {
        tracker: receipt.tracker().to_owned(),
        event: receipt.event().to_owned(),
        signature: receipt.signature().to_owned(),
        genuine: genuine().unwrap_or(false),
    }
}

/// `b0 v3 c2.1`: box, voter, choice, variant.
pub fn short(ballot: BallotName) -> String {
    format!(
        "b{} v{} c{}.{}",
        ballot.urn, ballot.voter, ballot.choice, ballot.variant
    )
}

fn word(answer: &Answer) -> String {
    match answer {
        Answer::Stored { promise, fresh } => {
            format!(
                "stored at {}{}",
                &promise.event[..12],
                if *fresh { "" } else { " before" }
            )
        }
        other => format!("{other:?}"),
    }
}
