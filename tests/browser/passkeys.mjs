// Passkeys through the pages, with the authenticator that Chromium has for tests.

/// Adds a passkey on the page Security, signs out, and comes in by it alone.
export async function usePasskeys(browser, node, check) {
  // A passkey is for a name, never for an address of a machine.
  const url = node.url.replace("127.0.0.1", "localhost");
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true };
  const device = { ...options, isUserVerified: true, automaticPresenceSimulation: true };
  await devtools.send("WebAuthn.addVirtualAuthenticator", { options: device });
  await page.goto(`${url}/admin/sign-in`, { waitUntil: "load" });
  await page.fill("#email", node.email);
  await page.fill("#password", node.password);
  await Promise.all([page.waitForURL(`${url}/admin`), page.click("form button.primary")]);
  await page.goto(`${url}/admin/security`, { waitUntil: "load" });
  const form = page.locator("form[data-passkey=add]");
  await form.locator("[name=passkey_name]").fill("Laptop of the test");
  await form.locator("[name=passkey_proof]").fill("not the password");
  await form.locator("button").click();
  await form.locator("[data-passkey-error]").getByText("password is not right").waitFor();
  await form.locator("[name=passkey_proof]").fill(node.password);
  await Promise.all([page.waitForURL(/done=passkey/), form.locator("button").click()]);
  const listed = await page.getByRole("row", { name: /Laptop of the test/ }).count();
  check("a passkey is listed", listed === 1 ? "" : `${listed} rows`);
  await context.clearCookies();
  await page.goto(`${url}/admin/sign-in?next=/admin/security`, { waitUntil: "load" });
  await Promise.all([page.waitForURL(`${url}/admin/security`), page.click("form[data-passkey=show] button")]);
  const used = await page.getByRole("row", { name: /Laptop of the test/ }).innerText();
  check("a passkey signs in, and its use is noted", used.includes("Never") ? used : "");
  await page.getByLabel(/Remove the passkey/).click();
  const sheet = page.locator("#sheet");
  await sheet.locator("[name=proof]").fill("not the password");
  await sheet.locator("button").click();
  await page.getByText("password is not right").first().waitFor();
  await page.locator("form[action$=remove] [name=proof]").fill(node.password);
  await Promise.all([page.waitForURL(/done=passkey-removed/), page.click("form[action$=remove] button")]);
  await context.close();
}
