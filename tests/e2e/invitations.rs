//! Invitations and links to set a password: by mail to a server of the test's own, and handed back.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use jiff::SignedDuration;
use serde_json::{Value, json};
use vestibule_test_idp::Style;

use crate::support::{
    clock::Clock,
    database::Engine,
    html,
    http::{Answer, Api, form, send},
    on_all,
    server::Server,
    smtp::Smtp,
    world::{World, new_workspace, now, text},
};

/// Nobody's name, and nothing that everybody tries.
const PASSWORD: &str = "quartz violin meadow";
const OTHER_PASSWORD: &str = "lantern cobalt orchard";

/// A world with somebody in it whose address no other test has, behind a proxy that says that they
/// come from an address of their own: what is counted for an address is shared by all tests on a Redis.
struct Scene {
    world: World,
    email: String,
    from: String,
}

impl Scene {
    fn new(engine: Engine, settings: &[(&'static str, String)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // A Redis may outlive a run of the tests.
        let [.., high, low] = std::process::id().to_be_bytes();
        let mut all = vec![("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1")];
        all.extend(settings.iter().map(|(name, value)| (*name, value.as_str())));
        Self {
            world: World::on(Server::with(engine, &all), Style::Okta),
            email: format!("wren.{number}@acme.example"),
            from: format!("10.{high}.{low}.{}", number % 250 + 1),
        }
    }

    fn with_mail(engine: Engine) -> (Self, Smtp) {
        let smtp = Smtp::open();
        (Self::new(engine, &smtp.settings()), smtp)
    }

    fn call(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.world.server.url),
            false => path.to_owned(),
        };
        let mut headers = vec![("x-forwarded-for", self.from.as_str())];
        if method == "POST" {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        headers.extend_from_slice(more);
        send(method, &url, &headers, body)
    }

    fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], "")
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.call("POST", path, &[], &form(fields))
    }

    /// Sends the form of a link.
    fn set(&self, path: &str, password: &str) -> Answer {
        self.post(path, &[("password", password)])
    }

    fn invite(&self, body: &Value) -> Answer {
        let path = self.world.workspace_path("/invitations");
        self.world.api.post(&path, body)
    }

    fn members(&self, rest: &str) -> String {
        self.world.workspace_path(&format!("/members/{rest}"))
    }

    fn member(&self, id: &str) -> Value {
        self.world.api.get(&self.members(id)).expect(200).json()
    }

    /// A link that is handed back, as a path.
    fn link(&self, member: &str) -> String {
        let path = self.members(&format!("{member}/password-links"));
        let link = self.world.api.post(&path, &json!({"deliver": "return"}));
        self.path_of(&text(&link.expect(201).json(), "/url"))
    }

    fn path_of(&self, url: &str) -> String {
        let path = url.strip_prefix(self.world.server.url.as_str());
        path.expect("under the public URL").to_owned()
    }

    fn slug(&self) -> String {
        let workspace = self.world.api.get(&self.world.workspace_path(""));
        text(&workspace.expect(200).json(), "/slug")
    }

    /// The actions in the audit log that are about this.
    fn audited(&self, target: &str) -> Vec<Value> {
        let path = "/v1/audit-events?limit=200";
        let events = self.world.api.get(path).expect(200).json();
        let events = events["data"].as_array().unwrap().clone();
        let about = |event: &Value| event["target"] == target;
        events.into_iter().filter(about).collect()
    }

    /// That the server has logged nothing of this.
    fn never_logged(&self, secrets: &[&str]) {
        self.get("/problems/conflict").expect(200);
        let log = self.world.server.log_with("/problems/");
        for secret in secrets {
            assert!(!log.contains(secret), "{secret} was logged:\n{log}");
        }
    }
}

/// The one page for every link that does not count.
#[track_caller]
fn over(answer: Answer) {
    let page = answer.expect(404);
    assert!(page.body.contains("This link is over"), "{page:?}");
}

