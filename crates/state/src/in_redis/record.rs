//! How trips, parked messages and slips are written down: JSON that names its version.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_model::{
    AttemptId, ClientId, ConnectionId, MemberId, RevisionId, TestId, WorkspaceId,
};

use crate::{
    AuthorizeRequest, BrowserBinding, LogoutReturn, Parked, Purpose, PushedRequest, Slip,
    StateError, Stray, Trip, TripId,
};

#[derive(Serialize, Deserialize)]
#[serde(tag = "version")]
enum Versioned<T> {
    #[serde(rename = "2")]
    V2(T),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TripRecord {
    id: String,
    purpose: PurposeRecord,
    workspace_id: WorkspaceId,
    connection_id: ConnectionId,
    revision_id: RevisionId,
    browser: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every trip is a sign-in; a box would be an allocation for each"
)]
enum PurposeRecord {
    SignIn {
        client_id: ClientId,
        redirect_uri: String,
        scope: String,
        state: Option<String>,
        nonce: Option<String>,
        code_challenge: String,
        restarted: bool,
        attempt: AttemptId,
        reference: String,
        passive: bool,
        force_authn: bool,
        authn_after: Option<Timestamp>,
        // Younger than version 2, and only written where an application asked for it: a release before
        // this one refuses what it could not do.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resources: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_member: Option<MemberId>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pushed_only: bool,
        // Younger than version 2: what a release before it wrote has none, and what such a release
        // has to read, the sign-ins of applications, has none either.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_to: Option<String>,
    },
    Test(TestId),
    SignOut {
        redirect_uri: Option<String>,
        state: Option<String>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParkedRecord<'a> {
    trip: Cow<'a, str>,
    connection_id: ConnectionId,
    saml_response: Cow<'a, str>,
    relay_state: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StrayRecord<'a> {
    reference: String,
    connection_id: ConnectionId,
    reason: Cow<'a, str>,
    detail: Option<Cow<'a, str>>,
    received_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlipRecord<'a> {
    kind: Cow<'a, str>,
    browser: String,
    body: Cow<'a, str>,
    expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PushedRecord<'a> {
    client_id: ClientId,
    parameters: Cow<'a, str>,
    expires_at: Timestamp,
}

impl From<&Trip> for TripRecord {
    fn from(trip: &Trip) -> Self {
        let Trip {
            id,
            purpose,
            workspace_id,
            connection_id,
            revision_id,
            browser,
            issued_at,
            expires_at,
        } = trip.clone();
        let purpose = match purpose {
            Purpose::Test(id) => PurposeRecord::Test(id),
            Purpose::SignIn(request) => PurposeRecord::SignIn {
                client_id: request.client_id,
                redirect_uri: request.redirect_uri,
                scope: request.scope,
                state: request.state,
                nonce: request.nonce,
                code_challenge: request.code_challenge,
                restarted: request.restarted,
                attempt: request.attempt,
                reference: request.reference.to_string(),
                passive: request.passive,
                force_authn: request.force_authn,
                authn_after: request.authn_after,
                resources: request.resources,
                expected_member: request.expected_member,
                pushed_only: request.pushed_only,
                return_to: request.return_to,
            },
            Purpose::SignOut(back) => PurposeRecord::SignOut {
                redirect_uri: back.redirect_uri,
                state: back.state,
            },
        };
        Self {
            id: id.as_str().to_owned(),
            purpose,
            workspace_id,
            connection_id,
            revision_id,
            browser: browser.to_hex(),
            issued_at,
            expires_at,
        }
    }
}

impl TryFrom<TripRecord> for Trip {
    type Error = StateError;

