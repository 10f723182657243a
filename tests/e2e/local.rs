//! Signing in on our own pages: passwords, second factors, and what SSO leaves of them.

use serde_json::json;
use vestibule_test_idp::Twist;

use crate::support::{
    on_all, on_both,
    visitor::{PASSWORD, Visitor, set_password, totp},
    world::{World, ada, code_in, text, unverified_claims},
};

/// The authorize URL by password.
pub(crate) fn by_password(world: &World) -> String {
    world.authorize_with(&[("workspace", &world.workspace), ("method", "password")])
}

/// A member with a password; their id.
pub(crate) fn with_password(world: &World, email: &str, role: &str) -> String {
    let member = text(&world.add_member(email, role), "/id");
    set_password(world, &member, PASSWORD);
    member
}

/// Types address and password.
pub(crate) fn typed(world: &World, start: &str, email: &str, password: &str) -> Visitor {
    let mut visitor = Visitor::open(world, start);
    visitor.fill(&[("password", password), ("email", email)]);
    visitor
}

/// Every password sign-in of the workspace needs a second factor.
fn everybody_needs_two(world: &World) {
    let rule = json!({"two_factor": "everyone"});
    world
        .api
        .patch(&world.workspace_path(""), &rule)
        .expect(200);
}

/// Enrols an authenticator app where the page asks for it; gives the secret and the recovery codes.
pub(crate) fn enrol(visitor: &mut Visitor) -> (String, Vec<String>) {
    let secret = secret_on(visitor);
    visitor.fill(&[("code", &totp(&secret, 0))]);
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
    let codes = codes_on(visitor);
    assert_eq!(codes.len(), 10, "{:?}", visitor.page);
    (secret, codes)
}

/// The secret on a page that asks to enrol.
pub(crate) fn secret_on(visitor: &Visitor) -> String {
    let page = visitor.page.body.replace("&amp;", "&");
    let (_, after) = page.split_once("secret=").expect("a secret");
    let secret: String = after
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    assert_eq!(secret.len(), 32, "{page}");
    secret
}

/// The recovery codes on a page.
pub(crate) fn codes_on(visitor: &Visitor) -> Vec<String> {
    let is_code = |word: &&str| {
        let groups: Vec<_> = word.split('-').collect();
        groups.len() == 4 && groups.iter().all(|group| group.len() == 4)
    };
    let reads = visitor.reads();
    let mut codes: Vec<_> = reads
        .split(' ')
        .filter(is_code)
        .map(str::to_owned)
        .collect();
    codes.dedup();
    codes
}

on_all! {
    fn an_admin_comes_in_by_password_and_authenticator_app(engine) {
        let world = World::live(engine);
        world.api.patch(&world.workspace_path(""), &json!({"two_factor": "admins"})).expect(200);
        with_password(&world, "grace@acme.example", "admin");

        // Nobody is enrolled yet: the sign-in leads through it.
        let mut grace = typed(&world, &by_password(&world), "grace@acme.example", PASSWORD);
        let (secret, codes) = enrol(&mut grace);
        let enrolled = totp(&secret, 0);
        grace.send(grace.form_to("/codes"), &[]);
        let tokens = world.exchange(&code_in(&grace.page)).expect(200).json();
        let claims = unverified_claims(&text(&tokens, "/access_token"));
        assert_eq!(claims["amr"], json!(["pwd", "otp"]));
        assert_eq!(claims["role"], "admin");

        // From now on the app is asked for, and each code counts once.
        let mut again = typed(&world, &by_password(&world), "grace@acme.example", PASSWORD);
        again.fill(&[("code", &enrolled), ("kind", "totp")]);
        assert_eq!(again.page.status, 403, "the code that enrolled: {:?}", again.page);
        again.fill(&[("code", &totp(&secret, 2)), ("kind", "totp")]);
        assert_eq!(again.page.status, 403, "a code of the next but one window");
        again.fill(&[("code", &totp(&secret, 1)), ("kind", "totp")]);
        code_in(&again.page);

        // A recovery code instead, once.
        for expected in [303, 403] {
            let mut lost = typed(&world, &by_password(&world), "grace@acme.example", PASSWORD);
            lost.fill(&[("code", &codes[3].to_lowercase()), ("kind", "recovery")]);
            assert_eq!(lost.page.status, expected, "{:?}", lost.page);
        }

        // Loudly: the audit log says that somebody came in beside SSO.
        let events = world.api.get("/v1/audit-events?limit=200").expect(200).json();
        let loud = events["data"].as_array().unwrap().iter();
        assert_eq!(loud.filter(|event| event["action"] == "admin.signed_in_without_sso").count(), 3);
    }

    fn a_member_is_sent_to_sso_while_it_is_live(engine) {
        let world = World::live(engine);
        with_password(&world, "ada@acme.example", "member");
        let mut member = typed(&world, &by_password(&world), "ada@acme.example", PASSWORD);
        assert_eq!(member.page.status, 403, "{:?}", member.page);
        assert!(member.reads().contains("sign in through it and not by password"), "{}", member.reads());
        let sso = member.page.body.split("href=\"").find(|part| part.contains("/sso\"")).unwrap();
        let sso = sso.split_once('"').unwrap().0.to_owned();
        member.go(&sso);
        assert!(member.page.location().starts_with(&world.idp.sso_url()), "{:?}", member.page);
    }
}

