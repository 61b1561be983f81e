//! The deliberate defects at work.

use ed25519_dalek::Signer as _;
use isoloir_domain::ballot_box::receipt_text;
use isoloir_domain::journal;
use isoloir_protocol::archive::{EventHash, EventKind, PayloadHash, event};
use jiff::Timestamp;

use crate::defect::Defect;
use crate::oracle::{Answer, Promise};
use crate::scene::{BallotName, VOTERS};
use crate::stage::server_key;
use crate::world::{Post, World};

impl World {
    /// What a defect makes of an answer.
    pub fn bend(&self, ballot: BallotName, answer: Answer) -> Answer {
        let known = &self.oracle.records[&(ballot.urn, ballot.voter)].stored;
        match (self.defect, &answer, known) {
            (Some(Defect::AnyBallotIsARetry), Answer::AlreadyVoted, Some((_, promise))) => Answer::Stored {
                promise: promise.clone(),
                fresh: false,
            },
            (Some(Defect::RetryIsRefused), Answer::Stored { fresh: false, .. }, _) => Answer::AlreadyVoted,
            (Some(Defect::SlowIsClosed), Answer::Fault, _) => Answer::Closed,
            _ => answer,
        }
    }

    /// A node could not be reached.
    pub fn unreachable(&mut self, errand: usize) {
        if self.defect == Some(Defect::FrontInvents) {
            let ballot = self.errands[errand].ballot;
            let promise = self.sign(ballot, EventHash::of(b"nothing"));
            self.told(errand, Answer::Stored { promise, fresh: true });
        }
    }

    /// The receipt that this ballot will have if nothing comes in between.
    pub fn foretell(&mut self, post: &Post) {
        let ballot = self.errands[post.errand].ballot;
        let id = &self.scene.urns[ballot.urn].id;
        let head = self.nodes[post.node]
            .ask(async |server| server.signed_head(id).await.unwrap())
            .event;
        let mut head: EventHash = head.parse().unwrap();
        let mut height = self.nodes[post.node]
            .ask(async |server| server.board_counts(id).await.unwrap())
            .ballots;
        let before = self.held[post.node]
            .iter()
            .map(|held| self.errands[held.post.errand].ballot);
        for next in before.filter(|before| before.urn == ballot.urn).chain([ballot]) {
            height += 1;
            let payload = PayloadHash::of(&self.scene.ballots[&next].bytes);
            head = event(Some(head), height, EventKind::Ballot, Some(payload)).1;
        }
        let promise = self.sign(ballot, head);
        self.told(post.errand, Answer::Stored { promise, fresh: true });
    }

    pub fn sign(&self, ballot: BallotName, event: EventHash) -> Promise {
        let tracker = self.scene.ballots[&ballot].tracker.clone();
        let text = receipt_text(&self.scene.urns[ballot.urn].id, &tracker, event.as_bytes());
        let signature = hex::encode(server_key().sign(&text).to_bytes());
        Promise {
            tracker,
            event: event.to_string(),
            signature,
            genuine: true,
        }
    }

    /// The store decays, or somebody at it is no friend.
    pub fn rot(&mut self) {
        const LAST: &str = "election = (SELECT election FROM ballot ORDER BY election, height DESC LIMIT 1)";
        match self.defect {
            Some(Defect::StoreLosesAMark) => self.saboteur.run(
                "DROP TRIGGER poll_book_keeps_delete; DELETE FROM poll_book WHERE voter = (SELECT MIN(voter) FROM poll_book)",
            ),
            Some(Defect::StoreLosesABallot) => self.saboteur.run(&format!(
                "DROP TRIGGER ballot_keeps_delete;
                 DELETE FROM ballot WHERE {LAST} AND height = (SELECT MAX(height) FROM ballot WHERE {LAST})"
            )),
            Some(Defect::RewritesTheJournal) => self.saboteur.run(
                "DROP TRIGGER journal_keeps_update; UPDATE journal SET entry = entry || ' ' WHERE seq = 3",
            ),
            Some(Defect::BallotOfAnother) => self.stuff(),
            _ => {}
        }
    }

    /// Votes in the place of a voter from whom nothing has come.
    pub fn stuff(&mut self) {
        let silent = (0..VOTERS).find(|voter| {
            let record = &self.oracle.records[&(0, *voter)];
            record.stored.is_none() && record.perhaps.is_empty()
        });
        let (Some(voter), Some(node)) = (silent, self.living()) else {
            return;
        };
        let name = BallotName {
            urn: 0,
            voter,
            choice: 1,
            variant: 0,
        };
        if self.held[node].is_empty() {
            let session = self.session(voter, node);
            self.cast_at_once(name, session, node);
        }
    }

    /// Writes a second time that the polls are closed.
    pub fn close_again(&self) {
        let id = self.scene.urns[0].id.clone();
        let entry = journal::Entry {
            at: Timestamp::from_millisecond(self.now).unwrap(),
            actor: None,
            subject: journal::Subject::Election(id),
            what: journal::Event::PollsClosed {
                head: EventHash::of(b"again").to_string(),
            },
        };
        let url = self.url.clone();
        let node = self.nodes.iter().find(|node| node.is_alive()).unwrap();
        node.ask(async |_| {
            let store = isoloir_store::Store::open(&url).await.unwrap();
            store.append_journal(&entry).await.unwrap();
            store.close().await;
        });
    }
}
