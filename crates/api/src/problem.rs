//! What went wrong, as RFC 9457 problem details: one enumeration of types, one match to a status.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde_json::{Map, Value, json};
use vestibule_policy::Refusal;
use vestibule_state::StateError;
use vestibule_store::StoreError;

/// Declares the problem types: slug, status, title, and the page that explains it.
macro_rules! problem_types {
    ($($variant:ident = $slug:literal, $status:ident, $title:literal, $explanation:literal;)+) => {
        /// Every type of problem there is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ProblemType { $(#[doc = $title] $variant),+ }

        impl ProblemType {
            /// Every type, for the pages and the tests that walk them.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// The last part of the type's URI, and the problem's `code`.
            pub(crate) const fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug),+ }
            }

            /// The HTTP status it is answered with.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A short summary that is the same every time.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do about it.
            pub(crate) const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation),+ }
            }
        }
    };
}

problem_types! {
    MalformedRequest = "malformed-request", BAD_REQUEST, "The request could not be read",
        "The body is not the JSON (or the form) that this operation takes. The detail says at which place it stops making sense.";
    Unauthorized = "unauthorized", UNAUTHORIZED, "An API key is needed",
        "Send `Authorization: Bearer <api key>`. Keys are made with `vestibule api-keys create` or `POST /v1/api-keys`; an expired or deleted key does not count.";
    SignInRequired = "sign-in-required", UNAUTHORIZED, "Nobody has signed in",
        "What an application's proxy asked about came without the cookie of that application and without an access token for it, or its session is over: it has ended, was revoked, or a rule does not let it go on. A person opens a page of the application in a browser and signs in; a program sends `Authorization: Bearer <access token>`.";
    InsufficientScope = "insufficient-scope", FORBIDDEN, "The API key may not do this",
        "The key is valid, but lacks the scope named in `required_scope`, or is bound to one workspace while the operation concerns the whole deployment. Use another key.";
    PlanUpgradeRequired = "plan-upgrade-required", FORBIDDEN, "The workspace's plan does not include SSO",
        "Saving, testing, enabling and signing in by SAML need one of `required_plans`. Reading, disabling and deleting always work, and settings are kept. Change the plan with `PATCH /v1/workspaces/{workspace_id}`.";
    SsoRequired = "sso-required", FORBIDDEN, "SSO is mandatory for this person",
        "The workspace has a live connection, so everybody but admins signs in through its identity provider. Send the person to `sign_in_url`, with your client's own parameters added.";
    SecondFactorRequired = "second-factor-required", FORBIDDEN, "A second factor is needed",
        "The workspace's `two_factor` rule asks for a second factor with a password. Name one in `amr`: otp, hwk, swk or mfa.";
    LocalProofRequired = "local-proof-required", FORBIDDEN, "An admin has to prove who they are",
        "Whoever configures SSO could point it at an identity provider of their own, so an assertion alone signs no admin in. The admin signs in by password (and second factor) instead.";
    AuthenticationTooOld = "authentication-too-old", FORBIDDEN, "Please sign in again first",
        "What decides who gets in as an admin, and what somebody signs in with, can be changed for ten minutes after a sign-in. Sign in again, then do it once more.";
    NotYoursToSay = "not-yours-to-say", FORBIDDEN, "This is not yours to say",
        "Only an active admin of the workspace can say it: \"this is me\" of a test that passed in the very same browser and was about their own address, and that groups may make admins of settings of their own workspace.";
    NotAdmitted = "not-admitted", FORBIDDEN, "This person may not come in",
        "A rule of the workspace keeps this person out: the member is deactivated, has not been invited, or the address lies outside the workspace's verified domains. The detail names the rule.";
    ForwardAuthRefused = "forward-auth-refused", FORBIDDEN, "This application is for others",
        "Somebody has signed in, and the application's proxy lets in only people of another workspace, or of another role. Its configuration says which (`workspace`, `role`).";
    SsoNotLive = "sso-not-live", FORBIDDEN, "SSO is not live for this workspace",
        "There is no live connection to sign in through: it is still being set up, disabled, or suspended by the plan.";
    AuthnContextRequired = "authn-context-required", FORBIDDEN, "The identity provider has to authenticate more strongly",
        "The connection lists authentication context classes, and the assertion carried none of them. Require one at the identity provider, or change the connection's `required_authn_context`.";
    IdentityConflict = "identity-conflict", CONFLICT, "The member is linked to another subject",
        "The identity provider asserts a second, different persistent subject for a member who has one already. If the person's account at the identity provider was made anew, delete the old link first.";
    PasswordResetRequired = "password-reset-required", FORBIDDEN, "The password has to be set anew",
        "The member's password is from before single sign-on was switched on, when who left the company was kept out by the identity provider alone. Send a reset link with `POST …/members/{member_id}/password-links`.";
    PasswordChanged = "password-changed", FORBIDDEN, "The password was changed meanwhile",
        "A new password was set after the old one was given. Sign in again with the new one.";
    LastAdmin = "last-admin", CONFLICT, "The workspace would be left without an admin",
        "The last active admin of a workspace can be neither demoted, deactivated nor removed, nor lose their last way in, whoever asks. Make somebody else an admin first; an invited admin does not count until they have signed in.";
    LockoutRisk = "lockout-risk", CONFLICT, "Nobody could get in without SSO",
        "The workspace has no active admin. Once SSO is live, only admins may sign in without it: should the identity provider fail, nobody could switch it off. Add an admin, or say `acknowledge_lockout_risk: true`.";
    NotFound = "not-found", NOT_FOUND, "There is no such thing",
        "The id is malformed, unknown, deleted, or belongs to a workspace the API key cannot see; those cannot be told apart from outside.";
    ForwardAuthUnregistered = "forward-auth-unregistered", NOT_FOUND, "No application stands behind this proxy",
        "The client that the proxy names is not registered, or does not say that it stands behind a proxy: it needs exactly one redirect URI `https://<host of the application>/.vestibule/callback`. The detail says what is missing.";
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "This path takes other methods",
        "The path exists, but not with this method. See /docs.";
    Conflict = "conflict", CONFLICT, "Something else has this value already",
        "The value named in `field` has to be unique. Choose another, or use the object that has it.";
    TestRequired = "test-required", CONFLICT, "The revision has not passed a test",
        "Only a revision that has passed its own test goes live. Run `POST …/tests`, open `start_url` in a browser, sign in at the identity provider, then enable again. A test of an earlier draft does not count.";
    DraftRequired = "draft-required", CONFLICT, "Nothing has been saved yet",
        "The connection has neither a draft nor a live revision. Save the identity provider's certificate and SSO URL with `PUT …/draft` first.";
    MetadataSourceRequired = "metadata-source-required", CONFLICT, "The connection has no metadata URL",
        "There is nothing to refresh: the connection's settings were not made from a metadata URL. Save a draft with `idp_metadata_url` first.";
    ForceRequired = "force-required", CONFLICT, "This stops something that works",
        "Disabling or deleting a live connection lets everybody sign in without the identity provider again. A certificate that alone has verified sign-ins lately is probably the one in use: without it nobody may get in. Say `force: true` (`?force=true`) if that is what you want.";
    LastCertificate = "last-certificate", CONFLICT, "The only certificate cannot be retired",
        "Without any certificate nothing could be verified. Add the next one first, or disable the connection.";
    DomainRecordMissing = "domain-record-missing", CONFLICT, "DNS does not have the domain's record",
        "The TXT record that proves the domain is not there, or says something else: `asked` is the name that was asked for, `expected` what one of its TXT records has to say, `found` what they say. Set it at whoever looks after the domain's DNS. It may take minutes until it is seen, and hours where an older answer was kept. A domain that is verified stays so until its record was absent three times within 72 hours.";
    AcknowledgementRequired = "acknowledgement-required", CONFLICT, "This shuts members out",
        "The first verified domain of a workspace limits whom it lets in: `shut_out` names members who came just in time with an address in another domain and are known by nothing else (the first hundred; `shut_out_is_complete` says whether these are all). Verify their domains as well, or say `acknowledge_shut_out: true`.";
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "It was changed meanwhile",
        "The call said with `If-Match` which version of the object it changes, and there is a newer one: `current_etag`. Nothing was changed. Read the object again, decide anew, and send the `ETag` that it has then.";
    LimitReached = "limit-reached", CONFLICT, "There are as many of these as there may be",
        "A workspace has at most 20 endpoints of its own, and so has the deployment as a whole: each event is written once for each of them. Delete one that is not needed any more.";
    WebhookEndpointDisabled = "webhook-endpoint-disabled", CONFLICT, "The webhook endpoint is disabled",
        "Nothing is sent to it until it is enabled again with `PATCH /v1/webhook-endpoints/{webhook_endpoint_id}`; `disabled_reason` says why it is disabled. What happened meanwhile waits, and is sent then.";
    PayloadTooLarge = "payload-too-large", PAYLOAD_TOO_LARGE, "The body is too large",
        "A body has at most 1 MiB.";
    UriTooLong = "uri-too-long", URI_TOO_LONG, "The URL is too long",
        "The request's URL has more bytes than the server takes.";
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body has another type than this operation takes",
        "Send `Content-Type: application/json` (PATCH takes `application/merge-patch+json` too). The SAML and OAuth endpoints take `application/x-www-form-urlencoded`.";
    InvalidValue = "invalid-value", UNPROCESSABLE_ENTITY, "A value cannot be used",
        "`errors` names each place as a JSON pointer, with what was expected and what was found.";
    IdempotencyKeyReused = "idempotency-key-reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key names another call",
        "Within the last 24 hours a call that asks for something else was made under this `Idempotency-Key`. Nothing was done. A key names one call: take a new one for each, and the same one only to send the very same call again.";
    ForwardAuthMisconfigured = "forward-auth-misconfigured", UNPROCESSABLE_ENTITY, "The proxy's configuration cannot be used",
        "`/forward-auth` takes `client_id`, `workspace`, `role`, `audience` and `unauthenticated`, each once and with a value. Anything else is refused, so that a rule with a typing mistake in it lets nobody in.";
    UnknownField = "unknown-field", UNPROCESSABLE_ENTITY, "A field is not known",
        "`errors` names the field. Fields that are not known are refused, so that a typing mistake cannot go unnoticed.";
    TooManyTrips = "too-many-sign-ins", SERVICE_UNAVAILABLE, "Too many sign-ins are under way",
        "The server holds as many unfinished sign-ins as it can. Try again in a minute.";
    DomainCheckFailed = "domain-check-failed", SERVICE_UNAVAILABLE, "Nobody could say whether the record is there",
        "DNS gave no answer, or said that it failed (`reason`). That says nothing about the domain, so nothing was changed. Try again in a while; if it goes on, look at the domain's name servers, and at `VESTIBULE_DNS_RESOLVER`.";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service is out of reach for a moment",
        "The database does not answer or is busy. Whether a change that was under way was made is not known; read the object, then try again.";
    Internal = "internal-error", INTERNAL_SERVER_ERROR, "Something went wrong on our side",
        "Nothing was changed. The log holds the cause under the `request_id`.";
}

