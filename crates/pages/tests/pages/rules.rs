//! What every page owes: its shape, its labels, nothing inline, nothing of a hostile text.

use std::collections::BTreeSet;

use vestibule_pages::Lang;

use crate::{
    fill::Fill,
    html::{Document, Tag, read},
    samples::all,
};

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'> & ]]>";

fn documents(fill: Fill) -> Vec<(&'static str, Document)> {
    let pages = Lang::ALL.into_iter().flat_map(|lang| all(fill, lang));
    pages
        .map(|page| match read(&page.html) {
            Ok(document) => (page.name, document),
            Err(why) => panic!("{}: {why}", page.name),
        })
        .collect()
}

#[test]
fn every_page_is_a_whole_document_in_its_language() {
    let pages = Lang::ALL.map(|lang| {
        all(Fill(None), lang)
            .into_iter()
            .map(move |page| (lang, page))
    });
    for (lang, page) in pages.into_iter().flatten() {
        let head = format!("<!doctype html>\n<html lang=\"{}\">", lang.tag());
        assert!(page.html.starts_with(&head), "{}", page.name);
        let document = read(&page.html).expect("it is well formed");
        let count = |name| document.named(name).count();
        assert_eq!(
            (count("h1"), count("title"), count("main")),
            (1, 1, 1),
            "{}",
            page.name
        );
        assert!(!page.html.contains("<title></title>"), "{}", page.name);
        assert!(page.html.len() < 30_000, "{} is large", page.name);
    }
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    for (name, document) in documents(Fill(None)) {
        let ids: Vec<&str> = document
            .tags
            .iter()
            .filter_map(|tag| tag.get("id"))
            .collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{name}: {ids:?}");
        for tag in &document.tags {
            for attribute in [
                "for",
                "aria-describedby",
                "aria-controls",
                "data-copy",
                "data-reveal",
                "data-said",
                "data-into",
            ] {
                for target in tag.get(attribute).unwrap_or_default().split_whitespace() {
                    assert!(known.contains(target), "{name}: {attribute} names {target}");
                }
            }
        }
    }
}

#[test]
fn every_field_has_a_label_and_says_what_browsers_may_fill_in() {
    for (name, document) in documents(Fill(None)) {
        let labels: BTreeSet<&str> = document
            .named("label")
            .filter_map(|tag| tag.get("for"))
            .collect();
        for field in document.named("input").chain(document.named("textarea")) {
            let kind = field.get("type").unwrap_or("text");
            if kind == "hidden" {
                continue;
            }
            assert!(
                field.get("id").is_some_and(|id| labels.contains(id)),
                "{name}: {field:?}"
            );
            assert!(
                kind == "checkbox" || field.get("autocomplete").is_some(),
                "{name}: {field:?}"
            );
        }
    }
}

#[test]
fn at_most_one_field_takes_the_focus_and_it_reads_the_error_out() {
    for (name, document) in documents(Fill(None)) {
        let focused: Vec<&Tag> = document
            .tags
            .iter()
            .filter(|tag| tag.name != "button" && tag.get("autofocus").is_some())
            .collect();
        assert!(focused.len() <= 1, "{name}");
        for field in focused {
            let described = field.get("aria-describedby").unwrap_or_default();
            assert!(described.split(' ').any(|id| id == "error"), "{name}");
        }
    }
}

#[test]
fn every_form_is_a_post_with_the_token_or_only_narrows_a_list_down() {
    // One goes to the identity provider, one proves by `confirm` that our own page has sent it.
    let others = ["post-form-sign-in", "post-form-sign-out", "sign-out"];
    for page in all(Fill(None), Lang::En) {
        if others.contains(&page.name) {
            continue;
        }
        let filters = page
            .html
            .matches("<form method=\"get\" class=\"filter\" ")
            .count();
        let forms = page.html.matches("<form ").count() - filters;
        let posts = page.html.matches("<form method=\"post\" action=\"").count();
        let tokens = page
            .html
            .matches("<input type=\"hidden\" name=\"csrf\" value=\"t0ken\">")
            .count();
        assert_eq!((forms, forms), (posts, tokens), "{}", page.name);
    }
}

#[test]
fn a_page_has_one_main_action() {
    for (name, document) in documents(Fill(None)) {
        let main = document.tags.iter().filter(|tag| {
            let class = tag.get("class").unwrap_or_default();
            let has = |word| class.split(' ').any(|one| one == word);
            let button = tag.name == "button" || has("button");
            button && !["second", "choice", "inside"].into_iter().any(has)
        });
        // A choice is a main action in several parts; an account has many that weigh the same.
        let several = name.starts_with("account")
            || name.starts_with("developer")
            || matches!(
                name,
                "choose-workspace"
                    | "choose-connection"
                    | "settings-connections"
                    | "settings-suspended"
                    | "guide-pick"
                    | "activity-audit"
            );
        assert_eq!(main.count(), usize::from(!several), "{name}");
    }
}

