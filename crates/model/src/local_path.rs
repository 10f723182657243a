//! Where a browser goes on when it is back on the host of an application (forward-auth).

/// The longest one: it travels in `state`, which every step of the sign-in carries along.
const MAX: usize = 2000;

/// A path, with its query, on whichever host it is said: whatever reads it as a URL finds no other host
/// in it, no control character and no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

/// A text that is no such path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a path begins with a single / and has visible ASCII without \\ and #, at most 2000 bytes")]
pub struct LocalPathError;

impl LocalPath {
    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The front door.
impl Default for LocalPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl std::str::FromStr for LocalPath {
    type Err = LocalPathError;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        // Browsers read `\\` as `/`, and `//host` as another host (WHATWG URL, relative slash state).
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#');
        let fits = path.len() <= MAX
            && path.starts_with('/')
            && !path.starts_with("//")
            && path.bytes().all(plain);
        if fits {
            Ok(Self(path.to_owned()))
        } else {
            Err(LocalPathError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leads_to_a_path_with_its_query() {
        for path in [
            "/",
            "/a",
            "/a/?b=c&d=%2F%2Fe",
            "/a?next=//b",
            "/%5cevil.example",
            "/.//b",
        ] {
            assert_eq!(path.parse::<LocalPath>().unwrap().as_str(), path);
        }
        assert_eq!(
            LocalPath::default().as_str().parse(),
            Ok(LocalPath::default())
        );
    }

    #[test]
    fn leads_nowhere_else() {
        let long = format!("/{}", "a".repeat(MAX));
        for path in [
            "",
            "a",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "https://evil.example/",
            "https:/evil.example",
            "javascript:alert(1)",
            " /a",
            "/a b",
            "/a\tb",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: a=b",
            "/a\0",
            "/a#b",
            "/é",
            "?a",
            "@evil.example",
            ".evil.example",
            &long,
        ] {
            assert_eq!(path.parse::<LocalPath>(), Err(LocalPathError), "{path:?}");
        }
    }
}
