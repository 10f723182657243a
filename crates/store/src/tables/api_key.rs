//! API keys.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{ApiKey, ApiKeyId, PreviousSecret, Scopes};

use crate::column::{Reading, hex, micros, text};
use crate::engine::on;
use crate::schema::api_keys;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
struct ApiKeyRow {
    id: String,
    name: String,
    scopes: String,
    workspace_id: Option<String>,
    secret_hash: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    previous_hash: Option<String>,
    previous_until: Option<i64>,
}

impl TryFrom<&ApiKey> for ApiKeyRow {
    type Error = StoreError;

    fn try_from(key: &ApiKey) -> Result<Self, StoreError> {
        Ok(Self {
            id: key.id.to_string(),
            name: text("api_keys", "name", &key.name)?,
            scopes: key.scopes.words().join(" "),
            workspace_id: key.workspace_id.map(|id| id.to_string()),
            secret_hash: hex(&key.secret_hash),
            created_at: micros(key.created_at),
            expires_at: key.expires_at.map(micros),
            last_used_at: key.last_used_at.map(micros),
            previous_hash: key.previous.as_ref().map(|previous| hex(&previous.hash)),
            previous_until: key.previous.as_ref().map(|previous| micros(previous.until)),
        })
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "api_keys",
            row: &row.id,
        };
        let previous = match (row.previous_hash.as_deref(), row.previous_until) {
            (Some(hash), Some(until)) => Some(PreviousSecret {
                hash: reading.hash("previous_hash", hash)?,
                until: reading.time("previous_until", until)?,
            }),
            (None, None) => None,
            _ => return Err(reading.inconsistent("previous_until")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            previous,
            last_used_at: reading.time_optional("last_used_at", row.last_used_at)?,
            scopes: Scopes::parse(row.scopes.split_ascii_whitespace())
                .map_err(|_cause| reading.inconsistent("scopes"))?,
            workspace_id: reading.parse_optional("workspace_id", row.workspace_id.as_deref())?,
            secret_hash: reading.hash("secret_hash", &row.secret_hash)?,
            created_at: reading.time("created_at", row.created_at)?,
            expires_at: reading.time_optional("expires_at", row.expires_at)?,
            name: row.name,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new API key.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when its workspace is gone.
    pub fn insert_api_key(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        let row = ApiKeyRow::try_from(key)?;
        on!(self, |conn| diesel::insert_into(api_keys::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The API key of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn api_key(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let id = id.to_string();
        let row = on!(self, |conn| api_keys::table
            .find(&id)
            .select(ApiKeyRow::as_select())
            .first(conn)
            .optional())?;
        row.map(ApiKey::try_from).transpose()
    }

    /// The API key whose secret has this SHA-256, or had it before; whether it [counts](ApiKey::counts)
    /// is another question.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn api_key_by_hash(&mut self, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
        let hash = hex(hash);
        let row = on!(self, |conn| api_keys::table
            .filter(
                api_keys::secret_hash
                    .eq(&hash)
                    .or(api_keys::previous_hash.eq(Some(&hash)))
            )
            .select(ApiKeyRow::as_select())
            .first(conn)
            .optional())?;
        row.map(ApiKey::try_from).transpose()
    }

    /// Gives an API key another secret, and keeps what is left of the one before; `false` when there is no
    /// such key.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn replace_api_key_secret(&mut self, key: &ApiKey) -> Result<bool, StoreError> {
        let row = ApiKeyRow::try_from(key)?;
        let changed = on!(self, |conn| diesel::update(api_keys::table.find(&row.id))
            .set((
                api_keys::secret_hash.eq(&row.secret_hash),
                api_keys::previous_hash.eq(&row.previous_hash),
                api_keys::previous_until.eq(row.previous_until),
            ))
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// Notes that an API key was used.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn touch_api_key(&mut self, id: ApiKeyId, now: Timestamp) -> Result<(), StoreError> {
        let id = id.to_string();
        on!(self, |conn| diesel::update(api_keys::table.find(&id))
            .set(api_keys::last_used_at.eq(Some(micros(now))))
            .execute(conn))?;
        Ok(())
    }

    /// API keys by id; within a workspace, those bound to it.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_api_keys(
        &mut self,
        reach: Reach,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, StoreError> {
        let after = page.ids_after()?;
        let own = match reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        let rows = on!(self, |conn| {
            let mut query = api_keys::table
                .filter(api_keys::id.gt(&after))
                .order(api_keys::id.asc())
                .limit(page.rows())
                .select(ApiKeyRow::as_select())
                .into_boxed();
            if let Some(own) = &own {
                query = query.filter(api_keys::workspace_id.eq(own));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &ApiKeyRow| row.id.clone())
    }

    /// Deletes an API key; `false` when there was none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_api_key(&mut self, id: ApiKeyId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let deleted = on!(self, |conn| diesel::delete(api_keys::table.find(&id))
            .execute(conn))?;
        Ok(deleted == 1)
    }
}
