-- Wrapping keys anew under another key-encryption key, and restoring them from a backup of their own, is work over all
-- sellers, which the owner does from the command line. Row-level security is forced on the owner too: one that is no
-- superuser could read the keys (0003) and change none.
do $$
begin
  execute format('create policy owner_adds on subject_keys for insert to %I with check (true)', current_user);
  execute format('create policy owner_changes on subject_keys for update to %I using (true) with check (true)', current_user);
end $$;
