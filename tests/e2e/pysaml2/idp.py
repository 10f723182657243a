"""An IdP around pysaml2's own `saml2.server.Server`: what a small product built on that library would be.

    idp.py FOLDER

FOLDER has `idp.key`, `idp.crt` and `people.json`: {"username:password": {"attribute": ["value", …]}}.
It listens on a free port of loopback, says `listening URL` on standard output, and ends when its
standard input does: so it never outlives the test.

    GET  /metadata            its metadata, which want AuthnRequests signed
    PUT  /service-providers   {"entity_id", "metadata": XML, "encrypt_with": null or a name of CIPHERS}
    GET, POST /sso            an AuthnRequest; without a session it shows a form first
    GET  /sso/unsolicited     ?sp=…&RelayState=…: a sign-in that nobody asked for
    GET, POST /slo            LogoutRequests and LogoutResponses
    GET  /logout              signs out here and everywhere, by the binding ?binding=redirect or post

What the library leaves to its user (sessions, pages, whom to send to next) is here, what is SAML is the
library's. Signatures are insisted on everywhere.
"""

import html
import json
import os
import secrets
import shutil
import sys
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.ident import code
from saml2.metadata import create_metadata_string
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT
from saml2.server import Server
from saml2.sigver import verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

# pysaml2 knows 3DES alone by itself; its xmlsec1 knows these too.
CIPHERS = {
    "aes256-gcm": ("http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-256"),
    "aes128-cbc": ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", "aes-128"),
}
COOKIE = "pysaml2_session"


class Refused(Exception):
    """What is answered by a page that says why."""


