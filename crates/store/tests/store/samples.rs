//! One of everything, all at one frozen moment.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::*;
use vestibule_policy::{PersonFacts, Rules, SsoFacts, WorkspaceFacts, grant_vouched};
use vestibule_saml::{Learned, NameId, Report};
use vestibule_session::{CodeRequest, Minted, Secret, SigningKey, mint_with_code};
use vestibule_store::{StoreError, Tx};

pub(crate) const KEY: &[u8] = b"a private key in PKCS #8";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00.123456Z".parse().unwrap()
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn workspace(slug: &str) -> Workspace {
    Workspace {
        id: WorkspaceId::new(now()),
        name: format!("The {slug} company"),
        slug: Slug::parse(slug).unwrap(),
        plan: Plan::Pro,
        two_factor: TwoFactorRule::Off,
        external_id: Some(format!("ext-{slug}")),
        keep_responses_days: 0,
        session_idle_minutes: Workspace::SESSION_IDLE_MINUTES,
        session_lifetime_minutes: Workspace::SESSION_LIFETIME_MINUTES,
        sso_enabled_at: None,
        unlocked_until: None,
        audit_retention_days: Some(400),
        branding: Branding::default(),
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn member(workspace: &Workspace, email: &str) -> Member {
    Member {
        id: MemberId::new(now()),
        workspace_id: workspace.id,
        email: Email::parse(email).unwrap(),
        name: Some("Ada Löve".to_owned()),
        role: Role::Member,
        status: MemberStatus::Active,
        external_id: None,
        provisioned: Provisioned::Api,
        email_proven_at: None,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn connection(workspace: &Workspace) -> Connection {
    Connection {
        id: ConnectionId::new(now()),
        workspace_id: workspace.id,
        name: "Okta".to_owned(),
        provider: Some("okta".to_owned()),
        default: false,
        phase: Phase::Draft,
        draft: None,
        live: None,
        service_provider: ServiceProvider {
            certificate_pem: "-----BEGIN CERTIFICATE-----\n…\n".to_owned(),
        },
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn revision(connection: &Connection, number: i64) -> Revision {
    Revision {
        id: RevisionId::new(now()),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        number,
        settings: RevisionSettings {
            required_authn_context: vec!["urn:a".to_owned()],
            attribute_mapping: AttributeMapping {
                email: vec!["mail".to_owned()],
                name: Vec::new(),
            },
            ..RevisionSettings::new(
                vec!["-----BEGIN CERTIFICATE-----\n…\n".to_owned()],
                "https://idp.example/sso".to_owned(),
            )
        },
        learned_idp_entity_id: None,
        learned: None,
        passed_test: None,
        admin_mapping: None,
        created_at: now(),
    }
}

pub(crate) fn test_run(revision: &Revision) -> TestRun {
    TestRun {
        id: TestId::new(now()),
        workspace_id: revision.workspace_id,
        connection_id: revision.connection_id,
        revision_id: revision.id,
        state: TestState::Pending,
        report: None,
        name_id: None,
        claim: None,
        browser: None,
        return_path: None,
        created_at: now(),
        expires_at: later(1800),
        finished_at: None,
    }
}

/// A report with a row of each outcome.
pub(crate) fn report() -> Report {
    serde_json::from_str(
        r#"[
            {"check": "audience", "outcome": "fail", "expected": "us", "received": "them",
             "remedy": "say us", "reference": "SAML Core §2.5.1.4"},
            {"check": "subject", "outcome": "pass", "expected": null, "received": null,
             "remedy": null, "reference": "SAML Core §2.4"}
        ]"#,
    )
    .unwrap()
}

/// What a passed test saw of this IdP.
pub(crate) fn learned(issuer: &str) -> Learned {
    let learned = serde_json::json!({
        "issuer": issuer,
        "name_id_format": "no format",
        "signed": "assertion",
        "algorithm": "RSA-SHA256",
        "key": "00".repeat(32),
        "attributes": ["mail"],
    });
    serde_json::from_value(learned).unwrap()
}

pub(crate) fn name_id(value: &str) -> NameId {
    NameId {
        value: value.to_owned(),
        format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned()),
        name_qualifier: None,
        sp_name_qualifier: Some("sp".to_owned()),
    }
}

pub(crate) fn subject(value: &str) -> Subject {
    Subject {
        idp_entity_id: "https://idp.example".to_owned(),
        name_id: name_id(value),
    }
}

pub(crate) fn fingerprint(byte: u8) -> KeyFingerprint {
    format!("{byte:02x}").repeat(32).parse().unwrap()
}

/// A proof under these keys.
pub(crate) fn proof(keys: &[u8]) -> Proof {
    Proof {
        at: now(),
        by: ProvenBy::Application,
        keys: keys.iter().copied().map(fingerprint).collect(),
    }
}

pub(crate) fn identity(member: &Member, connection: &Connection, value: &str) -> Identity {
    Identity {
        id: IdentityId::new(now()),
        workspace_id: member.workspace_id,
        member_id: member.id,
        connection_id: connection.id,
        subject: subject(value),
        proof: Some(proof(&[1])),
        created_at: now(),
        last_used_at: None,
    }
}

/// A claim that no look-up has proved.
pub(crate) fn domain(workspace: &Workspace, domain: &str) -> Domain {
    Domain {
        id: DomainId::new(now()),
        workspace_id: workspace.id,
        domain: domain.to_owned(),
        connection_id: None,
        token: "a token".to_owned(),
        verified_at: None,
        last_check: None,
        next_check_at: None,
        absences: Vec::new(),
        created_at: now(),
    }
}

pub(crate) fn password(member: &Member) -> StoredPassword {
    StoredPassword {
        member_id: member.id,
        workspace_id: member.workspace_id,
        hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        set_at: now(),
        last_used_at: None,
    }
}

/// An authenticator app that is being set up.
pub(crate) fn totp(member: &Member) -> StoredTotp {
    StoredTotp {
        member_id: member.id,
        workspace_id: member.workspace_id,
        confirmed_at: None,
        last_step: None,
        created_at: now(),
    }
}

pub(crate) fn passkey(member: &Member, credential_id: &str) -> StoredPasskey {
    StoredPasskey {
        id: PasskeyId::new(now()),
        member_id: member.id,
        workspace_id: member.workspace_id,
        name: "My phone".to_owned(),
        credential_id: credential_id.to_owned(),
        credential: r#"{"counter": 1}"#.to_owned(),
        created_at: now(),
        last_used_at: None,
    }
}

pub(crate) fn link(member: &Member) -> PasswordLink {
    PasswordLink {
        id: PasswordLinkId::new(now()),
        member_id: member.id,
        workspace_id: member.workspace_id,
        purpose: LinkPurpose::Invitation,
        by_mail: true,
        created_at: now(),
        expires_at: later(3600),
        used_at: None,
    }
}

pub(crate) fn setup_link(connection: &Connection) -> SetupLink {
    SetupLink {
        id: SetupLinkId::new(now()),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        name: Some("Grace of IT".to_owned()),
        allow_enable: true,
        return_url: Some("https://app.example/back".to_owned()),
        created_by: Actor::ApiKey(ApiKeyId::new(now())),
        created_at: now(),
        expires_at: later(3600),
        opened_at: None,
        last_opened_at: None,
        used_at: None,
        revoked_at: None,
    }
}

/// A link that is opened so many seconds from now.
pub(crate) fn setup_session(link: &SetupLink, seconds: i64) -> SetupSession {
    SetupSession {
        link_id: link.id,
        created_at: later(seconds),
        last_seen_at: later(seconds),
        expires_at: link.expires_at.min(later(seconds + 1800)),
    }
}

pub(crate) fn browser_session(session: &Session) -> BrowserSession {
    BrowserSession {
        session_id: session.id,
        workspace_id: session.workspace_id,
        member_id: session.member_id,
        user_agent: Some("Firefox on Linux".to_owned()),
        authenticated_at: now(),
        last_seen_at: now(),
        created_at: now(),
    }
}

pub(crate) fn mail(workspace: &Workspace) -> QueuedMail {
    QueuedMail {
        id: MailId::new(now()),
        workspace_id: workspace.id,
        to: "ada@example.com".to_owned(),
        subject: "Welcome".to_owned(),
        text: "Follow https://sso.example/invitations/secret".to_owned(),
        failures: 0,
        created_at: now(),
        next_try_at: now(),
    }
}

pub(crate) fn webhook_endpoint(workspace: Option<&Workspace>) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId::new(now()),
        workspace_id: workspace.map(|workspace| workspace.id),
        url: "https://app.example/hooks".to_owned(),
        description: Some("The CRM".to_owned()),
        events: [WebhookEventType::MemberCreated].into(),
        enabled: true,
        disabled_reason: None,
        disabled_at: None,
        previous_secret_until: None,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn webhook_event(workspace: &Workspace, at: Timestamp) -> WebhookEvent {
    WebhookEvent {
        id: EventId::new(at),
        event_type: WebhookEventType::MemberCreated,
        workspace_id: Some(workspace.id),
        body: r#"{"type":"member.created"}"#.to_owned(),
        at,
    }
}

pub(crate) fn attempt(revision: &Revision, member: Option<&Member>) -> Attempt {
    Attempt {
        id: AttemptId::new(now()),
        workspace_id: revision.workspace_id,
        connection_id: revision.connection_id,
        revision_id: revision.id,
        client_id: ClientId::new(now()),
        member_id: member.map(|member| member.id),
        reference: Some(Reference::from_random(42)),
        outcome: AttemptOutcome::Refused,
        reason: Some("audience".to_owned()),
        report: report(),
        timeline: vec![AttemptEvent {
            at: now(),
            step: AttemptStep::Refused,
            detail: Some("audience".to_owned()),
        }],
        started_at: now(),
        finished_at: later(9),
        response_until: None,
    }
}

pub(crate) fn client() -> Client {
    let redirect_uris = vec![
        "https://app.example/cb".to_owned(),
        "http://[::1]/\"".to_owned(),
    ];
    let secret_hash = Secret::generate().unwrap().hash();
    Client {
        initiate_login_uri: Some("https://app.example/start".to_owned()),
        post_logout_redirect_uris: vec!["https://app.example/bye".to_owned()],
        resources: vec!["https://api.example/v1".to_owned()],
        backchannel_logout_uri: Some("https://app.example/signed-out".to_owned()),
        ..Client::new(
            ClientId::new(now()),
            "The app".to_owned(),
            redirect_uris,
            secret_hash,
            now(),
        )
    }
}

/// A new P-256 key: quicker to make than an RSA key.
pub(crate) fn signing_key(signs_from: Timestamp) -> SigningKey {
    SigningKey::generate(SigningAlgorithm::Es256, signs_from, now()).unwrap()
}

pub(crate) fn api_key(workspace: Option<&Workspace>) -> ApiKey {
    ApiKey {
        id: ApiKeyId::new(now()),
        name: "ci".to_owned(),
        scopes: Scopes::parse(["members:read", "sessions:mint"]).unwrap(),
        workspace_id: workspace.map(|workspace| workspace.id),
        secret_hash: Secret::generate().unwrap().hash(),
        created_at: now(),
        expires_at: Some(later(60)),
        previous: Some(PreviousSecret {
            hash: Secret::generate().unwrap().hash(),
            until: later(30),
        }),
        last_used_at: Some(now()),
    }
}

pub(crate) fn event(workspace: Option<&Workspace>, actor: Actor) -> AuditEvent {
    AuditEvent {
        id: EventId::new(now()),
        workspace_id: workspace.map(|workspace| workspace.id),
        actor,
        action: "connection.enabled".to_owned(),
        target: "conn_1".to_owned(),
        detail: r#"{"forced": true}"#.to_owned(),
        at: now(),
        source: Some(AuditSource {
            via: Via::Api,
            request_id: Some("req_1".to_owned()),
        }),
        seal: None,
    }
}

pub(crate) fn facts(workspace: &Workspace) -> WorkspaceFacts {
    WorkspaceFacts {
        workspace: workspace.clone(),
        sso: SsoFacts {
            connections: Vec::new(),
        },
        verified_domains: Vec::new(),
        domains_of_others: Vec::new(),
    }
}

/// A session with a code, minted for a member whom an internal service vouches for.
pub(crate) fn minted(workspace: &Workspace, member: &Member, client: &Client) -> (Minted, Secret) {
    let grant = grant_vouched(
        &facts(workspace),
        &member.email,
        &PersonFacts::bare(member.clone()),
        &[AuthenticationMethod::Pwd, AuthenticationMethod::Otp],
        client.id,
        &Rules::new("https://sso.example"),
        now(),
    )
    .unwrap();
    let request = CodeRequest {
        client_id: client.id,
        redirect_uri: client.redirect_uris[0].clone(),
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
        nonce: Some("n".to_owned()),
        scope: "openid email".to_owned(),
        resources: vec!["https://api.example/v1".to_owned()],
        attempt: Some(AttemptId::new(now())),
    };
    mint_with_code(grant, request, now()).unwrap()
}

/// A workspace with what most tests need.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) workspace: Workspace,
    pub(crate) member: Member,
    pub(crate) connection: Connection,
    pub(crate) revision: Revision,
    pub(crate) client: Client,
}

impl Scene {
    pub(crate) fn new(slug: &str) -> Self {
        let workspace = workspace(slug);
        let member = member(&workspace, "ada@example.com");
        let connection = connection(&workspace);
        let revision = revision(&connection, 1);
        Self {
            workspace,
            member,
            connection,
            revision,
            client: client(),
        }
    }

    pub(crate) fn insert(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        tx.insert_workspace(&self.workspace)?;
        tx.insert_member(&self.member)?;
        tx.insert_connection(&self.connection, KEY)?;
        tx.insert_revision(&self.revision)?;
        tx.insert_client(&self.client)
    }

    /// Makes one and stores it.
    pub(crate) fn stored(bed: &mut crate::bed::Bed, slug: &str) -> Self {
        let scene = Self::new(slug);
        let copy = scene.clone();
        bed.write(move |tx| copy.insert(tx)).unwrap();
        scene
    }

    /// Mints and stores a session with a code.
    pub(crate) fn session(&self, bed: &mut crate::bed::Bed) -> (Session, Secret) {
        let (minted, code) = minted(&self.workspace, &self.member, &self.client);
        let session = minted.session().clone();
        bed.write(move |tx| tx.record_minted(&minted, now()))
            .unwrap();
        (session, code)
    }

    /// The same, but of our own pages.
    pub(crate) fn own_session(&self, bed: &mut crate::bed::Bed) -> Session {
        let (session, _code) = self.session(bed);
        let (id, own) = (session.id, ClientId::OWN_PAGES);
        bed.sql(&format!(
            "UPDATE sessions SET client_id = '{own}' WHERE id = '{id}'"
        ));
        bed.sql(&format!("DELETE FROM codes WHERE session_id = '{id}'"));
        Session {
            client_id: own,
            ..session
        }
    }
}
