"""The machine's own assertions show what they compared, too."""

import pytest

pytest.register_assert_rewrite("tests.model.machine", "tests.model.compared")
