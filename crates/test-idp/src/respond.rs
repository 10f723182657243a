//! Answers: to a request, and to none.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::break_after;
use crate::idp::{IdpError, SpRegistration, TestIdp};
use crate::message::{Message, NAME_ID_FORMATS, Recipient, Status, compose};
use crate::post_form::PostForm;
use crate::request::{ReceivedRequest, RequestError};
use crate::sessions::Session;
use crate::sign::sign;
use crate::twist::Twist;
use crate::unique::NoRandomness;
use crate::user::User;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// The request cannot be answered.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The URL does not lead to this IdP.
    #[error("the url does not lead to this IdP")]
    Elsewhere,
    /// The document cannot be signed.
    #[error("the answer cannot be signed")]
    Sign(#[from] vestibule_xmlsig::SignError),
    /// The signature cannot be made with SHA-1.
    #[error("the answer cannot be signed with SHA-1")]
    Sha1,
    /// The assertion cannot be encrypted.
    #[error("the assertion cannot be encrypted")]
    Encrypt,
    /// The other key cannot be made.
    #[error(transparent)]
    Stranger(#[from] IdpError),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    Randomness,
}

impl From<NoRandomness> for RespondError {
    fn from(NoRandomness: NoRandomness) -> Self {
        Self::Randomness
    }
}

impl TestIdp {
    /// Answers a request on behalf of this person.
    ///
    /// A passive request is answered with `NoPassive`, because no browser is recognised here; one for
    /// a NameID format that does not exist here with `InvalidNameIDPolicy`. An AuthnContext class
    /// that is asked for is granted.
    ///
    /// # Errors
    /// When signing fails.
    pub fn respond(
        &self,
        request: &ReceivedRequest,
        user: &User,
        twist: &Twist,
        now: Timestamp,
    ) -> Result<PostForm, RespondError> {
        let mut twist = Cow::Borrowed(twist);
        if twist.status.is_none()
            && let Some(status) = refusal(request, &twist)
        {
            twist.to_mut().status = Some(status);
        }
        let recipient = Recipient {
            sp_entity_id: request.sp_entity_id(),
            acs_url: request.acs_url(),
            in_response_to: Some(request.id()),
            name_id_format: request.name_id_format(),
            context_class: request.requested_contexts().first().map(String::as_str),
        };
        self.write(&recipient, request.relay_state(), user, &twist, now)
    }

    /// Signs a person in at a service provider that has not asked.
    ///
    /// # Errors
    /// When the service provider is not trusted, or signing fails.
    pub fn respond_unsolicited(
        &self,
        sp: &SpRegistration,
        relay_state: Option<&str>,
        user: &User,
        twist: &Twist,
        now: Timestamp,
    ) -> Result<PostForm, RespondError> {
        let acs_url = self.acs_url_for(&sp.entity_id, Some(sp.acs_url.clone()))?;
        let recipient = Recipient {
            sp_entity_id: &sp.entity_id,
            acs_url: &acs_url,
            in_response_to: None,
            name_id_format: None,
            context_class: None,
        };
        self.write(&recipient, relay_state, user, twist, now)
    }

    /// Answers the redirect that a service provider sent to the browser: reads the request from the
    /// URL and responds.
    ///
    /// # Errors
    /// When the URL leads elsewhere, the request cannot be answered, or signing fails.
    pub fn answer(
        &self,
        redirect_url: &str,
        user: &User,
        twist: &Twist,
        now: Timestamp,
    ) -> Result<PostForm, RespondError> {
        let (endpoint, query) = redirect_url
            .split_once('?')
            .ok_or(RespondError::Elsewhere)?;
        if endpoint != self.sso_url() {
            return Err(RespondError::Elsewhere);
        }
        self.respond(&self.read_request(query)?, user, twist, now)
    }

    fn write(
        &self,
        recipient: &Recipient<'_>,
        relay_state: Option<&str>,
        user: &User,
        twist: &Twist,
        now: Timestamp,
    ) -> Result<PostForm, RespondError> {
        let dialect = self.style().dialect();
        let message = compose(dialect, self.entity_id(), recipient, user, twist, now)?;
        self.remember(&message, recipient.sp_entity_id, user);
        let xml = sign(self, &message, twist)?;
        let xml = break_after::apply(dialect, &message, user, twist, xml)?;
        let xml = format!("{}{xml}", dialect.declaration);
        Ok(PostForm::new(
            recipient.acs_url.to_owned(),
            &xml,
            relay_state.map(str::to_owned),
        ))
    }
}

impl TestIdp {
    /// Whoever is asserted by name is signed in from now on.
    fn remember(&self, message: &Message, sp_entity_id: &str, user: &User) {
        let sessions = message.assertions.iter().filter_map(|assertion| {
            let (name_id, authn) = (assertion.name_id.as_ref()?, assertion.authn.as_ref()?);
            let (first, second) = &name_id.text;
            Some(Session {
                sp_entity_id: sp_entity_id.to_owned(),
                email: user.email.clone(),
                name_id: [first.as_str(), second.as_deref().unwrap_or_default()].concat(),
                name_id_format: name_id.format.clone(),
                session_index: authn.session_index.clone(),
            })
        });
        for session in sessions {
            self.sessions_kept().begin(session);
        }
    }
}

fn refusal(request: &ReceivedRequest, twist: &Twist) -> Option<Status> {
    if request.is_passive() {
        return Some(Status::no_passive());
    }
    let decided = twist.no_name_id || twist.name_id_format.is_some();
    let asked = request.name_id_format().filter(|_| !decided)?;
    (!NAME_ID_FORMATS.contains(&asked)).then(Status::invalid_name_id_policy)
}
