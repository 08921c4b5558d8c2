"""The generator of the shop's files: what it promises, and that the planted problem is the only one."""

from __future__ import annotations

import csv
import io
import statistics
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cf_operators.domain.source import FilesSource
from cf_operators.programme import load_programme
from demo.shop.calendar import month_start
from demo.shop.customers import SHARED_ADDRESS
from demo.shop.generate import generate
from demo.shop.yearly_survey import ATTRIBUTES
from tests.demo.shop_statistics import good_rows, missed_in_month

TODAY = date(2026, 11, 22)
FILES = ("customers", "orders", "complaints", "responses", "feedback")
PLANTED = ("on_time_delivery", "region=North")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop as of `TODAY`."""
    folder = tmp_path_factory.mktemp("shop")
    generate(folder / "input", TODAY, truth=folder / "truth.csv")
    return folder / "input"


def test_same_seed_and_day_give_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    generate(tmp_path / "again", TODAY, truth=tmp_path / "truth.csv")
    generate(tmp_path / "other", TODAY, truth=tmp_path / "other.csv", seed=1)
    for name in FILES:
        again = (tmp_path / "again" / f"{name}.csv").read_bytes()
        assert again == (shop / f"{name}.csv").read_bytes()
        assert again != (tmp_path / "other" / f"{name}.csv").read_bytes()
    assert (tmp_path / "truth.csv").read_bytes() == (shop.parent / "truth.csv").read_bytes()


def test_columns_are_those_of_the_example_programme(shop: Path) -> None:
    source = load_programme(ROOT / "include/config/programme.yml").source("shop")
    assert isinstance(source, FilesSource)
    assert set(source.objects) == set(FILES)
    for name in FILES:
        header = (shop / f"{name}.csv").read_text().splitlines()[0].split(",")
        declared = source.objects[name]
        if declared.map is None:
            assert header == list(declared.columns)
        else:
            assert set(header) == {
                *declared.key,
                *(field.path for field in declared.map.fields.values() if field.path),
            }


def test_every_file_has_exactly_one_broken_row(shop: Path) -> None:
    for name in FILES:
        text = (shop / f"{name}.csv").read_text(encoding="utf-8")
        written = sum(1 for _ in csv.reader(io.StringIO(text))) - 1
        assert written - len(list(good_rows(shop, name))) == 1, name


def test_size_regions_products_and_languages(shop: Path) -> None:
    customers = list(good_rows(shop, "customers"))
    orders = list(good_rows(shop, "orders"))
    assert len(customers) == 1500
    assert len(orders) == 3002
    assert 1200 < len({order["customer_id"] for order in orders}) <= 1500
    assert {row["region"] for row in customers} == {"North", "South", "East", "West", "Central"}
    assert {row["language"] for row in customers} == {"de", "en", "pt"}
    assert {row["segment"] for row in customers} == {"consumer", "business"}
    assert {row["product"] for row in orders} == {"Furniture", "Lighting", "Kitchen", "Textiles", "Garden"}
    assert {row["status"] for row in orders} == {"open", "delivered", "cancelled"}
    assert {row["consent"] for row in customers} == {"true", "false", ""}
    assert sum(not row["email"] for row in customers) > 10
    assert {row["name"] for row in customers} >= {'Karl "Kalle" Böhm', "Ольга Петрова", "李 小雨"}


def test_every_reference_leads_to_a_row(shop: Path) -> None:
    customers = {row["customer_id"] for row in good_rows(shop, "customers")}
    orders = {row["order_id"]: row for row in good_rows(shop, "orders")}
    for name in ("complaints", "responses"):
        keys = [next(iter(row.values())) for row in good_rows(shop, name)]
        assert len(keys) == len(set(keys))
        for row in good_rows(shop, name):
            assert row["customer_id"] in customers
            assert not row["order_id"] or orders[row["order_id"]]["customer_id"] == row["customer_id"]


def test_two_customers_share_an_address_and_a_delivery_day(shop: Path) -> None:
    ids = [row["customer_id"] for row in good_rows(shop, "customers") if row["email"] in SHARED_ADDRESS]
    days = {row["delivered_at"][:10] for row in good_rows(shop, "orders") if row["customer_id"] in ids}
    assert len(ids) == 2
    assert days == {(TODAY - timedelta(days=10)).isoformat()}


def test_nothing_lies_in_the_future_and_events_are_in_order(shop: Path) -> None:
    for row in good_rows(shop, "orders"):
        assert row["ordered_at"][:10] < TODAY.isoformat()
        assert not row["delivered_at"] or row["ordered_at"] < row["delivered_at"] < TODAY.isoformat()
        assert bool(row["delivered_at"]) == (row["status"] == "delivered")
    for row in good_rows(shop, "complaints"):
        columns = ("received_at", "acknowledged_at", "resolved_at", "closed_at")
        times = [row[column] for column in columns if row[column]]
        assert times == sorted(times)
        assert times[-1] < TODAY.isoformat()
    orders = {row["order_id"]: row for row in good_rows(shop, "orders")}
    for row in answers_of(shop, "post_purchase"):
        delivered = date.fromisoformat(orders[row["order_id"]]["delivered_at"][:10])
        answered = date.fromisoformat(row["submitted_at"][:10])
        assert timedelta(days=1) <= answered - delivered <= timedelta(days=10)
        assert TODAY - delivered > timedelta(days=25), "the last weeks are asked live"


def answers_of(shop: Path, survey: str) -> list[dict[str, str]]:
    """The rows of one survey of the earlier tool."""
    return [row for row in good_rows(shop, "responses") if row["survey"] == survey]


def test_last_years_survey_was_over_in_a_month_and_asked_buyers_once(shop: Path) -> None:
    answers = answers_of(shop, "annual")
    assert len(answers) == 220
    assert len({row["customer_id"] for row in answers}) == 220
    assert {row["submitted_at"][:7] for row in answers} == {"2025-11"}
    bought = {
        row["customer_id"]
        for row in good_rows(shop, "orders")
        if row["delivered_at"] and row["delivered_at"] < "2025-11"
    }
    for row in answers:
        assert row["customer_id"] in bought
        assert row["order_id"] == ""
        assert int(row["nps"]) in range(11)
        assert int(row["csat"]) in range(1, 6)
        assert all(int(row[name]) in range(1, 6) for name in ATTRIBUTES if row[name])
    assert 150 < len(of_all_attributes(answers)) < 220, "some leave out what does not apply to them"
    assert not any(row[name] for row in answers_of(shop, "post_purchase") for name in ATTRIBUTES)


def of_all_attributes(answers: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in answers if all(row[name] for name in ATTRIBUTES)]


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29), date(2029, 1, 1)], ids=str)
@pytest.mark.parametrize("overall", ["nps", "csat"])
def test_delivery_matters_most_and_is_worst(overall: str, today: date, tmp_path: Path) -> None:
    generate(tmp_path / "input", today, truth=tmp_path / "truth.csv")
    answers = of_all_attributes(answers_of(tmp_path / "input", "annual"))
    along = {
        name: statistics.correlation(
            [int(row[name]) for row in answers], [int(row[overall]) for row in answers]
        )
        for name in ATTRIBUTES
    }
    done = {name: statistics.fmean(int(row[name]) for row in answers) for name in ATTRIBUTES}
    assert max(along, key=lambda name: along[name]) == "delivery"
    assert min(done, key=lambda name: done[name]) == "delivery"


def test_wishes_and_promises_are_like_those_of_a_shop(shop: Path) -> None:
    orders = list(good_rows(shop, "orders"))
    for row in orders:
        assert row["ordered_at"][:10] < row["first_promised_on"] <= row["promised_on"]
        assert not row["requested_on"] or row["ordered_at"][:10] < row["requested_on"]
    moved = [row for row in orders if row["first_promised_on"] < row["promised_on"]]
    assert 0.03 < len(moved) / len(orders) < 0.10
    wishes = [row for row in orders if row["requested_on"]]
    assert 0.5 < len(wishes) / len(orders) < 0.7
    sooner = [row for row in wishes if row["requested_on"] < row["first_promised_on"]]
    assert 0.1 < len(sooner) / len(wishes) < 0.35


def test_some_complaints_come_back_and_some_take_several_contacts(shop: Path) -> None:
    complaints = list(good_rows(shop, "complaints"))
    back = [row for row in complaints if row["reopened_at"]]
    assert 0.03 < len(back) / len(complaints) < 0.2
    assert {row["reopen_count"] for row in back} == {"1"}
    assert {row["reopen_count"] for row in complaints if not row["reopened_at"]} == {"0"}
    for row in back:
        assert row["resolved_at"] < row["reopened_at"]
        assert not row["closed_at"] or row["reopened_at"] < row["closed_at"]
    assert {row["contact_count"] for row in complaints} == {"1", "2", "3", "4"}


def test_truth_tells_the_lateness_of_each_parcel(shop: Path) -> None:
    emails = {row["customer_id"]: row["email"].lower() for row in good_rows(shop, "customers")}
    with (shop.parent / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["order_id"]: row for row in csv.DictReader(file)}
    delivered = [
        row for row in good_rows(shop, "orders") if row["delivered_at"] and emails[row["customer_id"]]
    ]
    assert len(truth) == len(delivered) > 2000
    for row in delivered:
        late = date.fromisoformat(row["delivered_at"][:10]) - date.fromisoformat(row["promised_on"])
        assert int(truth[row["order_id"]]["days_late"]) == max(0, late.days)
        assert truth[row["order_id"]]["email"] == emails[row["customer_id"]]


def test_a_folder_with_files_is_refused_and_left_alone(shop: Path) -> None:
    before = {path.name: path.read_bytes() for path in shop.iterdir()}
    with pytest.raises(FileExistsError, match="holds files already"):
        generate(shop, TODAY, truth=shop.parent / "truth.csv")
    assert {path.name: path.read_bytes() for path in shop.iterdir()} == before


# Some twenty days over a leap year and the next, with first and last days of months among them.
DAYS = sorted(
    {date(2028, 1, 1) + timedelta(days=37 * step) for step in range(19)}
    | {date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 31), date(2029, 1, 31)}
)


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_planted_problem_is_the_only_one_on_any_day(today: date, tmp_path: Path) -> None:
    """In two months in a row only the planted slice is missed: be the last month settled already or not."""
    generate(tmp_path / "input", today, truth=tmp_path / "truth.csv")
    yesterday = today - timedelta(days=1)
    months = [
        missed_in_month(tmp_path / "input", month_start(today, months_back=back), yesterday)
        for back in (1, 2, 3)
    ]
    for newer, older in pairwise(months):
        assert [key for key in newer if newer[key][1] and older[key][1]] == [PLANTED]
    assert min(month[PLANTED][0] for month in months) >= 15
