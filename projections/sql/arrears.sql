-- Clients with something late on day $2: all, only $3, or those behind $4; at most $5.
--
-- Late is an unpaid invoice past its due date, one of which a payment was declined, and one whose
-- case goes on, even when nothing is owed any more: its case is to be stopped.
select client_id, array_agg(invoice_id order by due_date, invoice_id)
from (
  select client_id, invoice_id from invoice_list
  where tenant_id = $1 and lifecycle = 'issued' and balance_due > 0 and due_date < $2
  union
  select client_id, invoice_id from dunning_case_list
  where tenant_id = $1 and status <> 'stopped'
  union
  select i.client_id, i.invoice_id
  from payment_list p join invoice_list i on i.tenant_id = $1 and i.invoice_id = p.invoice_id
  where p.tenant_id = $1 and p.status = 'declined' and p.invoice_id is not null
    and i.lifecycle = 'issued' and i.balance_due > 0
) late join invoice_list using (client_id, invoice_id)
where tenant_id = $1 and ($3::uuid is null or client_id = $3)
  and ($4::uuid is null or client_id > $4)
group by client_id order by client_id limit $5
