# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Whether a registry has an image: asked read-only by the API of registries, without a login."""

from __future__ import annotations

import dataclasses
import http.client
import json
import re
import ssl
import threading
import time
import typing as t
import urllib.error
import urllib.request
from urllib.parse import urlencode, urlsplit

from ansible_collections.rookery.rook.plugins.module_utils._errors import RookeryError
from ansible_collections.rookery.rook.plugins.module_utils._host.mirrors import Endpoint, is_around

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from urllib.request import OpenerDirector as Opener

    from ansible_collections.rookery.rook.plugins.module_utils._host.references import Reference
    from ansible_collections.rookery.rook.plugins.module_utils._host.system import System

PRESENT, ARCHIVED, SERVED = "present", "archived", "served"
MISSING, UNREACHABLE, UNKNOWN = "missing", "unreachable", ""
_KINDS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.docker.distribution.manifest.v2+json"
)
_WAYS = {
    401: "wants a login",
    403: "does not give it without a login",
    407: "is behind a proxy that wants a login",
    429: "is asked too often (429)",
}
_HERE, _NOT_HERE, _UNAUTHORIZED = 200, 404, 401
_TOKEN_BYTES = 1 << 20


class OddTokenError(RookeryError):
    """A registry has no token for those without a login."""


@dataclasses.dataclass(frozen=True)
class Told:
    """What became of an image: its state, nothing when it could not be decided, and why."""

    state: str
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Asker:
    """How registries are asked: by which proxies, how long, and by whose certificates."""

    system: System
    proxies: Mapping[str, str]
    patience: float

    def ask(self, image: Reference, places: Sequence[Endpoint]) -> Told:
        """Return whether one of the places has an image; the first that has it is enough."""
        found = []
        for place in places:
            told = self._place(image, place)
            if told.state == UNREACHABLE and place.plain:
                bare = f"http://{place.base.partition('://')[2]}"
                told = self._place(image, dataclasses.replace(place, base=bare))
            if told.state == SERVED:
                return told
            found.append(told)
        if not found:
            return Told(MISSING, "the container runtime is told to ask nobody for it")
        order = (UNKNOWN, UNREACHABLE, MISSING)
        state = next(state for state in order if any(told.state == state for told in found))
        return Told(state, "; ".join(dict.fromkeys(told.reason for told in found)))

    def _place(self, image: Reference, place: Endpoint) -> Told:
        """Return whether one place has an image."""
        host = urlsplit(place.base).netloc.rpartition("@")[2]
        query = f"?{urlencode({'ns': place.mirrored})}" if place.mirrored else ""
        url = f"{place.base}/{place.name}/manifests/{image.version}{query}"
        try:
            opener = self._opener(place, url)
            status = self._status(opener, url, place)
        except OddTokenError as problem:
            return Told(UNKNOWN, f"{host} {problem}")
        except OSError as problem:
            reason = getattr(problem, "reason", problem)
            silent = isinstance(reason, TimeoutError)
            words = f"silent for {self.patience:g} s" if silent else f"not reached ({reason})"
            return Told(UNREACHABLE, f"{host} is {words}")
        except (http.client.HTTPException, ValueError):
            # Their words may hold a proxy's password.
            return Told(UNREACHABLE, f"{host} or a proxy before it speaks no HTTP")
        if status == _HERE:
            return Told(SERVED)
        if status == _NOT_HERE:
            return Told(MISSING, f"{host} does not have it")
        return Told(UNKNOWN, f"{host} {_way(status)}")

    def _status(self, opener: Opener, url: str, place: Endpoint) -> int:
        """Return a registry's answer, asked with the token that anybody gets where it wants one."""
        headers = {"Accept": _KINDS}
        status, challenge = self._head(opener, url, headers)
        if status == _UNAUTHORIZED and challenge.lower().startswith("bearer "):
            token = self._token(opener, challenge, place.name)
            status = self._head(opener, url, {**headers, "Authorization": f"Bearer {token}"})[0]
        return status

    def _head(self, opener: Opener, url: str, headers: dict[str, str]) -> tuple[int, str]:
        """Return status and challenge; no answer of a registry is an error."""
        request = urllib.request.Request(url, headers=headers, method="HEAD")
        try:
            with opener.open(request, timeout=self.patience) as answer:
                return int(answer.status), ""
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, str(problem.headers.get("WWW-Authenticate") or "")

    def _token(self, opener: Opener, challenge: str, name: str) -> str:
        """Return the token that anybody gets; raises OddTokenError without one."""
        told = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        realm = told.pop("realm", "")
        if not realm.startswith(("https://", "http://")):
            raise OddTokenError(f"sends everybody to {realm or 'nobody'} for a token")
        asked = {"scope": f"repository:{name}:pull", **told}
        sign = "&" if "?" in realm else "?"
        try:
            with opener.open(f"{realm}{sign}{urlencode(asked)}", timeout=self.patience) as answer:
                given = json.loads(answer.read(_TOKEN_BYTES))
                return str(given.get("token") or given.get("access_token") or "")
        except urllib.error.HTTPError as problem:
            with problem:
                raise OddTokenError(_way(problem.code)) from problem
        except (ValueError, AttributeError) as problem:
            raise OddTokenError("gives something else than a token") from problem

    def _opener(self, place: Endpoint, url: str) -> Opener:
        """Return what speaks to a place as the runtime would."""
        context = ssl.create_default_context()
        # As the runtime, it takes authorities without key identifiers: Python 3.13 would not.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        for name in place.authorities:
            context.load_verify_locations(self.system.path(name))
        if not place.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        around = is_around(urlsplit(url).netloc, self.proxies.get("no", ""))
        chosen = {} if around else {key: self.proxies[key] for key in self.proxies if key != "no"}
        return urllib.request.build_opener(
            urllib.request.ProxyHandler(chosen),
            urllib.request.HTTPSHandler(context=context),
            _Redirected(),
        )


class _Redirected(urllib.request.HTTPRedirectHandler):
    """Go on with the same method, and without the token at another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: t.Any, code: int, msg: str, headers: t.Any,
        newurl: str,
    ) -> urllib.request.Request | None:  # fmt: skip
        new = super().redirect_request(req, fp, code, msg, headers, newurl)
        if new is not None:
            new.method = req.get_method()
            if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
                new.remove_header("Authorization")
        return new


def _way(status: int) -> str:
    return _WAYS.get(status, f"answers {status}")


def ask_all(images: Sequence[str], ask: Callable[[str], Told], seconds: float) -> dict[str, Told]:
    """Return what becomes of each image, all asked at the same time; those that wait end with us.

    Looking up a name cannot be broken off, so nobody waits for those that take longer.
    """
    found: dict[str, Told] = {}
    threads = [
        threading.Thread(target=lambda name=image: found.update({name: ask(name)}), daemon=True)
        for image in images
    ]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late = Told(UNREACHABLE, f"nobody answered within {seconds:g} s")
    return {image: found.get(image, late) for image in images}
