//! What the API answers with: the shapes of design §5.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::{
    ApiKey, Attempt, AttributeMapping, AuditEvent, Client, Connection, Identity, Member, Origin,
    Revision, Session, TestRun, TestState, Workspace,
};
use vestibule_policy::{Advisory, Decision, Reason, Rules, connection_state};
use vestibule_saml::{NameId, Report};
use vestibule_store::Page;
use vestibule_xmlsig::Certificate;

use crate::saml::urls;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The objects.
    pub(crate) data: Vec<T>,
    /// The `cursor` of the next part; null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page of the store, each item shown by `view`.
    pub(crate) fn of<D>(page: Page<D>, view: impl FnMut(D) -> T) -> Self {
        Self {
            data: page.items.into_iter().map(view).collect(),
            next_cursor: page.next_cursor,
        }
    }
}

/// A customer of the SaaS company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
pub(crate) struct WorkspaceView {
    /// Its id.
    #[schema(example = "ws_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// What people call it.
    #[schema(example = "Acme GmbH")]
    name: String,
    /// Its short name in URLs.
    #[schema(example = "acme-gmbh")]
    slug: String,
    /// What it has bought: free, growth, pro or premier.
    #[schema(example = "pro")]
    plan: &'static str,
    /// For whom a second factor is mandatory: off, admins or everyone.
    #[schema(example = "admins")]
    two_factor: &'static str,
    /// Your own id for it.
    external_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name,
            slug: workspace.slug.to_string(),
            plan: workspace.plan.as_str(),
            two_factor: workspace.two_factor.as_str(),
            external_id: workspace.external_id,
            created_at: workspace.created_at,
            updated_at: workspace.updated_at,
        }
    }
}

/// A person in one workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// Its id, the `sub` of every token.
    #[schema(example = "mem_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// The e-mail address, as it was entered or asserted.
    #[schema(example = "ada@acme.example")]
    email: String,
    /// What people call them.
    name: Option<String>,
    /// admin or member.
    #[schema(example = "member")]
    role: &'static str,
    /// invited, active or deactivated.
    #[schema(example = "active")]
    status: &'static str,
    /// Your own id for them.
    external_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            id: member.id.to_string(),
            workspace_id: member.workspace_id.to_string(),
            email: member.email.to_string(),
            name: member.name,
            role: member.role.as_str(),
            status: member.status.as_str(),
            external_id: member.external_id,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

/// Who an assertion is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
pub(crate) struct SubjectView {
    /// The NameID's value.
    name_id: String,
    /// The NameID's format.
    format: Option<String>,
    /// Its NameQualifier.
    name_qualifier: Option<String>,
    /// Its SPNameQualifier.
    sp_name_qualifier: Option<String>,
}

impl From<NameId> for SubjectView {
    fn from(name_id: NameId) -> Self {
        Self {
            name_id: name_id.value,
            format: name_id.format,
            name_qualifier: name_id.name_qualifier,
            sp_name_qualifier: name_id.sp_name_qualifier,
        }
    }
}

/// A link between a member and a SAML subject.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Identity)]
pub(crate) struct IdentityView {
    /// Its id.
    id: String,
    /// The member.
    member_id: String,
    /// The connection it counts on.
    connection_id: String,
    /// The IdP's entity ID it was made under.
    idp_entity_id: String,
    /// The subject.
    subject: SubjectView,
    /// When it was proven; null where an e-mail match alone made it.
    #[schema(value_type = Option<String>, format = DateTime)]
    proven_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last signed somebody in.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<Identity> for IdentityView {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id.to_string(),
            member_id: identity.member_id.to_string(),
            connection_id: identity.connection_id.to_string(),
            idp_entity_id: identity.subject.idp_entity_id,
            subject: identity.subject.name_id.into(),
            proven_at: identity.proven_at,
            created_at: identity.created_at,
            last_used_at: identity.last_used_at,
        }
    }
}

/// What the IdP admin copies into the IdP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceProvider)]
pub(crate) struct ServiceProviderView {
    /// Our entity ID (Audience, Identifier).
    pub(crate) entity_id: String,
    /// Our Assertion Consumer Service URL (Reply URL, Recipient).
    pub(crate) acs_url: String,
    /// Our single-logout URL.
    slo_url: String,
    /// Where our metadata is.
    metadata_url: String,
    /// Our certificate, one PEM block.
    certificate: String,
}

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
    /// The IdP's single-logout endpoint.
    idp_logout_url: Option<String>,
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
    /// When it was saved.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Which attributes carry what, where the defaults do not fit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttributeMapping)]
