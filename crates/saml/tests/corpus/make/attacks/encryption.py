"""EncryptedAssertion and EncryptedID: for nobody, by nobody's leave, broken, or asking an oracle."""

import os

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from toolbox import *

XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MGF1P, OAEP, RSA15 = XENC + "rsa-oaep-mgf1p", XENC11 + "rsa-oaep", XENC + "rsa-1_5"
CHECK, ORACLE = "encryption", "it could not be decrypted"

# The service provider's keys are kept, with the cases: without them nothing could be judged.
OURS, OLD, STRANGER = rsa_key(name="sp.example"), rsa_key(name="sp.example"), rsa_key(name="stranger.example")

_OWN = assertion_of(RESPONSE).replace("<saml:Assertion ", f'<saml:Assertion xmlns:saml="{ASSERTION}" ', 1)
SIGNED = sign(_OWN)


def pad(data, last=None):
    short = 16 - len(data) % 16
    return data + os.urandom(short - 1) + bytes([short if last is None else last])


def content(data, cipher, key, padding_byte=None):
    iv = os.urandom(16)
    if cipher.endswith("gcm"):
        return iv[:12] + AESGCM(key).encrypt(iv[:12], data, None)
    if "tripledes" in cipher:
        encryptor = Cipher(TripleDES(key), modes.CBC(iv[:8])).encryptor()
        short = 8 - len(data) % 8
        return iv[:8] + encryptor.update(data + bytes([0] * (short - 1) + [short])) + encryptor.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(pad(data, padding_byte)) + encryptor.finalize()


_MD = {None: hashes.SHA1, DSIG + "sha1": hashes.SHA1, SHA256: hashes.SHA256, SHA384: hashes.SHA384, SHA512: hashes.SHA512}
_MGF = {None: hashes.SHA1, XENC11 + "mgf1sha1": hashes.SHA1, XENC11 + "mgf1sha256": hashes.SHA256}


def encrypted_key(key, recipient, transport=MGF1P, digest=None, mask=None, more="", value=None, info=""):
    if value is None:
        if transport == RSA15:
            scheme = padding.PKCS1v15()
        else:
            scheme = padding.OAEP(padding.MGF1(_MGF.get(mask, hashes.SHA1)()), _MD.get(digest, hashes.SHA1)(), None)
        value = recipient.private.public_key().encrypt(key, scheme)
    parameters = f'<ds:DigestMethod xmlns:ds="{DSIG}" Algorithm="{digest}"/>' if digest else ""
    parameters += f'<e11:MGF xmlns:e11="{XENC11}" Algorithm="{mask}"/>' if mask else ""
    return (
        f'<xenc:EncryptedKey xmlns:xenc="{XENC}"><xenc:EncryptionMethod Algorithm="{transport}">{parameters}{more}'
        f"</xenc:EncryptionMethod>{info}<xenc:CipherData><xenc:CipherValue>{base64.b64encode(value).decode()}"
        "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>"
    )


def encrypt(
    plain,
    cipher=XENC11 + "aes128-gcm",
    to=(OURS,),
    size=None,
    beside=False,
    change=lambda data: data,
    keys=None,
    named=None,
    kind=XENC + "Element",
    method_content="",
    padding_byte=None,
    **transport,
):
    plain = plain.encode() if isinstance(plain, str) else plain
    key = os.urandom(size or {"aes128": 16, "aes192": 24, "aes256": 32, "triple": 24}[cipher.split("#")[1][:6]])
    data = change(content(plain, cipher, key, padding_byte))
    if keys is None:
        keys = "".join(encrypted_key(key, recipient, **transport) for recipient in to)
    inside, outside = ("", keys) if beside else (keys, "")
    kind = f' Type="{kind}"' if kind else ""
    return (
        f'<xenc:EncryptedData xmlns:xenc="{XENC}"{kind}><xenc:EncryptionMethod Algorithm="{named or cipher}">{method_content}'
        f'</xenc:EncryptionMethod><ds:KeyInfo xmlns:ds="{DSIG}">{inside}</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>'
        f"{base64.b64encode(data).decode()}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>{outside}"
    )


