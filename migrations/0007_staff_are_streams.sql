-- Who works for a seller and what they may do is in the log; this table keeps how they sign in, and nothing else.
alter table staff drop column profile, drop column scopes;
grant delete on staff to billfold_app;
