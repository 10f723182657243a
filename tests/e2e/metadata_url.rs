//! Metadata by URL: what is refused before anybody is asked, what is taken, and what becomes of a
//! change.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use vestibule_test_idp::{SpRegistration, Style, TestIdp, Twist};
use vestibule_xmlsig::{Certificate, SignOptions, SigningKey};

use crate::support::{
    database::Engine,
    http::Answer,
    on_both,
    server::Server,
    site::Server as Site,
    within,
    world::{World, ada, code_in, idp, now, text},
};

/// A server that may fetch from loopback.
fn world(engine: Engine) -> World {
    let settings = [("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
    World::on(Server::with(engine, &settings), Style::Okta)
}

/// The metadata of the first IdP with the keys of all of them, without its declaration and with an
/// ID to sign.
pub(crate) fn metadata(idps: &[&TestIdp]) -> String {
    let xml = idps[0].metadata_xml();
    let xml = xml.split_once("?>").unwrap().1.trim_start();
    let mut xml = xml.replacen("<md:EntityDescriptor", "<md:EntityDescriptor ID=\"_m\"", 1);
    for idp in &idps[1..] {
        let key = format!(
            "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
            idp.certificate().to_base64_der()
        );
        xml = xml.replacen("<md:NameIDFormat>", &format!("{key}<md:NameIDFormat>"), 1);
    }
    xml
}

/// The key of a federation, with its certificate.
pub(crate) fn federation() -> (SigningKey, Certificate) {
    let key = SigningKey::generate_rsa(2048).unwrap();
    let (from, to) = (now(), now() + jiff::SignedDuration::from_hours(24));
    let certificate = key.self_signed_certificate("federation", from, to).unwrap();
    (key, certificate)
}

pub(crate) fn sign(key: &SigningKey, xml: &str) -> String {
    key.sign_element(xml, "_m", &SignOptions::default())
        .unwrap()
}

/// A site whose document can be changed; it knows versions.
pub(crate) fn site(xml: &str) -> (Site, Arc<Mutex<String>>) {
    let current = Arc::new(Mutex::new(xml.to_owned()));
    let shown = Arc::clone(&current);
    let site = Site::with(move |head, stream| {
        let xml = shown.lock().unwrap().clone();
        let mut hasher = DefaultHasher::new();
        xml.hash(&mut hasher);
        let etag = format!("\"{:x}\"", hasher.finish());
        if head
            .to_ascii_lowercase()
            .contains(&format!("if-none-match: {etag}"))
        {
            return write!(stream, "HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n");
        }
        let length = xml.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {length}\r\n\r\n{xml}"
        )
    });
    (site, current)
}

fn put(world: &World, draft: &Value) -> Answer {
    world.api.put(&world.path("/draft"), draft)
}

pub(crate) fn by_url(site: &Site) -> Value {
    json!({"idp_metadata_url": site.url()})
}

fn refresh(world: &World) -> Answer {
    world.api.post(&world.path("/metadata-refresh"), &json!({}))
}

fn connection(world: &World) -> Value {
    world.api.get(&world.path("")).expect(200).json()
}

/// The reason of a refusal, which names the field.
#[track_caller]
fn reason(answer: &Answer) -> String {
    assert_eq!(answer.problem(422), "invalid-value", "{answer:?}");
    let problem = answer.json();
    assert_eq!(
        problem["errors"][0]["pointer"], "/idp_metadata_url",
        "{problem}"
    );
    text(&problem, "/errors/0/found")
}

/// What the audit log says of this action, newest first.
fn audit(world: &World, action: &str) -> Vec<Value> {
    let log = world
        .api
        .get("/v1/audit-events?limit=200")
        .expect(200)
        .json();
    let events = log["data"].as_array().unwrap().iter();
    let ours = events.filter(|event| event["action"] == action);
    ours.map(|event| event["detail"].clone()).collect()
}

/// An IdP of the same entity with a key of its own, which knows our side.
fn other_key(world: &World) -> TestIdp {
    let other = idp(Style::Okta);
    other.trust(SpRegistration::new(&world.entity_id, &world.acs_url));
    assert_eq!(other.entity_id(), world.idp.entity_id());
    other
}

fn sign_in_with(world: &World, idp: &TestIdp) -> Answer {
    let mut browser = crate::support::browser::Browser::default();
    let start = world.authorize_url();
    let form = world.visit_idp(&mut browser, &start, idp, &ada(), &Twist::default());
    browser.deliver(&form.acs_url, &form.saml_response)
}

#[test]
fn a_url_that_leads_behind_the_firewall_is_refused_and_nobody_is_asked() {
    let world = World::new(Engine::Sqlite);
    let site = Site::document("<secret/>");
    let port = site.address.port();
    for (url, expected) in [
        (
            site.url(),
            "refused: 127.0.0.1 is a loopback address".to_owned(),
        ),
        (
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "refused: 169.254.169.254 is a cloud's metadata service".to_owned(),
        ),
        (
            format!("http://[::ffff:10.0.0.1]:{port}/"),
            "refused: ::ffff:10.0.0.1 is an IPv6 address with an IPv4 address in it".to_owned(),
        ),
        (
            format!("https://localhost:{port}/"),
            "refused: localhost resolves to a loopback address".to_owned(),
        ),
        (
            format!("http://2130706433:{port}/"),
            "refused: 127.0.0.1 is a loopback address".to_owned(),
        ),
        (
            "https://10.0.0.1/".to_owned(),
            "refused: 10.0.0.1 is a private address".to_owned(),
        ),
        (
            "file:///etc/passwd".to_owned(),
            "this is not an http or https URL".to_owned(),
        ),
        (
            "https://ada:pw@idp.example/".to_owned(),
            "the URL has a user name or password in it".to_owned(),
        ),
        (
            "http://1.1.1.1/metadata".to_owned(),
            "metadata by http must be signed by a key that is given; use https otherwise"
                .to_owned(),
        ),
    ] {
        let answer = put(&world, &json!({"idp_metadata_url": url}));
        assert_eq!(reason(&answer), expected, "{url}");
    }
    assert_eq!(site.visits(), 0);
    let connection = connection(&world);
    assert!(connection["draft"].is_null() && connection["metadata_source"].is_null());
    assert_eq!(refresh(&world).problem(409), "metadata-source-required");
}

#[test]
fn a_redirect_is_looked_at_like_the_url_and_nobody_behind_it_is_asked() {
    let world = world(Engine::Sqlite);
    let secret = Site::document("<secret/>");
    let port = secret.address.port();
    for (location, expected) in [
        (
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            "refused after redirect 1: refused: ::ffff:127.0.0.1 is an IPv6 address with an IPv4 address in it",
        ),
        (
            "http://169.254.169.254/latest/".to_owned(),
            "refused after redirect 1: refused: 169.254.169.254 is a cloud's metadata service",
        ),
        (
            format!("http://0.0.0.0:{port}/"),
            "refused after redirect 1: refused: 0.0.0.0 is an unspecified address",
        ),
    ] {
        let site = Site::redirecting(302, &location);
        assert_eq!(reason(&put(&world, &by_url(&site))), expected, "{location}");
        assert_eq!((site.visits(), secret.visits()), (1, 0), "{location}");
    }
    let circle = Site::redirecting(301, "/metadata");
    assert_eq!(
        reason(&put(&world, &by_url(&circle))),
        "it redirects more than 5 times"
    );
    assert_eq!(circle.visits(), 6);
}

#[test]
fn what_is_no_metadata_or_never_ends_is_named() {
    let world = world(Engine::Sqlite);
    let endless = Site::with(|_, stream| {
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        )?;
        loop {
            write!(stream, "4000\r\n{}\r\n", "x".repeat(0x4000))?;
        }
    });
    let large = Site::saying("HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n");
    let gone = Site::saying("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    for (site, expected) in [
        (endless, "the answer is larger than 8388608 bytes"),
        (large, "the answer is larger than 8388608 bytes"),
        (gone, "the server answered with HTTP status 404"),
        (
            Site::document("<html>Sign in</html>"),
            "this is a web page, not metadata",
        ),
        (
            Site::document(""),
            "there is no metadata: the text is empty",
        ),
        (
            Site::document("<!DOCTYPE a><a/>"),
            "the metadata cannot be read: a document type declaration at byte 0",
        ),
    ] {
        assert_eq!(reason(&put(&world, &by_url(&site))), expected);
    }
    assert!(connection(&world)["draft"].is_null());
    // A key without a URL to use it on says nothing, and fields beside the URL contradict it.
    let (site, _) = site(&metadata(&[&world.idp]));
    for (field, value) in [
        ("idp_sso_url", json!("https://idp.example/sso")),
        ("idp_metadata_xml", json!("<a/>")),
        ("idp_metadata_signing_certificate", json!("no certificate")),
        ("idp_metadata_max_validity_days", json!(0)),
    ] {
        let mut draft = by_url(&site);
        draft[field] = value;
        let answer = put(&world, &draft);
        assert_eq!(answer.problem(422), "invalid-value", "{answer:?}");
        let pointer = text(&answer.json(), "/errors/0/pointer");
        assert_eq!(pointer, format!("/{field}"));
    }
}

