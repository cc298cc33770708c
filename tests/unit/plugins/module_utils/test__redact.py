# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is around a secret, nothing of it is left; other words stay."""

from __future__ import annotations

import base64
import json
import re
import string

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._redact import _SECRETS, hidden
from ansible_collections.rookery.rook.plugins.module_utils._redact_objects import redacted
from hypothesis import given
from hypothesis import strategies as st
from sites.strategies import quick, seed_words

MIXED = string.ascii_letters + string.digits
URL = str.maketrans("+/", "-_", "=")
UPPER = string.ascii_uppercase + string.digits
# What stands before and after a secret in logs; nothing that could be a part of it.
AROUND = st.text(alphabet=" \t\"'=:,;(){}[]<>|\n", max_size=6)
WORDS = st.text(alphabet=string.ascii_lowercase + " \n.:", max_size=40)


def encoded(size: int) -> st.SearchStrategy[str]:
    return st.binary(min_size=size, max_size=size).map(lambda raw: base64.b64encode(raw).decode())


def by_chance(text: str) -> bool:
    """Tell whether it has what such a secret has, but for one in a thousand."""
    upper, lower = sum(map(str.isupper, text)), sum(map(str.islower, text))
    return bool(upper and lower) and any(map(str.isdigit, text))


KEYS = st.one_of(
    # A key of Ceph before 20 and since: type, time, length, bytes.
    encoded(16).map(lambda key: "AQ" + "Bh" * 10 + key),
    encoded(32).map(lambda key: "AgD" + "hB" * 10 + key),
    # A keyring as a Secret has it.
    encoded(21).map(lambda key: base64.b64encode(f"[client.a]\n\tkey = {key}".encode()).decode()),
    # Of an object store's user.
    st.text(alphabet=MIXED, min_size=40, max_size=40).filter(by_chance),
    st.text(alphabet=UPPER, min_size=20, max_size=20).filter(
        lambda key: any(map(str.isdigit, key)) and any(map(str.isupper, key))
    ),
    # Of a service account, of Vault, and for joining nodes.
    st.tuples(encoded(30), encoded(30), encoded(30)).map(
        lambda parts: "eyJhbGciOi" + ".".join(part.translate(URL) for part in parts)
    ),
    st.text(alphabet=MIXED, min_size=24, max_size=40).map(lambda key: f"hvs.{key}"),
    # Of OpenStack.
    encoded(96).map(lambda key: "gAAAAA" + key.translate(URL)),
    st.tuples(
        st.text(alphabet="abcdef0123456789", min_size=6, max_size=6),
        st.text(alphabet="abcdef0123456789", min_size=16, max_size=16),
    ).map(".".join),
)  # fmt: skip


@quick(200)
@given(WORDS, AROUND, KEYS, AROUND, WORDS)
def test_no_secret_survives_whatever_is_around_it(
    before: str, left: str, key: str, right: str, after: str
) -> None:
    text = f"{before} {left}{key}{right} {after}"
    shown = hidden(text)
    assert key not in shown, seed_words()
    # Nor any large part of it.
    longest = max((part for part in key.replace(".", " ").split()), key=len)
    assert longest[:12] not in shown and longest[-12:] not in shown


@quick(200)
@given(st.lists(encoded(48), min_size=2, max_size=6), WORDS, st.booleans())
def test_a_private_key_goes_as_a_whole_also_when_its_end_is_cut_off(
    rows: list[str], after: str, whole: bool
) -> None:
    end = "-----END EC PRIVATE KEY-----" if whole else ""
    body = "\n".join(rows)
    shown = hidden(f"reading -----BEGIN EC PRIVATE KEY-----\n{body}\n{end}" + f" {after}" * whole)
    assert shown.startswith("reading (hidden)")
    assert not any(row in shown for row in rows)


@quick(200)
@given(KEYS, st.sampled_from(["note", "message", "annotation"]))
def test_an_object_has_no_secret_at_any_depth(key: str, name: str) -> None:
    item = {
        "kind": "CephCluster",
        "metadata": {
            "name": "rook-ceph", "managedFields": [{"f": key}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": key},
        },
        "spec": {"parts": [{"deep": {name: f"see {key} there"}}], "secretKey": key},
    }  # fmt: skip
    assert key not in json.dumps(redacted(item))


@quick(200)
@given(st.text())
def test_a_text_without_a_secret_is_hidden_once(text: str) -> None:
    assert hidden(hidden(text)) == hidden(text)


def test_a_secrets_data_is_no_part_of_anything() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "x"}, "data": {"keyring": "c2hvcnQ="}}
    assert redacted(secret)["data"] == {"keyring": "(hidden)"}


