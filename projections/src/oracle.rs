//! The second opinion on money: posting rules written once more, in SQL over the log (R17).
//!
//! Guarantees: shares no code with the fold it judges. Absent on purpose: details. It compares net
//! amounts per tenant, account, currency and business day, which is where money could go astray.

use crate::projection::Proof;

/// The journal's entries sum to what the log says.
pub(crate) const JOURNAL_MATCHES_LOG: Proof = Proof {
    rule: "the journal's sums per account and day are those of the log",
    violations: concat!(
        include_str!("../sql/money_by_log.sql"),
        "select format('%s %s %s %s: %s in the journal, %s by the log', \
             tenant_id, account, currency, day, j.net, m.net) \
         from ( \
             select tenant_id, account, currency::text, effective_on as day, \
                 sum(case side when 'debit' then amount else -amount end) as net \
             from {journal_entries} group by 1, 2, 3, 4 \
             having sum(case side when 'debit' then amount else -amount end) <> 0 \
         ) j full join money m using (tenant_id, account, currency, day) \
         where j.net is distinct from m.net"
    ),
    reads_log: true,
};

/// The balances sum to what the log says.
pub(crate) const BALANCES_MATCH_LOG: Proof = Proof {
    rule: "the balances per account and day are those of the log",
    violations: concat!(
        include_str!("../sql/money_by_log.sql"),
        "select format('%s %s %s %s: %s in the balances, %s by the log', \
             tenant_id, account, currency, day, b.net, m.net) \
         from ( \
             select tenant_id, account, currency::text, effective_on as day, \
                 sum(debit) - sum(credit) as net \
             from {account_balances} where span = 63 and grain = 'day' group by 1, 2, 3, 4 \
             having sum(debit) <> sum(credit) \
         ) b full join money m using (tenant_id, account, currency, day) \
         where b.net is distinct from m.net"
    ),
    reads_log: true,
};
