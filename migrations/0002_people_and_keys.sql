-- State that is not history: data keys, people who may sign in, their sessions, and keys of programs.
--
-- Nothing here is hashed into the log, on purpose: a data key must be destroyable, a session must end, a password must
-- change. What they did stands in the log under their actor. No column holds a name, an address or a secret in clear.

-- One wrapped key per subject and purpose. Erasure empties the row and leaves it, so that no key is made anew.
create table subject_keys (
  tenant_id    uuid        not null,
  subject_id   uuid        not null,
  purpose      text        not null check (purpose in ('operational', 'fiscal', 'index')),
  kek_id       text        not null,
  wrapped      bytea,
  retain_until date,
  created_at   timestamptz not null,
  destroyed_at timestamptz,
  primary key (tenant_id, subject_id, purpose),
  check ((wrapped is null) = (destroyed_at is not null))
);

create table staff (
  tenant_id     uuid        not null,
  staff_id      uuid        not null,
  email_index   text        not null,
  profile       json        not null,
  password_hash text        not null,
  scopes        text[]      not null,
  created_at    timestamptz not null,
  disabled_at   timestamptz,
  primary key (tenant_id, staff_id),
  unique (tenant_id, email_index)
);

-- Which tenants an address has accounts in: needed before a tenant is known, so it has no row-level security and
-- holds nothing but a keyed hash and ids.
create table sign_in_directory (
  email_index text not null,
  tenant_id   uuid not null,
  staff_id    uuid not null,
  primary key (email_index, tenant_id)
);

create table sessions (
  tenant_id   uuid        not null,
  token_hash  bytea       not null check (octet_length(token_hash) = 32),
  staff_id    uuid        not null,
  csrf_secret bytea       not null check (octet_length(csrf_secret) = 32),
  also        uuid[]      not null,
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  primary key (tenant_id, token_hash)
);
create index sessions_by_staff on sessions (tenant_id, staff_id);

create table api_keys (
  tenant_id   uuid        not null,
  key_id      uuid        not null,
  name        text        not null,
  secret_hash bytea       not null check (octet_length(secret_hash) = 32),
  scopes      text[]      not null,
  created_by  text        not null,
  created_at  timestamptz not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  primary key (tenant_id, key_id)
);

grant select, insert, update on subject_keys, staff, api_keys to billfold_app;
grant select, insert, delete on sessions to billfold_app;
grant select, insert, delete on sign_in_directory to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['subject_keys', 'staff', 'sessions', 'api_keys'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end $$;
