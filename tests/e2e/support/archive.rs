//! What no request can do yet, written into the database beside a running server, by the crate that the
//! server itself keeps things with.

use actix_web::rt::System;
use serde_json::Value;
use vestibule_model::{
    AdminMapping, ConnectionId, Domain, DomainId, MemberId, ReturnPath, RevisionId, StoredPassword,
    TestId, TestRun, WorkspaceId,
};
use vestibule_session::Secret;
use vestibule_store::{MasterKeys, Reach, Store, StoreConfig, StoreError, Tx};

use super::{
    server::MASTER_KEY,
    world::{World, now, text},
};

/// One transaction in the database of a world.
pub(crate) fn write<T: Send + 'static>(
    world: &World,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    let keys = MasterKeys::parse(MASTER_KEY).unwrap();
    let store = Store::open(StoreConfig::new(&world.server.database.url, keys)).unwrap();
    System::new().block_on(store.write(work)).unwrap()
}

/// A workspace's verified domain.
pub(crate) fn verify_domain(world: &World, workspace: &str, name: &str) {
    let workspace_id: WorkspaceId = workspace.parse().unwrap();
    let domain = Domain {
        id: DomainId::new(now()),
        workspace_id,
        domain: name.to_owned(),
        connection_id: None,
        token: "a token".to_owned(),
        verified_at: Some(now()),
        last_check: None,
        next_check_at: None,
        absences: Vec::new(),
        created_at: now(),
    };
    write(world, move |tx| tx.insert_domain(&domain));
}

/// A member's password, which nobody knows.
pub(crate) fn set_password(world: &World, member: &str) {
    let password = StoredPassword {
        member_id: member.parse().unwrap(),
        workspace_id: world.workspace.parse().unwrap(),
        hash: "a hash".to_owned(),
        set_at: now(),
        last_used_at: None,
    };
    write(world, move |tx| tx.set_password(&password));
}

/// The live settings as a revision of which a proven admin has said that its mapping to `admin` counts;
/// enabled.
pub(crate) fn enable_admin_mapping(world: &World, admin: &str) {
    let connection_id: ConnectionId = world.connection.parse().unwrap();
    let enabled_by: MemberId = admin.parse().unwrap();
    let id = RevisionId::new(now());
    write(world, move |tx| {
        let connection = tx.connection(Reach::All, connection_id)?.unwrap();
        let live = tx.named_revision(connection_id, connection.live)?.unwrap();
        let mut revision = live;
        revision.id = id;
        revision.number = tx.next_revision_number(connection_id)?;
        revision.admin_mapping = Some(AdminMapping {
            enabled_by,
            enabled_at: now(),
        });
        tx.insert_revision(&revision)
    });
    let body = serde_json::json!({"revision_id": id.to_string()});
    let enabled = world
        .api
        .post(&world.path("/enable"), &body)
        .expect(200)
        .json();
    assert_eq!(text(&enabled, "/live/id"), id.to_string());
}

/// The same test once more, as one of our own pages would have started it: its id, where it starts, and
/// where it leads to when it is over.
pub(crate) fn start_from_page(world: &World, test: &Value, page: &str) -> (String, String, String) {
    let connection_id: ConnectionId = world.connection.parse().unwrap();
    let (of, id): (TestId, _) = (text(test, "/id").parse().unwrap(), TestId::new(now()));
    let path = ReturnPath::of_test(page, id).unwrap();
    let secret = Secret::generate().unwrap();
    let start = format!("{}/saml/tests/{}", world.server.url, secret.expose());
    let leads_to = path.as_str().to_owned();
    write(world, move |tx| {
        let other = tx.test(connection_id, of)?.unwrap();
        let test = TestRun {
            id,
            return_path: Some(path),
            ..other
        };
        tx.insert_test(&test, &secret)
    });
    (id.to_string(), start, leads_to)
}
