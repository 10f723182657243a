"""Bytes that are no XML, no base64 or no Response: each must be refused before anything is read."""

import urllib.parse
import zlib

from toolbox import *

FORMAT = "response_format"


def cases():
    yield from declarations()
    yield from ill_formed()
    yield from namespaces()
    yield from encodings()
    yield from form_values()
    yield from other_messages()


def bad(name, document, detail):
    return reject(name, document, FORMAT, detail)


def declarations():
    signed = sign(RESPONSE)
    dtd = "a document type declaration"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for name, doctype in {
        "bare": "<!DOCTYPE samlp:Response>",
        "default-attributes": '<!DOCTYPE samlp:Response [<!ATTLIST saml:Assertion ID CDATA "_evil">]>',
        "id-attribute": "<!DOCTYPE samlp:Response [<!ATTLIST saml:Subject x ID #IMPLIED>]>",
        "internal-entity": '<!DOCTYPE samlp:Response [<!ENTITY e "admin">]>',
        "external-entity-file": '<!DOCTYPE samlp:Response [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "external-entity-http": '<!DOCTYPE samlp:Response [<!ENTITY e SYSTEM "http://127.0.0.1:9/e">]>',
        "external-entity-public": '<!DOCTYPE samlp:Response [<!ENTITY e PUBLIC "-//X//Y" "http://127.0.0.1:9/e">]>',
        "unparsed-entity": '<!DOCTYPE samlp:Response [<!NOTATION n SYSTEM "n"><!ENTITY e SYSTEM "x" NDATA n>]>',
        "parameter-entity": '<!DOCTYPE samlp:Response [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        "parameter-entity-exfiltrates": '<!DOCTYPE samlp:Response [<!ENTITY % f SYSTEM "file:///etc/passwd"><!ENTITY % d "<!ENTITY &#37; x SYSTEM \'http://127.0.0.1:9/?%f;\'>"> %d; %x;]>',
        "external-subset": '<!DOCTYPE samlp:Response SYSTEM "http://127.0.0.1:9/saml.dtd">',
        "public-external-subset": '<!DOCTYPE samlp:Response PUBLIC "-//OASIS//DTD" "http://127.0.0.1:9/saml.dtd">',
        "billion-laughs": f'<!DOCTYPE samlp:Response [<!ENTITY l0 "ha">{laughs}]>',
        "quadratic-blow-up": f'<!DOCTYPE samlp:Response [<!ENTITY e "{"x" * 500}">]>',
        "recursive-entity": '<!DOCTYPE samlp:Response [<!ENTITY a "&b;"><!ENTITY b "&a;">]>',
        "conditional-section": "<!DOCTYPE samlp:Response [<![INCLUDE[<!ENTITY e 'x'>]]>]>",
    }.items():
        yield bad(f"doctype-{name}", doctype + signed, dtd)
    yield bad("doctype-after-a-declaration", '<?xml version="1.0"?>\n<!DOCTYPE samlp:Response>' + signed, dtd)
    yield bad("doctype-after-a-comment", "<!-- x --><!DOCTYPE samlp:Response>" + signed, dtd)
    yield bad("doctype-after-the-root", signed + "<!DOCTYPE samlp:Response>", dtd)
    yield bad("doctype-inside", before(signed, "<samlp:Status>", "<!DOCTYPE samlp:Response>"), dtd)
    yield bad("doctype-used-in-name-id", '<!DOCTYPE samlp:Response [<!ENTITY e "admin">]>' + edit(signed, ">u-4711<", ">&e;<"), dtd)
    other = "a markup declaration"
    yield bad("doctype-in-lower-case", "<!doctype html>" + signed, other)
    yield bad("doctype-with-a-space", "<! DOCTYPE samlp:Response>" + signed, other)
    yield bad("entity-declaration-alone", '<!ENTITY e "x">' + signed, other)
    yield bad("attlist-declaration-inside", before(signed, "<samlp:Status>", "<!ATTLIST x y ID #IMPLIED>"), other)
    yield bad("conditional-section-inside", before(signed, "<samlp:Status>", "<![INCLUDE[x]]>"), other)
    yield bad("element-declaration-alone", "<!ELEMENT samlp:Response ANY>" + signed, other)
    instruction = "a processing instruction"
    yield bad("style-sheet", '<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:9/x.xsl"?>' + signed, instruction)
    yield bad("processing-instruction-before", "<?php echo 1 ?>" + signed, instruction)
    yield bad("processing-instruction-behind", signed + "<?x?>", instruction)
    yield bad("processing-instruction-between", before(signed, "<saml:Assertion ", "<?x?>"), instruction)
    yield bad("second-declaration-inside", before(signed, "<samlp:Status>", '<?xml version="1.0"?>'), instruction)
    yield bad("second-declaration", '<?xml version="1.0"?><?xml version="1.0"?>' + signed, instruction)
    yield bad("declaration-after-white-space", ' <?xml version="1.0"?>' + signed, instruction)
    yield bad("declaration-after-a-comment", '<!-- x --><?xml version="1.0"?>' + signed, instruction)
    wrong = "the XML declaration is malformed or not of version 1.0"
    for name, text in {
        "xml-1.1": '<?xml version="1.1"?>',
        "xml-1.1-utf-8": '<?xml version="1.1" encoding="UTF-8"?>',
        "xml-2.0": '<?xml version="2.0"?>',
        "xml-1.00": '<?xml version="1.00"?>',
        "without-version": '<?xml encoding="UTF-8"?>',
        "standalone-maybe": '<?xml version="1.0" standalone="maybe"?>',
        "in-another-order": '<?xml version="1.0" standalone="yes" encoding="UTF-8"?>',
        "unknown-attribute": '<?xml version="1.0" x="y"?>',
        "unquoted": "<?xml version=1.0?>",
        "unterminated": '<?xml version="1.0" >',
    }.items():
        yield bad(f"declaration-{name}", text + signed, wrong)
    yield bad("declaration-in-upper-case", '<?XML version="1.0"?>' + signed, instruction)
    named = "the XML declaration names an encoding other than UTF-8"
    for encoding in ["UTF-7", "UTF-16", "ISO-8859-1", "windows-1252", "EBCDIC-CP-US", "UTF8", "US-ASCII", ""]:
        yield bad(f"declared-encoding-{encoding.lower() or 'empty'}", f'<?xml version="1.0" encoding="{encoding}"?>' + signed, named)


