"""One case per operation: the call that sends the contract's example, and what the example's answer is read as."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reseller_portal.upstream.client import Client

IVO = "YZS4A3R5E4MP3MBF9XYW7R9TT1D7"
TAMSIN = "PPPD0928MX41RG00AE0J65CKWZ6N"


@dataclass(frozen=True)
class Case:
    call: Callable[[Client], Any]
    answer: Any
