//! Notices: who sent them, and what they are worth.

use std::collections::BTreeMap;

use billfold_app::ports::driver::Found;
use billfold_app::ports::gateway::{News, RawNote, Receiving, Sought, Unverified, Verified};
use serde_json::Value;

use super::super::desk::Desk;
use super::{Shop, driver, is_pending, is_settled};

const VECTORS: &str = include_str!("../../../fixtures/sslcommerz/ipn-vectors.json");
const PUBLISHED: &str = include_str!("../../../fixtures/sslcommerz/ipn-published.json");

type Fields = BTreeMap<String, String>;

async fn verify(desk: &Desk, body: &str) -> Result<Verified, Unverified> {
    let note = RawNote { headers: &[], body: body.as_bytes() };
    let receiving = Receiving::at(&desk.account, desk.now);
    driver().notifying().unwrap().verify(&receiving, &note).await
}

fn read(desk: &Desk, body: &str) -> Vec<News> {
    let note = RawNote { headers: &[], body: body.as_bytes() };
    driver().notifying().unwrap().read(&desk.account, &note).unwrap()
}

fn form(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// The form of a stored file, and a desk of the store it is for.
fn stored(file: &str) -> (Value, Fields, Desk) {
    let file: Value = serde_json::from_str(file).unwrap();
    let fields: Fields = serde_json::from_value(file["ipn_form"].clone()).unwrap();
    let password = file["store_password"].as_str().unwrap();
    let settings = [("store_id", fields["store_id"].as_str()), ("store_passwd", password)];
    let desk = Desk::new("sslcommerz", &settings);
    (file, fields, desk)
}

#[tokio::test]
async fn stored_vectors_of_sslcommerz_hold() {
    for file in [VECTORS, PUBLISHED] {
        let (_, fields, desk) = stored(file);
        let good = verify(&desk, &form(&fields)).await.unwrap();
        assert_eq!((good.kind.as_str(), good.is_live), ("VALID", None));
        // Older gateways send one digest only.
        let mut older = fields.clone();
        older.remove("verify_sign_sha2");
        assert_eq!(verify(&desk, &form(&older)).await.unwrap(), good);
    }
    let (file, fields, desk) = stored(VECTORS);
    let mut refused = 0;
    for negative in file["negative"].as_array().unwrap() {
        let mut changed = fields.clone();
        let change = negative["change"].as_str().unwrap();
        match change {
            "amount 1150.00 -> 1.00" => {
                changed.insert("amount".to_owned(), "1.00".to_owned());
            }
            "verify_key shortened to leave out amount while verify_sign is kept" => {
                let short = changed["verify_key"].replacen("amount,", "", 1);
                changed.insert("verify_key".to_owned(), short);
            }
            "verify_sign missing" => {
                changed.remove("verify_sign");
            }
            // `a_notice_whose_validation_says_no_pays_nothing`
            change if change.starts_with("signature right") => continue,
            change => panic!("a vector that nobody reads: {change}"),
        }
        assert_eq!(negative["expect"], "reject");
        let forged = verify(&desk, &form(&changed)).await;
        assert!(matches!(forged, Err(Unverified::Forged(_))), "{change}: {forged:?}");
        refused += 1;
    }
    assert_eq!(refused, 3);
}

#[tokio::test]
async fn no_byte_of_a_notice_can_be_changed() {
    let (_, mut fields, desk) = stored(PUBLISHED);
    let full = form(&fields);
    let newer = full.find("verify_sign_sha2=").unwrap() + "verify_sign_sha2=".len();
    fields.remove("verify_sign_sha2");
    let body = form(&fields);
    let changes = (0..body.len()).map(|at| (&body, at));
    for (body, at) in changes.chain((newer..newer + 64).map(|at| (&full, at))) {
        let mut changed = body.clone().into_bytes();
        changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
        let changed = String::from_utf8(changed).unwrap();
        let forged = verify(&desk, &changed).await;
        assert!(matches!(forged, Err(Unverified::Forged(_))), "{at}: {changed}");
    }
    for cut in ["", "&", "status=VALID", &body[..body.len() / 2]] {
        assert!(matches!(verify(&desk, cut).await, Err(Unverified::Forged(_))), "{cut}");
    }
}

#[tokio::test]
async fn a_field_that_comes_twice_or_is_for_another_store_is_refused() {
    let (_, fields, desk) = stored(PUBLISHED);
    let body = form(&fields);
    for twice in ["amount=10.00", "tran_id=other", "store_passwd=x&store_passwd=y"] {
        let forged = verify(&desk, &format!("{twice}&{body}")).await;
        assert!(matches!(forged, Err(Unverified::Forged(_))), "{twice}");
    }
    let settings = [("store_id", "another"), ("store_passwd", "test_testemi@ssl")];
    let forged = verify(&Desk::new("sslcommerz", &settings), &body).await;
    assert!(matches!(forged, Err(Unverified::Forged(_))));
    let nothing = verify(&Desk::new("sslcommerz", &[]), &body).await;
    assert!(matches!(nothing, Err(Unverified::Forged(_))));
}

#[tokio::test]
async fn a_notice_that_signs_less_than_matters_is_refused_however_well_it_is_signed() {
    let (_, fields, desk) = stored(PUBLISHED);
    for left_out in ["tran_id", "status", "amount", "val_id"] {
        let mut short = fields.clone();
        let names = short["verify_key"].split(',').filter(|name| *name != left_out);
        let names: Vec<&str> = names.collect();
        let (names, signed) = (names.join(","), names.clone());
        let body = signed_by(&short, &signed, "test_testemi@ssl");
        short.insert("verify_key".to_owned(), names);
        short.insert("verify_sign".to_owned(), body);
        short.remove("verify_sign_sha2");
        let forged = verify(&desk, &form(&short)).await;
        assert!(matches!(forged, Err(Unverified::Forged(_))), "{left_out}");
    }
    // Signed the same way with nothing left out it is good: the loop above shows what it says.
    let names: Vec<&str> = fields["verify_key"].split(',').collect();
    assert_eq!(signed_by(&fields, &names, "test_testemi@ssl"), fields["verify_sign"]);
}

/// The MD5 digest of these fields, as the provider makes it.
fn signed_by(fields: &Fields, names: &[&str], password: &str) -> String {
    use md5::{Digest, Md5};
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut all: BTreeMap<&str, String> =
        names.iter().map(|name| (*name, fields[*name].clone())).collect();
    all.insert("store_passwd", hex(&Md5::digest(password)));
    let parts: Vec<String> = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    hex(&Md5::digest(parts.join("&")))
}

#[tokio::test]
async fn a_signed_notice_alone_pays_nothing() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    let paid = shop.peer.pay(&reference);
    let [notice] = &shop.peer.notices()[..] else { panic!("one notice") };
    assert_eq!(notice.url, shop.returns.notify);
    verify(&shop.desk, &notice.body).await.unwrap();
    let news = read(&shop.desk, &notice.body);
    let [News::LookAt { payment_id, reference, hint }] = &news[..] else { panic!("{news:?}") };
    assert_eq!(*payment_id, Some(id));
    assert_eq!(reference.as_deref(), Some(paid.bank_tran_id.as_str()));
    assert_eq!(hint.as_deref(), Some(paid.val_id.as_str()));
    shop.close();
}

