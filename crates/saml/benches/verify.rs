//! Verify and validate a response, beside the floor: what no verification can do without, by the
//! same libraries, in the same run. `cargo bench -p vestibule-saml --bench verify`
//!
//! The floor is base64, one libxml2 parse, exclusive C14N and SHA-256 of every signed element and
//! its SignedInfo, one RSA-2048 verification each. Ours is the whole corridor: decode, verify,
//! validate. Both run in turn, round by round, under the allocator that the server runs under. What
//! counts is the time of this thread on a processor, so that a busy machine spoils it little.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "shared with the tests, which use the rest of it")]
mod support;

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::time::{ClockId, clock_gettime};
use support::{KEY, RESPONSE, Sign, at, edit, expected, keys, now};
use vestibule_saml::{Expected, Limits, SignIn, UnverifiedResponse};
use vestibule_xmlsig::{Document, Element, SignOptions, VerifyingKey, floor};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const ROUNDS: usize = 21;
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

fn main() {
    let rsa = Rsa::new();
    println!("Responses verified and validated, in µs; medians of {ROUNDS} rounds in turn.\n");
    println!(
        "{:<22} {:>7} {:>8} {:>8} {:>6}   {:>7} {:>7} {:>9}",
        "signed", "bytes", "floor", "ours", "ratio", "decode", "verify", "validate"
    );
    for (attributes, values) in [(0, 2), (16, 2), (0, 500)] {
        for how in [Sign::Assertion, Sign::Response, Sign::Both] {
            measure(&response(attributes, values, how), how, &rsa);
        }
    }
}

/// The honest response with more attributes, as Okta writes them, and more groups.
fn response(attributes: usize, groups: usize, how: Sign) -> String {
    let mut more = String::new();
    for number in 0..attributes {
        write!(
            more,
            r#"<saml:Attribute Name="urn:example:attribute:{number}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"><saml:AttributeValue xsi:type="xs:string">value {number}</saml:AttributeValue></saml:Attribute>"#
        )
        .unwrap();
    }
    more.push_str(r#"<saml:Attribute Name="groups">"#);
    for number in 0..groups {
        write!(
            more,
            "<saml:AttributeValue>engineering-team-{number:04}</saml:AttributeValue>"
        )
        .unwrap();
    }
    more.push_str("</saml:Attribute>");
    let plain = r#"<saml:Attribute Name="groups"><saml:AttributeValue>staff</saml:AttributeValue><saml:AttributeValue>ops</saml:AttributeValue></saml:Attribute>"#;
    let mut xml = edit(RESPONSE, plain, &more);

    let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2036-01-01T00:00:00Z"));
    let certificate = KEY
        .self_signed_certificate("idp.example", begin, end)
        .unwrap();
    let options = SignOptions {
        key_info: Some(certificate),
        ..SignOptions::default()
    };
    if how != Sign::Response {
        xml = KEY.sign_element(&xml, "_assertion", &options).unwrap();
    }
    if how != Sign::Assertion {
        xml = KEY.sign_element(&xml, "_response", &options).unwrap();
    }
    xml
}

fn measure(xml: &str, how: Sign, rsa: &Rsa) {
    let form_value = STANDARD.encode(xml);
    let (keys, expected, limits) = (keys(), expected(), Limits::default());
    let signatures = if how == Sign::Both { 2 } else { 1 };
    let iterations = 300_000 / (xml.len() + 2000);
    let document = Document::parse(xml.as_bytes(), &limits.xml).unwrap();

    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let floor = mean(iterations, || at_the_floor(&form_value, &document, how))
            + rsa.once() * signatures;
        let total = mean(iterations, || {
            let unverified = UnverifiedResponse::decode(black_box(&form_value), &limits).unwrap();
            let signed = unverified.verify(&keys).unwrap();
            drop(black_box(signed.validate(&expected, now()).unwrap()));
        });
        let steps = steps(iterations, &form_value, &keys, &expected, &limits);
        rounds.push((floor, total, steps));
    }
    let micros = |pick: &dyn Fn(&(Duration, Duration, Steps)) -> Duration| {
        let mut times: Vec<Duration> = rounds.iter().map(pick).collect();
        times.sort_unstable();
        times[ROUNDS / 2].as_secs_f64() * 1e6
    };
    let floor = micros(&|round| round.0);
    let total = micros(&|round| round.1);
    println!(
        "{:<22} {:>7} {:>8.1} {:>8.1} {:>6.2}   {:>7.1} {:>7.1} {:>9.1}",
        format!("{how:?}"),
        xml.len(),
        floor,
        total,
        total / floor,
        micros(&|round| round.2.decode),
        micros(&|round| round.2.verify),
        micros(&|round| round.2.validate),
    );
}

