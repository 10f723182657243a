//! The workspace, its plan and its connection, from nothing to live.

use serde_json::{Value, json};
use vestibule_test_idp::{SpRegistration, User};

use super::world::{Step, World, expect, show, text};
use crate::demo::browser::Browser;

/// A member whose address the identity provider does not have.
const CONTRACTOR: &str = "contractor@elsewhere.example";

/// A workspace, its connection, and the people whom the walk follows.
pub(super) struct Customer {
    pub(super) workspace_id: String,
    pub(super) workspace: String,
    pub(super) slug: String,
    pub(super) connection: Value,
    pub(super) connection_path: String,
    /// The client of the application.
    pub(super) client_id: String,
}

/// A workspace on a plan without SSO, with a connection that cannot be filled in.
pub(super) fn customer(world: &World) -> Step<Customer> {
    let new = json!({"name": "Acme GmbH", "plan": "growth", "two_factor": "admins"});
    let made = world.must("POST", "/v1/workspaces", &new)?;
    let workspace = format!("/v1/workspaces/{}", text(&made, "/id"));
    show("workspace", text(&made, "/id"));
    let new = json!({
        "name": "Demo application",
        "redirect_uris": [world.application.redirect_uri()],
    });
    let client = world.must("POST", "/v1/clients", &new)?;
    let (client_id, secret) = (text(&client, "/client_id"), text(&client, "/client_secret"));
    world
        .application
        .register(client_id, secret, text(&made, "/id"));
    let connection = world.must("POST", &format!("{workspace}/connections"), &json!({}))?;
    let connection_path = format!("/v1/connections/{}", text(&connection, "/id"));
    let save = format!("{connection_path}/draft");
    let (status, refused) = world.call("PUT", &save, &draft(world))?;
    expect(
        status == 403,
        format!("the draft was not refused: {status}"),
    )?;
    let (code, contact) = (text(&refused, "/code"), text(&refused, "/contact"));
    show("save", format!("{status} {code} ({contact})"));
    Ok(Customer {
        workspace_id: text(&made, "/id").to_owned(),
        slug: text(&made, "/slug").to_owned(),
        client_id: client_id.to_owned(),
        workspace,
        connection,
        connection_path,
    })
}

fn draft(world: &World) -> Value {
    json!({
        "idp_certificate": world.idp.certificate_pem(),
        "idp_sso_url": world.idp.sso_url(),
    })
}

pub(super) fn upgrade(world: &World, customer: &Customer) -> Step<()> {
    world.must("PATCH", &customer.workspace, &json!({"plan": "pro"}))?;
    show("plan", "pro");
    Ok(())
}

/// What the admin of the identity provider copies into it.
pub(super) fn tell_the_provider(world: &World, customer: &Customer) {
    let provider = |name: &str| {
        let pointer = format!("/service_provider/{name}");
        text(&customer.connection, &pointer).to_owned()
    };
    let (entity_id, acs_url) = (provider("entity_id"), provider("acs_url"));
    show("Entity ID", &entity_id);
    show("ACS URL", &acs_url);
    world.idp.trust(SpRegistration::new(&entity_id, &acs_url));
}

/// A draft, which does not go live untested.
pub(super) fn save(world: &World, customer: &Customer) -> Step<()> {
    let path = &customer.connection_path;
    let saved = world.must("PUT", &format!("{path}/draft"), &draft(world))?;
    show("remote login URL", text(&saved, "/draft/idp_sso_url"));
    let fingerprint = "/draft/certificates/0/fingerprint_sha256";
    show("certificate", text(&saved, fingerprint));
    show("state", text(&saved, "/state"));
    let (status, refused) = world.call("POST", &format!("{path}/enable"), &json!({}))?;
    expect(
        status == 409,
        format!("an untested draft went live: {status}"),
    )?;
    let code = text(&refused, "/code");
    show("enable untested", format!("{status} {code}"));
    Ok(())
}

/// A test with a report of every check.
pub(super) fn test(world: &World, customer: &Customer, user: &User) -> Step<()> {
    let path = &customer.connection_path;
    let test = world.must("POST", &format!("{path}/tests"), &json!({}))?;
    let mut browser = Browser::default();
    let (page, _) = world.trip(&mut browser, text(&test, "/start_url"), user)?;
    let test_path = format!("{path}/tests/{}", text(&test, "/id"));
    let test = world.must("GET", &test_path, &json!({}))?;
    let report = test.pointer("/report").and_then(Value::as_array);
    for row in report.into_iter().flatten() {
        show(text(row, "/check"), text(row, "/outcome"));
    }
    show("test", text(&test, "/state"));
    expect(
        page.status == 200 && text(&test, "/state") == "passed",
        "the test did not pass",
    )?;
    show("subject", text(&test, "/subject/name_id"));
    Ok(())
}

/// Somebody works with the customer and has no account at its identity provider.
pub(super) fn add_contractor(world: &World, customer: &Customer) -> Step<()> {
    let new = json!({"email": CONTRACTOR, "role": "member", "name": "Connie Contractor"});
    world.must("POST", &format!("{}/members", customer.workspace), &new)?;
    show(CONTRACTOR, "member, at another company");
    Ok(())
}

/// What enabling would do, before it does.
pub(super) fn preflight(world: &World, customer: &Customer) -> Step<()> {
    let path = format!("{}/enable-preflight", customer.connection_path);
    let said = world.must("GET", &path, &json!({}))?;
    let list = |name: &str| -> Vec<Value> {
        let list = said.get(name).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let addresses = |name: &str| -> Vec<String> {
        let people = list(name);
        let emails = people
            .iter()
            .map(|person| text(person, "/email").to_owned());
        emails.collect()
    };
    let named = |name: &str| match addresses(name) {
        none if none.is_empty() => "nobody".to_owned(),
        some => some.join(", "),
    };
    show("has to use SSO", named("affected"));
    show("is shut out", named("shut_out"));
    show("admin without factor", named("without_second_factor"));
    for admin in list("keeps_way_in") {
        let ways = admin.get("ways").unwrap_or(&Value::Null);
        show(
            "keeps a way in",
            format!("{} {ways}", text(&admin, "/email")),
        );
    }
    let needed = said.get("acknowledge_lockout_risk_needed");
    show("lock-out risk", needed.unwrap_or(&Value::Null));
    expect(
        addresses("shut_out") == [CONTRACTOR],
        format!("the preflight names somebody else: {said}"),
    )
}

pub(super) fn enable(world: &World, customer: &Customer) -> Step<()> {
    let path = format!("{}/enable", customer.connection_path);
    let live = world.must("POST", &path, &json!({}))?;
    show("state", text(&live, "/state"));
    show("learned entity ID", text(&live, "/live/idp_entity_id"));
    expect(
        text(&live, "/state") == "live",
        "the connection is not live",
    )
}