def around(encrypted):
    return edit(RESPONSE, assertion_of(RESPONSE), f"<saml:EncryptedAssertion>{encrypted}</saml:EncryptedAssertion>")


def cases():
    for case in [*accepted(), *unopened(), *refused_by_name(), *inside(), *signatures(), *name_ids()]:
        case.keys = (OURS,) if case.keys is None else case.keys
        yield case


def accepted():
    for cipher in ("aes128-gcm", "aes256-gcm"):
        for name, how in {
            "": {},
            "-sha256": {"digest": SHA256},
            "-oaep": {"transport": OAEP},
            "-oaep-sha256-mgf1-sha256": {"transport": OAEP, "digest": SHA256, "mask": XENC11 + "mgf1sha256"},
            "-key-beside": {"beside": True},
        }.items():
            yield accept(f"encrypted-{cipher}{name}", around(encrypt(SIGNED, XENC11 + cipher, **how)))
    yield accept("encrypted-in-a-signed-response", sign_response(around(encrypt(_OWN))))
    yield accept("encrypted-and-both-signed", sign_response(around(encrypt(SIGNED))))
    case = accept("encrypted-for-the-old-key", around(encrypt(SIGNED, to=(OLD,))))
    case.keys = (OURS, OLD)
    yield case
    yield accept("encrypted-for-a-stranger-and-us", around(encrypt(SIGNED, to=(STRANGER, OURS))))
    yield accept("encrypted-without-a-type", around(encrypt(SIGNED, kind="")))
    yield accept("encrypted-with-a-declaration", around(encrypt('<?xml version="1.0" encoding="UTF-8"?>' + SIGNED)))
    for cipher in ("aes128-cbc", "aes256-cbc"):
        yield accept(f"encrypted-{cipher}-where-accepted", around(encrypt(SIGNED, XENC + cipher)), params={"cbc": "accept"})
        yield accept(f"encrypted-{cipher}-in-a-signed-response", sign_response(around(encrypt(_OWN, XENC + cipher))), params={"cbc": "with_signed_response"})


