//! What Stripe does with what it is asked for.

use serde_json::{Value, json};

use super::World;
use super::answer::Answer;
use super::books::{EntryKind, charge_fee};
use super::objects::Card;

/// Seconds that a page lasts at least and at most.
const PAGE_LASTS: std::ops::RangeInclusive<i64> = 1_800..=86_400;

impl World {
    pub(super) fn make_customer(&mut self, form: &Value) -> Answer {
        let members = json!({
            "email": form["email"], "name": form["name"], "metadata": metadata(&form["metadata"]),
        });
        Answer::yes(self.make("customer", "cus", members))
    }

    pub(super) fn make_intent(&mut self, form: &Value) -> Answer {
        let amount = form["amount"].as_i64().unwrap_or_default();
        if !(1..=99_999_999).contains(&amount) {
            return Answer::invalid("amount_too_small", "Amount out of range");
        }
        if let Some(customer) = form["customer"].as_str()
            && self.find(customer).is_none()
        {
            return Answer::invalid("resource_missing", "No such customer");
        }
        let is_confirmed = form["confirm"] == true;
        if is_confirmed && form["payment_method_types"] != json!(["card"]) {
            let says = "methods of the dashboard may redirect: a return_url is needed";
            return Answer::invalid("parameter_missing", says);
        }
        let token = form["payment_method"].as_str();
        if let Some(refusal) = token.and_then(|token| self.refused_method(token, form)) {
            return refusal;
        }
        let intent = self.new_intent(form, amount);
        let id = intent["id"].as_str().expect("an id").to_owned();
        match token.filter(|_| is_confirmed) {
            Some(token) => self.try_card(&id, token, form["off_session"] == true),
            None => Answer::yes(self.known(&id)),
        }
    }

    fn refused_method(&self, token: &str, form: &Value) -> Option<Answer> {
        if self.card(token).is_none() {
            return Some(Answer::invalid("resource_missing", "No such PaymentMethod"));
        }
        let kept_for = self.find(token).map(|method| &method["customer"]);
        let is_others = kept_for.is_some_and(|holder| *holder != form["customer"]);
        let says = "The payment method belongs to another customer";
        is_others.then(|| Answer::invalid("payment_method_unexpected", says))
    }

    /// A payment that nobody has paid yet.
    pub(super) fn new_intent(&mut self, form: &Value, amount: i64) -> Value {
        let intent = self.make(
            "payment_intent",
            "pi",
            json!({
                "amount": amount, "currency": form["currency"], "customer": form["customer"],
                "description": form["description"], "metadata": metadata(&form["metadata"]),
                "setup_future_usage": form["setup_future_usage"], "amount_received": 0,
                "status": "requires_payment_method", "next_action": null, "payment_method": null,
                "last_payment_error": null, "latest_charge": null, "canceled_at": null,
                "review": null, "cancellation_reason": null,
            }),
        );
        let id = intent["id"].as_str().expect("an id").to_owned();
        self.change(&id, json!({"client_secret": format!("{id}_secret_of_one_browser")}))
    }