on_both! {
    fn unknown_and_known_accounts_are_answered_alike(engine) {
        let world = World::new(engine);
        with_password(&world, "ada@acme.example", "member");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let known = typed(&world, &start, "ada@acme.example", "not the password at all");
        let unknown = typed(&world, &start, "bob@acme.example", "not the password at all");
        assert_eq!((known.page.status, unknown.page.status), (403, 403));
        assert_eq!(
            known.reads().replace("ada@", "…@"),
            unknown.reads().replace("bob@", "…@"),
        );
        let in_at_last = typed(&world, &start, "ada@acme.example", PASSWORD);
        assert!(in_at_last.at.ends_with("/account"), "{:?}", in_at_last.page);
    }

    fn an_old_password_counts_again_once_it_is_set_anew(engine) {
        let world = World::new(engine);
        let ada_id = with_password(&world, "ada@acme.example", "member");
        with_password(&world, "grace@acme.example", "admin");
        world.save_draft();
        world.pass_test();
        world.enable().expect(200);
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);

        let decision = world.decide("ada@acme.example", "password");
        assert_eq!(decision["required"], json!(["password_reset"]));
        let start = by_password(&world);
        let old = typed(&world, &start, "ada@acme.example", PASSWORD);
        assert_eq!(old.page.status, 403, "{:?}", old.page);
        assert!(old.reads().contains("set it anew"), "{}", old.reads());
        // An admin's counted all the time.
        code_in(&typed(&world, &start, "grace@acme.example", PASSWORD).page);
        // A mint by API is the caller's word.
        let minted = json!({"workspace_id": world.workspace, "email": "ada@acme.example",
                            "amr": ["pwd"], "client_id": world.client.0});
        world.api.post("/v1/sessions", &minted).expect(201);

        set_password(&world, &ada_id, "seven orange kettles whistle early");
        let new = typed(&world, &start, "ada@acme.example", "seven orange kettles whistle early");
        code_in(&new.page);
    }

    fn an_admin_proves_a_link_by_password_and_second_factor(engine) {
        let world = World::live(engine);
        with_password(&world, "ada@acme.example", "admin");
        let mut browser = crate::support::browser::Browser::default();
        let form = world.visit_idp(&mut browser, &world.authorize_url(), &world.idp, &ada(), &Twist::default());
        let refused = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(refused.status, 403, "{refused:?}");
        let (_, way) = refused.body.split_once("href=\"/sign-in/").expect("the way to prove it");
        let (id, _) = way.split_once('"').unwrap();

        // Another browser cannot take it.
        let stranger = Visitor::open(&world, &format!("/sign-in/{id}"));
        assert_eq!(stranger.page.status, 400, "{:?}", stranger.page);

        let mut ada_herself = Visitor::with(browser, &world, &format!("/sign-in/{id}"));
        ada_herself.fill(&[("password", PASSWORD)]);
        enrol(&mut ada_herself);
        ada_herself.send(ada_herself.form_to("/codes"), &[]);
        code_in(&ada_herself.page);

        // From now on SSO alone is enough.
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        let claims = unverified_claims(&text(&tokens, "/access_token"));
        assert_eq!((&claims["role"], &claims["amr"]), (&json!("admin"), &json!(["saml"])));
        let refreshed = world.refresh(&text(&tokens, "/refresh_token")).expect(200).json();
        assert!(world.is_active(&text(&refreshed, "/access_token")));
        assert_eq!(world.decide("ada@acme.example", "saml")["required"], json!([]));
    }

    fn what_one_account_has_shown_says_nothing_of_another(engine) {
        let world = World::new(engine);
        everybody_needs_two(&world);
        with_password(&world, "ada@acme.example", "member");
        with_password(&world, "grace@acme.example", "member");
        let start = format!("/sign-in?workspace={}", world.workspace);
        // Right until the second step, and from there to somebody else.
        let [known, unknown] = ["grace@acme.example", "bob@acme.example"].map(|other| {
            let mut visitor = typed(&world, &start, "ada@acme.example", PASSWORD);
            let mut form = visitor.form_with("code");
            form.action = format!("{}/address", visitor.at);
            visitor.send(form, &[("email", other)]);
            visitor
        });
        assert_eq!((known.page.status, unknown.page.status), (200, 200), "{:?}", known.page);
        assert_eq!(known.reads().replace("grace@", "…@"), unknown.reads().replace("bob@", "…@"));
        assert!(known.form_with("password").action.ends_with("/password"));
    }

    fn who_has_the_old_password_goes_no_further(engine) {
        let world = World::new(engine);
        everybody_needs_two(&world);
        let ada_id = with_password(&world, "ada@acme.example", "member");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let mut thief = typed(&world, &start, "ada@acme.example", PASSWORD);
        let secret = secret_on(&thief);
        set_password(&world, &ada_id, "seven orange kettles whistle early");
        thief.fill(&[("code", &totp(&secret, 0))]);
        assert_eq!(thief.page.status, 403, "{:?}", thief.page);
        let path = world.workspace_path(&format!("/members/{ada_id}/two-factor"));
        assert_eq!(world.api.get(&path).expect(200).json()["totp"], json!(null));
    }

    fn who_comes_by_sso_alone_leaves_nothing_here_that_outlives_it(engine) {
        let world = World::live(engine);
        world.add_member("ada@acme.example", "member");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let mut visitor = Visitor::open(&world, &start);
        let sso = format!("{}/sso", visitor.at);
        let form = world.visit_idp(&mut visitor.browser, &sso, &world.idp, &ada(), &Twist::default());
        visitor.browser.deliver(&form.acs_url, &form.saml_response);
        visitor.go("/account");
        assert!(visitor.at.ends_with("/account"), "{:?}", visitor.page);
        assert!(!visitor.page.body.contains("/account/totp"), "{:?}", visitor.page);
        for path in ["/account/totp", "/account/passkeys/new", "/account/password"] {
            let mut visitor = visitor.clone();
            visitor.go(path);
            assert_eq!(visitor.page.status, 403, "{path}: {:?}", visitor.page);
            assert!(visitor.reads().contains("through single sign-on"), "{}", visitor.reads());
        }
        let mut form = visitor.form_to("/sign-out");
        form.action = "/account/recovery-codes".to_owned();
        visitor.send(form, &[]);
        assert_eq!(visitor.page.status, 403, "{:?}", visitor.page);
    }

    fn a_form_of_another_site_or_browser_does_nothing(engine) {
        let world = World::new(engine);
        with_password(&world, "ada@acme.example", "member");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let mut visitor = Visitor::open(&world, &start);
        let form = visitor.form_with("password").filled("email", "ada@acme.example").filled("password", PASSWORD);
        let mut forged = visitor.clone();
        forged.send(form.clone(), &[("csrf", "0000")]);
        assert_eq!(forged.page.status, 403, "{:?}", forged.page);
        let mut stranger = Visitor::open(&world, "/healthz");
        stranger.send(form.clone(), &[]);
        assert_eq!(stranger.page.status, 400, "{:?}", stranger.page);
        visitor.send(form, &[]);
        assert!(visitor.at.ends_with("/account"), "{:?}", visitor.page);
    }
}

