//! Mail against servers of every mood.

use std::time::Duration;

use jiff::Timestamp;
use vestibule_outbound::{Mail, MailError, Mailer};

use crate::mail_server::{MailServer, Reply, ordinary};
use crate::wait;

const FROM: &str = "Vestibule <vestibule@login.example>";

fn mail() -> Mail {
    Mail {
        to: "ada@customer.example".to_owned(),
        subject: "Your link".to_owned(),
        text: "Hello,\n.\nhttps://login.example/r/secret\n".to_owned(),
    }
}

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn send_to(server: &MailServer, mail: &Mail) -> Result<(), MailError> {
    let mailer = Mailer::new(&server.url(), FROM).unwrap();
    wait(mailer.send(mail, now()))
}

/// Sends an ordinary mail; the error, with its text for people.
fn refusal(server: &MailServer) -> (MailError, String) {
    let error = send_to(server, &mail()).unwrap_err();
    let text = error.to_string();
    // Neither who it went to, nor what the server said, nor a link.
    for absent in ["ada", "secret", "words"] {
        assert!(!text.contains(absent), "{text}");
    }
    (error, text)
}

#[test]
fn a_mail_arrives_as_it_was_written() {
    let server = MailServer::ordinary();
    send_to(&server, &mail()).unwrap();
    let lines = server.lines();
    let has = |line: &str| assert!(lines.iter().any(|l| l == line), "{line}: {lines:#?}");
    has("EHLO login.example");
    has("MAIL FROM:<vestibule@login.example>");
    has("RCPT TO:<ada@customer.example>");
    has("From: Vestibule <vestibule@login.example>");
    has("To: ada@customer.example");
    has("Subject: Your link");
    has("Date: Tue, 24 Nov 2026 12:00:00 +0000");
    has("Auto-Submitted: auto-generated");
    has("Content-Type: text/plain; charset=utf-8");
    has("Hello,");
    has("..");
    has("https://login.example/r/secret");
    has("QUIT");
    let id = lines
        .iter()
        .find_map(|line| line.strip_prefix("Message-ID: <"))
        .unwrap();
    let (unique, domain) = id.split_once('@').unwrap();
    assert_eq!((unique.len(), domain), (32, "login.example>"));
    send_to(&server, &mail()).unwrap();
    let again = server
        .lines()
        .iter()
        .filter(|line| line.contains(unique))
        .count();
    assert_eq!(again, 1, "each mail has its own");
}

#[test]
fn what_is_not_ascii_is_written_in_ascii() {
    let server = MailServer::with(|line| match line.starts_with("EHLO") {
        true => Reply::Say("250 mx.example"),
        false => ordinary(line),
    });
    let mail = Mail {
        subject: "Anmeldung für Zoë: größer".to_owned(),
        text: "Grüße aus Zürich".to_owned(),
        ..mail()
    };
    send_to(&server, &mail).unwrap();
    let lines = server.lines();
    assert!(lines.iter().all(|line| line.is_ascii()), "{lines:#?}");
    assert!(server.heard("Subject: Anmeldung =?utf-8?"), "{lines:#?}");
    assert!(server.heard("Content-Transfer-Encoding: "), "{lines:#?}");
    assert!(
        lines.iter().any(|line| line.contains("Gr=C3=BC=C3=9Fe")),
        "{lines:#?}"
    );
    // An address is not rewritten, and this server takes ASCII alone.
    let mail = Mail {
        to: "zoë@customer.example".to_owned(),
        ..mail
    };
    let error = send_to(&server, &mail).unwrap_err();
    assert!(matches!(error, MailError::Rejected(_)), "{error}");
}

#[test]
fn no_line_break_gets_into_a_header_or_a_command() {
    let server = MailServer::ordinary();
    let to = |to: &str| Mail {
        to: to.to_owned(),
        ..mail()
    };
    let subject = |subject: &str| Mail {
        subject: subject.to_owned(),
        ..mail()
    };
    for mail in [
        to("ada@customer.example\r\nRCPT TO:<eve@evil.example>"),
        to("ada@customer.example\nBcc: eve@evil.example"),
        to("ada@customer.example\r"),
        to("ada@customer.example, eve@evil.example"),
        to("ada@customer.example> NOTIFY=SUCCESS"),
        to("<ada@customer.example>"),
        to("Ada <ada@customer.example>"),
        to("\"ada\r\n\"@customer.example"),
        to("ada"),
        to(""),
        subject("Hello\r\nBcc: eve@evil.example"),
        subject("Hello\nX: y"),
        subject("Hello\r\r"),
        subject("Hello\0"),
        subject("Hello\u{2028}Bcc: eve@evil.example"),
        subject("Hello\u{85}Bcc: eve@evil.example"),
    ] {
        let error = send_to(&server, &mail).unwrap_err();
        assert!(matches!(error, MailError::Rejected(_)), "{error}");
        assert!(!error.to_string().contains("eve"), "{error}");
    }
    assert_eq!(server.lines(), Vec::<String>::new(), "nobody came");
    for from in [
        "",
        "vestibule",
        "a@login.example\r\nBcc: eve@evil.example",
        "Vestibule\n <a@login.example>",
        "a@b\u{fc}cher.example",
        "a@login.example, b@login.example",
    ] {
        let error = Mailer::new(&server.url(), from).unwrap_err();
        assert!(matches!(error, MailError::Config(_)), "{from}: {error}");
    }
    // The text may say what it likes.
    let text = "a\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n.\rb\n.\n\r\n";
    let mail = Mail {
        text: text.to_owned(),
        ..mail()
    };
    send_to(&server, &mail).unwrap();
    let ends = server.lines().iter().filter(|line| *line == ".").count();
    let begins = server.lines().iter().filter(|line| *line == "DATA").count();
    assert_eq!((ends, begins), (1, 1), "{:#?}", server.lines());
}

