"""What every module of the generator uses: keys, the honest response, signing it in any way, cases.

Signatures are made here from scratch (lxml canonicalises, cryptography signs), so that they share
nothing with the code that is tested, and so that whatever an attacker could write can be written.
"""

import base64
import datetime
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, utils
from cryptography.x509.oid import NameOID
from lxml import etree

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent.parent.parent

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
EXC_COMMENTS = EXC + "WithComments"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
INC11 = "http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = DSIG + "enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SHA384 = MORE + "sha384"
SHA512 = "http://www.w3.org/2001/04/xmlenc#sha512"
SHA1 = DSIG + "sha1"
MD5 = MORE + "md5"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"

IDP = "https://idp.example/entity"
# As a server at https://sp.example names them: `tests/e2e/corpus.rs` posts every case to one.
SP = "https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/metadata"
ACS = "https://sp.example/saml/conn_019ac2f0a0007000800000000000c0de/acs"
REQUEST = "_5ee0a1b2c3d4e5f60718293a4b5c6d7e"

# The honest response of the unit tests, so that it stands written once.
RESPONSE = (TESTS / "support" / "response.xml").read_text(encoding="utf-8").strip()
for theirs, ours in {"https://sp.example/saml/acs": ACS, "https://sp.example/saml<": SP + "<", 'SPNameQualifier="https://sp.example/saml"': f'SPNameQualifier="{SP}"', '"_request"': f'"{REQUEST}"'}.items():
    RESPONSE = RESPONSE.replace(theirs, ours)
assert "example/saml<" not in RESPONSE and 'example/saml"' not in RESPONSE


# --- keys ----------------------------------------------------------------------------------------


@dataclass
class Key:
    private: object
    certificate: bytes  # PEM

    @property
    def der(self):
        return x509.load_pem_x509_certificate(self.certificate).public_bytes(serialization.Encoding.DER)

    @property
    def base64(self):
        return base64.b64encode(self.der).decode()

    @property
    def pkcs8(self):
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    @property
    def spki(self):
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