class Idp:
    def __init__(self, folder, base_url):
        self.base_url = base_url
        self.people = json.loads((folder / "people.json").read_text())
        self.sessions = {}  # token: {"user", "participants": [{"sp", "name_id", "index"}]}
        self.waiting = {}  # token: what goes on once somebody has signed in
        self.asked = set()  # IDs of LogoutRequests that are not answered yet
        self.service_providers = {}  # entity ID: {"metadata", "encrypt_with"}
        both = [BINDING_HTTP_REDIRECT, BINDING_HTTP_POST]
        self.config = IdPConfig().load(
            {
                "entityid": f"{base_url}/metadata",
                "xmlsec_binary": shutil.which("xmlsec1"),
                "key_file": str(folder / "idp.key"),
                "cert_file": str(folder / "idp.crt"),
                "metadata": {"inline": []},
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [(f"{base_url}/sso", binding) for binding in both],
                            "single_logout_service": [(f"{base_url}/slo", binding) for binding in both],
                        },
                        "name_id_format": [NAMEID_FORMAT_PERSISTENT, NAMEID_FORMAT_TRANSIENT],
                        "policy": {
                            "default": {
                                "lifetime": {"minutes": 5},
                                "name_form": NAME_FORMAT_URI,
                                "nameid_format": NAMEID_FORMAT_PERSISTENT,
                            }
                        },
                        # Of logout messages too: the library has one switch for both.
                        "want_authn_requests_signed": True,
                        # SHA-1 is what it signs with where it is not told.
                        "signing_algorithm": SIG_RSA_SHA256,
                        "digest_algorithm": DIGEST_SHA256,
                    }
                },
            }
        )
        self.server = Server(config=self.config)
        self.cipher = None
        encrypt = self.server.sec.encrypt_assertion

        def encrypt_with_aes(statement, enc_key, template, key_type=None, node_xpath=None):
            algorithm, key_type = CIPHERS[self.cipher]
            template.encryption_method.algorithm = algorithm
            return encrypt(statement, enc_key, template, key_type=key_type, node_xpath=node_xpath)

        self.server.sec.encrypt_assertion = encrypt_with_aes

    def metadata(self):
        return create_metadata_string(None, config=self.config)

    def trust(self, told):
        self.service_providers[told["entity_id"]] = told
        every = [known["metadata"] for known in self.service_providers.values()]
        if not self.server.reload_metadata({"inline": every}):
            raise Refused("pysaml2 cannot read these metadata")

    # Signing in

    def authn_request(self, parameters, binding):
        """The SP and what its response has to say, once the request is found to be signed by it."""
        request = self.server.parse_authn_request(
            parameters["SAMLRequest"],
            binding,
            relay_state=parameters.get("RelayState"),
            sigalg=parameters.get("SigAlg"),
            signature=parameters.get("Signature"),
        )
        about = self.server.response_args(request.message, [BINDING_HTTP_POST])
        return about, parameters.get("RelayState", "")

    def unsolicited(self, parameters):
        sp = parameters["sp"]
        _, destination = self.server.pick_binding(
            "assertion_consumer_service", [BINDING_HTTP_POST], descr_type="spsso", entity_id=sp
        )
        about = {"in_response_to": None, "sp_entity_id": sp, "destination": destination}
        return about, parameters.get("RelayState", "")

    def respond(self, session, about, relay_state):
        """The page that posts the response."""
        arguments = {name: value for name, value in about.items() if name != "binding"}
        self.cipher = self.service_providers[about["sp_entity_id"]]["encrypt_with"]
        response = self.server.create_authn_response(
            session["attributes"],
            userid=session["user"],
            authn={"class_ref": PASSWORDPROTECTEDTRANSPORT, "authn_auth": self.base_url},
            sign_assertion=True,
            sign_response=True,
            encrypt_assertion=self.cipher is not None,
            **arguments,
        )
        asserted, _ = list(self.server.session_db.assertion.values())[-1]
        session["participants"].append(
            {
                "sp": about["sp_entity_id"],
                "name_id": asserted.subject.name_id,
                "index": asserted.authn_statement[0].session_index,
            }
        )
        return self.send(BINDING_HTTP_POST, response, about["destination"], relay_state, True)

    # Signing out

    def logout_request(self, session, parameters, binding):
        """Somebody signs out at an SP: here too, and at every other one of the session."""
        request = self.server.parse_logout_request(
            parameters["SAMLRequest"],
            binding,
            relay_state=parameters.get("RelayState"),
            sigalg=parameters.get("SigAlg"),
            signature=parameters.get("Signature"),
        ).message
        indexes = [index.text for index in request.session_index]
        issuer = request.issuer.text.strip()

        def meant(participant):
            return (
                participant["sp"] == issuer
                and code(participant["name_id"]) == code(request.name_id)
                and (not indexes or participant["index"] in indexes)
            )

        if session is None or not any(map(meant, session["participants"])):
            raise Refused(f"nobody is signed in as {code(request.name_id)} with {indexes} for {issuer}")
        session["ended"] = True
        by_post = binding == BINDING_HTTP_POST
        response = self.server.create_logout_response(request, [binding], sign=by_post)
        destination = self.server.response_args(request, [binding])["destination"]
        return self.send(binding, response, destination, parameters.get("RelayState", ""), True)

    def logout_response(self, parameters, binding):
        """An SP says that it has signed somebody out."""
        message = parameters["SAMLResponse"]
        if binding == BINDING_HTTP_REDIRECT:
            # The library reads the message here, and leaves the signature of the URL to its user.
            response = self.server.parse_logout_request_response(message, binding)
            issuer = response.issuer()
            certificates = self.server.metadata.certs(issuer, "any", "signing")
            wanted = ("SAMLResponse", "RelayState", "SigAlg", "Signature")
            signed = {name: parameters[name] for name in wanted if name in parameters}
            if "Signature" not in signed or not any(
                verify_redirect_signature(signed, self.server.sec.sec_backend, certificate)
                for _, certificate in certificates
            ):
                raise Refused("the LogoutResponse is not signed by its sender")
        else:
            text = self.server.unravel(message, binding)
            self.server.sec.correctly_signed_logout_response(
                text, must=True, require_response_signature=True, origdoc=text
            )
            response = self.server.parse_logout_request_response(message, binding)
        if not response.verify() or not response.status_ok():
            raise Refused("the LogoutResponse does not say that it went well")
        if response.in_response_to not in self.asked:
            raise Refused("the LogoutResponse answers nothing that was asked")
        self.asked.remove(response.in_response_to)

    def log_out(self, session, binding):
        """To the next SP of the session; None when there is none left."""
        if not session["participants"]:
            return None
        participant = session["participants"].pop()
        _, destination = self.server.pick_binding(
            "single_logout_service", [binding], descr_type="spsso", entity_id=participant["sp"]
        )
        request_id, request = self.server.create_logout_request(
            destination,
            self.server.config.entityid,
            name_id=participant["name_id"],
            session_indexes=[participant["index"]],
            sign=binding == BINDING_HTTP_POST,
        )
        self.asked.add(request_id)
        return self.send(binding, request, destination, f"next:{binding.rsplit('-', 1)[-1]}", False)

    def send(self, binding, message, destination, relay_state, is_response):
        return self.server.apply_binding(
            binding, str(message), destination, relay_state, response=is_response, sign=True
        )


