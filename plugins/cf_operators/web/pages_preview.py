"""Mail preview: the mail that a campaign would send, and a copy of it to oneself. The ledger is not touched."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from cf_operators.domain.campaign import Campaign
from cf_operators.domain.identity import clean_address
from cf_operators.errors import CfError
from cf_operators.hooks.mail_preview import SAMPLE_ADDRESS, MailPreview, Reader, find_reader, preview_mail
from cf_operators.hooks.single_mail import send_one
from cf_operators.hooks.smtp_settings import SmtpSettings
from cf_operators.web.pages_access import TRY_MAIL, deciding, seeing
from cf_operators.web.pages_desk import Desk, DeskDep

MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
"""A mail has its style in its tags. It runs nothing, loads nothing, and is of no origin."""

router = APIRouter()


class Wish(BaseModel):
    """Which mail to show."""

    model_config = ConfigDict(extra="ignore")

    campaign: str = Field(default="", max_length=100)
    language: str = Field(default="", max_length=20)
    reminder: int = Field(default=0, ge=0, le=20)
    source: str = Field(default="", max_length=100)
    customer: str = Field(default="", max_length=200)


class NoSuchContact(Exception):
    """There is no contact of this number."""


def wish_in_form(
    campaign: Annotated[str, Form(max_length=100)],
    language: Annotated[str, Form(max_length=20)] = "",
    reminder: Annotated[int, Form(ge=0, le=20)] = 0,
    source: Annotated[str, Form(max_length=100)] = "",
    customer: Annotated[str, Form(max_length=200)] = "",
) -> Wish:
    """The wish in the fields of a form."""
    return Wish(campaign=campaign, language=language, reminder=reminder, source=source, customer=customer)


@router.get("/preview", dependencies=seeing(TRY_MAIL))
def preview(desk: DeskDep, wish: Annotated[Wish, Query()]) -> Response:
    """The form, and the mail that is wished for."""
    return _page(desk, wish)


@router.get("/preview/mail", dependencies=seeing(TRY_MAIL))
def mail(desk: DeskDep, wish: Annotated[Wish, Query()]) -> Response:
    """The HTML part alone, for the frame on the page."""
    try:
        made = _mail(desk, wish)
    except NoSuchContact:
        raise HTTPException(404) from None
    return HTMLResponse(made.html, headers={"Content-Security-Policy": MAIL_POLICY})


@router.post("/preview", dependencies=deciding(TRY_MAIL))
def send(
    desk: DeskDep,
    wish: Annotated[Wish, Depends(wish_in_form)],
    to: Annotated[str, Form(max_length=320)] = "",
) -> Response:
    """Send the mail to an address of the user's."""
    address = clean_address(to)
    if address is None:
        return _page(desk, wish, to=to, problem="This is no mail address.")
    try:
        smtp = SmtpSettings.of()
        made = _mail(desk, wish, address, smtp.envelope_sender)
        delivery = send_one(made.parcel, smtp)
    except NoSuchContact:
        return _page(desk, wish, to=to)
    except CfError as error:
        return _page(desk, wish, to=to, problem=str(error))
    if delivery.result != "accepted":
        said = delivery.reply or delivery.reason or "nothing"
        return _page(desk, wish, to=to, problem=f"The mail server did not take the mail. It said: {said}")
    return desk.go("preview", done="test_sent", **wish.model_dump())


def _page(desk: Desk, wish: Wish, to: str = "", problem: str | None = None) -> Response:
    """The form with the mail below it, or with what is wrong."""
    may_decide = desk.may_decide(TRY_MAIL)
    campaigns = desk.programme.campaigns
    chosen = _campaign(desk, wish)
    made, is_unknown = None, False
    if chosen is not None:
        try:
            made = _mail(desk, wish)
        except NoSuchContact:
            is_unknown = True
        except CfError as error:
            problem = problem or str(error)
    with desk.books() as books:
        counts = books.lists.open_counts()
    return desk.page(
        "preview.html",
        "preview",
        counts,
        campaigns=[each.id for each in campaigns],
        reminders=max([1, *(len(each.remind_after_days) for each in campaigns)]),
        languages=desk.programme.organisation.languages,
        sources=[each.id for each in desk.programme.sources if each.kind != "form"],
        wish=wish,
        mail=made,
        mail_query=urlencode(wish.model_dump()),
        is_unknown=is_unknown,
        to=to,
        problem=problem,
        may_decide=may_decide,
    )


def _campaign(desk: Desk, wish: Wish) -> Campaign | None:
    return next((each for each in desk.programme.campaigns if each.id == wish.campaign), None)


def _mail(
    desk: Desk, wish: Wish, address: str = SAMPLE_ADDRESS, envelope_sender: str | None = None
) -> MailPreview:
    """The mail of a wish. Only who may send test mails sees a customer's name in it."""
    campaign = _campaign(desk, wish)
    if campaign is None:
        raise HTTPException(404)
    reader: Reader | None = Reader()
    number = wish.customer.strip()
    if number and desk.may_decide(TRY_MAIL):
        with desk.transaction() as connection:
            reader = find_reader(connection, campaign.id, wish.source, number)
    if reader is None:
        raise NoSuchContact
    language = wish.language if wish.language in desk.programme.organisation.languages else None
    return preview_mail(
        desk.programme,
        campaign,
        reader,
        desk.clock,
        language=language,
        reminder_number=wish.reminder,
        address=address,
        envelope_sender=envelope_sender,
    )
