"""Who gets to the pages: nobody without a login, nobody without the right, no form that is not ours."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from uuid import UUID

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from cf_operators.web.pages_app import create_app
from cf_operators.web.pages_gate import MOST_BYTES
from tests.conftest import ROOT
from tests.web.asking import WAVE, Pages, words_of

ID = UUID(int=1)


def all_routes() -> list[tuple[str, str]]:
    """Each method and path of the application, with something in the place of what a path leaves open."""
    found = []
    for route in create_app()._app.routes:  # type: ignore[attr-defined]
        path = route.path.replace("{name}", "pages.css").lstrip("/")
        found += [(method, path) for method in sorted(route.methods - {"HEAD"})]
    return found


ROUTES = all_routes()
SHOWING = [path for method, path in ROUTES if method == "GET" and path not in {"", "assets/pages.css"}]
DECIDING = [path for method, path in ROUTES if method == "POST"]


def test_there_are_routes_to_try() -> None:
    assert {"waves", "unknown", "approvals", "interviews"} <= set(SHOWING)
    assert {"wave", "unknown", "approvals", "interviews"} <= set(DECIDING)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nothing_without_a_login(pages: Pages, method: str, path: str) -> None:
    for headers in ({}, {"Cookie": "_token=of.my.own"}):
        reply = pages.user(None).request(method, f"/cf/{path}", headers=headers)
        assert reply.status_code in ({403} if headers else {401})
        assert "Oak table" not in reply.text


@pytest.mark.parametrize("path", SHOWING)
def test_no_page_without_the_right_to_its_dag(pages: Pages, path: str) -> None:
    reply = pages.get(path, "guest", id=WAVE, invitation=str(ID))
    assert reply.status_code == 403
    assert "Not allowed" in words_of(reply)


@pytest.mark.parametrize("path", DECIDING)
@pytest.mark.parametrize("user", ["viewer", "guest"])
def test_who_may_not_trigger_may_not_decide(pages: Pages, path: str, user: str) -> None:
    assert pages.user(user).post(f"/cf/{path}", data={"token": pages.token("viewer")}).status_code == 403


def test_a_viewer_sees_and_is_offered_no_button(pages: Pages) -> None:
    pages.wave()
    pages.invite("unknown")
    pages.invite("planned", approval="wanted", name="Big Customer")
    pages.invite("planned", channel="phone", name="Tele Phone")
    for path in ("wave?id=" + WAVE, "unknown", "approvals", "interviews"):
        reply = pages.get(path, "viewer")
        assert reply.status_code == 200
        assert '<form method="post"' not in reply.text
        assert "Big Customer" not in reply.text
        assert "Tele Phone" not in reply.text
        assert '<form method="post"' in pages.get(path, "quality").text


@pytest.mark.parametrize("path", DECIDING)
def test_a_form_that_is_not_ours_is_refused(pages: Pages, path: str) -> None:
    """Another site can make a browser send a form with the cookie, and cannot know the token."""
    token = pages.token()
    for wrong in ("", "x", token[:-2] + "xx", pages.token("admin")):
        reply = pages.user().post(f"/cf/{path}", data={"token": wrong} if wrong else {})
        assert (reply.status_code, "open for too long" in words_of(reply)) == (403, True)


@pytest.mark.parametrize(("hours", "status"), [(11, 303), (13, 403)])
def test_a_page_that_was_open_over_night_is_refused(pages: Pages, hours: int, status: int) -> None:
    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - hours * 3600

    key, salt = pages.server.secret_key, "customer focus pages"
    token = URLSafeTimedSerializer(key, salt=salt, signer=Earlier).dumps(pages.server.user_id("quality"))
    fields = {"token": token, "wave": WAVE, "decision": "sent"}
    assert pages.user().post("/cf/unknown", data=fields).status_code == status


def test_a_refused_form_changes_nothing(pages: Pages) -> None:
    pages.wave()
    mail = pages.invite("unknown")
    fields = {"wave": WAVE, "invitation": str(mail), "decision": "sent"}
    assert pages.user().post("/cf/unknown", data=fields).status_code == 403
    assert (
        pages.user("viewer").post("/cf/unknown", data=fields | {"token": pages.token("viewer")}).status_code
        == 403
    )
    assert pages.user(None).post("/cf/unknown", data=fields | {"token": pages.token()}).status_code == 401
    assert (pages.state(mail), pages.decided()) == ("unknown", [])


def test_a_get_changes_nothing(pages: Pages) -> None:
    pages.wave()
    mail = pages.invite("unknown")
    pages.get("unknown", wave=WAVE, invitation=str(mail), decision="sent", token=pages.token())
    assert (pages.state(mail), pages.decided()) == ("unknown", [])


@pytest.mark.parametrize(
    "path", ["docs", "redoc", "openapi.json", "assets/", "assets/..%2fpage.html", "static/x"]
)
def test_nothing_else_is_served(pages: Pages, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_a_large_body_is_not_read(pages: Pages) -> None:
    for user in (None, "quality"):
        reply = pages.user(user).post("/cf/unknown", data={"note": "x" * MOST_BYTES})
        assert reply.status_code == 413
        reply = pages.user(user).post("/cf/unknown", content=iter([b"note=", b"x"]))  # no Content-Length
        assert reply.status_code == 413


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [("quality", "waves", 200), ("quality", "no", 404), ("guest", "waves", 403), (None, "waves", 401)],
)
def test_every_answer_carries_the_security_headers(
    pages: Pages, user: str | None, path: str, status: int
) -> None:
    reply = pages.get(path, user)
    assert reply.status_code == status
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["waves", "wave", "unknown", "approvals", "interviews", "preview"])
def test_no_page_has_script_or_style_in_it(pages: Pages, path: str) -> None:
    """The policy would refuse them, and something would not work."""
    pages.wave()
    pages.invite("unknown")
    pages.invite("planned", approval="wanted")
    page = pages.get(path, id=WAVE).text
    assert re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", page) == []
    assert not re.search(r'(src|href|action)="(https?:)?//', page)


NASTY = "<img src=x onerror=alert(1)>\"'{{ 7777*7777 }}"


def test_whatever_comes_from_outside_is_text(pages: Pages) -> None:
    wave = f"ad_hoc/{NASTY}"
    pages.wave(wave, note=NASTY)
    pages.invite("unknown", wave, occasion=NASTY, last_reply=NASTY, name=NASTY)
    pages.invite("planned", wave, occasion=NASTY, approval="wanted", name=NASTY, segment=NASTY)
    pages.invite("planned", wave, occasion=NASTY, channel="phone", name=NASTY)
    pages.execute("update cf_ledger.contact set external_id = external_id || %s", [NASTY])
    asked = [pages.get(path) for path in ("waves", "unknown", "approvals", "interviews")]
    asked.append(pages.get("wave", id=wave))
    asked.append(pages.get("interviews", source=NASTY, customer=NASTY, done=NASTY, reason=NASTY))
    asked.append(pages.get("unknown", wave=NASTY, done="sent", changed=NASTY))
    for reply in asked:
        assert reply.status_code == 200
        assert "<img" not in reply.text
        assert str(7777 * 7777) not in reply.text
    for reply in asked[:5]:
        assert NASTY in unescape(reply.text)


def test_the_ui_offers_one_way_in_to_those_who_may_read_plugins(pages: Pages) -> None:
    for user in ("quality", "viewer"):
        plugins = pages.user(user).get("/api/v2/plugins").raise_for_status().json()["plugins"]
        views = [view for plugin in plugins for view in plugin["external_views"] if "cf" in view["href"]]
        assert [(view["name"], view["destination"]) for view in views] == [("Customer Focus", "nav")]
    assert pages.user("guest").get("/api/v2/plugins").status_code == 403
    assert pages.user("admin").get("/api/v2/plugins/importErrors").json()["total_entries"] == 0


def test_the_plugin_loads_and_brings_no_web_code_into_tasks() -> None:
    """Airflow is silent about a plugin that cannot be imported, and imports it in every task."""
    script = (
        "import json, sys\n"
        "from airflow import plugins_manager\n"
        "plugins, errors = plugins_manager._get_plugins()\n"
        "assert plugins_manager.get_import_errors() == errors == {}, errors\n"
        "assert [plugin.name for plugin in plugins].count('customer_focus') == 1, plugins\n"
        "loaded = sorted(name for name in sys.modules if name.startswith('cf_operators.web'))\n"
        "apps = [app['url_prefix'] for app in plugins_manager.get_fastapi_plugins()[0]]\n"
        "print(json.dumps([loaded, apps]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().splitlines()[-1] == '[[], ["/cf"]]'
