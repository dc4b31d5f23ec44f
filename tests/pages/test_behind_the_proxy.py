"""What the proxy of deploy/ keeps for a moment, the answers themselves call the same for everybody."""

import re

import pytest
from flask.testing import FlaskClient

from tests.structure.test_deploy import ROUTES, kept_for_a_moment

VALUES = {"point_id": "JB-001", "code": "M001", "name": "points.csv"}
KEPT = [
    re.sub(r"<(?:\w+:)?(\w+)>", lambda part: VALUES.get(part[1], "x"), rule)
    for method, rule, _ in ROUTES
    if method == "GET" and kept_for_a_moment().search(rule)
]


@pytest.mark.parametrize("address", KEPT)
def test_an_answer_that_is_kept_asks_to_be_looked_at_again_and_gives_no_cookie(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)

    if answer.status_code != 200:
        # of no package M001: only what is found is kept
        assert answer.headers["Cache-Control"] == "no-store"
    else:
        assert (answer.headers["Cache-Control"], bool(answer.headers["ETag"])) == ("no-cache", True)
        assert "Cookie" in answer.headers["Vary"] or "<html" not in answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/nearest?lat=29.5734&lon=106.5141", "/api/v1/nearest?lat=29.5734&lon=106.5141"])
def test_an_answer_about_a_position_is_never_kept(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"
