//! What people call whom ids stand for.

use std::{collections::BTreeMap, fmt::Display};

use vestibule_model::{Actor, ClientId, WorkspaceId};
use vestibule_store::Tx;

use crate::{manage::Authority, problem::Problem, service::Service};

/// Addresses of members, names of API keys and of setup links, by their ids.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// The name of whom an id stands for; none where they are gone, or belong to another workspace.
    pub(crate) fn of(&self, id: impl Display) -> Option<&str> {
        self.0.get(&id.to_string()).map(String::as_str)
    }
}

/// What these are called in a workspace.
///
/// # Errors
/// `not-found`.
pub(crate) async fn read(
    service: &Service,
    authority: Authority,
    workspace_id: WorkspaceId,
    who: Vec<Actor>,
) -> Result<Names, Problem> {
    let (mut members, mut keys, mut links) = (Vec::new(), Vec::new(), Vec::new());
    for one in who {
        match one {
            Actor::Member(id) => members.push(id),
            Actor::ApiKey(id) => keys.push(id),
            Actor::SetupLink(id) => links.push(id),
            Actor::Operator | Actor::System => {}
        }
    }
    let read = move |tx: &mut Tx<'_>| {
        authority.workspace(tx, workspace_id)?;
        let mut names = BTreeMap::new();
        let members = tx.member_emails(workspace_id, &members)?.into_iter();
        names.extend(members.map(|(id, name)| (id.to_string(), name)));
        let keys = tx.api_key_names(workspace_id, &keys)?.into_iter();
        names.extend(keys.map(|(id, name)| (id.to_string(), name)));
        let links = tx.setup_link_names(workspace_id, &links)?.into_iter();
        names.extend(links.map(|(id, name)| (id.to_string(), name)));
        Ok(Names(names))
    };
    service.store.read(read).await
}

/// What an application is called; none where it is gone.
///
/// # Errors
/// [`Problem`] when the archive failed.
pub(crate) async fn application(
    service: &Service,
    id: ClientId,
) -> Result<Option<String>, Problem> {
    let client = service.store.read(move |tx| tx.client(id)).await?;
    Ok(client.map(|client| client.name))
}
