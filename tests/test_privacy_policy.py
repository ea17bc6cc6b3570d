"""What each field's policy does to its cells, in a row and on the road from a capture to the staged table."""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from contract import problems
from shahrnama.captures import Capture, CaptureStore
from shahrnama.catalog import Dataset, House, Resource, read
from shahrnama.errors import DatasetError, ParseError
from shahrnama.package import package
from shahrnama.persian import TEHRAN, jalali, local_date
from shahrnama.privacy.policy import apply, check, coarsened, rounded, totals
from shahrnama.tables import read_rows

FUZZ = int(os.environ.get("SHAHRNAMA_FUZZ", "2000"))
AT = {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%SZ"}


def resource(*fields: dict[str, Any], **schema: Any) -> Resource:
    return Resource({"name": "letters", "schema": {"fields": list(fields), **schema}}, "harvested")


CELLS: dict[str, tuple[dict[str, Any], Any, Any, dict[tuple[str, str], int]]] = {
    "allowed": ({"type": "string"}, "09120001234", "09120001234", {}),
    "masked": (
        {"type": "string", "privacy": "mask"},
        "09120001234 و 09120001235، a@example.org",
        "[شماره همراه] و [شماره همراه]، [رایانامه]",
        {("cell", "mobile"): 2, ("cell", "email"): 1},
    ),
    "masked, nothing in it": ({"type": "string", "privacy": "mask"}, "چراغ خاموش است", "چراغ خاموش است", {}),
    "masked, null": ({"type": "string", "privacy": "mask"}, None, None, {}),
    "dropped": ({"type": "string", "privacy": "drop"}, "هر چه", None, {("cell", "dropped"): 1}),
    "dropped number": ({"type": "integer", "privacy": "drop"}, 12, None, {("cell", "dropped"): 1}),
    "dropped, null": ({"type": "string", "privacy": "drop"}, None, None, {}),
    "dropped, empty": ({"type": "string", "privacy": "drop"}, "", None, {}),
    "withheld": ({"type": "string", "privacy": "withhold"}, "متن", None, {("cell", "withheld"): 1}),
    "rounded": ({"type": "number", "round": 3}, 35.70123456, 35.701, {}),
    "coarsened": ({**AT, "coarsen": "day"}, "2026-03-21T05:00:00Z", "2026-03-20T20:30:00Z", {}),
}


@pytest.mark.parametrize(("field", "cell", "kept", "counted"), CELLS.values(), ids=CELLS)
def test_a_cell_is_kept_as_its_policy_says(
    field: dict[str, Any], cell: Any, kept: Any, counted: dict[tuple[str, str], int]
) -> None:
    table = resource({"name": "number", "type": "integer"}, {"name": "cell", **field})
    row = {"number": 1, "cell": cell}
    assert apply(table, row) == ({"number": 1, "cell": kept}, Counter(counted))
    assert row == {"number": 1, "cell": cell}  # the row that was given stays


def test_a_group_is_read_as_one_text() -> None:
    masked = {"type": "string", "privacy": "mask", "privacy_group": "phone"}
    table = resource({"name": "area", **masked}, {"name": "local", **masked}, {"name": "phone", "type": "string"})
    row, counted = apply(table, {"area": "021", "local": "55001234", "phone": "021"})
    assert row == {"area": "[شماره تلفن]", "local": "[شماره تلفن]", "phone": "021"}
    assert counted == {("area", "landline"): 1, ("local", "landline"): 1}
    assert apply(table, row) == (row, Counter())
    assert apply(table, {"area": None, "local": "55001234", "phone": None})[0]["local"] == "55001234"


def test_cells_without_a_group_are_read_alone() -> None:
    masked = {"type": "string", "privacy": "mask"}
    row = {"area": "021", "local": "55001234"}
    assert apply(resource({"name": "area", **masked}, {"name": "local", **masked}), row)[0] == row


def test_a_cell_to_be_masked_is_text() -> None:
    with pytest.raises(TypeError, match="cell is free text to be masked, not 912"):
        apply(resource({"name": "cell", "type": "string", "privacy": "mask"}), {"cell": 912})


def test_totals_are_by_field_and_kind_in_order() -> None:
    counted = Counter({("b", "mobile"): 1, ("a", "name"): 2, ("a", "email"): 3})
    assert json.dumps(totals(counted)) == '{"a": {"email": 3, "name": 2}, "b": {"mobile": 1}}'


@pytest.mark.parametrize(
    ("value", "decimals", "kept"),
    [
        (35.7015, 3, 35.702),  # half to even on the decimal form, not on the double below it
        (35.7025, 3, 35.702),
        (2.5, 0, 2.0),
        (-0.0004, 3, 0.0),
        (12, 3, 12),
        ("35.70150", 3, "35.702"),
        (Decimal("51.38949"), 2, Decimal("51.39")),
        (1e300, 3, 1e300),
    ],
)
def test_rounding_is_half_to_even_and_keeps_the_type(value: Any, decimals: int, kept: Any) -> None:
    assert rounded(value, decimals) == kept
    assert type(rounded(value, decimals)) is type(kept)


@pytest.mark.parametrize("value", ["35,7", "", "نامعلوم", float("nan"), float("inf"), "1e999999"])
def test_what_is_no_finite_number_cannot_be_rounded(value: Any) -> None:
    with pytest.raises(ValueError, match="no finite number"):
        rounded(value, 3)


COARSENED = {
    "day, after midnight in Tehran": ("2026-03-20T20:30:00Z", "day", "2026-03-20T20:30:00Z"),
    "day, before midnight in Tehran": ("2026-03-20T20:29:59Z", "day", "2026-03-19T20:30:00Z"),
    "day in summer time": ("2021-07-01T10:00:00Z", "day", "2021-06-30T19:30:00Z"),
    "the day without a midnight": ("2021-03-22T08:00:00Z", "day", "2021-03-21T20:30:00Z"),
    "hour": ("2026-03-21T05:59:59Z", "hour", "2026-03-21T05:30:00Z"),
    "hour, just before": ("2026-03-21T05:29:59Z", "hour", "2026-03-21T04:30:00Z"),
    "month is the Jalali one": ("2026-04-01T12:00:00Z", "month", "2026-03-20T20:30:00Z"),
    "date by month": ("2026-03-20", "month", "2026-02-20"),
    "date by day": ("2026-03-20", "day", "2026-03-20"),
    "a date": (date(2026, 4, 1), "month", date(2026, 3, 21)),
    "a moment": (datetime(2026, 3, 21, 5, 59, tzinfo=UTC), "hour", datetime(2026, 3, 21, 5, 30, tzinfo=UTC)),
    "a moment without zone is UTC": (datetime(2026, 3, 21, 5), "day", datetime(2026, 3, 20, 20, 30, tzinfo=UTC)),
}


@pytest.mark.parametrize(("value", "unit", "kept"), COARSENED.values(), ids=COARSENED)
def test_times_are_cut_by_the_clock_of_tehran(value: Any, unit: str, kept: Any) -> None:
    assert coarsened(value, unit) == kept
    assert coarsened(kept, unit) == kept


@pytest.mark.parametrize("value", ["دیروز", "2026-13-01", "2026-01-01T25:00:00Z"])
def test_what_is_no_time_cannot_be_cut(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        coarsened(value, "day")


def test_every_moment_is_cut_to_one_not_later_of_the_same_day_or_month() -> None:
    """Random moments since 1990, summer times among them; SHAHRNAMA_FUZZ=100000 tries so many (2000 otherwise)."""
    rng = random.Random(137)
    for _ in range(FUZZ):
        moment = datetime(1990, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(40 * 365 * 86400))
        text = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        day, month, hour = (coarsened(text, unit) for unit in ("day", "month", "hour"))
        assert month <= day <= hour <= text
        assert local_date(day) == local_date(text)
        assert jalali(month) == f"{jalali(text)[:8]}01"
        assert datetime.fromisoformat(hour).astimezone(TEHRAN).minute == 0
        for unit, cut in (("day", day), ("month", month), ("hour", hour)):
            assert coarsened(cut, unit) == cut


BROKEN: dict[str, tuple[list[dict[str, Any]], str]] = {
    "an unknown policy": ([{"name": "note", "type": "string", "privacy": "hide"}], "field 'note': privacy is 'hide'"),
    "a number masked": ([{"name": "n", "type": "integer", "privacy": "mask"}], "no text but of type 'integer'"),
    "a required cell dropped": (
        [{"name": "note", "type": "string", "privacy": "drop", "constraints": {"required": True}}],
        "every row needs the cell",
    ),
    "the key withheld": ([{"name": "id", "type": "string", "privacy": "withhold"}], "every row needs the cell"),
    "a text rounded": ([{"name": "note", "type": "string", "round": 3}], "round is 3 on type 'string'"),
    "rounded to nothing": ([{"name": "x", "type": "number", "round": -1}], "give 0 to 15 decimals"),
    "rounded to a truth": ([{"name": "x", "type": "number", "round": True}], "give 0 to 15 decimals"),
    "a date by the hour": ([{"name": "day", "type": "date", "coarsen": "hour"}], "coarsen is 'hour' on type 'date'"),
    "an unknown unit": ([{"name": "at", **AT, "coarsen": "week"}], "use hour, day or month"),
    "another format": ([{"name": "day", "type": "date", "format": "%d/%m/%Y", "coarsen": "day"}], "cannot read"),
    "a group without masks": ([{"name": "a", "type": "string", "privacy_group": "g"}], "say both or neither"),
    "a group torn apart": (
        [
            {"name": "a", "type": "string", "privacy": "mask", "privacy_group": "g"},
            {"name": "b", "type": "string"},
            {"name": "c", "type": "string", "privacy": "mask", "privacy_group": "g"},
        ],
        "privacy_group 'g' is torn apart",
    ),
}


@pytest.mark.parametrize(("fields", "says"), BROKEN.values(), ids=BROKEN)
def test_a_policy_that_cannot_be_kept_is_named(tmp_path: Path, fields: list[dict[str, Any]], says: str) -> None:
    schema = {"fields": fields, "primaryKey": ["id"]}
    dataset = Dataset(tmp_path / "letters", {"harvest": {}, "resources": [{"name": "letters", "schema": schema}]})
    with pytest.raises(DatasetError, match="letters: resource 'letters'") as raised:
        check(Dataset(dataset.folder, {**dataset.descriptor, "harvest": {"protocol": "file"}}))
    assert says in str(raised.value)


DESCRIPTOR = """
name: letters
harvest: {protocol: "file", address_variable: "SHAHRNAMA_LETTERS_URL", frequency: "P1D"}
resources:
  - name: letters
    schema:
      primaryKey: [letter_id]
      fields:
        - {name: letter_id, type: integer}
        - {name: body, type: string, privacy: mask}
        - {name: area, type: string, privacy: mask, privacy_group: phone}
        - {name: local, type: string, privacy: mask, privacy_group: phone}
        - {name: diary, type: string, privacy: withhold}
        - {name: latitude, type: number, round: 3}
        - {name: sent_at, type: datetime, format: "%Y-%m-%dT%H:%M:%SZ", coarsen: day}
        - {name: capture_id, type: string}
"""
LETTER = {
    "letter_id": 1,
    "body": "آقای رضا محمدی، 09120001234",
    "area": "021",
    "local": "55001234",
    "diary": "امروز باران بارید",
    "latitude": 35.70123456,
    "sent_at": "2026-03-21T05:00:00Z",
}


def stage(tmp_path: Path, letters: list[dict[str, Any]], descriptor: str = DESCRIPTOR) -> House:
    folder = tmp_path / "datasets" / "letters"
    folder.mkdir(parents=True)
    (folder / "datapackage.yaml").write_text(descriptor, encoding="utf-8")
    (folder / "harvest.py").write_text("import json\n\n\ndef letters(body):\n    yield from json.loads(body)\n")
    house = House.at(tmp_path)
    store, body = CaptureStore(house.captures, "letters"), json.dumps(letters).encode()
    store.conclude([Capture("letters", "letters.json", store.save(body), len(body))], {}, source="x", is_demo=False)
    package(house, read(folder))
    return house


def test_the_staged_table_keeps_every_policy_and_says_how_often(tmp_path: Path) -> None:
    house = stage(tmp_path, [LETTER, {**LETTER, "letter_id": 2, "body": None, "area": None, "diary": None}])
    first, second = read_rows(house.staging / "letters" / "letters.csv")
    assert first["body"] == "آقای [نام]، [شماره همراه]"
    assert (first["area"], first["local"], first["diary"]) == ("[شماره تلفن]", "[شماره تلفن]", "")
    assert (first["latitude"], first["sent_at"]) == ("35.701", "2026-03-20T20:30:00Z")
    assert second["local"] == "55001234"
    staged = json.loads((house.staging / "letters" / "staged.json").read_text())
    assert staged["privacy"] == {
        "letters": {
            "area": {"landline": 1},
            "body": {"mobile": 1, "name": 1},
            "diary": {"withheld": 1},
            "local": {"landline": 1},
        }
    }


def test_a_cell_that_is_no_text_is_told_with_its_capture(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"letters\.json .* body is free text to be masked, not 5"):
        stage(tmp_path, [{**LETTER, "body": 5}])


def test_nothing_is_staged_under_a_policy_that_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="letters: resource 'letters' field 'body': privacy is 'hush'"):
        stage(tmp_path, [LETTER], DESCRIPTOR.replace("type: string, privacy: mask}", "type: string, privacy: hush}"))
    assert not (tmp_path / "build" / "staging" / "letters").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"privacy": None}, "'note': privacy is not said"),
        ({"privacy": "allow"}, ""),
        ({"privacy": None, "constraints": {"pattern": "[A-Z]{2}"}}, ""),
        ({"privacy": "drop", "constraints": {"required": True}}, "every row needs the cell"),
    ],
    ids=["not said", "allowed", "bound by a pattern", "impossible"],
)
def test_the_contract_asks_what_is_done_with_texts(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    descriptor = yaml.safe_load(DESCRIPTOR)
    note = {key: value for key, value in {"name": "note", "type": "string", **change}.items() if value is not None}
    descriptor["resources"][0]["schema"]["fields"].append(note)
    found = [problem for problem in problems(Dataset(tmp_path / "letters", descriptor), []) if "'note'" in problem]
    told = [problem for problem in found if "privacy" in problem or "row needs" in problem]
    assert (len(told) > 0) == bool(says), found
    assert not says or says in told[0]
