//! What an admin sees of sign-ins and of the audit log, on the pages of the settings.

use serde_json::{Value, json};
use vestibule_test_idp::Twist;

use crate::{
    attempts::reference,
    local::with_password,
    support::{
        browser::Browser,
        database::Engine,
        html, on_both,
        visitor::{PASSWORD, Visitor},
        world::{World, ada, answer_to, new_workspace, text},
    },
};

const GRACE: &str = "grace@acme.example";

/// A live connection through which Ada came in once and was refused once; the reference of the refusal.
fn after_two_sign_ins(engine: Engine) -> (World, String) {
    let world = World::live(engine);
    world.code(&ada());
    let twist = Twist {
        wrong_audience: true,
        ..Twist::default()
    };
    let refused = reference(&world.sign_in(&ada(), &twist).expect(403));
    (world, refused)
}

/// Somebody who signs in on our own pages of a workspace.
fn signed_in(world: &World, workspace: &str, email: &str) -> Visitor {
    let mut visitor = Visitor::open(world, &format!("/sign-in?workspace={workspace}"));
    visitor.fill(&[("password", PASSWORD), ("email", email)]);
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
    visitor
}

/// An admin of the workspace, who is in.
fn admin(world: &World) -> Visitor {
    with_password(world, GRACE, "admin");
    signed_in(world, &world.workspace, GRACE)
}

fn place(world: &World) -> String {
    format!("/settings/sso/{}/activity", world.connection)
}

/// Opens the page, and gives what a person reads there.
fn reads(visitor: &mut Visitor, path: &str) -> String {
    visitor.go(path);
    assert_eq!(visitor.page.status, 200, "{path}: {:?}", visitor.page);
    visitor.reads()
}

/// Where the first link with these words leads.
fn link(visitor: &Visitor, words: &str) -> String {
    let links = visitor.page.body.split("<a ");
    let found = links.map(|link| link.split("</a>").next().unwrap_or_default());
    let found = found.skip(1).find(|link| link.contains(words));
    let found = found.unwrap_or_else(|| panic!("no link with {words}: {:?}", visitor.page));
    let (_, href) = found.split_once("href=\"").expect("an address");
    html::decode(href.split('"').next().unwrap_or_default()).into_owned()
}

/// Sends the form above the list, as a browser does: its fields become the query.
fn narrow(visitor: &mut Visitor, place: &str, outcome: &str, text: &str) -> String {
    let form = visitor.form_with("outcome");
    assert_eq!((form.method.as_str(), form.action.as_str()), ("get", place));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("outcome", outcome), ("text", text)])
        .finish();
    visitor.go(&format!("{place}?{query}"));
    visitor.reads()
}

