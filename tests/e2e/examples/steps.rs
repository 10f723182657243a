//! The operations in an order in which each can be done, what has to be there before, and what is kept of
//! its answer for those that follow.

use std::time::Duration;

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::{
    attempts::reference,
    support::{
        browser::Browser,
        dns::Says,
        receiver::Reply,
        within,
        world::{ada, answer_to, text},
    },
};

use super::scene::Scene;

/// An operation, what is done before it, and which parameters are kept of its answer, by JSON pointer.
pub(super) struct Step(
    pub(super) &'static str,
    pub(super) fn(&mut Scene),
    pub(super) &'static [(&'static str, &'static str)],
);

fn nothing(_: &mut Scene) {}

pub(super) const STEPS: &[Step] = &[
    Step("getHealth", nothing, &[]),
    Step("getReadiness", nothing, &[]),
    Step("getOpenidConfiguration", nothing, &[]),
    Step("getOauthConfiguration", nothing, &[]),
    Step("getJwks", nothing, &[]),
    // A customer and its people.
    Step("createWorkspace", nothing, &[("other_workspace_id", "/id")]),
    Step("importWorkspaces", nothing, &[]),
    Step("getWorkspace", nothing, &[]),
    Step("updateWorkspace", nothing, &[]),
    Step("listWorkspaces", nothing, &[]),
    Step("createMember", nothing, &[("member_id", "/id")]),
    Step("importMembers", nothing, &[]),
    Step("getMember", nothing, &[]),
    Step("updateMember", nothing, &[]),
    Step("listMembers", nothing, &[]),
    Step("createInvitation", nothing, &[]),
    Step("createPasswordLink", nothing, &[]),
    Step("revokePasswordLinks", nothing, &[]),
    Step("getTwoFactor", nothing, &[]),
    Step("resetTwoFactor", nothing, &[]),
    // Its connection.
    Step(
        "createConnection",
        nothing,
        &[("other_connection_id", "/id")],
    ),
    Step("saveDraft", nothing, &[]),
    Step("createTest", nothing, &[]),
    Step("getTest", pass_a_test, &[]),
    Step("listTests", nothing, &[]),
    Step("preflightEnable", nothing, &[]),
    Step("enableConnection", choose_the_draft, &[]),
    Step("createIdentity", nothing, &[("identity_id", "/id")]),
    Step("listIdentities", nothing, &[]),
    Step("deleteIdentity", nothing, &[]),
    Step("getConnection", nothing, &[]),
    Step("updateConnection", nothing, &[]),
    Step("listConnections", nothing, &[]),
    Step("listRevisions", nothing, &[("revision_id", "/data/0/id")]),
    Step("restoreRevision", nothing, &[]),
    Step("listCertificates", nothing, &[]),
    Step(
        "addCertificate",
        nothing,
        &[("fingerprint_sha256", "/fingerprint_sha256")],
    ),
    Step("retireCertificate", nothing, &[]),
    Step("listServiceProviderKeys", nothing, &[]),
    Step("createServiceProviderKey", nothing, &[("key_id", "/id")]),
    Step("activateServiceProviderKey", nothing, &[]),
    Step("deleteServiceProviderKey", add_a_key, &[]),
    Step("refreshMetadata", follow_metadata, &[]),
    Step("createSetupLink", nothing, &[("link_id", "/id")]),
    Step("getSetupLink", nothing, &[]),
    Step("listSetupLinks", nothing, &[]),
    Step("revokeSetupLink", nothing, &[]),
    // Its domain.
    Step(
        "createDomain",
        nothing,
        &[
            ("domain_id", "/id"),
            ("record_name", "/txt_record/name"),
            ("record", "/txt_record/value"),
        ],
    ),
    Step("getDomain", nothing, &[]),
    Step("updateDomain", nothing, &[]),
    Step("verifyDomain", publish_the_record, &[]),
    Step("listDomains", nothing, &[]),
    Step("deleteDomain", nothing, &[]),
    // An application.
    Step("createClient", nothing, &[("client_id", "/client_id")]),
    Step("getClient", nothing, &[]),
    Step("updateClient", nothing, &[]),
    Step("listClients", nothing, &[]),
    Step("rotateClientSecret", nothing, &[]),
    Step("deleteClient", nothing, &[]),
    // Somebody signs in.
    Step("decideSignIn", nothing, &[]),
    Step("authorize", nothing, &[]),
    Step("authorizeByPost", nothing, &[]),
    Step("pushAuthorizationRequest", nothing, &[]),
    Step(
        "issueToken",
        come_back_with_a_code,
        &[("access_token", "/access_token"), ("id_token", "/id_token")],
    ),
    Step("getUserinfo", nothing, &[]),
    Step("postUserinfo", nothing, &[]),
    Step("forwardAuth", nothing, &[]),
    Step("introspectToken", nothing, &[]),
    Step("logout", nothing, &[]),
    Step("logoutByPost", sign_in_once_more, &[]),
    Step("revokeToken", sign_in_once_more, &[]),
    Step("mintSession", nothing, &[("session_id", "/session/id")]),
    Step("getSession", nothing, &[]),
    Step("listSessions", nothing, &[]),
    Step("revokeSession", nothing, &[]),
    Step("revokeMemberSessions", nothing, &[]),
    // Somebody does not get in.
    Step(
        "listSignInAttempts",
        be_refused,
        &[("attempt_id", "/data/0/id")],
    ),
    Step("getSignInAttempt", nothing, &[]),
    Step("findSignInReference", nothing, &[]),
    Step("listStrayResponses", send_what_nobody_asked_for, &[]),
    Step("inspectResponse", catch_a_response, &[]),
    // Hearing of it.
    Step(
        "createWebhookEndpoint",
        nothing,
        &[("webhook_endpoint_id", "/id")],
    ),
    Step("getWebhookEndpoint", nothing, &[]),
    Step("updateWebhookEndpoint", nothing, &[]),
    Step("listWebhookEndpoints", nothing, &[]),
    Step("testWebhookEndpoint", nothing, &[("delivery_id", "/id")]),
    Step("listWebhookDeliveries", wait_for_the_delivery, &[]),
    Step("replayWebhookDelivery", nothing, &[]),
    Step("skipWebhookDelivery", fail_to_deliver, &[]),
    Step("replayWebhooks", nothing, &[]),
    Step("rotateWebhookSecret", nothing, &[]),
    Step("deleteWebhookEndpoint", nothing, &[]),
    Step("listAuditEvents", nothing, &[]),
    Step("exportAuditEvents", nothing, &[]),
    // Keys, and the end.
    Step("createApiKey", nothing, &[("api_key_id", "/id")]),
    Step("getApiKey", nothing, &[]),
    Step("listApiKeys", nothing, &[]),
    Step("rotateApiKey", nothing, &[]),
    Step("deleteApiKey", nothing, &[]),
    Step("disableConnection", nothing, &[]),
    Step("deleteConnection", take_the_other_connection, &[]),
    Step("deleteMember", nothing, &[]),
    Step("deleteWorkspace", take_the_other_workspace, &[]),
];