#[test]
fn what_cannot_be_changed_is_there() {
    for (name, document) in documents(Fill(None)) {
        for tag in document.named("input") {
            let empty = tag.get("value").unwrap_or_default().is_empty();
            assert!(!(empty && tag.get("readonly").is_some()), "{name}: {tag:?}");
        }
    }
}

#[test]
fn passkeys_are_not_spoken_of_where_there_can_be_none() {
    for page in all(Fill(None), Lang::En) {
        if page.name.starts_with("account") && page.html.contains("<h2>Second step") {
            let full = page.name == "account";
            assert_eq!(page.html.contains("<h2>Passkeys"), full, "{}", page.name);
        }
    }
}

#[test]
fn an_error_has_its_place_and_is_announced() {
    for page in all(Fill(None), Lang::En) {
        if page.name.ends_with("-error") {
            assert!(
                page.html
                    .contains("<div id=\"error\" role=\"alert\"><div class=\"notice bad\">"),
                "{}",
                page.name
            );
            assert!(page.html.contains("<title>Error: "), "{}", page.name);
        }
        if page.html.contains("data-passkey=") {
            assert!(page.html.contains("id=\"error\""), "{}", page.name);
        }
    }
}

#[test]
fn nothing_is_inline_and_nothing_comes_from_elsewhere() {
    for fill in [Fill(None), Fill(Some(HOSTILE))] {
        for (name, document) in documents(fill) {
            assert_eq!(document.named("style").count(), 0, "{name}");
            for tag in &document.tags {
                for (attribute, value) in &tag.attributes {
                    assert!(
                        attribute != "style" && !attribute.starts_with("on"),
                        "{name}: {tag:?}"
                    );
                    let loads = attribute == "src" || (attribute == "href" && tag.name == "link");
                    assert!(
                        !loads || value.starts_with("/assets/") || value == "data:,",
                        "{name}: {tag:?}"
                    );
                }
                assert!(
                    tag.name != "script" || tag.get("src").is_some(),
                    "{name}: {tag:?}"
                );
            }
        }
    }
}

#[test]
fn a_script_is_loaded_where_it_is_needed_and_nowhere_else() {
    for page in all(Fill(None), Lang::En) {
        for (needs, script) in [
            ("data-passkey=", "/assets/passkey.js"),
            ("data-copy=", "/assets/copy.js"),
            ("data-check=", "/assets/check.js"),
            ("data-auto-submit", "/assets/submit.js"),
        ] {
            assert_eq!(
                page.html.contains(needs),
                page.html.contains(script),
                "{}: {script}",
                page.name
            );
        }
        assert!(
            !page.html.contains("data-reveal=") || page.html.contains("/assets/reveal.js"),
            "{}",
            page.name
        );
    }
}

#[test]
fn a_hostile_text_adds_no_tag_and_no_attribute() {
    let shape = |document: &Document| -> Vec<(String, Vec<String>)> {
        let names = |tag: &Tag| {
            tag.attributes
                .iter()
                .map(|(name, _)| name.clone())
                .collect()
        };
        document
            .tags
            .iter()
            .map(|tag| (tag.name.clone(), names(tag)))
            .collect()
    };
    // The secret's groups depend on its length, and nothing else does.
    let without_groups = |shape: Vec<(String, Vec<String>)>| -> Vec<_> {
        shape
            .into_iter()
            .filter(|(name, _)| name != "span")
            .collect()
    };
    for ((name, honest), (_, hostile)) in documents(Fill(Some("plain")))
        .iter()
        .zip(&documents(Fill(Some(HOSTILE))))
    {
        assert_eq!(
            without_groups(shape(honest)),
            without_groups(shape(hostile)),
            "{name}"
        );
    }
}

#[test]
fn what_the_templates_put_within_a_tag_is_read_back_as_it_was() {
    let page = all(Fill(None), Lang::En)
        .into_iter()
        .find(|page| page.name == "sign-in-email")
        .expect("there is one");
    let document = read(&page.html).expect("it is well formed");
    let form = document
        .tags
        .iter()
        .find(|tag| tag.get("data-passkey").is_some())
        .expect("it offers one");
    assert_eq!(
        form.get("data-challenge"),
        Some("{&#34;publicKey&#34;:{&#34;challenge&#34;:&#34;AAAA&#34;}}")
    );
    assert!(form.get("data-conditional").is_some());
}
