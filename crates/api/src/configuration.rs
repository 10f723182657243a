//! The configuration that each sign-in asks for: clients, and the live settings of connections.
//!
//! Copies are kept for a few seconds and dropped as soon as a change is heard of. They decide where
//! a browser is sent and whose keys are tried; whether anybody gets in is decided by the
//! transaction that admits them, which reads the rows themselves.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use url::Url;
use vestibule_model::{
    Change, Client, ClientId, Connection, ConnectionId, ConnectionState, Revision, Workspace,
    WorkspaceId,
};
use vestibule_policy::{Refusal, Rules, connection_state, plan_gate};
use vestibule_store::{Reach, Store, Tx};

use crate::{
    copies::{Copies, Looks},
    problem::Problem,
    saml::{OwnKeys, own_keys},
};

/// How a connection is named by whoever wants to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Route {
    /// By its id.
    Connection(ConnectionId),
    /// By its workspace.
    Workspace(WorkspaceName),
    /// By its workspace and the entity ID of its IdP, as a discovery service names it.
    Idp(WorkspaceName, String),
    /// By a domain that its workspace has verified.
    Domain(String),
}

/// How a workspace is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum WorkspaceName {
    /// By its id.
    Id(WorkspaceId),
    /// By its slug.
    Slug(String),
}

/// Which verified domains a workspace has attached to which of its connections; empty where the route
/// does not leave that open.
type Attached = BTreeMap<String, ConnectionId>;

/// A live connection, its workspace and the revision that serves.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) workspace: Workspace,
    attached: Attached,
    pub(crate) connection: Connection,
    pub(crate) revision: Revision,
}

/// What a person chooses from.
#[derive(Debug)]
pub(crate) struct Several {
    pub(crate) workspace: Workspace,
    attached: Attached,
    /// Each with the revision that serves.
    pub(crate) connections: Vec<(Connection, Revision)>,
}

/// Why a route leads nowhere.
#[derive(Debug)]
pub(crate) enum NoRoute {
    /// There is no such connection or workspace.
    Unknown,
    /// No workspace can be told from it.
    Undecided,
    /// It leaves several connections that are live, and none is the default: the person may choose.
    Several(Box<Several>),
    /// The plan of the workspace does not include SSO.
    Plan(Refusal),
    /// Nothing is live there.
    NotLive,
}

/// The copies.
#[derive(Default)]
pub(crate) struct Configuration {
    clients: Copies<ClientId, Client>,
    live: Copies<Route, Live>,
    own_keys: Copies<ConnectionId, OwnKeys>,
    script_origins: Copies<(), BTreeSet<String>>,
}

impl Configuration {
    /// The client of this id.
    pub(crate) async fn client(
        &self,
        store: &Store,
        id: ClientId,
    ) -> Result<Option<Arc<Client>>, Problem> {
        let began = match self.clients.get(&id) {
            Ok(client) => return Ok(Some(client)),
            Err(began) => began,
        };
        let found = store
            .read(move |tx| tx.client(id).map_err(Problem::from))
            .await?;
        let client = found.map(Arc::new);
        if let Some(client) = &client {
            self.clients.keep(began, id, client);
        }
        Ok(client)
    }

    /// The origins where codes of public clients go: whose scripts may ask for tokens.
    pub(crate) async fn script_origins(
        &self,
        store: &Store,
    ) -> Result<Arc<BTreeSet<String>>, Problem> {
        let began = match self.script_origins.get(&()) {
            Ok(origins) => return Ok(origins),
            Err(began) => began,
        };
        let found = store
            .read(|tx| tx.redirect_uris_of_public_clients().map_err(Problem::from))
            .await?;
        let origins = found.iter().filter_map(|uri| {
            let origin = Url::parse(uri).ok()?.origin();
            origin.is_tuple().then(|| origin.ascii_serialization())
        });
        let origins = Arc::new(origins.collect());
        self.script_origins.keep(began, (), &origins);
        Ok(origins)
    }

