//! The logos of workspaces: pictures, apart from the rows that every request reads.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use diesel::prelude::*;
use vestibule_model::{Logo, WorkspaceId};

use crate::column::Reading;
use crate::engine::on;
use crate::schema::workspace_logos;
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workspace_logos)]
struct LogoRow {
    workspace_id: String,
    media_type: String,
    content: String,
}

impl TryFrom<LogoRow> for Logo {
    type Error = StoreError;

    fn try_from(row: LogoRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "workspace_logos",
            row: &row.workspace_id,
        };
        let bytes = STANDARD.decode(&row.content);
        let bytes = bytes.map_err(|_cause| reading.inconsistent("content"))?;
        Ok(Self::kept(
            reading.parse("media_type", &row.media_type)?,
            bytes,
        ))
    }
}

impl Tx<'_> {
    /// Keeps the logo of a workspace in place of the one before, or takes it away. Which one the pages
    /// show says [`Branding::logo`](vestibule_model::Branding::logo).
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub fn put_logo(&mut self, id: WorkspaceId, logo: Option<&Logo>) -> Result<(), StoreError> {
        let id = id.to_string();
        on!(self, |conn| diesel::delete(
            workspace_logos::table.find(&id)
        )
        .execute(conn))?;
        let Some(logo) = logo else {
            return Ok(());
        };
        let row = LogoRow {
            workspace_id: id,
            media_type: logo.kind().to_string(),
            content: STANDARD.encode(logo.bytes()),
        };
        on!(self, |conn| diesel::insert_into(workspace_logos::table)
            .values(&row)
            .execute(conn))?;
        Ok(())
    }

    /// The logo of a workspace, where it has one.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn logo(&mut self, id: WorkspaceId) -> Result<Option<Logo>, StoreError> {
        let id = id.to_string();
        let row = on!(self, |conn| workspace_logos::table
            .find(&id)
            .select(LogoRow::as_select())
            .first(conn)
            .optional())?;
        row.map(Logo::try_from).transpose()
    }
}
