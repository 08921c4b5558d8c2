-- Publishing: more periods, weighted values, withheld cells, changes, control charts, drivers, and views for BI tools.
alter table cf_kpi.kpi_definition add column retired_at timestamptz;
comment on column cf_kpi.kpi_definition.retired_at is
'When the KPI was taken out of the programme; null while it is measured. The views of today leave retired KPIs out.';
comment on column cf_kpi.kpi_definition.family is
'Kind of statistic: nps, proportion, mean, rate or duration. It decides the interval.';

-- The keys of values and verdicts by an index that a lookup can use: of a nullable day no comparison of its own can.
do $$
declare
    found record;
begin
    for found in
        select conrelid::regclass as relation, conname
        from pg_constraint
        where
            conrelid in ('cf_kpi.kpi_value'::regclass, 'cf_kpi.kpi_verdict'::regclass)
            and (contype = 'u' or conname = 'kpi_value_grain_check' or conname = 'kpi_verdict_verdict_check')
    loop
        execute format('alter table %s drop constraint %I', found.relation, found.conname);
    end loop;
end
$$;

alter table cf_kpi.kpi_value
alter column n drop not null,
add column period_end date,
add column weighted_value double precision,
add column weighted_low double precision,
add column weighted_high double precision,
add column effective_n double precision,
add column is_suppressed boolean not null default false,
add column is_reliable boolean,
add constraint kpi_value_grain_check check (
    grain in ('day', 'week', 'month', 'quarter', 'year', 'fiscal_year', 'rolling_28', 'rolling_90', 'all')
),
add constraint kpi_value_suppressed_check check (
    not is_suppressed or coalesce(value, low, high, n, numerator, denominator, weighted_value, effective_n) is null
);
create unique index kpi_value_key on cf_kpi.kpi_value (
    kpi, definition_version, grain, slice, coalesce(period_start, '-infinity'::date), revision
);
create index kpi_value_suppressed_idx on cf_kpi.kpi_value (kpi, definition_version) where is_suppressed;
create unique index kpi_verdict_key on cf_kpi.kpi_verdict (
    kpi, definition_version, grain, slice, coalesce(period_start, '-infinity'::date)
);
alter table cf_kpi.kpi_verdict
add constraint kpi_verdict_verdict_check check (verdict in ('met', 'missed', 'unclear', 'too_few_answers'));
update cf_kpi.kpi_value set period_end = (period_start + interval '1 month - 1 day')::date where grain = 'month';

comment on column cf_kpi.kpi_value.grain is
'Length of the period: day, week (ISO), month, quarter, year, fiscal_year, rolling_28 and rolling_90 (days, ending on a Sunday), or all for the whole history.';
comment on column cf_kpi.kpi_value.period_end is 'Last day of the period; null for grain all.';
comment on column cf_kpi.kpi_value.slice is
'all, dimension=value, or of a declared pair dimension=value & dimension=value. cf_kpi.slice has the parts.';
comment on column cf_kpi.kpi_value.n is
'Number of cases behind the value: answers, asks, orders, complaints, customers; null when it is withheld.';
comment on column cf_kpi.kpi_value.weighted_value is
'The value with each answer weighted for how likely the person was drawn and how many like them kept silent; null for KPIs that have no weights.';
comment on column cf_kpi.kpi_value.weighted_low is 'Lower bound of the 95% interval of the weighted value, on effective_n.';
comment on column cf_kpi.kpi_value.weighted_high is 'Upper bound of the 95% interval of the weighted value, on effective_n.';
comment on column cf_kpi.kpi_value.effective_n is
'As many equally weighted answers would tell as much (Kish); at most n.';
comment on column cf_kpi.kpi_value.is_suppressed is
'true: withheld, since the group is so small that single answers would show, or since another withheld value could be computed from it.';
comment on column cf_kpi.kpi_value.is_reliable is
'false: so few cases that the value says little, see the interval; null when there is no value.';

