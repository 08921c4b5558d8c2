-- What somebody asked for stays with its wave, so that who had to be left out at first can be asked later.
alter table cf_ledger.wave
add column request jsonb;
comment on column cf_ledger.wave.request is
'What a later plan needs to find the same audience. Of an ad hoc wave: what was asked for when it was triggered (request), and when (triggered_at); of a yearly wave: the first day of its period (starts_on); else null.';
