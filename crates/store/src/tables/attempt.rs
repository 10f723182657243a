//! Sign-in attempts: one row each, written when the browser leaves and again whenever it is back.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::upsert::excluded;
use jiff::Timestamp;
use vestibule_model::{
    Attempt, AttemptEvent, AttemptId, AttemptOutcome, AttemptStep, ConnectionId, MemberId,
    Reference, WorkspaceId,
};

use crate::column::{Reading, json, micros, optional_text};
use crate::engine::{later, on};
use crate::schema::sign_in_attempts;
use crate::sealed::SealedColumn;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

/// The most events of one attempt: who posts garbage a thousand times tells nothing more by it.
const EVENTS: usize = 20;
/// Of these, the places that are kept for how it ends.
const EVENTS_OF_THE_END: usize = 4;
/// How many attempts are written by one statement: SQLite allows 32766 parameters.
const PORTION: usize = 500;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sign_in_attempts, treat_none_as_default_value = false)]
struct AttemptRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    revision_id: String,
    client_id: String,
    member_id: Option<String>,
    outcome: String,
    reason: Option<String>,
    report: String,
    started_at: i64,
    finished_at: i64,
    reference: Option<String>,
    timeline: String,
    response_until: Option<i64>,
}

impl TryFrom<&Attempt> for AttemptRow {
    type Error = StoreError;

    fn try_from(attempt: &Attempt) -> Result<Self, StoreError> {
        Ok(Self {
            id: attempt.id.to_string(),
            workspace_id: attempt.workspace_id.to_string(),
            connection_id: attempt.connection_id.to_string(),
            revision_id: attempt.revision_id.to_string(),
            client_id: attempt.client_id.to_string(),
            member_id: attempt.member_id.map(|id| id.to_string()),
            outcome: attempt.outcome.to_string(),
            reason: optional_text("sign_in_attempts", "reason", attempt.reason.as_deref())?,
            report: json("sign_in_attempts", "report", &attempt.report)?,
            started_at: micros(attempt.started_at),
            finished_at: micros(attempt.finished_at),
            reference: attempt.reference.map(|reference| reference.to_string()),
            timeline: json("sign_in_attempts", "timeline", &attempt.timeline)?,
            response_until: attempt.response_until.map(micros),
        })
    }
}

impl TryFrom<AttemptRow> for Attempt {
    type Error = StoreError;

    fn try_from(row: AttemptRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "sign_in_attempts",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            revision_id: reading.parse("revision_id", &row.revision_id)?,
            client_id: reading.parse("client_id", &row.client_id)?,
            member_id: reading.parse_optional("member_id", row.member_id.as_deref())?,
            outcome: reading.parse("outcome", &row.outcome)?,
            report: reading.json("report", &row.report)?,
            started_at: reading.time("started_at", row.started_at)?,
            finished_at: reading.time("finished_at", row.finished_at)?,
            reference: reading.parse_optional("reference", row.reference.as_deref())?,
            timeline: reading.json("timeline", &row.timeline)?,
            response_until: reading.time_optional("response_until", row.response_until)?,
            reason: row.reason,
        })
    }
}

/// Which attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptFilter {
    /// Those that ended like this.
    pub outcome: Option<AttemptOutcome>,
    /// Those of this member.
    pub member_id: Option<MemberId>,
    /// The one with this reference.
    pub reference: Option<Reference>,
}

/// The texts of these events, each after a comma.
fn texts(events: &[AttemptEvent]) -> Result<String, StoreError> {
    let mut texts = String::new();
    for event in events {
        texts.push(',');
        texts.push_str(&json("sign_in_attempts", "timeline", event)?);
    }
    Ok(texts)
}

/// The timeline with so many events more at its end, if it has room for them. The database makes the
/// text, so that two who append at the same time do not undo each other's event. Each event has one
/// `"at":`; inside a text the quotes would be escaped.
macro_rules! longer {
    ($texts:expr, $count:expr, $most:expr) => {
        sql::<Text>(&format!(
            "CASE WHEN (length(sign_in_attempts.timeline) - \
             length(replace(sign_in_attempts.timeline, '\"at\":', ''))) / 5 > {} \
             THEN sign_in_attempts.timeline \
             WHEN sign_in_attempts.timeline = '[]' THEN '[' || substr(",
            i64::try_from($most).unwrap_or_default() - i64::try_from($count).unwrap_or(i64::MAX)
        ))
        .bind::<Text, _>($texts.clone())
        .sql(
            ", 2) || ']' ELSE substr(sign_in_attempts.timeline, 1, \
             length(sign_in_attempts.timeline) - 1) || ",
        )
        .bind::<Text, _>($texts)
        .sql(" || ']' END")
    };
}