create table cf_kpi.measurement (
    run_id         text not null,
    measured_at    timestamptz primary key,
    data_as_of     timestamptz not null,
    as_of_on       date not null,
    kpi_count      integer not null,
    value_count    bigint not null,
    revision_count bigint not null,
    check_count    integer not null,
    settings       jsonb not null
);
comment on table cf_kpi.measurement is 'One row per measurement that was published.';
comment on column cf_kpi.measurement.run_id is 'Airflow run that measured.';
comment on column cf_kpi.measurement.measured_at is 'When it measured.';
comment on column cf_kpi.measurement.data_as_of is 'Time of the newest event in the facts.';
comment on column cf_kpi.measurement.as_of_on is 'Its day in the time zone of the organisation.';
comment on column cf_kpi.measurement.kpi_count is 'KPIs in the programme.';
comment on column cf_kpi.measurement.value_count is 'Values that were computed: those of the periods and slices that something had changed in.';
comment on column cf_kpi.measurement.revision_count is 'Values that differed from what was published, and were added as revisions.';
comment on column cf_kpi.measurement.check_count is 'Checks of the measurement itself that held; one that fails stops publication.';
comment on column cf_kpi.measurement.settings is 'Thresholds of disclosure and reliability and the rules of control charts, as of the programme.';

create table cf_kpi.kpi_change (
    kpi                text not null,
    definition_version text not null,
    grain              text not null,
    period_start       date not null,
    slice              text not null,
    basis              text not null check (basis in ('previous', 'year_ago')),
    basis_start        date not null,
    change             double precision,
    low                double precision,
    high               double precision,
    p_value            double precision,
    q_value            double precision,
    measured_at        timestamptz not null,
    primary key (kpi, definition_version, grain, slice, period_start, basis),
    foreign key (kpi, definition_version) references cf_kpi.kpi_definition
);
comment on table cf_kpi.kpi_change is
'One row per value of a week, month, quarter or year and what it is compared with. As of the last measurement: not append-only.';
comment on column cf_kpi.kpi_change.kpi is 'Name of the KPI.';
comment on column cf_kpi.kpi_change.definition_version is 'Version of the definition of both values.';
comment on column cf_kpi.kpi_change.grain is 'Length of both periods.';
comment on column cf_kpi.kpi_change.period_start is 'First day of the period.';
comment on column cf_kpi.kpi_change.slice is 'Slice of both values.';
comment on column cf_kpi.kpi_change.basis is 'previous: the period before; year_ago: the same period of the year before.';
comment on column cf_kpi.kpi_change.basis_start is 'First day of the period compared with.';
comment on column cf_kpi.kpi_change.change is 'Value minus the value compared with, in the unit of the KPI; null when one of them is missing or withheld.';
comment on column cf_kpi.kpi_change.low is 'Lower bound of the 95% interval of the change.';
comment on column cf_kpi.kpi_change.high is 'Upper bound of the 95% interval of the change.';
comment on column cf_kpi.kpi_change.p_value is 'Chance of a change as large as this if nothing had changed (two-sided).';
comment on column cf_kpi.kpi_change.q_value is
'p_value adjusted for looking at all slices of a dimension at once (Benjamini-Hochberg): below 0.05 at most 5% of such findings are chance.';
comment on column cf_kpi.kpi_change.measured_at is 'When the row last changed.';

