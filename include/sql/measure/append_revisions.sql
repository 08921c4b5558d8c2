-- append_revisions: adds a revision to cf_kpi.kpi_value for each measured row that differs from its newest revision.
-- Grain: one row per kpi, definition_version, grain, period_start, slice and revision.
-- Reads: measured (temporary), cf_kpi.kpi_value. Writes: cf_kpi.kpi_value, appending only.
-- Rerun: the same measured rows add nothing. Numbers within a relative 1e-12 of each other are the same number: the
--        last digit of an interval may differ between two machines.
{% macro differs(ours, theirs) %}
(
    {{ ours }} is distinct from {{ theirs }}
    and coalesce(abs({{ ours }} - {{ theirs }}) > 1e-12 * greatest(abs({{ ours }}), abs({{ theirs }})), true)
)
{%- endmacro %}
with newest as (
    select distinct on (v.kpi, v.definition_version, v.grain, v.period_start, v.slice)
        v.*,
        coalesce(v.period_start, '-infinity') as period_key
    from cf_kpi.kpi_value as v
    where (v.kpi, v.definition_version) in (select m.kpi, m.definition_version from measured as m)
    order by v.kpi, v.definition_version, v.grain, v.period_start, v.slice, v.revision desc
)

insert into cf_kpi.kpi_value (
    kpi, definition_version, grain, period_start, slice, revision, value, low, high, n, numerator, denominator, method,
    data_as_of, run_id, measured_at
)
select
    m.kpi,
    m.definition_version,
    m.grain,
    m.period_start,
    m.slice,
    coalesce(w.revision, 0) + 1,
    m.value,
    m.low,
    m.high,
    m.n,
    m.numerator,
    m.denominator,
    m.method,
    %(data_as_of)s,
    %(run_id)s,
    %(now)s
from measured as m
left join newest as w
    on
        m.kpi = w.kpi
        and m.definition_version = w.definition_version
        and m.grain = w.grain
        and coalesce(m.period_start, '-infinity') = w.period_key
        and m.slice = w.slice
where
    w.revision is null
    or m.n <> w.n
    {% for column in ["value", "low", "high", "numerator", "denominator"] %}
    or {{ differs("m." ~ column, "w." ~ column) | indent }}
    {% endfor %}
