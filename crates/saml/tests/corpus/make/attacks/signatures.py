"""Signatures that are missing, moved, doubled, by others; values, references and transforms."""

from toolbox import *

ALTERED = "altered after signing"
ELSEWHERE = "a Signature in another place"
ANOTHER_KEY = "a signature by another key"


def cases():
    yield from missing()
    yield from moved()
    yield from other_keys()
    yield from altered()
    yield from doubled()
    yield from outer_and_inner()
    yield from commented()
    yield from references()
    yield from transforms()


def missing():
    for how, signer in WAYS.items():
        stripped = signer(RESPONSE)
        while "<ds:Signature " in stripped:
            stripped = unsigned(stripped)
        yield reject(f"signature-stripped-from-{how}", stripped, "signature", "neither is signed")
        check = "assertion_signature" if how == "assertion" else "response_signature"
        signed = signer(RESPONSE)
        last = signature_of(signed)  # the Response's, where both are signed
        empty = f'<ds:Signature xmlns:ds="{DSIG}"/>'
        yield reject(f"signature-emptied-on-{how}", signed.replace(last, empty, 1), check, "expected SignedInfo")
    signed = sign(RESPONSE)
    info, value = between(signed, "<ds:SignedInfo>", "</ds:SignedInfo>"), between(signed, "<ds:SignatureValue>", "</ds:SignatureValue>")
    yield reject("signature-without-signed-info", edit(signed, info, ""), "assertion_signature", "SignatureValue")
    yield reject("signature-with-empty-signed-info", edit(signed, info, "<ds:SignedInfo/>"), "assertion_signature", "CanonicalizationMethod")
    yield reject("signature-without-value", edit(signed, value, ""), "assertion_signature", "KeyInfo")
    yield reject("signature-value-emptied", edit(signed, value, "<ds:SignatureValue/>"), "assertion_signature", "the signature value is not base64")
    yield reject("signature-value-of-white-space", edit(signed, value, "<ds:SignatureValue> \n </ds:SignatureValue>"), "assertion_signature", "the signature value is not base64")
    yield reject("signature-value-not-base64", edit(signed, "<ds:SignatureValue>", "<ds:SignatureValue>*"), "assertion_signature", "the signature value is not base64")
    yield reject("digest-value-emptied", sign(RESPONSE, digest=""), "assertion_signature", "the digest value is not base64")
    yield reject("digest-value-truncated", sign(RESPONSE, digest="AAAA"), "assertion_signature", ALTERED)
    foreign = signed.replace(DSIG + '"><ds:SignedInfo', 'http://www.w3.org/2000/09/xmldsig"><ds:SignedInfo')
    yield reject("signature-in-a-namespace-without-its-hash", foreign, "signature", "neither is signed")
    foreign = signed.replace(DSIG + '"><ds:SignedInfo', 'http://www.w3.org/2000/09/XMLDSIG#"><ds:SignedInfo')
    yield reject("signature-in-an-upper-case-namespace", foreign, "signature", "neither is signed")


def moved():
    signed = sign(RESPONSE)
    mark, bare = signature_of(signed), unsigned(signed)
    yield reject("signature-moved-to-response", insert(bare, "_response", mark), "response_signature", "#_assertion")
    yield reject("signature-moved-to-end-of-assertion", before(bare, "</saml:Assertion>", mark), "assertion_signature", ELSEWHERE)
    yield reject("signature-moved-before-issuer", after(bare, 'IssueInstant="2026-11-24T09:00:01Z">', mark), "assertion_signature", ELSEWHERE)
    yield reject("signature-moved-to-end-of-response", before(bare, "</samlp:Response>", mark), "response_signature", ELSEWHERE)
    for name, place in {
        "subject": "<saml:Subject>",
        "conditions": '<saml:Conditions NotBefore="2026-11-24T08:59:00Z" NotOnOrAfter="2026-11-24T09:10:00Z">',
        "status": "<samlp:Status>",
        "attribute-value": '<saml:AttributeValue xsi:type="xs:string">',
    }.items():
        yield reject(f"signature-moved-into-{name}", after(bare, place, mark), "signature", "neither is signed")
    response = sign_response(RESPONSE)
    yield reject("signature-of-response-moved-to-assertion", insert(unsigned(response), "_assertion", signature_of(response)), "assertion_signature", "#_response")
    yield reject("signature-of-assertion-refers-to-response", sign(RESPONSE, uri="#_response"), "assertion_signature", "#_response")
    another = sign(edit(RESPONSE, ">u-4711<", ">u-4712<"))
    yield reject("signature-copied-from-another-response", insert(RESPONSE, "_assertion", signature_of(another)), "assertion_signature", ALTERED)


