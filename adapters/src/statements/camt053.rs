//! CAMT.053, the statement of an account in XML (ISO 20022), of any version.
//!
//! Booked entries become lines, one per transaction where a batch tells its parts and they sum to
//! it. Where the file states the balances of a beginning and an end, what is between them must be
//! the entries. Elements are found by their names in any namespace, which differs per version.

use billfold_domain::kernel::text::check_line;
use billfold_domain::kernel::{Currency, Money};
use billfold_domain::settlement::{NewLine, SettlementLineKind};
use chrono::NaiveDate;
use roxmltree::{Document, Node, ParsingOptions};

use super::number::{DecimalMark, amount};
use super::own_id::OwnIds;
use super::{StatedLine, StatementFile, StatementRefusal, text_of, utf8};

/// The longest name in a statement, in characters.
const LONGEST_NAME: usize = 200;

/// Reads a CAMT.053 file.
///
/// # Errors
/// It is no such file, an entry says something that cannot be, or balances and entries differ; the
/// refusal says where. A document type is refused, so that no entity can grow.
pub fn camt053(bytes: &[u8]) -> Result<StatementFile, StatementRefusal> {
    let text = utf8(bytes)?;
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        StatementRefusal::broken(u64::from(error.pos().row), "the file is no well-formed XML")
    })?;
    let root = Element(document.root_element());
    let Some(all) = root.child("BkToCstmrStmt") else {
        return Err(root.broken("the file is no CAMT.053: it has no BkToCstmrStmt"));
    };
    let mut file = StatementFile::default();
    let mut ids = OwnIds::default();
    for statement in all.children("Stmt") {
        read(statement, &mut file, &mut ids)?;
    }
    Ok(file)
}

/// One statement of the file.
fn read(
    statement: Element<'_>,
    file: &mut StatementFile,
    ids: &mut OwnIds,
) -> Result<(), StatementRefusal> {
    let told = |end: &str| statement.at(&["FrToDt", end]).map(Element::day).transpose();
    let (from, to) = (told("FrDtTm")?, told("ToDtTm")?);
    file.from = file.from.into_iter().chain(from).min();
    file.to = file.to.into_iter().chain(to).max();
    let mut booked = Vec::new();
    for entry in statement.children("Ntry").filter(|entry| entry.is_booked()) {
        let whole = entry.money()?;
        booked.push(whole);
        let parts = parts_of(entry, whole)?;
        for (at, part) in parts.iter().enumerate() {
            let stated = line(entry, part, (at, parts.len()), ids)?;
            file.lines.push(stated);
        }
    }
    check_balances(statement, &booked)
}

/// What was there at first, and what was booked, must be what was there at last.
fn check_balances(statement: Element<'_>, booked: &[Money]) -> Result<(), StatementRefusal> {
    let balance = |codes: &[&str]| {
        statement.children("Bal").find(|balance| {
            let code = balance.at(&["Tp", "CdOrPrtry", "Cd"]).map(Element::text);
            code.is_some_and(|code| codes.contains(&code))
        })
    };
    let (Some(first), Some(last)) = (balance(&["OPBD", "PRCD"]), balance(&["CLBD"])) else {
        return Ok(());
    };
    let (opening, closing) = (first.money()?, last.money()?);
    let reached = booked.iter().try_fold(opening, |sum, entry| sum.checked_add(*entry));
    if reached == Ok(closing) {
        return Ok(());
    }
    Err(last.wrong("CLBD", "the opening balance and the entries do not come to the closing one"))
}

/// What an entry is made of: the transaction's element, if it has one, and its amount.
struct Part<'a> {
    detail: Option<Element<'a>>,
    money: Money,
}

