"""What is honest, if unusual, and must be accepted: refusing it would lock people out."""

from fields import ASSERTION_ISSUER, DESTINATION, RESPONSE_ISSUER
from toolbox import *

XS = ' xsi:type="xs:string"'


def cases():
    yield from signed_in_every_way()
    yield from written_in_every_way()
    yield from optional_content()
    yield from at_every_edge()


def signed_in_every_way():
    for how, signer in WAYS.items():
        yield accept(f"rsa-sha256-on-{how}", signer(RESPONSE))
        yield accept(f"ecdsa-p256-on-{how}", signer(RESPONSE, key=EC), trust=(EC,))
    for size in ("384", "512"):
        digest = {"384": SHA384, "512": SHA512}[size]
        yield accept(f"rsa-sha{size}", sign_both(RESPONSE, method=method_of(TRUSTED, size), digest_method=digest))
        yield accept(f"ecdsa-sha{size}", sign_both(RESPONSE, key=EC, method=method_of(EC, size), digest_method=digest), trust=(EC,))
        yield accept(f"sha{size}-digest-under-rsa-sha256", sign(RESPONSE, digest_method=digest))
    p384, p521 = ec_key(ec.SECP384R1), ec_key(ec.SECP521R1)
    yield accept("ecdsa-p384", sign(RESPONSE, key=p384, method=method_of(p384, "384")), trust=(p384,))
    yield accept("ecdsa-p521", sign(RESPONSE, key=p521, method=method_of(p521, "512")), trust=(p521,))
    for bits in (3072, 4096):
        key = rsa_key(bits)
        yield accept(f"rsa-{bits}", sign(RESPONSE, key=key), trust=(key,))
    cube = rsa_key(exponent=3)
    yield accept("rsa-exponent-3", sign(RESPONSE, key=cube), trust=(cube,))
    yield accept("second-certificate-signs", sign_both(RESPONSE), trust=(ATTACKER, TRUSTED))
    yield accept("third-certificate-signs", sign_both(RESPONSE), trust=(ATTACKER, EC, TRUSTED))
    yield accept("two-keys-sign-one-each", sign_response(sign(RESPONSE), key=EC), trust=(TRUSTED, EC))
    old = certify(TRUSTED.private, begin=2015, end=2020)
    yield accept("expired-certificate", sign(RESPONSE), trust=(old,))
    yield accept("certificate-not-yet-valid", sign(RESPONSE), trust=(certify(TRUSTED.private, begin=2040, end=2050),))
    yield accept("renewed-certificate-with-the-same-key", sign(RESPONSE, key_info=x509_data(old)), trust=(certify(TRUSTED.private),))
    yield accept("certificate-twice", sign(RESPONSE), trust=(TRUSTED, TRUSTED))
    for name, info in {
        "missing": "",
        "empty": "<ds:KeyInfo/>",
        "of-another": x509_data(ATTACKER),
        "with-a-chain": x509_data(TRUSTED, ATTACKER),
        "with-a-name": "<ds:KeyInfo><ds:KeyName>idp</ds:KeyName></ds:KeyInfo>",
        "with-junk": "<ds:KeyInfo><x xmlns='urn:x'>*</x></ds:KeyInfo>",
        "with-line-ends": x509_data(TRUSTED).replace("MII", "\n MII"),
    }.items():
        yield accept(f"key-info-{name}", sign(RESPONSE, key_info=info))
    yield accept("inclusive-namespaces", sign(RESPONSE, prefixes=["xs"]))
    yield accept("inclusive-namespaces-of-several", sign(RESPONSE, prefixes=["xs", "xsi", "saml"]))
    yield accept("inclusive-namespaces-of-the-default", sign(RESPONSE, prefixes=["#default", "xs"]))
    yield accept("inclusive-namespaces-of-undeclared-prefixes", sign(RESPONSE, prefixes=["xs", "nobody"]))
    yield accept("signature-in-the-default-namespace", default_signature())
    yield accept("signature-with-an-id", sign(RESPONSE, attributes=' Id="_signature"'))
    yield accept("reference-with-an-id", sign(RESPONSE, references=reference("#_assertion", digest_of(c14n(by_id(parse(RESPONSE), "_assertion"))), attributes=' Id="_reference"')))
    loose = lambda text: text.replace("><", ">\n<")
    yield accept("signature-with-line-breaks", sign(RESPONSE, information=loose).replace("<ds:SignatureValue>", "\n<ds:SignatureValue>\n").replace("</ds:Signature>", "\n</ds:Signature>"))
    digest = digest_of(c14n(by_id(parse(RESPONSE), "_assertion")))
    yield accept("digest-value-with-white-space", sign(RESPONSE, digest=f"\n  {digest[:20]}\n  {digest[20:]}\n"))
    signed = sign(RESPONSE)
    value = between(signed, "<ds:SignatureValue>", "</ds:SignatureValue>")[19:-20]
    yield accept("signature-value-with-carriage-returns", edit(signed, value, "&#13;\n".join(value[n : n + 76] for n in range(0, len(value), 76))))
    # An ID under a name that makes it none: nobody looks an element up by it.
    extension = '<samlp:Extensions><x:y xmlns:x="urn:x" x:ID="_assertion"/></samlp:Extensions>'
    yield accept("namespaced-id-elsewhere", before(signed, "<samlp:Status>", extension))
    yield accept("unused-declaration-added", edit(signed, "<saml:Issuer>https://idp.example/entity</saml:Issuer><ds:Signature", '<saml:Issuer>https://idp.example/entity</saml:Issuer><ds:Signature xmlns:unused="urn:unused"'))