def ill_formed():
    signed = sign(RESPONSE)
    code = lambda number: f"libxml2 error {number}"
    tags, malformed = "the tags do not match", "is not well-formed"
    less = "a `<` inside the tag"
    subject = "<saml:Subject>"
    for name, document, detail in [
        ("junk-text-behind", signed + "junk", code(5)),
        ("junk-text-before", "junk" + signed, code(4)),
        ("junk-element-behind", signed + "<x/>", code(5)),
        ("junk-element-before", "<x/>" + signed, code(5)),
        ("second-response-behind", signed + signed, code(5)),
        ("cdata-behind", signed + "<![CDATA[x]]>", code(5)),
        ("reference-behind", signed + "&#32;", code(5)),
        ("end-tag-behind", signed + "</x>", tags),
        ("end-tag-missing", signed.removesuffix("</samlp:Response>"), tags),
        ("end-tag-of-another-name", signed.replace("</saml:Subject>", "</saml:Subjekt>"), code(76)),
        ("end-tag-in-another-case", signed.replace("</saml:Subject>", "</saml:subject>"), code(76)),
        ("end-tag-of-another-prefix", signed.replace("</saml:Subject>", "</samlp:Subject>"), code(76)),
        ("tags-overlap", signed.replace("</saml:NameID><saml:SubjectConfirmation ", "<saml:SubjectConfirmation ").replace("</saml:SubjectConfirmation>", "</saml:SubjectConfirmation></saml:NameID>", 1).replace("</saml:SubjectConfirmation></saml:NameID>", "</saml:NameID></saml:SubjectConfirmation>"), code(76)),
        ("end-tag-with-an-attribute", signed.replace("</saml:Subject>", '</saml:Subject x="y">'), code(73)),
        ("bare-ampersand", before(signed, subject, "a & b"), code(68)),
        ("bare-ampersand-in-an-attribute", edit(signed, 'Name="groups"', 'Name="a&b"'), code(23)),
        ("ampersand-without-semicolon", before(signed, subject, "&amp"), code(23)),
        ("cdata-end-in-text", before(signed, subject, "a]]>b"), code(62)),
        ("unquoted-attribute", edit(signed, 'Name="groups"', "Name=groups"), malformed),
        ("attribute-without-value", edit(signed, 'Name="groups"', "Name"), code(41)),
        ("attributes-without-space", edit(signed, 'Name="email" NameFormat', 'Name="email"NameFormat'), malformed),
        ("attribute-twice", edit(signed, 'Name="groups"', 'Name="groups" Name="roles"'), code(42)),
        ("id-twice", edit(signed, 'ID="_response"', 'ID="_response" ID="_other"'), code(42)),
        ("less-than-in-an-attribute", edit(signed, 'Name="groups"', 'Name="a<b"'), less),
        ("less-than-in-a-tag", edit(signed, 'Name="groups"', 'Name="groups" <x'), less),
        ("unterminated-attribute", edit(signed, 'Name="groups"', 'Name="groups'), less),
        ("unterminated-comment", before(signed, subject, "<!-- x"), "the comment at byte"),
        ("unterminated-cdata", before(signed, subject, "<![CDATA[ x"), "the CDATA section at byte"),
        ("unterminated-tag", signed[:-1], "the tag at byte"),
        ("comment-with-two-hyphens", before(signed, subject, "<!-- a -- b -->"), code(80)),
        ("comment-ended-by-three-hyphens", before(signed, subject, "<!-- a --->"), malformed),
        ("name-begins-with-a-digit", before(signed, subject, "<1a/>"), code(68)),
        ("name-begins-with-a-hyphen", before(signed, subject, "<-a/>"), code(68)),
        ("name-after-a-space", before(signed, subject, "< x/>"), code(68)),
        ("empty-tag", before(signed, subject, "<>"), tags),
        ("control-character-1", before(signed, subject, "\x01"), code(9)),
        ("control-character-31", before(signed, subject, "\x1f"), code(9)),
        ("form-feed", before(signed, subject, "\f"), code(9)),
        ("escape-character-in-an-attribute", edit(signed, 'Name="groups"', 'Name="a\x1bb"'), malformed),
        ("noncharacter-fffe", before(signed, subject, "\ufffe"), code(9)),
        ("noncharacter-ffff", before(signed, subject, "\uffff"), code(9)),
        ("reference-to-a-control-character", before(signed, subject, "&#1;"), code(9)),
        ("reference-beyond-unicode", before(signed, subject, "&#x110000;"), code(9)),
        ("reference-without-digits", before(signed, subject, "&#;"), malformed),
        ("reference-with-letters", before(signed, subject, "&#12a;"), malformed),
        ("reference-in-upper-case-x", before(signed, subject, "&#X41;"), malformed),
        ("reference-that-overflows", before(signed, subject, "&#4294967361;"), code(9)),
        ("empty", "", "the message is empty"),
        ("white-space-alone", " \n\t ", "the document is empty"),
        ("text-alone", "response", code(4)),
        ("comment-alone", "<!-- x -->", code(4)),
    ]:
        yield bad(f"ill-formed-{name}", document, detail)


