# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Turn what went wrong on the way to the API into words that say what to do. Pure."""

from __future__ import annotations

import dataclasses
import datetime
import json
import typing as t

from ansible_collections.rookery.rook.plugins.module_utils._errors import (
    ClientError,
    ConflictError,
)
from ansible_collections.rookery.rook.plugins.module_utils._options import option

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class ExpiredError(ClientError):
    """A watch's starting point is too old: list again."""


class UnreachableError(ClientError):
    """The API gave no answer, or cannot answer now: the same call may work a moment later.

    sent: the call may have been carried out nevertheless. after: seconds that the API asks for.
    """

    def __init__(
        self,
        action: str,
        target: str,
        detail: str,
        status: int | None = None,
        *,
        sent: bool = True,
        after: float = 0.0,
    ) -> None:
        super().__init__(action, target, detail, status)
        self.sent = sent
        self.after = after

    def given_up(self, tries: int, seconds: float) -> UnreachableError:
        """Return the error for a call that was tried so often, for so long."""
        asked = f", since it asks to wait for {self.after:.0f} s" if self.after else ""
        words = f"{tries} tries in {seconds:.0f} s" if tries > 1 else f"1 try in {seconds:.0f} s"
        detail = f"{self.detail.rstrip('.')}. Given up after {words}{asked}"
        return UnreachableError(self.action, self.target, detail, self.status, sent=self.sent)


@dataclasses.dataclass(frozen=True)
class Access:
    """How the API is reached: what error messages name."""

    server: str
    kubeconfig: str
    user: str = ""
    expiry: datetime.datetime | None = None
    token_expiry: datetime.datetime | None = None


def failure(
    action: str, target: str, access: Access, status: int, body: bytes, after: str = ""
) -> ClientError:
    """Return the error for an answer that is not a success; after is its header Retry-After."""
    detail = server_message(body)
    if status == 401:
        return ClientError(action, target, _unauthorized(access), status)
    if status == 403:
        return ClientError(action, target, f"{detail}. {_forbidden(access, detail)}", status)
    if status == 409:
        return ConflictError(action, target, detail, status)
    if status == 410:
        return ExpiredError(action, target, f"{detail}. Run again", status)
    if status == 413 or (status == 500 and "too large" in detail):
        return ClientError(action, target, f"{detail}. {_TOO_LARGE}", status)
    if status == 500 and action == READ_LOG:
        # The API server lives; it is the node's kubelet, which has the log, that does not answer.
        return ClientError(action, target, f"it is not to be had: {detail}. {_NO_KUBELET}", status)
    if status == 429 or status >= 500:
        return UnreachableError(
            action, target,
            f"the API server at {access.server} answered: {detail}. {_passing(status)}", status,
            sent=status != 429, after=float(after) if after.isdecimal() else 0.0,
        )  # fmt: skip
    return ClientError(action, target, detail, status)


def unreachable(
    action: str, target: str, access: Access, cause: Exception, *, sent: bool = True
) -> UnreachableError:
    """Return the error for a call that got no answer; sent: it may have been carried out."""
    text = " ".join(str(cause).split())
    known = (words for pattern, words in _CAUSES.items() if pattern in text.lower())
    words = next(known, _NO_ANSWER).format(a=access, text=text)
    return UnreachableError(action, target, words, sent=sent)


def parsed(action: str, target: str, access: Access, answer: bytes) -> dict[str, t.Any]:
    """Return the object that an answer is; what is in the API's place answers otherwise."""
    try:
        found = json.loads(answer)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    begin = answer[:60].decode(errors="replace").split("\n")[0]
    raise ClientError(action, target, _NO_API.format(a=access, begin=begin))


def server_message(body: bytes) -> str:
    """Return what the API server says, with the causes that its own sentence leaves out."""
    try:
        status: Mapping[str, t.Any] = json.loads(body)
        message = str(status.get("message") or status.get("reason") or "no message")
    except (ValueError, AttributeError):
        return body[:300].decode(errors="replace").strip() or "no message"
    causes = [
        f"{cause.get('field', '')}: {cause['message']}".strip(": ")
        for cause in (status.get("details") or {}).get("causes") or ()
        if cause.get("message") and cause["message"] not in message
    ]
    return "; ".join([message.rstrip("."), *causes])


def _unauthorized(access: Access) -> str:
    """Return why credentials were not accepted, as far as it can be seen from here."""
    words = f"{access.server} does not accept the credentials of {access.kubeconfig}"
    now = datetime.datetime.now(datetime.UTC)
    if access.token_expiry and access.token_expiry < now:
        return (
            f"{words}: its token expired on {access.token_expiry:%Y-%m-%d %H:%M} UTC. Write a new "
            "token into it, such as one of 'kubectl create token'"
        )
    if access.expiry and access.expiry < now:
        return (
            f"{words}: its client certificate expired on {access.expiry:%Y-%m-%d %H:%M} UTC. "
            "Renew it on a control-plane node with 'kubeadm certs renew admin.conf' and copy "
            "/etc/kubernetes/admin.conf here"
        )
    return f"{words}. Set {option('kubeconfig')} to a file with valid credentials for this cluster"


def _forbidden(access: Access, detail: str) -> str:
    """Return the way out of missing rights, or of a namespace that is on its way out."""
    if "being terminated" in detail:
        return "Wait until the namespace is gone, then run again"
    who = f"user '{access.user}' of {access.kubeconfig}" if access.user else access.kubeconfig
    return f"Give {who} the right by a ClusterRoleBinding, or use an administrator's kubeconfig"


def _passing(status: int) -> str:
    """Return the way out of what passes by itself, most times."""
    if status == 429:
        return "It has too much to do: run again later"
    return "Look at its log and at the health of etcd, then run again"


NO_NAMESPACE = "it names no namespace, and its kind is in one. Give it metadata.namespace"
READ_LOG = "read the log of"
_NO_KUBELET = "Look at the kubelet of the pod's node"
_TOO_LARGE = (
    "The API does not store objects of more than about 1.5 MB: leave fields out of the object, "
    "or divide it"
)
_ENDED = (
    "{a.server} ended the connection without an answer (connection reset). Look for restarts of "
    "the API server and at what is on the way to it, then run again"
)
_NO_API = (
    "what answers at {a.server} (from {a.kubeconfig}) is no Kubernetes API, its answer begins with "
    "{begin!r}. Correct the server there, or log in where a proxy wants that first"
)
_NO_ANSWER = (
    "the API server at {a.server} (from {a.kubeconfig}) gave no answer: {text}. Check it and the "
    "network on the way, then run again"
)
_CAUSES = {
    "connection refused": (
        "nothing listens at {a.server} (connection refused). Start the API server, "
        f"or set {option('kubeconfig', 'now {a.kubeconfig}')} to the right cluster"
    ),
    "certificate has expired": (
        "the certificate of the API server at {a.server} has expired. Renew it on a control-plane "
        "node with 'kubeadm certs renew apiserver' and restart the API server"
    ),
    "certificate verify failed": (
        "{a.server} shows a certificate that the certificate authority in {a.kubeconfig} did not "
        "sign. Copy /etc/kubernetes/admin.conf of this very cluster here"
    ),
    "name or service not known": (
        "the name of {a.server} cannot be resolved. Correct the server in {a.kubeconfig}"
    ),
    "reset by peer": _ENDED,
    "connection aborted": _ENDED,
    "eof occurred": _ENDED,
    "timed out": "{a.server} did not answer in time. Check network and load of the API server",
}
