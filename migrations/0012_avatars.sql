-- Avatars: the pictures of people.
--
-- Some hundred kilobytes are too much for an event, which names what lies here by the hash of its bytes. They are sealed
-- under the operational key of the person, so that erasing somebody makes them unreadable wherever they were copied to;
-- the rows go in the transaction that destroys the key.

create table avatars (
  tenant_id  uuid        not null,
  subject_id uuid        not null,
  hash       bytea       not null check (octet_length(hash) = 32),
  sealed     bytea       not null check (octet_length(sealed) between 29 and 2097152),
  stored_at  timestamptz not null,
  primary key (tenant_id, subject_id, hash)
);

grant select, insert, delete on avatars to billfold_app;

alter table avatars enable row level security;
alter table avatars force row level security;
create policy tenant_only on avatars to billfold_app
  using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
