-- What somebody asked for stays with its wave, so that who had to be left out at first can be asked later.
alter table cf_ledger.wave
add column request jsonb;
comment on column cf_ledger.wave.request is
'Of an ad hoc wave: what was asked for when it was triggered (request), and when (triggered_at). Null for other waves.';
