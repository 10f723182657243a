//! Connections: made, read, named; their draft, and their way to live and back.

mod draft;
mod live;

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{
    Connection, ConnectionId, ConnectionState, MetadataSource, Phase, Revision, ServiceProvider,
    Workspace, WorkspaceId,
};
use vestibule_policy::{Rules, connection_state};
use vestibule_store::{Counted, Page, PageRequest, Tx};

use crate::{
    audit,
    draft::OurSide,
    limits,
    manage::{Authority, Change},
    problem::Problem,
    service::Service,
    text,
};

pub(crate) use draft::{nothing_saved, refresh_metadata, restore, save_draft, stage};
pub(crate) use live::{Enable, Enabled, delete, disable, enable};

/// A connection with what belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionParts {
    pub(crate) connection: Connection,
    pub(crate) workspace: Workspace,
    /// The revision that is being prepared.
    pub(crate) draft: Option<Revision>,
    /// The revision that serves.
    pub(crate) live: Option<Revision>,
    /// The revision that served last, where none does now.
    pub(crate) last: Option<Revision>,
    pub(crate) metadata_source: Option<MetadataSource>,
}

impl ConnectionParts {
    fn of(tx: &mut Tx<'_>, connection: Connection, workspace: Workspace) -> Result<Self, Problem> {
        let draft = tx.named_revision(connection.id, connection.draft)?;
        let live = tx.named_revision(connection.id, connection.serving())?;
        let last = match &live {
            Some(_) => None,
            None => tx.named_revision(connection.id, connection.live)?,
        };
        let metadata_source = tx.metadata_source(connection.id)?;
        Ok(Self {
            connection,
            workspace,
            draft,
            live,
            last,
            metadata_source,
        })
    }

    /// A connection as it is, which others cannot change until the transaction ends.
    ///
    /// # Errors
    /// `not-found` where there is none within reach.
    pub(crate) fn to_change(
        tx: &mut Tx<'_>,
        authority: &Authority,
        id: ConnectionId,
    ) -> Result<Self, Problem> {
        let (connection, workspace) = authority.connection_to_change(tx, id)?;
        Self::of(tx, connection, workspace)
    }

    /// What was saved last: the draft, else what serves, else what served.
    pub(crate) fn saved(&self) -> Option<&Revision> {
        let (draft, live) = (self.draft.as_ref(), self.live.as_ref());
        draft.or(live).or(self.last.as_ref())
    }

    /// How far it is, under the plan of its workspace.
    pub(crate) fn state(&self, rules: &Rules) -> ConnectionState {
        connection_state(&self.connection, self.workspace.plan, rules)
    }

    /// Our own side, to recognise it when it is pasted as theirs.
    pub(crate) fn our_side<'a>(&'a self, public_url: &'a str) -> OurSide<'a> {
        OurSide {
            public_url,
            connection_id: self.connection.id,
            certificate_pem: &self.connection.service_provider.certificate_pem,
            provider: self.connection.provider.as_deref(),
        }
    }
}

/// A connection to be made; nothing in it needs the IdP yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewConnection {
    /// What people call it; "SAML" where it is absent.
    pub(crate) name: Option<String>,
    /// Which product the IdP is.
    pub(crate) provider: Option<String>,
    /// Whether people are sent there when nothing else decides; the first one is unless told otherwise.
    pub(crate) default: Option<bool>,
}

/// What changes of a connection; what is absent is left alone.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionChange {
    /// What people call it.
    pub(crate) name: Option<String>,
    /// Which product the IdP is; none of those that have a name.
    pub(crate) provider: Option<Option<String>>,
    /// Whether people are sent there when nothing else decides.
    pub(crate) default: Option<bool>,
}

fn provider(given: Option<&str>) -> Result<Option<String>, Problem> {
    given.map(|text| text::name("/provider", text)).transpose()
}

