"""What kind of program opened a link, by the name that it gives itself.

A name is a claim: many scanners call themselves browsers. It is one sign among several; a person shows by a submission.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

ClientKind = Literal["browser", "mail program", "scanner", "unknown"]

_SCANNER = re.compile(
    r"bot\b|bot/|crawl|spider|scan|monitor|preview|headless|phantom|curl|wget|python|aiohttp|httpx|go-http|okhttp|"
    r"java/|libwww|perl|ruby|node-fetch|axios|barracuda|mimecast|proofpoint|symantec|messagelabs|trendmicro|"
    r"fortinet|forcepoint|sophos|safelinks|urldefense|virustotal|facebookexternalhit|slackbot|whatsapp|"
    r"bitlybot|skypeuripreview",
    re.IGNORECASE,
)
_MAIL_PROGRAM = re.compile(
    r"thunderbird|outlook|ms-office|microsoft office|applemail|apple mail|googleimageproxy|ggpht|yahoomailproxy|"
    r"gmail|spark|airmail|evolution|k-9|betterbird|emclient|list-unsubscribe",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"^(Mozilla|Opera)/")


@lru_cache(maxsize=256)
def client_kind(user_agent: str) -> ClientKind:
    """The kind of a program by its ``User-Agent`` header; the more telling sign wins."""
    if _SCANNER.search(user_agent):
        return "scanner"
    if _MAIL_PROGRAM.search(user_agent):
        return "mail program"
    return "browser" if _BROWSER.match(user_agent) else "unknown"
