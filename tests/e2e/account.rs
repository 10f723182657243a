//! The account page, the reset of a second factor, and the operator's emergency door.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vestibule_store::{MasterKeys, Store, StoreConfig};
use vestibule_test_idp::Style;

use crate::{
    local::{codes_on, secret_on, with_password},
    support::{
        authenticator::Authenticator,
        clock::Clock,
        database::Engine,
        html::{Form, decode, forms},
        http::Answer,
        on_all,
        redis::RedisServer,
        server::{MASTER_KEY, Server},
        visitor::{PASSWORD, Visitor, totp_at},
        world::{ROOT, World, now, text},
    },
};

const GRACE: &str = "grace@acme.example";

/// A workspace whose server keeps the time that the test says.
struct Scene {
    world: World,
    now: Timestamp,
    _clock: Clock,
    /// Of its own, as the time is.
    _redis: Option<RedisServer>,
}

impl Scene {
    fn new(engine: Engine) -> Self {
        Self::on(engine, Server::with)
    }

    /// Behind a name, as passkeys need it.
    fn named(engine: Engine) -> Self {
        Self::on(engine, Server::named)
    }

    fn on(engine: Engine, start: fn(Engine, &[(&str, &str)]) -> Server) -> Self {
        let (clock, now) = (Clock::build(), now());
        let at = Clock::at(now);
        let redis = engine.has_redis().then(RedisServer::start);
        let redis_url = redis.as_ref().map(RedisServer::url);
        let mut settings = vec![
            ("LD_PRELOAD", clock.preload()),
            (Clock::HELD_AT, at.as_str()),
        ];
        settings.extend(redis_url.as_deref().map(|url| ("VESTIBULE_REDIS_URL", url)));
        let world = World::on(start(engine, &settings), Style::Okta);
        Self {
            world,
            now,
            _clock: clock,
            _redis: redis,
        }
    }

    /// So much later.
    fn later(&mut self, by: SignedDuration) {
        self.now += by;
        self.world.server.roll(Clock::HELD_AT, &Clock::at(self.now));
    }

    fn code(&self, secret: &str, steps: i64) -> String {
        totp_at(secret, self.now, steps)
    }

    fn rule(&self, rule: &str) {
        let path = self.world.workspace_path("");
        let rule = json!({"two_factor": rule});
        self.world.api.patch(&path, &rule).expect(200);
    }

    /// Somebody who has typed their password to get to their account.
    fn typed_password(&self, email: &str, password: &str) -> Visitor {
        let start = format!("/sign-in?workspace={}", self.world.workspace);
        let mut visitor = Visitor::open(&self.world, &start);
        type_password(&mut visitor, email, password);
        visitor
    }

    /// The same, and there.
    fn signed_in(&self, email: &str) -> Visitor {
        let visitor = self.typed_password(email, PASSWORD);
        assert!(is_in(&visitor), "{:?}", visitor.page);
        visitor
    }

    /// Sets an authenticator app up on the account page, with the code of the step before; gives its
    /// secret and the recovery codes.
    fn enrol(&self, visitor: &mut Visitor) -> (String, Vec<String>) {
        visitor.go("/account/totp");
        let secret = secret_on(visitor);
        visitor.fill(&[("code", &self.code(&secret, -1))]);
        assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
        let codes = codes_on(visitor);
        assert_eq!(codes.len(), 10, "{:?}", visitor.page);
        visitor.send(visitor.form_to("/kept"), &[]);
        assert!(is_in(visitor), "{:?}", visitor.page);
        (secret, codes)
    }

    fn two_factor_path(&self, member: &str) -> String {
        self.world
            .workspace_path(&format!("/members/{member}/two-factor"))
    }

    fn two_factor(&self, member: &str) -> Value {
        let path = self.two_factor_path(member);
        self.world.api.get(&path).expect(200).json()
    }

    /// The actions of the audit log that begin so. The clock stands, so nothing says which came first.
    fn audited(&self, prefix: &str) -> Vec<String> {
        let list = self.world.api.get("/v1/audit-events?limit=200");
        let list = list.expect(200).json();
        let events = list["data"].as_array().unwrap().iter();
        let actions = events.map(|event| text(event, "/action"));
        let mut actions: Vec<_> = actions
            .filter(|action| action.starts_with(prefix))
            .collect();
        actions.sort();
        actions
    }

