-- Daily sums of what KPIs are made of, kept up by what changed. Any period is a sum over days, so a late answer costs the
-- same whatever the length of the history. Engine only: days are too fine for the thresholds of disclosure.
create table cf_core.day_nps (
    kpi                 text not null,
    definition_version  text not null,
    slice               text not null,
    day                 date not null,
    promoters           bigint not null,
    passives            bigint not null,
    detractors          bigint not null,
    weighted_promoters  bigint not null,
    weighted_passives   bigint not null,
    weighted_detractors bigint not null,
    square_weight       bigint not null,
    primary key (kpi, definition_version, slice, day)
);
create table cf_core.day_proportion (
    kpi                  text not null,
    definition_version   text not null,
    slice                text not null,
    day                  date not null,
    numerator            bigint not null,
    denominator          bigint not null,
    weighted_numerator   bigint not null,
    weighted_denominator bigint not null,
    square_weight        bigint not null,
    primary key (kpi, definition_version, slice, day)
);
create table cf_core.day_mean (
    kpi                   text not null,
    definition_version    text not null,
    slice                 text not null,
    day                   date not null,
    answer_count          bigint not null,
    total                 bigint not null,
    square_total          bigint not null,
    weighted_count        bigint not null,
    weighted_total        bigint not null,
    weighted_square_total bigint not null,
    square_weight         bigint not null,
    primary key (kpi, definition_version, slice, day)
);
create table cf_core.day_rate (
    kpi                text not null,
    definition_version text not null,
    slice              text not null,
    day                date not null,
    event_count        bigint not null,
    exposure           bigint not null,
    primary key (kpi, definition_version, slice, day)
);
create table cf_core.day_duration (
    kpi                text not null,
    definition_version text not null,
    slice              text not null,
    day                date not null,
    seconds            bigint,
    started_at         timestamptz,
    case_count         bigint not null,
    unique nulls not distinct (kpi, definition_version, slice, day, seconds, started_at),
    check ((seconds is null) <> (started_at is null))
);
create index day_duration_open_idx on cf_core.day_duration (kpi, definition_version) where seconds is null;

comment on table cf_core.day_nps is 'One row per KPI version, slice and day with answers: how many promote, are passive, detract.';
comment on table cf_core.day_proportion is 'One row per KPI version, slice and day with cases: how many of how many.';
comment on table cf_core.day_mean is 'One row per KPI version, slice and day with answers: their number and sums of scores.';
comment on table cf_core.day_rate is 'One row per KPI version, slice and day with events or exposure.';
comment on table cf_core.day_duration is
'One row per KPI version, slice, day and distinct duration; for open cases one per start, as they last until the end of the data.';

do $$
declare
    family text;
begin
    foreach family in array array['nps', 'proportion', 'mean', 'rate', 'duration'] loop
        execute format('comment on column cf_core.day_%s.kpi is ''Name of the KPI.''', family);
        execute format('comment on column cf_core.day_%s.definition_version is ''Version of its definition.''', family);
        execute format('comment on column cf_core.day_%s.slice is ''all, or a slice of cf_kpi.slice.''', family);
        execute format('comment on column cf_core.day_%s.day is ''Day in the time zone of the organisation.''', family);
    end loop;
