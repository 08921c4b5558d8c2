"""A wave that waits to be sent, written directly to the ledger, and the operator that sends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from cf_operators.domain.identity import invitation_id, message_id
from cf_operators.hooks.survey_register import register_survey
from cf_operators.operators.send_invitations import SendInvitationsOperator
from cf_operators.programme import load_programme
from tests.conftest import ROOT
from tests.people import NOW, People

CAMPAIGN = "post_purchase"

IN_A_PROCESS = """
import json, sys
from datetime import datetime
from types import SimpleNamespace
from cf_operators.operators.send_invitations import SendInvitationsOperator

now, settings = datetime.fromisoformat(sys.argv[1]), json.loads(sys.argv[2])
run = SimpleNamespace(run_id="r", conf={}, run_after=now, data_interval_end=None)
task = SimpleNamespace(dag_id="d", task_id="t", run_id="r", map_index=int(sys.argv[3]))
operator = SendInvitationsOperator(task_id="send", clock=lambda: now, **settings)
print("ready", flush=True)
sys.stdin.readline()
operator.execute({"dag_run": run, "run_id": "r", "params": {}, "ti": task})
"""


@dataclass
class WaveToSend:
    """One wave per campaign, and what is planned in it."""

    people: People
    context: Callable[..., dict[str, Any]]
    not_after: datetime = NOW + timedelta(days=9)
    answer_until: datetime = NOW + timedelta(days=39)
    _opened: set[str] = field(default_factory=set)

    def plan(
        self,
        contact: UUID | None = None,
        campaign_id: str = CAMPAIGN,
        reminds_id: UUID | None = None,
        **columns: Any,
    ) -> UUID:
        """One planned invitation, a reminder if it reminds; ``columns`` are those of the ledger that differ. Its id."""
        self.open(campaign_id)
        contact = contact or self.people.contact()
        number = 1 if reminds_id else 0
        made = invitation_id(campaign_id, "w", contact, number)
        row = {
            "invitation_id": made, "reminds_id": reminds_id, "wave_id": f"{campaign_id}/w",
            "campaign_id": campaign_id, "contact_key": contact, "reminder_number": number, "occasion": "Kitchen",
            "language": "en", "message_id": message_id(made, "meridian-home.example"), "state": "planned",
            "send_not_before": NOW, "planned_at": NOW, **columns,
        }  # fmt: skip
        names, places = ", ".join(row), ", ".join(["%s"] * len(row))
        self.people.execute(f"insert into cf_ledger.invitation ({names}) values ({places})", [*row.values()])
        return made

    def plan_to(self, *domains: str, **columns: Any) -> list[UUID]:
        """One planned invitation to somebody at each of these domains."""
        return [
            self.plan(self.people.contact(f"person{len(self._opened)}{number}-{domain}@{domain}"), **columns)
            for number, domain in enumerate(domains)
        ]

    def open(self, campaign_id: str, priority: int = 0) -> None:
        """Open the wave of a campaign, once."""
        if campaign_id in self._opened:
            return
        self._opened.add(campaign_id)
        programme = load_programme()
        survey = programme.survey(programme.campaign(campaign_id).survey)
        with self.people.warehouse.connect() as connection:
            version = register_survey(connection, survey, NOW)
        self.people.execute(
            "insert into cf_ledger.wave (wave_id, campaign_id, wave_key, survey_id, survey_version, not_after, "
            "answer_until, opened_at, opened_by_run, priority, purpose) "
            "values (%s, %s, 'w', %s, %s, %s, %s, %s, 'test', %s, %s)",
            [
                *(
                    f"{campaign_id}/w",
                    campaign_id,
                    survey.id,
                    version,
                    self.not_after,
                    self.answer_until,
                    NOW,
                ),
                *(priority, programme.campaign(campaign_id).purpose),
            ],
        )

    def send(self, clock: datetime = NOW, campaign_id: str = CAMPAIGN, **settings: Any) -> dict[str, Any]:
        """Send what is due at a time; the summary."""
        operator = SendInvitationsOperator(
            task_id="send", campaign_id=campaign_id, clock=lambda: clock, **settings
        )
        return operator.execute(self.context(now=NOW))  # type: ignore[arg-type]

    def process(self, number: int = 0, clock: datetime = NOW, **settings: Any) -> subprocess.Popen[str]:
        """A worker in a process of its own, ready to start at a word on its standard input."""
        said = json.dumps({"campaign_id": CAMPAIGN, **settings})
        process = subprocess.Popen(
            [sys.executable, "-c", IN_A_PROCESS, clock.isoformat(), said, str(number)],
            env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        while (line := process.stdout.readline()) and line != "ready\n":
            pass
        return process

    def states(self) -> Counter[str]:
        rows = self.people.warehouse.rows("select state from cf_ledger.invitation")
        return Counter(row["state"] for row in rows)

    def row(self, invitation: UUID) -> dict[str, Any]:
        [row] = self.people.warehouse.rows(
            "select * from cf_ledger.invitation where invitation_id = %s", (invitation,)
        )
        return row


def start(process: subprocess.Popen[str]) -> None:
    """Give the word."""
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def write_programme(
    folder: Path, campaigns: dict[str, dict[str, Any]] | None = None, **sections: Any
) -> Path:
    """The shipped programme with other sections, other settings of its campaigns, and further campaigns."""
    text = (ROOT / "include" / "config" / "programme.yml").read_text()
    programme = yaml.safe_load(text.replace("../", f"{ROOT}/include/"))
    programme |= sections
    changes = dict(campaigns or {})
    for campaign in programme["campaigns"]:
        campaign.update(changes.pop(campaign["id"], {}))
    programme["campaigns"] += [{"id": campaign_id, **settings} for campaign_id, settings in changes.items()]
    path = folder / "programme.yml"
    path.write_text(yaml.safe_dump(programme, allow_unicode=True))
    return path