#[test]
fn what_is_refused_for_good_is_not_tried_again() {
    for (step, reply, told) in [
        (
            "MAIL",
            "550 5.7.1 words ada",
            "answered 550 5.7.1 to the sender",
        ),
        (
            "RCPT",
            "550 <ada@customer.example> words",
            "answered 550 to the address",
        ),
        (
            "RCPT",
            "550-5.1.1 words\r\n550 5.1.1 more words",
            "answered 550 5.1.1 to the address",
        ),
        ("DATA", "554 words", "answered 554 to DATA"),
        (".", "552 5.3.4 words", "answered 552 5.3.4 to the message"),
    ] {
        let server = MailServer::saying(step, reply);
        let (error, text) = refusal(&server);
        assert!(matches!(error, MailError::Rejected(_)), "{step}: {error}");
        assert!(text.ends_with(told), "{text}");
        assert!(server.heard("QUIT"), "{step}");
    }
}

#[test]
fn what_may_work_later_is_not_given_up() {
    for (step, reply) in [
        ("", "554 words"),
        ("", "421 words"),
        ("EHLO", "502 words"),
        ("MAIL", "451 4.3.0 words"),
        ("MAIL", "530 5.7.0 words"),
        ("RCPT", "450 4.2.1 words"),
        ("RCPT", "354 words"),
        ("DATA", "250 words"),
        ("DATA", "421 words"),
        (".", "451 4.7.1 words"),
        (".", "354 words"),
        ("", "hello, these are words"),
        ("EHLO", "\u{1}\u{2}\u{3}words"),
        ("MAIL", "2 words"),
    ] {
        let server = MailServer::saying(step, reply);
        let (error, _) = refusal(&server);
        assert!(
            matches!(error, MailError::Unavailable(_)),
            "{step} {reply}: {error}"
        );
    }
}

#[test]
fn who_drops_the_line_is_tried_again() {
    for step in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = MailServer::with(move |line| match line.split(' ').next() == Some(step) {
            true => Reply::Drop,
            false => ordinary(line),
        });
        let (error, _) = refusal(&server);
        assert!(
            matches!(error, MailError::Unavailable(_)),
            "{step}: {error}"
        );
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mailer = Mailer::new(&format!("smtp://{address}"), FROM).unwrap();
    let error = wait(mailer.send(&mail(), now())).unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error}");
}

#[test]
fn who_says_nothing_is_not_waited_for() {
    for step in ["", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        let server = MailServer::with(move |line| match line.split(' ').next() == Some(step) {
            true => Reply::Hang,
            false => ordinary(line),
        });
        let mailer = Mailer::new(&server.url(), FROM).unwrap();
        let mailer = mailer.with_patience(Duration::from_millis(300));
        let error = wait(mailer.send(&mail(), now())).unwrap_err();
        assert!(
            matches!(error, MailError::Unavailable(_)),
            "{step}: {error}"
        );
        assert!(error.to_string().ends_with("within 0.3 s"), "{error}");
    }
    // It has taken the mail by then, or refused it.
    let hangs_up = |reply| {
        MailServer::with(move |line| match line.split(' ').next() {
            Some("QUIT") => Reply::Hang,
            Some(".") => Reply::Say(reply),
            _ => ordinary(line),
        })
    };
    assert_eq!(send_to(&hangs_up("250 ok"), &mail()), Ok(()));
    let (error, _) = refusal(&hangs_up("550 words"));
    assert!(matches!(error, MailError::Rejected(_)), "{error}");
}

#[test]
fn the_password_is_for_the_server_alone() {
    let server = MailServer::ordinary();
    let url = server.url().replace("//", "//ada:hunter%322@");
    let mailer = Mailer::new(&url, FROM).unwrap();
    wait(mailer.send(&mail(), now())).unwrap();
    // "\0ada\0hunter22" (RFC 4616).
    assert!(
        server.heard("AUTH PLAIN AGFkYQBodW50ZXIyMg=="),
        "{:?}",
        server.lines()
    );
    let shown = format!("{mailer:?} {:?}", mail());
    assert!(
        !shown.contains("hunter") && !shown.contains("secret"),
        "{shown}"
    );

    // What a server says to a login says nothing about the mail.
    for (step, reply) in [
        ("AUTH", "535 5.7.8 hunter22 words"),
        ("EHLO", "250 no login here"),
    ] {
        let server = MailServer::saying(step, reply);
        let url = server.url().replace("//", "//ada:hunter%322@");
        let error = wait(Mailer::new(&url, FROM).unwrap().send(&mail(), now())).unwrap_err();
        assert!(matches!(error, MailError::Unavailable(_)), "{error}");
        assert!(!error.to_string().contains("hunter"), "{error}");
        assert!(!server.heard("MAIL"), "{:?}", server.lines());
    }
}

#[test]
fn nothing_is_said_to_a_server_without_the_tls_that_was_asked_for() {
    let server = MailServer::ordinary();
    let url = server.url().replace("smtp://", "smtps://ada:hunter2@");
    let mailer = Mailer::new(&url, FROM).unwrap();
    let error = wait(mailer.send(&mail(), now())).unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error}");
    let said = server.lines().concat();
    assert!(!said.contains("ada") && !said.contains("MAIL"), "{said}");
}
