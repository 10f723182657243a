//! What the rules are asked about at a sign-in and whenever a session goes on, read in one go: by one
//! statement on Postgres.

use diesel::prelude::*;
use serde::Deserialize;
use vestibule_model::{
    Client, Connection, ConnectionId, Email, Identity, Member, Revision, Session, SessionId,
    Subject, Workspace, WorkspaceId,
};
use vestibule_policy::{ConnectionFacts, SsoFacts, WorkspaceFacts};

use super::claim::{ClaimRow, assertion_hash};
use super::client::ClientRow;
use super::code::{CodeRow, CodeState};
use super::connection::ConnectionRow;
use super::identity::{IdentityRow, subject_hash};
use super::member::MemberRow;
use super::revision::RevisionRow;
use super::session::SessionRow;
use super::webhook_endpoint::{ListenerRow, listeners};
use super::workspace::WorkspaceRow;
use crate::column::{hex, key};
use crate::engine::together;
use crate::schema::{
    assertion_claims, clients, codes, connections, domains, identities, members, revisions,
    sessions, webhook_endpoints, workspaces,
};
use crate::{StoreError, Tx};

#[diesel::declare_sql_function]
extern "SQL" {
    /// The nth part of a text that is split by another: a function of Postgres that we give to SQLite.
    fn split_part(
        text: diesel::sql_types::Text,
        by: diesel::sql_types::Text,
        number: diesel::sql_types::Integer,
    ) -> diesel::sql_types::Text;
}

/// Gives SQLite the functions that the questions here use.
pub(crate) fn add_functions(conn: &mut SqliteConnection) -> QueryResult<()> {
    split_part_utils::register_impl(conn, |text: String, by: String, number: i32| {
        let number = usize::try_from(number).unwrap_or(0).saturating_sub(1);
        text.split(by.as_str())
            .nth(number)
            .unwrap_or_default()
            .to_owned()
    })
}

/// A domain that a workspace has proved.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = domains)]
struct Proved {
    domain: String,
    workspace_id: String,
}

/// A code and its client; no column of the one has the name of one of the other.
#[derive(Queryable, Selectable, Deserialize)]
struct CodeOfClient {
    #[serde(flatten)]
    #[diesel(embed)]
    code: CodeRow,
    #[serde(flatten)]
    #[diesel(embed)]
    client: ClientRow,
}

/// Whom a sign-in by SAML may be about.
#[derive(Debug, Clone, Copy)]
pub struct SamlSignIn<'q> {
    /// The workspace of the connection.
    pub workspace_id: WorkspaceId,
    /// Where the assertion came to.
    pub connection_id: ConnectionId,
    /// The assertion's ID.
    pub assertion_id: &'q str,
    /// Whom it is about.
    pub subject: Option<&'q Subject>,
    /// The address that it names.
    pub email: Option<&'q Email>,
}

/// What there is to know of a sign-in by SAML.
#[derive(Debug, Clone, PartialEq)]
pub struct SamlSignInFacts {
    /// Whether the assertion was claimed before.
    pub claimed: bool,
    /// The workspace, if it is still there.
    pub workspace: Option<WorkspaceFacts>,
    /// Whom the subject is linked to on this connection.
    pub by_subject: Option<(Identity, Member)>,
    /// Who has the address.
    pub by_email: Option<Member>,
    /// Every link of theirs.
    pub links_by_email: Vec<Identity>,
    /// Who has proved the domain of the address, if it is another workspace.
    pub domain_of_another: Option<String>,
}

/// What there is to know of a session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionFacts {
    /// The session.
    pub session: Session,
    /// Its workspace, if it is still there.
    pub workspace: Option<WorkspaceFacts>,
    /// Its member, if they are still there.
    pub member: Option<Member>,
    /// Every link of theirs.
    pub links: Vec<Identity>,
    /// The domain of their address, if another workspace has proved it.
    pub domain_of_another: Option<String>,
}

/// A column of the sessions that a condition names, as a subquery.
macro_rules! of_sessions {
    ($which:expr, $column:ident) => {
        sessions::table.filter($which).select(sessions::$column)
    };
}

