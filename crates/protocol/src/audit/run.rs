//! The walk through the file, entry after entry.

use std::io::{self, Read, Seek};

use super::{
    Options, Progress, Report,
    ballots::{Ballots, Batch, Stop},
    check::{Check, CheckId, Outcome},
    engine::{Accelerator, Direct},
    finding::{Culprit, Finding, Reason, archive_culprit},
    resume::{Checkpoint, Observer},
    setup,
    shuffles::Shuffles,
    tally::Decryptions,
};
use crate::{
    archive::{ArchiveError, ChainReader, Entry, Event, EventHash, Phase, ReadError, chain::Content},
    election::{Election, ElectionError, ElectionParams},
    group::{Belenios2048, Ed25519, Group, GroupName, Rfc3526},
    json,
    tally::{EncryptedTally, Figures},
    trustee::VerifiedTrustees,
};

impl From<ArchiveError> for Stop {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Read(ReadError::Io(error)) => Self::Io(error),
            error => Self::Finding(Finding::new(archive_culprit(&error), error)),
        }
    }
}

/// Audits with what the accelerator lends, going on from the checkpoint. When an engine leaves a doubt, the whole audit is
/// made again without it; when the checkpoint is of another file, without that.
pub(super) fn run<S: Read + Seek + Send>(
    mut source: S,
    options: &Options,
    accelerator: &dyn Accelerator,
    checkpoint: Option<&Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<Report, io::Error> {
    let mut helps = vec![
        (accelerator, checkpoint),
        (accelerator, None),
        (&Direct as &dyn Accelerator, None),
    ];
    if checkpoint.is_none() {
        helps.remove(0);
    }
    for (accelerator, checkpoint) in helps {
        source.rewind()?;
        if let Some(report) = walk(&mut source, options, accelerator, checkpoint, observer)? {
            return Ok(report);
        }
    }
    Err(io::Error::other("a direct verification leaves no doubt"))
}

/// One walk through the file; `None` when an engine or the checkpoint leaves a doubt.
fn walk<S: Read + Seek + Send>(
    source: S,
    options: &Options,
    accelerator: &dyn Accelerator,
    checkpoint: Option<&Checkpoint>,
    observer: &mut dyn Observer,
) -> Result<Option<Report>, io::Error> {
    let mut report = Report {
        checks: Vec::new(),
        finding: None,
        phase: Phase::Empty,
        head: None,
        events: 0,
        election: None,
        voters: 0,
        ballots: 0,
        resumed: 0,
        figures: Figures::default(),
        trustees: 0,
        certifier: None,
        result: None,
    };
    let mut passed = Vec::new();
    let walk = Walk {
        options,
        accelerator,
        checkpoint,
        observer,
        report: &mut report,
        passed: &mut passed,
    };
    match walk.whole(source) {
        Ok(()) => {}
        Err(Stop::Io(error)) => return Err(error),
        Err(Stop::Doubt | Stop::Stale) => return Ok(None),
        Err(Stop::Finding(finding)) => {
            report.result = None;
            report.finding = Some(finding);
        }
    }
    report.checks = outcomes(&passed, report.finding.as_ref());
    Ok(Some(report))
}

/// How each check ended: the one that failed, those passed before it, and the rest.
fn outcomes(passed: &[CheckId], finding: Option<&Finding>) -> Vec<Check> {
    let outcome = |id: CheckId| match finding {
        Some(finding) if finding.check() == id => Outcome::Failed,
        _ if passed.contains(&id) => Outcome::Passed,
        Some(_) => Outcome::NotReached,
        None => Outcome::NotApplicable,
    };
    CheckId::ALL
        .iter()
        .map(|id| Check {
            id: *id,
            outcome: outcome(*id),
        })
        .collect()
}

struct Walk<'a> {
    options: &'a Options,
    accelerator: &'a dyn Accelerator,
    checkpoint: Option<&'a Checkpoint>,
    observer: &'a mut dyn Observer,
    report: &'a mut Report,
    passed: &'a mut Vec<CheckId>,
}