@pytest.mark.parametrize(
    "text",
    [
        "ceph auth get: key = SECRETVALUE",
        'secretKey: "SECRETVALUE"',
        "--access-key=SECRETVALUE --retry",
        "password='SECRETVALUE', user=ann",
        "Authorization: Bearer SECRETVALUE",
        "curl https://ann:SECRETVALUE@host/path",
        'AccessKey":"SECRETVALUE"}',
        "no such token=SECRETVALUE",
        "client.admin AQ" + "SECRETVALUE" * 4 + "==",
        # JSON in a string of JSON, as structured logs have it.
        r'{"msg":"got {\"password\":\"SECRETVALUE\"}"}',
        r'{"password":"before\"SECRETVALUE"}',
        "redis://:SECRETVALUE@host/0",
        "https://ann:one@SECRETVALUE@host/path",
        "kubeadm join --certificate-key SECRETVALUE --v=5",
        "run --admin-password SECRETVALUE",
        r"{\"auths\":{\"host\":{\"auth\":\"SECRETVALUE\"}}}",
        '"auth": "SECRETVALUE"',
        'auth = "SECRETVALUE"',
        "a token was given: gAAAAABSECRETVALUE-a_b-c_d-e_f-g_h",
        "password: |\n  SECRETVALUE\n",
        "token: >-\n  SECRETVALUE",
        "  password: |\n    some words\n    of SECRETVALUE\n",
        "passphrase: >2\n  some\n   of SECRETVALUE",
        r'{"msg": "password: |\n  some words\n  of SECRETVALUE\n", "level": "info"}',
        r'{"msg": "\"token\": |-\n  a \"word\" and SECRETVALUE"}',
        r'{"body": "{\"msg\": \"secret: >\\n  some\\n  of SECRETVALUE\\n\"}"}',
    ],
)
def test_no_secret_is_told(text: str) -> None:
    assert "SECRETVALUE" not in hidden(text) and "(hidden)" in hidden(text)


def test_of_a_text_of_yaml_all_lines_are_hidden_and_no_more() -> None:
    told = hidden("  secret: |\n    one two\n      three\n    four\n  pool: fast\n")
    assert told == "  secret: |\n    (hidden)\n  pool: fast\n"


def test_of_a_text_of_yaml_in_json_all_lines_are_hidden_and_no_more() -> None:
    told = hidden(r'{"msg": "secret: |\n  one \"two\"\n    three\npool: fast\n", "level": "info"}')
    assert told == r'{"msg": "secret: (hidden)  (hidden)\npool: fast\n", "level": "info"}'


def test_the_argument_after_an_option_for_a_secret_is_hidden() -> None:
    words = ["kubeadm", "join", "--certificate-key", "short", "--token", "--v=5", "ann"]
    shown = redacted({"kind": "Pod", "metadata": {}, "spec": {"args": words}})["spec"]["args"]
    assert shown == [
        "kubeadm", "join", "--certificate-key", "(hidden)", "--token", "--v=5", "ann",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["OS_PASSWORD", "ADMIN_PASS", "PASS", "MYSQL_PWD", "pwd"])
def test_a_variable_of_a_container_is_hidden_by_its_name(name: str) -> None:
    variables = [{"name": name, "value": "short"}, {"name": "BYPASS", "value": "told"}]
    shown = redacted({"kind": "Pod", "metadata": {}, "spec": {"env": variables}})["spec"]["env"]
    assert [each["value"] for each in shown] == ["(hidden)", "told"]


def test_other_words_stay() -> None:
    text = 'failed to create pool "fast": no OSD of class ssd (3 OSDs down): exit status 2'
    assert hidden(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "quay.io/ceph/ceph@sha256:" + "0123456789abcdef" * 4,
        "osd.3 11111111-2222-4333-8444-555555555555 on /dev/disk/by-id/wwn-0x5000c500a1b2c3d4",
        "/var/lib/kubelet/pods/0f0e0d0c-0000-4000-8000-000000000001/volumes/kubernetes.io~csi/pvc",
        "NamespaceDeletionDiscoveryFailure=True RadosNamespaceDeletionIsBlocked",
        'secrets "rook-csi-rbd-provisioner" not found',
        "rook-ceph.rbd.csi.ceph.com-ctrlplugin-7b9c5d6f8d-x2v4q",
        "/usr/libexec/kubernetes/kubelet-plugins/volume/exec: read-only file system",
    ],
)
def test_names_digests_and_paths_stay(text: str) -> None:
    assert hidden(text) == text


@pytest.mark.parametrize("text", ["-" * 20_000, "://x:" * 20_000, "--" + "key-" * 20_000])
def test_a_long_line_is_read_in_one_go(text: str) -> None:
    """With patterns that look again from each place it takes minutes."""
    assert hidden(text) == text


@pytest.mark.parametrize(("parts", "pattern"), [row for row in _SECRETS if row[0] != ("",)])
def test_a_text_that_has_a_secret_has_a_part_by_which_it_is_looked_for(
    parts: tuple[str, ...], pattern: re.Pattern[str]
) -> None:
    @quick(60)
    @given(st.from_regex(pattern))
    def one(text: str) -> None:
        assert any(part in text.casefold() for part in parts)

    one()
