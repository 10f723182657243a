//! A connection: the trust between a workspace and one IdP, its revisions and its test runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_saml::{Learned, NameId, Report};

use crate::{
    ClientId, ConnectionId, Email, MemberId, MetadataOrigin, ReturnPath, RevisionId,
    ServiceProviderKeyId, Subject, TestId, WorkspaceId, words,
};

words! {
    /// What a person sees of a connection's life (design §2).
    ConnectionState {
        /// Nothing saved, or saved and not yet tested.
        Draft = "draft",
        /// The draft has passed its test.
        Ready = "ready",
        /// Serves sign-ins and makes SSO mandatory.
        Live = "live",
        /// Was live when the plan fell below: kept, serves nobody, enforces nothing.
        Suspended = "suspended",
        /// Switched off.
        Disabled = "disabled",
    }
}

words! {
    /// What is stored of a connection's life. `suspended` is not: it is `live` under a plan without
    /// SSO, so that a change of plan takes effect at once and nothing can be forgotten (P5).
    Phase {
        /// Nothing saved, or saved and not yet tested.
        Draft = "draft",
        /// The draft has passed its test.
        Ready = "ready",
        /// Enabled.
        Live = "live",
        /// Switched off.
        Disabled = "disabled",
    }
}

words! {
    /// Who may be made a member by signing in (P7).
    Provisioning {
        /// Whoever the IdP vouches for.
        JustInTime = "just_in_time",
        /// Only those who are members already.
        InviteOnly = "invite_only",
    }
}

words! {
    /// Whether assertions encrypted with AES-CBC are taken; it is malleable, so by default not.
    EncryptionCbc {
        /// Never.
        Refuse = "refuse",
        /// Only inside a Response that is signed.
        WithSignedResponse = "with_signed_response",
        /// Always, with a warning in every report.
        Accept = "accept",
    }
}

words! {
    /// How AuthnRequests go to the IdP.
    #[derive(Default)]
    SsoBinding {
        /// In the URL of a redirect (SAML Bindings §3.4).
        #[default]
        Redirect = "redirect",
        /// In a form that the browser posts (SAML Bindings §3.5).
        Post = "post",
    }
}

words! {
    /// What becomes of a response that nobody asked for (design §4.6).
    #[derive(Default)]
    IdpInitiated {
        /// It is refused.
        #[default]
        Refuse = "refuse",
        /// It is set aside, and the application is asked to begin a sign-in that it then answers.
        Restart = "restart",
    }
}

/// What an AuthnRequest says about the NameID (SAML Core §3.4.1.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameIdPolicy {
    /// Any kind will do, and it may be made now.
    #[default]
    Any,
    /// Nothing.
    Absent,
    /// This Format.
    Format(String),
}

words! {
    /// What a key of Vestibule's own is good for, beside the one in use.
    KeyStage {
        /// It will be used: metadata announce it, so that the IdP can trust it first.
        Next = "next",
        /// It was used: what is still encrypted for it is decrypted.
        Previous = "previous",
    }
}

/// A key of Vestibule's own for one connection, beside the one in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProviderKey {
    /// Its id.
    pub id: ServiceProviderKeyId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// What it is good for.
    pub stage: KeyStage,
    /// Its certificate, one PEM block.
    pub certificate_pem: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Vestibule's side of the trust: what the IdP admin needs first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// The signing certificate, one PEM block.
    pub certificate_pem: String,
}

/// The trust between a workspace and one IdP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What people call it.
    pub name: String,
    /// Which product the IdP is, where the admin said so (`okta`, `entra`, …).
    pub provider: Option<String>,
    /// Whether the workspace's people are sent here when nothing else decides.
    pub default: bool,
    /// What is stored of its life.
    pub phase: Phase,
    /// The revision being prepared.
    pub draft: Option<RevisionId>,
    /// The revision that serves, or served last.
    pub live: Option<RevisionId>,
    /// Vestibule's side.
    pub service_provider: ServiceProvider,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Connection {
    /// The revision that serves, while the connection is enabled.
    #[must_use]
    pub fn serving(&self) -> Option<RevisionId> {
        self.live.filter(|_| self.phase == Phase::Live)
    }
}

/// Which attributes carry what, where the defaults of design §3 do not fit: of the names the first
/// that is present.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeMapping {
    /// The attributes that carry the e-mail address.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_several"
    )]
    pub email: Vec<String>,
    /// The attributes that carry the display name.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "one_or_several"
    )]
    pub name: Vec<String>,
}

/// Revisions from before there could be several names hold one text.
fn one_or_several<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Names::deserialize(from)? {
        Names::One(name) => vec![name],
        Names::Several(names) => names,
    })
}

