-- cf_kpi: the BI surface. Every table and column carries a comment; the columns of v_kpi_latest are a contract.
create table cf_kpi.kpi_definition (
    kpi                text not null,
    definition_version text not null,
    title              text not null,
    question           text not null,
    family             text not null,
    unit               text not null,
    direction          text not null check (direction in ('up', 'down')),
    entry              jsonb not null,
    sql_text           text not null,
    valid_from         timestamptz not null,
    primary key (kpi, definition_version)
);
comment on table cf_kpi.kpi_definition is 'One row per KPI and version of its definition. The newest version is the one in force.';
comment on column cf_kpi.kpi_definition.kpi is 'Name of the KPI, as in programme.yml.';
comment on column cf_kpi.kpi_definition.definition_version is 'Hash of the SQL file and the entry in programme.yml.';
comment on column cf_kpi.kpi_definition.title is 'Name for people.';
comment on column cf_kpi.kpi_definition.question is 'The question that the KPI answers.';
comment on column cf_kpi.kpi_definition.family is 'Kind of statistic: nps, proportion, rate or duration. It decides the interval.';
comment on column cf_kpi.kpi_definition.unit is 'Unit of value, low and high.';
comment on column cf_kpi.kpi_definition.direction is 'up: more is better; down: less is better.';
comment on column cf_kpi.kpi_definition.entry is 'The entry of programme.yml that the version was made from.';
comment on column cf_kpi.kpi_definition.sql_text is 'The SQL that the version was made from.';
comment on column cf_kpi.kpi_definition.valid_from is 'When this version was first measured.';

create table cf_kpi.kpi_value (
    kpi                text not null,
    definition_version text not null,
    grain              text not null check (grain in ('month', 'all')),
    period_start       date,
    slice              text not null check (slice = 'all' or slice like '%=%'),
    revision           integer not null check (revision > 0),
    value              double precision,
    low                double precision,
    high               double precision,
    n                  bigint not null check (n >= 0),
    numerator          double precision,
    denominator        double precision,
    method             text not null,
    data_as_of         timestamptz not null,
    run_id             text not null,
    measured_at        timestamptz not null,
    unique nulls not distinct (kpi, definition_version, grain, period_start, slice, revision),
    foreign key (kpi, definition_version) references cf_kpi.kpi_definition
);
comment on table cf_kpi.kpi_value is
'One row per KPI, definition version, period, slice and revision. Append-only: a late answer adds a revision, the old one stays.';
comment on column cf_kpi.kpi_value.kpi is 'Name of the KPI.';
comment on column cf_kpi.kpi_value.definition_version is 'Version of the definition that the value was computed by.';
comment on column cf_kpi.kpi_value.grain is 'Length of the period: month, or all for the whole history.';
comment on column cf_kpi.kpi_value.period_start is 'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.kpi_value.slice is 'all, or dimension=value.';
comment on column cf_kpi.kpi_value.revision is 'Counts up from 1 whenever the value of the same period and slice changes.';
comment on column cf_kpi.kpi_value.value is 'The value; null when there is nothing to measure, never 0 for that reason.';
comment on column cf_kpi.kpi_value.low is 'Lower bound of the 95% interval; null when no interval exists.';
comment on column cf_kpi.kpi_value.high is 'Upper bound of the 95% interval; null when no interval exists.';
comment on column cf_kpi.kpi_value.n is 'Number of cases behind the value: answers, invitations, orders or complaints.';
comment on column cf_kpi.kpi_value.numerator is 'Top of the fraction; for NPS promoters minus detractors; for durations the cases that ended.';
comment on column cf_kpi.kpi_value.denominator is 'Bottom of the fraction; for durations all cases, open ones included.';
comment on column cf_kpi.kpi_value.method is 'How the interval was computed.';
comment on column cf_kpi.kpi_value.data_as_of is 'Time of the newest event that the value could have seen.';
comment on column cf_kpi.kpi_value.run_id is 'Airflow run that measured the value.';
comment on column cf_kpi.kpi_value.measured_at is 'When the value was written.';

