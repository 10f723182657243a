//! What enabling a connection would do to whom, before it does.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use vestibule_model::{
    Connection, ConnectionId, Email, Identity, Member, MemberId, MemberStatus, Revision,
    RevisionId, Role, WorkspaceId,
};
use vestibule_policy::{PersonFacts, Preflight, PreflightPerson, preflight};
use vestibule_store::{MemberFilter, PageRequest, StoreError, Tx};

use crate::{manage::Authority, problem::Problem, service::Service};

/// The most people of a workspace that are looked at.
const PEOPLE: i64 = 10_000;
/// The most admins.
const ADMINS: u32 = 500;

/// What enabling would do, and whom it is about.
pub(crate) struct EnablePreflight {
    /// What it would do.
    pub(crate) said: Preflight,
    /// The revision that would go live; none while nothing is saved.
    pub(crate) revision_id: Option<RevisionId>,
    /// Everybody who was looked at.
    pub(crate) members: HashMap<MemberId, Member>,
    /// Whether the workspace has more people than these.
    pub(crate) truncated: bool,
}

/// Says what enabling a revision would do; the draft where none is named, else the last live one. It
/// changes nothing, and works on every plan and before the test.
///
/// # Errors
/// A revision of another connection; `not-found`.
pub(crate) async fn read(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    revision_id: Option<RevisionId>,
) -> Result<EnablePreflight, Problem> {
    let rules = service.rules.clone();
    let read = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection(tx, id)?;
        let workspace_id = workspace.id;
        let revision = revision(tx, &connection, revision_id)?;
        let asserted = asserted(tx, revision.as_ref())?;
        let facts = tx.facts_of_workspace(workspace)?;
        let (members, truncated) = members(tx, workspace_id)?;
        let people = people(tx, workspace_id, &members)?;
        let said = preflight(
            &facts,
            revision.as_ref(),
            &people,
            asserted.as_ref(),
            &rules,
        );
        let members = members.into_iter().map(|member| (member.id, member));
        Ok(EnablePreflight {
            said,
            revision_id: revision.map(|revision| revision.id),
            members: members.collect(),
            truncated,
        })
    };
    service.store.read(read).await
}
/// The revision that would go live; none while nothing is saved.
fn revision(
    tx: &mut Tx<'_>,
    connection: &Connection,
    wanted: Option<RevisionId>,
) -> Result<Option<Revision>, Problem> {
    let id = wanted.or(connection.draft).or(connection.live);
    let found = tx.named_revision(connection.id, id)?;
    match (wanted, found) {
        (Some(wanted), None) => {
            let expected = "a revision of this connection";
            Err(Problem::invalid(
                "/revision_id",
                expected,
                wanted.to_string(),
            ))
        }
        (_, found) => Ok(found),
    }
}

/// Whom the revision's passed test was about.
fn asserted(tx: &mut Tx<'_>, revision: Option<&Revision>) -> Result<Option<Email>, StoreError> {
    let Some((revision, test_id)) =
        revision.and_then(|revision| Some((revision, revision.passed_test?)))
    else {
        return Ok(None);
    };
    let test = tx.test(revision.connection_id, test_id)?;
    Ok(test.and_then(|test| test.claim?.email))
}

/// The people of a workspace, its admins among them however many it has, by id; and whether there are
/// more.
fn members(tx: &mut Tx<'_>, workspace_id: WorkspaceId) -> Result<(Vec<Member>, bool), StoreError> {
    let admins = MemberFilter {
        role: Some(Role::Admin),
        status: Some(MemberStatus::Active),
        ..MemberFilter::default()
    };
    let admins = tx.list_members(workspace_id, &admins, &PageRequest::first(ADMINS))?;
    let mut all = tx.list_all_members(workspace_id, PEOPLE.saturating_add(1))?;
    let mut truncated = admins.next_cursor.is_some();
    if i64::try_from(all.len()).is_ok_and(|found| found > PEOPLE) {
        all.pop();
        truncated = true;
    }
    let mut by_id: BTreeMap<MemberId, Member> = BTreeMap::new();
    for member in all.into_iter().chain(admins.items) {
        by_id.insert(member.id, member);
    }
    Ok((by_id.into_values().collect(), truncated))
}

/// The same with what is kept of their ways in, by a few questions for all of them.
fn people(
    tx: &mut Tx<'_>,
    workspace_id: WorkspaceId,
    members: &[Member],
) -> Result<Vec<PreflightPerson>, StoreError> {
    let ids = |role: Role| -> Vec<MemberId> {
        let of_role = members.iter().filter(|member| member.role == role);
        of_role.map(|member| member.id).collect()
    };
    let (admins, others) = (ids(Role::Admin), ids(Role::Member));
    let mut links: HashMap<MemberId, Vec<Identity>> = HashMap::new();
    for link in tx.identities_of_all(workspace_id, &others)? {
        links.entry(link.member_id).or_default().push(link);
    }
    let passwords: HashMap<MemberId, Timestamp> = tx
        .passwords_of(workspace_id, &admins)?
        .into_iter()
        .map(|password| (password.member_id, password.set_at))
        .collect();
    let second_factors = tx.second_factors_of_admins(workspace_id)?;
    let passkeys = tx.passkey_holders(workspace_id, &admins)?;
    Ok(members
        .iter()
        .map(|member| PreflightPerson {
            facts: PersonFacts {
                links: links.remove(&member.id).unwrap_or_default(),
                password_set_at: passwords.get(&member.id).copied(),
                second_factor: second_factors.contains(&member.id),
                ..PersonFacts::bare(member.clone())
            },
            passkey: passkeys.contains(&member.id),
        })
        .collect())
}
