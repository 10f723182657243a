//! The steps, one file for each provider.

mod adfs;
mod aws;
mod entra;
mod google;
mod jumpcloud;
mod keycloak;
mod okta;
mod onelogin;
mod other;
mod ping_one;

pub(super) use adfs::STEPS as ADFS;
pub(super) use aws::STEPS as AWS;
pub(super) use entra::STEPS as ENTRA;
pub(super) use google::STEPS as GOOGLE;
pub(super) use jumpcloud::STEPS as JUMPCLOUD;
pub(super) use keycloak::STEPS as KEYCLOAK;
pub(super) use okta::STEPS as OKTA;
pub(super) use onelogin::STEPS as ONELOGIN;
pub(super) use other::STEPS as OTHER;
pub(super) use ping_one::STEPS as PING_ONE;

/// The NameID format of an e-mail address, by its full name.
const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
