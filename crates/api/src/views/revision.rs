//! A revision, as it is shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{AdminMapping, AttributeMapping, NameIdPolicy, Revision, RoleMapping};

use crate::{pem, views::CertificateView};

/// One immutable version of a connection's settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Revision)]
pub(crate) struct RevisionView {
    /// Its id.
    id: String,
    /// 1, 2, 3, … within the connection.
    number: i64,
    /// Whether it has passed a test.
    tested: bool,
    /// The test it passed.
    passed_test_id: Option<String>,
    /// The IdP's entity ID: given, or learned by the passed test; null while unknown.
    idp_entity_id: Option<String>,
    /// Where AuthnRequests go.
    idp_sso_url: String,
    /// How they go there: redirect or post.
    idp_sso_binding: &'static str,
    /// The IdP's single-logout endpoint.
    idp_logout_url: Option<String>,
    /// Where LogoutResponses go, where that is another place.
    idp_logout_response_url: Option<String>,
    /// How logout messages go there: redirect or post.
    idp_logout_binding: &'static str,
    /// A plain page to go to after sign-out.
    logout_landing_url: Option<String>,
    /// The IdP's certificates, each one PEM block.
    idp_certificates: Vec<String>,
    /// What stands in those certificates.
    certificates: Vec<CertificateView>,
    /// refuse, with_signed_response or accept.
    encryption_cbc: &'static str,
    /// just_in_time or invite_only.
    provisioning: &'static str,
    /// Whether a Response without a signature of its own is refused.
    require_signed_response: bool,
    /// AuthnContext classes of which the IdP must assert one; empty: any.
    required_authn_context: Vec<String>,
    /// Which attributes carry what, where the defaults do not fit.
    attribute_mapping: AttributeMappingView,
    /// How groups become a role; null: roles are kept, and new members are `member`.
    role_mapping: Option<RoleMappingView>,
    /// Whether AuthnRequests are signed.
    sign_requests: bool,
    /// Whether the IdP is asked each time to have people authenticate anew.
    force_authn: bool,
    /// The NameID Format that is asked for.
    name_id_format: Option<String>,
    /// Whether AuthnRequests say nothing at all about the NameID.
    omit_name_id_policy: bool,
    /// AuthnContext classes that are asked for, exactly.
    requested_authn_context: Vec<String>,
    /// The attribute that says who somebody is, in place of the NameID.
    subject_attribute: Option<String>,
    /// What becomes of a response that nobody asked for: refuse or restart.
    idp_initiated: &'static str,
    /// The application that such a response is for.
    idp_initiated_client_id: Option<String>,
    /// Whether a key counts no longer when its certificate has expired.
    refuse_expired_certificates: bool,
    /// What the IdP is called, by its metadata.
    idp_display_name: Option<String>,
    /// Its logo, by its metadata; https.
    idp_logo_url: Option<String>,
    /// A page of the IdP for people whom it could not sign in, by its metadata.
    idp_error_url: Option<String>,
    /// The domains that the IdP may assert scoped attributes for, by its metadata.
    idp_scopes: Vec<String>,
    /// The URL of the metadata that these settings were made from.
    idp_metadata_url: Option<String>,
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Which attributes carry what, where the defaults do not fit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttributeMapping)]
pub(crate) struct AttributeMappingView {
    /// The attributes that carry the e-mail address: the first that is present counts.
    email: Vec<String>,
    /// The attributes that carry the display name, likewise.
    name: Vec<String>,
}

impl From<AttributeMapping> for AttributeMappingView {
    fn from(mapping: AttributeMapping) -> Self {
        Self {
            email: mapping.email,
            name: mapping.name,
        }
    }
}

/// How groups become a role (P8).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RoleMapping)]
pub(crate) struct RoleMappingView {
    /// The attributes that carry the groups: the first that is present counts.
    attributes: Vec<String>,
    /// Values of which one makes an admin.
    admin: Vec<String>,
    /// Values of which one makes a member.
    member: Vec<String>,
    /// What becomes of everybody else: keep or member.
    otherwise: &'static str,
    /// Whether `admin` has an effect: a proven admin has enabled it on this revision.
    admin_enabled: bool,
    /// Who has.
    admin_enabled_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    admin_enabled_at: Option<Timestamp>,
}

impl RoleMappingView {
    fn new(mapping: RoleMapping, enabled: Option<&AdminMapping>) -> Self {
        Self {
            attributes: mapping.attributes,
            admin: mapping.admin,
            member: mapping.member,
            otherwise: mapping.otherwise.as_str(),
            admin_enabled: enabled.is_some(),
            admin_enabled_by: enabled.map(|enabled| enabled.enabled_by.to_string()),
            admin_enabled_at: enabled.map(|enabled| enabled.enabled_at),
        }
    }
}

impl From<Revision> for RevisionView {
    fn from(revision: Revision) -> Self {
        let idp_entity_id = revision.idp_entity_id().map(str::to_owned);
        let settings = revision.settings;
        let certificates = pem::certificates(&settings.idp_certificates)
            .map(|certificate| CertificateView::from(&certificate))
            .collect();
        Self {
            id: revision.id.to_string(),
            number: revision.number,
            tested: revision.passed_test.is_some(),
            passed_test_id: revision.passed_test.map(|id| id.to_string()),
            idp_entity_id,
            idp_sso_url: settings.idp_sso_url,
            idp_sso_binding: settings.idp_sso_binding.as_str(),
            idp_logout_url: settings.idp_logout_url,
            idp_logout_response_url: settings.idp_logout_response_url,
            idp_logout_binding: settings.idp_logout_binding.as_str(),
            logout_landing_url: settings.logout_landing_url,
            idp_certificates: settings.idp_certificates,
            certificates,
            encryption_cbc: settings.encryption_cbc.as_str(),
            provisioning: settings.provisioning.as_str(),
            require_signed_response: settings.require_signed_response,
            required_authn_context: settings.required_authn_context,
            attribute_mapping: settings.attribute_mapping.into(),
            role_mapping: settings
                .role_mapping
                .map(|mapping| RoleMappingView::new(mapping, revision.admin_mapping.as_ref())),
            sign_requests: settings.sign_requests,
            force_authn: settings.force_authn,
            omit_name_id_policy: settings.name_id_policy == NameIdPolicy::Absent,
            name_id_format: match settings.name_id_policy {
                NameIdPolicy::Format(format) => Some(format),
                NameIdPolicy::Any | NameIdPolicy::Absent => None,
            },
            requested_authn_context: settings.requested_authn_context,
            subject_attribute: settings.subject_attribute,
            idp_initiated: settings.idp_initiated.as_str(),
            idp_initiated_client_id: settings.idp_initiated_client_id.map(|id| id.to_string()),
            refuse_expired_certificates: settings.refuse_expired_certificates,
            idp_display_name: settings.idp_display_name,
            idp_logo_url: settings.idp_logo_url,
            idp_error_url: settings.idp_error_url,
            idp_scopes: settings.idp_scopes,
            idp_metadata_url: settings.idp_metadata.map(|origin| origin.url),
            created_at: revision.created_at,
        }
    }
}
