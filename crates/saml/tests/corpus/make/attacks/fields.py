"""Every checked value: wrong, missing, past, future, doubled, oddly written. Signed as it stands."""

from toolbox import *

ODD_TIMES = {
    "without-zone": "2026-11-24T09:00:00",
    "with-an-offset": "2026-11-24T09:00:00+00:00",
    "in-lower-case": "2026-11-24t09:00:00z",
    "with-spaces": " 2026-11-24T09:00:00Z ",
    "date-alone": "2026-11-24",
    "leap-second": "2026-11-24T08:59:60Z",
    "day-31-of-november": "2026-11-31T09:00:00Z",
    "empty": "",
}
# For one of the fields; all of them are read by one function.
ODDER_TIMES = ODD_TIMES | {
    "with-another-offset": "2026-11-24T10:00:00+01:00",
    "with-a-space-for-t": "2026-11-24 09:00:00Z",
    "without-seconds": "2026-11-24T09:00Z",
    "hour-24": "2026-11-23T24:00:00Z",
    "29-february": "2026-02-29T09:00:00Z",
    "unix": "1795510800",
    "with-a-sign": "+2026-11-24T09:00:00Z",
    "negative-year": "-2026-11-24T09:00:00Z",
    "five-digit-year": "12026-11-24T09:00:00Z",
    "year-0": "0000-11-24T09:00:00Z",
    "comma-fraction": "2026-11-24T09:00:00,5Z",
    "empty-fraction": "2026-11-24T09:00:00.Z",
    "other-digits": "２０２６-11-24T09:00:00Z",
    "never": "never",
}
RESPONSE_TIME = 'IssueInstant="2026-11-24T09:00:00Z"'
ASSERTION_TIME = 'IssueInstant="2026-11-24T09:00:01Z"'
ASSERTION_TAG = 'ID="_assertion" Version="2.0"'
RESPONSE_TAG = 'ID="_response" Version="2.0"'
RESPONSE_ISSUER = '"_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>https://idp.example/entity</saml:Issuer>'
ASSERTION_ISSUER = '09:00:01Z"><saml:Issuer>https://idp.example/entity</saml:Issuer>'
DESTINATION = ' Destination="https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/acs"'
TWISTED_URLS = {
    "with-a-slash": "/",
    "with-a-query": "?x",
    "with-a-fragment": "#x",
    "with-a-space": " ",
    "with-a-line-end": "&#10;",
    "with-more": "2",
}


def signed(old, new, how=sign):
    return how(edit(RESPONSE, old, new))


def cases():
    yield from envelope()
    yield from issuers()
    yield from destinations()
    yield from requests()
    yield from statuses()
    yield from subjects()
    yield from confirmations()
    yield from conditions()
    yield from statements()
    yield from connections()


def envelope():
    for part, tag, how in [("response", RESPONSE_TAG, sign), ("assertion", ASSERTION_TAG, sign)]:
        version, ident = ("version", "response_id") if part == "response" else ("assertion_version", "assertion_id")
        for name, value in {"missing": "", "1.1": ' Version="1.1"', "2": ' Version="2"', "with-a-space": ' Version="2.0 "', "2.00": ' Version="2.00"', "empty": ' Version=""', "v2.0": ' Version="v2.0"', "in-lower-case": ' version="2.0"'}.items():
            received = re.search('ersion="(.*)"', value) if 'Version="' in value else None
            detail = "nothing" if received is None else received[1].strip() or None
            yield reject(f"{part}-version-{name}", signed(tag, tag.replace(' Version="2.0"', value), how), version, detail)
        if part == "response":
            for name, value in {"missing": "", "empty": 'ID=""', "of-digits": 'ID="4711"', "with-a-colon": 'ID="a:b"', "with-a-space": 'ID="a b"', "in-lower-case": 'id="_response"'}.items():
                document = sign(edit(RESPONSE, 'ID="_response"', value))
                received = value[4:-1] if value.startswith("ID") else "no ID"
                yield reject(f"response-id-{name}", document, ident, received or None)
    for name, value in {"missing": "", "empty": 'ID=""', "of-digits": 'ID="4711"', "with-a-colon": 'ID="a:b"', "with-a-space": 'ID="a b"'}.items():
        document = sign_response(edit(RESPONSE, 'ID="_assertion"', value))
        received = value[4:-1] if value.startswith("ID") else "no ID"
        yield reject(f"assertion-id-{name}", document, "assertion_id", received or None)
    for part, time, check in [("response", RESPONSE_TIME, "issue_instant"), ("assertion", ASSERTION_TIME, "assertion_issue_instant")]:
        name = f"{part}-issue-instant"
        yield reject(f"{name}-missing", signed(time, ""), check, "no IssueInstant")
        for odd, text in (ODDER_TIMES if part == "assertion" else ODD_TIMES).items():
            yield reject(f"{name}-{odd}", signed(time, f'IssueInstant="{text}"'), check, text.strip() or None)
        for when, text, detail in [
            ("a-second-too-late", "2026-11-24T09:03:31Z", "in the future"),
            ("tomorrow", "2026-11-25T09:00:00Z", "in the future"),
            ("in-9999", "9999-12-31T23:59:59Z", "in the future"),
            ("a-second-too-early", "2026-11-24T08:56:29Z", "before it"),
            ("yesterday", "2026-11-23T09:00:00Z", "before it"),
            ("in-the-year-1", "0001-01-01T00:00:00Z", "before it"),
        ]:
            yield reject(f"{name}-{when}", signed(time, f'IssueInstant="{text}"'), check, detail)


