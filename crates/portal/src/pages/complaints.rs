//! Complaints about the roll (*réclamations*), on the voter's side: form, acknowledgement, status, decision with its reasons.

use std::collections::BTreeMap;

use isoloir_domain::complaint::{Object, Status};
use isoloir_domain::publication::{Place, Window};
use isoloir_domain::texts::Text;
use isoloir_service::decide_complaint::{Complaint, ComplaintFile, WholeComplaint};
use isoloir_service::file_complaint::{ComplaintField, MAX_BODY, MAX_FIELD, MAX_FILES};
use maud::{Markup, html};

use crate::captcha::CaptchaView;
use crate::layout::{Chrome, page};
use crate::pages::captcha::{captcha_field, captcha_notice};
use crate::pages::texts::organiser_text;
use isoloir_theme::args;
use isoloir_theme::components::{Field, Tone, back, badge, field, field_error, notice, required_mark, required_note};
use isoloir_theme::i18n::{Lang, key};
use isoloir_theme::icons::{Icon, icon};
use isoloir_theme::layout::contact_lines;
use isoloir_theme::when;

/// The words of an object, as the person would say them.
#[must_use]
pub const fn object_words(object: Object) -> &'static str {
    match object {
        Object::Missing => key("complaint-missing"),
        Object::WrongElection => key("complaint-wrong-election"),
        Object::WrongData => key("complaint-wrong-data"),
        Object::OtherPerson => key("complaint-other-person"),
        Object::Other => key("complaint-other"),
    }
}

/// Where a complaint stands, in words with a sign.
#[must_use]
pub fn status_badge(lang: Lang, status: Status) -> Markup {
    match status {
        Status::Open => badge(Tone::Info, Icon::Clock, lang.text("complaint-open")),
        Status::Accepted => badge(Tone::Success, Icon::Success, lang.text("complaint-accepted")),
        Status::Rejected => badge(Tone::Warning, Icon::Error, lang.text("complaint-rejected")),
    }
}

/// When complaints are taken, and what the organiser says about them.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The window.
    pub window: Window,
    /// Where this instant falls.
    pub place: Place,
    /// Days to decide.
    pub answer_days: u8,
    /// The organiser's words.
    pub text: Option<Text>,
}

/// Draws the voter's complaints.
#[must_use]
pub fn render_list(chrome: &Chrome, rules: &Rules, complaints: &[Complaint]) -> Markup {
    let lang = chrome.lang;
    page(
        chrome,
        &lang.text("complaints-title"),
        html! {
            (back("/", lang.text("back-home")))
            div.page-head { h1 { (lang.text("complaints-title")) } p.lede { (lang.text("complaints-lede")) } }
            @if rules.place == Place::Inside {
                div.actions.actions--top {
                    a.btn.btn--primary href="/reclamations/nouvelle" { (icon(Icon::Flag)) " " (lang.text("home-complaint-title")) }
                }
            }
            (window_notice(chrome, rules))
            @if let Some(text) = &rules.text { (organiser_text(chrome, text)) }
            section.section aria-labelledby="t-miennes" {
                h2 #t-miennes { (lang.text("complaints-mine")) }
                @if complaints.is_empty() { p.soft { (lang.text("complaints-none")) } }
                ol.polls {
                    @for complaint in complaints {
                        li.poll {
                            span.poll__n { (icon(Icon::Flag)) }
                            div {
                                h3 { (complaint.number) }
                                p { (lang.text(object_words(complaint.object))) }
                                p.small.soft { (lang.with("complaint-filed-on", args![when = when::date_time(lang, complaint.filed)])) }
                                (status_badge(lang, complaint.status))
                            }
                            a.btn.btn--secondary href={ "/reclamations/" (complaint.number) } {
                                (lang.text("complaint-read")) span.vh { " " (complaint.number) }
                            }
                        }
                    }
                }
            }
        },
    )
}

/// Until when complaints are taken, and where to turn otherwise.
fn window_notice(chrome: &Chrome, rules: &Rules) -> Markup {
    let lang = chrome.lang;
    let until = when::date_time(lang, rules.window.until);
    match (rules.place, rules.window.from) {
        (Place::Inside, _) => html! {
            p.note { (lang.with("complaints-until", args![when = until, days = rules.answer_days])) }
        },
        (Place::Before, Some(from)) => notice(
            Tone::Info,
            lang.text("complaints-before-title"),
            html! { p { (lang.with("complaints-before-text", args![when = when::date_time(lang, from)])) } },
        ),
        _ => notice(
            Tone::Warning,
            lang.text("complaints-after-title"),
            html! { p { (lang.with("complaints-after-text", args![when = until])) } (contact_lines(lang, &chrome.contact)) },
        ),
    }
}

