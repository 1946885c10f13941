//! Approvals and webhooks, filled and empty.

use super::samples::*;
use super::*;
use crate::form::Field;
use crate::show;
use crate::view::{Badge, Ident, Moment, Tone};
use billfold_domain::kernel::{Currency, Money};
use chrono::DateTime;

fn euro(minor: i64) -> crate::view::Amount {
    let currency = Currency::parse("EUR").unwrap();
    show::money(Money::try_new(minor, currency).unwrap())
}

fn at() -> Moment {
    Moment(DateTime::from_timestamp(1_790_000_000, 0).unwrap())
}

pub(super) fn inbox(empty: bool) -> approval::inbox::Inbox {
    let row = approval::inbox::InboxRow {
        href: "/admin/approvals/apr_01".to_owned(),
        kind: "Refund".to_owned(),
        amount: euro(60_000),
        by: "Ada <Lovelace>".to_owned(),
        at: at(),
        reason: "charged twice".to_owned(),
        status: Badge::new(Tone::Amber, "Waiting"),
        position: 184_231,
    };
    approval::inbox::Inbox {
        shell: shell("/admin/approvals"),
        chips: chips(&[("Waiting for me", 2), ("Asked by me", 0)]),
        rows: if empty { Vec::new() } else { vec![row] },
        pager: pager(),
        limits: true,
    }
}

pub(super) fn one() -> approval::one::ApprovalPage {
    approval::one::ApprovalPage {
        shell: shell("/admin/approvals"),
        title: "Refund of EUR 600.00".to_owned(),
        id: Ident("apr_01kchkq7w7fc9r6a8b9c0d1e2f".to_owned()),
        status: Badge::new(Tone::Red, "Failed"),
        notes: vec!["It could not be done any more: the <invoice> is paid.".to_owned()],
        deeds: vec![approval::one::DeedRow {
            kind: "Refund".to_owned(),
            subject: ("Payment pay_01".to_owned(), "/admin/payments/pay_01".to_owned()),
            before: euro(0),
            amount: euro(60_000),
            after: euro(60_000),
        }],
        asked_by: "Ada Lovelace".to_owned(),
        reason: "charged twice".to_owned(),
        asked_at: at(),
        expires_at: at(),
        decided: Some(("Ben Franklin".to_owned(), "looked at it".to_owned())),
        command: "{\"payment_id\":\"0190\"}".to_owned(),
        hash: "5d".repeat(32),
        timeline: Vec::new(),
        actions: vec![confirm::Action::new("/x/grant".to_owned(), "Grant", "circle-check")],
    }
}

pub(super) fn limits(empty: bool) -> approval::limits::Limits {
    let rows = vec![("Refund".to_owned(), euro(50_000))];
    approval::limits::Limits {
        shell: shell("/admin/approvals"),
        rows: if empty { Vec::new() } else { rows },
        may_change: true,
        key: "0198".to_owned(),
        version: 3,
        error: "Somebody changed it.".to_owned(),
        fields: vec![Field::input("up_to", "One person is enough up to", "text")],
    }
}

pub(super) fn webhooks(empty: bool) -> webhook::list::Webhooks {
    let row = webhook::list::EndpointRow {
        href: "/admin/webhooks/whk_01".to_owned(),
        url: "https://shop.example/<hooks>".to_owned(),
        description: "Shop".to_owned(),
        told: "invoice.*".to_owned(),
        status: Badge::new(Tone::Green, "Active"),
        position: 184_000,
    };
    webhook::list::Webhooks {
        shell: shell("/admin/webhooks"),
        rows: if empty { Vec::new() } else { vec![row] },
        pager: pager(),
        may_add: true,
    }
}

pub(super) fn endpoint(empty: bool) -> webhook::endpoint::EndpointPage {
    let row = webhook::endpoint::DeliveryRow {
        no: 18,
        event_type: "invoice.issued".to_owned(),
        position: 184_000,
        attempt: 1,
        at: at(),
        outcome: Badge::new(Tone::Green, "Accepted"),
        answer: "204".to_owned(),
    };
    webhook::endpoint::EndpointPage {
        shell: shell("/admin/webhooks"),
        title: "Shop".to_owned(),
        id: Ident("whk_01kchkq7w7fc9r6a8b9c0d1e2f".to_owned()),
        url: "https://shop.example/hooks".to_owned(),
        status: Badge::new(Tone::Red, "Paused: failing"),
        told: "Everything".to_owned(),
        secret_no: 2,
        position: Some(184_000),
        retry: Some((3, at())),
        deliveries: if empty { Vec::new() } else { vec![row] },
        pager: pager(),
        actions: vec![confirm::Action::new("/x/pause".to_owned(), "Pause", "pause")],
    }
}

pub(super) fn endpoint_form() -> webhook::form::EndpointForm {
    webhook::form::EndpointForm {
        shell: shell("/admin/webhooks"),
        title: "New endpoint",
        action: "/admin/webhooks/new".to_owned(),
        back: "/admin/webhooks".to_owned(),
        key: "0198".to_owned(),
        version: String::new(),
        error: "The address is not public.".to_owned(),
        fields: vec![Field::input("url", "Address", "url").with("<x>").wrong("Must be public.")],
        ticks: vec![staff::Tick {
            value: "invoice.*".to_owned(),
            label: "Invoice".to_owned(),
            hint: String::new(),
            on: true,
        }],
        single: Field::input("single", "Single types of events", "text"),
    }
}

pub(super) fn secret() -> webhook::secret::SecretPage {
    webhook::secret::SecretPage {
        shell: shell("/admin/webhooks"),
        href: "/admin/webhooks/whk_01".to_owned(),
        secret: "whsec_0000".to_owned(),
        rotated: true,
    }
}
