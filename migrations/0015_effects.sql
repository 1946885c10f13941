-- Effects: what the log wants done outside, who does it now, and what came of it lately.
--
-- None of it is history: what was wanted stands in the log, and so does what came of it. A reactor follows the log and
-- writes rows in the transaction that moves its place; a worker claims them. Reactors are no read models: each has one
-- place, begins at the head of a log that has a past, and is never rebuilt.

create table reactors (
  name        text        not null primary key,
  log_id      smallint    not null,
  position    bigint      not null check (position >= 0),
  -- It never goes back behind: what happened before was not for it.
  floor       bigint      not null check (floor >= 0),
  state       text        not null check (state in ('running', 'held', 'stopped')),
  lease_owner text,
  lease_epoch bigint      not null default 0,
  lease_until timestamptz,
  last_error  text,
  updated_at  timestamptz not null,
  check (position >= floor)
);

create table effects (
  tenant_id    uuid    not null,
  effect_id    uuid    not null,
  kind         text    collate "C" not null,
  origin       text    not null check (origin in ('log', 'notice', 'schedule')),
  -- Order among rows of one key: by the event that wants them, then by age.
  position     bigint  not null default 0,
  ordinal      integer not null default 0,
  place        bigint  generated always as identity,
  subject_type text    collate "C" not null,
  subject_id   uuid    not null,
  part         integer not null default 0,
  lane         text    collate "C" not null,
  driver       text    collate "C" not null,
  order_key    text    collate "C" not null,
  -- A later row waits for its time and holds nobody back; a dead one waits for a person and holds back those behind it.
  state        text    not null check (state in ('later', 'waiting', 'running', 'dead', 'done', 'moot', 'skipped', 'resolved')),
  -- The next call looks up instead of doing it: it may have happened.
  asks         boolean not null default false,
  sent_at      timestamptz,
  wanted_at    timestamptz not null,
  next_at      timestamptz not null,
  tries        integer not null default 0 check (tries >= 0),
  asked        integer not null default 0 check (asked >= 0),
  try_no       integer not null default 1 check (try_no > 0),
  attempts     integer not null default 0 check (attempts >= 0),
  lease_owner  text,
  lease_epoch  bigint  not null default 0,
  lease_until  timestamptz,
  reference    text,
  last_outcome text,
  last_error   text,
  created_at   timestamptz not null,
  changed_at   timestamptz not null,
  ended_at     timestamptz,
  primary key (tenant_id, effect_id)
) with (fillfactor = 70);

create index effects_due on effects (tenant_id, lane, position, ordinal, place) include (next_at) where state = 'waiting';
create index effects_next on effects (next_at) where state in ('waiting', 'later');
create index effects_open on effects (tenant_id, order_key, position, ordinal, place) where state in ('waiting', 'running', 'dead');
create index effects_running on effects (lease_until) where state = 'running';
create index effects_at_work on effects (tenant_id, lane) where state = 'running';
create index effects_by_subject on effects (tenant_id, subject_type, subject_id, position);
create index effects_trouble on effects (tenant_id, changed_at) where state = 'dead' or asks;
create index effects_ended on effects (ended_at) where ended_at is not null;

-- What was tried, for people who look for a fault.
create table effect_attempts (
  tenant_id        uuid    not null,
  effect_id        uuid    not null,
  no               integer not null check (no > 0),
  asks             boolean not null,
  process          text    not null,
  began_at         timestamptz not null,
  ended_at         timestamptz not null,
  outcome          text    not null,
  status           integer,
  provider_request text,
  error            text,
  primary key (tenant_id, effect_id, no)
);

-- An account with a provider: its budget, its breaker, and whether a person paused it.
create table effect_lanes (
  tenant_id   uuid    not null,
  lane        text    collate "C" not null,
  driver      text    collate "C" not null,
  per_second  integer not null check (per_second > 0),
  burst       integer not null check (burst > 0),
  at_once     integer not null check (at_once > 0),
  tokens      bigint  not null,
  refilled_at timestamptz not null,
  pace        integer not null,
  not_before  timestamptz,
  failures    integer not null default 0,
  opened      integer not null default 0,
  open_until  timestamptz,
  trouble     text,
  -- The event that paused it last, or let it go on.
  paused      boolean not null default false,
  turned_at   bigint  not null default 0,
  served_at   timestamptz not null,
  primary key (tenant_id, lane)
);

grant select, insert, update, delete on reactors, effects, effect_attempts, effect_lanes to billfold_feed;
grant select on effects, effect_attempts, effect_lanes to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['effects', 'effect_attempts', 'effect_lanes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
    execute format('create policy feed_all on %I to billfold_feed using (true) with check (true)', t);
  end loop;
end $$;
