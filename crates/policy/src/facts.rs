//! What the rules are asked about: read from the database in one go, never changed here.

use jiff::Timestamp;
use vestibule_model::{
    Connection, ConnectionId, ConnectionState, Email, Identity, Member, Provisioned, Provisioning,
    Revision, RevisionId, Role, Workspace,
};

use crate::{Rules, connection_state, person::Person};

/// A connection and the revision that serves.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectionFacts {
    /// The connection.
    pub connection: Connection,
    /// The revision that `connection.live` names.
    pub revision: Option<Revision>,
}

impl ConnectionFacts {
    /// The settings that serve; none when the connection and the revision do not fit together.
    pub(crate) fn serving(&self) -> Option<&Revision> {
        self.revision.as_ref().filter(|revision| {
            Some(revision.id) == self.connection.live
                && revision.connection_id == self.connection.id
        })
    }

    /// Who may be made a member through it; nobody when no settings serve.
    pub(crate) fn provisioning(&self) -> Provisioning {
        self.serving().map_or(Provisioning::InviteOnly, |revision| {
            revision.settings.provisioning
        })
    }
}

/// A member and what is kept of their ways in.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonFacts {
    /// The member.
    pub member: Member,
    /// Their links; they may be left out where [`needs_links`] says so.
    pub links: Vec<Identity>,
    /// When their own password was set; none: Vestibule keeps no password of theirs.
    pub password_set_at: Option<Timestamp>,
    /// Whether they have enrolled a second factor.
    pub second_factor: bool,
}

impl PersonFacts {
    /// A member of whom nothing else is known or asked.
    #[must_use]
    pub const fn bare(member: Member) -> Self {
        Self {
            member,
            links: Vec::new(),
            password_set_at: None,
            second_factor: false,
        }
    }

    pub(crate) fn person(&self) -> Person<'_> {
        Person::Member {
            member: &self.member,
            linked: !self.links.is_empty(),
        }
    }
}

/// Whether any rule looks at the links of this member: P10 at an admin's, P7 at those of somebody who
/// came just in time and could not come in by their address today. For everybody else they need not
/// be read.
#[must_use]
pub fn needs_links(member: &Member, facts: &WorkspaceFacts) -> bool {
    member.role == Role::Admin
        || (member.provisioned == Provisioned::JustInTime && !facts.may_provision(&member.email))
}

/// Every connection of a workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SsoFacts {
    /// All of them, live or not: which is live follows from phase and plan, and is never handed in.
    pub connections: Vec<ConnectionFacts>,
}

/// A workspace as the rules see it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkspaceFacts {
    /// The workspace.
    pub workspace: Workspace,
    /// Its connections.
    pub sso: SsoFacts,
    /// Its verified domains, as lower-case A-labels.
    pub verified_domains: Vec<String>,
    /// Of the domains that are asked about here those that another workspace has verified.
    pub domains_of_others: Vec<String>,
}

impl WorkspaceFacts {
    /// The state of one of its connections (P5).
    pub(crate) fn state(&self, connection: &Connection, rules: &Rules) -> ConnectionState {
        connection_state(connection, self.workspace.plan, rules)
    }

    /// The live connections, the default one first.
    #[must_use]
    pub fn live_connections(&self, rules: &Rules) -> Vec<&ConnectionFacts> {
        let mut live: Vec<_> = self
            .own_connections()
            .filter(|facts| self.state(&facts.connection, rules) == ConnectionState::Live)
            .collect();
        live.sort_by_key(|facts| (!facts.connection.default, facts.connection.id));
        live
    }

    /// Whether SSO is live, and so mandatory for everybody but admins (P3).
    #[must_use]
    pub fn sso_is_live(&self, rules: &Rules) -> bool {
        self.own_connections()
            .any(|facts| self.state(&facts.connection, rules) == ConnectionState::Live)
    }

    /// One of its connections.
    pub(crate) fn connection(&self, id: ConnectionId) -> Option<&ConnectionFacts> {
        self.own_connections()
            .find(|facts| facts.connection.id == id)
    }

    /// Whether a domain is verified for this workspace.
    #[must_use]
    pub fn is_verified(&self, domain: &str) -> bool {
        self.verified_domains
            .iter()
            .any(|verified| verified.eq_ignore_ascii_case(domain))
    }

    /// Whether an address may be that of somebody who came just in time (P7): in a verified domain,
    /// where there is one, and never in one that another workspace has verified.
    pub(crate) fn may_provision(&self, email: &Email) -> bool {
        let is_of_others = |domain: &String| domain.eq_ignore_ascii_case(email.domain());
        !self.domains_of_others.iter().any(is_of_others)
            && (self.verified_domains.is_empty() || self.is_verified(email.domain()))
    }

    pub(crate) fn own_connections(&self) -> impl Iterator<Item = &ConnectionFacts> {
        let of_workspace = self.workspace.id;
        self.sso
            .connections
            .iter()
            .filter(move |facts| facts.connection.workspace_id == of_workspace)
    }
}

/// What a SAML sign-in is judged by, read after the assertion was verified.
#[derive(Debug, Clone, PartialEq)]
pub struct SamlFacts {
    /// The workspace, its connections read again.
    pub workspace: WorkspaceFacts,
    /// The connection the assertion came to.
    pub connection_id: ConnectionId,
    /// The revision the trip began under, whose keys verified the assertion.
    pub revision_id_of_trip: RevisionId,
    /// Whom the claim's subject is linked to on this connection.
    pub by_subject: Option<(Identity, Member)>,
    /// Whose e-mail key the claim's address has.
    pub by_email: Option<Member>,
    /// Every link of `by_email`.
    pub identities_of_candidate: Vec<Identity>,
    /// Whether the workspace has an active admin beside the person (P6). It is asked only where the
    /// connection maps roles; otherwise it may be left `false`.
    pub other_active_admins: bool,
}
