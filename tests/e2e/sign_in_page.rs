//! The sign-in page: where this browser was last, the right way from there, and the admins' way when single
//! sign-on is down.

use serde_json::json;
use vestibule_test_idp::{Status, Twist};

use crate::{
    local::{typed, with_password},
    support::{
        browser::Browser,
        html,
        http::Answer,
        on_both,
        visitor::{PASSWORD, Visitor},
        world::{World, ada, answer_of, code_in, new_workspace},
    },
};

const GRACE: &str = "grace@acme.example";
const CONTINUE: &str = "Continue to Acme GmbH";
const ADMINS: &str = "Admins: sign in with a password";

/// Where the link of these words leads, if the page has it.
fn link(page: &str, words: &str) -> Option<String> {
    let link = page.split("<a ").skip(1).find(|link| {
        let inside = link.split_once('>').map_or("", |(_, after)| after);
        inside.starts_with(words)
    })?;
    let href = link.split_once("href=\"")?.1.split_once('"')?.0;
    Some(html::decode(href).into_owned())
}

#[track_caller]
fn follow(visitor: &mut Visitor, words: &str) {
    let to = link(&visitor.page.body, words);
    let to = to.unwrap_or_else(|| panic!("no {words}: {:?}", visitor.page));
    visitor.go(&to);
}

/// The cookie of this name that an answer sets.
fn cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut set = answer
        .headers
        .iter()
        .filter(|(header, _)| header == "set-cookie");
    set.find_map(|(_, cookie)| cookie.strip_prefix(name)?.strip_prefix('='))
}

/// Somebody whose browser has been in the workspace, and is signed in no more.
fn been_here(world: &World) -> Visitor {
    let start = format!("/sign-in?workspace={}", world.workspace);
    let mut visitor = typed(world, &start, GRACE, PASSWORD);
    assert!(visitor.at.ends_with("/account"), "{:?}", visitor.page);
    visitor.send(visitor.form_to("/sign-out"), &[]);
    visitor
}

