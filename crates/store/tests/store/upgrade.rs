//! What the release before wrote is read, and what it still writes while both run is taken.

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use vestibule_model::*;
use vestibule_saml::NameId;
use vestibule_store::{PageRequest, Reach, Store, StoreError};

use crate::bed::{Bed, Raw};
use crate::on_both;
use crate::samples::*;

/// The first step that the release before does not know.
const FIRST_NEW: &str = "0006";

/// Takes the steps of this release back, by the very files.
fn back(bed: &mut Bed) {
    bed.close();
    let folder = |name| FileBasedMigrations::from_path(format!("../../migrations/{name}")).unwrap();
    loop {
        let reverted = match bed.raw() {
            Raw::Sqlite(mut conn) => conn.revert_last_migration(folder("sqlite")).unwrap(),
            Raw::Postgres(mut conn) => conn.revert_last_migration(folder("postgres")).unwrap(),
        };
        if reverted.to_string() == FIRST_NEW {
            return;
        }
    }
}

/// What the release before writes, in its own words: it names the columns that it knows.
struct Before {
    workspace: WorkspaceId,
    member: MemberId,
    connection: ConnectionId,
    revision: RevisionId,
    test: TestId,
    session: SessionId,
    identity: IdentityId,
    domain: DomainId,
}

impl Before {
    fn write(bed: &Bed, slug: &str, client: ClientId) -> Self {
        let all = Self {
            workspace: WorkspaceId::new(now()),
            member: MemberId::new(now()),
            connection: ConnectionId::new(now()),
            revision: RevisionId::new(now()),
            test: TestId::new(now()),
            session: SessionId::new(now()),
            identity: IdentityId::new(now()),
            domain: DomainId::new(now()),
        };
        let Self {
            workspace,
            member,
            connection,
            revision,
            test,
            session,
            identity,
            domain,
        } = &all;
        let settings = RevisionSettings::new(Vec::new(), "https://idp.example/sso".to_owned());
        let settings = serde_json::to_string(&settings).unwrap();
        bed.sql(&format!(
            "INSERT INTO workspaces (id, name, slug, plan, two_factor, created_at, updated_at, keep_responses_days)
                VALUES ('{workspace}', 'Old', '{slug}', 'pro', 'off', 1, 1, 0);
             INSERT INTO members (id, workspace_id, email, email_key, role, status, created_at, updated_at)
                VALUES ('{member}', '{workspace}', 'Old@example.com', 'old@example.com', 'admin', 'active', 1, 1);
             INSERT INTO connections (id, workspace_id, name, is_default, phase, sp_certificate_pem,
                    sp_private_key, created_at, updated_at)
                VALUES ('{connection}', '{workspace}', 'Okta', false, 'draft', '', '', 1, 1);
             INSERT INTO revisions (id, workspace_id, connection_id, number, settings, created_at)
                VALUES ('{revision}', '{workspace}', '{connection}', 1, '{settings}', 1);
             INSERT INTO test_runs (id, workspace_id, connection_id, revision_id, state, start_token_hash,
                    created_at, expires_at)
                VALUES ('{test}', '{workspace}', '{connection}', '{revision}', 'expired', '{test}', 1, 1);
             INSERT INTO sessions (id, workspace_id, member_id, client_id, amr, scope, auth_time,
                    created_at, expires_at)
                VALUES ('{session}', '{workspace}', '{member}', '{client}', 'pwd', 'openid', 1, 1, 2);
             INSERT INTO domains (id, workspace_id, domain, verified_at)
                VALUES ('{domain}', '{workspace}', '{slug}.example', 7);"
        ));
        let copy = Identity {
            id: *identity,
            workspace_id: *workspace,
            member_id: *member,
            connection_id: *connection,
            ..identity_template()
        };
        // The hash is the store's own affair: one that it has made is taken over.
        let hash = bed.texts("SELECT min(subject_hash) AS text FROM identities")[0].clone();
        let NameId {
            value,
            format,
            sp_name_qualifier,
            ..
        } = copy.subject.name_id;
        bed.sql(&format!(
            "INSERT INTO identities (id, workspace_id, member_id, connection_id, idp_entity_id,
                    name_id_value, name_id_format, sp_name_qualifier, subject_hash, proven_at, created_at)
                VALUES ('{identity}', '{workspace}', '{member}', '{connection}', '{}', '{value}', '{}',
                    '{}', '{hash}', 5, 1)",
            copy.subject.idp_entity_id,
            format.unwrap(),
            sp_name_qualifier.unwrap(),
        ));
        all
    }

    fn assert_readable(&self, bed: &mut Bed, slug: &str) {
        let Self {
            workspace,
            member,
            connection,
            revision,
            test,
            session,
            identity,
            domain,
        } = *self;
        let read = bed
            .read(move |tx| tx.workspace(Reach::All, workspace))
            .unwrap()
            .unwrap();
        assert_eq!(read.session_idle_minutes, Workspace::SESSION_IDLE_MINUTES);
        assert_eq!(
            read.session_lifetime_minutes,
            Workspace::SESSION_LIFETIME_MINUTES
        );
        assert_eq!((read.sso_enabled_at, read.unlocked_until), (None, None));
        assert_eq!(read.branding, Branding::default());
        let read = bed
            .read(move |tx| tx.member(workspace, member))
            .unwrap()
            .unwrap();
        assert_eq!(
            (read.provisioned, read.email_proven_at),
            (Provisioned::Api, None)
        );
        let read = bed
            .read(move |tx| tx.identity(workspace, member, identity))
            .unwrap()
            .unwrap();
        assert_eq!(read.proof, None);
        let read = bed
            .read(move |tx| tx.revision(connection, revision))
            .unwrap()
            .unwrap();
        assert_eq!(read.admin_mapping, None);
        let read = bed
            .read(move |tx| tx.test(connection, test))
            .unwrap()
            .unwrap();
        assert_eq!((read.claim, read.browser), (None, None));
        assert_eq!(read.return_path, None);
        let read = bed
            .read(move |tx| tx.session(Reach::All, session))
            .unwrap()
            .unwrap();
        assert_eq!(read.origin, Origin::Vouched);
        let read = bed
            .read(move |tx| tx.domain(workspace, domain))
            .unwrap()
            .unwrap();
        assert_eq!(read.domain, format!("{slug}.example"));
        assert_eq!(
            read.verified_at.map(jiff::Timestamp::as_microsecond),
            Some(7)
        );
        assert_eq!(
            (read.last_check, read.next_check_at, read.absences),
            (None, None, vec![])
        );
    }
}