create table cf_kpi.target (
    kpi          text primary key,
    target       double precision not null,
    is_minimum   boolean not null,
    min_n        integer not null check (min_n > 0),
    owner_id     text not null,
    owner_name   text not null,
    period_count integer not null check (period_count > 0),
    watch        text[] not null,
    updated_at   timestamptz not null
);
comment on table cf_kpi.target is 'The target in force of each KPI that has one.';
comment on column cf_kpi.target.kpi is 'Name of the KPI.';
comment on column cf_kpi.target.target is 'The wanted value, in the unit of the KPI.';
comment on column cf_kpi.target.is_minimum is 'true: the value shall be at least the target; false: at most.';
comment on column cf_kpi.target.min_n is 'Fewest cases on which a verdict is given.';
comment on column cf_kpi.target.owner_id is 'Who owns the target and its tasks.';
comment on column cf_kpi.target.owner_name is 'Name of the owner.';
comment on column cf_kpi.target.period_count is 'How many settled months in a row must be missed before a task opens.';
comment on column cf_kpi.target.watch is 'Slices that may open a task: all, or names of dimensions.';
comment on column cf_kpi.target.updated_at is 'When the target was last changed.';

create table cf_kpi.kpi_verdict (
    kpi                text not null,
    definition_version text not null,
    grain              text not null,
    period_start       date,
    slice              text not null,
    revision           integer not null,
    target             double precision not null,
    verdict            text not null check (verdict in ('met', 'missed', 'unclear', 'too_few_answers')),
    judged_at          timestamptz not null,
    unique nulls not distinct (kpi, definition_version, grain, period_start, slice)
);
comment on table cf_kpi.kpi_verdict is 'The verdict on the newest revision of each value that has a target.';
comment on column cf_kpi.kpi_verdict.kpi is 'Name of the KPI.';
comment on column cf_kpi.kpi_verdict.definition_version is 'Version of the definition of the judged value.';
comment on column cf_kpi.kpi_verdict.grain is 'Length of the period: month or all.';
comment on column cf_kpi.kpi_verdict.period_start is 'First day of the period; null for grain all.';
comment on column cf_kpi.kpi_verdict.slice is 'all, or dimension=value.';
comment on column cf_kpi.kpi_verdict.revision is 'The revision that was judged.';
comment on column cf_kpi.kpi_verdict.target is 'The target that it was judged by.';
comment on column cf_kpi.kpi_verdict.verdict is
'met or missed: the whole interval is on that side of the target; unclear: the interval holds the target; too_few_answers: n is below the minimum.';
comment on column cf_kpi.kpi_verdict.judged_at is 'When the verdict was given.';

create view cf_kpi.v_kpi_history as
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
    v.measured_at
from cf_kpi.kpi_value as v
inner join cf_kpi.kpi_definition as d on v.kpi = d.kpi and v.definition_version = d.definition_version;
comment on view cf_kpi.v_kpi_history is 'Every revision of every KPI value.';
comment on column cf_kpi.v_kpi_history.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_kpi_history.grain is 'Length of the period: month, or all for the whole history.';
comment on column cf_kpi.v_kpi_history.period_start is 'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_kpi_history.slice is 'all, or dimension=value.';
comment on column cf_kpi.v_kpi_history.value is 'The value; null when there is nothing to measure.';
comment on column cf_kpi.v_kpi_history.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_kpi_history.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_kpi_history.n is 'Number of cases behind the value.';
comment on column cf_kpi.v_kpi_history.numerator is 'Top of the fraction.';
comment on column cf_kpi.v_kpi_history.denominator is 'Bottom of the fraction.';
comment on column cf_kpi.v_kpi_history.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_kpi_history.method is 'How the interval was computed.';
comment on column cf_kpi.v_kpi_history.definition_version is 'Version of the definition.';
comment on column cf_kpi.v_kpi_history.data_as_of is 'Time of the newest event that the value could have seen.';
comment on column cf_kpi.v_kpi_history.revision is 'Counts up from 1 whenever the value changes.';
comment on column cf_kpi.v_kpi_history.run_id is 'Airflow run that measured the value.';
comment on column cf_kpi.v_kpi_history.measured_at is 'When the value was written.';

