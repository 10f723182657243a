//! Test runs.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_model::{ConnectionId, Email, Subject, TestClaim, TestId, TestRun, TestState};
use vestibule_saml::{NameId, Report};
use vestibule_session::Secret;

use crate::column::{Reading, hex, json, micros, optional_text};
use crate::engine::on;
use crate::schema::test_runs;
use crate::seal::Place;
use crate::sealed::SealedColumn;
use crate::{Page, PageRequest, StoreError, Tx};

/// Without the token of `start_url`: that comes out by [`Tx::test_start_token`] alone.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = test_runs, treat_none_as_default_value = false)]
struct TestRunRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    revision_id: String,
    state: String,
    report: Option<String>,
    name_id: Option<String>,
    created_at: i64,
    expires_at: i64,
    finished_at: Option<i64>,
    claim: Option<String>,
    browser: Option<String>,
    return_path: Option<String>,
}

/// A [`TestClaim`] as it is kept.
#[derive(Serialize, Deserialize)]
struct ClaimJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<SubjectJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email: Option<Email>,
}

#[derive(Serialize, Deserialize)]
struct SubjectJson {
    idp_entity_id: String,
    name_id: NameId,
}

fn claim_json(claim: Option<&TestClaim>) -> Result<Option<String>, StoreError> {
    let subject = |subject: &Subject| SubjectJson {
        idp_entity_id: subject.idp_entity_id.clone(),
        name_id: subject.name_id.clone(),
    };
    claim
        .map(|claim| ClaimJson {
            subject: claim.subject.as_ref().map(subject),
            email: claim.email.clone(),
        })
        .map(|claim| json("test_runs", "claim", &claim))
        .transpose()
}

impl From<ClaimJson> for TestClaim {
    fn from(claim: ClaimJson) -> Self {
        let subject = |subject: SubjectJson| Subject {
            idp_entity_id: subject.idp_entity_id,
            name_id: subject.name_id,
        };
        Self {
            subject: claim.subject.map(subject),
            email: claim.email,
        }
    }
}

impl TryFrom<&TestRun> for TestRunRow {
    type Error = StoreError;

    fn try_from(test: &TestRun) -> Result<Self, StoreError> {
        let report = test.report.as_ref();
        let name_id = test.name_id.as_ref();
        Ok(Self {
            id: test.id.to_string(),
            workspace_id: test.workspace_id.to_string(),
            connection_id: test.connection_id.to_string(),
            revision_id: test.revision_id.to_string(),
            state: test.state.to_string(),
            report: report
                .map(|report| json("test_runs", "report", report))
                .transpose()?,
            name_id: name_id
                .map(|name_id| json("test_runs", "name_id", name_id))
                .transpose()?,
            created_at: micros(test.created_at),
            expires_at: micros(test.expires_at),
            finished_at: test.finished_at.map(micros),
            claim: claim_json(test.claim.as_ref())?,
            browser: optional_text("test_runs", "browser", test.browser.as_deref())?,
            return_path: test
                .return_path
                .as_ref()
                .map(|path| path.as_str().to_owned()),
        })
    }
}

impl TryFrom<TestRunRow> for TestRun {
    type Error = StoreError;

    fn try_from(row: TestRunRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "test_runs",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            revision_id: reading.parse("revision_id", &row.revision_id)?,
            state: reading.parse("state", &row.state)?,
            report: reading.json_optional("report", row.report.as_deref())?,
            name_id: reading.json_optional("name_id", row.name_id.as_deref())?,
            created_at: reading.time("created_at", row.created_at)?,
            expires_at: reading.time("expires_at", row.expires_at)?,
            finished_at: reading.time_optional("finished_at", row.finished_at)?,
            claim: reading
                .json_optional::<ClaimJson>("claim", row.claim.as_deref())?
                .map(TestClaim::from),
            return_path: reading.parse_optional("return_path", row.return_path.as_deref())?,
            browser: row.browser,
        })
    }
}

const fn token_place(id: &str) -> Place<'_> {
    SealedColumn::StartToken.at(id)
}

