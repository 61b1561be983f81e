//! The captcha in a form, and what is said above it.

use isoloir_theme::components::{Tone, field_error, notice, required_mark};
use isoloir_theme::i18n::Lang;
use isoloir_theme::icons::{Icon, icon};
use maud::{Markup, html};

use crate::captcha::{CaptchaProblem, CaptchaView};

/// What is said at the top of a page whose captcha is to be answered: why it is there, or what was wrong.
#[must_use]
pub fn captcha_notice(lang: Lang, problem: Option<CaptchaProblem>) -> Markup {
    match problem {
        None => notice(
            Tone::Info,
            lang.text("captcha-needed-title"),
            html! { p { (lang.text("captcha-needed-text")) } },
        ),
        Some(problem) => notice(
            Tone::Error,
            lang.text("captcha-refused-title"),
            html! { p { a href="#captcha" { (problem.words(lang)) } } },
        ),
    }
}

/// The captcha of a form: picture and sound of equal rank, another on demand, a person to call.
///
/// "Other digits" sends the form itself, so that nothing typed is lost and no script is needed. The empty button before it is the one that
/// the Enter key presses in any field of the form: without it, Enter would ask for other digits.
#[must_use]
pub fn captcha_field(lang: Lang, captcha: &CaptchaView) -> Markup {
    let error = captcha.problem.map(|problem| problem.words(lang));
    let described = if error.is_some() {
        "captcha-aide captcha-err"
    } else {
        "captcha-aide"
    };
    let source = format!("/captcha/{}", captcha.id);
    html! {
        button type="submit" hidden {}
        div.captcha data-captcha {
            input type="hidden" name="captcha-id" value=(captcha.id);
            div.captcha__row {
                img.captcha__image src={ (source) "/image" } width="240" height="80" alt=(lang.text("captcha-image"));
                div.captcha__tools {
                    p.captcha__sound #captcha-son { (icon(Icon::Sound)) " " (lang.text("captcha-sound")) }
                    audio controls preload="none" src={ (source) "/son" } aria-labelledby="captcha-son" {}
                    button.btn.btn--link type="submit" name="nouveau-code" value="oui" formnovalidate {
                        (icon(Icon::Again)) " " (lang.text("captcha-new"))
                    }
                }
            }
            div.field.field--error[error.is_some()] {
                label.field__label for="captcha" { (lang.text("captcha-label")) " " (required_mark()) }
                p.field__hint #captcha-aide { (lang.text("captcha-hint")) " " (lang.rich("captcha-human")) }
                input.input.input--short #captcha name="captcha" type="text" inputmode="numeric" autocomplete="off" maxlength="12" required
                    spellcheck="false" aria-describedby=(described) aria-invalid=[error.as_ref().map(|_| "true")];
                @if let Some(error) = error { (field_error("captcha", error)) }
            }
        }
    }
}