create table cf_kpi.control_point (
    kpi                text not null,
    definition_version text not null,
    slice              text not null,
    period_start       date not null,
    chart              text not null check (chart in ('xmr', 'p', 'p_prime', 'u')),
    value              double precision,
    centre             double precision,
    lower_limit        double precision,
    upper_limit        double precision,
    phase              integer not null,
    signals            text[] not null,
    direction          text check (direction in ('better', 'worse')),
    assurance          text check (assurance in ('will_pass', 'will_fail', 'hit_or_miss')),
    measured_at        timestamptz not null,
    primary key (kpi, definition_version, slice, period_start),
    foreign key (kpi, definition_version) references cf_kpi.kpi_definition
);
comment on table cf_kpi.control_point is
'One row per settled month of a control chart: XmR, u or Laney p''. As of the last measurement: not append-only.';
comment on column cf_kpi.control_point.kpi is 'Name of the KPI.';
comment on column cf_kpi.control_point.definition_version is 'Version of its definition.';
comment on column cf_kpi.control_point.slice is 'all, or dimension=value.';
comment on column cf_kpi.control_point.period_start is 'First day of the month.';
comment on column cf_kpi.control_point.chart is 'xmr: single values; p_prime: shares (Laney); p: shares that vary by chance alone; u: rates.';
comment on column cf_kpi.control_point.value is 'The value of the month; null when there is none, or it is withheld.';
comment on column cf_kpi.control_point.centre is 'Centre line of the phase; null while its baseline has fewer points than the programme asks for.';
comment on column cf_kpi.control_point.lower_limit is 'Lower control limit.';
comment on column cf_kpi.control_point.upper_limit is 'Upper control limit.';
comment on column cf_kpi.control_point.phase is 'Counts up from 1 at each recorded cause; limits are fixed on the first points of a phase.';
comment on column cf_kpi.control_point.signals is 'Names of the rules that the point breaks: a special cause.';
comment on column cf_kpi.control_point.direction is 'Whether the signal is better or worse, by the direction of the KPI; null without a signal.';
comment on column cf_kpi.control_point.assurance is
'What the target means for the process as it runs: will_pass, will_fail, or hit_or_miss; null without target or limits.';
comment on column cf_kpi.control_point.measured_at is 'When the row last changed.';

create table cf_kpi.kpi_driver (
    overall         text not null,
    attribute       text not null,
    period_start    date not null,
    period_end      date not null,
    n               bigint not null,
    correlation     double precision,
    correlation_low double precision,
    correlation_high double precision,
    importance      double precision,
    importance_low  double precision,
    importance_high double precision,
    performance     double precision,
    quadrant        text check (quadrant in ('keep_up', 'improve_first', 'low_priority', 'possible_overkill')),
    measured_at     timestamptz not null,
    primary key (overall, attribute, period_start)
);
comment on table cf_kpi.kpi_driver is
'One row per overall score, attribute and year: how much the attribute goes with the overall score, and how well it does. As of the last measurement.';
comment on column cf_kpi.kpi_driver.overall is 'Construct of the overall score, such as nps or csat.';
comment on column cf_kpi.kpi_driver.attribute is 'Construct of the attribute, such as delivery.';
comment on column cf_kpi.kpi_driver.period_start is 'First day of the year of answers.';
comment on column cf_kpi.kpi_driver.period_end is 'Last day of the year of answers.';
comment on column cf_kpi.kpi_driver.n is 'Responses that answer the overall question and all attributes.';
comment on column cf_kpi.kpi_driver.correlation is 'Pearson correlation with the overall score, -1 to 1.';
comment on column cf_kpi.kpi_driver.correlation_low is 'Lower bound of its 95% interval (Fisher z).';
comment on column cf_kpi.kpi_driver.correlation_high is 'Upper bound of its 95% interval (Fisher z).';
comment on column cf_kpi.kpi_driver.importance is
'Share of the explained variance of the overall score that goes to the attribute, 0 to 1; the attributes of a year add up to 1.';
comment on column cf_kpi.kpi_driver.importance_low is 'Lower bound of its 95% interval (bootstrap).';
comment on column cf_kpi.kpi_driver.importance_high is 'Upper bound of its 95% interval (bootstrap).';
comment on column cf_kpi.kpi_driver.performance is 'Mean score of the attribute as a share of its scale, 0 to 1.';
comment on column cf_kpi.kpi_driver.quadrant is
'Importance against performance, each beside its mean over the attributes: keep_up, improve_first, low_priority, possible_overkill.';
comment on column cf_kpi.kpi_driver.measured_at is 'When the row last changed.';