    fn try_from(record: TripRecord) -> Result<Self, Self::Error> {
        let purpose = match record.purpose {
            PurposeRecord::Test(id) => Purpose::Test(id),
            PurposeRecord::SignIn {
                client_id,
                redirect_uri,
                scope,
                state,
                nonce,
                code_challenge,
                restarted,
                attempt,
                reference,
                passive,
                force_authn,
                authn_after,
                resources,
                expected_member,
                pushed_only,
                return_to,
            } => Purpose::SignIn(AuthorizeRequest {
                client_id,
                redirect_uri,
                scope,
                state,
                nonce,
                code_challenge,
                restarted,
                attempt,
                reference: reference
                    .parse()
                    .map_err(|_cause| unreadable("trip", "its reference is none"))?,
                passive,
                force_authn,
                authn_after,
                resources,
                expected_member,
                pushed_only,
                return_to,
            }),
            PurposeRecord::SignOut {
                redirect_uri,
                state,
            } => Purpose::SignOut(LogoutReturn {
                redirect_uri,
                state,
            }),
        };
        Ok(Self {
            id: TripId::parse(&record.id).ok_or_else(|| unreadable("trip", "its id is none"))?,
            purpose,
            workspace_id: record.workspace_id,
            connection_id: record.connection_id,
            revision_id: record.revision_id,
            browser: BrowserBinding::from_hex(&record.browser)
                .ok_or_else(|| unreadable("trip", "its browser is none"))?,
            issued_at: record.issued_at,
            expires_at: record.expires_at,
        })
    }
}

/// The record of a trip.
pub(crate) fn write_trip(trip: &Trip) -> Result<String, StateError> {
    write("trip", TripRecord::from(trip))
}

/// Reads the record that lies under this id.
pub(crate) fn read_trip(id: &TripId, bytes: &[u8]) -> Result<Trip, StateError> {
    let trip: Trip = read::<TripRecord>("trip", bytes)?.try_into()?;
    if trip.id != *id {
        return Err(unreadable("trip", "it is the record of another"));
    }
    Ok(trip)
}

/// The record of a parked message.
pub(crate) fn write_parked(message: &Parked) -> Result<String, StateError> {
    let record = ParkedRecord {
        trip: Cow::Borrowed(message.trip.as_str()),
        connection_id: message.connection_id,
        saml_response: Cow::Borrowed(&message.saml_response),
        relay_state: message.relay_state.as_deref().map(Cow::Borrowed),
    };
    write("parked message", record)
}

/// The record of a slip.
pub(crate) fn write_slip(slip: &Slip) -> Result<String, StateError> {
    let record = SlipRecord {
        kind: Cow::Borrowed(&slip.kind),
        browser: slip.browser.to_hex(),
        body: Cow::Borrowed(&slip.body),
        expires_at: slip.expires_at,
    };
    write("slip", record)
}

/// Reads the record of a slip.
pub(crate) fn read_slip(bytes: &[u8]) -> Result<Slip, StateError> {
    let record: SlipRecord<'_> = read("slip", bytes)?;
    Ok(Slip {
        kind: record.kind.into_owned(),
        browser: BrowserBinding::from_hex(&record.browser)
            .ok_or_else(|| unreadable("slip", "its browser is none"))?,
        body: record.body.into_owned(),
        expires_at: record.expires_at,
    })
}

/// The record of a pushed request.
pub(crate) fn write_pushed(request: &PushedRequest) -> Result<String, StateError> {
    let record = PushedRecord {
        client_id: request.client_id,
        parameters: Cow::Borrowed(&request.parameters),
        expires_at: request.expires_at,
    };
    write("pushed request", record)
}

/// Reads the record of a pushed request.
pub(crate) fn read_pushed(bytes: &[u8]) -> Result<PushedRequest, StateError> {
    let record: PushedRecord<'_> = read("pushed request", bytes)?;
    Ok(PushedRequest {
        client_id: record.client_id,
        parameters: record.parameters.into_owned(),
        expires_at: record.expires_at,
    })
}

/// The record of a stray.
pub(crate) fn write_stray(stray: &Stray) -> Result<String, StateError> {
    let record = StrayRecord {
        reference: stray.reference.to_string(),
        connection_id: stray.connection_id,
        reason: Cow::Borrowed(&stray.reason),
        detail: stray.detail.as_deref().map(Cow::Borrowed),
        received_at: stray.received_at,
    };
    write("stray", record)
}

/// Reads an element of a list of strays: the reference, and the record.
pub(crate) fn read_stray(element: &[u8]) -> Result<Stray, StateError> {
    let space = element.iter().position(|byte| *byte == b' ');
    let record = space.and_then(|at| element.get(at..)).unwrap_or_default();
    let record: StrayRecord<'_> = read("stray", record)?;
    let reference = record.reference.parse();
    Ok(Stray {
        reference: reference.map_err(|_cause| unreadable("stray", "its reference is none"))?,
        connection_id: record.connection_id,
        reason: record.reason.into_owned(),
        detail: record.detail.map(Cow::into_owned),
        received_at: record.received_at,
    })
}

/// Reads the record of a parked message.
pub(crate) fn read_parked(bytes: &[u8]) -> Result<Parked, StateError> {
    let record: ParkedRecord<'_> = read("parked message", bytes)?;
    Ok(Parked {
        trip: TripId::parse(&record.trip)
            .ok_or_else(|| unreadable("parked message", "its trip is none"))?,
        connection_id: record.connection_id,
        saml_response: record.saml_response.into_owned(),
        relay_state: record.relay_state.map(Cow::into_owned),
    })
}

fn write<T: Serialize>(what: &'static str, record: T) -> Result<String, StateError> {
    serde_json::to_string(&Versioned::V2(record))
        .map_err(|error| StateError::Unreadable(format!("a {what} could not be written: {error}")))
}

fn read<'a, T: Deserialize<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<T, StateError> {
    // The text of the error would quote the record, which is nobody's to see.
    let record = serde_json::from_slice(bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        unreadable(what, &format!("line {line}, column {column} is not that"))
    })?;
    let Versioned::V2(record) = record;
    Ok(record)
}

