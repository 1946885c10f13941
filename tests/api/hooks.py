"""What Schemathesis cannot know: which versions and ids there are, which words a rule takes for
real, and which key is its own. Requests that fit the document get these, so that most of them are
done and not only refused; those that break it, and those that try the edges, are left as they are.
"""

import os
import uuid

import requests
import schemathesis

KEY = os.environ["BILLFOLD_KEY"]
OWN = os.environ["BILLFOLD_KEY_ID"]
NOUNS = {name: f"{name}s" for name in ("client", "product", "order", "invoice", "payment")}
# What a change needs to be possible.
NEEDS = {"cancel": "status=placed", "activate": "status=suspended", "match": "unapplied=true"}
NEEDS |= dict.fromkeys(("clients", "contact", "suspend", "erase"), "status=active")
NEEDS |= dict.fromkeys(("products", "prices", "retire"), "retired=false")
ISSUED = ("pay", "charge", "void", "write-off", "document")
DRAFTS = ("issue", "lines", "due-date", "discard")
LINE = {
    "kind": "hosting",
    "description": "Web hosting",
    "unit_price": "9.90",
    "tax": {"category": "S", "rate": "19", "country": "DE"},
}
WORDS = {
    "currency": "EUR",
    "country": "DE",
    "amount": "12.34",
    "unit_price": "9.90",
    "quantity": "2",
    "phone": "+44 20 7946 0958",
    "vat_id": "DE123456789",
    "method": "manual_bank",
    "gateway": "sandbox",
    "from": "2026-03-01",
    "to": "2026-04-01",
    "due_date": "2999-12-31",
    "issue_date": None,
    "received_on": None,
    "valid_from": None,
    "effective_on": "2026-03-01",
    "account": "1200",
    "as_of": "2999-12-31T23:59:59Z",
    "actor": "system:seed",
}
session = requests.Session()
session.headers["authorization"] = f"Bearer {KEY}"


@schemathesis.hook
def before_call(context, case, kwargs):
    parameters = case.path_parameters or {}
    # The run would shut itself out.
    if parameters.get("id") == OWN:
        case.path_parameters["id"] = f"key_{'0' * 26}"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    base = case.operation.base_url.removesuffix("/").removesuffix("/api/v1")
    noun, *more = case.path.removeprefix("/api/v1/").split("/")
    headers = case.headers or {}
    # The example's key is good for one request.
    if "Idempotency-Key" in headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if case.meta.phase.name.value == "fuzzing":
        if "id" in parameters and noun in NOUNS.values():
            case.path_parameters["id"] = some(base, noun, more[1:2])
        if "line_no" in parameters:
            case.path_parameters["line_no"] = 1
        if "position" in parameters:
            case.path_parameters["position"] = newest(base, noun)
        case.body = real(base, None, case.body)
        query = {name: real(base, name, value) for name, value in (case.query or {}).items()}
        case.query = {name: value for name, value in query.items() if name != "cursor"}
    # A change of what is there is tried against the version it has; otherwise none would be done.
    if "If-Match" in headers and "id" in parameters:
        answer = session.get(f"{base}/api/v1/{noun}/{case.path_parameters['id']}", timeout=10)
        if "etag" in answer.headers:
            case.headers["If-Match"] = answer.headers["etag"]


def real(base, name, value):
    """A value with the words that rules take for real, wherever it has such fields."""
    if isinstance(value, list):
        return [real(base, name, each) for each in value]
    if isinstance(value, dict):
        if "rate" in value:
            rate = "19" if value.get("category") in ("S", "L", "M") else "0"
            value = {**value, "rate": rate}
        return {field: real(base, field, each) for field, each in value.items()}
    if name == "min_position":
        return 1
    if not isinstance(value, str):
        return value
    noun = NOUNS.get(str(name).removesuffix("_id"))
    if noun:
        return some(base, noun, [noun])
    if name in ("from", "to") and value[:4].isdigit():
        return WORDS[name] + ("T00:00:00Z" if "T" in value else "")
    if name == "email":
        return f"{uuid.uuid4().hex}@example.org"
    if name in ("code", "reference"):
        return uuid.uuid4().hex
    if name == "scopes":
        return "clients:read"
    plain = "".join(letter for letter in value if letter.isprintable()).strip()
    return WORDS.get(name, plain or "plain")


def some(base, noun, need):
    """The id of a thing of a kind that fits the need: a new invoice, else the newest there is."""
    if need and need[0] in DRAFTS + ISSUED:
        return invoice(base, need[0] in ISSUED)
    for query in [NEEDS.get(word) for word in need] + [""]:
        if query is None:
            continue
        items = session.get(f"{base}/api/v1/{noun}?limit=1&{query}", timeout=10).json()["items"]
        if items:
            return items[0]["id"]
    return f"{noun[:3]}_{'0' * 26}"


def invoice(base, issued):
    """A new draft with a line, or an issued invoice, of a client that nobody has erased."""
    client = write(f"{base}/api/v1/clients", {"contact": {"name": "Ada"}}).json()["id"]
    body = {"client_id": client, "currency": "EUR", "lines": [LINE]}
    made = write(f"{base}/api/v1/invoices", body)
    if issued:
        path = f"{base}/api/v1/invoices/{made.json()['id']}/issue"
        write(path, {}, **{"if-match": made.headers["etag"]})
    return made.json()["id"]


def write(url, body, **headers):
    key = {"idempotency-key": str(uuid.uuid4())}
    answer = session.post(url, json=body, headers=key | headers, timeout=10)
    answer.raise_for_status()
    return answer


def newest(base, noun):
    """The position of the newest posting for the journal, else one that every log has."""
    if noun != "journal":
        return 2
    items = session.get(f"{base}/api/v1/journal?limit=1", timeout=10).json()["items"]
    return items[0]["position"]
