// openid-client as anybody uses it: it knows the discovery URL and its credentials, and nothing else of
// the server. The test plays the browser: it is told where to go, and tells where that ended.

import { createInterface } from 'node:readline';
import { strict as assert } from 'node:assert';
import { Issuer, generators } from 'openid-client';

const given = (name) => process.env[`VESTIBULE_TEST_${name}`];
const input = createInterface({ input: process.stdin });
const lines = input[Symbol.asyncIterator]();

/** Sends the person somewhere; gives the URL at which they come back. */
async function go(url) {
  console.log(`go ${url}`);
  return (await lines.next()).value;
}

const issuer = await Issuer.discover(given('ISSUER'));
const redirect_uri = given('REDIRECT_URI');
const client = new issuer.Client({
  client_id: given('CLIENT_ID'),
  client_secret: given('CLIENT_SECRET'),
  redirect_uris: [redirect_uri],
  response_types: ['code'],
});

/** Signs somebody in; `start` makes the URL from the parameters. */
async function signIn(start) {
  const code_verifier = generators.codeVerifier();
  const [state, nonce] = [generators.state(), generators.nonce()];
  const url = await start({
    scope: 'openid email profile',
    login_hint: given('LOGIN_HINT'),
    code_challenge: generators.codeChallenge(code_verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const parameters = client.callbackParams(await go(url));
  // Checks state, iss (RFC 9207), signature, aud, nonce and at_hash of the ID token.
  return client.callback(redirect_uri, parameters, { code_verifier, state, nonce, max_age: 600 });
}

const tokens = await signIn((parameters) => client.authorizationUrl(parameters));
assert.equal(tokens.claims().email, given('EMAIL'));
console.log('signed in');

const userinfo = await client.userinfo(tokens);
assert.equal(userinfo.sub, tokens.claims().sub);
assert.equal(userinfo.email, given('EMAIL'));
console.log('asked who');

const renewed = await client.refresh(tokens);
assert.notEqual(renewed.refresh_token, tokens.refresh_token);
assert.equal(renewed.claims().sub, tokens.claims().sub);
console.log('refreshed');

assert.equal((await client.introspect(renewed.access_token)).active, true);
console.log('introspected');

const post_logout_redirect_uri = given('SIGNED_OUT');
const out = client.endSessionUrl({ id_token_hint: renewed, post_logout_redirect_uri, state: 'bye' });
assert.equal(await go(out), `${post_logout_redirect_uri}?state=bye`);
assert.equal((await client.introspect(renewed.access_token)).active, false);
await assert.rejects(client.refresh(renewed), { error: 'invalid_grant' });
console.log('signed out');

// The same by a pushed request, whose endpoint is found by discovery too.
const pushed = await signIn(async (parameters) => {
  const { request_uri } = await client.pushedAuthorizationRequest(parameters);
  return `${issuer.authorization_endpoint}?${new URLSearchParams({ client_id: client.client_id, request_uri })}`;
});
await client.revoke(pushed.refresh_token);
assert.equal((await client.introspect(pushed.access_token)).active, false);
console.log('done');
input.close();