impl Walk<'_> {
    /// Reads the setup, which says in which group the rest is.
    fn whole<S: Read + Seek + Send>(mut self, source: S) -> Result<(), Stop> {
        let mut chain = ChainReader::open(source).map_err(ArchiveError::from)?;
        match chain.next_entry()? {
            Some(Entry {
                content:
                    Content::Setup {
                        election,
                        trustees,
                        credentials,
                        certificate,
                    },
                ..
            }) => {
                self.note(Mark::of(&chain));
                let documents = Documents {
                    election: election.bytes,
                    trustees: trustees.bytes,
                    credentials: credentials.bytes,
                    certificate: certificate.map(|record| record.bytes),
                };
                let params: ElectionParams =
                    json::parse(&documents.election).map_err(|e| election_finding(ElectionError::Json(e)))?;
                let group = params.group;
                self.report.election = Some(params);
                match group {
                    GroupName::Ed25519 => self.in_group::<Ed25519, S>(chain, documents),
                    GroupName::Belenios2048 => self.in_group::<Belenios2048, S>(chain, documents),
                    GroupName::Rfc3526 => self.in_group::<Rfc3526, S>(chain, documents),
                }
            }
            // The grammar admits nothing else as the first entry.
            _ => Err(Finding::new(Culprit::Archive, ArchiveError::References { height: 0 }).into()),
        }
    }

    fn in_group<G: Group, S: Read + Seek + Send>(
        mut self,
        mut chain: ChainReader<S>,
        documents: Documents,
    ) -> Result<(), Stop> {
        let mut course = self.set_up::<G>(documents)?;
        if let Some(checkpoint) = self.checkpoint {
            self.recall(&mut chain, &mut course.ballots, checkpoint)?;
        }
        let mut stretch = Stretch::read(&mut chain, course.ballots.count());
        loop {
            let Stretch {
                batch,
                last_ballot,
                next,
                end,
            } = stretch;
            let ballots = &mut course.ballots;
            let following = ballots.count() + batch.len() as u64;
            // While ballots are verified, those after them are read: one core of several reads, then helps.
            let (examined, ahead) = rayon::join(
                || ballots.examine(batch),
                || {
                    let ahead = next.is_none().then(|| Stretch::read(&mut chain, following));
                    ahead.inspect(|ahead| ballots.expect(&ahead.batch))
                },
            );
            // What was found of ballots before an error or another event comes first: the first fault counts.
            if let Some(mark) = last_ballot {
                self.note(mark);
            }
            ballots.count_all(examined, &mut chain)?;
            self.tell(ballots, last_ballot, end);
            stretch = match (ahead, next) {
                (Some(ahead), _) => ahead,
                (None, Some(entry)) => {
                    let Some(Entry { event, content, .. }) = entry? else {
                        break;
                    };
                    self.count_on(&mut course, &event, content)?;
                    self.note(end);
                    Stretch::read(&mut chain, course.ballots.count())
                }
                // What is read ahead is there exactly when nothing ends the stretch.
                (None, None) => break,
            };
        }
        self.end()
    }

    /// Reads again what an earlier audit had verified.
    fn recall<G: Group, S: Read>(
        &mut self,
        chain: &mut ChainReader<S>,
        ballots: &mut Ballots<G>,
        checkpoint: &Checkpoint,
    ) -> Result<(), Stop> {
        while let Some(Entry { event, hash, content }) = chain.next_entry()? {
            let Content::Ballot(record) = content else {
                return Err(Stop::Stale);
            };
            ballots.recall(event.height, &record)?;
            self.note(Mark::of(chain));
            if chain.height() == checkpoint.events {
                if hash != checkpoint.head {
                    return Err(Stop::Stale);
                }
                ballots.restore(checkpoint)?;
                self.report.resumed = checkpoint.ballots;
                return Ok(());
            }
        }
        Err(Stop::Stale)
    }

    /// Tells how far the audit is.
    fn tell<G: Group>(&mut self, ballots: &Ballots<G>, last_ballot: Option<Mark>, end: Mark) {
        self.report.ballots = ballots.count();
        self.report.figures = ballots.figures();
        self.observer.progress(Progress {
            bytes: end.bytes,
            ballots: ballots.count(),
        });
        if let Some(Mark {
            events,
            head: Some(head),
            ..
        }) = last_ballot
        {
            let checkpoint = || ballots.checkpoint(events, head);
            self.observer.verified(ballots.count(), &checkpoint);
        }
    }

    /// Checks what follows the ballots.
    fn count_on<G: Group>(&mut self, course: &mut Course<G>, event: &Event, content: Content) -> Result<(), Stop> {
        let Course {
            election,
            trustees,
            ballots,
            count,
        } = course;
        match content {
            Content::EncryptedTally { figures, tally } => {
                let tally = ballots.check_tally(&tally.bytes, figures.num_tallied, figures.total_weight.get())?;
                self.passed.extend([CheckId::TallySum, CheckId::TallyFigures]);
                *count = match Shuffles::new(&tally, election) {
                    Some(shuffles) => Count::Shuffling(tally, shuffles),
                    None => Count::Decrypting(Decryptions::new(election.clone(), tally)),
                };
            }
            Content::Shuffle { owner, shuffle } => match count {
                Count::Shuffling(_, shuffles) => shuffles.add(election, trustees, owner, &shuffle.bytes)?,
                // A tally that is all sums needs no shuffle, so there must be none.
                _ => return Err(out_of_place(event)),
            },
            Content::EndShuffles => match std::mem::replace(count, Count::Voting) {
                Count::Shuffling(tally, shuffles) => {
                    let tally = shuffles.end(election, &tally)?;
                    let passed = [CheckId::ShuffleOwner, CheckId::ShuffleProof, CheckId::ShufflePresent];
                    self.passed.extend(passed);
                    *count = Count::Decrypting(Decryptions::new(election.clone(), tally));
                }
                _ => return Err(out_of_place(event)),
            },
            Content::PartialDecryption { owner, decryption } => {
                count.decryptions()?.add(trustees, owner, &decryption.bytes)?;
            }
            Content::Result(result) => {
                self.report.result = Some(count.decryptions()?.check_result(trustees, &result.bytes)?);
                self.passed.extend([
                    CheckId::DecryptionOwner,
                    CheckId::DecryptionProof,
                    CheckId::DecryptionQuorum,
                    CheckId::ResultConsistent,
                ]);
            }
            Content::EndBallots | Content::Setup { .. } | Content::Ballot(_) => {}
        }
        Ok(())
    }

    /// Checks the three documents of the setup.
    fn set_up<G: Group>(&mut self, documents: Documents) -> Result<Course<G>, Stop> {
        let election = Election::<G>::parse(&documents.election).map_err(election_finding)?;
        self.passed.push(CheckId::SetupElection);
        setup::check_questions::<G>(election.questions())?;
        self.passed.push(CheckId::SetupQuestions);
        let trustees = setup::check_trustees::<G>(&documents.trustees)?;
        self.report.trustees = trustees
            .items()
            .iter()
            .fold(0, |count, item| count.max(item.owners().end - 1));
        self.passed.push(CheckId::SetupTrustees);
        setup::check_key(&election, &trustees)?;
        self.passed.push(CheckId::SetupKey);
        let engine = self.accelerator.engine(election.params(), election.fingerprint());
        let voters = setup::check_credentials::<G>(&documents.credentials, engine.as_deref())?;
        if let Some(certificate) = &documents.certificate {
            let key = setup::check_certificate(&election, certificate, &documents.credentials, voters.len())?;
            self.report.certifier = Some(key);
        }
        self.passed.push(CheckId::SetupCredentials);
        let ballots = Ballots::new(election.clone(), engine, voters);
        self.report.voters = ballots.voters();
        Ok(Course {
            election,
            trustees,
            ballots,
            count: Count::Voting,
        })
    }

    /// The file ended where it may end.
    fn end(self) -> Result<(), Stop> {
        self.passed.extend([
            CheckId::ArchiveFormat,
            CheckId::ArchiveHash,
            CheckId::ArchiveChain,
            CheckId::ArchiveGrammar,
            CheckId::ArchiveReferences,
            CheckId::BallotForm,
            CheckId::BallotElection,
            CheckId::BallotSignature,
            CheckId::BallotProof,
            CheckId::BallotDuplicate,
            CheckId::BallotCredential,
        ]);
        if let Some(expected) = self.options.expected_head {
            if self.report.head != Some(expected) {
                let head = self.report.head.map(|head| head.to_string()).unwrap_or_default();
                return Err(Finding::new(Culprit::Archive, Reason::Head(head)).into());
            }
            self.passed.push(CheckId::ArchiveHead);
        }
        if self.options.require_result {
            if self.report.phase != Phase::Complete {
                return Err(Finding::new(Culprit::Archive, Reason::NoResult).into());
            }
            self.passed.push(CheckId::ResultPresent);
        }
        Ok(())
    }

    fn note(&mut self, mark: Mark) {
        self.report.phase = mark.phase;
        self.report.head = mark.head;
        self.report.events = mark.events;
    }
}

