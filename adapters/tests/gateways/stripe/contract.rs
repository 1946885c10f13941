//! Every form fits Stripe's contract, whatever comes in.

use billfold_app::ports::driver::{Call, CallFailure};
use billfold_app::ports::gateway::{
    ChargeWay, Evidence, PayerAddress, RefundAsk, StoreAsk, StoredToken,
};
use billfold_domain::kernel::{ClientId, PaymentMethodId, RefundId};
use billfold_peers::stripe::Card;
use uuid::Uuid;

use super::{Bill, Shop};

/// Texts that break what is not written with care.
const TEXTS: [&str; 8] = [
    "",
    "Invoice INV-1",
    "Müller & Söhne = 50% [off]\u{202e}",
    "৳ 500\r\n\tnext line\0",
    "a[b]=c&amount=1",
    "😀",
    "   ",
    "{CHECKOUT_SESSION_ID}",
];

/// A bill made of parts that a number chooses: every number another one.
fn bill(mut number: usize) -> Bill {
    let mut choose = |among: usize| {
        let chosen = number % among;
        number /= among;
        chosen
    };
    let (minor, code) =
        [(1, "EUR"), (99_999_999, "USD"), (500, "JPY"), (7, "UGX"), (5_120, "KWD")][choose(5)];
    let mut bill = Bill::of(minor, code);
    let text = TEXTS[choose(TEXTS.len())];
    bill.description = text.repeat([1, 3, 400][choose(3)]);
    bill.payer.name = [None, Some(text.repeat(200))][choose(2)].clone();
    bill.payer.email = [None, Some(format!("{}@shop.example", "e".repeat(600)))][choose(2)].clone();
    if choose(2) == 0 {
        bill.payer.client_id = None;
        bill.payer.address = Some(PayerAddress {
            street: text.to_owned(),
            city: text.to_owned(),
            postal_code: text.to_owned(),
            country: "DE".to_owned(),
        });
    }
    bill.references = vec![
        ("invoice_id", text.repeat(300)),
        ("payment_id", "not ours to choose".to_owned()),
        ("order_id", String::new()),
    ];
    bill.returns.back =
        ["https://shop.example/back?a=b", "https://shop.example/zurück"][choose(2)].to_owned();
    bill
}

#[tokio::test]
async fn every_form_we_send_fits_the_contract() {
    let shop = Shop::open().await;
    for number in (0..1920).step_by(13) {
        let (bill, save) = (bill(number), number % 2 == 0);
        let token = shop.stored([Card::Pays, Card::Declines("expired_card")][number % 2]);
        let bare = StoredToken { holder: None, ..token.clone() };
        let holder = token.holder.as_deref().filter(|_| number % 3 == 0);
        let ways = [
            ChargeWay::Stored(&token),
            ChargeWay::Stored(&bare),
            ChargeWay::OnPage { save, holder },
        ];
        for way in ways {
            // A card of a customer wants its customer: refused by a rule, not by the contract.
            if let Err(failed) = shop.charge(&bill, way).await {
                assert!(matches!(failed, CallFailure::Rejected { .. }), "{number}: {failed}");
            }
        }
        shop.open_page(&bill, save).await.unwrap();
        let payments = shop.peer.objects("payment_intent");
        let ours = payments.last().unwrap()["metadata"].clone();
        assert_eq!(ours["payment_id"], bill.id.to_string(), "{number}");
    }
    assert!(shop.peer.seen().len() > 500);
    shop.close();
}

#[tokio::test]
async fn every_other_form_fits_the_contract() {
    let shop = Shop::open().await;
    for (number, text) in TEXTS.iter().enumerate() {
        let paid = bill(number);
        let reference = shop.paid(&paid).await;
        let ask = RefundAsk {
            refund_id: RefundId::new(Uuid::new_v4()),
            payment_id: paid.id,
            reference: &reference,
            amount: paid.amount,
            paid: paid.amount,
            is_first: true,
            description: text,
        };
        shop.desk.call(async |call| shop.refunding().refund(call, &ask).await).await.unwrap();
        let ask = StoreAsk {
            method_id: PaymentMethodId::new(Uuid::new_v4()),
            client_id: ClientId::new(Uuid::new_v4()),
            payer: &paid.payer,
            holder: None,
            on_page: number % 2 == 0,
            returns: &paid.returns,
        };
        let storing = shop.driver.storing().unwrap();
        shop.desk.call(async |call| storing.begin(call, &ask).await).await.unwrap();
        let dispute = shop.peer.dispute(&reference);
        let evidence = Evidence {
            product: text.repeat(50),
            text: (*text).to_owned(),
            service_date: (number % 2 == 0).then(|| "2026-11-24".to_owned()),
        };
        let disputing = shop.driver.disputing().unwrap();
        let answered = async |call: &Call<'_>| disputing.answer(call, &dispute, &evidence).await;
        shop.desk.call(answered).await.unwrap();
        shop.desk.call(async |call| disputing.accept(call, &dispute).await).await.unwrap();
    }
    shop.close();
}

#[tokio::test]
async fn a_name_that_is_none_of_stripes_is_never_asked_for() {
    let shop = Shop::open().await;
    let bill = Bill::of(1999, "EUR");
    for reference in ["", "../account", "pi_1/cancel", "pi_1?expand[]=x", "pi 1", "cs_%2e"] {
        let sought = bill.sought(Some(reference), &shop);
        let looked = async |call: &Call<'_>| shop.charging().look_up(call, &sought).await;
        let failed = shop.desk.call(looked).await;
        assert!(matches!(failed, Err(CallFailure::Rejected { .. })), "{reference}: {failed:?}");
    }
    assert!(shop.peer.seen().is_empty());
}