/// An election that can be chosen.
#[derive(Debug, Clone)]
pub struct ChoiceOfElection {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
}

/// What the person typed, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    /// The form's token.
    pub token: String,
    /// Elections to choose from.
    pub elections: Vec<ChoiceOfElection>,
    /// Values typed, by field name.
    pub values: BTreeMap<String, String>,
    /// What is wrong, in words; with the field that it belongs to, if it does.
    pub problem: Option<(Option<ComplaintField>, String)>,
    /// Whether files were sent with a form that comes back: they must be chosen again.
    pub files_lost: bool,
    /// Whether a person on no roll fills it.
    pub absent: bool,
    /// The captcha to answer, when one is due.
    pub captcha: Option<CaptchaView>,
}

impl FormView {
    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn error(&self, of: ComplaintField) -> Option<&str> {
        match &self.problem {
            Some((Some(at), words)) if *at == of => Some(words),
            _ => None,
        }
    }
}

/// The `id` and `name` of a field.
#[must_use]
pub const fn field_id(field: ComplaintField) -> &'static str {
    match field {
        ComplaintField::Object => "objet",
        ComplaintField::Election => "scrutin",
        ComplaintField::OtherPerson => "personne",
        ComplaintField::Body => "texte",
        ComplaintField::Files => "pieces",
        ComplaintField::LastName => "nom",
        ComplaintField::FirstName => "prenom",
        ComplaintField::Number => "matricule",
        ComplaintField::Contact => "courriel",
    }
}

/// Draws the form of a new complaint, or why there is none now.
#[must_use]
pub fn render_form(chrome: &Chrome, rules: &Rules, view: &FormView) -> Markup {
    let lang = chrome.lang;
    let (action, up, up_words) = if view.absent {
        ("/reclamations/absent", "/", lang.text("back-home"))
    } else {
        ("/reclamations/nouvelle", "/reclamations", lang.text("complaints-title"))
    };
    let (title, lede) = if view.absent {
        (lang.text("complaint-absent-title"), lang.text("complaint-absent-lede"))
    } else {
        (lang.text("home-complaint-title"), lang.text("complaint-form-lede"))
    };
    page(
        chrome,
        &title,
        html! {
            (back(up, up_words))
            div.page-head { h1 { (title) } p.lede { (lede) } }
            @match (&view.problem, view.captcha.as_ref().and_then(|captcha| captcha.problem)) {
                (Some((at, words)), _) => (problem(lang, *at, words, view.files_lost)),
                (None, Some(wrong)) => (captcha_notice(lang, Some(wrong))),
                (None, None) => {},
            }
            (window_notice(chrome, rules))
            @if let Some(text) = &rules.text { (organiser_text(chrome, text)) }
            @if rules.place == Place::Inside {
                form.form method="post" action=(action) enctype="multipart/form-data" novalidate data-once {
                    (required_note(lang))
                    input type="hidden" name="jeton" value=(view.token);
                    @if view.absent { (identity(lang, view)) }
                    (objects(lang, view))
                    (election(lang, view))
                    (other_person(lang, view))
                    (body(lang, view))
                    (files(lang, view))
                    @if let Some(captcha) = &view.captcha { (captcha_field(lang, captcha)) }
                    div.actions {
                        button.btn.btn--primary type="submit" { (lang.text("complaint-send")) }
                        a.btn.btn--secondary href=(up) { (lang.text("back-home-short")) }
                    }
                }
            }
        },
    )
}

fn problem(lang: Lang, at: Option<ComplaintField>, words: &str, files_lost: bool) -> Markup {
    notice(
        Tone::Error,
        lang.text("complaint-not-sent"),
        html! {
            @match at {
                Some(at) => p { a href={ "#" (field_id(at)) } { (words) } },
                None => p { (words) },
            }
            @if files_lost { p { (lang.text("complaint-files-again")) } }
        },
    )
}

