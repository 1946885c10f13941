-- What `log_read` tells, without the lock: a batch may be decided while the one before it is stored. The head comes
-- first, in a statement of its own, so that everything else is as new as it or newer. `log_append` refuses the batch
-- unless the head is then the one it was decided on. Receipts are not asked for: keys are presumed new, and their
-- primary key proves it.
create function log_peek(
  p_log     smallint,
  s_tenants uuid[], s_types text[], s_ids uuid[],
  c_tenants uuid[], c_series text[],
  r_tenants uuid[], r_scopes text[], r_keys text[],
  out h_position bigint, out h_batch_no bigint, out h_batch_hash bytea, out h_recorded_at timestamptz,
  out s_versions bigint[],
  out c_last bigint[], out c_dates date[],
  out r_types text[], out r_ids uuid[]
) language plpgsql as $$
begin
  select h.position, h.batch_no, h.batch_hash, h.last_recorded_at
    into h_position, h_batch_no, h_batch_hash, h_recorded_at
    from log_heads h where h.log_id = p_log;
  if not found then
    raise exception 'log % has no head', p_log using errcode = 'no_data_found';
  end if;

  s_versions := array(
    select coalesce((select s.last_sequence from streams s
                      where s.tenant_id = u.t and s.aggregate_type = u.k and s.aggregate_id = u.i), 0)
      from (select unnest(s_tenants) t, unnest(s_types) k, unnest(s_ids) i, generate_subscripts(s_ids, 1) o) u
     order by u.o);

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

revoke execute on function log_peek from public;
grant execute on function log_peek to billfold_feed;