def namespaces():
    signed = sign(RESPONSE)
    ns = "namespace-well-formed"
    place = "<samlp:Status>"
    for name, document, detail in [
        ("undeclared-prefix", before(signed, place, "<x:y/>"), ns),
        ("undeclared-prefix-of-an-attribute", before(signed, place, '<y x:z=""/>'), ns),
        ("undeclared-prefix-of-the-root", signed.replace(f' xmlns:samlp="{PROTOCOL}"', ""), ns),
        ("empty-prefix", before(signed, place, "<:y/>"), ns),
        ("empty-local-name", before(signed, place, "<samlp:/>"), ns),
        ("two-colons", before(signed, place, "<samlp:a:b/>"), ns),
        ("prefix-undeclared-again", before(signed, place, '<samlp:y xmlns:samlp=""/>'), ns),
        ("prefix-xml-rebound", before(signed, place, '<y xmlns:xml="urn:x"/>'), ns),
        ("prefix-xmlns-declared", before(signed, place, '<y xmlns:xmlns="urn:x"/>'), ns),
        ("xml-namespace-under-another-prefix", before(signed, place, '<y xmlns:x="http://www.w3.org/XML/1998/namespace"/>'), ns),
        ("xmlns-namespace-declared", before(signed, place, '<y xmlns:x="http://www.w3.org/2000/xmlns/"/>'), ns),
        ("attribute-twice-by-namespace", before(signed, place, '<y xmlns:a="urn:x" xmlns:b="urn:x" a:z="1" b:z="2"/>'), ns),
        ("declaration-twice", before(signed, place, '<y xmlns:a="urn:x" xmlns:a="urn:y"/>'), "libxml2 error 42"),
        ("prefix-begins-with-a-digit", before(signed, place, '<y xmlns:1="urn:x"/>'), "libxml2 error"),
    ]:
        yield bad(f"namespaces-{name}", document, detail)
    outside = "a Response outside the SAML 2.0 namespace"
    for name, uri in {
        "in-another-case": PROTOCOL.replace("protocol", "Protocol"),
        "with-another-character": PROTOCOL.replace("oasis", "oasls"),
        "with-a-slash": PROTOCOL + "/",
        "with-a-space": PROTOCOL + " ",
        "of-2.1": PROTOCOL.replace("2.0", "2.1"),
        "in-cyrillic": PROTOCOL.replace("o", "\u043e", 1),
    }.items():
        detail = "is not namespace-well-formed" if name in ("with-a-space", "in-cyrillic") else outside
        yield bad(f"protocol-namespace-{name}", signed.replace(PROTOCOL, uri), detail)
    for name, uri in {
        "in-another-case": ASSERTION.replace("SAML", "saml"),
        "with-another-character": ASSERTION.replace("assertion", "assertlon"),
        "with-a-slash": ASSERTION + "/",
        "of-saml-1": "urn:oasis:names:tc:SAML:1.0:assertion",
        "of-the-protocol": PROTOCOL,
    }.items():
        changed = RESPONSE.replace(ASSERTION, uri)
        yield reject(f"assertion-namespace-{name}", sign(changed), "assertion_count", "no assertion")
    for tag, check, detail in [
        ("Subject>", "subject", "no Subject"),
        ("NameID ", "name_id", "no NameID"),
        ("SubjectConfirmation ", "subject_confirmation", "no SubjectConfirmation"),
        ("SubjectConfirmationData ", "subject_confirmation", "no SubjectConfirmationData"),
        ("Conditions ", "conditions", "no Conditions"),
        ("AudienceRestriction>", "audience", "no AudienceRestriction"),
        ("Audience>", "audience", "without Audience"),
        ("AuthnStatement ", "authn_statement", "no AuthnStatement"),
        ("AuthnContext>", "authn_statement", "no AuthnContext"),
    ]:
        name, end = tag[:-1], tag[-1]
        changed = RESPONSE.replace(f"<saml:{name}{end}", f'<x:{name} xmlns:x="{ASSERTION}x"{end}').replace(f"</saml:{name}>", f"</x:{name}>")
        yield reject(f"{name.lower()}-in-another-namespace", sign(changed), check, detail)
    status = RESPONSE.replace("<samlp:Status>", f'<x:Status xmlns:x="{PROTOCOL}x">').replace("</samlp:Status>", "</x:Status>")
    yield reject("status-in-another-namespace", sign(status), "status", "no Status")
    issuer = RESPONSE.replace('09:00:01Z"><saml:Issuer>', f'09:00:01Z"><x:Issuer xmlns:x="{ASSERTION}x">').replace("</saml:Issuer><saml:Subject>", "</x:Issuer><saml:Subject>")
    yield reject("assertion-issuer-in-another-namespace", sign_response(issuer), "assertion_issuer", "no Issuer")
    yield reject("exclusive-c14n-of-another-namespace", sign(RESPONSE, canonicalization=EXC.replace("exc", "Exc")), "assertion_signature", "xml-Exc-c14n")