/// Everything about the sessions that a condition names, and what a question more finds.
macro_rules! about_sessions {
    ($tx:expr, $which:expr $(, $more:ty = $question:expr)?) => {
        together!(
            $tx,
            [
                SessionRow = sessions::table
                    .filter($which)
                    .select(SessionRow::as_select()),
                WorkspaceRow = workspaces::table
                    .filter(workspaces::id.eq_any(of_sessions!($which, workspace_id)))
                    .select(WorkspaceRow::as_select()),
                ConnectionRow = connections::table
                    .filter(connections::workspace_id.eq_any(of_sessions!($which, workspace_id)))
                    .order(connections::id.asc())
                    .select(ConnectionRow::as_select()),
                RevisionRow = revisions::table
                    .filter(
                        revisions::id.nullable().eq_any(
                            connections::table
                                .filter(
                                    connections::workspace_id
                                        .eq_any(of_sessions!($which, workspace_id))
                                )
                                .select(connections::live_revision_id)
                        )
                    )
                    .select(RevisionRow::as_select()),
                Proved = domains::table
                    .filter(domains::workspace_id.eq_any(of_sessions!($which, workspace_id)))
                    .filter(domains::verified_at.is_not_null())
                    .order(domains::id.asc())
                    .select(Proved::as_select()),
                Proved = domains::table
                    .filter(
                        domains::domain.eq_any(
                            members::table
                                .filter(members::id.eq_any(of_sessions!($which, member_id)))
                                .select(split_part(members::email_key, "@", 2))
                        )
                    )
                    .filter(domains::verified_at.is_not_null())
                    .select(Proved::as_select()),
                MemberRow = members::table
                    .filter(members::id.eq_any(of_sessions!($which, member_id)))
                    .select(MemberRow::as_select()),
                IdentityRow = identities::table
                    .inner_join(
                        sessions::table.on(sessions::workspace_id
                            .eq(identities::workspace_id)
                            .and(sessions::member_id.eq(identities::member_id)))
                    )
                    .filter($which)
                    .order(identities::id.asc())
                    .select(IdentityRow::as_select()),
                $($more = $question,)?
            ]
        )
    };
}

