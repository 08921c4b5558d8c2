-- answers: the scores of the respondents of a year who have answered all questions, as shares of their scales.
-- Grain: one row per respondent: the scores in the order of the questions. At most so many respondents, in the order of
--        a hash of their ids: always the same ones, and chosen by nothing that they said.
-- Reads: cf_core.fct_answer. Values: constructs, scale_mins, scale_maxs (a question each), first, last (days), most.
-- Rerun: reads only.
select
    array_agg(
        cast((a.score - q.scale_min) / (q.scale_max - q.scale_min) as double precision) order by q.place
    ) as scores
from cf_core.fct_answer as a
inner join
    unnest(%(constructs)s::text [], %(scale_mins)s::numeric [], %(scale_maxs)s::numeric [])
    with ordinality as q (construct, scale_min, scale_max, place)
    on a.construct = q.construct and a.scale_min = q.scale_min and a.scale_max = q.scale_max
where
    a.submitted_on between %(first)s and %(last)s
    and a.construct = any(%(constructs)s)
    and a.is_complete
    and a.is_first
group by a.source, a.response_id
having count(*) = cardinality(%(constructs)s::text [])
order by md5(a.source || ' ' || a.response_id), a.source, a.response_id
limit %(most)s
