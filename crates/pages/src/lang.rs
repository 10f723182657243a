//! The languages that pages are written in, and their messages.

use std::{collections::HashMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// English, which stands in where a message is missing.
    #[default]
    En,
    /// German.
    De,
}

/// The messages of one language, by room of the house: name of the file and what it says.
type Sources = &'static [(&'static str, &'static str)];

macro_rules! sources {
    ($folder:literal: $($file:literal),+ $(,)?) => {
        &[$(($file, include_str!(concat!("../locales/", $folder, "/", $file, ".ftl")))),+]
    };
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The subtag of BCP 47, as HTML's `lang` wants it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language that a tag such as `de-AT` belongs to, if pages are written in it.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let known = |lang: &Self| primary.eq_ignore_ascii_case(lang.tag());
        Self::ALL.into_iter().find(known)
    }

    /// The files of Fluent messages, for tests that compare the languages.
    #[must_use]
    pub const fn sources(self) -> Sources {
        match self {
            Self::En => {
                sources!("en": "general", "sign_in", "account", "settings", "links", "activity", "setup", "errors", "problems", "checks", "guide")
            }
            Self::De => {
                sources!("de": "general", "sign_in", "account", "settings", "links", "activity", "setup", "errors", "problems", "checks", "guide")
            }
        }
    }
}

static BUNDLES: LazyLock<HashMap<Lang, FluentBundle<FluentResource>>> =
    LazyLock::new(|| Lang::ALL.map(|lang| (lang, bundle(lang))).into());

fn bundle(lang: Lang) -> FluentBundle<FluentResource> {
    // A tag of `Lang` is always one; the default one only changes which plural rules count.
    let id: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks (U+2068) would be copied along with what is shown.
    bundle.set_use_isolating(false);
    for (_, source) in lang.sources() {
        // A test holds every file to have no errors; what can be read is used in any case.
        let resource = FluentResource::try_new((*source).to_owned());
        let resource = resource.unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Whether there is a message of this id.
pub(crate) fn is_known(id: &str) -> bool {
    let bundle = BUNDLES.get(&Lang::En);
    bundle.is_some_and(|bundle| bundle.has_message(id))
}

/// The message of this id, in that language or else in English; the id itself where there is none.
pub(crate) fn message(lang: Lang, id: &str, args: Option<&FluentArgs<'_>>) -> String {
    for lang in [lang, Lang::En] {
        let Some(bundle) = BUNDLES.get(&lang) else {
            continue;
        };
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            continue;
        };
        let mut errors = Vec::new();
        return bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned();
    }
    id.to_owned()
}
