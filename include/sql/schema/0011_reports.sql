-- What became of each wave, for BI tools.
select 1;
