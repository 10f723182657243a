//! The guided setup: what every guide owes, and that its words are those of the provider in every language.

use std::collections::{BTreeMap, BTreeSet};

use vestibule_pages::{
    Lang,
    guide::{
        Field, Guide,
        OurValue::{AcsUrl, AcsUrlRegex, EntityId, SloUrl},
        Part, Provider, Step, Words,
    },
};

fn guides() -> impl Iterator<Item = (&'static str, Guide)> {
    let all = Provider::ALL.iter();
    all.map(|provider| (provider.slug(), provider.guide()))
}

/// The messages of the guides by id. Each is of one line.
fn messages(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    let mut sources = lang.sources().iter();
    let (_, source) = sources
        .find(|(file, _)| *file == "guide")
        .expect("it is there");
    let lines = source
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let split = |line: &'static str| {
        line.split_once(" = ")
            .unwrap_or_else(|| panic!("not a message of one line: {line}"))
    };
    lines.map(split).collect()
}

fn words(words: Words) -> Option<&'static str> {
    match words {
        Words::Ours(id) => Some(id),
        Words::Theirs(_) => None,
    }
}

/// The messages of one step.
fn named(step: &Step) -> Vec<&'static str> {
    let mut ids = vec![step.title];
    for part in step.all_parts() {
        match *part {
            Part::Text(id) | Part::Note(id) => ids.push(id),
            Part::Copy(_, label) | Part::Paste(_, label) => ids.extend(words(label)),
            Part::Set(label, value) => ids.extend([label, value].into_iter().filter_map(words)),
            Part::Attributes(table) => {
                ids.extend([table.names, table.sources].into_iter().filter_map(words));
                ids.extend(table.formats.and_then(words));
            }
            Part::Metadata(_) => {}
        }
    }
    ids
}

#[test]
fn every_message_that_a_guide_names_is_there() {
    // That it is so in every language, and that none is left over, is tested for all messages.
    let there = messages(Lang::En);
    for (name, guide) in guides() {
        for id in guide.steps.iter().flat_map(named) {
            assert!(there.contains_key(id), "{name} names {id}");
        }
    }
}

/// What stands within tags of this name, in order.
fn within<'t>(text: &'t str, tag: &str) -> Vec<&'t str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    text.split(open.as_str())
        .skip(1)
        .map(|rest| {
            let (inner, _) = rest
                .split_once(close.as_str())
                .unwrap_or_else(|| panic!("<{tag}> is not closed in {text}"));
            inner
        })
        .collect()
}

#[test]
fn labels_and_code_are_the_same_in_every_language() {
    let (english, german) = (messages(Lang::En), messages(Lang::De));
    for (id, text) in &english {
        for tag in ["em", "code"] {
            let sorted = |text| {
                let mut found = within(text, tag);
                found.sort_unstable();
                found
            };
            assert_eq!(sorted(text), sorted(german[id]), "{id}");
        }
    }
}

#[test]
fn every_guide_gives_what_an_identity_provider_needs_and_asks_for_what_we_need() {
    for (name, guide) in guides() {
        let parts: Vec<_> = guide.steps.iter().flat_map(Step::all_parts).collect();
        for value in [EntityId, AcsUrl] {
            let gives = |part: &&Part| matches!(part, Part::Copy(other, _) if *other == value);
            assert!(parts.iter().any(gives), "{name} gives no {value:?}");
        }
        for field in [Field::Certificate, Field::SsoUrl, Field::EntityId] {
            let asks = |part: &&Part| matches!(part, Part::Paste(other, _) if *other == field);
            assert_eq!(parts.iter().filter(|part| asks(part)).count(), 1, "{name}");
        }
        let email = parts.iter().any(|part| match part {
            Part::Attributes(table) => table
                .rows
                .iter()
                .any(|row| row.source.to_lowercase().contains("mail")),
            _ => false,
        });
        assert!(email, "{name} sends no e-mail address");
        assert!(
            parts.iter().any(|part| matches!(part, Part::Note(_))),
            "{name} names no trap"
        );
    }
}

