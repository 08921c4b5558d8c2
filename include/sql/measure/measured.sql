-- measured: what a run has measured of one KPI, before it is compared with what is known. Gone at the end of the
--           transaction.
-- Grain: one row per grain, period_start and slice.
create temporary table if not exists measured (
    grain          text not null,
    period_start   date,
    period_end     date,
    slice          text not null,
    value          double precision,
    low            double precision,
    high           double precision,
    n              bigint,
    numerator      double precision,
    denominator    double precision,
    method         text not null,
    weighted_value double precision,
    weighted_low   double precision,
    weighted_high  double precision,
    effective_n    double precision,
    is_suppressed  boolean not null,
    is_reliable    boolean,
    target         double precision,
    verdict        text
) on commit drop
