//! The election board (*bureau de vote électronique*, BVE), and the centralising board of several elections: who sits, who replaces whom,
//! which place of the key each holds.
//!
//! CGFP, art. R. 211-536 and R. 211-537: a president and a secretary of the authority, one delegate and one substitute for each list. Art.
//! R. 211-545 and R. 211-546: president and secretary hold a share each, delegates and substitutes two thirds of the shares at least, nobody
//! more than two; a substitute holds the delegate's share and uses it only when replacing. Here everybody holds one share; a substitute holds
//! the delegate's own place of the key, so that both together count once.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::message::Message;

/// An election board, as the organiser's decision composes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Short key, in addresses: `csa`.
    pub key: String,
    /// Title in French: `BVE du CSA`.
    pub title: String,
    /// Keys of the elections that it decrypts; several for a centralising board.
    pub elections: Vec<String>,
    /// Named by the authority.
    pub president: Person,
    /// Named by the authority.
    pub secretary: Person,
    /// One for each list, or for several common ones.
    pub delegates: Vec<Delegate>,
}

/// A member of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Given and family name.
    pub name: String,
    /// Professional mail address, with which one signs in.
    pub email: String,
    /// Mobile number for alerts, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A list's delegate, with the substitute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegate {
    /// Sigle of the list.
    pub list: String,
    /// Given and family name.
    pub name: String,
    /// Professional mail address, with which one signs in.
    pub email: String,
    /// Mobile number for alerts, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Who replaces the delegate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<Person>,
}

/// Delegates whom count and seal need (R. 211-552, R. 211-573).
pub const DELEGATES_NEEDED: u32 = 2;
/// Fewest delegates and substitutes together, who then hold two thirds of the shares beside president and secretary (R. 211-545).
const FEWEST_OF_LISTS: usize = 4;
/// More seats than a ceremony in one room can hold.
const MOST_DELEGATES: usize = 30;

/// A seat of a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Seat {
    /// *Président*.
    President,
    /// *Secrétaire*.
    Secretary,
    /// *Délégué* of the list with this rank, from 1.
    Delegate(u32),
    /// *Suppléant* of the delegate with this rank, from 1.
    Substitute(u32),
}

/// A part of the board's key: all parts are needed, of each a threshold of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// President and secretary: one of two.
    Administration,
    /// The delegates: two of them.
    Delegates,
}

impl Item {
    /// Both, in the order of the key.
    pub const ALL: [Self; 2] = [Self::Administration, Self::Delegates];

    /// How many of its members must decrypt.
    #[must_use]
    pub const fn threshold(self) -> u32 {
        match self {
            Self::Administration => 1,
            Self::Delegates => DELEGATES_NEEDED,
        }
    }

    /// Number of its first member, through both.
    #[must_use]
    pub const fn first_owner(self) -> u32 {
        match self {
            Self::Administration => 1,
            Self::Delegates => 3,
        }
    }
}

impl Seat {
    /// The part of the key in which the seat has its place.
    #[must_use]
    pub const fn item(self) -> Item {
        match self {
            Self::President | Self::Secretary => Item::Administration,
            Self::Delegate(_) | Self::Substitute(_) => Item::Delegates,
        }
    }

    /// The place in that part, from 1. A substitute has the delegate's.
    #[must_use]
    pub const fn index(self) -> u32 {
        match self {
            Self::President => 1,
            Self::Secretary => 2,
            Self::Delegate(rank) | Self::Substitute(rank) => rank,
        }
    }

    /// The place through both parts, from 1: the `owner` of the archive.
    #[must_use]
    pub const fn owner(self) -> u32 {
        self.item().first_owner() + self.index() - 1
    }

    /// Whether the seat was made by the authority, and directs the others.
    #[must_use]
    pub const fn is_of_authority(self) -> bool {
        matches!(self, Self::President | Self::Secretary)
    }

    /// Whether the seat replaces another.
    #[must_use]
    pub const fn is_substitute(self) -> bool {
        matches!(self, Self::Substitute(_))
    }
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::President => f.write_str("president"),
            Self::Secretary => f.write_str("secretary"),
            Self::Delegate(rank) => write!(f, "delegate-{rank}"),
            Self::Substitute(rank) => write!(f, "substitute-{rank}"),
        }
    }
}