def other_keys():
    yield reject("another-key", sign(RESPONSE, key=ATTACKER), "assertion_signature", "attacker.example")
    yield reject("another-key-on-response", sign_response(RESPONSE, key=ATTACKER), "response_signature", "attacker.example")
    yield reject("another-key-without-key-info", sign(RESPONSE, key=ATTACKER, key_info=""), "assertion_signature", "without its certificate")
    yield reject("another-key-under-our-certificate", sign(RESPONSE, key=ATTACKER, key_info=x509_data(TRUSTED)), "assertion_signature", "CN=idp.example")
    yield reject("key-swapped-in-key-info", edit(sign(RESPONSE, key=ATTACKER, key_info=x509_data(TRUSTED)), TRUSTED.base64, ATTACKER.base64), "assertion_signature", "attacker.example")
    yield reject("key-info-with-both-certificates", sign(RESPONSE, key=ATTACKER, key_info=x509_data(TRUSTED, ATTACKER)), "assertion_signature", ANOTHER_KEY)
    numbers = ATTACKER.private.public_key().public_numbers()
    big = lambda n: base64.b64encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).decode()
    value = f"<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>{big(numbers.n)}</ds:Modulus><ds:Exponent>{big(numbers.e)}</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>"
    yield reject("key-value-in-key-info", sign(RESPONSE, key=ATTACKER, key_info=value), "assertion_signature", ANOTHER_KEY)
    for name, uri in {"http": "http://127.0.0.1:9/key", "file": "file:///etc/ssl/certs/ca-certificates.crt"}.items():
        retrieval = f'<ds:KeyInfo><ds:RetrievalMethod Type="{DSIG}rawX509Certificate" URI="{uri}"/></ds:KeyInfo>'
        yield reject(f"key-info-retrieved-by-{name}", sign(RESPONSE, key=ATTACKER, key_info=retrieval), "assertion_signature", ANOTHER_KEY)
    honest = x509.load_pem_x509_certificate(TRUSTED.certificate)
    twin = certify(rsa.generate_private_key(65537, 2048), serial=honest.serial_number)
    yield reject("twin-certificate", sign(RESPONSE, key=twin), "assertion_signature", ANOTHER_KEY)
    yield reject("twin-certificate-on-response", sign_both(RESPONSE, key=twin), "response_signature", ANOTHER_KEY)
    tenant = rsa_key(name="idp.of-another-tenant.example")
    yield reject("key-of-another-tenant", sign_both(RESPONSE, key=tenant), "response_signature", "another-tenant")
    yield reject("key-retired", sign(RESPONSE), "assertion_signature", ANOTHER_KEY, trust=(rsa_key(name="next"), rsa_key(name="after-next")))
    yield reject("ec-signature-where-rsa-is-trusted", sign(RESPONSE, key=EC), "assertion_signature", "no key here is of that kind")
    yield reject("rsa-signature-where-ec-is-trusted", sign(RESPONSE), "assertion_signature", "no key here is of that kind", trust=(EC,))
    yield reject("ec-key-of-another", sign(RESPONSE, key=ec_key(name="attacker.example")), "assertion_signature", "attacker.example", trust=(EC,))
    yield reject("rsa-1024-signature", sign(RESPONSE, key=rsa_key(1024)), "assertion_signature", "1024 bits")


