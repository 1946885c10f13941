//! Stripe's balance reports.

use billfold_app::ports::gateway::{RefundAsk, StatedKind, StatedLine, StatementRefusal};
use billfold_domain::kernel::RefundId;
use uuid::Uuid;

use super::{Bill, Shop, driver, money};

fn read(file: &str) -> Result<Vec<StatedLine>, StatementRefusal> {
    driver().stating().unwrap().read(file.as_bytes())
}

/// A balance with one of each.
async fn busy() -> (Shop, Bill, RefundId) {
    let shop = Shop::open().await;
    let bill = Bill::of(10_000, "EUR");
    let payment = shop.paid(&bill).await;
    let refund_id = RefundId::new(Uuid::from_u128(3));
    let ask = RefundAsk {
        refund_id,
        payment_id: bill.id,
        reference: &payment,
        amount: money(2_500, "EUR"),
        paid: bill.amount,
        is_first: true,
        description: "",
    };
    let sent = shop.desk.call(async |call| shop.refunding().refund(call, &ask).await).await;
    shop.peer.fail_refund(&sent.unwrap().reference);
    let dispute = shop.peer.dispute(&payment);
    shop.peer.win(&dispute);
    shop.peer.pay_out("eur");
    (shop, bill, refund_id)
}

#[tokio::test]
async fn both_reports_say_what_the_balance_holds() {
    let (shop, bill, refund_id) = busy().await;
    let books = shop.peer.books();
    for (file, knows_payment) in [(books.history_csv(), false), (books.itemised_csv(), true)] {
        let lines = read(&file).unwrap();
        let kinds: Vec<_> = lines.iter().map(|line| line.kind).collect();
        assert_eq!(
            kinds,
            [
                StatedKind::Charge,
                StatedKind::Refund,
                StatedKind::Adjustment,
                StatedKind::Dispute,
                StatedKind::DisputeReversal,
                StatedKind::Payout,
            ]
        );
        for (line, entry) in lines.iter().zip(&books.entries) {
            assert_eq!(line.id, entry.id);
            assert_eq!(line.gross, money(entry.gross, "EUR"));
            assert_eq!(line.fee, money(entry.fee, "EUR"));
            assert_eq!(line.on.to_string(), "2026-11-24");
        }
        assert_eq!(lines.iter().map(|line| line.net.minor()).sum::<i64>(), 0);
        assert_eq!(lines[0].ours, Some(bill.id.to_string()));
        assert_eq!(lines[1].ours, Some(refund_id.to_string()));
        let reference = lines[0].reference.as_deref().unwrap();
        assert_eq!(reference.starts_with("pi_"), knows_payment, "{reference}");
        assert!(lines[1].reference.as_deref().unwrap().starts_with("re_"));
    }
    shop.close();
}

#[test]
fn columns_are_found_by_their_names_whatever_stands_between() {
    let file = "\u{feff}net,reporting_category,new column,currency,gross,fee,created,\
                balance_transaction_id\n\
                1.230,charge,x,tnd,1.530,0.300,2026-01-31 23:59:59,txn_1\n\
                -5,stripe_fee,,JPY,0.00,5.00,2026-02-01 00:00:00,txn_2\n,,,,,,,\n";
    let lines = read(file).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].net, money(1_230, "TND"));
    assert_eq!((lines[1].kind, lines[1].fee), (StatedKind::Fee, money(5, "JPY")));
    assert_eq!((&lines[1].reference, &lines[1].payout), (&None, &None));
}

#[test]
fn a_broken_file_is_refused_by_its_line() {
    let heading = "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC)\n";
    let good = "txn_1,charge,ch_1,10.00,0.39,9.61,eur,2026-11-24 12:00\n";
    assert_eq!(read(&format!("{heading}{good}")).unwrap().len(), 1);
    for (line, column) in [
        ("txn_2,charge,ch_1,10.00,0.39,9.60,eur,2026-11-24 12:00\n", "Net"),
        ("txn_2,charge,ch_1,10.001,0.00,10.00,eur,2026-11-24 12:00\n", "Amount"),
        ("txn_2,charge,ch_1,\"1,000.00\",0.00,1000.00,eur,2026-11-24 12:00\n", "Amount"),
        ("txn_2,charge,ch_1,10.00,x,10.00,eur,2026-11-24 12:00\n", "Fee"),
        ("txn_2,charge,ch_1,10.00,0.39,9.61,xyz,2026-11-24 12:00\n", "Currency"),
        ("txn_2,charge,ch_1,10.00,0.39,9.61,eur,24.11.2026\n", "Created (UTC)"),
        (",charge,ch_1,10.00,0.39,9.61,eur,2026-11-24 12:00\n", "id"),
    ] {
        let refused = read(&format!("{heading}{good}{line}"));
        let Err(StatementRefusal::Line { line: 3, column: found, .. }) = &refused else {
            panic!("{line}: {refused:?}")
        };
        assert_eq!(found, column, "{line}");
    }
    let missing = read("id,Type,Source,Amount,Fee,Currency,Created (UTC)\n");
    assert_eq!(missing, Err(StatementRefusal::ColumnMissing { column: "Net".to_owned() }));
    for file in ["", "Datum;Betrag\n1;2\n", "{}"] {
        assert!(matches!(read(file), Err(StatementRefusal::NotOurs { .. })), "{file}");
    }
    assert!(driver().stating().unwrap().read(b"id,Type,\xff\xfe\n").is_err());
}
