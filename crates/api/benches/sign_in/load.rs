//! Fills the archive with workspaces, each with a live connection and an admin, beside the server.

use std::collections::HashSet;
use std::time::Instant;

use uuid::Uuid;
use vestibule_model::{
    Connection, ConnectionId, Email, Member, MemberId, Revision, RevisionId, Slug, Workspace,
    WorkspaceId,
};
use vestibule_store::{MasterKey, Reach, Store, StoreConfig, StoreError, Tx};
use vestibule_test_idp::SpRegistration;

use super::scene::Target;
use super::support::server::MASTER_KEY;
use super::support::world::{ROOT, World, now};

/// How many come in at a time.
const BATCH: usize = 1_000;
/// To how many of them people sign in.
const TARGETS: usize = 200;

/// What all of them are made after.
struct Pattern {
    workspace: Workspace,
    connection: Connection,
    revision: Revision,
    member: Member,
    /// Shared by all of them: a thousand keys more would measure how keys are made.
    key: Vec<u8>,
}

impl Pattern {
    fn of(
        tx: &mut Tx<'_>,
        workspace: WorkspaceId,
        connection: ConnectionId,
    ) -> Result<Self, StoreError> {
        let connection = tx
            .connection(Reach::All, connection)?
            .expect("the connection");
        let revision = tx.named_revision(connection.id, connection.live)?;
        let root = Email::parse(ROOT).unwrap();
        let admin = tx.member_by_email(workspace, root.key())?;
        Ok(Self {
            workspace: tx.workspace(Reach::All, workspace)?.expect("the workspace"),
            revision: revision.expect("a live revision"),
            member: admin.expect("its admin"),
            key: tx
                .service_provider_key(connection.id)?
                .expect("its key")
                .to_vec(),
            connection,
        })
    }

    /// One more of them.
    fn put(&self, tx: &mut Tx<'_>) -> Result<(WorkspaceId, ConnectionId), StoreError> {
        let (now, number) = (now(), Uuid::new_v4());
        let workspace = Workspace {
            id: WorkspaceId::new(now),
            slug: Slug::parse(&format!("w-{}", number.simple())).unwrap(),
            ..self.workspace.clone()
        };
        let revision = Revision {
            id: RevisionId::new(now),
            workspace_id: workspace.id,
            connection_id: ConnectionId::new(now),
            ..self.revision.clone()
        };
        let draft = Connection {
            id: revision.connection_id,
            workspace_id: workspace.id,
            live: None,
            draft: None,
            ..self.connection.clone()
        };
        tx.insert_workspace(&workspace)?;
        tx.insert_connection(&draft, &self.key)?;
        tx.insert_revision(&revision)?;
        tx.update_connection(&Connection {
            live: Some(revision.id),
            ..draft
        })?;
        tx.insert_member(&Member {
            id: MemberId::new(now),
            workspace_id: workspace.id,
            ..self.member.clone()
        })?;
        Ok((workspace.id, revision.connection_id))
    }
}

/// Puts so many workspaces more into the archive, and leads people to some of them.
pub(crate) fn targets(world: &World, count: usize) -> Vec<Target> {
    let own = |url: &str, id: ConnectionId| url.replace(&world.connection, &id.to_string());
    let loaded = load(world, count, TARGETS.min(count));
    let targets = loaded.into_iter().map(|(workspace, connection)| {
        let acs_url = own(&world.acs_url, connection);
        let entity_id = own(&world.entity_id, connection);
        world.idp.trust(SpRegistration::new(&entity_id, &acs_url));
        Target::ours(world, &workspace.to_string(), &acs_url)
    });
    targets.collect()
}

/// Puts them in, and names `sample` of them, spread over all.
fn load(world: &World, count: usize, sample: usize) -> Vec<(WorkspaceId, ConnectionId)> {
    let key = MasterKey::from_base64(MASTER_KEY).unwrap();
    let store = Store::open(StoreConfig::new(&world.server.database.url, key)).unwrap();
    let runtime = actix_web::rt::Runtime::new().unwrap();
    let ids = (
        world.workspace.parse().unwrap(),
        world.connection.parse().unwrap(),
    );
    let pattern = runtime.block_on(store.read(move |tx| Pattern::of(tx, ids.0, ids.1)));
    let pattern = std::sync::Arc::new(pattern.unwrap());
    let chosen: HashSet<_> = (0..sample).map(|number| number * count / sample).collect();
    let (begun, mut named) = (Instant::now(), Vec::new());
    for first in (0..count).step_by(BATCH) {
        let (pattern, last) = (std::sync::Arc::clone(&pattern), count.min(first + BATCH));
        let put = store.write(move |tx| {
            (first..last)
                .map(|number| Ok((number, pattern.put(tx)?)))
                .collect::<Result<Vec<_>, StoreError>>()
        });
        let put = runtime.block_on(put).unwrap();
        named.extend(
            put.iter()
                .filter(|(number, _)| chosen.contains(number))
                .map(|(_, ids)| *ids),
        );
        if last % (100 * BATCH) == 0 || last == count {
            eprintln!(
                "loaded {last} of {count} workspaces in {:.0} s",
                begun.elapsed().as_secs_f64()
            );
        }
    }
    named
}