on_both! {
    fn a_browser_remembers_the_workspace_and_not_who_it_was(engine) {
        let world = World::new(engine);
        with_password(&world, GRACE, "admin");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let mut grace = Visitor::open(&world, &start);
        let form = grace.form_with("password").filled("email", GRACE).filled("password", PASSWORD);
        let url = format!("{}{}", world.server.url, form.action);
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let answer = grace.browser.post_from_here(&url, &fields).expect(303);
        let last = cookie(&answer, "vb_last").expect("it is remembered");
        assert!(last.starts_with(&format!("{}; ", world.workspace)), "{last}");
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=15552000"] {
            assert!(last.contains(part), "{part}: {last}");
        }

        // Somebody else at this browser learns which workspace it was, and no more.
        let mut next = been_here(&world);
        next.go("/sign-in");
        assert!(next.reads().contains(CONTINUE), "{}", next.reads());
        assert!(!next.page.body.contains("grace") && !next.page.body.contains(ADMINS), "{:?}", next.page);
        follow(&mut next, CONTINUE);
        assert!(next.reads().contains("Acme GmbH"), "{}", next.reads());
        // Not this one after all; and then it is.
        follow(&mut next, "Use another e-mail address");
        assert!(next.reads().contains(CONTINUE), "{}", next.reads());
        follow(&mut next, CONTINUE);
        next.fill(&[("password", PASSWORD), ("email", GRACE)]);
        assert!(next.at.ends_with("/account"), "{:?}", next.page);

        // An application that names no workspace is served the same way.
        let mut again = been_here(&world);
        again.go(&world.authorize_with(&[("workspace", "")]));
        follow(&mut again, CONTINUE);
        again.fill(&[("password", PASSWORD), ("email", GRACE)]);
        code_in(&again.page);

        let stranger = Visitor::open(&world, "/sign-in");
        assert!(!stranger.reads().contains("Continue to"), "{}", stranger.reads());
    }

    fn what_is_asked_for_wins_over_what_is_remembered(engine) {
        let world = World::new(engine);
        with_password(&world, GRACE, "admin");
        let (other, _) = new_workspace(&world.api, "pro");
        let name = json!({"name": "Bright & Sons"});
        world.api.patch(&format!("/v1/workspaces/{other}"), &name).expect(200);
        let been = been_here(&world);
        for (path, reads) in [
            (format!("/sign-in?workspace={other}"), "Bright & Sons"),
            ("/sign-in?email=ada@nowhere.example".to_owned(), "Choose your workspace"),
            ("/sign-in?login_hint=ada@nowhere.example".to_owned(), "Choose your workspace"),
            ("/sign-in?prompt=select_account".to_owned(), "Sign in"),
            (world.authorize_with(&[("workspace", ""), ("prompt", "select_account")]), "Sign in"),
            (world.authorize_with(&[("workspace", ""), ("login_hint", "ada@nowhere.example")]), "Choose your workspace"),
        ] {
            let mut visitor = been.clone();
            visitor.go(&path);
            assert_eq!(visitor.page.status, 200, "{path}: {:?}", visitor.page);
            assert!(visitor.reads().contains(reads), "{path}: {}", visitor.reads());
            assert!(!visitor.reads().contains("Continue to"), "{path}: {}", visitor.reads());
        }
        // With an address it is one of those to choose from.
        let mut visitor = been.clone();
        visitor.go("/sign-in?email=ada@nowhere.example");
        let choice = html::forms(&visitor.page.body).into_iter().find(|form| !form.buttons.is_empty());
        let choice = choice.expect("a choice");
        assert_eq!(choice.buttons, [("workspace".to_owned(), world.workspace.clone())]);
        visitor.send(choice, &[("workspace", &world.workspace)]);
        assert!(visitor.form_with("password").action.ends_with("/password"));

        // A workspace that is gone, and what is none, are as if nothing was remembered.
        world.api.delete(&world.workspace_path("")).expect(204);
        let mut visitor = been;
        assert_eq!(visitor.go("/sign-in").status, 200);
        assert!(!visitor.reads().contains("Continue to"), "{}", visitor.reads());
        let last = format!("{}/last", visitor.at);
        visitor.go(&last);
        assert_eq!(visitor.page.status, 400, "{:?}", visitor.page);
    }

    fn where_sso_is_live_a_browser_goes_straight_to_it_and_an_admin_need_not(engine) {
        let world = World::live(engine);
        with_password(&world, GRACE, "admin");
        // By single sign-on, for an application.
        let mut browser = Browser::default();
        let form = world.visit_idp(&mut browser, &world.authorize_url(), &world.idp, &ada(), &Twist::default());
        let answer = browser.deliver(&form.acs_url, &form.saml_response);
        assert!(cookie(&answer, "vb_last").expect("remembered").starts_with(&world.workspace));
        code_in(&answer);

        let mut visitor = Visitor::with(browser, &world, "/sign-in");
        let page = visitor.at.clone();
        assert!(visitor.reads().contains(ADMINS), "{}", visitor.reads());
        follow(&mut visitor, CONTINUE);
        assert!(visitor.page.location().starts_with(&world.idp.sso_url()), "{:?}", visitor.page);
        // It is down, and they go back: their sign-in is still open, by either way.
        for _ in 0..2 {
            let mut again = visitor.clone();
            again.go(&page);
            follow(&mut again, "Continue with single sign-on");
            let start = again.page.location().to_owned();
            let form = answer_of(&world.idp, &start, &ada(), &Twist::default());
            let answer = again.browser.deliver(&form.acs_url, &form.saml_response);
            assert!(answer.location().ends_with("/account"), "{answer:?}");
        }
        let mut admin = visitor;
        admin.go("/sign-in");
        follow(&mut admin, ADMINS);
        admin.fill(&[("password", PASSWORD), ("email", GRACE)]);
        assert!(admin.at.ends_with("/account"), "{:?}", admin.page);
    }

    fn when_the_identity_provider_fails_the_page_leads_admins_to_the_password(engine) {
        let world = World::live(engine);
        with_password(&world, GRACE, "admin");
        let failures = [
            Twist { status: Some(Status::authn_failed()), ..Twist::default() },
            Twist { other_key: true, ..Twist::default() },
            Twist { wrong_audience: true, ..Twist::default() },
        ];
        for twist in failures {
            let mut browser = Browser::default();
            let form = world.visit_idp(&mut browser, &world.authorize_url(), &world.idp, &ada(), &twist);
            let page = browser.deliver(&form.acs_url, &form.saml_response);
            assert_eq!(page.status, 403, "{twist:?}: {page:?}");
            let retry = link(&page.body, "Try again").expect("once more");
            let by_password = link(&page.body, ADMINS).expect("the admins' way");

            let mut again = Visitor::with(browser.clone(), &world, &retry);
            assert!(again.page.location().starts_with(&world.idp.sso_url()), "{:?}", again.page);
            let start = again.page.location().to_owned();
            let form = answer_of(&world.idp, &start, &ada(), &Twist::default());
            code_in(&again.browser.deliver(&form.acs_url, &form.saml_response));

            let mut admin = Visitor::with(browser, &world, &by_password);
            admin.fill(&[("password", PASSWORD), ("email", GRACE)]);
            world.exchange(&code_in(&admin.page)).expect(200);
        }

        // On our own pages too, and back to where it was going.
        let place = format!("/settings/sso/{}", world.connection);
        let mut visitor = Visitor::open(&world, &format!("/sign-in?workspace={}&return_to={place}", world.workspace));
        let sso = link(&visitor.page.body, "Continue with single sign-on").expect("the right way");
        let sso = format!("{}{sso}", world.server.url);
        let twist = Twist { wrong_audience: true, ..Twist::default() };
        let form = world.visit_idp(&mut visitor.browser, &sso, &world.idp, &ada(), &twist);
        visitor.page = visitor.browser.deliver(&form.acs_url, &form.saml_response);
        follow(&mut visitor, ADMINS);
        visitor.fill(&[("password", PASSWORD), ("email", GRACE)]);
        assert!(visitor.at.ends_with(&place), "{:?}", visitor.page);

        // Switched off while somebody was away.
        let mut browser = Browser::default();
        let form = world.visit_idp(&mut browser, &world.authorize_url(), &world.idp, &ada(), &Twist::default());
        world.api.post(&world.path("/disable"), &json!({"force": true})).expect(200);
        let page = browser.deliver(&form.acs_url, &form.saml_response);
        assert_eq!(page.status, 403, "{page:?}");
        assert_eq!(link(&page.body, "Try again"), None);
        let by_password = link(&page.body, ADMINS).expect("the admins' way");
        let mut admin = Visitor::with(browser, &world, &by_password);
        admin.fill(&[("password", PASSWORD), ("email", GRACE)]);
        code_in(&admin.page);
    }
}