def default_signature():
    """The prefix taken off before SignedInfo is canonicalised and signed."""
    plain = signature(RESPONSE, value="@").replace("<ds:", "<").replace("</ds:", "</").replace("xmlns:ds=", "xmlns=")
    placed = insert(RESPONSE, "_assertion", plain)
    info = next(by_id(parse(placed), "_assertion").iter(f"{{{DSIG}}}SignedInfo"))
    value = base64.b64encode(sign_bytes(TRUSTED, MORE + "rsa-sha256", c14n(info))).decode()
    return edit(placed, ">@<", f">{value}<")


def written_in_every_way():
    signed = sign(RESPONSE)
    declaration = '<?xml version="1.0" encoding="UTF-8"?>'
    for name, document in {
        "declaration": declaration + signed,
        "declaration-and-line-end": declaration + "\n" + signed + "\n",
        "declaration-without-encoding": '<?xml version="1.0"?>' + signed,
        "declaration-in-lower-case": '<?xml version="1.0" encoding="utf-8"?>' + signed,
        "declaration-standalone-yes": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + signed,
        "declaration-standalone-no": '<?xml version="1.0" encoding="UTF-8" standalone="no"?>' + signed,
        "declaration-in-apostrophes": "<?xml version='1.0' encoding='UTF-8'?>" + signed,
        "byte-order-mark": b"\xef\xbb\xbf" + signed.encode(),
        "byte-order-mark-and-declaration": b"\xef\xbb\xbf" + (declaration + signed).encode(),
        "white-space-around": "\n\t " + signed + "\r\n ",
        "attributes-in-apostrophes": signed.replace('ID="_response"', "ID='_response'"),
        "tags-with-white-space": signed.replace("<saml:Subject>", "<saml:Subject \n>").replace("</saml:Subject>", "</saml:Subject >"),
        "attributes-in-another-order": signed.replace('ID="_assertion" Version="2.0" IssueInstant="2026-11-24T09:00:01Z"', 'IssueInstant="2026-11-24T09:00:01Z" Version="2.0" ID="_assertion"'),
        "empty-element-with-an-end-tag": signed.replace(f'Success"/>', 'Success"></samlp:StatusCode>'),
    }.items():
        yield accept(f"written-with-{name}", document)
    form = encoded(signed)
    lines = [form[n : n + 76] for n in range(0, len(form), 76)]
    yield accept("form-value-in-lines", None, form="\r\n".join(lines))
    yield accept("form-value-in-lines-with-spaces", None, form=" " + "\n ".join(lines) + "\n")
    yield accept("form-value-in-lines-with-tabs", None, form="\t\n".join(lines))
    other = RESPONSE.replace("saml:", "a:").replace("samlp:", "p:").replace("xmlns:saml=", "xmlns:a=").replace("xmlns:samlp=", "xmlns:p=")
    yield accept("other-prefixes", sign(other))
    indented = RESPONSE.replace("><", ">\n  <")
    yield accept("indented", sign_both(indented))
    default = assertion_of(RESPONSE).replace("<saml:", "<").replace("</saml:", "</").replace("<Assertion ", f'<Assertion xmlns="{ASSERTION}" ')
    yield accept("assertion-in-the-default-namespace", sign(edit(RESPONSE, assertion_of(RESPONSE), default)))
    for name, kind in {"any-type": "xs:anyType", "integer": "xs:integer", "unknown": "xs:nothing", "anyuri": "xs:anyURI"}.items():
        yield accept(f"value-of-type-{name}", sign(edit(RESPONSE, XS, f' xsi:type="{kind}"')))
    yield accept("values-without-type", sign(edit(RESPONSE, XS, "")))
    local = ' xmlns:s="http://www.w3.org/2001/XMLSchema" xsi:type="s:string"'
    yield accept("value-with-its-own-schema-prefix", sign(edit(RESPONSE, XS, local)))