create view cf_kpi.v_kpi_latest as
with current_definition as (
    select distinct on (kpi)
        kpi,
        definition_version,
        unit
    from cf_kpi.kpi_definition
    order by kpi, valid_from desc, definition_version
),

newest as (
    select distinct on (v.kpi, v.grain, v.period_start, v.slice)
        v.*,
        c.unit
    from cf_kpi.kpi_value as v
    inner join current_definition as c on v.kpi = c.kpi and v.definition_version = c.definition_version
    order by v.kpi, v.grain, v.period_start, v.slice, v.revision desc
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
    w.unit,
    t.target,
    j.verdict,
    w.data_as_of,
    w.revision
from newest as w
left join cf_kpi.target as t on w.kpi = t.kpi
left join cf_kpi.kpi_verdict as j
    on
        w.kpi = j.kpi
        and w.definition_version = j.definition_version
        and w.grain = j.grain
        and w.period_start is not distinct from j.period_start
        and w.slice = j.slice
        and w.revision = j.revision
        and t.target = j.target;
comment on view cf_kpi.v_kpi_latest is 'The newest revision of every KPI value by the definition in force, with its target and verdict.';
comment on column cf_kpi.v_kpi_latest.kpi is 'Name of the KPI.';
comment on column cf_kpi.v_kpi_latest.grain is 'Length of the period: month, or all for the whole history.';
comment on column cf_kpi.v_kpi_latest.period_start is 'First day of the period in the time zone of the organisation; null for grain all.';
comment on column cf_kpi.v_kpi_latest.slice is 'all, or dimension=value.';
comment on column cf_kpi.v_kpi_latest.value is 'The value; null when there is nothing to measure.';
comment on column cf_kpi.v_kpi_latest.low is 'Lower bound of the 95% interval.';
comment on column cf_kpi.v_kpi_latest.high is 'Upper bound of the 95% interval.';
comment on column cf_kpi.v_kpi_latest.n is 'Number of cases behind the value.';
comment on column cf_kpi.v_kpi_latest.numerator is 'Top of the fraction; for NPS promoters minus detractors; for durations the cases that ended.';
comment on column cf_kpi.v_kpi_latest.denominator is 'Bottom of the fraction; for durations all cases, open ones included.';
comment on column cf_kpi.v_kpi_latest.unit is 'Unit of value, low and high.';
comment on column cf_kpi.v_kpi_latest.target is 'The target in force; null when the KPI has none.';
comment on column cf_kpi.v_kpi_latest.verdict is 'met, missed, unclear or too_few_answers; null when the KPI has no target.';
comment on column cf_kpi.v_kpi_latest.data_as_of is
'Time of the newest event that the value could have seen when it last changed.';
comment on column cf_kpi.v_kpi_latest.revision is 'Counts up from 1 whenever the value changes.';

create view cf_kpi.v_task_open as
select
    task_id,
    kpi,
    slice,
    rule,
    period_start,
    title,
    owner_id,
    status,
    opened_at,
    due_on,
    evidence
from cf_ledger.task
where closed_at is null;
comment on view cf_kpi.v_task_open is 'The improvement tasks that are not closed.';
comment on column cf_kpi.v_task_open.task_id is 'Identity of the task.';
comment on column cf_kpi.v_task_open.kpi is 'The KPI whose target was missed.';
comment on column cf_kpi.v_task_open.slice is 'Where it was missed: all, or dimension=value.';
comment on column cf_kpi.v_task_open.rule is 'The rule that opened the task.';
comment on column cf_kpi.v_task_open.period_start is 'First day of the newest month of the evidence.';
comment on column cf_kpi.v_task_open.title is 'What is wrong, in a sentence.';
comment on column cf_kpi.v_task_open.owner_id is 'Who has to act.';
comment on column cf_kpi.v_task_open.status is 'Where the task stands: open, in_progress or done.';
comment on column cf_kpi.v_task_open.opened_at is 'When the task was opened.';
comment on column cf_kpi.v_task_open.due_on is 'By when it is due.';
comment on column cf_kpi.v_task_open.evidence is 'The KPI rows, interval, worst slices and complaint categories behind the task.';
