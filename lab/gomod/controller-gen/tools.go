//go:build tools

// Package controllergen pins the generator of custom resource definitions.
package controllergen

import _ "sigs.k8s.io/controller-tools/cmd/controller-gen"
