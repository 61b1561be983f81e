//! Mailings: those that were written, the form of one, one of them as mail looks with its figures, and the page that asks before it starts.

use isoloir_domain::mailing::{Drafts, LONGEST_BODY, LONGEST_SUBJECT, MailingKind, MailingStatus, PerMinute, Slot};
use isoloir_domain::staff::StaffMember;
use isoloir_domain::{Consultation, Election};
use isoloir_service::letters::Words;
use isoloir_service::mailings::{Followed, Mailing, Preview};
use jiff::Timestamp;
use maud::{Markup, html};

use super::{Area, Outcome, Tab, area, at, frame};
use crate::layout::Chrome;
use isoloir_theme::args;
use isoloir_theme::components::{Field, back, field, field_error, required_note, table_box};
use isoloir_theme::i18n::{Lang, key};

const PATH: &str = "/gestion/envois";

/// What the list shows.
#[derive(Debug, Clone)]
pub struct ListView {
    /// The consultation.
    pub consultation: Consultation,
    /// Its mailings, the latest first.
    pub mailings: Vec<Mailing>,
    /// What was just done.
    pub outcome: Outcome,
}

/// What the form shows.
#[derive(Debug, Clone)]
pub struct FormView {
    /// The consultation.
    pub consultation: Consultation,
    /// What for.
    pub kind: MailingKind,
    /// The draft that is corrected; none for a new one.
    pub corrects: Option<String>,
    /// Elections that can be chosen.
    pub elections: Vec<Election>,
    /// Keys of those that are.
    pub chosen: Vec<String>,
    /// Subjects and texts.
    pub words: Drafts,
    /// The pace, as typed.
    pub per_minute: String,
    /// What was just done.
    pub outcome: Outcome,
}

/// What the page of one mailing shows.
#[derive(Debug, Clone)]
pub struct MailingView {
    /// The consultation.
    pub consultation: Consultation,
    /// The mailing with its figures.
    pub followed: Followed,
    /// Elections of the consultation.
    pub elections: Vec<Election>,
    /// How it looks.
    pub preview: Preview,
    /// The moment of the figures.
    pub now: Timestamp,
    /// What was just done.
    pub outcome: Outcome,
}

fn kind_words(kind: MailingKind) -> &'static str {
    match kind {
        MailingKind::Activation => key("mailing-kind-activation"),
        MailingKind::Reminder => key("mailing-kind-reminder"),
        MailingKind::Opening => key("mailing-kind-opening"),
        MailingKind::Closing => key("mailing-kind-closing"),
    }
}

/// Whom a mailing of this kind goes to.
fn audience_words(kind: MailingKind) -> &'static str {
    if kind.activates() {
        key("mailing-to-not-activated")
    } else {
        key("mailing-to-all")
    }
}

fn status_words(status: MailingStatus) -> &'static str {
    match status {
        MailingStatus::Draft => key("mailing-status-draft"),
        MailingStatus::Started => key("mailing-status-started"),
        MailingStatus::Paused => key("mailing-status-paused"),
        MailingStatus::Stopped => key("mailing-status-stopped"),
        MailingStatus::Done => key("mailing-status-done"),
    }
}

fn slot_words(slot: Slot) -> &'static str {
    match slot {
        Slot::Consultation => key("mailing-slot-consultation"),
        Slot::Organiser => key("mailing-slot-organiser"),
        Slot::Opening => key("mailing-slot-opening"),
        Slot::Closing => key("mailing-slot-closing"),
        Slot::Portal => key("mailing-slot-portal"),
        Slot::Link => key("mailing-slot-link"),
    }
}

/// Draws the mailings.
#[must_use]
pub fn render(chrome: &Chrome, member: &StaffMember, view: &ListView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text("mailing-title");
    frame(
        chrome,
        member,
        Tab::Mailings,
        &title,
        html! {
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text("mailing-lede")) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-nouveau" {
                h2 #t-nouveau { (lang.text("mailing-new")) }
                ul {
                    @for kind in MailingKind::ALL {
                        li {
                            a href={ (PATH) "/nouveau?nature=" (kind) } { (lang.text(kind_words(kind))) }
                            br; span.soft { (lang.text(audience_words(kind))) }
                        }
                    }
                }
            }
            section.section aria-labelledby="t-envois" {
                h2 #t-envois { (lang.text("mailing-written")) }
                @if view.mailings.is_empty() { p { (lang.text("mailing-none")) } } @else { (mailings(lang, &view.mailings)) }
            }
        },
    )
}

