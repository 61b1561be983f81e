//! The pages of the stand-in. Each says what it is, in both languages; there is nothing to type.

use super::people::Person;
use crate::html::escaped;

const HEAD: &str = "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
<meta name=\"color-scheme\" content=\"light dark\"><title>Fournisseur d’identité factice – Démonstration</title><style>\
:root{color-scheme:light dark}body{font:1.0625rem/1.6 system-ui,sans-serif;margin:0;padding:1rem}main{max-width:38rem;margin:0 auto}\
.banner{border:2px solid;border-radius:8px;padding:.75rem 1rem;font-weight:600}ul{list-style:none;padding:0;display:grid;gap:.5rem}\
button{font:inherit;width:100%;min-height:3rem;text-align:start;padding:.5rem 1rem;border-radius:8px;border:1px solid;background:none;color:inherit;cursor:pointer}\
button:focus-visible{outline:3px solid;outline-offset:3px}.mail{font-size:.9375rem;overflow-wrap:anywhere;display:block}</style></head><body><main>\
<p class=\"banner\">Démonstration\u{a0}: ce n’est pas FranceConnect. Un fournisseur d’identité factice en tient lieu, et ne vérifie rien.<br>\
<span lang=\"en\">Demonstration: this is not FranceConnect. A stand-in takes its place, and checks nothing.</span></p>";
const FOOT: &str = "</main></body></html>";

/// Where one chooses who to be.
pub(super) fn choice(visit: &str, people: &[Person]) -> String {
    let buttons: String = people
        .iter()
        .enumerate()
        .map(|(rank, person)| {
            let (name, email) = (escaped(&person.name()), escaped(&person.email()));
            format!(
                "<li><button name=\"person\" value=\"{rank}\">{name} <span class=\"mail\">{email}</span></button></li>"
            )
        })
        .collect();
    format!(
        "{HEAD}<h1>Qui êtes-vous\u{202f}? <span lang=\"en\">Who are you?</span></h1>\
         <form method=\"post\" action=\"choix\"><input type=\"hidden\" name=\"visit\" value=\"{visit}\"><ul>{buttons}\
         <li><button name=\"person\" value=\"refus\">Ne pas continuer <span lang=\"en\">/ Do not go on</span></button></li></ul></form>{FOOT}"
    )
}

/// What is shown instead of an answer that would not be safe to give, as FranceConnect's Y030007.
pub(super) fn refused() -> String {
    format!(
        "{HEAD}<h1>Y030007</h1><p>La demande du service est incomplète, ou elle a déjà servi. <span lang=\"en\">The request of the service is incomplete, or has \
         served already.</span></p>{FOOT}"
    )
}
