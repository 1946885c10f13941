// Visits every admin page with a real Chromium and uses its forms.
//
//   npm install --prefix tests/browser --no-package-lock
//   node tests/browser/e2e.mjs
//
// Without BILLFOLD_URL it starts a node of its own: the program named by BILLFOLD_BIN (else target/debug/billfold) with
// a private database in a temporary folder, a seller and an account. With BILLFOLD_URL, BILLFOLD_EMAIL and
// BILLFOLD_PASSWORD it uses that node; it then makes a client, a product, invoices and payments there.
// CHROMIUM names the browser, else /usr/bin/chromium. Pictures are written to tests/browser/screenshots.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { invite, rooms, welcome } from "./portal.mjs";
import { usePasskeys } from "./passkeys.mjs";
import { hireReseller, shopOfReseller } from "./resellers.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const pictures = join(here, "screenshots");
const rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];
const only = process.argv[2];

const results = { passed: 0, failed: 0 };
const check = (what, wrong) => {
  if (wrong === undefined || wrong === "" || wrong === false) {
    results.passed += 1;
    return;
  }
  results.failed += 1;
  console.error(`FAILED ${what}: ${wrong}`);
};
const equal = (what, found, wanted) => check(what, found === wanted ? "" : `found ${found}, wanted ${wanted}`);

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function startNode() {
  const program = process.env.BILLFOLD_BIN ?? join(here, "../../target/debug/billfold");
  const data = mkdtempSync(join(tmpdir(), "billfold-browser-"));
  // As root the database server runs as another user, who must be able to enter.
  chmodSync(data, 0o711);
  const address = `127.0.0.1:${await freePort()}`;
  const ours = ([name]) => !name.startsWith("BILLFOLD_") && name !== "DATABASE_URL";
  const env = Object.fromEntries(Object.entries(process.env).filter(ours));
  Object.assign(env, { BILLFOLD_DATA: data, BILLFOLD_HTTP_LISTEN: address, BILLFOLD_SCHEDULES_RUN: "false" });
  const secret = join(data, "password");
  const run = (...args) => {
    const done = spawnSync(program, args, { env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`billfold ${args.join(" ")}: ${done.stderr ?? done.error}`);
    return done.stdout.trim();
  };
  const seller = ["--name", "Northwind Hosting GmbH", "--country", "DE", "--currency", "EUR", "--operator"];
  const tenant = run("tenant", "open", ...seller, "--time-zone", "Europe/Berlin", "--vat-id", "DE123456789");
  writeFileSync(secret, "correct horse battery\n", { mode: 0o600 });
  run("user", "create-admin", "--email", "maria@northwind.example", "--name", "Maria Lindqvist", "--password-file", secret);
  run("schedule", "run", "bill_due_subscriptions", "--tenant", tenant);
  const node = spawn(program, ["serve"], { env, stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  node.stderr.on("data", (chunk) => { log += chunk; });
  const url = `http://${address}`;
  for (const deadline = Date.now() + 60_000; ;) {
    const ready = await fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (node.exitCode !== null || Date.now() > deadline) throw new Error(`the node does not start\n${log}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  const stop = async () => {
    const ended = new Promise((done) => node.once("exit", done));
    node.kill("SIGTERM");
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
  return { url, email: "maria@northwind.example", password: "correct horse battery", stop };
}

async function target() {
  if (!process.env.BILLFOLD_URL) return startNode();
  const { BILLFOLD_URL: url, BILLFOLD_EMAIL: email, BILLFOLD_PASSWORD: password } = process.env;
  if (!email || !password) throw new Error("BILLFOLD_URL needs BILLFOLD_EMAIL and BILLFOLD_PASSWORD");
  return { url: url.replace(/\/$/, ""), email, password, stop: async () => {} };
}

/// A page that remembers what went wrong on it: console errors, exceptions, requests to other hosts.
async function open(context, node) {
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    const foreign = !request.url().startsWith(node.url) && !request.url().startsWith("data:");
    if (foreign) wrong.push(`request to ${request.url()}`);
  });
  return { page, take: () => wrong.splice(0).join("; ") };
}

async function signIn(page, node) {
  await page.goto(`${node.url}/admin/sign-in`, { waitUntil: "load" });
  await page.fill("#email", node.email);
  await page.fill("#password", node.password);
  await Promise.all([page.waitForURL(`${node.url}/admin`), page.click("form button.primary")]);
}

const stamp = Date.now().toString(36);
const reseller = `ida.${stamp}@northwind.example`;

/// Client, product, invoices and payments through the forms; answers where they are.
async function useForms(page, node, take) {
  const go = (path) => page.goto(node.url + path, { waitUntil: "load" });
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);

  await go("/admin/clients/new");
  await page.fill("#name", "Ada Brightfield");
  await page.fill("#company", "Brightfield Media GmbH");
  await page.fill("#email", `ada.${stamp}@brightfield.example`);
  await page.fill("#line1", "Hafenstraße 9");
  await page.fill("#postal_code", "20457");
  await page.fill("#city", "Hamburg");
  await submit("main button.primary");
  check("a client is registered", /\/admin\/clients\/cli_/.test(page.url()) ? "" : page.url());
  const client = new URL(page.url()).pathname;
  equal("the account is headed by the firm", await page.textContent("h1"), "Brightfield Media GmbH");

  await go("/admin/clients/new");
  await page.fill("#name", "Somebody");
  await page.fill("#email", "not-an-address@x");
  await submit("main button.primary");
  check("a wrong field is named beside it", (await page.locator("#email-help").textContent()).length > 5 ? "" : "no text");
  equal("a refused form is answered with 422", await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseStatus), 422);
  equal("a refused form keeps what was typed", await page.inputValue("#name"), "Somebody");
  take();

  await go("/admin/products/new");
  await page.fill("#name", "VPS 4 vCPU");
  await page.fill("#code", `vps-4-${stamp}`);
  await page.selectOption("#kind", "vps");
  await page.fill("#price", "19.00");
  await submit("main button.primary");
  equal("a product is created", new URL(page.url()).pathname, "/admin/products");
  const product = await page.getAttribute(`tr:has-text("vps-4-${stamp}") a[href^="/admin/products/prd_"]`, "href");
  await go(`${product}/options`);
  await page.fill("#options", "location | Where it stands | choice");
  await submit("main button.primary");
  check("a wrong option is named beside its field", (await page.locator("#options-help").textContent()).includes("Line 1") ? "" : "no line");
  await page.fill("#options", "location | Where it stands | choice\n- fra | Frankfurt\n- ash | Ashburn | 2.00 EUR");
  await submit("main button.primary");
  equal("options are set", new URL(page.url()).pathname, product);
  take();

  const invoices = [];
  for (const [description, price] of [["Dedicated server AX41", "299.00"], ["Managed hosting", "48.00"], ["Domain", "12.00"]]) {
    await go(`/admin/invoices/new?client=${client.split("/").pop()}`);
    if (await page.locator("select#client").count()) await page.selectOption("#client", client.split("/").pop());
    await page.fill("#description-0", description);
    await page.fill("#unit_price-0", price);
    await page.fill("#tax_rate-0", "19");
    await page.waitForFunction(() => document.querySelector(".sums .total"));
    if (invoices.length === 0) {
      await page.click("button[name=add]");
      await page.waitForSelector("#description-1");
      await page.fill("#description-1", "Setup");
      await page.selectOption("#kind-1", "setup_fee");
      await page.fill("#unit_price-1", "48.00");
      await page.fill("#tax_rate-1", "19");
      await page.waitForFunction(() => document.querySelector(".sums dd.total")?.textContent.includes("412.93"));
      equal("totals follow as lines are typed", (await page.textContent(".sums dd.total")).trim(), "€\u00a0412.93");
    }
    await submit("main form > .row button.primary");
    check("a draft is saved", /\/admin\/invoices\/inv_/.test(page.url()) ? "" : page.url());
    invoices.push(new URL(page.url()).pathname);
  }

  await go(invoices[0]);
  await page.click('a[href$="/issue"]');
  await page.waitForSelector("#sheet[open] button.primary");
  await submit("#sheet button.primary");
  const number = (await page.textContent("h1")).trim();
  check("an issued invoice has a number", /^INV-\d{4}-\d{6}$/.test(number) ? "" : number);
  equal("an issued invoice is open", (await page.textContent(".title .badge")).trim(), "Open");

  await go(`/admin/payments/new?invoice=${invoices[0].split("/").pop()}`);
  await page.fill("#amount", "200.00");
  await page.fill("#reference", `SEPA ${stamp}`);
  await submit("main button.primary");
  equal("a part of it is paid", (await page.textContent(".title .badge")).trim(), "Partially paid");
  check("the balance follows", (await page.textContent("main")).includes("€\u00a0212.93") ? "" : "no € 212.93");

  await go(`${invoices[1]}/issue`);
  await submit("main button.primary");
  await go(`${invoices[1]}/void`);
  await page.fill("#reason", "billed twice");
  await submit("main button.danger");
  equal("a voided invoice says so", (await page.textContent(".title .badge")).trim(), "Void");
  await go("/admin/trial-balance");
  equal("debits equal credits", (await page.textContent("section.card header .badge")).trim(), "Debits = credits");
  return { client, product, invoice: invoices[0], draft: invoices[2], number };
}

/// A subscription is begun; a second one is changed after what that comes to was shown, and cancelled.
async function useSubscriptions(page, node, made) {
  const go = (path) => page.goto(node.url + path, { waitUntil: "load" });
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  const client = made.client.split("/").pop();
  const begin = async () => {
    await go(`/admin/subscriptions/new?client=${client}`);
    if (await page.locator("select#client").count()) await page.selectOption("#client", client);
    await page.selectOption("#product_id", { label: `VPS 4 vCPU (vps-4-${stamp})` });
    await page.selectOption("#cycle", "m1");
    await page.fill("#rate", "19");
    await submit("main button.primary");
    check("a subscription is begun", /\/admin\/subscriptions\/sub_/.test(page.url()) ? "" : page.url());
    equal("a subscription that was begun is active", (await page.textContent(".title .badge")).trim(), "Active");
    return new URL(page.url()).pathname;
  };
  const running = await begin();
  check("what was billed is linked", (await page.locator('main td + th a[href^="/admin/invoices/inv_"]').count()) === 1 ? "" : "no invoice");

  const cancelled = await begin();
  await go(`${cancelled}/change`);
  await page.fill("#quantity", "2");
  await submit("main form button.primary");
  equal("a change is shown before it is confirmed", await page.locator("button[name=confirm]").count(), 1);
  await submit("button[name=confirm]");
  equal("a confirmed change leads back to the subscription", new URL(page.url()).pathname, cancelled);
  check("it has its new quantity", (await page.textContent("main")).includes("19.00 × 2") ? "" : "no 19.00 × 2");
  await page.click('a[href$="/cancel-now"]');
  await page.waitForSelector("#sheet[open] button.danger");
  check("the question says what goes back", (await page.textContent("#sheet")).includes("goes back (") ? "" : await page.textContent("#sheet"));
  await submit("#sheet button.danger");
  equal("a cancelled subscription ended", (await page.textContent(".title .badge")).trim(), "Ended");

  await go("/admin/credit-notes");
  const note = await page.locator('a[href^="/admin/credit-notes/crn_"]').first().getAttribute("href");
  const payment = await refundPayment(page, go, submit);
  return { ...made, subscription: running, ended: cancelled, note, payment };
}

/// A product with a question is ordered twice; one order is accepted, the other one waits.
async function useOrders(page, node, made) {
  const go = (path) => page.goto(node.url + path, { waitUntil: "load" });
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  const client = made.client.split("/").pop();
  const place = async () => {
    await go(`/admin/orders/new?client=${client}`);
    if (await page.locator("select#client").count()) await page.selectOption("#client", client);
    await page.selectOption("#product_id", { label: `VPS 4 vCPU (vps-4-${stamp})` });
    await page.selectOption("#cycle", "m1");
    await submit("main button.primary");
    equal("a product's questions are asked once it is chosen", await page.locator("#answer-location").count(), 1);
    await page.selectOption("#answer-location", "ash");
    await submit("main button.primary");
    check("an order is placed", /\/admin\/orders\/ord_/.test(page.url()) ? "" : page.url());
    check("its answers stand on its page", (await page.textContent("main")).includes("Ashburn") ? "" : "no Ashburn");
    return new URL(page.url()).pathname;
  };
  const waiting = await place();
  const order = await place();
  await page.click('a[href$="/accept"]');
  await page.waitForSelector("#sheet[open] button.primary");
  await page.selectOption("#sheet #category", "S");
  await page.fill("#sheet #rate", "19");
  await submit("#sheet button.primary");
  equal("an accepted order says so", (await page.textContent(".title .badge")).trim(), "Accepted");
  equal("its subscription is linked", await page.locator('main a[href^="/admin/subscriptions/sub_"]').count(), 1);
  equal("its invoice is linked", await page.locator('main a[href^="/admin/invoices/inv_"]').count(), 1);
  return { ...made, order, waiting };
}

/// A part of a payment is sent back, from its page; answers the page.
async function refundPayment(page, go, submit) {
  await go("/admin/payments");
  const payment = await page.locator('a[href^="/admin/payments/pay_"]').first().getAttribute("href");
  await go(payment);
  await page.click(`a[href="${payment}/refund"]`);
  await page.waitForSelector("#sheet[open] button.danger");
  await page.fill("#sheet input[name=amount]", "1.00");
  await page.fill("#sheet input[name=reason]", "an outage");
  await submit("#sheet button.danger");
  equal("a refund leads back to its payment", new URL(page.url()).pathname, payment);
  check("the refund stands on the page", (await page.textContent("main")).includes("an outage") ? "" : "no refund");
  return payment;
}

/// A saved draft opened again; the second of two editors is told and overwrites nothing.
async function useEditor(context, page, node, made) {
  await page.goto(node.url + made.draft, { waitUntil: "load" });
  await Promise.all([page.waitForURL(`**${made.draft}/edit`), page.click('a[href$="/edit"]')]);
  equal("a saved draft opens with its lines", await page.inputValue("#description-0"), "Domain");
  const other = await context.newPage();
  await other.goto(`${node.url}${made.draft}/edit`, { waitUntil: "load" });
  const submit = (on) => Promise.all([on.waitForNavigation({ waitUntil: "load" }), on.click("main form > .row button.primary")]);
  await page.click("button[name=add]");
  await page.waitForSelector("#description-1");
  await page.fill("#description-1", "Transfer");
  await page.fill("#unit_price-1", "5.00");
  await page.fill("#tax_rate-1", "19");
  await page.waitForFunction(() => document.querySelector(".sums dd.total")?.textContent.includes("20.23"));
  await submit(page);
  equal("an edited draft leads back to its page", new URL(page.url()).pathname, made.draft);
  check("it has its new total", (await page.textContent("main")).includes("€\u00a020.23") ? "" : "no € 20.23");
  await other.fill("#unit_price-0", "99.00");
  await submit(other);
  check("the second editor is told", (await other.textContent("[role=alert]")).includes("Somebody else changed this draft") ? "" : "no word");
  equal("the second editor keeps what was typed", await other.inputValue("#unit_price-0"), "99.00");
  await other.goto(`${node.url}${made.draft}/edit`, { waitUntil: "load" });
  equal("and has overwritten nothing", await other.inputValue("#unit_price-0"), "12.00");
  await other.close();
}

/// A read model is held where it is, says so, and goes on.
async function useBrake(page, node, take) {
  await page.goto(`${node.url}/admin/projections`, { waitUntil: "load" });
  const press = async (verb) => {
    await page.click(`a[aria-label="${verb} product_list"]`);
    await page.waitForSelector("#sheet[open] button.primary");
    await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("#sheet button.primary")]);
  };
  await press("Pause");
  check("a paused read model says how to go on", (await page.textContent("main")).includes("Resume it and it goes on from there") ? "" : "no word");
  await look(page, take, "projections-paused");
  await press("Resume");
  equal("a resumed read model is live", await page.locator('a[aria-label="Pause product_list"]').count(), 1);
}

/// Times are chosen in a dialog; what is none is refused beside its field, and what is paused says so.
async function useSchedules(page, node, take) {
  await page.goto(`${node.url}/admin/schedules`, { waitUntil: "load" });
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click('a[href$="/dun_late_clients"]')]);
  const change = async (cadence, running) => {
    await page.click('main a[href$="/change"]');
    await page.waitForSelector("#sheet[open] #cadence");
    await page.fill("#cadence", cadence);
    await page.selectOption("#running", running);
    await page.click("#sheet button.primary");
  };
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), change("every other day", "yes")]);
  equal("times that are none are refused beside their field", await page.locator("main #cadence[aria-invalid=true]").count(), 1);
  take();
  await look(page, take, "schedule-refused");
  await page.goto(`${node.url}/admin/schedules/dun_late_clients`, { waitUntil: "load" });
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), change("cron 30 2 * * 1-5", "no")]);
  equal("a schedule that is paused says so", (await page.textContent("main .title .badge")).trim(), "Paused");
  check("and keeps its times", (await page.textContent("main .facts")).includes("cron 30 2 * * 1-5") ? "" : "no times");
}

/// Each row of the trial balance leads to its entries in the journal.
async function useBooks(page, node) {
  await page.goto(`${node.url}/admin/trial-balance`, { waitUntil: "load" });
  await Promise.all([page.waitForURL("**/admin/journal?**"), page.click("tbody th a")]);
  const asked = new URL(page.url()).searchParams;
  equal("the journal is that of the account", await page.inputValue("#account"), asked.get("account"));
  equal("and of the currency", await page.inputValue("#currency"), "EUR");
}

async function useKeys(page, node, made) {
  await page.goto(`${node.url}/admin`, { waitUntil: "load" });
  await page.keyboard.press("Tab");
  equal("the first stop of the keyboard skips to the content", await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Control+k");
  await page.waitForSelector("#palette[open]");
  await page.keyboard.type(made.number);
  await page.waitForFunction((number) => document.querySelector("#hits a")?.textContent.includes(number), made.number);
  await Promise.all([page.waitForURL(`**${made.invoice}`), page.keyboard.press("Enter")]);
  equal("the palette opens an invoice by its number", (await page.textContent("h1")).trim(), made.number);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("g");
  await Promise.all([page.waitForURL("**/admin/trial-balance"), page.keyboard.press("t")]);
  await page.goto(`${node.url}/admin/invoices`, { waitUntil: "load" });
  await page.keyboard.press("/");
  equal("a slash goes to the filter", await page.evaluate(() => document.activeElement.name), "q");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("j");
  equal("j marks the first row", await page.locator("tr.on").count(), 1);
  await page.keyboard.press("?");
  await page.waitForSelector("#help[open]");
  await page.keyboard.press("Escape");

  const dark = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.click("[data-theme-switch] button");
  const light = await page.evaluate(() => document.documentElement.dataset.theme);
  await page.reload({ waitUntil: "load" });
  const kept = await page.evaluate(() => document.documentElement.dataset.theme);
  check("dark is the default, and the switch is remembered", dark === "dark" && light === "light" && kept === "light" ? "" : `${dark} ${light} ${kept}`);
}

async function useTime(page, node, made) {
  await page.goto(`${node.url}${made.client}?version=1`, { waitUntil: "load" });
  check("a past version says so", (await page.locator(".asof.past").count()) === 1 ? "" : "no bar");
  equal("actions are off in the past", await page.locator(".head .actions a").count(), 0);
  await page.goto(`${node.url}${made.client}`, { waitUntil: "load" });
  await page.click('a[href$="/balance"]');
  await page.waitForSelector("#sheet[open]");
  check("the balance is explained by its parts", (await page.textContent("#sheet")).includes(made.number) ? "" : "no invoice");
}

/// A client is registered in a dialog, found as one types, and has notes, contacts and fields of the seller's own.
async function useRecords(page, node, made) {
  const go = (path) => page.goto(node.url + path, { waitUntil: "load" });
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  await go("/admin/clients");
  await page.click('.head a[href$="/clients/new"]');
  await page.waitForSelector("#sheet[open] #email");
  await page.fill("#sheet #email", "not-an-address@x");
  await page.waitForSelector("#sheet .wrong");
  equal("what is typed is checked before it is sent", await page.inputValue("#sheet #email"), "not-an-address@x");
  check("an empty field is not called wrong yet", (await page.locator("#sheet .wrong").count()) === 1 ? "" : "too much is wrong");
  await page.fill("#sheet #email", `dora.${stamp}@dialog.example`);
  await page.waitForFunction(() => !document.querySelector("#sheet .wrong"));
  await page.fill("#sheet #first_name", "Dora");
  await page.fill("#sheet #last_name", "Dialog");
  await submit("#sheet button.primary");
  equal("a name is made of first and last name", await page.textContent("h1"), "Dora Dialog");

  await go("/admin/clients");
  await page.fill("#list input[name=q]", "brightfield media");
  await page.waitForFunction(() => document.querySelectorAll("#list tbody tr").length === 1);
  equal("the search keeps what is typed", await page.inputValue("#list input[name=q]"), "brightfield media");
  const named = await page.waitForURL(/q=brightfield/, { waitUntil: "commit", timeout: 10_000 }).then(() => "", (error) => error.message);
  check("the search stands in the address", named);

  await go("/admin/settings/custom-fields/new");
  await page.fill("#label", "Account manager");
  await page.fill("#custom_key", `manager-${stamp}`);
  await submit("main button.primary");
  await go(`${made.client}/record`);
  await page.click('a[href$="/note"]');
  await page.waitForSelector("#sheet[open] #text");
  await page.fill("#sheet #text", "Calls on Fridays.\nAsk for Bob.");
  await submit("#sheet button.primary");
  check("a note is kept with its author", (await page.textContent(".notes")).includes("Maria Lindqvist") ? "" : "no author");
  await page.click('a[href$="/contact"]');
  await page.waitForSelector("#sheet[open] #kinds");
  await page.selectOption("#sheet #also", "technical");
  await page.fill("#sheet #name", "Bob Bookkeeper");
  await submit("#sheet button.primary");
  check("a contact has its kinds", (await page.textContent("ul.notes")).includes("Technical") ? "" : "no kind");
  await page.click('a[href$="/custom-fields"]');
  await page.waitForSelector("#sheet[open] input[name^=custom-]");
  await page.fill("#sheet input[name^=custom-]", "Grace");
  await submit("#sheet button.primary");
  check("a field of the seller's own is kept", (await page.textContent("main")).includes("Grace") ? "" : "no value");

  await go("/admin/audit?entity=client");
  await page.selectOption("select[name=action]", "CREATE");
  await page.waitForURL(/action=CREATE/);
  check("filters are kept in the address", page.url().includes("entity=client") ? "" : page.url());
  const file = await page.getAttribute('a[href*="/audit/export/csv"]', "href");
  check("the file has the same filter", file.includes("action=CREATE") && file.includes("entity_type=client") ? "" : file);
  const csv = await page.evaluate(async (href) => (await fetch(href)).text(), file);
  check("the audit log is exported", csv.startsWith("position,at,action") ? "" : csv.slice(0, 80));
  await page.click("main td a[href$='#why']");
  await page.waitForSelector(".why li[aria-current]");
}

/// The stream of the overview shows what another window does.
async function useStream(context, page, node) {
  await page.goto(`${node.url}/admin`, { waitUntil: "load" });
  const other = await context.newPage();
  await other.goto(`${node.url}/admin/clients/new`, { waitUntil: "load" });
  await other.fill("#name", "Live Wire");
  await Promise.all([other.waitForNavigation({ waitUntil: "load" }), other.click("main button.primary")]);
  await page.bringToFront();
  const seen = page.waitForSelector("#stream li.new", { timeout: 15_000 }).then(() => "", (error) => error.message);
  check("a new event reaches an open page", await seen);
  await other.close();
}

/// The pages with scripts off: links and forms do the same.
async function useNoScript(browser, node) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await signIn(page, node);
  await page.goto(`${node.url}/admin/invoices/new`);
  await page.click("button[name=add]");
  equal("a line is added without a script", await page.locator("#description-1").count(), 1);
  await page.goto(`${node.url}/admin`);
  await page.fill("form.find input[name=q]", "trial");
  await page.press("form.find input[name=q]", "Enter");
  check("the search works without a script", (await page.textContent("main")).includes("Trial balance") ? "" : "nothing found");
  await page.click("[data-theme-switch] button");
  equal("the theme switches without a script", await page.getAttribute("html", "data-theme"), "light");
  await context.close();
}

const places = (made) => ({
  overview: "/admin",
  clients: "/admin/clients",
  "client-new": "/admin/clients/new",
  client: made.client,
  "client-invoices": `${made.client}?tab=invoices`,
  "client-events": `${made.client}?tab=events`,
  "client-past": `${made.client}?version=2&compare=1`,
  "client-balance": `${made.client}/balance`,
  "client-record": `${made.client}/record`,
  "client-picture": `${made.client}/picture`,
  "client-details": `${made.client.replace("/clients/", "/client-records/")}/details`,
  "client-contact": `${made.client.replace("/clients/", "/client-records/")}/contact`,
  "client-note": `${made.client.replace("/clients/", "/client-records/")}/note`,
  "clients-none": "/admin/clients?q=nobodyhere",
  "custom-field-new": "/admin/settings/custom-fields/new",
  "client-erase": `${made.client}/erase`,
  "client-affiliate": `${made.client}/affiliate`,
  "client-referral": `${made.client}/referral`,
  affiliates: "/admin/affiliates",
  "affiliate-programme": "/admin/affiliates/programme",
  invoices: "/admin/invoices",
  "invoices-none": "/admin/invoices?q=NOTHING-99",
  "invoice-new": "/admin/invoices/new",
  invoice: made.invoice,
  "invoice-payments": `${made.invoice}?tab=payments`,
  "invoice-history": `${made.invoice}?tab=events`,
  "invoice-void": `${made.invoice}/void`,
  "invoice-credit": `${made.invoice}/credit`,
  "invoice-debit": `${made.invoice}/debit`,
  draft: made.draft,
  "draft-edit": `${made.draft}/edit`,
  subscriptions: "/admin/subscriptions",
  "subscriptions-due": "/admin/subscriptions?show=due",
  "subscription-new": "/admin/subscriptions/new",
  subscription: made.subscription,
  "subscription-ended": made.ended,
  "subscription-change": `${made.subscription}/change`,
  "subscription-pause": `${made.subscription}/pause`,
  "subscription-cancel": `${made.subscription}/cancel`,
  "billing-runs": "/admin/billing-runs",
  "billing-run-new": "/admin/billing-runs/new",
  dunning: "/admin/dunning",
  "dunning-all": "/admin/dunning?status=all",
  "dunning-strategies": "/admin/dunning-strategies",
  "dunning-strategy-new": "/admin/dunning-strategies/new",
  "credit-notes": "/admin/credit-notes",
  "credit-note": made.note,
  proformas: "/admin/proformas",
  "draft-proforma": `${made.draft}/proforma`,
  payments: "/admin/payments",
  payment: made.payment,
  "payment-dispute": `${made.payment}/dispute`,
  "payment-new": "/admin/payments/new",
  orders: "/admin/orders",
  "order-new": "/admin/orders/new",
  order: made.order,
  "order-waiting": made.waiting,
  "order-accept": `${made.waiting}/accept`,
  products: "/admin/products",
  "product-new": "/admin/products/new",
  product: made.product,
  "product-price": `${made.product}/price`,
  "product-describe": `${made.product}/describe`,
  "product-quotas": `${made.product}/quotas`,
  "product-options": `${made.product}/options`,
  "tax-rates": "/admin/tax-rates",
  "tax-rate-new": "/admin/tax-rates/new",
  staff: "/admin/staff",
  "staff-new": "/admin/staff/new",
  "staff-member": made.member,
  "staff-give": `${made.member}/give`,
  departments: "/admin/departments",
  "department-new": "/admin/departments/new",
  department: made.department,
  resellers: "/admin/resellers",
  approvals: "/admin/approvals",
  "approval-limits": "/admin/approvals/limits",
  schedules: "/admin/schedules",
  schedule: "/admin/schedules/bill_due_subscriptions",
  "schedule-change": "/admin/schedules/bill_due_subscriptions/change",
  "schedule-run": "/admin/schedules/bill_due_subscriptions/run",
  webhooks: "/admin/webhooks",
  "webhook-new": "/admin/webhooks/new",
  "api-keys": "/admin/api-keys",
  "api-key-new": "/admin/api-keys/new",
  tenants: "/admin/tenants",
  "tenant-new": "/admin/tenants/new",
  "staff-picture": `${made.member}/picture`,
  roles: "/admin/roles",
  rights: "/admin/rights",
  "rights-of-many": "/admin/rights?permission=invoices:write&before=8",
  "role-new": "/admin/roles/new",
  role: made.role,
  "client-groups": "/admin/client-groups",
  "client-group-new": "/admin/client-groups/new",
  coupons: "/admin/coupons",
  "coupon-new": "/admin/coupons/new",
  "gift-cards": "/admin/gift-cards",
  "gift-card-new": "/admin/gift-cards/new",
  "gift-card-redeem": "/admin/gift-cards/redeem",
  "gift-card-expire": "/admin/gift-cards/expire",
  "number-register": "/admin/number-register",
  journal: "/admin/journal",
  periods: "/admin/periods",
  "period-close": "/admin/periods/2026-01/close",
  "journal-recognise": "/admin/journal/recognise",
  "journal-account": "/admin/journal?account=1200&currency=EUR&as_of=8",
  "trial-balance": "/admin/trial-balance",
  events: "/admin/events",
  event: "/admin/events/5",
  audit: "/admin/audit",
  "audit-none": "/admin/audit?action=LOGOUT",
  "audit-narrowed": "/admin/audit?type=client.registered,invoice.issued&on=2026-03-02",
  unusual: "/admin/unusual",
  "unusual-none": "/admin/unusual?kind=lock_outs&to=2020-01-01",
  projections: "/admin/projections",
  "projection-pause": "/admin/projections/journal/pause",
  integrity: "/admin/integrity",
  settings: "/admin/settings",
  "settings-conventions": "/admin/settings/conventions",
  "settings-branding": "/admin/settings/branding",
  security: "/admin/security",
  "security-profile": "/admin/security/profile",
  "settings-sign-in": "/admin/settings/sign-in",
  "settings-letterhead": "/admin/settings/letterhead",
  "settings-document-numbers": "/admin/settings/document-numbers",
  search: "/admin/search?q=invoice",
  missing: "/admin/nothing-here",
});

/// A role of one's own is made, and somebody who has it sees what it allows and nothing else.
async function usePeople(browser, page, node, take, made) {
  const go = (path) => page.goto(node.url + path, { waitUntil: "load" });
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  await go("/admin/roles/new");
  await page.fill("#name", `Cashier ${stamp}`);
  await page.fill("#description", "Takes money");
  await submit("main button.primary");
  check("a role without permissions is refused", (await page.textContent("main .note.red")).length > 5 ? "" : "no reason");
  take();
  for (const slug of ["clients:read", "payments:read"]) await page.check(`input[value="${slug}"]`);
  await submit("main button.primary");
  const role = new URL(page.url()).pathname;
  check("a role is made", /\/admin\/roles\/rol_/.test(role) ? "" : role);
  const email = `grace.${stamp}@northwind.example`;
  await go("/admin/staff/new");
  await page.fill("#name", "Grace Hopper");
  await page.fill("#email", email);
  await page.fill("#password", "correct horse battery");
  await page.check(`input[value="${role.split("/").pop()}"]`);
  await submit("main button.primary");
  const member = new URL(page.url()).pathname;
  check("somebody is added", /\/admin\/staff\/stf_/.test(member) ? "" : member);
  await go("/admin/departments/new");
  await page.fill("#name", `Billing ${stamp}`);
  await page.fill("#description", "Invoices and payments");
  await submit("main button.primary");
  const department = new URL(page.url()).pathname;
  check("a department is made", /\/admin\/departments\/dep_/.test(department) ? "" : department);
  const context = await browser.newContext();
  const grace = await context.newPage();
  await grace.goto(`${node.url}/admin/sign-in`, { waitUntil: "load" });
  await grace.fill("#email", email);
  await grace.fill("#password", "correct horse battery");
  await Promise.all([grace.waitForURL(`${node.url}/admin/clients`), grace.click("form button.primary")]);
  const seen = await grace.locator("nav.side ul a").evaluateAll((links) => links.map((link) => link.getAttribute("href")).join(" "));
  equal("a cashier sees the places of a cashier", seen, "/admin/clients /admin/payments /admin/gift-cards");
  const answer = await grace.goto(`${node.url}/admin/invoices`, { waitUntil: "load" });
  equal("and no others", answer.status(), 403);
  await context.close();
  return { ...made, role, member, department };
}

/// Every page at one width, in both themes.
async function visit(browser, node, width, made) {
  // Without motion, so that the colours of a theme stand as soon as it is switched.
  const viewport = { width, height: width < 600 ? 844 : 900 };
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  const { page, take } = await open(context, node);
  await page.goto(`${node.url}/admin/sign-in`, { waitUntil: "load" });
  await lookAtBoth(page, take, "sign-in", width);
  for (const [name, path] of [["forgot-password", "forgot-password"], ["reset-password", "reset-password?sent=yes"]]) {
    await page.goto(`${node.url}/admin/${path}`, { waitUntil: "load" });
    await lookAtBoth(page, take, name, width);
  }
  await signIn(page, node);
  for (const [name, path] of Object.entries(places(made))) {
    if (only && !name.startsWith(only)) continue;
    await page.goto(node.url + path, { waitUntil: "load" });
    if (name === "missing") take();
    await lookAtBoth(page, take, name, width);
  }
  await rooms({ page, take }, node, `ada.${stamp}@brightfield.example`, width, lookAtBoth);
  await context.close();
  const theirs = await browser.newContext({ viewport, reducedMotion: "reduce" });
  await shopOfReseller(await open(theirs, node), node, reseller, made, width, { lookAtBoth, equal });
  await theirs.close();
}

/// A theme is colours and nothing else, so the second look asks about colours alone. The third is for languages that are
/// written from right to left: everything stands mirrored, and still fits.
async function lookAtBoth(page, take, name, width) {
  await look(page, take, `${name}-dark-${width}`);
  await page.evaluate(() => { document.documentElement.dataset.theme = "light"; });
  await look(page, take, `${name}-light-${width}`, (axe) => axe.withRules(["color-contrast"]));
  await page.evaluate(() => { document.documentElement.dir = "rtl"; });
  await fits(page, `${name}-mirrored-${width}`);
  await page.screenshot({ path: join(pictures, `${name}-mirrored-${width}.png`) });
}

async function fits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  check(`${name} fits the window`, wide > 0 ? `${wide} px too wide` : "");
}

async function look(page, take, name, ask = (axe) => axe.withTags(rules)) {
  await page.evaluate(() => document.fonts.ready);
  await fits(page, name);
  const found = await ask(new AxeBuilder({ page })).analyze();
  const told = found.violations.map((rule) => `${rule.id} at ${rule.nodes.map((node) => node.target).join(", ")}`);
  check(`${name} is accessible`, told.join("; "));
  await page.screenshot({ path: join(pictures, `${name}.png`) });
  check(`${name} is quiet`, take());
}

/// Both readers of the API document draw it, and load nothing from elsewhere.
async function useDocuments(browser, node) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const { page, take } = await open(context, node);
  for (const path of ["/docs", "/redoc"]) {
    await page.goto(node.url + path, { waitUntil: "load" });
    await page.getByText("An event-sourced billing ledger").first().waitFor();
    check(`${path} is quiet`, take());
  }
  await context.close();
}

mkdirSync(pictures, { recursive: true });
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const node = await target();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const { page, take } = await open(context, node);
  const turnedAway = await page.goto(`${node.url}/admin/invoices`, { waitUntil: "load" });
  check("nobody gets in without signing in", turnedAway.url().includes("/admin/sign-in") ? "" : turnedAway.url());
  await signIn(page, node);
  const made = await useForms(page, node, take);
  check("using the forms is quiet", take());
  await useEditor(context, page, node, made);
  await useBrake(page, node, take);
  await useSchedules(page, node, take);
  await useBooks(page, node);
  check("editor, brake and books are quiet", take());
  await useKeys(page, node, made);
  await useTime(page, node, made);
  await useRecords(page, node, made);
  await useStream(context, page, node);
  check("keys, time and stream are quiet", take());
  const subscribed = await useSubscriptions(page, node, made);
  const ordered = await useOrders(page, node, subscribed);
  const all = await usePeople(browser, page, node, take, ordered);
  await welcome(browser, node, await invite(page, node, all.client));
  await hireReseller(page, node, reseller, all.client);
  check("using subscriptions and orders is quiet", take());
  await context.close();
  await useNoScript(browser, node);
  await useDocuments(browser, node);
  await usePasskeys(browser, node, check);
  await Promise.all([1440, 390].map((width) => visit(browser, node, width, all)));
} catch (error) {
  check("the run comes to its end", error.stack);
} finally {
  await browser.close();
  await node.stop();
}
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed === 0 ? 0 : 1);
