//! Takes a coupon off a draft: reserves it, and writes its discount on the lines (CPN-01, CPN-03).

use async_trait::async_trait;
use billfold_domain::client::Client;
use billfold_domain::coupon::{Coupon, CouponLine, HeldCoupon, RedeemedFor, Redemption, spread};
use billfold_domain::invoice::{DraftInvoice, Invoice, InvoiceCommand, InvoiceRefusal, NewLine};
use billfold_domain::kernel::{CouponId, InvoiceId, Money};
use serde::{Deserialize, Serialize};

use super::lines::{discount_lines, product_key};
use super::reserving::{held_by, reserve};
use crate::commands::clients::must_be_active;
use crate::commands::{No, Plan, Room, Table, Touches, UseCase};
use crate::error::{Error, Refused};

/// Take a coupon off a draft.
#[derive(Clone, Debug, Serialize)]
pub struct ApplyCoupon {
    /// The draft.
    pub invoice_id: InvoiceId,
    /// The code of the coupon, however it is typed.
    pub code: String,
}

/// The coupon comes off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponApplied {
    /// The draft.
    pub invoice_id: InvoiceId,
    /// The coupon.
    pub coupon_id: CouponId,
    /// What all coupons take off it, before tax.
    pub discount: Money,
    /// What the draft comes to, with tax.
    pub total: Money,
}

#[async_trait]
impl UseCase for ApplyCoupon {
    const NAME: &'static str = "apply_coupon";
    type Answer = CouponApplied;

    async fn plan(&self, room: &Room<'_>) -> Result<Plan<CouponApplied>, Error> {
        let invoice_id = self.invoice_id;
        let coupon_id = Coupon::id_of(room.tenant, &self.code);
        let known = room.load::<Invoice>(invoice_id.uuid()).await?;
        let mut coupons = coupons_of(&known.state.0);
        coupons.retain(|known| *known != coupon_id);
        coupons.push(coupon_id);
        let mut touches = name_coupons(Touches::new(room.tenant), &coupons);
        touches = touches.main::<Invoice>(invoice_id.uuid());
        if let Invoice::Draft(draft) = &known.state.0 {
            touches = touches.reads::<Client>(draft.client_id.uuid());
        }
        Ok(touches.decide(move |table| {
            let draft = draft_of(table, invoice_id)?;
            if coupons_of_draft(draft).iter().any(|known| !coupons.contains(known)) {
                return Err(No::Stale);
            }
            let (client_id, currency) = (draft.client_id, draft.currency);
            let mut applied = coupons_of_draft(draft);
            must_be_active(table, client_id)?;
            let on = table.today();
            let asked = Redemption { on, currency, plan: None, product: None };
            reserve(table, coupon_id, RedeemedFor::Invoice(invoice_id), client_id, asked)?;
            if !applied.contains(&coupon_id) {
                applied.push(coupon_id);
                rewrite(table, invoice_id, &applied)?;
            }
            let draft = draft_of(table, invoice_id)?;
            let totals = draft.totals().map_err(|no| Refused::of(&no))?;
            let billed = Money::sum(currency, draft.charges().map(|line| line.net));
            let billed = billed.map_err(|no| Refused::of(&no))?;
            let discount = billed.checked_sub(totals.net).map_err(|no| Refused::of(&no))?;
            Ok(CouponApplied { invoice_id, coupon_id, discount, total: totals.total })
        }))
    }
}

/// The coupons that come off a draft; none of what is no draft.
pub(super) fn coupons_of(invoice: &Invoice) -> Vec<CouponId> {
    match invoice {
        Invoice::Draft(draft) => coupons_of_draft(draft),
        _ => Vec::new(),
    }
}

pub(super) fn coupons_of_draft(draft: &DraftInvoice) -> Vec<CouponId> {
    draft.coupons.iter().map(|coupon| coupon.coupon_id).collect()
}

/// Names the streams of coupons.
pub(super) fn name_coupons(touches: Touches, coupons: &[CouponId]) -> Touches {
    coupons.iter().fold(touches, |touches, coupon| touches.reads::<Coupon>(coupon.uuid()))
}

/// The draft, or why there is none.
pub(super) fn draft_of<'t>(
    table: &'t Table<'_, '_>,
    invoice_id: InvoiceId,
) -> Result<&'t DraftInvoice, No> {
    let refusal = match table.state::<Invoice>(invoice_id.uuid())? {
        Invoice::Draft(draft) => return Ok(draft),
        Invoice::Absent => InvoiceRefusal::Absent,
        Invoice::Discarded => InvoiceRefusal::Discarded,
        issued => {
            let number = issued.document().map(|document| document.number.clone());
            InvoiceRefusal::AlreadyIssued { number: number.unwrap_or_default() }
        }
    };
    Err(Refused::of(&refusal).into())
}

/// Writes the discounts of these coupons, all of them reserved, on a draft anew: each takes from
/// what the ones before it left, so one that comes or goes changes the others.
pub(super) fn rewrite(
    table: &mut Table<'_, '_>,
    invoice_id: InvoiceId,
    coupons: &[CouponId],
) -> Result<(), No> {
    let id = invoice_id.uuid();
    for coupon_id in coupons_of_draft(draft_of(table, invoice_id)?) {
        table.decide::<Invoice>(id, InvoiceCommand::TakeCouponOff { coupon_id })?;
    }
    let draft = draft_of(table, invoice_id)?;
    let currency = draft.currency;
    let lines: Vec<NewLine> = draft.lines.iter().map(NewLine::from).collect();
    let numbers: Vec<u32> = draft.lines.iter().map(|line| line.no).collect();
    let billed = draft.lines.iter().map(|line| CouponLine {
        // What goes back, or was taken off by hand, is nothing to take a coupon off.
        amount: if line.net.is_positive() { line.net } else { Money::zero(currency) },
        product: line.product_id.map(product_key),
        plan: None,
    });
    let billed: Vec<CouponLine> = billed.collect();
    let mut held = Vec::with_capacity(coupons.len());
    for (order, coupon_id) in (1..).zip(coupons) {
        let terms = held_by(table, *coupon_id, RedeemedFor::Invoice(invoice_id))?;
        held.push(HeldCoupon::new(terms, order));
    }
    let shares = spread(currency, table.today(), &billed, &held).map_err(|no| Refused::of(&no))?;
    for share in shares {
        let off = share.off.map_err(|no| Refused::of(&no).at("/code"))?;
        let code = &share.held.coupon.code;
        let lines = discount_lines(code, &lines, &off)?.into_iter();
        let lines = lines.map(|(at, line)| (numbers[at], line)).collect();
        let coupon_id = coupons[share.at];
        table.decide::<Invoice>(id, InvoiceCommand::ApplyCoupon { coupon_id, lines })?;
    }
    let total = draft_of(table, invoice_id)?.totals().map_err(|no| Refused::of(&no))?.total;
    if total.is_negative() {
        return Err(Refused::of(&InvoiceRefusal::NegativeTotal { total }).into());
    }
    Ok(())
}
