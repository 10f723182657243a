//! Settings that hold a secret, and may be in a file instead: what stands in an environment is seen by whoever
//! may look at the process, and by each of its children.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::ConfigError;

/// Each as `<NAME>_FILE` too. (The master key is read later, when it is needed.)
const IN_FILES: [&str; 3] = ["DATABASE_URL", "REDIS_URL", "SMTP_URL"];

/// The name of the setting that names the file.
pub(super) fn file_of(name: &str) -> Option<String> {
    IN_FILES.contains(&name).then(|| format!("{name}_FILE"))
}

/// Puts what the files hold in the place of their names.
pub(super) fn read(given: &mut BTreeMap<String, String>) -> Result<(), ConfigError> {
    for name in IN_FILES {
        let setting = format!("{name}_FILE");
        let Some(path) = given.remove(&setting) else {
            continue;
        };
        if given.contains_key(name) {
            let expected = format!("{name} or {setting}, not both");
            return Err(ConfigError::new(&setting, expected, "both"));
        }
        let expected = format!("the path of a file that holds {name}");
        let refused = |found: String| ConfigError::new(&setting, expected.clone(), found);
        let text = std::fs::read_to_string(&path).map(Zeroizing::new);
        let text = text.map_err(|error| refused(format!("{path}: {error}")))?;
        // Editors and `echo` end a file with a line's end.
        if text.trim().is_empty() {
            return Err(refused(format!("{path}, which is empty")));
        }
        given.insert(name.to_owned(), text.trim().to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn config(vars: &[(&str, &str)]) -> Result<Config, String> {
        let vars = vars.iter();
        let vars = vars.map(|(name, value)| (format!("VESTIBULE_{name}"), (*value).to_owned()));
        Config::from_vars(vars).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_comes_from_a_file_and_stays_out_of_what_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let database = file("database", "postgres://ada:hunter2@db/vestibule\n");
        let redis = file("redis", "  redis://:hunter3@redis:6379\n\n");
        let given = [
            ("DATABASE_URL_FILE", database.as_str()),
            ("REDIS_URL_FILE", &redis),
            ("MASTER_KEY", "x"),
        ];
        let read = config(&given).unwrap();
        assert_eq!(read.database.url(), "postgres://ada:hunter2@db/vestibule");
        assert_eq!(
            read.redis_url.unwrap().expose(),
            "redis://:hunter3@redis:6379"
        );

        let both = config(&[("REDIS_URL_FILE", &redis), ("REDIS_URL", "redis://x")]);
        assert!(both.unwrap_err().contains("not both"));
        let missing = config(&[("SMTP_URL_FILE", "/nowhere/at/all")]).unwrap_err();
        assert!(
            missing.starts_with("VESTIBULE_SMTP_URL_FILE: expected"),
            "{missing}"
        );
        let empty = config(&[("REDIS_URL_FILE", &file("empty", " \n"))]).unwrap_err();
        assert!(empty.contains("which is empty"), "{empty}");
        // What is wrong in a file is told by the setting that it is of, and not repeated.
        let wrong =
            config(&[("DATABASE_URL_FILE", &file("wrong", "mysql://hunter4"))]).unwrap_err();
        assert!(wrong.starts_with("VESTIBULE_DATABASE_URL:"), "{wrong}");
        assert!(!wrong.contains("hunter"), "{wrong}");
    }
}
