//! What the API answers with: the shapes of design §5.

mod certificate;
mod client;
mod connection;
mod domain;
mod inspection;
mod list;
mod member;
mod metadata_source;
mod password_link;
mod preflight;
mod revision;
mod service_provider_key;
mod session;
mod setup_link;
mod trail;
mod two_factor;
mod webhook;
mod workspace;

pub(crate) use certificate::{CertificateView, ConnectionCertificateView};
pub(crate) use client::{ApiKeyView, ClientView};
pub(crate) use connection::ConnectionView;
pub(crate) use domain::DomainView;
pub(crate) use inspection::InspectionView;
pub(crate) use list::{JsonLines, List};
pub(crate) use member::{IdentityView, MemberView, SubjectView};
pub(crate) use metadata_source::MetadataSourceView;
pub(crate) use password_link::{InvitationView, PasswordLinkView};
pub(crate) use preflight::PreflightView;
pub(crate) use revision::RevisionView;
pub(crate) use service_provider_key::ServiceProviderKeyView;
pub(crate) use session::{DecisionView, ReasonView, SessionView};
pub(crate) use setup_link::SetupLinkView;
pub(crate) use trail::{
    AttemptView, AuditEventView, ReferenceView, ReportRowView, StrayView, TestView, report_rows,
};
pub(crate) use two_factor::TwoFactorView;
pub(crate) use webhook::{WebhookDeliveryView, WebhookEndpointView, WebhookReplayView};
pub(crate) use workspace::WorkspaceView;
