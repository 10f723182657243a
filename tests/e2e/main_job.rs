//! The main job, end to end, on everything that the product runs on.

use std::time::Duration;

use serde_json::json;

use crate::support::{
    browser::Browser,
    http::send,
    on_all, within,
    world::{World, ada, text, unverified_claims},
};

on_all! {
    fn save_test_enable_sign_in(engine) {
        let world = World::new(engine);
        assert_eq!(world.enable().problem(409), "draft-required");
        let tests = world.api.post(&world.path("/tests"), &json!({}));
        assert_eq!(tests.problem(409), "draft-required");

        let saved = world.save_draft();
        assert_eq!(saved["state"], "draft");
        assert_eq!(saved["draft"]["idp_entity_id"], json!(null), "not learned yet");
        assert_eq!(world.enable().problem(409), "test-required");

        let test = world.pass_test();
        assert_eq!(test["start_url"], json!(null));
        assert!(test["report"].as_array().unwrap().iter().all(|row| row["outcome"] != "fail"));
        assert_eq!(world.state(), "ready");
        assert_eq!(world.people().len(), 0, "a test signs nobody in and links nobody");

        let live = world.enable().expect(200).json();
        assert_eq!(live["state"], "live");
        assert_eq!(live["live"]["idp_entity_id"], world.idp.entity_id(), "learned by the test");
        assert_eq!(live["draft"], json!(null));
        assert_eq!(live["advisories"], json!(["admin-two-factor-recommended"]));

        let code = world.code(&ada());
        let tokens = world.exchange(&code).expect(200).json();
        assert_eq!(tokens["token_type"], "Bearer");
        let access = unverified_claims(&text(&tokens, "/access_token"));
        let id = unverified_claims(&text(&tokens, "/id_token"));
        for claims in [&access, &id] {
            assert_eq!(claims["workspace"], world.workspace);
            assert_eq!(claims["connection"], world.connection);
            assert_eq!(claims["role"], "member");
            assert_eq!(claims["amr"], json!(["saml"]));
            assert!(text(claims, "/sub").starts_with("mem_"));
            assert!(text(claims, "/sid").starts_with("ses_"));
        }
        assert_eq!(access["client_id"], world.client.0);
        assert_eq!(id["aud"], world.client.0);
        assert_eq!(id["nonce"], "the-nonce");
        assert_eq!(id["email"], "ada@acme.example");
        assert_eq!(id["email_verified"], false, "no verified domain");

        let bearer = format!("Bearer {}", text(&tokens, "/access_token"));
        let userinfo = format!("{}/oauth2/userinfo", world.server.url);
        for method in ["GET", "POST"] {
            let answer = send(method, &userinfo, &[("authorization", &bearer)], "").expect(200);
            let claims = answer.json();
            assert_eq!(claims["sub"], id["sub"]);
            assert_eq!(claims["saml"]["name_id"], "ada@acme.example");
            let attributes = claims["saml"]["attributes"].as_object().unwrap();
            assert!(!attributes.is_empty() && attributes.values().all(|values| values.is_array()));
        }

        // The member is there now, active, linked; the next sign-in finds them.
        let members = world.people();
        assert_eq!(members[0]["id"], id["sub"]);
        assert_eq!(members[0]["status"], "active");
        let again = world.exchange(&world.code(&ada())).expect(200).json();
        assert_eq!(unverified_claims(&text(&again, "/id_token"))["sub"], id["sub"]);

        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"].as_array().unwrap().len(), 2);
        assert_eq!(attempts["data"][0]["outcome"], "signed_in");
    }

    fn tokens_rotate_and_end(engine) {
        let world = World::live(engine);
        let first = world.exchange(&world.code(&ada())).expect(200).json();
        let access = text(&first, "/access_token");
        assert!(world.is_active(&access));
        let old = text(&first, "/refresh_token");
        let second = world.refresh(&old).expect(200).json();
        let new = text(&second, "/refresh_token");
        assert_ne!(old, new);
        assert!(world.is_active(&new) && !world.is_active(&old));

        // The old one again: somebody has stolen it, or was robbed of it. The session ends.
        assert_eq!(world.refresh(&old).expect(400).json()["error"], "invalid_grant");
        assert_eq!(world.refresh(&new).expect(400).json()["error"], "invalid_grant");
        assert!(!world.is_active(&access) && !world.is_active(&new));

        // A code twice: what it minted is revoked.
        let code = world.code(&ada());
        let tokens = world.exchange(&code).expect(200).json();
        assert_eq!(world.exchange(&code).expect(400).json()["error"], "invalid_grant");
        assert!(!world.is_active(&text(&tokens, "/access_token")));
        assert_eq!(world.refresh(&text(&tokens, "/refresh_token")).status, 400);
    }

    fn off_means_off(engine) {
        let world = World::live(engine);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let (access, refresh) = (text(&tokens, "/access_token"), text(&tokens, "/refresh_token"));
        let code = world.code(&ada());
        let disable = world.path("/disable");
        assert_eq!(world.api.post(&disable, &json!({})).problem(409), "force-required");
        let disabled = world.api.post(&disable, &json!({"force": true})).expect(200).json();
        assert_eq!(disabled["state"], "disabled");
        assert!(!world.is_active(&access));
        assert_eq!(world.refresh(&refresh).expect(400).json()["error"], "invalid_grant");
        assert_eq!(world.exchange(&code).expect(400).json()["error"], "invalid_grant");
        // Another replica may have a copy of the settings for a second; nobody gets in by it.
        let refused = || Browser::default().get(&world.authorize_url()).status == 403;
        within(Duration::from_secs(1), "no sign-in begins", refused);

        // Enabled again without a new test: the last live revision has passed its own.
        assert_eq!(world.enable().expect(200).json()["state"], "live");
        world.exchange(&world.code(&ada())).expect(200);
    }

    fn a_deactivated_member_stays_out(engine) {
        let world = World::live(engine);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let member = text(&unverified_claims(&text(&tokens, "/id_token")), "/sub");
        let path = world.workspace_path(&format!("/members/{member}"));
        world.api.patch(&path, &json!({"status": "deactivated"})).expect(200);
        assert!(!world.is_active(&text(&tokens, "/access_token")));
        let answer = world.sign_in(&ada(), &Default::default());
        assert_eq!(answer.status, 403, "{answer:?}");
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "member-deactivated");
        assert!(answer.body.contains(&text(&attempts, "/data/0/reference")), "the reference");
    }
}
