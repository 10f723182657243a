// Says what was pasted as soon as it is, and reads files into fields. Without scripts the server says
// it when the form is sent, and what is in a file can be pasted.
for (const form of document.querySelectorAll("form[data-check]")) {
  const say = (field, ok, text) => {
    const place = document.getElementById(field.dataset.said);
    const words = document.getElementById(ok ? "said-good" : "said-bad").content.cloneNode(true);
    words.querySelector("span").textContent = text;
    place.replaceChildren(words);
    field.setAttribute("aria-invalid", String(!ok));
  };
  const silence = (field) => {
    document.getElementById(field.dataset.said).replaceChildren();
    field.removeAttribute("aria-invalid");
  };

  const asked = new Map();
  const check = async (field) => {
    const value = field.value.trim();
    const before = asked.get(field);
    if (before?.value === value) return;
    before?.abort.abort();
    const abort = new AbortController();
    asked.set(field, { value, abort });
    if (!value) {
      silence(field);
      return;
    }
    try {
      const response = await fetch(form.dataset.check, {
        method: "POST",
        body: new URLSearchParams({ field: field.name, value, csrf: form.elements.csrf.value }),
        headers: { accept: "application/json" },
        signal: abort.signal,
      });
      // What cannot be answered now is answered when the form is sent.
      if (!response.ok) throw new Error();
      const { ok, text } = await response.json();
      say(field, ok, text);
    } catch {
      if (abort.signal.aborted) return;
      asked.delete(field);
      silence(field);
    }
  };

  for (const field of form.querySelectorAll("[data-said]")) {
    // The value is there only after the event.
    field.addEventListener("paste", () => setTimeout(() => check(field)));
    field.addEventListener("change", () => check(field));
  }

  for (const chooser of form.querySelectorAll("input[type=file][data-into]")) {
    chooser.closest("[hidden]").hidden = false;
    chooser.addEventListener("change", async () => {
      const field = document.getElementById(chooser.dataset.into);
      const [file] = chooser.files;
      if (!file) return;
      if (file.size > 524288) {
        asked.delete(field);
        say(field, false, chooser.dataset.tooLarge);
        return;
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      // A certificate may come in its binary form, which begins like this and is no text.
      field.value = bytes[0] === 0x30 && bytes[1] > 0x7f
        ? btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
        : new TextDecoder().decode(bytes);
      check(field);
    });
  }
}
