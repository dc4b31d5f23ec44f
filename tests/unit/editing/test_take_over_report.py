"""The report of an import: short or long, it tells the same."""

import json

import pytest

from mapapp.editing import take_over_report
from mapapp.editing.take_over_report import TakeOver, told


@pytest.fixture(params=["in memory", "in a file"])
def report(request, monkeypatch):
    if request.param == "in a file":
        monkeypatch.setattr(take_over_report, "_IN_MEMORY", 1)
    return TakeOver()


def test_entries_are_told_in_their_order_also_between_additions(report):
    report.added.append("P1")
    assert list(report.added) == ["P1"]
    report.added.extend(["P2", "P3"])

    assert (list(report.added), len(report.added), report.added.first(2)) == (["P1", "P2", "P3"], 3, ["P1", "P2"])


def test_fields_of_one_row_count_as_one_row(report):
    for row, field in (("P1", "phone"), ("P1", "note"), ("P2", "note")):
        report.changed.append({"id": row, "field": field, "before": None, "after": "电话"})

    assert (report.changed.ids, len(report.changed)) == (2, 3)


def test_the_pieces_of_json_are_the_report(report):
    report.added.extend(["P1", "P2"])
    report.rejected.append(told(3, "P3", "phone", "invalid_phone", '"\n'))
    report.unchanged = 7

    assert json.loads("".join(report.json_pieces())) == report.as_dict()
    assert report.as_dict()["rejected"][0]["line"] == 3
    assert json.loads("".join(TakeOver().json_pieces()))["added"] == []
