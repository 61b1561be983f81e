//! What can be asked of the program.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use isoloir_protocol::{archive::EventHash, audit::Bilingual};

/// Vérifie l’archive publique d’un scrutin (fichier .bel) : forme, chaînage, clés, bulletins, dépouillement.
///
/// Code de sortie : 0 valide, 1 non valide, 2 lecture ou vérification impossible.
#[derive(Debug, Clone, Parser)]
#[command(name = "isoloir-verify", version)]
pub struct Args {
    /// L’archive à vérifier / archive to verify
    pub archive: PathBuf,
    /// Réponse en JSON / answer in JSON
    #[arg(long)]
    pub json: bool,
    /// Nombre de cœurs (tous par défaut) / number of cores (default: all)
    #[arg(long, value_name = "N")]
    pub jobs: Option<usize>,
    /// Copie antérieure : rien n’a-t-il disparu ni changé depuis ? / earlier copy: has anything gone or changed?
    #[arg(long, value_name = "ANCIENNE.bel")]
    pub since: Option<PathBuf>,
    /// Dernier événement attendu / expected last event
    #[arg(long, value_name = "EMPREINTE")]
    pub head: Option<EventHash>,
    /// Exige que le résultat soit publié / requires the result to be published
    #[arg(long)]
    pub complete: bool,
    /// Moteur : 1 direct, 2 huit voies AVX-512, 3 avec le fichier compagnon, auto le plus rapide ; seul le moteur 1 rejette /
    /// engine: 1 direct, 2 eight AVX-512 lanes, 3 with the sidecar, auto the fastest; only engine 1 refuses
    #[arg(long, value_enum, default_value = "auto")]
    pub engine: Engine,
    /// Fichier compagnon de l’archive, qui accélère la vérification sans qu’il faille s’y fier / sidecar of the archive, which saves
    /// work and needs no trust
    #[arg(long, value_name = "FICHIER")]
    pub sidecar: Option<PathBuf>,
    /// Écrit un fichier compagnon en vérifiant / writes a sidecar while verifying
    #[arg(long, value_name = "FICHIER", conflicts_with_all = ["sidecar", "state"])]
    pub write_sidecar: Option<PathBuf>,
    /// Fichier où noter l’avancement, pour reprendre après une interruption / file to go on from after an interruption
    #[arg(long, value_name = "FICHIER")]
    pub state: Option<PathBuf>,
    /// Clé qui scelle cet avancement (~/.local/state/isoloir/verify.key) / key that seals it
    #[arg(long, value_name = "FICHIER", requires = "state")]
    pub state_key: Option<PathBuf>,
    /// Nombre de bulletins entre deux notes / ballots between two notes
    #[arg(long, value_name = "N", requires = "state", default_value_t = crate::state::EVERY)]
    pub state_every: u64,
    /// Résultats publiés (JSON du portail, ou forme de « isoloir seats ») : mêmes voix que l’archive, sièges recalculés / published
    /// results (the portal’s JSON, or the form of “isoloir seats”): the archive’s votes, the seats computed again
    #[arg(long, value_name = "RESULTATS.json")]
    pub results: Option<PathBuf>,
    /// Langue de la réponse / language of the answer
    #[arg(long, value_enum, default_value = "fr")]
    pub lang: Lang,
}

/// How ballots are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Directly: defines the verdict, runs everywhere.
    #[value(name = "1")]
    Direct,
    /// Eight lanes of AVX-512 IFMA, exact.
    #[value(name = "2")]
    Exact,
    /// The same with a sidecar: all equations of many ballots in one random sum.
    #[value(name = "3")]
    Sidecar,
    /// The fastest that this processor has.
    Auto,
}

/// Language of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Français.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The text in this language.
    #[must_use]
    pub const fn pick<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// The text in this language.
    #[must_use]
    pub const fn of(self, text: Bilingual) -> &'static str {
        self.pick(text.fr, text.en)
    }

    /// A number with its thousands apart: by narrow no-break spaces, or commas.
    #[must_use]
    pub fn number(self, number: u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push_str(self.pick("\u{202f}", ","));
            }
            out.push(digit);
        }
        out
    }
}