def encodings():
    signed = sign(RESPONSE)
    data = signed.encode()
    here = data.index(b"u-4711")
    put = lambda what: data[:here] + what + data[here:]
    utf8 = "the document is not UTF-8"
    for name, document, detail in [
        ("overlong-nul", put(b"\xc0\x80"), utf8),
        ("overlong-less-than", put(b"\xc0\xbc"), utf8),
        ("overlong-slash-of-three", put(b"\xe0\x80\xaf"), utf8),
        ("surrogate", put(b"\xed\xa0\x80"), utf8),
        ("surrogate-pair", put(b"\xed\xa0\xbd\xed\xb8\x80"), utf8),
        ("beyond-unicode", put(b"\xf4\x90\x80\x80"), utf8),
        ("five-bytes", put(b"\xf8\x88\x80\x80\x80"), utf8),
        ("lone-continuation", put(b"\x80"), utf8),
        ("truncated", put(b"\xe2\x82"), utf8),
        ("latin-1", put("é".encode("latin-1")), utf8),
        ("byte-ff", put(b"\xff"), utf8),
        ("nul", put(b"\0"), "a NUL at byte"),
        ("nul-behind", data + b"\0", "a NUL at byte"),
        ("utf-16-le", b"\xff\xfe" + signed.encode("utf-16-le"), utf8),
        ("utf-16-be", b"\xfe\xff" + signed.encode("utf-16-be"), utf8),
        ("utf-16-le-without-mark", signed.encode("utf-16-le"), "a NUL at byte"),
        ("utf-16-be-without-mark", signed.encode("utf-16-be"), "a NUL at byte"),
        ("utf-32", signed.encode("utf-32"), utf8),
        ("utf-7", b"+ADw-" + data[1:], "the tags do not match"),
        ("ebcdic", signed.encode("cp037", "replace"), utf8),
        ("double-byte-order-mark", b"\xef\xbb\xbf" * 2 + data, "a second byte-order mark"),
        ("byte-order-mark-behind", data + b"\xef\xbb\xbf", "libxml2 error 5"),
        ("byte-order-mark-after-a-space", b" \xef\xbb\xbf" + data, "libxml2 error 4"),
    ]:
        yield bad(f"encoding-{name}", document, detail)


