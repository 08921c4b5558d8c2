-- Mails that came back.
select 1;
