//! What every page says to browsers, what every form refuses, and where no return leads.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use url::Url;

use crate::{
    local::with_password,
    support::{
        browser::Browser,
        database::Engine,
        html::{self, Form},
        http::Answer,
        server::Server,
        visitor::{PASSWORD, Visitor, set_password},
        world::{World, text},
    },
};

/// Where people reach the server; the tests speak to it past the proxy that does TLS.
const PUBLIC: &str = "https://sso.example.com";
const GRACE: &str = "grace@acme.example";

/// A deployment as people meet it: https, and mail.
fn deployment() -> World {
    let settings = [
        ("VESTIBULE_PUBLIC_URL", PUBLIC),
        ("VESTIBULE_SMTP_URL", "smtp://127.0.0.1:9"),
        ("VESTIBULE_MAIL_FROM", "sso@example.com"),
    ];
    let server = Server::with(Engine::Sqlite, &settings);
    World::on(server, vestibule_test_idp::Style::Okta)
}

/// The path of a URL of the deployment.
fn path_of(url: &str) -> String {
    url.strip_prefix(PUBLIC).expect("one of ours").to_owned()
}

/// Somebody who looks at every answer on their way.
struct Inspector<'w> {
    world: &'w World,
    browser: Browser,
    at: String,
}

impl Inspector<'_> {
    /// Opens a path and follows our redirects; every answer is held to what all of them owe.
    fn open(&mut self, path: &str) -> Answer {
        self.at = path.to_owned();
        loop {
            let answer = self
                .browser
                .get(&format!("{}{}", self.world.server.url, self.at));
            owes(&answer, &self.at);
            match answer.header("location") {
                Some(on) if on.starts_with('/') => on.clone_into(&mut self.at),
                _ => return answer,
            }
        }
    }

    fn post(&mut self, form: &Form, more: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let url = format!("{}{}", self.world.server.url, form.action);
        let answer = self.browser.post_with(&url, &fields, more);
        owes(&answer, &form.action);
        answer
    }

    /// Sends a form as the page has it, filled in, and opens where it leads.
    fn send(&mut self, form: Form, filled: &[(&str, &str)]) -> Answer {
        let form = filled.iter().fold(form, |form, (k, v)| form.filled(k, v));
        let answer = self.post(&form, &[]);
        self.open(answer.location())
    }
}

/// What every answer owes, a redirect too.
#[track_caller]
fn owes(answer: &Answer, path: &str) {
    let hsts = answer.header("strict-transport-security");
    assert_eq!(
        hsts,
        Some("max-age=31536000; includeSubDomains"),
        "{path}: {answer:?}"
    );
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{path}"
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store"),
        "{path}: {answer:?}"
    );
    let cookies = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    for (_, cookie) in cookies {
        assert!(cookie.starts_with("__Host-vb"), "{path}: {cookie}");
        for part in ["; HttpOnly", "; Secure", "; Path=/"] {
            assert!(cookie.contains(part), "{path}: {cookie}");
        }
        // Only the cookie of the trip comes back with the identity provider's form.
        let site = if cookie.starts_with("__Host-vb=") {
            "None"
        } else {
            "Lax"
        };
        assert!(
            cookie.contains(&format!("; SameSite={site}")),
            "{path}: {cookie}"
        );
        assert!(!cookie.contains("Domain"), "{path}: {cookie}");
    }
}

/// What a page owes beside that.
#[track_caller]
fn page_owes(page: &Answer, path: &str) {
    let header = |name: &str| {
        let found = page.header(name);
        found.unwrap_or_else(|| panic!("{path}: no {name}: {page:?}"))
    };
    assert_eq!(header("content-type"), "text/html; charset=utf-8", "{path}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    for feature in [
        "camera=()",
        "geolocation=()",
        "microphone=()",
        "payment=()",
        "usb=()",
    ] {
        assert!(
            header("permissions-policy").contains(feature),
            "{path}: {feature}"
        );
    }
    let policy: Vec<&str> = header("content-security-policy").split("; ").collect();
    for part in [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "script-src 'self'",
    ] {
        assert!(policy.contains(&part), "{path}: {part}: {policy:?}");
    }
    assert!(
        policy
            .iter()
            .any(|part| part.starts_with("form-action 'self'")),
        "{path}: {policy:?}"
    );
    for loose in ["unsafe", "*", "http:", "nonce"] {
        assert!(
            policy.iter().all(|part| !part.contains(loose)),
            "{path}: {loose}: {policy:?}"
        );
    }
    // An application may have opened these in a window and wait for it.
    let on_the_way = ["/sign-in", "/oauth2/", "/saml/"]
        .iter()
        .any(|way| path.starts_with(way));
    let opener = page.header("cross-origin-opener-policy");
    assert_eq!(opener, (!on_the_way).then_some("same-origin"), "{path}");
    let scripts = page.body.matches("<script").count();
    assert_eq!(
        scripts,
        page.body.matches("<script src=\"/assets/").count(),
        "{path}: an inline script"
    );
    for inline in [
        "<style",
        " style=\"",
        " onclick=",
        " onload=",
        "javascript:",
    ] {
        assert!(!page.body.contains(inline), "{path}: {inline}");
    }
}

