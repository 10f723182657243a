//! Signing an answer: the assertions first, then the Response around them.

use vestibule_xmlsig::SignOptions;

use crate::idp::TestIdp;
use crate::message::Message;
use crate::respond::RespondError;
use crate::sha1;
use crate::twist::{Sign, Twist};

/// The answer as the style writes it, signed as style and twist say.
pub(crate) fn sign(
    idp: &TestIdp,
    message: &Message,
    twist: &Twist,
) -> Result<String, RespondError> {
    let dialect = idp.style().dialect();
    let mut xml = (dialect.response)(message);
    let encrypted = |xml: String, late: bool| match &twist.encrypt {
        Some(encrypt) if encrypt.after_signing == late => encrypt.apply(message, xml),
        _ => Ok(xml),
    };
    if twist.unsigned {
        return encrypted(encrypted(xml, false)?, true);
    }
    let pair = if twist.other_key {
        idp.stranger()?
    } else {
        idp.pair()
    };
    let options = SignOptions {
        algorithm: pair.key.sha256_algorithm(),
        prefix: dialect.signature_prefix,
        inclusive_namespaces: dialect
            .inclusive_namespaces
            .iter()
            .map(ToString::to_string)
            .collect(),
        key_info: Some(pair.certificate.clone()),
    };
    let plan = if twist.wrapped {
        Sign::Assertion
    } else {
        twist.sign.unwrap_or(dialect.sign)
    };
    let assertions = message
        .assertions
        .iter()
        .map(|assertion| assertion.id.as_str());
    let assertions = assertions.filter(|_| plan.assertion());
    let signed = |xml: &str, id: &str| {
        let xml = pair.key.sign_element(xml, id, &options)?;
        if twist.sha1 {
            return sha1::weaken(&xml, id, pair, &options).ok_or(RespondError::Sha1);
        }
        Ok::<_, RespondError>(xml)
    };
    for id in assertions {
        xml = signed(&xml, id)?;
    }
    xml = encrypted(xml, false)?;
    if plan.response() {
        xml = signed(&xml, &message.id)?;
    }
    encrypted(xml, true)
}
