//! No message is missing in a language, none is left over, and each asks for the same values everywhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fluent_syntax::{ast, parser};
use vestibule_pages::Lang;

/// The messages of a language with the names of the values that they ask for.
fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for (file, source) in lang.sources() {
        let resource = parser::parse(*source).unwrap_or_else(|(_, errors)| {
            panic!("{}/{file}.ftl: {errors:?}", lang.tag());
        });
        for entry in resource.body {
            let ast::Entry::Message(message) = entry else {
                continue;
            };
            let pattern = message.value.expect("a message says something");
            let mut values = BTreeSet::new();
            collect(&pattern, &mut values);
            let id = message.id.name.to_owned();
            assert!(found.insert(id.clone(), values).is_none(), "{id} twice");
        }
    }
    found
}

fn collect(pattern: &ast::Pattern<&str>, values: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let ast::PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            ast::Expression::Inline(inline) => name(inline, values),
            ast::Expression::Select { selector, variants } => {
                name(selector, values);
                for variant in variants {
                    collect(&variant.value, values);
                }
            }
        }
    }
}

fn name(inline: &ast::InlineExpression<&str>, values: &mut BTreeSet<String>) {
    match inline {
        ast::InlineExpression::VariableReference { id } => {
            values.insert(id.name.to_owned());
        }
        ast::InlineExpression::StringLiteral { .. } => {}
        other => panic!("messages here ask for values alone: {other:?}"),
    }
}

#[test]
fn every_message_is_there_in_every_language_and_asks_for_the_same() {
    let english = messages(Lang::En);
    for lang in Lang::ALL {
        let other = messages(lang);
        for (id, values) in &english {
            assert_eq!(other.get(id), Some(values), "{id} in {}", lang.tag());
        }
        let more: Vec<_> = other
            .keys()
            .filter(|id| !english.contains_key(*id))
            .collect();
        assert!(more.is_empty(), "{more:?} in {} alone", lang.tag());
    }
}

/// Everything between quotes in the templates, in the code of this crate and of the binary, and in the crates
/// whose words messages are named by.
fn quoted() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for folder in [
        "templates",
        "src",
        "../api/src",
        "../credential/src",
        "../model/src",
        "../policy/src",
        "../saml/src",
    ] {
        walk(&root.join(folder), &mut |text| {
            found.extend(text.split('"').map(str::to_owned));
        });
    }
    found
}

fn walk(folder: &Path, read: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            walk(&path, read);
        } else if let Ok(text) = fs::read_to_string(&path) {
            read(&text);
        }
    }
}

/// Whether an id is what comes out when each `{…}` of a pattern is a word that the code has.
fn fits(id: &str, pattern: &str, words: &BTreeSet<String>) -> bool {
    let Some((literal, rest)) = pattern.split_once('{') else {
        return id == pattern;
    };
    let (Some(id), Some((_, rest))) = (id.strip_prefix(literal), rest.split_once('}')) else {
        return false;
    };
    let ends = (1..=id.len()).filter(|end| id.is_char_boundary(*end));
    ends.map(|end| id.split_at(end))
        .any(|(word, after)| words.contains(word) && fits(after, rest, words))
}

#[test]
fn every_message_is_used() {
    let quoted = quoted();
    let is_id = |c: char| c.is_ascii_alphanumeric() || "-_{}".contains(c);
    // Put together at run time, from words that the code has.
    let patterns: Vec<&String> = quoted
        .iter()
        .filter(|text| text.contains('{') && text.contains('-') && text.chars().all(is_id))
        .collect();
    // Dots and underscores of a word are hyphens in an id.
    let words = quoted.iter().map(|word| word.replace(['.', '_'], "-"));
    let words: BTreeSet<String> = words.collect();
    let used =
        |id: &str| quoted.contains(id) || patterns.iter().any(|pattern| fits(id, pattern, &words));
    // A notice is named by what its title and its text have in common.
    let of_notice = |id: &str| {
        let stem = id.strip_suffix("-title").or(id.strip_suffix("-text"));
        stem.is_some_and(used)
    };
    let unused: Vec<String> = messages(Lang::En)
        .into_keys()
        .filter(|id| !used(id) && !of_notice(id))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// The literal in this place of every call of a function, in the code of the binary.
fn given_to(call: &str, place: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    walk(&code, &mut |text| {
        for (at, _) in text.match_indices(call) {
            let after = text.get(at + call.len()..).unwrap_or_default();
            let arguments = after.split(')').next().unwrap_or_default();
            let given = arguments.split(',').nth(place).map(str::trim);
            let given = given.and_then(|given| given.strip_prefix('"')?.strip_suffix('"'));
            found.extend(given.map(str::to_owned));
        }
    });
    found
}

#[test]
fn every_error_and_notice_that_the_code_names_has_its_messages() {
    let english = messages(Lang::En);
    let mut errors = given_to("ErrorPage::named(", 1);
    errors.extend(given_to("ErrorPage::worded(", 2));
    let notices = given_to("Notice::named(", 0);
    assert!(
        errors.len() > 30 && notices.len() > 5,
        "{errors:?} {notices:?}"
    );
    let errors = errors
        .iter()
        .flat_map(|error| ["title", "text", "advice"].map(|part| format!("error-{error}-{part}")));
    let notices = notices
        .iter()
        .flat_map(|notice| ["title", "text"].map(|part| format!("{notice}-{part}")));
    let missing = errors.chain(notices).filter(|id| !english.contains_key(id));
    let missing: Vec<String> = missing.collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_message_that_a_template_names_is_there() {
    let english = messages(Lang::En);
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut missing = BTreeSet::new();
    walk(&templates, &mut |text| {
        for (before, _) in text.match_indices("\"|t") {
            let head = text.get(..before).unwrap_or_default();
            let id = head.rsplit('"').next().unwrap_or_default();
            if !english.contains_key(id) {
                missing.insert(id.to_owned());
            }
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_check_of_a_report_has_a_name() {
    let english = messages(Lang::En);
    for check in vestibule_saml::Check::ALL {
        let id = format!("check-{}", check.as_str().replace('_', "-"));
        assert!(english.contains_key(&id), "{id}");
    }
}

#[test]
fn messages_hold_no_markup_but_emphasis_and_code() {
    for lang in Lang::ALL {
        for (file, source) in lang.sources() {
            let mut rest = *source;
            while let Some((_, tail)) = rest.split_once('<') {
                let (tag, after) = tail.split_once('>').expect("a tag ends");
                let known = ["em", "strong", "code"];
                let name = tag.trim_start_matches('/');
                assert!(known.contains(&name), "{file}: <{tag}>");
                rest = after;
            }
        }
    }
}
