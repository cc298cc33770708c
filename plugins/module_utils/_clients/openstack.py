# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""OpenStack's APIs through openstacksdk's session: one login, plain requests, many threads.

What can be repeated is, as long as the cloud does not answer. Of a creation without an answer it
is not known whether it was done: that is told, for the caller to look.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import sys
import threading
import time
import typing as t
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from ansible_collections.rookery.rook.plugins.module_utils._cloud.ask import Request, UnsureError
from ansible_collections.rookery.rook.plugins.module_utils._cloud.words import (
    hide,
    message_of,
    sentence,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    RookeryError,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 8
# Seconds between tries; a service that restarts needs about their sum.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
# Seconds without an answer after which a request has failed, unless the configuration says else.
SILENCE = 120.0
# A service that is silent so often is not asked again: each time takes as long.
SILENCES = 2
# The longest that a cloud's own wish to be left alone is followed.
LONGEST_PAUSE = 60.0
_BUSY = frozenset({429, 503})
_FAULTS = frozenset({500, 502, 504})
# What each service is called in catalogs, the version of its paths, and the one of its details:
# those of OpenStack Stein, with what is used here and not more.
SERVICES: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "compute": (("compute",), "/v2.1", "compute 2.72"),
    "network": (("network",), "/v2.0", ""),
    "image": (("image",), "/v2", ""),
    "block-storage": (
        ("block-storage", "volumev3", "block-store", "volume"), "/v3", "volume 3.50",
    ),
    "load-balancer": (("load-balancer",), "/v2", ""),
}  # fmt: skip
# How openstacksdk fails on a text where it expects a mapping, and the like.
_OTHER_SORT = (AttributeError, ValueError)
_AUTH = ("auth_type", "region_name", "interface", "api_timeout")


class NoService(RookeryError):
    """The cloud does not offer a service."""


