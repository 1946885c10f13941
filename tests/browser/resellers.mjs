// The pages of a reseller: somebody with the built-in role is hired and given a client, and every page they have is
// looked at in both themes.

/** Hires a reseller of `email` by the pages of staff, and gives them the client of `path`. */
export async function hireReseller(page, node, email, path) {
  const submit = async (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  await page.goto(`${node.url}/admin/staff/new`, { waitUntil: "load" });
  await page.fill("#name", "Ida Rhodes");
  await page.fill("#email", email);
  await page.fill("#password", "correct horse battery");
  await page.locator("label.tick", { hasText: "Selling to clients of one's own" }).locator("input").check();
  await submit("main button.primary");
  await page.goto(`${node.url}${path}/access`, { waitUntil: "load" });
  await page.selectOption("#reseller_id", { label: "Ida Rhodes" });
  await submit("main button.primary");
}

/** Every page of theirs, looked at by `lookAtBoth`; what is not theirs is refused. */
export async function shopOfReseller({ page, take }, node, email, made, width, { lookAtBoth, equal }) {
  await page.goto(`${node.url}/admin/sign-in`, { waitUntil: "load" });
  await page.fill("#email", email);
  await page.fill("#password", "correct horse battery");
  await Promise.all([page.waitForURL(`${node.url}/admin`), page.click("form button.primary")]);
  await lookAtBoth(page, take, "reseller-overview", width);
  const seen = await page.locator("nav.side ul a").evaluateAll((links) => links.map((link) => link.getAttribute("href").slice(6)).join(" "));
  equal("a reseller sees the places of a reseller", seen, " /clients /invoices /subscriptions /payments /credit-notes /orders /products");
  const pages = {
    clients: "/admin/clients",
    client: made.client,
    record: `${made.client}/record`,
    access: `${made.client}/access`,
    "client-new": "/admin/clients/new",
    invoices: "/admin/invoices",
    invoice: made.invoice,
    payments: "/admin/payments",
    subscriptions: "/admin/subscriptions",
    orders: "/admin/orders",
    products: "/admin/products",
    search: "/admin/search?q=invoice",
  };
  for (const [name, path] of Object.entries(pages)) {
    const answer = await page.goto(node.url + path, { waitUntil: "load" });
    equal(`a reseller has the page ${name}`, answer.status(), 200);
    await lookAtBoth(page, take, `reseller-${name}`, width);
  }
  const answer = await page.goto(`${node.url}/admin/coupons`, { waitUntil: "load" });
  equal("a page about all clients is refused to a reseller", answer.status(), 403);
  take();
  await lookAtBoth(page, take, "reseller-refused", width);
}
