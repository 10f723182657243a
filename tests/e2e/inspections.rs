//! A captured response, held against a connection: what a sign-in would get, and nothing happens.

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    database::Engine,
    http::Api,
    on_both,
    world::{World, ada, new_workspace, now, text},
};

/// A response that the IdP has just made and nobody has delivered.
fn captured(world: &World, twist: &Twist) -> (Browser, String) {
    let mut browser = Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), twist);
    (browser, form.saml_response)
}

fn inspect(world: &World, more: &Value) -> Value {
    let answer = world.api.post(&world.path("/inspections"), more);
    answer.expect(200).json()
}

fn unsolicited() -> Twist {
    Twist {
        no_in_response_to: true,
        ..Twist::default()
    }
}

/// The rows that an inspection cannot have like a sign-in: there is no request to compare with.
fn comparable(report: &Value) -> Vec<Value> {
    let of_request = [
        "in_response_to",
        "confirmation_in_response_to",
        "clock_offset",
        "issue_instant",
        "assertion_issue_instant",
    ];
    let rows = report.as_array().unwrap().iter();
    rows.filter(|row| !of_request.contains(&row["check"].as_str().unwrap()))
        .map(|row| json!([row["check"], row["outcome"], row["remedy"]]))
        .collect()
}

fn failing(report: &Value) -> Vec<&str> {
    let rows = report.as_array().unwrap().iter();
    rows.filter(|row| row["outcome"] == "fail")
        .map(|row| row["check"].as_str().unwrap())
        .collect()
}

