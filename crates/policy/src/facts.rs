//! What the rules are asked about: read from the database in one go, never changed here.

use vestibule_model::{
    Connection, ConnectionId, ConnectionState, Identity, Member, Provisioning, Revision,
    RevisionId, Workspace,
};

use crate::{Rules, connection_state};

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
    pub(crate) fn is_verified(&self, domain: &str) -> bool {
        self.verified_domains
            .iter()
            .any(|verified| verified.eq_ignore_ascii_case(domain))
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
}
