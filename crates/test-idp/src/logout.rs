//! Single logout: what service providers ask, what they are asked (SAML Core §3.7, Profiles §4.4).

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use crate::escape::Xml;
use crate::idp::TestIdp;
use crate::incoming::{Binding, Incoming};
use crate::message::Status;
use crate::outgoing::Outgoing;
use crate::request::RequestError;
use crate::respond::RespondError;
use crate::sessions::Session;
use crate::style::{ASSERTION, PROTOCOL};
use crate::unique::{hexadecimal, random};

/// How long a LogoutRequest of the IdP holds.
const HOLDS: SignedDuration = SignedDuration::from_mins(5);

/// A logout message of a service provider that the IdP trusts, signed by a key that was registered
/// for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceivedLogout {
    /// Somebody leaves.
    Request(LogoutRequest),
    /// The answer to what [`TestIdp::start_logout`] asked.
    Response(LogoutResponse),
}

/// Somebody leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// The ID of the request.
    pub id: String,
    /// Who asks.
    pub sp_entity_id: String,
    /// Who leaves: the NameID.
    pub name_id: String,
    /// Its Format, where it was named.
    pub name_id_format: Option<String>,
    /// Which sessions; all where none is named.
    pub session_indexes: Vec<String>,
    /// What goes back with the answer, untouched.
    pub relay_state: Option<String>,
    /// How it came, and how it is answered.
    pub binding: Binding,
}

/// How a logout went at a service provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutResponse {
    /// Who answers.
    pub sp_entity_id: String,
    /// The request that is answered.
    pub in_response_to: String,
    /// The status code and the one nested in it.
    pub status: (String, Option<String>),
    /// What came back with it.
    pub relay_state: Option<String>,
}

