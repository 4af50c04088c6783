from __future__ import annotations

import pytest

from odoosync.api.reading.run_csv import safe


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])  # noqa: RUF001
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["anna", "a=b", "", 3, -3, 0.5, None])
def test_other_values_stay_as_they_are(value: object) -> None:
    assert safe(value) == value


def test_lists_and_documents_are_json() -> None:
    assert safe(["=mobile"]) == '["=mobile"]'
