//! Passwords that guessers try first (*mots de passe connus*): not a list of leaked ones but the patterns they are made of.
//!
//! A password is known when, once digits and signs are taken out (and read as the letters that they stand for), nothing remains but one or two
//! common words, walks over the keyboard, repetitions, and words of the voter or of the consultation. `M0tdep@sse-2026!`,
//! `Azertyuiop123!` and `Marseille13!!` are; a sentence of three or more words is not.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words that known passwords are made of, without accents.
const COMMON: &str = "
abcdef abricot academie action admin administrateur administration agent aimer alexandre alexis alice alpha alsace amelie amour ange
angel anniversaire antoine apple argent arsenal arthur arthus asterix atlantique aurelie aurore automne autumn azerty azur
baby badminton ballon banane banque baptiste barcelona barcelone baseball basket batman beaute beau bebe belle benjamin benoit biche
bienvenue bijou bisou bisous blabla bleu blondie boby bonheur bonjour bonsoir bordeaux bouboule boubou boulet bretagne brest bruno
bulletin bureau butterfly
calimero camille canada caline canard cannelle caramel carole caroline carotte cartable cassandra cassie catherine cedric celine cerise
chanel changeme changemoi charles charlie charlotte chat chaton cheval cheri cherie chien chipie chloe chocolat choupette choupi chouchou
christelle christian christophe cindy citron clara classe clement clermont cloclo coco coeur college collegue combava compte computer
concours connexion contact cookie copain coquine corail corse cote coucou couleur crevette cuisine
daisy daniel dauphin david decembre december defaut default delphine denis dentiste departement diable diamant dieu dijon dimanche
direction directeur disney dominique doudou doudoune dragon
eagle ecole edouard education elections election electeur electrice elephant elodie emilie emma emmanuel enfant enfants enseignant
entrer epreuve equipe eric espoir estelle etoile etudiant etudes europe examen
fabien fabrice facebook famille fanny fatima fevrier february felix femme ferrari fille fils fleur fleurs florence florian foot football
fraise francais france francois frederic freedom friday fripouille fromage fuckyou
gabriel galaxy garfield gateau gilles girafe girl gmail google grenoble guadeloupe guillaume guitare gustave guyane gwendoline
harry hello helene henri hiver hockey homme horizon hotmail hugo
iloveyou info informatique instituteur institutrice internet invite iphone isabelle isoloir italie
jacques janvier january jardin jasmine jasper jean jerome jessica jesus jetaime jeudi joie jordan joseph jouer julie julien juillet july
juin june justine
karate karine kevin killer kiki killian kitty kenzo
lapin laura laure laurent laurence lavande lea legend lemon leo leonard letmein liberte licorne lille limoges lion lilou liverpool loading
login lola lorient lorraine louis louise loulou louloute loup loutre lucas lucie lumiere lundi lune lycee lyon
madame magali magie maison maitre maitresse maman mamie manchester manon marche mardi margaux margot marguerite marie marine mario
marjorie marseille marseillais martin martine martinique master mathieu mathilde mathis matin matrix maxime mayotte mechant melanie melissa
melodie mercedes merci mercredi michael michel mickael mickey midi mignon milan minette ministere minou minouche mirabelle miracle moi
moimeme monamour monday money monkey monsieur montagne montpellier morgane motdepasse mdp motpasse moto moulin mulhouse musique
nadine naruto natation nathalie nathan national nationale nature nicolas nicole nikita nintendo niort noel noir nomade nounours nours
novembre november nuage nuit
ocean octobre october olivia olivier olympique om orange ordinateur orleans oscar ours ouragan ouverture
papa papaye papillon papy parents paris parispsg paradis pass passe passion password passw passwd pastis patate patrice patrick paul pauline peche pedro
perle pepette perso petit philippe photo pierre piano pikachu pirate piscine planete playstation plage poisson pokemon police pomme ponpon
portail porsche portugal poste pouet poupee poussin prenom president pretty prince princesse princess printemps prof professeur professionnelle professionnelles
psg puce
qwerty qwertz
rachel rafale raphael recre rectorat reims rennes republique resultat reunion romain romane rose rouen rouge rugby
sabrina salut samantha samedi samsung sandra sandrine santana sarah saturday scooby scrutin sebastien secret section security senior septembre september service
serpent sesame sexy shadow simone simpson sire skate smile snoopy social sociale soleil solange sonia sophie souris special sport spring stade star
starwars stephane stephanie strasbourg sucre summer sunday sunshine superman super surf suzanne sylvain sylvie syndicat
tahiti tamere tania tarzan taureau tennis test teste thibault thierry thomas tigger tigre tintin titeuf titi toto toulon toulouse tournesol tours trustno
trotro truc tulipe turbo
utilisateur user universite urne
vacances valentin valerie vanille vanessa vendredi venus vero veronique victoire victor vie village vincent violette virginie vivelafrance vive voiture voiture
voile voyage votant vote voter votre
welcome whatever wednesday winter wolf
xavier yahoo yannick yoann yvette yves zaza zebre zidane zorro zouzou
alouette anchor arcenciel autruche avril april aout august mai march mars may hiver ete azertyui marmotte mouche
";

