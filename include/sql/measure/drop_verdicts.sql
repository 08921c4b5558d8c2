-- drop_verdicts: forgets the verdicts on measured rows that have none any more, as those that are withheld now.
-- Each is looked up by its key: joined, the planner takes one of the two tables for nearly empty, in a run that fills both.
-- Reads: measured (temporary). Writes: cf_kpi.kpi_verdict. Rerun: changes nothing.
{% from "macros/cell.sql" import of_cell %}
delete from cf_kpi.kpi_verdict
where ctid = any(array(
    select w.place
    from measured as m
    cross join lateral (
        select j.ctid as place
        from cf_kpi.kpi_verdict as j
        where
            {{ of_cell("j", "m") | indent(4) }}
        limit 1
    ) as w
    where m.verdict is null
))