#[tokio::test]
async fn what_a_browser_brings_back_is_worth_no_more_than_a_notice() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    shop.peer.cancel(&reference);
    assert_eq!(shop.peer.way_back(&reference).url, shop.returns.cancel);
    shop.peer.pretend(&reference);
    let back = shop.peer.way_back(&reference);
    assert_eq!(back.url, shop.returns.back);
    verify(&shop.desk, &back.body).await.unwrap();
    let news = read(&shop.desk, &back.body);
    let [News::LookAt { payment_id, hint, .. }] = &news[..] else { panic!("{news:?}") };
    assert_eq!(*payment_id, Some(id));
    let about = Sought { hint: hint.as_deref(), ..shop.about(id, &reference) };
    assert!(is_pending(&shop.found(&about).await));
    shop.close();
}

#[tokio::test]
async fn a_notice_whose_validation_says_no_pays_nothing() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    let pretended = shop.peer.pretend(&reference);
    let [notice] = &shop.peer.notices()[..] else { panic!("one notice") };
    verify(&shop.desk, &notice.body).await.unwrap();
    let about = Sought { hint: Some(&pretended.val_id), ..shop.about(id, &reference) };
    assert!(is_pending(&shop.found(&about).await));
    // The try of another payment says nothing of this one.
    let (_, other) = shop.opened(115_000).await;
    let paid = shop.peer.pay(&other);
    let about = Sought { hint: Some(&paid.val_id), ..shop.about(id, &paid.bank_tran_id) };
    let report = shop.found(&about).await;
    assert!(!is_settled(&report) && report.amount.is_none(), "{report:?}");
    shop.close();
}

