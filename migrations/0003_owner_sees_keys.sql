-- Before a new key file is made, the owner looks whether the database holds keys that only a lost one opens. Row-level
-- security is forced on the owner too: one that is no superuser saw none, and a lost key file was replaced unnoticed.
do $$
begin
  execute format('create policy owner_reads on subject_keys for select to %I using (true)', current_user);
end $$;
