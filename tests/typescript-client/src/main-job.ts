// The main job through the generated client: workspace, connection, draft, test, enable, authorize,
// token, userinfo, introspection. Any step that is not as it should be ends it with an error.
//
// VESTIBULE_TEST_URL and VESTIBULE_TEST_AUTHORIZATION: the server, and what an API key says there.
// VESTIBULE_TEST_IDP_URL and VESTIBULE_TEST_PERSON: an IdP and who signs in. Its admin is who reads the
// line `trust <entity ID> <ACS URL>` on our standard output and answers it with a line.

import assert from "node:assert/strict";
import { createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { createInterface } from "node:readline";

import createClient from "openapi-fetch";

import { Browser, formIn } from "./browser.js";
import type { components, paths } from "./vestibule.js";

type Schemas = components["schemas"];

const setting = (name: string): string => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
};
const server = setting("VESTIBULE_TEST_URL");
const idp = setting("VESTIBULE_TEST_IDP_URL");
const person = setting("VESTIBULE_TEST_PERSON");
const api = createClient<paths>({
  baseUrl: server,
  headers: { authorization: setting("VESTIBULE_TEST_AUTHORIZATION") },
});
const say = (step: string): void => console.log(`client: ${step}`);

/** The data of an answer that has to have this status. */
function expect<Data>(
  answer: { data?: Data; error?: unknown; response: Response },
  status: number,
): Exclude<Data, undefined> {
  const { data, error, response } = answer;
  const told = `${response.url}: ${response.status} ${JSON.stringify(error ?? data)}`;
  assert.equal(response.status, status, told);
  assert.ok(data !== undefined, told);
  return data as Exclude<Data, undefined>;
}

/** Through the IdP's login page and back to the server; the answer to that. */
async function throughTheIdp(browser: Browser, answer: Response): Promise<Response> {
  const location = answer.headers.get("location");
  assert.equal(answer.status, 302, await answer.text());
  assert.ok(location !== null && location.startsWith(`${idp}/`), `sent to ${location}`);
  const login = await browser.go(location);
  assert.equal(login.status, 200);
  const who = formIn(await login.text(), location);
  const signedIn = await browser.submit({ ...who, fields: { ...who.fields, user: person } });
  assert.equal(signedIn.status, 200);
  return browser.submit(formIn(await signedIn.text(), location));
}

const health = expect(await api.GET("/readyz"), 200);
say(`the server is ${health.status}`);

const workspace = expect(
  await api.POST("/v1/workspaces", { body: { name: "TypeScript AG", plan: "pro" } }),
  201,
);
say(`workspace ${workspace.id} on the plan ${workspace.plan}`);

// Somebody keeps a way in without SSO, or nothing is enabled.
const root = expect(
  await api.POST("/v1/workspaces/{workspace_id}/members", {
    params: { path: { workspace_id: workspace.id } },
    body: { email: "root@typescript.example", role: "admin" },
  }),
  201,
);
assert.equal(root.status, "active");

const made = expect(
  await api.POST("/v1/workspaces/{workspace_id}/connections", {
    params: { path: { workspace_id: workspace.id } },
    body: { name: "Test IdP" },
  }),
  201,
);
const connection = { params: { path: { connection_id: made.id } } };
assert.equal(made.state, "draft");
say(`connection ${made.id}`);

// The IdP's admin copies what the connection shows.
console.log(`trust ${made.service_provider.entity_id} ${made.service_provider.acs_url}`);
const admin = createInterface({ input: process.stdin });
const { done } = await admin[Symbol.asyncIterator]().next();
assert.ok(!done, "the IdP did not answer");
admin.close();

const certificate = await (await fetch(`${idp}/certificate.pem`)).text();
const saved = expect(
  await api.PUT("/v1/connections/{connection_id}/draft", {
    ...connection,
    body: { idp_certificate: certificate, idp_sso_url: `${idp}/sso` },
  }),
  200,
);
const draft = saved.draft;
assert.ok(draft);
assert.equal(draft.idp_sso_url, `${idp}/sso`);
say(`draft ${draft.id}`);

const early = await api.POST("/v1/connections/{connection_id}/enable", { ...connection, body: {} });
assert.equal(early.response.status, 409);
assert.equal(early.error?.code, "test-required");
say(`enable without a test: ${early.error.status} ${early.error.code}`);

const started = expect(
  await api.POST("/v1/connections/{connection_id}/tests", { ...connection, body: {} }),
  201,
);
assert.equal(started.state, "pending");
assert.ok(started.start_url);
const tester = new Browser();
const report = await throughTheIdp(tester, await tester.go(started.start_url));
assert.equal(report.status, 200, await report.text());
const test = expect(
  await api.GET("/v1/connections/{connection_id}/tests/{test_id}", {
    params: { path: { connection_id: made.id, test_id: started.id } },
  }),
  200,
);
assert.equal(test.state, "passed", JSON.stringify(test.report));
assert.ok(test.report.length > 0);
say(`test ${test.id} ${test.state}, ${test.report.length} checks`);

const live = expect(
  await api.POST("/v1/connections/{connection_id}/enable", { ...connection, body: {} }),
  200,
);
assert.equal(live.state, "live");
assert.equal(live.live?.id, draft.id);
say("the connection is live");