    /// The live connection that a route leads to. What leads nowhere is looked up each time.
    pub(crate) async fn live(
        &self,
        store: &Store,
        rules: &Rules,
        route: Route,
    ) -> Result<Result<Arc<Live>, NoRoute>, Problem> {
        let began = match self.live.get(&route) {
            Ok(live) => return Ok(Ok(live)),
            Err(began) => began,
        };
        let (wanted, rules) = (route.clone(), rules.clone());
        let found = store.read(move |tx| find(tx, &rules, &wanted)).await?;
        let live = found.map(Arc::new);
        // Whom a domain belongs to can change by what another workspace does.
        if let Ok(live) = &live
            && !matches!(route, Route::Domain(_))
        {
            self.live.keep(began, route, live);
        }
        Ok(live)
    }

    /// The same for somebody whose address lies in this domain: where a workspace is named it may have
    /// attached that to one of its connections. What another workspace has verified says nothing.
    pub(crate) async fn live_for(
        &self,
        store: &Store,
        rules: &Rules,
        route: Route,
        domain: Option<&str>,
    ) -> Result<Result<Arc<Live>, NoRoute>, Problem> {
        let found = self.live(store, rules, route).await?;
        let attached = match &found {
            Ok(live) => &live.attached,
            Err(NoRoute::Several(several)) => &several.attached,
            Err(_) => return Ok(found),
        };
        match domain.and_then(|domain| attached.get(domain)) {
            Some(id) => self.live(store, rules, Route::Connection(*id)).await,
            None => Ok(found),
        }
    }

    /// Whether the copy of a connection says that its workspace has responses kept. Where there is no
    /// copy, it may.
    pub(crate) fn keeps_responses(&self, id: ConnectionId) -> bool {
        let live = self.live.get(&Route::Connection(id));
        live.map_or(true, |live| live.workspace.keep_responses_days > 0)
    }

    /// Our own keys of a connection.
    pub(crate) async fn own_keys(
        &self,
        store: &Store,
        id: ConnectionId,
    ) -> Result<Option<Arc<OwnKeys>>, Problem> {
        let began = match self.own_keys.get(&id) {
            Ok(keys) => return Ok(Some(keys)),
            Err(began) => began,
        };
        let found = store.read(move |tx| own_keys(tx, id)).await?;
        let keys = found.map(Arc::new);
        if let Some(keys) = &keys {
            self.own_keys.keep(began, id, keys);
        }
        Ok(keys)
    }

