"""A programme with one more source, whose people are known by mail address: complaints, responses, other voices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCE = """
  - id: voices
    kind: files
    connection: cf_shop
    time_zone: UTC
    objects:
      cases:
        stream: complaints
        read: "cases*.csv"
        key: [id]
        map:
          shape: complaint
          fields:
            {contact_email: email, contact_source: {value: shop}, contact_external_id: person, order_id: order,
            received_at: at, remedy_sought: wish, is_satisfied: happy}
      visits:
        stream: responses
        read: "visits*.csv"
        key: [id]
        entity: [visit]
        map:
          shape: response
          fields:
            {contact_email: email, contact_source: {value: shop}, order_id: order, is_complete: done, submitted_at: at}
          questions: {recommend: {construct: nps, scale: [0, 10]}, happy: {construct: csat, scale: [1, 5]}}
      reviews:
        stream: feedback
        read: "reviews*.csv"
        key: [id]
        map:
          shape: feedback
          fields:
            {contact_email: email, contact_source: {value: shop}, contact_external_id: person, order_id: order,
            kind: {value: review}, channel: site, topic: topic, product: product, sentiment: sentiment, score: stars,
            scale_min: {value: 1}, scale_max: {value: 5}, received_at: at}
"""


def add_voices(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programme be the shipped one and this source."""
    text = (ROOT / "include" / "config" / "programme.yml").read_text().replace("../", f"{ROOT}/include/")
    assert "\n  - id: form\n" in text
    path = folder / "programme.yml"
    path.write_text(text.replace("\n  - id: form\n", f"{SOURCE}  - id: form\n"))
    monkeypatch.setenv("CF_PROGRAMME", str(path))
