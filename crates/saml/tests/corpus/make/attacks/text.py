"""Comments, CDATA, processing instructions, entities and elements where identity stands."""

from toolbox import *

PLACES = {
    "name-id": (">u-4711<", "name_id", "a NameID with elements inside"),
    "assertion-issuer": ('09:00:01Z"><saml:Issuer>https://idp.example/entity<', "assertion_issuer", "an Issuer with elements inside"),
    "response-issuer": ('"_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>https://idp.example/entity<', "response_issuer", "an Issuer with elements inside"),
    "audience": ("<saml:Audience>https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/metadata<", "audience", "https://sp.example/saml"),
    "attribute": (">ada@example.org<", None, None),
}


def put(xml, place, what, at=6):
    """Puts something into the middle of the text of a place."""
    mark = PLACES[place][0]
    start = xml.index(mark) + mark.rindex(">") + 1
    return xml[: start + at] + what + xml[start + at :]


def cases():
    for place, (_, check, detail) in PLACES.items():
        yield reject(f"processing-instruction-in-{place}", put(sign_both(RESPONSE), place, "<?evil ?>"), "response_format", "a processing instruction")
        yield reject(f"undeclared-entity-in-{place}", put(sign_both(RESPONSE), place, "&evil;"), "response_format", "libxml2 error 26")
        doctype = '<!DOCTYPE samlp:Response [<!ENTITY evil "x">]>'
        yield reject(f"internal-entity-in-{place}", doctype + put(sign_both(RESPONSE), place, "&evil;"), "response_format", "a document type declaration")
        yield reject(f"null-reference-in-{place}", put(sign_both(RESPONSE), place, "&#0;"), "response_format", "libxml2 error 9")
        yield reject(f"surrogate-reference-in-{place}", put(sign_both(RESPONSE), place, "&#xD800;"), "response_format", "libxml2 error 9")
        # Comments and CDATA are no part of what is signed: whatever stands there, the text is whole.
        yield accept(f"comment-in-{place}", put(sign_both(RESPONSE), place, "<!-- evil -->"))
        yield accept(f"comment-in-{place}-before-signing", sign_both(put(RESPONSE, place, "<!---->")))
        yield accept(f"cdata-in-{place}", put(sign_both(RESPONSE), place, "<![CDATA[]]>"))
        if check:
            yield reject(f"element-in-{place}", sign_response(put(RESPONSE, place, "<x/>")), check, detail)
    # CVE-2017-11427 and its kin: an implementation that reads up to the comment sees an admin.
    whole = "admin@example.org<!---->.evil.example"
    name = edit(RESPONSE, ">u-4711<", f">{whole}<")
    yield accept("comment-truncates-nobody", sign(name), name_id={"value": "admin@example.org.evil.example"})
    yield accept("comment-truncates-no-attribute", sign(edit(RESPONSE, ">ada@example.org<", f">{whole}<")), attributes={"email": ["admin@example.org.evil.example"], "groups": ["staff", "ops"]})
    yield reject("comment-added-to-truncate-and-altered", edit(sign(name), whole, "admin@example.org<!--.evil.example-->"), "assertion_signature", "altered after signing")
    yield reject("name-id-of-a-comment-alone", sign(edit(RESPONSE, ">u-4711<", "><!--u-4711--><")), "name_id", "a blank NameID")
    yield reject("issuer-split-by-a-comment-names-another", sign(edit(RESPONSE, PLACES["assertion-issuer"][0], PLACES["assertion-issuer"][0][:-1] + "<!---->.evil.example<")), "assertion_issuer", "https://idp.example/entity.evil.example")
    yield reject("audience-split-by-a-comment-names-another", sign(edit(RESPONSE, "metadata</saml:Audience>", "metadata<!---->-of-another</saml:Audience>")), "audience", "metadata-of-another")
    # CDATA is text: markup in it is none.
    markup = "<![CDATA[</saml:NameID><saml:NameID>admin]]>"
    yield accept("cdata-with-markup-in-name-id", sign(edit(RESPONSE, ">u-4711<", f">{markup}<")), name_id={"value": "</saml:NameID><saml:NameID>admin"})
    yield accept("cdata-around-name-id", sign(edit(RESPONSE, ">u-4711<", "><![CDATA[u-4711]]><")))
    yield accept("cdata-with-a-doctype-in-an-attribute", sign(edit(RESPONSE, ">ada@example.org<", '><![CDATA[<!DOCTYPE x [<!ENTITY e "y">]>&e;]]><')), attributes={"email": ['<!DOCTYPE x [<!ENTITY e "y">]>&e;'], "groups": ["staff", "ops"]})
    yield accept("comment-with-a-doctype", before(sign(RESPONSE), "<samlp:Status>", '<!-- <!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]> -->'))
    yield accept("comments-everywhere-outside-text", "<!-- a -->" + sign_both(RESPONSE).replace("<saml:Subject>", "<!-- b --><saml:Subject><!-- c -->").replace("<samlp:Status>", "<samlp:Status><!-- d -->") + "<!-- e -->")
    yield accept("element-content-in-an-attribute", sign(edit(RESPONSE, ">ada@example.org<", ">ada<x>@</x>example.org<")))
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield accept("xinclude-in-an-attribute", sign(edit(RESPONSE, ">ada@example.org<", f">{include}<")), attributes={"email": [""], "groups": ["staff", "ops"]})
    yield accept("character-references", sign(RESPONSE.replace("u-4711", "&#117;-&#x34;711").replace("ada@", "&#97;d&#x61;&#64;")))
    yield accept("predefined-entities", sign(edit(RESPONSE, ">u-4711<", ">&lt;&amp;&gt;&apos;&quot;<")), name_id={"value": "<&>'\""})
    yield accept("white-space-around-name-id-is-kept", sign(edit(RESPONSE, ">u-4711<", ">\n  u-4711\n<")), name_id={"value": "\n  u-4711\n"})
    yield accept("line-ends-become-line-feeds", sign(edit(RESPONSE, ">u-4711<", ">u-\r\n4711<")), name_id={"value": "u-\n4711"})
    yield accept("carriage-return-by-reference-is-kept", sign(edit(RESPONSE, ">u-4711<", ">u-&#13;4711<")), name_id={"value": "u-\r4711"})
    for name, value in {
        "latin": "Žofie Müller-Łuczak",
        "cjk": "日本語の名前",
        "emoji": "👩‍🚀🏳️‍🌈",
        "right-to-left": "\u202eadmin\u202c",
        "combining": "Ada\u0301",
        "private-use": "\ue000\U000f0000",
        "next-line": "a\u0085b",
        "zero-width": "a\u200bb",
    }.items():
        yield accept(f"name-id-{name}", sign(edit(RESPONSE, ">u-4711<", f">{value}<")), name_id={"value": value})
    yield accept("name-id-of-256-characters", sign(edit(RESPONSE, ">u-4711<", ">" + "ä" * 256 + "<")), name_id={"value": "ä" * 256})
    yield accept("attribute-of-256-characters", sign(edit(RESPONSE, ">ada@example.org<", ">" + "日" * 256 + "<")), attributes={"email": ["日" * 256], "groups": ["staff", "ops"]})