#[test]
fn an_entity_is_chosen_from_a_group_and_named_where_it_must_be() {
    let world = world(Engine::Sqlite);
    let one = metadata(&[&world.idp]);
    let two = one
        .replacen(world.idp.entity_id(), "urn:two", 1)
        .replacen("_m", "_n", 1);
    let group = |entities: &str| {
        format!(
            "<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{entities}</md:EntitiesDescriptor>"
        )
    };
    let (alone, _) = site(&group(&one));
    let saved = put(&world, &by_url(&alone)).expect(200).json();
    assert_eq!(saved["draft"]["idp_entity_id"], world.idp.entity_id());

    let (both, _) = site(&group(&format!("{one}{two}")));
    let said = reason(&put(&world, &by_url(&both)));
    assert!(
        said.contains("name one by its entity ID") && said.contains("urn:two"),
        "{said}"
    );
    let mut draft = by_url(&both);
    draft["idp_metadata_entity_id"] = "urn:two".into();
    let saved = put(&world, &draft).expect(200).json();
    assert_eq!(saved["draft"]["idp_entity_id"], "urn:two");
    assert_eq!(saved["metadata_source"]["entity_id"], "urn:two");
    draft["idp_metadata_entity_id"] = "urn:three".into();
    let said = reason(&put(&world, &draft));
    assert!(said.contains("no entity of that ID"), "{said}");
}

