-- Pictures: logos of sellers.
--
-- They are no history: events name a picture by the hash of its bytes, the bytes lie here. A picture is drawn anew before
-- it is stored, so that it holds nothing but its pixels.

create table pictures (
  tenant_id  uuid        not null,
  hash       bytea       not null check (octet_length(hash) = 32),
  bytes      bytea       not null check (octet_length(bytes) between 1 and 2097152),
  stored_at  timestamptz not null,
  primary key (tenant_id, hash)
);

grant select, insert on pictures to billfold_app;

alter table pictures enable row level security;
alter table pictures force row level security;
create policy tenant_only on pictures to billfold_app
  using (tenant_id = current_tenant()) with check (tenant_id = current_tenant());