pub(crate) struct AttributeMappingView {
    /// The attribute that carries the e-mail address.
    email: Option<String>,
    /// The attribute that carries the display name.
    name: Option<String>,
}

impl From<AttributeMapping> for AttributeMappingView {
    fn from(mapping: AttributeMapping) -> Self {
        Self {
            email: mapping.email,
            name: mapping.name,
        }
    }
}

impl From<Revision> for RevisionView {
    fn from(revision: Revision) -> Self {
        let idp_entity_id = revision.idp_entity_id().map(str::to_owned);
        let settings = revision.settings;
        let certificates = settings
            .idp_certificates
            .iter()
            .filter_map(|pem| Certificate::parse_all(pem.as_bytes()).ok())
            .flatten()
            .map(|certificate| CertificateView::from(&certificate))
            .collect();
        Self {
            id: revision.id.to_string(),
            number: revision.number,
            tested: revision.passed_test.is_some(),
            passed_test_id: revision.passed_test.map(|id| id.to_string()),
            idp_entity_id,
            idp_sso_url: settings.idp_sso_url,
            idp_logout_url: settings.idp_logout_url,
            logout_landing_url: settings.logout_landing_url,
            idp_certificates: settings.idp_certificates,
            certificates,
            encryption_cbc: settings.encryption_cbc.as_str(),
            provisioning: settings.provisioning.as_str(),
            require_signed_response: settings.require_signed_response,
            required_authn_context: settings.required_authn_context,
            attribute_mapping: settings.attribute_mapping.into(),
            created_at: revision.created_at,
        }
    }
}

/// What stands in a certificate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateView {
    /// Whom it names.
    subject: String,
    /// Who issued it.
    issuer: String,
    /// SHA-256 of the certificate, lower-case hex.
    fingerprint_sha256: String,
    /// SHA-256 of the public key (SPKI): what is trusted; the same for a renewed certificate with the
    /// same key.
    key_fingerprint_sha256: Option<String>,
    /// Type and size of the key.
    #[schema(example = "RSA 2048")]
    key: String,
    /// From when it counts.
    #[schema(value_type = String, format = DateTime)]
    not_before: Timestamp,
    /// Until when it counts; expiry warns and locks nobody out by itself.
    #[schema(value_type = String, format = DateTime)]
    not_after: Timestamp,
}

impl From<&Certificate> for CertificateView {
    fn from(certificate: &Certificate) -> Self {
        Self {
            subject: certificate.subject().to_owned(),
            issuer: certificate.issuer().to_owned(),
            fingerprint_sha256: certificate.fingerprint_sha256().to_string(),
            key_fingerprint_sha256: certificate
                .key_fingerprint()
                .ok()
                .map(|key| key.to_string()),
            key: certificate.key_kind().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
        }
    }
}

/// The trust between a workspace and one IdP.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Connection)]
pub(crate) struct ConnectionView {
    /// Its id.
    #[schema(example = "conn_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// The workspace.
    workspace_id: String,
    /// What people call it.
    name: String,
    /// Which product the IdP is, where somebody said so.
    provider: Option<String>,
    /// Whether people are sent here when nothing else decides.
    default: bool,
    /// draft, ready, live, suspended or disabled.
    #[schema(example = "ready")]
    state: &'static str,
    /// What the IdP admin copies into the IdP.
    service_provider: ServiceProviderView,
    /// The revision being prepared.
    draft: Option<RevisionView>,
    /// The revision that serves.
    live: Option<RevisionView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// What deserves attention, as stable words (`admin-two-factor-recommended`); after `enable`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<&'static str>,
}

/// Everything a [`ConnectionView`] is made from.
pub(crate) struct ConnectionParts {
    pub(crate) connection: Connection,
    pub(crate) plan: vestibule_model::Plan,
    pub(crate) draft: Option<Revision>,
    pub(crate) live: Option<Revision>,
}

impl ConnectionView {
    pub(crate) fn new(
        parts: ConnectionParts,
        public_url: &str,
        rules: &Rules,
        advisories: &[Advisory],
    ) -> Self {
        let ConnectionParts {
            connection,
            plan,
            draft,
            live,
        } = parts;
        let state = connection_state(&connection, plan, rules);
        Self {
            id: connection.id.to_string(),
            workspace_id: connection.workspace_id.to_string(),
            name: connection.name,
            provider: connection.provider,
            default: connection.default,
            state: state.as_str(),
            service_provider: ServiceProviderView {
                entity_id: urls::entity_id(public_url, connection.id),
                acs_url: urls::acs(public_url, connection.id),
                slo_url: urls::slo(public_url, connection.id),
                metadata_url: urls::metadata(public_url, connection.id),
                certificate: connection.service_provider.certificate_pem,
            },
            draft: draft.map(RevisionView::from),
            live: live.map(RevisionView::from),
            created_at: connection.created_at,
            updated_at: connection.updated_at,
            advisories: advisories
                .iter()
                .map(|advisory| advisory.as_str())
                .collect(),
        }
    }
}

