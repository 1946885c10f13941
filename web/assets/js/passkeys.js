// Passkeys: the browser asks a device, our API checks what it says. Without this script the password still works.
(() => {
  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("[data-passkey]")) form.hidden = false;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function ask(path, body, csrf) {
    const headers = { "content-type": "application/json" };
    if (csrf) headers["x-csrf-token"] = csrf;
    const answer = await fetch(`/api/v1/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail || told.title);
    return told;
  }

  function written(credential) {
    const { response } = credential;
    const json = { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: {} };
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[part]) json.response[part] = text(response[part]);
    }
    return json;
  }

  async function add(form) {
    const { csrf, passkey_name: name, passkey_proof: proof } = form.elements;
    const asked = await ask("/passkeys/options", { password: proof.value }, csrf.value);
    const options = asked.options;
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials) known.id = bytes(known.id);
    const credential = written(await navigator.credentials.create({ publicKey: options }));
    await ask("/passkeys", { ceremony: asked.ceremony, name: name.value, credential }, csrf.value);
    location.assign("/admin/security?done=passkey");
  }

  async function show(form) {
    const asked = await ask("/passkey-login/options", {});
    const options = { ...asked.options, challenge: bytes(asked.options.challenge) };
    const credential = written(await navigator.credentials.get({ publicKey: options }));
    await ask("/passkey-login", { ceremony: asked.ceremony, credential });
    location.assign(form.dataset.next);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("[data-passkey]");
    if (!form) return;
    event.preventDefault();
    const note = form.querySelector("[data-passkey-error]");
    note.hidden = true;
    try {
      await (form.dataset.passkey === "add" ? add(form) : show(form));
    } catch (error) {
      const away = error.name === "NotAllowedError";
      note.querySelector("p").textContent = away ? "The device did not answer, or you said no." : error.message;
      note.hidden = false;
      for (const button of form.querySelectorAll("button")) button.disabled = false;
    }
  });
})();
