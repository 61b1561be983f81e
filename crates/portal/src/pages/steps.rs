//! The steppers of the portal's walks.

use isoloir_theme::components::stepper;
use isoloir_theme::i18n::{Lang, key};
use maud::Markup;

/// The stepper of the vote: four steps, `current` counted from zero.
#[must_use]
pub fn vote_stepper(lang: Lang, current: usize) -> Markup {
    const STEPS: [&str; 4] = [
        key("step-code"),
        key("step-choice"),
        key("step-check"),
        key("step-receipt"),
    ];
    stepper(lang, &lang.text("stepper-vote"), &STEPS, current)
}

/// The stepper of the activation.
#[must_use]
pub fn activation_stepper(lang: Lang, current: usize) -> Markup {
    const STEPS: [&str; 3] = [key("step-password"), key("step-challenge"), key("step-activated")];
    stepper(lang, &lang.text("stepper-activation"), &STEPS, current)
}

/// The stepper of the reissue. The last step is on the registrar's own pages.
#[must_use]
pub fn reissue_stepper(lang: Lang, current: usize) -> Markup {
    const STEPS: [&str; 4] = [
        key("step-ask-path"),
        key("step-ask-identity"),
        key("step-ask-link"),
        key("step-ask-code"),
    ];
    stepper(lang, &lang.text("stepper-ask"), &STEPS, current)
}
