//! The identity by which FranceConnect knows a person (*identité pivot*), made comparable with what the roll says: birth name, first given
//! name, sex, date and place of birth.
//!
//! Two readings of one person differ in accents, hyphens, and in how many given names they hold. Only the first given name counts, and where a
//! text does not tell where it ends (`JEAN PIERRE`), every way to read it does. Nothing is compared by likeness: what is not equal in normal
//! form is another person.

use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::election::Sex;
use crate::names::normal;

/// Most ways to read the first given name: nobody has a longer one.
const READINGS: usize = 4;
/// Official code of France as a country of birth.
const FRANCE: &str = "99100";

/// What is wrong with an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PivotError {
    /// No birth name, or one without a letter.
    #[error("no birth name")]
    BirthName,
    /// No given name, or one without a letter.
    #[error("no given name")]
    GivenNames,
    /// Neither female nor male.
    #[error("no sex")]
    Sex,
    /// Not a date, nor a year or month of birth.
    #[error("no date of birth")]
    BirthDate,
    /// Not the five characters of a French municipality.
    #[error("no official code of a municipality")]
    Birthplace,
    /// Not the five digits of a country.
    #[error("no official code of a country")]
    BirthCountry,
}

/// Given names, as the source has them.
#[derive(Debug, Clone, Copy)]
pub enum GivenNames<'a> {
    /// In one text: commas separate where there are some; otherwise spaces do, or belong to the first name.
    Text(&'a str),
    /// One by one: the first is the first given name, whole.
    List(&'a [String]),
}

/// What a source says of a person.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Family name at birth.
    pub birth_name: &'a str,
    /// Given names.
    pub given_names: GivenNames<'a>,
    /// Sex of the civil register.
    pub sex: Option<Sex>,
    /// `YYYY-MM-DD` or `DD/MM/YYYY`; `00`, or nothing, where month or day are not known.
    pub birth_date: &'a str,
    /// Five characters of the official code (INSEE) of the municipality; not looked at for somebody born abroad.
    pub birthplace: &'a str,
    /// Five digits of the official code of the country: 99100 is France.
    pub birth_country: &'a str,
}

/// An identity, in normal form. It is compared and forgotten: neither shown nor stored, hence without `Debug`.
pub struct Pivot {
    first_names: Vec<String>,
    rest: Zeroizing<String>,
}

impl Pivot {
    /// Brings what a source says into normal form.
    ///
    /// # Errors
    /// [`PivotError`]: the first thing that is wrong.
    pub fn read(said: &Said<'_>) -> Result<Self, PivotError> {
        let birth_name = normal(said.birth_name);
        if birth_name.is_empty() {
            return Err(PivotError::BirthName);
        }
        let first_names = first_names(said.given_names)?;
        let sex = said.sex.ok_or(PivotError::Sex)?;
        let date = birth_date(said.birth_date).ok_or(PivotError::BirthDate)?;
        let place = birthplace(said.birthplace.trim(), said.birth_country.trim())?;
        Ok(Self {
            first_names,
            rest: Zeroizing::new(format!("{birth_name}|{}|{date}|{place}", sex.letter())),
        })
    }

    /// One text for each way to read the first given name. Two sources mean the same person when they have a text in common.
    pub fn texts(&self) -> impl Iterator<Item = Zeroizing<String>> {
        self.first_names
            .iter()
            .map(|first| Zeroizing::new(format!("1|{first}|{}", *self.rest)))
    }
}

/// `Jean-Pierre Marie` begins with `jean pierre` or with `jean pierre marie`, never with `jean`: a hyphen holds a name together. A list, or a
/// text with commas, tells where the first name ends.
fn first_names(given: GivenNames<'_>) -> Result<Vec<String>, PivotError> {
    let first = |text: &str| Some(normal(text)).filter(|name| !name.is_empty());
    let readings = match given {
        GivenNames::List(names) => names.first().and_then(|name| first(name)).into_iter().collect(),
        GivenNames::Text(text) => match text.split_once(',') {
            Some((before, _)) => first(before).into_iter().collect(),
            None => readings(text),
        },
    };
    if readings.is_empty() {
        Err(PivotError::GivenNames)
    } else {
        Ok(readings)
    }
}

