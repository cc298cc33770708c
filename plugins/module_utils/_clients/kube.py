# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""The Kubernetes API: requests over one pool of connections, objects as plain dictionaries.

Commands in pods go by the websocket of the kubernetes package, which is imported for them alone.
"""

from __future__ import annotations

import contextlib
import json
import typing as t
from urllib.parse import urlencode

from ansible_collections.rookery.rook.plugins.module_utils._clients.discovery import (
    DEFINITIONS,
    PLAIN,
    Discovery,
    definition_of,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.failures import (
    NO_NAMESPACE,
    READ_LOG,
    ExpiredError,
    UnreachableError,
    failure,
    parsed,
    unreachable,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import (
    read_connection,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import (
    Event,
    Listing,
    Outcome,
    Ref,
)
from ansible_collections.rookery.rook.plugins.module_utils._clients.retrying import (
    EarlierTryError,
    Tries,
    holds,
)
from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
)

# Without it there is no connection, and no call.
with contextlib.suppress(ImportError):
    import urllib3

if t.TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.rookery.rook.plugins.module_utils._clients.kubeconfig import (
        Connection,
    )
    from ansible_collections.rookery.rook.plugins.module_utils._clients.ports import Keep, Object

FIELD_MANAGER = "rookery"
# So many objects come at a time: some megabytes of the largest that there are many of.
PAGE = 1000
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
# A call is not tried again after so many times the limit of one try.
PATIENCE = 2
# A list of many pages is begun again so often when its pages are too old to go on.
LISTS = 3
# The API server sends a bookmark about once a minute: a watch that is silent longer is dead.
SILENCE_SECONDS = 90.0


class KubeClient:
    """A connection to one cluster; threads may share it."""

    def __init__(self, connection: Connection, seconds: float | None = None) -> None:
        self._connection = connection
        self._access = connection.access
        self._connect_seconds = min(seconds or CONNECT_SECONDS, CONNECT_SECONDS)
        self._answer_seconds = seconds or ANSWER_SECONDS
        self._discovery = Discovery(self._kinds)

    @classmethod
    def connect(
        cls, kubeconfig: str, context: str | None = None, seconds: float | None = None
    ) -> KubeClient:
        """Return a client for a kubeconfig file; nothing is asked of the API yet.

        seconds is how long one try of a call may take, if it is to be less than usual.
        """
        return cls(read_connection(kubeconfig, context), seconds)

    @property
    def expiry(self) -> datetime.datetime | None:
        """When the credentials end, as far as the kubeconfig tells."""
        return self._access.expiry

    def serves(self, api_version: str, kind: str, *, soon: bool = False) -> bool:
        """Tell whether the API knows the kind; soon waits for one that is only just defined."""
        if soon:
            return self._discovery.soon(api_version, kind, self._defines) is not None
        return self._discovery.find(api_version, kind) is not None

    def get(self, ref: Ref) -> Object | None:
        """Return one object, or None when it or its kind does not exist."""
        path = self._path(ref.api_version, ref.kind, ref.namespace, ref.name)
        if path is None:
            return None
        try:
            return self._ask("GET", path, "read", _words(ref))
        except ClientError as problem:
            if problem.status == 404:
                return None
            raise

    def list(
        self, api_version: str, kind: str, namespace: str = "", labels: str = "",
        keep: Keep | None = None,
    ) -> Listing:  # fmt: skip
        """Return all objects of a kind, or what is kept of them; none without the kind."""
        path = self._path(api_version, kind, namespace)
        items: list[Object] = []
        query = {"limit": str(PAGE), "labelSelector": labels}
        left = LISTS
        while path:
            try:
                page = self._ask("GET", path, "list", kind, query)
            except ExpiredError:
                left -= 1
                if not left:
                    raise
                items, query = [], {"limit": str(PAGE), "labelSelector": labels}
                continue
            except ClientError as problem:
                if problem.status == 404:
                    # Its definition was removed since the API was asked what it serves.
                    break
                raise
            found = ({"apiVersion": api_version, "kind": kind} | item for item in page["items"])
            items += filter(None, map(keep, found)) if keep else found
            query["continue"] = page["metadata"].get("continue", "")
            if not query["continue"]:
                return Listing(tuple(items), page["metadata"].get("resourceVersion", ""))
        return Listing((), "")

    def watch(
        self, api_version: str, kind: str, namespace: str, labels: str, version: str, seconds: int
    ) -> Iterator[Event]:
        """Yield changes since a version; bookmarks come too, so that the version stays fresh."""
        path = self._path(api_version, kind, namespace)
        if path is None:
            return
        query = {
            "watch": "true", "allowWatchBookmarks": "true", "labelSelector": labels,
            "resourceVersion": version, "timeoutSeconds": str(seconds),
        }  # fmt: skip
        for line in self._stream(path, query, kind):
            event = json.loads(line)
            if event["type"] == "ERROR":
                body = json.dumps(event["object"]).encode()
                code = int(event["object"].get("code") or 500)
                raise failure("watch", kind, self._access, code, body)
            yield Event(event["type"], {"apiVersion": api_version, "kind": kind} | event["object"])

    def apply(self, manifest: Object, dry_run: bool = False) -> Object:
        """Make the manifest's fields so; fields of others stay, ours that it lacks go."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true", "fieldValidation": "Strict"}
        return self._write("PATCH", manifest, query, dry_run, "application/apply-patch+yaml")

    def create(self, manifest: Object, dry_run: bool = False) -> Object:
        """Make an object; it is a conflict when it exists."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        return self._write("POST", manifest, query, dry_run, "application/json")

    def patch(self, ref: Ref, patch: Object, dry_run: bool = False) -> Object:
        """Merge a JSON merge patch into an object."""
        path = self._must(ref.api_version, ref.kind, ref.namespace, ref.name, "change")
        query = {"fieldManager": FIELD_MANAGER} | ({"dryRun": "All"} if dry_run else {})
        kind = "application/merge-patch+json"
        return self._ask("PATCH", path, "change", _words(ref), query, patch, kind)

    def delete(
        self, ref: Ref, uid: str, propagation: str = "Background", version: str = ""
    ) -> bool:
        """Delete exactly the object that was observed, not one that was made since."""
        path = self._path(ref.api_version, ref.kind, ref.namespace, ref.name)
        body = {
            "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": propagation,
            "preconditions": {"uid": uid} | ({"resourceVersion": version} if version else {}),
        }  # fmt: skip
        try:
            return path is not None and bool(
                self._ask("DELETE", path, "delete", _words(ref), {}, body, "application/json")
            )
        except ClientError as problem:
            if problem.status == 404:
                return False
            raise

    def logs(self, namespace: str, pod: str, container: str = "", tail: int = 50) -> str:
        """Return the last lines of a container's log."""
        path = self._must("v1", "Pod", namespace, pod, READ_LOG) + "/log"
        query = {"tailLines": str(tail), "container": container}
        words = f"Pod {namespace}/{pod}"
        return self._send("GET", path, READ_LOG, words, query).decode(errors="replace")

    def events(self, namespace: str, uid: str) -> tuple[Object, ...]:
        """Return the Kubernetes events about an object, the oldest first."""
        path = self._must("v1", "Event", namespace, "", "list").rstrip("/")
        query = {"fieldSelector": f"involvedObject.uid={uid}", "limit": str(PAGE)}
        items = self._ask("GET", path, "list", f"events in {namespace}", query)["items"]
        return tuple(
            sorted(items, key=lambda item: item.get("lastTimestamp") or item.get("eventTime") or "")
        )

    def run(
        self, namespace: str, pod: str, container: str, command: Sequence[str], limit: float
    ) -> Outcome:
        """Run a command in a container; at the limit the connection ends, whatever it does."""
        action, target = f"run {command[0]} in", f"Pod {namespace}/{pod}"
        path = self._must("v1", "Pod", namespace, pod, action) + "/exec"
        query = [("container", container), ("stdout", "true"), ("stderr", "true")]
        query += [("command", word) for word in command]
        settings = self._connection.package().configuration
        import websocket
        from kubernetes.stream import ws_client

        sockets: t.Any = ws_client
        url = sockets.get_websocket_url(self._access.server + path) + "?" + urlencode(query)
        # The websocket takes its timeouts for connecting and for half a frame from here alone.
        websocket.setdefaulttimeout(CONNECT_SECONDS)
        try:
            stream = sockets.WSClient(settings, url, self._headers(), capture_all=False)
        except websocket.WebSocketBadStatusException as problem:
            body = problem.resp_body or b""
            raise failure(action, target, self._access, problem.status_code, body) from problem
        except (websocket.WebSocketException, OSError) as problem:
            raise unreachable(action, target, self._access, problem) from problem
        with contextlib.closing(stream):
            try:
                stream.run_forever(timeout=limit)
            except (websocket.WebSocketException, OSError) as problem:
                raise unreachable(action, target, self._access, problem) from problem
            out, err = stream.read_stdout(timeout=0), stream.read_stderr(timeout=0)
            return Outcome(_exit_code(stream), out, err)

    def _write(
        self, method: str, manifest: Object, query: Mapping[str, str], dry_run: bool, kind: str
    ) -> Object:
        """Send a manifest; what an unanswered try has created is taken as its answer."""
        meta = manifest["metadata"]
        name = meta["name"] if method == "PATCH" else ""
        action = "apply" if method == "PATCH" else "create"
        api_version, namespace = manifest["apiVersion"], meta.get("namespace") or ""
        path = self._must(api_version, manifest["kind"], namespace, name, action)
        words = " ".join((manifest["kind"], "/".join(filter(None, (namespace, meta["name"])))))
        query = {**query, "dryRun": "All"} if dry_run else query
        try:
            return self._ask(method, path, action, words, query, manifest, kind)
        except EarlierTryError:
            live = self.get(Ref.of(manifest))
            if live is None or not holds(live, manifest):
                raise
            return live

    def _kinds(self, path: str, accept: str, words: str) -> Object:
        """Return a document that tells which kinds there are."""
        action = "list the kinds of"
        answer = self._send("GET", path, action, words, {}, accept=accept)
        return parsed(action, words, self._access, answer)

    def _defines(self, api_version: str, kind: str) -> bool:
        """Tell whether there is a definition of the kind, as far as definitions may be read."""
        keep = definition_of(api_version, kind)
        try:
            return bool(self.list(DEFINITIONS, "CustomResourceDefinition", keep=keep).items)
        except ClientError as problem:
            if problem.status != 403:
                raise
            return False

    def _path(self, api_version: str, kind: str, namespace: str, name: str = "") -> str | None:
        """Return the path of an object or a collection, or None when the kind does not exist."""
        resource = self._discovery.find(api_version, kind)
        if resource is None:
            return None
        plural, namespaced = resource
        if namespaced and name and not namespace:
            raise ClientError("find", f"{kind} {name}", NO_NAMESPACE)
        where = ["namespaces", namespace] if namespaced and namespace else []
        root = "/apis" if "/" in api_version else "/api"
        return "/".join([root, api_version, *where, plural, *filter(None, [name])])

    def _must(self, api_version: str, kind: str, namespace: str, name: str, action: str) -> str:
        """Return the path of what has to exist."""
        found = self.serves(api_version, kind, soon=True)
        path = self._path(api_version, kind, namespace, name) if found else None
        if path is None:
            raise ClientError(
                action, f"{kind} {namespace}/{name}".replace(" /", " "),
                f"the API does not know kind {kind} of {api_version}. Apply its definition first: "
                "with rook_site, stage operator", 404,
            )  # fmt: skip
        return path

    def _ask(
        self, method: str, path: str, action: str, target: str,
        query: Mapping[str, str] | None = None, body: Object | None = None, kind: str = "",
    ) -> Object:  # fmt: skip
        """Return a call's answer as an object."""
        answer = self._send(method, path, action, target, query or {}, body, kind)
        return parsed(action, target, self._access, answer)

    def _send(
        self, method: str, path: str, action: str, target: str,
        query: Mapping[str, str], body: Object | None = None, kind: str = "", accept: str = PLAIN,
    ) -> bytes:  # fmt: skip
        """Return a call's answer; it is tried again as long as that is harmless and hopeful."""
        tries = Tries(method, PATIENCE * self._answer_seconds)
        while True:
            try:
                response = self._open(method, path, action, target, query, body, kind, accept)
                if response.status < 300:
                    return bytes(response.data)
                after = response.headers.get("Retry-After", "")
                raise failure(action, target, self._access, response.status, response.data, after)
            except UnreachableError as problem:
                tries.again(problem)
            except (ConflictError, ExpiredError) as problem:
                tries.after_conflict(problem)

    def _open(
        self, method: str, path: str, action: str, target: str, query: Mapping[str, str],
        body: Object | None = None, kind: str = "", accept: str = PLAIN,
        seconds: float | None = None, stream: bool = False,
    ) -> t.Any:  # fmt: skip
        """Send one request by the package's pool."""
        words = urlencode({key: value for key, value in query.items() if value})
        headers = self._headers(accept) | ({"Content-Type": kind} if kind else {})
        try:
            return self._connection.pool.request(
                method,
                f"{self._access.server}{path}" + (f"?{words}" if words else ""),
                headers=headers,
                body=None if body is None else json.dumps(body, default=dict),
                timeout=urllib3.Timeout(
                    connect=self._connect_seconds, read=seconds or self._answer_seconds
                ),
                preload_content=not stream,
                retries=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            errors = urllib3.exceptions
            sent = not isinstance(problem, (errors.NewConnectionError, errors.ConnectTimeoutError))
            raise unreachable(action, target, self._access, problem, sent=sent) from problem

    def _stream(self, path: str, query: Mapping[str, str], kind: str) -> Iterator[bytes]:
        """Yield the lines of an answer that stays open; silence ends it as the server would."""
        seconds = min(SILENCE_SECONDS, PATIENCE * self._answer_seconds)
        response = self._open("GET", path, "watch", kind, query, seconds=seconds, stream=True)
        try:
            if response.status >= 300:
                raise failure("watch", kind, self._access, response.status, response.read())
            rest = b""
            for chunk in response.stream(None, decode_content=True):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from filter(None, lines)
        except urllib3.exceptions.ReadTimeoutError:
            return
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            raise unreachable("watch", kind, self._access, problem) from problem
        finally:
            response.close()

    def _headers(self, accept: str = PLAIN) -> dict[str, str]:
        """Return what goes with every call."""
        return {
            "Accept": accept,
            "User-Agent": f"rookery.rook/{FIELD_MANAGER}",
            **self._connection.headers(),
        }


def _exit_code(stream: t.Any) -> int | None:
    """Return the command's exit code; None when it was still running or its end was not told."""
    try:
        return None if stream.is_open() else t.cast("int | None", stream.returncode)
    except (KeyError, TypeError, ValueError):
        return None


def _words(ref: Ref) -> str:
    """Return an object's name as messages write it."""
    return f"{ref.kind} {ref.namespace}/{ref.name}".replace(" /", " ")
