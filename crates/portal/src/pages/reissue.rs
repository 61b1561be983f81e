//! A lost voting code (*réassort*, S05 to S07): by which path, what proves who asks, and what has become of the link.
//!
//! The code itself is never on these pages: the link leads to the registrar's own origin.

use isoloir_domain::delivery::{Channel, Status};
use isoloir_domain::reissue::{Destination, LinkState};
use isoloir_service::ask_reissue::ReissueWindow;
use isoloir_service::reissue_form::IdentifierAsked;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, field_error, notice, required_mark, required_note};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::layout::contact_lines;
use isoloir_theme::when;
use jiff::Timestamp;
use maud::{Markup, html};

use crate::layout::{Chrome, page};
use crate::pages::franceconnect::{ReissueEntry, reissue_form};
use crate::pages::steps::reissue_stepper;

/// What the page of the choice shows.
#[derive(Debug, Clone)]
pub struct ChoiceView {
    /// Whether codes are reissued now.
    pub window: ReissueWindow,
    /// What the challenge path asks for beside the answer, when it is open.
    pub challenge: Option<Option<IdentifierAsked>>,
    /// The provider, when its path is open.
    pub provider: Option<ReissueEntry>,
}

/// Draws the page of the choice (S05).
#[must_use]
pub fn render_choice(chrome: &Chrome, view: &ChoiceView) -> Markup {
    let lang = chrome.lang;
    let open = matches!(view.window, ReissueWindow::Open { .. });
    page(
        chrome,
        &lang.text("ask-choice-title"),
        html! {
            (back("/je-vote", lang.text("ask-back-code")))
            @if open { (reissue_stepper(lang, 0)) }
            div.page-head {
                h1 { (lang.text("ask-choice-title")) }
                @if open { p.lede { (lang.text("ask-choice-lede")) } }
            }
            @match view.window {
                ReissueWindow::Open { closes } => { (paths(chrome, view, closes)) }
                ReissueWindow::Before { opens } => { (shut(lang, key("ask-before-title"), &lang.with("ask-before-text", args![when = when::date_time(lang, opens)]))) }
                ReissueWindow::Over { closed } => { (shut(lang, key("ask-over-title"), &lang.with("ask-over-text", args![when = when::date_time(lang, closed)]))) }
                ReissueWindow::NoPath => { (shut(lang, key("ask-none-title"), &lang.text("ask-none-text"))) }
            }
            (otherwise(chrome, open))
        },
    )
}

fn shut(lang: Lang, title: &str, text: &str) -> Markup {
    notice(
        Tone::Info,
        lang.text(title),
        html! { p { (text) } p { (lang.text("ask-shut-code")) } },
    )
}

fn paths(chrome: &Chrome, view: &ChoiceView, closes: Timestamp) -> Markup {
    let lang = chrome.lang;
    html! {
        div.grid.grid--wide {
            @if let Some(identifier) = view.challenge {
                section.panel aria-labelledby="t-defi" {
                    div.tile__icon { (icon(Icon::Speech)) }
                    h2 #t-defi { (lang.text("ask-challenge-title")) }
                    p { (lang.text(challenge_text(identifier))) }
                    p.soft.small { (lang.text("ask-challenge-needs")) }
                    div.actions { a.btn.btn--primary href="/reassort/defi" { (lang.text("ask-challenge-action")) } }
                }
            }
            @if let Some(provider) = &view.provider { (provider_panel(lang, provider)) }
        }
        p.soft.small.after-grid { (lang.with("ask-until", args![when = when::date_time(lang, closes)])) }
    }
}

const fn challenge_text(identifier: Option<IdentifierAsked>) -> &'static str {
    match identifier {
        None => key("ask-challenge-text"),
        Some(IdentifierAsked::Numen) => key("ask-challenge-text-numen"),
        Some(IdentifierAsked::NirDigits) => key("ask-challenge-text-digits"),
        Some(IdentifierAsked::Either) => key("ask-challenge-text-either"),
    }
}

fn provider_panel(lang: Lang, provider: &ReissueEntry) -> Markup {
    let name = provider.button.name.as_str();
    html! {
        section.panel aria-labelledby="t-fc" {
            div.tile__icon { (icon(Icon::Lock)) }
            h2 #t-fc { (name) }
            p { (lang.text("ask-provider-text")) }
            p.soft.small { (lang.with("ask-provider-needs", args![name = name])) }
            (reissue_form(lang, provider))
        }
    }
}

