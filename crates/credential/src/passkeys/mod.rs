//! Passkeys (Web Authentication Level 3): the three ceremonies, each in two halves.
//!
//! webauthn-rs does the arithmetic and the checks of §7.1 and §7.2. Between the halves its state waits as
//! text, for which the library asks for the feature `danger-allow-state-serialisation`: somebody who could
//! write that state, or bring an old one back, would choose the challenge that they answer. It is sound here
//! because the text goes into the short-lived state of the server alone, which hands each one out once, and
//! because it says for which ceremony and which member it was made. `danger-credential-internals` is read
//! for one number, the counter that was stored last.

mod ceremony;
mod error;
mod handle;
mod registration;
mod second_factor;
mod sign_in;

use url::Url;
use webauthn_rs::{Webauthn, WebauthnBuilder};

pub use ceremony::{PasskeyChallenge, PasskeyUse};
pub use error::PasskeyError;
pub use registration::{NewPasskey, PasskeyOwner};

/// The passkeys of one deployment: those of its host, made and used on its own pages.
#[derive(Debug, Clone)]
pub struct Passkeys(Webauthn);

impl Passkeys {
    /// For the pages under this address; `name` is what a device calls the place.
    ///
    /// None where the host is no domain: an IP address cannot be an RP ID (§5.1.3). Passkeys are bound to
    /// the host, and another public address would not know them.
    #[must_use]
    pub fn new(public_url: &str, name: &str) -> Option<Self> {
        let url = Url::parse(public_url).ok()?;
        let host = url.domain()?;
        let builder = WebauthnBuilder::new(host, &url).ok()?;
        builder.rp_name(name).build().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_a_domain() {
        for url in [
            "https://sso.acme.example",
            "https://sso.acme.example/",
            "http://localhost:8080",
        ] {
            assert!(Passkeys::new(url, "Acme").is_some(), "{url}");
        }
        for url in [
            "http://127.0.0.1:8080",
            "https://[::1]",
            "",
            "sso.acme.example",
            "data:,x",
        ] {
            assert!(Passkeys::new(url, "Acme").is_none(), "{url}");
        }
    }
}
