//! The two fields of a challenge question (*question défi*, S12): one of the organiser's questions, and the secret answer.

use maud::{Markup, html};

use isoloir_theme::components::{Field, field, field_error, required_mark};
use isoloir_theme::i18n::Lang;

/// What was chosen before, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChallengeFields {
    /// The organiser's questions, in the language of the page.
    pub questions: Vec<String>,
    /// Rank of the question chosen before, from zero.
    pub chosen: Option<usize>,
    /// What is wrong with the question, in words.
    pub question_error: Option<String>,
    /// What is wrong with the answer, in words.
    pub answer_error: Option<String>,
}

/// Question and answer. Nothing is chosen in advance, and the answer is never shown again.
pub(crate) fn challenge_fields(lang: Lang, view: &ChallengeFields) -> Markup {
    let (label, hint) = (lang.text("challenge-answer"), lang.text("challenge-answer-hint"));
    let answer = Field {
        hint: Some(&hint),
        error: view.answer_error.as_deref(),
        max_length: Some(200),
        ..Field::text("reponse", &label)
    };
    html! {
        div.field.field--error[view.question_error.is_some()] {
            label.field__label for="question" { (lang.text("challenge-question")) " " (required_mark()) }
            select.input #question name="question" required aria-invalid=[view.question_error.as_ref().map(|_| "true")]
                aria-describedby=[view.question_error.as_ref().map(|_| "question-err")] {
                option value="" { (lang.text("challenge-choose")) }
                @for (rank, question) in view.questions.iter().enumerate() {
                    option value=(rank) selected[view.chosen == Some(rank)] { (question) }
                }
            }
            @if let Some(error) = &view.question_error { (field_error("question", error)) }
        }
        (field(&answer, ""))
    }
}
