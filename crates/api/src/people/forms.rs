//! What people's forms send.

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode};
use futures_util::future::LocalBoxFuture;
use zeroize::Zeroizing;

use crate::{body, page::ErrorPage};

/// None of our forms has as many. A body of nothing but `&`s is small, and its fields are not.
const MOST_FIELDS: usize = 32;

/// The fields of a form. They may be passwords and codes: they are wiped, and have no `Debug`.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    fn parse(encoded: &[u8]) -> Option<Self> {
        let fields = encoded.split(|byte| *byte == b'&').count();
        if fields > MOST_FIELDS {
            return None;
        }
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(encoded).ok()?;
        let fields = fields.into_iter();
        Some(Self(
            fields
                .map(|(name, value)| (name, Zeroizing::new(value)))
                .collect(),
        ))
    }

    /// The parameters of a URL; empty where they cannot be read.
    pub(crate) fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes()).unwrap_or_default()
    }

    /// Whether a field was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(given, _)| given == name)
    }

    /// The value of a field as it was typed; empty where it is not there. Of several the first.
    pub(crate) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(given, _)| given == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl FromRequest for Form {
    type Error = ErrorPage;
    type Future = LocalBoxFuture<'static, Result<Self, ErrorPage>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = body::media_type(request);
        let payload = payload.take();
        Box::pin(async move {
            let bytes = body::read(payload).await?;
            match kind.as_deref() {
                Some("application/x-www-form-urlencoded") => {
                    Self::parse(&bytes).ok_or_else(unreadable)
                }
                None if bytes.is_empty() => Ok(Self::default()),
                _ => Err(unreadable()),
            }
        })
    }
}

fn unreadable() -> ErrorPage {
    ErrorPage::named(StatusCode::BAD_REQUEST, "form-unreadable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_counts_and_nothing_is_trimmed() {
        let form = Form::parse(b"password=+a%20b+&password=x&email=").unwrap();
        assert_eq!(form.get("password"), " a b ");
        assert_eq!(form.get("email"), "");
        assert_eq!(form.get("csrf"), "");
    }

    #[test]
    fn no_form_has_any_number_of_fields() {
        let of = |fields: usize| vec!["a"; fields].join("&");
        assert!(Form::parse(of(MOST_FIELDS).as_bytes()).is_some());
        assert!(Form::parse(of(MOST_FIELDS + 1).as_bytes()).is_none());
        assert!(Form::parse(b"").is_some());
    }
}
