//! Where a browser goes when a test that one of our pages has started is over.

use crate::TestId;

/// What the path begins with: the settings pages and the setup pages, and nothing else.
const BEFORE: [&str; 2] = ["/settings/sso/", "/setup/sso/"];
/// The longest path.
const MAX: usize = 200;

/// The path of the page that shows how a test has ended, on this very server.
///
/// Whatever reads it as a URL must find a path of ours in it: so its segments are letters, digits, `_`
/// and `-`, and none of them is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

/// A path that does not lead to one of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the path of a test's page begins with /settings/sso/ or /setup/sso/ and has plain segments"
)]
pub struct ReturnPathError;

impl ReturnPath {
    /// The page of this test below another page.
    ///
    /// # Errors
    /// [`ReturnPathError`] when that is none of the settings or setup pages.
    pub fn of_test(page: &str, test_id: TestId) -> Result<Self, ReturnPathError> {
        format!("{page}/tests/{test_id}").parse()
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ReturnPath {
    type Err = ReturnPathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let is_segment = |part: &str| !part.is_empty() && part.bytes().all(plain);
        let rest = BEFORE.iter().find_map(|before| path.strip_prefix(before));
        let fits = path.len() <= MAX && rest.is_some_and(|rest| rest.split('/').all(is_segment));
        if fits {
            Ok(Self(path.to_owned()))
        } else {
            Err(ReturnPathError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_the_page_of_the_test() {
        let test = TestId::new(jiff::Timestamp::UNIX_EPOCH);
        for page in ["/settings/sso/conn_1", "/setup/sso/conn_1/okta"] {
            let path = ReturnPath::of_test(page, test).unwrap();
            assert_eq!(path.as_str(), format!("{page}/tests/{test}"));
            assert_eq!(path.as_str().parse(), Ok(path.clone()));
        }
    }

    #[test]
    fn leads_nowhere_else() {
        let long = format!("/settings/sso/{}", "a".repeat(MAX));
        for path in [
            "",
            "/",
            "/account",
            "/settings/sso",
            "/settings/sso/",
            "/settings/sso//evil.example",
            "/settings/sso/a/",
            "/settings/sso/../../account",
            "/settings/sso/.",
            "/settings/sso/%2e%2e/account",
            "/settings/sso/%2f%2fevil.example",
            "/settings/sso/\\evil.example",
            "/settings/sso/a?next=//evil.example",
            "/settings/sso/a#b",
            "/settings/sso/a b",
            "/settings/sso/a\r\nSet-Cookie: a=b",
            "/settings/sso/a\0",
            "/settings/sso/é",
            "/settings/ssoa/b",
            " /settings/sso/a",
            "settings/sso/a",
            "//evil.example/settings/sso/a",
            "/\\evil.example/settings/sso/a",
            "https://evil.example/settings/sso/a",
            "https:/settings/sso/a",
            "javascript:/settings/sso/a",
            "//user@evil.example/setup/sso/a",
            &long,
        ] {
            assert_eq!(path.parse::<ReturnPath>(), Err(ReturnPathError), "{path:?}");
        }
    }
}