impl TestIdp {
    /// Reads a logout message: the query as it stood in the URL, or the URL-encoded body.
    ///
    /// # Errors
    /// When it cannot be read, is not signed by a key that is registered for the service provider,
    /// or answers what was never asked.
    pub fn read_logout(
        &self,
        pairs: &str,
        binding: Binding,
    ) -> Result<ReceivedLogout, RequestError> {
        let request = Incoming::read(pairs, "SAMLRequest", binding)?;
        let response = Incoming::read(pairs, "SAMLResponse", binding)?;
        let (incoming, wanted) = match (request, response) {
            (Some(request), None) => (request, "LogoutRequest"),
            (None, Some(response)) => (response, "LogoutResponse"),
            _ => return Err(RequestError::Missing),
        };
        let root = incoming.document.root();
        if !root.is(PROTOCOL, wanted) {
            return Err(RequestError::NotLogout(root.local_name().to_owned()));
        }
        let attribute = |name| root.attribute(name).map(|value| value.into_owned());
        let text = |name: &'static str| {
            let mut children = root.children_named(ASSERTION, name);
            let text = children.next().and_then(|child| child.text());
            text.map(|text| text.into_owned())
                .ok_or(RequestError::Lacks(name))
        };
        let sp_entity_id = text("Issuer")?;
        incoming.verify(&self.keys_of(&sp_entity_id)?)?;
        if attribute("Version").as_deref() != Some("2.0") {
            return Err(RequestError::WrongVersion);
        }
        let id = attribute("ID").ok_or(RequestError::Lacks("ID"))?;
        let destination = attribute("Destination").ok_or(RequestError::Lacks("Destination"))?;
        if destination != self.slo_url() {
            return Err(RequestError::WrongDestination(destination));
        }
        let relay_state = incoming.relay_state.clone();
        if wanted == "LogoutRequest" {
            let format = root
                .children_named(ASSERTION, "NameID")
                .next()
                .and_then(|name_id| name_id.attribute("Format"));
            return Ok(ReceivedLogout::Request(LogoutRequest {
                id,
                name_id: text("NameID")?,
                name_id_format: format.map(|format| format.into_owned()),
                session_indexes: root
                    .children_named(PROTOCOL, "SessionIndex")
                    .filter_map(|index| index.text().map(|text| text.into_owned()))
                    .collect(),
                sp_entity_id,
                relay_state,
                binding,
            }));
        }
        let in_response_to =
            attribute("InResponseTo").ok_or(RequestError::Lacks("InResponseTo"))?;
        if !self.sessions_kept().was_asked(&in_response_to) {
            return Err(RequestError::NeverAsked(in_response_to));
        }
        Ok(ReceivedLogout::Response(LogoutResponse {
            sp_entity_id,
            in_response_to,
            status: status(root).ok_or(RequestError::Lacks("StatusCode"))?,
            relay_state,
        }))
    }

    /// Ends the sessions that a request means, and answers it by the binding it came by. That there
    /// is no such session is a success too.
    ///
    /// # Errors
    /// When no logout URL is registered for the service provider, or signing fails.
    pub fn answer_logout(
        &self,
        request: &LogoutRequest,
        now: Timestamp,
    ) -> Result<Outgoing, RespondError> {
        self.sessions_kept().end(|session| {
            session.sp_entity_id == request.sp_entity_id
                && session.name_id == request.name_id
                && (request.session_indexes.is_empty()
                    || request.session_indexes.contains(&session.session_index))
        });
        self.respond_logout(request, &Status::success(), now)
    }

    /// Answers a request with this status, and ends nothing.
    ///
    /// # Errors
    /// As [`TestIdp::answer_logout`].
    pub fn respond_logout(
        &self,
        request: &LogoutRequest,
        status: &Status,
        now: Timestamp,
    ) -> Result<Outgoing, RespondError> {
        let url = self.logout_url_of(&request.sp_entity_id)?;
        let id = format!("_{}", hexadecimal(random()?));
        let mut xml = Xml::default();
        self.envelope(
            &mut xml,
            "samlp:LogoutResponse",
            &[
                ("ID", Some(&id)),
                ("InResponseTo", Some(&request.id)),
                ("Destination", Some(&url)),
            ],
            now,
        );
        let code = "samlp:StatusCode";
        xml.open("samlp:Status", &[])
            .open(code, &[("Value", Some(&status.code))]);
        if let Some(subcode) = &status.subcode {
            xml.empty(code, &[("Value", Some(subcode))]);
        }
        xml.close(code)
            .close("samlp:Status")
            .close("samlp:LogoutResponse");
        let (to, relay_state) = (
            (url.as_str(), "SAMLResponse"),
            request.relay_state.as_deref(),
        );
        let message = xml.finish();
        let signed = Outgoing::sign(
            self.pair(),
            request.binding,
            to,
            (&id, &message),
            relay_state,
        );
        Ok(signed?)
    }

    /// Asks a service provider to end a session, and ends it here.
    ///
    /// # Errors
    /// When no logout URL is registered for the service provider, or signing fails.
    pub fn start_logout(
        &self,
        session: &Session,
        binding: Binding,
        relay_state: Option<&str>,
        now: Timestamp,
    ) -> Result<Outgoing, RespondError> {
        let url = self.logout_url_of(&session.sp_entity_id)?;
        let id = format!("_{}", hexadecimal(random()?));
        let ends = now.checked_add(HOLDS).unwrap_or(now);
        let ends = format!("{ends:.0}");
        let mut xml = Xml::default();
        self.envelope(
            &mut xml,
            "samlp:LogoutRequest",
            &[
                ("ID", Some(&id)),
                ("Destination", Some(&url)),
                ("NotOnOrAfter", Some(&ends)),
            ],
            now,
        );
        let format = [("Format", Some(session.name_id_format.as_str()))];
        xml.leaf("saml:NameID", &format, &session.name_id)
            .leaf("samlp:SessionIndex", &[], &session.session_index)
            .close("samlp:LogoutRequest");
        let message = xml.finish();
        let to = (url.as_str(), "SAMLRequest");
        let signed = Outgoing::sign(self.pair(), binding, to, (&id, &message), relay_state)?;
        self.sessions_kept().ask(id);
        self.sessions_kept().end(|other| other == session);
        Ok(signed)
    }

    /// The last session of this person at this service provider.
    #[must_use]
    pub fn session_of(&self, sp_entity_id: &str, email: &str) -> Option<Session> {
        self.sessions()
            .into_iter()
            .rev()
            .find(|session| session.sp_entity_id == sp_entity_id && session.email == email)
    }

    /// The opening tag of a logout message, and its Issuer.
    fn envelope(&self, xml: &mut Xml, element: &str, own: &[(&str, Option<&str>)], now: Timestamp) {
        let issued = format!("{now:.0}");
        let mut attributes = vec![
            ("xmlns:samlp", Some(PROTOCOL)),
            ("xmlns:saml", Some(ASSERTION)),
            ("Version", Some("2.0")),
            ("IssueInstant", Some(issued.as_str())),
        ];
        attributes.extend_from_slice(own);
        xml.open(element, &attributes)
            .leaf("saml:Issuer", &[], self.entity_id());
    }
}

/// The status code and the one nested in it.
fn status(response: Element<'_>) -> Option<(String, Option<String>)> {
    let code = |element: Element<'_>| {
        let value = element.attribute("Value")?.into_owned();
        Some(value)
    };
    let status = response.children_named(PROTOCOL, "Status").next()?;
    let outer = status.children_named(PROTOCOL, "StatusCode").next()?;
    let inner = outer.children_named(PROTOCOL, "StatusCode").next();
    Some((code(outer)?, inner.and_then(code)))
}