    /// How often each kind of copy was looked at.
    pub(crate) fn looks(&self) -> [(&'static str, Looks); 4] {
        [
            ("clients", self.clients.looks()),
            ("live", self.live.looks()),
            ("own_keys", self.own_keys.looks()),
            ("script_origins", self.script_origins.looks()),
        ]
    }

    /// Drops what a change concerns.
    pub(crate) fn forget(&self, change: Change) {
        match change {
            Change::Workspace(id) => self.live.drop_those(|_, live| live.workspace.id == id),
            Change::Connection(id) => {
                self.live.drop_those(|_, live| live.connection.id == id);
                self.own_keys.drop_those(|connection, _| *connection == id);
            }
            Change::Client(id) => {
                self.clients.drop_those(|client, _| *client == id);
                self.script_origins.drop_those(|(), _| true);
            }
            Change::SigningKeys => {}
        }
    }

    /// Drops everything: something may have changed, and nobody can say what.
    pub(crate) fn forget_all(&self) {
        self.live.drop_those(|_, _| true);
        self.own_keys.drop_those(|_, _| true);
        self.clients.drop_those(|_, _| true);
        self.script_origins.drop_those(|(), _| true);
    }
}

fn find(tx: &mut Tx<'_>, rules: &Rules, route: &Route) -> Result<Result<Live, NoRoute>, Problem> {
    let (workspace, named_connection) = match route {
        Route::Connection(id) => {
            let Some(connection) = tx.connection(Reach::All, *id)? else {
                return Ok(Err(NoRoute::Unknown));
            };
            let workspace = tx.workspace(Reach::All, connection.workspace_id)?;
            (workspace, Some(*id))
        }
        Route::Workspace(name) | Route::Idp(name, _) => (named(tx, name)?, None),
        Route::Domain(domain) => match tx.verified_domain(domain)? {
            Some(domain) => {
                let workspace = tx.workspace(Reach::All, domain.workspace_id)?;
                (workspace, domain.connection_id)
            }
            None => return Ok(Err(NoRoute::Undecided)),
        },
    };
    let Some(workspace) = workspace else {
        return Ok(Err(NoRoute::Unknown));
    };
    if let Err(refusal) = plan_gate(workspace.plan, rules) {
        return Ok(Err(NoRoute::Plan(refusal)));
    }
    let candidates = match (named_connection, route) {
        // Where one is named no other stands in for it, live or not.
        (Some(id), _) => {
            let connection = tx.connection(Reach::Workspace(workspace.id), id)?;
            let is_live = |connection: &Connection| {
                connection_state(connection, workspace.plan, rules) == ConnectionState::Live
            };
            connection.into_iter().filter(is_live).collect()
        }
        (None, Route::Idp(_, entity_id)) => {
            let found = of_idp(tx, rules, &workspace, entity_id)?;
            if found.is_empty() {
                return Ok(Err(NoRoute::Unknown));
            }
            found
        }
        (None, _) => live_of(tx, rules, &workspace)?,
    };
    let mut serving = Vec::new();
    for connection in candidates {
        if let Some(revision) = tx.named_revision(connection.id, connection.live)? {
            serving.push((connection, revision));
        }
    }
    let attached = match route {
        Route::Workspace(_) => attached(tx, workspace.id)?,
        Route::Connection(_) | Route::Idp(..) | Route::Domain(_) => Attached::new(),
    };
    Ok(only(workspace, attached, serving))
}

fn attached(tx: &mut Tx<'_>, id: WorkspaceId) -> Result<Attached, Problem> {
    let domains = tx.verified_domains(id)?.into_iter();
    Ok(domains
        .filter_map(|domain| Some((domain.domain, domain.connection_id?)))
        .collect())
}

fn named(tx: &mut Tx<'_>, name: &WorkspaceName) -> Result<Option<Workspace>, Problem> {
    Ok(match name {
        WorkspaceName::Id(id) => tx.workspace(Reach::All, *id)?,
        WorkspaceName::Slug(slug) => tx.workspace_by_slug(slug)?,
    })
}

fn live_of(
    tx: &mut Tx<'_>,
    rules: &Rules,
    workspace: &Workspace,
) -> Result<Vec<Connection>, Problem> {
    let mut connections = tx.connections_of(workspace.id)?;
    connections.retain(|connection| {
        connection_state(connection, workspace.plan, rules) == ConnectionState::Live
    });
    Ok(connections)
}

/// The live ones whose IdP has this entity ID.
fn of_idp(
    tx: &mut Tx<'_>,
    rules: &Rules,
    workspace: &Workspace,
    entity_id: &str,
) -> Result<Vec<Connection>, Problem> {
    let mut found = Vec::new();
    for connection in live_of(tx, rules, workspace)? {
        let revision = tx.named_revision(connection.id, connection.live)?;
        if revision.is_some_and(|revision| revision.idp_entity_id() == Some(entity_id)) {
            found.push(connection);
        }
    }
    Ok(found)
}

/// The default among live ones, else the only one.
fn only(
    workspace: Workspace,
    attached: Attached,
    mut connections: Vec<(Connection, Revision)>,
) -> Result<Live, NoRoute> {
    let default = connections
        .iter()
        .position(|(connection, _)| connection.default);
    let one = match default {
        Some(index) => Some(connections.swap_remove(index)),
        None if connections.len() == 1 => connections.pop(),
        None => None,
    };
    match one {
        Some((connection, revision)) => Ok(Live {
            workspace,
            attached,
            connection,
            revision,
        }),
        None if connections.is_empty() => Err(NoRoute::NotLive),
        None => Err(NoRoute::Several(Box::new(Several {
            workspace,
            attached,
            connections,
        }))),
    }
}
