//! `deploy/vestibule.env.example` names every setting with its default, and the server takes every
//! value in it.

use std::{collections::BTreeMap, path::Path};

use vestibule_api::config::{Config, SETTINGS};

use crate::{assert_none, read, root};

const EXAMPLE: &str = "deploy/vestibule.env.example";
const PREFIX: &str = "VESTIBULE_";

/// A line that sets something, now or once its `#` is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line<'f> {
    name: &'f str,
    value: &'f str,
    active: bool,
}

/// The lines, as systemd (`EnvironmentFile=`, systemd.exec(5)) reads them and Docker's `env_file` too.
/// Where the two differ (quotes, escapes, `$`, spaces at the ends, comments behind a value) nothing
/// may stand, and a complaint comes back.
fn lines(file: &str) -> Result<Vec<Line<'_>>, String> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let complain = |what: &str| Err(format!("{EXAMPLE}:{number}: {what}: {line}"));
        // `# text` explains, `#NAME=value` is an example.
        let (setting, active) = match line.strip_prefix('#') {
            None => (line, true),
            Some(rest) => (rest, false),
        };
        if setting.is_empty() || (!active && setting.starts_with(' ')) {
            continue;
        }
        let Some((name, value)) = setting.split_once('=') else {
            return complain("neither a comment nor NAME=value");
        };
        let plain = |c: char| c.is_ascii_uppercase() || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return complain("a name has capitals and underscores alone");
        }
        if value.is_empty() || value != value.trim() || value.contains(['"', '\'', '\\', '$', '#'])
        {
            return complain("systemd and Docker would not read this value alike");
        }
        lines.push(Line {
            name,
            value,
            active,
        });
    }
    Ok(lines)
}

/// What is wrong with an example file, given the settings (name, default).
fn complaints(file: &str, settings: &[(&str, &str)]) -> Vec<String> {
    let lines = match lines(file) {
        Ok(lines) => lines,
        Err(complaint) => return vec![complaint],
    };
    let mut complaints = Vec::new();
    for (name, default) in settings {
        let variable = format!("{PREFIX}{name}");
        if !lines.iter().any(|line| line.name == variable) {
            complaints.push(format!(
                "{EXAMPLE} lacks {variable}: say what it is, `# Default: {default}`, and give an \
                 example `#{variable}=…`"
            ));
        }
        if !file.contains(&format!("# Default: {default}\n")) {
            complaints.push(format!(
                "{EXAMPLE} does not say `# Default: {default}` ({variable})"
            ));
        }
    }
    for line in &lines {
        let known = |short| settings.iter().any(|(name, _)| *name == short);
        if !line.name.strip_prefix(PREFIX).is_some_and(known) {
            complaints.push(format!("{EXAMPLE} sets {}, which is no setting", line.name));
        }
    }
    complaints
}

/// Every way to set all that is there: of a name with several values each once, and of the two
/// places for a secret one at a time. What is said to be in a file is, in this folder.
fn ways(lines: &[Line<'_>], folder: &Path) -> Vec<BTreeMap<String, String>> {
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        values.entry(line.name).or_default().push(line.value);
    }
    let most = values.values().map(Vec::len).max().unwrap_or(0);
    let mut ways = Vec::new();
    for index in 0..most {
        let nth = |values: &Vec<&str>| {
            let value = values.get(index).or_else(|| values.last());
            value.map_or_else(String::new, |value| (*value).to_owned())
        };
        for by_file in [false, true] {
            let mut way = BTreeMap::new();
            for (name, own) in &values {
                let file = format!("{name}_FILE");
                let has_file = values.contains_key(file.as_str());
                let of = name
                    .strip_suffix("_FILE")
                    .and_then(|of| values.get_key_value(of));
                match of {
                    // A file with what its example says is in it; that of the master key is read later.
                    Some((of, secret)) if by_file => {
                        let path = folder.join(of);
                        std::fs::write(&path, nth(secret)).expect("a file can be written");
                        way.insert((*name).to_owned(), path.display().to_string());
                    }
                    Some(_) => {}
                    None if has_file && by_file => {}
                    None => {
                        way.insert((*name).to_owned(), nth(own));
                    }
                }
            }
            ways.push(way);
        }
    }
    ways
}

fn config<'f>(vars: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Config, String> {
    let vars = vars
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    Config::from_vars(vars).map_err(|error| format!("{EXAMPLE}: {error}"))
}

#[test]
fn the_example_names_every_setting_with_its_default() {
    let file = read(&root().join(EXAMPLE));
    let settings: Vec<_> = SETTINGS
        .iter()
        .map(|setting| (setting.name, setting.default))
        .collect();
    assert_none(&complaints(&file, &settings));
}

#[test]
fn the_server_takes_the_example_as_it_is_and_every_value_in_it() {
    let file = read(&root().join(EXAMPLE));
    let lines = lines(&file).expect("the example can be read");
    let active = lines.iter().filter(|line| line.active);
    let shipped = config(active.map(|line| (line.name, line.value))).expect("as it is");
    assert!(shipped.is_https(), "an example for the world is https");
    let folder = tempfile::tempdir().expect("a folder");
    let ways = ways(&lines, folder.path());
    assert!(ways.len() >= 4, "both databases, both places for secrets");
    assert!(
        ways.iter()
            .any(|way| way.contains_key("VESTIBULE_REDIS_URL_FILE"))
    );
    for way in ways {
        let way = way
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        config(way).expect("with every example");
    }
}

#[test]
fn the_example_holds_no_key_that_works() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let file = read(&root().join(EXAMPLE));
    let lines = lines(&file).expect("the example can be read");
    let keys = lines
        .iter()
        .filter(|line| line.name == "VESTIBULE_MASTER_KEY");
    for key in keys {
        assert!(
            STANDARD.decode(key.value).is_err(),
            "somebody would keep it"
        );
    }
}

#[test]
fn a_wrong_example_is_seen() {
    let settings = [("LISTEN", "127.0.0.1:8080")];
    let seen = |file: &str| complaints(file, &settings).len();
    let good = "# Where.\n# Default: 127.0.0.1:8080\n#VESTIBULE_LISTEN=[::]:8080\n";
    assert_eq!(seen(good), 0);
    assert_eq!(seen(""), 2);
    assert_eq!(seen(&format!("{good}VESTIBULE_LISTN=x\n")), 1);
    assert_eq!(seen(&format!("{good}PATH=x\n")), 1);
    for value in ["", "\"x\"", "a\\", "$HOME", "x # y", "x "] {
        assert_eq!(
            seen(&format!("{good}VESTIBULE_LISTEN={value}\n")),
            1,
            "{value}"
        );
    }
    assert_eq!(seen(&format!("{good}export VESTIBULE_LISTEN=x\n")), 1);
    assert!(config([("VESTIBULE_LISTEN", "nowhere")]).is_err());
}