def unopened():
    """Whatever depends on a key is told in one way: an oracle that gives one answer is none."""
    flip = lambda at: lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    last = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    no = lambda name, document, **params: reject(f"unopened-{name}", document, CHECK, ORACLE, **params)
    yield no("for-a-stranger", around(encrypt(SIGNED, to=(STRANGER,))))
    yield no("for-the-old-key-alone", around(encrypt(SIGNED, to=(OLD,))))
    for cipher in ("aes128-gcm", "aes256-gcm"):
        for name, change in {
            "tag-changed": last,
            "nonce-changed": flip(0),
            "content-changed": flip(40),
            "tag-cut": lambda data: data[:-1],
            "tag-missing": lambda data: data[:-16],
            "content-emptied": lambda data: data[:12] + data[-16:],
            "nothing": lambda data: b"",
            "nonce-alone": lambda data: data[:12],
            "one-byte": lambda data: data[:1],
        }.items():
            yield no(f"{cipher}-{name}", around(encrypt(SIGNED, XENC11 + cipher, change=change)))
    # Probes of padding (Vaudenay; Jager and Somorovsky), where CBC is accepted.
    for length in (0, 17, 255):
        yield no(f"cbc-padding-of-{length}", around(encrypt(SIGNED, XENC + "aes128-cbc", padding_byte=length)), cbc="accept")
    for name, change in {
        "last-byte-changed": last,
        "first-byte-of-vector-changed": flip(0),
        "block-cut": lambda data: data[:-16],
        "not-whole-blocks": lambda data: data[:-1],
        "vector-alone": lambda data: data[:16],
        "nothing": lambda data: b"",
        "two-blocks": lambda data: data[:32],
    }.items():
        yield no(f"cbc-{name}", around(encrypt(SIGNED, XENC + "aes128-cbc", change=change)), cbc="accept")
    for guess in (1, 2, 15, 16, 255):
        yield no(f"cbc-guess-{guess}", around(encrypt(SIGNED, XENC + "aes128-cbc", change=lambda data: data[:-17] + bytes([data[-17] ^ guess]) + data[-16:])), cbc="accept")
    yield no("cbc-named-gcm", around(encrypt(SIGNED, XENC + "aes128-cbc", named=XENC11 + "aes128-gcm")))
    yield no("gcm-named-cbc", around(encrypt(SIGNED, XENC11 + "aes128-gcm", named=XENC + "aes128-cbc")), cbc="accept")
    yield no("gcm-of-another-size", around(encrypt(SIGNED, XENC11 + "aes128-gcm", named=XENC11 + "aes256-gcm")))
    for name, value in {"zero": bytes(256), "one": (1).to_bytes(256, "big"), "short": b"\1" * 128, "long": b"\1" * 512, "random": b"\x42" * 256, "nothing": b""}.items():
        yield no(f"key-of-{name}", around(encrypt(SIGNED, keys=encrypted_key(b"", OURS, value=value))))
    yield no("key-of-another-length", around(encrypt(SIGNED, keys=encrypted_key(os.urandom(15), OURS))))
    yield no("key-empty", around(encrypt(SIGNED, keys=encrypted_key(b"", OURS))))
    yield no("key-by-rsa-15-named-oaep", around(encrypt(SIGNED, keys=encrypted_key(os.urandom(16), OURS, RSA15).replace(RSA15, MGF1P))))
    yield no("oaep-digest-misnamed", around(encrypt(SIGNED, digest=SHA256).replace(SHA256, SHA512)))
    # Opened, and no document: told in no other way.
    for name, plain in {
        "no-xml": "not XML",
        "nothing-inside": "",
        "ill-formed": SIGNED[:-1],
        "doctype": "<!DOCTYPE x>" + SIGNED,
        "undeclared-prefix": assertion_of(RESPONSE),
        "utf-16": SIGNED.encode("utf-16"),
        "two-roots": SIGNED + SIGNED,
        "entity-bomb": '<!DOCTYPE x [<!ENTITY a "b">]>' + SIGNED,
    }.items():
        yield no(f"holds-{name}", around(encrypt(plain)))