on_both! {
    fn the_report_is_what_a_sign_in_gets(engine) {
        let world = World::live(engine);
        for twist in [
            Twist::default(),
            Twist { wrong_audience: true, ..Twist::default() },
            Twist { wrong_issuer: true, ..Twist::default() },
            Twist { tampered: true, ..Twist::default() },
        ] {
            let (mut browser, response) = captured(&world, &twist);
            let inspected = inspect(&world, &json!({"saml_response": response}));
            let answer = browser.deliver(&world.acs_url, &response);
            assert_eq!(inspected["accepted"], answer.status == 303, "{answer:?}: {inspected}");
            let list = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
            let attempt = list["data"].as_array().unwrap().iter().find(|attempt| attempt["outcome"] != "pending").unwrap();
            assert_eq!(comparable(&inspected["report"]), comparable(&attempt["report"]), "{twist:?}");
            assert_eq!(inspected["burned"], false, "it answers a trip of ours");
            assert_eq!(inspected["as_if_live"], false);
            assert_eq!(inspected["policy"].is_null(), !failing(&inspected["report"]).is_empty());
        }
        // Nobody was made a member, and nothing was written, but for the audit log.
        assert_eq!(world.people().len(), 1, "the one who signed in");
        let events = world.api.get("/v1/audit-events?limit=200").expect(200).json();
        let inspected = events["data"].as_array().unwrap().iter().filter(|event| event["action"] == "connection.inspected");
        assert_eq!(inspected.count(), 4);
    }

    fn the_policy_says_what_it_would_say(engine) {
        let world = World::live(engine);
        let (_, response) = captured(&world, &Twist::default());
        let policy = |world: &World| inspect(world, &json!({"saml_response": response}))["policy"].clone();
        assert_eq!(policy(&world)["allowed"], true);
        assert_eq!(world.people().len(), 0, "the member it would make is not made");
        world.add_member("ada@acme.example", "admin");
        assert_eq!(policy(&world)["code"], "local-proof-required");
        assert!(policy(&world)["reasons"].as_array().unwrap().iter().any(|reason| reason["rule"] == "P10"));
        world.set_plan("free");
        assert_eq!(policy(&world)["code"], "plan-upgrade-required");
    }

    fn any_revision_and_any_time_can_be_asked_about(engine) {
        let world = World::new(engine);
        assert_eq!(world.api.post(&world.path("/inspections"), &json!({"saml_response": "eA=="})).problem(409), "draft-required");
        let world = world.go_live();
        let live = text(&world.api.get(&world.path("")).expect(200).json(), "/live/id");
        let (_, response) = captured(&world, &Twist::default());
        let mut draft = World::draft_of(&world.idp);
        draft["idp_entity_id"] = json!("https://elsewhere.example");
        let draft = world.api.put(&world.path("/draft"), &draft).expect(200).json();
        let draft = text(&draft, "/draft/id");
        let by_draft = inspect(&world, &json!({"saml_response": response, "revision_id": draft}));
        assert_eq!(by_draft["as_if_live"], true);
        assert!(failing(&by_draft["report"]).contains(&"assertion_issuer"), "{by_draft}");
        let by_live = inspect(&world, &json!({"saml_response": response, "revision_id": live}));
        assert_eq!((&by_live["accepted"], &by_live["as_if_live"]), (&json!(true), &json!(false)));

        let later = now() + SignedDuration::from_hours(3);
        let too_late = inspect(&world, &json!({"saml_response": response, "at": later}));
        assert!(failing(&too_late["report"]).contains(&"conditions_window"), "{too_late}");
        // A refused connection is judged as if its draft were live.
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);
        let disabled = inspect(&world, &json!({"saml_response": response, "revision_id": live}));
        assert_eq!((&disabled["accepted"], &disabled["as_if_live"]), (&json!(true), &json!(true)));
        let elsewhere = json!({"saml_response": response, "revision_id": "rev_018f0000000070008000000000000000"});
        assert_eq!(world.api.post(&world.path("/inspections"), &elsewhere).problem(422), "invalid-value");
    }

    fn an_unsolicited_assertion_is_used_up_however_it_is_asked_about(engine) {
        let world = World::live(engine);
        let claims = |body: &Value| inspect(&world, body)["burned"].clone();
        let (_, one) = captured(&world, &unsolicited());
        assert_eq!(claims(&json!({"saml_response": one})), true);
        let (_, two) = captured(&world, &unsolicited());
        let long_ago = now() - SignedDuration::from_hours(24 * 30);
        assert_eq!(claims(&json!({"saml_response": two, "at": long_ago})), true, "by another time");
        let (_, three) = captured(&world, &unsolicited());
        let mut draft = World::draft_of(&world.idp);
        draft["idp_entity_id"] = json!("https://elsewhere.example");
        let draft = world.api.put(&world.path("/draft"), &draft).expect(200).json();
        let by_draft = json!({"saml_response": three, "revision_id": text(&draft, "/draft/id")});
        assert_eq!(claims(&by_draft), true, "by another revision");
        // What nobody could use is not.
        let (_, refused) = captured(&world, &Twist { wrong_audience: true, ..unsolicited() });
        assert_eq!(claims(&json!({"saml_response": refused})), false);
    }

    fn what_was_kept_of_an_attempt_can_be_inspected(engine) {
        let world = World::live(engine);
        let keep = json!({"keep_saml_responses_days": 1});
        world.api.patch(&world.workspace_path(""), &keep).expect(200);
        let (mut browser, response) = captured(&world, &Twist { wrong_audience: true, ..Twist::default() });
        browser.deliver(&world.acs_url, &response).expect(403);
        let attempt = || world.api.get(&world.path("/sign-in-attempts")).expect(200).json()["data"][0].clone();
        let id = text(&attempt(), "/id");
        let inspected = inspect(&world, &json!({"attempt_id": id}));
        assert_eq!(failing(&inspected["report"]), ["audience"]);
        let timeline = attempt()["timeline"].as_array().unwrap().clone();
        assert_eq!(timeline.last().unwrap()["step"], "inspected");
        for body in [json!({}), json!({"attempt_id": id, "saml_response": "eA=="}), json!({"attempt_id": "att_018f0000000070008000000000000000"})] {
            assert_eq!(world.api.post(&world.path("/inspections"), &body).problem(422), "invalid-value");
        }
    }

    fn others_learn_nothing(engine) {
        let world = World::live(engine);
        let (_, response) = captured(&world, &Twist::default());
        let body = json!({"saml_response": response});
        let (other, _) = new_workspace(&world.api, "pro");
        let key = json!({"name": "foreign", "scopes": ["*"], "workspace_id": other});
        let key = world.api.post("/v1/api-keys", &key).expect(201).json();
        let foreign = Api::new(&world.server.url, &text(&key, "/secret"));
        assert_eq!(foreign.post(&world.path("/inspections"), &body).problem(404), "not-found");
        let weak = world.server.api(&["connections:read", "connections:write"]);
        assert_eq!(weak.post(&world.path("/inspections"), &body).problem(403), "insufficient-scope");
        world.server.api(&["connections:inspect"]).post(&world.path("/inspections"), &body).expect(200);
        // What is no response is a report too.
        let nothing = inspect(&world, &json!({"saml_response": "no base64!"}));
        assert_eq!(failing(&nothing["report"]), ["response_format"]);
        assert_eq!(nothing["policy"], Value::Null);
    }
}

