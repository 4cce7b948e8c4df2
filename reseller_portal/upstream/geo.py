"""Reference lists for addresses."""

from dataclasses import dataclass

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller


@dataclass(frozen=True)
class Geo:
    call: Caller

    def countries(self) -> dict[str, str]:
        """Name to alpha-2 code of every country. Secondary."""
        return _codes(self.call("list_countries"))

    def states(self, country_code: str) -> dict[str, str]:
        """Name to code of the states of a country; 400 or 422 for an unknown one. Secondary."""
        return _codes(self.call("list_states", query={"countryCode": country_code}))


def _codes(answer: Answer) -> dict[str, str]:
    """The map, or the map one key deeper."""
    found = answer.one()
    deeper = [key for key, value in found.values.items() if isinstance(value, dict)]
    codes = answer.one(*deeper)
    return {name: codes.text(name) for name in codes.values}
