"""Messages to the upstream's people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reseller_portal.upstream.answer import Accepted, accepted
from reseller_portal.upstream.caller import Caller


@dataclass(frozen=True)
class Support:
    call: Caller

    def send_error(self, message: str, *, user_id: str = "", details: Mapping[str, Any] | None = None) -> Accepted:
        """Tells them of an error; no secrets in it. Nothing depends on this call, all of it is assumed.

        A repeat tells them twice.
        """
        said = {"userId": user_id, "message": message, "details": dict(details or {})}
        return accepted(self.call("send_error", body={key: value for key, value in said.items() if value}))
