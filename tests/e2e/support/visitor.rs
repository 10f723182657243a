//! A person on our own pages: presses what is there, types what they are asked for.

use super::{
    browser::Browser,
    html::{self, Form},
    http::Answer,
    world::{World, now, text},
};

/// A password that nobody has thought of before.
pub(crate) const PASSWORD: &str = "nine purple otters juggle lamps";

/// Somebody with a browser, and the page that it shows.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    pub(crate) page: Answer,
    /// Where the page is.
    pub(crate) at: String,
    base: String,
}

impl Visitor {
    /// Somebody who opens this, and is led on by redirects of ours.
    pub(crate) fn open(world: &World, url: &str) -> Self {
        Self::with(Browser::default(), world, url)
    }

    /// The same in a browser that has been here before.
    pub(crate) fn with(browser: Browser, world: &World, url: &str) -> Self {
        let mut visitor = Self {
            browser,
            page: Answer {
                status: 0,
                headers: Vec::new(),
                body: String::new(),
            },
            at: String::new(),
            base: world.server.url.clone(),
        };
        visitor.go(url);
        visitor
    }

    /// Opens a path or a URL of ours.
    pub(crate) fn go(&mut self, to: &str) -> &Answer {
        let url = self.absolute(to);
        self.page = self.browser.get(&url);
        self.at = url;
        self.follow()
    }

    /// Fills in the form that has this field, and sends it.
    pub(crate) fn fill(&mut self, fields: &[(&str, &str)]) -> &Answer {
        let (wanted, _) = fields.first().expect("a field");
        let form = self.form_with(wanted);
        self.send(form, fields)
    }

    /// The form of the page that has a field.
    pub(crate) fn form_with(&self, field: &str) -> Form {
        let forms = html::forms(&self.page.body);
        let found = forms.into_iter().find(|form| form.value(field).is_some());
        found.unwrap_or_else(|| panic!("no form with {field}: {:?}", self.page))
    }

    /// The form of the page that is sent to a path that ends so.
    pub(crate) fn form_to(&self, end: &str) -> Form {
        let forms = html::forms(&self.page.body);
        let found = forms.into_iter().find(|form| form.action.ends_with(end));
        found.unwrap_or_else(|| panic!("no form to {end}: {:?}", self.page))
    }

    /// Sends a form with these fields in place of its own.
    pub(crate) fn send(&mut self, form: Form, fields: &[(&str, &str)]) -> &Answer {
        let mut form = form;
        for (name, value) in fields {
            form = form.filled(name, value);
        }
        let url = self.absolute(&form.action);
        let all: Vec<_> = form.fields.iter().map(|(k, v)| (&**k, &**v)).collect();
        self.page = self.browser.post_from_here(&url, &all);
        self.at = url;
        self.follow()
    }

    /// The page as a person reads it.
    pub(crate) fn reads(&self) -> String {
        html::text(&self.page.body)
    }

    /// Follows our own redirects; one that leads elsewhere is left to the test.
    fn follow(&mut self) -> &Answer {
        for _ in 0..10 {
            if !matches!(self.page.status, 302 | 303) {
                break;
            }
            let to = self.absolute(self.page.location());
            if !to.starts_with(&self.base) {
                break;
            }
            self.page = self.browser.get(&to);
            self.at = to;
        }
        &self.page
    }

    fn absolute(&self, to: &str) -> String {
        let base = if self.at.is_empty() {
            &self.base
        } else {
            &self.at
        };
        let base = url::Url::parse(base).expect("a URL");
        base.join(to).expect("a URL").to_string()
    }
}

/// Gives a member a password, as they would choose one by a link.
pub(crate) fn set_password(world: &World, member: &str, password: &str) {
    let path = world.workspace_path(&format!("/members/{member}/password-links"));
    let link = world
        .api
        .post(&path, &serde_json::json!({"deliver": "return"}))
        .expect(201)
        .json();
    let mut visitor = Visitor::open(world, &text(&link, "/url"));
    visitor.fill(&[("password", password)]);
    assert_eq!(visitor.page.status, 200, "{:?}", visitor.page);
}

/// The code that an authenticator app shows for the secret on a page of ours, so many steps from now:
/// RFC 6238 with SHA-1, 30 seconds and six digits, what every app does.
pub(crate) fn totp(secret: &str, steps: i64) -> String {
    totp_at(secret, now(), steps)
}

/// The same by another clock.
pub(crate) fn totp_at(secret: &str, at: jiff::Timestamp, steps: i64) -> String {
    let bytes = base32(secret);
    let step = at.as_second() / 30 + steps;
    let mac = aws_lc_rs::hmac::sign(
        &aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes),
        &u64::try_from(step)
            .expect("a time after 1970")
            .to_be_bytes(),
    );
    let mac = mac.as_ref();
    let at = usize::from(mac[19] & 15);
    let number = u32::from_be_bytes([mac[at] & 0x7f, mac[at + 1], mac[at + 2], mac[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

fn base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace()) {
        let digit = match c {
            b'A'..=b'Z' => c - b'A',
            b'2'..=b'7' => c - b'2' + 26,
            other => panic!("not base 32: {other}"),
        };
        bits = bits << 5 | u32::from(digit);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).expect("a byte"));
        }
    }
    bytes
}