create table cf_kpi.kpi_contribution (
    kpi                text not null,
    definition_version text not null,
    grain              text not null,
    period_start       date not null,
    dimension          text not null,
    slice              text not null,
    share              double precision,
    share_before       double precision,
    mix_effect         double precision,
    within_effect      double precision,
    total_effect       double precision,
    measured_at        timestamptz not null,
    primary key (kpi, definition_version, grain, period_start, slice),
    foreign key (kpi, definition_version) references cf_kpi.kpi_definition
);
comment on table cf_kpi.kpi_contribution is
'One row per month or quarter and slice of one dimension: how much the slice moved the total since the period before. The effects of a dimension add up to the change of the total.';
comment on column cf_kpi.kpi_contribution.kpi is 'Name of the KPI.';
comment on column cf_kpi.kpi_contribution.definition_version is 'Version of its definition.';
comment on column cf_kpi.kpi_contribution.grain is 'month or quarter.';
comment on column cf_kpi.kpi_contribution.period_start is 'First day of the period.';
comment on column cf_kpi.kpi_contribution.dimension is 'The dimension that the total is taken apart by.';
comment on column cf_kpi.kpi_contribution.slice is 'The slice.';
comment on column cf_kpi.kpi_contribution.share is 'Share of the cases that lies in the slice, 0 to 1.';
comment on column cf_kpi.kpi_contribution.share_before is 'The same of the period before.';
comment on column cf_kpi.kpi_contribution.mix_effect is 'Change of the total because the slice has more or fewer of the cases, in the unit of the KPI.';
comment on column cf_kpi.kpi_contribution.within_effect is 'Change of the total because the value of the slice itself changed, in the unit of the KPI.';
comment on column cf_kpi.kpi_contribution.total_effect is 'mix_effect + within_effect.';
comment on column cf_kpi.kpi_contribution.measured_at is 'When the row last changed.';

create or replace view cf_kpi.v_kpi_history as
select
    v.kpi,
    v.grain,
    v.period_start,
    v.slice,
    v.value,
    v.low,
    v.high,
    v.n,
    v.numerator,
    v.denominator,
    d.unit,
    v.method,
    v.definition_version,
    v.data_as_of,
    v.revision,
    v.run_id,
    v.measured_at,
    v.period_end,
    v.weighted_value,
    v.weighted_low,
    v.weighted_high,
    v.effective_n,
    v.is_suppressed,
    v.is_reliable
from cf_kpi.kpi_value as v
inner join cf_kpi.kpi_definition as d on v.kpi = d.kpi and v.definition_version = d.definition_version;

create or replace view cf_kpi.v_kpi_latest as
with current_definition as (
    select distinct on (kpi)
        kpi,
        definition_version,
        title,
        unit,
        direction,
        retired_at,
        coalesce(cast(entry ->> 'lag_days' as integer), 0) as lag_days
    from cf_kpi.kpi_definition
    order by kpi, valid_from desc, definition_version
),

newest as (
    select distinct on (v.kpi, v.definition_version, v.grain, v.slice, coalesce(v.period_start, '-infinity'::date)) v.*
    from cf_kpi.kpi_value as v
    order by
        v.kpi, v.definition_version, v.grain, v.slice, coalesce(v.period_start, '-infinity'::date), v.revision desc
)

select
    w.kpi,
    w.grain,
    w.period_start,
    w.slice,
    w.value,
    w.low,
    w.high,
    w.n,
    w.numerator,
    w.denominator,
    c.unit,
    t.target,
    j.verdict,
    w.data_as_of,
    w.revision,
    w.period_end,
    c.title,
    c.direction,
    coalesce(s.dimensions, split_part(w.slice, '=', 1)) as dimensions,
    s.segment,
    s.product,
    s.region,
    s.channel,
    s.campaign,
    s.language,
    w.weighted_value,
    w.weighted_low,
    w.weighted_high,
    w.effective_n,
    w.is_suppressed,
    w.is_reliable,
    w.period_end < m.as_of_on - greatest(c.lag_days - 1, 0) as is_settled,
    p.signals,
    p.direction as signal_direction,
    w.definition_version,
    w.measured_at
from newest as w
inner join current_definition as c on w.kpi = c.kpi and w.definition_version = c.definition_version
left join cf_kpi.slice as s on w.slice = s.slice
left join cf_kpi.target as t on w.kpi = t.kpi
left join cf_kpi.kpi_verdict as j
    on
        w.kpi = j.kpi
        and w.definition_version = j.definition_version
        and w.grain = j.grain
        and w.slice = j.slice
        and coalesce(w.period_start, '-infinity'::date) = coalesce(j.period_start, '-infinity'::date)
        and w.revision = j.revision
        and t.target = j.target
left join cf_kpi.control_point as p
    on
        w.grain = 'month'
        and w.kpi = p.kpi
        and w.definition_version = p.definition_version
        and w.slice = p.slice
        and w.period_start = p.period_start
        and p.direction is not null