on_both! {
    fn an_admin_sees_who_came_in_and_why_not(engine) {
        let (world, refused) = after_two_sign_ins(engine);
        let (mut grace, place) = (admin(&world), place(&world));
        let page = reads(&mut grace, &place);
        for words in [
            "Sign-ins in 24 hours 1",
            "Failures in 24 hours 1",
            "Sign-ins in 30 days 1",
            "Signed in: ada@acme.example",
            "A check did not hold: Audience .",
            &refused,
            "Typical time to sign in",
            " days left",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(grace.page.body.contains("<div role=\"img\" aria-label=\"Sign-ins and failures"));

        let page = narrow(&mut grace, &place, "refused", "");
        assert!(page.contains(&refused) && !page.contains("Signed in"), "{page}");
        assert_eq!(grace.form_with("outcome").value("outcome"), Some("refused"));
        assert!(!page.contains("Sign-ins in 24 hours"), "the numbers are not those of the list");
        let page = narrow(&mut grace, &place, "", &refused.to_lowercase().replace('-', ""));
        assert!(page.contains(&refused) && !page.contains("Signed in"), "{page}");
        let page = narrow(&mut grace, &place, "", "Ada@acme.example");
        assert!(page.contains("Signed in: ada@acme.example") && !page.contains(&refused), "{page}");
        assert_eq!(grace.form_with("outcome").value("text"), Some("Ada@acme.example"));
        let member = text(&world.people()[0], "/id");
        assert!(narrow(&mut grace, &place, "signed_in", &member).contains("Signed in: ada@"));
        assert!(narrow(&mut grace, &place, "pending", &member).contains("No sign-in fits"));
        assert!(narrow(&mut grace, &place, "", "nobody@acme.example").contains("No sign-in fits"));
        let page = narrow(&mut grace, &place, "", "<b>half an address");
        assert_eq!(grace.page.status, 422, "{page}");
        assert!(page.contains("Received: <b>half an address."), "{page}");
        assert!(!grace.page.body.contains("<b>"), "{:?}", grace.page);

        // The one that was refused, step by step.
        narrow(&mut grace, &place, "refused", "");
        let here = link(&grace, "Refused");
        let page = reads(&mut grace, &here);
        for words in [
            "This sign-in was refused",
            "A check did not hold: Audience",
            "Audience did not hold Expected",
            &world.entity_id,
            "The browser left for the identity provider.",
            "An answer came back.",
            &refused,
            "Application",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        reads(&mut grace, &place);
        let here = link(&grace, "Signed in");
        let page = reads(&mut grace, &here);
        assert!(page.contains("The sign-in succeeded.") && page.contains("ada@acme.example"), "{page}");
        assert!(!page.contains("did not hold"), "{page}");
    }

    fn what_arrived_is_shown_to_who_asks_and_that_is_noted(engine) {
        let world = World::live(engine);
        let days = json!({"keep_saml_responses_days": 7});
        world.api.patch(&world.workspace_path(""), &days).expect(200);
        world.code(&ada());
        let mut grace = admin(&world);
        let noted = |world: &World| {
            let events = world.api.get("/v1/audit-events?limit=200").expect(200).json();
            let events = events["data"].as_array().unwrap().clone();
            let read = events.iter().filter(|event| event["action"] == "attempt.response_read");
            read.map(|event| text(event, "/actor")).collect::<Vec<_>>()
        };
        reads(&mut grace, &place(&world));
        let here = link(&grace, "Signed in");
        let page = reads(&mut grace, &here);
        assert!(page.contains("is noted in the audit log") && !page.contains("<samlp:Response"), "{page}");
        assert!(noted(&world).is_empty(), "it was offered, not shown");
        let here = link(&grace, "Show the answer");
        let page = reads(&mut grace, &here);
        assert!(page.contains(":Response") && page.contains("ada@acme.example"), "{page}");
        let [by] = &noted(&world)[..] else { panic!("it is noted once") };
        assert!(by.starts_with("mem_"), "{by}");
    }

    fn the_audit_log_says_who_did_what(engine) {
        let (world, _) = after_two_sign_ins(engine);
        let link_made = json!({"connection_id": world.connection, "name": "Grace of IT"});
        world.api.post(&world.workspace_path("/setup-links"), &link_made).expect(201);
        let mut grace = admin(&world);
        reads(&mut grace, &place(&world));
        let here = link(&grace, "Audit log");
        let page = reads(&mut grace, &here);
        for words in [
            "Single sign-on enabled API key key_",
            "Setup link made · Grace of IT",
            "Settings saved",
            "Test finished",
            "What it was done to: mem_",
            // Grace's own sign-in, by her address.
            "Signed in grace@acme.example",
            "\"number\": 1",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        for foreign in ["Application registered", "Signing key made", "audit-"] {
            assert!(!page.contains(foreign), "{foreign}: {page}");
        }
    }

    fn more_is_a_page_further_and_keeps_what_was_looked_for(engine) {
        let world = World::live(engine);
        let mut browser = Browser::default();
        let twist = Twist { wrong_audience: true, ..Twist::default() };
        for _ in 0..51 {
            let leaving = browser.get(&world.authorize_url()).expect(302);
            let form = answer_to(&world.idp, &leaving, &ada(), &twist);
            browser.deliver(&form.acs_url, &form.saml_response).expect(403);
        }
        let (mut grace, place) = (admin(&world), place(&world));
        reads(&mut grace, &place);
        narrow(&mut grace, &place, "refused", "");
        let count = |visitor: &Visitor| visitor.page.body.matches("<li><div><p class=\"state bad\">").count();
        assert_eq!(count(&grace), 50, "{:?}", grace.page);
        assert!(grace.page.body.len() < 40_000, "{}", grace.page.body.len());
        let further = link(&grace, "Show more");
        assert!(further.contains("outcome=refused"), "{further}");
        reads(&mut grace, &further);
        assert_eq!(count(&grace), 1);
        assert_eq!(link(&grace, "Back to the newest"), format!("{place}?outcome=refused"));
    }

    fn nobody_else_sees_any_of_it(engine) {
        let (world, refused) = after_two_sign_ins(engine);
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        let attempt = text(&attempts, "/data/0/id");
        let place = place(&world);
        let paths = ["", "/audit", &format!("/{attempt}"), &format!("/{attempt}?response=show")]
            .map(|end| format!("{place}{end}"));

        // Nobody at all is asked who they are.
        for path in &paths {
            let visitor = Visitor::open(&world, path);
            assert!(visitor.at.contains("/sign-in"), "{path}: {}", visitor.at);
        }
        // An admin of another workspace.
        let (other, _) = new_workspace(&world.api, "pro");
        let theirs = |member: &Value| format!("/v1/workspaces/{other}/members/{}", text(member, "/id"));
        let body = json!({"email": "eve@other.example", "role": "admin"});
        let path = format!("/v1/workspaces/{other}/members");
        let eve = world.api.post(&path, &body).expect(201).json();
        let path = format!("{}/password-links", theirs(&eve));
        let made = world.api.post(&path, &json!({"deliver": "return"})).expect(201).json();
        Visitor::open(&world, &text(&made, "/url")).fill(&[("password", PASSWORD)]);
        let mut eve = signed_in(&world, &other, "eve@other.example");
        // Whoever holds a setup link to this very connection.
        let link = json!({"connection_id": world.connection});
        let link = world.api.post(&world.workspace_path("/setup-links"), &link).expect(201).json();
        let mut holder = Visitor::open(&world, &text(&link, "/url"));
        holder.send(html::forms(&holder.page.body).remove(0), &[]);
        assert_eq!(holder.page.status, 200, "{:?}", holder.page);
        // A member who is no admin, signed in while SSO is off.
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);
        with_password(&world, "bob@acme.example", "member");
        let mut bob = signed_in(&world, &world.workspace, "bob@acme.example");

        for path in &paths {
            eve.go(path);
            assert_eq!(eve.page.status, 404, "{path}: {:?}", eve.page);
            let of_link = path.replace("/settings/", "/setup/");
            holder.go(&of_link);
            assert_eq!(holder.page.status, 403, "{of_link}: {:?}", holder.page);
            bob.go(path);
            assert_eq!(bob.page.status, 403, "{path}: {:?}", bob.page);
            for visitor in [&eve, &holder, &bob] {
                for secret in [&refused, "ada@acme.example", "Settings saved"] {
                    assert!(!visitor.page.body.contains(secret), "{path}: {:?}", visitor.page);
                }
            }
        }
    }
}
