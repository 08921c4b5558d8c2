"""The walk through the whole house: from the files of a shop to customers asked, KPIs measured and tasks opened."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from cf_operators.domain.campaign import (
    AdHocCampaign,
    AnnualCampaign,
    Campaign,
    ComplaintFollowUpCampaign,
    PostPurchaseCampaign,
)
from cf_operators.domain.programme import Programme
from demo.crowd.crowd import Crowd
from demo.progress import Progress, counts
from demo.shop.generate import generate
from demo.warehouse import engine_address, has_wave
from local.airflow_client import AirflowClient, Refused
from local.errors import RunFailed
from local.mail_store import MailStore
from local.stack import Stack

RUN_TIMEOUT = 600.0  # seconds; a run that waits for a scheduled one before it included
BY_ASSETS = ("cf_measure", "cf_act")
AD_HOC_TITLE = "Our service for business customers"
AD_HOC_NOTE = "Sent once by the demo."
AD_HOC_AT_MOST = 40
ANNUAL_HOUR = 10  # of the organisation's day

Kind = TypeVar("Kind", PostPurchaseCampaign, ComplaintFollowUpCampaign, AnnualCampaign, AdHocCampaign)


@dataclass
class Walk:
    """The steps, each on the running stack; all DAGs are triggered by REST, as people would by the web pages."""

    stack: Stack
    programme: Programme
    progress: Progress
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _told: set[str] = field(default_factory=set)

    def make_files(self, folder: Path) -> bool:
        """Generate the shop unless its files are there; returns whether they are new."""
        if folder.is_dir() and any(folder.iterdir()):
            self.progress.say(f"The shop's files are there already: {folder}")
            return False
        made = generate(folder, self._local_now().date(), truth=self.truth)
        self.progress.say(f"Generated into {folder}: {counts(vars(made))}")
        return True

    @property
    def truth(self) -> Path:
        """How late each parcel came; beside the mailbox of the crowd, where no source reads it."""
        return self.stack.settings.state / "demo" / "truth.csv"

    def prepare(self) -> None:
        """Bring the warehouse's schemas up to date; the DAGs are let go, but those that wait for the history."""
        self.stack.prepare(leave_paused=BY_ASSETS)

    def collect(self) -> None:
        """Take in what is new; measure and act follow by themselves.

        In a new warehouse they wait until the whole history is in: half of it would tell half the truth.
        """
        with self.stack.client() as client:
            waiting = sorted(set(BY_ASSETS) & set(client.paused_dags()))
            if waiting:
                self.progress.say(f"{' and '.join(waiting)} wait until the history is in")
            self._run(client, "cf_collect_orders")
            self._run(client, "cf_collect_complaints", "cf_collect_responses", "cf_collect_feedback")
            for dag_id in waiting:
                client.pause(dag_id, False)
            if waiting:
                self._run(client, "cf_measure")
            self._settle(client)

    def collect_answers(self) -> None:
        """Take in what the crowd answered; measure and act follow by themselves."""
        with self.stack.client() as client:
            self._run(client, "cf_collect_responses")
            self._settle(client)

    def send(self) -> None:
        """Ask by every campaign, as the quality manager.

        The ad hoc wave comes before the annual one, which leaves a quiet period around each customer it plans for.
        """
        with self.stack.client("quality") as client:
            # The fewest people complain, and they are asked before anything else takes their place.
            for follow_up in self._campaigns(ComplaintFollowUpCampaign):
                self._run(client, dag_of(follow_up))
            self._send_post_purchase(client)
            for ad_hoc in self._campaigns(AdHocCampaign):
                self._send_ad_hoc(client, ad_hoc)
            for annual in self._campaigns(AnnualCampaign):
                self._run(client, dag_of(annual), conf={"start_on": self._annual_start().isoformat()})

    def send_post_purchase(self) -> None:
        """Ask about deliveries that are still fresh."""
        with self.stack.client("quality") as client:
            self._send_post_purchase(client)

    def answer(self) -> None:
        """Let the simulated customers read their mail."""
        store = MailStore(self.stack.settings.mail_folder)
        crowd = Crowd(store, self.truth, handled=self.truth.with_name("handled.txt"))
        self.progress.say(f"{counts(vars(asyncio.run(crowd.answer_all())))}")

    def _campaigns(self, kind: type[Kind]) -> list[Kind]:
        return [campaign for campaign in self.programme.campaigns if isinstance(campaign, kind)]

    def _send_post_purchase(self, client: AirflowClient) -> None:
        for campaign in self._campaigns(PostPurchaseCampaign):
            self._run(client, dag_of(campaign))

    def _annual_start(self) -> date:
        """The first day of this year's wave. Its mails go out from 10 o'clock on: before that, it began yesterday."""
        now = self._local_now()
        return now.date() if now.hour >= ANNUAL_HOUR else now.date() - timedelta(days=1)

    def _local_now(self) -> datetime:
        return datetime.now(ZoneInfo(self.programme.organisation.time_zone))

    def _send_ad_hoc(self, client: AirflowClient, campaign: AdHocCampaign) -> None:
        if has_wave(engine_address(self.stack), campaign.id, AD_HOC_NOTE):
            self.progress.say(f"{dag_of(campaign)}: not triggered, its wave {AD_HOC_TITLE!r} was sent before")
            return
        conf = {
            "title": AD_HOC_TITLE,
            "segments": ["business"],
            "max_recipients": AD_HOC_AT_MOST,
            "note": AD_HOC_NOTE,
        }
        self._run(client, dag_of(campaign), conf=conf)

    def _run(self, client: AirflowClient, *dag_ids: str, conf: Mapping[str, Any] | None = None) -> None:
        """Trigger DAGs at once and wait for all; a failure is raised with the log of the task."""
        self.progress.say(f"Triggered {' and '.join(dag_ids)}")
        runs = [(dag_id, client.trigger(dag_id, conf)) for dag_id in dag_ids]
        for dag_id, run_id in runs:
            client.wait(dag_id, run_id, RUN_TIMEOUT)
            self._tell(client, dag_id, run_id)

    def _tell(self, client: AirflowClient, dag_id: str, run_id: str) -> None:
        """One line per task with the counts it returned."""
        self._told.add(run_id)
        for task_id in client.task_states(dag_id, run_id):
            try:
                result = client.xcom(dag_id, run_id, task_id)
            except Refused as refusal:
                if refusal.status != httpx.codes.NOT_FOUND:  # the answer for a task that returned nothing
                    raise
                result = None
            self.progress.say(f"  {dag_id}.{task_id}: {counts(result)}")

    def _settle(self, client: AirflowClient) -> None:
        """Wait until the DAGs that assets start have come to rest, and show what they did."""
        self.progress.say("New facts start cf_measure, new KPIs start cf_act")
        client.wait_idle(BY_ASSETS, RUN_TIMEOUT)
        runs = [run for dag_id in BY_ASSETS for run in client.runs(dag_id) if run.run_id not in self._told]
        for run in runs:
            if run.started_at is None or run.started_at < self.began_at:
                continue
            if run.state != "success":
                raise RunFailed(client.explain(run))
            self._tell(client, run.dag_id, run.run_id)


def dag_of(campaign: Campaign) -> str:
    """The DAG that sends a campaign."""
    return f"cf_send_{campaign.id}"