#[test]
fn a_pinned_key_must_have_signed_and_a_validity_can_be_asked_for() {
    let world = world(Engine::Sqlite);
    let (key, certificate) = federation();
    let (other, _) = federation();
    let plain = metadata(&[&world.idp]);
    let pinned = |site: &Site| {
        let mut draft = by_url(site);
        draft["idp_metadata_signing_certificate"] = certificate.to_pem().into();
        put(&world, &draft)
    };
    let (unsigned, _) = site(&plain);
    let said = reason(&pinned(&unsigned));
    assert_eq!(said, "the metadata's signature: the element is not signed");
    let (wrong, _) = site(&sign(&other, &plain));
    let said = reason(&pinned(&wrong));
    assert_eq!(
        said,
        "the metadata's signature: none of the keys made the signature"
    );
    let changed = sign(&key, &plain).replacen("localhost:1", "localhost:2", 1);
    let (changed, _) = site(&changed);
    let said = reason(&pinned(&changed));
    assert_eq!(
        said,
        "the metadata's signature: the element was altered after it was signed"
    );
    let (right, _) = site(&sign(&key, &plain));
    let saved = pinned(&right).expect(200).json();
    let shown = &saved["metadata_source"]["signing_certificates"];
    assert_eq!(*shown, json!([certificate.to_pem()]));

    let mut draft = by_url(&unsigned);
    draft["idp_metadata_max_validity_days"] = 14.into();
    let said = reason(&put(&world, &draft));
    assert!(said.contains("no validUntil"), "{said}");
    for (until, expected) in [
        ("2001-01-01T00:00:00Z", "has expired"),
        ("2126-01-01T00:00:00Z", "more than 14 days ahead"),
    ] {
        let with = format!("<md:EntityDescriptor validUntil=\"{until}\"");
        let (site, _) = site(&plain.replacen("<md:EntityDescriptor", &with, 1));
        draft["idp_metadata_url"] = site.url().into();
        let said = reason(&put(&world, &draft));
        assert!(said.contains(expected), "{said}");
    }
}

