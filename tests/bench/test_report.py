"""The page of figures: one section is replaced, the others stay."""

from __future__ import annotations

from pathlib import Path

from bench.report import machine, markdown_table, write_section


def test_a_section_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "benchmarks.md"
    write_section("Sending", "old", page)
    write_section("Landing", markdown_table(("rows", "ratio"), [("10", "0.5")]), page)
    write_section("Sending", "new\n\n### Memory\n\nflat", page)
    text = page.read_text()
    assert text.startswith("# Benchmarks\n")
    assert text.index("## Sending\n\nnew\n\n### Memory\n\nflat\n\n" + machine()) < text.index("## Landing")
    assert "| rows | ratio |\n| ---- | ----: |\n| 10   |   0.5 |" in text
    assert "old" not in text
    assert f"{machine()}.\n\n## Landing\n\n|" in text
    write_section("Sending", "new\n\n### Memory\n\nflat", page)
    assert page.read_text() == text
