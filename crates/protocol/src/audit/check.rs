//! The checks of an audit, each by its name. Ids are stable: minutes, tests and watchers quote them.

use serde::{Serialize, Serializer};

/// A text in the two languages of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bilingual {
    /// French.
    pub fr: &'static str,
    /// English.
    pub en: &'static str,
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $fr:literal, $en:literal;)*) => {
        /// One check of an audit, in the order in which they are made.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CheckId {
            $($(#[$doc])* $name,)*
        }

        impl CheckId {
            /// Every check, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable name.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// What is checked, as a statement that holds when the check passes.
            #[must_use]
            pub const fn statement(self) -> Bilingual {
                match self { $(Self::$name => Bilingual { fr: $fr, en: $en }),* }
            }
        }
    };
}

checks! {
    /// Blocks, headers and padding are the only ones possible; nothing is cut off or added.
    ArchiveFormat = "archive.format",
        "Le fichier a exactement la forme prescrite, sans octet manquant ni ajouté",
        "The file has exactly the prescribed form, no byte missing or added";
    /// Names are hashes of contents.
    ArchiveHash = "archive.hash",
        "Chaque enregistrement porte l’empreinte de son contenu",
        "Each record is named by the hash of its content";
    /// Each event names its predecessor and its height.
    ArchiveChain = "archive.chain",
        "Chaque événement s’enchaîne au précédent",
        "Each event is chained to the one before";
    /// Events come in the prescribed order, each as often as it may.
    ArchiveGrammar = "archive.grammar",
        "Les événements se suivent dans l’ordre prescrit",
        "Events follow each other in the prescribed order";
    /// Data stand right before the event that refers to them, and none stand elsewhere.
    ArchiveReferences = "archive.references",
        "Chaque donnée est rattachée à un événement, et aucune ne manque",
        "Each piece of data belongs to an event, and none is missing";
    /// The archive ends with the event that the auditor expects, when told.
    ArchiveHead = "archive.head",
        "L’archive se termine par l’événement attendu",
        "The archive ends with the expected event";
    /// The election's description is well formed.
    SetupElection = "setup.election",
        "La description du scrutin est bien formée",
        "The election’s description is well formed";
    /// Answers that are not added up need a group in which integers can be embedded.
    SetupQuestions = "setup.questions",
        "Les questions peuvent être posées dans le groupe du scrutin",
        "The questions can be asked in the election’s group";
    /// Proofs and signatures of trustees.
    SetupTrustees = "setup.trustees",
        "Les clés des détenteurs sont prouvées et signées",
        "The trustees’ keys are proven and signed";
    /// The election's key is the product of the trustees' keys.
    SetupKey = "setup.key",
        "La clé du scrutin est celle de ses détenteurs, réunis",
        "The election’s key is that of its trustees together";
    /// The public credentials are valid, distinct, with sound weights.
    SetupCredentials = "setup.credentials",
        "Les droits de vote publics sont valides et tous distincts",
        "The public credentials are valid and all distinct";
    /// Canonical JSON, canonical elements of the prime-order group.
    BallotForm = "ballot.form",
        "Chaque bulletin est bien formé et chiffré dans le bon groupe",
        "Each ballot is well formed and encrypted in the right group";
    /// The ballot names this election and its exact description.
    BallotElection = "ballot.election",
        "Chaque bulletin est destiné à ce scrutin",
        "Each ballot is meant for this election";
    /// The ballot's signature under its credential.
    BallotSignature = "ballot.signature",
        "Chaque bulletin est signé par le droit de vote qu’il porte",
        "Each ballot is signed by the credential that it bears";
    /// The zero-knowledge proofs.
    BallotProof = "ballot.proof",
        "Chaque bulletin prouve qu’il contient un vote permis",
        "Each ballot proves that it holds a permitted vote";
    /// No ballot stands twice in the box.
    BallotDuplicate = "ballot.duplicate",
        "Aucun bulletin ne figure deux fois",
        "No ballot is there twice";
    /// The credential is on the list.
    BallotCredential = "ballot.credential",
        "Chaque bulletin porte un droit de vote de la liste",
        "Each ballot bears a credential of the list";
    /// The encrypted tally is the product of the last ballots.
    TallySum = "tally.sum",
        "Le total chiffré est bien celui des bulletins",
        "The encrypted tally is that of the ballots";
    /// `num_tallied` and `total_weight`.
    TallyFigures = "tally.figures",
        "Le nombre de bulletins et leur poids sont exacts",
        "The number of ballots and their weight are right";
    /// Each shuffle is by a trustee, and none gives two.
    ShuffleOwner = "shuffle.owner",
        "Chaque mélange est celui d’un détenteur, un seul par détenteur",
        "Each shuffle is a trustee’s, one per trustee";
    /// Proofs of shuffles.
    ShuffleProof = "shuffle.proof",
        "Chaque mélange prouve qu’il n’a changé que l’ordre",
        "Each shuffle proves that it changed nothing but the order";
    /// At least one trustee shuffled.
    ShufflePresent = "shuffle.present",
        "Les réponses déchiffrées une à une ont été mélangées avant",
        "Answers that are decrypted one by one were shuffled before";
    /// Each partial decryption is by a trustee, and none gives two.
    DecryptionOwner = "decryption.owner",
        "Chaque déchiffrement partiel est celui d’un détenteur, un seul par détenteur",
        "Each partial decryption is a trustee’s, one per trustee";
    /// Proofs of partial decryptions.
    DecryptionProof = "decryption.proof",
        "Chaque détenteur prouve qu’il a déchiffré avec sa clé",
        "Each trustee proves that it decrypted with its key";
    /// Enough trustees decrypted.
    DecryptionQuorum = "decryption.quorum",
        "Les détenteurs nécessaires ont déchiffré",
        "The necessary trustees decrypted";
    /// The result is what was decrypted.
    ResultConsistent = "result.consistent",
        "Le résultat publié est celui qui a été déchiffré",
        "The published result is the one that was decrypted";
    /// The result is there, when the auditor asks for it.
    ResultPresent = "result.present",
        "Le résultat est publié",
        "The result is published";
    /// The votes published with the seats, when the auditor gives them (made outside of this crate).
    SeatsVotes = "seats.votes",
        "Les voix publiées avec les sièges sont celles de l’archive",
        "The votes published with the seats are those of the archive";
    /// The seats published, computed again (made outside of this crate).
    SeatsAllocation = "seats.allocation",
        "Les sièges publiés sont ceux que donnent les voix",
        "The published seats are those that the votes give";
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.id())
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold: the archive is invalid.
    Failed,
    /// Not yet possible, or not asked for: the election is not that far.
    NotApplicable,
    /// Another check failed before.
    NotReached,
}

/// A check and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub id: CheckId,
    /// How it ended.
    pub outcome: Outcome,
}

#[cfg(test)]
mod tests {
    use super::CheckId;

    #[test]
    fn ids_are_distinct_and_dotted() {
        let mut ids: Vec<_> = CheckId::ALL.iter().map(|c| c.id()).collect();
        assert!(ids.iter().all(|id| id.split('.').count() == 2));
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), CheckId::ALL.len());
    }
}