#[derive(Default)]
struct Steps {
    decode: Duration,
    verify: Duration,
    validate: Duration,
}

fn steps(
    iterations: usize,
    form_value: &str,
    keys: &[VerifyingKey],
    expected: &Expected<SignIn>,
    limits: &Limits,
) -> Steps {
    let mut steps = Steps::default();
    for _ in 0..iterations {
        let begin = processor_time();
        let unverified = UnverifiedResponse::decode(black_box(form_value), limits).unwrap();
        let decoded = processor_time();
        let signed = unverified.verify(keys).unwrap();
        let verified = processor_time();
        drop(black_box(signed.validate(expected, now()).unwrap()));
        steps.decode += decoded - begin;
        steps.verify += verified - decoded;
        steps.validate += processor_time() - verified;
    }
    let iterations = u32::try_from(iterations).unwrap();
    Steps {
        decode: steps.decode / iterations,
        verify: steps.verify / iterations,
        validate: steps.validate / iterations,
    }
}

/// `document` is the same one, read before: what the bare parse gives is not walked over.
fn at_the_floor(form_value: &str, document: &Document, how: Sign) {
    let bytes = STANDARD.decode(black_box(form_value)).unwrap();
    drop(black_box(floor::parse(&bytes).unwrap()));
    let response = document.root();
    if how != Sign::Assertion {
        digest(response);
    }
    if how != Sign::Response {
        let saml = "urn:oasis:names:tc:SAML:2.0:assertion";
        digest(response.children_named(saml, "Assertion").next().unwrap());
    }
}

fn digest(element: Element<'_>) {
    let signature = element.children_named(DSIG, "Signature").next().unwrap();
    let signed_info = signature.children_named(DSIG, "SignedInfo").next().unwrap();
    black_box(floor::digest(element, Some(signature)).unwrap());
    black_box(floor::digest(signed_info, None).unwrap());
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

fn mean(iterations: usize, mut run: impl FnMut()) -> Duration {
    let begin = processor_time();
    for _ in 0..iterations {
        run();
    }
    (processor_time() - begin) / u32::try_from(iterations).unwrap()
}

/// One RSA-2048 verification, of a SignedInfo as it was signed.
struct Rsa {
    key: floor::RsaSha256,
    signed_info: String,
    signature: Vec<u8>,
}

impl Rsa {
    fn new() -> Self {
        let xml = support::sign(RESPONSE, Sign::Response);
        let between =
            |begin: &str, end: &str| xml.split(begin).nth(1).unwrap().split(end).next().unwrap();
        // Exclusive C14N by hand: the namespace on the outermost element, no empty-element tags.
        let mut signed_info = format!(r#"<ds:SignedInfo xmlns:ds="{DSIG}">"#);
        for tag in between("<ds:SignedInfo>", "</ds:SignedInfo>").split_inclusive('>') {
            match tag.strip_suffix("/>") {
                None => signed_info.push_str(tag),
                Some(empty) => {
                    let name = empty.trim_start_matches('<').split(' ').next().unwrap();
                    write!(signed_info, "{empty}></{name}>").unwrap();
                }
            }
        }
        signed_info.push_str("</ds:SignedInfo>");
        let value =
            between("<ds:SignatureValue>", "</ds:SignatureValue>").replace(['\n', '\r'], "");
        let rsa = Self {
            key: floor::RsaSha256::new(&KEY.verifying_key()).unwrap(),
            signed_info,
            signature: STANDARD.decode(value).unwrap(),
        };
        assert!(rsa.verify(), "the floor must do the real thing");
        rsa
    }

    fn verify(&self) -> bool {
        self.key
            .verify(black_box(self.signed_info.as_bytes()), &self.signature)
    }

    fn once(&self) -> Duration {
        mean(50, || assert!(self.verify()))
    }
}
