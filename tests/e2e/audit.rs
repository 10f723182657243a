//! The audit log, as those who have to rely on it use it.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use vestibule_test_idp::Twist;

use crate::{
    attempts::reference,
    support::{
        database::Engine,
        http::{Answer, Api, send},
        on_both,
        receiver::{Receiver, listen, open_world_with},
        server::Server,
        within,
        world::{World, ada, new_workspace, text},
    },
};

/// The job seals every two seconds, and a leader that is asked first stands for leadership before.
const SEALED: Duration = Duration::from_secs(15);

fn export(api: &Api, query: &str) -> Vec<Value> {
    lines(
        &api.get(&format!("/v1/audit-events/export{query}"))
            .expect(200),
    )
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let lines = answer.body.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn wait_until_sealed(api: &Api) {
    within(SEALED, "everything has its place", || {
        export(api, "")
            .iter()
            .all(|event| event["seal"].is_object())
    });
}

/// What `vestibule audit verify --json` says, and how it ends.
fn verify(server: &Server, more: &[&str]) -> (i32, Value) {
    let mut command = server.command();
    let output = command
        .args(["audit", "verify", "--json"])
        .args(more)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = serde_json::from_slice(&output.stdout);
    (code, printed.unwrap_or_else(|_| panic!("no JSON: {said}")))
}

/// The places that are named: fault and number.
fn places(found: &Value) -> Vec<(String, Option<i64>)> {
    let findings = found["findings"].as_array().unwrap().iter();
    findings
        .map(|one| (text(one, "/fault"), one["number"].as_i64()))
        .collect()
}

on_both! {
    fn whatever_is_done_to_the_log_is_named_with_its_place(engine) {
        let world = World::live(engine);
        world.code(&ada());
        wait_until_sealed(&world.api);
        let (code, found) = verify(&world.server, &[]);
        assert_eq!((code, &found["ok"], &found["faults"]), (0, &json!(true), &json!(0)));
        assert_eq!(found["chains"], 2, "the workspace's and the deployment's");
        let events = export(&world.api, &format!("?workspace_id={}", world.workspace));
        let numbered: Vec<_> = events.iter().map(|event| event["seal"]["number"].as_i64().unwrap()).collect();
        assert_eq!(numbered, (1..=i64::try_from(events.len()).unwrap()).collect::<Vec<_>>());

        // One row is changed.
        let (one, chain) = (text(&events[2], "/id"), &world.workspace);
        let database = &world.server.database;
        let was = text(&events[2], "/action");
        database.sql(&format!("UPDATE audit_events SET action = 'session.minted' WHERE id = '{one}'"));
        let (code, found) = verify(&world.server, &[]);
        assert_eq!((code, places(&found)), (1, vec![("changed".to_owned(), Some(3))]));
        assert_eq!(found["findings"][0]["event"], one.as_str());
        assert_eq!(found["findings"][0]["chain"], chain.as_str());
        // For people, in words.
        let said = world.server.command().args(["audit", "verify"]).output().unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(said.contains(&format!("chain {chain}, entry 3 ({one}): changed: expected what was written")), "{said}");
        database.sql(&format!("UPDATE audit_events SET action = '{was}' WHERE id = '{one}'"));
        assert_eq!(verify(&world.server, &["--chain", chain]).0, 0);

        // One is changed, and the chain hashed anew by somebody without the key.
        let forged = "f".repeat(64);
        database.sql(&format!(
            "UPDATE audit_events SET detail = '{{}}', mac = '{forged}', chain_mac = '{forged}'
             WHERE chain = '{chain}' AND number > 3;
             UPDATE audit_chains SET head_mac = '{forged}' WHERE chain = '{chain}'"
        ));
        let (code, found) = verify(&world.server, &["--chain", chain]);
        let named: Vec<_> = places(&found).into_iter().filter(|place| place.0 == "changed").collect();
        assert_eq!(code, 1);
        assert_eq!(named.len(), events.len() - 3, "{found}");
        assert!(places(&found).contains(&("head_changed".to_owned(), None)), "{found}");
    }

    fn a_row_that_is_gone_is_missed_and_servers_add_nothing_to_a_broken_chain(engine) {
        let world = World::new(engine);
        wait_until_sealed(&world.api);
        let events = export(&world.api, &format!("?workspace_id={}", world.workspace));
        let (chain, last) = (&world.workspace, i64::try_from(events.len()).unwrap());
        let heads = world.server.command().args(["audit", "heads"]).output().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("heads.ndjson");
        fs::write(&kept, &heads.stdout).unwrap();
        let kept = kept.to_str().unwrap();
        assert_eq!(verify(&world.server, &["--heads", kept]).0, 0);

        let database = &world.server.database;
        database.sql(&format!("DELETE FROM audit_events WHERE chain = '{chain}' AND number = {last};
            UPDATE audit_chains SET head_number = {} WHERE chain = '{chain}'", last - 1));
        let (code, found) = verify(&world.server, &["--heads", kept]);
        assert_eq!(code, 1);
        assert_eq!(places(&found), [
            ("head_unknown".to_owned(), Some(last)),
            ("head_changed".to_owned(), None),
            ("head_changed".to_owned(), Some(last - 1)),
        ], "{found}");
        // The server goes on, and says why the log does not.
        world.set_plan("premier");
        let log = world.server.log_with("audit_chain_broken");
        assert!(log.contains(chain.as_str()), "{log}");
        let newest = export(&world.api, "?action=workspace.changed");
        assert_eq!((newest.len(), &newest[0]["seal"]), (1, &Value::Null));
        let resumed = world.server.command().args(["audit", "resume"]).output().unwrap();
        let said = String::from_utf8(resumed.stdout).unwrap();
        assert!(said.contains(&format!("chain {chain} goes on after entry {}", last - 1)), "{said}");
        wait_until_sealed(&world.api);
        assert_eq!(verify(&world.server, &[]).0, 1, "what is wrong stays to be found");
    }

    fn an_entry_says_how_it_came_in_and_what_was_before_and_after(engine) {
        let world = World::live(engine);
        let named = world.api.patch(&world.path(""), &json!({"name": "Acme Okta"})).expect(200);
        let events = export(&world.api, "?action=connection.changed");
        assert_eq!(events[0]["detail"]["before"]["name"], "SAML", "{events:?}");
        assert_eq!(events[0]["detail"]["after"]["name"], "Acme Okta");
        assert_eq!(events[0]["source"], json!({"via": "api", "request_id": named.header("x-request-id")}));
        let came_in = world.sign_in(&ada(), &Twist::default());
        let signed_in = export(&world.api, "?action=member.signed_in");
        assert_eq!(signed_in[0]["source"], json!({"via": "saml", "request_id": came_in.header("x-request-id")}));
        let made = export(&world.api, "?action=api_key.created");
        assert_eq!(made[0]["source"], json!({"via": "command_line", "request_id": null}));
        let twist = Twist { wrong_audience: true, ..Twist::default() };
        let refused = reference(&world.sign_in(&ada(), &twist).expect(403));
        let entries = export(&world.api, "?action=sign_in.refused");
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0]["detail"]["reason"], "audience");
        assert_eq!(entries[0]["detail"]["reference"], refused);
        // Nothing that would have to be erased with a person.
        let all = export(&world.api, "");
        let all = Value::from(all).to_string();
        assert!(!all.contains("ada@") && !all.contains("Lovelace"), "{all}");
    }

    fn entries_are_filtered_and_exported_as_one_is_allowed_to_see_them(engine) {
        let world = World::new(engine);
        let (other, _) = new_workspace(&world.api, "free");
        let all = export(&world.api, "");
        let listed = world.api.get("/v1/audit-events?limit=200").expect(200).json();
        let mut newest_first = listed["data"].as_array().unwrap().clone();
        newest_first.reverse();
        let ids = |events: &[Value]| events.iter().map(|event| text(event, "/id")).collect::<Vec<_>>();
        assert_eq!(ids(&newest_first), ids(&all));
        let own = format!("workspace_id={}", world.workspace);
        let (half, actor) = (text(&all[2], "/at"), text(&all[2], "/actor"));
        for (query, expected) in [
            (own.clone(), all.iter().filter(|event| event["workspace_id"] == world.workspace).count()),
            (format!("since={half}"), all.iter().filter(|event| text(event, "/at") >= half).count()),
            (format!("until={half}"), all.iter().filter(|event| text(event, "/at") < half).count()),
            (format!("actor={actor}"), all.iter().filter(|event| event["actor"] == actor).count()),
            (format!("target={other}&action=workspace.created"), 1),
            (format!("{own}&action=workspace.deleted"), 0),
        ] {
            assert_eq!(export(&world.api, &format!("?{query}")).len(), expected, "{query}");
            let page = world.api.get(&format!("/v1/audit-events?limit=200&{query}")).expect(200).json();
            assert_eq!(page["data"].as_array().unwrap().len(), expected, "{query}");
        }
        for (query, code) in [
            ("actor=nobody", "invalid-value"),
            ("since=yesterday", "invalid-value"),
            ("limit=5", "invalid-value"),
            ("what=ever", "invalid-value"),
        ] {
            let answer = world.api.get(&format!("/v1/audit-events/export?{query}"));
            assert_eq!(answer.problem(422), code, "{query}");
        }
        let key = json!({"name": "theirs", "scopes": ["audit:read"], "workspace_id": other});
        let key = world.api.post("/v1/api-keys", &key).expect(201).json();
        let theirs = Api::new(&world.server.url, &text(&key, "/secret"));
        let seen = export(&theirs, "");
        assert!(!seen.is_empty() && seen.iter().all(|event| event["workspace_id"] == other), "{seen:?}");
        assert_eq!(export(&theirs, &format!("?{own}")), Vec::<Value>::new());
        let weak = world.server.api(&["workspaces:read"]);
        assert_eq!(weak.get("/v1/audit-events/export").problem(403), "insufficient-scope");
        let url = format!("{}/v1/audit-events/export", world.server.url);
        assert_eq!(send("GET", &url, &[], "").problem(401), "unauthorized");
        // The command line says the same.
        let printed = world.server.command().args(["audit", "export", "--workspace", &other]).output().unwrap();
        let printed = String::from_utf8(printed.stdout).unwrap();
        let printed: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ids(&printed), ids(&export(&world.api, &format!("?workspace_id={other}"))));
    }

    fn entries_are_written_to_a_file_in_their_order_and_heads_are_sent_out(engine) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("audit.ndjson");
        let receiver = Receiver::open();
        let world = open_world_with(engine, &[("VESTIBULE_AUDIT_FILE", file.to_str().unwrap())]);
        listen(&world.api, &receiver, json!({"events": ["audit_log.sealed"]}));
        let written = || -> Vec<Value> {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let whole = text.lines().filter_map(|line| serde_json::from_str(line).ok());
            whole.collect()
        };
        let all = export(&world.api, "").len();
        within(SEALED, "everything is in the file", || written().len() == all);
        // Rotated, as such files are.
        fs::rename(&file, folder.path().join("audit.ndjson.1")).unwrap();
        world.set_plan("premier");
        within(SEALED, "what comes is in a new one", || written().len() == 1);
        assert_eq!(written()[0]["action"], "workspace.changed");
        let exported = export(&world.api, "?action=workspace.changed");
        assert_eq!(written(), exported);
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        // The first round is at once; the next one five minutes later.
        let heads: Vec<Value> = receiver.all().iter().map(|one| one.event()).collect();
        for head in heads {
            assert_eq!(head["type"], "audit_log.sealed");
            assert!(head["data"]["number"].as_i64().unwrap() > 0, "{head}");
            assert_eq!(text(&head, "/data/mac").len(), 64, "{head}");
        }
    }
}

#[test]
fn how_long_a_log_is_kept_can_be_said() {
    let world = World::new(Engine::Sqlite);
    let path = world.workspace_path("");
    assert_eq!(
        world.api.get(&path).expect(200).json()["audit_retention_days"],
        Value::Null
    );
    let changed = world
        .api
        .patch(&path, &json!({"audit_retention_days": 400}))
        .expect(200);
    assert_eq!(changed.json()["audit_retention_days"], 400);
    let entry = export(&world.api, "?action=workspace.changed")
        .pop()
        .unwrap();
    assert_eq!(entry["detail"]["after"]["audit_retention_days"], 400);
    let refused = world.api.patch(&path, &json!({"audit_retention_days": 29}));
    assert_eq!(refused.problem(422), "invalid-value");
    assert_eq!(
        refused.json()["errors"][0]["pointer"],
        "/audit_retention_days"
    );
    let cleared = world
        .api
        .patch(&path, &json!({"audit_retention_days": null}))
        .expect(200);
    assert_eq!(cleared.json()["audit_retention_days"], Value::Null);
}