    /// What the operator's command says; none where it failed.
    fn operator(&self, arguments: &[&str]) -> Option<String> {
        let mut command = self.world.server.command();
        let output = command.arg("workspace").args(arguments).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(printed)
    }

    fn slug(&self) -> String {
        let workspace = self.world.api.get(&self.world.workspace_path(""));
        text(&workspace.expect(200).json(), "/slug")
    }

    fn sessions_of(&self, member: &str) -> Vec<Value> {
        let path = format!(
            "/v1/sessions?workspace_id={}&member_id={member}&limit=200",
            self.world.workspace
        );
        let list = self.world.api.get(&path).expect(200).json();
        let sessions = list["data"].as_array().unwrap().iter();
        sessions
            .filter(|session| session["revoked_at"].is_null())
            .cloned()
            .collect()
    }
}

fn type_password(visitor: &mut Visitor, email: &str, password: &str) {
    visitor.fill(&[("password", password), ("email", email)]);
}

/// Whether the page is the account.
fn is_in(visitor: &Visitor) -> bool {
    let path = url::Url::parse(&visitor.at).unwrap().path().to_owned();
    visitor.page.status == 200 && path == "/account"
}

/// Whether the page asks to sign in.
fn is_asked(visitor: &Visitor) -> bool {
    visitor.at.contains("/sign-in/")
}

/// The form for one kind of code on the page of the second factor, if it offers that.
fn code_form(visitor: &Visitor, kind: &str) -> Option<Form> {
    let forms = forms(&visitor.page.body);
    forms
        .into_iter()
        .find(|form| form.value("kind") == Some(kind))
}

fn give_code<'v>(visitor: &'v mut Visitor, kind: &str, code: &str) -> &'v Answer {
    let form = code_form(visitor, kind).unwrap_or_else(|| panic!("{kind}: {:?}", visitor.page));
    visitor.send(form, &[("code", code)])
}

/// What a page asks an authenticator for.
fn challenge(visitor: &Visitor) -> String {
    let (_, after) = visitor.page.body.split_once("data-challenge=\"").unwrap();
    let (challenge, _) = after.split_once('"').unwrap();
    decode(challenge).into_owned()
}

/// Answers with a passkey.
fn use_passkey(visitor: &mut Visitor, device: &mut Authenticator) {
    let answer = device.get(&challenge(visitor));
    let form = visitor.form_with("credential");
    visitor.send(form, &[("credential", &answer)]);
}

/// Adds a passkey on the account page.
fn add_passkey(visitor: &mut Visitor, device: &mut Authenticator, name: &str) {
    visitor.go("/account/passkeys/new");
    let answer = device.create(&challenge(visitor));
    let form = visitor.form_with("credential");
    visitor.send(form, &[("credential", &answer), ("name", name)]);
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
}