/// How far the file was read.
#[derive(Clone, Copy)]
struct Mark {
    phase: Phase,
    head: Option<EventHash>,
    events: u64,
    bytes: u64,
}

impl Mark {
    fn of<S: Read>(chain: &ChainReader<S>) -> Self {
        Self {
            phase: chain.phase(),
            head: chain.head(),
            events: chain.height(),
            bytes: chain.offset(),
        }
    }
}

/// What is read at once: ballots in a row, and what stands after them.
struct Stretch {
    batch: Batch,
    /// The place after the last ballot, if there is one.
    last_ballot: Option<Mark>,
    /// What follows the ballots; `None`: the batch is full, and more of them may follow.
    next: Option<Result<Option<Entry>, ArchiveError>>,
    /// The place after all of it.
    end: Mark,
}

impl Stretch {
    /// Reads on. So many ballots stand before.
    fn read<S: Read>(chain: &mut ChainReader<S>, ordinal: u64) -> Self {
        let mut batch = Batch::new(ordinal);
        let mut last_ballot = None;
        let next = loop {
            if batch.is_full() {
                break None;
            }
            match chain.next_entry() {
                Ok(Some(Entry {
                    event,
                    content: Content::Ballot(record),
                    ..
                })) => {
                    batch.push(event.height, record);
                    last_ballot = Some(Mark::of(chain));
                }
                other => break Some(other),
            }
        };
        Self {
            batch,
            last_ballot,
            next,
            end: Mark::of(chain),
        }
    }
}

