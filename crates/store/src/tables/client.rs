//! Clients: the applications that receive sign-ins.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::Deserialize;
use vestibule_model::{Change, Client, ClientAuthMethod, ClientId, PreviousSecret};

use crate::column::{Reading, hex, json, micros, optional_text, text};
use crate::engine::{Engine, on};
use crate::schema::{client_assertions, clients};
use crate::{Page, PageRequest, StoreError, Tx};

/// What stands for the keys of a client that says where they are: the release before knows no client
/// for private_key_jwt without keys, and refuses what it signs by none.
const ELSEWHERE: &str = r#"{"keys":[]}"#;

#[derive(Queryable, Selectable, Insertable, AsChangeset, Deserialize)]
#[diesel(table_name = clients, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct ClientRow {
    id: String,
    name: String,
    redirect_uris: String,
    secret_hash: String,
    created_at: i64,
    id_token_signed_response_alg: String,
    initiate_login_uri: Option<String>,
    post_logout_redirect_uris: String,
    token_endpoint_auth_method: String,
    jwks: Option<String>,
    jwks_uri: Option<String>,
    previous_secret_hash: Option<String>,
    previous_secret_until: Option<i64>,
    require_pushed_authorization_requests: bool,
    resources: String,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: bool,
}

impl TryFrom<&Client> for ClientRow {
    type Error = StoreError;

    fn try_from(client: &Client) -> Result<Self, StoreError> {
        let elsewhere = client.jwks_uri.as_ref().map(|_| ELSEWHERE);
        let jwks = client.jwks.as_deref().or(elsewhere);
        Ok(Self {
            id: client.id.to_string(),
            name: text("clients", "name", &client.name)?,
            redirect_uris: json("clients", "redirect_uris", &client.redirect_uris)?,
            secret_hash: hex(&client.secret_hash),
            created_at: micros(client.created_at),
            id_token_signed_response_alg: client.id_token_signed_response_alg.to_string(),
            initiate_login_uri: optional_text(
                "clients",
                "initiate_login_uri",
                client.initiate_login_uri.as_deref(),
            )?,
            post_logout_redirect_uris: json(
                "clients",
                "post_logout_redirect_uris",
                &client.post_logout_redirect_uris,
            )?,
            token_endpoint_auth_method: client.token_endpoint_auth_method.to_string(),
            jwks: optional_text("clients", "jwks", jwks)?,
            jwks_uri: optional_text("clients", "jwks_uri", client.jwks_uri.as_deref())?,
            previous_secret_hash: client.previous_secret.as_ref().map(|old| hex(&old.hash)),
            previous_secret_until: client.previous_secret.as_ref().map(|old| micros(old.until)),
            require_pushed_authorization_requests: client.require_pushed_authorization_requests,
            resources: json("clients", "resources", &client.resources)?,
            backchannel_logout_uri: optional_text(
                "clients",
                "backchannel_logout_uri",
                client.backchannel_logout_uri.as_deref(),
            )?,
            backchannel_logout_session_required: client.backchannel_logout_session_required,
        })
    }
}

impl TryFrom<ClientRow> for Client {
    type Error = StoreError;

    fn try_from(row: ClientRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "clients",
            row: &row.id,
        };
        let token_endpoint_auth_method: ClientAuthMethod = reading.parse(
            "token_endpoint_auth_method",
            &row.token_endpoint_auth_method,
        )?;
        // Without keys nothing that it signs could be verified.
        if token_endpoint_auth_method == ClientAuthMethod::PrivateKeyJwt && row.jwks.is_none() {
            return Err(reading.inconsistent("jwks"));
        }
        let previous_secret = match (&row.previous_secret_hash, row.previous_secret_until) {
            (None, None) => None,
            (Some(hash), Some(until)) => Some(PreviousSecret {
                hash: reading.hash("previous_secret_hash", hash)?,
                until: reading.time("previous_secret_until", until)?,
            }),
            _ => return Err(reading.inconsistent("previous_secret_until")),
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            token_endpoint_auth_method,
            previous_secret,
            require_pushed_authorization_requests: row.require_pushed_authorization_requests,
            resources: reading.json("resources", &row.resources)?,
            backchannel_logout_session_required: row.backchannel_logout_session_required,
            redirect_uris: reading.json("redirect_uris", &row.redirect_uris)?,
            secret_hash: reading.hash("secret_hash", &row.secret_hash)?,
            created_at: reading.time("created_at", row.created_at)?,
            id_token_signed_response_alg: reading.parse(
                "id_token_signed_response_alg",
                &row.id_token_signed_response_alg,
            )?,
            post_logout_redirect_uris: reading
                .json("post_logout_redirect_uris", &row.post_logout_redirect_uris)?,
            initiate_login_uri: row.initiate_login_uri,
            jwks: row.jwks.filter(|_| row.jwks_uri.is_none()),
            jwks_uri: row.jwks_uri,
            backchannel_logout_uri: row.backchannel_logout_uri,
            name: row.name,
        })
    }
}

