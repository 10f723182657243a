//! TXT records: found, none, and nobody knows.

use std::time::Duration;

use vestibule_outbound::{TxtAnswer, TxtError, TxtResolver};

use crate::dns_server::{DnsServer, NO_ERROR, NXDOMAIN, Question, REFUSED, SERVFAIL, labels};
use crate::wait;

const NAME: &str = "_vestibule.customer.example";

type Answer = fn(&Question) -> Option<Vec<u8>>;

fn ask(server: &DnsServer) -> TxtAnswer {
    ask_within(server, Duration::from_secs(20))
}

fn ask_within(server: &DnsServer, timeout: Duration) -> TxtAnswer {
    let resolver = TxtResolver::new(Some(server.address), timeout);
    wait(resolver.look_up(NAME)).unwrap()
}

fn found(records: &[&str]) -> TxtAnswer {
    TxtAnswer::Found(records.iter().map(|text| (*text).to_owned()).collect())
}

fn unknown(text: &str) -> TxtAnswer {
    TxtAnswer::Unknown(text.to_owned())
}

#[test]
fn records_are_found_and_their_strings_joined() {
    let server = DnsServer::with(|question| {
        assert_eq!(question.name(), labels(NAME));
        question
            .records(&[&["vestibule=1"], &["v=spf1 ", "-all"], &[""]])
            .bytes()
    });
    assert_eq!(ask(&server), found(&["vestibule=1", "v=spf1 -all", ""]));
    assert_eq!(server.asked(), 1);
}

#[test]
fn an_alias_is_followed_in_one_answer_and_in_two() {
    let server = DnsServer::with(|question| {
        let answer = question
            .answer(NO_ERROR)
            .alias(question.name(), "elsewhere.example");
        answer.txt(&labels("elsewhere.example"), &["here"]).bytes()
    });
    assert_eq!(ask(&server), found(&["here"]));
    let server = DnsServer::with(|question| match question.name() == labels(NAME) {
        true => question
            .answer(NO_ERROR)
            .alias(question.name(), "elsewhere.example")
            .bytes(),
        false => question.records(&[&["there"]]).bytes(),
    });
    assert_eq!(ask(&server), found(&["there"]));
    let nowhere = DnsServer::with(|question| match question.name() == labels(NAME) {
        true => question
            .answer(NO_ERROR)
            .alias(question.name(), "elsewhere.example")
            .bytes(),
        false => question.answer(NXDOMAIN).soa().bytes(),
    });
    assert_eq!(ask(&nowhere), TxtAnswer::Absent);
    let circle = DnsServer::with(|question| {
        question
            .answer(NO_ERROR)
            .alias(question.name(), NAME)
            .bytes()
    });
    assert_eq!(
        ask(&circle),
        unknown("the answer from DNS is none to the question")
    );
    let endless = DnsServer::with(|question| {
        let next = format!("alias{}.example", question.number);
        question
            .answer(NO_ERROR)
            .alias(question.name(), &next)
            .bytes()
    });
    assert_eq!(
        ask(&endless),
        unknown("the name is an alias of an alias, too often")
    );
    assert_eq!(endless.asked(), 9);
}

#[test]
fn a_record_of_another_name_is_nobodys() {
    let server = DnsServer::with(|question| {
        let answer = question.records(&[&["mine"]]);
        answer.txt(&labels("evil.example"), &["theirs"]).bytes()
    });
    assert_eq!(ask(&server), found(&["mine"]));
    let server = DnsServer::with(|question| {
        question
            .answer(NO_ERROR)
            .txt(&labels("evil.example"), &["theirs"])
            .bytes()
    });
    assert_eq!(
        ask(&server),
        unknown("the answer from DNS is none to the question")
    );
}

#[test]
fn that_there_is_none_has_to_be_said() {
    for code in [NXDOMAIN, NO_ERROR] {
        let server = DnsServer::with(move |question| question.answer(code).soa().bytes());
        assert_eq!(ask(&server), TxtAnswer::Absent, "{code}");
        // RFC 2308 §2.2: NODATA of type 3, without a SOA.
        let server = DnsServer::with(move |question| question.answer(code).bytes());
        assert_eq!(ask(&server), TxtAnswer::Absent, "{code}");
    }
    let server = DnsServer::with(|question| question.answer(NO_ERROR).referral().bytes());
    assert_eq!(
        ask(&server),
        unknown("the DNS server only names others to ask")
    );
}

