//! The words in a sample: fitting ones, or one text everywhere.

use vestibule_pages::{
    Choice, LinkChoice, Notice, PasskeyOffer, PasskeyRow, SessionRow, Text, When, plain,
};

/// How a page is filled: with fitting words, or with one text everywhere.
#[derive(Clone, Copy)]
pub(crate) struct Fill(pub Option<&'static str>);

impl Fill {
    pub(crate) fn text(self, fitting: &str) -> String {
        self.0.unwrap_or(fitting).to_owned()
    }

    /// Words that the page takes as they are.
    pub(crate) fn words(self, fitting: &str) -> Text {
        plain(self.text(fitting))
    }

    pub(crate) fn some(self, fitting: &str) -> Option<String> {
        Some(self.text(fitting))
    }

    pub(crate) fn notice(self, title: &str, text: &str) -> Option<Notice> {
        Some(Notice {
            title: self.words(title),
            text: self.words(text),
        })
    }

    pub(crate) fn passkey(self) -> Option<PasskeyOffer> {
        Some(self.offer())
    }

    pub(crate) fn offer(self) -> PasskeyOffer {
        PasskeyOffer {
            challenge_json: self.text("{\"publicKey\":{\"challenge\":\"AAAA\"}}"),
            action: self.text("/sign-in/passkey"),
        }
    }

    pub(crate) fn when(self, text: &str) -> When {
        When {
            text: self.words(text),
            utc: self.text("2026-03-12T09:30:00Z"),
            day: false,
        }
    }

    pub(crate) fn choice(self, label: &str, hint: &str) -> Choice {
        Choice {
            value: self.text(label),
            label: self.text(label),
            hint: self.text(hint),
        }
    }

    pub(crate) fn link_choice(self, label: &str, hint: &str) -> LinkChoice {
        LinkChoice {
            href: self.text("/oauth2/authorize"),
            label: self.text(label),
            hint: self.text(hint),
        }
    }

    pub(crate) fn session(self, browser: &str, here: bool) -> SessionRow {
        SessionRow {
            id: self.text("ses_1"),
            here,
            browser: self.words(browser),
            since: self.when("12 March, 09:30"),
            last_seen: self.when("5 minutes ago"),
        }
    }

    pub(crate) fn key(self, name: &str, used: bool) -> PasskeyRow {
        PasskeyRow {
            id: self.text("pk_1"),
            name: self.text(name),
            since: self.when("12 March 2026"),
            last_used: used.then(|| self.when("today")),
        }
    }
}