fn identity_template() -> Identity {
    let scene = Scene::new("template");
    identity(&scene.member, &scene.connection, "ada")
}

/// A scene with a link, whose rows the new release has written.
fn scene(bed: &mut Bed) -> Scene {
    let scene = Scene::stored(bed, "acme");
    let link = identity(&scene.member, &scene.connection, "ada");
    bed.write(move |tx| tx.insert_identity(&link)).unwrap();
    scene
}

on_both! {
    fn what_the_release_before_wrote_is_read(bed) {
        let scene = scene(bed);
        back(bed);
        let old = Before::write(bed, "old", scene.client.id);
        let client = scene.client.id;
        let clients = bed.texts("SELECT id AS text FROM clients");
        assert_eq!(clients, [client.to_string()], "it must not see our own pages");
        Store::migrate(&bed.config()).unwrap();
        old.assert_readable(bed, "old");
        let (ws, id) = (old.workspace, old.domain);
        let read = bed.read(move |tx| tx.domain(ws, id)).unwrap().unwrap();
        assert_eq!((read.token.len(), read.created_at.as_microsecond()), (64, 7));
        // And back and forth once more, with people in it.
        let (mem, member) = (scene.member.id, scene.member.clone());
        bed.write(move |tx| tx.set_password(&password(&member))).unwrap();
        scene.own_session(bed);
        let sessions = bed.count("sessions");
        back(bed);
        assert_eq!(bed.count("sessions"), sessions - 1, "that of our own pages goes with them");
        Store::migrate(&bed.config()).unwrap();
        old.assert_readable(bed, "old");
        let ws = scene.workspace.id;
        assert_eq!(bed.read(move |tx| tx.password(ws, mem)), Ok(None));
    }

    fn what_the_release_before_still_writes_is_taken(bed) {
        let scene = scene(bed);
        let old = Before::write(bed, "beside", scene.client.id);
        old.assert_readable(bed, "beside");
        let (ws, id) = (old.workspace, old.domain);
        let read = bed.read(move |tx| tx.domain(ws, id)).unwrap().unwrap();
        assert_eq!(read.token, "", "it needs one");
        let page = bed.read(|tx| tx.list_clients(&PageRequest::first(9))).unwrap();
        assert_eq!(page.items.len(), 1);
    }

    fn of_a_domain_that_several_had_proved_the_first_keeps_it(bed) {
        let scenes = ["one", "two", "three"].map(|slug| Scene::stored(bed, slug));
        back(bed);
        let mut ids = Vec::new();
        for (scene, verified_at) in scenes.iter().zip([9, 5, 5]) {
            let id = DomainId::new(now());
            bed.sql(&format!(
                "INSERT INTO domains (id, workspace_id, domain, verified_at)
                 VALUES ('{id}', '{}', 'both.example', {verified_at}),
                        ('{}', '{0}', 'claimed.example', NULL)",
                scene.workspace.id,
                DomainId::new(now()),
            ));
            ids.push(id);
        }
        Store::migrate(&bed.config()).unwrap();
        let first = ids[1].min(ids[2]);
        let read = bed.read(|tx| tx.verified_domain("both.example")).unwrap().unwrap();
        assert_eq!(read.id, first);
        assert_eq!(bed.count("domains WHERE verified_at IS NOT NULL"), 1);
        let tokens = bed.texts("SELECT DISTINCT token AS text FROM domains");
        assert_eq!((tokens.len(), tokens[0].len()), (6, 64));
        let other = bed.texts("SELECT id AS text FROM domains WHERE domain = 'both.example' AND verified_at IS NULL");
        let (id, ws) = (other[0].parse::<DomainId>().unwrap(), scenes.map(|scene| scene.workspace.id));
        let found = bed
            .read(move |tx| {
                let mut found = Vec::new();
                for ws in ws {
                    found.extend(tx.domain(ws, id)?);
                }
                Ok(found)
            })
            .unwrap();
        let late = Domain { verified_at: Some(now()), ..found[0].clone() };
        assert_eq!(
            bed.write(move |tx| tx.update_domain(&late)),
            Err(StoreError::Conflict { what: "domain.verified" })
        );
    }
}