impl ProblemType {
    /// The type that a slug names.
    pub(crate) fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }
}

/// One occurrence of a problem.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemType,
    /// For the caller: what happened, what was expected, how to mend it.
    pub(crate) detail: String,
    /// Further members of the document. Apart, for most problems have none and every result carries one.
    pub(crate) fields: Box<Map<String, Value>>,
    /// The word of its messages for people, where it says more than its kind.
    words: Option<&'static str>,
    /// For the log alone.
    pub(crate) cause: Option<String>,
}

impl Problem {
    pub(crate) fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            fields: Box::default(),
            words: None,
            cause: None,
        }
    }

    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// The same in other words for people: `problem-<words>-title` and so on.
    pub(crate) fn worded(mut self, words: &'static str) -> Self {
        self.words = Some(words);
        self
    }

    /// The word of its messages for people.
    pub(crate) fn word(&self) -> &'static str {
        self.words.unwrap_or(self.kind.slug())
    }

    /// Whether the detail tells people something that they, or whoever helps them, can act on.
    pub(crate) fn is_for_people(&self) -> bool {
        const TELLING: &[&str] = &[
            "authn-context-required",
            "conflict",
            "domain-not-verified",
            "domain-record-missing",
            "email-invalid",
            "force-required",
            "identity-conflict",
            "invalid-value",
            "last-admin",
            "malformed-request",
            "not-admitted",
            "payload-too-large",
            "plan-upgrade-required",
            "unknown-field",
            "unsupported-media-type",
        ];
        TELLING.contains(&self.word())
    }

    /// Nothing of this kind is there, or not for this caller.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(
            ProblemType::NotFound,
            format!("there is no {what} of this id"),
        )
    }

    /// A value at a place in the body cannot be used.
    pub(crate) fn invalid(
        pointer: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        let (expected, found) = (expected.into(), found.into());
        let detail = format!("{pointer}: expected {expected}; found {found}");
        let errors = json!([{ "pointer": pointer, "expected": expected, "found": found }]);
        Self::new(ProblemType::InvalidValue, detail).with("errors", errors)
    }

    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        let mut problem = Self::new(ProblemType::Internal, "the cause is in the server's log");
        problem.cause = Some(cause.to_string());
        problem
    }

    /// The document, complete.
    pub(crate) fn document(&self, public_url: &str, request_id: &str) -> Value {
        let mut document = Map::clone(&self.fields);
        let slug = self.kind.slug();
        document.insert(
            "type".to_owned(),
            json!(format!("{public_url}/problems/{slug}")),
        );
        document.insert("code".to_owned(), json!(slug));
        document.insert("title".to_owned(), json!(self.kind.title()));
        document.insert("status".to_owned(), json!(self.kind.status().as_u16()));
        document.insert("detail".to_owned(), json!(self.detail));
        document.insert("request_id".to_owned(), json!(request_id));
        Value::Object(document)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.slug(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    /// An empty answer that carries the problem; `respond` writes the document, because it knows
    /// the public URL and the request's id.
    fn error_response(&self) -> HttpResponse {
        let response = HttpResponse::new(self.kind.status());
        let mut response = response;
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let mut problem = match &error {
            StoreError::Conflict { what } => {
                let detail = format!("{what} has to be unique, and another object has this value");
                Self::new(ProblemType::Conflict, detail).with("field", (*what).to_owned())
            }
            StoreError::Unavailable(_) | StoreError::Overloaded | StoreError::Stopped => Self::new(
                ProblemType::Unavailable,
                "the database does not answer or is busy; try again shortly",
            ),
            StoreError::BadCursor => {
                Self::invalid("cursor", "the next_cursor of this list", "another text")
            }
            StoreError::Unstorable { column, .. } => {
                let expected = "text without NUL characters and of a reasonable length";
                Self::invalid(&format!("/{column}"), expected, "other text")
            }
            StoreError::Dangling => Self::new(
                ProblemType::NotFound,
                "something that this refers to was deleted meanwhile",
            ),
            _ => Self::internal(&error),
        };
        problem.cause.get_or_insert_with(|| error.to_string());
        problem
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        let kind = match error {
            StateError::Full => ProblemType::TooManyTrips,
            StateError::Unavailable(_) => ProblemType::Unavailable,
            StateError::NoRandomness
            | StateError::TooLarge { .. }
            | StateError::Config(_)
            | StateError::Unreadable(_) => ProblemType::Internal,
        };
        let mut problem = Self::new(kind, kind.explanation());
        problem.cause = Some(error.to_string());
        problem
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = kind_of(&refusal);
        let problem = Self::new(kind, refusal.to_string())
            .with("rule", refusal.rule().as_str())
            .worded(refusal.code());
        match refusal {
            Refusal::PlanUpgradeRequired {
                current_plan,
                required_plans,
                contact,
            } => problem
                .with("current_plan", current_plan.as_str())
                .with(
                    "required_plans",
                    required_plans
                        .iter()
                        .map(|plan| plan.as_str())
                        .collect::<Vec<_>>(),
                )
                .with("contact", contact.map_or(Value::Null, Value::from)),
            Refusal::SsoRequired { sign_in_url } => problem.with("sign_in_url", sign_in_url),
            _ => problem,
        }
    }
}

/// The one match from a refusal of the policy to a type of problem.
fn kind_of(refusal: &Refusal) -> ProblemType {
    match refusal.code() {
        "amr-refused" | "email-invalid" => ProblemType::InvalidValue,
        code => ProblemType::from_slug(code).unwrap_or(ProblemType::NotAdmitted),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use vestibule_pages::Lang;

    use super::*;

    #[test]
    fn every_type_has_a_slug_of_its_own_that_reads_back() {
        let slugs: BTreeSet<_> = ProblemType::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemType::ALL.len());
        for kind in ProblemType::ALL {
            assert_eq!(ProblemType::from_slug(kind.slug()), Some(*kind));
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            assert!(kind.slug().bytes().all(plain), "{}", kind.slug());
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_document_is_complete() {
        let document = Problem::invalid("/plan", "a plan", "\"gold\"")
            .document("https://sso.example.com", "req_1");
        for member in [
            "type",
            "code",
            "title",
            "status",
            "detail",
            "request_id",
            "errors",
        ] {
            assert!(document.get(member).is_some(), "{member}");
        }
        assert_eq!(
            document["type"],
            "https://sso.example.com/problems/invalid-value"
        );
    }

    /// Writes `docs/problems.md` anew.
    const COMMAND: &str = "VESTIBULE_WRITE_DOCS=1 cargo test -p vestibule-api --lib for_reading";

    #[test]
    fn the_catalogue_for_reading_has_every_type() {
        let mut page = format!(
            "<!-- Generated: {COMMAND} -->\n\n# Problems\n\nWhat an answer that is no success says, as RFC 9457 problem details \
             ([how](api.md#errors)). `code` is the word below, and never changes; `type` is its page on your server, \
             `/problems/{{code}}`. `detail` says what happened this time, what was expected, and how to mend it. Errors of the \
             OAuth endpoints are those of their RFCs ([OpenID Connect and OAuth](oidc.md)).\n"
        );
        for kind in ProblemType::ALL {
            let (slug, status) = (kind.slug(), kind.status().as_u16());
            let (title, explanation) = (kind.title(), kind.explanation());
            page += &format!("\n## {slug}\n\n**{status}** {title}.\n\n{explanation}\n");
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/problems.md");
        if std::env::var_os("VESTIBULE_WRITE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == page,
            "docs/problems.md is not what the code says; `{COMMAND}` writes it anew"
        );
    }

    /// The words of refusals, as the policy says them.
    fn refusals() -> BTreeSet<&'static str> {
        let source = include_str!("../../policy/src/refusal.rs");
        let (_, codes) = source.split_once("fn code(").unwrap();
        let (codes, _) = codes.split_once("fn rule(").unwrap();
        codes.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn every_problem_and_every_refusal_has_words_for_people_in_every_language() {
        let refusals = refusals();
        assert!(refusals.len() > 20, "{refusals:?}");
        let kinds = ProblemType::ALL.iter().map(|kind| kind.slug());
        for word in kinds.chain(refusals) {
            for lang in Lang::ALL {
                for part in ["title", "text"] {
                    let start = format!("\nproblem-{word}-{part} = ");
                    let mut sources = lang.sources().iter();
                    let found = sources.any(|(_, source)| source.contains(&start));
                    assert!(found, "{start} in {}", lang.tag());
                }
            }
        }
    }

    #[test]
    fn a_page_says_nothing_of_what_went_wrong_inside() {
        let page = crate::page::ErrorPage::from(Problem::internal("disk full"));
        assert!(page.more.shown_detail.is_none());
        let page = crate::page::ErrorPage::from(Problem::invalid("/a", "b", "c"));
        assert_eq!(
            page.more.shown_detail.as_deref(),
            Some("/a: expected b; found c")
        );
    }
}