/// Everything that a form could have changed.
fn everything(world: &World) -> Vec<Value> {
    let paths = [
        world.workspace_path(""),
        world.workspace_path("/members?limit=200"),
        world.workspace_path("/setup-links"),
        world.path(""),
        world.path("/tests"),
        "/v1/audit-events?limit=200".to_owned(),
    ];
    let read = paths.iter().map(|path| {
        let mut shown = world.api.get(path).expect(200).json();
        // An entry gets its place in the chain a few seconds after it was written, whatever anybody does.
        for entry in shown["data"].as_array_mut().into_iter().flatten() {
            entry.as_object_mut().expect("an object").remove("seal");
        }
        shown
    });
    read.collect()
}

/// Sends every form of a page as somebody else would have it sent, and expects that each is refused. Gives
/// how many forms there were.
fn refuses_forgeries(inspector: &mut Inspector<'_>, page: &Answer, path: &str) -> usize {
    let before = everything(inspector.world);
    let forms: Vec<Form> = html::forms(&page.body)
        .into_iter()
        .filter(|form| form.method == "post")
        .collect();
    for form in &forms {
        let what = format!("{} on {path}", form.action);
        assert!(form.action.starts_with('/'), "{what}");
        let elsewhere = [
            &[("origin", "https://evil.example")][..],
            &[("origin", "https://sso.example.com.evil.example")],
            &[("sec-fetch-site", "cross-site"), ("origin", "null")],
            &[("sec-fetch-site", "same-site")],
        ];
        let mut refused: Vec<Answer> = elsewhere
            .iter()
            .map(|headers| inspector.post(form, headers))
            .collect();
        match form.value("csrf") {
            Some(token) if !token.is_empty() => {
                let mut without = form.clone();
                without.fields.retain(|(name, _)| name != "csrf");
                let other: String = token.chars().rev().collect();
                for forged in [
                    without,
                    form.clone().filled("csrf", ""),
                    form.clone().filled("csrf", &other),
                ] {
                    refused.push(inspector.post(&forged, &[]));
                }
            }
            // The token in its path is the proof of the one; nobody is signed in to send the other.
            _ => assert!(
                form.action.starts_with("/password/") || form.action.starts_with("/sign-in/forgot"),
                "{what} has no token"
            ),
        }
        for answer in refused {
            assert_eq!(answer.status, 403, "{what}: {answer:?}");
            page_owes(&answer, &form.action);
        }
    }
    assert_eq!(everything(inspector.world), before, "forms of {path}");
    forms.len()
}

/// Holds a page to what it owes, and its forms to what they refuse.
fn inspect(inspector: &mut Inspector<'_>, path: &str, status: u16) -> usize {
    let page = inspector.open(path);
    assert_eq!(page.status, status, "{path}: {page:?}");
    let at = inspector.at.clone();
    page_owes(&page, &at);
    refuses_forgeries(inspector, &page, &at)
}