fn otherwise(chrome: &Chrome, open: bool) -> Markup {
    let lang = chrome.lang;
    let title = lang.text(if open {
        key("ask-neither-title")
    } else {
        key("ask-help-title")
    });
    html! {
        section.section {
            (notice(Tone::Info, title, html! {
                p { (lang.rich("ask-neither-text")) }
                (contact_lines(lang, &chrome.contact))
            }))
        }
    }
}

/// What is wrong with the request, said at the top and at each field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskProblems {
    /// With the secret answer.
    pub answer: Option<String>,
    /// With the identifier.
    pub identifier: Option<String>,
    /// With the choice of a channel.
    pub channel: Option<String>,
    /// With the telephone number.
    pub phone: Option<String>,
    /// With the address.
    pub mail: Option<String>,
    /// With nothing that was typed.
    pub other: Option<String>,
}

impl AskProblems {
    fn fields(&self) -> [(&'static str, Option<&str>); 5] {
        [
            ("reponse", self.answer.as_deref()),
            ("identifiant", self.identifier.as_deref()),
            ("canal", self.channel.as_deref()),
            ("telephone", self.phone.as_deref()),
            ("courriel", self.mail.as_deref()),
        ]
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.other.is_none() && self.fields().iter().all(|(_, problem)| problem.is_none())
    }
}

/// What the page of the challenge shows.
#[derive(Debug, Clone, Default)]
pub struct ChallengeView {
    /// The voter's question, in the language of the page; `None` for an account without one.
    pub question: Option<String>,
    /// The identifier asked for.
    pub identifier: Option<IdentifierAsked>,
    /// Where the link may go, in the policy's order.
    pub destinations: Vec<Destination>,
    /// Hours for which the link will be good.
    pub link_hours: u16,
    /// The channel chosen before.
    pub chosen: Option<Destination>,
    /// The number typed before.
    pub phone: String,
    /// The address typed before.
    pub mail: String,
    /// What is wrong.
    pub problems: AskProblems,
}

/// Draws the page of the challenge (S06).
#[must_use]
pub fn render_challenge(chrome: &Chrome, view: &ChallengeView) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("ask-title"),
        html! {
            (back("/reassort", lang.text("ask-back-choice")))
            (reissue_stepper(lang, 1))
            div.page-head {
                h1 { (lang.text("ask-title")) }
                @if view.problems.is_empty() { p.lede { (lang.text("ask-lede")) } } @else { (problem_summary(lang, &view.problems)) }
            }
            @match &view.question {
                Some(question) => div.split { (challenge_form(lang, question, view)) (good_to_know(lang, view)) },
                None => (notice(Tone::Warning, lang.text("ask-no-question-title"), html! {
                    p { (lang.rich("ask-no-question-text")) }
                })),
            }
        },
    )
}

fn problem_summary(lang: Lang, problems: &AskProblems) -> Markup {
    let wrong: Vec<_> = problems
        .fields()
        .into_iter()
        .filter_map(|(id, said)| Some((id, said?)))
        .collect();
    if wrong.is_empty() {
        let other = problems.other.as_deref().unwrap_or_default();
        return notice(
            Tone::Error,
            lang.text("ask-not-sent"),
            html! { p { (other) } p { (lang.text("ask-kept")) } },
        );
    }
    let title = lang.with("ask-to-correct", args![n = wrong.len()]);
    notice(
        Tone::Error,
        title,
        html! {
            ul.plain { @for (id, said) in &wrong { li { a href={ "#" (id) } { (said) } } } }
            p { (lang.text("ask-kept")) }
        },
    )
}

fn challenge_form(lang: Lang, question: &str, view: &ChallengeView) -> Markup {
    let problems = &view.problems;
    let hint = lang.text("ask-answer-hint");
    let label = lang.text("ask-answer");
    let answer = Field {
        hint: Some(&hint),
        error: problems.answer.as_deref(),
        max_length: Some(200),
        ..Field::text("reponse", &label)
    };
    html! {
        form.form method="post" action="/reassort/defi" novalidate {
            (required_note(lang))
            div.question {
                p.question__label { (lang.text("ask-question")) }
                p.question__text { (question) }
            }
            (field(&answer, ""))
            @if let Some(asked) = view.identifier { (identifier_field(lang, asked, problems.identifier.as_deref())) }
            (channels(lang, view))
            div.actions {
                button.btn.btn--primary type="submit" { (lang.text("ask-action")) }
                a.btn.btn--secondary href="/reassort" { (lang.text("ask-back")) }
            }
        }
    }
}

