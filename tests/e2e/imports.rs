//! Many workspaces or members at once.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
};

use serde_json::{Value, json};

use crate::support::{
    database::Engine,
    http::{Answer, Api, send},
    on_both,
    world::{World, new_workspace, text},
};

fn import(api: &Api, url: &str, body: &str) -> Answer {
    let headers = [
        ("authorization", api.authorization()),
        ("content-type", "application/x-ndjson"),
    ];
    send("POST", url, &headers, body)
}

/// The answers to each line, and the last one.
fn told(answer: Answer) -> (Vec<Value>, Value) {
    let answer = answer.expect(200);
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let mut lines: Vec<Value> = answer
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    (lines, last)
}

fn ndjson(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

on_both! {
    fn members_are_imported_once_however_often_they_are_sent(engine) {
        let world = World::new(engine);
        let url = format!("{}{}", world.server.url, world.workspace_path("/members/import"));
        let people: Vec<_> = (0..250)
            .map(|n| json!({"email": format!("m{n}@acme.example"), "role": "member", "external_id": format!("hr-{n}")}))
            .collect();
        let (lines, last) = told(import(&world.api, &url, &ndjson(&people)));
        let expected = json!({"lines": 250, "created": 250, "exists": 0, "refused": 0, "done": true, "problem": null});
        assert_eq!(last, expected);
        for (index, line) in lines.iter().enumerate() {
            assert_eq!((&line["line"], &line["result"]), (&json!(index + 1), &json!("created")), "{line}");
        }
        let one = world.workspace_path(&format!("/members/{}", text(&lines[41], "/id")));
        let member = world.api.get(&one).expect(200).json();
        assert_eq!((&member["email"], &member["external_id"]), (&json!("m41@acme.example"), &json!("hr-41")));

        // Sent again after it broke off: what is there is left alone, by id and by address.
        world.api.patch(&one, &json!({"role": "admin"})).expect(200);
        let mut again = people;
        again.push(json!({"email": "M1@ACME.example", "role": "admin"}));
        let (lines, last) = told(import(&world.api, &url, ndjson(&again).trim_end()));
        assert_eq!((&last["created"], &last["exists"], &last["done"]), (&json!(0), &json!(251), &json!(true)));
        assert_eq!(lines[250]["id"], lines[1]["id"]);
        assert_eq!(world.api.get(&one).expect(200).json()["role"], "admin");
        let entries = world.api.get("/v1/audit-events/export?action=member.created").expect(200);
        assert_eq!(entries.body.lines().count(), 251, "one entry for each, and the first admin");
        assert!(entries.body.lines().all(|line| line.contains(r#""via":"api""#)), "{entries:?}");
    }

    fn a_line_that_cannot_be_used_says_so_and_the_others_are_kept(engine) {
        let world = World::new(engine);
        let url = format!("{}/v1/workspaces/import", world.server.url);
        let lines = [
            r#"{"name": "One", "plan": "pro", "external_id": "c-1"}"#,
            r#"{"name": "Two", "plan": "gold", "external_id": "c-2"}"#,
            "not JSON",
            "",
            r#"{"name": "Three", "plan": "free"}"#,
            r#"{"name": "Four", "plan": "free", "slug": "four", "colour": "red"}"#,
            r#"{"name": "Five", "plan": "free", "slug": "one"}"#,
            r#"{"name": "Six", "plan": "free", "slug": "six", "external_id": "c-6"}"#,
            r#"{"name": "Seven", "plan": "free", "slug": "six", "external_id": "c-7"}"#,
        ];
        let (told, last) = told(import(&world.api, &url, &lines.join("\n")));
        let results: Vec<_> = told.iter().map(|line| text(line, "/result")).collect();
        assert_eq!(results, [
            "created", "refused", "refused", "refused", "refused", "refused", "exists", "created", "refused",
        ], "{told:?}");
        for (line, code, pointer) in [
            (1, "invalid-value", Some("/plan")),
            (2, "malformed-request", None),
            (4, "invalid-value", Some("/external_id")),
            (5, "unknown-field", Some("/colour")),
            (8, "conflict", None),
        ] {
            let problem = &told[line]["problem"];
            assert_eq!(problem["code"], code, "{problem}");
            if let Some(pointer) = pointer {
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
            }
        }
        assert_eq!(last["refused"], 6);
        let found = world.api.get("/v1/workspaces?external_id=c-6").expect(200).json();
        assert_eq!(found["data"][0]["slug"], "six");
    }
}

#[test]
fn an_answer_comes_while_the_import_is_still_being_sent() {
    let world = World::new(Engine::Sqlite);
    let address = world.server.url.strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let path = world.workspace_path("/members/import");
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {}\r\ncontent-type: application/x-ndjson\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        world.api.authorization()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut send = |email: &str| {
        let line = format!("{}\n", json!({"email": email, "role": "member"}));
        stream
            .write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes())
            .unwrap();
    };
    let mut next = |what: &str| loop {
        let mut line = String::new();
        assert_ne!(answers.read_line(&mut line).unwrap(), 0, "{what}");
        if line.contains(what) {
            break line;
        }
    };
    send("first@acme.example");
    assert!(next("\"line\":1").contains("created"));
    send("second@acme.example");
    assert!(next("\"line\":2").contains("created"));
    // It breaks off: there is no last line, and what was answered is kept.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = String::new();
    let _ = answers.read_to_string(&mut rest);
    assert!(!rest.contains("\"done\":true"), "{rest}");
    let members = world
        .api
        .get(&world.workspace_path("/members"))
        .expect(200)
        .json();
    assert_eq!(
        members["data"].as_array().unwrap().len(),
        3,
        "and the first admin"
    );
}

#[test]
fn an_import_is_for_those_who_may_and_of_its_type() {
    let world = World::new(Engine::Sqlite);
    let url = |path: &str| format!("{}{path}", world.server.url);
    let (other, _) = new_workspace(&world.api, "free");
    let own = url(&world.workspace_path("/members/import"));
    let line = r#"{"email": "eve@acme.example", "role": "admin"}"#;
    let key = json!({"name": "theirs", "scopes": ["*"], "workspace_id": other});
    let key = world.api.post("/v1/api-keys", &key).expect(201).json();
    let theirs = Api::new(&world.server.url, &text(&key, "/secret"));
    assert_eq!(import(&theirs, &own, line).problem(404), "not-found");
    let workspaces = url("/v1/workspaces/import");
    assert_eq!(
        import(&theirs, &workspaces, "{}").problem(403),
        "insufficient-scope"
    );
    let weak = world.server.api(&["members:read"]);
    assert_eq!(import(&weak, &own, line).problem(403), "insufficient-scope");
    assert_eq!(send("POST", &own, &[], line).problem(401), "unauthorized");
    let as_json = world
        .api
        .post(&world.workspace_path("/members/import"), &json!({}));
    assert_eq!(as_json.problem(415), "unsupported-media-type");
    let (lines, last) = told(import(&world.api, &own, ""));
    assert_eq!(
        (lines.len(), &last["lines"], &last["done"]),
        (0, &json!(0), &json!(true))
    );
    let long = format!("{{\"email\": \"{}\"", "x".repeat(200 * 1024));
    let (_, last) = told(import(&world.api, &own, &long));
    assert_eq!(
        (&last["done"], &last["problem"]["code"]),
        (&json!(false), &json!("payload-too-large"))
    );
    let members = world
        .api
        .get(&world.workspace_path("/members"))
        .expect(200)
        .json();
    assert_eq!(
        members["data"].as_array().unwrap().len(),
        1,
        "the first admin"
    );
}
