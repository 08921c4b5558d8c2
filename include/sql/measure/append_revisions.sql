-- append_revisions: adds a revision to cf_kpi.kpi_value for each measured row that differs from its newest revision.
-- Grain: one row per kpi, definition_version, grain, period_start, slice and revision.
-- Reads: measured (temporary), cf_kpi.kpi_value. Writes: cf_kpi.kpi_value, appending only.
-- Rerun: the same measured rows add nothing. Numbers within a relative 1e-12 of each other are the same number: the
--        last digit of an interval may differ between two machines. A row of nothing that never was anything is not
--        written.
{% from "macros/cell.sql" import newest_value %}
{% macro differs(ours, theirs) %}
(
    {{ ours }} is distinct from {{ theirs }}
    and coalesce(abs({{ ours }} - {{ theirs }}) > 1e-12 * greatest(abs({{ ours }}), abs({{ theirs }})), true)
)
{%- endmacro %}
insert into cf_kpi.kpi_value (
    kpi, definition_version, grain, period_start, period_end, slice, revision, value, low, high, n, numerator,
    denominator, method, weighted_value, weighted_low, weighted_high, effective_n, is_suppressed, is_reliable,
    data_as_of, run_id, measured_at
)
select
    %(kpi)s,
    %(definition_version)s,
    m.grain,
    m.period_start,
    m.period_end,
    m.slice,
    coalesce(w.revision, 0) + 1,
    m.value,
    m.low,
    m.high,
    m.n,
    m.numerator,
    m.denominator,
    m.method,
    m.weighted_value,
    m.weighted_low,
    m.weighted_high,
    m.effective_n,
    m.is_suppressed,
    m.is_reliable,
    %(data_as_of)s,
    %(run_id)s,
    %(now)s
from measured as m
left join lateral {{ newest_value("m") }} as w on true
where
    case
        when w.revision is null
            then m.n is distinct from 0 or m.numerator <> 0 or (m.grain = 'all' and m.slice = 'all')
        else
            m.n is distinct from w.n
            or m.is_suppressed <> w.is_suppressed
            or m.is_reliable is distinct from w.is_reliable
            {% for column in ["value", "low", "high", "numerator", "denominator", "weighted_value", "effective_n"] %}
            or {{ differs("m." ~ column, "w." ~ column) | indent(12) }}
            {% endfor %}
    end
