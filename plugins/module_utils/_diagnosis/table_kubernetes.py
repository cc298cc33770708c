# Copyright: (c) 2026, The rookery.rook authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for the modules of this collection only; its functions may change in any release.
"""Signatures of what Kubernetes itself, the nodes and the operator suffer from. Pure."""

from __future__ import annotations

from ansible_collections.rookery.rook.plugins.module_utils._diagnosis.types import (
    SAID,
    Signature,
    sign,
)

_OPERATORS = r"/(rook-ceph-operator|rook-operator)"
_PULLS = r"ErrImagePull|ImagePullBackOff|Failed to pull image|InvalidImageName"
_PULLING = "event pod"
# Words of a registry alone; probes, webhooks and programs are refused, too.
_REGISTRY = r"(pull|registry|manifest|resolve reference|/v2/).*"

KUBERNETES = (
    Signature(
        "OPERATOR-MISSING",
        "There is no operator",
        "No pod of the operator exists, so nobody acts on any custom resource.",
        "Run site.yml, which applies the operator (stage operator of rook_site); if its Deployment "
        "was scaled to 0 for maintenance, scale it to 1.",
        "Rook: ceph-common-issues, cluster failing to service requests",
        some=(sign("absent", r"no pod of the operator", 3),),
        follows=("POD-SECURITY", "POD-QUOTA", "ACCOUNT-MISSING"),
    ),
    Signature(
        "OPERATOR-CRASH",
        "The operator crashes",
        "The operator's container ends again and again; what its log says last is the cause.",
        "Look at the operator's log in the bundle; with an operator of another release than its "
        "definitions, run site.yml with the release in rook_version.",
        "Rook: ceph-common-issues",
        some=(
            sign("pod", r"waiting CrashLoopBackOff", 2, _OPERATORS),
            sign("pod", r"terminated (Error|StartError|ContainerCannotRun)", 1, _OPERATORS),
        ),
        follows=(
            "KIND-UNKNOWN",
            "RIGHTS-MISSING",
            "POD-MEMORY",
            "LEADER-LOST",
            "ARCHITECTURE",
            "CRD-API-GONE",
            "SETTINGS-MISSING",
        ),
    ),
    Signature(
        "RIGHTS-MISSING",
        "An account of Rook lacks rights",
        "The API refuses a service account of Rook: its roles are those of another release, or "
        "were never applied.",
        "Run site.yml, which applies common.yaml of the release in rook_version (stage operator).",
        "Rook: upgrade guide, update common resources",
        some=(
            sign(
                "operator csi prepare",
                r"is forbidden: User \"system:serviceaccount:[^\"]+\" cannot",
                3,
            ),
        ),
    ),
    Signature(
        "KIND-UNKNOWN",
        "A definition of Rook is missing",
        "The API does not know a kind that the operator needs: its definitions were not applied, "
        "or somebody removed them.",
        "Run site.yml, which applies crds.yaml of the release in rook_version (stage operator). "
        "Objects of a definition that was removed are gone with it.",
        "Rook: upgrade guide; rook issues 7745, 7890",
        some=(
            sign("absent", r"the API does not know kind", 3),
            sign("operator", r"no matches for kind \"Ceph\w+\" in version", 3),
            sign("operator", r"could not find the requested resource \(\w+ ceph\w+\.ceph", 3),
        ),
    ),
    Signature(
        "CRD-API-GONE",
        "Rook needs an API that this Kubernetes does not have",
        "The release of Rook and the release of Kubernetes do not go together.",
        "Set rook_version to a release for this Kubernetes; the eras guide has the table. Rook 1.5 "
        "to 1.7 have other definitions for Kubernetes before 1.16.",
        "Rook 1.7: ceph-common-issues",
        some=(
            sign(
                (*SAID, "absent"),
                r"no matches for kind \"?(CustomResourceDefinition|DaemonSet|Deployment|"
                r"PodSecurityPolicy|PodDisruptionBudget)\"? in version",
                3,
            ),
        ),
    ),
    Signature(
        "FIELD-UNKNOWN",
        "A definition is of another release than the resource",
        "The API refuses or drops a field that its definition does not have.",
        "Run site.yml with the release in rook_version, so that definitions and operator are of "
        "one release; correct the name of the field if the release never had it.",
        "Rook: upgrade guide, update CRDs",
        some=(sign(SAID, r"strict decoding error: unknown field|unknown field \\?\"spec\.", 3),),
    ),
    Signature(
        "SETTINGS-MISSING",
        "The operator's settings are missing",
        "The ConfigMap rook-ceph-operator-config does not exist, so settings have no effect.",
        "Run site.yml, which applies it; settings stand in rook_operator_config.",
        "Rook: ceph-common-issues",
        some=(sign("operator", r"configmaps? \"rook-ceph-operator-config\" not found", 3),),
        since=(1, 3),
    ),
    Signature(
        "WEBHOOK-DEAD",
        "An admission webhook does not answer",
        "The API asks a webhook before it stores the object, and nobody answers there.",
        "Repair what serves the webhook, or remove its ValidatingWebhookConfiguration if it was "
        "left by an operator that is gone (Rook 1.4 to 1.12 had rook-ceph-webhook).",
        "Kubernetes: dynamic admission control; Rook 1.13 release notes",
        some=(sign(SAID, r"failed calling webhook", 3),),
    ),
    Signature(
        "LEADER-LOST",
        "The control plane is too slow",
        "The API server or etcd does not answer in time, so controllers lose their leases.",
        "Look at the load and the disks of the control plane; etcd wants a disk of its own with "
        "low latency.",
        "Kubernetes: etcd operations; etcd hardware guide",
        some=(
            sign("operator csi", r"leader election lost|failed to renew lease", 2),
            sign("operator csi event", r"etcdserver: request timed out", 3),
        ),
    ),
    Signature(
        "NAME-UNRESOLVED",
        "A name of the cluster is not resolved",
        "Pods cannot resolve names: CoreDNS does not run, or pods do not reach it.",
        "Look at the pods of CoreDNS and at the network plugin; set rook_kubernetes_mtu to what "
        "the network carries.",
        "Kubernetes: debugging DNS resolution",
        some=(sign("operator csi daemon", r"dial tcp: lookup \S+.*(no such host|timeout)", 3),),
    ),
    Signature(
        "IMAGE-WRONG",
        "An image does not exist",
        "The registry does not have the image under this name and tag.",
        "Correct rook_cluster_ceph_image, or the image in rook_operator_values or "
        "rook_operator_config.",
        "Kubernetes: images; Rook: ceph-upgrade, container versions",
        some=(
            sign(_PULLING, r"manifest unknown|manifest for \S+ not found|InvalidImageName", 3),
            sign(_PULLING, r"failed to resolve (reference|image).*: not found", 3),
        ),
    ),
    Signature(
        "IMAGE-DENIED",
        "A registry refuses to give an image",
        "The registry wants credentials, or counts too many pulls from this address.",
        "Give the nodes a mirror by rook_kubernetes_containerd_config, or load the images onto "
        "them beforehand.",
        "Kubernetes: pull an image from a private registry; Docker Hub rate limits",
        some=(
            sign(_PULLING, r"toomanyrequests|pull rate limit", 3),
            sign(
                _PULLING,
                rf"pull access denied|{_REGISTRY}(unauthorized: |401 Unauthorized|denied: )",
                3,
            ),
        ),
    ),
    Signature(
        "IMAGE-UNREACHABLE",
        "A registry is not reached",
        "The node cannot resolve or reach the registry of an image.",
        "Give the nodes a proxy or a mirror by rook_kubernetes_containerd_config, or load the "
        "images onto them beforehand.",
        "Kubernetes: images; Rook issue 6406",
        some=(
            sign(
                _PULLING,
                rf"{_REGISTRY}(dial tcp|i/o timeout|no such host|connection refused|"
                r"TLS handshake timeout|x509:)",
                3,
            ),
        ),
    ),
    Signature(
        "IMAGE-PULL",
        "An image cannot be pulled",
        "A container waits for its image, and the reason was not told.",
        "Look at the events of the pod while it pulls: wrong name, missing rights, or a registry "
        "that is not reached.",
        "Kubernetes: images",
        some=(sign(_PULLING, _PULLS, 1),),
        follows=("IMAGE-WRONG", "IMAGE-DENIED", "IMAGE-UNREACHABLE", "ARCHITECTURE"),
    ),
    Signature(
        "ARCHITECTURE",
        "An image is for other processors",
        "The image has no variant for the architecture of the node.",
        "Take nodes of an architecture that Rook and Ceph have images for (amd64, arm64), or an "
        "image that has this one in rook_cluster_ceph_image.",
        "Rook: prerequisites, CPU architecture",
        some=(
            sign("pod event operator daemon csi", r"exec format error", 3),
            sign(_PULLING, r"no match for platform in manifest", 3),
        ),
        none=(sign("agent", r"could not get modinfo"),),
    ),
    Signature(
        "POD-QUOTA",
        "A quota refuses pods",
        "The namespace has a ResourceQuota or a LimitRange that the pods do not fit in.",
        "Raise or remove the quota of the namespace in rook_namespace.",
        "Kubernetes: resource quotas",
        some=(
            sign("event condition", r"exceeded quota", 3),
            sign("event condition", r"(minimum|maximum) (cpu|memory) usage per Container is", 3),
        ),
    ),
    Signature(
        "POD-SECURITY",
        "The cluster forbids privileged pods",
        "Pod security, a security context constraint or a policy refuses what Rook's pods need.",
        "Label the namespace in rook_namespace with pod-security.kubernetes.io/enforce=privileged; "
        "on OpenShift use upstream's constraints and set ROOK_HOSTPATH_REQUIRES_PRIVILEGED in "
        "rook_operator_config.",
        "Rook: OpenShift, Pod Security Policies",
        some=(
            sign("event condition", r"violates PodSecurity", 3),
            sign(
                "event condition operator",
                r"unable to validate against any (security context constraint|pod security policy)",
                3,
            ),
        ),
    ),
    Signature(
        "ACCOUNT-MISSING",
        "A service account is missing",
        "A workload names a service account that does not exist: one of upstream's files was not "
        "applied.",
        "Run site.yml, which applies common.yaml and csi-operator.yaml of the release in "
        "rook_version (stage operator).",
        "Rook: quickstart, deploy the operator",
        some=(sign("event condition", r"serviceaccount \"?[\w/-]+\"? not found", 3),),
    ),
    Signature(
        "POD-RESOURCES",
        "No node has enough CPU or memory left",
        "Pods of Rook ask for more than any node has free.",
        "Add nodes or memory, or lower the requests in rook_cluster_spec (resources).",
        "Rook: CephCluster CRD, resource requirements",
        some=(sign("pod event", r"Insufficient (cpu|memory|ephemeral-storage)", 3),),
    ),
    Signature(
        "POD-TAINT",
        "A taint keeps pods away",
        "Nodes that the pods need have a taint that Rook does not tolerate.",
        "Remove the taint, or add the toleration to the placement in rook_cluster_spec; of CSI "
        "and agents in rook_operator_config.",
        "Rook: CephCluster CRD, placement configuration",
        some=(
            # A taint that somebody has set, or one that all nodes have.
            sign(
                "pod event",
                r"taint \{(?!node\.kubernetes\.io/|node-role\.kubernetes\.io/)",
                2,
                r"/(rook-|csi-|[\w.-]*csi)",
            ),
            sign(
                "pod event",
                r"0/(\d+) nodes are available: \1 node\(s\) had (untolerated )?taint",
                2,
                r"/(rook-|csi-|[\w.-]*csi)",
            ),
            # Kubernetes names no taint from 1.35 on; an OSD's pod has its own node alone.
            sign(
                "pod event",
                r"available: (?=.*untolerated taint\(s\))(?=.*match Pod's node affinity)"
                r"(?!.*(Insufficient|anti-?affinity|volume))",
                1,
                r"/rook-ceph-osd-",
            ),
        ),
        follows=("NODE-DOWN", "NODE-PRESSURE"),
    ),
    Signature(
        "POD-MEMORY",
        "A container needs more memory than it may have",
        "The kernel ended a container that reached its memory limit.",
        "Raise its limit in rook_cluster_spec (resources); Rook wants at least 1 GiB for a mon, "
        "2 GiB for an OSD and 4 GiB for an MDS.",
        "Rook: CephCluster CRD, resource requirements",
        some=(sign("pod", r"OOMKilled", 3),),
    ),
    Signature(
        "POD-EVICTED",
        "A node has evicted pods",
        "The kubelet ended pods because the node ran out of memory, disk or processes.",
        "Free what the message names; keep the directory in rook_node_data_dir_host_path on a file "
        "system with room.",
        "Kubernetes: node-pressure eviction",
        some=(sign("pod", r"Evicted.*The node was low on resource", 3),),
        follows=("NODE-PRESSURE",),
    ),
    Signature(
        "POD-NETWORK",
        "The network plugin does not work",
        "Pods get no network: the plugin is not installed, not configured or out of addresses.",
        "Look at the plugin's own pods; rook_kubernetes_cni and rook_kubernetes_pod_cidr choose "
        "what is installed.",
        "Kubernetes: network plugins",
        some=(
            # Its image comes from a network, too, which is no plugin's.
            sign("event", r"FailedCreatePodSandBox(?!.*get sandbox image).*(cni|network)", 3),
            sign("node kubelet", r"cni (plugin not initialized|config uninitialized)", 3),
            sign("event kubelet", r"no IP addresses available in range set", 3),
        ),
    ),
    Signature(
        "NODE-DOWN",
        "A node is down",
        "Kubernetes has not heard of a node's kubelet for a while, or the kubelet says that it is "
        "not ready.",
        "Start the node or its kubelet. If the node is lost and known to be off, taint it with "
        "node.kubernetes.io/out-of-service, and remove it only when its OSDs were replaced.",
        "Rook: ceph-csi common issues, node loss",
        some=(sign("node", r"^Ready=(Unknown|False)", 3),),
        follows=("POD-NETWORK", "KUBELET-SWAP"),
    ),
    Signature(
        "NODE-PRESSURE",
        "A node runs out of disk, memory or processes",
        "The kubelet reports pressure; it takes no new pods and evicts others.",
        "Free disk or memory on the node. When mons fill the root file system, make that larger: "
        "rook_node_data_dir_host_path cannot be changed while the cluster lives.",
        "Kubernetes: node-pressure eviction",
        some=(sign("node", r"(Disk|Memory|PID)Pressure=True", 3),),
    ),
    Signature(
        "KUBELET-SWAP",
        "The kubelet refuses to run with swap",
        "Swap is on, and the kubelet is not configured for it.",
        "Turn swap off on the node and remove it from /etc/fstab, or set failSwapOn in "
        "rook_kubernetes_kubelet_config.",
        "Kubernetes: swap memory management",
        some=(sign("kubelet", r"running with swap on is not supported", 3),),
    ),
    Signature(
        "KUBELET-CGROUP",
        "The kubelet and the node's cgroups do not go together",
        "The kubelet and the container runtime use different cgroup drivers, or the kubelet wants "
        "cgroup v2.",
        "Set cgroupDriver to systemd on both sides (rook_kubernetes_kubelet_config, "
        "rook_kubernetes_containerd_config); from Kubernetes 1.35 on failCgroupV1 has to be false "
        "on a node with cgroup v1.",
        "Kubernetes: configuring a cgroup driver",
        some=(
            sign("kubelet", r"cgroup driver: \S+ is different from docker cgroup driver", 3),
            sign("kubelet", r"kubelet is configured to not run on a host using cgroup v1", 3),
        ),
    ),
    Signature(
        "SELINUX-DENIES",
        "SELinux denies access to host directories",
        "SELinux is enforcing, and the operator does not ask for privileged pods.",
        'Set ROOK_HOSTPATH_REQUIRES_PRIVILEGED to "true" in rook_operator_config.',
        "Rook: OpenShift, special configuration; rule NODE-14",
        some=(
            sign("kernel", r"avc:\s+denied (?!.*permissive=1).*(ceph|rook)", 3),
            sign("daemon prepare", r"/var/lib/(rook|ceph)\S*.*permission denied", 2),
        ),
        since=(0, 8),
    ),
    Signature(
        "OPEN-FILES",
        "The runtime lets daemons open files without limit",
        "containerd runs with LimitNOFILE=infinity: Ceph's daemons close each possible file at "
        "every fork, take all CPU, and mons fall out of quorum.",
        "Set LimitNOFILE=1048576 in rook_kubernetes_containerd_unit, run site.yml, and restart the "
        "mons.",
        "Rook: ceph-common-issues; rook issues 10110, 14470",
        every=(
            sign("status", r"phase Ready.*Failed to configure ceph cluster", 1, "^CephCluster/"),
            sign("pod", r"terminated|CrashLoopBackOff|Liveness", 1, r"/rook-ceph-mon-"),
        ),
        since=(1, 0),
    ),
)
