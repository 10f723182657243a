// Verifies and validates signed responses by a library of npm, and says how long one takes.
//
//   node library.mjs node-saml|samlify FOLDER-OF-PACKAGES < job.json
//
// The job, and what is printed, are described in job.rs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [, , name, packages] = process.argv;
const require = createRequire(join(packages, "package.json"));
const job = JSON.parse(readFileSync(0, "utf8"));

const libraries = {
  "node-saml": () => {
    const { SAML } = require("@node-saml/node-saml");
    const saml = new SAML({
      idpCert: job.certificate,
      issuer: job.sp_entity_id,
      audience: job.sp_entity_id,
      callbackUrl: job.acs_url,
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      validateInResponseTo: "always",
      // The request is known however often it is answered.
      cacheProvider: {
        getAsync: async (id) => (id === job.request_id ? new Date().toISOString() : null),
        saveAsync: async () => null,
        removeAsync: async (id) => id,
      },
    });
    const verify = async (form_value) => {
      const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: form_value });
      return { subject: profile.nameID, groups: profile[job.groups] };
    };
    return { of: "@node-saml/node-saml", verify };
  },

  samlify: () => {
    const samlify = require("samlify");
    // Its validators of schemas are packages of their own; without one it has less to do.
    samlify.setSchemaValidator({ validate: async () => "skipped" });
    const idp = samlify.IdentityProvider({ metadata: job.idp_metadata });
    const sp = samlify.ServiceProvider({
      entityID: job.sp_entity_id,
      wantAssertionsSigned: true,
      assertionConsumerService: [
        { Binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", Location: job.acs_url },
      ],
    });
    const verify = async (form_value) => {
      const { extract } = await sp.parseLoginResponse(idp, "post", { body: { SAMLResponse: form_value } });
      // What it leaves to whoever calls it.
      if (extract.audience !== job.sp_entity_id) throw new Error("another audience");
      if (extract.response.inResponseTo !== job.request_id) throw new Error("another request");
      return { subject: extract.nameID, groups: extract.attributes[job.groups] };
    };
    return { of: "samlify", verify };
  },
};

const { of, verify } = libraries[name]();

async function mean(document, milliseconds) {
  const begin = process.cpuUsage();
  for (let times = 1; ; times += 1) {
    const { subject, groups } = await verify(document.form_value);
    if (subject !== job.subject || groups.length !== document.groups) {
      throw new Error(`read wrongly: ${subject}, ${groups.length} groups`);
    }
    const { user, system } = process.cpuUsage(begin);
    const spent = (user + system) / 1000;
    if (spent >= milliseconds) return spent / times;
  }
}

const ms = [];
for (const document of job.documents) {
  // What runs often is compiled again and better, and that takes its time once.
  await mean(document, job.warm_up_ms);
  const rounds = [];
  for (let round = 0; round < job.rounds; round += 1) rounds.push(await mean(document, job.round_ms));
  rounds.sort((a, b) => a - b);
  ms.push(rounds[Math.floor(rounds.length / 2)]);
}
const { version } = JSON.parse(readFileSync(join(packages, "node_modules", of, "package.json"), "utf8"));
console.log(JSON.stringify({ version, ms }));
