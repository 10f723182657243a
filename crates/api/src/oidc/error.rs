//! Errors of OAuth: in the redirect of the authorization endpoint (RFC 6749 §4.1.2.1), and as JSON from
//! the others (§5.2).

use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode};
use serde_json::json;

use crate::problem::Problem;

/// The error codes of RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6 and RFC 8707 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OAuthErrorCode {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    InvalidTarget,
    UnsupportedGrantType,
    UnsupportedResponseType,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    LoginRequired,
    InteractionRequired,
    ServerError,
    TemporarilyUnavailable,
}

impl OAuthErrorCode {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// An error of an OAuth endpoint.
#[derive(Debug, Clone)]
pub(crate) struct OAuthError {
    code: OAuthErrorCode,
    description: String,
    status: StatusCode,
}

impl OAuthError {
    pub(crate) fn new(code: OAuthErrorCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
            status: code.status(),
        }
    }

    pub(crate) fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new(OAuthErrorCode::InvalidGrant, description)
    }
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.description)
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        never_kept(&mut response);
        if self.code == OAuthErrorCode::InvalidClient {
            // RFC 6749 §5.2: the scheme the client may use.
            response.insert_header(("WWW-Authenticate", "Basic realm=\"oauth2\""));
        }
        if self.code == OAuthErrorCode::TemporarilyUnavailable {
            response.insert_header(("Retry-After", "5"));
        }
        response.json(json!({
            "error": self.code.as_str(),
            "error_description": self.description,
        }))
    }
}

/// No cache may keep what this answer says (RFC 6749 §5.1 names both).
pub(crate) fn never_kept(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header(("Cache-Control", "no-store"))
        .insert_header(("Pragma", "no-cache"))
}

/// What the body, the archive or the mint could not do.
impl From<Problem> for OAuthError {
    fn from(problem: Problem) -> Self {
        if problem.kind.status().is_server_error() {
            tracing::warn!(cause = problem.cause.as_deref(), "OAuth request failed");
            return match problem.kind.status() {
                StatusCode::SERVICE_UNAVAILABLE => {
                    let description = "the service is out of reach for a moment; try again shortly";
                    Self::new(OAuthErrorCode::TemporarilyUnavailable, description)
                }
                _ => Self::new(OAuthErrorCode::ServerError, "the service has failed"),
            };
        }
        Self {
            code: OAuthErrorCode::InvalidRequest,
            description: problem.detail.clone(),
            status: problem.kind.status(),
        }
    }
}

impl From<vestibule_store::StoreError> for OAuthError {
    fn from(error: vestibule_store::StoreError) -> Self {
        Problem::from(error).into()
    }
}
