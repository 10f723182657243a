//! Words that must not give anything away, or that other pages count on.

use vestibule_pages::{
    ASSETS, AddPasskey, Lang, MailKind, MailSent, Message, Page, PasskeyOffer, STYLE, Shell,
    Status, plain, text,
};

#[test]
fn a_mail_is_announced_in_the_same_words_for_a_known_and_an_unknown_address() {
    // The view model has no place to say which: what differs is the address that was typed.
    let page = |email: &str| {
        let sent = MailSent {
            what: MailKind::Forgot,
            email: email.to_owned(),
            sign_in_href: "/sign-in".to_owned(),
        };
        sent.html(&Shell::default()).replace(email, "…")
    };
    assert_eq!(page("ada@acme.example"), page("nobody@acme.example"));
    assert!(page("ada@acme.example").contains("If <strong>"));
}

#[test]
fn plain_words_are_what_was_put_in_and_the_markup_is_gone() {
    let hostile = "<em>a</em> & \"b\" &lt; 'c'";
    let said = text("mail-sent-forgot")
        .with("email", hostile)
        .to_plain(Lang::En);
    assert!(
        said.starts_with(&format!("If {hostile} is known here")),
        "{said}"
    );
}

#[test]
fn a_message_shows_its_reference_as_support_reads_it() {
    let message = Message {
        title: plain("Refused"),
        text: plain("It was refused."),
        advice: None,
        detail: Some("/limit: expected a number; found \"many\"".to_owned()),
        reference: Some("K7DM-4WXQ".to_owned()),
        links: Vec::new(),
        status: Status::Failed,
    };
    let html = message.html(&Shell::default());
    assert!(html.contains("<h1>Refused</h1>"));
    assert!(html.contains("<p class=\"reference\">Reference <code>K7DM-4WXQ</code></p>"));
    assert!(html.contains("<span>This did not work</span>"));
    assert!(html.contains("lang=\"en\">/limit: expected a number; found &#34;many&#34;</p>"));
}

#[test]
fn the_sheet_serves_the_pages_of_the_binary_too() {
    for class in [
        ".report",
        ".report .mark",
        ".report .word",
        ".reference",
        ".eyebrow",
        ".aside",
    ] {
        assert!(STYLE.contains(&format!("{class} {{")), "{class}");
    }
}

#[test]
fn what_is_served_is_small_and_loads_nothing() {
    let all: usize = ASSETS.iter().map(|asset| asset.body.len()).sum();
    assert!(all < 30_000, "{all} bytes");
    for asset in ASSETS {
        for foreign in ["@import", "url(", "http:", "https:"] {
            assert!(
                !asset.body.contains(foreign),
                "{} has {foreign}",
                asset.path
            );
        }
    }
}

#[test]
fn a_field_shows_what_it_was_given() {
    let page = AddPasskey {
        csrf: "t0ken".to_owned(),
        workspace: "Acme".to_owned(),
        offer: PasskeyOffer {
            challenge_json: "{}".to_owned(),
            action: "/account/passkeys".to_owned(),
        },
        name: "Chrome on Linux".to_owned(),
        cancel_href: None,
        error: None,
    };
    assert!(
        page.html(&Shell::default())
            .contains("name=\"name\" value=\"Chrome on Linux\"")
    );
}
