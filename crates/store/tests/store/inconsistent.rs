//! A row that the store cannot have written is an error that names table, column and row.

use vestibule_store::{MemberFilter, PageRequest, Reach, StoreError};

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
        bed.write(move |tx| {
            tx.insert_identity(&link)?;
            tx.insert_attempt(&attempt)?;
            tx.insert_api_key(&key)?;
            tx.append_audit(&event)
        })
        .unwrap();
        let (ws, mem, conn, rev) =
            (scene.workspace.id, scene.member.id, scene.connection.id, scene.revision.id);
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
                    "audit_events" => tx.list_audit(Reach::All, &page).map(drop),
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
        check("members", mem.to_string(), "role", "'owner'");
        check("members", mem.to_string(), "email", "'nobody'");
        check("members", mem.to_string(), "email_key", "'bob@example.com'");
        check("connections", conn.to_string(), "phase", "'suspended'");
        check("revisions", rev.to_string(), "settings", "'{}'");
        check("revisions", rev.to_string(), "passed_test_id", "'rev_1'");
        check("identities", link_id.to_string(), "subject_hash", "'00'");
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
