//! What is replayed: published elections, and proportional samples of them.

use std::fmt::Write as _;

/// One list of the real election.
#[derive(Debug, Clone, Copy)]
pub struct RealList {
    /// Sigle.
    pub acronym: &'static str,
    /// Name in full.
    pub name: &'static str,
    /// Published votes.
    pub votes: u32,
}

/// A published election (*scrutin publié*).
#[derive(Debug, Clone, Copy)]
pub struct Published {
    /// Name on the command line.
    pub name: &'static str,
    /// Title, in French.
    pub title: &'static str,
    /// Who organised it.
    pub organiser: &'static str,
    /// Seats to fill.
    pub seats: u32,
    /// Registered voters.
    pub registered: u32,
    /// Blank ballots: voters less valid votes.
    pub blank: u32,
    /// The lists.
    pub lists: &'static [RealList],
    /// Published seats, list by list.
    pub elected: &'static [u32],
    /// Published turnout, in hundredths of a percent.
    pub turnout: u32,
}

/// Comité social d’administration of the Corsica académie, December 2022. Votes, registered and turnout as published; the 80 blank
/// or void ballots follow from 69.41 % of 5,080 (3,526 voters) against 3,446 valid votes.
pub const CORSE_2022: Published = Published {
    name: "corse-2022",
    title: "Comité social d’administration de l’académie de Corse",
    organiser: "Académie de Corse (scrutin de décembre 2022 rejoué, électeurs synthétiques)",
    seats: 10,
    registered: 5080,
    blank: 80,
    lists: &[
        RealList {
            acronym: "STC",
            name: "Sindicatu di i travagliadori corsi (STC)",
            votes: 1015,
        },
        RealList {
            acronym: "FSU",
            name: "Fédération syndicale unitaire (FSU)",
            votes: 956,
        },
        RealList {
            acronym: "SNALC",
            name: "Syndicat national des lycées, collèges, écoles et du supérieur (SNALC)",
            votes: 905,
        },
        RealList {
            acronym: "UNSA",
            name: "UNSA Éducation",
            votes: 201,
        },
        RealList {
            acronym: "FO",
            name: "Force ouvrière (FO)",
            votes: 134,
        },
        RealList {
            acronym: "CFDT",
            name: "CFDT Éducation",
            votes: 126,
        },
        RealList {
            acronym: "CGT",
            name: "CGT Éduc’action",
            votes: 109,
        },
    ],
    elected: &[4, 3, 3, 0, 0, 0, 0],
    turnout: 6941,
};

/// What is really played: the published election or a sample of it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The source.
    pub published: Published,
    /// Registered voters.
    pub registered: u32,
    /// Blank ballots.
    pub blank: u32,
    /// Votes of each list, in order.
    pub votes: Vec<u32>,
}

/// A sample smaller than this cannot keep every list and the blank ballots.
#[derive(Debug, thiserror::Error)]
#[error("a sample of {published} takes from {least} to {most} voters")]
pub struct SampleError {
    published: &'static str,
    least: u32,
    most: u32,
}

impl Scenario {
    /// The published election itself.
    #[must_use]
    pub fn whole(published: Published) -> Self {
        let votes = published.lists.iter().map(|list| list.votes).collect();
        Self {
            published,
            registered: published.registered,
            blank: published.blank,
            votes,
        }
    }

    /// A sample of `voters` voters in the published proportions, by largest remainder; every list and the blank keep a ballot.
    ///
    /// # Errors
    /// When `voters` is fewer than the choices or more than voted.
    pub fn sample(published: Published, voters: u32) -> Result<Self, SampleError> {
        let mut choices = vec![published.blank];
        choices.extend(published.lists.iter().map(|list| list.votes));
        let all: u32 = choices.iter().sum();
        let least = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        if voters < least || voters > all {
            return Err(SampleError {
                published: published.name,
                least,
                most: all,
            });
        }
        let mut shares = apportion(&choices, voters);
        lift_empty(&mut shares);
        let blank = shares.remove(0);
        let registered = u64::from(voters) * u64::from(published.registered) + u64::from(all) / 2;
        let registered = u32::try_from(registered / u64::from(all))
            .unwrap_or(u32::MAX)
            .max(voters);
        Ok(Self {
            published,
            registered,
            blank,
            votes: shares,
        })
    }

    /// Ballots to cast.
    #[must_use]
    pub fn voters(&self) -> u32 {
        self.blank + self.votes.iter().sum::<u32>()
    }

