-- Clients sign in apart from staff: accounts of their own, and sessions, second steps and codes that belong to either.
--
-- Whose an address is and whether a client may come in, the log says; `email_index` is the keyed hash of the address
-- that was last signed in with, under which the end of a session is noted when nothing else is known any more.
create table client_accounts (
  tenant_id         uuid        not null,
  client_id         uuid        not null,
  email_index       text        not null,
  password_hash     text        not null,
  created_at        timestamptz not null,
  email_verified_at timestamptz,
  primary key (tenant_id, client_id)
);

alter table sessions
  alter column staff_id drop not null,
  add column client_id uuid,
  add check (num_nonnulls(staff_id, client_id) = 1);
create index sessions_by_holder on sessions (tenant_id, coalesce(staff_id, client_id));
drop index sessions_by_staff;

-- An account is that of a member of staff or of a client; no two share an id.
alter table second_factors rename column staff_id to account_id;
alter table recovery_codes rename column staff_id to account_id;
alter table reset_codes rename column staff_id to account_id;
alter table reset_codes add column of_client boolean not null default false;

grant select, insert, delete, update on client_accounts to billfold_app;
alter table client_accounts enable row level security;
alter table client_accounts force row level security;
create policy tenant_only on client_accounts to billfold_app
  using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
