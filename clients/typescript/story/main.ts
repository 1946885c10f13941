/**
 * A short story of the client against a real node: what is written is read, what is refused is
 * thrown, what is repeated happens once, and a list is walked to its end.
 *
 *     BILLFOLD_BIN=target/debug/billfold npm run story
 */
import assert from "node:assert/strict";
import { BillfoldError, createClient, each, follow } from "../src/index.js";
import { startNode } from "./node.js";

const node = await startNode();
try {
  await tell(node.url, node.key);
  console.log("the story of the TypeScript client ended well");
} finally {
  await node.stop();
}

async function tell(baseUrl: string, key: string): Promise<void> {
  const api = createClient({ baseUrl, key });

  const names = ["Ada Lovelace", "Grace Hopper", "Alan Turing"];
  const made: string[] = [];
  let position = 0;
  for (const name of names) {
    const { data } = await api.POST("/api/v1/clients", { body: { contact: { name } } });
    assert.ok(data);
    made.push(data.id);
    position = data.position ?? position;
  }

  const found: string[] = [];
  const query = { limit: 1, min_position: position };
  for await (const client of each((cursor) =>
    api.GET("/api/v1/clients", { params: { query: { ...query, cursor } } }),
  )) {
    found.push(client.id);
  }
  assert.deepEqual(found.toSorted(), made.toSorted());

  const params = { header: { "Idempotency-Key": "client-4711" } };
  const body = { contact: { name: "Edsger Dijkstra" } };
  const first = await api.POST("/api/v1/clients", { params, body });
  const again = await api.POST("/api/v1/clients", { params, body });
  assert.equal(again.data?.id, first.data?.id);
  assert.equal(again.response.headers.get("idempotent-replayed"), "true");

  const wrong = api.POST("/api/v1/clients", { body: { contact: { name: "" } } });
  await assert.rejects(wrong, (error) => {
    assert.ok(error instanceof BillfoldError);
    assert.deepEqual([error.status, error.code], [400, "malformed"]);
    assert.equal(error.errors[0]?.pointer, "/contact/name");
    return true;
  });
  const stranger = createClient({ baseUrl, key: "bf_nobody" });
  await assert.rejects(stranger.GET("/api/v1/settings"), { status: 401 });

  await isPatient(baseUrl, key);
  await followsEvents(baseUrl, key, made.length);
}

/** Events come in their order, and go on where a reader stopped. */
async function followsEvents(baseUrl: string, key: string, registered: number): Promise<void> {
  const positions: number[] = [];
  let after = 0;
  while (positions.length < registered) {
    for await (const event of follow({ baseUrl, key }, { after, event_type: "client.registered" })) {
      positions.push(event.position);
      after = event.position;
      break;
    }
  }
  assert.deepEqual(positions, positions.toSorted((one, other) => one - other));
  assert.equal(new Set(positions).size, registered);
  const nobody = follow({ baseUrl, key: "bf_nobody" }, {});
  await assert.rejects(nobody.next(), { status: 401 });
}

/** What is put off is sent again, under the same key. */
async function isPatient(baseUrl: string, key: string): Promise<void> {
  const sent: (string | null)[] = [];
  const fetch = (request: Request) => {
    sent.push(request.headers.get("idempotency-key"));
    if (sent.length > 1) return globalThis.fetch(request);
    return Promise.resolve(new Response("", { status: 503, headers: { "retry-after": "0" } }));
  };
  const api = createClient({ baseUrl, key, fetch });
  await api.POST("/api/v1/clients", { body: { contact: { name: "Barbara Liskov" } } });
  assert.equal(sent.length, 2);
  assert.ok(sent[0]);
  assert.equal(sent[0], sent[1]);
}
