//! The two languages of all pages: French first, English complete.
//!
//! Every sentence lives in `locales/fr/` and `locales/en/` (Fluent), one file per topic, compiled into the binary. Pages ask a [`Lang`] for a message by key;
//! a test compares the two files with the keys the source uses, so that a missing or an unused message fails the build and never reaches
//! a voter. Messages may carry inline markup (`<strong>`, a link): [`Lang::rich`] trusts the message, escapes every argument.

use std::sync::LazyLock;

pub use fluent_bundle::FluentValue;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use isoloir_domain::message::Language;
use maud::{Markup, PreEscaped, html};
use unic_langid::LanguageIdentifier;

/// All messages, as compiled in: one file per topic, the same topics in both languages.
macro_rules! topics {
    ($($topic:literal),* $(,)?) => {
        const FR: &str = concat!($(include_str!(concat!("../locales/fr/", $topic, ".ftl")), "\n"),*);
        const EN: &str = concat!($(include_str!(concat!("../locales/en/", $topic, ".ftl")), "\n"),*);
        /// The topics, which a test compares with the files.
        pub const TOPICS: &[&str] = &[$($topic),*];
    };
}

topics!(
    "portal",
    "accounts",
    "api",
    "assistance",
    "board",
    "candidacies",
    "captcha",
    "complaints",
    "content",
    "identity",
    "journal",
    "mailings",
    "notices",
    "preparation",
    "reissue-request",
    "receipts",
    "registrar",
    "rolls",
    "staff",
    "support",
    "texts",
    "tutorials",
    "verification",
);

/// A language of the pages. French is the language of the law and of every page that says nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Lang {
    /// French.
    #[default]
    Fr,
    /// English.
    En,
}

/// One named value put into a message.
pub type Arg<'a> = (&'static str, FluentValue<'a>);

/// Writes the arguments of a message: `args![count = 3, name = "x"]`.
#[macro_export]
macro_rules! args {
    ($($name:ident = $value:expr),* $(,)?) => {
        &[$((stringify!($name), $crate::i18n::FluentValue::from($value))),*]
    };
}

