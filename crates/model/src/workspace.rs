//! A workspace: a customer of the SaaS company.

use jiff::Timestamp;

use crate::{Branding, ConnectionId, DomainId, WorkspaceId, words};

words! {
    /// What the workspace has bought; P1 of the policy decides which plans include SSO.
    Plan {
        /// No contract.
        Free = "free",
        /// The first paid plan.
        Growth = "growth",
        /// The first plan with SSO.
        Pro = "pro",
        /// Everything.
        Premier = "premier",
    }
}

words! {
    /// For whom a second factor is mandatory when signing in by password (P4).
    TwoFactorRule {
        /// Nobody.
        Off = "off",
        /// Admins.
        Admins = "admins",
        /// Every member.
        Everyone = "everyone",
    }
}

/// Why a text is not a slug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a slug has 1 to 63 lower-case letters, digits and hyphens, and neither starts nor ends with a hyphen"
)]
pub struct SlugError;

/// The short name of a workspace in URLs; unique in the deployment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

impl Slug {
    /// Reads a slug.
    ///
    /// # Errors
    /// [`SlugError`] when it is not a DNS label in lower case.
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let edge = text.starts_with('-') || text.ends_with('-');
        if text.is_empty() || text.len() > 63 || edge || !text.bytes().all(plain) {
            return Err(SlugError);
        }
        Ok(Self(text.to_owned()))
    }

    /// The slug a name suggests: `Acme GmbH & Co` becomes `acme-gmbh-co`.
    #[must_use]
    pub fn suggest(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() == 48 {
                break;
            }
        }
        Self::parse(slug.trim_end_matches('-')).ok()
    }

    /// The slug as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A customer of the SaaS company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// Its short name in URLs.
    pub slug: Slug,
    /// What it has bought.
    pub plan: Plan,
    /// For whom a second factor is mandatory.
    pub two_factor: TwoFactorRule,
    /// The caller's own id for it, unique in the deployment.
    pub external_id: Option<String>,
    /// For how many days SAML responses are kept as they arrived, sealed; zero: not at all.
    pub keep_responses_days: u16,
    /// After how many idle minutes somebody who signed in to our own pages is signed out.
    pub session_idle_minutes: u32,
    /// After how many minutes they are signed out in any case.
    pub session_lifetime_minutes: u32,
    /// When SSO was last switched on, or off again: a non-admin's password from before counts no longer
    /// (P5).
    pub sso_enabled_at: Option<Timestamp>,
    /// Until when the operator's break-glass code stands in for an admin's second factor.
    pub unlocked_until: Option<Timestamp>,
    /// For how many days its audit log is kept; none: as long as the deployment's is.
    pub audit_retention_days: Option<u16>,
    /// How our pages look to its people.
    pub branding: Branding,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Workspace {
    /// What [`Self::session_idle_minutes`] is unless somebody says otherwise (design §4.7).
    pub const SESSION_IDLE_MINUTES: u32 = 8 * 60;
    /// What [`Self::session_lifetime_minutes`] is unless somebody says otherwise (design §4.7).
    pub const SESSION_LIFETIME_MINUTES: u32 = 24 * 60;
}

/// A domain that a workspace claims, and perhaps has proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// The workspace that claims it.
    pub workspace_id: WorkspaceId,
    /// The domain as lower-case A-labels.
    pub domain: String,
    /// The connection its people are sent to, where one is chosen.
    pub connection_id: Option<ConnectionId>,
    /// What the TXT record has to say; not secret.
    pub token: String,
    /// When it was proved; none while it is a mere claim.
    pub verified_at: Option<Timestamp>,
    /// What the last look-up found; none before the first.
    pub last_check: Option<DomainCheck>,
    /// When it is looked up next; none while it is a mere claim.
    pub next_check_at: Option<Timestamp>,
    /// When each of the last look-ups found it authoritatively absent, the oldest first; empty once
    /// it was found again.
    pub absences: Vec<Timestamp>,
    /// When it was claimed.
    pub created_at: Timestamp,
}

words! {
    /// What the DNS says about a domain's TXT record.
    DomainOutcome {
        /// It is there.
        Found = "found",
        /// The domain's own servers say that it is not.
        Absent = "absent",
        /// Nobody could say: a time-out, a failing server.
        Unknown = "unknown",
    }
}

/// One look-up of a domain's TXT record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainCheck {
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub outcome: DomainOutcome,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_suggests_a_slug() {
        for (name, slug) in [
            ("Acme", Some("acme")),
            ("Acme GmbH & Co.", Some("acme-gmbh-co")),
            ("  --  ", None),
            ("日本", None),
        ] {
            assert_eq!(
                Slug::suggest(name).as_ref().map(Slug::as_str),
                slug,
                "{name}"
            );
        }
    }

    #[test]
    fn refuses_what_a_url_would_not_like() {
        for text in ["", "-a", "a-", "A", "a_b", "a/b", "ä", &"a".repeat(64)] {
            assert_eq!(Slug::parse(text), Err(SlugError), "{text}");
        }
    }
}
