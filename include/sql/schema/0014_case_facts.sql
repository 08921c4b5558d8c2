-- Facts that tell everything about a case by themselves, and a note of every change to them, so that what is measured
-- is kept up at the cost of what changed.

-- Orders: the day the customer asked for, and the first day promised beside the last.
alter table cf_core.fct_order
add column requested_on date,
add column first_promised_on date;
update cf_core.fct_order set first_promised_on = promised_on where promised_on is not null;
comment on column cf_core.fct_order.requested_on is 'The day on which the customer wanted to have it; null when no source says so.';
comment on column cf_core.fct_order.first_promised_on is
'The day promised first; the promised day when no source tells the first from the last.';
comment on column cf_core.fct_order.promised_on is 'The day promised last.';

-- Complaints: reopened ones run on, and how often the customer had to be in touch.
update cf_core.fct_complaint set channel = 'unknown' where channel is null;
alter table cf_core.fct_complaint
alter column channel set default 'unknown',
alter column channel set not null,
add column language text not null default 'unknown',
add column reopened_at timestamptz,
add column reopen_count integer not null default 0 check (reopen_count >= 0),
add column contact_count integer check (contact_count >= 0);
comment on column cf_core.fct_complaint.language is 'Language of the customer.';
comment on column cf_core.fct_complaint.reopened_at is
'When it was last opened again. It is closed only when closed_at is later: until then it runs on.';
comment on column cf_core.fct_complaint.reopen_count is 'How often it was opened again.';
comment on column cf_core.fct_complaint.contact_count is
'Contacts with the customer until it was resolved, the complaint itself included; null when no source counts them.';

-- Answers: all that a KPI asks of an answer stands beside it.
alter table cf_core.fct_answer
add column campaign text,
add column channel text,
add column language text,
add column segment text,
add column product text,
add column region text,
add column is_complete boolean,
add column is_first boolean,
add column submitted_at timestamptz,
add column submitted_on date,
add column weight_milli integer not null default 1000 check (weight_milli >= 0);
update cf_core.fct_answer as a
set
    campaign = r.campaign_id,
    channel = r.channel,
    language = r.language,
    segment = r.segment,
    product = r.product,
    region = r.region,
    is_complete = r.is_complete,
    is_first = a.score between a.scale_min and a.scale_max and not exists (
        select 1 from cf_core.fct_answer as b
        where
            b.source = a.source
            and b.response_id = a.response_id
            and b.construct = a.construct
            and b.scale_min = a.scale_min
            and b.scale_max = a.scale_max
            and b.score between b.scale_min and b.scale_max
            and b.question < a.question
    ),
    submitted_at = r.submitted_at,
    submitted_on = r.submitted_on
from cf_core.fct_response as r
where a.source = r.source and a.response_id = r.response_id;
alter table cf_core.fct_answer
alter column campaign set not null,
alter column channel set not null,
alter column language set not null,
alter column segment set not null,
alter column product set not null,
alter column region set not null,
alter column is_complete set not null,
alter column is_first set not null,
alter column submitted_at set not null,
alter column submitted_on set not null;
comment on column cf_core.fct_answer.campaign is 'The campaign that asked; unknown when none is named.';
comment on column cf_core.fct_answer.channel is 'How the answer came: web, phone, or what the source says.';
comment on column cf_core.fct_answer.language is 'Language of the answer.';
comment on column cf_core.fct_answer.segment is 'Segment of the response.';
comment on column cf_core.fct_answer.product is 'Product of the response.';
comment on column cf_core.fct_answer.region is 'Region of the response.';
comment on column cf_core.fct_answer.is_complete is 'Whether the response was finished.';
comment on column cf_core.fct_answer.is_first is
'Whether this is the answer that stands for its response: on its scale, and the first question by name of those that ask the '
'same construct on the same scale.';
comment on column cf_core.fct_answer.submitted_at is 'When the response was given.';
comment on column cf_core.fct_answer.submitted_on is 'The day of it, in the time zone of the organisation.';
comment on column cf_core.fct_answer.weight_milli is 'Weight of the response in thousandths; 1000 when it was not weighed.';

