"""Algorithms and keys that prove nothing, and values that are no signatures."""

import hmac as hmac_

from toolbox import *


def cases():
    yield from weak()
    yield from misspelt()
    yield from hmac()
    yield from ecdsa_values()
    yield from rsa_values()


def weak():
    dsa_key = certify(dsa.generate_private_key(1024))
    for name, method, named in [
        ("rsa-sha1", DSIG + "rsa-sha1", "RSA-SHA1"),
        ("rsa-md5", MORE + "rsa-md5", "RSA-MD5"),
        ("rsa-sha224", MORE + "rsa-sha224", "rsa-sha224"),
        ("rsa-ripemd160", MORE + "rsa-ripemd160", "rsa-ripemd160"),
        ("rsa-pss-sha256", "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", "sha256-rsa-MGF1"),
    ]:
        yield reject(f"signature-method-{name}", sign(RESPONSE, method=method), "assertion_signature", named)
        if name in ("rsa-sha1", "rsa-md5"):
            yield reject(f"signature-method-{name}-on-response", sign_response(RESPONSE, method=method), "response_signature", named)
    yield reject("signature-method-ecdsa-sha1", sign(RESPONSE, key=EC, method=MORE + "ecdsa-sha1"), "assertion_signature", "ECDSA-SHA1", trust=(EC,))
    yield reject("signature-method-dsa-sha1", sign(RESPONSE, key=dsa_key, method=DSIG + "dsa-sha1"), "assertion_signature", "DSA-SHA1")
    ed = certify(ed25519.Ed25519PrivateKey.generate())
    yield reject("signature-method-ed25519", sign(RESPONSE, key=ed, method="http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"), "assertion_signature", "ed25519")
    for name, method in {"sha1": SHA1, "md5": MD5, "sha224": MORE + "sha224", "unknown": "urn:example:digest", "empty": ""}.items():
        named = {"sha1": "SHA-1", "md5": "MD5"}.get(name, method)
        yield reject(f"digest-method-{name}", sign(RESPONSE, digest_method=method), "assertion_signature", named)
    yield reject("digest-method-sha1-on-response", sign_both(RESPONSE, digest_method=SHA1), "response_signature", "SHA-1")
    p224 = ec_key(ec.SECP224R1)
    yield reject("curve-p224", sign(RESPONSE, key=p224), "assertion_signature", trust=(EC,))
    k256 = ec_key(ec.SECP256K1)
    yield reject("curve-secp256k1", sign(RESPONSE, key=k256), "assertion_signature", trust=(EC,))


def misspelt():
    honest = MORE + "rsa-sha256"
    for name, method in {
        "in-upper-case": honest.upper(),
        "with-a-space": honest + " ",
        "of-the-older-namespace": DSIG + "rsa-sha256",
        "empty": "",
        "of-another-algorithm": MORE + "rsa-sha512",
        "of-another-family": MORE + "ecdsa-sha256",
    }.items():
        signed = sign(RESPONSE, information=lambda text: text.replace(honest, method))
        detail = {"of-another-algorithm": "another key", "of-another-family": "no key here is of that kind"}.get(name, method)
        yield reject(f"signature-method-{name}", signed, "assertion_signature", detail)
    yield reject("signature-method-missing", sign(RESPONSE, information=lambda text: text.replace(f'<ds:SignatureMethod Algorithm="{honest}"></ds:SignatureMethod>', "")), "assertion_signature", "Reference")
    yield reject("digest-method-missing", sign(RESPONSE, information=lambda text: text.replace(f'<ds:DigestMethod Algorithm="{SHA256}"/>', "")), "assertion_signature", "DigestValue")


