//! What becomes of notices: handed over at a place, posted, undelivered, destroyed (R. 211-554). A notice is known by its reference, never by its code.
//!
//! A place works on a page of its own, which a one-use link opens for the length of a session. A notice whose code was replaced is void: its place
//! is told so, and hands it over to nobody.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use isoloir_domain::{Place, VoterId};
use jiff::{SignedDuration, Timestamp};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::make_notices::name_place;
use crate::store::StoreError;
use crate::store::notices::{CountRow, NewEvent, NoticeRow, PlaceRow};
use crate::{Reference, Registrar};

/// For how long a place may open its link.
pub const LINK_LIFE: SignedDuration = SignedDuration::from_hours(72);
/// For how long it works before it asks for another.
pub const SESSION_LIFE: SignedDuration = SignedDuration::from_hours(10);

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeStatus {
    /// In its file; at its place, if it has one.
    Made,
    /// Handed to its voter, against a signature.
    Handed,
    /// Posted.
    Posted,
    /// Nobody took it, or it came back.
    Undelivered,
    /// Destroyed, unopened.
    Destroyed,
}

impl NoticeStatus {
    /// All, in the order of a notice's life.
    pub const ALL: [Self; 5] = [
        Self::Made,
        Self::Handed,
        Self::Posted,
        Self::Undelivered,
        Self::Destroyed,
    ];

    /// As stored and as written by `--json`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Handed => "handed",
            Self::Posted => "posted",
            Self::Undelivered => "undelivered",
            Self::Destroyed => "destroyed",
        }
    }

    fn read(code: &str) -> Result<Self, FollowError> {
        let status = Self::ALL.into_iter().find(|status| status.code() == code);
        status.ok_or(FollowError::Damaged("a notice's status"))
    }
}

/// A notice, as those who follow it see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its reference.
    pub reference: Reference,
    /// The voter's name.
    pub name: String,
    /// Code of its place, empty when it is posted.
    pub place: String,
    /// Its file, and its page there.
    pub file: (String, i64),
    /// Where it stands.
    pub status: NoticeStatus,
    /// Since when.
    pub since: Timestamp,
    /// Its code is not the voter's any more.
    pub void: bool,
}

/// A place that hands notices over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPlace {
    /// Code and name.
    pub place: Place,
    /// When it ended handing over, if it has.
    pub closed: Option<Timestamp>,
    /// Who organises the vote.
    pub organiser: String,
    /// The consultation.
    pub consultation: String,
}

/// What a scan leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// Recorded as handed, now: compare the name.
    Handed(Notice),
    /// The voter has another code: do not hand it over.
    Void(Notice),
    /// It was handed before.
    Already(Notice),
    /// It is another place's.
    Elsewhere,
    /// There is no such notice.
    Unknown,
    /// It is destroyed, or undelivered since the place has closed.
    Over(Notice),
}

/// Counts of one place, or of the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCounts {
    /// Code and name; `None` for the post.
    pub place: Option<Place>,
    /// When it ended handing over, if it has.
    pub closed: Option<Timestamp>,
    /// Valid notices in each status.
    pub valid: Vec<(NoticeStatus, u64)>,
    /// Void notices in each status.
    pub void: Vec<(NoticeStatus, u64)>,
}

impl PlaceCounts {
    /// Notices in a status, valid or void.
    #[must_use]
    pub fn count(&self, status: NoticeStatus) -> u64 {
        let counts = self.valid.iter().chain(&self.void);
        counts.filter(|(one, _)| *one == status).map(|(_, count)| count).sum()
    }
}