/// Makes a connection, with a key of our own. Works on every plan.
///
/// # Errors
/// A problem that names the field that cannot be used; `not-found`.
pub(crate) async fn create(
    service: &Service,
    authority: Authority,
    workspace_id: WorkspaceId,
    new: NewConnection,
    now: Timestamp,
) -> Result<Change<ConnectionParts>, Problem> {
    let id = ConnectionId::new(now);
    let name = text::name("/name", new.name.as_deref().unwrap_or("SAML"))?;
    let provider = provider(new.provider.as_deref())?;
    // Before a key is taken from the pool: is there such a workspace at all?
    let asks = authority.clone();
    service
        .store
        .read(move |tx| asks.workspace(tx, workspace_id).map(drop))
        .await?;
    let (key, certificate) = service.key_pool.take_for(id, now).await?;
    let private_key = key.to_pkcs8_der();
    let write = move |tx: &mut Tx<'_>| {
        let workspace = authority.workspace(tx, workspace_id)?;
        limits::room_for(tx, Counted::Connections(workspace_id))?;
        let first = tx.connections_of(workspace_id)?.is_empty();
        let connection = Connection {
            id,
            workspace_id,
            name,
            provider,
            default: new.default.unwrap_or(first),
            phase: Phase::Draft,
            draft: None,
            live: None,
            service_provider: ServiceProvider {
                certificate_pem: certificate.to_pem(),
            },
            created_at: now,
            updated_at: now,
        };
        tx.insert_connection(&connection, &private_key)?;
        let (actor, scope) = (authority.actor(), Some(workspace_id));
        audit::record(tx, actor, scope, "connection.created", id, &json!({}), now)?;
        ConnectionParts::of(tx, connection, workspace)
    };
    Ok(Change::by(write))
}

/// A page of a workspace's connections.
///
/// # Errors
/// `not-found`; a cursor that is none.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    workspace_id: WorkspaceId,
    request: PageRequest,
) -> Result<Page<ConnectionParts>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        let workspace = authority.workspace(tx, workspace_id)?;
        let page = tx.list_connections(workspace_id, &request)?;
        let items = page.items.into_iter();
        let items = items.map(|each| ConnectionParts::of(tx, each, workspace.clone()));
        Ok(Page {
            items: items.collect::<Result<_, Problem>>()?,
            next_cursor: page.next_cursor,
        })
    };
    service.store.read(read).await
}

/// A connection as it is now.
///
/// # Errors
/// `not-found` where there is none within reach.
pub(crate) async fn load(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
) -> Result<ConnectionParts, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        let (connection, workspace) = authority.connection(tx, id)?;
        ConnectionParts::of(tx, connection, workspace)
    };
    service.store.read(read).await
}

/// What the audit log says of a connection beside its settings, which are kept as revisions.
fn told(connection: &Connection) -> serde_json::Value {
    json!({
        "name": connection.name,
        "provider": connection.provider,
        "default": connection.default,
    })
}

/// Changes a connection's name, provider, or whether it is the default.
///
/// # Errors
/// A problem that names the field that cannot be used; `not-found`.
pub(crate) fn update(
    authority: Authority,
    id: ConnectionId,
    change: ConnectionChange,
    now: Timestamp,
) -> Result<Change<ConnectionParts>, Problem> {
    let name = change.name.map(|name| text::name("/name", &name));
    let name = name.transpose()?;
    let given = change.provider.map(|given| provider(given.as_deref()));
    let given = given.transpose()?;
    let write = move |tx: &mut Tx<'_>| {
        let (mut connection, workspace) = authority.connection_to_change(tx, id)?;
        let before = told(&connection);
        connection.name = name.unwrap_or(connection.name);
        connection.provider = given.unwrap_or(connection.provider);
        connection.default = change.default.unwrap_or(connection.default);
        connection.updated_at = now;
        tx.update_connection(&connection)?;
        let (actor, scope) = (authority.actor(), Some(connection.workspace_id));
        let detail = json!({"before": before, "after": told(&connection)});
        audit::record(tx, actor, scope, "connection.changed", id, &detail, now)?;
        ConnectionParts::of(tx, connection, workspace)
    };
    Ok(Change::by(write))
}

/// A page of a connection's revisions, the newest first.
///
/// # Errors
/// `not-found`; a cursor that is none.
pub(crate) async fn revisions(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    request: PageRequest,
) -> Result<Page<Revision>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        authority.connection(tx, id)?;
        Ok(tx.list_revisions(id, &request)?)
    };
    service.store.read(read).await
}
