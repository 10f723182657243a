//! Vestibule's own keys of a connection, beside the one in use.

use diesel::prelude::*;
use vestibule_model::{Change, Connection, ConnectionId, ServiceProviderKey, ServiceProviderKeyId};
use zeroize::Zeroizing;

use crate::column::{Reading, micros, text};
use crate::engine::on;
use crate::schema::{connections, service_provider_keys};
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

/// Without the private key: that comes out by [`Tx::other_service_provider_key`] alone.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = service_provider_keys)]
struct KeyRow {
    id: String,
    workspace_id: String,
    connection_id: String,
    stage: String,
    certificate_pem: String,
    created_at: i64,
}

impl TryFrom<&ServiceProviderKey> for KeyRow {
    type Error = StoreError;

    fn try_from(key: &ServiceProviderKey) -> Result<Self, StoreError> {
        let certificate = &key.certificate_pem;
        Ok(Self {
            id: key.id.to_string(),
            workspace_id: key.workspace_id.to_string(),
            connection_id: key.connection_id.to_string(),
            stage: key.stage.to_string(),
            certificate_pem: text("service_provider_keys", "certificate_pem", certificate)?,
            created_at: micros(key.created_at),
        })
    }
}

impl TryFrom<KeyRow> for ServiceProviderKey {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "service_provider_keys",
            row: &row.id,
        };
        Ok(Self {
            id: reading.parse("id", &row.id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            connection_id: reading.parse("connection_id", &row.connection_id)?,
            stage: reading.parse("stage", &row.stage)?,
            created_at: reading.time("created_at", row.created_at)?,
            certificate_pem: row.certificate_pem,
        })
    }
}

impl Tx<'_> {
    /// Keeps another key of a connection and seals its private half.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] for `service_provider_key.next` when there is a next one already;
    /// [`StoreError::Dangling`] when the connection is gone.
    pub fn insert_service_provider_key(
        &mut self,
        key: &ServiceProviderKey,
        private_key_pkcs8: &[u8],
    ) -> Result<(), StoreError> {
        self.changed(Change::Connection(key.connection_id));
        let row = KeyRow::try_from(key)?;
        let place = SealedColumn::OtherSpPrivateKey.at(&row.id);
        let sealed = self.vault().seal(place, private_key_pkcs8)?;
        on!(self, |conn| diesel::insert_into(
            service_provider_keys::table
        )
        .values((&row, service_provider_keys::private_key.eq(&sealed)))
        .execute(conn))?;
        Ok(())
    }

    /// The keys of a connection beside the one in use, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn service_provider_keys(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<Vec<ServiceProviderKey>, StoreError> {
        let connection_id = connection_id.to_string();
        let rows = on!(self, |conn| service_provider_keys::table
            .filter(service_provider_keys::connection_id.eq(&connection_id))
            .order(service_provider_keys::id.asc())
            .select(KeyRow::as_select())
            .load(conn))?;
        rows.into_iter().map(ServiceProviderKey::try_from).collect()
    }

    /// The private half of one of them, PKCS #8 in DER.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was changed or moved.
    pub fn other_service_provider_key(
        &mut self,
        id: ServiceProviderKeyId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let id = id.to_string();
        let sealed = on!(self, |conn| service_provider_keys::table
            .find(&id)
            .select(service_provider_keys::private_key)
            .first::<String>(conn)
            .optional())?;
        let place = SealedColumn::OtherSpPrivateKey.at(&id);
        sealed
            .map(|sealed| self.vault().open(place, &sealed))
            .transpose()
    }

    /// Puts a key into use; the one that was is kept as `replaced`. `false` when there is no such
    /// key.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be done.
    pub fn use_service_provider_key(
        &mut self,
        connection: &Connection,
        key: &ServiceProviderKey,
        replaced: &ServiceProviderKey,
    ) -> Result<bool, StoreError> {
        let Some(new) = self.other_service_provider_key(key.id)? else {
            return Ok(false);
        };
        let Some(old) = self.service_provider_key(connection.id)? else {
            return Ok(false);
        };
        self.delete_service_provider_key(connection.id, key.id)?;
        self.insert_service_provider_key(replaced, &old)?;
        let id = connection.id.to_string();
        let sealed = self
            .vault()
            .seal(SealedColumn::SpPrivateKey.at(&id), &new)?;
        let certificate = text("connections", "sp_certificate_pem", &key.certificate_pem)?;
        on!(self, |conn| diesel::update(connections::table.find(&id))
            .set((
                connections::sp_private_key.eq(&sealed),
                connections::sp_certificate_pem.eq(&certificate),
            ))
            .execute(conn))?;
        Ok(true)
    }

    /// Takes a key away; `false` when the connection has none of this id.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_service_provider_key(
        &mut self,
        connection_id: ConnectionId,
        id: ServiceProviderKeyId,
    ) -> Result<bool, StoreError> {
        self.changed(Change::Connection(connection_id));
        let (connection_id, id) = (connection_id.to_string(), id.to_string());
        let deleted = on!(self, |conn| diesel::delete(
            service_provider_keys::table
                .find(&id)
                .filter(service_provider_keys::connection_id.eq(&connection_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