/// The transactions of an entry, if they sum to it; else the entry is one line.
fn parts_of<'a>(entry: Element<'a>, whole: Money) -> Result<Vec<Part<'a>>, StatementRefusal> {
    let details: Vec<Element<'a>> =
        entry.children("NtryDtls").flat_map(|details| details.children("TxDtls")).collect();
    if let [only] = details[..] {
        return Ok(vec![Part { detail: Some(only), money: whole }]);
    }
    let mut parts = Vec::new();
    for detail in details {
        if let Some(money) = detail.part_money(whole)? {
            parts.push(Part { detail: Some(detail), money });
        }
    }
    let sum = Money::sum(whole.currency(), parts.iter().map(|part| part.money));
    if parts.is_empty() || sum != Ok(whole) {
        return Ok(vec![Part { detail: None, money: whole }]);
    }
    Ok(parts)
}

fn line(
    entry: Element<'_>,
    part: &Part<'_>,
    (at, of): (usize, usize),
    ids: &mut OwnIds,
) -> Result<StatedLine, StatementRefusal> {
    let day = entry.at(&["BookgDt", "Dt"]).or_else(|| entry.at(&["BookgDt", "DtTm"]));
    let day = day.ok_or_else(|| entry.wrong("BookgDt", "must name the day of booking"))?;
    let on = day.day()?;
    let own = part.detail.and_then(|detail| detail.at(&["Refs", "AcctSvcrRef"]));
    let own = own.map_or(Ok(None), Element::name)?;
    let shared = entry.child("AcctSvcrRef").map_or(Ok(None), Element::name)?;
    let theirs = match (own, shared) {
        // What the bank calls a batch is the name of each of its parts only with its place.
        (None, Some(shared)) if of > 1 => Some(format!("{shared}/{}", at.saturating_add(1))),
        (own, shared) => own.or(shared),
    };
    let ours = part.detail.and_then(|detail| detail.at(&["Refs", "EndToEndId"]));
    let ours = ours.map_or(Ok(None), Element::name)?;
    let text = said(entry, part.detail);
    let gross = part.money;
    let says = [
        on.to_string(),
        gross.minor().to_string(),
        gross.currency().code().to_owned(),
        ours.clone().unwrap_or_default(),
        text.clone().unwrap_or_default(),
    ];
    let their_id = ids.id(theirs.as_deref(), &says.each_ref().map(String::as_str));
    let kind = if gross.is_negative() {
        SettlementLineKind::Outgoing
    } else {
        SettlementLineKind::Incoming
    };
    let (net, reference, fee) = (gross, theirs, None);
    let line = NewLine { their_id, kind, reference, ours, gross, fee, net, on, text: None };
    Ok(StatedLine { line, text })
}

/// What a payer wrote, what they asked to be named by, and who they are.
fn said(entry: Element<'_>, detail: Option<Element<'_>>) -> Option<String> {
    let Some(detail) = detail else {
        return text_of(entry.child("AddtlNtryInf").map(Element::text));
    };
    let remittance = detail.child("RmtInf");
    let free = remittance.into_iter().flat_map(|it| it.children("Ustrd")).map(Element::text);
    let structured = remittance.into_iter().flat_map(|it| it.children("Strd"));
    let references = structured.filter_map(|it| it.at(&["CdtrRefInf", "Ref"])).map(Element::text);
    let parties = ["Dbtr", "Cdtr"].into_iter().filter_map(|party| {
        let named = |path: &[&str]| detail.at(path).map(Element::text);
        // From version 8 on the name lies one level deeper.
        named(&["RltdPties", party, "Nm"]).or_else(|| named(&["RltdPties", party, "Pty", "Nm"]))
    });
    text_of(free.chain(references).chain(parties))
}

/// An element of the file.
#[derive(Clone, Copy)]
struct Element<'a>(Node<'a, 'a>);

impl<'a> Element<'a> {
    fn children(self, name: &'static str) -> impl Iterator<Item = Self> {
        self.0.children().filter(move |node| node.tag_name().name() == name).map(Self)
    }

    fn child(self, name: &str) -> Option<Self> {
        self.0.children().find(|node| node.tag_name().name() == name).map(Self)
    }

    /// The first element of a path.
    fn at(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    fn text(self) -> &'a str {
        self.0.text().map_or("", str::trim)
    }