/// One check of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportRow)]
pub(crate) struct ReportRowView {
    /// Which check, as a stable word.
    #[schema(example = "audience")]
    check: &'static str,
    /// pass, warn, fail or skipped.
    #[schema(example = "fail")]
    outcome: &'static str,
    /// What was expected.
    expected: Option<String>,
    /// What was received.
    received: Option<String>,
    /// How to mend it.
    remedy: Option<String>,
    /// The section of the specification.
    #[schema(example = "Profiles §4.1.4.2")]
    reference: String,
}

pub(crate) fn report_rows(report: Option<&Report>) -> Vec<ReportRowView> {
    report
        .map(Report::rows)
        .unwrap_or_default()
        .iter()
        .map(|row| ReportRowView {
            check: row.check.as_str(),
            outcome: row.outcome.as_str(),
            expected: row.expected.clone(),
            received: row.received.clone(),
            remedy: row.remedy.clone(),
            reference: row.reference.to_string(),
        })
        .collect()
}

/// One trip to the IdP and back with a revision; it signs nobody in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestRun)]
pub(crate) struct TestView {
    /// Its id.
    id: String,
    /// The connection.
    connection_id: String,
    /// The revision it runs with.
    revision_id: String,
    /// pending, passed, failed or expired.
    state: &'static str,
    /// Where to send a browser; null once the test has ended.
    start_url: Option<String>,
    /// Every check; empty while pending.
    report: Vec<ReportRowView>,
    /// Whom the IdP asserted, once it passed.
    subject: Option<SubjectView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When `start_url` stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it came to its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
}

impl TestView {
    /// `start_url` is shown while the test is pending. A pending test past its time has expired,
    /// whether or not anybody has written that down yet.
    pub(crate) fn new(test: TestRun, start_url: Option<String>, now: Timestamp) -> Self {
        let overdue = test.state == TestState::Pending && test.expires_at <= now;
        let state = if overdue {
            TestState::Expired
        } else {
            test.state
        };
        Self {
            id: test.id.to_string(),
            connection_id: test.connection_id.to_string(),
            revision_id: test.revision_id.to_string(),
            state: state.as_str(),
            start_url: start_url.filter(|_| state == TestState::Pending),
            report: report_rows(test.report.as_ref()),
            subject: test.name_id.map(SubjectView::from),
            created_at: test.created_at,
            expires_at: test.expires_at,
            finished_at: test.finished_at,
        }
    }
}

/// One trip with the live revision, kept for support.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInAttempt)]
pub(crate) struct AttemptView {
    /// Its id: the reference that the person saw.
    id: String,
    /// The revision it ran with.
    revision_id: String,
    /// The application that asked.
    client_id: String,
    /// Who came in.
    member_id: Option<String>,
    /// signed_in or refused.
    outcome: &'static str,
    /// The failing check or rule, as a stable word.
    reason: Option<String>,
    /// Every check.
    report: Vec<ReportRowView>,
    /// When the browser left for the IdP.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// When it came back.
    #[schema(value_type = String, format = DateTime)]
    finished_at: Timestamp,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            id: attempt.id.to_string(),
            revision_id: attempt.revision_id.to_string(),
            client_id: attempt.client_id.to_string(),
            member_id: attempt.member_id.map(|id| id.to_string()),
            outcome: attempt.outcome.as_str(),
            reason: attempt.reason,
            report: report_rows(Some(&attempt.report)),
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
        }
    }
}

/// What one rule of the policy said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonView {
    /// The rule, P1 to P10.
    #[schema(example = "P3")]
    rule: &'static str,
    /// What it said.
    outcome: &'static str,
    /// Why, for a person to read.
    detail: String,
}

impl From<Reason> for ReasonView {
    fn from(reason: Reason) -> Self {
        Self {
            rule: reason.rule.as_str(),
            outcome: reason.outcome.as_str(),
            detail: reason.detail,
        }
    }
}

