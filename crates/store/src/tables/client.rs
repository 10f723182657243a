//! Clients: the applications that receive sign-ins.

use diesel::prelude::*;
use vestibule_model::{Change, Client, ClientId};

use crate::column::{Reading, hex, json, micros, optional_text, text};
use crate::engine::on;
use crate::schema::clients;
use crate::{Page, PageRequest, StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clients, treat_none_as_default_value = false)]
struct ClientRow {
    id: String,
    name: String,
    redirect_uris: String,
    secret_hash: String,
    created_at: i64,
    id_token_signed_response_alg: String,
    initiate_login_uri: Option<String>,
    post_logout_redirect_uris: String,
}

impl TryFrom<&Client> for ClientRow {
    type Error = StoreError;

    fn try_from(client: &Client) -> Result<Self, StoreError> {
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
        Ok(Self {
            id: reading.parse("id", &row.id)?,
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
