"""Signature wrapping: the signed element goes where nobody verifies, another takes its place."""

from toolbox import *

COUNT = "assertion_count"


def cases():
    yield from classic()
    yield from hiding_places()
    yield from identifiers()
    yield from nested_responses()
    yield from several()


def classic():
    response, signed = sign_response(RESPONSE), sign(RESPONSE)
    inner, mark = unsigned(response), signature_of(response)
    forged = evil(RESPONSE)
    yield reject("xsw1-response-inside-the-signature", before(forged, "<samlp:Status>", mark.replace("</ds:Signature>", inner + "</ds:Signature>")), COUNT, "elsewhere")
    yield reject("xsw2-response-before-the-signature", before(forged, "<samlp:Status>", inner + mark), COUNT, "elsewhere")
    own, bare = assertion_of(signed), assertion_of(RESPONSE)
    other = evil(bare)
    yield reject("xsw3-another-assertion-before", before(signed, "<saml:Assertion ", other), COUNT, "2 assertions")
    yield reject("xsw3-another-assertion-behind", before(signed, "</samlp:Response>", other), COUNT, "2 assertions")
    yield reject("xsw4-signed-inside-another", edit(signed, own, other.replace("</saml:Assertion>", own + "</saml:Assertion>")), COUNT, "1 elsewhere")
    moved = evil(own).replace("#_evil", "#_assertion")
    yield reject("xsw5-signature-in-another", before(edit(signed, own, moved), "</samlp:Response>", bare), COUNT, "2 assertions")
    yield reject("xsw6-signed-inside-the-signature-of-another", edit(signed, own, moved.replace("</ds:Signature>", bare + "</ds:Signature>")), COUNT, "1 elsewhere")
    extensions = lambda what: f"<samlp:Extensions>{what}</samlp:Extensions>"
    yield reject("xsw7-another-in-extensions", before(signed, "<samlp:Status>", extensions(other)), COUNT, "1 elsewhere")
    yield reject("xsw7-signed-in-extensions", before(edit(signed, own, other), "<samlp:Status>", extensions(own)), COUNT, "1 elsewhere")
    yield reject("xsw8-signed-in-an-object", edit(signed, own, moved.replace("</ds:Signature>", f"<ds:Object>{bare}</ds:Object></ds:Signature>")), COUNT, "1 elsewhere")
    yield reject("xsw9-signed-response-in-status-detail", before(forged, "</samlp:Status>", f"<samlp:StatusDetail>{response}</samlp:StatusDetail>"), COUNT, "elsewhere")


