-- A client's address is proved as that of staff is: a code belongs to an account of either (no two share an id). And a
-- code for a password that was mailed proves the address it went to, if it is used: `email_index` says which one; it is
-- absent where the code was handed over by hand.
alter table address_codes rename column staff_id to account_id;
alter table reset_codes add column email_index text;
