"""`python -m reseller_portal.upstream`: the upstream at an operator's prompt."""

import sys

from reseller_portal.upstream.cli.run import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