def form_values():
    signed = sign(RESPONSE)
    good = encoded(signed)
    if good.endswith("="):
        signed = signed + " " * (good.count("="))
        good = encoded(signed)
    padded = encoded(signed + " ")  # ends in ==
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = base64.b64encode(deflated.compress(signed.encode()) + deflated.flush()).decode()
    not_base64 = "the message is not base64"
    for name, form, detail in [
        ("empty", "", "the message is empty"),
        ("white-space", " \r\n\t", "the message is empty"),
        ("bare-xml", signed, "XML that was not encoded in base64"),
        ("percent-encoded", urllib.parse.quote(good, safe=""), "percent-encoded still"),
        ("percent-encoded-bare-xml", urllib.parse.quote(signed, safe=""), "percent-encoded still"),
        ("deflated", deflated, "compressed, as for the HTTP-Redirect binding"),
        ("base64-twice", encoded(good), "libxml2 error 4"),
        ("base64-url-alphabet", good.replace("P", "-", 1), not_base64),
        ("base64-underscore", good.replace("P", "_", 1), not_base64),
        ("base64-without-padding", padded.rstrip("="), not_base64),
        ("base64-half-padding", padded[:-1], not_base64),
        ("base64-too-much-padding", good + "=", not_base64),
        ("base64-padding-inside", good[:8] + "=" + good[8:], not_base64),
        ("base64-two-values", padded + padded, not_base64),
        ("base64-with-a-nul", good[:8] + "\0" + good[8:], not_base64),
        ("base64-with-an-exclamation-mark", good[:8] + "!" + good[8:], not_base64),
        ("base64-with-a-no-break-space", good[:8] + "\u00a0" + good[8:], not_base64),
        ("base64-with-a-form-feed", good[:8] + "\f" + good[8:], not_base64),
        ("base64-with-a-comment", "<!-- -->" + good, "XML that was not encoded"),
        ("base64-with-set-trailing-bits", padded.removesuffix("A==") + "B==" if padded.endswith("A==") else padded[:-3] + "//==", not_base64),
        ("hexadecimal", signed.encode().hex(), "the document is not UTF-8"),
        ("json", '{"SAMLResponse": "x"}', not_base64),
        ("null", "null", None),
    ]:
        yield reject(f"form-{name}", None, FORMAT, detail, form=form)


