-- cf_ledger.invitation: those to which the rows of pg_temp.incoming are complete answers are responded.
-- Grain: one row per invitation, found by its id or by the token of its link.
-- Reads: pg_temp.incoming, cf_ledger.survey_token. Rerun: changes nothing. States as in mark_responded.sql.
{% from "macros/mapped.sql" import mapped, join_token %}
{% set fields = declared.map.fields %}
update cf_ledger.invitation as i
set
    state = 'responded',
    responded_at = f.submitted_at
from (
    select
        coalesce(a.invitation_id, a.token_invitation_id) as invitation_id,
        min(a.submitted_at) as submitted_at
    from (
        select
            {{ mapped(fields["invitation_id"] | default(none), "uuid", time_zone) | trim }} as invitation_id,
            {% if "token" in fields %}
            t.invitation_id as token_invitation_id,
            {% else %}
            null::uuid as token_invitation_id,
            {% endif %}
            {{ mapped(fields["submitted_at"], "timestamp with time zone", time_zone) | trim }} as submitted_at,
            coalesce({{ mapped(fields["is_complete"] | default(none), "boolean", time_zone) | trim }}, true) as is_complete
        from incoming as r
        {% if "token" in fields %}
        {{ join_token(declared, source_id) }}
        {% endif %}
        where r.reason is null and not r.is_deleted
    ) as a
    where a.is_complete and coalesce(a.invitation_id, a.token_invitation_id) is not null
    group by 1
) as f
where
    i.invitation_id = f.invitation_id
    and i.reminds_id is null
    and i.state in (
        'accepted', 'unknown', 'claimed', 'bounced', 'refused', 'expired', 'planned', 'cancelled'
    )
