-- The event log: one append-only table of events, and what the writer keeps beside it under one lock.
--
-- Order: a batch locks its row of log_heads first, takes positions from it and commits, so that position order is
-- commit order and positions have no gaps. Readers need only `position > $1 order by position`.
--
-- Roles. The owner runs migrations. billfold_feed appends and reads every tenant (writer, followers, verify).
-- billfold_app sees one tenant at a time, the one named by the setting billfold.tenant in its transaction.
-- Neither may change or remove what was appended; the triggers below refuse it to the owner too.

--
-- Text that is part of a key compares by bytes (collate "C"): faster, and no index breaks when a system's
-- language rules change.

-- Where the owner may not create roles, an administrator has made both and granted them.
do $$
declare wanted text;
begin
  foreach wanted in array array['billfold_app', 'billfold_feed'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin execute format('create role %I nologin', wanted); exception when duplicate_object or unique_violation then null; end;
    end if;
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to %I', wanted, current_user);
    end if;
  end loop;
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
  aggregate_type text collate "C" not null,
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
  -- ids come before types, which hardly ever decide: fixed widths compare faster, and new ids share a page
  unique (tenant_id, aggregate_id, aggregate_type, sequence)
);

create table streams (
  tenant_id      uuid   not null,
  aggregate_type text collate "C" not null,
  aggregate_id   uuid   not null,
  last_sequence  bigint not null check (last_sequence > 0),
  last_position  bigint not null,
  primary key (tenant_id, aggregate_id, aggregate_type)
) with (fillfactor = 70);

-- One answered command. Refusals that depend on state have a receipt and no event (first_position is null).
create table receipts (
  tenant_id      uuid        not null,
  key            text collate "C" not null check (length(key) between 1 and 200),
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
  series    text collate "C" not null,
  last      bigint not null check (last > 0),
  last_date date   not null,
  primary key (tenant_id, series)
) with (fillfactor = 50);

-- What may exist once per tenant (a product code, a gateway reference): held by one stream; rebuildable from events.
create table reservations (
  tenant_id      uuid   not null,
  scope          text collate "C" not null,
  key            text collate "C" not null,
  aggregate_type text collate "C" not null,
  aggregate_id   uuid   not null,
  position       bigint not null,
  primary key (tenant_id, scope, key)
);

-- A cache of folded state, written after the commit. Deleting every row changes no answer.
create table snapshots (
  tenant_id         uuid   not null,
  aggregate_type    text collate "C" not null,
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
  aggregate_type text collate "C" not null,
  aggregate_id   uuid        not null,
  position       bigint      not null,
  error          text        not null,
  parked_at      timestamptz not null,
  primary key (name, generation, position)
);
create index dead_letters_by_stream on dead_letters (name, generation, tenant_id, aggregate_type, aggregate_id, position);

