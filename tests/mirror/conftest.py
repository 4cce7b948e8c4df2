import pytest

from reseller_portal.sandbox.control import Control
from tests.mirror.account import Account
from tests.world import World


@pytest.fixture
def account(world: World, sandbox: Control) -> Account:
    """Two users with two domains and one, six mailboxes together. The portal's own customers have no user there yet."""
    made = Account(sandbox)
    made.user("harbor", company="Harborlight Sales", state="Oregon")
    made.user("birch")
    made.buys("harbor", "harborone.com", "harbortwo.net")
    made.buys("birch", "birchone.org")
    return made
