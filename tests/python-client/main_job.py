"""The main job through the generated client: workspace, connection, draft, test, enable, authorize, token,
userinfo, introspection. Any step that is not as it should be ends it with an error.

VESTIBULE_TEST_URL and VESTIBULE_TEST_AUTHORIZATION: the server, and what an API key says there.
VESTIBULE_TEST_IDP_URL and VESTIBULE_TEST_PERSON: an IdP and who signs in. Its admin is who reads the line
`trust <entity ID> <ACS URL>` on our standard output and answers it with a line.
"""

import base64
import hashlib
import os
import secrets
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from vestibule_client import AuthenticatedClient
from vestibule_client.api.clients import create_client
from vestibule_client.api.connections import create_connection, enable_connection, get_connection, save_draft
from vestibule_client.api.members import create_member, list_members
from vestibule_client.api.sign_in import decide_sign_in
from vestibule_client.api.tests import create_test, get_test
from vestibule_client.api.workspaces import create_workspace, delete_workspace, update_workspace
from vestibule_client.models import (
    Connection,
    Enable,
    NewClient,
    NewConnection,
    NewDecision,
    NewDraft,
    NewMember,
    NewTest,
    NewWorkspace,
    Problem,
    WorkspacePatch,
)

server, authorization, idp, person = (
    os.environ[f"VESTIBULE_TEST_{name}"] for name in ("URL", "AUTHORIZATION", "IDP_URL", "PERSON")
)
api = AuthenticatedClient(base_url=server, token=authorization.removeprefix("Bearer "))


def say(step):
    print(f"client: {step}", flush=True)


def expect(answer, status):
    """What an answer holds that has to have this status."""
    assert answer.status_code == status, f"{answer.status_code} {answer.content!r}"
    return answer.parsed


class Form(HTMLParser):
    """The first form of a page."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page.text)
        self.url = urljoin(str(page.url), self.action)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = attributes["action"]
        if tag == "input" and "name" in attributes:
            self.fields[attributes["name"]] = attributes.get("value") or ""


def through_the_idp(browser, answer):
    """Through the IdP's login page and back to the server; the answer to that."""
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(f"{idp}/"), answer.headers["location"]
    login = Form(browser.get(answer.headers["location"]))
    signed_in = Form(browser.post(login.url, data={**login.fields, "user": person}))
    arrived = browser.post(signed_in.url, data=signed_in.fields)
    # Over plain http the cookie stayed at home: the browser comes back with it.
    while arrived.status_code == 303 and arrived.headers["location"].startswith(server):
        arrived = browser.get(arrived.headers["location"])
    return arrived


name = {"Idempotency-Key": secrets.token_hex(16)}
new = NewWorkspace(name="Python GmbH", plan="pro")
workspace = expect(create_workspace.sync_detailed(client=api, body=new, idempotency_key=name["Idempotency-Key"]), 201)
again = expect(create_workspace.sync_detailed(client=api, body=new, idempotency_key=name["Idempotency-Key"]), 201)
assert again.id == workspace.id, "the same call is made once"
say(f"workspace {workspace.id} on the plan {workspace.plan}")

stale = update_workspace.sync_detailed(workspace.id, client=api, body=WorkspacePatch(name="Other"), if_match='"stale"')
assert stale.status_code == 412 and isinstance(stale.parsed, Problem), stale
assert stale.parsed.code == "precondition-failed"
expect(create_member.sync_detailed(workspace.id, client=api, body=NewMember(email="root@python.example", role="admin")), 201)
people = expect(list_members.sync_detailed(workspace.id, client=api, limit=1), 200)
assert [member.email for member in people.data] == ["root@python.example"]

made = expect(create_connection.sync_detailed(workspace.id, client=api, body=NewConnection(name="Test IdP")), 201)
print(f"trust {made.service_provider.entity_id} {made.service_provider.acs_url}", flush=True)
assert sys.stdin.readline(), "the IdP did not answer"
certificate = httpx.get(f"{idp}/certificate.pem").text
draft = NewDraft(idp_certificate=certificate, idp_sso_url=f"{idp}/sso")
saved = expect(save_draft.sync_detailed(made.id, client=api, body=draft), 200)
say(f"draft {saved.draft.id}")

early = enable_connection.sync_detailed(made.id, client=api, body=Enable())
assert early.status_code == 409 and early.parsed.code == "test-required", early
started = expect(create_test.sync_detailed(made.id, client=api, body=NewTest()), 201)
with httpx.Client() as tester:
    report = through_the_idp(tester, tester.get(started.start_url))
assert report.status_code == 200, report.text
test = expect(get_test.sync_detailed(made.id, started.id, client=api), 200)
assert test.state == "passed", test.report
expect(enable_connection.sync_detailed(made.id, client=api, body=Enable()), 200)
live = expect(get_connection.sync_detailed(made.id, client=api), 200)
assert isinstance(live, Connection) and live.state == "live"
say("the connection is live")

decision = expect(decide_sign_in.sync_detailed(workspace.id, client=api, body=NewDecision(email=person, method="password")), 200)
assert decision.allowed is False, decision
say(f"a password for {person}: {decision.code}")

redirect_uri = "http://127.0.0.1:9/callback"
application = NewClient(name="Python application", redirect_uris=[redirect_uri])
application = expect(create_client.sync_detailed(client=api, body=application), 201)
verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
query = {
    "response_type": "code",
    "client_id": application.client_id,
    "redirect_uri": redirect_uri,
    "scope": "openid email",
    "state": state,
    "code_challenge": challenge,
    "code_challenge_method": "S256",
    "workspace": workspace.id,
}
with httpx.Client() as visitor:
    back = through_the_idp(visitor, visitor.get(f"{server}/oauth2/authorize?{urlencode(query)}"))
assert back.status_code == 303, back.text
callback = parse_qs(urlsplit(back.headers["location"]).query)
assert callback["state"] == [state] and callback["iss"] == [server], callback
exchange = {
    "grant_type": "authorization_code",
    "code": callback["code"][0],
    "redirect_uri": redirect_uri,
    "code_verifier": verifier,
}
credentials = (application.client_id, application.client_secret)
tokens = httpx.post(f"{server}/oauth2/token", data=exchange, auth=credentials).raise_for_status().json()
userinfo = httpx.get(f"{server}/oauth2/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
assert userinfo.raise_for_status().json()["email"] == person
say(f"signed in: {person}")

assert delete_workspace.sync_detailed(workspace.id, client=api).status_code == 204
say("done")