    fn line(self) -> u64 {
        u64::from(self.0.document().text_pos_at(self.0.range().start).row)
    }

    fn wrong(self, element: &str, detail: impl Into<String>) -> StatementRefusal {
        StatementRefusal::value(self.line(), element, detail)
    }

    fn broken(self, detail: &str) -> StatementRefusal {
        StatementRefusal::broken(self.line(), detail)
    }

    fn own_wrong(self, detail: impl Into<String>) -> StatementRefusal {
        self.wrong(self.0.tag_name().name(), detail)
    }

    /// Whether an entry is booked; what is only foreseen is in no balance. Before version 8 the
    /// word stands in the element itself.
    fn is_booked(self) -> bool {
        let status = self.child("Sts");
        let word = status.map(|status| status.child("Cd").unwrap_or(status).text());
        word.is_none_or(|word| word == "BOOK")
    }

    /// Its day; a time may follow.
    fn day(self) -> Result<NaiveDate, StatementRefusal> {
        let parsed = NaiveDate::parse_and_remainder(self.text(), "%Y-%m-%d");
        let day = parsed.map(|(day, _)| day);
        day.map_err(|_| self.own_wrong("must begin with a day such as 2026-03-15"))
    }

    /// A name that is one; banks write that they have none in words of their own.
    fn name(self) -> Result<Option<String>, StatementRefusal> {
        let text = self.text();
        if matches!(text, "" | "NOTPROVIDED" | "NONREF") {
            return Ok(None);
        }
        let checked = check_line("name", text, LONGEST_NAME);
        checked.map_err(|_| self.own_wrong("must be one line of at most 200 characters"))?;
        Ok(Some(text.to_owned()))
    }

    /// The amount of an entry or a balance, with its sign.
    fn money(self) -> Result<Money, StatementRefusal> {
        let stated = self.child("Amt").ok_or_else(|| self.wrong("Amt", "must be there"))?;
        let money = stated.unsigned()?;
        Ok(if self.is_credit()? { money } else { money.negate() })
    }

    /// The amount of a transaction in the currency of its entry; nothing where it says none.
    fn part_money(self, whole: Money) -> Result<Option<Money>, StatementRefusal> {
        let stated = self.child("Amt").or_else(|| self.at(&["AmtDtls", "TxAmt", "Amt"]));
        let Some(stated) = stated else {
            return Ok(None);
        };
        let money = stated.unsigned()?;
        let is_credit = match self.child("CdtDbtInd") {
            Some(_) => self.is_credit()?,
            None => !whole.is_negative(),
        };
        let same = money.currency() == whole.currency();
        Ok(same.then(|| if is_credit { money } else { money.negate() }))
    }

    fn is_credit(self) -> Result<bool, StatementRefusal> {
        match self.child("CdtDbtInd").map(Self::text) {
            Some("CRDT") => Ok(true),
            Some("DBIT") => Ok(false),
            _ => Err(self.wrong("CdtDbtInd", "must be CRDT or DBIT")),
        }
    }

