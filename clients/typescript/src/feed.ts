import type { Options } from "./client.js";
import { BillfoldError, refusalIn } from "./problem.js";
import type { components, operations } from "./schema.js";

/** An event as it is stored. */
export type Event = components["schemas"]["Event"];

/** Where to begin and what to show; `signal` ends it. */
export type Where = NonNullable<operations["follow_events"]["parameters"]["query"]> & {
  signal?: AbortSignal;
};

const LONGEST_WAIT_MS = 30_000;

/**
 * Events as they happen, in the order of the log, without end: where the connection is cut it is made
 * again after the last event that was seen. Keep `event.position` to go on with `after` another day.
 *
 * Throws a {@link BillfoldError} where the API refuses; waits where it cannot be reached.
 */
export async function* follow(
  options: Pick<Options, "baseUrl" | "key" | "fetch">,
  where: Where,
): AsyncGenerator<Event, void, undefined> {
  const { signal, after, ...filters } = where;
  let last = after;
  let wait = 1_000;
  while (!signal?.aborted) {
    try {
      for await (const { id, data } of messages(options, filters, last, signal)) {
        last = id ?? last;
        wait = 1_000;
        if (data !== undefined) yield JSON.parse(data) as Event;
      }
    } catch (fault) {
      if (signal?.aborted) return;
      if (fault instanceof BillfoldError && fault.status < 500) throw fault;
    }
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

interface Message {
  id?: number;
  data?: string;
}

async function* messages(
  options: Pick<Options, "baseUrl" | "key" | "fetch">,
  filters: Omit<Where, "signal" | "after">,
  last: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void, undefined> {
  const address = new URL("/api/v1/events/feed", options.baseUrl);
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined) address.searchParams.set(name, String(value));
  }
  const headers = new Headers({ authorization: `Bearer ${options.key}` });
  if (last !== undefined) headers.set("last-event-id", String(last));
  const cut = new AbortController();
  const ends = signal ? AbortSignal.any([signal, cut.signal]) : cut.signal;
  const { fetch = globalThis.fetch } = options;
  const answer = await fetch(new Request(address, { headers, signal: ends }));
  if (!answer.ok || !answer.body) throw await refusalIn(answer);
  try {
    let text = "";
    for await (const more of answer.body.pipeThrough(new TextDecoderStream())) {
      const whole = (text + more).split("\n\n");
      text = whole.pop() ?? "";
      for (const message of whole) yield read(message);
    }
  } finally {
    // A reader that stops early leaves no connection behind.
    cut.abort();
  }
}

/** One message. A problem that ends the stream is thrown. */
function read(message: string): Message {
  const field = (name: string) =>
    message
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const [id, data] = [field("id"), field("data")];
  if (field("event") === "problem" && data) throw new BillfoldError(JSON.parse(data));
  return { ...(id && { id: Number(id) }), ...(data !== undefined && { data }) };
}
