from __future__ import annotations

from odoosync.connections.preferences import Preferences

SOME = Preferences(
    datasets=("contacts",),
    fields={"contacts": ("name", "email")},
    language="de_DE",
    company_ids=(2, 1),
    lookback=600,
    page_size=500,
    call_spacing=0.5,
    parallel_calls=1,
)


def test_preferences_survive_being_stored() -> None:
    assert Preferences.from_json(SOME.to_json()) == SOME
    assert Preferences.from_json(SOME.to_json()).fields["contacts"] == ("name", "email")


def test_the_usual_way_is_stored_as_nothing() -> None:
    assert Preferences().to_json() == {}
    assert Preferences.from_json({}) == Preferences()


def test_what_another_version_stored_is_skipped() -> None:
    assert Preferences.from_json({"language": "de_DE", "mood": 1}) == Preferences(language="de_DE")
