//! Sessions.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{ConnectionId, MemberId, Origin, Session, SessionId, WorkspaceId};
use vestibule_saml::NameId;

use super::backchannel_logout::Ending;
use super::identity::name_id_hash;
use crate::column::{Reading, json, micros, text};
use crate::engine::{later, on};
use crate::schema::sessions;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable, Deserialize)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(crate) struct SessionRow {
    id: String,
    workspace_id: String,
    member_id: String,
    client_id: String,
    connection_id: Option<String>,
    revision_id: Option<String>,
    saml_details: Option<String>,
    amr: String,
    scope: String,
    auth_time: i64,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    revoked_reason: Option<String>,
    subject_hash: Option<String>,
    door: Option<String>,
    resources: String,
}

/// The door of [`Origin::Local`]; the other two have none, and are told apart by the columns of SAML.
const LOCAL: &str = "local";

/// What finds the sessions of a NameID: the connection stands beside it, and has one IdP.
fn in_connection(name_id: &NameId) -> String {
    name_id_hash("", name_id)
}

impl TryFrom<&Session> for SessionRow {
    type Error = StoreError;

    fn try_from(session: &Session) -> Result<Self, StoreError> {
        let (connection_id, revision_id, saml_details, subject_hash) = match &session.origin {
            Origin::Vouched | Origin::Local => (None, None, None, None),
            Origin::Saml {
                connection_id,
                revision_id,
                details,
            } => (
                Some(connection_id.to_string()),
                Some(revision_id.to_string()),
                Some(json("sessions", "saml_details", details)?),
                details.name_id.as_ref().map(in_connection),
            ),
        };
        let amr: Vec<&str> = session.amr.iter().map(|method| method.as_str()).collect();
        Ok(Self {
            id: session.id.to_string(),
            workspace_id: session.workspace_id.to_string(),
            member_id: session.member_id.to_string(),
            client_id: session.client_id.to_string(),
            connection_id,
            revision_id,
            saml_details,
            amr: amr.join(" "),
            scope: text("sessions", "scope", &session.scope)?,
            auth_time: micros(session.auth_time),
            created_at: micros(session.created_at),
            expires_at: micros(session.expires_at),
            revoked_at: session.revoked_at.map(micros),
            revoked_reason: session.revoked_reason.clone(),
            subject_hash,
            door: matches!(session.origin, Origin::Local).then(|| LOCAL.to_owned()),
            resources: json("sessions", "resources", &session.resources)?,
        })
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "sessions",
            row: &row.id,
        };
        let origin = match (&row.connection_id, &row.revision_id, &row.saml_details) {
            (None, None, None) => match row.door.as_deref() {
                None => Origin::Vouched,
                Some(LOCAL) => Origin::Local,
                Some(_) => return Err(reading.inconsistent("door")),
            },
            _ if row.door.is_some() => return Err(reading.inconsistent("door")),
            (Some(connection_id), Some(revision_id), Some(details)) => Origin::Saml {
                connection_id: reading.parse("connection_id", connection_id)?,
                revision_id: reading.parse("revision_id", revision_id)?,
                details: reading.json("saml_details", details)?,
            },
            (None, _, _) => return Err(reading.inconsistent("connection_id")),
            (_, None, _) => return Err(reading.inconsistent("revision_id")),
            (_, _, None) => return Err(reading.inconsistent("saml_details")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            member_id: reading.parse("member_id", &row.member_id)?,
            client_id: reading.parse("client_id", &row.client_id)?,
            origin,
            amr: row
                .amr
                .split_ascii_whitespace()
                .map(|word| reading.parse("amr", word))
                .collect::<Result<_, _>>()?,
            auth_time: reading.time("auth_time", row.auth_time)?,
            created_at: reading.time("created_at", row.created_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
            revoked_at: reading.time_optional("revoked_at", row.revoked_at)?,
            resources: reading.json("resources", &row.resources)?,
            scope: row.scope,
            revoked_reason: row.revoked_reason,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new session; only what was minted gets here.
    pub(crate) fn insert_session(
        &mut self,
        session: &Session,
        browser: Option<&str>,
    ) -> Result<(), StoreError> {
        let row = SessionRow::try_from(session)?;
        let browser = sessions::browser.eq(browser.map(str::to_owned));
        later!(
            self, adds sessions,
            diesel::insert_into(sessions::table).values((row, browser))
        )
    }

    /// The session of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn session(&mut self, reach: Reach, id: SessionId) -> Result<Option<Session>, StoreError> {
        let id = id.to_string();
        let row = on!(self, |conn| sessions::table
            .find(&id)
            .select(SessionRow::as_select())
            .first(conn)
            .optional())?;
        let session = row.map(Session::try_from).transpose()?;
        Ok(session.filter(|session| reach.covers(session.workspace_id)))
    }

    /// Every session of a member, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn sessions_of_member(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Vec<Session>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let rows = on!(self, |conn| sessions::table
            .filter(sessions::workspace_id.eq(&workspace_id))
            .filter(sessions::member_id.eq(&member_id))
            .order(sessions::id.asc())
            .select(SessionRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Session::try_from).collect()
    }

    /// Sessions by id, of everybody or of one member.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_sessions(
        &mut self,
        reach: Reach,
        member_id: Option<MemberId>,
        page: &PageRequest,
    ) -> Result<Page<Session>, StoreError> {
        let after = page.ids_after()?;
        let own = match reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        let member_id = member_id.map(|id| id.to_string());
        let rows = on!(self, |conn| {
            let mut query = sessions::table
                .filter(sessions::id.gt(&after))
                .order(sessions::id.asc())
                .limit(page.rows())
                .select(SessionRow::as_select())
                .into_boxed();
            if let Some(own) = &own {
                query = query.filter(sessions::workspace_id.eq(own));
            }
            if let Some(member_id) = &member_id {
                query = query.filter(sessions::member_id.eq(member_id));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &SessionRow| row.id.clone())
    }

    /// Ends a session early; `false` when it is gone or was ended before, and the first reason
    /// stays.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be ended.
    pub fn revoke_session(
        &mut self,
        id: SessionId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.tell_of_ending(Ending::Session(id), now)?;
        let id = id.to_string();
        let reason = text("sessions", "revoked_reason", reason)?;
        let changed = on!(self, |conn| diesel::update(
            sessions::table
                .find(&id)
                .filter(sessions::revoked_at.is_null())
        )
        .set((
            sessions::revoked_at.eq(Some(micros(now))),
            sessions::revoked_reason.eq(Some(&reason)),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// The sessions of a NameID on a connection that have not ended, compared exactly in all four
    /// parts (SAML Core §3.7.1), oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn sessions_of_subject(
        &mut self,
        connection_id: ConnectionId,
        name_id: &NameId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        let (connection_id, hash) = (connection_id.to_string(), in_connection(name_id));
        let rows = on!(self, |conn| sessions::table
            .filter(sessions::connection_id.eq(&connection_id))
            .filter(sessions::subject_hash.eq(&hash))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(micros(now)))
            .order(sessions::id.asc())
            .select(SessionRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Session::try_from).collect()
    }

    /// The sessions of a browser that have not ended, oldest first. `browser` is the hash of its
    /// cookie.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn sessions_of_browser(
        &mut self,
        browser: &str,
        now: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        let rows = on!(self, |conn| sessions::table
            .filter(sessions::browser.eq(browser))
            .filter(sessions::revoked_at.is_null())
            .filter(sessions::expires_at.gt(micros(now)))
            .order(sessions::id.asc())
            .select(SessionRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Session::try_from).collect()
    }

    /// Ends every session of a member early; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be ended.
    pub fn revoke_sessions_of_member(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        reason: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        self.tell_of_ending(Ending::Member(workspace_id, member_id, None), now)?;
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let reason = text("sessions", "revoked_reason", reason)?;
        on!(self, |conn| diesel::update(
            sessions::table
                .filter(sessions::workspace_id.eq(&workspace_id))
                .filter(sessions::member_id.eq(&member_id))
                .filter(sessions::revoked_at.is_null())
        )
        .set((
            sessions::revoked_at.eq(Some(micros(now))),
            sessions::revoked_reason.eq(Some(&reason)),
        ))
        .execute(conn))
    }

    /// The same for every session but one.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be ended.
    pub fn revoke_sessions_of_member_except(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        keep: Option<SessionId>,
        reason: &str,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let Some(keep) = keep else {
            return self.revoke_sessions_of_member(workspace_id, member_id, reason, now);
        };
        self.tell_of_ending(Ending::Member(workspace_id, member_id, Some(keep)), now)?;
        let keep = keep.to_string();
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let reason = text("sessions", "revoked_reason", reason)?;
        on!(self, |conn| diesel::update(
            sessions::table
                .filter(sessions::workspace_id.eq(&workspace_id))
                .filter(sessions::member_id.eq(&member_id))
                .filter(sessions::id.ne(&keep))
                .filter(sessions::revoked_at.is_null())
        )
        .set((
            sessions::revoked_at.eq(Some(micros(now))),
            sessions::revoked_reason.eq(Some(&reason)),
        ))
        .execute(conn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::ClientId;

    #[test]
    fn each_door_is_told_from_the_others() {
        let now = Timestamp::UNIX_EPOCH;
        for (origin, door) in [(Origin::Local, Some(LOCAL)), (Origin::Vouched, None)] {
            let session = Session {
                id: SessionId::new(now),
                workspace_id: WorkspaceId::new(now),
                member_id: MemberId::new(now),
                client_id: ClientId::OWN_PAGES,
                origin,
                amr: Vec::new(),
                scope: String::new(),
                resources: Vec::new(),
                auth_time: now,
                created_at: now,
                expires_at: now,
                revoked_at: None,
                revoked_reason: None,
            };
            let row = SessionRow::try_from(&session).unwrap();
            assert_eq!(row.door.as_deref(), door);
            assert_eq!(row.try_into(), Ok(session));
        }
    }
}
