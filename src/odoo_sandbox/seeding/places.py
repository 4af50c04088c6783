"""Countries and states, as many as contacts live in."""

from __future__ import annotations

from dataclasses import dataclass

from odoo_sandbox.world import World

_COUNTRIES = (
    "AR Argentina|AT Austria|AU Australia|BE Belgium|BR Brazil|CA Canada|CH Switzerland|CL Chile|"
    "CN China|CO Colombia|CZ Czech Republic|DE Germany|DK Denmark|EG Egypt|ES Spain|FI Finland|"
    "FR France|GB United Kingdom|GR Greece|HR Croatia|HU Hungary|IE Ireland|IL Israel|IN India|"
    "IT Italy|JP Japan|KR South Korea|LU Luxembourg|MA Morocco|MX Mexico|NL Netherlands|NO Norway|"
    "NZ New Zealand|PE Peru|PL Poland|PT Portugal|RO Romania|RS Serbia|SE Sweden|SG Singapore|"
    "SI Slovenia|SK Slovakia|TH Thailand|TN Tunisia|TR Türkiye|UA Ukraine|US United States|"
    "UY Uruguay|VN Vietnam|ZA South Africa"
)
_STATES = {
    "US": "CA California|CO Colorado|FL Florida|NY New York|OR Oregon|TX Texas|WA Washington",
    "CA": "BC British Columbia|ON Ontario|QC Quebec",
    "AU": "NSW New South Wales|QLD Queensland|VIC Victoria",
    "BR": "MG Minas Gerais|RJ Rio de Janeiro|SP São Paulo",
    "IN": "KA Karnataka|MH Maharashtra|TN Tamil Nadu",
    "IT": "BZ Bolzano|MI Milano|RM Roma",
    "JP": "13 Tōkyō|26 Kyōto|27 Ōsaka",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Country ids, and for each the states that it has here."""

    countries: tuple[int, ...]
    states: dict[int, tuple[int, ...]]


def seed_places(world: World) -> Places:
    states: dict[int, tuple[int, ...]] = {}
    countries = []
    with world.transaction(uid=1) as tx:
        for code, name in _pairs(_COUNTRIES):
            country = tx.insert("res.country", {"code": code, "name": name})
            countries.append(country)
            states[country] = tuple(
                tx.insert(
                    "res.country.state",
                    {"code": state_code, "name": state, "country_id": country},
                )
                for state_code, state in _pairs(_STATES.get(code, ""))
            )
    return Places(tuple(countries), states)


def _pairs(packed: str) -> list[tuple[str, str]]:
    return [(one[: one.index(" ")], one[one.index(" ") + 1 :]) for one in packed.split("|") if one]