create table cf_core.fct_ask (
    wave_id       text not null,
    contact_key   uuid not null,
    invitation_id uuid not null,
    campaign      text not null,
    channel       text not null,
    language      text not null,
    segment       text not null,
    product       text not null,
    region        text not null,
    asked_at      timestamptz not null,
    asked_on      date not null,
    disposition   text not null check (disposition in (
        'complete', 'partial', 'none', 'refused', 'bounced', 'unknown', 'unsubscribed'
    )),
    primary key (wave_id, contact_key)
);
create unique index fct_ask_invitation_key on cf_core.fct_ask (invitation_id);
comment on table cf_core.fct_ask is
'One row per person whom a wave has tried to ask, reminders included, with what came of it. AAPOR RR1 is complete / all rows, '
'RR2 (complete + partial) / all rows.';
comment on column cf_core.fct_ask.wave_id is 'Wave that asked.';
comment on column cf_core.fct_ask.contact_key is 'The person, as a pseudonym.';
comment on column cf_core.fct_ask.invitation_id is 'The first ask, to which the answer belongs.';
comment on column cf_core.fct_ask.campaign is 'Campaign of the wave.';
comment on column cf_core.fct_ask.channel is 'How the person was asked: mail or phone.';
comment on column cf_core.fct_ask.language is 'Language in which the person was asked.';
comment on column cf_core.fct_ask.segment is 'Segment of the person when asked.';
comment on column cf_core.fct_ask.product is 'Product that the person was asked about.';
comment on column cf_core.fct_ask.region is 'Region of the person or the order when asked.';
comment on column cf_core.fct_ask.asked_at is
'When the first mail of the chain was taken by a mail server; when none was, when it was tried, else when the answer came.';
comment on column cf_core.fct_ask.asked_on is 'The day of it, in the time zone of the organisation.';
comment on column cf_core.fct_ask.disposition is
'complete, partial: what was answered; unsubscribed: said no to this ask instead; none: asked and silent; bounced: came back; '
'refused: a mail server did not take it; unknown: nobody can say whether it arrived.';

create table cf_core.fct_customer (
    contact_key       uuid primary key,
    segment           text not null,
    product           text not null,
    region            text not null,
    first_ordered_on  date not null,
    orders_within_90  integer not null,
    orders_181_365    integer not null,
    order_count       integer not null
);
comment on table cf_core.fct_customer is 'One row per person who ordered something that was not cancelled.';
comment on column cf_core.fct_customer.contact_key is 'The person, as a pseudonym.';
comment on column cf_core.fct_customer.segment is 'Segment of the person.';
comment on column cf_core.fct_customer.product is 'Product of the first order.';
comment on column cf_core.fct_customer.region is 'Region of the first order.';
comment on column cf_core.fct_customer.first_ordered_on is 'Day of the first order: the cohort of the person.';
comment on column cf_core.fct_customer.orders_within_90 is 'Orders on the days 1 to 90 after the first; others of the same day are not further ones.';
comment on column cf_core.fct_customer.orders_181_365 is 'Orders on the days 181 to 365 after the first.';
comment on column cf_core.fct_customer.order_count is 'All orders, the first included.';

create table cf_core.response_weight (
    source        text not null,
    response_id   text not null,
    wave_id       text not null,
    design_weight double precision not null check (design_weight >= 1),
    weight_milli  integer not null check (weight_milli >= 0),
    primary key (source, response_id)
);
create index response_weight_wave_idx on cf_core.response_weight (wave_id);
comment on table cf_core.response_weight is 'One row per complete response of a wave: what it counts, so that all who were asked are stood for.';
comment on column cf_core.response_weight.source is 'Source of the response.';
comment on column cf_core.response_weight.response_id is 'Its id there.';
comment on column cf_core.response_weight.wave_id is 'Wave that asked.';
comment on column cf_core.response_weight.design_weight is 'How many people of the frame the person stands for: 1 / inclusion probability.';
comment on column cf_core.response_weight.weight_milli is
'Design weight, corrected for who did not answer, trimmed, in thousandths of the mean of the wave.';