impl Tx<'_> {
    /// What the rules are asked about at a sign-in by SAML.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn saml_sign_in_facts(
        &mut self,
        about: SamlSignIn<'_>,
    ) -> Result<SamlSignInFacts, StoreError> {
        let (workspace_id, connection_id) = (
            about.workspace_id.to_string(),
            about.connection_id.to_string(),
        );
        let claimed = assertion_hash(about.assertion_id);
        // No row has an empty hash, key or domain: they find nothing.
        let subject = about.subject.map(subject_hash).unwrap_or_default();
        let email_key = about.email.map(|email| email.key().as_str().to_owned());
        let email_key = email_key.unwrap_or_default();
        let domain = about.email.map_or("", Email::domain);
        let domain = key("domains", "domain", domain)?;

        let (
            claims,
            workspace,
            connections,
            revisions,
            own,
            of_domain,
            identities,
            known,
            with_address,
            links,
            listening,
        ) = together!(
            self,
            [
                ClaimRow = assertion_claims::table
                    .filter(assertion_claims::connection_id.eq(&connection_id))
                    .filter(assertion_claims::assertion_id_hash.eq(&claimed))
                    .select(ClaimRow::as_select()),
                WorkspaceRow = workspaces::table
                    .filter(workspaces::id.eq(&workspace_id))
                    .select(WorkspaceRow::as_select()),
                ConnectionRow = connections::table
                    .filter(connections::workspace_id.eq(&workspace_id))
                    .order(connections::id.asc())
                    .select(ConnectionRow::as_select()),
                RevisionRow = revisions::table
                    .filter(
                        revisions::id.nullable().eq_any(
                            connections::table
                                .filter(connections::workspace_id.eq(&workspace_id))
                                .select(connections::live_revision_id)
                        )
                    )
                    .select(RevisionRow::as_select()),
                Proved = domains::table
                    .filter(domains::workspace_id.eq(&workspace_id))
                    .filter(domains::verified_at.is_not_null())
                    .order(domains::id.asc())
                    .select(Proved::as_select()),
                Proved = domains::table
                    .filter(domains::domain.eq(&domain))
                    .filter(domains::verified_at.is_not_null())
                    .select(Proved::as_select()),
                IdentityRow = identities::table
                    .filter(identities::connection_id.eq(&connection_id))
                    .filter(identities::subject_hash.eq(&subject))
                    .select(IdentityRow::as_select()),
                MemberRow = members::table
                    .filter(
                        members::id.eq_any(
                            identities::table
                                .filter(identities::connection_id.eq(&connection_id))
                                .filter(identities::subject_hash.eq(&subject))
                                .select(identities::member_id)
                        )
                    )
                    .select(MemberRow::as_select()),
                MemberRow = members::table
                    .filter(members::workspace_id.eq(&workspace_id))
                    .filter(members::email_key.eq(&email_key))
                    .select(MemberRow::as_select()),
                IdentityRow = identities::table
                    .filter(identities::workspace_id.eq(&workspace_id))
                    // One value: Postgres looks that up first, and not every link of the workspace.
                    .filter(
                        identities::member_id.nullable().eq(members::table
                            .filter(members::workspace_id.eq(&workspace_id))
                            .filter(members::email_key.eq(&email_key))
                            .select(members::id)
                            .single_value())
                    )
                    .order(identities::id.asc())
                    .select(IdentityRow::as_select()),
                ListenerRow = webhook_endpoints::table
                    .filter(
                        webhook_endpoints::workspace_id
                            .is_null()
                            .or(webhook_endpoints::workspace_id.eq(&workspace_id))
                    )
                    .order(webhook_endpoints::id.asc())
                    .select(ListenerRow::as_select()),
            ]
        )?;
        self.outbox()
            .remember(Some(about.workspace_id), listeners(listening)?);
        let by_subject = match (identities.into_iter().next(), known.into_iter().next()) {
            (Some(identity), Some(member)) => Some((identity.try_into()?, member.try_into()?)),
            _ => None,
        };
        Ok(SamlSignInFacts {
            claimed: !claims.is_empty(),
            workspace: workspace_facts(workspace, connections, revisions, own)?,
            by_subject,
            by_email: first(with_address)?,
            links_by_email: all(links)?,
            domain_of_another: of_another(of_domain, about.email, about.workspace_id),
        })
    }

    /// A workspace as the rules see it. Whose the domain of an address is, is asked besides.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn facts_of_workspace(
        &mut self,
        workspace: Workspace,
    ) -> Result<WorkspaceFacts, StoreError> {
        let id = workspace.id.to_string();
        let (connections, revisions, own) = together!(
            self,
            [
                ConnectionRow = connections::table
                    .filter(connections::workspace_id.eq(&id))
                    .order(connections::id.asc())
                    .select(ConnectionRow::as_select()),
                RevisionRow = revisions::table
                    .filter(
                        revisions::id.nullable().eq_any(
                            connections::table
                                .filter(connections::workspace_id.eq(&id))
                                .select(connections::live_revision_id)
                        )
                    )
                    .select(RevisionRow::as_select()),
                Proved = domains::table
                    .filter(domains::workspace_id.eq(&id))
                    .filter(domains::verified_at.is_not_null())
                    .order(domains::id.asc())
                    .select(Proved::as_select()),
            ]
        )?;
        put_together(workspace, connections, revisions, own)
    }

    /// What the rules are asked about when a session goes on.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn session_facts(&mut self, id: SessionId) -> Result<Option<SessionFacts>, StoreError> {
        let id = id.to_string();
        let found = about_sessions!(self, sessions::id.eq(&id))?;
        self.session_of(found)
    }

    /// The same for the session of a code, with that code as it stands, not used up by looking, and the
    /// client that it was made for.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn code_facts(
        &mut self,
        hash: &[u8; 32],
    ) -> Result<Option<(CodeState, Client, SessionFacts)>, StoreError> {
        let hash = hex(hash);
        let found = about_sessions!(
            self,
            sessions::id.eq_any(
                codes::table
                    .filter(codes::hash.eq(&hash))
                    .select(codes::session_id)
            ),
            CodeOfClient = codes::table
                .inner_join(clients::table.on(clients::id.eq(codes::client_id)))
                .filter(codes::hash.eq(&hash))
                .select(CodeOfClient::as_select())
        )?;
        let (sessions, workspaces, connections, revisions, own, of_domain, members, links, codes) =
            found;
        let found = (
            sessions,
            workspaces,
            connections,
            revisions,
            own,
            of_domain,
            members,
            links,
        );
        match (self.session_of(found)?, codes.into_iter().next()) {
            (Some(facts), Some(CodeOfClient { code, client })) => {
                Ok(Some((code.try_into()?, client.try_into()?, facts)))
            }
            _ => Ok(None),
        }
    }

    fn session_of(&mut self, found: AboutSession) -> Result<Option<SessionFacts>, StoreError> {
        let (sessions, workspaces, connections, revisions, own, of_domain, members, links) = found;
        let Some(session) = first::<_, Session>(sessions)? else {
            return Ok(None);
        };
        let member = first::<_, Member>(members)?;
        let member = member.filter(|member| member.workspace_id == session.workspace_id);
        let email = member.as_ref().map(|member| &member.email);
        // The database finds the domain by the key of the address, which is not made for that: where it
        // has another one, it is looked up by its name.
        let domain = email.map(Email::domain);
        let by_key =
            email.and_then(|email| email.key().as_str().split('@').nth(1).map(str::to_owned));
        let domain_of_another = match (domain, by_key) {
            (Some(domain), by_key) if by_key.as_deref() != Some(domain) => self
                .verified_domain(domain)?
                .filter(|found| found.workspace_id != session.workspace_id)
                .map(|found| found.domain),
            _ => of_another(of_domain, email, session.workspace_id),
        };
        Ok(Some(SessionFacts {
            workspace: workspace_facts(workspaces, connections, revisions, own)?,
            links: all(links)?,
            domain_of_another,
            member,
            session,
        }))
    }
}