class Cloud:
    """One project of a cloud."""

    def __init__(
        self, region: t.Any, sleep: Callable[[float], None] = time.sleep, *, reads: bool = False
    ) -> None:
        self._region = region
        self._session = region.get_session()
        # A cloud that takes a request and says nothing must not hold the run for ever.
        self._session.timeout = self._session.timeout or SILENCE
        self._sleep = sleep
        self._reads = reads
        self._lock = threading.Lock()
        self._endpoints: dict[str, str] = {}
        self._beginning: threading.Thread | None = None
        self._refusal: RookeryError | None = None
        self.requests = 0
        self.unsure = 0
        # What the user may not list.
        self.refused: set[str] = set()

    @classmethod
    def connect(
        cls, params: Mapping[str, t.Any], *, reads: bool = False, alone: bool = False
    ) -> Cloud:
        """Return the cloud that a module's parameters name; nothing is sent yet.

        alone says that nothing else in this process is to use openstacksdk.
        """
        try:
            with _no_garbage():
                if alone:
                    _leave_out_services()
                from keystoneauth1.exceptions import ClientException
                from openstack import config, exceptions
                from yaml import YAMLError

                if alone:
                    # What was loaded stays: to look through it for garbage later is in vain too.
                    gc.freeze()
        except ImportError as error:
            way_on = "Install openstacksdk into the Python that runs the module"
            raise RookeryError(f"openstacksdk cannot be loaded: {error}. {way_on}.") from error
        known = None
        try:
            known = config.OpenStackConfig()
            region = known.get_one(params["cloud"] or None, **_given(params))
            return cls(region, reads=reads)
        # A key that auth must not have is told by a TypeError.
        except (
            exceptions.ConfigException, ClientException, TypeError, YAMLError, *_OTHER_SORT,
        ) as error:  # fmt: skip
            words = _unnamed(known, params) or _told_of(error)
            raise RookeryError(
                f"No cloud can be made out of cloud, auth and OS_*: {words}."
            ) from error

    def begin_login(self) -> None:
        """Begin to log in, while the caller does something else."""
        # What has nothing to ask in the end does not wait for an answer.
        self._beginning = threading.Thread(target=self._begin, daemon=True)
        self._beginning.start()

    def _begin(self) -> None:
        try:
            self._access()
        except RookeryError as error:
            self._refusal = error

    def login(self) -> None:
        """Log in, unless that was done; raise RookeryError when the cloud refuses."""
        if self._beginning:
            self._beginning.join()
        if self._refusal:
            # Asked once more, a cloud may count that as another attempt with a wrong password.
            raise self._refusal
        self._access()

    @property
    def project(self) -> str:
        """Return the id of the project; the first to ask logs in."""
        project = self._access().project_id
        if not project:
            raise RookeryError("The credential is not of a project. Set project_name in auth.")
        return str(project)

    def has(self, service: str) -> bool:
        """Tell whether the cloud offers a service."""
        try:
            self._endpoint(service)
        except NoService:
            return False
        return True

    def send(self, request: Request) -> t.Any:
        """Send one request, and return the answer; None for one that was done already."""
        if self._reads and request.method != "GET":
            raise RookeryError(
                f"Refused to {request.method} {request.path}: this client only reads. "
                "This is a fault of the collection, please report it."
            )
        pauses, silences = iter(PAUSES), 0
        while True:
            answer = self._once(request)
            problem, after = self._problem(request, answer)
            if problem is None:
                return _content(request, answer)
            silences += isinstance(answer, TimeoutError)
            again = after is not None and silences < SILENCES
            pause = next(pauses, None) if again else None
            if pause is None:
                raise problem
            self._sleep(max(pause, after or 0.0))

    def list(
        self, service: str, path: str, many: str, **query: str | Sequence[str]
    ) -> list[dict[str, t.Any]]:
        """Return all of a collection, page by page; of a query with several values each counts."""
        words = urlencode(query, doseq=True)
        return list(self._pages(service, f"{path}?{words}" if words else path, many))

    def _pages(self, service: str, path: str, many: str) -> Iterator[dict[str, t.Any]]:
        """Yield the entries of a collection."""
        while path:
            answer = self.send(Request("GET", service, path, many))
            yield from answer[many]
            links = answer.get(f"{many}_links") or ()
            further = next((item["href"] for item in links if item["rel"] == "next"), "")
            path = self._relative(service, further or answer.get("next") or "")

    def _relative(self, service: str, link: str) -> str:
        """Return the path of a link to more, as seen from the service's address."""
        if not link:
            return ""
        parts = urlsplit(link)
        base = urlsplit(self._endpoint(service)).path
        path = parts.path[len(base) :] if parts.path.startswith(base) else parts.path
        path = path.removeprefix(SERVICES[service][1]) if path == parts.path else path
        return f"{path}?{parts.query}"

    def _once(self, request: Request) -> t.Any:
        """Send a request once; the answer may be an exception of the connection."""
        from keystoneauth1 import exceptions

        _names, _version, details = SERVICES[request.service]
        headers = {"Accept": "application/json"}
        if details:
            headers["OpenStack-API-Version"] = details
        url = self._endpoint(request.service) + request.path
        with self._lock:
            self.requests += 1
        try:
            return self._session.request(
                url, request.method, json=request.body, headers=headers, raise_exc=False,
                connect_retries=0, status_code_retries=0,
                # Some services answer 300 with their versions; that is not what was asked for.
                redirect=False,
            )  # fmt: skip
        except exceptions.ConnectTimeout:
            # The exception tells the address alone.
            words = f"no answer from {url} within {self._session.timeout:g} s, which api_timeout"
            return TimeoutError(f"{words} sets. Ask the cloud's operator whether it works")
        except exceptions.ClientException as error:
            return error

    def _problem(self, request: Request, answer: t.Any) -> tuple[ClientError | None, float | None]:
        """Return what is wrong with an answer, and after how long to try again if at all."""
        action, target = request.method.lower(), request.target
        if isinstance(answer, Exception):
            words = f"{type(answer).__name__}: {answer}".split("\n")[0]
            if request.again:
                return ClientError(action, target, words), 0.0
            return self._unsure(action, target, words, None), None
        status = answer.status_code
        if status < 300 or status in request.accept:
            return None, None
        words = _told(answer, request)
        if status in _BUSY:
            return ClientError(action, target, words, status), _after(answer)
        if status in _FAULTS and not request.again:
            return self._unsure(action, target, words, status), None
        return ClientError(action, target, words, status), 0.0 if status in _FAULTS else None

    def _unsure(self, action: str, target: str, words: str, status: int | None) -> ClientError:
        """Return that nobody knows whether a creation was done."""
        with self._lock:
            self.unsure += 1
        return UnsureError(action, target, words, status)

    def _access(self) -> t.Any:
        """Return token and catalog; the session keeps and renews them."""
        from keystoneauth1 import exceptions

        with self._lock:
            try:
                return self._session.auth.get_access(self._session)
            except exceptions.ClientException as error:
                text = str(error).split("\n")[0]
                way_on = "Check cloud, auth and OS_*, and that the cloud's address can be reached"
                raise RookeryError(f"The login failed: {text}. {way_on}.") from error

    def _endpoint(self, service: str) -> str:
        """Return the address of a service with the version of its paths."""
        if service not in self._endpoints:
            self._endpoints[service] = self._find_endpoint(service)
        return self._endpoints[service]

    def _find_endpoint(self, service: str) -> str:
        """Return the address from the configuration, else from the catalog."""
        names, version, _details = SERVICES[service]
        url = self._region.get_endpoint(service)
        catalog = self._access().service_catalog
        interface = self._region.get_interface(service) or "public"
        region = self._region.get_region_name(service)
        for name in names:
            found = catalog.get_endpoints_data(
                service_type=name, interface=interface, region_name=region
            )
            url = url or next((item.url for items in found.values() for item in items), "")
        if not url:
            where = f"{f'in region {region} ' if region else ''}with interface {interface}"
            raise NoService(
                f"The cloud's catalog has no {service} service {where} for this project."
            )
        plain = str(url).rstrip("/")
        parts = urlsplit(plain).path.split("/")
        versioned = any(part[:1] == "v" and part[1:2].isdigit() for part in parts)
        return plain if versioned else f"{plain}{version}"


