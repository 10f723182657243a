//! A browser on its way from an application's host to its sign-in and back (forward-auth).

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use vestibule_model::ClientId;
use zeroize::Zeroizing;

use crate::{
    RandomnessError, Secret,
    secret::{random_id, sha256},
};

/// A trip, known by nothing but a secret that the browser keeps in a cookie on that host: `state` and
/// PKCE verifier are made from it, so nothing is stored, and a code that somebody else began with
/// (login CSRF) does not fit.
pub struct ForwardTrip {
    state: String,
    verifier: Zeroizing<String>,
    path: String,
}

impl ForwardTrip {
    /// Begins a trip that ends at a path of the application.
    ///
    /// # Errors
    /// [`RandomnessError`].
    pub fn begin(
        browser: &Secret,
        client_id: ClientId,
        path: &str,
    ) -> Result<Self, RandomnessError> {
        let id = random_id()?;
        let encoded = URL_SAFE_NO_PAD.encode(path);
        let tag = mac(browser, "state", client_id, &[&id, &encoded]);
        let tag = URL_SAFE_NO_PAD.encode(tag);
        let state = format!("{id}.{encoded}.{tag}");
        Ok(Self::made(browser, client_id, &id, state, path.to_owned()))
    }

    /// The trip that comes back with this `state`, if this browser has begun it for this application.
    #[must_use]
    pub fn returning(browser: &Secret, client_id: ClientId, state: &str) -> Option<Self> {
        let mut parts = state.splitn(3, '.');
        let (id, encoded, tag) = (parts.next()?, parts.next()?, parts.next()?);
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        verify_mac(browser, "state", client_id, &[id, encoded], &tag).then_some(())?;
        let path = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?;
        Some(Self::made(browser, client_id, id, state.to_owned(), path))
    }

    fn made(browser: &Secret, client_id: ClientId, id: &str, state: String, path: String) -> Self {
        let verifier = mac(browser, "verifier", client_id, &[id]);
        Self {
            state,
            verifier: Zeroizing::new(URL_SAFE_NO_PAD.encode(verifier)),
            path,
        }
    }

    /// What the authorization request says as `state`.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// What it says as `code_challenge` (S256).
    #[must_use]
    pub fn code_challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(sha256(self.verifier.as_bytes()))
    }

    /// What redeems the code.
    #[must_use]
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// Where it ends.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Where it leads, and nothing that redeems anything.
impl std::fmt::Debug for ForwardTrip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ForwardTrip(…)")
    }
}

/// What is said under a key, with a separator that none of the parts can hold.
fn said(purpose: &str, client_id: ClientId, parts: &[&str]) -> String {
    format!("forward\0{purpose}\0{client_id}\0{}", parts.join("\0"))
}

fn mac(browser: &Secret, purpose: &str, client_id: ClientId, parts: &[&str]) -> hmac::Tag {
    let key = hmac::Key::new(hmac::HMAC_SHA256, browser.expose().as_bytes());
    hmac::sign(&key, said(purpose, client_id, parts).as_bytes())
}

fn verify_mac(
    browser: &Secret,
    purpose: &str,
    client_id: ClientId,
    parts: &[&str],
    tag: &[u8],
) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, browser.expose().as_bytes());
    hmac::verify(&key, said(purpose, client_id, parts).as_bytes(), tag).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{is_code_challenge, verify_pkce};
    use jiff::Timestamp;

    #[test]
    fn what_this_browser_began_comes_back_with_its_path_and_its_verifier() {
        let (browser, client) = (
            Secret::generate().unwrap(),
            ClientId::new(Timestamp::UNIX_EPOCH),
        );
        let trip = ForwardTrip::begin(&browser, client, "/reports?year=2026&x=é").unwrap();
        assert!(is_code_challenge(&trip.code_challenge()));
        let back = ForwardTrip::returning(&browser, client, trip.state()).unwrap();
        assert_eq!(back.path(), "/reports?year=2026&x=é");
        assert!(verify_pkce(&trip.code_challenge(), back.verifier()));
        // Another trip of the same browser has another verifier.
        let other = ForwardTrip::begin(&browser, client, "/reports?year=2026&x=é").unwrap();
        assert_ne!(other.state(), trip.state());
        assert!(!verify_pkce(&other.code_challenge(), back.verifier()));
    }

    #[test]
    fn what_another_began_or_somebody_changed_does_not_come_back() {
        let now = Timestamp::UNIX_EPOCH;
        let (browser, client) = (Secret::generate().unwrap(), ClientId::new(now));
        let trip = ForwardTrip::begin(&browser, client, "/a").unwrap();
        let another = Secret::generate().unwrap();
        assert!(ForwardTrip::returning(&another, client, trip.state()).is_none());
        let elsewhere = ClientId::new(now);
        assert!(ForwardTrip::returning(&browser, elsewhere, trip.state()).is_none());
        let parts: Vec<_> = trip.state().split('.').collect();
        let [id, path, tag] = parts.as_slice() else {
            panic!("three parts");
        };
        let evil = URL_SAFE_NO_PAD.encode("/evil");
        for state in [
            String::new(),
            "..".to_owned(),
            format!("{id}.{path}."),
            format!("{id}.{path}"),
            format!("{id}.{evil}.{tag}"),
            format!("x{id}.{path}.{tag}"),
            // What stands before and after the separator may not be moved over it.
            format!("{id}.{path}.{tag}."),
            format!("{}.{}{path}.{tag}", id.split_at(21).0, id.split_at(21).1),
        ] {
            assert!(
                ForwardTrip::returning(&browser, client, &state).is_none(),
                "{state}"
            );
        }
    }

    #[test]
    fn it_shows_nothing() {
        let browser = Secret::generate().unwrap();
        let client = ClientId::new(Timestamp::UNIX_EPOCH);
        let trip = ForwardTrip::begin(&browser, client, "/a").unwrap();
        assert!(!format!("{trip:?}").contains(trip.verifier()));
    }
}