def issuers():
    for part, mark, check, how in [
        ("response", RESPONSE_ISSUER, "response_issuer", sign),
        ("assertion", ASSERTION_ISSUER, "assertion_issuer", sign),
    ]:
        issuer = f"<saml:Issuer>{IDP}</saml:Issuer>"
        change = lambda new: how(edit(RESPONSE, mark, mark.replace(issuer, new)))
        text = lambda value: change(f"<saml:Issuer>{value}</saml:Issuer>")
        for name, value in {
            "of-another": "https://evil.example/entity",
            "in-another-case": IDP.upper(),
            "with-a-slash": IDP + "/",
            "with-a-space": IDP + " ",
            "with-a-line-end": "\n" + IDP + "\n",
            "with-http": IDP.replace("https", "http"),
            "with-another-letter": IDP.replace("i", "\u0456", 1),
            "with-a-zero-width-space": IDP + "\u200b",
        }.items():
            yield reject(f"{part}-issuer-{name}", text(value), check)
        yield reject(f"{part}-issuer-empty", text(""), check, "a blank Issuer")
        yield reject(f"{part}-issuer-blank", text(" \n "), check, "a blank Issuer")
        yield reject(f"{part}-issuer-too-long", text("u:" + "x" * 1025), check, "more than 1024 characters")
        for name, uri in {
            "unspecified": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            "persistent": PERSISTENT,
            "empty": "",
            "in-another-case": "urn:oasis:names:tc:SAML:2.0:nameid-format:Entity",
        }.items():
            yield reject(f"{part}-issuer-format-{name}", change(issuer.replace("<saml:Issuer", f'<saml:Issuer Format="{uri}"')), check, uri or None)
    twice = f"<saml:Issuer>{IDP}</saml:Issuer>" * 2
    yield reject("response-issuer-twice", sign(edit(RESPONSE, RESPONSE_ISSUER, RESPONSE_ISSUER.replace(twice[: len(twice) // 2], twice))), "response_issuer", "2 Issuer elements")
    yield reject("assertion-issuer-twice", sign_response(edit(RESPONSE, ASSERTION_ISSUER, ASSERTION_ISSUER.replace(twice[: len(twice) // 2], twice))), "assertion_issuer", "2 Issuer elements")
    yield reject("assertion-issuer-missing", sign_response(edit(RESPONSE, ASSERTION_ISSUER, '09:00:01Z">')), "assertion_issuer", "no Issuer")
    none = edit(RESPONSE, ASSERTION_ISSUER, '09:00:01Z">')
    own = signature(none)
    yield reject("assertion-issuer-missing-and-signed", after(none, '09:00:01Z">', own), "assertion_signature", "a Signature in another place")
    # Without an Issuer of its own a Signature of the Response has no place.
    none = edit(RESPONSE, RESPONSE_ISSUER, '"_5ee0a1b2c3d4e5f60718293a4b5c6d7e">')
    yield reject("response-issuer-missing-and-signed", after(none, 'InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e">', signature(none, "_response")), "response_signature", "a Signature in another place")


def destinations():
    for how, signer in {"signed": sign_response, "unsigned": sign}.items():
        for name, more in TWISTED_URLS.items():
            yield reject(f"destination-{how}-{name}", signed(DESTINATION, DESTINATION[:-1] + more + '"', signer), "response_destination")
        for name, url in {
            "of-another": "https://other.example/saml/acs",
            "with-http": ACS.replace("https", "http"),
            "in-another-case": ACS.replace("sp", "SP"),
            "with-a-port": ACS.replace(".example", ".example:443"),
            "with-a-user": ACS.replace("//", "//x@"),
            "with-dots": ACS.replace("/acs", "/./acs"),
            "with-an-escape": ACS.replace("acs", "%61cs"),
            "of-the-entity-id": SP,
            "empty": "",
        }.items():
            yield reject(f"destination-{how}-{name}", signed(DESTINATION, f' Destination="{url}"', signer), "response_destination", url or None)
    yield reject("destination-missing-on-signed", signed(DESTINATION, "", sign_response), "response_destination", "nothing")
    yield reject("destination-missing-on-both-signed", signed(DESTINATION, "", sign_both), "response_destination", "nothing")


def requests():
    outer, inner = ' InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>', 'Data InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"'
    for part, mark, check in [("response", outer, "in_response_to"), ("confirmation", inner, "confirmation_in_response_to")]:
        change = lambda new: sign(edit(RESPONSE, mark, mark.replace(' InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', new)))
        yield reject(f"{part}-in-response-to-missing", change(""), check, "unsolicited")
        for name, value in {"of-another": "_other", "empty": "", "in-another-case": "_Request", "with-a-space": "_5ee0a1b2c3d4e5f60718293a4b5c6d7e ", "of-a-test": "_test_request", "with-more": "_5ee0a1b2c3d4e5f60718293a4b5c6d7e2"}.items():
            yield reject(f"{part}-in-response-to-{name}", change(f' InResponseTo="{value}"'), check, value.strip() or None)
    both = RESPONSE.replace('"_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', '"_other"')
    yield reject("in-response-to-another-trip", sign_both(both), "in_response_to", "_other")
    yield reject("unsolicited", sign_both(RESPONSE.replace(' InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', "")), "in_response_to", "unsolicited")
    yield reject("sign-in-response-for-a-test", sign_both(RESPONSE), "in_response_to", "_5ee0a1b2c3d4e5f60718293a4b5c6d7e", purpose="test", request_id="_test_request")
    yield reject("test-response-for-a-sign-in", sign_both(RESPONSE.replace('"_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', '"_test_request"')), "in_response_to", "_test_request")
    yield reject("response-signature-required", sign(RESPONSE), "response_signature_required", "a signature on the assertion alone", require_signed_response=True)
    yield reject("response-signature-required-and-nothing-signed", RESPONSE, "signature", "neither is signed", require_signed_response=True)


def statuses():
    code = f'<samlp:StatusCode Value="{STATUS}Success"/>'
    change = lambda new, how=sign: how(edit(RESPONSE, code, new))
    top = lambda value, inside="": f'<samlp:StatusCode Value="{value}">{inside}</samlp:StatusCode>'
    for name, outer, nested, message in [
        ("requester", "Requester", None, None),
        ("responder", "Responder", None, None),
        ("version-mismatch", "VersionMismatch", "RequestVersionTooHigh", None),
        ("authn-failed", "Responder", "AuthnFailed", "Wrong password"),
        ("no-passive", "Responder", "NoPassive", None),
        ("request-denied", "Requester", "RequestDenied", "<b>denied</b>"),
        ("unknown-principal", "Responder", "UnknownPrincipal", None),
        ("partial-logout", "PartialLogout", None, None),
        ("success-under-responder", "Responder", "Success", None),
        ("authn-failed-at-the-top", "AuthnFailed", None, None),
    ]:
        inside = f'<samlp:StatusCode Value="{STATUS}{nested}"/>' if nested else ""
        text = f"<samlp:StatusMessage>{message.replace('<', '&lt;')}</samlp:StatusMessage>" if message else ""
        detail = outer + (f" / {nested}" if nested else "") + (f": {message}" if message else "")
        for how, signer in WAYS.items():
            if how == "assertion" or nested is None:
                yield reject(f"status-{name}-with-a-valid-assertion-{how}", change(top(STATUS + outer, inside) + text, signer), "status", detail)
    bare = edit(RESPONSE, assertion_of(RESPONSE), "")
    yield reject("status-responder-without-an-assertion", edit(bare, code, top(STATUS + "Responder")), "status", "Responder")
    for name, new, detail in [
        ("code-missing", "", "no StatusCode"),
        ("code-twice", code + top(STATUS + "Responder"), "2 StatusCode"),
        ("code-twice-failed-first", top(STATUS + "Responder") + code, "2 StatusCode"),
        ("code-without-value", "<samlp:StatusCode/>", "without Value"),
        ("code-empty", top(""), None),
        ("code-short", top("Success"), "Success"),
        ("code-in-another-case", top(STATUS + "success"), "success"),
        ("code-with-a-space", top(STATUS + "Success "), "Success"),
        ("code-of-saml-1", top("samlp:Success"), "samlp:Success"),
        ("code-success-in-its-text", f"<samlp:StatusCode>{STATUS}Success</samlp:StatusCode>", "without Value"),
        ("code-value-in-another-namespace", f'<samlp:StatusCode samlp:Value="{STATUS}Success"/>', "without Value"),
    ]:
        yield reject(f"status-{name}", change(new), "status", detail)
    status = between(RESPONSE, "<samlp:Status>", "</samlp:Status>")
    failed = status.replace("Success", "Responder")
    yield reject("status-missing", sign(edit(RESPONSE, status, "")), "status", "no Status")
    yield reject("status-twice", sign(edit(RESPONSE, status, status + failed)), "status", "2 Status")
    yield reject("status-twice-failed-first", sign(edit(RESPONSE, status, failed + status)), "status", "2 Status")
    yield reject("status-inside-extensions", sign(edit(RESPONSE, status, f"<samlp:Extensions>{status}</samlp:Extensions>")), "status", "no Status")


def subjects():
    subject = between(RESPONSE, "<saml:Subject>", "</saml:Subject>")
    name = between(RESPONSE, "<saml:NameID", "</saml:NameID>")
    confirmation = between(RESPONSE, "<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")
    yield reject("subject-missing", signed(subject, ""), "subject", "no Subject")
    yield reject("subject-twice", signed(subject, subject + subject), "subject", "2 Subject")
    yield reject("subject-twice-of-two-people", signed(subject, subject + subject.replace("u-4711", "admin")), "subject", "2 Subject")
    yield reject("subject-empty", signed(subject, "<saml:Subject/>"), "name_id", "no NameID")
    for case, new, detail in [
        ("missing", "", "no NameID"),
        ("twice", name + name, "2 NameID"),
        ("twice-of-two-people", name.replace("u-4711", "admin") + name, "2 NameID"),
        ("empty", name.replace("u-4711", ""), "a blank NameID"),
        ("blank", name.replace("u-4711", " \t\n"), "a blank NameID"),
        ("no-break-space", name.replace("u-4711", "\u00a0"), "a blank NameID"),
        ("base-id", "<saml:BaseID/>", "a BaseID"),
        ("base-id-beside", "<saml:BaseID/>" + name, "a BaseID"),
        ("with-an-element", name.replace("u-4711", "u-<x>4711</x>"), "a NameID with elements inside"),
        ("in-the-confirmation-alone", "", "no NameID"),
    ]:
        document = edit(RESPONSE, name, new)
        if case == "in-the-confirmation-alone":
            document = before(document, "<saml:SubjectConfirmationData ", name)
        yield reject(f"name-id-{case}", sign(document), "name_id", detail)
    for case, new, detail in [
        ("missing", "", "no SubjectConfirmation"),
        ("holder-of-key", confirmation.replace("cm:bearer", "cm:holder-of-key"), "holder-of-key"),
        ("sender-vouches", confirmation.replace("cm:bearer", "cm:sender-vouches"), "sender-vouches"),
        ("of-saml-1", confirmation.replace("2.0:cm:bearer", "1.0:cm:bearer"), "1.0:cm:bearer"),
        ("in-another-case", confirmation.replace("cm:bearer", "cm:Bearer"), "cm:Bearer"),
        ("with-a-space", confirmation.replace("cm:bearer", "cm:bearer "), "bearer"),
        ("without-method", confirmation.replace(' Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"', ""), None),
        ("without-data", re.sub("<saml:SubjectConfirmationData [^>]*/>", "", confirmation), "no SubjectConfirmationData"),
        ("with-data-twice", re.sub("(<saml:SubjectConfirmationData [^>]*/>)", r"\1\1", confirmation), "2 SubjectConfirmationData"),
    ]:
        yield reject(f"confirmation-{case}", signed(confirmation, new), "subject_confirmation", detail)


def confirmations():
    recipient = ' Recipient="https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/acs"'
    for name, more in TWISTED_URLS.items():
        yield reject(f"recipient-{name}", signed(recipient, recipient[:-1] + more + '"'), "recipient")
    for name, url in {
        "of-another": "https://other.example/saml/acs",
        "of-another-connection": "https://sp.example/saml/conn_2/acs",
        "with-http": ACS.replace("https", "http"),
        "in-another-case": ACS.replace("acs", "ACS"),
        "of-the-entity-id": SP,
        "empty": "",
    }.items():
        yield reject(f"recipient-{name}", signed(recipient, f' Recipient="{url}"'), "recipient", url or None)
    yield reject("recipient-missing", signed(recipient, ""), "recipient", "nothing")
    end = 'NotOnOrAfter="2026-11-24T09:05:00Z"'
    check = "confirmation_window"
    yield reject("confirmation-end-missing", signed(end, ""), check, "no NotOnOrAfter")
    for odd, text in ODD_TIMES.items():
        yield reject(f"confirmation-end-{odd}", signed(end, f'NotOnOrAfter="{text}"'), check, text.strip() or "NotOnOrAfter")
    yield reject("confirmation-ended", signed(end, 'NotOnOrAfter="2026-11-24T08:57:30Z"'), check, "ago")
    yield reject("confirmation-ended-at-the-edge", sign(RESPONSE), check, "ago", now="2026-11-24T09:08:00Z")
    yield reject("confirmation-ended-yesterday", signed(end, 'NotOnOrAfter="2026-11-23T09:05:00Z"'), check, "ago")
    for name, text in {"past": "2026-11-24T08:00:00Z", "future": "2026-11-24T09:04:00Z", "odd": "x", "empty": ""}.items():
        yield reject(f"confirmation-not-before-{name}", signed(end, f'{end} NotBefore="{text}"'), check, "NotBefore")
    # Two confirmations that are right in half each are not one that is right.
    confirmation = between(RESPONSE, "<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>")
    one = confirmation.replace(ACS, "https://other.example/acs")
    two = confirmation.replace("_5ee0a1b2c3d4e5f60718293a4b5c6d7e", "_other")
    yield reject("two-confirmations-each-half-right", signed(confirmation, one + two), "recipient", "other.example")
    yield reject("two-confirmations-each-half-right-reversed", signed(confirmation, two + one), "confirmation_in_response_to", "_other")
    yield reject("confirmation-right-but-holder-of-key", signed(confirmation, one + confirmation.replace("bearer", "holder-of-key")), "recipient", "other.example")


def conditions():
    element = between(RESPONSE, "<saml:Conditions ", "</saml:Conditions>")
    restriction = between(RESPONSE, "<saml:AudienceRestriction>", "</saml:AudienceRestriction>")
    audience = between(RESPONSE, "<saml:Audience>", "</saml:Audience>")
    begin, end = 'NotBefore="2026-11-24T08:59:00Z"', 'NotOnOrAfter="2026-11-24T09:10:00Z"'
    yield reject("conditions-missing", signed(element, ""), "conditions", "no Conditions")
    yield reject("conditions-twice", signed(element, element + element), "conditions", "2 Conditions")
    yield reject("conditions-empty", signed(element, "<saml:Conditions/>"), "audience", "no AudienceRestriction")
    check = "conditions_window"
    for attribute, mark in {"not-before": begin, "not-on-or-after": end}.items():
        name = mark.split("=")[0]
        for odd, text in ODD_TIMES.items():
            yield reject(f"conditions-{attribute}-{odd}", signed(mark, f'{name}="{text}"'), check, text.strip() or name)
    for name, old, new, detail in [
        ("not-yet", begin, 'NotBefore="2026-11-24T09:03:31Z"', "in the future"),
        ("tomorrow", f"{begin} {end}", 'NotBefore="2026-11-25T09:00:00Z" NotOnOrAfter="2026-11-25T09:10:00Z"', "in the future"),
        ("over", f"{begin} {end}", 'NotBefore="2026-11-24T08:00:00Z" NotOnOrAfter="2026-11-24T08:57:30Z"', "ago"),
        ("over-yesterday", f"{begin} {end}", 'NotBefore="2026-11-23T08:00:00Z" NotOnOrAfter="2026-11-23T08:57:30Z"', "ago"),
        ("reversed", f"{begin} {end}", 'NotBefore="2026-11-24T09:10:00Z" NotOnOrAfter="2026-11-24T08:59:00Z"', "NotBefore 2026-11-24T09:10:00Z"),
        ("of-no-time", f"{begin} {end}", 'NotBefore="2026-11-24T09:00:00Z" NotOnOrAfter="2026-11-24T09:00:00Z"', "NotBefore 2026-11-24T09:00:00Z"),
    ]:
        yield reject(f"conditions-{name}", signed(old, new), check, detail)
    check = "audience"
    for name, text in {
        "of-another": "https://other.example/saml",
        "of-another-tenant": "https://sp.example/saml/ws_2",
        "of-another-connection": "https://sp.example/saml/conn_2",
        "with-a-slash": SP + "/",
        "with-a-space": SP + " ",
        "on-its-own-line": f"\n{SP}\n",
        "in-another-case": SP.replace("sp", "SP"),
        "with-http": SP.replace("https", "http"),
        "of-the-acs-url": ACS,
        "cut-short": SP[:-1],
        "empty": "",
        "any": "*",
        "two-in-one": f"{SP} https://other.example",
    }.items():
        yield reject(f"audience-{name}", signed(audience, f"<saml:Audience>{text}</saml:Audience>"), check, text.strip() or None)
    other = restriction.replace(SP, "https://other.example/saml")
    yield reject("audience-restriction-missing", signed(restriction, ""), check, "no AudienceRestriction")
    yield reject("audience-restriction-empty", signed(restriction, "<saml:AudienceRestriction/>"), check, "without Audience")
    yield reject("audience-restrictions-second-fails", signed(restriction, restriction + other), check, "other.example")
    yield reject("audience-restrictions-first-fails", signed(restriction, other + restriction), check, "other.example")
    yield reject("audience-in-a-proxy-restriction-alone", signed(restriction, f"<saml:ProxyRestriction>{audience}</saml:ProxyRestriction>"), check, "no AudienceRestriction")
    yield reject("audience-with-an-element", signed(audience, f"<saml:Audience>{SP}<x/></saml:Audience>"), check)
    append = lambda what: sign(before(RESPONSE, "</saml:Conditions>", what))
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    for name, what, check, detail in [
        ("condition-of-another-namespace", '<x:Condition xmlns:x="urn:x"/>', "unknown_condition", "Condition"),
        ("condition-of-a-type", f'<saml:Condition xmlns:x="urn:x" xsi:type="x:Delegation"/>', "unknown_condition", "x:Delegation"),
        ("condition-abstract", "<saml:Condition/>", "unknown_condition", "Condition"),
        ("condition-of-saml-1", "<saml:DoNotCacheCondition/>", "unknown_condition", "DoNotCacheCondition"),
        ("condition-in-lower-case", "<saml:onetimeuse/>", "unknown_condition", "onetimeuse"),
        ("one-time-use-twice", "<saml:OneTimeUse/><saml:OneTimeUse/>", "one_time_use", "2 OneTimeUse"),
        ("proxy-restriction-twice", '<saml:ProxyRestriction Count="0"/><saml:ProxyRestriction Count="0"/>', "proxy_restriction", "2 ProxyRestriction"),
        ("proxy-restriction-count-negative", '<saml:ProxyRestriction Count="-1"/>', "proxy_restriction", "-1"),
        ("proxy-restriction-count-empty", '<saml:ProxyRestriction Count=""/>', "proxy_restriction", None),
        ("proxy-restriction-count-in-words", '<saml:ProxyRestriction Count="one"/>', "proxy_restriction", "one"),
    ]:
        yield reject(name, append(what), check, detail)


def statements():
    statement = between(RESPONSE, "<saml:AuthnStatement ", "</saml:AuthnStatement>")
    context = between(RESPONSE, "<saml:AuthnContext>", "</saml:AuthnContext>")
    yield reject("authn-statement-missing", signed(statement, ""), "authn_statement", "no AuthnStatement")
    yield reject("authn-context-missing", signed(context, ""), "authn_statement", "no AuthnContext")
    yield reject("authn-context-twice", signed(context, context + context), "authn_statement", "2 AuthnContext")
    decision = '<saml:AuthzDecisionStatement Resource="x" Decision="Permit"><saml:Action Namespace="urn:x">y</saml:Action></saml:AuthzDecisionStatement>'
    yield reject("authz-decision-for-an-authn-statement", signed(statement, decision), "authn_statement", "no AuthnStatement")
    second = statement.replace(context, "")
    yield reject("second-authn-statement-without-context", signed(statement, statement + second), "authn_statement", "no AuthnContext")
    at, end = 'AuthnInstant="2026-11-24T08:30:00Z"', 'SessionNotOnOrAfter="2026-11-24T17:00:00Z"'
    yield reject("authn-instant-missing", signed(at, ""), "authn_instant", "no AuthnInstant")
    yield reject("authn-instant-in-the-future", signed(at, 'AuthnInstant="2026-11-24T09:03:31Z"'), "authn_instant", "in the future")
    late = statement.replace(at, 'AuthnInstant="2026-11-25T09:00:00Z"')
    yield reject("second-authn-instant-in-the-future", signed(statement, statement + late), "authn_instant", "in the future")
    yield reject("session-over", signed(end, 'SessionNotOnOrAfter="2026-11-24T08:57:30Z"'), "session_expiry", "ago")
    yield reject("session-over-yesterday", signed(end, 'SessionNotOnOrAfter="2026-11-23T08:57:30Z"'), "session_expiry", "ago")
    over = statement.replace(end, 'SessionNotOnOrAfter="2026-11-24T08:00:00Z"')
    yield reject("second-session-over", signed(statement, statement + over), "session_expiry", "ago")
    for odd, text in ODD_TIMES.items():
        yield reject(f"authn-instant-{odd}", signed(at, f'AuthnInstant="{text}"'), "authn_instant", text.strip() or "AuthnInstant")
        yield reject(f"session-end-{odd}", signed(end, f'SessionNotOnOrAfter="{text}"'), "session_expiry", text.strip() or "SessionNotOnOrAfter")
    for name, old, new in [
        ("attribute-without-name", ' Name="groups"', ""),
        ("attribute-with-an-empty-name", ' Name="groups"', ' Name=""'),
        ("attribute-with-a-friendly-name-alone", ' Name="groups"', ' FriendlyName="groups"'),
        ("attribute-with-a-namespaced-name", ' Name="groups"', ' saml:Name="groups"'),
    ]:
        yield reject(name, signed(old, new), "attributes", "an Attribute without a Name")


def connections():
    """What was meant for another trip, connection, tenant or time."""
    tenant = RESPONSE.replace("https://sp.example/saml", "https://sp.example/ws_2/saml")
    yield reject("for-another-tenant", sign_both(tenant), "response_destination", "ws_2")
    tenant = tenant.replace("https://sp.example/ws_2/saml/conn_019ac2f0a0007000800000000000c0de/acs", ACS)
    yield reject("for-another-tenant-at-our-acs", sign_both(tenant), "audience", "ws_2")
    yield reject("from-another-identity-provider", sign_both(RESPONSE.replace(IDP, "https://idp.other.example")), "response_issuer", "idp.other.example")
    yield reject("assertion-from-another-identity-provider", sign_both(edit(RESPONSE, ASSERTION_ISSUER, ASSERTION_ISSUER.replace(IDP, "https://idp.other.example"))), "assertion_issuer", "idp.other.example")
    yield reject("replayed-a-day-later", sign_both(RESPONSE), "confirmation_window", "ago", now="2026-11-25T09:00:30Z")
    yield reject("replayed-a-year-later", sign_both(RESPONSE), "confirmation_window", "ago", now="2027-11-24T09:00:30Z")
    yield reject("before-its-time", sign_both(RESPONSE), "issue_instant", "in the future", now="2026-11-24T08:56:59Z")
    yield reject("before-the-request", sign_both(RESPONSE), "issue_instant", "before it", request_issued_at="2026-11-24T09:03:01Z", now="2026-11-24T09:03:02Z")
    yield reject("without-any-skew", sign_both(RESPONSE), "assertion_issue_instant", "in the future", now="2026-11-24T09:00:00Z", clock_skew_seconds=0)
    yield reject("without-any-skew-at-the-end", sign_both(RESPONSE), "confirmation_window", "ago", now="2026-11-24T09:05:00Z", clock_skew_seconds=0)
