//go:build tools

// Package provider pins Terraform's provider for OpenStack, which benchmarks/openstack compares with.
package provider

import _ "github.com/terraform-provider-openstack/terraform-provider-openstack/v3"
