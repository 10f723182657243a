//! The nouns of Vestibule: what a workspace, a member, a connection, a revision, a session *is*.
//!
//! No I/O, no rules (those live in `vestibule-policy`), no queries (those live in
//! `vestibule-store`). Every id is its own type, so that a member can never be looked up by the id
//! of a connection.

mod audit;
mod branding;
mod change;
mod client;
mod connection;
mod credential;
mod domain;
mod email;
mod entity_tag;
mod id;
mod kept_answer;
mod local_path;
mod logo;
mod member;
mod metadata;
mod reference;
mod return_path;
mod session;
mod setup_link;
mod trail;
mod webhook;
mod workspace;

pub use audit::{
    Actor, ActorParseError, AuditEvent, AuditFault, AuditFinding, AuditSource, ChainHead, Seal, Via,
};
pub use branding::{Branding, Colour, ColourError};
pub use change::{Change, ChangeParseError};
pub use client::{
    ApiKey, BackchannelLogout, Client, ClientAuthMethod, PreviousSecret, Scope, ScopeParseError,
    Scopes, SigningAlgorithm,
};
pub use connection::{
    AdminMapping, AttributeMapping, Connection, ConnectionState, EncryptionCbc, IdpInitiated,
    KeyStage, NameIdPolicy, Phase, Provisioning, Revision, RevisionSettings, RoleMapping,
    ServiceProvider, ServiceProviderKey, SsoBinding, TestClaim, TestRun, TestState, Unmapped,
};
pub use credential::{
    BrowserSession, LinkPurpose, PasswordLink, QueuedMail, StoredPasskey, StoredPassword,
    StoredTotp,
};
pub use domain::{DomainName, DomainNameError};
pub use email::{Email, EmailError, EmailKey};
pub use entity_tag::EntityTag;
pub use id::{
    ApiKeyId, AttemptId, ClientId, ConnectionId, DomainId, EventId, IdParseError, IdentityId,
    MailId, MemberId, PasskeyId, PasswordLinkId, RevisionId, ServiceProviderKeyId, SessionId,
    SetupLinkId, TestId, WebhookDeliveryId, WebhookEndpointId, WorkspaceId,
};
pub use kept_answer::KeptAnswer;
pub use local_path::{LocalPath, LocalPathError};
pub use logo::{Logo, LogoError, LogoHash, LogoHashError, LogoKind};
pub use member::{Identity, Member, MemberStatus, Proof, ProvenBy, Provisioned, Role, Subject};
pub use metadata::{FieldChange, MetadataChange, MetadataOrigin, MetadataSource};
pub use reference::{Reference, ReferenceParseError};
pub use return_path::{ReturnPath, ReturnPathError};
pub use session::{AuthenticationMethod, Origin, SamlDetails, Session};
pub use setup_link::{SetupLink, SetupLinkState, SetupSession};
pub use trail::{Attempt, AttemptEvent, AttemptOutcome, AttemptStep};
pub use vestibule_xmlsig::KeyFingerprint;
pub use webhook::{
    DeliveryState, WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookEventType,
};
pub use workspace::{
    Domain, DomainCheck, DomainOutcome, Plan, Slug, SlugError, TwoFactorRule, Workspace,
};

/// A word that is not one of an enumeration's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}, found {found:?}")]
pub struct UnknownWord {
    /// The words that are understood, separated by commas.
    pub expected: &'static str,
    /// What was found instead.
    pub found: String,
}

/// Declares an enumeration with one stable word per variant: in JSON, in the database, in messages.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable word for this value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::UnknownWord {
                        expected: words!(@list $($word),+),
                        found: text.chars().take(64).collect(),
                    }),
                }
            }
        }
    };
    (@list $first:literal $(, $rest:literal)*) => { concat!($first $(, ", ", $rest)*) };
}
pub(crate) use words;
