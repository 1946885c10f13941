-- The event log: one append-only table of events, and what the writer keeps beside it under one lock.
--
-- Order: a batch locks its row of log_heads first, takes positions from it and commits, so that position order is
-- commit order and positions have no gaps. Readers need only `position > $1 order by position`.
--
-- Roles. The owner runs migrations. billfold_feed appends and reads every tenant (writer, followers, verify).
-- billfold_app sees one tenant at a time, the one named by the setting billfold.tenant in its transaction.
-- Neither may change or remove what was appended; the triggers below refuse it to the owner too.

do $$
begin
  begin create role billfold_app nologin; exception when duplicate_object or unique_violation then null; end;
  begin create role billfold_feed nologin; exception when duplicate_object or unique_violation then null; end;
  execute format('grant billfold_app, billfold_feed to %I', current_user);
end $$;

-- The tenant of this transaction; null when none is set, so that a forgotten tenant sees nothing.
create function current_tenant() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('billfold.tenant', true), '')::uuid $$;

create table log_heads (
  log_id           smallint    not null primary key,
  install_id       uuid        not null,
  position         bigint      not null check (position >= 0),
  batch_no         bigint      not null check (batch_no >= 0),
  batch_hash       bytea       not null check (octet_length(batch_hash) = 32),
  last_recorded_at timestamptz not null
) with (fillfactor = 10);

create table events (
  log_id         smallint    not null,
  position       bigint      not null check (position > 0),
  tenant_id      uuid        not null,
  aggregate_type text        not null,
  aggregate_id   uuid        not null,
  sequence       bigint      not null check (sequence > 0),
  event_type     text        not null,
  event_version  text        not null,
  event_id       uuid        not null,
  recorded_at    timestamptz not null,
  effective_at   timestamptz not null,
  command_id     uuid        not null,
  correlation_id uuid        not null,
  causation_id   uuid,
  actor          text        not null,
  leaf_hash      bytea       not null check (octet_length(leaf_hash) = 32),
  payload        json        not null,
  metadata       json        not null,
  primary key (log_id, position),
  unique (tenant_id, aggregate_type, aggregate_id, sequence)
);
create index events_by_tenant on events (tenant_id, log_id, position);

create table streams (
  tenant_id      uuid   not null,
  aggregate_type text   not null,
  aggregate_id   uuid   not null,
  last_sequence  bigint not null check (last_sequence > 0),
  last_position  bigint not null,
  primary key (tenant_id, aggregate_type, aggregate_id)
) with (fillfactor = 70);

-- One answered command. Refusals that depend on state have a receipt and no event (first_position is null).
create table receipts (
  tenant_id      uuid        not null,
  key            text        not null check (length(key) between 1 and 200),
  request_hash   bytea       not null check (octet_length(request_hash) = 32),
  command_id     uuid        not null,
  log_id         smallint    not null,
  batch_no       bigint      not null,
  outcome        smallint    not null check (outcome in (0, 1)),
  first_position bigint,
  last_position  bigint,
  answer         json        not null,
  leaf_hash      bytea       not null check (octet_length(leaf_hash) = 32),
  primary key (tenant_id, key)
);
create index receipts_by_batch on receipts (log_id, batch_no);

create table batches (
  log_id         smallint    not null,
  batch_no       bigint      not null check (batch_no > 0),
  first_position bigint      not null,
  last_position  bigint      not null,
  prev_hash      bytea       not null check (octet_length(prev_hash) = 32),
  events_root    bytea       not null check (octet_length(events_root) = 32),
  receipts_root  bytea       not null check (octet_length(receipts_root) = 32),
  batch_hash     bytea       not null check (octet_length(batch_hash) = 32),
  recorded_at    timestamptz not null,
  primary key (log_id, batch_no)
);

