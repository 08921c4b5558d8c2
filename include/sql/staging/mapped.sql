-- The staging views of a source whose objects have a map in the programme.
-- Grain: one row per entity and shape; of a response one more per answered question. Where an entity is named, several
-- records may be about it: the complete one counts, else the newest; of two of one moment the one that landed later, or,
-- landed together, the one with the higher number.
-- A token leads to the invitation that it was made for, and never to another one.
-- Reads: cf_landing.v_record, cf_ledger.survey_token. Rerun: replaces the views, which hold no rows.
{% from "macros/mapped.sql" import mapped, join_token %}
{% for shape, names in mapped_objects.items() %}
create or replace view cf_landing.stg_{{ source.id }}_{{ shape }} as
{% for name in names %}
{% set declared = source.objects[name] %}
select{{ " distinct on (r.entity_key)" if declared.entity else "" }}
    r.entity_key as {{ keys[shape] }}
    {% for column, type in shapes[shape].items() if column != keys[shape] %}
    {% if column == "invitation_id" and "token" in declared.map.fields %}
    , coalesce({{ mapped(declared.map.fields[column] | default(none), type, time_zone) | trim }}, t.invitation_id) as {{ column }}
    {% else %}
    , {{ mapped(declared.map.fields[column] | default(none), type, time_zone) | trim }} as {{ column }}
    {% endif %}
    {% endfor %}
from cf_landing.v_record as r
{% if "token" in declared.map.fields %}
{{ join_token(declared, source.id) }}
{% endif %}
where r.source = {{ source.id | literal }} and r.object = {{ name | literal }}
{% if declared.entity %}
order by
    r.entity_key,
    {% if "is_complete" in declared.map.fields %}
    coalesce({{ mapped(declared.map.fields["is_complete"], "boolean", time_zone) | trim }}, true) desc,
    {% endif %}
    {% if "submitted_at" in declared.map.fields %}
    {{ mapped(declared.map.fields["submitted_at"], "timestamp with time zone", time_zone) | trim }} desc nulls last,
    {% endif %}
    r.landed_at desc,
    length(r.external_id) desc,
    r.external_id desc
{% endif %}
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
;

{% endfor %}
{% if "response" in mapped_objects %}
create or replace view cf_landing.stg_{{ source.id }}_answer as
{% for name in mapped_objects["response"] %}
{% set declared = source.objects[name] %}
select
    c.entity_key as response_id,
    q.question,
    q.construct,
    {% if declared.map.questions.values() | selectattr("values") | list %}
    coalesce(
        q.scores ->> (c.answers ->> q.question),
        case when q.scores = '{}'::jsonb then c.answers ->> q.question end
    )::numeric as score,
    {% else %}
    (c.answers ->> q.question)::numeric as score,
    {% endif %}
    q.scale_min,
    q.scale_max
from (
    select{{ " distinct on (r.entity_key)" if declared.entity else "" }}
        r.entity_key,
        r.payload -> '_answers' as answers
    from cf_landing.v_record as r
    where r.source = {{ source.id | literal }} and r.object = {{ name | literal }}
    {% if declared.entity %}
    order by
        r.entity_key,
        {% if "is_complete" in declared.map.fields %}
        coalesce({{ mapped(declared.map.fields["is_complete"], "boolean", time_zone) | trim }}, true) desc,
        {% endif %}
        {% if "submitted_at" in declared.map.fields %}
        {{ mapped(declared.map.fields["submitted_at"], "timestamp with time zone", time_zone) | trim }} desc nulls last,
        {% endif %}
        r.landed_at desc,
        length(r.external_id) desc,
        r.external_id desc
    {% endif %}
) as c
cross join (
    {% if declared.map.questions %}
    values
    {% for ref, question in declared.map.questions.items() %}
    ({{ ref | literal }}, {{ question.measures | literal }}, {{ question.scale[0] }}::numeric, {{ question.scale[1] }}::numeric, {{ question.scores_json | literal }}::jsonb){{ "" if loop.last else "," }}
    {% endfor %}
    {% else %}
    select null::text, null::text, null::numeric, null::numeric, '{}'::jsonb where false
    {% endif %}
) as q (question, construct, scale_min, scale_max, scores)
where trim(c.answers ->> q.question) <> ''
{% if not loop.last %}
union all
{% endif %}
{% endfor %}
;
{% endif %}