fn unreadable(what: &str, but: &str) -> StateError {
    StateError::Unreadable(format!(
        "expected version 2 of a {what} as this release writes it, but {but}; nothing else may write \
         under this namespace, and all replicas run the same release once an upgrade is over"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BrowserToken;

    fn trip(purpose: Purpose) -> Trip {
        let now: Timestamp = "2026-11-24T12:00:00.123456789Z".parse().unwrap();
        Trip {
            id: TripId::generate().unwrap(),
            purpose,
            workspace_id: WorkspaceId::new(now),
            connection_id: ConnectionId::new(now),
            revision_id: RevisionId::new(now),
            browser: BrowserToken::generate().unwrap().binding(),
            issued_at: now,
            expires_at: now + Trip::LIFETIME,
        }
    }

    fn request() -> AuthorizeRequest {
        AuthorizeRequest {
            client_id: ClientId::new(Timestamp::UNIX_EPOCH),
            redirect_uri: "https://app.example/cb?a=1&b=\"2\"".to_owned(),
            scope: "openid email".to_owned(),
            state: Some("\u{0}ünï\u{2028}code".to_owned()),
            nonce: None,
            code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
            restarted: true,
            attempt: AttemptId::new(Timestamp::UNIX_EPOCH),
            reference: vestibule_model::Reference::from_random(7),
            passive: true,
            force_authn: true,
            authn_after: Some(Timestamp::UNIX_EPOCH),
            resources: Vec::new(),
            expected_member: None,
            pushed_only: false,
            return_to: None,
        }
    }

    #[test]
    fn reads_back_what_it_writes() {
        let to_our_pages = AuthorizeRequest {
            return_to: Some("/settings/sso?x=1".to_owned()),
            ..request()
        };
        let asks_for_more = AuthorizeRequest {
            resources: vec!["https://api.example/a b".to_owned()],
            expected_member: Some(MemberId::new(Timestamp::UNIX_EPOCH)),
            pushed_only: true,
            ..request()
        };
        let back = LogoutReturn {
            redirect_uri: None,
            state: Some("s".to_owned()),
        };
        for trip in [
            trip(Purpose::SignIn(request())),
            trip(Purpose::SignIn(to_our_pages)),
            trip(Purpose::SignIn(asks_for_more)),
            trip(Purpose::Test(TestId::new(Timestamp::UNIX_EPOCH))),
            trip(Purpose::SignOut(back)),
        ] {
            let record = write_trip(&trip).unwrap();
            assert!(record.starts_with(r#"{"version":"2","#), "{record}");
            assert_eq!(read_trip(&trip.id, record.as_bytes()), Ok(trip));
        }
        let message = Parked {
            trip: TripId::generate().unwrap(),
            connection_id: ConnectionId::new(Timestamp::UNIX_EPOCH),
            saml_response: "PHNhbWw+\r\n".to_owned(),
            relay_state: Some("ü".to_owned()),
        };
        let record = write_parked(&message).unwrap();
        assert_eq!(read_parked(record.as_bytes()), Ok(message));
        let slip = Slip {
            kind: "second-factor".to_owned(),
            browser: BrowserToken::generate().unwrap().binding(),
            body: "{\"a\":\"ü\u{0}\"}".to_owned(),
            expires_at: Timestamp::UNIX_EPOCH,
        };
        let record = write_slip(&slip).unwrap();
        assert_eq!(read_slip(record.as_bytes()), Ok(slip));
    }

    #[test]
    fn the_sign_in_of_an_application_reads_as_it_did_before_our_own_pages_had_any() {
        let trip = trip(Purpose::SignIn(request()));
        let record = write_trip(&trip).unwrap();
        // As the release before wrote it and takes it: unknown fields are refused there.
        for younger in ["return_to", "resources", "expected_member", "pushed_only"] {
            assert!(!record.contains(younger), "{record}");
        }
        assert_eq!(read_trip(&trip.id, record.as_bytes()), Ok(trip));
    }

    #[test]
    fn what_it_did_not_write_is_an_error_that_quotes_nothing() {
        let trip = trip(Purpose::Test(TestId::new(Timestamp::UNIX_EPOCH)));
        let good = write_trip(&trip).unwrap();
        let secret = trip.browser.to_hex();
        for bad in [
            String::new(),
            "{}".to_owned(),
            format!("\"{secret}\""),
            good.replace(r#""version":"2""#, r#""version":"1""#),
            good.replace(r#""version":"2","#, ""),
            good.replace(r#""browser""#, r#""unknown":1,"browser""#),
            good.replace(&secret, &secret.to_uppercase()),
            good.replace(trip.id.as_str(), TripId::generate().unwrap().as_str()),
            good.replace(trip.id.as_str(), "_"),
            good.replace("ws_", "mem_"),
            format!("{good} {good}"),
        ] {
            let error = read_trip(&trip.id, bad.as_bytes()).unwrap_err();
            assert!(matches!(error, StateError::Unreadable(_)), "{bad}");
            assert!(!error.to_string().contains(&secret), "{error}");
        }
    }
}
