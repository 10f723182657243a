//! Where events are sent to, with the secrets that sign them sealed.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{WebhookEndpoint, WebhookEndpointId, WebhookEventType, WorkspaceId};
use zeroize::Zeroizing;

use crate::column::{Reading, json, micros, optional_text, text};
use crate::engine::{Engine, on};
use crate::schema::{webhook_deliveries, webhook_endpoints, webhook_lanes};
use crate::sealed::SealedColumn;
use crate::{Page, PageRequest, Reach, StoreError, Tx};

const TABLE: &str = "webhook_endpoints";

/// Without the secrets.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false, treat_none_as_null = true)]
struct EndpointRow {
    id: String,
    workspace_id: Option<String>,
    url: String,
    description: Option<String>,
    events: String,
    enabled: bool,
    disabled_reason: Option<String>,
    disabled_at: Option<i64>,
    previous_secret_until: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<&WebhookEndpoint> for EndpointRow {
    type Error = StoreError;

    fn try_from(endpoint: &WebhookEndpoint) -> Result<Self, StoreError> {
        let (description, reason) = (&endpoint.description, &endpoint.disabled_reason);
        Ok(Self {
            id: endpoint.id.to_string(),
            workspace_id: endpoint.workspace_id.map(|id| id.to_string()),
            url: text(TABLE, "url", &endpoint.url)?,
            description: optional_text(TABLE, "description", description.as_deref())?,
            events: json(TABLE, "events", &endpoint.events)?,
            enabled: endpoint.enabled,
            disabled_reason: optional_text(TABLE, "disabled_reason", reason.as_deref())?,
            disabled_at: endpoint.disabled_at.map(micros),
            previous_secret_until: endpoint.previous_secret_until.map(micros),
            created_at: micros(endpoint.created_at),
            updated_at: micros(endpoint.updated_at),
        })
    }
}

impl TryFrom<EndpointRow> for WebhookEndpoint {
    type Error = StoreError;

    fn try_from(row: EndpointRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: TABLE,
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse_optional("workspace_id", row.workspace_id.as_deref())?,
            events: reading.json("events", &row.events)?,
            disabled_at: reading.time_optional("disabled_at", row.disabled_at)?,
            previous_secret_until: reading
                .time_optional("previous_secret_until", row.previous_secret_until)?,
            created_at: reading.time("created_at", row.created_at)?,
            updated_at: reading.time("updated_at", row.updated_at)?,
            url: row.url,
            description: row.description,
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
        })
    }
}

/// Where a delivery goes, and what signs it now: the current secret first.
pub(super) struct Target {
    pub(super) url: String,
    pub(super) secrets: Vec<Zeroizing<String>>,
}

/// An endpoint that gets events of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The endpoint.
    pub id: WebhookEndpointId,
    /// The types it gets; none: all.
    pub events: BTreeSet<WebhookEventType>,
}

impl Listener {
    /// Whether it gets events of this type.
    #[must_use]
    pub fn wants(&self, event_type: WebhookEventType) -> bool {
        self.events.is_empty() || self.events.contains(&event_type)
    }
}

/// An endpoint, as far as it listens.
#[derive(Queryable, Selectable, Deserialize)]
#[diesel(table_name = webhook_endpoints)]
pub(super) struct ListenerRow {
    id: String,
    events: String,
}

/// Who listens.
pub(super) fn listeners(rows: Vec<ListenerRow>) -> Result<Vec<Listener>, StoreError> {
    let listeners = rows.into_iter().map(|row| {
        let reading = Reading {
            table: TABLE,
            row: &row.id,
        };
        Ok(Listener {
            id: reading.parse("id", &row.id)?,
            events: reading.json("events", &row.events)?,
        })
    });
    listeners.collect()
}

