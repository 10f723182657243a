//! Whose pages they are: name, colour and logo of the deployment and of each workspace.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use vestibule_test_idp::Twist;

use crate::{
    local::with_password,
    support::{
        database::Engine,
        http::{Answer, send},
        on_both,
        server::Server,
        visitor::{PASSWORD, Visitor},
        world::{World, ada, text},
    },
};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path fill=\"#a30\" d=\"M0 0h8v8z\"/></svg>";

fn data_url(kind: &str, bytes: &[u8]) -> String {
    format!("data:{kind};base64,{}", STANDARD.encode(bytes))
}

fn svg_logo() -> String {
    data_url("image/svg+xml", SVG.as_bytes())
}

fn patch(world: &World, branding: &Value) -> Answer {
    let body = json!({"branding": branding});
    world.api.patch(&world.workspace_path(""), &body)
}

/// Gives the workspace a brand, and what is shown of it.
fn branded(world: &World) -> Value {
    let brand = json!({"name": "Acme Röbötics", "colour": "#AA3300", "logo": svg_logo()});
    patch(world, &brand).expect(200).json()["branding"].clone()
}

fn get(url: &str) -> Answer {
    send("GET", url, &[], "")
}

/// What stands for the workspace on a page of its own.
#[track_caller]
fn is_branded(page: &Answer, logo_url: &str) {
    let logo = logo_url.split_once("/assets/").unwrap().1;
    let image = format!("<img src=\"/assets/{logo}\" alt=\"Acme Röbötics\"");
    assert!(page.body.contains(&image), "{page:?}");
    let sheet = "<link rel=\"stylesheet\" href=\"/assets/brand/aa3300.css\">";
    assert!(page.body.contains(sheet), "{page:?}");
}