/// The text names no seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seat is president, secretary, delegate-N or substitute-N")]
pub struct UnknownSeat;

impl FromStr for Seat {
    type Err = UnknownSeat;
    fn from_str(text: &str) -> Result<Self, UnknownSeat> {
        let rank = |digits: &str| match digits.parse() {
            Ok(rank) if rank > 0 && format!("{rank}") == digits => Ok(rank),
            _ => Err(UnknownSeat),
        };
        match text.split_once('-') {
            None if text == "president" => Ok(Self::President),
            None if text == "secretary" => Ok(Self::Secretary),
            Some(("delegate", digits)) => rank(digits).map(Self::Delegate),
            Some(("substitute", digits)) => rank(digits).map(Self::Substitute),
            _ => Err(UnknownSeat),
        }
    }
}

impl TryFrom<String> for Seat {
    type Error = UnknownSeat;
    fn try_from(text: String) -> Result<Self, UnknownSeat> {
        text.parse()
    }
}

impl From<Seat> for String {
    fn from(seat: Seat) -> Self {
        seat.to_string()
    }
}

/// A seat with who sits there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    /// The seat.
    pub seat: Seat,
    /// Given and family name.
    pub name: &'a str,
    /// Professional mail address.
    pub email: &'a str,
    /// Mobile number for alerts.
    pub phone: Option<&'a str>,
    /// Sigle of the list, for delegates and substitutes.
    pub list: Option<&'a str>,
}

/// Why a board cannot sit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
    /// The key is not usable in an address.
    #[error("the key {0:?} has other characters than a-z, 0-9 and -")]
    Key(String),
    /// A title, sigle, name or address is empty, or holds a line break.
    #[error("a title, sigle, name or address is empty or holds a line break")]
    Text,
    /// It decrypts nothing, or an election twice.
    #[error("elections: at least one, each once")]
    Elections,
    /// No mobile number.
    #[error("{0:?} is no mobile number")]
    Phone(String),
    /// Somebody sits twice.
    #[error("{0} sits twice")]
    Twice(String),
    /// Two delegates of one list.
    #[error("list {0} has two delegates")]
    ListTwice(String),
    /// The count needs two delegates.
    #[error("a board has two delegates at least (R. 211-573), and thirty at most")]
    Delegates,
    /// Delegates and substitutes hold less than two thirds of the shares.
    #[error(
        "delegates and substitutes hold {delegates} of {all} shares: less than two thirds (R. 211-545); name substitutes or more delegates"
    )]
    TwoThirds {
        /// Theirs.
        delegates: usize,
        /// Everybody's.
        all: usize,
    },
}

impl BoardError {
    /// What the organiser reads.
    #[must_use]
    pub fn message(&self) -> Message {
        let fr = match self {
            Self::Key(key) => format!("la clé «\u{a0}{key}\u{a0}» a d’autres caractères que a-z, 0-9 et -"),
            Self::Text => "un titre, un sigle, un nom ou une adresse est vide ou tient sur plusieurs lignes".to_owned(),
            Self::Elections => "au moins un scrutin, chacun une fois".to_owned(),
            Self::Phone(phone) => format!("«\u{a0}{phone}\u{a0}» n’est pas un numéro de mobile"),
            Self::Twice(name) => format!("{name} siège deux fois"),
            Self::ListTwice(list) => format!("la liste {list} a deux délégués"),
            Self::Delegates => "un bureau a deux délégués au moins (R. 211-573) et trente au plus".to_owned(),
            Self::TwoThirds { delegates, all } => format!(
                "délégués et suppléants détiennent {delegates} parts sur {all}, moins des deux tiers (R. 211-545)\u{a0}: nommez des suppléants ou d’autres délégués"
            ),
        };
        Message::new(fr, self.to_string())
    }
}