#[test]
fn what_an_inspection_has_used_up_signs_nobody_in() {
    let world = World::new(Engine::Sqlite);
    let body = json!({
        "name": "Begins",
        "redirect_uris": ["https://app.example/callback"],
        "initiate_login_uri": "https://app.example/begin",
    });
    let client = world.api.post("/v1/clients", &body).expect(201).json();
    let mut draft = World::draft_of(&world.idp);
    draft["idp_initiated"] = json!("restart");
    draft["idp_initiated_client_id"] = client["client_id"].clone();
    world.api.put(&world.path("/draft"), &draft).expect(200);
    world.pass_test();
    world.enable().expect(200);
    let begin = world.authorize_with(&[
        ("workspace", &world.workspace),
        ("client_id", &text(&client, "/client_id")),
        ("redirect_uri", "https://app.example/callback"),
    ]);
    for inspects in [false, true] {
        let (_, response) = captured(&world, &unsolicited());
        if inspects {
            let inspected = inspect(&world, &json!({"saml_response": response}));
            assert_eq!(
                (&inspected["accepted"], &inspected["burned"]),
                (&json!(true), &json!(true))
            );
        }
        let mut browser = Browser::default();
        let aside = browser.deliver(&world.acs_url, &response).expect(303);
        assert!(
            aside.location().starts_with("https://app.example/begin"),
            "{aside:?}"
        );
        let answer = browser.get(&begin);
        let signed_in = answer
            .header("location")
            .is_some_and(|to| to.contains("code="));
        assert_eq!(signed_in, !inspects, "{answer:?}");
        if inspects {
            let list = world
                .api
                .get(&world.path("/sign-in-attempts"))
                .expect(200)
                .json();
            assert_eq!(list["data"][0]["reason"], "replayed", "{list}");
            assert_eq!(list["data"][0]["timeline"][0]["step"], "response_arrived");
        }
    }
}

#[test]
fn the_command_line_says_the_same_and_ends_with_it() {
    let world = World::live(Engine::Sqlite);
    let (_, good) = captured(&world, &Twist::default());
    let (_, bad) = captured(
        &world,
        &Twist {
            wrong_audience: true,
            ..Twist::default()
        },
    );
    let file = world.server.database.folder.path().join("captured");
    let run = |content: &str, more: &[&str]| {
        std::fs::write(&file, content).unwrap();
        let mut command = world.server.command();
        command.env("VESTIBULE_PUBLIC_URL", &world.server.url);
        command
            .arg("inspect")
            .arg(&file)
            .args(["--connection", &world.connection]);
        let output = command.args(more).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), printed, said)
    };
    let (code, printed, said) = run(&good, &[]);
    assert_eq!(code, Some(0), "{printed}{said}");
    assert!(
        printed.starts_with("A sign-in with this response would succeed."),
        "{printed}"
    );
    let form = crate::support::http::form(&[("RelayState", "x"), ("SAMLResponse", &bad)]);
    let (code, printed, said) = run(&form, &[]);
    assert_eq!(code, Some(1), "{printed}{said}");
    let failed = printed.find("FAILED  audience").expect("the failing row");
    assert!(
        failed < printed.find("Passed:").expect("the others"),
        "{printed}"
    );
    assert!(
        printed.contains("  expected ") && printed.contains("  to do "),
        "{printed}"
    );
    let (code, printed, _) = run(&good, &["--json", "--at", "2020-01-01T00:00:00Z"]);
    assert_eq!(code, Some(1));
    let shown: Value = serde_json::from_str(&printed).unwrap();
    assert!(
        failing(&shown["report"]).contains(&"conditions_window"),
        "{shown}"
    );
    for (content, more, expected) in [
        ("", &[][..], 2),
        // A command line that is not understood is that, whatever the command is.
        (&good, &["--revision", "nonsense"], 64),
        (
            &good,
            &["--revision", "rev_018f0000000070008000000000000000"],
            2,
        ),
    ] {
        let (code, printed, said) = run(content, more);
        assert_eq!(code, Some(expected), "{printed}{said}");
        assert!(printed.is_empty() && !said.is_empty(), "{said}");
    }
    let help = world
        .server
        .command()
        .args(["inspect", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(
        help.contains("SAMLResponse=") && help.contains("Ends with 0"),
        "{help}"
    );
}