fn identity(lang: Lang, view: &FormView) -> Markup {
    let labels = [
        (
            ComplaintField::LastName,
            lang.text("complaint-last-name"),
            "family-name",
            true,
        ),
        (
            ComplaintField::FirstName,
            lang.text("complaint-first-name"),
            "given-name",
            true,
        ),
        (ComplaintField::Number, lang.text("account-number"), "off", false),
        (ComplaintField::Contact, lang.text("complaint-contact"), "email", true),
    ];
    let hint = lang.text("complaint-contact-hint");
    html! {
        @for (of, label, autocomplete, required) in &labels {
            (field(&Field {
                value: view.value(field_id(*of)),
                error: view.error(*of),
                hint: (*of == ComplaintField::Contact).then_some(hint.as_str()),
                kind: if *of == ComplaintField::Contact { "email" } else { "text" },
                autocomplete,
                required: *required,
                max_length: u32::try_from(MAX_FIELD).ok(),
                ..Field::text(field_id(*of), label)
            }, html! {}))
        }
    }
}

fn objects(lang: Lang, view: &FormView) -> Markup {
    let error = view.error(ComplaintField::Object);
    let offered: Vec<Object> = Object::ALL
        .into_iter()
        // Who is on no roll cannot be on a wrong one, nor have wrong data on one.
        .filter(|object| !view.absent || matches!(object, Object::Missing | Object::OtherPerson | Object::Other))
        .collect();
    html! {
        fieldset.field.field--error[error.is_some()] #objet tabindex="-1" aria-describedby=[error.map(|_| "objet-err")] {
            legend.field__label { (lang.text("complaint-object")) " " (required_mark()) }
            @for object in offered {
                label.option for={ "objet-" (object.as_str()) } {
                    input type="radio" name="objet" id={ "objet-" (object.as_str()) } value=(object.as_str()) required
                        checked[view.value("objet") == object.as_str()];
                    span { (lang.text(object_words(object))) }
                }
            }
            @if let Some(error) = error { (field_error("objet", error)) }
        }
    }
}

fn election(lang: Lang, view: &FormView) -> Markup {
    let error = view.error(ComplaintField::Election);
    html! {
        div.field.field--error[error.is_some()] {
            label.field__label for="scrutin" { (lang.text("complaint-election")) }
            p.field__hint #scrutin-aide { (lang.text("complaint-election-hint")) }
            select.input #scrutin name="scrutin" aria-describedby=(described("scrutin", error)) aria-invalid=[error.map(|_| "true")] {
                option value="" { (lang.text("complaint-no-election")) }
                @for election in &view.elections {
                    option value=(election.id) selected[view.value("scrutin") == election.id] { (election.title) }
                }
            }
            @if let Some(error) = error { (field_error("scrutin", error)) }
        }
    }
}

fn described(id: &str, error: Option<&str>) -> String {
    match error {
        Some(_) => format!("{id}-aide {id}-err"),
        None => format!("{id}-aide"),
    }
}

fn other_person(lang: Lang, view: &FormView) -> Markup {
    let (label, hint) = (lang.text("complaint-person"), lang.text("complaint-person-hint"));
    field(
        &Field {
            value: view.value("personne"),
            error: view.error(ComplaintField::OtherPerson),
            hint: Some(&hint),
            required: false,
            max_length: u32::try_from(MAX_FIELD).ok(),
            ..Field::text("personne", &label)
        },
        html! {},
    )
}

fn body(lang: Lang, view: &FormView) -> Markup {
    let error = view.error(ComplaintField::Body);
    html! {
        div.field.field--error[error.is_some()] {
            label.field__label for="texte" { (lang.text("complaint-body")) " " (required_mark()) }
            p.field__hint #texte-aide { (lang.with("complaint-body-hint", args![n = MAX_BODY])) }
            textarea.input #texte name="texte" rows="8" maxlength=(MAX_BODY) required aria-describedby=(described("texte", error))
                aria-invalid=[error.map(|_| "true")] { (view.value("texte")) }
            @if let Some(error) = error { (field_error("texte", error)) }
        }
    }
}

fn files(lang: Lang, view: &FormView) -> Markup {
    let error = view.error(ComplaintField::Files);
    html! {
        div.field.field--error[error.is_some()] {
            label.field__label for="pieces" { (lang.text("complaint-files")) }
            p.field__hint #pieces-aide { (lang.with("complaint-files-hint", args![n = MAX_FILES])) }
            input.input #pieces name="pieces" type="file" multiple accept="application/pdf,image/png,image/jpeg"
                aria-describedby=(described("pieces", error)) aria-invalid=[error.map(|_| "true")];
            @if let Some(error) = error { (field_error("pieces", error)) }
        }
    }
}