on_both! {
    fn a_change_is_staged_as_a_draft_and_never_switched_to(engine) {
        let world = world(engine);
        let (site, current) = site(&metadata(&[&world.idp]));
        let saved = put(&world, &by_url(&site)).expect(200).json();
        let source = &saved["metadata_source"];
        assert_eq!(source["url"], site.url());
        assert!(source["last_fetched_at"].is_string() && source["last_error"].is_null(), "{source}");
        assert_eq!(saved["draft"]["idp_metadata_url"], site.url());
        world.pass_test();
        world.enable().expect(200);
        code_in(&world.sign_in(&ada(), &Twist::default()));

        // The same document once more: the second time it need not come.
        refresh(&world).expect(200);
        let unchanged = refresh(&world).expect(200).json();
        assert!(unchanged["draft"].is_null(), "{unchanged}");
        let heads = site.heads();
        assert!(heads[heads.len() - 1].to_ascii_lowercase().contains("if-none-match"));
        assert_eq!(audit(&world, "connection.metadata_changed"), Vec::<Value>::new());

        // Another SSO URL and a key that nobody vouches for: a draft, and the live one serves.
        let stranger = other_key(&world);
        let changed = metadata(&[&world.idp, &stranger]);
        let sso = world.idp.sso_url();
        let moved = sso.replace("localhost:1", "localhost:9");
        *current.lock().unwrap() = changed.replace(&sso, &moved);
        let staged = refresh(&world).expect(200).json();
        assert_eq!(staged["state"], "live");
        assert_eq!(staged["live"]["number"], 1);
        assert_eq!(staged["live"]["idp_sso_url"], sso);
        assert_eq!(staged["draft"]["number"], 2);
        assert_eq!(staged["draft"]["idp_sso_url"], moved);
        assert_eq!(staged["draft"]["certificates"].as_array().unwrap().len(), 2);
        assert_eq!(staged["draft"]["tested"], false);
        assert_eq!(world.enable().problem(409), "test-required");
        assert_eq!(sign_in_with(&world, &stranger).status, 403);
        code_in(&world.sign_in(&ada(), &Twist::default()));
        let events = audit(&world, "connection.metadata_changed");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["outcome"], "staged");
        assert_eq!(events[0]["change"]["fields"][0]["field"], "idp_sso_url");
        assert_eq!(events[0]["change"]["certificates_added"].as_array().unwrap().len(), 1);
        // Nothing new: the draft stays.
        assert_eq!(refresh(&world).expect(200).json()["draft"]["number"], 2);

        // A later change takes the place of what was staged.
        *current.lock().unwrap() = changed;
        let staged = refresh(&world).expect(200).json();
        assert_eq!((&staged["live"]["number"], &staged["draft"]["number"]), (&json!(1), &json!(3)));

        // What an admin has saved is not overwritten: the change waits, and is audited once.
        let mut own = World::draft_of(&world.idp);
        own["provisioning"] = "invite_only".into();
        put(&world, &own).expect(200);
        for _ in 0..2 {
            let waiting = refresh(&world).expect(200).json();
            assert_eq!(waiting["draft"]["number"], 4, "{waiting}");
            assert_eq!(waiting["draft"]["provisioning"], "invite_only");
            let pending = &waiting["metadata_source"]["pending_change"];
            assert_eq!(pending["certificates_added"].as_array().unwrap().len(), 1, "{waiting}");
        }
        let events = audit(&world, "connection.metadata_changed");
        assert_eq!(events.len(), 3, "{events:?}");
        assert_eq!(events[0]["outcome"], "waiting");
        // The admin takes it.
        let taken = put(&world, &by_url(&site)).expect(200).json();
        assert!(taken["metadata_source"]["pending_change"].is_null(), "{taken}");
        assert_eq!(taken["draft"]["number"], 5);
        assert_eq!(refresh(&world).expect(200).json()["draft"]["number"], 5);

        // A source that fails is said to, and what is live goes on.
        *current.lock().unwrap() = "<html>Sign in</html>".to_owned();
        assert_eq!(reason(&refresh(&world)), "this is a web page, not metadata");
        let failing = connection(&world);
        let source = &failing["metadata_source"];
        assert_eq!(source["failures"], 1, "{source}");
        assert_eq!(source["last_error"], "this is a web page, not metadata");
        assert_eq!(audit(&world, "connection.metadata_failed").len(), 1);
        code_in(&world.sign_in(&ada(), &Twist::default()));
    }

    fn a_key_that_the_pinned_key_vouches_for_goes_live_by_itself(engine) {
        let world = world(engine);
        let (key, certificate) = federation();
        let next = other_key(&world);
        let (site, current) = site(&sign(&key, &metadata(&[&world.idp])));
        let mut draft = by_url(&site);
        draft["idp_metadata_signing_certificate"] = certificate.to_pem().into();
        draft["provisioning"] = "just_in_time".into();
        put(&world, &draft).expect(200);
        let test = world.pass_test();
        world.enable().expect(200);
        assert_eq!(sign_in_with(&world, &next).status, 403);

        *current.lock().unwrap() = sign(&key, &metadata(&[&world.idp, &next]));
        let added = refresh(&world).expect(200).json();
        assert_eq!(added["state"], "live");
        assert!(added["draft"].is_null(), "{added}");
        let live = &added["live"];
        assert_eq!(live["number"], 2);
        assert_eq!(live["passed_test_id"], test["id"], "the test counts for it too");
        assert_eq!(live["certificates"].as_array().unwrap().len(), 2);
        code_in(&sign_in_with(&world, &next));
        code_in(&world.sign_in(&ada(), &Twist::default()));
        let events = audit(&world, "connection.certificate_added");
        assert_eq!(events.len(), 1);
        assert_eq!(events[0]["from"]["metadata_url"], site.url());
        let signer = certificate.key_fingerprint().unwrap().to_string();
        assert_eq!(events[0]["from"]["signed_by"], signer);
        // Once is enough.
        assert_eq!(refresh(&world).expect(200).json()["live"]["number"], 2);

        // The old key goes: that could lock somebody out, so it is staged.
        *current.lock().unwrap() = sign(&key, &metadata(&[&next]));
        let staged = refresh(&world).expect(200).json();
        assert_eq!(staged["live"]["number"], 2);
        assert_eq!(staged["draft"]["certificates"].as_array().unwrap().len(), 1);
        code_in(&world.sign_in(&ada(), &Twist::default()));

        // A third key by somebody else's signature changes nothing.
        let (forger, _) = federation();
        let third = other_key(&world);
        *current.lock().unwrap() = sign(&forger, &metadata(&[&world.idp, &next, &third]));
        let said = reason(&refresh(&world));
        assert!(said.ends_with("none of the keys made the signature"), "{said}");
        assert_eq!(connection(&world)["live"]["number"], 2);
        assert_eq!(sign_in_with(&world, &third).status, 403);

        // Nor does a pin that came with a draft: it has to pass the draft's test first.
        let (other, other_certificate) = federation();
        *current.lock().unwrap() = sign(&other, &metadata(&[&world.idp, &next, &third]));
        draft["idp_metadata_signing_certificate"] = other_certificate.to_pem().into();
        put(&world, &draft).expect(200);
        let after = refresh(&world).expect(200).json();
        assert_eq!(after["live"]["number"], 2, "{after}");
        assert_eq!(sign_in_with(&world, &third).status, 403);
    }
}

#[test]
fn what_is_due_is_looked_at_without_being_asked_for() {
    let world = world(Engine::Sqlite);
    let (site, _) = site(&metadata(&[&world.idp]));
    let first = put(&world, &by_url(&site)).expect(200).json();
    // A draft that names no source ends the first, a restored one follows it again and is due.
    let ended = world.save_draft();
    assert!(ended["metadata_source"].is_null(), "{ended}");
    let id = text(&first, "/draft/id");
    let path = world.path(&format!("/revisions/{id}/restore"));
    let restored = world.api.post(&path, &json!({})).expect(200).json();
    assert_eq!(restored["metadata_source"]["url"], site.url());
    within(
        Duration::from_secs(20),
        "the metadata is fetched again",
        || connection(&world)["metadata_source"]["last_fetched_at"].is_string(),
    );
    assert_eq!(site.visits(), 2);
}