/// Signs an admin in to our own pages by password; without a second factor, which nothing asks for.
fn at_home(world: &World, email: &str) -> Visitor {
    let start = format!("/sign-in?workspace={}", world.workspace);
    let visitor = typed(world, &start, email, PASSWORD);
    assert!(visitor.at.ends_with("/account"), "{:?}", visitor.page);
    visitor
}

/// Runs a test of the draft in a visitor's browser, as the IdP's Ada; the page at its end, and the test's
/// id.
fn run_test(world: &World, visitor: &mut Visitor) -> String {
    let test = world
        .api
        .post(&world.path("/tests"), &json!({}))
        .expect(201)
        .json();
    let start = text(&test, "/start_url");
    let form = world.visit_idp(
        &mut visitor.browser,
        &start,
        &world.idp,
        &ada(),
        &Twist::default(),
    );
    visitor.page = visitor.browser.deliver(&form.acs_url, &form.saml_response);
    visitor.at.clone_from(&form.acs_url);
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
    text(&test, "/id")
}

fn identities(world: &World, member: &str) -> serde_json::Value {
    let path = world.workspace_path(&format!("/members/{member}/identities"));
    world.api.get(&path).expect(200).json()["data"].clone()
}

on_both! {
    fn an_admin_says_that_a_test_was_about_them(engine) {
        let world = World::new(engine);
        let ada_id = with_password(&world, "ada@acme.example", "admin");
        with_password(&world, "grace@acme.example", "admin");
        world.save_draft();
        let mut ada_herself = at_home(&world, "ada@acme.example");
        let test = run_test(&world, &mut ada_herself);
        assert_eq!(identities(&world, &ada_id), json!([]), "a test by itself links nobody");
        let place = format!("/saml/{}/tests/{test}/this-is-me", world.connection);
        assert!(ada_herself.page.body.contains(&place), "{:?}", ada_herself.page);

        // Not another admin, not in another browser, not without the form.
        let mut grace = at_home(&world, "grace@acme.example");
        assert_eq!(grace.go(&place).status, 403);
        let mut elsewhere = at_home(&world, "ada@acme.example");
        assert_eq!(elsewhere.go(&place).status, 403);
        let url = format!("{}{place}", world.server.url);
        let forged = ada_herself.browser.post_from_elsewhere(&url, &[]);
        assert!(matches!(forged.status, 303 | 403), "{forged:?}");
        let forged = ada_herself.browser.post_from_here(&url, &[("csrf", "x")]);
        assert_eq!(forged.status, 403, "{forged:?}");
        assert_eq!(identities(&world, &ada_id), json!([]));

        ada_herself.go(&place);
        assert!(ada_herself.reads().contains("Ada") || ada_herself.reads().contains("ada@"));
        ada_herself.send(ada_herself.form_to("/this-is-me"), &[]);
        assert_eq!(ada_herself.page.status, 200, "{:?}", ada_herself.page);
        let links = identities(&world, &ada_id);
        assert_eq!(links[0]["proven_by"], "this_is_me", "{links}");
        world.enable().expect(200);
        let tokens = world.exchange(&world.code(&ada())).expect(200).json();
        assert_eq!(unverified_claims(&text(&tokens, "/access_token"))["role"], "admin");
    }

    fn a_start_url_that_somebody_else_sends_links_nobody(engine) {
        let world = World::new(engine);
        let ada_id = with_password(&world, "ada@acme.example", "admin");
        // Whoever configures SSO points it at an IdP of their own, which asserts Ada's address.
        world.save_draft();
        let mut victim = at_home(&world, "ada@acme.example");
        run_test(&world, &mut victim);
        world.enable().expect(200);
        assert_eq!(identities(&world, &ada_id), json!([]));
        assert_eq!(world.sign_in(&ada(), &Twist::default()).status, 403);
    }

    fn groups_make_admins_once_a_proven_admin_has_said_so(engine) {
        let world = World::new(engine);
        let mut draft = World::draft_of(&world.idp);
        draft["role_mapping"] = json!({"attributes": ["groups"], "admin": ["owners"]});
        world.api.put(&world.path("/draft"), &draft).expect(200);
        with_password(&world, "ada@acme.example", "admin");
        let mut ada_herself = at_home(&world, "ada@acme.example");
        let test = run_test(&world, &mut ada_herself);
        let connection = world.enable().expect(200).json();
        let revision = text(&connection, "/live/id");
        let place = format!("/account/connections/{}/revisions/{revision}/admin-mapping", world.connection);

        // `groups=owners` of a stranger makes nobody an admin yet.
        let owner = |email: &str| {
            vestibule_test_idp::User::new(email, "Olga", "Owner").in_groups(["owners"])
        };
        let role = |user: &vestibule_test_idp::User| {
            let tokens = world.exchange(&world.code(user)).expect(200).json();
            unverified_claims(&text(&tokens, "/access_token"))["role"].clone()
        };
        assert_eq!(role(&owner("olga@acme.example")), "member");
        assert_eq!(ada_herself.go(&place).status, 403, "not proven");

        ada_herself.go(&format!("/saml/{}/tests/{test}/this-is-me", world.connection));
        ada_herself.send(ada_herself.form_to("/this-is-me"), &[]);
        ada_herself.go(&place);
        ada_herself.send(ada_herself.form_to("/admin-mapping"), &[]);
        assert_eq!(ada_herself.page.status, 200, "{:?}", ada_herself.page);
        assert_eq!(role(&owner("olga@acme.example")), "admin");
        assert_eq!(role(&owner("nils@acme.example")), "admin", "just in time too");

        // On exactly that revision: the next one asks again.
        draft["name_id_format"] = json!("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");
        world.api.put(&world.path("/draft"), &draft).expect(200);
        world.pass_test();
        world.enable().expect(200);
        assert_eq!(role(&owner("third@acme.example")), "member");
    }
}