/// The status, what stays of the headers, and the page but for the address that was typed.
fn said(answer: &Answer, typed: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers.clone();
    headers
        .retain(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date" | "content-length"));
    headers.sort_unstable();
    let body = answer.body.replace(typed, "(typed)");
    (answer.status, headers, body)
}

on_all! {
    fn an_invitation_by_mail_is_followed_to_an_active_member(engine) {
        let smtp = Smtp::open();
        let mut settings = smtp.settings().to_vec();
        settings.push(("VESTIBULE_LOG", "trace".to_owned()));
        settings.push(("VESTIBULE_SERVICE_NAME", "Orbit Analytics".to_owned()));
        let scene = Scene::new(engine, &settings);
        let body = json!({"email": scene.email, "name": "Wren Halloway", "external_id": "w-1"});
        let invited = scene.invite(&body).expect(201).json();
        assert_eq!(invited["status"], "invited");
        assert_eq!(invited["provisioned"], "invitation");
        assert_eq!(invited["role"], "member");
        assert_eq!(invited["link"]["purpose"], "invitation");
        assert_eq!(invited["link"]["delivered"], "mailed");
        assert_eq!(invited["link"].get("url"), None, "only the letter box has it");
        let member = text(&invited, "/id");

        let mail = smtp.wait_for(&scene.email, 1).remove(0);
        assert_eq!(mail.subject, "Your invitation to Acme GmbH");
        for words in ["Orbit Analytics", "until", "did not expect", scene.email.as_str()] {
            assert!(mail.text.contains(words), "{words}: {}", mail.text);
        }
        let token = mail.token();
        let path = format!("/password/{token}");
        assert!(mail.text.contains(&format!("\n{}{path}\n", scene.world.server.url)));

        // What watches over mail opens every link, more than once.
        for _ in 0..2 {
            let head = scene.call("HEAD", &path, &[], "").expect(200);
            assert_eq!(head.body, "");
            let page = scene.get(&path).expect(200);
            assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
            assert_eq!(page.header("cache-control"), Some("no-store"));
            assert!(page.body.contains("Welcome. Choose a password"), "{page:?}");
            let form = html::forms(&page.body).remove(0);
            assert_eq!((form.action.as_str(), form.value("email")), (path.as_str(), Some(scene.email.as_str())));
        }

        for (wrong, reason) in [
            ("", "at least 12 characters and has 0"),
            ("too short", "at least 12 characters and has 9"),
            ("Password1234", "attackers try first"),
            ("aaaaaaaaaaaaaaa", "repeats itself"),
            ("wrenhalloway26", "your name, address or organisation"),
        ] {
            let refused = scene.set(&path, wrong).expect(422);
            assert!(refused.body.contains(reason), "{wrong}: {refused:?}");
            assert!(wrong.is_empty() || !refused.body.contains(wrong), "never shown again");
            assert_eq!(html::forms(&refused.body).len(), 1, "the form is still there");
        }
        let foreign = [("sec-fetch-site", "cross-site"), ("origin", "null")];
        scene.call("POST", &path, &foreign, &form(&[("password", PASSWORD)])).expect(403);
        assert_eq!(scene.member(&member)["status"], "invited", "nothing has happened yet");

        let ours = [("sec-fetch-site", "same-origin"), ("origin", "null")];
        let done = scene.call("POST", &path, &ours, &form(&[("password", PASSWORD)])).expect(200);
        assert!(done.body.contains("Your password is set"), "{done:?}");
        assert!(done.body.contains(&format!("/sign-in?workspace={}", scene.slug())), "{done:?}");
        let active = scene.member(&member);
        assert_eq!((&active["status"], &active["email_proven"]), (&json!("active"), &json!(true)));

        over(scene.get(&path));
        over(scene.set(&path, OTHER_PASSWORD));
        let notice = smtp.wait_for(&scene.email, 2).remove(1);
        assert_eq!(notice.subject, "Your password for Acme GmbH was set");
        assert!(!notice.text.contains("/password/"));

        let audited = scene.audited(&member);
        let actions: Vec<_> = audited.iter().map(|event| text(event, "/action")).collect();
        for action in ["member.invited", "password.set"] {
            assert!(actions.iter().any(|found| found == action), "{actions:?}");
        }
        assert!(!json!(audited).to_string().contains(&token));
        scene.never_logged(&[&token, PASSWORD, "wrenhalloway26", &scene.email, "Halloway"]);
    }

    fn without_mail_the_link_is_handed_back(engine) {
        let scene = Scene::new(engine, &[]);
        let invited = scene.invite(&json!({"email": scene.email, "role": "admin"})).expect(201).json();
        assert_eq!(invited["link"]["delivered"], "returned");
        let member = text(&invited, "/id");
        let first = scene.path_of(&text(&invited, "/link/url"));
        scene.get(&first).expect(200);

        let by_mail = scene.invite(&json!({"email": "x@acme.example", "deliver": "mail"}));
        assert_eq!(by_mail.problem(422), "invalid-value");
        assert!(by_mail.body.contains("VESTIBULE_SMTP_URL"), "{by_mail:?}");
        assert_eq!(by_mail.json()["errors"][0]["pointer"], "/deliver");
        let again = scene.invite(&json!({"email": scene.email.to_uppercase()}));
        assert_eq!(again.problem(409), "conflict");
        assert_eq!(again.json()["field"], "member.email");

        // A newer link ends the one before.
        let links = scene.members(&format!("{member}/password-links"));
        let newer = scene.world.api.post(&links, &json!({})).expect(201).json();
        assert_eq!((&newer["purpose"], &newer["delivered"]), (&json!("invitation"), &json!("returned")));
        let newer = scene.path_of(&text(&newer, "/url"));
        over(scene.get(&first));
        over(scene.set(&first, PASSWORD));
        scene.set(&newer, PASSWORD).expect(200);
        let active = scene.member(&member);
        assert_eq!((&active["status"], &active["email_proven"]), (&json!("active"), &json!(false)));

        // Now it is a reset, which can be taken back.
        let reset = scene.world.api.post(&links, &json!({"deliver": "return"})).expect(201).json();
        assert_eq!(reset["purpose"], "reset");
        let reset = scene.path_of(&text(&reset, "/url"));
        assert!(scene.get(&reset).expect(200).body.contains("Choose a new password"));
        scene.world.api.delete(&links).expect(204);
        over(scene.get(&reset));

        // Nobody who has to stay out gets a link, nor keeps one.
        let kept = scene.link(&member);
        for status in ["deactivated", "active"] {
            scene.world.api.patch(&scene.members(&member), &json!({"status": status})).expect(200);
            over(scene.get(&kept));
            let expected = if status == "active" { 201 } else { 403 };
            let answer = scene.world.api.post(&links, &json!({}));
            assert_eq!(answer.status, expected, "{answer:?}");
        }

        for page in [scene.get("/sign-in/forgot"), scene.post("/sign-in/forgot", &[("email", &scene.email)])] {
            assert!(page.expect(200).body.contains("Ask an administrator of your workspace"));
        }
        over(scene.get("/password/nonsense"));
        over(scene.get(&format!("/password/{}", "A".repeat(43))));
    }

    fn another_workspaces_key_makes_no_link(engine) {
        let scene = Scene::new(engine, &[]);
        let member = text(&scene.invite(&json!({"email": scene.email})).expect(201).json(), "/id");
        let (other, _) = new_workspace(&scene.world.api, "pro");
        let key = json!({"name": "other", "scopes": ["*"], "workspace_id": other});
        let key = scene.world.api.post("/v1/api-keys", &key).expect(201).json();
        let foreign = Api::new(&scene.world.server.url, &text(&key, "/secret"));
        let links = scene.members(&format!("{member}/password-links"));
        assert_eq!(foreign.post(&links, &json!({})).problem(404), "not-found");
        assert_eq!(foreign.delete(&links).problem(404), "not-found");
        let invitations = scene.world.workspace_path("/invitations");
        let body = json!({"email": "y@acme.example"});
        assert_eq!(foreign.post(&invitations, &body).problem(404), "not-found");
        let astray = format!("/v1/workspaces/{other}/members/{member}/password-links");
        assert_eq!(foreign.post(&astray, &json!({})).problem(404), "not-found");
        assert_eq!(scene.world.api.post(&astray, &json!({})).problem(404), "not-found");
    }

    fn of_posts_at_the_same_time_one_sets_the_password(engine) {
        let scene = Scene::new(engine, &[]);
        let member = text(&scene.invite(&json!({"email": scene.email})).expect(201).json(), "/id");
        let path = scene.link(&member);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let posts: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| scene.set(&path, PASSWORD)))
                .collect();
            posts.into_iter().map(|post| post.join().unwrap()).collect()
        });
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        // A link that was used is a wrong one, and who tries wrong ones fast is told to wait.
        let (first, others) = statuses.split_first().unwrap();
        assert_eq!(*first, 200, "{statuses:?}");
        assert!(others.iter().all(|status| matches!(status, 404 | 429)), "{statuses:?}");
        let set = scene.audited(&member).into_iter().filter(|event| event["action"] == "password.set");
        assert_eq!(set.count(), 1);
    }

    fn a_new_password_ends_the_sessions_and_sso_goes_first(engine) {
        let scene = Scene::new(engine, &[]);
        let member = text(&scene.world.add_member(&scene.email, "member"), "/id");
        let body = json!({
            "workspace_id": scene.world.workspace,
            "email": scene.email,
            "amr": ["pwd"],
            "client_id": scene.world.client.0,
        });
        let minted = scene.world.api.post("/v1/sessions", &body).expect(201).json();
        let access = text(&minted, "/access_token");
        assert!(scene.world.is_active(&access));
        let path = scene.link(&member);
        assert!(!scene.get(&path).expect(200).body.contains("single sign-on"));
        scene.set(&path, PASSWORD).expect(200);
        assert!(!scene.world.is_active(&access), "it is over at once");

        let Scene { world, email, from } = scene;
        let scene = Scene { world: world.go_live(), email, from };
        let path = scene.link(&member);
        assert!(scene.get(&path).expect(200).body.contains("Your workspace uses single sign-on"));
        let done = scene.set(&path, OTHER_PASSWORD).expect(200);
        assert!(done.body.contains("single sign-on"), "{done:?}");
    }

    fn who_forgot_gets_a_mail_and_strangers_the_same_answer(engine) {
        let (scene, smtp) = Scene::with_mail(engine);
        let slug = scene.slug();
        let member = text(&scene.world.add_member(&scene.email, "member"), "/id");
        let (gone, stranger) = (format!("gone.{}", scene.email), format!("nobody.{}", scene.email));
        let deactivated = text(&scene.world.add_member(&gone, "member"), "/id");
        let path = scene.members(&deactivated);
        scene.world.api.patch(&path, &json!({"status": "deactivated"})).expect(200);
        let (other, _) = new_workspace(&scene.world.api, "free");
        let body = json!({"email": scene.email, "role": "member"});
        scene.world.api.post(&format!("/v1/workspaces/{other}/members"), &body).expect(201);

        let in_workspace = format!("/sign-in/forgot?workspace={slug}");
        let page = scene.get(&in_workspace).expect(200);
        let forgot = html::forms(&page.body).remove(0);
        assert_eq!(forgot.action, in_workspace);
        assert!(page.body.contains("Acme GmbH"));
        for (path, words) in [(in_workspace.as_str(), "a link to choose"), ("/sign-in/forgot", "the workspaces of")] {
            let known = scene.post(path, &[("email", &scene.email)]);
            assert!(known.body.contains(words), "{known:?}");
            for nobody in [&stranger, &gone] {
                let unknown = scene.post(path, &[("email", nobody)]);
                assert_eq!(said(&known, &scene.email), said(&unknown, nobody));
            }
        }
        let mails = smtp.wait_for(&scene.email, 2);
        let reset = mails.iter().find(|mail| mail.subject == "Choose a new password for Acme GmbH");
        let list = mails.iter().find(|mail| mail.subject == "Your workspaces").expect("the list");
        assert_eq!(list.text.matches("/sign-in?workspace=").count(), 2, "{list:?}");
        assert!(list.text.contains(&format!("/sign-in?workspace={slug}\n")));
        let token = reset.expect("a link").token();
        let path = format!("/password/{token}");
        let set = scene.set(&path, PASSWORD).expect(200);
        assert!(set.body.contains("Sign in"), "{set:?}");
        assert_eq!(scene.member(&member)["email_proven"], true);

        smtp.wait_for(&scene.email, 3);
        smtp.settled(&scene.world.server);
        assert_eq!(smtp.all().len(), 3, "nobody else was written to");
        let typo = scene.post(&in_workspace, &[("email", "wren@")]).expect(422);
        assert!(typo.body.contains("That is no e-mail address"), "{typo:?}");
        let foreign = [("origin", "https://evil.example")];
        scene.call("POST", &in_workspace, &foreign, &form(&[("email", &scene.email)])).expect(403);
        scene.never_logged(&[&token, PASSWORD, &scene.email]);
    }

    fn a_mail_that_cannot_be_sent_is_sent_later_and_once(engine) {
        let address = Smtp::nowhere();
        let clock = Clock::build();
        let begun = now();
        let after = |minutes| Clock::at(begun + SignedDuration::from_mins(minutes));
        let mut settings = Smtp::settings_for(address).to_vec();
        settings.push(("LD_PRELOAD", clock.preload().to_owned()));
        settings.push((Clock::HELD_AT, after(0)));
        let mut scene = Scene::new(engine, &settings);
        scene.invite(&json!({"email": scene.email})).expect(201);
        scene.world.server.log_with("\"mail_delayed\"");

        let smtp = Smtp::at(address);
        scene.world.server.roll(Clock::HELD_AT, &after(2));
        let mail = smtp.wait_for(&scene.email, 1).remove(0);
        smtp.settled(&scene.world.server);
        scene.world.server.roll(Clock::HELD_AT, &after(3 * 60));
        // The next mail is sent after everything that is due.
        let second = format!("second.{}", scene.email);
        scene.invite(&json!({"email": second})).expect(201);
        smtp.wait_for(&second, 1);
        assert_eq!(smtp.to(&scene.email).len(), 1, "once");

        // It waited, and its link counts: for a week, and no longer.
        let path = format!("/password/{}", mail.token());
        scene.get(&path).expect(200);
        scene.world.server.roll(Clock::HELD_AT, &after(7 * 24 * 60 + 1));
        over(scene.get(&path));
        over(scene.set(&path, PASSWORD));
        scene.never_logged(&[&mail.token(), &scene.email]);
    }
}

/// The mail server will not have it: that is the end of it, and an admin can see so.
#[test]
fn a_mail_that_is_refused_is_given_up() {
    let (scene, _smtp) = Scene::with_mail(Engine::Sqlite);
    // Nothing that goes through SMTP: the archive takes it, the mailer does not.
    let email = format!("a,b{}", scene.email);
    scene.invite(&json!({"email": email})).expect(201);
    let log = scene.world.server.log_with("\"mail_failed\"");
    assert!(!log.contains(&scene.email), "{log}");
    let path = "/v1/audit-events?limit=200";
    let mut failed = Value::Null;
    crate::support::within(Duration::from_secs(5), "it is in the audit log", || {
        let events = scene.world.api.get(path).expect(200).json();
        let events = events["data"].as_array().unwrap().clone();
        let found = events
            .into_iter()
            .find(|event| event["action"] == "mail.failed");
        failed = found.unwrap_or_default();
        !failed.is_null()
    });
    assert_eq!(failed["actor"], "system");
    assert!(!failed.to_string().contains(&scene.email), "{failed}");
}
