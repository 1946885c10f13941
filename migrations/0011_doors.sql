-- More ways in for staff: mail that proves an address, passkeys, identity providers; and lock-outs that hold across
-- processes. As in 0005, nothing here is history: what came of it stands in the log (`sign_in.…`), and no column holds
-- a name, an address, a code or a secret in clear.

-- Mail that has to go out. It is queued in place of the work that decides whether anything is sent at all, so that an
-- answer takes as long whatever the address is; it belongs to no seller until then, so it has no row-level security.
-- `sealed` lies under a key of the installation. A row goes with the mail; one that nobody takes stays a week.
create table mail_outbox (
  mail_id    uuid        not null primary key,
  sealed     bytea       not null,
  created_at timestamptz not null,
  next_at    timestamptz not null,
  attempts   integer     not null default 0,
  dead_at    timestamptz
);
create index mail_outbox_due on mail_outbox (next_at) where dead_at is null;

-- Since when the address of an account is known to reach its owner, and the code that proves it. One per account.
alter table staff add column email_verified_at timestamptz;
create table address_codes (
  tenant_id   uuid        not null,
  staff_id    uuid        not null,
  email_index text        not null,
  code_hash   bytea       not null check (octet_length(code_hash) = 32),
  created_at  timestamptz not null,
  expires_at  timestamptz not null,
  primary key (tenant_id, staff_id)
);

-- Passkeys: what a device proved when it was added. `name` is sealed: people name devices after themselves.
create table passkeys (
  tenant_id     uuid        not null,
  passkey_id    uuid        not null,
  staff_id      uuid        not null,
  credential_id bytea       not null,
  public_key    bytea       not null,
  algorithm     integer     not null,
  sign_count    bigint      not null,
  name          json        not null,
  created_at    timestamptz not null,
  last_used_at  timestamptz,
  primary key (tenant_id, passkey_id),
  unique (tenant_id, credential_id)
);
create index passkeys_by_staff on passkeys (tenant_id, staff_id);

-- Which account an account of an identity provider opens: needed before a tenant is known, so it has no row-level
-- security and holds nothing but a keyed hash and ids.
create table provider_links (
  issuer        text        not null,
  subject_index text        not null,
  tenant_id     uuid        not null,
  staff_id      uuid        not null,
  linked_at     timestamptz not null,
  last_used_at  timestamptz,
  primary key (issuer, subject_index, tenant_id)
);
create index provider_links_by_staff on provider_links (tenant_id, staff_id);

-- What was begun with a browser and is finished: a passkey's challenge, the state of a visit to an identity provider.
-- Whoever begins one leaves nothing here; a row is made when it is finished, and goes when it would have ended.
create table spent_challenges (
  challenge_hash bytea       not null primary key check (octet_length(challenge_hash) = 32),
  expires_at     timestamptz not null
);
create index spent_challenges_by_end on spent_challenges (expires_at);

-- Failures of an address or a network, by keyed hash, while they are remembered.
create table sign_in_failures (
  key_hash bytea       not null primary key check (octet_length(key_hash) = 32),
  failures integer     not null,
  last_at  timestamptz not null
);
create index sign_in_failures_by_age on sign_in_failures (last_at);

grant select, insert, delete, update (next_at, attempts, dead_at) on mail_outbox to billfold_app;
grant select, insert, delete, update on address_codes, provider_links, sign_in_failures to billfold_app;
grant select, insert, delete, update (sign_count, last_used_at, name) on passkeys to billfold_app;
grant select, insert, delete on spent_challenges to billfold_app;

do $$
declare t text;
begin
  foreach t in array array['address_codes', 'passkeys'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant_only on %I to billfold_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', t);
  end loop;
end $$;