/// One complaint, as the person who filed it reads it.
#[derive(Debug, Clone)]
pub struct ComplaintView {
    /// The complaint with what is attached.
    pub whole: WholeComplaint,
    /// Title of the election concerned.
    pub election: Option<String>,
    /// Whether it was filed just now.
    pub new: bool,
    /// Where attachments are, before their rank; none for a person without account.
    pub files: Option<String>,
}

/// Draws one complaint.
#[must_use]
pub fn render(chrome: &Chrome, view: &ComplaintView) -> Markup {
    let lang = chrome.lang;
    let complaint = &view.whole.complaint;
    let title = lang.with("complaint-title", args![number = complaint.number.to_string()]);
    let (up, up_words) = if view.files.is_some() {
        ("/reclamations", lang.text("complaints-title"))
    } else {
        ("/", lang.text("back-home"))
    };
    page(
        chrome,
        &title,
        html! {
            (back(up, up_words))
            div.page-head { h1 { (title) } p { (status_badge(lang, complaint.status)) } }
            @if view.new { (received(lang, view)) }
            @if let Some(decision) = &complaint.decision {
                section.panel aria-labelledby="t-decision" {
                    h2 #t-decision { (lang.text(decided_words(complaint.status))) }
                    p.small.soft { (lang.with("complaint-decided-on", args![when = when::date_time(lang, decision.at)])) }
                    h3 { (lang.text("complaint-reasons")) }
                    p.typed lang=[foreign(lang)] { (decision.reasons) }
                    @if !decision.effect.is_empty() {
                        h3 { (lang.text("complaint-effect")) }
                        p.typed lang=[foreign(lang)] { (decision.effect) }
                    }
                    (attachments(lang, view, true))
                    p.small { (lang.text("complaint-appeal")) }
                }
            }
            section.section aria-labelledby="t-contenu" {
                h2 #t-contenu { (lang.text("complaint-content")) }
                dl.facts {
                    div { dt { (lang.text("complaint-object")) } dd { (lang.text(object_words(complaint.object))) } }
                    @if let Some(election) = &view.election { div { dt { (lang.text("complaint-election")) } dd { (election) } } }
                    @if !complaint.other_person.is_empty() { div { dt { (lang.text("complaint-person")) } dd { (complaint.other_person) } } }
                    div { dt { (lang.text("complaint-filed")) } dd { (lang.with("paris-time", args![when = when::date_time(lang, complaint.filed)])) } }
                    div { dt { (lang.text("complaint-due")) } dd { (lang.with("paris-time", args![when = when::date_time(lang, complaint.due)])) } }
                }
                p.typed { (complaint.body) }
                (attachments(lang, view, false))
            }
        },
    )
}

/// What people type is in French more often than not; the page does not know better.
const fn foreign(lang: Lang) -> Option<&'static str> {
    match lang {
        Lang::Fr => None,
        Lang::En => Some("fr"),
    }
}

const fn decided_words(status: Status) -> &'static str {
    match status {
        Status::Accepted => key("complaint-decision-accepted"),
        Status::Open | Status::Rejected => key("complaint-decision-rejected"),
    }
}

fn received(lang: Lang, view: &ComplaintView) -> Markup {
    let complaint = &view.whole.complaint;
    notice(
        Tone::Success,
        lang.text("complaint-received-title"),
        html! {
            p { (lang.rich_with("complaint-received-text", args![
                number = complaint.number.to_string(), when = when::date_time(lang, complaint.due)])) }
            @if !complaint.contact.is_empty() { p { (lang.with("complaint-received-mail", args![contact = complaint.contact.as_str()])) } }
            @if view.files.is_none() { p { (lang.text("complaint-received-link")) } }
        },
    )
}

fn attachments(lang: Lang, view: &ComplaintView, by_organiser: bool) -> Markup {
    let files: Vec<&ComplaintFile> = view
        .whole
        .files
        .iter()
        .filter(|file| file.by_organiser == by_organiser)
        .collect();
    html! {
        @if !files.is_empty() {
            h3 { (lang.text("complaint-files")) }
            ul.plain {
                @for file in files {
                    li {
                        @match &view.files {
                            Some(base) => a href={ (base) (file.position) } { (icon(Icon::Download)) " " (file.name) },
                            None => { (icon(Icon::Sheet)) " " (file.name) },
                        }
                        span.soft.small { " " (lang.with("file-size", args![size = file.size.div_ceil(1_000)])) }
                    }
                }
            }
        }
    }
}