pub(super) fn identifier_field(lang: Lang, asked: IdentifierAsked, error: Option<&str>) -> Markup {
    let (label, hint) = match asked {
        IdentifierAsked::Numen => (key("ask-numen"), key("ask-numen-hint")),
        IdentifierAsked::NirDigits => (key("ask-digits"), key("ask-digits-hint")),
        IdentifierAsked::Either => (key("ask-either"), key("ask-either-hint")),
    };
    let (label, hint) = (lang.text(label), lang.text(hint));
    let identifier = Field {
        hint: Some(&hint),
        error,
        max_length: Some(40),
        ..Field::text("identifiant", &label)
    };
    field(&identifier, "")
}

/// One choice for each destination, each with its own field under it. The style sheet folds the field of the channel that is not chosen; where
/// it cannot, both show, and only the chosen one is read.
fn channels(lang: Lang, view: &ChallengeView) -> Markup {
    let error = view.problems.channel.as_deref();
    html! {
        fieldset.field.field--error[error.is_some()] #canal tabindex="-1" aria-describedby=[error.map(|_| "canal-err")] {
            legend.field__label { (lang.text("ask-where")) " " (required_mark()) }
            @for (rank, to) in view.destinations.iter().enumerate() {
                @let (value, words, note) = match to.channel() {
                    Channel::Sms => ("sms", key("ask-sms"), key("ask-sms-note")),
                    Channel::Mail => ("courriel", key("ask-mail"), key("ask-mail-note")),
                };
                div.channel {
                    label.option {
                        input type="radio" name="canal" id={ "canal-" (rank + 1) } value=(value) required checked[view.chosen == Some(*to)];
                        " " span { (lang.text(words)) " " small { (lang.text(note)) } }
                    }
                    (contact_field(lang, to.channel(), view))
                }
            }
            @if let Some(error) = error { (field_error("canal", error)) }
        }
    }
}

fn contact_field(lang: Lang, channel: Channel, view: &ChallengeView) -> Markup {
    let (id, label, hint, kind, autocomplete) = match channel {
        Channel::Sms => ("telephone", key("ask-phone"), key("ask-phone-hint"), "tel", "tel"),
        Channel::Mail => (
            "courriel",
            key("ask-address"),
            key("ask-address-hint"),
            "email",
            "email",
        ),
    };
    let (value, error) = match channel {
        Channel::Sms => (&view.phone, &view.problems.phone),
        Channel::Mail => (&view.mail, &view.problems.mail),
    };
    let (label, hint) = (lang.text(label), lang.text(hint));
    let contact = Field {
        hint: Some(&hint),
        error: error.as_deref(),
        value,
        kind,
        autocomplete,
        max_length: Some(254),
        ..Field::text(id, &label)
    };
    html! { div.channel__contact { (field(&contact, "")) } }
}

fn good_to_know(lang: Lang, view: &ChallengeView) -> Markup {
    html! {
        aside.panel.panel--sunken aria-labelledby="t-savoir" {
            h2 #t-savoir { (lang.text("ask-aside-title")) }
            @if view.destinations.contains(&Destination::PersonalMail) {
                p.small { strong { (lang.text("ask-attention")) } " " (lang.text("ask-attention-text")) }
            }
            p.small { strong { (lang.text("ask-info")) } " " (lang.text("ask-info-text")) }
            p.small { (lang.with("ask-link-hours", args![n = u32::from(view.link_hours)])) }
            p.small { (lang.text("ask-attempts")) }
        }
    }
}

/// What the page that follows a link shows.
#[derive(Debug, Clone)]
pub enum FollowView {
    /// A link is pending.
    Link {
        /// Its state, as the registrar says.
        state: LinkState,
        /// Whether the other channel is open too.
        other_channel: bool,
        /// Why the link could not be sent again just now, if that was asked.
        problem: Option<String>,
    },
    /// None is.
    NoLink,
    /// The registrar does not answer.
    Down(String),
}

