import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import type { Paths } from "./keys.js";
import { refusalIn } from "./problem.js";

/** How to reach an API. */
export interface Options {
  /** Where it is, such as `https://billing.example`. */
  baseUrl: string;
  /** An API key; it acts for one seller and within its scopes. */
  key: string;
  /** How often a request that was put off or cut off is repeated, at most; 3 if absent. */
  retries?: number;
  /** Another `fetch`, for tests and proxies. */
  fetch?: (request: Request) => Promise<Response>;
}

/** A client: `GET`, `POST`, `PUT` and `DELETE` with the paths of the document. */
export type Billfold = Client<Paths>;

/** The longest wait before a request is repeated, in seconds. */
const LONGEST_WAIT = 30;

/** A client of the API at an address. */
export function createClient(options: Options): Billfold {
  const { baseUrl, key, retries = 3, fetch = globalThis.fetch } = options;
  const client = createFetchClient<Paths>({
    baseUrl,
    headers: { authorization: `Bearer ${key}` },
    fetch: (request) => repeated(request, retries, fetch),
  });
  client.use(keyed, refused);
  return client;
}

/** Gives a write the key that it lacks. */
const keyed: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && !request.headers.has("idempotency-key")) {
      request.headers.set("idempotency-key", crypto.randomUUID());
    }
    return request;
  },
};

/** Throws what is no success. */
const refused: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw await refusalIn(response);
  },
};

/**
 * Repeats what was put off (429, 503) or got no answer. A write has its key by then, so that it is
 * done once however often it is sent.
 */
async function repeated(
  request: Request,
  retries: number,
  fetch: (request: Request) => Promise<Response>,
): Promise<Response> {
  for (let tried = 0; ; tried += 1) {
    const last = tried >= retries;
    const wait = Math.min(2 ** tried, LONGEST_WAIT);
    try {
      const answer = await fetch(request.clone());
      const seconds = Number(answer.headers.get("retry-after") ?? wait);
      const later = answer.status === 429 || answer.status === 503;
      if (last || !later || !(seconds <= LONGEST_WAIT)) return answer;
      await answer.body?.cancel();
      await pause(seconds);
    } catch (fault) {
      if (last || request.signal.aborted) throw fault;
      await pause(wait);
    }
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}