-- The append, in two calls of one transaction. Each takes whole columns as arrays, so that a batch of any size
-- costs two round trips. Arrays of one length that are unnested side by side in a select list give row after row,
-- without the temporary storage that unnest in a from clause takes.
--
-- Every look-up stands in a subquery of its own (`offset 0` keeps it there), so that each key is looked up in the
-- index whatever the planner believes of the sizes: a join planned while a table was small would be kept, and
-- would read the whole table for every batch once it is large.
--
-- First call: lock the head, then, in later statements, read what the lock protects. Keys and streams that are
-- presumed new are not asked for; the second call fails where they are not. A statement that waited for
-- the lock still has the snapshot from before the wait, so nothing may be read beside the lock itself.
-- Arrays in the answer are in the order of the question, except those of receipts: `k_at` says which key each
-- found receipt belongs to.
create function log_read(
  p_log     smallint,
  s_tenants uuid[], s_types text[], s_ids uuid[],
  k_tenants uuid[], k_keys text[],
  c_tenants uuid[], c_series text[],
  r_tenants uuid[], r_scopes text[], r_keys text[],
  out h_position bigint, out h_batch_no bigint, out h_batch_hash bytea, out h_recorded_at timestamptz,
  out s_versions bigint[],
  out k_at integer[], out k_hashes bytea[], out k_outcomes smallint[], out k_first bigint[], out k_last bigint[],
  out k_batch_nos bigint[], out k_batch_hashes bytea[], out k_answers text[], out k_versions text[],
  out c_last bigint[], out c_dates date[],
  out r_types text[], out r_ids uuid[]
) language plpgsql as $$
begin
  select h.position, h.batch_no, h.batch_hash, h.last_recorded_at
    into h_position, h_batch_no, h_batch_hash, h_recorded_at
    from log_heads h where h.log_id = p_log for update;
  if not found then
    raise exception 'log % has no head', p_log using errcode = 'no_data_found';
  end if;

  s_versions := array(
    select coalesce((select s.last_sequence from streams s
                      where s.tenant_id = u.t and s.aggregate_type = u.k and s.aggregate_id = u.i), 0)
      from (select unnest(s_tenants) t, unnest(s_types) k, unnest(s_ids) i, generate_subscripts(s_ids, 1) o) u
     order by u.o);

  select array_agg(u.o), array_agg(r.request_hash), array_agg(r.outcome), array_agg(r.first_position),
         array_agg(r.last_position), array_agg(r.batch_no), array_agg(b.batch_hash), array_agg(r.answer::text),
         array_agg(v.versions)
    into k_at, k_hashes, k_outcomes, k_first, k_last, k_batch_nos, k_batch_hashes, k_answers, k_versions
    from (select unnest(k_tenants) t, unnest(k_keys) k, generate_subscripts(k_keys, 1) o) u
    cross join lateral (select * from receipts where tenant_id = u.t and key = u.k offset 0) r
    cross join lateral (
      select batch_hash from batches where log_id = r.log_id and batch_no = r.batch_no offset 0) b
    cross join lateral (
      select coalesce(json_agg(json_build_array(e.aggregate_type, e.aggregate_id, e.sequence) order by e.first), '[]')::text
        from (select aggregate_type, aggregate_id, max(sequence) as sequence, min(events.position) as first
                from events
               where log_id = r.log_id and events.position between r.first_position and r.last_position
               group by aggregate_type, aggregate_id) e) v(versions);

  if cardinality(c_series) > 0 then
    select array_agg(coalesce(c.last, 0) order by u.o), array_agg(c.last_date order by u.o)
      into c_last, c_dates
      from (select unnest(c_tenants) t, unnest(c_series) s, generate_subscripts(c_series, 1) o) u
      left join lateral (
        select last, last_date from counters where tenant_id = u.t and series = u.s offset 0) c on true;
  end if;

  if cardinality(r_keys) > 0 then
    select array_agg(r.aggregate_type order by u.o), array_agg(r.aggregate_id order by u.o)
      into r_types, r_ids
      from (select unnest(r_tenants) t, unnest(r_scopes) s, unnest(r_keys) k, generate_subscripts(r_keys, 1) o) u
      left join lateral (
        select aggregate_type, aggregate_id from reservations
         where tenant_id = u.t and scope = u.s and key = u.k offset 0) r on true;
  end if;
end $$;