/// Draws the page that follows a link (S07).
#[must_use]
pub fn render_follow(chrome: &Chrome, view: &FollowView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text(match view {
        FollowView::Link { state, .. } => follow_title(state.status),
        FollowView::NoLink => key("ask-no-link-title"),
        FollowView::Down(_) => key("ask-down-title"),
    });
    page(
        chrome,
        &title,
        html! {
            (back("/reassort", lang.text("ask-back-choice")))
            (reissue_stepper(lang, 2))
            div.page-head { h1 { (title) } }
            @match view {
                FollowView::Link { state, other_channel, problem } => { (link(lang, state, *other_channel, problem.as_deref())) }
                FollowView::NoLink => {
                    p { (lang.text("ask-no-link-text")) }
                    div.actions { a.btn.btn--primary href="/reassort" { (lang.text("ask-again-from-start")) } }
                }
                FollowView::Down(words) => {
                    (notice(Tone::Warning, lang.text("ask-down-notice"), html! { p { (words) } }))
                    div.actions { a.btn.btn--primary href="/reassort/suivi" { (lang.text("ask-refresh")) } }
                }
            }
        },
    )
}

const fn follow_title(status: Status) -> &'static str {
    match status {
        Status::Queued | Status::Held => key("ask-follow-queued"),
        Status::Sent => key("ask-follow-sent"),
        Status::Delivered => key("ask-follow-delivered"),
        Status::Failed | Status::Expired => key("ask-follow-failed"),
    }
}

/// The state in a few words, its tone and its sign.
const fn state_words(status: Status) -> (Tone, Icon, &'static str) {
    match status {
        Status::Queued => (Tone::Info, Icon::Clock, key("ask-state-queued")),
        Status::Held => (Tone::Info, Icon::Clock, key("ask-state-held")),
        Status::Sent => (Tone::Info, Icon::Tick, key("ask-state-sent")),
        Status::Delivered => (Tone::Success, Icon::Success, key("ask-state-delivered")),
        Status::Failed => (Tone::Error, Icon::Error, key("ask-state-failed")),
        Status::Expired => (Tone::Error, Icon::Error, key("ask-state-expired")),
    }
}

fn link(lang: Lang, state: &LinkState, other_channel: bool, problem: Option<&str>) -> Markup {
    let (tone, sign, words) = state_words(state.status);
    let lost = matches!(state.status, Status::Failed | Status::Expired);
    let expires = Timestamp::from_second(state.expires).unwrap_or(Timestamp::UNIX_EPOCH);
    let by = lang.text(match state.channel {
        Channel::Sms => key("ask-by-sms"),
        Channel::Mail => key("ask-by-mail"),
    });
    html! {
        div.stack {
            @if let Some(problem) = problem { (notice(Tone::Error, lang.text("ask-not-sent-again"), html! { p { (problem) } })) }
            @else if lost { (notice(Tone::Error, lang.text("ask-lost-title"), html! { p { (lang.text(advice(state.channel, other_channel))) } })) }
            @else { (notice(Tone::Success, by.as_str(), html! { p { (lang.text(what_next(state.channel))) } })) }
            div.panel {
                h2 { (lang.text("ask-now-title")) }
                dl.facts {
                    div { dt { (lang.text("ask-channel")) } dd { (by) } }
                    div { dt { (lang.text("ask-delivery")) } dd { (badge(tone, sign, lang.text(words))) } }
                    div { dt { (lang.text("ask-valid-until")) } dd { (lang.with("paris-time", args![when = when::date_time(lang, expires)])) } }
                    @if other_channel && !lost {
                        div { dt { (lang.text("ask-nothing-came")) } dd { a href="/reassort/defi" { (lang.text("ask-other-channel")) } } }
                    }
                }
                div.actions {
                    @if lost {
                        a.btn.btn--primary href="/reassort/defi" {
                            (lang.text(if other_channel { key("ask-other-channel") } else { key("ask-again-from-start") }))
                        }
                    } @else {
                        a.btn.btn--primary href="/reassort/suivi" { (lang.text("ask-refresh")) }
                        form method="post" action="/reassort/renvoi" { button.btn.btn--secondary type="submit" { (lang.text("ask-resend")) } }
                    }
                }
            }
            p.small.soft { (lang.text("ask-told")) }
        }
    }
}

const fn what_next(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => key("ask-next-sms"),
        Channel::Mail => key("ask-next-mail"),
    }
}

const fn advice(channel: Channel, other_channel: bool) -> &'static str {
    match (channel, other_channel) {
        (Channel::Sms, true) => key("ask-try-mail"),
        (Channel::Mail, true) => key("ask-try-sms"),
        (_, false) => key("ask-try-again"),
    }
}