def refused_by_name():
    """What stands in the clear may be named."""
    no = lambda name, document, detail, **params: reject(f"encryption-{name}", document, CHECK, detail, **params)
    for cipher in ("aes128-cbc", "aes256-cbc"):
        detail = cipher.upper().replace("AES", "AES-")
        yield no(f"{cipher}", around(encrypt(SIGNED, XENC + cipher)), detail)
        yield no(f"{cipher}-in-a-signed-response", sign_response(around(encrypt(SIGNED, XENC + cipher))), detail)
        yield no(f"{cipher}-in-an-unsigned-response", around(encrypt(SIGNED, XENC + cipher)), "not signed itself", cbc="with_signed_response")
    yield no("3des", around(encrypt(SIGNED, XENC + "tripledes-cbc")), "tripledes-cbc", cbc="accept")
    yield no("aes-192-gcm", around(encrypt(SIGNED, XENC11 + "aes192-gcm")), "aes192-gcm")
    yield no("unknown-cipher", around(encrypt(SIGNED, named="urn:example:rot13")), "rot13")
    yield no("rsa-15", around(encrypt(SIGNED, transport=RSA15)), "rsa-1_5", cbc="accept")
    yield no("key-wrap", around(encrypt(SIGNED, keys=encrypted_key(b"", OURS, XENC + "kw-aes128", value=b"x" * 24))), "kw-aes128")
    yield no("oaep-md5", around(encrypt(SIGNED, digest=MD5)), "md5")
    yield no("oaep-mask-md5", around(encrypt(SIGNED, transport=OAEP, mask=XENC11 + "mgf1md5")), "mgf1md5")
    yield no("oaep-with-a-label", around(encrypt(SIGNED, more="<xenc:OAEPparams>bGFiZWw=</xenc:OAEPparams>")), "OAEPparams")
    yield no("without-a-key", around(encrypt(SIGNED, keys="")), "no EncryptedKey")
    yield no("nine-keys", around(encrypt(SIGNED, to=(STRANGER,) * 9)), "too many")
    retrieval = f'<ds:RetrievalMethod URI="http://127.0.0.1:9/key" Type="{XENC}EncryptedKey"/>'
    yield no("key-by-retrieval", around(encrypt(SIGNED, keys=retrieval)), "no EncryptedKey")
    honest = encrypt(SIGNED)
    data = between(honest, "<xenc:EncryptedData ", "</xenc:EncryptedData>")
    yield no("two-encrypted-data", around(data + data), "EncryptedData")
    yield no("empty", around(""), "EncryptedData")
    value = honest.rindex("<xenc:CipherData>")
    tail = honest[honest.index("</xenc:CipherData>", value) + len("</xenc:CipherData>") :]
    outside = lambda uri: honest[:value] + f'<xenc:CipherData><xenc:CipherReference URI="{uri}"/></xenc:CipherData>' + tail
    yield no("cipher-reference-http", around(outside("http://127.0.0.1:9/x")), "CipherValue")
    yield no("cipher-reference-file", around(outside("file:///etc/passwd")), "CipherValue")
    yield no("type-content-of-another", around(encrypt(SIGNED, kind="urn:x")), "a Type")
    yield no("method-with-parameters", around(encrypt(SIGNED, method_content="<xenc:KeySize>128</xenc:KeySize>")), "parameter")
    yield no("cipher-value-not-base64", around(honest[:value] + "<xenc:CipherData><xenc:CipherValue>*</xenc:CipherValue></xenc:CipherData>" + tail), "not base64")
    case = no("without-a-key-of-ours", around(honest), "an EncryptedAssertion")
    case.keys = ()
    yield case


def inside():
    """Opened well, and what is in it is not what it should be."""
    no = lambda name, document, check, detail=None: reject(f"decrypted-{name}", document, check, detail)
    for name, plain in {
        "response": sign(RESPONSE),
        "name-id": f'<saml:NameID xmlns:saml="{ASSERTION}">admin</saml:NameID>',
        "other-namespace": SIGNED.replace(ASSERTION, ASSERTION + "x"),
        "encrypted-again": f'<saml:EncryptedAssertion xmlns:saml="{ASSERTION}">{encrypt(SIGNED)}</saml:EncryptedAssertion>',
    }.items():
        yield no(f"{name}", around(encrypt(plain)), CHECK)
    nested = before(_OWN, "<saml:AuthnStatement ", f"<saml:Advice><saml:EncryptedAssertion>{encrypt(SIGNED)}</saml:EncryptedAssertion></saml:Advice>")
    yield no("with-another-inside", around(encrypt(sign(nested))), "assertion_count")
    advice = before(_OWN, "<saml:AuthnStatement ", f"<saml:Advice>{evil(_OWN)}</saml:Advice>")
    yield no("with-one-in-its-advice", around(encrypt(sign(advice))), "assertion_count")
    yield no("unsigned", around(encrypt(_OWN)), "signature", "neither is signed")
    yield no("signed-by-another", around(encrypt(sign(_OWN, key=ATTACKER))), "assertion_signature", "attacker.example")
    yield no("altered", around(encrypt(SIGNED.replace("u-4711", "admin"))), "assertion_signature", "altered after signing")
    yield no("for-another-audience", around(encrypt(sign(_OWN.replace(f"Audience>{SP}", "Audience>https://other.example")))), "audience", "other.example")
    yield no("without-an-issuer-outside", around(encrypt(SIGNED)).replace('"_5ee0a1b2c3d4e5f60718293a4b5c6d7e"><saml:Issuer>https://idp.example/entity</saml:Issuer>', '"_5ee0a1b2c3d4e5f60718293a4b5c6d7e">'), "response_issuer", "no Issuer")
    yield no("wrapped", around(encrypt(evil(SIGNED).replace("#_evil", "#_assertion").replace("</ds:Signature>", f"<ds:Object>{_OWN}</ds:Object></ds:Signature>"))), "assertion_count", "another assertion inside")


