-- asked: the people whom a wave has asked, by what describes them.
-- Grain: one row per combination of the dimensions; people are those of the frame: each of the asked stands for
--        1 / inclusion probability of them.
-- Reads: cf_core.fct_ask, fct_invitation. Values: wave_id. Rerun: reads only.
select
    a.segment,
    a.product,
    a.region,
    a.channel,
    a.campaign,
    a.language,
    sum(1 / i.inclusion_probability) as people
from cf_core.fct_ask as a
inner join cf_core.fct_invitation as i on a.invitation_id = i.invitation_id
where a.wave_id = %(wave_id)s
group by a.segment, a.product, a.region, a.channel, a.campaign, a.language
order by a.segment, a.product, a.region, a.channel, a.campaign, a.language