def _leave_out_services() -> None:
    """Let openstacksdk's configuration be imported without the classes of all services.

    The package imports those first, and none of them is used here: half of what a run takes to
    load. What has the package already keeps it.
    """
    spec = importlib.util.find_spec("openstack")
    if spec and "openstack" not in sys.modules:
        sys.modules["openstack"] = importlib.util.module_from_spec(spec)


@contextlib.contextmanager
def _no_garbage() -> Iterator[None]:
    """Let Python not look for garbage in what an import makes; of the whole SDK that adds up."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _given(params: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the parameters that are set, under the names that openstacksdk has for them."""
    found = {name: params[name] for name in _AUTH if params[name] is not None}
    if params["auth"]:
        found["auth"] = dict(params["auth"])
    if params["validate_certs"] is not None:
        found["verify"] = params["validate_certs"]
    for name, theirs in (("ca_cert", "cacert"), ("client_cert", "cert"), ("client_key", "key")):
        if params[name]:
            found[theirs] = params[name]
    return found


def _told_of(error: Exception) -> str:
    """Return what is wrong with a configuration, and what to do."""
    way_on = "Complete or correct these, or clouds.yaml"
    if isinstance(error, _OTHER_SORT):
        way_on += ", where clouds has a mapping for each cloud, and that one for auth"
    return f"{' '.join(str(error).split()).rstrip('.')}. {way_on}"


def _unnamed(known: t.Any, params: Mapping[str, t.Any]) -> str:
    """Return that one of several clouds is to be named; nothing when that is not what is missing.

    openstacksdk takes the only one, and of several none: it misses what each of them has.
    """
    if known is None or known.default_cloud or params["cloud"] or params["auth"]:
        return ""
    names = ", ".join(sorted(known.get_cloud_names()))
    return (
        f"none is named, and clouds.yaml has {names}. Name one in cloud (the role's "
        "rook_openstack_cloud), or in OS_CLOUD"
    )


def _content(request: Request, answer: t.Any) -> t.Any:
    """Return what an answer holds; None for an empty one, and for what was done already."""
    if not answer.content or answer.status_code >= 400:
        return None
    try:
        return answer.json()
    except ValueError as error:
        words = f"the {request.service} service answered with what is no JSON"
        way_on = "Check its address, and what is on the way to it"
        action = request.method.lower()
        raise ClientError(action, request.target, f"{words}. {way_on}") from error


def _told(answer: t.Any, request: Request) -> str:
    """Return the words of an answer with the id by which the cloud's logs know it."""
    try:
        text = message_of(answer.json())
    except ValueError:
        text = str(answer.reason or "")
    headers = answer.headers
    known = headers.get("x-openstack-request-id") or headers.get("x-compute-request-id") or ""
    words = sentence(answer.status_code, hide(text, request.body))
    return f"{words.rstrip('.')} [{known}]" if known else words


def _after(answer: t.Any) -> float:
    """Return for how many seconds the cloud asks to be left alone."""
    text = str(answer.headers.get("Retry-After") or "0")
    return min(float(text) if text.replace(".", "", 1).isdigit() else 0.0, LONGEST_PAUSE)
