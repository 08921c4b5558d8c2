"""The end of the walk: the scoreboard on the terminal and in a file, and where to look on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demo.scoreboard.board import board
from demo.scoreboard.kpi_lines import months
from demo.scoreboard.results import Results
from demo.scoreboard.summary import summary, write
from demo.scoreboard.table import WIDTH
from demo.walk import Walk
from demo.warehouse import engine_address


@dataclass(frozen=True)
class Ending:
    """Shows what the walk left behind."""

    walk: Walk
    mails_sent: int
    stays_up: bool
    with_months: bool = False

    @property
    def summary_file(self) -> Path:
        """The scoreboard as JSON: the same place for every pack."""
        return self.walk.stack.settings.state.parent / "demo" / "summary.json"

    def show(self) -> Results:
        """Read the warehouse, print and write the scoreboard; returns what it was made from."""
        settings, organisation = self.walk.stack.settings, self.walk.programme.organisation
        results = Results.read(engine_address(self.walk.stack), self.walk.began_at, organisation.time_zone)
        self._print("", f"== Scoreboard of {organisation.name} ".ljust(WIDTH, "="), *board(results))
        if self.with_months:
            self._print("", "-- KPIs by month ".ljust(WIDTH, "-"), *months(results))
        seconds = self.walk.progress.seconds
        self._print("", f"Mails sent in this run: {self.mails_sent}", *self._where_to_look())
        content = summary(results, pack=settings.pack, seconds=seconds, mails_sent=self.mails_sent)
        write(self.summary_file, content)
        self._print("", f"The walk took {seconds:.0f} seconds; the scoreboard is in {self.summary_file} too.")
        return results

    def _where_to_look(self) -> list[str]:
        stack = self.walk.stack
        accounts = stack.credentials.accounts
        return [
            "",
            "-- Where to look ".ljust(WIDTH, "-"),
            "Everything is still up:"
            if self.stays_up
            else "`make up` starts everything again, with the data of this run, until Ctrl-C:",
            f"  Airflow      {stack.airflow_url}",
            *(f"                 {user:<8} {password}" for user, password in accounts.items()),
            f"  Pages        {stack.pages_url}  (what became of each wave; what waits for a person)",
            f"  Caught mail  {stack.inbox_url}",
            f"  Survey form  {stack.form_url}  (opened by the links in the mails)",
            "The KPI tables, as a BI tool reads them:",
            "  make sql Q='select * from cf_kpi.v_scorecard'",
            "  make charts       (scorecard, control charts, drivers and complaints as pictures)",
        ]

    def _print(self, *lines: str) -> None:
        for line in lines:
            self.walk.progress.plain(line)