def optional_content():
    groups = {"email": ["ada@example.org"], "groups": ["staff", "ops"]}
    put = lambda mark, what, how=sign: how(before(RESPONSE, mark, what))
    empty = RESPONSE.replace("ada@example.org", "")
    yield accept("attribute-value-empty", sign(empty), attributes=groups | {"email": [""]})
    nil = edit(RESPONSE, XS + ">ada@example.org</saml:AttributeValue>", ' xsi:nil="true"/>')
    yield accept("attribute-value-nil", sign(nil), attributes=groups | {"email": [""]})
    none = edit(RESPONSE, f"<saml:AttributeValue{XS}>ada@example.org</saml:AttributeValue>", "")
    yield accept("attribute-without-values", sign(none), attributes=groups | {"email": []})
    more = '<saml:Attribute Name="groups"><saml:AttributeValue>more</saml:AttributeValue></saml:Attribute>'
    yield accept("attribute-twice-is-merged", put("</saml:AttributeStatement>", more), attributes=groups | {"groups": ["staff", "ops", "more"]})
    yield accept("attribute-statement-twice", put("</saml:Assertion>", f"<saml:AttributeStatement>{more.replace('groups', 'roles')}</saml:AttributeStatement>"), attributes=groups | {"roles": ["more"]})
    statement = between(RESPONSE, "<saml:AttributeStatement>", "</saml:AttributeStatement>")
    yield accept("attribute-statement-missing", sign(edit(RESPONSE, statement, "")), attributes={})
    yield accept("attribute-name-of-256-characters", sign(edit(RESPONSE, 'Name="groups"', f'Name="{"é" * 256}"')), attributes={"email": ["ada@example.org"], "é" * 256: ["staff", "ops"]})
    yield accept("attribute-with-foreign-attributes", sign(edit(RESPONSE, 'Name="groups"', 'Name="groups" FriendlyName="roles" xmlns:x="urn:x" x:OriginalIssuer="y"')))
    restriction = between(RESPONSE, "<saml:AudienceRestriction>", "</saml:AudienceRestriction>")
    audience = between(RESPONSE, "<saml:Audience>", "</saml:Audience>")
    other = audience.replace(SP, "https://other.example")
    yield accept("audiences-are-alternatives", sign(edit(RESPONSE, audience, other + audience + other)))
    yield accept("audience-restrictions-all-satisfied", sign(edit(RESPONSE, restriction, restriction + restriction.replace(audience, other + audience))))
    for name, what in {
        "one-time-use": "<saml:OneTimeUse/>",
        "proxy-restriction": '<saml:ProxyRestriction Count="0"/>',
        "proxy-restriction-with-audience": f"<saml:ProxyRestriction>{other}</saml:ProxyRestriction>",
    }.items():
        yield accept(name, put("</saml:Conditions>", what))
    confirmation = between(RESPONSE, "<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")
    unusable = confirmation.replace("cm:bearer", "cm:holder-of-key")
    yield accept("confirmations-first-unusable", sign(edit(RESPONSE, confirmation, unusable + confirmation)))
    yield accept("confirmations-last-unusable", sign(edit(RESPONSE, confirmation, confirmation + confirmation.replace(ACS, "https://other.example/acs"))))
    longer = confirmation.replace("09:05:00Z", "09:07:00Z")
    yield accept("confirmations-both-usable", sign(edit(RESPONSE, confirmation, confirmation + longer)), expires_at="2026-11-24T09:07:00Z")
    yield accept("confirmation-with-an-address", sign(edit(RESPONSE, 'Data InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', 'Data Address="192.0.2.1" InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"')))
    name = '<saml:NameID>somebody-else</saml:NameID>'
    yield accept("confirmation-with-its-own-name-id", sign(before(RESPONSE, "<saml:SubjectConfirmationData ", name)))
    for part, mark in {"response": RESPONSE_ISSUER, "assertion": ASSERTION_ISSUER}.items():
        entity = mark.replace("<saml:Issuer>", '<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">')
        yield accept(f"{part}-issuer-with-its-format", sign(edit(RESPONSE, mark, entity)))
    yield accept("response-issuer-missing-unsigned", sign(edit(RESPONSE, RESPONSE_ISSUER, '"_5ee0a1b2c3d4e5f60718293a4b5c6d7e">')))
    yield accept("destination-missing-unsigned", sign(edit(RESPONSE, DESTINATION, "")))
    yield accept("response-signature-required-and-there", sign_response(RESPONSE), params={"require_signed_response": True})
    yield accept("extensions-unknown", put("<samlp:Status>", '<samlp:Extensions><x:y xmlns:x="urn:x" z="1">text</x:y></samlp:Extensions>', sign_both))
    yield accept("advice-unknown", put("<saml:AuthnStatement ", '<saml:Advice><saml:AssertionIDRef>_x</saml:AssertionIDRef><x:y xmlns:x="urn:x"/></saml:Advice>'))
    yield accept("consent", sign_both(edit(RESPONSE, DESTINATION, DESTINATION + ' Consent="urn:oasis:names:tc:SAML:2.0:consent:obtained"')))
    yield accept("status-message-and-detail", put("</samlp:Status>", "<samlp:StatusMessage>fine</samlp:StatusMessage><samlp:StatusDetail><x/></samlp:StatusDetail>"))
    success = f'<samlp:StatusCode Value="{STATUS}Success"/>'
    yield accept("status-nested-under-success", sign(edit(RESPONSE, success, success.replace("/>", f'><samlp:StatusCode Value="{STATUS}Responder"/></samlp:StatusCode>'))))
    yield accept("authz-decision-beside", put("<saml:AttributeStatement>", '<saml:AuthzDecisionStatement Resource="x" Decision="Permit"/>'))
    authn = between(RESPONSE, "<saml:AuthnStatement ", "</saml:AuthnStatement>")
    yield accept("authn-statement-twice", sign(edit(RESPONSE, authn, authn + authn.replace("17:00", "12:00").replace("s-1", "s-2"))), session_not_on_or_after="2026-11-24T12:00:00Z")
    yield accept("subject-locality", put("<saml:AuthnContext>", '<saml:SubjectLocality Address="192.0.2.1"/>'))
    yield accept("authn-context-declared", sign(before(RESPONSE, "</saml:AuthnContext>", "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef><saml:AuthenticatingAuthority>urn:y</saml:AuthenticatingAuthority>")))
    yield accept("session-index-missing", sign(edit(RESPONSE, ' SessionIndex="s-1"', "")), session_index=None)
    yield accept("session-end-missing", sign(edit(RESPONSE, ' SessionNotOnOrAfter="2026-11-24T17:00:00Z"', "")), session_not_on_or_after=None)
    formats = "urn:oasis:names:tc:SAML:"
    for name, uri in {
        "email": formats + "1.1:nameid-format:emailAddress",
        "unspecified": formats + "1.1:nameid-format:unspecified",
        "transient": formats + "2.0:nameid-format:transient",
        "of-their-own": "https://idp.example/format",
        "empty": "",
    }.items():
        yield accept(f"name-id-format-{name}", sign(edit(RESPONSE, PERSISTENT, uri)), name_id={"format": uri})
    bare = re.sub("<saml:NameID [^>]*>", "<saml:NameID>", RESPONSE)
    yield accept("name-id-without-attributes", sign(bare), name_id={"format": None, "name_qualifier": None, "sp_name_qualifier": None})