left join (select max(as_of_on) as as_of_on from cf_kpi.measurement) as m on true
where c.retired_at is null;

create view cf_kpi.v_kpi_as_of as
with reported as (
    select
        v.*,
        lead(v.measured_at) over (
            partition by v.kpi, v.definition_version, v.grain, v.slice, v.period_start order by v.revision
        ) as replaced_at
    from cf_kpi.kpi_value as v
),

in_force as (
    select
        kpi,
        definition_version,
        unit,
        valid_from,
        least(lead(valid_from) over (partition by kpi order by valid_from), retired_at) as valid_until
    from cf_kpi.kpi_definition
)

select
    r.kpi,
    r.grain,
    r.period_start,
    r.period_end,
    r.slice,
    r.value,
    r.low,
    r.high,
    r.n,
    r.numerator,
    r.denominator,
    f.unit,
    r.weighted_value,
    r.effective_n,
    r.is_suppressed,
    r.definition_version,
    r.revision,
    r.data_as_of,
    greatest(r.measured_at, f.valid_from) as reported_from,
    coalesce(least(r.replaced_at, f.valid_until), 'infinity') as reported_until
from reported as r
inner join in_force as f on r.kpi = f.kpi and r.definition_version = f.definition_version
where coalesce(least(r.replaced_at, f.valid_until), 'infinity') > greatest(r.measured_at, f.valid_from);

create view cf_kpi.v_scorecard as
with settled as (
    select
        l.*,
        row_number() over (partition by l.kpi, l.slice order by l.period_start desc) as age
    from cf_kpi.v_kpi_latest as l
    where l.grain = 'month' and l.is_settled and l.dimensions in ('all', 'segment', 'product', 'region')
)

select
    s.kpi,
    s.title,
    s.slice,
    s.dimensions,
    s.period_start,
    s.period_end,
    s.value,
    s.low,
    s.high,
    s.n,
    s.unit,
    s.direction,
    s.target,
    s.verdict,
    s.is_suppressed,
    s.is_reliable,
    p.change as change_from_previous,
    p.q_value as change_from_previous_q,
    y.change as change_from_year_ago,
    y.q_value as change_from_year_ago_q,
    s.signals,
    s.signal_direction,
    c.assurance,
    o.owner_name
from settled as s
left join cf_kpi.kpi_change as p
    on
        s.kpi = p.kpi
        and s.definition_version = p.definition_version
        and s.grain = p.grain
        and s.slice = p.slice
        and s.period_start = p.period_start
        and p.basis = 'previous'
left join cf_kpi.kpi_change as y
    on
        s.kpi = y.kpi
        and s.definition_version = y.definition_version
        and s.grain = y.grain
        and s.slice = y.slice
        and s.period_start = y.period_start
        and y.basis = 'year_ago'
left join cf_kpi.control_point as c
    on
        s.kpi = c.kpi
        and s.definition_version = c.definition_version
        and s.slice = c.slice
        and s.period_start = c.period_start
left join cf_kpi.target as o on s.kpi = o.kpi
where s.age = 1;

create view cf_kpi.v_freshness as
select
    m.run_id,
    m.measured_at,
    m.data_as_of,
    m.as_of_on,
    m.revision_count,
    m.check_count,
    (select max(submitted_at) from cf_core.fct_response) as newest_response_at,
    (select max(received_at) from cf_core.fct_complaint) as newest_complaint_at,
    (select max(ordered_at) from cf_core.fct_order) as newest_order_at
from cf_kpi.measurement as m
order by m.measured_at desc
limit 1;

create view cf_kpi.v_complaint_pareto as
with counted as (
    select
        cast(date_trunc('quarter', received_on) as date) as period_start,
        category,
        count(*) as complaint_count
    from cf_core.fct_complaint
    group by cast(date_trunc('quarter', received_on) as date), category
)

select
    period_start,
    category,
    complaint_count,
    row_number() over (partition by period_start order by complaint_count desc, category asc) as rank,
    cast(complaint_count as double precision) / sum(complaint_count) over (partition by period_start) as share,
    cast(
        sum(complaint_count) over (partition by period_start order by complaint_count desc, category asc)
        as double precision
    )
    / sum(complaint_count) over (partition by period_start) as cumulative_share
