/** A node of Billfold with a private database in a temporary folder, a seller and a key. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const EMAIL = "maria@northwind.example";
const PASSWORD = "correct horse battery";
const PATIENCE_MS = 60_000;

export interface Node {
  readonly url: string;
  readonly key: string;
  stop(): Promise<void>;
}

/** Starts the program named by `BILLFOLD_BIN`. */
export async function startNode(): Promise<Node> {
  const program = process.env["BILLFOLD_BIN"];
  if (!program) throw new Error("BILLFOLD_BIN names no program: see clients/typescript/README.md");
  const data = mkdtempSync(join(tmpdir(), "billfold-typescript-"));
  // As root the database server runs as another user, who must be able to enter.
  chmodSync(data, 0o711);
  const address = `127.0.0.1:${await freePort()}`;
  const own = ([name]: [string, unknown]) => !name.startsWith("BILLFOLD_") && name !== "DATABASE_URL";
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(own)),
    BILLFOLD_DATA: data,
    BILLFOLD_HTTP_LISTEN: address,
    BILLFOLD_METRICS_LISTEN: "off",
  };
  const run = (...args: string[]) => {
    const done = spawnSync(program, args, { env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`${args.join(" ")}: ${done.stderr ?? done.error}`);
  };
  const secret = join(data, "password");
  writeFileSync(secret, `${PASSWORD}\n`, { mode: 0o600 });
  const seller = ["--name", "Northwind Hosting GmbH", "--country", "DE", "--currency", "EUR"];
  run("tenant", "open", ...seller, "--time-zone", "Europe/Berlin", "--vat-id", "DE123456789");
  run("user", "create-admin", "--email", EMAIL, "--password-file", secret);
  const node = spawn(program, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
  const stop = async () => {
    const ended = new Promise((done) => node.once("exit", done));
    if (node.exitCode === null && node.kill("SIGTERM")) await ended;
    rmSync(data, { recursive: true, force: true });
  };
  const url = `http://${address}`;
  try {
    await ready(node, url);
    return { url, key: await makeKey(url), stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function ready(node: ChildProcess, url: string): Promise<void> {
  let log = "";
  node.stderr?.on("data", (chunk) => (log += chunk));
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    if (await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false)) return;
    if (node.exitCode !== null || Date.now() > deadline) throw new Error(`it does not start\n${log}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Signs in as a person does, and makes a key that may do everything. */
async function makeKey(url: string): Promise<string> {
  const post = async (path: string, body: unknown, headers: Record<string, string>) => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const session = await post("/api/v1/auth/login", { email: EMAIL, password: PASSWORD }, {});
  const cookie = session.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { csrf_token: token } = (await session.json()) as { csrf_token: string };
  const me = await fetch(`${url}/api/v1/auth/me`, { headers: { cookie } });
  const { permissions } = (await me.json()) as { permissions: string[] };
  const keyed = { cookie, "x-csrf-token": token, "idempotency-key": "story" };
  const made = await post("/api/v1/api-keys", { name: "story", scopes: permissions }, keyed);
  return ((await made.json()) as { key: string }).key;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
