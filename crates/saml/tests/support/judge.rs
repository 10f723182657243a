//! A case of the corpus, taken through the whole corridor.

use jiff::SignedDuration;
use vestibule_saml::{
    Expected, ExpectedParts, Keys, Limits, Purpose, Refusal, SentRequest, SignIn, Test,
    UnverifiedResponse, VerifiedAssertion,
};
use vestibule_xmlsig::{Certificate, DecryptionKey, VerifyingKey};

use crate::case::{self, Case, Content, Params};

/// The keys of a case.
pub(crate) struct Trust {
    pub(crate) verifying: Vec<VerifyingKey>,
    pub(crate) decryption: Vec<DecryptionKey>,
}

impl Trust {
    pub(crate) fn of(case: &Case) -> Self {
        let certificates = Certificate::parse_all(&case.certificates).unwrap();
        let key = |certificate: &Certificate| certificate.verifying_key().unwrap();
        let ours = |key: &Vec<u8>| DecryptionKey::from_pkcs8_der(key).unwrap();
        Self {
            verifying: certificates.iter().map(key).collect(),
            decryption: case.decryption.iter().map(ours).collect(),
        }
    }
}

/// What a form value says, to the trip that the parameters tell of.
pub(crate) fn judge_for_trip(
    params: &Params,
    form_value: &str,
    trust: &Trust,
) -> Result<Content, Refusal> {
    let mut parts = ExpectedParts::new(
        params.sp_entity_id.clone(),
        params.acs_url.clone(),
        SignedDuration::from_secs(params.clock_skew_seconds),
    );
    parts.require_signed_response = params.require_signed_response;
    let sent = SentRequest {
        id: params.request_id.clone(),
        issued_at: params.request_issued_at,
    };
    let idp = params.idp_entity_id.clone();
    match params.purpose {
        case::Purpose::SignIn => {
            let expected = Expected::<SignIn>::sign_in(sent, parts, idp);
            judge(params, form_value, trust, &expected)
        }
        case::Purpose::Test => {
            let expected = Expected::<Test>::test(sent, parts, Some(idp));
            judge(params, form_value, trust, &expected)
        }
    }
}

fn judge<P: Purpose>(
    params: &Params,
    form_value: &str,
    trust: &Trust,
    expected: &Expected<P>,
) -> Result<Content, Refusal> {
    let assertion = UnverifiedResponse::decode(form_value, &Limits::default())?
        .verify(Keys {
            verifying: &trust.verifying,
            decryption: &trust.decryption,
            cbc: params.cbc,
        })?
        .validate(expected, params.now)?;
    assert_eq!(assertion.idp_entity_id(), params.idp_entity_id);
    Ok(content(&assertion))
}

fn content<P: Purpose>(assertion: &VerifiedAssertion<P>) -> Content {
    Content {
        name_id: assertion.name_id().unwrap().clone(),
        attributes: assertion
            .attributes()
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.values.clone()))
            .collect(),
        session_index: assertion.session_index().map(str::to_owned),
        session_not_on_or_after: assertion.session_not_on_or_after(),
        expires_at: assertion.expires_at(),
    }
}
