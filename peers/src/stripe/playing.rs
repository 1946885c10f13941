//! What payers, banks and people at Stripe's dashboard do.

use serde_json::{Value, json};

use super::books::{DISPUTE_FEE, EntryKind};
use super::objects::Card;
use super::{StripePeer, World};

impl StripePeer {
    /// A customer with a stored card; answers both names.
    #[must_use]
    pub fn customer_with(&self, card: Card) -> (String, String) {
        let mut world = self.world();
        let customer = world.make("customer", "cus", json!({"metadata": {}}));
        let method = world.keep_card(&customer["id"], card);
        (id(&customer), id(&method))
    }

    /// A payer fills in a page with a card. A card that declines leaves the page open; one that
    /// takes days, complete and unpaid.
    pub fn pay(&self, session: &str, card: Card) {
        let mut world = self.world();
        let page = world.known(session);
        assert_eq!(page["status"], "open", "nobody pays on a page that is over");
        if page["mode"] == "setup" {
            return world.store_on(session, card);
        }
        let intent = match page["payment_intent"].as_str() {
            Some(intent) => intent.to_owned(),
            None => world.begin_on(session, &page),
        };
        let customer = world.known(&intent)["customer"].clone();
        let method = world.keep_card(&customer, card);
        let answer = world.try_card(&intent, &id(&method), false);
        match answer.body["status"].as_str() {
            Some("succeeded") => world.complete(session, "paid"),
            Some("processing") => world.complete(session, "unpaid"),
            _ => {}
        }
    }

    /// A payer on our page confirms a payment with a card, by Stripe's script.
    pub fn pay_on_page(&self, intent: &str, card: Card) {
        let mut world = self.world();
        let customer = world.known(intent)["customer"].clone();
        let method = world.keep_card(&customer, card);
        world.try_card(intent, &id(&method), false);
    }

    /// A payer proves to the bank who they are, or fails to.
    pub fn authenticate(&self, intent: &str, is_payer: bool) {
        let mut world = self.world();
        assert_eq!(world.known(intent)["status"], "requires_action");
        let page = world.session_of(intent).map(id);
        if !is_payer {
            world.decline(intent, "payment_intent_authentication_failure");
            return;
        }
        world.settle(intent);
        if let Some(page) = page {
            world.complete(&page, "paid");
        }
    }

    /// A bank is through with what took days.
    pub fn finish(&self, intent: &str, pays: bool) {
        let mut world = self.world();
        assert_eq!(world.known(intent)["status"], "processing");
        let page = world.session_of(intent).map(id);
        if pays {
            world.settle(intent);
        } else {
            world.decline(intent, "insufficient_funds");
        }
        let Some(page) = page else { return };
        let paid = if pays { "paid" } else { "unpaid" };
        let page = world.change(&page, json!({"payment_status": paid}));
        let end = if pays { "succeeded" } else { "failed" };
        world.tell(&format!("checkout.session.async_payment_{end}"), &page);
    }

    /// A page runs out.
    pub fn run_out(&self, session: &str) {
        self.world().expire_session(session);
    }

    /// A client goes through a storing on our page.
    pub fn store_on_page(&self, setup: &str, card: Card) {
        self.world().store(setup, card);
    }

    /// A bank sends a new card, and Stripe learns of it.
    pub fn renew_card(&self, method: &str, year: i32) {
        let mut world = self.world();
        let mut card = world.known(method)["card"].clone();
        card["exp_year"] = json!(year);
        let method = world.change(method, json!({"card": card}));
        world.tell("payment_method.automatically_updated", &method);
    }

    /// Somebody refunds a payment at the dashboard; answers the refund's name.
    pub fn refund_by_hand(&self, intent: &str, amount: i64) -> String {
        let form = json!({"payment_intent": intent, "amount": amount});
        id(&self.world().make_refund(&form).body)
    }

    /// A refund that was under way gets through.
    pub fn let_refund_through(&self, refund: &str) {
        let mut world = self.world();
        let refund = world.change(refund, json!({"status": "succeeded"}));
        world.tell("refund.updated", &refund);
    }

    /// A refund comes back, perhaps long after it was sent.
    pub fn fail_refund(&self, refund: &str) {
        let mut world = self.world();
        let reason = json!({"status": "failed", "failure_reason": "expired_or_canceled_card"});
        let refund = world.change(refund, reason);
        let amount = refund["amount"].as_i64().unwrap_or_default();
        let ours = refund["metadata"]["refund_id"].clone();
        world.book(EntryKind::RefundFailure, amount, 0, &refund, &ours);
        let charge = refund["charge"].as_str().expect("a charge").to_owned();
        let back = world.known(&charge)["amount_refunded"].as_i64().unwrap_or_default() - amount;
        world.change(&charge, json!({"amount_refunded": back, "refunded": false}));
        world.tell("charge.refund.updated", &refund);
    }

