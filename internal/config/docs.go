package config

import (
	"fmt"
	"strings"
)

// Markdown returns docs/configuration.md, the reference of all settings.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- DO NOT EDIT: written from internal/config/settings.go by "make generate" -->

You can set every setting by a flag, by an environment variable, or in a file, which is YAML or Java properties. ` + "`--config FILE`" + ` (or
` + "`CONNECTOR_AWS_EVENTBRIDGE_CONFIG`" + `) names the file. Flags win over the environment, and the environment wins over the file. A variable with
Camunda's name wins over one with the Zeebe Go client's name (` + "`ZEEBE_…`" + `).

The environment and the files of Camunda's connector runtime work as they are ([migrate.md](migrate.md)):

* **Keys** are Camunda's own, so settings of the bundled connector runtime work here too. In the file they may be nested
  or dotted, with dashes or in camel case.
* **Variables** are made from the key by Spring's rule: dots become underscores, dashes are dropped, letters become capitals
  (` + "`camunda.client.grpc-address` → `CAMUNDA_CLIENT_GRPCADDRESS`" + `). Underscores for dashes, small letters and the key itself
  (` + "`camunda.client.grpc-address=…`" + `) also work. Lists may be given by index (` + "`…_TENANTIDS_0`, `…_TENANTIDS_1`" + `). An empty variable counts as not set.
