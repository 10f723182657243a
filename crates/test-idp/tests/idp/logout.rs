//! Single logout, against the service provider's own code.

use jiff::SignedDuration;
use url::form_urlencoded::byte_serialize;
use vestibule_saml::{
    ExpectedLogout, Limits, LogoutBinding, LogoutOutcome, LogoutRequest, LogoutResponse,
    LogoutStatus, NameId, PostForm, SentRequest, Signing, UnverifiedLogout, VerifiedLogout,
};
use vestibule_test_idp::{
    Binding, Key, Outgoing, ReceivedLogout, RequestError, RespondError, Session, SpRegistration,
    Style, TestIdp, Twist,
};
use vestibule_xmlsig::{Document, SigningKey};

use crate::support::{ACS, SP, ada, all, attribute, keys, new_idp, now, received};

const SLO: &str = "https://sp.example/saml/1/slo";
const BINDINGS: [Binding; 2] = [Binding::Redirect, Binding::Post];

fn signing() -> Signing {
    Signing::new(SigningKey::generate_ec_p256().expect("a key"), None)
}

fn idp(signing: &Signing) -> TestIdp {
    let idp = new_idp(Style::Okta, Key::EcP256);
    let sp = SpRegistration::new(SP, ACS).with_logout(SLO);
    idp.trust(sp.signing_with([signing.key.verifying_key()]));
    idp
}

fn sign_in(idp: &TestIdp) -> Session {
    let request = received(idp);
    idp.respond(&request, ada(idp), &Twist::default(), now())
        .expect("an answer");
    idp.session_of(SP, "ada@acme.example").expect("a session")
}

fn ours(idp: &TestIdp, session: &Session) -> LogoutRequest {
    LogoutRequest {
        id: "_ours".to_owned(),
        issue_instant: now(),
        not_on_or_after: now() + SignedDuration::from_mins(5),
        destination: idp.slo_url(),
        sp_entity_id: SP.to_owned(),
        name_id: NameId {
            value: session.name_id.clone(),
            format: Some(session.name_id_format.clone()),
            name_qualifier: None,
            sp_name_qualifier: None,
        },
        session_index: Some(session.session_index.clone()),
        reason: None,
    }
}

fn form_body(form: &PostForm) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let state = form.relay_state.as_deref().map_or(String::new(), |state| {
        format!("&RelayState={}", encode(state))
    });
    format!("{}={}{state}", form.field.as_str(), encode(&form.message))
}

fn query(url: &str) -> &str {
    url.split_once('?').expect("a query").1
}

fn send(request: &LogoutRequest, binding: Binding, signing: &Signing) -> String {
    match binding {
        Binding::Redirect => {
            let url = request.redirect_url(Some("a & b"), signing).expect("a URL");
            query(&url).to_owned()
        }
        Binding::Post => form_body(&request.post_form(Some("a & b"), signing).expect("a form")),
    }
}

/// What the service provider makes of it.
fn judge(idp: &TestIdp, outgoing: &Outgoing) -> VerifiedLogout {
    assert_eq!(outgoing.url().split('?').next(), Some(SLO));
    let limits = Limits::default();
    let unverified = match outgoing {
        Outgoing::Redirect(url) => UnverifiedLogout::from_query(query(url), &limits),
        Outgoing::Post(form) => UnverifiedLogout::from_form(&form.to_urlencoded(), &limits),
    };
    let expected = ExpectedLogout {
        idp_entity_id: idp.entity_id().to_owned(),
        slo_url: SLO.to_owned(),
        sent: Some(SentRequest {
            id: "_ours".to_owned(),
            issued_at: now(),
        }),
        clock_skew: SignedDuration::from_secs(180),
    };
    let signed = unverified.expect("a message").verify(&keys(idp));
    signed
        .expect("a signature")
        .validate(&expected, now())
        .expect("a message that holds")
}

#[test]
fn a_service_provider_signs_somebody_out_and_gets_an_answer() {
    let signing = signing();
    let idp = idp(&signing);
    for binding in BINDINGS {
        let (first, second) = (sign_in(&idp), sign_in(&idp));
        assert_ne!(first, second);
        let body = send(&ours(&idp, &first), binding, &signing);
        let ReceivedLogout::Request(request) = idp.read_logout(&body, binding).expect("a request")
        else {
            panic!("no request")
        };
        assert_eq!(request.id, "_ours");
        assert_eq!(request.name_id, first.name_id);
        assert_eq!(request.session_indexes, [first.session_index.as_str()]);
        let answer = idp.answer_logout(&request, now()).expect("an answer");
        assert_eq!(idp.sessions(), [second]);
        let VerifiedLogout::Response(response) = judge(&idp, &answer) else {
            panic!("no response")
        };
        assert_eq!(response.outcome(), &LogoutOutcome::Complete);
        assert_eq!(response.relay_state(), Some("a & b"));
        // Whoever is gone already is signed out too; and without a session, everywhere.
        idp.answer_logout(&request, now()).expect("an answer");
        assert_eq!(idp.sessions().len(), 1);
        let everywhere = LogoutRequest {
            session_index: None,
            ..ours(&idp, &first)
        };
        let body = send(&everywhere, binding, &signing);
        let Ok(ReceivedLogout::Request(request)) = idp.read_logout(&body, binding) else {
            panic!("no request")
        };
        idp.answer_logout(&request, now()).expect("an answer");
        assert_eq!(idp.sessions(), []);
    }
}

