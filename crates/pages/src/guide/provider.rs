//! The identity providers that there is a guide for.

use super::{Guide, providers};

/// An identity provider, by the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// Okta.
    Okta,
    /// Microsoft Entra ID, once Azure AD.
    Entra,
    /// Google Workspace.
    Google,
    /// AWS IAM Identity Center, once AWS SSO.
    AwsIdentityCenter,
    /// OneLogin.
    OneLogin,
    /// PingOne.
    PingOne,
    /// JumpCloud.
    JumpCloud,
    /// Keycloak.
    Keycloak,
    /// AD FS.
    AdFs,
    /// Any other that speaks SAML 2.0.
    Other,
}

impl Provider {
    /// Every one of them, in the order in which they are offered.
    pub const ALL: &'static [Self] = &[
        Self::Okta,
        Self::Entra,
        Self::Google,
        Self::AwsIdentityCenter,
        Self::OneLogin,
        Self::PingOne,
        Self::JumpCloud,
        Self::Keycloak,
        Self::AdFs,
        Self::Other,
    ];

    /// Its word in addresses and settings: the one that connections are stored with.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
            Self::Google => "google",
            Self::AwsIdentityCenter => "aws",
            Self::OneLogin => "onelogin",
            Self::PingOne => "ping_one",
            Self::JumpCloud => "jumpcloud",
            Self::Keycloak => "keycloak",
            Self::AdFs => "adfs",
            Self::Other => "generic",
        }
    }

    /// The provider of this word.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|provider| provider.slug() == slug)
    }

    /// Its proper name, the same in every language. For `Other` it is that of the protocol; where
    /// providers are offered, `guide-other-name` says it in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra ID",
            Self::Google => "Google Workspace",
            Self::AwsIdentityCenter => "AWS IAM Identity Center",
            Self::OneLogin => "OneLogin",
            Self::PingOne => "PingOne",
            Self::JumpCloud => "JumpCloud",
            Self::Keycloak => "Keycloak",
            Self::AdFs => "AD FS",
            Self::Other => "SAML 2.0",
        }
    }

    /// What to do there.
    #[must_use]
    pub const fn guide(self) -> Guide {
        let steps = match self {
            Self::Okta => providers::OKTA,
            Self::Entra => providers::ENTRA,
            Self::Google => providers::GOOGLE,
            Self::AwsIdentityCenter => providers::AWS,
            Self::OneLogin => providers::ONELOGIN,
            Self::PingOne => providers::PING_ONE,
            Self::JumpCloud => providers::JUMPCLOUD,
            Self::Keycloak => providers::KEYCLOAK,
            Self::AdFs => providers::ADFS,
            Self::Other => providers::OTHER,
        };
        Guide {
            provider: self,
            steps,
        }
    }
}