#[test]
fn metadata_stands_in_for_the_other_fields_and_is_folded_away() {
    for (name, guide) in guides() {
        for step in guide.steps {
            let outside = step.parts.iter().filter_map(|part| match part {
                Part::Paste(field, _) => Some(*field),
                _ => None,
            });
            assert!(!outside.into_iter().any(Field::is_metadata), "{name}");
            for part in step.parts {
                if let Part::Metadata(inner) = part {
                    assert!(
                        inner.iter().all(|part| match part {
                            Part::Paste(field, _) => field.is_metadata(),
                            Part::Text(_) => true,
                            _ => false,
                        }),
                        "{name}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_steps_have_words_of_their_own_and_follow_each_other() {
    for (name, guide) in guides() {
        let slugs: BTreeSet<_> = guide.steps.iter().map(|step| step.slug).collect();
        assert_eq!(slugs.len(), guide.steps.len(), "{name}");
        assert_eq!(guide.first().map(|step| step.slug), Some("create"));
        for pair in guide.steps.windows(2) {
            let (one, two) = (pair[0].slug, pair[1].slug);
            assert_eq!(guide.after(one).map(|step| step.slug), Some(two));
            assert_eq!(guide.before(two).map(|step| step.slug), Some(one));
            assert_eq!(guide.step(two).map(|step| step.slug), Some(two));
        }
        assert!(guide.before("create").is_none());
        let last = guide.steps[guide.steps.len() - 1].slug;
        assert!(guide.after(last).is_none() && guide.after("nowhere").is_none());
        assert!(guide.step("nowhere").is_none());
    }
}

#[test]
fn each_guide_keeps_the_order_of_its_provider() {
    for (name, guide) in guides() {
        let place = |slug: &str| guide.steps.iter().position(|step| step.slug == slug);
        let (values, paste) = (place("values"), place("paste"));
        assert!(values.is_some() && paste.is_some(), "{name}");
        let its_values_first = matches!(
            guide.provider,
            Provider::Google | Provider::AwsIdentityCenter
        );
        assert_eq!(paste < values, its_values_first, "{name}");
        if !its_values_first {
            assert_eq!(paste, Some(guide.steps.len() - 1), "{name}");
        }
        // Fields are in one step, so that one post carries them all.
        let pasting = guide.steps.iter().filter(|step| step.fields().count() > 0);
        assert_eq!(pasting.count(), 1, "{name}");
    }
}

#[test]
fn a_provider_has_the_word_that_connections_are_stored_with() {
    let ours: BTreeSet<_> = Provider::ALL.iter().map(|one| one.slug()).collect();
    let known: BTreeSet<_> = vestibule_saml::Provider::ALL
        .iter()
        .map(|one| one.as_str())
        .collect();
    assert_eq!(ours, known);
    for provider in Provider::ALL {
        assert_eq!(Provider::parse(provider.slug()), Some(*provider));
    }
    assert_eq!(Provider::parse("Okta"), None);
}

#[test]
fn a_label_is_the_one_that_reports_name() {
    // What a report tells an admin to change has to be found again on the page of the guide.
    for provider in Provider::ALL {
        let word = provider.slug();
        let theirs = vestibule_saml::Provider::from_word(word).expect("the words are the same");
        let steps = provider.guide().steps.iter();
        for part in steps.flat_map(Step::all_parts) {
            let (label, of) = match part {
                Part::Copy(EntityId, label) => (label, vestibule_saml::Field::Audience),
                Part::Paste(Field::SsoUrl, label) => (label, vestibule_saml::Field::SsoUrl),
                Part::Paste(Field::Certificate, label) => {
                    (label, vestibule_saml::Field::Certificate)
                }
                _ => continue,
            };
            if let (Words::Theirs(label), Some(known)) = (label, theirs.label(of)) {
                assert_eq!(*label, known.text, "{word} {of:?}");
            }
        }
    }
}

#[test]
fn onelogin_gets_the_expression_and_google_no_logout() {
    let gives = |provider: Provider, value| {
        let mut parts = provider.guide().steps.iter().flat_map(Step::all_parts);
        parts.any(|part| matches!(part, Part::Copy(other, _) if *other == value))
    };
    assert!(gives(Provider::OneLogin, AcsUrlRegex));
    assert!(gives(Provider::OneLogin, SloUrl));
    assert!(!gives(Provider::Google, SloUrl));
    let mut google = Provider::Google.guide().steps.iter().flat_map(Step::fields);
    assert!(!google.any(|field| field == Field::LogoutUrl));
}

#[test]
fn a_field_is_found_by_its_name() {
    for field in Field::ALL {
        assert_eq!(Field::parse(field.name()), Some(*field));
    }
    assert_eq!(Field::parse("csrf"), None);
}