#[test]
fn the_idp_signs_somebody_out_and_takes_the_answer_once() {
    let signing = signing();
    let idp = idp(&signing);
    for (binding, comes) in BINDINGS
        .into_iter()
        .zip([LogoutBinding::Redirect, LogoutBinding::Post])
    {
        let session = sign_in(&idp);
        let message = idp
            .start_logout(&session, binding, Some("x=1&y"), now())
            .expect("a message");
        assert_eq!(idp.sessions(), []);
        let VerifiedLogout::Request(request) = judge(&idp, &message) else {
            panic!("no request")
        };
        assert_eq!(request.name_id().value, session.name_id);
        assert_eq!(
            request.name_id().format.as_deref(),
            Some(session.name_id_format.as_str())
        );
        assert_eq!(request.session_indexes(), [session.session_index.as_str()]);
        assert_eq!(request.binding(), comes);

        let answer = LogoutResponse {
            id: "_answer".to_owned(),
            issue_instant: now(),
            in_response_to: request.id().to_owned(),
            destination: idp.slo_url(),
            sp_entity_id: SP.to_owned(),
            status: LogoutStatus::PartialLogout,
        };
        let body = match binding {
            Binding::Redirect => {
                let url = answer.redirect_url(request.relay_state(), &signing);
                query(&url.expect("a URL")).to_owned()
            }
            Binding::Post => {
                let form = answer.post_form(request.relay_state(), &signing);
                form_body(&form.expect("a form"))
            }
        };
        let Ok(ReceivedLogout::Response(response)) = idp.read_logout(&body, binding) else {
            panic!("no response")
        };
        assert_eq!(response.in_response_to, request.id());
        assert!(response.status.0.ends_with(":Success"));
        assert!(
            response
                .status
                .1
                .expect("a nested code")
                .ends_with(":PartialLogout")
        );
        assert_eq!(response.relay_state.as_deref(), Some("x=1&y"));
        let again = idp.read_logout(&body, binding);
        assert_eq!(
            again,
            Err(RequestError::NeverAsked(request.id().to_owned()))
        );
    }
}

#[test]
fn what_is_not_signed_by_the_service_provider_ends_nothing() {
    let signing = signing();
    let idp = idp(&signing);
    let session = sign_in(&idp);
    let request = ours(&idp, &session);
    for binding in BINDINGS {
        let honest = send(&request, binding, &signing);
        let stranger = send(&request, binding, &self::signing());
        let wrong = Err(RequestError::WrongSignature);
        assert_eq!(idp.read_logout(&stranger, binding), wrong);
        let elsewhere = LogoutRequest {
            destination: "https://other.example/slo".to_owned(),
            ..request.clone()
        };
        let elsewhere = send(&elsewhere, binding, &signing);
        assert!(matches!(
            idp.read_logout(&elsewhere, binding),
            Err(RequestError::WrongDestination(_))
        ));
        let unknown = LogoutRequest {
            sp_entity_id: "https://unknown.example".to_owned(),
            ..request.clone()
        };
        let unknown = send(&unknown, binding, &signing);
        assert!(matches!(
            idp.read_logout(&unknown, binding),
            Err(RequestError::UnknownServiceProvider(_))
        ));
        assert!(idp.read_logout(&honest, binding).is_ok());
        if binding == Binding::Redirect {
            let other_state = honest.replace("a%20%26%20b", "c");
            assert_ne!(other_state, honest);
            assert_eq!(
                idp.read_logout(&other_state, binding),
                Err(RequestError::WrongSignature)
            );
            let unsigned = honest.split("&SigAlg").next().expect("a part");
            assert_eq!(
                idp.read_logout(unsigned, binding),
                Err(RequestError::Unsigned)
            );
        }
    }
    assert_eq!(idp.sessions(), [session]);
    assert_eq!(
        idp.read_logout("x=1", Binding::Redirect),
        Err(RequestError::Missing)
    );
}

#[test]
fn without_a_logout_url_nothing_is_sent() {
    let idp = new_idp(Style::Entra, Key::EcP256);
    let session = sign_in(&idp);
    let error = idp.start_logout(&session, Binding::Post, None, now());
    assert!(matches!(
        error,
        Err(RespondError::Request(RequestError::NoLogoutUrl(_)))
    ));
    assert_eq!(idp.sessions(), [session]);
}

#[test]
fn metadata_lists_logout_and_signed_requests_where_told() {
    for style in Style::ALL {
        for told in [false, true] {
            let mut config = vestibule_test_idp::IdpConfig::new("http://localhost:9300", *style);
            config.key = Key::EcP256;
            config.lists_logout = told;
            config.signed_requests = told;
            let idp = TestIdp::new(config, now()).expect("an IdP");
            let metadata = idp.metadata_xml();
            let limits = vestibule_xmlsig::Limits::default();
            let document = Document::parse(metadata.as_bytes(), &limits).expect("XML");
            let endpoints = all(&document, "SingleLogoutService");
            assert_eq!(endpoints.len(), if told { 2 } else { 0 }, "{style}");
            for endpoint in &endpoints {
                assert_eq!(attribute(*endpoint, "Location"), Some(idp.slo_url()));
                let after = endpoint.next_element().expect("more").local_name();
                let order = ["SingleLogoutService", "NameIDFormat", "SingleSignOnService"];
                assert!(order.contains(&after), "{style}: {after}");
            }
            let role = all(&document, "IDPSSODescriptor").remove(0);
            let wants = attribute(role, "WantAuthnRequestsSigned");
            assert_eq!(wants.as_deref() == Some("true"), told, "{style}");
        }
    }
}
