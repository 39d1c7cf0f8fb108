package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Whose the names of other origin are, in the words of a message.
const (
	springs = "Spring's"
	stacks  = "of another part of Camunda's stack"
)

// foreignRoots are the first parts of keys that belong to Spring and to other parts of Camunda's stack. Files and
// environments made for Camunda's runtime hold them.
var foreignRoots = []struct{ key, whose string }{
	{"management.", springs},
	{"spring.", springs},
	{"server.compression.", springs},
	{"server.error.", springs},
	{"server.forward-headers-strategy", springs},
	{"server.http2.", springs},
	{"server.jetty.", springs},
	{"server.max-http-request-header-size", springs},
	{"server.netty.", springs},
	{"server.reactive.", springs},
	{"server.server-header", springs},
	{"server.servlet.", springs},
	{"server.shutdown", springs},
	{"server.tomcat.", springs},
	{"server.undertow.", springs},
	{"logging.charset.", springs},
	{"logging.config", springs},
	{"logging.console.", springs},
	{"logging.exception-conversion-word", springs},
	{"logging.file.", springs},
	{"logging.group.", springs},
	{"logging.level.", springs},
	{"logging.logback.", springs},
	{"logging.log4j2.", springs},
	{"logging.pattern.", springs},
	{"logging.register-shutdown-hook", springs},
	{"logging.structured.", springs},
	{"logging.threshold.", springs},
	{"debug", springs},
	{"trace", springs},
	{"info.", springs},
	{"application.", springs},
	{"resilience4j.", springs},
	{"springdoc.", springs},
	{"otel.", springs},

	{"camunda.api.", stacks},
	{"camunda.backup.", stacks},
	{"camunda.broker.", stacks},
	{"camunda.cluster.", stacks},
	{"camunda.console.", stacks},
	{"camunda.data.", stacks},
	{"camunda.database.", stacks},
	{"camunda.document.", stacks},
	{"camunda.endpoints.", stacks},
	{"camunda.expression.", stacks},
	{"camunda.gateway.", stacks},
	{"camunda.hub.", stacks},
	{"camunda.identity.", stacks},
	{"camunda.license.", stacks},
	{"camunda.log.", stacks},
	{"camunda.mcp.", stacks},
	{"camunda.modeler.", stacks},
	{"camunda.monitoring.", stacks},
	{"camunda.operate.", stacks},
	{"camunda.optimize.", stacks},
	{"camunda.persistent.", stacks},
	{"camunda.process.", stacks},
	{"camunda.processing.", stacks},
	{"camunda.process-instance-creation.", stacks},
	{"camunda.rest.", stacks},
	{"camunda.saas.", stacks},
	{"camunda.security.", stacks},
	{"camunda.system.", stacks},
	{"camunda.tasklist.", stacks},
	{"camunda.webapps.", stacks},
	{"camunda.web-modeler.", stacks},
	{"console.", stacks},
	{"document.", stacks},
	{"identity.", stacks},
	{"keycloak.", stacks},
	{"modeler.", stacks},
	{"multitenancy.", stacks},
	{"operate.", stacks},
	{"optimize.", stacks},
	{"restapi.", stacks},
	{"tasklist.", stacks},
	{"zeebe.broker.", stacks},
	{"zeebe.gateway.", stacks},
	{"zeebe.log.", stacks},
}

// notForVariables are roots that are too common a word to tell that a variable was meant.
var notForVariables = []string{"debug", "trace", "info.", "application.", "document.", "console.", "otel."}

// foreignName tells whose a name is that belongs to Spring or to another part of Camunda's stack.
func foreignName(name string, variable bool) (whose string, ok bool) {
	given := spell(name)
	for _, root := range foreignRoots {
		if (!variable || !slices.Contains(notForVariables, root.key)) && matches(given, root.key) {
			return root.whose, true
		}
	}
	// Connectors of Camunda's bundle other than this one: CONNECTOR_HTTP_REST_TYPE.
	if connector := spell("connector"); given.under(connector) && !given.under(spell("connector.aws-eventbridge")) && !given.under(spell("connector.aws.eventbridge")) {
		if given.under(spell("connector.outbound")) || given.under(spell("connector.inbound")) {
			return "of Camunda's runtime", true
		}
		return "of another connector", true
	}
	return "", false
}

// foreign counts a key of the file for the note on what was passed over in it.
func (l *loader) foreign(e entry, whose string) {
	if e.isVariable() && !e.property {
		return // the environment holds names of everybody
	}
	file, _, _ := strings.Cut(e.source, ":")
	if l.passedOver[file] == nil {
		l.passedOver[file] = map[string]int{}
	}
	l.passedOver[file][rootOf(e.name)+", "+whose]++
}

// rootOf is the part of a key by which it is told whose it is.
func rootOf(key string) string {
	parts := strings.SplitN(key, ".", 3)
	if n := 2; len(parts) >= n && (parts[0] == "camunda" || parts[0] == "server" || parts[0] == "logging" || parts[0] == "zeebe") {
		return parts[0] + "." + parts[1]
	}
	return parts[0]
}

// noteForeign says once for each file what was passed over in it.
func (l *loader) noteForeign() {
	for _, file := range slices.Sorted(maps.Keys(l.passedOver)) {
		roots := slices.Sorted(maps.Keys(l.passedOver[file]))
		for i, root := range roots {
			name, whose, _ := strings.Cut(root, ", ")
			roots[i] = fmt.Sprintf("%s (%s)", shownKey(name), whose)
		}
		l.warn(Warning{Text: file + ": these keys have no effect here: " + strings.Join(roots, ", "), Minor: true})
	}
}
