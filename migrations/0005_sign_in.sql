-- What signing in needs besides a password: sessions that can be listed and ended one by one, second steps, tokens of
-- programs. None of it is history: what came of it stands in the log (`sign_in.…`).
--
-- `origin` holds the network address and the program a session began from, sealed under the key of its owner. No column
-- holds a secret in clear: tokens and recovery codes are hashes, the secret of codes that change with time is sealed.
alter table sessions
  add column session_id   uuid        not null default gen_random_uuid(),
  add column kind         text        not null default 'browser' check (kind in ('browser', 'program')),
  add column origin       json,
  add column last_used_at timestamptz;
create unique index sessions_by_id on sessions (tenant_id, session_id);

-- A token is spent when the next one is made. It stays until its session ends, so that one who uses it again is known.
create table refresh_tokens (
  tenant_id  uuid        not null,
  token_hash bytea       not null check (octet_length(token_hash) = 32),
  session_id uuid        not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  spent_at   timestamptz,
  primary key (tenant_id, token_hash),
  foreign key (tenant_id, session_id) references sessions (tenant_id, session_id) on delete cascade
);
create index refresh_tokens_by_session on refresh_tokens (tenant_id, session_id);

-- The secret of codes that change with time; it counts once `confirmed_at` is set. A code opens once: `last_step` is
-- the number of the newest interval whose code was taken.
create table second_factors (
  tenant_id    uuid        not null,
  staff_id     uuid        not null,
  secret       json        not null,
  created_at   timestamptz not null,
  confirmed_at timestamptz,
  last_step    bigint      not null default 0,
  primary key (tenant_id, staff_id)
);

create table recovery_codes (
  tenant_id uuid  not null,
  staff_id  uuid  not null,
  code_hash bytea not null check (octet_length(code_hash) = 32),
  spent_at  timestamptz,
  primary key (tenant_id, staff_id, code_hash),
  foreign key (tenant_id, staff_id) references second_factors (tenant_id, staff_id) on delete cascade
);

-- A code with which somebody who forgot the password sets a new one; it is spent by that. One per account.
create table reset_codes (
  tenant_id  uuid        not null,
  staff_id   uuid        not null,
  code_hash  bytea       not null check (octet_length(code_hash) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, staff_id)
);

grant update (last_used_at) on sessions to billfold_app;
grant select, insert, delete, update (spent_at) on refresh_tokens, recovery_codes to billfold_app;
grant select, insert, update, delete on second_factors, reset_codes to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['refresh_tokens', 'second_factors', 'recovery_codes', 'reset_codes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end $$;
