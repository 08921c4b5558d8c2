"""The programme file: the shipped one is right, and of a wrong one every mistake is named at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cf_operators.domain.campaign import AdHocCampaign, AnnualCampaign, PostPurchaseCampaign
from cf_operators.domain.programme import Programme
from cf_operators.errors import ConfigurationError
from cf_operators.programme import SHIPPED, load_programme, main, schema, schema_text
from cf_operators.programme_files import file_problems
from tests.conftest import ROOT

SCHEMA_FILE = ROOT / "include" / "config" / "programme.schema.json"
Data = dict[str, Any]
Step = str | int


def shipped_data() -> Data:
    data = yaml.load(SHIPPED.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert isinstance(data, dict)
    return data


class Workplace:
    """A folder with a copy of the shipped programme, its surveys, and a file for each SQL file it names."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "config" / "programme.yml"
        self.file.parent.mkdir()
        shutil.copytree(ROOT / "include" / "surveys", folder / "surveys")
        data = shipped_data()
        named = [entry["staging"] for entry in data["sources"]]
        named += [entry["audience"] for entry in data["campaigns"]] + [entry["sql"] for entry in data["kpis"]]
        for name in named:
            path = self.file.parent / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    def load(self, data: object) -> Programme:
        text = (
            data
            if isinstance(data, str)
            else yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        )
        self.file.write_text(text, encoding="utf-8")
        return load_programme(self.file)

    def problems(self, data: object) -> list[str]:
        """The reported problems without their lines; empty when there are none."""
        try:
            self.load(data)
        except ConfigurationError as error:
            head, *lines = str(error).splitlines()
            assert head == f"{self.file} has {len(lines)} problem{'s' if len(lines) > 1 else ''}:"
            return [line.partition(": ")[2] for line in lines]
        return []


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def changed(*changes: tuple[tuple[Step, ...], Any]) -> Data:
    """The shipped programme with values changed at some paths; ``...`` takes a key out."""
    data = shipped_data()
    for path, value in changes:
        node: Any = data
        for step in path[:-1]:
            node = node[step]
        if value is ...:
            del node[path[-1]]
        else:
            node[path[-1]] = value
    return data


# The shipped programme


def test_the_shipped_programme_is_right() -> None:
    programme = load_programme(SHIPPED)
    assert [campaign.id for campaign in programme.campaigns] == [
        "post_purchase",
        "annual",
        "ad_hoc",
        "complaint_follow_up",
    ]
    kpis = {kpi.id for kpi in programme.kpis}
    assert {target.kpi for target in programme.targets} == {
        "nps", "csat", "response_rate", "complaint_rate", "on_time_delivery", "time_to_resolution"
    } <= kpis  # fmt: skip
    assert len(kpis) == 29
    files = {kpi.sql for kpi in programme.kpis}
    assert files == set((SHIPPED.parents[1] / "sql" / "kpi").glob("*.sql")), "every KPI file is used"


def test_look_ups(workplace: Workplace) -> None:
    programme = workplace.load(shipped_data())
    assert isinstance(programme.campaign("post_purchase"), PostPurchaseCampaign)
    assert isinstance(programme.campaign("annual"), AnnualCampaign)
    assert isinstance(programme.campaign("ad_hoc"), AdHocCampaign)
    assert programme.owner("logistics").name == "Logistics"
    assert programme.survey("annual").definition.name == "annual.json"
    assert programme.source("form").kind == "form"
    assert programme.kpi("csat").construct == "csat"
    target = programme.target_of("complaint_rate")
    assert target is not None
    assert (target.value, target.is_minimum) == (120, False)
    assert programme.organisation.default_language == "en"


def test_a_kpi_without_target_has_none(workplace: Workplace) -> None:
    assert workplace.load(changed((("targets",), []))).target_of("nps") is None


