-- cf_core: the model. People appear by contact_key only.
create table cf_core.dim_contact (
    contact_key uuid primary key,
    source      text not null,
    language    text,
    segment     text not null,
    region      text not null
);
comment on table cf_core.dim_contact is 'One row per contact, without anything that names a person.';

create table cf_core.fct_order (
    source       text not null,
    order_id     text not null,
    contact_key  uuid not null,
    segment      text not null,
    product      text not null,
    region       text not null,
    status       text not null check (status in ('open', 'delivered', 'cancelled')),
    ordered_at   timestamptz not null,
    ordered_on   date not null,
    promised_on  date,
    delivered_at timestamptz,
    delivered_on date,
    primary key (source, order_id)
);
create index fct_order_contact_idx on cf_core.fct_order (contact_key);
create index fct_order_delivered_idx on cf_core.fct_order (delivered_on);
comment on table cf_core.fct_order is 'One row per order. Dates (_on) are days in the time zone of the organisation.';

create table cf_core.fct_complaint (
    source            text not null,
    complaint_id      text not null,
    contact_key       uuid,
    order_id          text,
    segment           text not null,
    product           text not null,
    region            text not null,
    category          text not null,
    severity          integer,
    channel           text,
    received_at       timestamptz not null,
    received_on       date not null,
    acknowledged_at   timestamptz,
    first_resolved_at timestamptz,
    closed_at         timestamptz,
    primary key (source, complaint_id)
);
create index fct_complaint_contact_idx on cf_core.fct_complaint (contact_key);
comment on table cf_core.fct_complaint is 'One row per complaint of a customer, with the times of its handling.';

create table cf_core.fct_invitation (
    invitation_id uuid primary key,
    campaign_id   text not null,
    wave_id       text not null,
    contact_key   uuid not null,
    segment       text not null,
    product       text not null,
    region        text not null,
    language      text not null,
    state         text not null,
    accepted_at   timestamptz,
    accepted_on   date,
    responded_at  timestamptz
);
comment on table cf_core.fct_invitation is 'One row per invitation of the ledger, as of the last model run.';

create table cf_core.fct_response (
    source        text not null,
    response_id   text not null,
    invitation_id uuid,
    contact_key   uuid,
    order_id      text,
    survey_id     text not null,
    campaign_id   text not null,
    channel       text not null,
    language      text not null,
    segment       text not null,
    product       text not null,
    region        text not null,
    is_complete   boolean not null,
    submitted_at  timestamptz not null,
    submitted_on  date not null,
    primary key (source, response_id)
);
create index fct_response_invitation_idx on cf_core.fct_response (invitation_id);
comment on table cf_core.fct_response is 'One row per response, partial or complete. submitted_on decides its month.';

create table cf_core.fct_answer (
    source      text not null,
    response_id text not null,
    question    text not null,
    construct   text not null,
    score       numeric not null,
    scale_min   numeric not null,
    scale_max   numeric not null,
    primary key (source, response_id, question),
    foreign key (source, response_id) references cf_core.fct_response on delete cascade
);
create index fct_answer_construct_idx on cf_core.fct_answer (construct);
comment on table cf_core.fct_answer is 'One row per answered question that measures something. Scales are never mixed under one KPI.';
