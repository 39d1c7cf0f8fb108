package config

import (
	"slices"
	"strings"
)

// javaOptions are the variables that hold the options of a Java process, the weakest first.
var javaOptions = []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTIONS", "JAVA_OPTS"}

// insteadOf tells what to set here for a property of Java's own.
var insteadOf = map[string]string{
	"https.proxyHost":                  "HTTPS_PROXY",
	"http.proxyHost":                   "HTTPS_PROXY",
	"http.nonProxyHosts":               "NO_PROXY",
	"socksProxyHost":                   "HTTPS_PROXY (socks5://…)",
	"user.timezone":                    "TZ",
	"javax.net.ssl.trustStore":         "camunda.client.ca-certificate-path (of the gateway), camunda.client.auth.truststore-path (of the token URL), AWS_CA_BUNDLE and SSL_CERT_FILE",
	"javax.net.ssl.keyStore":           "camunda.client.client-certificate-path and camunda.client.auth.keystore-path",
	"aws.region":                       "AWS_REGION",
	"aws.accessKeyId":                  "AWS_ACCESS_KEY_ID",
	"aws.secretAccessKey":              "AWS_SECRET_ACCESS_KEY",
	"aws.secretKey":                    "AWS_SECRET_ACCESS_KEY",
	"aws.sessionToken":                 "AWS_SESSION_TOKEN",
	"aws.profile":                      "AWS_PROFILE",
	"aws.endpointUrl":                  "AWS_ENDPOINT_URL",
	"aws.endpointUrlEventBridge":       "AWS_ENDPOINT_URL_EVENTBRIDGE",
	"aws.roleArn":                      "AWS_ROLE_ARN",
	"aws.webIdentityTokenFile":         "AWS_WEB_IDENTITY_TOKEN_FILE",
	"aws.useFipsEndpoint":              "AWS_USE_FIPS_ENDPOINT",
	"aws.useDualstackEndpoint":         "AWS_USE_DUALSTACK_ENDPOINT",
	"otel.exporter.otlp.endpoint":      "OTEL_EXPORTER_OTLP_ENDPOINT",
	"otel.exporter.otlp.headers":       "OTEL_EXPORTER_OTLP_HEADERS",
	"com.amazonaws.sdk.ec2MetadataUri": "AWS_EC2_METADATA_SERVICE_ENDPOINT",
}

// systemProperties reads the options -Dname=value of a Java process, which for a Spring application win over the environment.
// Those that are no settings are passed over. Of Java's own, what to set here is told.
func (l *loader) systemProperties() document {
	d := document{path: "the options of a Java process"}
	places := map[string]int{}
	for _, variable := range javaOptions {
		options, set := l.env[variable]
		if !set {
			continue
		}
		account := l.account(Account{Name: variable, Source: "environment variable", Fate: PassedOver, Why: "this is no Java process"})
		for _, option := range splitOptions(options) {
			property, isProperty := strings.CutPrefix(option, "-D")
			if !isProperty {
				continue
			}
			name, value, _ := strings.Cut(property, "=")
			if instead, known := insteadOf[name]; known {
				l.warnf("environment variable %s: -D%s has no effect, since this is no Java process; set %s", variable, name, instead)
				continue
			}
			l.ofSystem[plain(name)] = value
			if !l.meant(name) {
				continue
			}
			l.accounts[account].Fate, l.accounts[account].Why = Used, "of it the options -D that are settings count"
			e := entry{name: name, text: value, source: "-D in the environment variable " + variable, property: true}
			if at, twice := places[plain(name)]; twice {
				d.entries[at] = e
				continue
			}
			places[plain(name)] = len(d.entries)
			d.entries = append(d.entries, e)
		}
	}
	return d
}

// meant says whether a property is for this worker, or may be by a mistake.
func (l *loader) meant(name string) bool {
	prefix := l.secretPrefix()
	return l.isKey(name) || isSpringsOwn(name) || ours(name) || prefix != "" && strings.HasPrefix(name, prefix) ||
		slices.ContainsFunc(decisive, func(d decision) bool { return d.is(spell(name)) })
}

// splitOptions splits the options of a Java process at their blanks, but for those between quotes.
func splitOptions(text string) []string {
	var options []string
	var current strings.Builder
	var quote rune
	started := false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, started = r, true
		case quote == 0 && strings.ContainsRune(" \t\r\n", r):
			if started {
				options = append(options, current.String())
			}
			current.Reset()
			started = false
		default:
			current.WriteRune(r)
			started = true
		}
	}
	if started {
		options = append(options, current.String())
	}
	return options
}
