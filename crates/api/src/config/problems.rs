//! Every problem of the settings at once, for whoever mends them.

use super::{Config, ConfigError, PREFIX, secrets};

impl Config {
    /// Reads the settings from these variables, and says everything that is wrong with them.
    ///
    /// # Errors
    /// Each problem, by the setting that has it.
    pub fn from_vars_or_problems(
        vars: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<ConfigError>> {
        let mut vars: Vec<(String, String)> = vars.into_iter().collect();
        let mut problems = Vec::new();
        loop {
            let error = match Self::from_vars(vars.clone()) {
                Ok(config) if problems.is_empty() => return Ok(config),
                Ok(_) => return Err(problems),
                Err(error) => error,
            };
            // Without it, what comes after it is read as well.
            let names = match error.name.as_str() {
                // One of the two lacks the other.
                "SMTP_URL" | "MAIL_FROM" => vec!["SMTP_URL", "MAIL_FROM"],
                name => vec![name],
            };
            // It may have come from a file.
            let files: Vec<_> = names
                .iter()
                .filter_map(|name| secrets::file_of(name))
                .collect();
            let before = vars.len();
            vars.retain(|(given, _)| {
                let short = given.strip_prefix(PREFIX).unwrap_or_default();
                !names.contains(&short) && files.iter().all(|file| file != short)
            });
            let lacks = error.name == "MASTER_KEY" && vars.len() == before;
            if lacks {
                vars.push((format!("{PREFIX}MASTER_KEY"), String::new()));
            }
            let stuck = vars.len() == before;
            problems.push(error);
            if stuck {
                return Err(problems);
            }
        }
    }

    /// As [`Config::from_vars_or_problems`], from the environment of the process.
    ///
    /// # Errors
    /// As there.
    pub fn from_env_or_problems() -> Result<Self, Vec<ConfigError>> {
        Self::from_vars_or_problems(super::environment())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(vars: &[(&str, &str)]) -> Vec<String> {
        let vars = vars.iter();
        let vars = vars.map(|(name, value)| (format!("VESTIBULE_{name}"), (*value).to_owned()));
        let found = Config::from_vars_or_problems(vars)
            .err()
            .unwrap_or_default();
        found.into_iter().map(|error| error.name).collect()
    }

    #[test]
    fn each_problem_is_found_whatever_comes_before_it() {
        assert!(problems(&[]).is_empty());
        assert!(problems(&[("CLOCK_SKEW", "60")]).is_empty());
        let several = problems(&[
            ("LISTEN", "nowhere"),
            ("CLOCK_SKEW", "many"),
            ("LISTN", "x"),
            ("DATABASE_URL", "postgres://localhost/x"),
            ("MAIL_FROM", "ada@example.com"),
            ("LOG_FORMAT", "xml"),
        ]);
        for name in [
            "LISTEN",
            "CLOCK_SKEW",
            "LISTN",
            "MASTER_KEY",
            "SMTP_URL",
            "LOG_FORMAT",
        ] {
            assert!(several.contains(&name.to_owned()), "{name} in {several:?}");
        }
        assert_eq!(several.len(), 6, "{several:?}");
    }
}