impl Tx<'_> {
    /// Keeps a new client.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub fn insert_client(&mut self, client: &Client) -> Result<(), StoreError> {
        // Of what was not there replicas keep only which origins are of no public client.
        if client.token_endpoint_auth_method == ClientAuthMethod::None {
            self.changed(Change::Client(client.id));
        }
        let row = ClientRow::try_from(client)?;
        on!(self, |conn| diesel::insert_into(clients::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The client of this id. The one that stands for our own pages is none: nobody may ask for codes
    /// or tokens in its name.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn client(&mut self, id: ClientId) -> Result<Option<Client>, StoreError> {
        if id == ClientId::OWN_PAGES {
            return Ok(None);
        }
        let id = id.to_string();
        let row = on!(self, |conn| clients::table
            .find(&id)
            .select(ClientRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Client::try_from).transpose()
    }

    /// The same, to change it: others who want to wait until this transaction has ended.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn client_to_change(&mut self, id: ClientId) -> Result<Option<Client>, StoreError> {
        let text = id.to_string();
        let query = clients::table.find(&text).select(clients::id);
        let result = match self.engine()? {
            Engine::Sqlite(conn) => query.first::<String>(*conn),
            Engine::Postgres(conn) => query.for_no_key_update().first::<String>(*conn),
        };
        self.settle(result.optional())?;
        self.client(id)
    }

    /// Clients by id, without our own pages'.
    ///
    /// # Errors
    /// [`StoreError::BadCursor`].
    pub fn list_clients(&mut self, page: &PageRequest) -> Result<Page<Client>, StoreError> {
        let (after, own) = (page.ids_after()?, ClientId::OWN_PAGES.to_string());
        let rows = on!(self, |conn| clients::table
            .filter(clients::id.gt(&after))
            .filter(clients::id.ne(&own))
            .order(clients::id.asc())
            .limit(page.rows())
            .select(ClientRow::as_select())
            .load(conn))?;
        Page::from_rows(rows, page, |row: &ClientRow| row.id.clone())
    }

    /// Clients that can begin a sign-in which the IdP began (`initiate_login_uri`), oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn clients_that_begin(&mut self, at_most: i64) -> Result<Vec<Client>, StoreError> {
        let rows = on!(self, |conn| clients::table
            .filter(clients::initiate_login_uri.is_not_null())
            .order(clients::id.asc())
            .limit(at_most)
            .select(ClientRow::as_select())
            .load(conn))?;
        rows.into_iter().map(Client::try_from).collect()
    }

    /// Where codes of clients without a secret or keys may be sent.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn redirect_uris_of_public_clients(&mut self) -> Result<Vec<String>, StoreError> {
        let public = ClientAuthMethod::None.as_str();
        let own = ClientId::OWN_PAGES.to_string();
        let rows = on!(self, |conn| clients::table
            .filter(clients::token_endpoint_auth_method.eq(public))
            .filter(clients::id.ne(&own))
            .select((clients::id, clients::redirect_uris))
            .load::<(String, String)>(conn))?;
        let mut uris = Vec::new();
        for (row, text) in &rows {
            let table = "clients";
            let of: Vec<String> = Reading { table, row }.json("redirect_uris", text)?;
            uris.extend(of);
        }
        Ok(uris)
    }

    /// Writes a client as it is now; `false` when there is none of this id. Our own pages' stays.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written.
    pub fn update_client(&mut self, client: &Client) -> Result<bool, StoreError> {
        if client.id == ClientId::OWN_PAGES {
            return Ok(false);
        }
        self.changed(Change::Client(client.id));
        let row = ClientRow::try_from(client)?;
        let changed = on!(self, |conn| diesel::update(clients::table.find(&row.id))
            .set(&row)
            .execute(conn))?;
        Ok(changed == 1)
    }

    /// Notes the id of an assertion by which a client says who it is: `true` for exactly one that
    /// commits, `false` for every other, also at the same time, also after a restart (RFC 7523 §3,
    /// `jti`). It is kept until `keep_until` at least: past the last moment that the assertion could
    /// be accepted.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the client is gone.
    pub fn claim_client_assertion(
        &mut self,
        client_id: ClientId,
        jti_hash: &[u8; 32],
        keep_until: Timestamp,
    ) -> Result<bool, StoreError> {
        let (client_id, jti_hash) = (client_id.to_string(), hex(jti_hash));
        // On Postgres a second claim waits here until the first transaction has ended.
        let inserted = on!(self, |conn| diesel::insert_into(client_assertions::table)
            .values((
                client_assertions::client_id.eq(&client_id),
                client_assertions::jti_hash.eq(&jti_hash),
                client_assertions::keep_until.eq(micros(keep_until)),
            ))
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(inserted == 1)
    }

    /// Deletes a client with its sessions; `false` when there was none of this id. Our own pages'
    /// stays.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_client(&mut self, id: ClientId) -> Result<bool, StoreError> {
        if id == ClientId::OWN_PAGES {
            return Ok(false);
        }
        self.changed(Change::Client(id));
        let id = id.to_string();
        let deleted = on!(self, |conn| diesel::delete(clients::table.find(&id))
            .execute(conn))?;
        Ok(deleted == 1)
    }
}