impl Board {
    /// Checks the composition and the shares.
    ///
    /// # Errors
    /// [`BoardError`].
    pub fn check(&self) -> Result<(), BoardError> {
        let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.key.is_empty() || self.key.len() > 40 || !self.key.chars().all(usable) {
            return Err(BoardError::Key(self.key.clone()));
        }
        let elections: HashSet<&String> = self.elections.iter().collect();
        if elections.is_empty() || elections.len() != self.elections.len() {
            return Err(BoardError::Elections);
        }
        self.check_people()?;
        let (delegates, all) = (self.members().len() - 2, self.members().len());
        if delegates < FEWEST_OF_LISTS {
            return Err(BoardError::TwoThirds { delegates, all });
        }
        Ok(())
    }

    fn check_people(&self) -> Result<(), BoardError> {
        let members = self.members();
        let people = members.iter().flat_map(|member| [member.name, member.email]);
        let lists = self.delegates.iter().map(|delegate| delegate.list.as_str());
        let mut texts = people.chain(lists).chain([self.title.as_str()]);
        if texts.any(|text| text.trim().is_empty() || text.chars().any(char::is_control)) {
            return Err(BoardError::Text);
        }
        let mut seen = HashSet::new();
        let twice = members.iter().find(|member| {
            let name = format!("n{}", crate::names::normal(member.name));
            let email = format!("e{}", member.email.trim().to_lowercase());
            !seen.insert(name) || !seen.insert(email)
        });
        if let Some(twice) = twice {
            return Err(BoardError::Twice(twice.name.to_owned()));
        }
        let mut lists = HashSet::new();
        if let Some(twice) = self.delegates.iter().find(|delegate| !lists.insert(&delegate.list)) {
            return Err(BoardError::ListTwice(twice.list.clone()));
        }
        let needed = usize::try_from(DELEGATES_NEEDED).unwrap_or(usize::MAX);
        if (needed..=MOST_DELEGATES).contains(&self.delegates.len()) {
            Ok(())
        } else {
            Err(BoardError::Delegates)
        }
    }