@pytest.mark.parametrize("section", ["owner", "source", "survey", "campaign", "kpi"])
def test_a_look_up_that_fails_names_what_there_is(workplace: Workplace, section: str) -> None:
    programme = workplace.load(shipped_data())
    with pytest.raises(KeyError, match=r"'nowhere' is not in \w+ of the programme; there are: \w+"):
        getattr(programme, section)("nowhere")


@pytest.mark.parametrize(
    ("stream", "objects"),
    [("orders", ["customers", "orders"]), ("complaints", ["complaints"]), ("responses", ["responses"])],
)
def test_the_sources_of_a_stream(workplace: Workplace, stream: Any, objects: list[str]) -> None:
    (source,) = workplace.load(shipped_data()).sources_of(stream)
    assert source.id == "shop"
    assert list(source.objects_of(stream)) == objects


def test_a_source_without_objects_of_a_stream_is_not_collected_for_it(workplace: Workplace) -> None:
    programme = workplace.load(changed((("sources", 0, "objects", "complaints"), ...)))
    assert programme.sources_of("complaints") == ()


# Where it is read from


def test_paths_are_absolute_from_the_folder_of_the_file(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.load(shipped_data())
    monkeypatch.chdir(workplace.file.parent)
    folder = workplace.file.parents[1]
    programme = load_programme(Path("programme.yml"))
    assert programme.source("shop").staging == folder / "sql" / "staging" / "shop.sql"
    assert programme.survey("annual").definition == folder / "surveys" / "annual.json"
    assert programme.campaign("annual").audience == folder / "sql" / "audience" / "annual.sql"
    assert programme.kpi("nps").sql == folder / "sql" / "kpi" / "nps.sql"


def test_a_query_of_an_sql_source_is_a_file_beside_the_programme(workplace: Workplace) -> None:
    crm: Data = {
        "id": "crm",
        "kind": "sql",
        "connection": "crm",
        "time_zone": "UTC",
        "staging": "../sql/staging/shop.sql",
        "objects": {
            "cases": {"stream": "complaints", "read": "crm.cases", "key": ["id"], "columns": {"id": "text"}},
            "notes": {"stream": "complaints", "read": "notes.sql", "key": ["id"], "columns": {"id": "text"}},
        },
    }
    data = changed((("sources",), [*shipped_data()["sources"], crm]))
    query = workplace.file.parent / "notes.sql"
    assert workplace.problems(data) == [
        f'sources[3].objects.notes.read: "notes.sql" is not a file; looked for {query}'
    ]
    query.touch()
    source = workplace.load(data).source("crm")
    assert source.kind == "sql"
    assert {name: item.read for name, item in source.objects.items()} == {
        "cases": "crm.cases",
        "notes": str(query),
    }


def test_the_environment_names_the_file(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    workplace.load(changed((("organisation", "name"), "Elsewhere")))
    monkeypatch.setenv("CF_PROGRAMME", str(workplace.file))
    assert load_programme().organisation.name == "Elsewhere"
    monkeypatch.delenv("CF_PROGRAMME")
    assert load_programme().organisation.name == "Meridian Home"


def test_it_is_read_again_only_when_the_file_has_changed(workplace: Workplace) -> None:
    first = workplace.load(shipped_data())
    assert load_programme(workplace.file) is first
    workplace.file.write_text(
        yaml.safe_dump(changed((("organisation", "name"), "Renamed"))), encoding="utf-8"
    )
    os.utime(workplace.file, (1, 1))
    assert load_programme(workplace.file).organisation.name == "Renamed"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no programme at .*nowhere\.yml .*; set CF_PROGRAMME"):
        load_programme(tmp_path / "nowhere.yml")


@pytest.mark.parametrize("content", [b"name: \xff\xfe", b"\x00"])
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "programme.yml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"programme\.yml"):
        load_programme(file)


def test_a_byte_order_mark_does_no_harm(workplace: Workplace) -> None:
    assert workplace.problems("\ufeff" + yaml.safe_dump(shipped_data())) == []


# Mistakes: what is changed in a right programme, and what is reported

CAMPAIGN = ("campaigns", 0)
MISTAKES: list[tuple[str, tuple[Step, ...], Any, str]] = [
    ("no such survey", (*CAMPAIGN, "survey"), "anual",
     'campaigns[0].survey: "anual" is not a survey; surveys are: ad_hoc, annual, complaint_follow_up, '
     'post_purchase, service_aspects'),
    ("no such owner", ("targets", 0, "owner"), "qualty",
     'targets[0].owner: "qualty" is not an owner; owners are: logistics, quality, service'),
    ("no such purpose", (*CAMPAIGN, "purpose"), "purchase",
     'campaigns[0].purpose: "purchase" is not a purpose; purposes are: purchases, relationship, service'),
    ("purpose that stands for all", ("purposes", 2, "id"), "survey",
     'purposes[2].id: "survey" is the id that stands for all surveys; call it something else than "survey"'),
    ("too few items", ("kpis", 1, "scale"), [], "kpis[1].scale[0]: is missing; add it"),
    ("sample of no size", ("campaigns", 1, "sample"), {},
     "campaigns[1].sample: gives no size; give exactly one of share, most and margin"),
    ("sample of two sizes", ("campaigns", 1, "sample"), {"share": 0.2, "most": 5},
     "campaigns[1].sample: gives share and most; give exactly one of share, most and margin"),
    ("sample as per cent", ("campaigns", 1, "sample"), {"share": 20},
     "campaigns[1].sample.share: 20 is too great; it has to be less than 1.0"),
    ("misspelt key of a sample", ("campaigns", 1, "sample"), {"margin": 0.03, "respons_rate": 0.3},
     'campaigns[1].sample.respons_rate: is not a known key; did you mean "response_rate"?'),
    ("everybody held out", ("asking", "hold_out"), 1, "asking.hold_out: 1 is too great; it has to be less than 1.0"),
    ("cap of nothing", ("asking", "caps", 0, "most"), 0, "asking.caps[0].most: 0 is too small; the least is 1"),
    ("half a cap", ("asking", "caps"), [{"within_days": 30}], "asking.caps[0].most: is missing; add it"),
    ("no such way to ask", (*CAMPAIGN, "channel"), "letter",
     'campaigns[0].channel: "letter" is not allowed; allowed are: mail, phone'),
    ("no such way to spread", ("campaigns", 1, "spread_by"), "birthday",
     'campaigns[1].spread_by: "birthday" is not allowed; allowed are: lot, anniversary'),
    ("priority too great", (*CAMPAIGN, "priority"), 1001,
     "campaigns[0].priority: 1001 is too great; the most is 1000"),
    ("reminder too late", ("campaigns", 1, "remind_after_days"), [42],
     "campaigns[1]: remind_after_days: 42 is not less than answer_days (42), so that reminder would come when nobody "
     "can answer any more; remind earlier, or take answers longer"),
    ("follow-up that is never fresh", ("campaigns", 3, "delay_days"), 21,
     "campaigns[3].fresh_days: 21 is not more than delay_days (21), so nobody would ever be asked; make it greater"),
    ("no such mail template", (*CAMPAIGN, "template"), "frame",
     'campaigns[0].template: "frame" is not a mail template; templates are: ad_hoc, annual, '
     "complaint_follow_up, post_purchase"),
    ("misspelt key", (*CAMPAIGN, "anser_days"), 1,
     'campaigns[0].anser_days: is not a known key; did you mean "answer_days"?'),
    ("misspelt key deep inside", ("sources", 0, "objects", "orders", "colums"), {},
     'sources[0].objects.orders.colums: is not a known key; did you mean "columns"?'),
    ("misspelt section", ("campains",), [], 'campains: is not a known key; did you mean "campaigns"?'),
    ("unknown key", ("asking", "xyz"), 1,
     "asking.xyz: is not a known key; keys here are: quiet_days, consent, caps, hold_out, approve_key_accounts, "
     "soft_bounces"),
    ("key of another kind of campaign", ("campaigns", 2, "delay_days"), 3,
     "campaigns[2].delay_days: is not a known key; keys here are: id, survey, audience, template, purpose, "
     "priority, channel, answer_days, remind_after_days, sample, most_per_day, kind, fresh_days"),
    ("missing key", ("organisation", "sender", "address"), ..., "organisation.sender.address: is missing; add it"),
    ("missing section", ("kpis",), [], ""),
    ("unknown kind", ("campaigns", 1, "kind"), "anual",
     'campaigns[1]: kind "anual" is not allowed; allowed are: post_purchase, complaint_follow_up, annual, '
     "ad_hoc"),
    ("missing kind", ("sources", 0, "kind"), ..., "sources[0]: kind is missing; it says which keys belong here"),
    ("not one of the words", ("asking", "consent"), "maybe",
     'asking.consent: "maybe" is not allowed; allowed are: opt_in, opt_out'),
    ("too small", ("targets", 0, "min_n"), 0, "targets[0].min_n: 0 is too small; the least is 1"),
    ("too great", ("campaigns", 1, "spread_days"), 366,
     "campaigns[1].spread_days: 366 is too great; the most is 365"),
    ("text for a number", (*CAMPAIGN, "answer_days"), "30", 'campaigns[0].answer_days: "30" is not a whole number'),
    ("fraction of a day", (*CAMPAIGN, "answer_days"), 1.5, "campaigns[0].answer_days: 1.5 is not a whole number"),
    ("yes for a number", ("targets", 0, "at_least"), True, "targets[0].at_least: true is not a number"),
    ("endless number", ("targets", 0, "at_least"), float("inf"),
     "targets[0].at_least: Infinity is not a finite number"),
    ("number for text", ("organisation", "name"), 7, "organisation.name: 7 is not text to YAML; put it in quotes"),
    ("Norwegian", ("organisation", "languages"), ["en", False],
     "organisation.languages[1]: false is not text to YAML; put it in quotes"),
    ("list for text", ("organisation", "name"), ["a"], 'organisation.name: ["a"] is not text'),
    ("text for a list", ("owners",), "quality",
     'owners: "quality" is not a list; write [...] or one line with - for each'),
    ("text for a mapping", ("asking",), "opt_in", 'asking: "opt_in" is not a mapping; write key: value'),
    ("text for an entry", ("owners", 0), "quality", 'owners[0]: "quality" is not a mapping; write key: value'),
    ("list for a mapping", ("sources", 0, "objects"), ["a"],
     'sources[0].objects: ["a"] is not a mapping; write key: value'),
    ("nothing for an entry", ("owners", 0), None, "owners[0]: null is not a mapping; write key: value"),
    ("empty list", ("targets", 0, "watch"), [], "targets[0].watch: is empty; give at least 1"),
    ("only item wrong", ("targets", 0, "watch"), ["country"],
     'targets[0].watch[0]: "country" is not allowed; allowed are: all, segment, product, region'),
    ("too many items", ("kpis", 0, "scale"), [0, 5, 10], "kpis[0].scale: [0, 5, 10] has too many items; the most is 2"),
    ("column type", ("sources", 0, "objects", "orders", "columns", "product"), "string",
     'sources[0].objects.orders.columns.product: "string" is not a column type; types are: text, integer, number, '
     "boolean, timestamp, date; with ? at the end the cell may be empty"),
    ("time zone", ("organisation", "time_zone"), "Europe/Berln",
     'organisation.time_zone: "Europe/Berln" is not an IANA time zone such as "Europe/Berlin"; did you mean '
     '"Europe/Berlin"?'),
    ("same id twice", ("kpis", 1, "id"), "nps", 'kpis[1].id: "nps" is used by 2 entries of kpis; give each its own'),
    ("two targets on one KPI", ("targets", 1, "kpi"), "nps",
     'targets[1].kpi: "nps" is used by 2 entries of targets; keep one'),
    ("no form", ("sources", 1), ..., "sources: has no source of kind form, so no campaign could get answers; add "
     "{id: form, kind: form, staging: ../sql/staging/form.sql}"),
    ("form by another name", ("sources", 1, "id"), "page", 'sources[1].id: "page" is not allowed; allowed are: form'),
    ("share as per cent", ("targets", 1, "at_least"), 70,
     "targets[1].at_least: 70 is no value that csat can have (share); allowed: 0 to 1"),
    ("no bound", ("targets", 0, "at_least"), ...,
     "targets[0].at_most: is missing, and so is at_least; give one of them"),
    ("asked too late", (*CAMPAIGN, "fresh_days"), 7,
     "campaigns[0].fresh_days: 7 is not more than delay_days_by_product.Furniture (7), so nobody would ever be asked; "
     "make it greater"),
    ("survey in too few languages", ("organisation", "languages"), ["en", "fr"],
     'surveys[0].definition: "../surveys/post_purchase.json": title has no text in: fr'),
    ("scale that no KPI counts", ("kpis", 5, "scale"), [1, 7],
     'surveys[1].definition: "../surveys/annual.json": question "product_quality" measures product_quality on 1..5, '
     "but the KPIs count it on 1..7 only"),
    ("value too long to show", ("organisation", "time_zone"), "x" * 200,
     f'organisation.time_zone: "{"x" * 76}... is not an IANA time zone such as "Europe/Berlin"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "expected"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_a_mistake_is_named(workplace: Workplace, path: tuple[Step, ...], value: Any, expected: str) -> None:
    found = workplace.problems(changed((path, value)))
    if not expected:
        found = [problem for problem in found if "is not a KPI" not in problem]
        assert found == []
    else:
        assert expected in found


@pytest.mark.parametrize("data", [[], "text", 7, ["organisation"]])
def test_something_else_than_a_programme(workplace: Workplace, data: object) -> None:
    assert [problem for problem in workplace.problems(data) if "is not a mapping" in problem]


def test_every_mistake_is_reported_at_once_and_nothing_else(workplace: Workplace) -> None:
    data = changed(
        (("organisation", "sender", "address"), "care at example"),
        (("organisation", "complaints"), "call us"),
        (("owners", 0, "email"), ...),
        (("asking", "quiet_days"), -1),
        (("sources", 0, "objects", "orders", "key"), ["orderid"]),
        (("surveys", 1, "definition"), "../surveys/anual.json"),
        (("campaigns", 0, "shedule"), "0 9 * * *"),
        (("campaigns", 0, "survey"), "purchase"),
        (("campaigns", 0, "fresh_days"), 2),
        (("campaigns", 1, "starts_on"), "02-29"),
        (("kpis", 0, "unit"), "share"),
        (("kpis", 1, "top_from"), 6),
        (("kpis", 13, "per"), ...),
        (("targets", 0, "owner"), "qualty"),
        (("targets", 1, "at_least"), 70),
        (("targets", 2, "watch"), ["country"]),
        (("tragets",), []),
    )
    found = workplace.problems(data)
    places = [problem.partition(": ")[0] for problem in found]
    assert places == [
        "organisation.sender.address",
        "organisation.complaints",
        "owners[0].email",
        "asking.quiet_days",
        "sources[0].objects.orders.key",
        "surveys[1].definition",
        "campaigns[0].survey",
        "campaigns[0].fresh_days",
        "campaigns[0].shedule",
        "campaigns[1].starts_on",
        "kpis[0].unit",
        "kpis[1].top_from",
        "kpis[13].per",
        "targets[0].owner",
        "targets[1].at_least",
        "targets[2].watch[0]",
        "tragets",
    ]


def test_a_mistake_has_its_line(workplace: Workplace) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("survey: annual", "survey: anual")
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "survey: anual" in words)
    with pytest.raises(ConfigurationError) as refused:
        workplace.load(text)
    assert (
        str(refused.value).splitlines()[1].startswith(f'  line {line}: campaigns[1].survey: "anual" is not')
    )


def test_broken_yaml_has_its_line_and_column(workplace: Workplace) -> None:
    with pytest.raises(ConfigurationError) as refused:
        workplace.load("organisation:\n  name: [Meridian\nowners: []\n")
    assert (
        str(refused.value)
        .splitlines()[1]
        .startswith("  line 3: not YAML: column 7: while parsing a flow sequence")
    )


def test_a_key_written_twice_is_a_mistake_beside_others(workplace: Workplace) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("quiet_days: 30", "quiet_days: 30\n  quiet_days: -3")
    assert workplace.problems(text) == [
        "asking.quiet_days: -3 is too small; the least is 0",
        "asking.quiet_days: is written twice, on lines 22 and 23; the last would win, keep one",
    ]


def test_missing_files_are_named_with_the_place_where_they_were_sought(workplace: Workplace) -> None:
    folder = workplace.file.parents[1]
    shutil.rmtree(folder / "sql" / "audience")
    (folder / "sql" / "kpi" / "nps.sql").unlink()
    found = workplace.problems(shipped_data())
    assert [problem.partition(":")[0] for problem in found] == [
        *(f"campaigns[{index}].audience" for index in range(4)),
        "kpis[0].sql",
    ]
    assert found[4] == f'kpis[0].sql: "../sql/kpi/nps.sql" is not a file; looked for {folder}/sql/kpi/nps.sql'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON in UTF-8"),
        ("[]", "holds no JSON object"),
        ("{}", "has no questions"),
        ("", "is not JSON"),
    ],
)
def test_a_survey_that_cannot_be_asked_is_a_mistake_of_the_programme(
    workplace: Workplace, content: str, message: str
) -> None:
    (workplace.file.parents[1] / "surveys" / "annual.json").write_text(content)
    (problem,) = workplace.problems(shipped_data())
    assert problem.startswith('surveys[1].definition: "../surveys/annual.json": ')
    assert message in problem


def test_file_checks_survive_any_shape_of_data(tmp_path: Path) -> None:
    odd: list[object] = [None, 7, "x", [], {}, {"sources": 3}, {"surveys": [3, None, {"definition": 7}]}]
    odd += [
        {"sources": [{"kind": "sql", "objects": [1]}, {"kind": "sql", "objects": {"a": 3, "b": {"read": 1}}}]}
    ]
    odd += [{"organisation": [], "kpis": [{"construct": "csat", "scale": "1-5"}]}]
    assert [problem for data in odd for problem in file_problems(data, tmp_path)] == []
    unlikely = {"kpis": [{"sql": "a\0b"}, {"sql": "x" * 5000}]}
    assert [problem.path for problem in file_problems(unlikely, tmp_path)] == ["kpis[0].sql", "kpis[1].sql"]


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates()
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LEAVES, inner, max_size=3)
)