fn mailings(lang: Lang, mailings: &[Mailing]) -> Markup {
    table_box(
        &lang.text("mailing-written"),
        html! {
            table {
                caption.vh { (lang.text("mailing-written")) }
                thead { tr {
                    th scope="col" { (lang.text("mailing-what")) }
                    th scope="col" { (lang.text("mailing-status")) }
                    th scope="col" { (lang.text("mailing-starts")) }
                    th.num scope="col" { (lang.text("mailing-queued")) }
                    th scope="col" { (lang.text("mailing-created")) }
                } }
                tbody {
                    @for one in mailings {
                        tr {
                            th scope="row" { a href={ (PATH) "/" (one.id) } {
                                (lang.text(kind_words(one.kind))) br; span.small { (one.content.words.fr.subject) }
                            } }
                            td { (lang.text(status_words(one.status))) }
                            td { @match one.starts { Some(starts) => (at(lang, starts)), None => "–" } }
                            td.num { (lang.number(one.queued)) }
                            td { (one.created.1) br; span.small.soft { (at(lang, one.created.0)) } }
                        }
                    }
                }
            }
        },
    )
}

/// Draws the form.
#[must_use]
pub fn render_form(chrome: &Chrome, member: &StaffMember, view: &FormView) -> Markup {
    let lang = chrome.lang;
    let title = lang.text(kind_words(view.kind));
    let action = view
        .corrects
        .as_ref()
        .map_or_else(|| PATH.to_owned(), |id| format!("{PATH}/{id}/texte"));
    frame(
        chrome,
        member,
        Tab::Mailings,
        &title,
        html! {
            (back(PATH, lang.text("mailing-title")))
            div.page-head { h1 { (title) } p.lede { (lang.text(audience_words(view.kind))) } }
            (view.outcome.draw(lang))
            form.form method="post" action=(action) novalidate data-once {
                (required_note(lang))
                input type="hidden" name="nature" value=(view.kind);
                (rolls(lang, view))
                (slots(lang, view.kind))
                (words(lang, view, "fr", &view.words.fr.subject, &view.words.fr.body))
                (words(lang, view, "en", &view.words.en.subject, &view.words.en.body))
                (field(&Field {
                    hint: Some(&lang.with("mailing-pace-hint", args![most = PerMinute::MOST])),
                    error: view.outcome.error_of("cadence", lang),
                    value: &view.per_minute,
                    max_length: Some(6),
                    ..Field::text("cadence", &lang.text("mailing-pace"))
                }, html! {}))
                div.actions { button.btn.btn--primary type="submit" { (lang.text("mailing-keep")) } }
            }
        },
    )
}

fn rolls(lang: Lang, view: &FormView) -> Markup {
    let error = view.outcome.error_of("liste", lang);
    html! {
        fieldset.field.field--error[error.is_some()] #liste tabindex="-1" {
            legend.field__label { (lang.text("mailing-rolls")) }
            @for election in &view.elections {
                @let id = format!("liste-{}", election.key);
                label.option for=(id) {
                    input id=(id) type="checkbox" name="liste" value=(election.key) checked[view.chosen.contains(&election.key)];
                    span { (election.title) }
                }
            }
            @if let Some(error) = error { (field_error("liste", error)) }
        }
    }
}

/// What may stand between braces.
fn slots(lang: Lang, kind: MailingKind) -> Markup {
    html! {
        section aria-labelledby="t-champs" {
            h2 #t-champs { (lang.text("mailing-slots")) }
            p { (lang.text("mailing-slots-text")) }
            dl.facts {
                @for slot in Slot::ALL.into_iter().filter(|slot| kind.activates() || *slot != Slot::Link) {
                    div { dt { code { "{" (slot.name()) "}" } } dd { (lang.text(slot_words(slot))) } }
                }
            }
        }
    }
}

