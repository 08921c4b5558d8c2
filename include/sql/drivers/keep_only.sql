-- keep_only: forgets overall scores that no survey asks any more.
-- Writes: cf_core.driver_model, cf_kpi.kpi_driver. Values: overalls (that stay). Rerun: finds none.
with forgotten as (
    delete from cf_core.driver_model
    where overall <> all(%(overalls)s::text [])
)

delete from cf_kpi.kpi_driver
where overall <> all(%(overalls)s::text [])