def altered():
    signed = sign(RESPONSE)
    for name, old, new in [
        ("name-id", ">u-4711<", ">admin<"),
        ("name-id-format", PERSISTENT, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        ("attribute-value", "ada@example.org", "admin@example.org"),
        ("attribute-name", 'Name="groups"', 'Name="roles"'),
        ("audience", "<saml:Audience>https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/metadata<", "<saml:Audience>https://sp.example/other<"),
        ("assertion-issuer", 'ID="_assertion" Version="2.0" IssueInstant="2026-11-24T09:00:01Z"><saml:Issuer>https://idp.example/', 'ID="_assertion" Version="2.0" IssueInstant="2026-11-24T09:00:01Z"><saml:Issuer>https://idp.exbmple/'),
        ("white-space", "</saml:Subject>", " </saml:Subject>"),
        ("time", "2026-11-24T09:05:00Z", "2027-11-24T09:05:00Z"),
    ]:
        yield reject(f"altered-{name}", edit(signed, old, new), "assertion_signature", ALTERED)
    more = '<saml:Attribute Name="role"><saml:AttributeValue>admin</saml:AttributeValue></saml:Attribute>'
    yield reject("altered-by-one-more-attribute", before(signed, "</saml:AttributeStatement>", more), "assertion_signature", ALTERED)
    statement = between(signed, "<saml:AttributeStatement>", "</saml:AttributeStatement>")
    yield reject("altered-by-a-statement-taken-away", edit(signed, statement, ""), "assertion_signature", ALTERED)
    yield reject("altered-id", signed.replace('ID="_assertion"', 'ID="_evil"'), "assertion_signature", "#_assertion")
    yield reject("altered-id-and-reference", signed.replace("_assertion", "_evil"), "assertion_signature", ANOTHER_KEY)
    yield reject("altered-digest-value", edit(signed, "<ds:DigestValue>", "<ds:DigestValue>AAAA"), "assertion_signature", ANOTHER_KEY)
    response = sign_response(RESPONSE)
    yield reject("altered-destination-of-signed-response", edit(response, 'Destination="https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/acs"', 'Destination="https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/acs2"'), "response_signature", ALTERED)
    failed = RESPONSE.replace(STATUS + "Success", STATUS + "Responder")
    yield reject("altered-status-of-signed-response", sign_response(failed).replace(STATUS + "Responder", STATUS + "Success"), "response_signature", ALTERED)
    yield reject("altered-assertion-in-signed-response", edit(response, ">u-4711<", ">admin<"), "response_signature", ALTERED)


def doubled():
    good, bad = signature(RESPONSE), signature(RESPONSE, key=ATTACKER)
    for name, pair in {"good-and-bad": good + bad, "bad-and-good": bad + good, "good-and-good": good + good}.items():
        yield reject(f"two-signatures-{name}", insert(RESPONSE, "_assertion", pair), "assertion_signature", "2 signatures")
    late = before(insert(RESPONSE, "_assertion", good), "</saml:Assertion>", bad)
    yield reject("two-signatures-one-at-the-end", late, "assertion_signature", "2 signatures")
    signed = insert(RESPONSE, "_assertion", good)
    info = between(signed, "<ds:SignedInfo>", "</ds:SignedInfo>")
    forged = between(sign(edit(RESPONSE, ">u-4711<", ">admin<")), "<ds:SignedInfo>", "</ds:SignedInfo>")
    yield reject("two-signed-infos-forged-first", edit(signed, info, forged + info), "assertion_signature", "SignedInfo")
    yield reject("two-signed-infos-forged-last", edit(signed, info, info + forged), "assertion_signature", "SignedInfo")
    admin = edit(signed, ">u-4711<", ">admin<")
    yield reject("two-signed-infos-and-altered", edit(admin, info, forged + info), "assertion_signature", "SignedInfo")
    inside = edit(signed, info, f"<ds:KeyInfo>{forged}</ds:KeyInfo>{info}")
    yield reject("signed-info-in-key-info-before-the-real-one", inside, "assertion_signature", "KeyInfo")
    value = between(signed, "<ds:SignatureValue>", "</ds:SignatureValue>")
    yield reject("two-signature-values", edit(signed, value, value + value), "assertion_signature", "SignatureValue")
    digest = digest_of(c14n(by_id(parse(RESPONSE), "_assertion")))
    two = reference("#_assertion", digest + "</ds:DigestValue><ds:DigestValue>" + digest)
    yield reject("two-digest-values", sign(RESPONSE, references=two), "assertion_signature", "DigestValue")
    forged_digest = digest_of(c14n(by_id(parse(edit(RESPONSE, ">u-4711<", ">admin<")), "_assertion")))
    two = edit(signed, "<ds:DigestValue>", f"<ds:DigestValue>{forged_digest}</ds:DigestValue><ds:DigestValue>")
    yield reject("two-digest-values-forged-first", edit(two, ">u-4711<", ">admin<"), "assertion_signature", "DigestValue")
    method = f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"/>'
    yield reject("two-signature-methods", sign(RESPONSE, references=method + reference("#_assertion", digest)), "assertion_signature", "SignatureMethod")
    key_info = x509_data(TRUSTED)
    yield reject("two-key-infos", sign(RESPONSE, tail=key_info), "assertion_signature", "KeyInfo")


def outer_and_inner():
    both = sign_both(RESPONSE)
    yield reject("broken-outer-around-good-inner", edit(both, 'InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>https://idp.example/entity</saml:Issuer><ds:Signature', 'InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e" Consent="x"><saml:Issuer>https://idp.example/entity</saml:Issuer><ds:Signature'), "response_signature", ALTERED)
    inner = sign(RESPONSE)
    yield reject("outer-by-another-key-around-good-inner", sign_response(inner, key=ATTACKER), "response_signature", "attacker.example")
    yield reject("outer-emptied-around-good-inner", insert(inner, "_response", f'<ds:Signature xmlns:ds="{DSIG}"/>'), "response_signature", "expected SignedInfo")
    yield reject("outer-of-another-document-around-good-inner", insert(inner, "_response", signature_of(sign_response(RESPONSE))), "response_signature", ALTERED)
    yield reject("outer-sha1-around-good-inner", sign_response(inner, method=DSIG + "rsa-sha1"), "response_signature", "RSA-SHA1")
    admin = edit(inner, ">u-4711<", ">admin<")
    yield reject("good-outer-around-broken-inner", sign_response(admin), "assertion_signature", ALTERED)
    yield reject("good-outer-around-inner-by-another-key", sign_response(sign(RESPONSE, key=ATTACKER)), "assertion_signature", "attacker.example")
    yield reject("good-outer-around-emptied-inner", sign_response(insert(RESPONSE, "_assertion", f'<ds:Signature xmlns:ds="{DSIG}"/>')), "assertion_signature", "expected SignedInfo")
    yield reject("good-outer-around-misplaced-inner", sign_response(before(unsigned(inner), "</saml:Assertion>", signature_of(inner))), "assertion_signature", ELSEWHERE)
    yield reject("good-outer-around-sha1-inner", sign_response(sign(RESPONSE, method=DSIG + "rsa-sha1")), "assertion_signature", "RSA-SHA1")


def commented():
    stray = "text or a comment inside"
    signed = sign(RESPONSE)
    yield reject("comment-in-signature-value", edit(signed, "</ds:SignatureValue>", "<!-- --></ds:SignatureValue>"), "assertion_signature", stray)
    yield reject("comment-in-digest-value", edit(signed, "</ds:DigestValue>", "<!-- --></ds:DigestValue>"), "assertion_signature", stray)
    # CVE-2025-29775: the forged digest before a comment, the real one in it or behind it.
    forged = digest_of(c14n(by_id(parse(edit(RESPONSE, ">u-4711<", ">admin<")), "_assertion")))
    admin = edit(signed, ">u-4711<", ">admin<")
    honest = between(signed, "<ds:DigestValue>", "</ds:DigestValue>")[16:-17]
    yield reject("comment-hides-the-signed-digest", edit(admin, honest, f"{forged}<!--{honest}-->"), "assertion_signature", stray)
    yield reject("comment-before-the-signed-digest", edit(admin, honest, f"<!--{forged}-->{honest}"), "assertion_signature", stray)
    yield reject("comment-in-signed-info", edit(signed, "<ds:SignedInfo>", "<ds:SignedInfo><!-- -->"), "assertion_signature", stray)
    yield reject("comment-in-reference", edit(signed, "<ds:Transforms>", "<!-- --><ds:Transforms>"), "assertion_signature", stray)
    yield reject("comment-in-transforms", edit(signed, "<ds:Transforms>", "<ds:Transforms><!-- -->"), "assertion_signature", stray)
    yield reject("comment-in-signature", edit(signed, "<ds:SignedInfo>", "<!-- --><ds:SignedInfo>"), "assertion_signature", stray)
    yield reject("text-in-signed-info", edit(signed, "<ds:SignedInfo>", "<ds:SignedInfo>x"), "assertion_signature", stray)
    yield reject("element-in-digest-value", edit(signed, "</ds:DigestValue>", "<x/></ds:DigestValue>"), "assertion_signature", stray)
    yield reject("element-in-signature-value", edit(signed, "</ds:SignatureValue>", "<x/></ds:SignatureValue>"), "assertion_signature", stray)
    instruction = "a processing instruction"
    yield reject("processing-instruction-in-digest-value", edit(signed, "</ds:DigestValue>", "<?x y?></ds:DigestValue>"), "response_format", instruction)
    yield reject("processing-instruction-in-signature-value", edit(signed, "</ds:SignatureValue>", "<?x y?></ds:SignatureValue>"), "response_format", instruction)
    foreign = signed.replace("<ds:Reference URI=", '<ds:Reference xmlns:x="urn:x" x:URI="#_evil" URI=')
    yield reject("namespaced-uri-attribute", foreign, "assertion_signature", "an attribute in a namespace")
    foreign = signed.replace("<ds:DigestMethod Algorithm=", f'<ds:DigestMethod xmlns:x="urn:x" x:Algorithm="{SHA1}" Algorithm=')
    yield reject("namespaced-algorithm-attribute", foreign, "assertion_signature", "an attribute in a namespace")


def references():
    digest = digest_of(c14n(by_id(parse(RESPONSE), "_assertion")))
    ours = reference("#_assertion", digest)
    response_digest = digest_of(c14n(by_id(parse(RESPONSE), "_response")))
    yield reject("two-references", sign(RESPONSE, references=ours + ours), "assertion_signature", "2 references")
    yield reject("two-references-to-response-and-assertion", sign(RESPONSE, references=ours + reference("#_response", response_digest)), "assertion_signature", "2 references")
    yield reject("two-references-void-first", sign(RESPONSE, references=reference("#xpointer(/void)", digest_of(b"")) + ours), "assertion_signature", "2 references")
    yield reject("no-reference", sign(RESPONSE, references=""), "assertion_signature", "0 references")
    nowhere = "does not name the element"
    yield reject("reference-without-uri", sign(RESPONSE, references=reference(None, response_digest)), "assertion_signature", nowhere)
    yield reject("reference-to-the-whole-document", sign_response(RESPONSE, uri=""), "response_signature", nowhere)
    yield reject("reference-of-assertion-to-the-whole-document", sign(RESPONSE, uri="", digest=response_digest), "assertion_signature", nowhere)
    for name, uri in {
        "id": "#xpointer(id('_assertion'))",
        "root": "#xpointer(/)",
        "elements": "#xpointer(//*[@ID='_assertion'])",
        "range": "#element(/1/3)",
    }.items():
        yield reject(f"reference-by-xpointer-{name}", sign(RESPONSE, uri=uri), "assertion_signature", uri)
    for name, uri in {
        "http": "http://127.0.0.1:9/assertion.xml",
        "https": "https://idp.example/assertion.xml#_assertion",
        "file": "file:///etc/passwd",
        "relative": "assertion.xml",
        "attachment": "cid:assertion@idp.example",
        "ftp": "ftp://127.0.0.1/x",
        "data": "data:text/plain,x",
    }.items():
        yield reject(f"reference-outside-by-{name}", sign(RESPONSE, uri=uri), "assertion_signature", uri)
    for name, uri in {"space": "# _assertion", "case": "#_Assertion", "escape": "#%5Fassertion", "double-hash": "##_assertion", "nothing": "#", "prefix": "#_assert"}.items():
        yield reject(f"reference-with-{name}", sign(RESPONSE, uri=uri), "assertion_signature", uri)
    manifest = f'<ds:Object><ds:Manifest Id="_manifest">{ours}</ds:Manifest></ds:Object>'
    to_manifest = reference("#_manifest", digest_of(b"x"), attributes=f' Type="{DSIG}Manifest"')
    yield reject("manifest-in-an-object", sign(RESPONSE, tail=manifest), "assertion_signature", "Object")
    yield reject("manifest-referred-to", sign(RESPONSE, references=to_manifest, tail=manifest), "assertion_signature", "Object")
    yield reject("manifest-in-signed-info", sign(RESPONSE, signed_info_tail=f"<ds:Manifest>{ours}</ds:Manifest>"), "assertion_signature", "Manifest")
    yield reject("object-in-signature", sign(RESPONSE, tail="<ds:Object>x</ds:Object>"), "assertion_signature", "Object")
    yield reject("object-before-signed-info", edit(sign(RESPONSE), "<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>"), "assertion_signature", "Object")


def transforms():
    enveloped, exclusive = transform(ENVELOPED), transform(EXC)
    xpath = "http://www.w3.org/TR/1999/REC-xpath-19991116"
    filter2 = "http://www.w3.org/2002/06/xmldsig-filter2"
    xslt = "http://www.w3.org/TR/1999/REC-xslt-19991116"
    sheet = '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/">x</xsl:template></xsl:stylesheet>'
    void = digest_of(b"")
    for name, algorithm, content, digest in [
        ("xpath", xpath, "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath>", None),
        ("xpath-that-selects-nothing", xpath, "<ds:XPath>false()</ds:XPath>", void),
        ("xpath-filter-2", filter2, f'<f:XPath xmlns:f="{filter2}" Filter="intersect">/</f:XPath>', None),
        ("xpath-filter-2-that-subtracts-all", filter2, f'<f:XPath xmlns:f="{filter2}" Filter="subtract">/</f:XPath>', void),
        ("xslt", xslt, sheet, digest_of(b"x")),
        ("base64", DSIG + "base64", "", None),
        ("xpointer", "http://www.w3.org/2001/04/xmldsig-more/xptr", "", None),
        ("inclusive-c14n", INC, "", None),
        ("inclusive-c14n-with-comments", INC + "#WithComments", "", None),
        ("c14n-11", INC11, "", None),
        ("exclusive-c14n-with-comments", EXC_COMMENTS, "", None),
        ("unknown", "urn:example:transform", "", None),
        ("empty-algorithm", "", "", None),
        ("decryption", "http://www.w3.org/2002/07/decrypt#XML", "", None),
        ("exclusive-c14n-without-its-hash", EXC[:-1], "", None),
    ]:
        how = {"digest": digest} if digest else {}
        named = algorithm or None
        yield reject(f"transform-{name}", sign(RESPONSE, transforms=enveloped + transform(algorithm, content), **how), "assertion_signature", named)
        if name in ("xpath", "xslt", "inclusive-c14n"):
            yield reject(f"transform-{name}-beside-the-honest", sign(RESPONSE, transforms=enveloped + transform(algorithm, content) + exclusive, **how), "assertion_signature", named)
    yield reject("transform-without-algorithm", sign(RESPONSE, transforms=enveloped + "<ds:Transform/>"), "assertion_signature")
    for name, list_, detail in [
        ("only-enveloped", enveloped, "do not end with exclusive C14N"),
        ("only-exclusive", exclusive, "do not begin with enveloped-signature"),
        ("none", "<ds:Transforms></ds:Transforms>", "do not begin with enveloped-signature"),
        ("element-missing", "", "DigestMethod"),
        ("in-the-other-order", exclusive + enveloped, "do not begin with enveloped-signature"),
        ("enveloped-twice", enveloped + enveloped + exclusive, "do not end with exclusive C14N"),
        ("exclusive-twice", enveloped + exclusive + exclusive, "3 transforms"),
        ("repeated", enveloped + exclusive * 20, "21 transforms"),
    ]:
        if list_ == "":
            document = sign(RESPONSE, references=reference("#_assertion", digest_of(c14n(by_id(parse(RESPONSE), "_assertion"))), transforms=""))
        else:
            document = sign(RESPONSE, transforms=list_)
        yield reject(f"transforms-{name}", document, "assertion_signature", detail)
    for name, content in {
        "parameters-of-enveloped": transform(ENVELOPED, "<ds:XPath>/</ds:XPath>") + exclusive,
        "parameters-of-exclusive": enveloped + transform(EXC, "<x/>"),
        "two-inclusive-namespaces": enveloped + transform(EXC, inclusive(["xs"]) * 2),
        "text-in-a-transform": enveloped + transform(EXC, "x"),
    }.items():
        yield reject(f"transforms-with-{name}", sign(RESPONSE, transforms=content), "assertion_signature")
    for name, algorithm in {
        "inclusive": INC,
        "inclusive-with-comments": INC + "#WithComments",
        "c14n-11": INC11,
        "exclusive-with-comments": EXC_COMMENTS,
        "unknown": "urn:example:c14n",
    }.items():
        yield reject(f"canonicalization-{name}", sign(RESPONSE, canonicalization=algorithm), "assertion_signature", algorithm)
    # Canonicalisation that fails: what an implementation that goes on would have digested is nothing.
    for how, place in {"assertion": 'ID="_assertion"', "a-child": "<saml:Subject"}.items():
        relative = after(RESPONSE, place, ' xmlns:r="relative/name"')
        relative = relative.replace("<saml:NameID ", '<saml:NameID r:x="y" ') if how == "a-child" else after(relative, place, ' r:x="y"')
        document = insert(relative, "_assertion", signature(RESPONSE, digest=void))
        yield reject(f"relative-namespace-on-{how}", document, "assertion_signature", "cannot be canonicalised")
    yield reject("digest-of-nothing", sign(RESPONSE, digest=void), "assertion_signature", ALTERED)
