//! Encrypting the assertion of an answer.

use vestibule_xmlsig::{Certificate, EncryptOptions, encrypt};

use crate::break_after::element;
use crate::message::Message;
use crate::respond::RespondError;
use crate::style::ASSERTION;

/// How the assertion of an answer is encrypted, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encrypt {
    /// The service provider's certificate.
    pub certificate: Certificate,
    /// Cipher, key transport, and where the encrypted key stands.
    pub options: EncryptOptions,
    /// Encrypted only after the Response around it was signed, as one product does it: its signature
    /// never verifies as received. Otherwise the assertion is signed, then encrypted, and then the
    /// Response is signed, as far as each is signed at all.
    pub after_signing: bool,
}

impl Encrypt {
    /// For this certificate, with AES-256-GCM and RSA-OAEP, in the right order.
    #[must_use]
    pub fn new(certificate: Certificate) -> Self {
        Self {
            certificate,
            options: EncryptOptions::default(),
            after_signing: false,
        }
    }

    /// Puts an EncryptedAssertion in the place of every assertion.
    pub(crate) fn apply(&self, message: &Message, mut xml: String) -> Result<String, RespondError> {
        for assertion in &message.assertions {
            let clear = element(&xml, &assertion.id).ok_or(RespondError::Encrypt)?;
            let encrypted = encrypt(
                standalone(clear).as_bytes(),
                &[&self.certificate],
                &self.options,
            );
            let encrypted = encrypted.map_err(|_failed| RespondError::Encrypt)?;
            let wrapped = format!(
                r#"<saml:EncryptedAssertion xmlns:saml="{ASSERTION}">{encrypted}</saml:EncryptedAssertion>"#
            );
            xml = xml.replacen(clear, &wrapped, 1);
        }
        Ok(xml)
    }
}

/// An assertion as a document of its own: some styles declare its prefix on the Response.
fn standalone(assertion: &str) -> String {
    let tag = assertion.split('>').next().unwrap_or_default();
    let name = tag.split([' ', '\n']).next().unwrap_or_default();
    let declaration = match name.trim_start_matches('<').split_once(':') {
        Some((prefix, _)) => format!(" xmlns:{prefix}=\""),
        None => " xmlns=\"".to_owned(),
    };
    if tag.contains(&declaration) {
        return assertion.to_owned();
    }
    assertion.replacen(name, &format!("{name}{declaration}{ASSERTION}\""), 1)
}