def other_messages():
    protocol = lambda name, inside="": f'<samlp:{name} xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" ID="_response" Version="2.0" IssueInstant="2026-11-24T09:00:00Z" Destination="{ACS}" InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>{IDP}</saml:Issuer>{inside}</samlp:{name}>'
    success = f'<samlp:Status><samlp:StatusCode Value="{STATUS}Success"/></samlp:Status>'
    for name, kind in {
        "AuthnRequest": "an AuthnRequest",
        "LogoutRequest": "a LogoutRequest",
        "LogoutResponse": "a LogoutResponse",
        "ArtifactResponse": "an ArtifactResponse",
        "ArtifactResolve": "another SAML 2.0 message",
        "AttributeQuery": "another SAML 2.0 message",
        "NameIDMappingResponse": "another SAML 2.0 message",
        "ManageNameIDResponse": "another SAML 2.0 message",
        "response": "another SAML 2.0 message",
    }.items():
        message = protocol(name, success)
        yield bad(f"message-{name.lower() if name != 'response' else 'response-in-lower-case'}", message, kind)
    own = assertion_of(sign(RESPONSE)).replace("<saml:Assertion ", f'<saml:Assertion xmlns:saml="{ASSERTION}" ', 1)
    yield bad("message-assertion-alone", own, "an assertion without its Response")
    yield bad("message-logout-response-with-an-assertion", sign(RESPONSE).replace("samlp:Response", "samlp:LogoutResponse"), "a LogoutResponse")
    for name, document, kind in [
        ("metadata", f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{IDP}"/>', "metadata"),
        ("saml-1-response", '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol"/>', "a SAML 1.x message"),
        ("saml-1-assertion", '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:1.0:assertion"/>', "a SAML 1.x message"),
        ("ws-federation", '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"/>', "a WS-Federation token"),
        ("soap-12", '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>', "a SOAP envelope"),
        ("html", "<html><body>Sign in</body></html>", "an HTML page"),
        ("svg", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "some other XML"),
        ("signature", f'<ds:Signature xmlns:ds="{DSIG}"/>', "some other XML"),
        ("response-without-namespace", '<Response ID="_response"/>', "a Response outside"),
    ]:
        yield bad(f"message-{name}", document, kind)
