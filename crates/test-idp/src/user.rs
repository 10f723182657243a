//! The people that the IdP knows.

use std::fmt::Write as _;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// A person in the directory. There is no password: whoever asks may be anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The address, also the user name.
    pub email: String,
    /// The given name.
    pub given_name: String,
    /// The family name.
    pub family_name: String,
    /// The groups, by name.
    pub groups: Vec<String>,
}

impl User {
    /// A person in no group.
    #[must_use]
    pub fn new(
        email: impl Into<String>,
        given_name: impl Into<String>,
        family_name: impl Into<String>,
    ) -> Self {
        Self {
            email: email.into(),
            given_name: given_name.into(),
            family_name: family_name.into(),
            groups: Vec::new(),
        }
    }

    /// The same person in these groups.
    #[must_use]
    pub fn in_groups<S: Into<String>>(mut self, groups: impl IntoIterator<Item = S>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// A directory to play with: four people of `acme.example`.
    #[must_use]
    pub fn examples() -> Vec<Self> {
        vec![
            Self::new("ada@acme.example", "Ada", "Okafor").in_groups(["Engineering", "Admins"]),
            Self::new("ben@acme.example", "Ben", "Lindqvist").in_groups(["Engineering"]),
            Self::new("chiara@acme.example", "Chiara", "Moretti").in_groups(["Finance"]),
            Self::new("dmitri@acme.example", "Dmitri", "Halloran"),
        ]
    }

    /// Given and family name, or the address where there are none.
    #[must_use]
    pub fn display_name(&self) -> String {
        let name = format!("{} {}", self.given_name, self.family_name);
        match name.trim() {
            "" => self.email.clone(),
            name => name.to_owned(),
        }
    }

    /// An opaque identifier in the shape of a GUID, the same for the same address at every start.
    #[must_use]
    pub fn object_id(&self) -> String {
        stable_guid(&self.email)
    }

    /// An opaque identifier that differs from one service provider to the next, as a persistent
    /// NameID should (SAML Core §8.3.7).
    #[must_use]
    pub fn pairwise_id(&self, sp_entity_id: &str) -> String {
        stable_guid(&format!("{}\n{sp_entity_id}", self.email))
    }
}

/// A GUID made of the hash of a text.
pub(crate) fn stable_guid(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    guid(digest.iter().copied())
}

/// Sixteen bytes as a GUID.
pub(crate) fn guid(bytes: impl IntoIterator<Item = u8>) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The text is not `email[,given name[,family name[,group;group…]]]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a user is written email,given name,family name,group;group")]
pub struct MalformedUser;

impl FromStr for User {
    type Err = MalformedUser;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(4, ',').map(str::trim);
        let email = parts
            .next()
            .filter(|email| email.contains('@'))
            .ok_or(MalformedUser)?;
        let given_name = parts.next().unwrap_or_default();
        let family_name = parts.next().unwrap_or_default();
        let groups = parts.next().unwrap_or_default().split(';').map(str::trim);
        Ok(Self::new(email, given_name, family_name)
            .in_groups(groups.filter(|group| !group.is_empty())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_read_from_a_line() {
        let user: User = "ada@acme.example, Ada, Okafor, Engineering; Admins"
            .parse()
            .unwrap();
        assert_eq!(
            user,
            User::new("ada@acme.example", "Ada", "Okafor").in_groups(["Engineering", "Admins"])
        );
        assert_eq!("x@y".parse::<User>().unwrap().display_name(), "x@y");
        assert_eq!("nobody".parse::<User>(), Err(MalformedUser));
    }

    #[test]
    fn a_pairwise_id_is_stable_and_differs_by_service_provider() {
        let user = User::new("ada@acme.example", "Ada", "Okafor");
        assert_eq!(user.pairwise_id("https://a"), user.pairwise_id("https://a"));
        assert_ne!(user.pairwise_id("https://a"), user.pairwise_id("https://b"));
        assert_eq!(user.object_id().len(), 36);
    }
}
