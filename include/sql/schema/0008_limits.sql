-- How fast mails may go out, for all workers together.
select 1;