#[test]
fn every_page_is_closed_to_other_sites_and_every_form_to_forged_posts() {
    let world = deployment();
    let grace = text(&world.add_member(GRACE, "admin"), "/id");
    world.save_draft();
    let link = world.workspace_path(&format!("/members/{grace}/password-links"));
    let link = world
        .api
        .post(&link, &json!({"deliver": "return"}))
        .expect(201)
        .json();
    let password = path_of(&text(&link, "/url"));
    let setup = json!({"connection_id": world.connection, "allow_enable": true});
    let setup = world
        .api
        .post(&world.workspace_path("/setup-links"), &setup)
        .expect(201)
        .json();
    let setup = path_of(&text(&setup, "/url"));
    let mut nobody = Inspector {
        world: &world,
        browser: Browser::default(),
        at: String::new(),
    };

    let workspace = format!("/sign-in?workspace={}", world.workspace);
    let unknown = "/sign-in?workspace=nobody-has-this-name";
    for (path, status, forms) in [
        ("/sign-in", 200, true),
        (&workspace, 200, true),
        ("/sign-in?email=ada@nowhere.example", 200, true),
        ("/sign-in/forgot", 200, true),
        ("/account", 200, true),
        ("/settings/sso", 200, true),
        (&password, 200, true),
        (&setup, 200, true),
        (unknown, 404, false),
        ("/sign-in/0123", 400, false),
        ("/password/0123", 404, false),
        ("/setup/0123", 404, false),
        ("/setup/finish", 403, false),
        (
            "/setup/sso/conn_00000000000070008000000000000000",
            403,
            false,
        ),
        ("/oauth2/authorize", 400, false),
        ("/oauth2/logout", 200, false),
        ("/problems", 200, false),
        ("/docs", 200, false),
    ] {
        let found = inspect(&mut nobody, path, status);
        assert_eq!(found > 0, forms, "{path}: {found} forms");
    }
    let nowhere = format!("/saml/{}/resume/0123", world.connection);
    assert_eq!(inspect(&mut nobody, &nowhere, 400), 0);

    // The token of the link is used at last, and Grace signs in with what she chose.
    let page = nobody.open(&password);
    let form = html::forms(&page.body)
        .remove(0)
        .filled("password", PASSWORD);
    page_owes(&nobody.post(&form, &[]).expect(200), &password);
    let page = nobody.open(&workspace);
    let form = html::forms(&page.body)
        .into_iter()
        .find(|form| form.value("password").is_some());
    let page = nobody.send(form.unwrap(), &[("email", GRACE), ("password", PASSWORD)]);
    assert!(nobody.at == "/account" && page.status == 200, "{page:?}");

    let connection = format!("/settings/sso/{}", world.connection);
    let of = |rest: &str| format!("{connection}{rest}");
    for (path, forms) in [
        ("/account", true),
        ("/account/totp", true),
        ("/account/password", true),
        ("/settings/sso", true),
        (&connection, true),
        (&of("/guide"), false),
    ] {
        let found = inspect(&mut nobody, path, 200);
        assert!(found > 0 || !forms, "{path}: {found} forms");
    }
    inspect(
        &mut nobody,
        "/settings/sso/conn_00000000000070008000000000000000",
        404,
    );

    let steps = |page: &Answer| -> BTreeSet<String> {
        let links = page.body.split("/guide/okta/").skip(1);
        links
            .filter_map(|link| Some(of(&format!("/guide/okta/{}", link.split_once('"')?.0))))
            .collect()
    };
    let first = steps(&nobody.open(&of("/guide")))
        .pop_first()
        .expect("a step");
    let all = steps(&nobody.open(&first));
    assert!(all.len() > 3, "{all:?}");
    let forms: usize = all.iter().map(|step| inspect(&mut nobody, step, 200)).sum();
    assert!(forms > 0, "{all:?}");

    // Whoever holds the link of a setup.
    let mut helper = Inspector {
        world: &world,
        browser: Browser::default(),
        at: String::new(),
    };
    let page = helper.open(&setup);
    helper.send(html::forms(&page.body).remove(0), &[]);
    assert!(helper.at.starts_with("/setup/sso/"), "{}", helper.at);
    let at = helper.at.clone();
    assert!(inspect(&mut helper, &at, 200) > 0);
    assert!(inspect(&mut helper, "/setup/finish", 200) > 0);
}

/// What must not become another site, however a browser reads it.
const HOSTILE: [&str; 18] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/\t/evil.example",
    "/\r\n/evil.example",
    "/account\r\nLocation: https://evil.example",
    "/\u{0}/evil.example",
    "https://evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "@evil.example",
    "/@evil.example",
];

#[test]
fn no_return_leads_off_our_own_pages() {
    let world = World::new(Engine::Sqlite);
    with_password(&world, GRACE, "admin");
    let home = Url::parse(&world.server.url).unwrap().origin();
    for hostile in HOSTILE {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("workspace", &world.workspace)
            .append_pair("return_to", hostile)
            .finish();
        let mut visitor = Visitor::open(&world, &format!("/sign-in?{query}"));
        let form = visitor.form_with("password");
        let form = form.filled("email", GRACE).filled("password", PASSWORD);
        let url = Url::parse(&visitor.at).unwrap().join(&form.action).unwrap();
        let fields: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        let answer = visitor
            .browser
            .post_from_here(url.as_str(), &fields)
            .expect(303);
        let to = answer.location();
        // Told by a path alone, and as whoever reads it strictly or leniently would.
        assert!(
            to.starts_with('/') && to.bytes().all(|byte| byte.is_ascii_graphic()),
            "{hostile:?}: {to}"
        );
        assert!(
            !to.starts_with("//") && !to.contains('\\'),
            "{hostile:?}: {to}"
        );
        assert_eq!(url.join(to).unwrap().origin(), home, "{hostile:?}: {to}");
        // Browsers need not be told to stay on plain http.
        assert_eq!(answer.header("strict-transport-security"), None);
    }
}

#[test]
fn a_return_leads_where_it_was_asked_from() {
    let world = World::new(Engine::Sqlite);
    let grace = text(&world.add_member(GRACE, "admin"), "/id");
    set_password(&world, &grace, PASSWORD);
    let place = format!("/settings/sso/{}", world.connection);
    let start = format!("/sign-in?workspace={}&return_to={place}", world.workspace);
    let mut visitor = Visitor::open(&world, &start);
    visitor.fill(&[("password", PASSWORD), ("email", GRACE)]);
    assert!(
        visitor.at.ends_with(&place) && visitor.page.status == 200,
        "{:?}",
        visitor.page
    );
}