end
$$;
comment on column cf_core.day_nps.promoters is 'Answers of 9 and 10.';
comment on column cf_core.day_nps.passives is 'Answers of 7 and 8.';
comment on column cf_core.day_nps.detractors is 'Answers of 0 to 6.';
comment on column cf_core.day_nps.weighted_promoters is 'Their weights, in thousandths.';
comment on column cf_core.day_nps.weighted_passives is 'Their weights, in thousandths.';
comment on column cf_core.day_nps.weighted_detractors is 'Their weights, in thousandths.';
comment on column cf_core.day_nps.square_weight is 'Squares of the weights of all of them, in millionths.';
comment on column cf_core.day_proportion.numerator is 'Cases that have what is asked for.';
comment on column cf_core.day_proportion.denominator is 'All cases.';
comment on column cf_core.day_proportion.weighted_numerator is 'Weights of the cases that have it, in thousandths.';
comment on column cf_core.day_proportion.weighted_denominator is 'Weights of all cases, in thousandths.';
comment on column cf_core.day_proportion.square_weight is 'Squares of the weights of all cases, in millionths.';
comment on column cf_core.day_mean.answer_count is 'Answers.';
comment on column cf_core.day_mean.total is 'Sum of the scores, in thousandths: half points stay exact.';
comment on column cf_core.day_mean.square_total is 'Sum of the squared scores, in millionths.';
comment on column cf_core.day_mean.weighted_count is 'Weights of the answers, in thousandths.';
comment on column cf_core.day_mean.weighted_total is 'Sum of weight times score, in millionths.';
comment on column cf_core.day_mean.weighted_square_total is 'Sum of weight times squared score, in thousand-millionths.';
comment on column cf_core.day_mean.square_weight is 'Squares of the weights, in millionths.';
comment on column cf_core.day_rate.event_count is 'Events.';
comment on column cf_core.day_rate.exposure is 'What they could have happened to.';
comment on column cf_core.day_duration.seconds is 'How long the cases lasted; null when they are open.';
comment on column cf_core.day_duration.started_at is 'When open cases began; null when they have ended.';
comment on column cf_core.day_duration.case_count is 'How many such cases there are.';

create table cf_core.kpi_progress (
    kpi                text not null,
    definition_version text not null,
    setting            text not null,
    as_of              timestamptz not null,
    counted_until      date not null,
    primary key (kpi, definition_version)
);
comment on table cf_core.kpi_progress is 'One row per KPI version whose daily sums are kept up: how far it was published.';
comment on column cf_core.kpi_progress.kpi is 'Name of the KPI.';
comment on column cf_core.kpi_progress.definition_version is 'Version of its definition.';
comment on column cf_core.kpi_progress.setting is 'The kinds of slices and the fiscal year that it was summed by; others need a rebuild.';
comment on column cf_core.kpi_progress.as_of is 'Newest event of its feed when it was last published.';
comment on column cf_core.kpi_progress.counted_until is 'Last day whose cases were counted then.';

create table cf_kpi.slice (
    slice      text primary key,
    dimensions text not null,
    segment    text,
    product    text,
    region     text,
    channel    text,
    campaign   text,
    language   text
);
comment on table cf_kpi.slice is 'One row per slice that a value was ever given for. Join it to filter or label values by dimension.';
comment on column cf_kpi.slice.slice is 'Name of the slice, as in the tables of values.';
comment on column cf_kpi.slice.dimensions is 'Its kind: all, one dimension such as region, or a pair such as segment, region. Slices of one kind add up to all.';
comment on column cf_kpi.slice.segment is 'The segment; null: all of them.';
comment on column cf_kpi.slice.product is 'The product; null: all of them.';
comment on column cf_kpi.slice.region is 'The region; null: all of them.';
comment on column cf_kpi.slice.channel is 'The channel; null: all of them.';
comment on column cf_kpi.slice.campaign is 'The campaign; null: all of them.';
comment on column cf_kpi.slice.language is 'The language; null: all of them.';
insert into cf_kpi.slice (slice, dimensions) values ('all', 'all');

-- The newest event is looked up in every run: from the end of an index, not by reading the history.
create index fct_order_ordered_at_idx on cf_core.fct_order (ordered_at);
create index fct_order_delivered_at_idx on cf_core.fct_order (delivered_at);
create index fct_complaint_received_at_idx on cf_core.fct_complaint (received_at);
create index fct_complaint_acknowledged_at_idx on cf_core.fct_complaint (acknowledged_at);
create index fct_complaint_first_resolved_at_idx on cf_core.fct_complaint (first_resolved_at);
create index fct_complaint_reopened_at_idx on cf_core.fct_complaint (reopened_at);
create index fct_complaint_closed_at_idx on cf_core.fct_complaint (closed_at);
create index fct_invitation_accepted_at_idx on cf_core.fct_invitation (accepted_at);
create index fct_response_submitted_at_idx on cf_core.fct_response (submitted_at);