def paths(node: object, path: tuple[Step, ...] = ()) -> list[tuple[Step, ...]]:
    children: Any = (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    )
    return [place for key, child in children for place in [(*path, key), *paths(child, (*path, key))]]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(paths(shipped_data())), value=ANYTHING)
def test_whatever_stands_somewhere_is_read_or_reported(
    workplace: Workplace, place: tuple[Step, ...], value: Any
) -> None:
    """No value at any place ends in an error other than the list of problems."""
    for problem in workplace.problems(changed((place, value))):
        assert problem.strip()


# References without a file


def test_references_are_checked_without_a_file_too() -> None:
    Programme.model_validate(shipped_data())
    with pytest.raises(ValueError, match="is not a survey; surveys are"):
        Programme.model_validate(changed((("campaigns", 0, "survey"), "anual")))


# The JSON Schema


def test_the_schema_file_is_that_of_the_models() -> None:
    command = "python -m cf_operators.programme schema > include/config/programme.schema.json"
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), f"write it anew: {command}"


def test_the_shipped_programme_fits_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(shipped_data())) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("campaigns", 0, "shedule"), "0 9 * * *"),
        (("asking", "consent"), "maybe"),
        (("targets", 0, "min_n"), 0),
        (("organisation", "name"), ...),
        (("sources", 0, "objects", "orders", "columns", "product"), "string"),
        (("kpis", 0, "id"), "Net Promoter"),
    ],
)
def test_an_editor_sees_mistakes_by_the_schema(path: tuple[Step, ...], value: Any) -> None:
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(changed((path, value))))


