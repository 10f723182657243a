//! Activity: everything has its words, and a full page stays small.

use std::{collections::BTreeSet, fs, path::Path};

use vestibule_pages::{Lang, Page, STYLE, Shell, Text, audited, plain, refused_because};
use vestibule_saml::Check;

use crate::{activity_samples, fill::Fill};

/// What refuses at other doors than a sign-in through an identity provider.
const OTHER_DOORS: &[&str] = &[
    "amr-refused",
    "authentication-too-old",
    "last-admin",
    "lockout-risk",
    "not-yours-to-say",
    "password-changed",
    "password-reset-required",
    "second-factor-required",
    "session-ended",
    "sso-required",
    "test-required",
];

/// What looks like an action of the audit log and is none.
const NO_ACTIONS: &[&str] = &[
    "service_provider_key.next",
    // Attributes of traces.
    "http.route",
    "service.version",
    "vestibule.outcome",
    "vestibule.reason",
];

/// Endings of names of files and of hosts.
const ENDINGS: &[&str] = &[
    "com", "css", "db", "example", "ftl", "html", "invalid", "js", "json", "key", "org", "pem",
    "svg", "toml", "txt", "xml", "yaml",
];

fn source(of: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(of);
    fs::read_to_string(path).expect("the file is there")
}

/// Every text between quotes in the code of the binary, its tests left out.
fn quoted(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            quoted(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && let Ok(text) = fs::read_to_string(&path)
        {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            found.extend(code.split('"').map(str::to_owned));
        }
    }
}

/// The words that the code writes into the audit log: `noun.what_was_done`.
fn actions() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    quoted(&code, &mut found);
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    found.retain(|text| {
        let parts = text.split_once('.');
        parts.is_some_and(|(noun, done)| word(noun) && word(done) && !ENDINGS.contains(&done))
            && !NO_ACTIONS.contains(&text.as_str())
    });
    found
}

#[test]
fn every_action_of_the_audit_log_has_words() {
    let actions = actions();
    for known in ["connection.enabled", "two_factor.reset", "identity.linked"] {
        assert!(actions.contains(known), "{known} is not found any more");
    }
    let mute: Vec<_> = actions
        .iter()
        .filter(|action| audited(action) == plain(action.as_str()))
        .collect();
    assert!(mute.is_empty(), "no message audit-… for {mute:?}");
}

#[test]
fn no_words_are_left_of_an_action_that_is_gone() {
    let actions: BTreeSet<_> = actions()
        .iter()
        .map(|action| format!("audit-{}", action.replace(['.', '_'], "-")))
        .collect();
    let page = ["audit-title", "audit-text", "audit-detail", "audit-target"];
    let (_, source) = Lang::En
        .sources()
        .iter()
        .find(|(name, _)| *name == "activity")
        .expect("the file");
    for line in source.lines().filter(|line| line.starts_with("audit-")) {
        let id = line.split(' ').next().unwrap_or_default();
        assert!(actions.contains(id) || page.contains(&id), "{id}");
    }
}

#[test]
fn every_reason_to_refuse_a_sign_in_has_words() {
    let source = source("../policy/src/refusal.rs");
    let (_, code) = source.split_once("fn code(").expect("the codes");
    let (code, _) = code.split_once("fn rule(").expect("their end");
    let codes: Vec<_> = code.split('"').skip(1).step_by(2).collect();
    assert!(codes.contains(&"not-invited"), "{codes:?}");
    let others = ["replayed", "redirect-uri-gone", "response-refused"];
    let checks = Check::ALL.iter().map(|check| check.as_str());
    for word in codes.into_iter().chain(others).chain(checks) {
        let Text::Message { id, .. } = refused_because(word) else {
            panic!("{word} is no message");
        };
        assert_eq!(id == "why-other", OTHER_DOORS.contains(&word), "{word}");
    }
}

#[test]
fn a_page_of_fifty_is_small_with_its_sheet() {
    let fill = Fill(None);
    for lang in Lang::ALL {
        let shell = Shell {
            lang,
            ..Shell::default()
        };
        for html in [
            activity_samples::activity(fill, 50, false, false).html(&shell),
            activity_samples::audit(fill, 50).html(&shell),
        ] {
            let all = html.len() + STYLE.len();
            assert!(all < 56_000, "{all} bytes: {} of HTML", html.len());
        }
    }
}

#[test]
fn the_chart_has_a_name_and_its_numbers_a_table() {
    let html = activity_samples::activity(Fill(None), 5, false, false).html(&Shell::default());
    let label = "aria-label=\"Sign-ins and failures on each of the last 30 days: 462 sign-ins and \
                 174 failures in all, at most 50 on one day.\"";
    assert!(
        html.contains(&format!("<div role=\"img\" {label}><svg ")),
        "{html}"
    );
    assert_eq!(html.matches("<td>40</td><td>3</td>").count(), 6);
}
