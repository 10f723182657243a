//! Decisions and mints: the same rules, asked and done.

use serde_json::{Value, json};

use crate::support::{
    on_both,
    world::{World, text, unverified_claims},
};

fn mint(world: &World, email: &str, amr: &[&str]) -> crate::support::http::Answer {
    let body = json!({
        "workspace_id": world.workspace,
        "email": email,
        "amr": amr,
        "client_id": world.client.0,
    });
    world.api.post("/v1/sessions", &body)
}

on_both! {
    fn mandatory_sso_is_for_everybody_but_admins(engine) {
        let world = World::live(engine);
        world.add_member("grace@acme.example", "admin");
        world.add_member("ada@acme.example", "member");

        let ada = world.decide("ada@acme.example", "password");
        assert_eq!(ada["allowed"], false);
        assert_eq!(ada["code"], "sso-required");
        assert_eq!(ada["required"], json!([]));
        let url = format!("{}/oauth2/authorize?workspace={}", world.server.url, world.workspace);
        assert_eq!(ada["sign_in_url"], url);
        assert!(ada["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
        let refused = mint(&world, "ada@acme.example", &["pwd", "otp"]);
        assert_eq!(refused.problem(403), "sso-required");
        assert_eq!(refused.json()["sign_in_url"], url);

        let grace = world.decide("grace@acme.example", "password");
        assert_eq!((&grace["allowed"], &grace["required"]), (&json!(true), &json!([])));
        mint(&world, "grace@acme.example", &["pwd"]).expect(201);

        // An admin by SAML needs a proof that this version does not take (P10).
        let by_saml = world.decide("grace@acme.example", "saml");
        assert_eq!(by_saml["allowed"], true);
        assert_eq!(by_saml["required"], json!(["local_proof"]));
        let stranger = world.decide("new@acme.example", "saml");
        assert_eq!((&stranger["allowed"], &stranger["required"]), (&json!(true), &json!([])));
    }

    fn the_second_factor_counts_where_the_workspace_asks_for_it(engine) {
        let world = World::live(engine);
        world.add_member("grace@acme.example", "admin");
        let path = world.workspace_path("");
        world.api.patch(&path, &json!({"two_factor": "admins"})).expect(200);
        let grace = world.decide("grace@acme.example", "password");
        assert_eq!(grace["allowed"], true);
        assert_eq!(grace["required"], json!(["second_factor"]));
        assert_eq!(mint(&world, "grace@acme.example", &["pwd"]).problem(403), "second-factor-required");
        for factor in ["otp", "hwk", "swk", "mfa"] {
            let minted = mint(&world, "grace@acme.example", &["pwd", factor]).expect(201).json();
            let claims = unverified_claims(&text(&minted, "/access_token"));
            assert_eq!(claims["amr"], json!(["pwd", factor]));
            assert_eq!(claims.get("connection"), None::<&Value>);
        }
        for amr in [&[][..], &["fed"], &["saml"], &["pwd", "saml"], &["carrier-pigeon"]] {
            assert_eq!(mint(&world, "grace@acme.example", amr).problem(422), "invalid-value");
        }
    }

    fn password_sessions_of_others_end_when_sso_goes_live(engine) {
        let world = World::new(engine);
        world.add_member("ada@acme.example", "member");
        let minted = mint(&world, "ada@acme.example", &["pwd"]).expect(201).json();
        let (access, refresh) = (text(&minted, "/access_token"), text(&minted, "/refresh_token"));
        assert!(world.is_active(&access));
        world.save_draft();
        world.pass_test();
        world.enable().expect(200);
        assert!(!world.is_active(&access), "introspection says so at once");
        assert_eq!(world.refresh(&refresh).expect(400).json()["error"], "invalid_grant");
    }

    fn an_admin_cannot_come_in_by_an_unproven_assertion(engine) {
        let world = World::live(engine);
        world.add_member("ada@acme.example", "admin");
        let answer = world.sign_in(&crate::support::world::ada(), &Default::default());
        assert_eq!(answer.status, 403, "{answer:?}");
        let attempts = world.api.get(&world.path("/sign-in-attempts")).expect(200).json();
        assert_eq!(attempts["data"][0]["reason"], "local-proof-required");
    }
}