const decision = expect(
  await api.POST("/v1/workspaces/{workspace_id}/sign-in-decisions", {
    params: { path: { workspace_id: workspace.id } },
    body: { email: person, method: "password" },
  }),
  200,
);
assert.equal(decision.allowed, false);
say(`a password for ${person}: ${decision.code}`);

const redirectUri = "http://127.0.0.1:9/callback";
const application = expect(
  await api.POST("/v1/clients", {
    body: { name: "TypeScript application", redirect_uris: [redirectUri] },
  }),
  201,
);
say(`client ${application.client_id}`);

// From here on as the application: it has its secret and no API key.
const basic = Buffer.from(`${application.client_id}:${application.client_secret}`);
const oauth = createClient<paths>({
  baseUrl: server,
  headers: { authorization: `Basic ${basic.toString("base64")}` },
});
const form = { headers: { "content-type": "application/x-www-form-urlencoded" } };
const provider = expect(await oauth.GET("/.well-known/openid-configuration"), 200);
assert.equal(provider.issuer, server);

const [verifier, state, nonce] = [1, 2, 3].map(() => randomBytes(32).toString("base64url"));
assert.ok(verifier && state && nonce);
const visitor = new Browser();
const leaving = await createClient<paths>({ baseUrl: server, fetch: visitor.fetch }).GET(
  "/oauth2/authorize",
  {
    params: {
      query: {
        response_type: "code",
        client_id: application.client_id,
        redirect_uri: redirectUri,
        scope: "openid email profile saml",
        state,
        nonce,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        workspace: workspace.id,
      },
    },
    parseAs: "stream",
  },
);
const back = await throughTheIdp(visitor, leaving.response);
assert.equal(back.status, 303, await back.text());
const callback = new URL(back.headers.get("location") ?? "");
assert.equal(`${callback.origin}${callback.pathname}`, redirectUri);
assert.equal(callback.searchParams.get("state"), state);
assert.equal(callback.searchParams.get("iss"), provider.issuer);
const code = callback.searchParams.get("code");
assert.ok(code);
say("authorize: back with a code");

const exchange: Schemas["TokenRequest"] = {
  grant_type: "authorization_code",
  code,
  redirect_uri: redirectUri,
  code_verifier: verifier,
};
const tokens = expect(await oauth.POST("/oauth2/token", { ...form, body: exchange }), 200);
assert.equal(tokens.token_type, "Bearer");
assert.ok(tokens.id_token);
say(`tokens for ${tokens.expires_in} s with the scope ${tokens.scope}`);

const keys = expect(await oauth.GET("/oauth2/jwks"), 200).keys;
const claims = verified(tokens.id_token, keys);
assert.equal(claims["iss"], provider.issuer);
assert.equal(claims["aud"], application.client_id);
assert.equal(claims["nonce"], nonce);
assert.equal(claims["email"], person);
say(`the ID token of ${claims["sub"]} verifies with the published key`);

const bearer = { headers: { authorization: `Bearer ${tokens.access_token}` } };
const userinfo = expect(await oauth.GET("/oauth2/userinfo", bearer), 200);
assert.equal(userinfo.sub, claims["sub"]);
assert.equal(userinfo.email, person);
assert.equal(userinfo.workspace, workspace.id);
assert.ok(userinfo.saml && Object.keys(userinfo.saml.attributes).length > 0);
say(`userinfo: ${userinfo.email}, NameID ${userinfo.saml.name_id}`);

const introspect = async (token: string): Promise<Schemas["Introspection"]> =>
  expect(await oauth.POST("/oauth2/introspect", { ...form, body: { token } }), 200);
const judged = await introspect(tokens.access_token);
assert.ok(judged.active);
assert.equal(judged.sub, claims["sub"]);
say(`introspection: active until ${judged.exp}`);

const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token };
const refreshed = expect(await oauth.POST("/oauth2/token", { ...form, body: refresh }), 200);
assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
say("refreshed");

const again = await oauth.POST("/oauth2/token", { ...form, body: exchange });
assert.equal(again.response.status, 400);
assert.equal(again.error?.error, "invalid_grant");
assert.deepEqual(await introspect(refreshed.access_token), { active: false });
say(`the code a second time: ${again.error.error}, and its session is over`);

const stranger = await oauth.GET("/oauth2/userinfo", { headers: { authorization: "Bearer no" } });
assert.equal(stranger.response.status, 401);
const revoked = await oauth.POST("/oauth2/revoke", {
  ...form,
  body: { token: refreshed.refresh_token },
});
assert.equal(revoked.response.status, 200);
say("done");

/** The claims of a token that one of these keys signed. */
function verified(token: string, keys: Schemas["JsonWebKey"][]): Record<string, unknown> {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const parse = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Record<string, unknown>;
  const { kid, alg } = parse(header);
  const jwk = keys.find((key) => key.kid === kid);
  assert.ok(jwk, `no published key ${kid}`);
  assert.equal(alg, jwk.alg);
  const key = createPublicKey({ key: { ...jwk }, format: "jwk" });
  const holds = verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    jwk.kty === "EC" ? { key, dsaEncoding: "ieee-p1363" } : key,
    Buffer.from(signature, "base64url"),
  );
  assert.ok(holds, "the signature of the ID token does not hold");
  return parse(payload);
}
