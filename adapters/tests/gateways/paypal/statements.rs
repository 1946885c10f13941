//! The settlement report.

use billfold_app::ports::gateway::{StatedKind, StatementRefusal, Statements};
use billfold_domain::kernel::Money;

use super::{Shop, money, payment, refund, usd};

const HEAD: &str = "\"RH\",2026/11/25 03:00:00 +0000,\"A\",\"SELLER\",010\r\n\
    \"CH\",\"Transaction ID\",\"Invoice ID\",\"PayPal Reference ID\",\"Transaction Event Code\",\
    \"Transaction Completion Date\",\"Transaction Debit or Credit\",\"Gross Transaction Amount\",\
    \"Gross Transaction Currency\",\"Fee Debit or Credit\",\"Fee Amount\",\"Custom Field\"\r\n";

fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEAD}{}\r\n\"SC\",{}\r\n", rows.join("\r\n"), rows.len()).into_bytes()
}

#[tokio::test]
async fn the_settlement_report_is_what_the_books_say() {
    let shop = Shop::open().await;
    let capture = shop.paid(payment(1), usd(1999)).await;
    let yen = shop.paid(payment(2), money(5000, "JPY")).await;
    let forint = shop.paid(payment(3), money(250_000, "HUF")).await;
    let sent = shop.refund(refund(1), &capture, usd(500)).await.unwrap();
    let dispute = shop.peer.dispute(&capture, usd(1000), "CHARGEBACK");
    shop.peer.resolve(&dispute, "RESOLVED_SELLER_FAVOUR");
    shop.peer.reverse(&forint, money(250_000, "HUF"));
    let lines = shop.paypal.read(shop.peer.report().as_bytes()).unwrap();
    let kinds: Vec<StatedKind> = lines.iter().map(|line| line.kind).collect();
    use StatedKind::{Charge, Dispute, DisputeReversal, Refund};
    assert_eq!(kinds, [Charge, Charge, Charge, Refund, Dispute, DisputeReversal, Dispute]);
    for (line, (name, ours)) in lines.iter().zip([
        (&capture, payment(1).to_string()),
        (&yen, payment(2).to_string()),
        (&forint, payment(3).to_string()),
        (&sent.reference, refund(1).to_string()),
        (&capture, payment(1).to_string()),
    ]) {
        assert_eq!(line.reference.as_ref(), Some(name));
        assert_eq!(line.ours.as_ref(), Some(&ours));
        assert_eq!(line.on, shop.desk.now.date_naive());
        assert_eq!(line.net, line.gross.checked_sub(line.fee).unwrap());
    }
    let books = shop.peer.books();
    for (code, charged) in &books.charged {
        let of = |wanted: StatedKind| {
            let same = lines.iter().filter(|it| it.kind == wanted);
            let same = same.filter(|it| it.gross.currency().code() == code);
            same.map(|it| it.gross.minor()).sum::<i64>()
        };
        assert_eq!(of(Charge), *charged);
        assert_eq!(-of(Refund), books.refunded.get(code).copied().unwrap_or_default());
        let taken = -of(Dispute) - of(DisputeReversal);
        assert_eq!(taken, books.taken.get(code).copied().unwrap_or_default());
        let same = lines.iter().filter(|it| it.fee.currency().code() == code);
        assert_eq!(same.map(|it| it.fee.minor()).sum::<i64>(), books.fees[code]);
    }
}

#[tokio::test]
async fn movements_that_are_no_payments_keep_their_side() {
    let shop = Shop::open().await;
    let at = "2026/11/24 23:30:00 -0800";
    let row = |id: &str, code: &str, side: &str, units: i64, fee: &str| {
        format!("\"SB\",\"{id}\",\"\",\"\",\"{code}\",{at},\"{side}\",{units},\"USD\",{fee},\"\"")
    };
    let rows = [
        row("F1", "T0106", "DR", 2000, "\"\","),
        row("P1", "T0400", "DR", 90_000, "\"\",0"),
        row("A1", "T0200", "CR", 100, "\"\","),
        row("B1", "T0006", "CR", 1000, "\"DR\",79"),
        row("B2", "T1107", "DR", 1000, "\"CR\",30"),
        row("B3", "T0003", "DR", 700, "\"\",0"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(file(&rows));
    let lines = shop.paypal.read(&bytes).unwrap();
    let told: Vec<(StatedKind, Money, Money, Money)> =
        lines.iter().map(|it| (it.kind, it.gross, it.fee, it.net)).collect();
    assert_eq!(
        told,
        [
            (StatedKind::Fee, usd(-2000), usd(0), usd(-2000)),
            (StatedKind::Payout, usd(-90_000), usd(0), usd(-90_000)),
            (StatedKind::Adjustment, usd(100), usd(0), usd(100)),
            (StatedKind::Charge, usd(1000), usd(79), usd(921)),
            (StatedKind::Refund, usd(-1000), usd(-30), usd(-970)),
            (StatedKind::Adjustment, usd(-700), usd(0), usd(-700)),
        ]
    );
    assert_eq!(lines[0].on.to_string(), "2026-11-25", "the day is told in UTC");
    assert_eq!((&lines[0].reference, &lines[0].ours), (&None, &None));
}

#[tokio::test]
async fn a_file_that_is_broken_is_refused_as_a_whole() {
    let shop = Shop::open().await;
    let read = |file: &[u8]| shop.paypal.read(file);
    let row = "\"SB\",\"2C1\",\"\",\"\",\"T0006\",2026/11/24 10:00:00 +0000,\"CR\",1000,\"USD\",\
               \"DR\",79,\"\"";
    assert_eq!(read(&file(&[row])).unwrap().len(), 1);
    for other in [&b""[..], b"id,Type,Amount\r\n1,charge,5\r\n", b"\xff\xfe\x00", b"%PDF-1.7"] {
        let refused = read(other);
        let not_ours = matches!(
            refused,
            Err(StatementRefusal::NotOurs { .. } | StatementRefusal::Line { .. })
        );
        assert!(not_ours, "{refused:?}");
    }
    let short = HEAD.replace("\"Fee Amount\",", "");
    let refused = read(short.as_bytes());
    let column = "Fee Amount".to_owned();
    assert_eq!(refused, Err(StatementRefusal::ColumnMissing { column }));
    let cut = format!("{HEAD}{row}\r\n\"SC\",2\r\n");
    for (bytes, line, column) in [
        (cut.into_bytes(), 4, "SC"),
        (file(&[row, &row.replace("1000", "10.00")]), 4, "Gross Transaction Amount"),
        (file(&[&row.replace("\"CR\"", "\"\"")]), 3, "Transaction Debit or Credit"),
        (file(&[&row.replace("USD", "US$")]), 3, "Gross Transaction Amount"),
        (file(&[&row.replace("2026/11/24", "24.11.2026")]), 3, "Transaction Completion Date"),
        (file(&[&row.replace("\"DR\",79", "\"\",79")]), 3, "Fee Debit or Credit"),
        (file(&[&row.replace("2C1", "")]), 3, "Transaction ID"),
    ] {
        let refused = read(&bytes);
        let Err(StatementRefusal::Line { line: at, column: named, .. }) = refused else {
            panic!("{column}: {refused:?}")
        };
        assert_eq!((at, named.as_str()), (line, column));
    }
}
