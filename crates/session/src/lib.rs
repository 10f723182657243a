//! The mint of Vestibule: a [`Grant`](vestibule_policy::Grant) in, a session and its tokens out.
//!
//! Nothing is minted without a Grant, and a Grant is spent by minting. What is handed out is random
//! ([`Secret`]) or signed ([`KeyRing`]: ES256, RS256 for applications that ask); what is kept is a
//! hash. Keys rotate by a timetable ([`KeyState`]). No SQL, no clock.

mod access_token;
mod acr;
mod claims;
mod client_assertion;
mod client_keys;
mod code;
mod error;
mod forward;
mod forward_trip;
mod id_token;
mod id_token_hint;
mod init;
mod issue;
mod issuer;
mod key;
mod key_ring;
mod lifetime;
mod logout_token;
mod mint;
mod pkce;
mod public_key;
mod secret;
mod timetable;

pub use access_token::{verify_access_token, verify_access_token_of_any_audience};
pub use acr::ACR_VALUES;
pub use claims::{AccessClaims, Audience, IdClaims};
pub use client_assertion::{
    ClientAssertion, ClientAssertionError, unverified_client_of, verify_client_assertion,
};
pub use client_keys::{CLIENT_ALGORITHMS, ClientKeys, ClientKeysError};
pub use code::{CodeRecord, CodeRequest, RefreshRecord};
pub use error::{KeyError, MintError, RandomnessError, TokenError};
pub use forward::{ForwardRecord, issue_forward};
pub use forward_trip::ForwardTrip;
pub use id_token::verify_id_token_with_jwks;
pub use id_token_hint::verify_id_token_hint;
pub use init::init;
pub use issue::{TokenSet, issue};
pub use issuer::Issuer;
pub use key::{KeyFacts, SigningKey};
pub use key_ring::KeyRing;
pub use lifetime::{
    ACCESS_TOKEN_LIFETIME, CODE_LIFETIME, JWKS_MAX_AGE, KEY_LEAD, KEYS_LEARNED_WITHIN,
    REFRESH_TOKEN_IDLE_LIFETIME, SESSION_LIFETIME,
};
pub use logout_token::logout_token;
pub use mint::{Minted, mint, mint_for_own_pages, mint_with_code};
pub use pkce::{is_code_challenge, verify_pkce};
pub use secret::Secret;
pub use timetable::{KeyState, key_states};
