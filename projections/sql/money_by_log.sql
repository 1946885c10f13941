-- What every account moved per business day, read from the events themselves.
--
-- The second implementation of the posting rules (R17): written in SQL from the chart's table of facts, sharing
-- nothing with the first. Where both agree, a mistake would have to be made twice.
with facts as (
  select tenant_id, position, event_type, (effective_at at time zone 'UTC')::date as day,
    case event_type
      when 'invoice.issued'      then payload -> 'issued'
      when 'invoice.voided'      then payload -> 'voided'
      when 'invoice.written_off' then payload -> 'written_off'
      when 'credit_note.issued'  then payload -> 'issued'
      when 'credit.spent'        then payload -> 'spent'
      when 'credit.unspent'      then payload -> 'unspent'
      when 'gift_card.activated' then payload -> 'activated'
      when 'gift_card.redeemed'  then payload -> 'redeemed'
      when 'gift_card.redemption_reversed' then payload -> 'redemption_reversed'
      when 'gift_card.expired'   then payload -> 'expired'
      when 'gift_card.cancelled' then payload -> 'cancelled'
      when 'payment.settled'     then payload -> 'settled'
      when 'payment.allocated'   then payload -> 'allocated'
      when 'payment.unallocated' then payload -> 'unallocated'
      when 'payment.refund_requested'    then payload -> 'refund_requested'
      when 'payment.refund_sent'         then payload -> 'refund_sent'
      when 'payment.refund_failed'       then payload -> 'refund_failed'
      when 'payment.dispute_opened'      then payload -> 'dispute_opened'
      when 'payment.dispute_won'         then payload -> 'dispute_won'
      when 'payment.dispute_lost'        then payload -> 'dispute_lost'
      when 'payment.dispute_fee_charged' then payload -> 'dispute_fee_charged'
      when 'affiliate.commission_approved' then payload -> 'commission_approved'
      when 'affiliate.commission_reversed' then payload -> 'commission_reversed'
      when 'affiliate.commission_rejected' then payload -> 'commission_rejected'
      when 'affiliate.payout_sent'         then payload -> 'payout_sent'
      when 'recognition.posted'            then payload -> 'posted'
      when 'accounting_period.adjustment_posted' then payload -> 'adjustment_posted'
      when 'settlement.payout_booked' then payload -> 'payout_booked'
      when 'settlement.fee_booked'    then payload -> 'fee_booked'
    end as body
  from events
  where log_id = 1 and position <= {position} and event_type in
    ('invoice.issued', 'invoice.voided', 'invoice.written_off', 'credit_note.issued', 'credit.spent',
     'credit.unspent', 'gift_card.activated', 'gift_card.redeemed', 'gift_card.redemption_reversed',
     'gift_card.expired', 'gift_card.cancelled', 'affiliate.commission_approved',
     'affiliate.commission_reversed', 'affiliate.commission_rejected',
     'affiliate.payout_sent', 'recognition.posted',
     'accounting_period.adjustment_posted', 'settlement.payout_booked', 'settlement.fee_booked', 'payment.settled', 'payment.allocated',
     'payment.unallocated', 'payment.refund_requested', 'payment.refund_sent', 'payment.refund_failed',
     'payment.dispute_opened', 'payment.dispute_won', 'payment.dispute_lost', 'payment.dispute_fee_charged')
),
-- Documents post their lines and taxes on the same accounts, with opposite signs.
documents as (
  select tenant_id, position, body, -1 as sign, (body ->> 'issue_date')::date as day,
    (body ->> 'issue_date')::date as invoice_day
  from facts where event_type = 'invoice.issued' and (body #>> '{total,minor}')::bigint <> 0
  union all
  select tenant_id, position, body, 1, (body ->> 'credited_on')::date, (body ->> 'invoice_date')::date
  from facts where event_type = 'invoice.voided' and (body #>> '{total,minor}')::bigint <> 0
  union all
  select tenant_id, position, body, 1, (body ->> 'issue_date')::date, (body ->> 'issue_date')::date
  from facts where event_type = 'credit_note.issued'
),
-- Refunds and disputes count on the day they name.
returned as (
  select tenant_id, position, event_type, body, coalesce(body ->> 'sent_on', body ->> 'opened_on', body ->> 'on', day::text)::date as day
  from facts where event_type like 'payment.refund%' or event_type like 'payment.dispute%'
),
moves (tenant_id, position, account, amount, sign, day) as (
  select tenant_id, position, '1200', body -> 'total', 1, day from documents where sign = -1
  union all
  select tenant_id, position, '1200', body -> 'offset', -1, day from documents where sign = 1 and body -> 'offset' is not null
  union all
  select tenant_id, position, '1200', part -> 'amount', -1, (body ->> 'issue_date')::date
  from facts cross join lateral json_array_elements(body -> 'offsets') part
  where event_type = 'credit_note.issued'
  union all
  select tenant_id, position, v.account, body -> 'amount', v.sign, (body ->> 'on')::date
  from facts join (values ('credit.spent', '2100', 1), ('credit.spent', '1200', -1),
    ('credit.unspent', '2100', -1), ('credit.unspent', '1200', 1)) v (event_type, account, sign) using (event_type)
  union all
  -- What is on a card is owed from its sale on, until it is somebody's credit or is given up.
  select tenant_id, position, '2150', coalesce(body -> 'value', body -> 'amount', body -> 'left'),
    case when event_type in ('gift_card.activated', 'gift_card.redemption_reversed') then -1 else 1 end, (body ->> 'on')::date
  from facts where event_type like 'gift_card.%' and (event_type <> 'gift_card.cancelled' or body ->> 'left' is not null)
  union all
  select tenant_id, position, case body #>> '{funding,kind}' when 'gateway' then '1100' else '1200' end, body -> 'value', 1, (body ->> 'on')::date
  from facts where event_type = 'gift_card.activated'
  union all
  select tenant_id, position, case body #>> '{to,kind}' when 'customer_credit' then '2100' else '1200' end, body -> 'amount',
    case event_type when 'gift_card.redeemed' then -1 else 1 end, (body ->> 'on')::date
  from facts where event_type in ('gift_card.redeemed', 'gift_card.redemption_reversed')
  union all
  select tenant_id, position, case when event_type = 'gift_card.expired' then '4100' when body #>> '{remainder,kind}' = 'refund' then '2400' else '2100' end,
    body -> 'left', -1, (body ->> 'on')::date
  from facts where event_type = 'gift_card.expired' or (event_type = 'gift_card.cancelled' and body ->> 'left' is not null)
  union all
  select tenant_id, position, '2100', body -> 'to_credit', -1, day from documents where sign = 1
  union all
  select tenant_id, position, case when line ->> 'kind' = 'late_fee' then '4200' when (line #>> '{period,to}')::date > invoice_day then '2300' else '4000' end,
    line -> 'net', sign, day
  from documents cross join lateral json_array_elements(body -> 'lines') line
  union all
  select tenant_id, position, '2200', tax_group -> 'tax', sign, day
  from documents cross join lateral json_array_elements(body -> 'tax_groups') tax_group
  union all
  select tenant_id, position, v.account, body -> 'amount', v.sign, (body ->> 'on')::date
  from facts cross join (values ('5200', 1), ('1200', -1)) v (account, sign)
  where event_type = 'invoice.written_off'
  union all
  select tenant_id, position, v.account, body -> v.field, v.sign, (body ->> 'received_on')::date
  from facts
  cross join (values ('1100', 'amount', 1), ('2100', 'to_credit', -1), ('2450', 'unapplied', -1)) v (account, field, sign)
  where event_type = 'payment.settled'
  union all
  select tenant_id, position, '1200', allocation -> 'amount', -1, (body ->> 'received_on')::date
  from facts cross join lateral json_array_elements(body -> 'allocations') allocation
  where event_type = 'payment.settled'
  union all
  select tenant_id, position, case body ->> 'from' when 'credit' then '2100' else '2450' end, body -> 'amount', 1, day
  from facts where event_type = 'payment.allocated'
  union all
  select tenant_id, position, '1200', body -> 'amount', -1, day from facts where event_type = 'payment.allocated'
  union all
  select tenant_id, position, case body #>> '{reversal,reopens}' when 'true' then '1200' else '2100' end,
    body #> '{reversal,amount}', 1, day
  from facts where event_type = 'payment.unallocated'
  union all
  select tenant_id, position, case body ->> 'to' when 'credit' then '2100' else '2450' end, body #> '{reversal,amount}', -1, day
  from facts where event_type = 'payment.unallocated'
  union all
  select tenant_id, position, v.account, body -> v.field, v.sign, day
  from returned join (values
    ('payment.refund_requested', '2400', 'amount', -1),
    ('payment.refund_sent', '2400', 'amount', 1),
    ('payment.refund_sent', '1100', 'amount', -1),
    ('payment.refund_failed', '2400', 'amount', 1),
    ('payment.refund_failed', '2100', 'to_credit', -1),
    ('payment.refund_failed', '2450', 'unapplied', -1),
    ('payment.dispute_opened', '1100', 'amount', -1),
    ('payment.dispute_won', '1100', 'amount', 1),
    ('payment.dispute_won', '1210', 'released', -1),
    ('payment.dispute_won', '1200', 'released', 1),
    ('payment.dispute_won', '2100', 'to_credit', -1),
    ('payment.dispute_won', '2450', 'unapplied', -1),
    ('payment.dispute_lost', '1200', 'released', 1),
    ('payment.dispute_lost', '1210', 'released', -1),
    ('payment.dispute_fee_charged', '5100', 'fee', 1),
    ('payment.dispute_fee_charged', '1100', 'fee', -1)
  ) v (event_type, account, field, sign) using (event_type)
  union all
  select tenant_id, position, '1200', allocation -> 'amount', -1, day
  from returned cross join lateral json_array_elements(body -> 'allocations') allocation
  where event_type in ('payment.refund_failed', 'payment.dispute_won')
  union all
  select tenant_id, position, v.account, body #> v.field, 1, day
  from returned cross join (values ('2100', '{drawn,credit}'::text[]), ('2450', '{drawn,unapplied}')) v (account, field)
  where event_type in ('payment.refund_requested', 'payment.dispute_opened')
  union all
  select tenant_id, position,
    case when reversal ->> 'reopens' = 'false' then '2100' when event_type = 'payment.dispute_opened' then '1210' else '1200' end,
    reversal -> 'amount', 1, day
  from returned cross join lateral json_array_elements(body #> '{drawn,reversals}') reversal
  where event_type in ('payment.refund_requested', 'payment.dispute_opened')
  union all
  -- What an affiliate earned is owed from its approval on; what is taken back before was never owed.
  select tenant_id, position, v.account, body -> 'amount', v.sign, (body ->> 'on')::date
  from facts join (values
    ('affiliate.commission_approved', '5300', 1),
    ('affiliate.commission_approved', '2500', -1),
    ('affiliate.commission_reversed', '2500', 1),
    ('affiliate.commission_reversed', '5300', -1),
    ('affiliate.commission_rejected', '2500', 1),
    ('affiliate.commission_rejected', '5300', -1),
    ('affiliate.payout_sent', '2500', 1)
  ) v (event_type, account, sign) using (event_type)
  where coalesce(body ->> 'stage', '') <> 'pending'
  union all
  select tenant_id, position, case body #>> '{to,kind}' when 'customer_credit' then '2100' else '1300' end, body -> 'amount', -1,
    (body ->> 'on')::date
  from facts where event_type = 'affiliate.payout_sent'
  union all
  -- What a day earned leaves what was billed ahead.
  select tenant_id, position, v.account, earned -> 'amount', v.sign, (body ->> 'through')::date
  from facts cross join lateral json_array_elements(body -> 'earned') earned
  cross join (values ('2300', 1), ('4000', -1)) v (account, sign)
  where event_type = 'recognition.posted'
  union all
  select tenant_id, position, line ->> 'account', line -> 'amount', case line ->> 'side' when 'debit' then 1 else -1 end, (body ->> 'day')::date
  from facts cross join lateral json_array_elements(body -> 'lines') line
  where event_type = 'accounting_period.adjustment_posted'
  union all
  -- What a provider sent to the bank, and what it kept.
  select tenant_id, position, v.account, body -> v.field, v.sign, (body ->> 'on')::date
  from facts join (values
    ('settlement.payout_booked', '1300', 'to_bank', 1),
    ('settlement.payout_booked', '5100', 'fees', 1),
    ('settlement.payout_booked', '1100', 'amount', -1),
    ('settlement.fee_booked', '5100', 'fee', 1),
    ('settlement.fee_booked', '1100', 'fee', -1)
  ) v (event_type, account, field, sign) using (event_type)
),
-- Which day was the first open one between which positions.
closings as (
  select tenant_id, position, lead(position, 1, 9223372036854775807) over (partition by tenant_id order by position) as until,
    case event_type
      when 'accounting_period.closed' then ((payload #>> '{closed,month}') || '-01')::date + interval '1 month'
      else ((payload #>> '{reopened,month}') || '-01')::date
    end as first_open
  from events
  where log_id = 1 and position <= {position} and event_type in ('accounting_period.closed', 'accounting_period.reopened')
),
posted as (
  select m.tenant_id, m.account, m.amount, m.sign, greatest(m.day, coalesce(c.first_open::date, m.day)) as day
  from moves m left join closings c on c.tenant_id = m.tenant_id and c.position < m.position and m.position < c.until
),
money as (
  select tenant_id, account, amount ->> 'currency' as currency, day, sum(sign * (amount ->> 'minor')::bigint) as net
  from posted group by 1, 2, 3, 4 having sum(sign * (amount ->> 'minor')::bigint) <> 0
)
