//! How fast somebody may guess: passwords, codes, and whether an address is known.
//!
//! Each attempt is counted before it is made, for the account, for the sender's address and for the
//! workspace. It is a delay and never a lock, and SSO is not behind it: whoever's account is under
//! attack gets in by their identity provider.

use std::net::IpAddr;

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::HeaderName},
};
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{EmailKey, WorkspaceId};
use vestibule_state::{ThrottleKey, ThrottleRule};

use crate::{config::Config, page::ErrorPage, service::Service};

/// Who proxies say a request is from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// An account: people mistype, programs guess. Past the tenth attempt an hour allows about a dozen.
const ACCOUNT: ThrottleRule = ThrottleRule {
    free: 5,
    first: SignedDuration::from_secs(2),
    longest: SignedDuration::from_mins(5),
    forget_after: SignedDuration::from_hours(1),
};
/// An address: an office behind one address signs in in the morning.
const ADDRESS: ThrottleRule = ThrottleRule {
    free: 60,
    first: SignedDuration::from_secs(1),
    longest: SignedDuration::from_mins(1),
    forget_after: SignedDuration::from_mins(10),
};
/// A workspace: what a whole company does, and no botnet should.
const WORKSPACE: ThrottleRule = ThrottleRule {
    free: 600,
    first: SignedDuration::from_secs(1),
    longest: SignedDuration::from_secs(10),
    forget_after: SignedDuration::from_mins(5),
};

/// Sign-ins that an address begins: each takes a place among those that are under way.
const BEGINNINGS: ThrottleRule = ThrottleRule {
    free: 600,
    first: SignedDuration::from_secs(1),
    longest: SignedDuration::from_secs(10),
    forget_after: SignedDuration::from_mins(10),
};

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guess {
    /// A password.
    Password,
    /// A second factor.
    Factor,
    /// Which workspace an address belongs to, or whether it is known at all.
    Discovery,
    /// The token of a link.
    Link,
}

impl Guess {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Factor => "factor",
            Self::Discovery => "discovery",
            Self::Link => "link",
        }
    }
}

/// The account that a guess is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account<'a> {
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) email: &'a EmailKey,
}

impl Account<'_> {
    fn key(&self, guess: Guess) -> ThrottleKey {
        let workspace = self.workspace_id.to_string();
        ThrottleKey::new("account", &[guess.word(), &workspace, self.email.as_str()])
    }
}

/// Asks for one guess.
///
/// # Errors
/// A page that says how long to wait, with `Retry-After`; nothing was counted then.
pub(crate) async fn ask(
    service: &Service,
    request: &HttpRequest,
    guess: Guess,
    account: Option<Account<'_>>,
    now: Timestamp,
) -> Result<(), ErrorPage> {
    let address = sender(request, &service.config).map_or_else(String::new, network);
    let mut keys = vec![(
        ThrottleKey::new("address", &[guess.word(), &address]),
        ADDRESS,
    )];
    if let Some(account) = account {
        let workspace = account.workspace_id.to_string();
        keys.push((account.key(guess), ACCOUNT));
        keys.push((
            ThrottleKey::new("workspace", &[guess.word(), &workspace]),
            WORKSPACE,
        ));
    }
    match service.state.attempt(&keys, now).await? {
        None => Ok(()),
        Some(wait) => {
            service.metrics.throttled();
            Err(too_fast(wait))
        }
    }
}

/// Asks to begin one sign-in on our own pages.
///
/// # Errors
/// As of [`ask`].
pub(crate) async fn begin(
    service: &Service,
    request: &HttpRequest,
    now: Timestamp,
) -> Result<(), ErrorPage> {
    let address = sender(request, &service.config).map_or_else(String::new, network);
    let keys = [(ThrottleKey::new("beginning", &[&address]), BEGINNINGS)];
    match service.state.attempt(&keys, now).await? {
        None => Ok(()),
        Some(wait) => {
            service.metrics.throttled();
            Err(too_fast(wait))
        }
    }
}

/// Forgets the guesses at an account: its owner has come in.
///
/// # Errors
/// [`vestibule_state::StateError`] as a page.
pub(crate) async fn forgive(
    service: &Service,
    account: Account<'_>,
    now: Timestamp,
) -> Result<(), ErrorPage> {
    let keys = [account.key(Guess::Password), account.key(Guess::Factor)];
    Ok(service.state.forgive(&keys, now).await?)
}

/// The address that a request comes from.
pub(crate) fn sender(request: &HttpRequest, config: &Config) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    let lines = request.headers().get_all(&FORWARDED_FOR);
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    Some(config.trusted_proxies.client(peer, &lines))
}

/// One IPv6 customer has a whole /64 to guess from.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn too_fast(wait: SignedDuration) -> ErrorPage {
    let seconds = u64::try_from(wait.as_secs()).unwrap_or(0).saturating_add(1);
    ErrorPage::named(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts")
        .with("seconds", seconds)
        .retry_after(seconds)
}
