// Package chart tests the Helm chart with Helm itself: it is linted, rendered for every file of its folder ci, compared
// with golden files, held against the schemas of Kubernetes, and asked template by template whether values do what they say.
// The tests have the build tag chart ("make chart-test"); those with the tag chartserver install into a real API server.
package chart
