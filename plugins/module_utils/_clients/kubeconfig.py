# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""From a kubeconfig file to a connection.

An ordinary file, with certificates or a token in it, is read here: to import the kubernetes package
takes longer than all requests of a run that changes nothing. Whatever else a file may have, such as
logins by other programs, and a proxy, is left to that package.
"""

from __future__ import annotations

import base64
import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import ssl
import tempfile
import threading
import typing as t
from pathlib import Path
from urllib.request import getproxies_environment

from ansible_collections.rookery.rook.plugins.module_utils._clients import certificate
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import Access
from ansible_collections.rookery.rook.plugins.module_utils._errors import ClientError
from ansible_collections.rookery.rook.plugins.module_utils._options import option

IMPORT_PROBLEM: str | None = None
try:
    import urllib3
    import yaml
except ImportError as error:
    IMPORT_PROBLEM = str(error)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Section = Mapping[str, t.Any]

A = t.TypeVar("A")

# One for each kind of a site that is waited for and for what Rook makes for it, and the threads.
CONNECTIONS = 48
# For programs and servers that give credentials, which may wait until somebody logs in.
LOGIN_SECONDS = 180.0
ACTION = "read the kubeconfig"
_SET_OTHER = f"Set {option('kubeconfig')} to the administrator's file of the cluster"
_CERTIFICATE, _KEY = "client-certificate", "client-key"
_AUTHORITY = "certificate-authority"
_CLUSTER = frozenset({"server", _AUTHORITY, f"{_AUTHORITY}-data", "extensions"})
_USER = frozenset({"token", _CERTIFICATE, f"{_CERTIFICATE}-data", _KEY, f"{_KEY}-data"})


@dataclasses.dataclass(frozen=True)
class Connection:
    """A way to one API: a pool of connections, what proves who we are, and words for messages.

    package returns the kubernetes package's own client, for what is done by that package.
    """

    pool: t.Any
    headers: Callable[[], dict[str, str]]
    access: Access
    package: Callable[[], t.Any]


def is_missing(kubeconfig: str) -> bool:
    """Tell whether there is no such file; one that may not be looked at is not missing.

    kubectl takes several files with colons between them, of which some may be missing.
    """
    if not _is_one(kubeconfig):
        return all(map(is_missing, filter(None, kubeconfig.split(os.pathsep))))
    try:
        Path(kubeconfig).expanduser().stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _is_one(kubeconfig: str) -> bool:
    """Tell whether one file is meant, which may have a colon in its name."""
    return os.pathsep not in kubeconfig or Path(kubeconfig).expanduser().exists()


def read_connection(kubeconfig: str, context: str | None) -> Connection:
    """Return the connection of a file's context; nothing is asked of the API yet."""
    if IMPORT_PROBLEM:
        raise _not_installed(IMPORT_PROBLEM)
    path = Path(kubeconfig).expanduser()
    if is_missing(kubeconfig):
        raise ClientError(
            ACTION, kubeconfig,
            f"there is no such file. {_SET_OTHER}",
        )  # fmt: skip
    package = functools.cache(lambda: _load(path, context))
    try:
        found = _sections(path, context) if _is_one(kubeconfig) else None
        plain = found is not None and _is_ordinary(*found)
        return _ordinary(path, *found, package) if found and plain else _any(path, package)
    except (yaml.YAMLError, OSError, ValueError) as problem:
        raise ClientError(ACTION, kubeconfig, " ".join(str(problem).split())) from problem


def _sections(path: Path, context: str | None) -> tuple[Section, Section] | None:
    """Return cluster and user of a context, or None for what the package shall explain."""
    content = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
    if not isinstance(content, dict):
        raise ValueError(
            f"it is no kubeconfig but other text, such as one that is encrypted. {_SET_OTHER}"
        )
    try:
        chosen = _named(content["contexts"], context or content["current-context"])["context"]
        cluster = _named(content["clusters"], chosen["cluster"])["cluster"]
        return cluster, _named(content["users"], chosen["user"])["user"]
    except (KeyError, TypeError, StopIteration):
        return None


def _named(entries: t.Iterable[Section], name: str) -> Section:
    """Return the entry of a name."""
    return next(entry for entry in entries if entry["name"] == name)


def _is_ordinary(cluster: Section, user: Section) -> bool:
    """Tell whether server, authority, and a certificate or token are all that there is."""
    return (
        set(cluster) <= _CLUSTER
        and set(user) <= _USER
        and str(cluster.get("server")).startswith("https://")
        and bool({_AUTHORITY, f"{_AUTHORITY}-data"} & set(cluster))
        and not set(getproxies_environment()) - {"no"}
    )


