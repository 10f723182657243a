//! Ways to somebody else's account, each of them tried: by whoever runs the identity provider, by whoever
//! holds one of its keys, and by people who were given an address that was another's.

use serde_json::{Value, json};
use vestibule_test_idp::{IdpConfig, SpRegistration, Style, TestIdp, Twist, User};

use crate::{
    metadata_url::{by_url, federation, metadata, sign, site},
    support::{
        archive::{enable_admin_mapping, verify_domain},
        browser::Browser,
        database::Engine,
        http::{Answer, post_form},
        on_all, on_both,
        server::Server,
        within,
        world::{
            REDIRECT_URI, VERIFIER, World, ada, answer_to, code_in, idp, new_client, new_workspace,
            now, text, unverified_claims,
        },
    },
};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const ADDRESS: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

/// A person of this address.
fn user(email: &str) -> User {
    User::new(email, "Some", "Body")
}

/// An answer with a persistent NameID.
fn persistent(name_id: &str) -> Twist {
    Twist {
        name_id_format: Some(PERSISTENT.to_owned()),
        name_id: Some(name_id.to_owned()),
        ..Twist::default()
    }
}

/// The connection's IdP with a key of its own: the same entity for everybody who has no certificates.
fn same_name_other_key(world: &World) -> TestIdp {
    let other = idp(Style::Okta);
    other.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    other
}

/// A sign-in at this IdP.
fn sign_in_at(world: &World, idp: &TestIdp, user: &User, twist: &Twist) -> Answer {
    let mut browser = Browser::default();
    let leaving = browser.get(&world.authorize_url());
    let form = answer_to(idp, &leaving, user, twist);
    browser.deliver(&form.acs_url, &form.saml_response)
}

/// Nobody comes in, for this reason.
#[track_caller]
fn refused(world: &World, answer: &Answer, reason: &str) {
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("location"), None, "{answer:?}");
    let list = world
        .api
        .get(&world.path("/sign-in-attempts?limit=1"))
        .expect(200)
        .json();
    assert_eq!(text(&list, "/data/0/outcome"), "refused", "{list}");
    assert_eq!(text(&list, "/data/0/reason"), reason, "{list}");
}

/// The tokens of a sign-in that has to succeed.
#[track_caller]
fn tokens(world: &World, answer: &Answer) -> Value {
    world.exchange(&code_in(answer)).expect(200).json()
}

/// Whom tokens are about.
fn who(tokens: &Value) -> Value {
    unverified_claims(&text(tokens, "/id_token"))
}

fn member_path(world: &World, member: &Value) -> String {
    world.workspace_path(&format!("/members/{}", text(member, "/id")))
}

fn member(world: &World, id: &str) -> Value {
    let path = world.workspace_path(&format!("/members/{id}"));
    world.api.get(&path).expect(200).json()
}