def hiding_places():
    """The signed assertion somewhere, a forged one in its place; and the other way round."""
    signed = sign(RESPONSE)
    own, bare = assertion_of(signed), assertion_of(RESPONSE)
    other = evil(bare)
    places = {
        "advice": ("<saml:AuthnStatement ", "<saml:Advice>", "</saml:Advice>"),
        "conditions": ("<saml:AudienceRestriction>", "", ""),
        "subject": ("<saml:SubjectConfirmation ", "", ""),
        "subject-confirmation": ("<saml:SubjectConfirmationData ", "", ""),
        "authn-context": ("<saml:AuthnContextClassRef>", "<saml:AuthnContextDecl>", "</saml:AuthnContextDecl>"),
        "attribute-value": ("</saml:AttributeStatement>", '<saml:Attribute Name="x"><saml:AttributeValue>', "</saml:AttributeValue></saml:Attribute>"),
        "name-id": ("u-4711", "", ""),
        "issuer": ('https://idp.example/entity</saml:Issuer><saml:Subject>', "", ""),
    }
    for name, (mark, opening, closing) in places.items():
        wrapped = before(other.replace("u-4711", "admin"), mark.replace("u-4711", "admin"), opening + own + closing)
        yield reject(f"hidden-in-{name}", edit(signed, own, wrapped), COUNT, "1 elsewhere")
    for name, (mark, opening, closing) in places.items():
        # In a NameID or an Issuer it would change what the element says: the Response is signed.
        signer = sign_response if name in ("issuer", "name-id") else sign
        smuggled = before(RESPONSE, mark, opening + other + closing)
        yield reject(f"smuggled-into-{name}-and-signed", signer(smuggled), COUNT, "1 elsewhere")
    for name, mark, opening, closing in [
        ("status-message", "</samlp:Status>", "<samlp:StatusMessage>", "</samlp:StatusMessage>"),
        ("status-detail", "</samlp:Status>", "<samlp:StatusDetail>", "</samlp:StatusDetail>"),
        ("status-code", "</samlp:Status>", f'<samlp:StatusCode Value="{STATUS}Success">', "</samlp:StatusCode>"),
        ("extensions", "<samlp:Status>", "<samlp:Extensions>", "</samlp:Extensions>"),
        ("response-issuer", "<samlp:Status>", "<saml:Issuer>", "</saml:Issuer>"),
        ("foreign-element", "<samlp:Status>", '<x:y xmlns:x="urn:x">', "</x:y>"),
        ("key-info", "</ds:KeyInfo>", "", ""),
        ("signature-properties", "</ds:Signature>", "<ds:Object><ds:SignatureProperties>", "</ds:SignatureProperties></ds:Object>"),
    ]:
        if name == "status-code":
            # Two StatusCodes are an error of their own, and it is told first.
            yield reject("hidden-in-status-code", before(edit(signed, own, other), mark, opening + own + closing), "status", "2 StatusCode")
            continue
        yield reject(f"smuggled-into-{name}", before(signed, mark, opening + other + closing), COUNT, "1 elsewhere")
        if name not in ("key-info", "signature-properties"):
            yield reject(f"hidden-in-{name}", before(edit(signed, own, other), mark, opening + own + closing), COUNT, "1 elsewhere")
    declared = other.replace("<saml:", "<a:").replace("</saml:", "</a:").replace("<a:Assertion ", f'<a:Assertion xmlns:a="{ASSERTION}" ')
    yield reject("another-assertion-under-another-prefix", before(signed, "<saml:Assertion ", declared), COUNT, "2 assertions")
    default = other.replace("<saml:", "<").replace("</saml:", "</").replace("<Assertion ", f'<Assertion xmlns="{ASSERTION}" ')
    yield reject("another-assertion-in-the-default-namespace", before(signed, "<saml:Assertion ", default), COUNT, "2 assertions")
    encrypted = "<saml:EncryptedAssertion/>"
    yield reject("empty-encrypted-assertion-in-advice", before(signed, "<saml:AuthnStatement ", f"<saml:Advice>{encrypted}</saml:Advice>"), COUNT, "1 elsewhere")
    deep = "<x>" * 40 + other + "</x>" * 40
    yield reject("another-assertion-forty-levels-deep", before(signed, "<samlp:Status>", f"<samlp:Extensions>{deep}</samlp:Extensions>"), COUNT, "1 elsewhere")


