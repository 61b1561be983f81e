//! Watchers and the board: what the box, the poll book and the journal say, laid beside what nodes have answered.

use std::collections::BTreeSet;
use std::io::Cursor;

use isoloir_domain::ballot_box::head_text;
use isoloir_protocol::archive::chain::Content;
use isoloir_protocol::archive::{ArchiveWriter, ChainReader, EventHash};
use isoloir_protocol::audit::since::{Since, compare};
use isoloir_protocol::audit::{Options, audit};
use isoloir_service::Session;
use isoloir_service::read_journal::Wanted;
use isoloir_service::record_partial_decryption::PartialDecryptionError;
use rand::RngExt as _;

use crate::defect::Defect;
use crate::faults;
use crate::oracle::{Answer, Broken, End, Invariant, demand};
use crate::scene::{BOXES, BallotName, VOTERS};
use crate::stage::server_key;
use crate::walk::short;
use crate::world::World;

/// Somebody outside, with the last copy of a box.
#[derive(Default)]
pub struct Watcher {
    copy: Vec<u8>,
}

/// What a copy of a box holds.
struct BoxCopy {
    events: Vec<String>,
    ballots: Vec<Option<BallotName>>,
}

impl World {
    /// One look at one box through one node.
    pub fn look(&mut self, urn: usize, node: usize) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        let head = self.nodes[node].ask(async |server| server.signed_head(id).await.unwrap());
        let event: [u8; 32] = hex::decode(&head.event).unwrap().try_into().unwrap();
        let signature: [u8; 64] = hex::decode(&head.signature).unwrap().try_into().unwrap();
        let genuine = server_key()
            .verifying_key()
            .verify_strict(&head_text(id, &event), &signature.into());
        demand(genuine.is_ok(), Invariant::OnlyGrows, || {
            "a head is not signed".to_owned()
        })?;
        let copy = self.copy(urn, node)?;
        let held = self.read_copy(&copy)?;
        demand(held.events.contains(&head.event), Invariant::OnlyGrows, || {
            format!("the signed head of box {urn} is not in the box")
        })?;
        self.compare(urn, &copy)?;
        let ballots = self.oracle.judge_box(urn, &held.ballots)?;
        self.receipts_hold(urn, node, &held)?;
        self.counts_agree(urn, node, ballots.len())?;
        let summary = format!("box {urn} holds {} ballots, head {}", ballots.len(), &head.event[..12]);
        self.watchers[urn].copy = copy;
        self.say(&summary);
        Ok(())
    }

    /// The archive as a node hands it out.
    fn copy(&self, urn: usize, node: usize) -> Result<Vec<u8>, Broken> {
        let id = &self.scene.urns[urn].id;
        let copy = self.nodes[node].ask(async |server| server.export_archive(id, Vec::new()).await);
        let copy = copy.map_err(|error| Broken {
            invariant: Invariant::OnlyGrows,
            how: format!("box {urn}: {error:?}"),
        })?;
        Ok(if self.defect == Some(Defect::BoxShownShort) {
            shortened(&copy)
        } else {
            copy
        })
    }

    fn read_copy(&self, copy: &[u8]) -> Result<BoxCopy, Broken> {
        let broken = |how: String| Broken {
            invariant: Invariant::OnlyGrows,
            how,
        };
        let mut reader = ChainReader::open(copy).map_err(|error| broken(error.to_string()))?;
        let mut held = BoxCopy {
            events: Vec::new(),
            ballots: Vec::new(),
        };
        while let Some(entry) = reader.next_entry().map_err(|error| broken(error.to_string()))? {
            held.events.push(entry.hash.to_string());
            if let Content::Ballot(ballot) = entry.content {
                held.ballots.push(self.scene.names.get(&ballot.bytes).copied());
            }
        }
        Ok(held)
    }

    fn compare(&self, urn: usize, copy: &[u8]) -> Result<(), Broken> {
        let earlier = &self.watchers[urn].copy;
        if earlier.is_empty() {
            return Ok(());
        }
        let since = compare(earlier.as_slice(), copy).unwrap();
        demand(matches!(since, Since::Kept { .. }), Invariant::OnlyGrows, || {
            format!("box {urn}: {since:?}")
        })
    }

    /// Each receipt that voters hold, of this box.
    fn receipts_hold(&self, urn: usize, node: usize, held: &BoxCopy) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        for (ballot, promise) in self.oracle.held.iter().filter(|(ballot, _)| ballot.urn == urn) {
            let found = self.nodes[node].ask(async |server| server.find_tracker(id, &promise.tracker).await.unwrap());
            demand(
                found && held.ballots.contains(&Some(*ballot)),
                Invariant::ReceiptKept,
                || format!("{} has a receipt, and is not in the box", short(*ballot)),
            )?;
            demand(held.events.contains(&promise.event), Invariant::ReceiptKept, || {
                format!("the event on the receipt of {} is not in the box", short(*ballot))
            })?;
        }
        Ok(())
    }

    fn counts_agree(&self, urn: usize, node: usize, ballots: usize) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        let counts = self.nodes[node].ask(async |server| server.board_counts(id).await.unwrap());
        demand(counts.journal_holds, Invariant::Journal, || {
            "the journal's chain is broken".to_owned()
        })?;
        demand(counts.chain_holds, Invariant::OnlyGrows, || {
            "the box's chain is broken".to_owned()
        })?;
        let marks = counts.marked == counts.ballots && counts.marked_off_roll == 0;
        demand(marks && counts.ballots == ballots as u64, Invariant::PollBook, || {
            format!("box {urn} holds {ballots} ballots, and the board sees {counts:?}")
        })
    }

    /// The end: the store is well, everybody asks what became of their ballots, the board counts, and nothing may be left open.
    pub fn settle(&mut self) -> Result<(), Broken> {
        self.arm(None);
        for node in 0..self.nodes.len() {
            self.start(node);
        }
        self.go_to(self.oracle.dates.freezes + 5 * 60_000);
        for _ in 0..2 {
            for node in 0..self.nodes.len() {
                self.tick(node)?;
            }
        }
        self.everybody_asks()?;
        for urn in 0..BOXES.len() {
            let node = self.living().unwrap();
            self.look(urn, node)?;
            self.count(urn)?;
        }
        self.closed_once()
    }

    /// Each voter sends each ballot once more: the answer is the one that holds.
    fn everybody_asks(&mut self) -> Result<(), Broken> {
        for voter in 0..VOTERS {
            let node = self.living().unwrap();
            let session = self.session(voter, node);
            for urn in 0..BOXES.len() {
                for ballot in self.ballots_of(urn, voter) {
                    let node = self.living().unwrap();
                    self.ask_again(ballot, session.clone(), node)?;
                }
                let record = &self.oracle.records[&(urn, voter)];
                demand(record.perhaps.is_empty(), Invariant::NeverMaybe, || {
                    format!("nobody knows what became of {:?}", record.perhaps)
                })?;
            }
        }
        Ok(())
    }

    fn ask_again(&mut self, ballot: BallotName, session: Session, node: usize) -> Result<(), Broken> {
        let answer = self.cast_at_once(ballot, session, node);
        self.say(&format!(
            "n{node} says at last of {}: {}",
            short(ballot),
            answered(&answer)
        ));
        let tracker = &self.scene.ballots[&ballot].tracker;
        self.oracle.judge(ballot, tracker, &answer, false, true)
    }

    /// The board's part, at whatever node, some of it twice.
    fn count(&mut self, urn: usize) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        let [first, second] = [self.living().unwrap(), self.living().unwrap()];
        let tally = self.nodes[first].ask(async |server| server.encrypted_tally(id).await.unwrap());
        let share = self.scene.decrypt(urn, &tally);
        // The store may fail while the board counts: then the board tries again.
        let fault = self
            .dice
            .random_bool(0.3)
            .then(|| self.dice.random_range(0..faults::FAULTS));
        self.arm(fault);
        let recorded = self.nodes[first].ask(async |server| server.record_partial_decryption(id, 1, &share).await);
        let finished = self.nodes[first].ask(async |server| server.finish_tally(id).await);
        self.arm(None);
        demand(fault.is_some() || recorded.is_ok(), Invariant::Count, || {
            format!("{recorded:?}")
        })?;
        demand(fault.is_some() || finished.is_ok(), Invariant::Audit, || {
            format!("{finished:?}")
        })?;
        let again = self.nodes[second].ask(async |server| server.record_partial_decryption(id, 1, &share).await);
        let refused = match &again {
            Ok(()) => recorded.is_err(),
            Err(PartialDecryptionError::Already(1)) => recorded.is_ok() && finished.is_err(),
            Err(PartialDecryptionError::Finished) => finished.is_ok(),
            Err(_) => false,
        };
        demand(refused, Invariant::Count, || {
            format!("{recorded:?}, {finished:?}, then {again:?}")
        })?;
        let finished = self.nodes[second].ask(async |server| server.finish_tally(id).await);
        demand(finished.is_ok(), Invariant::Audit, || format!("{finished:?}"))?;
        let results = self.nodes[second].ask(async |server| server.results(id).await.unwrap().unwrap());
        let mut votes = vec![results.blank];
        votes.extend(results.lists.iter().map(|list| list.votes));
        if self.defect == Some(Defect::CountsAside) {
            votes.rotate_left(1);
        }
        let expected = self.oracle.count(urn);
        self.say(&format!("the count of box {urn} is {votes:?}"));
        demand(votes == expected, Invariant::Count, || {
            format!("{votes:?} is counted, {expected:?} was cast")
        })?;
        self.poll_book(urn, second)?;
        // The node has audited it before it gave the result; what it hands out afterwards is audited now and then.
        if self.dice.random_bool(0.1) {
            self.audit(urn, second)
        } else {
            Ok(())
        }
    }

    fn poll_book(&self, urn: usize, node: usize) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        let book = self.nodes[node].ask(async |server| server.poll_book(id).await.unwrap());
        let place = |id| self.scene.people.iter().position(|person| person.id == id).unwrap();
        let marked: BTreeSet<usize> = book.marks.iter().map(|(voter, _)| place(*voter)).collect();
        let expected = self.oracle.voters(urn);
        demand(marked == expected, Invariant::PollBook, || {
            format!("{marked:?} are marked, {expected:?} have voted")
        })
    }

    /// The whole archive, by the audit that anyone can make, down to the signed head.
    fn audit(&mut self, urn: usize, node: usize) -> Result<(), Broken> {
        let id = &self.scene.urns[urn].id;
        let head = self.nodes[node]
            .ask(async |server| server.signed_head(id).await.unwrap())
            .event;
        let archive = self.nodes[node].ask(async |server| server.export_archive(id, Vec::new()).await.unwrap());
        self.compare(urn, &archive)?;
        let options = Options {
            expected_head: Some(head.parse::<EventHash>().unwrap()),
            require_result: true,
        };
        let report = audit(Cursor::new(archive), &options, &mut |_| {}).unwrap();
        demand(report.is_valid(), Invariant::Audit, || format!("{:?}", report.finding))
    }

    fn closed_once(&mut self) -> Result<(), Broken> {
        let node = self.living().unwrap();
        for kind in ["polls_closed", "closing_sealed", "tally_encrypted", "tally_finished"] {
            let entries =
                self.nodes[node].ask(async |server| server.journal_page(None, &Wanted::of_kind(kind)).await.unwrap());
            let about: BTreeSet<String> = entries
                .iter()
                .map(|(_, entry)| format!("{:?}", entry.subject))
                .collect();
            demand(
                entries.len() == BOXES.len() && about.len() == BOXES.len(),
                Invariant::ClosedOnce,
                || format!("the journal has {} entries {kind}, about {about:?}", entries.len()),
            )?;
        }
        demand(self.oracle.ends == [End::Frozen; 2], Invariant::ClosedOnce, || {
            "a box is open".to_owned()
        })?;
        let holds = self.nodes[node].ask(async |server| server.journal_chain_holds().await.unwrap());
        demand(holds, Invariant::Journal, || "the journal's chain is broken".to_owned())
    }
}

fn answered(answer: &Answer) -> &'static str {
    match answer {
        Answer::Stored { .. } => "stored",
        Answer::AlreadyVoted => "another is stored",
        Answer::Closed => "not stored",
        _ => "something else",
    }
}

/// The archive without its last ballot and what follows.
fn shortened(copy: &[u8]) -> Vec<u8> {
    let mut reader = ChainReader::open(copy).unwrap();
    let mut writer = ArchiveWriter::new(Vec::new(), reader.timestamp()).unwrap();
    let mut entries = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        entries.push(entry.content);
    }
    let last = entries
        .iter()
        .rposition(|content| matches!(content, Content::Ballot(_)));
    for content in &entries[..last.unwrap_or(entries.len())] {
        writer.entry(content).unwrap();
    }
    writer.into_inner()
}
