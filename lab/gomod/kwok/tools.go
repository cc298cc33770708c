//go:build tools

// Package kwok pins the controller that plays the kubelets of nodes that are objects only.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