impl Tx<'_> {
    /// Keeps a new endpoint.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace is gone.
    pub fn insert_webhook_endpoint(
        &mut self,
        endpoint: &WebhookEndpoint,
        secret: &str,
    ) -> Result<(), StoreError> {
        let row = EndpointRow::try_from(endpoint)?;
        let place = SealedColumn::WebhookSecret.at(&row.id);
        let sealed = self.vault().seal(place, secret.as_bytes())?;
        on!(self, |conn| diesel::insert_into(webhook_endpoints::table)
            .values((&row, webhook_endpoints::secret.eq(&sealed)))
            .execute(conn))?;
        Ok(())
    }

    /// The endpoint with this id, if it is within reach.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn webhook_endpoint(
        &mut self,
        reach: Reach,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        let id = id.to_string();
        let row = on!(self, |conn| webhook_endpoints::table
            .find(&id)
            .select(EndpointRow::as_select())
            .first(conn)
            .optional())?;
        let endpoint = row.map(WebhookEndpoint::try_from).transpose()?;
        Ok(endpoint.filter(|endpoint| match reach {
            Reach::All => true,
            Reach::Workspace(own) => endpoint.workspace_id == Some(own),
        }))
    }

    /// The same, to change it: others who want to wait until this transaction has ended, and so does
    /// whoever adds to what is sent to it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn webhook_endpoint_to_change(
        &mut self,
        reach: Reach,
        id: WebhookEndpointId,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        let text = id.to_string();
        let query = webhook_endpoints::table
            .find(&text)
            .select(webhook_endpoints::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_update().first::<String>(*conn),
        };
        self.settle(result.optional())?;
        self.webhook_endpoint(reach, id)
    }

    /// Endpoints by id; within a workspace, its own.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_webhook_endpoints(
        &mut self,
        reach: Reach,
        page: &PageRequest,
    ) -> Result<Page<WebhookEndpoint>, StoreError> {
        let after = page.ids_after()?;
        let own = match reach {
            Reach::All => None,
            Reach::Workspace(id) => Some(id.to_string()),
        };
        let rows = on!(self, |conn| {
            let mut query = webhook_endpoints::table
                .filter(webhook_endpoints::id.gt(&after))
                .order(webhook_endpoints::id.asc())
                .limit(page.rows())
                .select(EndpointRow::as_select())
                .into_boxed();
            if let Some(own) = &own {
                query = query.filter(webhook_endpoints::workspace_id.eq(own));
            }
            query.load(conn)
        })?;
        Page::from_rows(rows, page, |row: &EndpointRow| row.id.clone())
    }

    /// Changes an endpoint that was read by [`Self::webhook_endpoint_to_change`]. While it is disabled
    /// its lanes rest. Enabled again, each of them is tried at once, as if for the first time; so are
    /// those that have failed, whatever was changed: perhaps it is what was wrong.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn update_webhook_endpoint(
        &mut self,
        endpoint: &WebhookEndpoint,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = EndpointRow::try_from(endpoint)?;
        on!(self, |conn| diesel::update(
            webhook_endpoints::table.find(&row.id)
        )
        .set(&row)
        .execute(conn))?;
        if endpoint.enabled {
            on!(self, |conn| diesel::update(
                webhook_lanes::table
                    .filter(webhook_lanes::endpoint_id.eq(&row.id))
                    .filter(
                        webhook_lanes::next_try_at
                            .is_null()
                            .or(webhook_lanes::failures.gt(0_i64))
                    )
            )
            .set((
                webhook_lanes::next_try_at.eq(Some(micros(now))),
                webhook_lanes::failures.eq(0),
                webhook_lanes::failing_since.eq(None::<i64>),
            ))
            .execute(conn))?;
        } else {
            on!(self, |conn| diesel::update(
                webhook_lanes::table.filter(webhook_lanes::endpoint_id.eq(&row.id))
            )
            .set(webhook_lanes::next_try_at.eq(None::<i64>))
            .execute(conn))?;
            on!(self, |conn| diesel::update(
                webhook_deliveries::table
                    .filter(webhook_deliveries::endpoint_id.eq(&row.id))
                    .filter(webhook_deliveries::next_try_at.is_not_null())
            )
            .set(webhook_deliveries::next_try_at.eq(None::<i64>))
            .execute(conn))?;
        }
        Ok(())
    }

    /// Gives an endpoint that was read by [`Self::webhook_endpoint_to_change`] another secret; the one
    /// before signs beside it until then.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the one before was changed or moved.
    pub fn rotate_webhook_secret(
        &mut self,
        id: WebhookEndpointId,
        secret: &str,
        previous_until: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let id = id.to_string();
        let (place, before) = (
            SealedColumn::WebhookSecret.at(&id),
            SealedColumn::PreviousWebhookSecret.at(&id),
        );
        let old: String = on!(self, |conn| webhook_endpoints::table
            .find(&id)
            .select(webhook_endpoints::secret)
            .first(conn))?;
        let vault = self.vault();
        let old = vault.open(place, &old)?;
        let (new, old) = (
            vault.seal(place, secret.as_bytes())?,
            vault.seal(before, &old)?,
        );
        on!(self, |conn| diesel::update(
            webhook_endpoints::table.find(&id)
        )
        .set((
            webhook_endpoints::secret.eq(&new),
            webhook_endpoints::previous_secret.eq(Some(&old)),
            webhook_endpoints::previous_secret_until.eq(Some(micros(previous_until))),
            webhook_endpoints::updated_at.eq(micros(now)),
        ))
        .execute(conn))?;
        Ok(())
    }

    /// Where a delivery of this endpoint goes, and the secrets that sign it now: the current one first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one was changed or moved.
    pub(super) fn webhook_target(
        &mut self,
        id: &str,
        now: Timestamp,
    ) -> Result<Option<Target>, StoreError> {
        type Row = (String, String, Option<String>, Option<i64>);
        let row: Option<Row> = on!(self, |conn| webhook_endpoints::table
            .find(id)
            .select((
                webhook_endpoints::url,
                webhook_endpoints::secret,
                webhook_endpoints::previous_secret,
                webhook_endpoints::previous_secret_until,
            ))
            .first(conn)
            .optional())?;
        let Some((url, secret, previous, until)) = row else {
            return Ok(None);
        };
        let previous = previous.filter(|_| until.is_some_and(|until| until > micros(now)));
        let mut secrets = vec![self.webhook_secret(SealedColumn::WebhookSecret, id, &secret)?];
        if let Some(previous) = previous {
            let column = SealedColumn::PreviousWebhookSecret;
            secrets.push(self.webhook_secret(column, id, &previous)?);
        }
        Ok(Some(Target { url, secrets }))
    }

    fn webhook_secret(
        &self,
        column: SealedColumn,
        id: &str,
        sealed: &str,
    ) -> Result<Zeroizing<String>, StoreError> {
        let place = column.at(id);
        let plain = self.vault().open(place, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_cause| place.refused())?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// Deletes an endpoint that was read by [`Self::webhook_endpoint_to_change`], and what is on its way
    /// to it; `false` when there is none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_webhook_endpoint(&mut self, id: WebhookEndpointId) -> Result<bool, StoreError> {
        let id = id.to_string();
        // In the order in which whoever sends locks them, which a cascade does not promise.
        on!(self, |conn| diesel::delete(
            webhook_lanes::table.filter(webhook_lanes::endpoint_id.eq(&id))
        )
        .execute(conn))?;
        let deleted = on!(self, |conn| diesel::delete(
            webhook_endpoints::table.find(&id)
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }

    /// The endpoints that get events of this workspace: its own, and those of the whole deployment. It
    /// is looked up once in a transaction, however much happens in it.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn webhook_listeners(
        &mut self,
        workspace_id: Option<WorkspaceId>,
    ) -> Result<Vec<Listener>, StoreError> {
        if let Some(known) = self.outbox().listeners(workspace_id) {
            return Ok(known);
        }
        let own = workspace_id.map(|id| id.to_string());
        let rows = on!(self, |conn| webhook_endpoints::table
            .filter(
                webhook_endpoints::workspace_id
                    .is_null()
                    .or(webhook_endpoints::workspace_id
                        .is_not_null()
                        .and(webhook_endpoints::workspace_id.eq(own.as_deref())))
            )
            .order(webhook_endpoints::id.asc())
            .select(ListenerRow::as_select())
            .load(conn))?;
        let listeners = listeners(rows)?;
        self.outbox().remember(workspace_id, listeners.clone());
        Ok(listeners)
    }
}
