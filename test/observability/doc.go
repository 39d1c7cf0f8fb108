// Package observability shows a worker at work to a real Prometheus: every query of the Grafana dashboard and every alert rule is
// asked there, and promtool checks the rules and what is served. The tests have the build tag observability
// ("make observability-test").
package observability
