// A complete service around the controllers of @boxyhq/saml-jackson, with as little beside them as can be.
//
//   node jackson.mjs FOLDER-OF-PACKAGES
//
// The first line of its input says where the database is and who the IdP is, the first of its output where
// the service is and who the client is. It ends with its input.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const packages = process.argv[2];
const require = createRequire(join(packages, "package.json"));
const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(0));
const asked = JSON.parse(await new Promise((resolve) => lines.once("line", resolve)));

const server = createServer((request, answer) => void handle(request, answer));
server.keepAliveTimeout = 0;
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

const pem = { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } };
const keys = generateKeyPairSync("rsa", { modulusLength: 2048, ...pem });
const base64 = (text) => Buffer.from(text).toString("base64");
// The library's own standard output would be taken for the answer.
const logger = { info() {}, warn: console.error, error: console.error };
const { oauthController, connectionAPIController } = await require("@boxyhq/saml-jackson").controllers({
  externalUrl: `http://127.0.0.1:${port}`,
  samlPath: "/saml/acs",
  samlAudience: asked.entity_id,
  noAnalytics: true,
  db: { engine: "sql", type: "postgres", url: asked.database_url },
  openid: {
    jwtSigningKeys: { private: base64(keys.privateKey), public: base64(keys.publicKey) },
  },
  logger,
});
const connection = await connectionAPIController.createSAMLConnection({
  tenant: "acme.example",
  product: "application",
  rawMetadata: asked.idp_metadata,
  redirectUrl: [asked.redirect_uri],
  defaultRedirectUrl: asked.redirect_uri,
});

const redirect = ({ redirect_url, error }) => {
  if (error || !redirect_url) throw new Error(error ?? "no redirect");
  return { status: 302, location: redirect_url };
};
const json = (value) => ({ status: 200, body: JSON.stringify(value) });
const routes = {
  "/oauth/authorize": async ({ fields }) => redirect(await oauthController.authorize(fields)),
  "/saml/acs": async ({ fields }) => redirect(await oauthController.samlResponse(fields)),
  "/oauth/token": async ({ fields, bearer }) => json(await oauthController.token(fields, bearer)),
  "/oauth/userinfo": async ({ bearer }) => json(await oauthController.userInfo(bearer.split(" ")[1])),
};

async function handle(request, answer) {
  const { pathname, search } = new URL(request.url, "http://localhost");
  let given = search;
  if (request.method === "POST") {
    given = "";
    for await (const part of request) given += part;
  }
  let said;
  try {
    const fields = Object.fromEntries(new URLSearchParams(given));
    said = await routes[pathname]({ fields, bearer: request.headers.authorization });
  } catch (error) {
    said = { status: 500, body: `${error.message} ${error.internalError ?? ""}` };
  }
  const { status, location, body = "" } = said;
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  answer.writeHead(status, location ? { ...headers, location } : headers).end(body);
}

const { version } = JSON.parse(
  readFileSync(join(packages, "node_modules/@boxyhq/saml-jackson/package.json"), "utf8"),
);
console.log(JSON.stringify({ port, version, client_id: connection.clientID, client_secret: connection.clientSecret }));