fn pass_a_test(scene: &mut Scene) {
    let test = scene.world.pass_test();
    scene.set_value("test_id", text(&test, "/id"));
}

fn choose_the_draft(scene: &mut Scene) {
    let connection = scene
        .world
        .api
        .get(&scene.world.path(""))
        .expect(200)
        .json();
    scene.set_value("revision_id", text(&connection, "/draft/id"));
}

fn add_a_key(scene: &mut Scene) {
    let path = scene.world.path("/service-provider-keys");
    let key = scene.world.api.post(&path, &json!({})).expect(201).json();
    scene.override_value("key_id", text(&key, "/id"));
}

fn follow_metadata(scene: &mut Scene) {
    let other = scene.value("other_connection_id").to_owned();
    let draft = json!({"idp_metadata_url": scene.site.url()});
    let path = format!("/v1/connections/{other}/draft");
    scene.world.api.put(&path, &draft).expect(200);
    scene.override_value("connection_id", other);
}

fn publish_the_record(scene: &mut Scene) {
    let record = vec![scene.value("record").to_owned()];
    scene.dns.say(scene.value("record_name"), Says::Txt(record));
}

fn come_back_with_a_code(scene: &mut Scene) {
    let code = scene.world.code(&ada());
    scene.set_value("code", code);
}

fn sign_in_once_more(scene: &mut Scene) {
    let code = scene.world.code(&ada());
    let tokens = scene.world.exchange(&code).expect(200).json();
    for name in ["access_token", "id_token"] {
        scene.set_value(name, text(&tokens, &format!("/{name}")));
    }
}

fn be_refused(scene: &mut Scene) {
    let twist = Twist {
        wrong_audience: true,
        ..Twist::default()
    };
    let page = scene.world.sign_in(&ada(), &twist).expect(403);
    scene.set_value("reference", reference(&page));
}

fn send_what_nobody_asked_for(scene: &mut Scene) {
    let acs_url = scene.world.acs_url.clone();
    Browser::default()
        .deliver(&acs_url, "bm90aGluZw==")
        .expect(400);
}

fn catch_a_response(scene: &mut Scene) {
    let leaving = Browser::default().get(&scene.world.authorize_url());
    let form = answer_to(&scene.world.idp, &leaving, &ada(), &Twist::default());
    scene.set_value("saml_response", form.saml_response);
}

fn wait_for_the_delivery(scene: &mut Scene) {
    scene.receiver.wait_for(1);
    scene.wait_for_a_delivery("delivered");
}

fn fail_to_deliver(scene: &mut Scene) {
    // The one that was sent once more first.
    scene.receiver.wait_for(2);
    within(Duration::from_secs(10), "nothing waits", || {
        scene.deliveries("pending").is_empty()
    });
    scene.receiver.answer(|_| Reply::Status(500));
    let path = format!(
        "/v1/webhook-endpoints/{}/test",
        scene.value("webhook_endpoint_id")
    );
    let delivery = scene.world.api.post(&path, &json!({})).expect(201).json();
    scene.receiver.wait_for(3);
    scene.override_value("delivery_id", text(&delivery, "/id"));
}

fn take_the_other_connection(scene: &mut Scene) {
    let other = scene.value("other_connection_id").to_owned();
    scene.override_value("connection_id", other);
}

fn take_the_other_workspace(scene: &mut Scene) {
    let other = scene.value("other_workspace_id").to_owned();
    scene.override_value("workspace_id", other);
}
