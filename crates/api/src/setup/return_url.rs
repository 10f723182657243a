//! Where a browser goes when a setup is done: a newtype, so that no other text can become that redirect.

use url::Url;
use vestibule_model::SetupLink;
use vestibule_store::{PageRequest, StoreError, Tx};

use crate::{problem::Problem, web_url};

/// How many clients are looked at in one go.
const PORTION: u32 = 500;

/// A URL whose origin is that of a redirect URI of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReturnUrl(String);

impl ReturnUrl {
    /// Checks a URL that a link is to be made with.
    ///
    /// # Errors
    /// `invalid-value` for `/return_url`.
    pub(super) fn check(tx: &mut Tx<'_>, text: String) -> Result<Self, Problem> {
        let refused = |expected: &str| {
            let found: String = text.chars().take(100).collect();
            Problem::invalid("/return_url", expected, found)
        };
        let url = web_url::parse(&text).map_err(refused)?;
        if is_registered(tx, &url)? {
            return Ok(Self(text));
        }
        Err(refused(
            "a URL with the origin (scheme, host and port) of a redirect URI of one of the clients",
        ))
    }

    /// Where this link leads in the end, if its origin is registered still: a client may be gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub(super) fn of(tx: &mut Tx<'_>, link: &SetupLink) -> Result<Option<Self>, StoreError> {
        let text = link.return_url.as_deref();
        let Some(url) = text.and_then(|text| web_url::parse(text).ok()) else {
            return Ok(None);
        };
        let registered = is_registered(tx, &url)?;
        Ok(text.filter(|_| registered).map(str::to_owned).map(Self))
    }

    /// The URL as it is.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

fn is_registered(tx: &mut Tx<'_>, wanted: &Url) -> Result<bool, StoreError> {
    let origin = wanted.origin();
    let mut request = PageRequest::first(PORTION);
    loop {
        let page = tx.list_clients(&request)?;
        let mut uris = page.items.iter().flat_map(|client| &client.redirect_uris);
        if uris.any(|uri| Url::parse(uri).is_ok_and(|uri| uri.origin() == origin)) {
            return Ok(true);
        }
        match page.next_cursor {
            None => return Ok(false),
            cursor => request.cursor = cursor,
        }
    }
}