* **Files**: without ` + "`--config`" + `, the worker reads ` + "`application.yaml`, `application.yml` and `application.properties`" + ` in the folders ` + "`/`, `/config` and `/config/*`" + `,
  where Camunda's charts and Compose files mount them. The later names win. ` + "`SPRING_CONFIG_NAME`, `SPRING_CONFIG_LOCATION`, `SPRING_CONFIG_ADDITIONAL_LOCATION`," + `
  ` + "`SPRING_CONFIG_IMPORT` and `spring.config.import`" + ` name other files; ` + "`optional:`" + ` ones need not be there. Besides files and folders they can name a folder of
  values, such as a mounted secret (` + "`configtree:/run/secrets/`" + `), and a variable that holds a file (` + "`env:NAME`" + `).
* **Documents and profiles**: a file may have several documents. ` + "`spring.config.activate.on-profile`" + ` limits one to profiles (` + "`SPRING_PROFILES_ACTIVE`" + `, with groups by
  ` + "`spring.profiles.group`" + `), and a profile may have a file of its own (` + "`application-prod.yaml`" + `).
* **Java's options**: settings as system properties (` + "`-Dserver.port=9090`" + `) in ` + "`JAVA_TOOL_OPTIONS`, `JDK_JAVA_OPTIONS`, `JAVA_OPTIONS` and `JAVA_OPTS`" + ` win over other
  variables, and ` + "`SPRING_APPLICATION_JSON`" + ` wins over them.
* **Placeholders**: ` + "`${NAME}` and `${NAME:default}`" + ` stand for an environment variable or another key, and ` + "`${random.uuid}`, `${random.int(10)}`" + ` and the like for a random value. One
  that is not set is an error.
* **Flags** are short names; ` + "`--camunda.client.grpc-address=…`" + `, with the full key, also works.
* **Durations** are ISO 8601 (` + "`PT5M`" + `), a number with a unit (` + "`5m`, `90s`, `2d`" + `), or milliseconds (` + "`300000`" + `). **Sizes** are bytes or have a
  unit (` + "`5MB`" + `). **Lists** are separated by commas. In the file they can be YAML lists.

An unknown key in the file or an unknown flag is an error that names the nearest known one. An unknown variable that begins with
` + "`CAMUNDA_CLIENT_`, `CAMUNDA_CONNECTOR_`, `CONNECTOR_AWS_EVENTBRIDGE_` or `ZEEBE_`" + ` causes a warning. Settings of Camunda's runtime that mean
nothing here (polling, webhooks, …), of Spring (` + "`management`, `spring`, `logging.level.<package>`" + `) and of other parts of Camunda's stack
(` + "`camunda.identity`, `operate`" + `, …) are passed over with a note. A setting that decides which jobs are taken, and that this worker cannot
follow, causes a warning or an error. ` + "`eventbridge-connector config`" + ` prints the settings in use and the origin of each, with secrets masked.
It also says what became of each name that was given: used, overridden, passed over or unknown.

Proxies and certificates for AWS use the usual variables: ` + "`HTTPS_PROXY`, `NO_PROXY`, `AWS_CA_BUNDLE`, `AWS_REGION`, `AWS_PROFILE`" + ` and so on. A proxy
that is no address and a certificate file that cannot be read are errors at start.

## gRPC or REST

The worker takes jobs over gRPC, or over the Orchestration Cluster REST API. ` + "`camunda.client.prefer-rest-over-grpc`" + ` chooses. If it is not set and
only a REST address is given, it is REST.

* Take **gRPC** if it reaches the gateway. The gateway then also streams jobs to the worker as they come up.
* Take **REST** if the cluster has gRPC switched off, or if only HTTP reaches it (an ingress, a proxy). Each poll waits at the gateway until there
  is a job, for ` + "`camunda.client.worker.defaults.request-timeout`" + ` at most, so what stands in between must let requests take that long. HTTP/2 is used if
  the server offers it by TLS. Camunda 8.8 or later is needed.

All else is the same for both: authentication, TLS and client certificates, proxies, tenants, leases and what becomes of a job.
` + "`eventbridge-connector check`" + ` tries the one that is configured, and the worker's log line ` + "`started`" + ` names it. [compatibility.md](compatibility.md)
says what each version of Camunda can do over which.

## Several clients

One process can take the jobs of several physical tenants, identities or clusters. Each entry of ` + "`camunda.clients`" + ` makes a client with a worker of its own:

` + "```yaml" + `
camunda:
  client:                       # what all clients have in common
    grpc-address: https://zeebe.example.com:443
    auth: {client-id: connectors, token-url: https://keycloak.example.com/token}
  clients:
    orders:
      physical-tenant-id: orders
    billing:
      physical-tenant-id: billing
      auth.client-id: billing-connectors
      worker.defaults.max-jobs-active: 32
` + "```" + `

* An entry can have each key that begins with ` + "`camunda.client.`" + `. It overrides that key for this client, wherever either is set. What an entry does
  not have, it takes from ` + "`camunda.client`" + `. Some settings are alternatives: an entry with a username takes no client id and no method from there, one
  with an issuer no token URL, one with a tenant id no list of tenants, and one with a SaaS cluster id no address.
* Names are letters, digits and dashes. As variables they have no dashes: ` + "`CAMUNDA_CLIENTS_BILLING_AUTH_CLIENTSECRET`" + `. Capitals and dashes make no
  difference. As a flag: ` + "`--client billing.auth.client-id=billing-connectors`" + `, or ` + "`--camunda.clients.billing.auth.client-id=…`" + `.
* ` + "`enabled: false`" + ` leaves the client out: it takes no jobs, and what else its entry has is passed over. An entry without settings of its own is a client like
  the others.
* ` + "`primary: true`" + ` is allowed in one entry and has no effect here. An entry named ` + "`default`" + `, if it is the only one, means the same as ` + "`camunda.client`" + `.
* **Capacity**: ` + "`max-jobs-active`" + ` counts for each client. Two clients with the default may have 512 jobs in the process.
* **Isolation**: each client has its own connection, tokens, leases, drain and caches of secrets and models. A client that is refused, or whose gateway is away,
  does not stop the others. What is sent to EventBridge is shared. A setting that is wrong, or a certificate file that cannot be read, keeps the whole process
  from starting. The readiness probe is down if one client is not ready, and names it; the liveness probe is not.
* **Secrets** from the environment, from files and from AWS Secrets Manager are the same for all clients. Tenants that must not use each other's secrets need a
  process each, or the [tenant-aware prefix](#camundaconnectorsecretproviderenvironmenttenantaware).
* Series of a worker have the label ` + "`client`" + `, log lines the attribute ` + "`client`" + ` (` + "`camunda_client`" + ` in JSON), and spans ` + "`camunda.client.name`" + `. Without ` + "`camunda.clients`" + `
  there are none of these.

All other settings are those of the process: job type, sending, secrets, health and log. Two clients that would take the same jobs from the same place cause a
warning.
`)
	group := ""
	for _, s := range Settings() {
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n## %s\n", group)
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n", s.Key, s.Doc)
		b.WriteString("| | |\n| --- | --- |\n")
		row := func(name, value string) {
			if value != "" {
				fmt.Fprintf(&b, "| %s | %s |\n", name, value)
			}
		}
		row("Value", s.kindMarkdown())
		row("Default", code(s.Default))
		row("Example", code(s.Example))
		row("Flag", code("--"+s.Flag))
		names := s.Variables()
		row("Variable", code(names[0]))
		row("also", codes(names[1:]))
		row("Other keys", codes(append(append([]string(nil), s.Before...), s.Also...)))
		if s.Secret {
			row("Secret", "yes: never shown")
		}
	}
	return b.String()
}

func (s *Setting) kindMarkdown() string {
	if s.Enum != nil {
		return codes(s.Enum)
	}
	want, _, _ := strings.Cut(s.want(), ", such as")
	return want
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

func codes(texts []string) string {
	out := make([]string, len(texts))
	for i, t := range texts {
		out[i] = code(t)
	}
	return strings.Join(out, ", ")
}