    /// Charges a card for a payment.
    pub(super) fn try_card(&mut self, id: &str, token: &str, off_session: bool) -> Answer {
        self.change(id, json!({"payment_method": token, "last_payment_error": null}));
        match self.card(token).expect("a card that is known") {
            Card::Pays => Answer::yes(self.settle(id)),
            Card::TakesDays => {
                let intent = self.change(id, json!({"status": "processing"}));
                self.tell("payment_intent.processing", &intent);
                Answer::yes(intent)
            }
            Card::WantsClient if !off_session => {
                let next = json!({"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "3ds2"}});
                let now = json!({"status": "requires_action", "next_action": next});
                let intent = self.change(id, now);
                self.tell("payment_intent.requires_action", &intent);
                Answer::yes(intent)
            }
            Card::WantsClient => self.decline(id, "authentication_required"),
            Card::Declines(code) => self.decline(id, code),
        }
    }

    /// The bank says no.
    pub(super) fn decline(&mut self, id: &str, code: &str) -> Answer {
        let own = ["authentication_required", "expired_card", "incorrect_cvc"].contains(&code);
        let mut error = json!({
            "type": "card_error", "code": if own { code } else { "card_declined" },
            "decline_code": code, "message": "Your card was declined.",
        });
        let now = json!({
            "status": "requires_payment_method", "last_payment_error": error,
            "payment_method": null, "next_action": null,
        });
        let intent = self.change(id, now);
        self.tell("payment_intent.payment_failed", &intent);
        error["payment_intent"] = intent;
        Answer { status: 402, body: json!({"error": error}) }
    }

    /// The money moves.
    pub(super) fn settle(&mut self, id: &str) -> Value {
        let intent = self.known(id);
        let received = intent["amount"].as_i64().unwrap_or_default() - self.faults.short_by;
        let charge = self.make(
            "charge",
            "ch",
            json!({
                "amount": received, "amount_captured": received, "amount_refunded": 0,
                "captured": true, "paid": true, "status": "succeeded", "payment_intent": id,
                "currency": intent["currency"], "customer": intent["customer"],
                "metadata": intent["metadata"], "payment_method": intent["payment_method"],
            }),
        );
        let ours = intent["metadata"]["payment_id"].clone();
        self.book(EntryKind::Charge, received, charge_fee(received), &charge, &ours);
        let now = json!({
            "status": "succeeded", "amount_received": received, "next_action": null,
            "latest_charge": charge["id"],
        });
        let intent = self.change(id, now);
        self.tell("charge.succeeded", &charge);
        self.tell("payment_intent.succeeded", &intent);
        intent
    }

    pub(super) fn confirm_intent(&mut self, id: &str, form: &Value) -> Answer {
        let Some(intent) = self.find(id).cloned() else { return Answer::missing("payment_intent") };
        let status = intent["status"].as_str().unwrap_or_default().to_owned();
        let token = form["payment_method"].as_str().or(intent["payment_method"].as_str());
        match (status.as_str(), token) {
            ("requires_payment_method" | "requires_confirmation", Some(token)) => {
                let (token, off) = (token.to_owned(), form["off_session"] == true);
                self.try_card(id, &token, off)
            }
            ("requires_action", _) => Answer::yes(intent),
            _ => unexpected(&intent),
        }
    }

    pub(super) fn cancel_intent(&mut self, id: &str, form: &Value) -> Answer {
        let Some(intent) = self.find(id).cloned() else { return Answer::missing("payment_intent") };
        let of_page = self.session_of(id).is_some();
        match intent["status"].as_str() {
            Some("canceled" | "succeeded" | "processing") => unexpected(&intent),
            _ if of_page => unexpected(&intent),
            _ => {
                let reason = &form["cancellation_reason"];
                let now = json!({"status": "canceled", "cancellation_reason": reason});
                let intent = self.change(id, now);
                self.tell("payment_intent.canceled", &intent);
                Answer::yes(intent)
            }
        }
    }

    pub(super) fn make_setup(&mut self, form: &Value) -> Answer {
        let setup = self.new_setup(form);
        Answer::yes(setup)
    }

    /// A storing that nobody has gone through yet.
    pub(super) fn new_setup(&mut self, form: &Value) -> Value {
        let setup = self.make(
            "setup_intent",
            "seti",
            json!({
                "customer": form["customer"], "metadata": metadata(&form["metadata"]),
                "status": "requires_payment_method", "payment_method": null,
                "last_setup_error": null, "next_action": null, "usage": "off_session",
            }),
        );
        let id = setup["id"].as_str().expect("an id").to_owned();
        self.change(&id, json!({"client_secret": format!("{id}_secret_of_one_browser")}))
    }

    pub(super) fn make_session(&mut self, form: &Value) -> Answer {
        let lasts = form["expires_at"].as_i64().map(|ends| ends - self.now.timestamp());
        if !lasts.is_some_and(|lasts| PAGE_LASTS.contains(&lasts)) {
            return Answer::invalid("parameter_invalid_integer", "expires_at");
        }
        let price = &form["line_items"][0]["price_data"];
        let session = self.make(
            "checkout.session",
            "cs_test",
            json!({
                "mode": form["mode"], "amount_total": price["unit_amount"],
                "currency": price["currency"], "customer": form["customer"],
                "client_reference_id": form["client_reference_id"],
                "metadata": metadata(&form["metadata"]), "expires_at": form["expires_at"],
                "status": "open", "payment_status": "unpaid", "payment_intent": null,
                "setup_intent": null, "asked": form,
            }),
        );
        let id = session["id"].as_str().expect("an id").to_owned();
        let url = format!("https://checkout.stripe.example/c/pay/{id}#fid");
        Answer::yes(self.change(&id, json!({"url": url})))
    }

    pub(super) fn expire_session(&mut self, id: &str) -> Answer {
        let Some(session) = self.find(id).cloned() else { return Answer::missing("session") };
        if session["status"] != "open" {
            let says = "Only Checkout Sessions with a status in [\"open\"] can be expired";
            return Answer::invalid("", says);
        }
        let session = self.change(id, json!({"status": "expired", "url": null}));
        self.tell("checkout.session.expired", &session);
        Answer::yes(session)
    }

    /// The page that a payment was made on.
    pub(super) fn session_of(&self, intent: &str) -> Option<&Value> {
        let pages = self.objects.get("checkout.session")?;
        pages.iter().find(|session| session["payment_intent"] == *intent)
    }

    pub(super) fn detach(&mut self, id: &str) -> Answer {
        let Some(method) = self.find(id).cloned() else { return Answer::missing("method") };
        if method["customer"].is_null() {
            let says = "The payment method is not attached, so detachment is impossible";
            return Answer::invalid("", says);
        }
        let method = self.change(id, json!({"customer": null}));
        self.tell("payment_method.detached", &method);
        Answer::yes(method)
    }

    pub(super) fn make_refund(&mut self, form: &Value) -> Answer {
        let charges = self.objects.get("charge").map(Vec::as_slice).unwrap_or_default();
        let named = |charge: &&Value| match form["payment_intent"].as_str() {
            Some(intent) => charge["payment_intent"] == *intent,
            None => charge["id"] == form["charge"],
        };
        let Some(charge) = charges.iter().find(named).cloned() else {
            return Answer::missing("charge");
        };
        let left = charge["amount"].as_i64().unwrap_or_default()
            - charge["amount_refunded"].as_i64().unwrap_or_default();
        let amount = form["amount"].as_i64().unwrap_or(left);
        if left <= 0 {
            return Answer::invalid("charge_already_refunded", "has already been refunded");
        }
        if amount > left {
            let says = "Refund amount is greater than unrefunded amount on charge";
            return Answer::invalid("", says);
        }
        Answer::yes(self.send_back(&charge, amount, form))
    }

    /// Sends money back, or begins to.
    pub(super) fn send_back(&mut self, charge: &Value, amount: i64, form: &Value) -> Value {
        let status = if self.faults.refunds_pend { "pending" } else { "succeeded" };
        let refund = self.make(
            "refund",
            "re",
            json!({
                "amount": amount, "currency": charge["currency"], "charge": charge["id"],
                "payment_intent": charge["payment_intent"], "reason": form["reason"],
                "metadata": metadata(&form["metadata"]), "status": status,
            }),
        );
        let ours = refund["metadata"]["refund_id"].clone();
        self.book(EntryKind::Refund, -amount, 0, &refund, &ours);
        let back = charge["amount_refunded"].as_i64().unwrap_or_default() + amount;
        let id = charge["id"].as_str().expect("an id").to_owned();
        let is_all = charge["amount"].as_i64() == Some(back);
        let charge = self.change(&id, json!({"amount_refunded": back, "refunded": is_all}));
        self.tell("charge.refunded", &charge);
        self.tell("refund.created", &refund);
        refund
    }

    pub(super) fn answer_dispute(&mut self, id: &str, form: &Value) -> Answer {
        if self.find(id).is_none() {
            return Answer::missing("dispute");
        }
        let mut evidence = self.known(id)["evidence"].clone();
        if let (Some(into), Some(from)) = (evidence.as_object_mut(), form["evidence"].as_object()) {
            into.extend(from.clone());
        }
        let is_submitted = form["submit"] == true;
        let status = if is_submitted { "under_review" } else { "needs_response" };
        let dispute = self.change(id, json!({"evidence": evidence, "status": status}));
        self.tell("charge.dispute.updated", &dispute);
        Answer::yes(dispute)
    }

    pub(super) fn close_dispute(&mut self, id: &str) -> Answer {
        if self.find(id).is_none() {
            return Answer::missing("dispute");
        }
        let dispute = self.change(id, json!({"status": "lost"}));
        self.tell("charge.dispute.closed", &dispute);
        Answer::yes(dispute)
    }
}

fn unexpected(intent: &Value) -> Answer {
    let says = "This PaymentIntent could not be changed in its state";
    let mut answer = Answer::invalid("payment_intent_unexpected_state", says);
    answer.body["error"]["payment_intent"] = intent.clone();
    answer
}

fn metadata(form: &Value) -> Value {
    if form.is_object() { form.clone() } else { json!({}) }
}
