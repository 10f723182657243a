//! Why a token does not count.

/// Why a token does not count, or nobody can say. None of them holds the token or a secret; what a token
/// says before its signature was verified is shortened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No JWT in the compact form, or claims that no access token has (RFC 7519 §7.2, RFC 9068 §2.2).
    #[error("expected a JWT with the claims of an access token; found something else: {0}")]
    Malformed(&'static str),
    /// An ID token: it says to an application who signed in, and opens nothing (RFC 9068 §5).
    #[error(
        "expected an access token (typ at+jwt); found an ID token (typ JWT), which opens nothing: send the access token"
    )]
    IdToken,
    /// Another kind of JWT (RFC 9068 §4).
    #[error("expected typ at+jwt; found {found:?}")]
    WrongType {
        /// What it says, shortened.
        found: String,
    },
    /// Of another algorithm than the key that it names (RFC 8725 §3.1).
    #[error("expected alg {expected}; found {found:?}")]
    WrongAlgorithm {
        /// The key's own, or those that are known.
        expected: &'static str,
        /// What it says.
        found: String,
    },
    /// The issuer has no such key, as far as is known.
    #[error("expected a key of the issuer; found kid {kid:?}, which is none of its keys{}", .asked_lately.then_some(" (asked a moment ago)").unwrap_or_default())]
    UnknownKey {
        /// What it says, shortened.
        kid: String,
        /// Whether the issuer was not asked for it, because it was asked a moment ago.
        asked_lately: bool,
    },
    /// The signature does not verify.
    #[error("the signature does not verify by the key that the token names")]
    BadSignature,
    /// Of another issuer.
    #[error("expected iss {expected:?}; found {found:?}")]
    WrongIssuer {
        /// The issuer.
        expected: String,
        /// What it says.
        found: String,
    },
    /// For another audience: whoever it was made for must not be able to use it here.
    #[error(
        "expected {expected:?} in aud; found {found:?}. An application asks for it by `resource`"
    )]
    WrongAudience {
        /// This service.
        expected: String,
        /// What it says.
        found: Vec<String>,
    },
    /// Of an application that this service does not listen to.
    #[error("expected client_id to be one of {expected:?}; found {found:?}")]
    WrongClient {
        /// Those that it listens to.
        expected: Vec<String>,
        /// What it says.
        found: String,
    },
    /// Not valid any more.
    #[error(
        "expected a token that counts at {now} (seconds since 1970); found one that has ended at {exp}: the application has to refresh"
    )]
    Expired {
        /// When it ended.
        exp: i64,
        /// When it was looked at.
        now: i64,
    },
    /// Not valid yet.
    #[error(
        "expected a token of {now} (seconds since 1970) or before; found one of {from}: compare the clocks"
    )]
    NotYetValid {
        /// From when on it counts.
        from: i64,
        /// When it was looked at.
        now: i64,
    },
    /// The issuer says that it does not count: its session was revoked, or a rule has ended it.
    #[error("the issuer says that the token does not count any more: its session has ended")]
    NotActive,
    /// Nobody can say: the issuer is out of reach, and what is known of it is too old.
    #[error("the issuer cannot be asked: {what} at {url}: {cause}")]
    Unreachable {
        /// What was wanted.
        what: &'static str,
        /// Where.
        url: String,
        /// Why not.
        cause: String,
    },
    /// The issuer answered what no Vestibule answers.
    #[error("{what} at {url}: expected {expected}; found {found}")]
    Answer {
        /// What was wanted.
        what: &'static str,
        /// Where.
        url: String,
        /// What was expected.
        expected: String,
        /// What came, shortened.
        found: String,
    },
    /// The settings cannot be used.
    #[error("{setting}: expected {expected}; found {found:?}")]
    Settings {
        /// Which.
        setting: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found.
        found: String,
    },
}

impl VerifyError {
    /// Whether it is the token's fault (answer 401), and not that nobody could say (answer 503).
    #[must_use]
    pub const fn is_of_token(&self) -> bool {
        !matches!(
            self,
            Self::Unreachable { .. } | Self::Answer { .. } | Self::Settings { .. }
        )
    }
}

/// The first characters of what somebody sent: enough to know a mistake by, too little for a token.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 48;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