def certify(private, name="idp.example", serial=None, begin=2026, end=2036):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(datetime.datetime(begin, 1, 1))
        .not_valid_after(datetime.datetime(end, 1, 1))
    )
    digest = None if isinstance(private, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Key(private, builder.sign(private, digest).public_bytes(serialization.Encoding.PEM))


def rsa_key(bits=2048, exponent=65537, **more):
    return certify(rsa.generate_private_key(exponent, bits), **more)


def ec_key(curve=ec.SECP256R1, **more):
    return certify(ec.generate_private_key(curve()), **more)


# One identity provider and one attacker for all cases of a run.
TRUSTED = rsa_key()
ATTACKER = rsa_key(name="attacker.example")
EC = ec_key()


# --- editing -------------------------------------------------------------------------------------


def edit(xml, old, new):
    """Replaces what stands there exactly once."""
    count = xml.count(old)
    assert count == 1, f"{old!r} stands there {count} times"
    return xml.replace(old, new)


def before(xml, mark, what):
    assert mark in xml, mark
    return xml.replace(mark, what + mark, 1)


def after(xml, mark, what):
    assert mark in xml, mark
    return xml.replace(mark, mark + what, 1)


def between(xml, begin, end):
    start = xml.index(begin)
    return xml[start : xml.index(end, start) + len(end)]


def assertion_of(xml):
    return between(xml, "<saml:Assertion ", "</saml:Assertion>")


def signature_of(xml):
    return between(xml, "<ds:Signature ", "</ds:Signature>")


def unsigned(xml):
    return xml.replace(signature_of(xml), "", 1)


def evil(xml):
    """Another ID and another person."""
    for name in ("assertion", "response"):
        xml = xml.replace(f'ID="_{name}"', 'ID="_evil"')
    return xml.replace("u-4711", "admin").replace("ada@example.org", "admin@example.org")


# --- signing -------------------------------------------------------------------------------------

_HASH = {"1": hashes.SHA1, "224": hashes.SHA224, "256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_DIGEST = {SHA256: "sha256", SHA384: "sha384", SHA512: "sha512", SHA1: "sha1", MD5: "md5", MORE + "sha224": "sha224"}


def method_of(key, size="256"):
    family = "ecdsa" if isinstance(key.private, ec.EllipticCurvePrivateKey) else "rsa"
    return f"{MORE}{family}-sha{size}"


def raw_ecdsa(private, data, digest):
    r, s = utils.decode_dss_signature(private.sign(data, ec.ECDSA(digest)))
    size = (private.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def sign_bytes(key, method, data):
    private = key.private
    found = re.search(r"(?:sha|md)(\d+)", method)
    digest = hashes.MD5() if "md5" in method else _HASH.get(found and found[1], hashes.SHA256)()
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return raw_ecdsa(private, data, digest)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(data)
    if isinstance(private, dsa.DSAPrivateKey):
        r, s = utils.decode_dss_signature(private.sign(data, digest))
        return r.to_bytes(20, "big") + s.to_bytes(20, "big") if s < 1 << 160 else b"\1" * 40
    if "MGF1" in method or "pss" in method:
        return private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return private.sign(data, padding.PKCS1v15(), digest)


def parse(xml):
    data = xml.encode() if isinstance(xml, str) else xml
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def by_id(root, ident):
    (found,) = (e for e in root.iter("*") if e.get("ID") == ident)
    return found


def c14n(element, method=EXC, prefixes=None):
    return etree.tostring(
        element,
        method="c14n",
        exclusive=method.startswith(EXC),
        with_comments=method.endswith("WithComments"),
        inclusive_ns_prefixes=prefixes if method.startswith(EXC) else None,
        with_tail=False,
    )


def digest_of(data, method=SHA256):
    return base64.b64encode(hashlib.new(_DIGEST.get(method, "sha256"), data).digest()).decode()


def inclusive(prefixes):
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXC}" PrefixList="{" ".join(prefixes)}"/>' if prefixes else ""


def transform(algorithm, content=""):
    return f'<ds:Transform Algorithm="{algorithm}">{content}</ds:Transform>'


def x509_data(*keys):
    certificates = "".join(f"<ds:X509Certificate>{key.base64}</ds:X509Certificate>" for key in keys)
    return f"<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo>"


def reference(uri, digest, transforms=None, digest_method=SHA256, attributes=""):
    if transforms is None:
        transforms = transform(ENVELOPED) + transform(EXC)
    if transforms and not transforms.startswith("<ds:Transforms"):
        transforms = f"<ds:Transforms>{transforms}</ds:Transforms>"
    uri = "" if uri is None else f' URI="{uri}"'
    return (
        f"<ds:Reference{attributes}{uri}>{transforms}"
        f'<ds:DigestMethod Algorithm="{digest_method}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>'
    )


def signature(
    xml,
    ident="_assertion",
    key=None,
    *,
    method=None,
    method_content="",
    digest_method=SHA256,
    canonicalization=EXC,
    canonicalization_content="",
    references=None,
    uri=None,
    transforms=None,
    digest=None,
    prefixes=None,
    key_info=None,
    tail="",
    signed_info_tail="",
    attributes="",
    value=None,
    information=lambda text: text,
):
    """A Signature over the element with this ID, as honest or as odd as the arguments say."""
    key = key or TRUSTED
    method = method or method_of(key)
    if digest is None:
        digest = digest_of(c14n(by_id(parse(xml), ident), EXC, prefixes), digest_method)
    if transforms is None:
        transforms = transform(ENVELOPED) + transform(EXC, inclusive(prefixes))
    if references is None:
        references = reference("#" + ident if uri is None else uri, digest, transforms, digest_method)
    info = information(
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{canonicalization}">{canonicalization_content}'
        f'</ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="{method}">{method_content}</ds:SignatureMethod>'
        f"{references}{signed_info_tail}</ds:SignedInfo>"
    )
    opening = f'<ds:Signature xmlns:ds="{DSIG}"{attributes}>'
    if value is None or callable(value):
        # The last SignedInfo is what is signed, canonicalised where it will stand.
        placed = insert(xml, ident, f"{opening}{info}</ds:Signature>")
        (own,) = by_id(parse(placed), ident).findall(f"{{{DSIG}}}Signature")[:1] or parse(placed).iter(f"{{{DSIG}}}Signature")
        signed_info = own.findall(f"{{{DSIG}}}SignedInfo")[-1]
        data = c14n(signed_info, canonicalization)
        value = base64.b64encode(value(data) if value else sign_bytes(key, method, data)).decode()
    key_info = x509_data(key) if key_info is None else key_info
    return f"{opening}{info}<ds:SignatureValue>{value}</ds:SignatureValue>{key_info}{tail}</ds:Signature>"


def insert(xml, ident, what):
    """Puts it directly after the Issuer of the element with this ID, as text."""
    at = xml.index(f'ID="{ident}"')
    issuer = re.compile(r"</[\w:]*Issuer>").search(xml, at) or re.compile(">").search(xml, at)
    return xml[: issuer.end()] + what + xml[issuer.end() :]


def sign(xml, ident="_assertion", key=None, **how):
    return insert(xml, ident, signature(xml, ident, key, **how))


def sign_response(xml, key=None, **how):
    return sign(xml, "_response", key, **how)


def sign_both(xml, **how):
    return sign_response(sign(xml, **how), **how)


WAYS = {"assertion": sign, "response": sign_response, "both": sign_both}


# --- cases ---------------------------------------------------------------------------------------

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
HONEST = {
    "name_id": {"value": "u-4711", "format": PERSISTENT, "name_qualifier": IDP, "sp_name_qualifier": SP},
    "attributes": {"email": ["ada@example.org"], "groups": ["staff", "ops"]},
    "session_index": "s-1",
    "session_not_on_or_after": "2026-11-24T17:00:00Z",
    "expires_at": "2026-11-24T09:05:00Z",
}


@dataclass
class Case:
    folder: str
    name: str
    document: object  # str or bytes; None where `form` is what matters
    outcome: dict
    trust: tuple = (TRUSTED,)
    form: str | None = None
    params: dict = field(default_factory=dict)
    # What the service provider decrypts with; None where the case is not about that.
    keys: tuple | None = None

    def write(self, root):
        path = root / self.folder / self.name
        path.mkdir(parents=True)
        if self.form is not None:
            (path / "form_value.txt").write_text(self.form, encoding="utf-8", newline="")
        else:
            data = self.document.encode("utf-8") if isinstance(self.document, str) else self.document
            (path / "response.xml").write_bytes(data)
        if self.keys:
            (path / "decryption.pem").write_bytes(b"".join(key.pkcs8 for key in self.keys))
        (path / "certificate.pem").write_bytes(b"".join(key.certificate for key in self.trust))
        params = {
            "now": "2026-11-24T09:00:30Z",
            "clock_skew_seconds": 180,
            "request_id": REQUEST,
            "request_issued_at": "2026-11-24T08:59:30Z",
            "sp_entity_id": SP,
            "acs_url": ACS,
            "idp_entity_id": IDP,
        }
        params |= self.params | self.outcome
        text = json.dumps(params, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        (path / "params.json").write_text(text, encoding="utf-8")


def reject(name, document, check, detail=None, *, trust=(TRUSTED,), form=None, **params):
    outcome = {"refused_by": check} | ({"detail": detail} if detail else {})
    return Case("reject", name, document, outcome, tuple(trust), form, params)


def accept(name, document, *, trust=(TRUSTED,), form=None, name_id=None, params=None, **differs):
    expect = HONEST | differs
    if name_id is not None:
        expect = expect | {"name_id": HONEST["name_id"] | name_id}
    expect["name_id"] = {k: v for k, v in expect["name_id"].items() if v is not None}
    return Case("accept", name, document, {"expect": expect}, tuple(trust), form, params or {})


def encoded(document):
    data = document.encode("utf-8") if isinstance(document, str) else document
    return base64.b64encode(data).decode()