    /// Everybody: president, secretary, the delegates, then the substitutes.
    #[must_use]
    pub fn members(&self) -> Vec<Member<'_>> {
        fn of<'a>(seat: Seat, person: &'a Person, list: Option<&'a str>) -> Member<'a> {
            let (name, email) = (person.name.as_str(), person.email.as_str());
            Member {
                seat,
                name,
                email,
                phone: person.phone.as_deref(),
                list,
            }
        }
        let authority = [
            of(Seat::President, &self.president, None),
            of(Seat::Secretary, &self.secretary, None),
        ];
        let delegates = (1..).zip(&self.delegates).map(|(rank, delegate)| Member {
            seat: Seat::Delegate(rank),
            name: &delegate.name,
            email: &delegate.email,
            phone: delegate.phone.as_deref(),
            list: Some(&delegate.list),
        });
        let substitutes = (1..).zip(&self.delegates).filter_map(|(rank, delegate)| {
            let substitute = delegate.substitute.as_ref()?;
            Some(of(Seat::Substitute(rank), substitute, Some(&delegate.list)))
        });
        authority.into_iter().chain(delegates).chain(substitutes).collect()
    }

    /// Who sits there.
    #[must_use]
    pub fn member(&self, seat: Seat) -> Option<Member<'_>> {
        self.members().into_iter().find(|member| member.seat == seat)
    }

    /// The seat of whoever signs in with this address.
    #[must_use]
    pub fn seat_of(&self, email: &str) -> Option<Seat> {
        let email = email.trim().to_lowercase();
        let mut members = self.members().into_iter();
        members
            .find(|member| member.email.trim().to_lowercase() == email)
            .map(|member| member.seat)
    }

    /// How many hold a place in this part of the key.
    #[must_use]
    pub fn size(&self, item: Item) -> u32 {
        match item {
            Item::Administration => 2,
            Item::Delegates => u32::try_from(self.delegates.len()).unwrap_or(u32::MAX),
        }
    }

    /// The seats that hold the places of this part of the key, in order; substitutes are none of them.
    #[must_use]
    pub fn places(&self, item: Item) -> Vec<Seat> {
        let places = self.members().into_iter().map(|member| member.seat);
        places
            .filter(|seat| seat.item() == item && !seat.is_substitute())
            .collect()
    }

    /// Whether it centralises several elections (*bureau de centralisation*).
    #[must_use]
    pub fn is_centralising(&self) -> bool {
        self.elections.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Person {
        Person {
            name: name.to_owned(),
            email: format!("{}@a.example", crate::names::normal(name).replace(' ', ".")),
            phone: None,
        }
    }

    fn delegate(list: &str, substitute: Option<&str>) -> Delegate {
        let Person { name, email, phone } = person(&format!("Délégué {list}"));
        Delegate {
            list: list.to_owned(),
            name,
            email,
            phone,
            substitute: substitute.map(person),
        }
    }

    fn board(delegates: Vec<Delegate>) -> Board {
        Board {
            key: "csa".to_owned(),
            title: "BVE du CSA".to_owned(),
            elections: vec!["csa".to_owned()],
            president: person("Anne Roy"),
            secretary: person("Luc Petit"),
            delegates,
        }
    }

    #[test]
    fn two_thirds_of_the_shares_go_to_delegates_and_substitutes() {
        let two = board(vec![delegate("A", None), delegate("B", None)]);
        assert_eq!(two.check(), Err(BoardError::TwoThirds { delegates: 2, all: 4 }));
        let with_substitutes = board(vec![
            delegate("A", Some("Suppléante A")),
            delegate("B", Some("Suppléant B")),
        ]);
        assert_eq!(with_substitutes.check(), Ok(()));
        assert_eq!(
            board((0..4).map(|i| delegate(&i.to_string(), None)).collect()).check(),
            Ok(())
        );
        assert_eq!(
            board(vec![delegate("A", Some("Suppléante A"))]).check(),
            Err(BoardError::Delegates)
        );
    }

    #[test]
    fn nobody_sits_twice() {
        let four = || (0..4).map(|i| delegate(&i.to_string(), None)).collect::<Vec<_>>();
        let change = |alter: fn(&mut Board)| {
            let mut board = board(four());
            alter(&mut board);
            board.check()
        };
        let twice = |name: &str| Err(BoardError::Twice(name.to_owned()));
        assert_eq!(change(|b| b.delegates[3].name = "ANNE  ROY".into()), twice("ANNE  ROY"));
        assert_eq!(
            change(|b| b.delegates[3].email = "Anne.Roy@a.example".into()),
            twice("Délégué 3")
        );
        assert_eq!(
            change(|b| b.delegates[1].list = "0".into()),
            Err(BoardError::ListTwice("0".into()))
        );
        assert_eq!(change(|b| b.elections.push("csa".into())), Err(BoardError::Elections));
        assert_eq!(change(|b| b.elections.clear()), Err(BoardError::Elections));
        assert_eq!(change(|b| b.secretary.name = " ".into()), Err(BoardError::Text));
        assert_eq!(
            change(|b| b.key = "../csa".into()),
            Err(BoardError::Key("../csa".into()))
        );
        assert_eq!(change(|b| b.elections.push("cap".into())), Ok(()));
    }

    #[test]
    fn a_substitute_holds_the_delegates_place() {
        let board = board(vec![
            delegate("A", Some("Suppléante A")),
            delegate("B", Some("Suppléant B")),
        ]);
        assert_eq!(board.size(Item::Delegates), 2);
        assert_eq!(board.places(Item::Delegates), [Seat::Delegate(1), Seat::Delegate(2)]);
        assert_eq!(Seat::Substitute(2).owner(), Seat::Delegate(2).owner());
        assert_eq!(
            [
                Seat::President.owner(),
                Seat::Secretary.owner(),
                Seat::Delegate(1).owner()
            ],
            [1, 2, 3]
        );
        assert_eq!(board.seat_of(" Suppleant.B@a.example"), Some(Seat::Substitute(2)));
        for seat in board.members().iter().map(|member| member.seat) {
            assert_eq!(seat.to_string().parse(), Ok(seat));
        }
        for wrong in [
            "",
            "delegate-",
            "delegate-0",
            "delegate-01",
            "president-1",
            "substitute",
        ] {
            assert_eq!(wrong.parse::<Seat>(), Err(UnknownSeat), "{wrong}");
        }
    }
}