def at_every_edge():
    """The last instant at which something is right, with the skew of 180 seconds."""
    signed = sign_both(RESPONSE)
    at = lambda now, **more: {"now": now} | more
    yield accept("edge-earliest", signed, params=at("2026-11-24T08:57:01Z"))
    yield accept("edge-latest", signed, params=at("2026-11-24T09:07:59.999999999Z"))
    yield accept("edge-just-issued", signed, params=at("2026-11-24T09:00:01Z", clock_skew_seconds=0))
    yield accept("edge-request-after-response", signed, params=at("2026-11-24T09:03:00Z", request_issued_at="2026-11-24T09:03:00Z"))
    for name, old, new in [
        ("conditions-begin", 'NotBefore="2026-11-24T08:59:00Z"', 'NotBefore="2026-11-24T09:03:30Z"'),
        ("authn-instant", 'AuthnInstant="2026-11-24T08:30:00Z"', 'AuthnInstant="2026-11-24T09:03:30Z"'),
        ("response-issued-late", 'IssueInstant="2026-11-24T09:00:00Z"', 'IssueInstant="2026-11-24T09:03:30Z"'),
        ("response-issued-early", 'IssueInstant="2026-11-24T09:00:00Z"', 'IssueInstant="2026-11-24T08:56:30Z"'),
        ("assertion-issued-late", 'IssueInstant="2026-11-24T09:00:01Z"', 'IssueInstant="2026-11-24T09:03:30Z"'),
        ("assertion-issued-early", 'IssueInstant="2026-11-24T09:00:01Z"', 'IssueInstant="2026-11-24T08:56:30Z"'),
    ]:
        yield accept(f"edge-{name}", sign(edit(RESPONSE, old, new)))
    yield accept("edge-session-end", sign(edit(RESPONSE, "2026-11-24T17:00:00Z", "2026-11-24T08:57:31Z")), session_not_on_or_after="2026-11-24T08:57:31Z")
    yield accept("edge-confirmation-end", sign(edit(RESPONSE, "2026-11-24T09:05:00Z", "2026-11-24T08:57:31Z")), expires_at="2026-11-24T08:57:31Z")
    conditions = edit(RESPONSE, ' NotBefore="2026-11-24T08:59:00Z" NotOnOrAfter="2026-11-24T09:10:00Z"', "")
    yield accept("conditions-without-times", sign(conditions))
    yield accept("conditions-end-first", sign(edit(RESPONSE, "2026-11-24T09:10:00Z", "2026-11-24T09:02:00Z")), expires_at="2026-11-24T09:02:00Z")
    yield accept("times-with-fractions", sign(RESPONSE.replace(":00Z", ":00.1234567Z")), session_not_on_or_after="2026-11-24T17:00:00.1234567Z", expires_at="2026-11-24T09:05:00.1234567Z")
    yield accept("end-of-time", sign(edit(edit(RESPONSE, "2026-11-24T17:00:00Z", "9999-12-31T23:59:59Z"), "2026-11-24T09:05:00Z", "9999-12-31T23:59:59Z")), session_not_on_or_after=LAST, expires_at="2026-11-24T09:10:00Z")


# The last instant that the times of the tests can name.
LAST = "9999-12-30T22:00:00.999999999Z"
