"""The check of SQL files reads placeholders, Jinja and macros, and finds what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.sql_lint import main

MACRO = "{% macro in_month() %}submitted_at >= %(since)s{% endmacro %}\n"
GOOD = """-- one row
{% from "macros/month.sql" import in_month %}
select
    count(*) as response_count,
    '100%%' as label
from cf_landing.stg_{{ source.id }}_response
where {{ in_month() }} and survey_id = any(%(surveys)s::text [])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "month.sql").write_text(MACRO)
    (tmp_path / "good.sql").write_text(GOOD)
    return tmp_path


def test_placeholders_structure_and_macros_are_understood(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 SQL files, 0 problems"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT 1 as x\n", "bad.sql:1: CP01"),
        ("select 1 as x frm y z\n", "bad.sql:1: PRS"),
        ("select 1 as x from a where b = null\n", "bad.sql:1: CV05"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    folder: Path, statement: str, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.sql").write_text(statement)
    assert main([str(folder)]) == 1
    assert found in capsys.readouterr().out


def test_a_folder_without_sql_is_an_error(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1