/// The statement that keeps what has become of an attempt, and owns its values.
macro_rules! saving {
    ($attempt:expr) => {{
        let row = AttemptRow::try_from($attempt)?;
        let news = news($attempt);
        let most = match $attempt.outcome {
            AttemptOutcome::SignedIn => EVENTS,
            AttemptOutcome::Refused | AttemptOutcome::Pending => EVENTS - EVENTS_OF_THE_END,
        };
        let texts = texts(&news)?;
        diesel::query_dsl::methods::FilterDsl::filter(
            diesel::insert_into(sign_in_attempts::table)
                .values(row)
                .on_conflict(sign_in_attempts::id)
                .do_update()
                .set((
                    sign_in_attempts::revision_id.eq(excluded(sign_in_attempts::revision_id)),
                    sign_in_attempts::member_id.eq(excluded(sign_in_attempts::member_id)),
                    sign_in_attempts::outcome.eq(excluded(sign_in_attempts::outcome)),
                    sign_in_attempts::reason.eq(excluded(sign_in_attempts::reason)),
                    sign_in_attempts::report.eq(excluded(sign_in_attempts::report)),
                    sign_in_attempts::finished_at.eq(excluded(sign_in_attempts::finished_at)),
                    sign_in_attempts::timeline.eq(longer!(texts, news.len(), most)),
                )),
            sign_in_attempts::outcome.ne(AttemptOutcome::SignedIn.as_str()),
        )
    }};
}

/// The events of an attempt but for the first one, that it left.
fn news(attempt: &Attempt) -> Vec<AttemptEvent> {
    let left = |event: &&AttemptEvent| event.step == AttemptStep::Left;
    attempt.timeline.iter().skip_while(left).cloned().collect()
}