#[test]
fn a_server_that_fails_knows_nothing() {
    for (code, text) in [
        (SERVFAIL, "the DNS server answered SERVFAIL"),
        (REFUSED, "the DNS server answered REFUSED"),
        (1, "the DNS server answered FORMERR"),
        (4, "the DNS server answered NOTIMP"),
        (9, "the DNS server answered with code 9"),
    ] {
        let server = DnsServer::with(move |question| question.answer(code).bytes());
        assert_eq!(ask(&server), unknown(text));
        let server = DnsServer::with(move |question| question.answer(code).soa().bytes());
        assert_eq!(ask(&server), unknown(text));
    }
    // A code that nobody has given a meaning.
    let server = DnsServer::with(|question| question.answer(14).soa().bytes());
    let answer = ask(&server);
    assert!(matches!(answer, TxtAnswer::Unknown(_)), "{answer:?}");
}

#[test]
fn who_does_not_answer_the_question_is_not_waited_for() {
    let patience = Duration::from_millis(600);
    let answers: [Answer; 5] = [
        |_| None,
        |_| Some(Vec::new()),
        |_| Some(vec![0xff; 40]),
        |question| question.records(&[&["forged"]]).with_another_id().bytes(),
        |question| {
            let mut bytes = question.records(&[&["broken off"]]).bytes()?;
            bytes.truncate(bytes.len() - 3);
            Some(bytes)
        },
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let server = DnsServer::with(answer);
        let answer = ask_within(&server, patience);
        assert!(
            matches!(answer, TxtAnswer::Unknown(_)),
            "{number}: {answer:?}"
        );
        if number == 0 {
            assert_eq!(answer, unknown("no answer from DNS within 0.6 s"));
        }
    }
}

#[test]
fn what_is_cut_short_is_asked_again_over_tcp() {
    let long: Vec<String> = (0..30)
        .map(|n| format!("{n} {}", "x".repeat(200)))
        .collect();
    let expected: Vec<_> = long.iter().map(String::as_str).collect();
    let answer = found(&expected);
    let server = DnsServer::with(move |question| match question.over_tcp {
        true => {
            let records: Vec<_> = long.iter().map(|text| [text.as_str()]).collect();
            let records: Vec<_> = records.iter().map(|strings| &strings[..]).collect();
            question.records(&records).bytes()
        }
        false => question.answer(NO_ERROR).truncated().bytes(),
    });
    assert_eq!(ask(&server), answer);
    // Half an answer is none, and says of no record that it is not there.
    for code in [NO_ERROR, NXDOMAIN] {
        let server = DnsServer::with(move |question| match question.over_tcp {
            true => None,
            false => question.answer(code).truncated().bytes(),
        });
        let answer = ask(&server);
        assert!(matches!(answer, TxtAnswer::Unknown(_)), "{answer:?}");
    }
}

#[test]
fn no_more_is_looked_at_than_a_domain_says_about_itself() {
    let server = |count: usize, strings: usize| {
        DnsServer::with(move |question| match question.over_tcp {
            true => {
                let text = "x".repeat(255);
                let record = vec![text.as_str(); strings];
                let records = vec![&record[..]; count];
                question.records(&records).bytes()
            }
            false => question.answer(NO_ERROR).truncated().bytes(),
        })
    };
    let too_much = "the answer from DNS has more or longer records than are looked at";
    assert!(matches!(ask(&server(100, 1)), TxtAnswer::Found(records) if records.len() == 100));
    assert_eq!(ask(&server(101, 1)), unknown(too_much));
    assert!(matches!(ask(&server(1, 16)), TxtAnswer::Found(records) if records.len() == 1));
    assert_eq!(ask(&server(1, 17)), unknown(too_much));
}

#[test]
fn a_fresh_record_is_seen_at_once() {
    // Each record says that it may be kept for an hour.
    let server = DnsServer::with(|question| match question.number {
        0 => question.answer(NXDOMAIN).soa().bytes(),
        number => question.records(&[&[&number.to_string()]]).bytes(),
    });
    let resolver = TxtResolver::new(Some(server.address), Duration::from_secs(20));
    let answers = wait(async {
        let mut answers = Vec::new();
        for _ in 0..3 {
            answers.push(resolver.look_up(NAME).await.unwrap());
        }
        answers
    });
    assert_eq!(answers, [TxtAnswer::Absent, found(&["1"]), found(&["2"])]);
}

#[test]
fn nobody_is_asked_for_what_is_no_name_and_nobody_there_is_no_answer() {
    let server = DnsServer::with(|question| question.records(&[&["x"]]).bytes());
    let resolver = TxtResolver::new(Some(server.address), Duration::from_secs(20));
    for name in ["", ".", "a b.example", "b\u{fc}cher.example", "a..example"] {
        assert_eq!(
            wait(resolver.look_up(name)),
            Err(TxtError::NotAName),
            "{name}"
        );
    }
    assert_eq!(server.asked(), 0);
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let resolver = TxtResolver::new(Some(address), Duration::from_millis(600));
    let answer = wait(resolver.look_up(NAME)).unwrap();
    assert!(matches!(answer, TxtAnswer::Unknown(_)), "{answer:?}");
}
