// As much of a browser as a sign-in needs: cookies, no redirect without being told, forms.

export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** One request with this origin's cookies. A redirect is an answer, not followed. */
  readonly fetch = async (input: Request | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, { ...init, redirect: "manual" });
    const jar = this.#jar(request.url);
    if (jar.size > 0) {
      const cookies = [...jar].map(([name, value]) => `${name}=${value}`);
      request.headers.set("cookie", cookies.join("; "));
    }
    const answer = await fetch(request);
    // Not getSetCookie(): the Node 18 of Debian 12 has none. A comma in a date is followed by a space.
    const cookies = answer.headers.get("set-cookie")?.split(/,(?=\s*[^;,=\s]+=)/) ?? [];
    for (const cookie of cookies) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      jar.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
    }
    return answer;
  };

  /** The first page or redirect to elsewhere: redirects within one origin are followed. */
  async go(url: string): Promise<Response> {
    const answer = await this.fetch(url);
    const location = answer.headers.get("location");
    const next = location === null ? undefined : new URL(location, url);
    return next?.origin === new URL(url).origin ? this.go(next.href) : answer;
  }

  async submit(form: Form): Promise<Response> {
    const body = new URLSearchParams(form.fields);
    const answer = await this.fetch(form.action, { method: "POST", body });
    const location = answer.headers.get("location");
    const next = location === null ? undefined : new URL(location, form.action);
    return next?.origin === new URL(form.action).origin ? this.go(next.href) : answer;
  }

  #jar(url: string): Map<string, string> {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    return jar;
  }
}

/** A form of a page: where it goes, and its hidden fields. */
export interface Form {
  action: string;
  fields: Record<string, string>;
}

export function formIn(page: string, base: string): Form {
  const form = /<form\b[^>]*>/.exec(page)?.[0];
  if (form === undefined) {
    throw new Error(`no form in this page:\n${page}`);
  }
  const fields: Record<string, string> = {};
  for (const [input] of page.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
    fields[attribute(input, "name")] = attribute(input, "value");
  }
  return { action: new URL(attribute(form, "action"), base).href, fields };
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return value.replace(/&(#x?)?(\w+);/g, (whole, number: string | undefined, word: string) => {
    if (number === undefined) {
      return named[word] ?? whole;
    }
    return String.fromCodePoint(Number.parseInt(word, number === "#x" ? 16 : 10));
  });
}