    fn unsigned(self) -> Result<Money, StatementRefusal> {
        let code = self.0.attribute("Ccy").unwrap_or_default();
        let currency = Currency::parse(code);
        let currency =
            currency.map_err(|_| self.wrong("Amt Ccy", "must be the code of a currency"))?;
        let plain = self.text();
        if !plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(self.own_wrong("must be an amount such as 1234.56"));
        }
        amount(plain, currency, DecimalMark::Point).map_err(|detail| self.own_wrong(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../fixtures/statements/camt053.xml");

    fn read(text: &str) -> Result<StatementFile, StatementRefusal> {
        camt053(text.as_bytes())
    }

    fn told(from: &str, to: &str) -> String {
        read(&FILE.replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn booked_entries_are_lines_and_parts_of_a_batch_too() {
        let file = read(FILE).unwrap();
        let lines: Vec<_> = file
            .lines
            .iter()
            .map(|StatedLine { line, .. }| {
                (line.their_id.as_str(), line.kind, line.gross.minor(), line.ours.as_deref())
            })
            .collect();
        let (incoming, outgoing) = (SettlementLineKind::Incoming, SettlementLineKind::Outgoing);
        assert_eq!(
            lines,
            [
                ("BANK-1", incoming, 119_000, Some("INV-2026-7")),
                ("BANK-2/1", outgoing, -4_000, None),
                ("OWN", outgoing, -50, None),
            ]
        );
        assert_eq!(file.lines[0].text.as_deref(), Some("Invoice INV-2026-7 Maria"));
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        assert_eq!((file.from, file.to), (day(15), day(16)));
        assert_eq!(Some(file.lines[2].line.on), day(16));
    }

    #[test]
    fn a_batch_whose_parts_do_not_sum_to_it_is_one_line() {
        for parts in ["41.00", "0.10"] {
            let text = FILE.replacen(">40.00<", &format!(">{parts}<"), 1);
            let file = read(&text).unwrap();
            let own = &file.lines[1].line;
            assert_eq!((file.lines.len(), own.gross.minor()), (2, -4_050));
            assert_eq!(own.their_id, "BANK-2");
        }
        let foreign = FILE.replacen(r#"<Amt Ccy="EUR">40.00"#, r#"<Amt Ccy="USD">40.00"#, 1);
        assert_eq!(read(&foreign).unwrap().lines.len(), 2);
    }

    #[test]
    fn a_line_without_a_name_of_the_bank_is_known_by_what_it_says() {
        let id = |text: &str| read(text).unwrap().lines[0].line.their_id.clone();
        let unnamed = FILE.replacen("BANK-1", "NONREF", 1);
        assert_eq!(id(&unnamed).len(), 32);
        assert_eq!(id(&unnamed), id(&unnamed.replacen("NONREF", "", 1)));
    }

    #[test]
    fn what_is_between_two_balances_is_the_entries() {
        let text = "the opening balance and the entries do not come to the closing one";
        assert_eq!(told("1249.50", "1249.51"), format!("line 6, CLBD: {text}"));
        assert_eq!(told(">1190.00", ">1190.01"), format!("line 6, CLBD: {text}"));
        assert!(read(&FILE.replacen("OPBD", "ITAV", 1)).is_ok(), "it says no beginning");
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_line_and_element() {
        let credit = "line 7, CdtDbtInd: must be CRDT or DBIT";
        assert_eq!(told("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>"), credit);
        assert_eq!(told(">1190.00", ">1,190.00"), "line 7, Amt: must be an amount such as 1234.56");
        assert_eq!(told(">1190.00", ">-1190.00"), "line 7, Amt: must be an amount such as 1234.56");
        assert!(told(">1190.00", ">1190.005").starts_with("line 7, Amt: "));
        let currency = "line 7, Amt Ccy: must be the code of a currency";
        assert_eq!(told(r#"<Amt Ccy="EUR">1190"#, "<Amt>1190"), currency);
        let day = "line 8, Dt: must begin with a day such as 2026-03-15";
        assert_eq!(told(">2026-03-15</Dt>", ">15.03.2026</Dt>"), day);
        let booking = "line 7, BookgDt: must name the day of booking";
        assert_eq!(told("<BookgDt><Dt>2026-03-15</Dt></BookgDt>", ""), booking);
        let long = format!(">{}<", "x".repeat(201));
        assert!(told(">INV-2026-7<", &long).starts_with("line 9, EndToEndId: must be one line"));
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        assert_eq!(told("</Stmt>", ""), "line 17: the file is no well-formed XML");
        let other = read("<Document><BkToCstmrDbtCdtNtfctn/></Document>").unwrap_err();
        assert_eq!(other.to_string(), "line 1: the file is no CAMT.053: it has no BkToCstmrStmt");
        assert!(read("").is_err());
        let grown =
            format!("<!DOCTYPE d [<!ENTITY a \"aa\">]>{}", FILE.split_once('\n').unwrap().1);
        assert!(matches!(read(&grown), Err(StatementRefusal::Broken { line: 1, .. })));
    }
}