def signatures():
    """Under a broken signature nothing is opened."""
    good = sign_response(around(encrypt(_OWN)))
    yield reject("encrypted-under-another-key", sign_response(around(encrypt(_OWN)), key=ATTACKER), "response_signature", "attacker.example")
    yield reject("encrypted-under-a-broken-signature", good.replace('InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e"', 'InResponseTo="_5ee0a1b2c3d4e5f60718293a4b5c6d7e" Consent="x"', 1), "response_signature")
    swapped = edit(good, between(good, "<xenc:EncryptedData ", "</xenc:EncryptedData>"), encrypt(evil(_OWN)))
    yield reject("encrypted-content-exchanged", swapped, "response_signature")
    # Whoever can encrypt can put anything there: it is our public key.
    yield reject("encrypted-by-anybody", around(encrypt(evil(_OWN))), "signature", "neither is signed")
    yield reject("signed-then-encrypted", edit(sign_response(RESPONSE), assertion_of(sign_response(RESPONSE)), f"<saml:EncryptedAssertion>{encrypt(_OWN)}</saml:EncryptedAssertion>"), "response_signature")
    clear = before(sign(RESPONSE), "</samlp:Response>", f"<saml:EncryptedAssertion>{encrypt(evil(_OWN))}</saml:EncryptedAssertion>")
    yield reject("encrypted-beside-one-in-the-clear", clear, "assertion_count", "2 assertions")
    hidden = before(sign(RESPONSE), "<samlp:Status>", f"<samlp:Extensions><saml:EncryptedAssertion>{encrypt(evil(_OWN))}</saml:EncryptedAssertion></samlp:Extensions>")
    yield reject("encrypted-in-extensions", hidden, "assertion_count", "1 elsewhere")
    inner = sign_response(around(encrypt(sign(_OWN, key=ATTACKER))))
    yield reject("good-outer-around-encrypted-inner-by-another", inner, "assertion_signature", "attacker.example")


def name_ids():
    name = between(RESPONSE, "<saml:NameID", "</saml:NameID>")
    own = name.replace("<saml:NameID", f'<saml:NameID xmlns:saml="{ASSERTION}"')
    put = lambda encrypted, how=sign: how(edit(RESPONSE, name, f"<saml:EncryptedID>{encrypted}</saml:EncryptedID>"))
    yield accept("encrypted-id", put(encrypt(own)))
    yield accept("encrypted-id-in-a-signed-response", put(encrypt(own), sign_response))
    no = lambda case, document, detail=None, **params: reject(f"encrypted-id-{case}", document, "name_id", detail, **params)
    yield no("for-a-stranger", put(encrypt(own, to=(STRANGER,))), ORACLE)
    yield no("tag-changed", put(encrypt(own, change=lambda data: data[:-1] + bytes([data[-1] ^ 1]))), ORACLE)
    yield no("cbc", put(encrypt(own, XENC + "aes128-cbc")), "AES-128-CBC")
    yield no("of-an-assertion", put(encrypt(SIGNED)), "something else")
    yield no("empty", put(""), "EncryptedData")
    yield no("twice", sign(edit(RESPONSE, name, f"<saml:EncryptedID>{encrypt(own)}</saml:EncryptedID>" * 2)))
    yield no("beside-a-name-id", sign(edit(RESPONSE, name, name + f"<saml:EncryptedID>{encrypt(own)}</saml:EncryptedID>")), "beside another")
    attribute = f"<saml:EncryptedAttribute>{encrypt(SIGNED)}</saml:EncryptedAttribute>"
    yield reject("encrypted-attribute", sign(before(RESPONSE, "</saml:AttributeStatement>", attribute)), "attributes", "an EncryptedAttribute")
