# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a kubelet's directory is written, it is read, set and taken out, and nothing else is."""

from __future__ import annotations

import pytest
from ansible_collections.rookery.rook.plugins.module_utils._host import kubelet_settings

YAML = "/var/lib/kubelet/config.yaml"
DROP_IN = "/etc/kubernetes/kubelet.conf.d/10-dirs.conf"
FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
UNIT = "/etc/systemd/system/kubelet.service.d/20-extra.conf"


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        (YAML, "volumePluginDir: /a\n", "/a"),
        (YAML, '"volumePluginDir": "/a" # ours\nx: 1\n', "/a"),
        (YAML, "nested:\n  volumePluginDir: /a\n", None),
        (YAML, "volumePluginDirs: /a\n", None),
        (DROP_IN, "volumePluginDir:   '/a'", "/a"),
        (FLAGS, 'ARGS="--x=1 --volume-plugin-dir=/a --y"\n', "/a"),
        (FLAGS, "ARGS=--volume-plugin-dir=/b --volume-plugin-dir /a\n", "/a"),
        (UNIT, "[Service]\nExecStart=kubelet --volume-plugin-dir=/a\n", "/a"),
        (UNIT, "# volumePluginDir: /a\n", None),
        (UNIT, "Environment=X=--volume-plugin-dir=/a\n # X=--volume-plugin-dir=/b\n", "/a"),
        (UNIT, "; was --volume-plugin-dir=/b\n", None),
    ],
)
def test_the_value_is_found_where_it_counts(path: str, text: str, value: str | None) -> None:
    assert kubelet_settings.value_of(text, path) == value


@pytest.mark.parametrize(
    ("path", "text", "after"),
    [
        (YAML, "a: 1", "a: 1\nvolumePluginDir: /new\n"),
        (YAML, "", "volumePluginDir: /new\n"),
        (YAML, "a: 1\nvolumePluginDir: /old # x\nb: 2\n", "a: 1\nvolumePluginDir: /new\nb: 2\n"),
        (FLAGS, 'A="--volume-plugin-dir=/old"\n', 'A="--volume-plugin-dir=/new"\n'),
        (FLAGS, 'A="--volume-plugin-dir /old -v"\n', 'A="--volume-plugin-dir=/new -v"\n'),
        (
            FLAGS,
            '#A="--volume-plugin-dir=/x"\nA="--volume-plugin-dir=/old"\n',
            '#A="--volume-plugin-dir=/x"\nA="--volume-plugin-dir=/new"\n',
        ),
    ],
)
def test_only_the_value_changes(path: str, text: str, after: str) -> None:
    assert kubelet_settings.with_value(text, path, "/new") == after
    assert kubelet_settings.value_of(after, path) == "/new"


@pytest.mark.parametrize(
    ("path", "text", "after"),
    [
        (YAML, "a: 1\nvolumePluginDir: /old\nb: 2\n", "a: 1\nb: 2\n"),
        (YAML, '{"volumePluginDir": "/old", "a": 1}', '{\n  "a": 1\n}\n'),
        (FLAGS, 'A="-x --volume-plugin-dir=/old -v"\n', 'A="-x  -v"\n'),
    ],
)
def test_a_value_can_be_taken_out_again(path: str, text: str, after: str) -> None:
    assert kubelet_settings.with_value(text, path, None) == after


def test_of_a_flag_that_stands_twice_the_last_counts() -> None:
    words = ["kubelet", "--root-dir=/a", "--v", "2", "--root-dir", "/b", "root-dir=/c"]
    assert kubelet_settings.flag_value(words, "root-dir") == "/b"
    assert kubelet_settings.flag_value([], "root-dir") == ""
