//! Typed ids: a prefix that says what it names, then a UUIDv7 in 32 lower-case hex digits.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// A string that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct IdParseError {
    /// The prefix that was wanted, without its underscore.
    pub prefix: &'static str,
}

fn uuid_v7(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, IdParseError> {
    let refused = || IdParseError { prefix };
    let digits = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(refused)?;
    // One spelling per id: `Uuid::try_parse` would also take hyphens, braces and capitals.
    let plain = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digits.len() != 32 || !digits.bytes().all(plain) {
        return Err(refused());
    }
    Uuid::try_parse(digits).or(Err(refused()))
}

macro_rules! typed_id {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix, without its underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, unique and sortable by `now`.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse($prefix, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_id! {
    /// A customer of the SaaS company.
    WorkspaceId = "ws";
    /// A person in one workspace; the `sub` of every token, never reused.
    MemberId = "mem";
    /// The trust between a workspace and one IdP.
    ConnectionId = "conn";
    /// One immutable version of a connection's settings.
    RevisionId = "rev";
    /// One trip to the IdP and back with a draft revision.
    TestId = "test";
    /// One trip with the live revision.
    AttemptId = "att";
    /// What a sign-in mints.
    SessionId = "ses";
    /// A key of Vestibule's own for one connection.
    ServiceProviderKeyId = "spk";
    /// An application of the SaaS company.
    ClientId = "app";
    /// A secret for management calls.
    ApiKeyId = "key";
    /// One entry of the audit log.
    EventId = "evt";
    /// A link between a member and a SAML subject.
    IdentityId = "idn";
    /// A domain that a workspace claims.
    DomainId = "dom";
    /// A passkey of a member.
    PasskeyId = "pky";
    /// An invitation, or a link to set a password anew.
    PasswordLinkId = "lnk";
    /// A mail that waits to be sent.
    MailId = "mail";
    /// A link that leads to the setup of one connection.
    SetupLinkId = "link";
    /// Where events are sent to.
    WebhookEndpointId = "whe";
    /// One event on its way to one endpoint.
    WebhookDeliveryId = "whd";
}

impl ClientId {
    /// The client that stands for Vestibule's own pages: whoever signs in to them has a session of it.
    /// No code and no token is ever given for it, and no caller sees it.
    pub const OWN_PAGES: Self = Self(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_and_reads_back_one_spelling_only() {
        let id = WorkspaceId::new(Timestamp::UNIX_EPOCH);
        let text = id.to_string();
        assert_eq!(text.parse::<WorkspaceId>(), Ok(id));
        assert!(text.to_uppercase().parse::<WorkspaceId>().is_err());
        assert!(text.replace("ws_", "mem_").parse::<WorkspaceId>().is_err());
        assert!(format!("{text}0").parse::<WorkspaceId>().is_err());
        assert!(text.replace("ws_", "ws_{").parse::<WorkspaceId>().is_err());
    }

    #[test]
    fn the_client_of_our_own_pages_is_the_one_that_the_migrations_make() {
        let text = ClientId::OWN_PAGES.to_string();
        assert_eq!(text, "app_00000000000070008000000000000001");
        assert_eq!(text.parse(), Ok(ClientId::OWN_PAGES));
    }

    #[test]
    fn sorts_by_time() {
        let early = MemberId::new(Timestamp::UNIX_EPOCH);
        let late = MemberId::new("2026-01-01T00:00:00Z".parse().unwrap());
        assert!(early < late && early.to_string() < late.to_string());
    }

    proptest! {
        #[test]
        fn never_panics_and_never_reads_two_spellings(text in ".{0,64}") {
            if let Ok(id) = text.parse::<SessionId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
