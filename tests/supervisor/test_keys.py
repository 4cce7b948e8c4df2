import base64
import stat
from pathlib import Path

from reseller_portal.supervisor.keys import NAMES, load_keys


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert set(first) == set(NAMES)
    assert len(set(first.values())) == len(NAMES)
    assert load_keys(tmp_path) == first


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    load_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_the_field_key_is_one_that_can_encrypt(tmp_path: Path) -> None:
    assert len(base64.urlsafe_b64decode(load_keys(tmp_path)["FIELD_KEYS"])) == 32


def test_another_folder_has_other_secrets(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert load_keys(tmp_path)["SECRET_KEY"] != load_keys(tmp_path / "other")["SECRET_KEY"]