on_both! {
    fn a_workspace_has_a_brand_until_it_is_taken_away(engine) {
        let world = World::new(engine);
        let path = world.workspace_path("");
        assert_eq!(world.api.get(&path).expect(200).json()["branding"], Value::Null);

        let brand = branded(&world);
        assert_eq!((&brand["name"], &brand["colour"]), (&json!("Acme Röbötics"), &json!("#aa3300")));
        let logo_url = text(&brand, "/logo_url");
        assert!(logo_url.starts_with(&format!("{}/assets/brand/{}/logo?v=", world.server.url, world.workspace)));
        assert_eq!(world.api.get(&path).expect(200).json()["branding"], brand);

        let logo = get(&logo_url).expect(200);
        assert_eq!(logo.body, SVG);
        for (name, value) in [
            ("content-type", "image/svg+xml"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(logo.header(name), Some(value), "{logo:?}");
        }
        let bare = logo_url.split_once('?').unwrap().0;
        assert_eq!(get(bare).expect(200).header("cache-control"), Some("no-cache"));

        // What a patch does not name stays; null takes away.
        let renamed = patch(&world, &json!({"name": "Acme"})).expect(200).json();
        assert_eq!(renamed["branding"], json!({"name": "Acme", "colour": "#aa3300", "logo_url": logo_url}));
        let plain = patch(&world, &json!({"logo": null, "colour": null})).expect(200).json();
        assert_eq!(plain["branding"], json!({"name": "Acme", "colour": null, "logo_url": null}));
        get(&logo_url).expect(404);
        branded(&world);
        let none = patch(&world, &Value::Null).expect(200).json();
        assert_eq!(none["branding"], Value::Null);
        get(&logo_url).expect(404);

        // At once with a new workspace too.
        let new = json!({"name": "New", "plan": "pro", "branding": {"logo": svg_logo(), "name": null}});
        let made = world.api.post("/v1/workspaces", &new).expect(201).json();
        get(&text(&made, "/branding/logo_url")).expect(200);
        world.api.delete(&format!("/v1/workspaces/{}", text(&made, "/id"))).expect(204);
        get(&text(&made, "/branding/logo_url")).expect(404);
    }

    fn what_the_idp_answers_wrongly_is_an_error_page_of_the_workspace(engine) {
        let world = World::live(engine);
        let logo_url = text(&branded(&world), "/logo_url");
        let twist = Twist { wrong_audience: true, ..Twist::default() };
        is_branded(&world.sign_in(&ada(), &twist).expect(403), &logo_url);
        for path in ["acs", "slo"] {
            let url = format!("{}/saml/{}/{path}", world.server.url, world.connection);
            let header = ("content-type", "application/x-www-form-urlencoded");
            is_branded(&send("POST", &url, &[header], "SAMLResponse=nonsense").expect(400), &logo_url);
        }
    }

    fn what_is_no_brand_is_refused_by_its_place(engine) {
        let world = World::new(engine);
        let before = branded(&world);
        let script = SVG.replace("<path", "<script>alert(1)</script><path");
        for (branding, pointer) in [
            (json!({"name": ""}), "/branding/name"),
            (json!({"name": "a".repeat(201)}), "/branding/name"),
            (json!({"colour": "red"}), "/branding/colour"),
            (json!({"colour": "#fff"}), "/branding/colour"),
            (json!({"logo": "https://acme.example/logo.svg"}), "/branding/logo"),
            (json!({"logo": text(&before, "/logo_url")}), "/branding/logo"),
            (json!({"logo": "data:image/svg+xml;base64,***"}), "/branding/logo"),
            (json!({"logo": data_url("text/html", SVG.as_bytes())}), "/branding/logo"),
            (json!({"logo": data_url("image/png", SVG.as_bytes())}), "/branding/logo"),
            (json!({"logo": data_url("image/png", b"GIF89a")}), "/branding/logo"),
            (json!({"logo": data_url("image/svg+xml", script.as_bytes())}), "/branding/logo"),
            (json!({"logo": data_url("image/png", &vec![0; 102_401])}), "/branding/logo"),
        ] {
            let answer = patch(&world, &branding);
            assert_eq!(answer.problem(422), "invalid-value", "{branding}");
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{answer:?}");
        }
        assert_eq!(patch(&world, &json!({"color": "#aa3300"})).problem(422), "unknown-field");
        let path = world.workspace_path("");
        assert_eq!(world.api.get(&path).expect(200).json()["branding"], before);
    }

    fn pages_of_a_workspace_look_like_it_and_the_others_do_not(engine) {
        let world = World::new(engine);
        with_password(&world, "grace@acme.example", "admin");
        let logo_url = text(&branded(&world), "/logo_url");
        let start = format!("/sign-in?workspace={}", world.workspace);
        let mut grace = Visitor::open(&world, &start);
        is_branded(&grace.page, &logo_url);
        grace.fill(&[("email", "grace@acme.example"), ("password", "not hers at all")]);
        is_branded(&grace.page, &logo_url);
        grace.fill(&[("email", "grace@acme.example"), ("password", PASSWORD)]);
        for path in ["/account", "/settings/sso", &format!("/settings/sso/{}", world.connection)] {
            grace.go(path);
            assert!(grace.at.contains(path), "{path}: {:?}", grace.page);
            is_branded(&grace.page, &logo_url);
        }
        // What goes wrong in a workspace is on its pages too.
        assert_eq!(grace.go("/settings/sso/conn_00000000000070008000000000000000").status, 404);
        is_branded(&grace.page, &logo_url);

        let link = json!({"connection_id": world.connection});
        let link = world.api.post(&world.workspace_path("/setup-links"), &link).expect(201).json();
        let mut helper = Visitor::open(&world, &text(&link, "/url"));
        is_branded(&helper.page, &logo_url);
        helper.send(helper.form_to(text(&link, "/url").rsplit_once('/').unwrap().1), &[]);
        assert!(helper.at.contains("/setup/sso/"), "{:?}", helper.page);
        is_branded(&helper.page, &logo_url);

        for path in ["/sign-in", "/problems"] {
            let page = Visitor::open(&world, path).page.expect(200);
            assert!(!page.body.contains("/assets/brand/"), "{path}: {page:?}");
        }
    }
}

#[test]
fn a_deployment_has_a_brand_that_a_workspace_puts_its_own_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logo.svg");
    std::fs::write(&file, SVG).unwrap();
    let file = file.to_str().unwrap();
    let settings = [
        ("VESTIBULE_SERVICE_NAME", "Orbit Analytics"),
        ("VESTIBULE_BRAND_NAME", "Orbit & Sons"),
        ("VESTIBULE_BRAND_COLOUR", "ffdd00"),
        ("VESTIBULE_BRAND_LOGO", file),
    ];
    let server = Server::with(Engine::Sqlite, &settings);
    let world = World::on(server, vestibule_test_idp::Style::Okta);
    let url = &world.server.url;
    let page = Visitor::open(&world, "/sign-in").page;
    let (_, href) = page.body.split_once("<img src=\"").expect("a logo");
    let (href, after) = href.split_once('"').unwrap();
    assert!(after.starts_with(" alt=\"Orbit &#38; Sons\""), "{page:?}");
    assert!(href.starts_with("/assets/brand/logo?v="), "{href}");
    let logo = get(&format!("{url}{href}")).expect(200);
    assert_eq!(logo.body, SVG);
    assert!(logo.header("cache-control").unwrap().contains("immutable"));

    // A colour that nobody could read is darkened by day.
    assert!(page.body.contains("href=\"/assets/brand/ffdd00.css\""));
    let sheet = get(&format!("{url}/assets/brand/ffdd00.css")).expect(200);
    assert_eq!(
        sheet.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let (day, night) = sheet.body.split_once("@media").unwrap();
    assert!(
        !day.contains("#ffdd00") && night.contains("--accent: #ffdd00;"),
        "{sheet:?}"
    );
    for path in [
        "/assets/brand/fd0.css",
        "/assets/brand/FFDD00.css",
        "/assets/brand/x/logo",
    ] {
        get(&format!("{url}{path}")).expect(404);
    }

    // With a name of its own a workspace has not our logo; without a colour it has ours.
    patch(&world, &json!({"name": "Acme"})).expect(200);
    let page = Visitor::open(&world, &format!("/sign-in?workspace={}", world.workspace)).page;
    assert!(page.body.contains("<p class=\"brand\">Acme</p>") && !page.body.contains("<img"));
    assert!(
        page.body.contains("href=\"/assets/brand/ffdd00.css\""),
        "{page:?}"
    );
    patch(&world, &json!({"name": null, "colour": "#0b5cad"})).expect(200);
    let page = Visitor::open(&world, &format!("/sign-in?workspace={}", world.workspace)).page;
    assert!(page.body.contains(href) && page.body.contains("/assets/brand/0b5cad.css"));

    // A logo that is none is said at start.
    std::fs::write(
        folder.path().join("logo.svg"),
        SVG.replace("<path", "<g onload=\"x\"/><path"),
    )
    .unwrap();
    let mut serve = world.server.command();
    let refused = serve
        .arg("serve")
        .env("VESTIBULE_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    for part in [
        "VESTIBULE_BRAND_LOGO",
        "expected the path of a PNG or SVG file",
        file,
        "attribute onload",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
