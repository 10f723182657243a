"""Authlib as anybody uses it: it knows the discovery URL and its credentials, and nothing else of the
server. The test plays the browser: it is told where to go, and tells where that ended."""

import os
import secrets

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet


def given(name):
    return os.environ[f"VESTIBULE_TEST_{name}"]


def go(url):
    """Sends the person somewhere; gives the URL at which they come back."""
    print("go", url, flush=True)
    return input()


# Whoever verifies TLS everywhere says where it is not there: on loopback, in a test.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
metadata = requests.get(given("ISSUER") + "/.well-known/openid-configuration", timeout=10).json()
client = OAuth2Session(
    given("CLIENT_ID"),
    given("CLIENT_SECRET"),
    scope="openid email profile",
    redirect_uri=given("REDIRECT_URI"),
    code_challenge_method="S256",
    token_endpoint=metadata["token_endpoint"],
)


def claims_of(id_token, nonce):
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=10).json())
    algorithms = metadata["id_token_signing_alg_values_supported"]
    token = jwt.decode(id_token, keys, algorithms=algorithms)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"values": [metadata["issuer"]]},
            "aud": {"values": [given("CLIENT_ID")]},
        },
        {"nonce": nonce, "client_id": given("CLIENT_ID"), "max_age": 600} if nonce else None,
    )
    claims.validate()
    return claims


verifier, nonce = generate_token(48), secrets.token_urlsafe()
url, state = client.create_authorization_url(
    metadata["authorization_endpoint"],
    code_verifier=verifier,
    nonce=nonce,
    login_hint=given("LOGIN_HINT"),
)
token = client.fetch_token(
    metadata["token_endpoint"],
    authorization_response=go(url),
    state=state,
    code_verifier=verifier,
)
claims = claims_of(token["id_token"], nonce)
assert claims["email"] == given("EMAIL"), claims
print("signed in", flush=True)

userinfo = client.get(metadata["userinfo_endpoint"])
userinfo.raise_for_status()
assert userinfo.json()["sub"] == claims["sub"], userinfo.text
print("asked who", flush=True)

before = token["refresh_token"]
token = client.refresh_token(metadata["token_endpoint"], refresh_token=before)
assert token["refresh_token"] != before
assert claims_of(token["id_token"], None)["sub"] == claims["sub"]
print("refreshed", flush=True)


def is_active(access_token):
    answer = client.introspect_token(metadata["introspection_endpoint"], token=access_token)
    return answer.json()["active"]


assert is_active(token["access_token"])
print("introspected", flush=True)

query = {
    "id_token_hint": token["id_token"],
    "post_logout_redirect_uri": given("SIGNED_OUT"),
    "state": "bye",
}
out = requests.Request("GET", metadata["end_session_endpoint"], params=query).prepare().url
assert go(out) == given("SIGNED_OUT") + "?state=bye"
assert not is_active(token["access_token"])
print("signed out", flush=True)
print("done", flush=True)
