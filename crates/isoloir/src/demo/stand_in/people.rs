//! The invented people that the stand-in vouches for: those of the demonstration's roll, and one who is on none.

use isoloir_domain::names::normal;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A row of the roll, as far as it matters here.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub(super) struct Person {
    nom: String,
    prenom: String,
    nom_naissance: String,
    prenoms: String,
    sexe: String,
    date_naissance: String,
    lieu_naissance: String,
    pays_naissance: String,
}

/// Everyone on the roll who has an identity, once, and a person whom it does not name.
pub(super) fn of_roll(roll: &[u8]) -> anyhow::Result<Vec<Person>> {
    let mut people: Vec<Person> = Vec::new();
    for row in csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(roll)
        .deserialize()
    {
        let person: Person = row?;
        if !person.nom_naissance.is_empty() && !people.contains(&person) {
            people.push(person);
        }
    }
    people.push(Person {
        nom: "Personne".to_owned(),
        prenom: "Claude".to_owned(),
        nom_naissance: "Personne".to_owned(),
        prenoms: "Claude".to_owned(),
        sexe: "F".to_owned(),
        date_naissance: "1970-06-15".to_owned(),
        lieu_naissance: "31555".to_owned(),
        pays_naissance: "99100".to_owned(),
    });
    Ok(people)
}

impl Person {
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.prenom, self.nom)
    }

    /// The mailbox that the stand-in knows, other than the professional one.
    pub(super) fn email(&self) -> String {
        let part = |text: &str| normal(text).replace(' ', "-");
        format!("{}.{}@messagerie.example", part(&self.prenom), part(&self.nom))
    }

    /// In the form of FranceConnect's: 64 hexadecimal digits and `v1`.
    pub(super) fn subject(&self) -> String {
        let identity = format!("{}|{}|{}", self.nom_naissance, self.prenoms, self.date_naissance);
        format!("{}v1", hex::encode(Sha256::digest(format!("{identity}|{}", self.nom))))
    }

    /// The claims of the user info (*identité pivot*), in capitals as the civil register has them.
    pub(super) fn claims(&self, issuer: &str, audience: &str, now: Timestamp) -> Value {
        let given: Vec<String> = self
            .prenoms
            .split([' ', ','])
            .filter(|name| !name.is_empty())
            .map(str::to_uppercase)
            .collect();
        let birth_date = match self.date_naissance.split('/').collect::<Vec<_>>().as_slice() {
            [day, month, year] => format!("{year}-{month}-{day}"),
            _ => self.date_naissance.clone(),
        };
        json!({
            "iss": issuer, "aud": audience, "sub": self.subject(), "iat": now.as_second(), "exp": now.as_second() + 60,
            "family_name": self.nom_naissance.to_uppercase(), "given_name": given.join(" "), "given_name_array": given,
            "gender": if self.sexe == "F" { "female" } else { "male" }, "birthdate": birth_date,
            "birthplace": self.lieu_naissance, "birthcountry": self.pays_naissance,
            "email": self.email(), "preferred_username": self.nom.to_uppercase(),
        })
    }
}
