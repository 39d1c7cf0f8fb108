// Package image holds the tests of the container image, behind the build tag image: they run it as an operator would,
// read-only, without capabilities and as no root, against the gateway and the bus of internal/embedded. make image-test
// builds it from the repository's own Dockerfile before.
package image
