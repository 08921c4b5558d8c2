-- take_changes: moves the changes of a fact into this run. Changes that are committed later stay for the next one.
-- Grain: one row per change. Reads and deletes: cf_core.change_{{ fact }}. Writes: cf_changes_{{ fact }} (temporary).
with taken as (
    delete from cf_core.change_{{ fact }}
    returning *
)

insert into cf_changes_{{ fact }}
select * from taken