/// Whether somebody may sign in by a method, and what it still needs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInDecision)]
pub(crate) struct DecisionView {
    /// Whether this method can lead to a session.
    allowed: bool,
    /// What it still needs: second_factor, local_proof, authn_context or password_reset.
    required: Vec<&'static str>,
    /// The problem's slug where it is not allowed (`sso-required`).
    code: Option<&'static str>,
    /// Every rule it went through.
    reasons: Vec<ReasonView>,
    /// Where SSO starts; add your client's own parameters.
    sign_in_url: String,
}

impl From<Decision> for DecisionView {
    fn from(decision: Decision) -> Self {
        Self {
            allowed: decision.allowed,
            required: decision
                .required
                .iter()
                .map(|requirement| requirement.as_str())
                .collect(),
            code: decision
                .refusal
                .as_ref()
                .map(vestibule_policy::Refusal::code),
            reasons: decision.reasons.into_iter().map(ReasonView::from).collect(),
            sign_in_url: decision.sign_in_url,
        }
    }
}

/// What a sign-in minted.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Its id, the `sid` of every token.
    id: String,
    /// The workspace.
    workspace_id: String,
    /// Who signed in.
    member_id: String,
    /// For which application.
    client_id: String,
    /// saml, or vouched by an internal service.
    method: &'static str,
    /// The connection, for a SAML sign-in.
    connection_id: Option<String>,
    /// How they proved who they are (RFC 8176, and saml).
    amr: Vec<&'static str>,
    /// What the application may read.
    scope: String,
    /// When they proved it.
    #[schema(value_type = String, format = DateTime)]
    auth_time: Timestamp,
    /// When it was minted.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends for good.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was ended early.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// Why.
    revoked_reason: Option<String>,
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        let (method, connection_id) = match &session.origin {
            Origin::Saml { connection_id, .. } => ("saml", Some(connection_id.to_string())),
            Origin::Vouched => ("vouched", None),
        };
        Self {
            id: session.id.to_string(),
            workspace_id: session.workspace_id.to_string(),
            member_id: session.member_id.to_string(),
            client_id: session.client_id.to_string(),
            method,
            connection_id,
            amr: session.amr.iter().map(|method| method.as_str()).collect(),
            scope: session.scope,
            auth_time: session.auth_time,
            created_at: session.created_at,
            expires_at: session.expires_at,
            revoked_at: session.revoked_at,
            revoked_reason: session.revoked_reason,
        }
    }
}

/// An application of the SaaS company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Client)]
pub(crate) struct ClientView {
    /// Its id.
    #[schema(example = "app_019306f4e0c07d3aa1b2c3d4e5f60718")]
    client_id: String,
    /// Its secret; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// What people call it.
    name: String,
    /// Where codes may be sent; matched exactly.
    redirect_uris: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl ClientView {
    pub(crate) fn new(client: Client, client_secret: Option<String>) -> Self {
        Self {
            client_id: client.id.to_string(),
            client_secret,
            name: client.name,
            redirect_uris: client.redirect_uris,
            created_at: client.created_at,
        }
    }
}

/// A secret for management calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyView {
    /// Its id.
    id: String,
    /// The secret; shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// What people call it.
    name: String,
    /// What it may do; `*` is everything.
    scopes: Vec<&'static str>,
    /// The only workspace it may touch.
    workspace_id: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it stops working.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl ApiKeyView {
    pub(crate) fn new(key: &ApiKey, secret: Option<String>) -> Self {
        Self {
            id: key.id.to_string(),
            secret,
            name: key.name.clone(),
            scopes: key.scopes.words(),
            workspace_id: key.workspace_id.map(|id| id.to_string()),
            created_at: key.created_at,
            expires_at: key.expires_at,
        }
    }
}

/// One entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEvent)]
pub(crate) struct AuditEventView {
    /// Its id.
    id: String,
    /// The workspace it belongs to.
    workspace_id: Option<String>,
    /// Who did it: the id of an API key or a member, `operator` or `system`.
    actor: String,
    /// What was done, as a stable word.
    #[schema(example = "connection.enabled")]
    action: String,
    /// To what.
    target: String,
    /// What else is worth knowing.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<AuditEvent> for AuditEventView {
    fn from(event: AuditEvent) -> Self {
        use vestibule_model::Actor;

        Self {
            id: event.id.to_string(),
            workspace_id: event.workspace_id.map(|id| id.to_string()),
            actor: match event.actor {
                Actor::ApiKey(id) => id.to_string(),
                Actor::Member(id) => id.to_string(),
                Actor::Operator => "operator".to_owned(),
                Actor::System => "system".to_owned(),
            },
            action: event.action,
            target: event.target,
            detail: serde_json::from_str(&event.detail).unwrap_or_default(),
            at: event.at,
        }
    }
}
