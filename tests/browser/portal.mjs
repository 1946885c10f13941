// The rooms of clients: an invitation by staff, a password, and every room at one width in both themes.

/** Invites the client of `path` by the pages of staff; answers the code. */
export async function invite(page, node, path) {
  await page.goto(`${node.url}${path}/access`, { waitUntil: "load" });
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click("text=Make an invitation")]);
  return page.textContent("main code");
}

/** Sets the password by the code; once for all widths. */
export async function welcome(browser, node, code) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${node.url}/portal/welcome`, { waitUntil: "load" });
  await page.fill("#code", code);
  await page.fill("#password", "correct horse battery");
  await Promise.all([page.waitForURL(`${node.url}/portal/sign-in`), page.click("form button.primary")]);
  await context.close();
}

/** Every room, looked at by `lookAtBoth`. */
export async function rooms({ page, take }, node, email, width, lookAtBoth) {
  await page.goto(`${node.url}/portal/sign-in`, { waitUntil: "load" });
  await lookAtBoth(page, take, "portal-sign-in", width);
  await page.fill("#email", email);
  await page.fill("#password", "correct horse battery");
  await Promise.all([page.waitForURL(`${node.url}/portal`), page.click("form button.primary")]);
  await lookAtBoth(page, take, "portal-overview", width);
  await page.goto(`${node.url}/portal/invoices`, { waitUntil: "load" });
  await lookAtBoth(page, take, "portal-invoices", width);
  const first = await page.locator("main table a").first().getAttribute("href");
  for (const [name, path] of [["invoice", first], ["account", "/portal/account"], ["security", "/portal/security"]]) {
    await page.goto(node.url + path, { waitUntil: "load" });
    await lookAtBoth(page, take, `portal-${name}`, width);
  }
}