type AboutSession = (
    Vec<SessionRow>,
    Vec<WorkspaceRow>,
    Vec<ConnectionRow>,
    Vec<RevisionRow>,
    Vec<Proved>,
    Vec<Proved>,
    Vec<MemberRow>,
    Vec<IdentityRow>,
);

fn first<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Option<T>, StoreError> {
    rows.into_iter().next().map(T::try_from).transpose()
}

fn all<R, T: TryFrom<R, Error = StoreError>>(rows: Vec<R>) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(T::try_from).collect()
}

/// Of those who have proved this address's domain the one that is not this workspace.
fn of_another(
    found: Vec<Proved>,
    email: Option<&Email>,
    workspace_id: WorkspaceId,
) -> Option<String> {
    let (domain, own) = (email?.domain(), workspace_id.to_string());
    let mut found = found.into_iter();
    found
        .find(|one| one.domain == domain && one.workspace_id != own)
        .map(|one| one.domain)
}

fn workspace_facts(
    workspace: Vec<WorkspaceRow>,
    connections: Vec<ConnectionRow>,
    revisions: Vec<RevisionRow>,
    own: Vec<Proved>,
) -> Result<Option<WorkspaceFacts>, StoreError> {
    let workspace = first::<_, Workspace>(workspace)?;
    workspace
        .map(|workspace| put_together(workspace, connections, revisions, own))
        .transpose()
}

fn put_together(
    workspace: Workspace,
    connections: Vec<ConnectionRow>,
    revisions: Vec<RevisionRow>,
    own: Vec<Proved>,
) -> Result<WorkspaceFacts, StoreError> {
    let mut revisions: Vec<Revision> = all(revisions)?;
    let connections = all::<_, Connection>(connections)?
        .into_iter()
        .map(|connection| {
            let serves = |revision: &Revision| {
                Some(revision.id) == connection.live && revision.connection_id == connection.id
            };
            let serving = revisions.iter().position(serves);
            ConnectionFacts {
                revision: serving.map(|index| revisions.swap_remove(index)),
                connection,
            }
        });
    Ok(WorkspaceFacts {
        sso: SsoFacts {
            connections: connections.collect(),
        },
        verified_domains: own.into_iter().map(|one| one.domain).collect(),
        domains_of_others: Vec::new(),
        workspace,
    })
}