create table cf_core.wave_weight (
    wave_id        text primary key,
    fingerprint    numeric not null,
    rules          text not null,
    response_count integer not null,
    effective_n    double precision,
    margins        text not null,
    weighed_at     timestamptz not null
);
comment on table cf_core.wave_weight is 'One row per wave that was weighed: from what, and with what result.';
comment on column cf_core.wave_weight.wave_id is 'The wave.';
comment on column cf_core.wave_weight.fingerprint is
'Of everybody asked and of the complete responses, as they were when the wave was weighed. While it stays, so do the weights.';
comment on column cf_core.wave_weight.rules is 'What the programme said about weights then.';
comment on column cf_core.wave_weight.response_count is 'Complete responses.';
comment on column cf_core.wave_weight.effective_n is 'Kish: as many equal weights would tell as much; null without responses.';
comment on column cf_core.wave_weight.margins is
'Dimensions in which those who answered were brought to the proportions of those who were asked; empty: design weights alone.';
comment on column cf_core.wave_weight.weighed_at is 'When it was last weighed.';

-- Change capture. Whoever writes to a fact, in whatever way, leaves the new rows with sign 1 and the old ones with
-- sign -1 in the change table of the fact, in the same transaction. All changes ever noted add up to the fact.
create function cf_core.note_change()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
    change_table text := 'cf_core.' || tg_argv[0];
begin
    if tg_op = 'TRUNCATE' then
        execute 'insert into ' || change_table || ' select -1, o.* from cf_core.' || tg_table_name || ' as o';
        return null;
    end if;
    if tg_op <> 'INSERT' then
        execute 'insert into ' || change_table || ' select -1, o.* from old_rows as o';
    end if;
    if tg_op <> 'DELETE' then
        execute 'insert into ' || change_table || ' select 1, n.* from new_rows as n';
    end if;
    return null;
end
$$;
comment on function cf_core.note_change is
'Notes what a statement has done to a fact, in the table that its argument names: sign, and then the columns of the fact in their '
'order. A column that is added to a fact has to be added to its change table in the same migration.';

do $$
declare
    fact text;
begin
    foreach fact in array array['answer', 'order', 'complaint', 'ask', 'customer'] loop
        execute format('create table cf_core.change_%1$s (sign smallint not null, like cf_core.fct_%1$s)', fact);
        execute format(
            'comment on table cf_core.change_%1$s is %2$L',
            fact,
            format('Rows that came to (sign 1) and left (sign -1) cf_core.fct_%s since they were last taken into account.', fact)
        );
        execute format('comment on column cf_core.change_%s.sign is ''1: such a row came; -1: such a row left.''', fact);
        -- What stands there already is as new.
        execute format('insert into cf_core.change_%1$s select 1, f.* from cf_core.fct_%1$s as f', fact);
        execute format(
            'create trigger note_insert after insert on cf_core.fct_%1$s referencing new table as new_rows '
            'for each statement execute function cf_core.note_change(''change_%1$s'')', fact
        );
        execute format(
            'create trigger note_update after update on cf_core.fct_%1$s referencing old table as old_rows new table as new_rows '
            'for each statement execute function cf_core.note_change(''change_%1$s'')', fact
        );
        execute format(
            'create trigger note_delete after delete on cf_core.fct_%1$s referencing old table as old_rows '
            'for each statement execute function cf_core.note_change(''change_%1$s'')', fact
        );
        execute format(
            'create trigger note_truncate before truncate on cf_core.fct_%1$s '
            'for each statement execute function cf_core.note_change(''change_%1$s'')', fact
        );
    end loop;
end
$$;

-- A week is recomputed from the facts in every run: by the day that a case counts on, not by reading the history.
create index fct_answer_day_idx on cf_core.fct_answer (construct, submitted_on);
create index fct_ask_day_idx on cf_core.fct_ask (asked_on);
create index fct_order_ordered_day_idx on cf_core.fct_order (ordered_on);
create index fct_order_promised_day_idx on cf_core.fct_order (promised_on);
create index fct_complaint_day_idx on cf_core.fct_complaint (received_on);
create index fct_customer_day_idx on cf_core.fct_customer (first_ordered_on);