fn words(lang: Lang, view: &FormView, code: &str, subject: &str, body: &str) -> Markup {
    let (subject_id, body_id) = (format!("objet-{code}"), format!("texte-{code}"));
    let french = code == "fr";
    let heading = if french {
        key("mailing-french")
    } else {
        key("mailing-english")
    };
    let rows = 12;
    html! {
        fieldset {
            legend { h2 { (lang.text(heading)) } }
            (field(&Field {
                error: view.outcome.error_of(&subject_id, lang),
                value: subject,
                max_length: u32::try_from(LONGEST_SUBJECT).ok(),
                ..Field::text(&subject_id, &lang.text("mailing-subject"))
            }, html! {}))
            (area(&Area {
                id: &body_id,
                name: &body_id,
                label: &lang.text("mailing-body"),
                hint: Some(&lang.text("mailing-body-hint")),
                value: body,
                rows,
                longest: LONGEST_BODY,
                required: true,
                error: view.outcome.error_of(&body_id, lang),
            }))
        }
    }
}

/// Draws one mailing.
#[must_use]
pub fn render_one(chrome: &Chrome, member: &StaffMember, view: &MailingView) -> Markup {
    let lang = chrome.lang;
    let mailing = &view.followed.mailing;
    let title = lang.text(kind_words(mailing.kind));
    frame(
        chrome,
        member,
        Tab::Mailings,
        &title,
        html! {
            (back(PATH, lang.text("mailing-title")))
            div.page-head { p.overline { (view.consultation.title) } h1 { (title) } p.lede { (lang.text(audience_words(mailing.kind))) } }
            (view.outcome.draw(lang))
            section.section aria-labelledby="t-etat" {
                h2 #t-etat { (lang.text("mailing-state")) }
                (facts(lang, view))
                @if mailing.started.is_some() { (figures(lang, view)) }
            }
            (decisions(lang, mailing))
            section.section aria-labelledby="t-apercu" {
                h2 #t-apercu { (lang.text("mailing-preview")) }
                p { (lang.text("mailing-preview-text")) }
                (mail(lang, key("mailing-preview-both"), &view.preview.both))
                (mail(lang, key("mailing-french"), &view.preview.fr))
                (mail(lang, key("mailing-english"), &view.preview.en))
            }
        },
    )
}

/// A mail as it is read.
fn mail(lang: Lang, of: &'static str, words: &Words) -> Markup {
    html! {
        article.panel {
            h3 { (words.subject) }
            p.small.soft { (lang.text(of)) }
            div.letter-text { (words.body) }
        }
    }
}

fn facts(lang: Lang, view: &MailingView) -> Markup {
    let mailing = &view.followed.mailing;
    let chosen = view
        .elections
        .iter()
        .filter(|election| mailing.content.elections.contains(&election.id));
    html! {
        dl.facts {
            div { dt { (lang.text("mailing-status")) } dd { (lang.text(status_words(mailing.status))) } }
            div { dt { (lang.text("mailing-rolls")) } dd { @for election in chosen { (election.title) br; } } }
            div { dt { (lang.text("mailing-reached")) } dd { (lang.number(view.followed.audience.reached)) } }
            div { dt { (lang.text("mailing-without")) } dd { (lang.number(view.followed.audience.without_mailbox)) } }
            div { dt { (lang.text("mailing-pace")) } dd { (lang.number(u64::from(mailing.content.pace.value()))) } }
            div { dt { (lang.text("mailing-created")) } dd { (mailing.created.1) ", " (at(lang, mailing.created.0)) } }
            @if let Some((when, by)) = &mailing.started { div { dt { (lang.text("mailing-started")) } dd { (by) ", " (at(lang, *when)) } } }
            @if let Some(starts) = mailing.starts { div { dt { (lang.text("mailing-starts")) } dd { (at(lang, starts)) } } }
            @if let Some(ended) = mailing.ended { div { dt { (lang.text("mailing-ended")) } dd { (at(lang, ended)) } } }
        }
    }
}

