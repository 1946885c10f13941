-- Schedules: what comes next of what sellers have done by themselves, and what came of it lately.
--
-- None of it is history: which times a seller chose stands in the log, and so does everything a job did. A row says when a
-- job is due next and which process does it now; turns are kept for people who look for a fault, the newest hundred of
-- each job. Rows go with the choice that they follow from.

create table schedules (
  tenant_id   uuid        not null,
  job         text collate "C" not null,
  -- The words that its times follow from; other words, other times. They were read at this version of the settings.
  follows     text        not null,
  seen_version bigint     not null,
  due_at      timestamptz not null,
  -- When it is looked at: its time, or the next try of a turn that broke off.
  next_at     timestamptz not null,
  -- When the turn was taken first, however often it is tried since.
  taken_at    timestamptz,
  attempt     integer     not null default 0 check (attempt >= 0),
  -- Which process has the turn, under which number, and until when nobody else may.
  lease_owner text,
  lease_epoch bigint      not null default 0,
  lease_until timestamptz,
  primary key (tenant_id, job)
);

create index schedules_due on schedules (next_at);

create table schedule_turns (
  tenant_id uuid        not null,
  job       text collate "C" not null,
  due_at    timestamptz not null,
  began_at  timestamptz not null,
  attempt   integer     not null check (attempt > 0),
  process   text        not null,
  ended_at  timestamptz,
  outcome   text check (outcome in ('done', 'failed')),
  summary   text,
  primary key (tenant_id, job, due_at)
);

grant select, insert, update, delete on schedules, schedule_turns to billfold_feed;
grant select on schedule_turns to billfold_app;
grant select, update (due_at, next_at, attempt) on schedules to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['schedules', 'schedule_turns'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
    execute format('create policy feed_all on %I to billfold_feed using (true) with check (true)', t);
  end loop;
end $$;
