//! How to mend what failed, in the words of the identity providers' own pages.

pub(crate) fn audience(expected: &str) -> String {
    format!(
        "At the identity provider, set the audience to {expected} (Okta: Audience URI (SP Entity \
         ID); Entra ID: Identifier (Entity ID); Google: Entity ID under Service provider details; \
         AWS: Application SAML audience; OneLogin: Audience (EntityID); Keycloak: Client ID)."
    )
}

pub(crate) fn acs_url(expected: &str) -> String {
    format!(
        "At the identity provider, set the ACS URL to {expected} (Okta: Single sign-on URL, with \
         Use this for Recipient URL and Destination URL ticked; Entra ID: Reply URL; Google and \
         PingOne: ACS URL; AWS: Application ACS URL; OneLogin: ACS (Consumer) URL and Recipient)."
    )
}

pub(crate) fn issuer() -> String {
    "Either this is the answer of another identity provider or application, or the identity \
     provider's entity ID is saved wrongly here. Compare with the page of the identity provider \
     (Okta: Issuer; Entra ID: Microsoft Entra Identifier; Google: Entity ID; AWS: IAM Identity \
     Center SAML issuer URL; OneLogin: Issuer URL), correct it and test again."
        .to_owned()
}

pub(crate) fn certificate() -> &'static str {
    "Download the signing certificate that the identity provider uses now (Okta: Signing \
     Certificate; Entra ID: Certificate (Base64); Google: Certificate; AWS: IAM Identity Center \
     certificate; OneLogin: X.509 Certificate), save it here and test again. If the identity \
     provider is changing its certificate, save both the old and the new one."
}

pub(crate) fn altered() -> &'static str {
    "The message was changed after the identity provider had signed it. Look for a proxy, gateway \
     or browser extension that rewrites it. Some identity providers also sign first and encrypt \
     afterwards; there, turn encryption off."
}

pub(crate) fn algorithm() -> &'static str {
    "At the identity provider, set the signature algorithm to RSA-SHA256 and the digest to SHA-256 \
     (OneLogin: SAML Signature Algorithm; Okta and Entra ID: Signature Algorithm or Signing \
     Algorithm)."
}

pub(crate) fn unsigned() -> &'static str {
    "Turn signing on at the identity provider, for the assertion or for the whole response (Okta: \
     Assertion Signature; Entra ID: Signing Option; OneLogin: SAML signature element; Keycloak: \
     Sign assertions)."
}

pub(crate) fn encryption(what: &str) -> String {
    format!(
        "At the identity provider, turn the encryption of {what} off for this application (Okta: \
         Assertion Encryption → Unencrypted; Entra ID: Token encryption → deactivate the \
         certificate; OneLogin: Encrypt assertion; Keycloak: Encrypt assertions)."
    )
}

pub(crate) fn name_id() -> &'static str {
    "At the identity provider, have the assertion carry a NameID (Okta: Application username; \
     Entra ID: Unique User Identifier (Name ID); Google: Name ID; AWS: attribute mapping Subject; \
     OneLogin: SAML nameID format; AD FS: a claim rule that issues Name ID), and check that the \
     field has a value for this person."
}

pub(crate) fn clock() -> &'static str {
    "Check the clock of the identity provider and of this service against a time server (NTP); if \
     the page was left open for long, simply start again."
}

pub(crate) fn unsolicited() -> &'static str {
    "Start the sign-in at the application, not at the identity provider's dashboard. Nothing needs \
     to be changed at the identity provider."
}

pub(crate) fn other_request() -> &'static str {
    "This is the answer to another sign-in than the one begun in this browser: an old page was \
     sent again, or two sign-ins crossed. Start again at the application."
}

pub(crate) fn software() -> &'static str {
    "This is set by the identity provider's software rather than by a setting. Report it to its \
     maker, with this report."
}
