//! What mails say: one file each in `en/`, the subject in its first line, values in braces.

use jiff::Timestamp;

use crate::config::Config;

/// What a name that somebody chose may take up in a mail.
const LONGEST_VALUE: usize = 100;

/// A mail but for whom it is to.
pub(super) struct Text {
    pub(super) subject: String,
    pub(super) text: String,
}

/// Declares the templates: the file of each.
macro_rules! templates {
    ($($(#[$meta:meta])* $variant:ident = $file:literal,)+) => {
        /// Every mail there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Template { $($(#[$meta])* $variant),+ }

        impl Template {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant),+];

            const fn source(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("en/", $file)),)+ }
            }
        }
    };
}

templates! {
    Invitation = "invitation.txt",
    PasswordReset = "password_reset.txt",
    YourWorkspaces = "your_workspaces.txt",
    PasswordChanged = "password_changed.txt",
    TwoFactorChanged = "two_factor_changed.txt",
    TwoFactorRemoved = "two_factor_removed.txt",
    RecoveryCodesRenewed = "recovery_codes_renewed.txt",
    PasskeyAdded = "passkey_added.txt",
    PasskeyRemoved = "passkey_removed.txt",
    AdminSignedInByPassword = "admin_signed_in_by_password.txt",
    BreakGlassOpened = "break_glass_opened.txt",
}

impl Template {
    /// The mail with these values, and the name of the service. What people chose is flattened, but for
    /// links and lists of our own making.
    pub(super) fn fill(self, config: &Config, values: &[(&str, &str)]) -> Text {
        let service = config.service_name.as_deref().unwrap_or("Vestibule");
        let value = |name: &str| match name {
            "service" => plain(service),
            name => {
                let found = values.iter().find(|(given, _)| *given == name);
                let value = found.map_or("", |(_, value)| *value);
                match name {
                    "link" | "list" => value.to_owned(),
                    _ => plain(value),
                }
            }
        };
        let (subject, text) = self.source().split_once("\n\n").unwrap_or_default();
        Text {
            subject: filled(subject, value),
            text: filled(text, value),
        }
    }
}

/// In one pass: a value that holds braces stays what it is.
fn filled(source: &str, value: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(&value(name));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// A name that somebody chose, on one line and of a length that leaves the mail readable: what it
/// says cannot pass for a part of the mail.
pub(super) fn plain(text: &str) -> String {
    let breaks = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let words: Vec<_> = text.split(breaks).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// A moment, as people read it, to the minute.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [(&str, &str); 9] = [
        ("workspace", "Acme GmbH"),
        ("email", "ada@acme.example"),
        ("link", "https://sso.example.com/password/token"),
        ("ends", "1 March 2026, 12:00 UTC"),
        ("when", "1 March 2026, 11:00 UTC"),
        (
            "list",
            "Acme\nhttps://sso.example.com/sign-in?workspace=acme",
        ),
        ("passkey", "Laptop"),
        ("admin", "grace@acme.example"),
        ("unused", "-"),
    ];

    fn config() -> Config {
        Config::from_vars([]).unwrap()
    }

    #[test]
    fn every_mail_is_complete_says_why_it_comes_and_what_to_do() {
        for template in Template::ALL {
            let source = template.source();
            let Text { subject, text } = template.fill(&config(), &VALUES);
            assert!(
                !subject.is_empty() && !subject.contains(['\n', '{']) && subject.len() < 78,
                "{template:?}: {subject}"
            );
            for name in source.split('{').skip(1).map(|rest| rest.split('}').next()) {
                let known = VALUES.iter().any(|(given, _)| Some(*given) == name);
                assert!(known || name == Some("service"), "{template:?}: {name:?}");
            }
            assert!(
                text.contains("Vestibule") && text.contains("If "),
                "{template:?} says for whom it is, and what to do if one did not ask: {text}"
            );
            assert!(text.len() < 1_000, "{template:?} is short");
            assert!(
                source.lines().all(|line| line.chars().count() <= 78),
                "{template:?} is broken into lines"
            );
            assert!(text.ends_with(".\n"), "{template:?} ends in order");
        }
    }

    #[test]
    fn who_names_a_workspace_writes_no_mail() {
        let values = [
            ("workspace", "Acme\r\nBcc: all@acme.example\n\n{link}"),
            ("link", "https://sso.example.com/x"),
        ];
        let Text { subject, text } = Template::Invitation.fill(&config(), &values);
        assert!(subject.contains("Acme Bcc: all@acme.example {link}"));
        assert!(!subject.contains('\n'));
        assert!(!text.contains("\nBcc"));
        assert_eq!(text.matches("https://").count(), 1);
        assert_eq!(plain(&"x".repeat(500)).chars().count(), LONGEST_VALUE + 1);
        assert_eq!(plain("a\u{202e}b\u{2028}c"), "a b c");
    }

    #[test]
    fn a_moment_reads_as_people_write_it() {
        let at = "2026-03-01T09:05:59Z".parse().unwrap();
        assert_eq!(moment(at), "1 March 2026, 09:05 UTC");
    }
}