words! {
    /// What becomes of the role of somebody whom the mapping does not name.
    #[derive(Default)]
    Unmapped {
        /// They keep it.
        #[default]
        Keep = "keep",
        /// They are a member.
        Member = "member",
    }
}

/// How what the IdP says about groups becomes a role (P8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleMapping {
    /// The attributes that carry the groups: of the names the first that is present.
    pub attributes: Vec<String>,
    /// Values of which one makes an admin; inert until a proven admin has enabled it on the revision.
    #[serde(default)]
    pub admin: Vec<String>,
    /// Values of which one makes a member.
    #[serde(default)]
    pub member: Vec<String>,
    /// What becomes of everybody else.
    #[serde(default)]
    pub otherwise: Unmapped,
}

/// That a mapping to `admin` counts on one revision (P8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminMapping {
    /// The proven admin who said so.
    pub enabled_by: MemberId,
    /// When.
    pub enabled_at: Timestamp,
}

/// Whom a passed test was about: what an admin may say "this is me" of (P10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestClaim {
    /// The subject; none where the NameID means nothing tomorrow.
    pub subject: Option<Subject>,
    /// The address that was asserted.
    pub email: Option<Email>,
}

/// The settings of one revision, as they were saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionSettings {
    /// The IdP's signing certificates, each one PEM block; at least one.
    pub idp_certificates: Vec<String>,
    /// Where AuthnRequests go.
    pub idp_sso_url: String,
    /// How they go there; revisions from before this could be chosen have redirected.
    #[serde(default)]
    pub idp_sso_binding: SsoBinding,
    /// The IdP's single-logout endpoint.
    pub idp_logout_url: Option<String>,
    /// Where LogoutResponses go, where that is another place (Metadata §2.2.2, ResponseLocation).
    #[serde(default)]
    pub idp_logout_response_url: Option<String>,
    /// How logout messages go there.
    #[serde(default)]
    pub idp_logout_binding: SsoBinding,
    /// A plain https page to go to after sign-out.
    pub logout_landing_url: Option<String>,
    /// The IdP's entity ID where it was given; otherwise the passed test learns it.
    pub idp_entity_id: Option<String>,
    /// Whether AES-CBC is taken.
    pub encryption_cbc: EncryptionCbc,
    /// Who may be made a member.
    pub provisioning: Provisioning,
    /// Whether a Response without a signature of its own is refused (IIP-SP13).
    pub require_signed_response: bool,
    /// AuthnContext classes of which the IdP must assert one (P4); empty: any.
    #[serde(default)]
    pub required_authn_context: Vec<String>,
    /// Which attributes carry what.
    #[serde(default)]
    pub attribute_mapping: AttributeMapping,
    /// How groups become a role; none: roles are kept, and new members are `member` (P8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_mapping: Option<RoleMapping>,
    /// Whether AuthnRequests are signed; logout messages always are.
    #[serde(default)]
    pub sign_requests: bool,
    /// Whether the IdP is asked each time to have people authenticate anew (SAML Core §3.4.1).
    #[serde(default)]
    pub force_authn: bool,
    /// What is said about the NameID.
    #[serde(default)]
    pub name_id_policy: NameIdPolicy,
    /// AuthnContext classes that are asked for, exactly (IIP-SP06); empty: nothing is asked.
    #[serde(default)]
    pub requested_authn_context: Vec<String>,
    /// The attribute that says who somebody is, in place of the NameID (SDP-SP13).
    #[serde(default)]
    pub subject_attribute: Option<String>,
    /// What becomes of a response that nobody asked for.
    #[serde(default)]
    pub idp_initiated: IdpInitiated,
    /// The application that such a response is for; none: the only one that can take it.
    #[serde(default)]
    pub idp_initiated_client_id: Option<ClientId>,
    /// Whether a key counts no longer when its certificate has expired (IIP-MD12 has it count).
    #[serde(default)]
    pub refuse_expired_certificates: bool,
    /// A page of the IdP for people whom it could not sign in (SDP-SP11).
    #[serde(default)]
    pub idp_error_url: Option<String>,
    /// What the IdP is called, by its metadata.
    #[serde(default)]
    pub idp_display_name: Option<String>,
    /// Its logo, by its metadata; https.
    #[serde(default)]
    pub idp_logo_url: Option<String>,
    /// The signature algorithms that the IdP verifies, by its metadata; empty: it does not say.
    #[serde(default)]
    pub idp_signing_methods: Vec<String>,
    /// The digests that the IdP verifies, likewise.
    #[serde(default)]
    pub idp_digest_methods: Vec<String>,
    /// The domains that the IdP may assert scoped attributes for, by its metadata.
    #[serde(default)]
    pub idp_scopes: Vec<String>,
    /// The metadata that these settings were made from, where it has a URL.
    #[serde(default)]
    pub idp_metadata: Option<MetadataOrigin>,
}