#[tokio::test]
async fn a_try_that_only_a_notice_knows_is_found_by_it() {
    let shop = Shop::open().await;
    let (id, reference) = shop.opened(115_000).await;
    let paid = shop.peer.pay(&reference);
    shop.peer.forget_lists();
    assert!(is_pending(&shop.found(&shop.about(id, &reference)).await));
    let told = Sought { hint: Some(&paid.val_id), ..shop.about(id, &reference) };
    assert!(is_settled(&shop.found(&told).await));
    let alone = Sought { reference: None, ..told };
    assert!(matches!(shop.look(&alone).await, Ok(Found::There(_))));
    shop.close();
}

#[tokio::test]
async fn notices_that_come_twice_and_out_of_order_have_the_same_names() {
    let shop = Shop::open().await;
    let (_, reference) = shop.opened(115_000).await;
    shop.peer.faults().notices(2, true);
    shop.peer.fail(&reference, "Expired Card");
    shop.peer.cancel(&reference);
    shop.peer.pay(&reference);
    let mut names: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for notice in shop.peer.notices() {
        let verified = verify(&shop.desk, &notice.body).await.unwrap();
        assert!(matches!(&read(&shop.desk, &notice.body)[..], [News::LookAt { .. }]));
        names.entry(verified.event_id).or_insert((verified.kind, 0)).1 += 1;
    }
    let mut kinds: Vec<(String, usize)> = names.into_values().collect();
    kinds.sort();
    let kinds: Vec<(&str, usize)> = kinds.iter().map(|(kind, n)| (kind.as_str(), *n)).collect();
    assert_eq!(kinds, [("CANCELLED", 3), ("FAILED", 3), ("VALID", 3)]);
    shop.close();
}

#[tokio::test]
async fn a_notice_with_a_word_or_a_field_that_nobody_knows_is_a_hint_like_any_other() {
    let (_, mut fields, desk) = stored(PUBLISHED);
    fields.insert("status".to_owned(), "PAID_IN_STARS".to_owned());
    fields.insert("loyalty".to_owned(), "gold".to_owned());
    let names = fields["verify_key"].clone();
    let names: Vec<&str> = names.split(',').collect();
    fields.insert("verify_sign".to_owned(), signed_by(&fields, &names, "test_testemi@ssl"));
    fields.remove("verify_sign_sha2");
    let verified = verify(&desk, &form(&fields)).await.unwrap();
    assert_eq!(verified.kind, "PAID_IN_STARS");
    // A payment of another shop of the same store is nobody's here.
    let news = read(&desk, &form(&fields));
    assert!(matches!(&news[..], [News::LookAt { payment_id: None, .. }]), "{news:?}");
}