-- Signed checkpoints; each is also written to a sink outside the database.
create table anchors (
  log_id     smallint    not null,
  batch_no   bigint      not null,
  position   bigint      not null,
  batch_hash bytea       not null check (octet_length(batch_hash) = 32),
  signed_at  timestamptz not null,
  key_id     text        not null,
  signature  bytea       not null check (octet_length(signature) = 64),
  primary key (log_id, batch_no, key_id)
);

-- The last number of a document series and its date; rebuildable from the issue events.
create table counters (
  tenant_id uuid   not null,
  series    text   not null,
  last      bigint not null check (last > 0),
  last_date date   not null,
  primary key (tenant_id, series)
) with (fillfactor = 50);

-- What may exist once per tenant (a product code, a gateway reference): held by one stream; rebuildable from events.
create table reservations (
  tenant_id      uuid   not null,
  scope          text   not null,
  key            text   not null,
  aggregate_type text   not null,
  aggregate_id   uuid   not null,
  position       bigint not null,
  primary key (tenant_id, scope, key)
);

-- A cache of folded state, written after the commit. Deleting every row changes no answer.
create table snapshots (
  tenant_id         uuid   not null,
  aggregate_type    text   not null,
  aggregate_id      uuid   not null,
  sequence          bigint not null,
  state_schema_hash bytea  not null,
  state             json   not null,
  state_digest      bytea  not null,
  primary key (tenant_id, aggregate_type, aggregate_id)
);

-- One row per generation of a read model; `live` marks the one that answers reads.
create table projections (
  name         text        not null,
  generation   integer     not null check (generation > 0),
  log_id       smallint    not null,
  position     bigint      not null check (position >= 0),
  state        text        not null check (state in ('building', 'live', 'paused', 'stopped', 'retired')),
  code_hash    text        not null,
  lease_owner  text,
  lease_epoch  bigint      not null,
  lease_until  timestamptz,
  last_error   text,
  updated_at   timestamptz not null,
  primary key (name, generation)
) with (fillfactor = 50);
create unique index projections_live on projections (name) where state in ('live', 'paused', 'stopped');

-- Events a projection could not fold, by stream: later events of that stream wait behind the first one.
create table dead_letters (
  name           text        not null,
  generation     integer     not null,
  tenant_id      uuid        not null,
  aggregate_type text        not null,
  aggregate_id   uuid        not null,
  position       bigint      not null,
  error          text        not null,
  parked_at      timestamptz not null,
  primary key (name, generation, position)
);
create index dead_letters_by_stream on dead_letters (name, generation, tenant_id, aggregate_type, aggregate_id, position);

-- Append only: whoever asks, and whatever the grants say.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is refused: the log is append-only', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger events_append_only   before update or delete or truncate on events   for each statement execute function refuse_change();
create trigger receipts_append_only before update or delete or truncate on receipts for each statement execute function refuse_change();
create trigger batches_append_only  before update or delete or truncate on batches  for each statement execute function refuse_change();
create trigger anchors_append_only  before update or delete or truncate on anchors  for each statement execute function refuse_change();

grant usage on schema public to billfold_app, billfold_feed;
grant select, insert on events, receipts, batches, anchors to billfold_feed;
grant select, insert, update on log_heads, streams, counters, projections to billfold_feed;
grant select, insert, update, delete on reservations, snapshots, dead_letters to billfold_feed;
grant select on events, receipts, streams to billfold_app;
grant select on log_heads, batches, anchors, projections to billfold_app;

-- Row-level security as the second guard: forced on the owner too.
do $$
declare t text;
begin
  foreach t in array array['events', 'receipts', 'streams', 'counters', 'reservations', 'snapshots', 'dead_letters'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy feed_all on %I to billfold_feed using (true) with check (true)', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end $$;

-- What stock postgres-es reads: its seven columns. It cannot write: a view with a cast column takes no insert.
create view cqrs_events with (security_invoker = true) as
  select aggregate_type, aggregate_id::text as aggregate_id, sequence, event_type, event_version, payload, metadata
  from events;
grant select on cqrs_events to billfold_app, billfold_feed;