/// Rows of the two keyboards, the alphabet, and the zigzags that people take for inventive.
const WALKS: [&str; 13] = [
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "qazwsxedcrfvtgbyhnujm",
    "aqwzsxedcrfvtgbyhnujik",
    "aqzsedrftgyhujikolpm",
    "azsqqsdfaz",
    "qweasdzxc",
    "azeqsdwxc",
];

/// Letters of a walk or of a repetition that count as one.
const RUN: usize = 3;
/// Common words that a password may hold beside nothing else.
const FEW: usize = 2;
/// Letters that may be left over.
const LEFT_OVER: usize = 2;

/// Whether `password` is made of common words alone, or of `own` ones.
pub(crate) fn is_known(password: &str, own: &[String]) -> bool {
    let plain = letters(password, false);
    // What stands at the ends is decoration; within, it stands for letters.
    let read = letters(password.trim_matches(|c: char| !c.is_alphabetic()), true);
    is_made_of_known(&plain, own) || is_made_of_known(&read, own)
}

/// The letters of a text, lower case, without accents; with `read`, digits and signs stand for letters.
pub(crate) fn letters(text: &str, read: bool) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            '0' if read => Some('o'),
            '1' | '!' | '|' if read => Some('i'),
            '3' | '€' if read => Some('e'),
            '4' | '@' if read => Some('a'),
            '5' | '$' if read => Some('s'),
            '7' | '+' if read => Some('t'),
            '8' if read => Some('b'),
            '9' if read => Some('g'),
            c => c.is_alphabetic().then_some(c),
        })
        .collect()
}

/// Takes known words out, the longest first at each place, and looks at what is left.
fn is_made_of_known(letters: &str, own: &[String]) -> bool {
    let mut rest = letters;
    let (mut left, mut words): (usize, Vec<&str>) = (0, Vec::new());
    while let Some(first) = rest.chars().next() {
        let own = own
            .iter()
            .filter(|word| rest.starts_with(word.as_str()))
            .map(String::len)
            .max()
            .unwrap_or(0);
        let common = COMMON
            .split_whitespace()
            .filter(|word| rest.starts_with(word))
            .max_by_key(|word| word.len())
            .unwrap_or_default();
        let run = run(rest);
        let taken = own.max(common.len()).max(run);
        if taken == 0 {
            left += 1;
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        if common.len() == taken && own < taken && run < taken && !words.contains(&common) {
            words.push(common);
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    left <= LEFT_OVER && words.len() <= FEW
}

/// Bytes at the head that are one letter again and again, or a walk over the keyboard in either direction; 0 when too few.
fn run(text: &str) -> usize {
    let repeated = |first: char| text.chars().take_while(|c| *c == first).count() * first.len_utf8();
    let same = text.chars().next().map_or(0, repeated);
    let walk = WALKS
        .iter()
        .flat_map(|row| [(*row).to_owned(), row.chars().rev().collect()])
        .map(|row: String| longest_common(text, &row))
        .max()
        .unwrap_or(0);
    let longest = same.max(walk);
    if longest >= RUN { longest } else { 0 }
}

/// The longest beginning of `text` that stands somewhere in `row`, in bytes; `row` is ASCII.
fn longest_common(text: &str, row: &str) -> usize {
    (0..row.len())
        .filter_map(|start| row.get(start..))
        .map(|tail| text.bytes().zip(tail.bytes()).take_while(|(a, b)| a == b).count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guessers_try_first_is_known() {
        let own = ["valbrune".to_owned(), "durand".to_owned(), "camille".to_owned()];
        for password in [
            "Motdepasse-2026!",
            "M0tdep@sse1234!",
            "M0TDEP@SSE-a1",
            "Azertyuiop123!",
            "Qsdfghjklm-1234",
            "Poiuytreza_9999",
            "Bonjour-2026!!",
            "SoleilSoleil1!",
            "Marseille13!!!!",
            "Automne2026!!",
            "P@ssw0rd-1234",
            "Aaaaaaaaaaaa1!",
            "Valbrune-2026!",
            "Durand.Camille-75",
            "Camille-Valbrune-1",
            "Elections2026!!",
            "Je-Vote-2026-!!",
            "Doudou&Loulou-64",
            "1234567890-Aa",
            "Abcdefghijk-1",
            "!!!!!!!!!!!!aA1",
        ] {
            assert!(is_known(password, &own), "{password}");
        }
    }

    #[test]
    fn what_a_person_makes_up_is_not() {
        for password in [
            "Orage-violet-71",
            "LaMareeMonte!7",
            "Bonjour-Tigre-Voile-Citron-4",
            "xK7-pq9-Wm2-zz",
            "Quatre mots bien choisis 1",
            "Trombone.Falaise.12",
        ] {
            assert!(!is_known(password, &["camille".to_owned()]), "{password}");
        }
    }
}