def hmac():
    secrets = {
        "pem": TRUSTED.certificate,
        "pem-trimmed": TRUSTED.certificate.strip(),
        "der": TRUSTED.der,
        "base64": TRUSTED.base64.encode(),
        "public-key": TRUSTED.spki,
        "nothing": b"",
    }
    for name, secret in secrets.items():
        method = MORE + "hmac-sha256"
        value = lambda data: hmac_.new(secret, data, "sha256").digest()
        yield reject(f"hmac-keyed-with-{name}", sign(RESPONSE, method=method, value=value), "assertion_signature", "hmac-sha256")
    method = DSIG + "hmac-sha1"
    value = lambda data: hmac_.new(TRUSTED.der, data, "sha1").digest()
    yield reject("hmac-sha1", sign(RESPONSE, method=method, value=value), "assertion_signature", "HMAC-SHA1")
    short = "<ds:HMACOutputLength>8</ds:HMACOutputLength>"
    yield reject("hmac-of-eight-bits", sign(RESPONSE, method=MORE + "hmac-sha256", method_content=short, value="AA=="), "assertion_signature", "hmac-sha256")
    yield reject("hmac-of-no-bits", sign(RESPONSE, method=MORE + "hmac-sha512", method_content=short.replace("8", "0"), value="AA=="), "assertion_signature", "hmac-sha512")
    yield reject("hmac-output-length-on-rsa", sign(RESPONSE, method_content=short), "assertion_signature", "HMACOutputLength")


def ecdsa_values():
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    pair = lambda r, s: r.to_bytes(32, "big") + s.to_bytes(32, "big")
    for name, value in {
        "zero": pair(0, 0),
        "zero-r": pair(0, 1),
        "zero-s": pair(1, 0),
        "one": pair(1, 1),
        "order": pair(order, order),
        "order-plus-one": pair(order + 1, order + 1),
        "all-ones": b"\xff" * 64,
        "one-byte": b"\0",
        "odd-length": b"\1" * 63,
        "longer": b"\0" * 200,
        "empty-sequence": b"\x30\0",
    }.items():
        yield reject(f"ecdsa-value-{name}", sign(RESPONSE, key=EC, value=lambda data: value), "assertion_signature", trust=(EC,))
    as_der = lambda data: EC.private.sign(data, ec.ECDSA(hashes.SHA256()))
    yield reject("ecdsa-value-in-der", sign(RESPONSE, key=EC, value=as_der), "assertion_signature", trust=(EC,))
    for name, curve in {"p384": ec.SECP384R1, "p521": ec.SECP521R1}.items():
        key = ec_key(curve)
        size = (key.private.curve.key_size + 7) // 8
        yield reject(f"ecdsa-value-zero-for-{name}", sign(RESPONSE, key=key, value=lambda data: bytes(2 * size)), "assertion_signature", trust=(key,))
    # Half of what it should be: an honest pair of numbers without the zeros on the left.
    short = lambda data: raw_ecdsa(EC.private, data, hashes.SHA256())[1:]
    yield reject("ecdsa-value-without-its-first-byte", sign(RESPONSE, key=EC, value=short), "assertion_signature", trust=(EC,))


def rsa_values():
    modulus = TRUSTED.private.public_key().public_numbers().n
    for name, value in {
        "zero": bytes(256),
        "one": (1).to_bytes(256, "big"),
        "modulus": modulus.to_bytes(256, "big"),
        "modulus-minus-one": (modulus - 1).to_bytes(256, "big"),
        "one-byte": b"\1",
        "twice-as-long": b"\1" * 512,
    }.items():
        yield reject(f"rsa-value-{name}", sign(RESPONSE, value=lambda data: value), "assertion_signature")
    honest = lambda data: sign_bytes(TRUSTED, MORE + "rsa-sha256", data)
    yield reject("rsa-value-with-a-zero-before", sign(RESPONSE, value=lambda data: b"\0" + honest(data)), "assertion_signature")
    yield reject("rsa-value-with-a-byte-behind", sign(RESPONSE, value=lambda data: honest(data) + b"\0"), "assertion_signature")
    yield reject("rsa-value-plus-modulus", sign(RESPONSE, value=lambda data: (int.from_bytes(honest(data), "big") + modulus).to_bytes(257, "big")), "assertion_signature")
    # Bleichenbacher 2006: with the exponent 3, a cube root of a padded hash that is followed by junk.
    cube = rsa_key(exponent=3)
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")

    def forged(data):
        block = b"\0\1" + b"\xff" * 8 + b"\0" + prefix + hashlib.sha256(data).digest()
        target = int.from_bytes(block + b"\xff" * (256 - len(block)), "big")
        root = 1 << 690
        while True:  # Newton
            closer = (2 * root + target // (root * root)) // 3
            if closer >= root:
                break
            root = closer
        assert (root**3).to_bytes(256, "big").startswith(block)
        return root.to_bytes(256, "big")

    yield reject("rsa-value-cube-root", sign(RESPONSE, key=cube, value=forged), "assertion_signature", trust=(cube,))