from counted;

comment on view cf_kpi.v_kpi_history is
'Every revision of every KPI value.';
comment on column cf_kpi.v_kpi_history.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_kpi_history.grain is
'Length of the period: day, week, month, quarter, year, fiscal_year, rolling_28, rolling_90, or all for the whole history.';
comment on column cf_kpi.v_kpi_history.period_start is
'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_kpi_history.slice is
'all, dimension=value, or of a declared pair dimension=value & dimension=value.';
comment on column cf_kpi.v_kpi_history.value is
'The value; null when there is nothing to measure, or it is withheld.';
comment on column cf_kpi.v_kpi_history.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_kpi_history.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_kpi_history.n is 'Number of cases behind the value; null when it is withheld.';
comment on column cf_kpi.v_kpi_history.numerator is
'Top of the fraction; for NPS promoters minus detractors; for means the sum of scores; for durations the cases that ended.';
comment on column cf_kpi.v_kpi_history.denominator is
'Bottom of the fraction; for durations all cases, open ones included.';
comment on column cf_kpi.v_kpi_history.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_kpi_history.method is 'How the interval was computed.';
comment on column cf_kpi.v_kpi_history.definition_version is 'Version of the definition.';
comment on column cf_kpi.v_kpi_history.data_as_of is
'Time of the newest event that the value could have seen when it last changed.';
comment on column cf_kpi.v_kpi_history.revision is 'Counts up from 1 whenever the value changes.';
comment on column cf_kpi.v_kpi_history.run_id is 'Airflow run that measured the value.';
comment on column cf_kpi.v_kpi_history.measured_at is 'When this revision was written.';
comment on column cf_kpi.v_kpi_history.period_end is 'Last day of the period; null for grain all.';
comment on column cf_kpi.v_kpi_history.weighted_value is
'The value with weighted answers; null for KPIs that have no weights.';
comment on column cf_kpi.v_kpi_history.weighted_low is 'Lower bound of the 95% interval of the weighted value.';
comment on column cf_kpi.v_kpi_history.weighted_high is 'Upper bound of the 95% interval of the weighted value.';
comment on column cf_kpi.v_kpi_history.effective_n is 'As many equally weighted answers would tell as much.';
comment on column cf_kpi.v_kpi_history.is_suppressed is
'true: withheld, so that no small group can be seen or computed.';
comment on column cf_kpi.v_kpi_history.is_reliable is
'false: so few cases that the value says little, see the interval.';
comment on view cf_kpi.v_kpi_latest is
'The newest revision of every KPI value by the definition in force, with its target, verdict, slice and signal. One row per KPI, period and slice.';
comment on column cf_kpi.v_kpi_latest.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_kpi_latest.grain is
'Length of the period: day, week, month, quarter, year, fiscal_year, rolling_28, rolling_90, or all for the whole history.';
comment on column cf_kpi.v_kpi_latest.period_start is
'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_kpi_latest.slice is
'all, dimension=value, or of a declared pair dimension=value & dimension=value.';
comment on column cf_kpi.v_kpi_latest.value is 'The value; null when there is nothing to measure, or it is withheld.';
comment on column cf_kpi.v_kpi_latest.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_kpi_latest.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_kpi_latest.n is 'Number of cases behind the value; null when it is withheld.';
comment on column cf_kpi.v_kpi_latest.numerator is
'Top of the fraction; for NPS promoters minus detractors; for means the sum of scores; for durations the cases that ended.';
comment on column cf_kpi.v_kpi_latest.denominator is
'Bottom of the fraction; for durations all cases, open ones included.';
comment on column cf_kpi.v_kpi_latest.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_kpi_latest.target is 'The target in force; null when the KPI has none.';
comment on column cf_kpi.v_kpi_latest.verdict is
'met, missed, unclear or too_few_answers; null when the KPI has no target or the value is withheld.';
comment on column cf_kpi.v_kpi_latest.data_as_of is
'Time of the newest event that the value could have seen when it last changed.';
comment on column cf_kpi.v_kpi_latest.revision is 'Counts up from 1 whenever the value changes.';
comment on column cf_kpi.v_kpi_latest.period_end is 'Last day of the period; null for grain all.';
comment on column cf_kpi.v_kpi_latest.title is 'Name of the KPI for people.';
comment on column cf_kpi.v_kpi_latest.direction is 'up: more is better; down: less is better.';
comment on column cf_kpi.v_kpi_latest.dimensions is
'What the slice is one of: all, a dimension such as region, or a pair such as segment, region.';
comment on column cf_kpi.v_kpi_latest.segment is 'Segment of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.product is 'Product of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.region is 'Region of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.channel is 'Channel of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.campaign is 'Campaign of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.language is 'Language of the slice; null when it is not sliced by it.';
comment on column cf_kpi.v_kpi_latest.weighted_value is
'The value with weighted answers; null for KPIs that have no weights.';
comment on column cf_kpi.v_kpi_latest.weighted_low is 'Lower bound of the 95% interval of the weighted value.';
comment on column cf_kpi.v_kpi_latest.weighted_high is 'Upper bound of the 95% interval of the weighted value.';
comment on column cf_kpi.v_kpi_latest.effective_n is 'As many equally weighted answers would tell as much.';
comment on column cf_kpi.v_kpi_latest.is_suppressed is
'true: withheld, so that no small group can be seen or computed.';
comment on column cf_kpi.v_kpi_latest.is_reliable is
'false: so few cases that the value says little, see the interval.';
comment on column cf_kpi.v_kpi_latest.is_settled is
'true: the data reach beyond the period, so only late answers can still change it.';
comment on column cf_kpi.v_kpi_latest.signals is
'Rules of the control chart that the month breaks; null without a signal.';
comment on column cf_kpi.v_kpi_latest.signal_direction is 'Whether the signal is better or worse.';
comment on column cf_kpi.v_kpi_latest.definition_version is 'Version of the definition.';
comment on column cf_kpi.v_kpi_latest.measured_at is 'When this revision was written.';
comment on view cf_kpi.v_kpi_as_of is
'What was published when: one row per KPI, period, slice and revision. The values of a moment are those with reported_from <= moment < reported_until.';
comment on column cf_kpi.v_kpi_as_of.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_kpi_as_of.grain is
'Length of the period: day, week, month, quarter, year, fiscal_year, rolling_28, rolling_90, or all for the whole history.';
comment on column cf_kpi.v_kpi_as_of.period_start is
'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_kpi_as_of.period_end is 'Last day of the period; null for grain all.';
comment on column cf_kpi.v_kpi_as_of.slice is
'all, dimension=value, or of a declared pair dimension=value & dimension=value.';
comment on column cf_kpi.v_kpi_as_of.value is 'The value; null when there is nothing to measure, or it is withheld.';
comment on column cf_kpi.v_kpi_as_of.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_kpi_as_of.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_kpi_as_of.n is 'Number of cases behind the value; null when it is withheld.';
comment on column cf_kpi.v_kpi_as_of.numerator is
'Top of the fraction; for NPS promoters minus detractors; for means the sum of scores; for durations the cases that ended.';
comment on column cf_kpi.v_kpi_as_of.denominator is
'Bottom of the fraction; for durations all cases, open ones included.';
comment on column cf_kpi.v_kpi_as_of.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_kpi_as_of.weighted_value is
'The value with weighted answers; null for KPIs that have no weights.';
comment on column cf_kpi.v_kpi_as_of.effective_n is 'As many equally weighted answers would tell as much.';
comment on column cf_kpi.v_kpi_as_of.is_suppressed is
'true: withheld, so that no small group can be seen or computed.';
comment on column cf_kpi.v_kpi_as_of.definition_version is 'Version of the definition.';
comment on column cf_kpi.v_kpi_as_of.revision is 'Counts up from 1 whenever the value changes.';
comment on column cf_kpi.v_kpi_as_of.data_as_of is
'Time of the newest event that the value could have seen when it last changed.';
comment on column cf_kpi.v_kpi_as_of.reported_from is 'From when on this was the published value.';
comment on column cf_kpi.v_kpi_as_of.reported_until is 'Until when it was; infinity while it still is.';
comment on view cf_kpi.v_scorecard is
'One row per KPI and slice: its newest settled month, with target, verdict, changes and signals.';
comment on column cf_kpi.v_scorecard.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_scorecard.title is 'Name of the KPI for people.';
comment on column cf_kpi.v_scorecard.slice is
'all, dimension=value, or of a declared pair dimension=value & dimension=value.';
comment on column cf_kpi.v_scorecard.dimensions is
'What the slice is one of: all, a dimension such as region, or a pair such as segment, region.';
comment on column cf_kpi.v_scorecard.period_start is
'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_scorecard.period_end is 'Last day of the period; null for grain all.';
comment on column cf_kpi.v_scorecard.value is 'The value; null when there is nothing to measure, or it is withheld.';
comment on column cf_kpi.v_scorecard.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_scorecard.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_scorecard.n is 'Number of cases behind the value; null when it is withheld.';
comment on column cf_kpi.v_scorecard.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_scorecard.direction is 'up: more is better; down: less is better.';
comment on column cf_kpi.v_scorecard.target is 'The target in force; null when the KPI has none.';
comment on column cf_kpi.v_scorecard.verdict is
'met, missed, unclear or too_few_answers; null when the KPI has no target or the value is withheld.';
comment on column cf_kpi.v_scorecard.is_suppressed is
'true: withheld, so that no small group can be seen or computed.';
comment on column cf_kpi.v_scorecard.is_reliable is
'false: so few cases that the value says little, see the interval.';
comment on column cf_kpi.v_scorecard.change_from_previous is 'Value minus that of the month before.';
comment on column cf_kpi.v_scorecard.change_from_previous_q is
'Chance of such a change if nothing had changed, adjusted for the slices looked at.';
comment on column cf_kpi.v_scorecard.change_from_year_ago is 'Value minus that of the same month a year before.';
comment on column cf_kpi.v_scorecard.change_from_year_ago_q is
'Chance of such a change if nothing had changed, adjusted for the slices looked at.';
comment on column cf_kpi.v_scorecard.signals is
'Rules of the control chart that the month breaks; null without a signal.';
comment on column cf_kpi.v_scorecard.signal_direction is 'Whether the signal is better or worse.';
comment on column cf_kpi.v_scorecard.assurance is
'What the target means for the process as it runs: will_pass, will_fail or hit_or_miss.';
comment on column cf_kpi.v_scorecard.owner_name is 'Who answers for the target.';
comment on view cf_kpi.v_freshness is
'One row: the newest measurement, and how new the data are. No row before the first measurement.';
comment on column cf_kpi.v_freshness.run_id is 'Airflow run of the newest measurement.';
comment on column cf_kpi.v_freshness.measured_at is 'When it measured.';
comment on column cf_kpi.v_freshness.data_as_of is 'Time of the newest event it has seen.';
comment on column cf_kpi.v_freshness.as_of_on is 'Day of data_as_of in the time zone of the organisation.';
comment on column cf_kpi.v_freshness.revision_count is 'Values that the measurement has changed.';
comment on column cf_kpi.v_freshness.check_count is 'Checks of the measurement that held.';
comment on column cf_kpi.v_freshness.newest_response_at is 'Time of the newest response.';
comment on column cf_kpi.v_freshness.newest_complaint_at is 'Time of the newest complaint.';
comment on column cf_kpi.v_freshness.newest_order_at is 'Time of the newest order.';
comment on view cf_kpi.v_complaint_pareto is
'One row per quarter and category of complaints, the largest first.';
comment on column cf_kpi.v_complaint_pareto.period_start is 'First day of the quarter.';
comment on column cf_kpi.v_complaint_pareto.category is 'Category of the complaints.';
comment on column cf_kpi.v_complaint_pareto.complaint_count is
'Complaints of the category that were received in the quarter.';
comment on column cf_kpi.v_complaint_pareto.rank is '1 for the largest category of the quarter.';
comment on column cf_kpi.v_complaint_pareto.share is 'Share of the complaints of the quarter, 0 to 1.';
comment on column cf_kpi.v_complaint_pareto.cumulative_share is 'Share of this category and all larger ones.';
