-- to_weigh: the waves whose weights are not those of today's facts and rules.
-- Grain: one row per wave, the fingerprint of its facts beside it; none when nothing has changed.
-- Reads: cf_core.fct_ask, fct_invitation, fct_response, wave_weight.
-- Values: rules, today (the day of the run), time_zone.
-- Rerun: gives no wave that was weighed since. While answers come in, a wave is weighed again when its responses have
-- become a tenth more or fewer, or on another day: every answer moves all weights of its wave a little, and rewriting
-- all of them for each would cost the square of what was answered.
{% from "macros/respondents.sql" import respondents %}
with asked as (
    select
        a.wave_id,
        sum(
            hashtextextended(
                row(a.invitation_id, a.segment, a.product, a.region, a.channel, a.campaign, a.language, i.inclusion_probability)::text, 0
            )
        ) as mark
    from cf_core.fct_ask as a
    inner join cf_core.fct_invitation as i on a.invitation_id = i.invitation_id
    group by a.wave_id
),

answered as (
    select
        r.wave_id,
        count(*) as response_count,
        sum(hashtextextended(row(r.source, r.response_id, r.segment, r.product, r.region)::text, 1)) as mark
    from (
        {{ respondents() | indent(8) }}
    ) as r
    group by r.wave_id
)

select
    a.wave_id,
    a.mark + coalesce(r.mark, 0) as fingerprint
from asked as a
left join answered as r on a.wave_id = r.wave_id
left join cf_core.wave_weight as w on a.wave_id = w.wave_id
where
    w.wave_id is null
    or w.rules <> %(rules)s
    or (
        w.fingerprint <> a.mark + coalesce(r.mark, 0)
        and (
            (w.weighed_at at time zone %(time_zone)s)::date <> %(today)s
            or abs(coalesce(r.response_count, 0) - w.response_count) * 10 >= w.response_count
        )
    )
order by a.wave_id
