-- measured: what a run has measured, before it is compared with what is known. Gone at the end of the transaction.
-- Grain: one row per kpi, grain, period_start and slice.
create temporary table measured (
    kpi                text not null,
    definition_version text not null,
    grain              text not null,
    period_start       date,
    slice              text not null,
    value              double precision,
    low                double precision,
    high               double precision,
    n                  bigint not null,
    numerator          double precision not null,
    denominator        double precision not null,
    method             text not null,
    target             double precision,
    verdict            text
) on commit drop
