//! The words of a notice, in both languages: a field that one of them lacks does not compile.

use isoloir_domain::Language;

pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) by_hand: &'static str,
    pub(super) code_label: &'static str,
    pub(super) reading: &'static str,
    pub(super) steps_heading: &'static str,
    pub(super) election: &'static str,
    pub(super) elections: &'static str,
    pub(super) help: &'static str,
    pub(super) lost: &'static str,
    pub(super) security: &'static str,
    pub(super) secrecy: &'static str,
    language: Language,
}

static FR: Words = Words {
    title: "Votre code de vote",
    by_hand: "Remise en main propre, contre signature",
    code_label: "Code de vote, strictement personnel",
    reading: "Seize chiffres et lettres, en quatre groupes. Aucun code ne contient les lettres I, L, O ou U\u{a0}: ce qui ressemble à un O est \
              un zéro, ce qui ressemble à un I est un un. Majuscules ou minuscules, avec ou sans tirets\u{202f}; une faute de frappe vous est \
              signalée avant tout envoi.",
    steps_heading: "Voter en trois étapes",
    election: "Votre scrutin",
    elections: "Vos scrutins",
    help: "Une question, une notice perdue\u{202f}?",
    lost: "Un nouveau code annule celui-ci\u{a0}: seul le dernier est valable.",
    security: "Sécurité",
    secrecy: "Ce code n’est conservé nulle part et ne suffit pas pour voter\u{a0}: il faut aussi le mot de passe de votre compte. Ne le donnez \
              à personne\u{202f}; ni l’assistance ni votre administration ne vous le demanderont.",
    language: Language::French,
};

static EN: Words = Words {
    title: "Your voting code",
    by_hand: "Handed over in person, against a signature",
    code_label: "Voting code, strictly personal",
    reading: "Sixteen digits and letters in four groups. No code contains the letters I, L, O or U: what looks like an O is a zero, what looks \
              like an I is a one. Upper or lower case, with or without dashes; a typing error is found before anything is sent.",
    steps_heading: "Voting in three steps",
    election: "Your election",
    elections: "Your elections",
    help: "A question, a lost notice?",
    lost: "A new code voids this one: only the last one is valid.",
    security: "Security",
    secrecy: "This code is kept nowhere, and is not enough to vote: the password of your account is needed too. Give it to nobody; neither the \
              help desk nor your administration will ask for it.",
    language: Language::English,
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Words {
        match language {
            Language::French => &FR,
            Language::English => &EN,
        }
    }

    /// What a screen reader says of the square code.
    pub(super) fn square(&self, reference: &str) -> String {
        match self.language {
            Language::French => format!("Code carré de la référence {reference}"),
            Language::English => format!("Square code of reference {reference}"),
        }
    }

    pub(super) fn dates(&self, opens: &str, closes: &str) -> String {
        match self.language {
            Language::French => format!("Le vote est ouvert du {opens} au {closes} (heure de Paris)."),
            Language::English => format!("The vote is open from {opens} to {closes} (Paris time)."),
        }
    }

    pub(super) fn vote_at(&self, portal: &str) -> String {
        match self.language {
            Language::French => {
                format!(
                    "Il a lieu par internet, depuis n’importe quel ordinateur, tablette ou téléphone, sur {portal}."
                )
            }
            Language::English => format!("It takes place online, from any computer, tablet or telephone, at {portal}."),
        }
    }

    /// The steps: name and text of each.
    pub(super) fn steps(&self, portal: &str) -> [(&'static str, String); 3] {
        match self.language {
            Language::French => [
                (
                    "Connectez-vous",
                    format!(
                        "Ouvrez {portal}. Première visite\u{202f}? Activez votre compte avec le lien reçu par courriel ou la lettre d’activation."
                    ),
                ),
                (
                    "Saisissez ce code",
                    "Choisissez «\u{a0}Je vote\u{a0}», puis recopiez le code ci-dessus.".to_owned(),
                ),
                (
                    "Choisissez et validez",
                    "Le bulletin est chiffré sur votre appareil. Le vote est définitif\u{202f}; gardez votre preuve de vote."
                        .to_owned(),
                ),
            ],
            Language::English => [
                (
                    "Sign in",
                    format!("Open {portal}. First visit? Activate your account with the link sent by e-mail or the activation letter."),
                ),
                (
                    "Type this code",
                    "Choose “I vote”, then copy the code above.".to_owned(),
                ),
                (
                    "Choose and confirm",
                    "The ballot is encrypted on your device. The vote is final; keep your proof of vote.".to_owned(),
                ),
            ],
        }
    }
}
