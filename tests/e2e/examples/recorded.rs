//! An answer as an example: without what is particular to this run, and without secrets that look real.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::scene::Scene;

/// The id of everything in an example, behind the prefix of its kind.
pub(super) const EXAMPLE_ID: &str = "019306f4e0c07d3aa1b2c3d4e5f60718";
/// When everything in an example happens.
const NOW: &str = "2026-01-05T09:00:00Z";
/// What is secret, or another one each time, and how an example shows it.
fn shown(name: &str, value: &Value) -> Option<Value> {
    if value.is_null() {
        return None;
    }
    Some(match name {
        "access_token" => {
            json!("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJtZW1fMDE5In0.c2lnbmF0dXJl")
        }
        "id_token" => json!("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJtZW1fMDE5In0.c2lnbmF0dXJl"),
        "refresh_token" => json!("8xLOxBtZp8"),
        "client_secret" => json!("7Fjfp0ZBr1KtDRbnfVdmIw"),
        "secret" if value.as_str()?.starts_with("whsec_") => json!("whsec_…"),
        "kid" => json!("2026-01"),
        "jti" => json!("u1b3vT0m2Y"),
        "request_uri" => json!("urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c"),
        "next_cursor" => json!("ZXZ0XzAxOTM"),
        "next_refresh_at" => json!("2026-01-05T15:00:00Z"),
        "iat" | "auth_time" if value.is_number() => json!(1_767_603_600),
        "exp" => json!(1_767_604_500),
        // It counts from today.
        "expires_in_days" => json!(1_096),
        _ => return None,
    })
}
/// What a page shows when it refuses somebody.
const REFERENCE: &str = "7KQ2M-X4P9D";
/// What is further away than this is no matter of this run.
const FAR: SignedDuration = SignedDuration::from_hours(24 * 365 * 5);

/// What the answer is, as an example.
pub(super) fn example_of(answer: &Value, scene: &Scene) -> Value {
    match answer {
        Value::String(text) => Value::String(example_text(text, scene)),
        // One object of a list says what the others are.
        Value::Array(items) => {
            // What went wrong tells more, and keys come in any order.
            let telling = |item: &&Value| item["outcome"] == "fail" || item["kty"] == "EC";
            match items.iter().find(telling).or(items.first()) {
                Some(one) if one.is_object() => [example_of(one, scene)].into_iter().collect(),
                _ => items.iter().map(|item| example_of(item, scene)).collect(),
            }
        }
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let example = shown(name, value).unwrap_or_else(|| example_of(value, scene));
                (name.clone(), example)
            })
            .collect(),
        other => other.clone(),
    }
}

fn example_text(text: &str, scene: &Scene) -> String {
    if let Ok(time) = text.parse::<Timestamp>() {
        return example_time(time, scene.began);
    }
    if text.starts_with("-----BEGIN") {
        return "-----BEGIN CERTIFICATE-----\nMIIC…\n-----END CERTIFICATE-----\n".to_owned();
    }
    let mut text = text.to_owned();
    // Longest first: an address may begin like another.
    let mut known = vec![
        (
            scene.world.idp.sso_url(),
            "https://idp.acme.example/sso".to_owned(),
        ),
        (
            scene.world.server.url.clone(),
            "https://sso.example.com".to_owned(),
        ),
        (
            scene.site.url(),
            "https://idp.acme.example/metadata".to_owned(),
        ),
        (
            scene.receiver.url(),
            "https://app.example.com/webhooks/sso".to_owned(),
        ),
        (
            crate::support::world::REDIRECT_URI.to_owned(),
            "https://app.example.com/callback".to_owned(),
        ),
        (
            super::scene::SIGNED_OUT.to_owned(),
            "https://app.example.com/".to_owned(),
        ),
        (
            "http://localhost:1".to_owned(),
            "https://idp.acme.example".to_owned(),
        ),
        ("127.0.0.1".to_owned(), "203.0.113.7".to_owned()),
    ];
    known.sort_by_key(|(real, _)| std::cmp::Reverse(real.len()));
    for (real, example) in known {
        text = text.replace(&real, &example);
    }
    words(&text)
}

/// What is random in a text, word by word.
fn words(text: &str) -> String {
    let mut example = String::new();
    let mut word = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || "_-".contains(c) {
            word.push(c);
        } else {
            example.push_str(&example_word(&word));
            word.clear();
            example.push(c);
        }
    }
    example.pop();
    example
}

fn example_word(word: &str) -> String {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some((prefix, id)) = word.split_once('_') {
        match (prefix, id.len()) {
            ("vsk" | "whsec" | "vss", _) => return format!("{prefix}_…"),
            (_, 32) if hex(id) => return format!("{prefix}_{EXAMPLE_ID}"),
            _ => {}
        }
    }
    match word.len() {
        11 if is_reference(word) => REFERENCE.to_owned(),
        64 if hex(word) => "3f0a".repeat(16),
        32 | 40 if hex(word) => "3f0a".repeat(word.len() / 4),
        // Tokens in addresses, members of keys.
        43 => "pXW3sW0xHx1Z…".to_owned(),
        100.. => format!("{}…", word.get(..12).unwrap_or_default()),
        _ => word.to_owned(),
    }
}

fn is_reference(word: &str) -> bool {
    let (start, end) = word.split_once('-').unwrap_or_default();
    let plain = |part: &str| {
        part.len() == 5
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    plain(start) && plain(end)
}

/// As far from the beginning as it is in truth, to five minutes.
fn example_time(time: Timestamp, began: Timestamp) -> String {
    let now: Timestamp = NOW.parse().expect("a time");
    if time.duration_since(began).abs() > FAR {
        return time.to_string();
    }
    let seconds = time.duration_since(began).as_secs();
    let rounded = (seconds + 150).div_euclid(300) * 300;
    (now + SignedDuration::from_secs(rounded)).to_string()
}

/// Where an answer has not the members of its example, each of its kind; what is nothing in one may be
/// something in the other.
pub(super) fn differs(example: &Value, answer: &Value) -> Option<String> {
    match (example, answer) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(shown), Value::Object(there)) => {
            let known = |name: &&String| !shown.contains_key(*name);
            if let Some(name) = there.keys().find(known) {
                return Some(format!("the example has no {name}: {answer}"));
            }
            shown.iter().find_map(|(name, value)| {
                let Some(found) = there.get(name) else {
                    return Some(format!("the answer has no {name}: {answer}"));
                };
                differs(value, found).map(|how| format!("/{name}: {how}"))
            })
        }
        // The example of a list is one of what is in it.
        (Value::Array(shown), Value::Array(there)) => {
            let one = shown.first()?;
            let mut how = Some("there is nothing in the list of the answer".to_owned());
            for item in there {
                how = differs(one, item);
                if how.is_none() {
                    break;
                }
            }
            how
        }
        _ if std::mem::discriminant(example) == std::mem::discriminant(answer) => None,
        _ => Some(format!("{example} in the example, {answer} in the answer")),
    }
}
