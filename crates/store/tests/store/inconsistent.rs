//! A row that the store cannot have written is an error that names table, column and row.

use vestibule_model::{AdminMapping, Domain, DomainCheck, DomainOutcome};
use vestibule_store::{AuditFilter, MemberFilter, PageRequest, Reach, StoreError, WebhookLane};

use crate::on_both;
use crate::samples::*;

on_both! {
    fn an_impossible_row_is_named(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, code) = scene.session(bed);
        let link = identity(&scene.member, &scene.connection, "ada");
        let (link_id, attempt) = (link.id, attempt(&scene.revision, None));
        let (attempt_id, key) = (attempt.id, api_key(None));
        let (key_id, event) = (key.id, event(None, vestibule_model::Actor::System));
        let event_id = event.id;
        let (named, test) = (domain(&scene.workspace, "acme.example"), test_run(&scene.revision));
        let (named_id, test_id, token) = (named.id, test.id, vestibule_session::Secret::generate().unwrap());
        let (key_of_ada, invitation) = (passkey(&scene.member, "one"), crate::samples::link(&scene.member));
        let (passkey_id, invitation_id) = (key_of_ada.id, invitation.id);
        let for_it = setup_link(&scene.connection);
        let setup_id = for_it.id;
        let hook = webhook_endpoint(None);
        let (hook_id, told) = (hook.id, webhook_event(&scene.workspace, now()));
        let (conn, rev) = (scene.connection.id, scene.revision.id);
        let check = DomainCheck { at: now(), outcome: DomainOutcome::Found };
        let mapping = AdminMapping { enabled_by: scene.member.id, enabled_at: now() };
        bed.write(move |tx| {
            tx.insert_domain(&Domain { last_check: Some(check), ..named })?;
            tx.enable_admin_mapping(conn, rev, &mapping)?;
            tx.insert_test(&test, &token)?;
            tx.insert_passkey(&key_of_ada)?;
            tx.insert_password_link(&invitation, &[1; 32])?;
            tx.insert_setup_link(&for_it, &[1; 32])?;
            tx.insert_webhook_endpoint(&hook, "whsec_x")?;
            tx.queue_webhook(hook_id, WebhookLane::OfEvent, told, now());
            tx.insert_identity(&link)?;
            tx.insert_attempts(std::slice::from_ref(&attempt))?;
            tx.insert_api_key(&key)?;
            tx.append_audit(&event)
        })
        .unwrap();
        let delivery = bed.texts("SELECT id AS text FROM webhook_deliveries").remove(0);
        let (ws, mem) = (scene.workspace.id, scene.member.id);
        let (ses, cli, hash) = (session.id, scene.client.id, code.hash());
        let page = PageRequest::first(9);

        let mut check = |table: &'static str, row: String, column: &'static str, value: &str| {
            let id = if table == "codes" { "hash" } else { "id" };
            let before = bed
                .texts(&format!("SELECT coalesce(CAST({column} AS TEXT), '') AS text FROM {table} WHERE {id} = '{row}'"))
                .remove(0);
            let before = if before.is_empty() { "NULL".to_owned() } else { format!("'{before}'") };
            bed.sql(&format!("UPDATE {table} SET {column} = {value} WHERE {id} = '{row}'"));
            let page = page.clone();
            let answer = bed.write(move |tx| {
                match table {
                    "workspaces" => tx.workspace(Reach::All, ws).map(drop),
                    "members" => tx.list_members(ws, &MemberFilter::default(), &page).map(drop),
                    "connections" => tx.connection(Reach::All, conn).map(drop),
                    "revisions" => tx.revision(conn, rev).map(drop),
                    "identities" => tx.identities_of(ws, mem).map(drop),
                    "sign_in_attempts" => tx.attempt(conn, attempt_id).map(drop),
                    "clients" => tx.client(cli).map(drop),
                    "sessions" => tx.session(Reach::All, ses).map(drop),
                    "codes" => tx.redeem_code(&hash, now()).map(drop),
                    "api_keys" => tx.api_key(key_id).map(drop),
                    "domains" => tx.domain(ws, named_id).map(drop),
                    "test_runs" => tx.test(conn, test_id).map(drop),
                    "passkeys" => tx.passkeys_of(ws, mem).map(drop),
                    "password_links" => tx.password_link(&[1; 32], now()).map(drop),
                    "setup_links" => tx.setup_link(ws, setup_id).map(drop),
                    "webhook_endpoints" => tx.webhook_endpoint(Reach::All, hook_id).map(drop),
                    "webhook_deliveries" => tx.list_webhook_deliveries(hook_id, None, &page).map(drop),
                    "audit_events" => tx.list_audit(Reach::All, &AuditFilter::default(), &page).map(drop),
                    _ => panic!("no query for {table}"),
                }
            });
            let expected = StoreError::Inconsistent { table, column, row: row.clone() };
            assert_eq!(answer, Err(expected.clone()), "{table}.{column} = {value}");
            assert!(expected.to_string().contains(&row));
            let restored = match before.as_str() {
                "NULL" => before,
                text if text.trim_matches('\'').parse::<i64>().is_ok() => text.trim_matches('\'').to_owned(),
                text => text.to_owned(),
            };
            bed.sql(&format!("UPDATE {table} SET {column} = {restored} WHERE {id} = '{row}'"));
        };
        check("workspaces", ws.to_string(), "plan", "'gold'");
        check("workspaces", ws.to_string(), "slug", "'Not A Slug'");
        check("workspaces", ws.to_string(), "created_at", "9223372036854775807");
        check("workspaces", ws.to_string(), "brand_colour", "'red'");
        check("workspaces", ws.to_string(), "brand_logo", "'logo.svg'");
        check("members", mem.to_string(), "role", "'owner'");
        check("members", mem.to_string(), "email", "'nobody'");
        check("members", mem.to_string(), "email_key", "'bob@example.com'");
        check("connections", conn.to_string(), "phase", "'suspended'");
        check("revisions", rev.to_string(), "settings", "'{}'");
        check("revisions", rev.to_string(), "passed_test_id", "'rev_1'");
        check("identities", link_id.to_string(), "subject_hash", "'00'");
        check("identities", link_id.to_string(), "proven_by", "NULL");
        check("identities", link_id.to_string(), "proven_by", "'somebody'");
        check("identities", link_id.to_string(), "proven_keys", "'[\"00\"]'");
        check("workspaces", ws.to_string(), "session_idle_minutes", "-1");
        check("workspaces", ws.to_string(), "session_lifetime_minutes", "4294967296");
        check("members", mem.to_string(), "provisioned", "'by chance'");
        check("revisions", rev.to_string(), "admin_mapping_enabled_at", "NULL");
        check("revisions", rev.to_string(), "admin_mapping_enabled_by", "NULL");
        check("domains", named_id.to_string(), "last_check_at", "NULL");
        check("domains", named_id.to_string(), "last_check_outcome", "NULL");
        check("domains", named_id.to_string(), "absences", "'[\"yesterday\"]'");
        check("test_runs", test_id.to_string(), "claim", "'{\"email\": \"nobody\"}'");
        check("test_runs", test_id.to_string(), "return_path", "'//evil.example'");
        check("passkeys", passkey_id.to_string(), "last_used_at", "9223372036854775807");
        check("password_links", invitation_id.to_string(), "purpose", "'fun'");
        check("setup_links", setup_id.to_string(), "created_by", "'somebody'");
        check("setup_links", setup_id.to_string(), "opened_at", "9223372036854775807");
        check("webhook_endpoints", hook_id.to_string(), "events", "'[\"member.sneezed\"]'");
        check("webhook_deliveries", delivery.clone(), "event_type", "'member.sneezed'");
        check("webhook_deliveries", delivery.clone(), "state", "'lost'");
        check("webhook_deliveries", delivery, "last_status", "-1");
        check("sign_in_attempts", attempt_id.to_string(), "report", "'no json'");
        check("sign_in_attempts", attempt_id.to_string(), "outcome", "'maybe'");
        check("clients", cli.to_string(), "secret_hash", "'abc'");
        check("clients", cli.to_string(), "redirect_uris", "'https://app.example'");
        check("clients", cli.to_string(), "id_token_signed_response_alg", "'none'");
        check("sessions", ses.to_string(), "amr", "'pwd magic'");
        check("codes", vestibule_hex(&hash), "client_id", "'app_'");
        check("api_keys", key_id.to_string(), "scopes", "'members:all'");
        check("audit_events", event_id.to_string(), "actor_kind", "'nobody'");
        check("audit_events", event_id.to_string(), "actor_id", "'mem_1'");
        // Half a SAML sign-in: what is missing is named.
        bed.sql("UPDATE sessions SET saml_details = '{}'");
        assert_eq!(
            bed.read(move |tx| tx.session(Reach::All, ses)),
            Err(StoreError::Inconsistent {
                table: "sessions",
                column: "connection_id",
                row: ses.to_string(),
            })
        );
        bed.sql("UPDATE sessions SET saml_details = NULL");
        assert!(bed.read(move |tx| tx.session(Reach::All, ses)).unwrap().is_some());
    }
}

fn vestibule_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
