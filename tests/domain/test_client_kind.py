"""What kind of program opened a link."""

from __future__ import annotations

import pytest

from cf_operators.domain.client_kind import client_kind

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36", "browser"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "browser",
        ),
        ("Opera/9.80 (Windows NT 6.1) Presto/2.12 Version/12.16", "browser"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.3.1", "mail program"),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "mail program"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)", "mail program"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "scanner"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {CHROME.replace('Chrome', 'HeadlessChrome')} Safari/537.36", "scanner"),
        ("BarracudaCentral Link Protection", "scanner"),
        ("python-httpx/0.28.1", "scanner"),
        ("curl/8.5.0", "scanner"),
        ("", "unknown"),
        ("Something else", "unknown"),
    ],
)  # fmt: skip
def test_kinds(user_agent: str, kind: str) -> None:
    assert client_kind(user_agent) == kind
