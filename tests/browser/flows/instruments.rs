//! The instruments notice what they are there for.

use std::io::Write as _;

use crate::{
    harness::{Application, Browser, Settings},
    support::site::Server,
};

/// A page with something wrong in each way.
const BAD: &str = r#"<!doctype html><html><head><title>Bad</title><link rel="icon" href="data:,"></head><body>
<p style="width: 900px">Wide, and against the policy</p>
<input type="text"><p id="pale">Hardly to be read</p>
<script src="/missing.js"></script></body></html>"#;

fn serving(page: &'static str, policy: &'static str) -> Server {
    Server::with(move |head, stream| {
        let (status, page) = match head.starts_with("GET / ") || head.starts_with("GET /?") {
            true => ("200 OK", page),
            false => ("404 Not Found", ""),
        };
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Security-Policy: {policy}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        )
    })
}

#[test]
fn a_page_against_the_rules_is_noticed() {
    let site = serving(BAD, "default-src 'self'; img-src data:; style-src 'none'");
    let browser = Browser::open("instruments");
    browser.go(&format!("http://{}/", site.address));
    let complaints = browser.complaints().join("\n");
    assert!(complaints.contains("style-src"), "{complaints}");
    assert!(complaints.contains("missing.js"), "{complaints}");
    assert_eq!(
        browser.complaints(),
        Vec::<String>::new(),
        "each is told once"
    );

    let violations = browser.axe().join("\n");
    for rule in ["axe label", "axe html-has-lang", "axe landmark-one-main"] {
        assert!(violations.contains(rule), "{rule}: {violations}");
    }
}

#[test]
fn a_page_wider_than_a_phone_is_noticed() {
    let site = serving(
        BAD,
        "default-src 'self'; img-src data:; style-src 'unsafe-inline'",
    );
    let browser = Browser::open("instruments-width");
    browser.go(&format!("http://{}/", site.address));
    browser.narrow();
    let wide = browser.wider_than(375).join("\n");
    assert!(wide.contains("width: 900px"), "{wide}");
    browser.wide();
    assert_eq!(browser.wider_than(1280), Vec::<String>::new());
    assert_eq!(
        browser.complaints().len(),
        1,
        "the script that is not there"
    );
}

#[test]
fn a_page_that_is_too_heavy_is_noticed() {
    const HEAVY: &str = concat!(
        "<!doctype html><html lang=\"en\"><head><title>Heavy</title><link rel=\"icon\" href=\"data:,\">",
        "<link rel=\"stylesheet\" href=\"/?style\"></head><body><main><h1>Heavy</h1></main></body></html>"
    );
    // The page is its own style: it is loaded twice.
    let site = serving(HEAVY, "default-src 'self'; img-src data:");
    let browser = Browser::open("instruments-weight");
    browser.go(&format!("http://{}/", site.address));
    let whole = 2 * u64::try_from(HEAVY.len()).unwrap();
    assert_eq!(browser.heavier_than(whole), Vec::<String>::new());
    let heavy = browser.heavier_than(whole - 1).join("\n");
    assert!(heavy.contains("/?style"), "{heavy}");
    // That it is no style, the browser says too.
    browser.complaints();
}

#[test]
fn a_browser_asks_for_its_language() {
    let application = Application::start();
    for (language, asked) in [("en", "en"), ("de", "de")] {
        let settings = Settings::new("instruments-language").in_language(language);
        let browser = Browser::with(settings);
        browser.go(&application.signed_out());
        browser.sees(Application::SIGNED_OUT);
        assert_eq!(application.asked_for_languages(), asked);
    }
}

#[test]
fn what_is_typed_chosen_and_ticked_is_sent() {
    const FORM: &str = r#"<!doctype html><html lang="en"><head><title>Form</title>
<link rel="icon" href="data:,"></head><body><main><h1>Form</h1><form method="get" action="/">
<label for="word">A word</label><input id="word" name="word" value="before">
<label for="kind">A kind</label><select id="kind" name="kind"><option value="a">First</option>
<option value="b">Second</option></select>
<input type="checkbox" id="yes" name="yes" value="1"><label for="yes">Yes</label>
<label for="file">A file</label><input type="file" id="file" name="file">
<button>Send</button></form></main></body></html>"#;
    let site = serving(FORM, "img-src data:");
    let browser = Browser::open("instruments-form");
    browser.go(&format!("http://{}/", site.address));
    browser.fill("A word", "after");
    assert_eq!(browser.value_of("A word"), "after");
    browser.choose("A kind", "Second");
    browser.tick("Yes");
    browser.tick("Yes");
    let file = std::env::current_exe().unwrap();
    browser.choose_file("A file", &file);
    browser.press("Send");
    browser.arrives_at(&format!(
        "http://{}/?word=after&kind=b&yes=1&file=",
        site.address
    ));
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    assert!(browser.at().ends_with(&name), "{}", browser.at());
}