def identifiers():
    """IDs that stand twice, under every name an ID can have."""
    signed = sign(RESPONSE)
    check, detail = "assertion_signature", "_assertion"
    extension = lambda attribute: f'<samlp:Extensions><x:y xmlns:x="urn:x" {attribute}/></samlp:Extensions>'
    for name, attribute in {"id": "ID", "mixed-case": "Id", "lower-case": "id", "xml-id": "xml:id"}.items():
        yield reject(f"duplicate-{name}-before", before(signed, "<samlp:Status>", extension(f'{attribute}="_assertion"')), check, detail)
        yield reject(f"duplicate-{name}-inside", sign(after(RESPONSE, "<saml:Subject", f' {attribute}="_assertion"')) if attribute != "ID" else insert(after(RESPONSE, "<saml:Subject", ' ID="_assertion"'), "_assertion", signature(RESPONSE)), check, detail)
    yield reject("duplicate-id-behind", before(signed, "</samlp:Response>", '<x:y xmlns:x="urn:x" ID="_assertion"/>'), check, detail)
    yield reject("duplicate-id-in-the-signature", after(signed, "<ds:KeyInfo", ' Id="_assertion"'), check, detail)
    yield reject("duplicate-id-on-the-signature", after(signed, "<ds:Signature", ' Id="_assertion"'), check, detail)
    yield reject("duplicate-id-of-response-and-assertion", signed.replace('ID="_response"', 'ID="_assertion"'), check, detail)
    yield reject("duplicate-id-of-others", before(signed, "<samlp:Status>", extension('ID="_x"') + extension('ID="_x"')), check, "_x")
    yield reject("duplicate-id-by-a-character-reference", before(signed, "<samlp:Status>", extension('ID="&#95;assertion"')), check, detail)
    # The forged element has the ID under a name that only some look at.
    for name, attribute in {
        "mixed-case": 'Id="_assertion"',
        "lower-case": 'id="_assertion"',
        "xml-id": 'xml:id="_assertion"',
        "namespaced": 'xmlns:x="urn:x" x:ID="_assertion"',
        "saml-namespaced": 'saml:ID="_assertion"',
    }.items():
        forged = signed.replace('ID="_assertion"', attribute).replace("u-4711", "admin")
        yield reject(f"signed-id-only-{name}", forged, check, "no ID")
        both = signed.replace('ID="_assertion"', f'ID="_evil" {attribute}')
        yield reject(f"signed-id-beside-{name}", both, check, "#_assertion")
    for name, ident in {"empty": "", "with-a-space": "_a b", "with-a-colon": "a:b", "of-digits": "4711", "with-an-apostrophe": "a&apos;b", "not-ascii": "_ä", "with-a-bracket": "_a)"}.items():
        document = signed.replace('ID="_assertion"', f'ID="{ident}"').replace("#_assertion", f"#{ident}")
        detail = "no ID" if ident == "" else ident.replace("&apos;", "'")
        yield reject(f"signed-id-{name}", document, check, detail)


def nested_responses():
    signed, response = sign(RESPONSE), sign_response(RESPONSE)
    bare = edit(RESPONSE, assertion_of(RESPONSE), "")
    yield reject("response-in-a-response", before(evil(bare), "</samlp:Response>", response), COUNT, "0 directly in the Response and 1 elsewhere")
    yield reject("response-in-extensions", before(evil(RESPONSE), "<samlp:Status>", f"<samlp:Extensions>{response}</samlp:Extensions>"), COUNT, "1 elsewhere")
    yield reject("response-in-a-response-without-its-own", before(evil(RESPONSE), "</samlp:Response>", response), COUNT, "1 elsewhere")
    yield reject("response-in-an-artifact-response", f'<samlp:ArtifactResponse xmlns:samlp="{PROTOCOL}">{response}</samlp:ArtifactResponse>', "response_format", "an ArtifactResponse")
    yield reject("response-in-a-soap-envelope", f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{signed}</s:Body></s:Envelope>', "response_format", "a SOAP envelope")
    yield reject("response-in-another-root", f"<x>{signed}</x>", "response_format", "some other XML")


def several():
    signed = sign(RESPONSE)
    own = assertion_of(signed)
    second = assertion_of(sign(edit(RESPONSE.replace("_assertion", "_second"), "u-4711", "u-4712"), "_second"))
    yield reject("two-signed-assertions", before(signed, "</samlp:Response>", second), COUNT, "2 assertions")
    yield reject("two-assertions-of-one-person", before(signed, "</samlp:Response>", own), COUNT, "2 assertions")
    both = before(RESPONSE, "</samlp:Response>", evil(assertion_of(RESPONSE)))
    yield reject("two-assertions-in-a-signed-response", sign_response(both), COUNT, "2 assertions")
    yield reject("no-assertion", edit(RESPONSE, assertion_of(RESPONSE), ""), COUNT, "no assertion")
    yield reject("no-assertion-in-a-signed-response", sign_response(edit(RESPONSE, assertion_of(RESPONSE), "")), COUNT, "no assertion")
    empty = edit(RESPONSE, assertion_of(RESPONSE), '<saml:Assertion ID="_assertion"/>')
    yield reject("empty-assertion", empty, "signature", "neither is signed")
    yield reject("empty-assertion-in-a-signed-response", sign_response(empty), "assertion_version", "nothing")
    yield reject("assertion-outside-the-response", signed.replace(own, "") + own, "response_format", "libxml2 error 5")