/// What has become of its messages. The page is asked for again by a link: nothing moves under the reader.
fn figures(lang: Lang, view: &MailingView) -> Markup {
    let figures = view.followed.figures;
    html! {
        h3 { (lang.text("mailing-figures")) }
        dl.facts {
            div { dt { (lang.text("mailing-queued")) } dd { (lang.number(view.followed.mailing.queued)) } }
            div { dt { (lang.text("mailing-waiting")) } dd { (lang.number(figures.waiting)) } }
            div { dt { (lang.text("mailing-sent")) } dd { (lang.number(figures.sent)) } }
            div { dt { (lang.text("mailing-failed")) } dd { (lang.number(figures.failed)) } }
            div { dt { (lang.text("mailing-expired")) } dd { (lang.number(figures.expired)) } }
        }
        p.soft { (lang.with("mailing-figures-at", args![when = at(lang, view.now)])) }
        p { a.btn.btn--secondary href={ (PATH) "/" (view.followed.mailing.id) } { (lang.text("mailing-refresh")) } }
    }
}

/// What may be decided in this state.
fn decisions(lang: Lang, mailing: &Mailing) -> Markup {
    let path = format!("{PATH}/{}", mailing.id);
    let draft = mailing.status == MailingStatus::Draft;
    let over = matches!(mailing.status, MailingStatus::Stopped | MailingStatus::Done);
    html! {
        @if !over {
            section.section aria-labelledby="t-decision" {
                h2 #t-decision { (lang.text("mailing-decision")) }
                @if draft {
                    div.actions {
                        a.btn.btn--primary href={ (path) "/confirmation" } { (lang.text("mailing-go-start")) }
                        a.btn.btn--secondary href={ (path) "/texte" } { (lang.text("mailing-correct")) }
                    }
                }
                form.form method="post" action=(path) data-once {
                    div.actions {
                        @if mailing.status == MailingStatus::Started {
                            button.btn.btn--primary type="submit" name="geste" value="suspendre" { (lang.text("mailing-pause")) }
                        }
                        @if mailing.status == MailingStatus::Paused {
                            button.btn.btn--primary type="submit" name="geste" value="reprendre" { (lang.text("mailing-resume")) }
                        }
                        button.btn.btn--secondary type="submit" name="geste" value="essayer" { (lang.text("mailing-try")) }
                        button.btn.btn--secondary type="submit" name="geste" value="arreter" {
                            @if draft { (lang.text("mailing-drop")) } @else { (lang.text("mailing-stop")) }
                        }
                    }
                }
                @if !draft { p.soft { (lang.text("mailing-stop-text")) } }
            }
        }
    }
}

/// Draws the page that asks before a mailing starts; `typed` is the instant as it was typed.
#[must_use]
pub fn render_confirmation(chrome: &Chrome, member: &StaffMember, view: &MailingView, typed: &str) -> Markup {
    let lang = chrome.lang;
    let mailing = &view.followed.mailing;
    let title = lang.text("mailing-confirm-title");
    let reached = view.followed.audience.reached;
    let minutes = reached.div_ceil(u64::from(mailing.content.pace.value().max(1))).max(1);
    frame(
        chrome,
        member,
        Tab::Mailings,
        &title,
        html! {
            (back(&format!("{PATH}/{}", mailing.id), lang.text(kind_words(mailing.kind))))
            div.page-head { h1 { (title) } p.lede { (lang.with("mailing-confirm-many", args![n = reached])) } }
            (view.outcome.draw(lang))
            p { (lang.text(audience_words(mailing.kind))) }
            p { (lang.with("mailing-confirm-without", args![n = view.followed.audience.without_mailbox])) }
            p { (lang.with("mailing-confirm-lasts", args![minutes = minutes])) }
            h2 { (lang.text("mailing-preview")) }
            (mail(lang, key("mailing-preview-both"), &view.preview.both))
            form.form method="post" action={ (PATH) "/" (mailing.id) } novalidate data-once {
                (field(&Field {
                    hint: Some(&lang.text("mailing-when-hint")),
                    error: view.outcome.error_of("quand", lang),
                    value: typed,
                    kind: "datetime-local",
                    required: false,
                    ..Field::text("quand", &lang.text("mailing-when"))
                }, html! {}))
                div.actions {
                    button.btn.btn--primary type="submit" name="geste" value="lancer" { (lang.with("mailing-start", args![n = reached])) }
                    a.btn.btn--secondary href={ (PATH) "/" (mailing.id) } { (lang.text("mailing-not-now")) }
                }
            }
        },
    )
}