impl Tx<'_> {
    /// Keeps a new test run; the token of its `start_url` is kept sealed, and as a hash to find it.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when connection or revision are gone.
    pub fn insert_test(&mut self, test: &TestRun, start_token: &Secret) -> Result<(), StoreError> {
        let row = TestRunRow::try_from(test)?;
        let sealed = self
            .vault()
            .seal(token_place(&row.id), start_token.expose().as_bytes())?;
        let hash = hex(&start_token.hash());
        on!(self, |conn| diesel::insert_into(test_runs::table)
            .values((
                &row,
                test_runs::start_token_hash.eq(&hash),
                test_runs::start_token.eq(&sealed),
            ))
            .execute(conn))?;
        Ok(())
    }

    /// The test run of this connection with this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn test(
        &mut self,
        connection_id: ConnectionId,
        id: TestId,
    ) -> Result<Option<TestRun>, StoreError> {
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let row = on!(self, |conn| test_runs::table
            .find(&id)
            .filter(test_runs::connection_id.eq(&connection_id))
            .select(TestRunRow::as_select())
            .first(conn)
            .optional())?;
        row.map(TestRun::try_from).transpose()
    }

    /// The test run whose `start_url` has the token with this SHA-256.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn test_by_start_token(&mut self, hash: &[u8; 32]) -> Result<Option<TestRun>, StoreError> {
        let hash = hex(hash);
        let row = on!(self, |conn| test_runs::table
            .filter(test_runs::start_token_hash.eq(&hash))
            .select(TestRunRow::as_select())
            .first(conn)
            .optional())?;
        row.map(TestRun::try_from).transpose()
    }

    /// The token of a pending run's `start_url`; none once the run has ended.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was changed or moved.
    pub fn test_start_token(&mut self, id: TestId) -> Result<Option<Secret>, StoreError> {
        let id = id.to_string();
        let sealed = on!(self, |conn| test_runs::table
            .find(&id)
            .select(test_runs::start_token)
            .first::<Option<String>>(conn)
            .optional())?;
        let Some(sealed) = sealed.flatten() else {
            return Ok(None);
        };
        let reading = Reading {
            table: "test_runs",
            row: &id,
        };
        let opened = self.vault().open(token_place(&id), &sealed)?;
        std::str::from_utf8(&opened)
            .ok()
            .and_then(Secret::parse)
            .map(Some)
            .ok_or_else(|| reading.inconsistent("start_token"))
    }

    /// Test runs of a connection, newest first.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_tests(
        &mut self,
        connection_id: ConnectionId,
        page: &PageRequest,
    ) -> Result<Page<TestRun>, StoreError> {
        let (connection_id, before) = (connection_id.to_string(), page.ids_before()?);
        let rows = on!(self, |conn| test_runs::table
            .filter(test_runs::connection_id.eq(&connection_id))
            .filter(test_runs::id.lt(&before))
            .order(test_runs::id.desc())
            .limit(page.rows())
            .select(TestRunRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &TestRunRow| row.id.clone())
    }

    /// Ends a test run, once: `false`, and nothing changed, unless it is pending and has not
    /// expired. `claim` and `browser` are those of a run that passed.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be ended.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a column, and one statement writes them all"
    )]
    pub fn finish_test(
        &mut self,
        id: TestId,
        state: TestState,
        report: &Report,
        name_id: Option<&NameId>,
        claim: Option<&TestClaim>,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        let (claim, browser) = (
            claim_json(claim)?,
            optional_text("test_runs", "browser", browser)?,
        );
        let report = json("test_runs", "report", report)?;
        let name_id = name_id
            .map(|name_id| json("test_runs", "name_id", name_id))
            .transpose()?;
        let changed = on!(self, |conn| diesel::update(
            test_runs::table
                .find(&id)
                .filter(test_runs::state.eq(TestState::Pending.as_str()))
                .filter(test_runs::expires_at.gt(micros(now)))
        )
        .set((
            test_runs::state.eq(state.as_str()),
            test_runs::report.eq(Some(&report)),
            test_runs::name_id.eq(name_id.as_ref()),
            test_runs::claim.eq(claim.as_ref()),
            test_runs::browser.eq(browser.as_ref()),
            test_runs::start_token.eq(None::<String>),
            test_runs::finished_at.eq(Some(micros(now))),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Ends every pending test run of a connection as expired; how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be ended.
    pub fn expire_pending_tests(
        &mut self,
        connection_id: ConnectionId,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let connection_id = connection_id.to_string();
        on!(self, |conn| diesel::update(
            test_runs::table
                .filter(test_runs::connection_id.eq(&connection_id))
                .filter(test_runs::state.eq(TestState::Pending.as_str()))
        )
        .set((
            test_runs::state.eq(TestState::Expired.as_str()),
            test_runs::start_token.eq(None::<String>),
            test_runs::finished_at.eq(Some(micros(now))),
        ))
        .execute(conn))
    }

    /// [`Self::expire_pending_tests`] for every run whose time is over.
    pub(crate) fn expire_overdue_tests(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        on!(self, |conn| diesel::update(
            test_runs::table
                .filter(test_runs::expires_at.le(micros(now)))
                // In the words of the index of these: what is bound may be another one.
                .filter(sql::<Bool>("state = 'pending'"))
        )
        .set((
            test_runs::state.eq(TestState::Expired.as_str()),
            test_runs::start_token.eq(None::<String>),
            test_runs::finished_at.eq(Some(micros(now))),
        ))
        .execute(conn))
    }
}