fn links(world: &World, member: &Value) -> Vec<Value> {
    let path = member_path(world, member) + "/identities";
    let list = world.api.get(&path).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

/// The application's own word that this address, as a NameID, is that member.
pub(crate) fn prove(world: &World, member: &Value, email: &str) -> Value {
    let path = member_path(world, member) + "/identities";
    let subject = json!({"name_id": email, "format": ADDRESS});
    let body = json!({"connection_id": world.connection, "subject": subject});
    world.api.post(&path, &body).expect(201).json()
}

/// An admin whose link is proven, in a world that is live.
fn proven_admin(world: &World) -> Value {
    let grace = world.add_member("grace@acme.example", "admin");
    prove(world, &grace, "grace@acme.example");
    grace
}

fn grace() -> User {
    user("grace@acme.example")
}

/// What the audit log says of this action, newest first.
fn audit(world: &World, action: &str) -> Vec<Value> {
    let log = world.api.get("/v1/audit-events?limit=200").expect(200);
    let log = log.json();
    let events = log["data"].as_array().unwrap().iter();
    let ours = events.filter(|event| event["action"] == action);
    ours.map(|event| event["detail"].clone()).collect()
}

/// Neither introspection nor a refresh takes it.
#[track_caller]
fn is_over(world: &World, tokens: &Value) {
    assert!(!world.is_active(&text(tokens, "/access_token")));
    let refreshed = world.refresh(&text(tokens, "/refresh_token")).expect(400);
    assert_eq!(refreshed.json()["error"], "invalid_grant");
}

on_all! {
    fn a_rogue_idp_asserts_an_admins_address(engine) {
        let world = World::live(engine);
        let grace_is = world.add_member("grace@acme.example", "admin");
        for twist in [Twist::default(), persistent("rogue")] {
            refused(&world, &world.sign_in(&grace(), &twist), "local-proof-required");
        }
        assert_eq!(links(&world, &grace_is), [json!(null); 0], "nothing is linked by it");
        // Nor as an address written otherwise.
        let answer = world.sign_in(&user("GRACE@acme.example"), &Twist::default());
        refused(&world, &answer, "local-proof-required");
        let decision = world.decide("grace@acme.example", "saml");
        assert_eq!(decision["required"], json!(["local_proof"]));
    }

    fn a_proven_admin_comes_in(engine) {
        let world = World::live(engine);
        let grace_is = proven_admin(&world);
        let tokens = tokens(&world, &world.sign_in(&grace(), &Twist::default()));
        let claims = who(&tokens);
        assert_eq!((&claims["sub"], &claims["role"]), (&grace_is["id"], &json!("admin")));
        world.refresh(&text(&tokens, "/refresh_token")).expect(200);
        // Another subject with the same address is not the one that was proven.
        let answer = world.sign_in(&grace(), &persistent("another"));
        refused(&world, &answer, "local-proof-required");
    }

    fn a_rogue_certificate_is_added_after_the_proof(engine) {
        let world = World::live(engine);
        proven_admin(&world);
        let rogue = same_name_other_key(&world);
        let body = json!({"certificate": rogue.certificate_pem()});
        world.api.post(&world.path("/certificates"), &body).expect(201);
        within(std::time::Duration::from_secs(5), "the new key serves members", || {
            sign_in_at(&world, &rogue, &ada(), &Twist::default()).status == 303
        });
        refused(&world, &sign_in_at(&world, &rogue, &grace(), &Twist::default()), "local-proof-required");
        code_in(&world.sign_in(&grace(), &Twist::default()));
    }

    fn a_member_is_deactivated(engine) {
        let world = World::live(engine);
        let tokens = tokens(&world, &world.sign_in(&ada(), &Twist::default()));
        let id = text(&who(&tokens), "/sub");
        let code = world.code(&ada());
        let path = world.workspace_path(&format!("/members/{id}"));
        world.api.patch(&path, &json!({"status": "deactivated"})).expect(200);
        is_over(&world, &tokens);
        assert_eq!(world.exchange(&code).expect(400).json()["error"], "invalid_grant");
        for twist in [Twist::default(), persistent("new")] {
            refused(&world, &world.sign_in(&ada(), &twist), "member-deactivated");
        }
        assert_eq!(world.people().len(), 1, "nobody is made in their place");
    }

    fn a_code_of_one_workspace_is_exchanged_for_another(engine) {
        let world = World::live(engine);
        let (other, _) = new_workspace(&world.api, "pro");
        let stranger = new_client(&world.api);
        let code = world.code(&ada());
        let fields = [
            ("client_id", stranger.0.as_str()),
            ("client_secret", stranger.1.as_str()),
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let url = format!("{}/oauth2/token", world.server.url);
        let answer = post_form(&url, &[], &fields).expect(400);
        assert_eq!(answer.json()["error"], "invalid_grant");
        // Whatever else is said of a workspace, a code is for the one that it was made for.
        let code = world.code(&ada());
        let answer = world.token(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("workspace", &other),
        ]);
        let claims = who(&answer.expect(200).json());
        assert_eq!(claims["workspace"], world.workspace);
    }

    fn an_answer_for_one_workspace_is_brought_to_another(engine) {
        let world = World::live(engine);
        let (_, theirs) = new_workspace(&world.api, "pro");
        let acs = text(&theirs, "/service_provider/acs_url");
        let mut browser = Browser::default();
        let start = world.authorize_url();
        let form = world.visit_idp(&mut browser, &start, &world.idp, &ada(), &Twist::default());
        let answer = browser.deliver(&acs, &form.saml_response);
        assert!((400..500).contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("location"), None);
    }

    fn a_changed_role_counts_at_once_and_from_the_next_refresh_on(engine) {
        let world = World::live(engine);
        let grace_is = proven_admin(&world);
        let tokens = tokens(&world, &world.sign_in(&grace(), &Twist::default()));
        let path = member_path(&world, &grace_is);
        world.api.patch(&path, &json!({"role": "member"})).expect(200);
        let (id, secret) = &world.client;
        let access = text(&tokens, "/access_token");
        let fields = [("client_id", id.as_str()), ("client_secret", secret), ("token", &access)];
        let url = format!("{}/oauth2/introspect", world.server.url);
        let said = post_form(&url, &[], &fields).expect(200).json();
        assert_eq!((&said["active"], &said["role"]), (&json!(true), &json!("member")), "{said}");
        let refreshed = world.refresh(&text(&tokens, "/refresh_token")).expect(200).json();
        let claims = unverified_claims(&text(&refreshed, "/access_token"));
        assert_eq!(claims["role"], "member");
    }
}

on_both! {
    fn an_idp_asserts_an_address_in_another_workspaces_domain(engine) {
        let world = World::live(engine);
        let (other, _) = new_workspace(&world.api, "pro");
        verify_domain(&world, &other, "bank.example");
        for email in ["eve@bank.example", "EVE@BANK.example"] {
            let answer = world.sign_in(&user(email), &Twist::default());
            refused(&world, &answer, "domain-not-verified");
        }
        assert_eq!(world.people().len(), 0);
        // Nor does an account follow its subject there.
        let first = tokens(&world, &world.sign_in(&ada(), &persistent("1815")));
        let later = tokens(&world, &world.sign_in(&user("ada@bank.example"), &persistent("1815")));
        assert_eq!(who(&later)["sub"], who(&first)["sub"]);
        assert_eq!(who(&later)["email"], "ada@acme.example");
        assert_eq!(who(&later)["email_verified"], false);
    }

    fn a_new_colleague_is_given_an_address_that_was_anothers(engine) {
        let world = World::live(engine);
        let first = who(&tokens(&world, &world.sign_in(&ada(), &Twist::default())));
        let path = world.workspace_path(&format!("/members/{}", text(&first, "/sub")));
        world.api.patch(&path, &json!({"email": "countess@acme.example"})).expect(200);
        // The NameID is linked to the member who had the address once.
        refused(&world, &world.sign_in(&ada(), &Twist::default()), "identity-conflict");
        // The way out: the old link goes, and whoever has the address now is somebody of their own.
        let identity = links(&world, &json!({"id": first["sub"]})).remove(0);
        world.api.delete(&format!("{path}/identities/{}", text(&identity, "/id"))).expect(204);
        let second = who(&tokens(&world, &world.sign_in(&ada(), &Twist::default())));
        assert_ne!(second["sub"], first["sub"]);
        assert_eq!(member(&world, &text(&first, "/sub"))["email"], "countess@acme.example");
    }

    fn a_second_persistent_subject_claims_a_members_address(engine) {
        let world = World::live(engine);
        world.add_member("ada@acme.example", "member");
        let first = who(&tokens(&world, &world.sign_in(&ada(), &persistent("1815"))));
        let linked = audit(&world, "identity.linked");
        assert_eq!(linked.len(), 1, "an address made that link: {linked:?}");
        assert_eq!(linked[0]["by"], "e-mail");
        refused(&world, &world.sign_in(&ada(), &persistent("1852")), "identity-conflict");
        let ada_is = json!({"id": first["sub"]});
        let identity = links(&world, &ada_is).remove(0);
        assert_eq!(linked[0]["identity"], identity["id"]);
        let path = member_path(&world, &ada_is) + "/identities/" + &text(&identity, "/id");
        world.api.delete(&path).expect(204);
        let second = who(&tokens(&world, &world.sign_in(&ada(), &persistent("1852"))));
        assert_eq!(second["sub"], first["sub"]);
        assert_eq!(audit(&world, "identity.linked").len(), 2);
        // The first one is nobody's now, and does not come back by the address.
        refused(&world, &world.sign_in(&ada(), &persistent("1815")), "identity-conflict");
    }

    fn an_account_follows_its_subject_to_a_new_address(engine) {
        let world = World::live(engine);
        let first = who(&tokens(&world, &world.sign_in(&ada(), &persistent("1815"))));
        let married = user("ada.king@acme.example");
        let second = who(&tokens(&world, &world.sign_in(&married, &persistent("1815"))));
        assert_eq!((&second["sub"], &second["email"]), (&first["sub"], &json!("ada.king@acme.example")));
        assert_eq!(audit(&world, "member.signed_in")[0]["email_changed"], true);
        assert_eq!(audit(&world, "member.signed_in")[1].get("email_changed"), None);
    }

    fn an_address_is_written_with_other_characters(engine) {
        let world = World::live(engine);
        // The same address to a person, and by its key; other characters all the same.
        for (ours, theirs) in [
            ("jos\u{e9}@acme.example", "jose\u{301}@acme.example"),
            ("zoe\u{308}@acme.example", "zo\u{eb}@acme.example"),
            ("frank@acme.example", "\u{ff46}\u{ff52}ank@acme.example"),
            ("kim@acme.example", "\u{212a}im@acme.example"),
            ("strasse@acme.example", "stra\u{df}e@acme.example"),
            ("ines@b\u{fc}cher.example", "ines@xn--bcher-kva.example"),
            ("ines@xn--mnchen-3ya.example", "ines@m\u{fc}nchen.example"),
            ("paul@acme.example", "paul@\u{ff41}cme.example"),
        ] {
            let victim = world.add_member(ours, "member");
            for twist in [Twist::default(), persistent(theirs)] {
                refused(&world, &world.sign_in(&user(theirs), &twist), "email-ambiguous");
            }
            assert_eq!(links(&world, &victim), [json!(null); 0], "{theirs}");
        }
        // Another address by its key: somebody else, and never the member.
        for (ours, theirs) in [
            ("irene@acme.example", "\u{131}rene@acme.example"),
            ("ilse@acme.example", "\u{130}lse@acme.example"),
            ("anna@acme.example", "\u{430}nna@acme.example"),
        ] {
            let victim = world.add_member(ours, "member");
            let claims = who(&tokens(&world, &world.sign_in(&user(theirs), &Twist::default())));
            assert_ne!(claims["sub"], victim["id"], "{theirs}");
            assert_eq!(links(&world, &victim), [json!(null); 0], "{theirs}");
        }
        // ASCII case alone is no difference.
        let ada_is = world.add_member("Ada@Acme.example", "member");
        let claims = who(&tokens(&world, &world.sign_in(&user("aDA@acme.EXAMPLE"), &Twist::default())));
        assert_eq!(claims["sub"], ada_is["id"]);
    }

    fn a_member_is_linked_first_and_promoted_later(engine) {
        let world = World::live(engine);
        let tokens = tokens(&world, &world.sign_in(&ada(), &Twist::default()));
        let ada_is = json!({"id": who(&tokens)["sub"]});
        prove(&world, &ada_is, "ada@acme.example");
        assert!(links(&world, &ada_is)[0]["proven_at"].is_string());
        world.api.patch(&member_path(&world, &ada_is), &json!({"role": "admin"})).expect(200);
        // It was proven for a member.
        let link = links(&world, &ada_is).remove(0);
        assert_eq!((&link["proven_at"], &link["proven_keys"]), (&json!(null), &json!([])));
        refused(&world, &world.sign_in(&ada(), &Twist::default()), "local-proof-required");
        is_over(&world, &tokens);
        prove(&world, &ada_is, "ada@acme.example");
        let claims = who(&self::tokens(&world, &world.sign_in(&ada(), &Twist::default())));
        assert_eq!(claims["role"], "admin");
    }

    fn a_rogue_certificate_comes_with_a_new_revision(engine) {
        let world = World::live(engine);
        proven_admin(&world);
        let rogue = same_name_other_key(&world);
        let draft = json!({
            "idp_certificates": [world.idp.certificate_pem(), rogue.certificate_pem()],
            "idp_sso_url": world.idp.sso_url(),
        });
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        code_in(&sign_in_at(&world, &rogue, &ada(), &Twist::default()));
        refused(&world, &sign_in_at(&world, &rogue, &grace(), &Twist::default()), "local-proof-required");
        code_in(&world.sign_in(&grace(), &Twist::default()));
    }

    fn another_entity_id_clears_the_proof(engine) {
        let world = World::live(engine);
        let grace_is = proven_admin(&world);
        let tokens = tokens(&world, &world.sign_in(&grace(), &Twist::default()));
        let before = world.api.get(&world.path("")).expect(200).json();
        let config = IdpConfig::new("http://localhost:2", Style::Okta);
        let rogue = TestIdp::new(config, now()).unwrap();
        rogue.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
        world.api.put(&world.path("/draft"), &World::draft_of(&rogue)).expect(200);
        let (test, _) = world.run_test(&rogue, &Twist::default());
        assert_eq!(test["state"], "passed");
        world.enable().expect(200);
        assert_eq!(links(&world, &grace_is)[0]["proven_at"], json!(null));
        refused(&world, &sign_in_at(&world, &rogue, &grace(), &Twist::default()), "local-proof-required");
        is_over(&world, &tokens);
        // Going back does not bring it back.
        let body = json!({"revision_id": before["live"]["id"]});
        world.api.post(&world.path("/enable"), &body).expect(200);
        refused(&world, &world.sign_in(&grace(), &Twist::default()), "local-proof-required");
    }

    fn keys_that_a_pinned_key_vouches_for_extend_the_proof(engine) {
        let settings = [("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
        let world = World::on(Server::with(engine, &settings), Style::Okta);
        let next = same_name_other_key(&world);
        let (key, certificate) = federation();
        let (site, current) = site(&sign(&key, &metadata(&[&world.idp])));
        let mut draft = by_url(&site);
        draft["idp_metadata_signing_certificate"] = certificate.to_pem().into();
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        let grace_is = proven_admin(&world);
        let keys = links(&world, &grace_is)[0]["proven_keys"].as_array().unwrap().len();
        assert_eq!(sign_in_at(&world, &next, &grace(), &Twist::default()).status, 403);
        *current.lock().unwrap() = sign(&key, &metadata(&[&world.idp, &next]));
        world.api.post(&world.path("/metadata-refresh"), &json!({})).expect(200);
        assert_eq!(links(&world, &grace_is)[0]["proven_keys"].as_array().unwrap().len(), keys + 1);
        code_in(&sign_in_at(&world, &next, &grace(), &Twist::default()));
    }

    fn a_stranger_says_that_they_are_in_the_group_of_admins(engine) {
        let world = World::new(engine);
        let mut draft = World::draft_of(&world.idp);
        draft["role_mapping"] = json!({"attributes": ["groups"], "admin": ["admins"]});
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        let known = world.add_member("ada@acme.example", "member");
        let in_group = |email: &str| user(email).in_groups(["admins"]);
        for email in ["mallory@acme.example", "ada@acme.example"] {
            let claims = who(&tokens(&world, &world.sign_in(&in_group(email), &Twist::default())));
            assert_eq!(claims["role"], "member", "{claims}");
        }
        assert_eq!(member(&world, &text(&known, "/id"))["role"], "member");

        // A proven admin has said so, on this revision: then it counts, also for whom nobody knew.
        let grace_is = proven_admin(&world);
        let ada_is = json!({"id": known["id"]});
        prove(&world, &ada_is, "ada@acme.example");
        enable_admin_mapping(&world, &text(&grace_is, "/id"));
        let admitted = tokens(&world, &world.sign_in(&in_group("ada@acme.example"), &Twist::default()));
        assert_eq!(who(&admitted)["role"], "admin");
        assert_eq!(links(&world, &ada_is)[0]["proven_at"], json!(null), "it was proven for a member");
        let changed = audit(&world, "member.role_changed");
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0]["role"], json!({"before": "member", "after": "admin"}));
        assert_eq!(audit(&world, "member.signed_in")[0]["role"], changed[0]["role"]);
        let new = tokens(&world, &world.sign_in(&in_group("new@acme.example"), &Twist::default()));
        assert_eq!(who(&new)["role"], "admin");
        assert_eq!(audit(&world, "member.signed_in")[0]["role"], json!({"before": null, "after": "admin"}));
        // Not by the address of somebody who is an admin already.
        world.add_member("rosa@acme.example", "admin");
        let answer = world.sign_in(&in_group("rosa@acme.example"), &Twist::default());
        refused(&world, &answer, "local-proof-required");

        // Somebody adds a key: whoever holds it makes no admins, and is none of them.
        let rogue = same_name_other_key(&world);
        let body = json!({"certificate": rogue.certificate_pem()});
        world.api.post(&world.path("/certificates"), &body).expect(201);
        let mallory = in_group("eve@acme.example");
        within(std::time::Duration::from_secs(5), "the new key serves members", || {
            sign_in_at(&world, &rogue, &mallory, &Twist::default()).status == 303
        });
        let claims = who(&tokens(&world, &sign_in_at(&world, &rogue, &mallory, &Twist::default())));
        assert_eq!(claims["role"], "member");
        let answer = sign_in_at(&world, &rogue, &in_group("ada@acme.example"), &Twist::default());
        refused(&world, &answer, "local-proof-required");
    }
}

#[test]
fn a_rogue_idp_that_asserts_an_admin_leaves_no_trace_of_the_account() {
    let world = World::live(Engine::Sqlite);
    let grace_is = world.add_member("grace@acme.example", "admin");
    let page = world.sign_in(&grace(), &Twist::default());
    assert!(!page.body.contains(&text(&grace_is, "/id")), "{page:?}");
    let sessions = world.api.get("/v1/sessions?limit=200").expect(200).json();
    assert_eq!(sessions["data"], json!([]));
}
