//! A workspace with its people and connections, to be changed by each test.

use jiff::Timestamp;
use vestibule_model::{
    AdminMapping, ClientId, Connection, ConnectionId, Email, Identity, IdentityId, Member,
    MemberId, MemberStatus, Origin, Phase, Plan, Proof, ProvenBy, Provisioned, Revision,
    RevisionId, RevisionSettings, Role, RoleMapping, SamlDetails, ServiceProvider, Session,
    SessionId, Slug, Subject, TwoFactorRule, Unmapped, Workspace, WorkspaceId,
};
use vestibule_policy::{
    ConnectionFacts, Denial, Grant, PersonFacts, Reason, RuleOutcome, Rules, SamlFacts, SsoFacts,
    WorkspaceFacts, grant_by_saml,
};
use vestibule_saml::NameId;

use crate::assertion::{Asserted, IDP, Key};

pub(crate) const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
pub(crate) const EMAIL_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

pub(crate) fn now() -> Timestamp {
    "2026-01-15T12:00:00Z".parse().unwrap()
}

pub(crate) fn rules() -> Rules {
    Rules {
        upgrade_contact: Some("sales@example.com".into()),
        ..Rules::new("https://sso.example/")
    }
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(crate) fn client() -> ClientId {
    ClientId::new(now())
}

/// A workspace without connections.
pub(crate) fn workspace(plan: Plan, two_factor: TwoFactorRule) -> WorkspaceFacts {
    WorkspaceFacts {
        workspace: Workspace {
            id: WorkspaceId::new(now()),
            name: "Acme".into(),
            slug: Slug::parse("acme").unwrap(),
            plan,
            two_factor,
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
        },
        sso: SsoFacts::default(),
        verified_domains: Vec::new(),
        domains_of_others: Vec::new(),
    }
}

/// A `pro` workspace with one live connection.
pub(crate) fn sso_workspace() -> WorkspaceFacts {
    let mut facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let connection = connection(&facts, Phase::Live);
    facts.sso.connections.push(connection);
    facts
}

/// A connection in a phase, with a revision that has passed its test.
pub(crate) fn connection(facts: &WorkspaceFacts, phase: Phase) -> ConnectionFacts {
    let id = ConnectionId::new(now());
    let revision_id = RevisionId::new(now());
    ConnectionFacts {
        connection: Connection {
            id,
            workspace_id: facts.workspace.id,
            name: "Okta".into(),
            provider: None,
            default: false,
            phase,
            draft: None,
            live: Some(revision_id),
            service_provider: ServiceProvider {
                certificate_pem: String::new(),
            },
            created_at: now(),
            updated_at: now(),
        },
        revision: Some(Revision {
            id: revision_id,
            workspace_id: facts.workspace.id,
            connection_id: id,
            number: 1,
            settings: settings(),
            learned_idp_entity_id: Some(IDP.into()),
            learned: None,
            passed_test: Some(vestibule_model::TestId::new(now())),
            admin_mapping: None,
            created_at: now(),
        }),
    }
}

pub(crate) fn settings() -> RevisionSettings {
    RevisionSettings::new(Vec::new(), "https://idp.example/sso".into())
}

/// The settings that serve on the first connection.
pub(crate) fn serving(facts: &mut WorkspaceFacts) -> &mut RevisionSettings {
    &mut facts.sso.connections[0].revision.as_mut().unwrap().settings
}

pub(crate) fn member(facts: &WorkspaceFacts, address: &str, role: Role) -> Member {
    Member {
        id: MemberId::new(now()),
        workspace_id: facts.workspace.id,
        email: email(address),
        name: Some("Ada Lovelace".into()),
        role,
        status: MemberStatus::Active,
        external_id: None,
        provisioned: Provisioned::Api,
        email_proven_at: None,
        created_at: now(),
        updated_at: now(),
    }
}

/// A member of whom nothing else is known.
pub(crate) fn bare(member: &Member) -> PersonFacts {
    PersonFacts::bare(member.clone())
}

/// What a sign-in through the first connection is judged by; nobody was found yet.
pub(crate) fn saml_facts(workspace: &WorkspaceFacts) -> SamlFacts {
    let connection = &workspace.sso.connections[0].connection;
    SamlFacts {
        workspace: workspace.clone(),
        connection_id: connection.id,
        revision_id_of_trip: connection.live.unwrap(),
        by_subject: None,
        by_email: None,
        identities_of_candidate: Vec::new(),
        other_active_admins: true,
    }
}

pub(crate) fn name_id(value: &str, format: Option<&str>) -> NameId {
    NameId {
        value: value.into(),
        format: format.map(Into::into),
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

/// A link of a member on the first connection.
pub(crate) fn identity(facts: &WorkspaceFacts, member: &Member, name_id: NameId) -> Identity {
    Identity {
        id: IdentityId::new(now()),
        workspace_id: facts.workspace.id,
        member_id: member.id,
        connection_id: facts.sso.connections[0].connection.id,
        subject: Subject {
            idp_entity_id: IDP.into(),
            name_id,
        },
        proof: None,
        created_at: now(),
        last_used_at: None,
    }
}

/// That a link is genuine, given under these keys.
pub(crate) fn proof(keys: &[Key]) -> Proof {
    Proof {
        at: now(),
        by: ProvenBy::LocalProof,
        keys: keys.iter().map(|key| key.fingerprint()).collect(),
    }
}

/// A session of a member, as an internal service made it.
pub(crate) fn session(member: &Member, origin: Origin) -> Session {
    Session {
        id: SessionId::new(now()),
        workspace_id: member.workspace_id,
        member_id: member.id,
        client_id: client(),
        origin,
        amr: vec![vestibule_model::AuthenticationMethod::Pwd],
        scope: "openid".into(),
        resources: Vec::new(),
        auth_time: now(),
        created_at: now(),
        expires_at: now() + jiff::SignedDuration::from_hours(1),
        revoked_at: None,
        revoked_reason: None,
    }
}

/// The door of the first connection, as a session remembers it.
pub(crate) fn saml_origin(facts: &WorkspaceFacts) -> Origin {
    let connection = &facts.sso.connections[0].connection;
    Origin::Saml {
        connection_id: connection.id,
        revision_id: connection.live.unwrap(),
        details: SamlDetails {
            name_id: Some(name_id("ada", None)),
            session_index: None,
            attributes: vestibule_saml::Attributes::default(),
            authn_context_class: None,
            signed_by: None,
            mapped_to_admin: false,
        },
    }
}

/// The rules gone through, with their outcomes: `P1 pass, P5 refuse`.
pub(crate) fn path(reasons: &[Reason]) -> String {
    let steps: Vec<_> = reasons
        .iter()
        .map(|reason| format!("{} {}", reason.rule, reason.outcome))
        .collect();
    steps.join(", ")
}

/// Whether the last rule is the one that refused.
pub(crate) fn ends_refused(reasons: &[Reason]) -> bool {
    reasons
        .last()
        .is_some_and(|reason| reason.outcome == RuleOutcome::Refuse)
}

/// Ada's address.
pub(crate) const ADA: &str = "ada@acme.example";

/// An assertion about a persistent subject with Ada's address, and with these groups.
pub(crate) fn ada_asserted(subject: &str, groups: &[&str]) -> Asserted {
    let groups: Vec<_> = groups.iter().map(|group| (*group).to_owned()).collect();
    Asserted {
        format: Some(PERSISTENT),
        attributes: vec![("mail".into(), vec![ADA.into()]), ("groups".into(), groups)],
        ..Asserted::new(subject, now())
    }
}

/// What the door for assertions says.
pub(crate) fn enter(asserted: &Asserted, facts: &SamlFacts) -> Result<Grant, Denial> {
    grant_by_saml(&asserted.verified(), facts, client(), &rules(), now())
}

/// Why not, or `granted`.
pub(crate) fn code(result: Result<Grant, Denial>) -> &'static str {
    result.map_or_else(|denial| denial.refusal.code(), |_| "granted")
}

/// The serving settings of the first connection map these groups to `admin` and to `member`; a proven
/// admin has enabled that or not.
pub(crate) fn map_roles(facts: &mut WorkspaceFacts, otherwise: Unmapped, enabled: bool) {
    serving(facts).role_mapping = Some(RoleMapping {
        attributes: vec!["roles".into(), "groups".into()],
        admin: vec!["admins".into(), "owners".into()],
        member: vec!["staff".into()],
        otherwise,
    });
    let revision = facts.sso.connections[0].revision.as_mut().unwrap();
    revision.admin_mapping = enabled.then(|| AdminMapping {
        enabled_by: MemberId::new(now()),
        enabled_at: now(),
    });
}