/// Marks a literal as a message key where it is not written inside `text(…)` and its like; the test on keys looks for it.
#[must_use]
pub const fn key(key: &'static str) -> &'static str {
    key
}

impl Lang {
    /// Both languages, in the order of the switch in the header.
    pub const ALL: [Lang; 2] = [Lang::Fr, Lang::En];

    /// The BCP 47 code, as written in `lang` attributes and in the cookie.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Lang::Fr => "fr",
            Lang::En => "en",
        }
    }

    /// The language of the domain's messages.
    #[must_use]
    pub const fn language(self) -> Language {
        match self {
            Lang::Fr => Language::French,
            Lang::En => Language::English,
        }
    }

    /// Reads the code of a supported language.
    #[must_use]
    pub fn parse(code: &str) -> Option<Lang> {
        Lang::ALL.into_iter().find(|lang| lang.code() == code)
    }

    /// A plain message, to be escaped by the template like any text.
    #[must_use]
    pub fn text(self, key: &str) -> String {
        self.with(key, &[])
    }

    /// A plain message with values.
    #[must_use]
    pub fn with(self, key: &str, values: &[Arg<'_>]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, value.clone());
        }
        self.format(key, &args)
    }

    /// A message that carries inline markup.
    #[must_use]
    pub fn rich(self, key: &str) -> Markup {
        self.rich_with(key, &[])
    }

    /// A message that carries inline markup, with values: the values are escaped, the message is trusted.
    #[must_use]
    pub fn rich_with(self, key: &str, values: &[Arg<'_>]) -> Markup {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            let safe = match value {
                FluentValue::String(text) => FluentValue::from(html! { (text) }.into_string()),
                other => other.clone(),
            };
            args.set(*name, safe);
        }
        PreEscaped(self.format(key, &args))
    }

    /// A whole number, grouped by three as the language does.
    #[must_use]
    pub fn number(self, number: u64) -> String {
        group_digits(&number.to_string(), self)
    }

    /// A count in words up to ten, in digits beyond: `trois`, `1 214`. For nouns of the masculine (*un scrutin, un siège*).
    #[must_use]
    pub fn spelled(self, number: u64) -> String {
        const FR: [&str; 11] = [
            "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
        ];
        const EN: [&str; 11] = [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        ];
        let words = match self {
            Lang::Fr => FR,
            Lang::En => EN,
        };
        let word = usize::try_from(number).ok().and_then(|index| words.get(index).copied());
        word.map_or_else(|| self.number(number), str::to_owned)
    }

    /// [`Lang::spelled`] at the head of a sentence: `Trois`.
    #[must_use]
    pub fn spelled_first(self, number: u64) -> String {
        let word = self.spelled(number);
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// A decimal text with its whole part grouped: `1 214,50`. `text` uses this language's [`Lang::decimal_mark`].
    #[must_use]
    pub fn decimal(self, text: &str) -> String {
        match text.split_once(self.decimal_mark()) {
            Some((whole, decimals)) => format!("{}{}{decimals}", group_digits(whole, self), self.decimal_mark()),
            None => group_digits(text, self),
        }
    }

    /// A share of a whole in percent, two decimals, rounded half up: `64,98 %`. `None` when the whole is empty.
    #[must_use]
    pub fn percent(self, part: u64, whole: u64) -> Option<String> {
        if whole == 0 {
            return None;
        }
        let scaled = (u128::from(part) * 20_000 + u128::from(whole)) / (u128::from(whole) * 2);
        let digits = format!("{}{}{:02}", scaled / 100, self.decimal_mark(), scaled % 100);
        Some(match self {
            Lang::Fr => format!("{digits}\u{a0}%"),
            Lang::En => format!("{digits}%"),
        })
    }

    /// The sign between units and decimals.
    #[must_use]
    pub const fn decimal_mark(self) -> char {
        match self {
            Lang::Fr => ',',
            Lang::En => '.',
        }
    }

    fn format(self, key: &str, args: &FluentArgs<'_>) -> String {
        let Some(bundle) = self.bundle() else {
            return key.to_owned();
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, lang = self.code(), "message missing");
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, lang = self.code(), "message has unfilled places");
        }
        text
    }

    fn bundle(self) -> Option<&'static FluentBundle<FluentResource>> {
        static FR_BUNDLE: LazyLock<Option<FluentBundle<FluentResource>>> = LazyLock::new(|| build(FR, Lang::Fr));
        static EN_BUNDLE: LazyLock<Option<FluentBundle<FluentResource>>> = LazyLock::new(|| build(EN, Lang::En));
        match self {
            Lang::Fr => FR_BUNDLE.as_ref(),
            Lang::En => EN_BUNDLE.as_ref(),
        }
    }
}

fn grouped(value: &FluentValue<'_>, lang: Lang) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(group_digits(&number.as_string(), lang)),
        _ => None,
    }
}

/// Isolation marks are switched off: they would end up in copied text, and both languages run left to right.
fn build(source: &str, lang: Lang) -> Option<FluentBundle<FluentResource>> {
    let resource = FluentResource::try_new(source.to_owned()).ok()?;
    let id: LanguageIdentifier = lang.code().parse().ok()?;
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(match lang {
        Lang::Fr => |value, _| grouped(value, Lang::Fr),
        Lang::En => |value, _| grouped(value, Lang::En),
    }));
    bundle.add_resource(resource).ok()?;
    Some(bundle)
}

/// Groups the digits of a whole number by three: narrow no-break space in French, comma in English.
fn group_digits(digits: &str, lang: Lang) -> String {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return digits.to_owned();
    }
    let separator = match lang {
        Lang::Fr => '\u{202f}',
        Lang::En => ',',
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}