/// Why nothing could be followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// No notice goes there.
    #[error("no notice goes to place {0}")]
    UnknownPlace(String),
    /// The place has ended handing over: there is nothing to open or to close.
    #[error("place {0} has ended handing over")]
    Closed(String),
    /// Notices are destroyed once the handing over has ended.
    #[error("place {0} has not ended handing over")]
    Open(String),
    /// Two people at least sign for a destruction.
    #[error("a destruction has two witnesses at least")]
    Witnesses,
    /// A value of the database is not what it should be, or does not open under this key.
    #[error("the registrar's records are damaged: {0}")]
    Damaged(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Registrar {
    /// An event of the journal, now.
    pub(crate) fn notice_event<'a>(
        &self,
        event: &'a str,
        place: &'a str,
        number: i64,
        detail: &'a str,
    ) -> NewEvent<'a> {
        NewEvent {
            at: self.clock.now().as_second(),
            place,
            number,
            event,
            detail,
        }
    }

    /// Makes the one-use link's token for a place; its former link and its sessions are void.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn link_for_place<R: CryptoRng + ?Sized>(
        &self,
        code: &str,
        rng: &mut R,
    ) -> Result<Zeroizing<String>, FollowError> {
        self.delivery_place(code).await?;
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *bytes);
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes));
        let expires = self.clock.now() + LINK_LIFE;
        let event = self.notice_event("link_made", code, 0, "");
        self.store.set_link(&hash(&token), expires.as_second(), &event).await?;
        Ok(token)
    }

    /// Whether a link may be opened. Changes nothing: mail scanners open links.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn place_link_is_good(&self, token: &str) -> Result<bool, StoreError> {
        self.store
            .link_is_good(&hash(token), self.clock.now().as_second())
            .await
    }

    /// Opens a link, once; gives the session's token, or `None` when the link is no good.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn enter_place(&self, link: &str) -> Result<Option<Zeroizing<String>>, StoreError> {
        let session = Zeroizing::new(hex::encode(self.keys.mark("place_session", link)));
        let expires = (self.clock.now() + SESSION_LIFE).as_second();
        let event = self.notice_event("entered", "", 0, "");
        let hashes = (hash(link), hash(&session));
        let taken = self.store.take_link((&hashes.0, &hashes.1), expires, &event).await?;
        Ok(taken.map(|_| session))
    }

    /// The place of a session, while it lasts.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn place_of_session(&self, session: &str) -> Result<Option<DeliveryPlace>, FollowError> {
        let now = self.clock.now().as_second();
        let row = self.store.place_session(&hash(session), now).await?;
        row.map(read_place).transpose()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leave_place(&self, session: &str) -> Result<(), StoreError> {
        self.store.end_place_session(&hash(session)).await
    }

    /// Records that a notice is handed over at a place, if it may be.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn hand_over(&self, place: &str, reference: Reference) -> Result<Scan, FollowError> {
        let Some(row) = self.store.notice(reference.number()).await? else {
            return Ok(Scan::Unknown);
        };
        if row.place != place {
            return Ok(Scan::Elsewhere);
        }
        let notice = self.read_notice(row)?;
        match notice.status {
            NoticeStatus::Handed => return Ok(Scan::Already(notice)),
            _ if notice.void => return Ok(Scan::Void(notice)),
            NoticeStatus::Made => {}
            _ => return Ok(Scan::Over(notice)),
        }
        let event = self.notice_event("handed", place, reference.number(), "");
        let from = (NoticeStatus::Made.code(), NoticeStatus::Handed.code());
        if self.store.change_notice(from, &event).await? {
            Ok(Scan::Handed(notice))
        } else {
            Ok(Scan::Already(notice))
        }
    }

    /// Takes a handing over back: the wrong notice was scanned. `false` when it was not recorded as handed there.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn take_back(&self, place: &str, reference: Reference) -> Result<bool, FollowError> {
        self.open_place(place).await?;
        let here = self
            .store
            .notice(reference.number())
            .await?
            .is_some_and(|row| row.place == place);
        let event = self.notice_event("taken_back", place, reference.number(), "");
        let from = (NoticeStatus::Handed.code(), NoticeStatus::Made.code());
        Ok(here && self.store.change_notice(from, &event).await?)
    }

    /// Notices of a place in a status, in order of names.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn notices_at(&self, place: &str, status: NoticeStatus) -> Result<Vec<Notice>, FollowError> {
        let rows = self.store.notices_at(place, status.code()).await?;
        let mut notices: Vec<Notice> = rows
            .into_iter()
            .map(|row| self.read_notice(row))
            .collect::<Result<_, _>>()?;
        notices.sort_by_cached_key(|notice| (isoloir_domain::names::normal(&notice.name), notice.reference));
        Ok(notices)
    }

    /// Ends the handing over at a place: what nobody took is undelivered. Gives how many.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn close_place(&self, place: &str) -> Result<u64, FollowError> {
        self.open_place(place).await?;
        let event = self.notice_event("closed", place, 0, "");
        let closed = self.store.close_place(&event).await?;
        closed.ok_or_else(|| FollowError::Closed(place.to_owned()))
    }

    /// Records that the undelivered notices of a place are destroyed, in front of witnesses; gives them, for the certificate.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn destroy_undelivered(&self, place: &str, witnesses: &[String]) -> Result<u64, FollowError> {
        if witnesses.len() < 2 {
            return Err(FollowError::Witnesses);
        }
        if !place.is_empty() && self.delivery_place(place).await?.closed.is_none() {
            return Err(FollowError::Open(place.to_owned()));
        }
        let names = witnesses.join("\n");
        let event = self.notice_event("destroyed", place, 0, &names);
        let from = [NoticeStatus::Undelivered.code()];
        Ok(self
            .store
            .change_notices_at((&from, NoticeStatus::Destroyed.code()), &event)
            .await?)
    }

    /// When notices of a place were last destroyed, and in front of whom.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn destruction(&self, place: &str) -> Result<Option<(Timestamp, Vec<String>)>, FollowError> {
        let last = self.store.last_event(place, "destroyed").await?;
        last.map(|(at, names)| Ok((second(at)?, names.lines().map(str::to_owned).collect())))
            .transpose()
    }

    /// Records that the notices without a place are posted; gives how many.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn post_notices(&self) -> Result<u64, FollowError> {
        let event = self.notice_event("posted", "", 0, "");
        let from = [NoticeStatus::Made.code()];
        Ok(self
            .store
            .change_notices_at((&from, NoticeStatus::Posted.code()), &event)
            .await?)
    }

    /// Records that a posted notice came back (*pli non distribué*). `None` for no such notice, `false` when it was not under way.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn came_back(&self, reference: Reference) -> Result<Option<bool>, FollowError> {
        let Some(row) = self.store.notice(reference.number()).await? else {
            return Ok(None);
        };
        let event = self.notice_event("undelivered", &row.place, reference.number(), "");
        let status = NoticeStatus::read(&row.status)?;
        if !matches!(status, NoticeStatus::Made | NoticeStatus::Posted) {
            return Ok(Some(false));
        }
        let change = (status.code(), NoticeStatus::Undelivered.code());
        Ok(Some(self.store.change_notice(change, &event).await?))
    }

    /// Some thousand notices of complete files after a reference, in order; all of them by and by.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn notices_after(&self, after: Option<Reference>) -> Result<Vec<Notice>, FollowError> {
        let rows = self.store.page_of_notices(after.map_or(0, Reference::number)).await?;
        rows.into_iter().map(|row| self.read_notice(row)).collect()
    }

    /// The places that hand over.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn delivery_places(&self) -> Result<Vec<DeliveryPlace>, FollowError> {
        self.store.places().await?.into_iter().map(read_place).collect()
    }

    /// One place.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn delivery_place(&self, code: &str) -> Result<DeliveryPlace, FollowError> {
        let row = self.store.place(code).await?;
        read_place(row.ok_or_else(|| FollowError::UnknownPlace(code.to_owned()))?)
    }

    /// Counts, place by place; the post first.
    ///
    /// # Errors
    /// See [`FollowError`].
    pub async fn notice_counts(&self) -> Result<Vec<PlaceCounts>, FollowError> {
        let mut all: Vec<PlaceCounts> = Vec::new();
        for row in self.store.notice_counts().await? {
            add_count(&mut all, row)?;
        }
        Ok(all)
    }

    async fn open_place(&self, code: &str) -> Result<DeliveryPlace, FollowError> {
        let place = self.delivery_place(code).await?;
        match place.closed {
            Some(_) => Err(FollowError::Closed(code.to_owned())),
            None => Ok(place),
        }
    }

    fn read_notice(&self, row: NoticeRow) -> Result<Notice, FollowError> {
        let voter = uuid::Uuid::from_slice(&row.voter).ok();
        let voter: VoterId = voter
            .and_then(|uuid| uuid.to_string().parse().ok())
            .ok_or(FollowError::Damaged("a voter's identifier"))?;
        let name = self.keys.open(&name_place(voter), &row.name);
        let name = name.ok_or(FollowError::Damaged("a sealed name"))?;
        Ok(Notice {
            reference: Reference::of(row.number).ok_or(FollowError::Damaged("a reference"))?,
            name: String::from_utf8_lossy(&name).into_owned(),
            place: row.place,
            file: (row.file, row.page),
            status: NoticeStatus::read(&row.status)?,
            since: second(row.changed_at)?,
            void: row.void != 0,
        })
    }
}

fn add_count(all: &mut Vec<PlaceCounts>, row: CountRow) -> Result<(), FollowError> {
    let place = Some(Place {
        code: row.place,
        name: row.name,
    })
    .filter(|place| !place.code.is_empty());
    if all.last().is_none_or(|last| last.place != place) {
        all.push(PlaceCounts {
            place,
            closed: row.closed_at.map(second).transpose()?,
            valid: Vec::new(),
            void: Vec::new(),
        });
    }
    let count = (NoticeStatus::read(&row.status)?, u64::try_from(row.count).unwrap_or(0));
    if let Some(last) = all.last_mut() {
        if row.void == 0 { &mut last.valid } else { &mut last.void }.push(count);
    }
    Ok(())
}

fn read_place(row: PlaceRow) -> Result<DeliveryPlace, FollowError> {
    Ok(DeliveryPlace {
        place: Place {
            code: row.code,
            name: row.name,
        },
        closed: row.closed_at.map(second).transpose()?,
        organiser: row.organiser,
        consultation: row.consultation,
    })
}

fn second(at: i64) -> Result<Timestamp, FollowError> {
    Timestamp::from_second(at).map_err(|_| FollowError::Damaged("an instant"))
}

/// What is stored of a token.
fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
