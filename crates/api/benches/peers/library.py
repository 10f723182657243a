"""Verifies and validates signed responses by python3-saml, and says how long one takes.

    python library.py < job.json

The job, and what is printed, are described in job.rs.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version
from urllib.parse import urlsplit

from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

job = json.load(sys.stdin)
acs = urlsplit(job["acs_url"])
settings = OneLogin_Saml2_Settings(
    {
        "strict": True,
        "sp": {
            "entityId": job["sp_entity_id"],
            "assertionConsumerService": {"url": job["acs_url"]},
        },
        "idp": {
            "entityId": job["idp_entity_id"],
            "singleSignOnService": {"url": job["sso_url"]},
            "x509cert": job["certificate"],
        },
        "security": {"wantAssertionsSigned": True, "wantMessagesSigned": False},
    }
)
request = {
    "https": "on",
    "http_host": acs.netloc,
    "script_name": acs.path,
    "get_data": {},
    "post_data": {},
}


def verify(form_value):
    response = OneLogin_Saml2_Response(settings, form_value)
    response.is_valid(request, job["request_id"], raise_exceptions=True)
    return response.get_nameid(), response.get_attributes()[job["groups"]]


def mean(document, milliseconds):
    begin = time.process_time()
    times = 0
    while True:
        subject, groups = verify(document["form_value"])
        assert subject == job["subject"] and len(groups) == document["groups"], subject
        times += 1
        spent = (time.process_time() - begin) * 1000
        if spent >= milliseconds:
            return spent / times


ms = []
for document in job["documents"]:
    mean(document, job["warm_up_ms"])
    ms.append(statistics.median(mean(document, job["round_ms"]) for _ in range(job["rounds"])))
print(json.dumps({"version": version("python3-saml"), "ms": ms}))