    /// A bank takes a payment back; answers the dispute's name.
    pub fn dispute(&self, intent: &str) -> String {
        let mut world = self.world();
        let dispute = world.new_dispute(intent, "needs_response");
        let amount = dispute["amount"].as_i64().unwrap_or_default();
        let ours = world.known(intent)["metadata"]["payment_id"].clone();
        let moved = world.book(EntryKind::Dispute, -amount, DISPUTE_FEE, &dispute, &ours);
        let moved = json!({"id": moved, "object": "balance_transaction", "amount": -amount,
            "fee": DISPUTE_FEE, "net": -amount - DISPUTE_FEE, "currency": dispute["currency"]});
        let name = id(&dispute);
        let dispute = world.change(&name, json!({"balance_transactions": [moved]}));
        world.tell("charge.dispute.created", &dispute);
        world.tell("charge.dispute.funds_withdrawn", &dispute);
        name
    }

    /// A bank asks about a payment, and takes nothing; answers the dispute's name.
    pub fn inquire(&self, intent: &str) -> String {
        let mut world = self.world();
        let dispute = world.new_dispute(intent, "warning_needs_response");
        world.tell("charge.dispute.created", &dispute);
        id(&dispute)
    }

    /// A bank decides for the seller.
    pub fn win(&self, dispute: &str) {
        let mut world = self.world();
        let dispute = world.change(dispute, json!({"status": "won"}));
        let amount = dispute["amount"].as_i64().unwrap_or_default();
        let payment = world.known(dispute["payment_intent"].as_str().expect("a payment"));
        let ours = payment["metadata"]["payment_id"].clone();
        world.book(EntryKind::DisputeReversal, amount, 0, &dispute, &ours);
        world.tell("charge.dispute.closed", &dispute);
        world.tell("charge.dispute.funds_reinstated", &dispute);
    }

    /// A bank decides for the payer.
    pub fn lose(&self, dispute: &str) {
        self.world().close_dispute(dispute);
    }

    /// Everything that is left goes to the seller's bank.
    pub fn pay_out(&self, currency: &str) {
        let mut world = self.world();
        let left: i64 = world
            .entries
            .iter()
            .filter(|entry| entry.currency == currency)
            .map(|entry| entry.gross - entry.fee)
            .sum();
        let payout = json!({"id": "po_1", "object": "payout", "currency": currency});
        world.book(EntryKind::Payout, -left, 0, &payout, &Value::Null);
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an object with a name").to_owned()
}

impl World {
    /// The payment of a page begins when its payer does.
    fn begin_on(&mut self, session: &str, page: &Value) -> String {
        let asked = &page["asked"]["payment_intent_data"];
        let form = json!({
            "currency": page["currency"], "customer": page["customer"],
            "metadata": asked["metadata"], "description": asked["description"],
            "setup_future_usage": asked["setup_future_usage"],
        });
        let amount = page["amount_total"].as_i64().unwrap_or_default();
        let intent = id(&self.new_intent(&form, amount));
        self.change(session, json!({"payment_intent": intent}));
        intent
    }

    fn complete(&mut self, session: &str, payment_status: &str) {
        let now = json!({"status": "complete", "payment_status": payment_status, "url": null});
        let session = self.change(session, now);
        self.tell("checkout.session.completed", &session);
    }

    fn store_on(&mut self, session: &str, card: Card) {
        let page = self.known(session);
        let asked = &page["asked"]["setup_intent_data"];
        let form = json!({"customer": page["customer"], "metadata": asked["metadata"]});
        let setup = id(&self.new_setup(&form));
        self.change(session, json!({"setup_intent": setup}));
        self.store(&setup, card);
        self.complete(session, "no_payment_required");
    }

    fn store(&mut self, setup: &str, card: Card) {
        let customer = self.known(setup)["customer"].clone();
        let method = self.keep_card(&customer, card);
        let now = json!({"status": "succeeded", "payment_method": method["id"]});
        let setup = self.change(setup, now);
        self.tell("setup_intent.succeeded", &setup);
    }

    fn new_dispute(&mut self, intent: &str, status: &str) -> Value {
        let payment = self.known(intent);
        let due = self.now.timestamp() + 7 * 86_400;
        let details =
            json!({"due_by": due, "has_evidence": false, "past_due": false, "submission_count": 0});
        self.make(
            "dispute",
            "dp",
            json!({
                "amount": payment["amount_received"], "currency": payment["currency"],
                "charge": payment["latest_charge"], "payment_intent": intent, "status": status,
                "balance_transactions": [], "evidence_details": details, "reason": "fraudulent",
            }),
        )
    }
}