/// How far the count is, after the ballots.
enum Count<G: Group> {
    /// Not begun.
    Voting,
    /// Trustees shuffle the answers that are not added up.
    Shuffling(EncryptedTally<G>, Shuffles<G>),
    /// Trustees decrypt.
    Decrypting(Decryptions<G>),
}

impl<G: Group> Count<G> {
    fn decryptions(&mut self) -> Result<&mut Decryptions<G>, Finding> {
        match self {
            Self::Decrypting(decryptions) => Ok(decryptions),
            // The grammar has let the event pass, so what is missing is the end of the shuffles.
            _ => Err(Finding::new(Culprit::Trustees, Reason::NotShuffled)),
        }
    }
}

fn out_of_place(event: &Event) -> Stop {
    ArchiveError::Grammar {
        height: event.height,
        kind: event.kind,
    }
    .into()
}

struct Documents {
    election: Vec<u8>,
    trustees: Vec<u8>,
    credentials: Vec<u8>,
    certificate: Option<Vec<u8>>,
}

fn election_finding(error: ElectionError) -> Stop {
    Finding::new(Culprit::Election, error).into()
}

/// An election that was set up rightly, and how far it is.
struct Course<G: Group> {
    election: Election<G>,
    trustees: VerifiedTrustees<G>,
    ballots: Ballots<G>,
    count: Count<G>,
}