impl Tx<'_> {
    /// Keeps new attempts, but for those of which there is one of this id.
    ///
    /// # Errors
    /// [`StoreError::Dangling`], now or at the end, when connection or member of one are gone.
    pub fn insert_attempts(&mut self, attempts: &[Attempt]) -> Result<(), StoreError> {
        for portion in attempts.chunks(PORTION) {
            let rows = portion.iter().map(AttemptRow::try_from);
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            let statement = diesel::insert_into(sign_in_attempts::table)
                .values(rows)
                .on_conflict_do_nothing();
            later!(self, adds many sign_in_attempts, statement)?;
        }
        Ok(())
    }

    /// Keeps what has become of an attempt, whether or not anybody has written down yet that it
    /// began: revision, member, outcome, reason, report and end take the place of what they were,
    /// and its events are appended, but for the first one, that it left. `false`, and nothing
    /// changed, when it has signed somebody in: there is no outcome after that.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when connection or member are gone.
    pub fn save_attempt(&mut self, attempt: &Attempt) -> Result<bool, StoreError> {
        let statement = saving!(attempt);
        let saved = on!(self, |conn| statement.execute(conn))?;
        Ok(saved == 1)
    }

    /// The same, where nobody waits to hear whether it was.
    ///
    /// # Errors
    /// [`StoreError::Dangling`], now or at the end, when connection or member are gone.
    pub fn save_attempt_later(&mut self, attempt: &Attempt) -> Result<(), StoreError> {
        later!(self, changes sign_in_attempts, saving!(attempt))
    }

    /// Appends an event to the timeline of an attempt, if there is one of this id and its timeline
    /// has room.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written.
    pub fn append_attempt_event(
        &mut self,
        id: AttemptId,
        event: &AttemptEvent,
    ) -> Result<(), StoreError> {
        let texts = texts(std::slice::from_ref(event))?;
        let statement = diesel::update(sign_in_attempts::table.find(id.to_string()))
            .set(sign_in_attempts::timeline.eq(longer!(texts, 1, EVENTS)));
        later!(self, changes sign_in_attempts, statement)
    }

    /// Keeps the response of an attempt as it arrived, sealed, until this time.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be sealed or written.
    pub fn keep_response(
        &mut self,
        id: AttemptId,
        saml_response: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let id = id.to_string();
        let place = SealedColumn::KeptResponse.at(&id);
        let sealed = self.vault().seal(place, saml_response.as_bytes())?;
        on!(self, |conn| diesel::update(
            sign_in_attempts::table.find(&id)
        )
        .set((
            sign_in_attempts::response.eq(Some(&sealed)),
            sign_in_attempts::response_until.eq(Some(micros(until))),
        ))
        .execute(conn))?;
        Ok(())
    }

    /// The response of an attempt as it arrived, if it is kept and its time is not over.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was changed or moved.
    pub fn kept_response(
        &mut self,
        id: AttemptId,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let id = id.to_string();
        let sealed = on!(self, |conn| sign_in_attempts::table
            .find(&id)
            .filter(sign_in_attempts::response_until.gt(Some(micros(now))))
            .select(sign_in_attempts::response)
            .first::<Option<String>>(conn)
            .optional())?;
        let Some(sealed) = sealed.flatten() else {
            return Ok(None);
        };
        let opened = self
            .vault()
            .open(SealedColumn::KeptResponse.at(&id), &sealed)?;
        let reading = Reading {
            table: "sign_in_attempts",
            row: &id,
        };
        String::from_utf8(opened.to_vec())
            .map(Some)
            .map_err(|_cause| reading.inconsistent("response"))
    }

    /// Forgets every kept response of a workspace; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn forget_responses(&mut self, workspace_id: WorkspaceId) -> Result<usize, StoreError> {
        let workspace_id = workspace_id.to_string();
        on!(self, |conn| diesel::update(
            sign_in_attempts::table
                .filter(sign_in_attempts::workspace_id.eq(&workspace_id))
                .filter(sign_in_attempts::response_until.is_not_null())
        )
        .set((
            sign_in_attempts::response.eq(None::<String>),
            sign_in_attempts::response_until.eq(None::<i64>),
        ))
        .execute(conn))
    }

    /// The attempt on this connection with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn attempt(
        &mut self,
        connection_id: ConnectionId,
        id: AttemptId,
    ) -> Result<Option<Attempt>, StoreError> {
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let row = on!(self, |conn| sign_in_attempts::table
            .find(&id)
            .filter(sign_in_attempts::connection_id.eq(&connection_id))
            .select(AttemptRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Attempt::try_from).transpose()
    }

    /// The attempt with this reference, on whatever connection within reach; were there two, the
    /// newer one.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn attempt_by_reference(
        &mut self,
        reach: Reach,
        reference: Reference,
    ) -> Result<Option<Attempt>, StoreError> {
        let reference = reference.to_string();
        let rows: Vec<AttemptRow> = on!(self, |conn| sign_in_attempts::table
            .filter(sign_in_attempts::reference.eq(&reference))
            .order(sign_in_attempts::id.desc())
            .limit(10)
            .select(AttemptRow::as_select())
            .load(conn))?;
        for row in rows {
            let attempt = Attempt::try_from(row)?;
            if reach.covers(attempt.workspace_id) {
                return Ok(Some(attempt));
            }
        }
        Ok(None)
    }

    /// Attempts on a connection, newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_attempts(
        &mut self,
        connection_id: ConnectionId,
        filter: &AttemptFilter,
        page: &PageRequest,
    ) -> Result<Page<Attempt>, StoreError> {
        let (connection_id, before) = (connection_id.to_string(), page.ids_before()?);
        let outcome = filter.outcome.map(AttemptOutcome::as_str);
        let member_id = filter.member_id.map(|id| id.to_string());
        let reference = filter.reference.map(|reference| reference.to_string());
        let rows = on!(self, |conn| {
            let mut query = sign_in_attempts::table
                .filter(sign_in_attempts::connection_id.eq(&connection_id))
                .filter(sign_in_attempts::id.lt(&before))
                .order(sign_in_attempts::id.desc())
                .limit(page.rows())
                .select(AttemptRow::as_select())
                .into_boxed();
            if let Some(outcome) = outcome {
                query = query.filter(sign_in_attempts::outcome.eq(outcome));
            }
            if let Some(member_id) = &member_id {
                query = query.filter(sign_in_attempts::member_id.eq(member_id));
            }
            if let Some(reference) = &reference {
                query = query.filter(sign_in_attempts::reference.eq(reference));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &AttemptRow| row.id.clone())
    }
}