def test_every_key_is_described_in_the_schema() -> None:
    whole = schema()
    objects = {"": whole} | whole["$defs"]
    bare = [
        f"{name}.{key}"
        for name, item in objects.items()
        for key, value in item["properties"].items()
        if not value.get("description")
        and not whole["$defs"][value["$ref"].rpartition("/")[2]]["description"]
    ]
    assert bare == []
    assert len(objects) > 10


# The command line


def test_check_says_that_all_is_well(workplace: Workplace, capsys: pytest.CaptureFixture[str]) -> None:
    workplace.load(shipped_data())
    assert main(["check", str(workplace.file)]) == 0
    assert capsys.readouterr().out == "no problems: 3 sources, 5 surveys, 4 campaigns, 29 kpis, 6 targets\n"


def test_check_tells_hints_apart_from_problems(
    workplace: Workplace, capsys: pytest.CaptureFixture[str]
) -> None:
    survey = workplace.file.parents[1] / "surveys" / "ad_hoc.json"
    definition = json.loads(survey.read_text(encoding="utf-8"))
    definition["pages"][0]["elements"].reverse()
    survey.write_text(json.dumps(definition), encoding="utf-8")
    workplace.load(shipped_data())
    assert main(["check", str(workplace.file)]) == 0
    hint, count = capsys.readouterr().out.splitlines()
    assert re.match(
        r'hint: line \d+: surveys\[2\]\.definition: "\.\./surveys/ad_hoc\.json": does not begin with a rating',
        hint,
    )
    assert count.startswith("no problems: ")


