//! What people read on a page is a message in every language, and no words in the code.

use crate::{assert_none, files_below, read, root};

/// How words would get on a page past the messages.
const PAST_MESSAGES: &[&str] = &["plain(\"", "plain(format!(", "Text::Plain("];

/// The code without its tests, and without the white space that a formatter puts where it likes.
fn bare(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    code.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A name that only ends like the one that is looked for is another's.
fn literals(name: &str, source: &str) -> Vec<String> {
    let code = bare(source);
    let mut found = Vec::new();
    for way in PAST_MESSAGES {
        for (at, _) in code.match_indices(way) {
            let before = code.get(..at).and_then(|before| before.chars().next_back());
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                let words: String = code.get(at..).unwrap_or(way).chars().take(60).collect();
                found.push(format!("{name} has words for people: {words}"));
            }
        }
    }
    found
}

#[test]
fn what_people_read_is_a_message() {
    let source = root().join("crates/api/src");
    let complaints = files_below(&source).into_iter().flat_map(|path| {
        let name = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .display()
            .to_string();
        literals(&name, &read(&path))
    });
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn words_in_the_code_are_seen_and_what_comes_from_elsewhere_is_not() {
    let wrong = [
        "title: plain(\"Refused\"),",
        "text: plain(\n    \"It was refused.\",\n),",
        "advice: Some(plain(format!(\"Ask {name}\"))),",
        "Text::Plain(said.into())",
    ];
    for source in wrong {
        assert_eq!(literals("x", source).len(), 1, "{source}");
    }
    let right = [
        "plain(entity_id)",
        "explain(\"x\")",
        "plain(&text)\n#[cfg(test)]\nmod tests { plain(\"Refused\") }",
    ];
    for source in right {
        assert_none(&literals("x", source));
    }
}