    /// Whether this is the published election, whose published outcome must come out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.voters() == Self::whole(self.published).voters()
    }

    /// Turnout in hundredths of a percent, rounded: voters by registered.
    #[must_use]
    pub fn turnout(&self) -> u32 {
        let registered = u64::from(self.registered.max(1));
        u32::try_from((u64::from(self.voters()) * 10_000 + registered / 2) / registered).unwrap_or(u32::MAX)
    }

    /// The choice of each voter, in roll order: 0 is blank, `n` the n-th list; `None` abstains.
    #[must_use]
    pub fn choices(&self) -> Vec<Option<u32>> {
        let mut choices = Vec::new();
        for (choice, votes) in (0..).zip(std::iter::once(&self.blank).chain(&self.votes)) {
            choices.extend(std::iter::repeat_n(Some(choice), usize::try_from(*votes).unwrap_or(0)));
        }
        choices.resize(usize::try_from(self.registered).unwrap_or(0), None);
        choices
    }

    /// `consultation.toml`, in the `test` profile: a rehearsal closes when it has voted, not at a date.
    #[must_use]
    pub fn consultation_toml(&self, group: &str, opens: &str, closes: &str) -> String {
        format!(
            "format = 1\nid = \"{name}\"\ntitle = \"{title}\"\norganiser = \"{organiser}\"\nprofile = \"test\"\ngroup = \"{group}\"\n\
             opens = \"{opens}\"\ncloses = \"{closes}\"\nlive_box = false\n\n\
             [[elections]]\nkey = \"csa\"\ntitle = \"{title}\"\nseats = {seats}\n",
            name = self.published.name,
            title = self.published.title,
            organiser = self.published.organiser,
            seats = self.published.seats,
        )
    }

    /// `roll.csv`: synthetic people, no real one.
    #[must_use]
    pub fn roll_csv(&self) -> String {
        let mut csv = String::from("matricule;nom;prenom;courriel;scrutin\n");
        for number in 1..=self.registered {
            let _ = writeln!(csv, "E{number:06};Électeur {number};Fictif;{};csa", email(number));
        }
        csv
    }

    /// `lists.csv`: the real lists, synthetic candidates, twice as many as seats.
    #[must_use]
    pub fn lists_csv(&self) -> String {
        let mut csv = String::from("scrutin;liste;sigle;rang;nom;prenom;sexe\n");
        for list in self.published.lists {
            for rank in 1..=self.published.seats * 2 {
                let sex = if rank % 2 == 1 { "F" } else { "H" };
                let _ = writeln!(
                    csv,
                    "csa;{};{};{rank};Candidature {rank};{};{sex}",
                    list.name, list.acronym, list.acronym
                );
            }
        }
        csv
    }
}

/// Address of the synthetic voter with this number in the roll, from 1.
#[must_use]
pub fn email(number: u32) -> String {
    format!("electeur{number:06}@rehearsal.example")
}

/// Hamilton's method: quotas, then the largest remainders, first come first served among equals.
fn apportion(weights: &[u32], total: u32) -> Vec<u32> {
    let sum: u64 = weights.iter().map(|w| u64::from(*w)).sum::<u64>().max(1);
    let exact = |weight: u32| u64::from(weight) * u64::from(total);
    let mut shares: Vec<u32> = weights
        .iter()
        .map(|w| u32::try_from(exact(*w) / sum).unwrap_or(u32::MAX))
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(weights.get(*i).map_or(0, |w| exact(*w) % sum)));
    let missing = total - shares.iter().sum::<u32>();
    for index in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    shares
}

/// Gives one ballot to each empty choice, taken from the largest.
fn lift_empty(shares: &mut [u32]) {
    while shares.contains(&0) {
        if let Some(largest) = shares.iter_mut().max_by_key(|share| **share) {
            *largest -= 1;
        }
        if let Some(empty) = shares.iter_mut().find(|share| **share == 0) {
            *empty += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_figures_agree_with_each_other() {
        let whole = Scenario::whole(CORSE_2022);
        assert_eq!(whole.voters(), 3526);
        assert_eq!(whole.turnout(), CORSE_2022.turnout);
        assert_eq!(whole.choices().len(), 5080);
        assert_eq!(CORSE_2022.elected.iter().sum::<u32>(), CORSE_2022.seats);
    }

    #[test]
    fn a_sample_keeps_the_proportions_and_every_choice() {
        for voters in [8, 9, 40, 100, 3526] {
            let sample = Scenario::sample(CORSE_2022, voters).unwrap();
            assert_eq!(sample.voters(), voters);
            assert!(sample.blank > 0 && sample.votes.iter().all(|v| *v > 0), "{sample:?}");
            assert!(sample.registered >= voters);
            let choices = sample.choices();
            assert_eq!(choices.iter().flatten().count(), voters as usize);
        }
        let sample = Scenario::sample(CORSE_2022, 3526).unwrap();
        assert!(sample.is_whole() && sample.registered == 5080 && sample.blank == 80);
        assert!(Scenario::sample(CORSE_2022, 7).is_err());
        assert!(Scenario::sample(CORSE_2022, 3527).is_err());
    }
}
