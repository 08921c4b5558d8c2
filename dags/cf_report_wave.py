"""
# Report on a wave

Says in words what became of a wave: the audience, who was left out and why, what was sent, refused and came back, how
many were reminded and how many answered, overall and by language, with the interval of the response rate and the
margin of error.

Trigger it with the id of a wave, e.g. `annual/2026`. The report stands in the log and in the XCom of the task
**report**, as Markdown. It shows the wave as it is now; nothing is written, and **running it again** is harmless.

The ids, and the same numbers for BI tools, are in `cf_kpi.v_wave_report`. The yearly campaign reports by itself when
its wave has ended, and keeps the text in `cf_kpi.wave_report_text`.
"""

from airflow.sdk import DAG, Param

from cf_operators.access import quality_access
from cf_operators.operators.report_wave import ReportWaveOperator
from cf_operators.retry import DEFAULT_ARGS

with DAG(
    dag_id="cf_report_wave",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["customer-focus", "ask"],
    default_args=DEFAULT_ARGS,
    access_control=quality_access(),
    params={
        "wave_id": Param(
            type="string",
            minLength=3,
            title="Wave",
            description_md="Id of the wave: campaign, a stroke, and the order day, year or trigger: *annual/2026*.",
        )
    },
):
    ReportWaveOperator(task_id="report")
