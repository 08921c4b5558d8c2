-- drop_gone: weights of waves that have asked nobody any more, as when the model was built from another ledger.
-- Writes: cf_core.wave_weight, response_weight. Rerun: finds none.
with gone as (
    delete from cf_core.wave_weight as w
    where not exists (select 1 from cf_core.fct_ask as a where a.wave_id = w.wave_id)
    returning w.wave_id
)

delete from cf_core.response_weight as r
using gone as g
where r.wave_id = g.wave_id
