"""Waits for a node and fills it with a few things of each kind, through its API.

    seed.py URL EMAIL PASSWORD_FILE PROCESS

Prints the id of an API key and the key.
"""

import http.cookiejar
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL, EMAIL, PASSWORD_FILE, PROCESS = sys.argv[1:]
PATIENCE = 60
opener = urllib.request.build_opener(
    urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
)
headers = {"content-type": "application/json"}
asked = 0


def ask(method, path, body=None, **more):
    """Sends a request under a fresh key; answers the body."""
    return send(method, path, body, more)[0]


def send(method, path, body, more):
    """Sends a request under a fresh key; answers the body and its entity tag."""
    global asked
    asked += 1
    data = None if body is None else json.dumps(body).encode()
    every = {**headers, "idempotency-key": f"seed-{asked}", **more}
    request = urllib.request.Request(URL + path, data, every, method=method)
    try:
        with opener.open(request) as answer:
            text, tag = answer.read(), answer.headers["etag"]
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
    return (json.loads(text) if text else None), tag


def act(noun, thing, verb, body):
    """Changes a thing as it is now."""
    path = f"/api/v1/{noun}/{thing}"
    tag = send("GET", path, None, {})[1]
    return ask("POST", f"{path}/{verb}", body, **{"if-match": tag})


def wait():
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        os.kill(int(PROCESS), 0)
        try:
            return urllib.request.urlopen(URL + "/readyz").close()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{URL} is not ready after {PATIENCE} s")


def sign_in():
    with open(PASSWORD_FILE, encoding="utf-8") as file:
        password = file.readline().strip()
    me = ask("POST", "/api/v1/auth/login", {"email": EMAIL, "password": password})
    headers["x-csrf-token"] = me["csrf_token"]
    scopes = [each["slug"] for each in ask("GET", "/api/v1/permissions")["items"]]
    key = ask("POST", "/api/v1/api-keys", {"name": "API tests", "scopes": scopes})
    ask("POST", "/api/v1/api-keys", {"name": "another", "scopes": ["clients:read"]})
    return key["id"], key["key"]


def sell(name):
    """A client with an invoice in each state, a payment that is matched and one that is not."""
    email = f"{name.lower()}@example.org"
    contact = {"name": name, "email": email, "address": {"city": "Hamburg", "country": "DE"}}
    client = ask("POST", "/api/v1/clients", {"contact": contact})["id"]
    person = {"kinds": ["billing"], "person": {"name": "Bookkeeper"}}
    ask("POST", f"/api/v1/clients/{client}/contacts", person)
    ask("POST", f"/api/v1/clients/{client}/notes", {"text": "Calls on Fridays."})
    tax = {"category": "S", "rate": "19", "country": "DE"}
    line = {"kind": "hosting", "description": "Web hosting", "unit_price": "9.90", "tax": tax}
    invoices = []
    for _ in range(6):
        body = {"client_id": client, "currency": "EUR", "lines": [line, line]}
        invoices.append(ask("POST", "/api/v1/invoices", body)["id"])
    _draft, *others = invoices
    for invoice in others:
        act("invoices", invoice, "issue", {})
    part = {"amount": "5.00", "currency": "EUR"}
    whole, half, void, lost, _open = others
    ask("POST", f"/api/v1/invoices/{whole}/pay", {"method": "manual_bank"})
    ask("POST", f"/api/v1/invoices/{half}/charge", {"gateway": "sandbox"})
    ask("POST", f"/api/v1/invoices/{void}/pay", {"method": "manual_cash", "amount": part})
    act("invoices", void, "void", {"reason": "ordered twice"})
    act("invoices", lost, "write-off", {"reason": "vanished"})
    body = {"client_id": client, "amount": part, "method": "manual_bank", "keep_unapplied": True}
    ask("POST", "/api/v1/payments", body)
    item = {"kind": "goods", "description": "A rack", "unit_price": part}
    ask("POST", "/api/v1/orders", {"client_id": client, "items": [item]})


wait()
key_id, key = sign_in()
for code in ("hosting-s", "vps-s"):
    body = {"code": code, "name": code, "kind": "hosting"}
    product = ask("POST", "/api/v1/products", body)["id"]
    price = {"amount": "9.90", "currency": "EUR"}
    month = {"every": "months", "count": 1}
    act("products", product, "prices", {"cycle": month, "price": price})
for name in ("Ada", "Grace", "Edsger"):
    sell(name)
print(key_id, key)