def _ordinary(path: Path, cluster: Section, user: Section, package: t.Any) -> Connection:
    """Return the connection of an ordinary file."""
    authority = _bytes(path, cluster, _AUTHORITY) or b""
    context = _context(ssl.CERT_REQUIRED)
    context.load_verify_locations(cadata=authority.decode())
    proof, key = _bytes(path, user, _CERTIFICATE), _bytes(path, user, _KEY)
    if proof and key:
        # The library reads files alone; this one is for our eyes only and gone at once.
        with tempfile.NamedTemporaryFile() as file:
            file.write(proof + b"\n" + key)
            file.flush()
            context.load_cert_chain(file.name)
    headers = {"authorization": f"Bearer {user['token']}"} if user.get("token") else {}
    pool = urllib3.PoolManager(maxsize=CONNECTIONS, ssl_context=context)
    until = certificate.token_expiry(str(user.get("token") or ""))
    server = cluster["server"].rstrip("/")
    access = Access(server, str(path), expiry=_expiry(proof), token_expiry=until)
    return Connection(pool, lambda: headers, access, package)


def _context(checks: ssl.VerifyMode) -> ssl.SSLContext:
    """Return what encrypts, and takes the certificates that kubectl takes.

    From 3.13 on, Python takes none of authorities without key identifiers, as those of Kubernetes'
    older releases and many that were made by hand.
    """
    context: ssl.SSLContext = urllib3.util.ssl_.create_urllib3_context(cert_reqs=checks)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _bytes(path: Path, section: Section, name: str) -> bytes | None:
    """Return what a section has in itself, or in a file beside the kubeconfig."""
    if section.get(f"{name}-data"):
        return base64.b64decode(section[f"{name}-data"])
    return (path.parent / section[name]).read_bytes() if section.get(name) else None


def _any(path: Path, package: Callable[[], t.Any]) -> Connection:
    """Return the connection of any other file; the package renews tokens on the way."""
    api = package()
    settings = api.configuration
    pool = api.rest_client.pool_manager
    how = pool.connection_pool_kw
    how["ssl_context"] = _context(how["cert_reqs"])
    if not (how.get("ca_certs") or how.get("ca_cert_data")):
        # With a context of its own, the library does not add the system's authorities.
        how["ssl_context"].load_default_certs()
    proof = None
    if settings.cert_file:
        with contextlib.suppress(OSError):
            proof = Path(settings.cert_file).read_bytes()

    def headers() -> dict[str, str]:
        # Here a token is renewed.
        told = _in_time(path, settings.auth_settings)
        token = told.get("BearerToken", {}).get("value")
        return {"authorization": token} if token else {}

    access = Access(settings.host.rstrip("/"), str(path), expiry=_expiry(proof))
    return Connection(pool, headers, access, package)


def _expiry(proof: bytes | None) -> t.Any:
    """Return when a client certificate ends."""
    return certificate.expiry(proof) if proof else None


def _load(path: Path, context: str | None) -> t.Any:
    """Return the package's client."""
    try:
        import kubernetes.config
    except ImportError as problem:
        raise _not_installed(str(problem)) from problem
    load: t.Any = kubernetes.config.new_client_from_config
    try:
        return _in_time(path, lambda: load(str(path), context, persist_config=False))
    except kubernetes.config.ConfigException as problem:
        raise ClientError(ACTION, str(path), " ".join(str(problem).split())) from problem


def _in_time(path: Path, ask: Callable[[], A]) -> A:
    """Return what the package answers, which waits without end for whoever gives credentials."""
    answer: concurrent.futures.Future[A] = concurrent.futures.Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except BaseException as problem:
            answer.set_exception(problem)

    # Nobody waits for its end, not even when the process ends.
    threading.Thread(target=work, daemon=True).start()
    try:
        return answer.result(LOGIN_SECONDS)
    except concurrent.futures.TimeoutError as problem:
        if answer.done():
            raise
        raise ClientError(
            ACTION, str(path),
            f"who gives the credentials of its user, a program or a server, gave none within "
            f"{LOGIN_SECONDS:g} s. Log in by hand (kubectl get nodes, with this file), or take a "
            "file with a token or certificate",
        ) from problem  # fmt: skip


def _not_installed(problem: str) -> ClientError:
    """Return the error for a package that is missing."""
    return ClientError(
        "connect to", "the Kubernetes API",
        f"{problem}. Install the Python package 'kubernetes' for the interpreter that runs this "
        "module",
    )  # fmt: skip