impl RevisionSettings {
    /// The least that an IdP is known by, and the default of every other setting.
    #[must_use]
    pub fn new(idp_certificates: Vec<String>, idp_sso_url: String) -> Self {
        Self {
            idp_certificates,
            idp_sso_url,
            idp_sso_binding: SsoBinding::default(),
            idp_logout_url: None,
            idp_logout_response_url: None,
            idp_logout_binding: SsoBinding::default(),
            logout_landing_url: None,
            idp_entity_id: None,
            encryption_cbc: EncryptionCbc::Refuse,
            provisioning: Provisioning::JustInTime,
            require_signed_response: false,
            required_authn_context: Vec::new(),
            attribute_mapping: AttributeMapping::default(),
            role_mapping: None,
            sign_requests: false,
            force_authn: false,
            name_id_policy: NameIdPolicy::default(),
            requested_authn_context: Vec::new(),
            subject_attribute: None,
            idp_initiated: IdpInitiated::default(),
            idp_initiated_client_id: None,
            refuse_expired_certificates: false,
            idp_error_url: None,
            idp_display_name: None,
            idp_logo_url: None,
            idp_signing_methods: Vec::new(),
            idp_digest_methods: Vec::new(),
            idp_scopes: Vec::new(),
            idp_metadata: None,
        }
    }
}

/// One immutable version of a connection's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its id.
    pub id: RevisionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// 1, 2, 3, … within the connection.
    pub number: i64,
    /// What was saved.
    pub settings: RevisionSettings,
    /// The entity ID a passed test learned; written once.
    pub learned_idp_entity_id: Option<String>,
    /// What the passed test saw, to compare with later.
    pub learned: Option<Learned>,
    /// The test it passed (P2).
    pub passed_test: Option<TestId>,
    /// That its mapping to `admin` counts (P8).
    pub admin_mapping: Option<AdminMapping>,
    /// When it was saved.
    pub created_at: Timestamp,
}

impl Revision {
    /// The entity ID that every assertion must come from: the one that was given, else the learned.
    #[must_use]
    pub fn idp_entity_id(&self) -> Option<&str> {
        self.settings
            .idp_entity_id
            .as_deref()
            .or(self.learned_idp_entity_id.as_deref())
    }
}

words! {
    /// How far a test run is.
    TestState {
        /// Waiting for a browser to come back from the IdP.
        Pending = "pending",
        /// Every check held.
        Passed = "passed",
        /// A check did not hold; the report names it.
        Failed = "failed",
        /// Nobody came back in time, or a newer draft ended it.
        Expired = "expired",
    }
}

/// One trip to the IdP and back with a draft revision; it signs nobody in and links nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct TestRun {
    /// Its id.
    pub id: TestId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The connection.
    pub connection_id: ConnectionId,
    /// The revision it runs with.
    pub revision_id: RevisionId,
    /// How far it is.
    pub state: TestState,
    /// Every check, once somebody came back.
    pub report: Option<Report>,
    /// The NameID that was asserted, once it passed.
    pub name_id: Option<NameId>,
    /// Whom it was about, once it passed.
    pub claim: Option<TestClaim>,
    /// The browser that passed it, by the hash of its cookie.
    pub browser: Option<String>,
    /// The page of ours that shows how it ended, where one has started it.
    pub return_path: Option<ReturnPath>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When `start_url` stops working.
    pub expires_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_from_before_the_binding_could_be_chosen_redirect() {
        let mut old = serde_json::json!({
            "idp_certificates": [],
            "idp_sso_url": "https://idp.example/sso",
            "idp_logout_url": null,
            "logout_landing_url": null,
            "idp_entity_id": null,
            "encryption_cbc": "refuse",
            "provisioning": "just_in_time",
            "require_signed_response": false,
        });
        let settings: RevisionSettings = serde_json::from_value(old.clone()).unwrap();
        assert_eq!(settings.idp_sso_binding, SsoBinding::Redirect);
        old["idp_sso_binding"] = "post".into();
        let settings: RevisionSettings = serde_json::from_value(old).unwrap();
        assert_eq!(settings.idp_sso_binding, SsoBinding::Post);
        let written = serde_json::to_value(&settings).unwrap();
        assert_eq!(written["idp_sso_binding"], "post");
    }

    #[test]
    fn a_mapping_from_before_there_could_be_several_names_has_one() {
        let read = |json: &str| serde_json::from_str::<AttributeMapping>(json).unwrap();
        assert_eq!(read(r#"{"email": "mail"}"#).email, ["mail"]);
        assert_eq!(read(r#"{"email": ["a", "b"]}"#).email, ["a", "b"]);
        assert_eq!(read("{}"), AttributeMapping::default());
    }
}
