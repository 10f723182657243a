//! A member, the Grants they get, and a ring of keys.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use vestibule_model::{
    AuthenticationMethod, ClientId, Connection, ConnectionId, Email, Member, MemberId,
    MemberStatus, Phase, Plan, Provisioned, Revision, RevisionId, RevisionSettings, Role,
    ServiceProvider, Session,
    SigningAlgorithm::{self, Es256, Rs256},
    Slug, TwoFactorRule, Workspace, WorkspaceId,
};
use vestibule_policy::{
    ConnectionFacts, Grant, PersonFacts, Rules, SamlFacts, SsoFacts, WorkspaceFacts, grant_by_saml,
    grant_renewal, grant_vouched,
};
use vestibule_session::{CodeRequest, Issuer, KeyFacts, KeyRing, SigningKey};
use zeroize::Zeroizing;

use crate::assertion::{Asserted, IDP};

pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(crate) fn now() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn issuer() -> Issuer {
    Issuer {
        issuer: "https://sso.example".into(),
        access_audience: "https://sso.example/api".into(),
    }
}

/// One ring for all tests: making a key is slow.
pub(crate) fn keys() -> &'static KeyRing {
    static KEYS: OnceLock<KeyRing> = OnceLock::new();
    KEYS.get_or_init(|| ring_of(&[ec_key(now()), rsa_key(now())]))
}

/// The id of the key of [`keys`] that signs by this algorithm.
pub(crate) fn kid(algorithm: SigningAlgorithm) -> &'static str {
    keys().signing_kid(algorithm, now()).unwrap()
}

/// A new P-256 key that signs from then on.
pub(crate) fn ec_key(signs_from: Timestamp) -> SigningKey {
    SigningKey::generate(Es256, signs_from, now()).unwrap()
}

/// An RSA key that signs from then on. Always the same one: RSA keys are slow to make.
pub(crate) fn rsa_key(signs_from: Timestamp) -> SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    let key = KEY.get_or_init(|| SigningKey::generate(Rs256, now(), now()).unwrap());
    let facts = KeyFacts {
        signs_from,
        ..key.facts().clone()
    };
    copy(key, facts)
}

/// The same key, with other dates.
pub(crate) fn copy(key: &SigningKey, facts: KeyFacts) -> SigningKey {
    SigningKey::from_parts(facts, Zeroizing::new(key.pkcs8().to_vec())).unwrap()
}

/// A ring as a replica makes it of what is stored.
pub(crate) fn ring_of(keys: &[SigningKey]) -> KeyRing {
    let keys = keys.iter().map(|key| copy(key, key.facts().clone()));
    KeyRing::new(keys.collect()).unwrap()
}

/// A workspace with a live connection, and an admin in it, who may come in by password.
pub(crate) struct Scene {
    pub(crate) facts: WorkspaceFacts,
    pub(crate) admin: Member,
    pub(crate) client: ClientId,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let workspace_id = WorkspaceId::new(now());
        let connection_id = ConnectionId::new(now());
        let revision_id = RevisionId::new(now());
        let revision = Revision {
            id: revision_id,
            workspace_id,
            connection_id,
            number: 1,
            settings: RevisionSettings {
                idp_entity_id: Some(IDP.into()),
                ..RevisionSettings::new(Vec::new(), "https://idp.example/sso".into())
            },
            learned_idp_entity_id: None,
            learned: None,
            passed_test: None,
            admin_mapping: None,
            created_at: now(),
        };
        let connection = Connection {
            id: connection_id,
            workspace_id,
            name: "Okta".into(),
            provider: None,
            default: true,
            phase: Phase::Live,
            draft: None,
            live: Some(revision_id),
            service_provider: ServiceProvider {
                certificate_pem: String::new(),
            },
            created_at: now(),
            updated_at: now(),
        };
        let workspace = Workspace {
            id: workspace_id,
            name: "Acme".into(),
            slug: Slug::parse("acme").unwrap(),
            plan: Plan::Pro,
            two_factor: TwoFactorRule::Off,
            external_id: None,
            keep_responses_days: 0,
            session_idle_minutes: Workspace::SESSION_IDLE_MINUTES,
            session_lifetime_minutes: Workspace::SESSION_LIFETIME_MINUTES,
            sso_enabled_at: None,
            unlocked_until: None,
            audit_retention_days: None,
            branding: vestibule_model::Branding::default(),
            created_at: now(),
            updated_at: now(),
        };
        let admin = Member {
            id: MemberId::new(now()),
            workspace_id,
            email: Email::parse("root@acme.example").unwrap(),
            name: Some("Grace Hopper".into()),
            role: Role::Admin,
            status: MemberStatus::Active,
            external_id: None,
            provisioned: Provisioned::Api,
            email_proven_at: None,
            created_at: now(),
            updated_at: now(),
        };
        let connections = vec![ConnectionFacts {
            connection,
            revision: Some(revision),
        }];
        let facts = WorkspaceFacts {
            workspace,
            sso: SsoFacts { connections },
            verified_domains: vec!["acme.example".into()],
            domains_of_others: Vec::new(),
        };
        Self {
            facts,
            admin,
            client: ClientId::new(now()),
        }
    }

    fn rules() -> Rules {
        Rules::new("https://sso.example")
    }

    /// The admin's Grant by password and one-time password.
    pub(crate) fn vouched(&self) -> Grant {
        let amr = [AuthenticationMethod::Pwd, AuthenticationMethod::Otp];
        let email = &self.admin.email;
        grant_vouched(
            &self.facts,
            email,
            &PersonFacts::bare(self.admin.clone()),
            &amr,
            self.client,
            &Self::rules(),
            now(),
        )
        .unwrap()
    }

    /// A newcomer's Grant by SAML.
    pub(crate) fn by_saml(&self, session_end: Option<Timestamp>) -> Grant {
        let asserted = Asserted {
            attributes: vec![("displayName".into(), vec!["Ada Lovelace".into()])],
            session_end,
            ..Asserted::new("ada@acme.example", now())
        };
        let connection = &self.facts.sso.connections[0].connection;
        let facts = SamlFacts {
            workspace: self.facts.clone(),
            connection_id: connection.id,
            revision_id_of_trip: connection.live.unwrap(),
            by_subject: None,
            by_email: None,
            identities_of_candidate: Vec::new(),
            other_active_admins: true,
        };
        grant_by_saml(
            &asserted.verified(),
            &facts,
            self.client,
            &Self::rules(),
            now(),
        )
        .unwrap()
    }

    /// The Grant of a session that goes on.
    pub(crate) fn renewal(&self, session: &Session, member: &Member, at: Timestamp) -> Grant {
        let person = PersonFacts::bare(member.clone());
        grant_renewal(session, &self.facts, Some(&person), &Self::rules(), at).unwrap()
    }

    pub(crate) fn code_request(&self) -> CodeRequest {
        CodeRequest {
            attempt: None,
            client_id: self.client,
            redirect_uri: "https://app.example/callback".into(),
            code_challenge: CHALLENGE.into(),
            nonce: Some("n-0S6".into()),
            scope: "openid email".into(),
            resources: Vec::new(),
        }
    }
}

/// One part of a token, read without any check.
pub(crate) fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
