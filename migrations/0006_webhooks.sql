-- How far each webhook endpoint was told, and what was sent to it lately.
--
-- None of it is history: which endpoints there are stands in the log, and so does everything that is sent. A cursor says
-- after which position sending goes on; deliveries are kept for people who look for a fault, the newest thousand of each
-- endpoint. No secret and no answer's body is in either.

create table webhook_cursors (
  tenant_id           uuid    not null,
  webhook_endpoint_id uuid    not null,
  position            bigint  not null check (position >= 0),
  -- The newest instruction that was followed: the position of its event.
  turned_at           bigint  not null check (turned_at >= 0),
  attempts            integer not null default 0 check (attempts >= 0),
  next_attempt_at     timestamptz,
  last_no             bigint  not null default 0 check (last_no >= 0),
  -- Which process sends now, and until when nobody else may.
  owner               text,
  owned_until         timestamptz,
  primary key (tenant_id, webhook_endpoint_id)
);

create table webhook_deliveries (
  tenant_id           uuid        not null,
  webhook_endpoint_id uuid        not null,
  no                  bigint      not null,
  position            bigint      not null,
  event_id            uuid        not null,
  event_type          text        not null,
  attempt             integer     not null,
  attempted_at        timestamptz not null,
  outcome             text        not null check (outcome in ('accepted', 'refused', 'failed')),
  status              integer,
  failure             text,
  primary key (tenant_id, webhook_endpoint_id, no)
);

grant select, insert, update on webhook_cursors to billfold_app;
grant select, insert, delete on webhook_deliveries to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['webhook_cursors', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end $$;
