//! SAML 2.0 for a service provider: messages, metadata, and the rules of Web Browser SSO.
//!
//! The corridor of one sign-in. Each door opens only with what the previous room made, and no room
//! can be entered from outside:
//!
//! ```text
//! form value ─ UnverifiedResponse::decode      Issuer and InResponseTo alone, to look the trip up
//!            ─ .verify(&keys)          ──▶ SignedResponse             from digested bytes alone
//!            ─ .validate(&expected, now) ──▶ VerifiedAssertion<SignIn | Test | Inspect>
//! ```
//!
//! A logout message walks the same way, through a corridor of its own:
//!
//! ```text
//! raw query or form ─ UnverifiedLogout::from_query, from_form     to look up what it is about
//!                   ─ .verify(&keys)            ──▶ SignedLogout     the signature is required
//!                   ─ .validate(&expected, now) ──▶ VerifiedLogout   a request or a response
//! ```
//!
//! Nothing is read for identity but documents parsed from [`vestibule_xmlsig::SignedBytes`]. What
//! stands in an unsigned part may make a check stricter and nothing else. Every rule gives a row of
//! the [`Report`], and any failure refuses: no rule warns instead. What an admin should know besides
//! has rows of its own, that warn and refuse nothing. No clock, no I/O: `now`, keys and limits are
//! arguments.

mod attributes;
mod authn_request;
mod binding;
mod check;
mod decode_error;
mod envelope;
mod expected;
mod idp_metadata;
mod instant;
mod keys;
mod labels;
mod learned;
mod limits;
mod logout_message;
mod logout_refusal;
mod metadata_error;
mod name_id;
mod names;
mod outgoing;
mod parameters;
mod provider;
mod refusal;
mod remedies;
mod report;
mod rules;
mod signed;
mod signed_logout;
mod sp_metadata;
mod unverified;
mod unverified_logout;
mod validate;
mod verified;
mod verified_logout;
mod write;

pub use attributes::{Attribute, Attributes};
pub use authn_request::{AuthnOptions, AuthnRequest, NameIdPolicy};
pub use check::Check;
pub use decode_error::{DecodeError, MessageKind};
pub use expected::{
    CertificateFacts, Expected, ExpectedParts, Identifier, Inspect, Purpose, SentRequest, SignIn,
    Test,
};
pub use idp_metadata::{IdpMetadata, Logo, LogoutEndpoint, ValidityPolicy, VerifiedMetadata};
pub use keys::{Cbc, Keys};
pub use labels::{Field, Label};
pub use learned::{Learned, SignedPart};
pub use limits::Limits;
pub use logout_message::{LogoutRequest, LogoutResponse, LogoutStatus};
pub use logout_refusal::{LogoutCheck, LogoutRefusal};
pub use metadata_error::{EntityIds, MetadataError};
pub use name_id::NameId;
pub use outgoing::{MessageField, PostForm, SendError, Signing};
pub use provider::{Provider, UnknownProvider};
pub use refusal::{Refusal, StatusDetail};
pub use remedies::Side;
pub use report::{Outcome, Report, Row};
pub use signed::SignedResponse;
pub use signed_logout::{ExpectedLogout, SignedLogout};
pub use sp_metadata::{ContactKind, ContactPerson, SpMetadata};
pub use unverified::UnverifiedResponse;
pub use unverified_logout::{LogoutBinding, LogoutKind, UnverifiedLogout};
pub use verified::VerifiedAssertion;
pub use verified_logout::{
    LogoutOutcome, VerifiedLogout, VerifiedLogoutRequest, VerifiedLogoutResponse,
};