class Handler(BaseHTTPRequestHandler):
    timeout = 20
    idp = None

    def do_GET(self):
        self.answer(BINDING_HTTP_REDIRECT, dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self):
        self.answer(BINDING_HTTP_POST, dict(parse_qsl(self.body().decode())))

    def do_PUT(self):
        self.answer(None, json.loads(self.body()))

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, binding, parameters):
        try:
            self.route(binding, parameters)
        except Exception as error:  # whatever the library has against a message
            page = f"<h1>Refused</h1><p>{html.escape(type(error).__name__)}: {html.escape(str(error))}</p>"
            self.page(403, page)

    def route(self, binding, parameters):
        idp = self.idp
        match (self.command, urlsplit(self.path).path):
            case ("GET", "/metadata"):
                self.reply(200, idp.metadata(), "application/samlmetadata+xml")
            case ("PUT", "/service-providers"):
                idp.trust(parameters)
                self.page(200, "<p>Trusted</p>")
            case ("GET" | "POST", "/sso"):
                self.sign_in(*idp.authn_request(parameters, binding))
            case ("GET", "/sso/unsolicited"):
                self.sign_in(*idp.unsolicited(parameters))
            case ("POST", "/login"):
                self.log_in(parameters)
            case ("GET" | "POST", "/slo") if "SAMLRequest" in parameters:
                session = self.session()
                self.sent(idp.logout_request(session, parameters, binding))
            case ("GET" | "POST", "/slo"):
                idp.logout_response(parameters, binding)
                self.sign_out(binding)
            case ("GET", "/logout"):
                by_post = parameters.get("binding") == "post"
                self.sign_out(BINDING_HTTP_POST if by_post else BINDING_HTTP_REDIRECT)
            case _:
                self.page(404, "<p>Nothing here</p>")

    def sign_in(self, about, relay_state):
        session = self.session()
        if session is not None:
            self.sent(self.idp.respond(session, about, relay_state))
            return
        token = secrets.token_hex(16)
        self.idp.waiting[token] = (about, relay_state)
        self.page(
            200,
            '<form method="post" action="/login">'
            f'<input type="hidden" name="waiting" value="{token}">'
            '<input name="username"><input name="password" type="password">'
            "<button>Sign in</button></form>",
        )

    def log_in(self, parameters):
        attributes = self.idp.people.get(f"{parameters['username']}:{parameters['password']}")
        if attributes is None:
            raise Refused("wrong user name or password")
        token = secrets.token_hex(16)
        session = {"user": parameters["username"], "attributes": attributes, "participants": []}
        self.idp.sessions[token] = session
        about, relay_state = self.idp.waiting.pop(parameters["waiting"])
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly"
        self.sent(self.idp.respond(session, about, relay_state), cookie=cookie)

    def sign_out(self, binding):
        session = self.session(also_ended=True)
        if session is None:
            self.page(200, "<h1>You were not signed in</h1>")
            return
        session["ended"] = True
        asking = self.idp.log_out(session, binding)
        if asking is None:
            self.page(200, "<h1>You are signed out everywhere</h1>")
        else:
            self.sent(asking)

    def session(self, also_ended=False):
        cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        session = self.idp.sessions.get(cookie.value) if cookie else None
        return session if session and (also_ended or "ended" not in session) else None

    def sent(self, sending, cookie=None):
        """What `apply_binding` gave: a redirect, or a page that posts itself."""
        headers = dict(sending["headers"])
        if cookie:
            headers["Set-Cookie"] = cookie
        data = sending["data"]
        self.reply(sending.get("status", 200), data if isinstance(data, str) else "".join(data), "text/html", headers)

    def page(self, status, body):
        self.reply(status, f"<!doctype html><title>pysaml2</title>{body}", "text/html; charset=utf-8")

    def reply(self, status, body, content_type, headers=None):
        data = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": content_type, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main():
    server = HTTPServer(("127.0.0.1", 0), Handler)
    base_url = f"http://localhost:{server.server_port}"
    Handler.idp = Idp(Path(sys.argv[1]), base_url)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(f"listening {base_url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
