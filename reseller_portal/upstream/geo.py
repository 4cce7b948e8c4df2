"""Countries and states, as the upstream spells them."""

from dataclasses import dataclass

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.reading import data_of


@dataclass(frozen=True)
class Geo:
    """Group `geo` of the API."""

    caller: Caller

    def countries(self) -> dict[str, str]:
        """Code by name. Evidence: secondary."""
        return _as_texts("list_countries", self.caller.call("list_countries"))

    def states(self, country_code: str) -> dict[str, str]:
        """Code by name, of one country. Evidence: secondary."""
        return _as_texts("list_states", self.caller.call("list_states", query={"countryCode": country_code}))


def _as_texts(operation: str, envelope: dict[str, object]) -> dict[str, str]:
    return {name: str(code) for name, code in data_of(operation, envelope).content.items()}
