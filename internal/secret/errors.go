package secret

import (
	"errors"
	"fmt"
)

// NotAvailableError says that no provider has a secret of this name.
type NotAvailableError struct {
	Name string
	Hint string // how the secret may be meant to be given; empty = unknown
}

func (e *NotAvailableError) Error() string {
	text := fmt.Sprintf("Secret with name '%s' is not available", e.Name)
	if e.Hint != "" {
		text += ": " + e.Hint
	}
	return text
}

// NotAllowedError says that the filter lets no secret into this place.
type NotAllowedError struct {
	Name     string
	Path     string // of the string that names it: input.events[0].source
	Endpoint bool   // the place itself is fine, but the job's configuration.endpoint is not
}

func (e *NotAllowedError) Error() string {
	const how = "To allow the names that the deployed model itself uses, set camunda.client.rest-address; " +
		"to allow all names everywhere, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED"
	if e.Endpoint {
		return fmt.Sprintf("%s: {{secrets.%s}} is not allowed beside this configuration.endpoint: without a REST address for the secret filter, "+
			"secrets are resolved only for endpoints that are AWS's own, of this machine, or allowed by the operator. "+
			"To allow the endpoint, add its host to connector.aws-eventbridge.allowed-endpoints. %s", e.Path, e.Name, how)
	}
	return fmt.Sprintf("%s: {{secrets.%s}} is not allowed here: without a REST address for the secret filter, secrets are resolved "+
		"only in accessKey, secretKey and sessionToken of authentication (or of awsCredential.authentication, if the job has no authentication). %s",
		e.Path, e.Name, how)
}

// OffError says that nobody is asked for secrets in this form.
type OffError struct {
	Path    string // of the string that names it: authentication.secretKey
	Written string // the placeholder as it stands there
}

func (e *OffError) Error() string {
	return fmt.Sprintf("%s: %s is not resolved, since camunda.connector.secret-resolver.legacy.mode is OFF. "+
		"Write =camunda.secrets.NAME in the input mapping (Camunda 8.10 and later), or set the mode to ON", e.Path, e.Written)
}

// UnresolvedError says that a secret's name would be used in place of the secret, since it was not resolved: as a credential or an
// address, or in the event.
type UnresolvedError struct {
	Path    string // of the string: authentication.secretKey
	Written string // the placeholder as it stands there
	Cause   string
}

func (e *UnresolvedError) Error() string {
	return fmt.Sprintf("%s: found %s, which is not resolved, expected a value: %s", e.Path, e.Written, e.Cause)
}

// The causes of an [UnresolvedError].
const (
	causeFilter = "the task's input mappings in the deployed model do not name this secret for this field. " +
		"Write the placeholder into the mapping of this field; or, to allow all names everywhere, set camunda.connector.secret-resolver.secret-filter.mode to DISABLED"
	causeValue = "the value of the secret is itself the name of a secret, and those are not resolved again"
)

func causeCluster(reference string) string {
	return reference + " was not resolved by the cluster. Camunda 8.10 and later resolves it where an input mapping of the task has it as an expression, such as =" +
		reference + "; a text of process data stays as it is"
}

// AmbiguousError says that a variable of the environment may hold another tenant's or process's secret.
type AmbiguousError struct {
	Path     string // of the string that names it: input.detail.token; empty in the error of a [Provider]
	Name     string
	Variable string // of the environment
	Other    string // whose secret it may be: tenant 'a_b'
}

func (e *AmbiguousError) Error() string {
	place := ""
	if e.Path != "" {
		place = e.Path + ": "
	}
	return place + fmt.Sprintf("Secret with name '%s' is refused: the environment variable %s may hold a secret of the %s. "+
		"Rename the secret, or set camunda.connector.secretprovider.environment.separator to a text that is in no tenant id, process id and name of a secret, such as __",
		e.Name, e.Variable, e.Other)
}

// ProviderError says that a provider, or the cluster as fallback, could not be asked.
type ProviderError struct {
	Name string
	Err  error
}

// Passes says whether the cluster's answer may be another soon, without anybody's doing.
func (e *ProviderError) Passes() bool {
	fault, ok := errors.AsType[*ClusterError](e.Err)
	return ok && fault.Passing
}

func (e *ProviderError) Error() string {
	return fmt.Sprintf("Secret with name '%s' cannot be read: %v", e.Name, e.Err)
}

// Unwrap returns the provider's own error.
func (e *ProviderError) Unwrap() error { return e.Err }