fn readings(text: &str) -> Vec<String> {
    let mut readings: Vec<String> = Vec::new();
    for word in text.split_whitespace().map(normal).filter(|word| !word.is_empty()) {
        let longer = readings
            .last()
            .map_or_else(|| word.clone(), |before| format!("{before} {word}"));
        readings.push(longer);
        if readings.len() == READINGS {
            break;
        }
    }
    readings
}

/// `YYYY-MM-DD`. Who does not know the day or the month of birth (*né présumé*) is written down as born on the first: `1950-00-00`, `1950` and
/// `1950-01-01` are one date.
fn birth_date(text: &str) -> Option<String> {
    let text = text.trim();
    let parts: Vec<&str> = if text.contains('/') {
        text.split('/').rev().collect()
    } else {
        text.split('-').collect()
    };
    let (year, month, day) = match *parts.as_slice() {
        [year] => (year, "00", "00"),
        [year, month] => (year, month, "00"),
        [year, month, day] => (year, month, day),
        _ => return None,
    };
    let number = |text: &str, digits: usize| {
        let sound = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| text.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    if month == 0 && day != 0 {
        return None;
    }
    let at_least_one = |number: i16| i8::try_from(number.max(1)).ok();
    let date = Date::new(year, at_least_one(month)?, at_least_one(day)?).ok()?;
    (1850..=2100).contains(&year).then(|| date.to_string())
}

fn birthplace(place: &str, country: &str) -> Result<String, PivotError> {
    let is_country = country.len() == 5 && country.starts_with("99") && country.bytes().all(|b| b.is_ascii_digit());
    if !is_country {
        return Err(PivotError::BirthCountry);
    }
    if country != FRANCE {
        return Ok(country.to_owned());
    }
    // 75056, 2A004, 97411: a department, then a municipality.
    let place = place.to_ascii_uppercase();
    let sound = match place.as_bytes() {
        [b'2', b'A' | b'B', rest @ ..] => rest.len() == 3 && rest.iter().all(u8::is_ascii_digit),
        all => all.len() == 5 && all.iter().all(u8::is_ascii_digit),
    };
    if sound { Ok(place) } else { Err(PivotError::Birthplace) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Said<'_> = Said {
        birth_name: "D’Hérouville",
        given_names: GivenNames::Text("Anne Marie"),
        sex: Some(Sex::Female),
        birth_date: "1980-02-29",
        birthplace: "2a004",
        birth_country: "99100",
    };

    fn texts(said: Said<'_>) -> Vec<String> {
        let texts: Vec<String> = Pivot::read(&said)
            .unwrap()
            .texts()
            .map(|text| text.to_string())
            .collect();
        assert!(!texts.is_empty());
        texts
    }

    fn same(one: Said<'_>, other: Said<'_>) -> bool {
        let others = texts(other);
        texts(one).iter().any(|text| others.contains(text))
    }

    #[test]
    fn writing_does_not_count() {
        let shouted = Said {
            birth_name: "D HEROUVILLE",
            given_names: GivenNames::Text("ANNE, MARIE"),
            birth_date: "29/02/1980",
            birthplace: "2A004",
            ..SAID
        };
        assert!(same(SAID, shouted));
        let others = [
            Said {
                birth_name: "Hérouville",
                ..SAID
            },
            Said {
                sex: Some(Sex::Male),
                ..SAID
            },
            Said {
                birth_date: "1980-02-28",
                ..SAID
            },
            Said {
                birthplace: "2B004",
                ..SAID
            },
            Said {
                birth_country: "99109",
                ..SAID
            },
        ];
        assert!(others.into_iter().all(|other| !same(SAID, other)));
    }

    #[test]
    fn the_first_given_name_is_whole_and_the_others_do_not_count() {
        let roll = |text| Said {
            given_names: GivenNames::Text(text),
            ..SAID
        };
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>();
        let provider = |names: &[&str], text| {
            let names = list(names);
            same(
                roll(text),
                Said {
                    given_names: GivenNames::List(&names),
                    ..SAID
                },
            )
        };
        // A roll with the first name alone, with more, with the compound written without its hyphen.
        assert!(provider(&["Jean", "Pierre", "Marie"], "Jean"));
        assert!(provider(&["Jean", "Luc"], "Jean Pierre"));
        assert!(provider(&["Jean-Pierre", "Marie"], "JEAN PIERRE"));
        assert!(provider(&["Jean-Pierre"], "Jean-Pierre Marie"));
        assert!(provider(&["Jean"], "Jean, Pierre"));
        // A compound is not its first half, nor the other way round.
        assert!(!provider(&["Jean"], "Jean-Pierre"));
        assert!(!provider(&["Jean-Pierre"], "Jean"));
        assert!(!provider(&["Jean-Pierre"], "Jean, Pierre"));
        assert!(!provider(&["Pierre", "Jean"], "Jean Pierre"));
        // A provider that gives one text only.
        assert!(same(roll("Jean-Pierre"), roll("Jean-Pierre Marie")) && !same(roll("Jean"), roll("Jean-Pierre")));
        assert_eq!(texts(roll("A B C D E F")).len(), READINGS);
    }

    #[test]
    fn an_unknown_day_is_the_first() {
        let born = |date| Said {
            birth_date: date,
            ..SAID
        };
        for date in [
            "1950",
            "1950-00-00",
            "1950-01-01",
            "00/00/1950",
            "1950-01-00",
            "1950-01",
        ] {
            assert!(same(born("1950-01-01"), born(date)), "{date}");
        }
        assert!(same(born("1950-07-00"), born("01/07/1950")) && !same(born("1950-07-01"), born("1950")));
        for wrong in [
            "",
            "50-01-01",
            "1950-13-01",
            "1950-02-30",
            "1950-00-12",
            "1950-1-1",
            "01-01-1950",
            "1950-01-01-01",
            "+950-01-01",
            "0950-01-01",
        ] {
            assert_eq!(Pivot::read(&born(wrong)).err(), Some(PivotError::BirthDate), "{wrong}");
        }
    }

    #[test]
    fn abroad_the_place_does_not_count_and_what_is_missing_is_named() {
        let abroad = |place| Said {
            birth_country: "99109",
            birthplace: place,
            ..SAID
        };
        assert!(same(abroad(""), abroad("99109")));
        let wrong = |said: Said<'_>| Pivot::read(&said).err();
        assert_eq!(wrong(Said { birthplace: "", ..SAID }), Some(PivotError::Birthplace));
        assert_eq!(
            wrong(Said {
                birthplace: "Ajaccio",
                ..SAID
            }),
            Some(PivotError::Birthplace)
        );
        assert_eq!(
            wrong(Said {
                birth_country: "FR",
                ..SAID
            }),
            Some(PivotError::BirthCountry)
        );
        assert_eq!(
            wrong(Said {
                birth_name: " - ",
                ..SAID
            }),
            Some(PivotError::BirthName)
        );
        assert_eq!(
            wrong(Said {
                given_names: GivenNames::List(&[]),
                ..SAID
            }),
            Some(PivotError::GivenNames)
        );
        assert_eq!(
            wrong(Said {
                given_names: GivenNames::Text(", Anne"),
                ..SAID
            }),
            Some(PivotError::GivenNames)
        );
        assert_eq!(wrong(Said { sex: None, ..SAID }), Some(PivotError::Sex));
    }
}
