// Passkeys: ask the browser for one, put its answer into the form that offers it, and send that.
{
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  // What a browser gets that cannot read the JSON by itself.
  const byHand = {
    get: (json) => ({ ...json, challenge: bytes(json.challenge), allowCredentials: known(json.allowCredentials) }),
    create: (json) => ({
      ...json,
      challenge: bytes(json.challenge),
      user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: known(json.excludeCredentials),
    }),
  };
  const options = (kind, challenge) => {
    const json = JSON.parse(challenge);
    const inner = json.publicKey ?? json;
    const parse = kind === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
    return PublicKeyCredential[parse]?.(inner) ?? byHand[kind](inner);
  };

  // The answer as JSON; some password managers hand out a credential whose toJSON fails.
  const answer = (credential) => {
    try {
      return JSON.stringify(credential.toJSON());
    } catch {
      const response = { clientDataJSON: text(credential.response.clientDataJSON) };
      for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
        if (credential.response[name]) response[name] = text(credential.response[name]);
      }
      if (credential.response.getTransports) response.transports = credential.response.getTransports();
      return JSON.stringify({
        id: credential.id,
        rawId: text(credential.rawId),
        type: credential.type,
        response,
        clientExtensionResults: credential.getClientExtensionResults(),
      });
    }
  };

  const say = (form, what) => {
    const words = form.parentElement.querySelector(`template[data-passkey-notice="${what}"]`);
    const place = document.getElementById("error");
    place.replaceChildren(words.content.cloneNode(true));
    place.scrollIntoView({ block: "nearest" });
  };

  const waiting = new AbortController();
  const ask = async (form, more) => {
    const kind = form.dataset.passkey;
    const credential = await navigator.credentials[kind]({
      publicKey: options(kind, form.dataset.challenge),
      ...more,
    });
    form.elements.credential.value = answer(credential);
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) {
      // Where there is another way, nothing is said.
      if (form.hasAttribute("data-only")) say(form, "unsupported");
      continue;
    }
    form.parentElement.hidden = false;
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      waiting.abort();
      button.disabled = true;
      document.getElementById("error").replaceChildren();
      try {
        await ask(form);
      } catch (error) {
        say(form, error.name === "InvalidStateError" ? "known" : "refused");
      }
      button.disabled = false;
    });
    // The browser offers passkeys in the e-mail field, and says nothing when there is none.
    if (form.hasAttribute("data-conditional")) {
      PublicKeyCredential.isConditionalMediationAvailable?.().then((available) =>
        available && ask(form, { mediation: "conditional", signal: waiting.signal })).catch(() => {});
    }
  }
}