-- Second call: store the batch and move the head. The head must still be where the batch was decided.
-- Events come in order of position, from `p_first` on; `streams`, `counters` and `reservations` as the batch
-- leaves them.
create function log_append(
  p_log smallint, p_batch bigint, p_first bigint, p_last bigint,
  p_prev bytea, p_events_root bytea, p_receipts_root bytea, p_hash bytea, p_recorded_at timestamptz,
  e_tenants uuid[], e_aggregate_types text[], e_aggregate_ids uuid[], e_sequences bigint[],
  e_types text[], e_versions text[], e_ids uuid[], e_effective timestamptz[],
  e_commands uuid[], e_correlations uuid[], e_causations uuid[], e_actors text[],
  e_leaves bytea[], e_payloads text[], e_metadata text[],
  k_tenants uuid[], k_keys text[], k_hashes bytea[], k_commands uuid[], k_outcomes smallint[],
  k_first bigint[], k_last bigint[], k_answers text[], k_leaves bytea[],
  s_tenants uuid[], s_types text[], s_ids uuid[], s_sequences bigint[], s_positions bigint[], s_begun boolean[],
  c_tenants uuid[], c_series text[], c_last bigint[], c_dates date[],
  r_tenants uuid[], r_scopes text[], r_keys text[], r_types text[], r_ids uuid[], r_positions bigint[],
  f_tenants uuid[], f_scopes text[], f_keys text[]
) returns void language plpgsql as $$
begin
  update log_heads
     set position = p_last, batch_no = p_batch, batch_hash = p_hash, last_recorded_at = p_recorded_at
   where log_id = p_log and position = p_first - 1 and batch_no = p_batch - 1 and batch_hash = p_prev;
  if not found then
    raise exception 'batch % does not follow the head of log %', p_batch, p_log using errcode = 'serialization_failure';
  end if;

  insert into batches (log_id, batch_no, first_position, last_position, prev_hash, events_root, receipts_root,
                       batch_hash, recorded_at)
  values (p_log, p_batch, p_first, p_last, p_prev, p_events_root, p_receipts_root, p_hash, p_recorded_at);

  insert into events (log_id, position, tenant_id, aggregate_type, aggregate_id, sequence, event_type, event_version,
                      event_id, recorded_at, effective_at, command_id, correlation_id, causation_id, actor, leaf_hash,
                      payload, metadata)
  select p_log, p_first - 1 + o, tenant, kind, id, sequence, type, version, event_id, p_recorded_at, effective,
         command, correlation, causation, actor, leaf, payload::json, metadata::json
    from (select generate_subscripts(e_ids, 1) o, unnest(e_tenants) tenant, unnest(e_aggregate_types) kind,
                 unnest(e_aggregate_ids) id, unnest(e_sequences) sequence, unnest(e_types) type,
                 unnest(e_versions) version, unnest(e_ids) event_id, unnest(e_effective) effective,
                 unnest(e_commands) command, unnest(e_correlations) correlation, unnest(e_causations) causation,
                 unnest(e_actors) actor, unnest(e_leaves) leaf, unnest(e_payloads) payload,
                 unnest(e_metadata) metadata) u;

  insert into receipts (tenant_id, key, request_hash, command_id, log_id, batch_no, outcome, first_position,
                        last_position, answer, leaf_hash)
  select tenant, key, hash, command, p_log, p_batch, outcome, first, last, answer::json, leaf
    from (select unnest(k_tenants) tenant, unnest(k_keys) key, unnest(k_hashes) hash, unnest(k_commands) command,
                 unnest(k_outcomes) outcome, unnest(k_first) first, unnest(k_last) last, unnest(k_answers) answer,
                 unnest(k_leaves) leaf) u;

  -- under the lock nobody else can begin a stream: no need to ask for each one whether it is there
  insert into streams (tenant_id, aggregate_type, aggregate_id, last_sequence, last_position)
  select tenant, kind, id, sequence, last
    from (select unnest(s_tenants) tenant, unnest(s_types) kind, unnest(s_ids) id, unnest(s_sequences) sequence,
                 unnest(s_positions) last, unnest(s_begun) begun) u
   where begun;

  if false = any (s_begun) then
    insert into streams (tenant_id, aggregate_type, aggregate_id, last_sequence, last_position)
    select tenant, kind, id, sequence, last
      from (select unnest(s_tenants) tenant, unnest(s_types) kind, unnest(s_ids) id, unnest(s_sequences) sequence,
                   unnest(s_positions) last, unnest(s_begun) begun) u
     where not begun
    on conflict (tenant_id, aggregate_type, aggregate_id)
    do update set last_sequence = excluded.last_sequence, last_position = excluded.last_position;
  end if;

  if cardinality(c_series) > 0 then
    insert into counters (tenant_id, series, last, last_date)
    select unnest(c_tenants), unnest(c_series), unnest(c_last), unnest(c_dates)
    on conflict (tenant_id, series) do update set last = excluded.last, last_date = excluded.last_date;
  end if;

  if cardinality(f_keys) > 0 then
    delete from reservations
     where ctid = any (array(
       select (select r.ctid from reservations r where r.tenant_id = u.t and r.scope = u.s and r.key = u.k)
         from (select unnest(f_tenants) t, unnest(f_scopes) s, unnest(f_keys) k) u));
  end if;

  if cardinality(r_keys) > 0 then
    insert into reservations (tenant_id, scope, key, aggregate_type, aggregate_id, position)
    select unnest(r_tenants), unnest(r_scopes), unnest(r_keys), unnest(r_types), unnest(r_ids), unnest(r_positions)
    on conflict (tenant_id, scope, key) do update
       set aggregate_type = excluded.aggregate_type, aggregate_id = excluded.aggregate_id,
           position = excluded.position;
  end if;

  -- one wake-up per batch; followers also poll
  perform pg_notify('billfold_log', p_last::text);
end $$;

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

revoke execute on function log_read, log_append from public;
grant execute on function log_read, log_append to billfold_feed;

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