def test_a_survey_may_measure_what_is_declared_beside_it(workplace: Workplace) -> None:
    folder = workplace.file.parents[1] / "surveys"
    text = (
        (folder / "annual.json")
        .read_text(encoding="utf-8")
        .replace('"cfConstruct": "value"', '"cfConstruct": "price"')
    )
    (folder / "annual.json").write_text(text, encoding="utf-8")
    (problem,) = workplace.problems(shipped_data())
    assert problem.startswith(
        'surveys[1].definition: "../surveys/annual.json": question "value" measures price, which is no known construct'
    )
    (folder / "constructs.yml").write_text("price: {scale: [1, 5], meaning: Satisfaction with prices}")
    assert workplace.problems(shipped_data()) == []
    (folder / "constructs.yml").write_text("price: 5")
    assert any(
        "constructs.yml: price has no scale" in problem for problem in workplace.problems(shipped_data())
    )


def test_check_lists_problems_and_fails(workplace: Workplace, capsys: pytest.CaptureFixture[str]) -> None:
    workplace.problems(changed((("asking", "quiet_days"), -1), (("owners", 0, "name"), "")))
    assert main(["check", str(workplace.file)]) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert "has 2 problems:" in written.err


def test_the_module_runs_as_a_command() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "cf_operators.programme", "schema"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "plugins"), "PATH": os.environ["PATH"]},
    )
    assert json.loads(result.stdout)["title"] == "Programme of Customer Focus for Apache Airflow"