on_all! {
    fn an_authenticator_app_is_set_up_replaced_and_removed(engine) {
        let scene = Scene::new(engine);
        let grace = with_password(&scene.world, GRACE, "member");
        let mut here = scene.signed_in(GRACE);
        assert!(here.reads().contains("Not set up"), "{}", here.reads());
        let (secret, codes) = scene.enrol(&mut here);
        assert!(here.reads().contains("10 left"), "{}", here.reads());
        let status = scene.two_factor(&grace);
        assert!(status["totp"]["confirmed_at"].is_string(), "{status}");
        assert_eq!(status["recovery_codes_left"], 10);

        // From now on it is asked for. Each code counts once, and only about now.
        let mut second = scene.typed_password(GRACE, PASSWORD);
        assert_eq!(give_code(&mut second, "totp", &scene.code(&secret, -1)).status, 403);
        assert!(second.reads().contains("was used already"), "{}", second.reads());
        assert_eq!(give_code(&mut second, "totp", &scene.code(&secret, 2)).status, 403);
        assert!(second.reads().contains("is not right"), "{}", second.reads());
        give_code(&mut second, "totp", &scene.code(&secret, 0));
        assert!(is_in(&second), "{:?}", second.page);

        let mut third = scene.typed_password(GRACE, PASSWORD);
        give_code(&mut third, "recovery", &codes[0].to_lowercase());
        assert!(is_in(&third), "{:?}", third.page);
        assert!(third.reads().contains("9 left"), "{}", third.reads());
        let mut fourth = scene.typed_password(GRACE, PASSWORD);
        assert_eq!(give_code(&mut fourth, "recovery", &codes[0]).status, 403);

        // Another app; until its first code the old one counts.
        third.go("/account/totp");
        let other = secret_on(&third);
        assert_ne!(other, secret);
        give_code(&mut fourth, "totp", &scene.code(&secret, 1));
        assert!(is_in(&fourth), "{:?}", fourth.page);
        third.fill(&[("code", &scene.code(&other, 2))]);
        assert_eq!(third.page.status, 403, "{:?}", third.page);
        assert_eq!(secret_on(&third), other, "a wrong code can be tried again");
        third.fill(&[("code", &scene.code(&other, -1))]);
        assert!(is_in(&third) && third.reads().contains("is on"), "{:?}", third.page);
        let mut fifth = scene.typed_password(GRACE, PASSWORD);
        give_code(&mut fifth, "totp", &scene.code(&other, 0));
        assert!(is_in(&fifth), "{:?}", fifth.page);

        // New recovery codes end the old ones.
        fifth.send(fifth.form_to("/recovery-codes"), &[]);
        let renewed = codes_on(&fifth);
        assert_eq!(renewed.len(), 10);
        assert!(renewed.iter().all(|code| !codes.contains(code)));
        let mut sixth = scene.typed_password(GRACE, PASSWORD);
        assert_eq!(give_code(&mut sixth, "recovery", &codes[1]).status, 403);
        give_code(&mut sixth, "recovery", &renewed[0]);
        assert!(is_in(&sixth), "{:?}", sixth.page);

        // The last one takes the recovery codes with it.
        sixth.send(sixth.form_to("/totp/remove"), &[]);
        assert!(sixth.reads().contains("Your recovery codes went with it"), "{}", sixth.reads());
        let status = scene.two_factor(&grace);
        assert_eq!(status, json!({"totp": null, "passkeys": [], "recovery_codes_left": 0}));
        scene.signed_in(GRACE);
        assert_eq!(scene.audited("two_factor"), [
            "two_factor.enrolled",
            "two_factor.enrolled",
            "two_factor.recovery_codes_renewed",
            "two_factor.removed",
        ]);
    }

    fn what_is_sensitive_asks_for_a_sign_in_of_the_last_ten_minutes(engine) {
        let mut scene = Scene::new(engine);
        scene.rule("everyone");
        let grace = with_password(&scene.world, GRACE, "member");
        let mut here = scene.typed_password(GRACE, PASSWORD);
        let secret = secret_on(&here);
        here.fill(&[("code", &scene.code(&secret, 0))]);
        here.send(here.form_to("/codes"), &[]);
        assert!(is_in(&here), "{:?}", here.page);

        scene.later(SignedDuration::from_mins(11));
        here.go("/account");
        assert!(is_in(&here), "{:?}", here.page);
        let remove = here.form_to("/totp/remove");
        for path in ["/account/totp", "/account/password"] {
            here.go(path);
            assert!(is_asked(&here), "{path}: {:?}", here.page);
            assert!(here.reads().contains("last ten minutes"), "{}", here.reads());
        }
        here.send(remove, &[]);
        assert!(is_asked(&here), "{:?}", here.page);
        assert!(scene.two_factor(&grace)["totp"].is_object());

        type_password(&mut here, GRACE, PASSWORD);
        give_code(&mut here, "totp", &scene.code(&secret, 0));
        assert!(is_in(&here), "{:?}", here.page);
        assert!(here.reads().contains("press the button once more"), "{}", here.reads());
        here.send(here.form_to("/totp/remove"), &[]);
        assert!(here.reads().contains("leads to setting one up again"), "{}", here.reads());
        assert_eq!(scene.two_factor(&grace)["totp"], Value::Null);
        // And so it does.
        secret_on(&scene.typed_password(GRACE, PASSWORD));
    }

    fn nobody_takes_their_own_factor_away_without_it(engine) {
        let scene = Scene::new(engine);
        let grace = with_password(&scene.world, GRACE, "admin");
        // Signed in by password alone, before there was a factor.
        let mut early = scene.signed_in(GRACE);
        let mut here = scene.signed_in(GRACE);
        let (secret, _) = scene.enrol(&mut here);
        early.go("/account");
        assert!(is_in(&early), "{:?}", early.page);
        for end in ["/totp/remove", "/recovery-codes"] {
            let mut early = early.clone();
            early.send(early.form_to(end), &[]);
            assert!(is_asked(&early), "{end}: {:?}", early.page);
            assert!(early.reads().contains("your own second step"), "{}", early.reads());
        }
        for path in ["/account/totp", "/account/password", "/account/passkeys/new"] {
            let mut early = early.clone();
            early.go(path);
            assert!(is_asked(&early), "{path}: {:?}", early.page);
        }
        assert!(scene.two_factor(&grace)["totp"].is_object());

        // An admin resets nobody's but others'.
        let mut shown = scene.typed_password(GRACE, PASSWORD);
        give_code(&mut shown, "totp", &scene.code(&secret, 0));
        let own = format!("/account/members/{grace}/two-factor");
        assert_eq!(shown.go(&own).status, 403);
        assert!(shown.reads().contains("your own second step"), "{}", shown.reads());
        assert!(scene.two_factor(&grace)["totp"].is_object());
    }

    fn the_picture_that_another_browser_was_shown_is_worth_nothing(engine) {
        let mut scene = Scene::new(engine);
        scene.rule("everyone");
        with_password(&scene.world, GRACE, "member");
        // Somebody who knows the password looks at the picture, and leaves.
        let thief = scene.typed_password(GRACE, PASSWORD);
        let seen = secret_on(&thief);
        let mut grace = scene.typed_password(GRACE, PASSWORD);
        let secret = secret_on(&grace);
        assert_ne!(secret, seen);
        grace.go(&grace.at.clone());
        assert_eq!(secret_on(&grace), secret, "reloading shows the same");
        grace.fill(&[("code", &scene.code(&secret, 0))]);
        assert_eq!(codes_on(&grace).len(), 10, "{:?}", grace.page);

        // On the account page likewise.
        grace.send(grace.form_to("/codes"), &[]);
        grace.go("/account/totp");
        let (first, form) = (secret_on(&grace), grace.form_with("code"));
        scene.later(SignedDuration::from_secs(1));
        grace.go("/account/totp");
        assert_ne!(secret_on(&grace), first);
        grace.send(form, &[("code", &scene.code(&first, 0))]);
        assert_ne!(secret_on(&grace), first);
        assert!(!grace.at.contains("begun="), "a new picture: {}", grace.at);
    }

    fn a_passkey_is_a_whole_sign_in_and_a_second_factor(engine) {
        let mut scene = Scene::named(engine);
        let grace = with_password(&scene.world, GRACE, "admin");
        let mut device = Authenticator::new(&scene.world.server.url);
        let mut here = scene.signed_in(GRACE);
        add_passkey(&mut here, &mut device, "Laptop");
        assert_eq!(codes_on(&here).len(), 10, "{:?}", here.page);
        here.send(here.form_to("/kept"), &[]);
        assert!(here.reads().contains("Laptop"), "{}", here.reads());

        // The whole sign-in, with no address typed.
        let start = format!("/sign-in?workspace={}", scene.world.workspace);
        let mut alone = Visitor::open(&scene.world, &start);
        let (options, form) = (challenge(&alone), alone.form_with("credential"));
        let answer = device.get(&options);
        alone.send(form.clone(), &[("credential", &answer)]);
        assert!(is_in(&alone), "{:?}", alone.page);
        let sessions = scene.sessions_of(&grace);
        assert!(sessions.iter().any(|session| {
            let amr = session["amr"].as_array().unwrap();
            amr.contains(&json!("mfa")) && session["method"] == "local" && session["own_pages"] == true
        }), "{sessions:?}");
        // A challenge is answered once.
        let mut again = alone.clone();
        again.send(form, &[("credential", &answer)]);
        assert_ne!(again.page.status, 200, "{:?}", again.page);

        // The second factor beside a password.
        let mut second = scene.typed_password(GRACE, PASSWORD);
        use_passkey(&mut second, &mut device);
        assert!(is_in(&second), "{:?}", second.page);

        // Another name; then one more from a second device, and a registration that is too late.
        second.send(second.form_to("/passkeys/rename"), &[("name", "Old laptop")]);
        assert!(second.reads().contains("Old laptop"), "{}", second.reads());
        let mut key = Authenticator::new(&scene.world.server.url);
        second.go("/account/passkeys/new");
        let (form, answer) = (second.form_with("credential"), key.create(&challenge(&second)));
        let mut elsewhere = alone.clone();
        let csrf = elsewhere.go("/account").clone();
        let csrf = forms(&csrf.body)[0].value("csrf").unwrap().to_owned();
        elsewhere.send(form.clone(), &[("credential", &answer), ("csrf", &csrf), ("name", "Stolen")]);
        assert_eq!(elsewhere.page.status, 403, "begun in another browser: {:?}", elsewhere.page);
        second.send(form.clone(), &[("credential", &answer), ("name", "Key")]);
        assert!(is_in(&second) && second.reads().contains("The passkey was added"), "{:?}", second.page);
        second.send(form, &[("credential", &answer), ("name", "Twice")]);
        assert_eq!(second.page.status, 403, "{:?}", second.page);
        second.go("/account/passkeys/new");
        let mut late = Authenticator::new(&scene.world.server.url);
        let (form, answer) = (second.form_with("credential"), late.create(&challenge(&second)));
        scene.later(SignedDuration::from_mins(6));
        second.send(form, &[("credential", &answer), ("name", "Late")]);
        assert_eq!(second.page.status, 403, "{:?}", second.page);

        let names = |scene: &Scene| {
            let status = scene.two_factor(&grace);
            let passkeys = status["passkeys"].as_array().unwrap().clone();
            let names = passkeys.iter().map(|passkey| text(passkey, "/name"));
            names.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(names(&scene), ["Key", "Old laptop"].map(str::to_owned).into());
        second.go("/account");
        let status = scene.two_factor(&grace);
        let mut passkeys = status["passkeys"].as_array().unwrap().iter();
        let old = passkeys.find(|one| one["name"] == "Old laptop").unwrap();
        let form = second.form_to("/passkeys/remove");
        second.send(form, &[("id", &text(old, "/id"))]);
        assert!(second.reads().contains("The passkey was removed"), "{}", second.reads());
        assert_eq!(names(&scene), ["Key".to_owned()].into());
        assert_eq!(scene.audited("passkey"), [
            "passkey.added", "passkey.added", "passkey.removed", "passkey.renamed",
        ]);
    }

    fn the_last_admin_keeps_a_way_in(engine) {
        let scene = Scene::named(engine);
        let grace = with_password(&scene.world, GRACE, "admin");
        let mut device = Authenticator::new(&scene.world.server.url);
        let mut here = scene.signed_in(GRACE);
        add_passkey(&mut here, &mut device, "Key");
        // Without a password, and without another admin, the passkey is all there is.
        let list = scene.world.api.get(&scene.world.workspace_path("/members?limit=200"));
        let list = list.expect(200).json();
        let root = list["data"].as_array().unwrap().iter().find(|one| one["email"] == ROOT).unwrap();
        let root = scene.world.workspace_path(&format!("/members/{}", text(root, "/id")));
        scene.world.api.delete(&root).expect(204);
        let keys = MasterKeys::parse(MASTER_KEY).unwrap();
        let store = Store::open(StoreConfig::new(&scene.world.server.database.url, keys)).unwrap();
        let ids = (scene.world.workspace.parse().unwrap(), grace.parse().unwrap());
        actix_web::rt::System::new()
            .block_on(store.write(move |tx| tx.delete_password(ids.0, ids.1)))
            .unwrap();

        let start = format!("/sign-in?workspace={}", scene.world.workspace);
        let mut alone = Visitor::open(&scene.world, &start);
        use_passkey(&mut alone, &mut device);
        assert!(is_in(&alone), "{:?}", alone.page);
        alone.send(alone.form_to("/passkeys/remove"), &[]);
        assert_eq!(alone.page.status, 409, "{:?}", alone.page);
        let path = scene.two_factor_path(&grace);
        assert_eq!(scene.world.api.delete(&path).problem(409), "last-admin");
        assert_eq!(scene.two_factor(&grace)["passkeys"].as_array().unwrap().len(), 1);

        // With a second admin it may go.
        scene.world.add_member("heidi@acme.example", "admin");
        alone.go("/account");
        alone.send(alone.form_to("/passkeys/remove"), &[]);
        assert!(is_in(&alone), "{:?}", alone.page);
        assert!(scene.two_factor(&grace)["passkeys"].as_array().unwrap().is_empty());
    }

    fn sessions_are_listed_and_ended(engine) {
        let scene = Scene::new(engine);
        let grace = with_password(&scene.world, GRACE, "member");
        let heidi = with_password(&scene.world, "heidi@acme.example", "member");
        let (mut here, mut there) = (scene.signed_in(GRACE), scene.signed_in(GRACE));
        let mut other = scene.signed_in("heidi@acme.example");
        here.go("/account");
        assert_eq!(here.reads().matches("This browser").count(), 1, "{}", here.reads());
        assert_eq!(scene.sessions_of(&grace).len(), 2);

        // Without its token a form does nothing, and another's session is nobody's here.
        let end = here.form_to("/sessions/end");
        for form in [
            here.form_to("/sessions/end-others"),
            here.form_to("/sign-out"),
            end.clone(),
        ] {
            let mut forged = here.clone();
            forged.send(form, &[("csrf", "")]);
            assert_eq!(forged.page.status, 403, "{:?}", forged.page);
        }
        let foreign = text(&scene.sessions_of(&heidi)[0], "/id");
        let mut tried = here.clone();
        tried.send(end.clone(), &[("id", &foreign)]);
        assert!(is_in(&tried), "{:?}", tried.page);
        other.go("/account");
        assert!(is_in(&other), "{:?}", other.page);
        assert_eq!(scene.sessions_of(&grace).len(), 2);

        here.send(end, &[]);
        assert!(is_in(&here) && here.reads().contains("That session has ended"), "{:?}", here.page);
        there.go("/account");
        assert!(is_asked(&there), "{:?}", there.page);

        let mut others = [scene.signed_in(GRACE), scene.signed_in(GRACE)];
        here.go("/account");
        here.send(here.form_to("/sessions/end-others"), &[]);
        assert!(is_in(&here), "{:?}", here.page);
        for other in &mut others {
            other.go("/account");
            assert!(is_asked(other), "{:?}", other.page);
        }
        other.go("/account");
        assert!(is_in(&other), "heidi's stays: {:?}", other.page);

        // Through the API, and by signing out.
        let sessions = scene.sessions_of(&grace);
        assert_eq!(sessions.len(), 1);
        assert_eq!(sessions[0]["own_pages"], true);
        let path = format!("/v1/sessions/{}", text(&sessions[0], "/id"));
        scene.world.api.delete(&path).expect(204);
        here.go("/account");
        assert!(is_asked(&here), "{:?}", here.page);
        other.send(other.form_to("/sign-out"), &[]);
        assert_eq!(other.page.status, 200, "{:?}", other.page);
        other.go("/account");
        assert!(is_asked(&other), "{:?}", other.page);
        assert!(scene.sessions_of(&heidi).is_empty());
    }

    fn a_session_ends_when_it_is_idle_when_it_is_old_and_with_its_member(engine) {
        let mut scene = Scene::new(engine);
        let grace = with_password(&scene.world, GRACE, "member");
        let (mut idle, mut busy) = (scene.signed_in(GRACE), scene.signed_in(GRACE));
        for hours in [7, 7, 7] {
            scene.later(SignedDuration::from_hours(hours));
            busy.go("/account");
            assert!(is_in(&busy), "{:?}", busy.page);
        }
        assert_eq!(busy.reads().matches("Since").count(), 1, "{}", busy.reads());
        idle.go("/account");
        assert!(is_asked(&idle), "{:?}", idle.page);
        scene.later(SignedDuration::from_hours(3));
        busy.go("/account");
        assert!(is_asked(&busy), "{:?}", busy.page);

        let mut here = scene.signed_in(GRACE);
        let path = scene.world.workspace_path(&format!("/members/{grace}"));
        scene.world.api.patch(&path, &json!({"status": "deactivated"})).expect(200);
        here.go("/account");
        assert!(is_asked(&here), "{:?}", here.page);
    }

    fn a_new_password_ends_all_other_sessions(engine) {
        let scene = Scene::new(engine);
        with_password(&scene.world, GRACE, "member");
        let (mut here, mut there) = (scene.signed_in(GRACE), scene.signed_in(GRACE));
        here.go("/account/password");
        here.fill(&[("password", "grace@acme.example")]);
        assert_eq!(here.page.status, 422, "{:?}", here.page);
        let mut forged = here.clone();
        let form = forged.form_with("password");
        let new = "seven green badgers paint walls";
        forged.send(form, &[("csrf", "x"), ("password", new)]);
        assert_eq!(forged.page.status, 403, "{:?}", forged.page);
        there.go("/account");
        assert!(is_in(&there), "{:?}", there.page);

        here.fill(&[("password", new)]);
        assert!(is_in(&here), "{:?}", here.page);
        there.go("/account");
        assert!(is_asked(&there), "{:?}", there.page);
        assert_eq!(scene.typed_password(GRACE, PASSWORD).page.status, 403);
        let mut again = scene.typed_password(GRACE, new);
        assert!(is_in(&again), "{:?}", again.page);
        again.go("/account");
        assert_eq!(scene.audited("password.changed"), ["password.changed"]);
    }

    fn an_admin_resets_the_second_factor_of_somebody_who_has_lost_it(engine) {
        let scene = Scene::new(engine);
        let grace = with_password(&scene.world, GRACE, "member");
        with_password(&scene.world, "heidi@acme.example", "admin");
        let mut lost = scene.signed_in(GRACE);
        scene.enrol(&mut lost);
        let place = format!("/account/members/{grace}/two-factor");

        // Not oneself, and not without being an admin.
        assert_eq!(lost.go("/account").status, 200);
        let mut heidi = scene.signed_in("heidi@acme.example");
        let ivan = with_password(&scene.world, "ivan@acme.example", "member");
        let mut stranger = scene.signed_in("ivan@acme.example");
        assert_eq!(stranger.go(&place).status, 403);
        assert!(!stranger.reads().contains(GRACE), "{}", stranger.reads());
        assert_eq!(heidi.go("/account/members/mem_019306f4e0c07d3aa1b2c3d4e5f60718/two-factor").status, 403);

        assert_eq!(heidi.go(&place).status, 200);
        let form = heidi.form_to("/two-factor");
        let csrf = forms(&stranger.go("/account").body)[0].value("csrf").unwrap().to_owned();
        stranger.send(form.clone(), &[("csrf", &csrf)]);
        assert_eq!(stranger.page.status, 403, "{:?}", stranger.page);
        assert!(scene.two_factor(&grace)["totp"].is_object());
        heidi.send(form, &[]);
        assert_eq!(heidi.page.status, 200, "{:?}", heidi.page);
        assert_eq!(scene.two_factor(&grace)["totp"], Value::Null);
        lost.go("/account");
        assert!(is_asked(&lost), "{:?}", lost.page);

        // By API the same.
        let mut lost = scene.signed_in(GRACE);
        scene.enrol(&mut lost);
        for _ in 0..2 {
            scene.world.api.delete(&scene.two_factor_path(&grace)).expect(204);
        }
        scene.world.api.delete(&scene.two_factor_path(&ivan)).expect(204);
        lost.go("/account");
        assert!(is_asked(&lost), "{:?}", lost.page);
        assert_eq!(scene.audited("two_factor.reset"), ["two_factor.reset", "two_factor.reset"]);
    }

    fn the_operator_lets_an_admin_in_who_has_lost_every_factor(engine) {
        let mut scene = Scene::new(engine);
        scene.rule("everyone");
        with_password(&scene.world, GRACE, "admin");
        with_password(&scene.world, "ivan@acme.example", "member");
        for email in [GRACE, "ivan@acme.example"] {
            let mut visitor = scene.typed_password(email, PASSWORD);
            let secret = secret_on(&visitor);
            visitor.fill(&[("code", &scene.code(&secret, 0))]);
            visitor.send(visitor.form_to("/codes"), &[]);
            assert!(is_in(&visitor), "{:?}", visitor.page);
        }
        // Locked, nothing of it is there.
        let mut grace = scene.typed_password(GRACE, PASSWORD);
        assert!(code_form(&grace, "break_glass").is_none());
        let form = code_form(&grace, "totp").unwrap();
        grace.send(form, &[("kind", "break_glass"), ("code", "7K3M-9QXT-2B4C-W8ZN-7K3M-9QXT")]);
        assert_eq!(grace.page.status, 403, "{:?}", grace.page);

        let slug = scene.slug();
        for arguments in [
            &["unlock", "nobody-has-this"][..],
            &["unlock", &slug, "--minutes", "4"],
            &["unlock", &slug, "--minutes", "1441"],
        ] {
            assert_eq!(scene.operator(arguments), None, "{arguments:?}");
        }
        let unlock = |scene: &Scene| -> (String, Value) {
            let printed = scene.operator(&["unlock", &slug, "--json"]).unwrap();
            let opened: Value = serde_json::from_str(&printed).unwrap();
            (text(&opened, "/code"), opened)
        };
        let (code, opened) = unlock(&scene);
        assert!(text(&opened, "/sign_in_url").ends_with(&format!("/sign-in?workspace={slug}")));
        // The admin who has no password gets a link to set one.
        assert_eq!(opened["password_links"][0]["email"], ROOT, "{opened}");
        let link = text(&opened, "/password_links/0/url");
        // The command does not know the port that the server has found.
        let link = url::Url::parse(&link).unwrap().path().to_owned();
        Visitor::open(&scene.world, &link).form_with("password");

        let mut ivan = scene.typed_password("ivan@acme.example", PASSWORD);
        give_code(&mut ivan, "break_glass", &code);
        assert_eq!(ivan.page.status, 403, "for admins alone: {:?}", ivan.page);
        let mut grace = scene.typed_password(GRACE, PASSWORD);
        give_code(&mut grace, "break_glass", "7K3M-9QXT-2B4C-W8ZN-7K3M-9QXT");
        assert_eq!(grace.page.status, 403, "{:?}", grace.page);
        give_code(&mut grace, "break_glass", &code.to_lowercase());
        assert!(is_in(&grace), "{:?}", grace.page);
        // With it they take the lost factor away, and set another one up.
        grace.send(grace.form_to("/totp/remove"), &[]);
        assert!(grace.reads().contains("leads to setting one up again"), "{}", grace.reads());
        let mut grace = scene.typed_password(GRACE, PASSWORD);
        let secret = secret_on(&grace);
        grace.fill(&[("code", &scene.code(&secret, 0))]);

        // It closes by itself, and by the operator's word.
        let mut waiting = scene.typed_password(GRACE, PASSWORD);
        let form = code_form(&waiting, "break_glass").unwrap();
        let told = scene.operator(&["lock", &slug]).unwrap();
        assert!(told.contains("closed"), "{told}");
        waiting.send(form, &[("code", &code)]);
        assert_eq!(waiting.page.status, 403, "{:?}", waiting.page);
        let told = scene.operator(&["lock", &slug]).unwrap();
        assert!(told.contains("was not open"), "{told}");
        let (code, _) = unlock(&scene);
        scene.later(SignedDuration::from_mins(61));
        let mut late = scene.typed_password(GRACE, PASSWORD);
        assert!(code_form(&late, "break_glass").is_none());
        let form = code_form(&late, "totp").unwrap();
        late.send(form, &[("kind", "break_glass"), ("code", &code)]);
        assert_eq!(late.page.status, 403, "{:?}", late.page);
        assert_eq!(scene.audited("workspace."), [
            "workspace.changed",
            "workspace.created",
            "workspace.locked",
            "workspace.unlocked",
            "workspace.unlocked",
        ]);
    }
}
