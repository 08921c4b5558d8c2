"""Lets a survey platform know whom we are about to ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from airflow.sdk import BaseOperator

from cf_operators.domain.limesurvey_source import LimeSurveySource
from cf_operators.hooks.form_links import FormLinks
from cf_operators.hooks.limesurvey_client import LimeSurveyClient
from cf_operators.hooks.limesurvey_participants import Participant, create_participants
from cf_operators.hooks.survey_tokens import SurveyTokens
from cf_operators.hooks.warehouse import DEFAULT_CONNECTION, WarehouseHook
from cf_operators.operators.send_invitations import wall_clock
from cf_operators.programme import load_programme

if TYPE_CHECKING:
    from airflow.sdk import Context

    from cf_operators.domain.campaign import SurveyPlatform

AHEAD = timedelta(days=2)
"""Tokens are made for mails that may go within this time; a survey that is spread over weeks gets them day by day."""


class CreateSurveyTokensOperator(BaseOperator):
    """Creates a participant for each ask by a survey that stands on LimeSurvey, and writes its token down.

    The mail of such an ask waits until it has a token. The token is derived from the ask, so that a run that died
    after LimeSurvey had created a participant finds that participant again and creates nobody twice. LimeSurvey is
    told the token, the language and the last moment to answer; neither name nor address. Batch after batch is created
    and written down. Campaigns whose surveys are answered in the built-in form cost nothing.

    :param campaign_ids: campaigns of the programme.
    :param batch: most participants that are created with one call.
    :param clock: gives the time now.
    :returns: XCom ``{"created", "recorded"}``: participants that LimeSurvey did not know, tokens written down.
    :raises ConfigurationError: LimeSurvey refuses the login, or the survey has no participants.
    :raises SourceUnavailable: LimeSurvey does not answer.
    :raises DataError: LimeSurvey refuses a participant.
    """

    def __init__(
        self,
        *,
        campaign_ids: Sequence[str],
        batch: int = 200,
        form_conn_id: str = "cf_form",
        warehouse_conn_id: str = DEFAULT_CONNECTION,
        clock: Callable[[], datetime] = wall_clock,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.campaign_ids = list(campaign_ids)
        self.batch = batch
        self.form_conn_id = form_conn_id
        self.warehouse_conn_id = warehouse_conn_id
        self.clock = clock

    def execute(self, context: Context) -> dict[str, int]:
        """For each survey on a platform: read who is to be asked, create them there, write their tokens down."""
        counts = {"created": 0, "recorded": 0}
        if context["params"].get("dry_run"):
            return counts
        programme = load_programme()
        for survey in programme.surveys:
            if survey.platform is None:
                continue
            source = programme.source(survey.platform.source)
            assert isinstance(source, LimeSurveySource), "the programme has checked it"
            self._create(survey.id, survey.platform, source, counts)
        self.log.info("Tokens: %s", counts)
        return counts

    def _create(
        self, survey_id: str, platform: SurveyPlatform, source: LimeSurveySource, counts: dict[str, int]
    ) -> None:
        tokens, links = SurveyTokens(WarehouseHook(self.warehouse_conn_id)), FormLinks(self.form_conn_id)
        clock, zone = self.clock(), ZoneInfo(source.time_zone)

        def next_asks() -> dict[str, Any]:
            asks = tokens.wanted(self.campaign_ids, survey_id, clock, clock + AHEAD, self.batch)
            return {links.survey_token(source.id, platform.survey, ask.invitation_id): ask for ask in asks}

        asks = next_asks()
        if not asks:
            return
        with LimeSurveyClient(source.connection) as client:
            while asks:
                participants = [
                    Participant(token, ask.language, ask.answer_until.astimezone(zone))
                    for token, ask in asks.items()
                ]
                counts["created"] += create_participants(client, platform.survey, participants)
                by_ask = {ask.invitation_id: token for token, ask in asks.items()}
                recorded = tokens.record(source.id, platform.survey, by_ask, clock)
                counts["recorded"] += recorded
                # Nothing to write down: another run does the same work, and goes on with it.
                asks = next_asks() if recorded else {}
