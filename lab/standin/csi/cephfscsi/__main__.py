# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the driver in a pod: `ROLE=node` on every node, `ROLE=controller` once."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading

from cephfscsi import settings as settings_of
from cephfscsi.roles import run_controller, run_node
from cephfscsi.stop import Stop

LOG = logging.getLogger("cephfscsi")


def main() -> int:
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    stop = Stop()
    threading.excepthook = stop.thread_failed
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = settings_of.read(os.environ)
        LOG.info("%s of %s", settings.role, settings.driver)
        {"node": run_node, "controller": run_controller}[settings.role](settings, stop)
    except (ValueError, OSError, subprocess.CalledProcessError) as error:
        LOG.error("the driver cannot run: %s", error)
        return 1
    if stop.reason:
        LOG.error("%s", stop.reason)
    return 1 if stop.reason else 0


if __name__ == "__main__":
    sys.exit(main())
