package connector

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/endpoint"
	"github.com/eventbridge-connector/eventbridge-connector/internal/eventbridge"
	"github.com/eventbridge-connector/eventbridge-connector/internal/secret"
)

// rules say which targets a job may have.
type rules struct {
	saas      bool             // the default credentials chain is refused
	endpoints *endpoint.Policy // nil = AWS's own and loopback
	ambient   Ambient
	// literalEndpoint says that the deployed model itself writes the endpoint.
	literalEndpoint bool
	// unresolved says that secrets stand as the model names them, and that the worker's own rules are not known.
	unresolved bool
}

// target reads as whom and where to send. A reusable credential wins over authentication and region.
func (b *binder) target(r *eventbridge.Request, variables []secret.Variable) {
	configuration := b.object("configuration", secret.RawOf(variables, "configuration"))
	authentication, path := secret.RawOf(variables, "authentication"), "authentication"
	region, regionPath := []byte(nil), "configuration.region"
	if credential := b.object("awsCredential", secret.RawOf(variables, "awsCredential")); credential != nil {
		authentication, path = credential.get("authentication"), "awsCredential.authentication"
		region, regionPath = credential.get("region"), "awsCredential.region"
	} else if configuration == nil {
		b.missing("configuration", "an object with the field region")
		regionPath = ""
	} else {
		region = configuration.get("region")
	}
	r.Credentials = b.credentials(path, authentication)
	if regionPath != "" {
		r.Region = b.region(regionPath, region)
	}
	at, given := b.text("configuration.endpoint", configuration.get("endpoint"))
	var custom *url.URL
	if given {
		r.Endpoint, custom = b.endpoint(at)
	}
	if r.Credentials.DefaultChain {
		b.ambient(path, &r.Credentials, custom)
	}
}

// region reads a region, which becomes a part of a host's name.
func (b *binder) region(path string, raw []byte) string {
	before := len(b.violations)
	region := b.required(path, raw)
	if len(b.violations) > before || b.rules.unresolved && namesSecret(region) {
		return region
	}
	if region = strings.TrimSpace(region); !endpoint.ValidRegion(region) {
		b.invalid(path, "the name of a region such as eu-central-1, of letters, digits and dashes", b.quote(region))
	}
	return region
}

// endpointID reads the id of a global endpoint, which becomes a part of a host's name too.
func (b *binder) endpointID(path string, raw []byte) string {
	before := len(b.violations)
	id := b.optional(path, raw)
	switch {
	case id == "", len(b.violations) > before, b.rules.unresolved && namesSecret(id), endpoint.ValidID(id):
	default:
		b.invalid(path, "the id of a global endpoint such as abcde.veo", b.quote(id))
	}
	return id
}

// endpoint reads an endpoint and checks that requests may go there. It returns no URL beside a violation.
func (b *binder) endpoint(text string) (string, *url.URL) {
	const path = "configuration.endpoint"
	if strings.TrimSpace(text) == "" {
		b.violate(Violation{Field: path, Kind: BlankValue, Want: "without this field the endpoint is AWS's own"})
		return "", nil
	}
	u, err := eventbridge.ParseEndpoint(text)
	if err != nil {
		b.violate(Violation{Field: path, Kind: InvalidValue, Want: "a URL such as http://localhost:4566", Found: b.quote(text), Why: err.Error()})
		return "", nil
	}
	if !b.rules.unresolved && !b.rules.literalEndpoint && !b.rules.endpoints.Allows(u) {
		b.refuse(path, b.quote(u.Host), "an allowed endpoint", endpoint.Error(u))
		return "", nil
	}
	return u.String(), u
}

// ambient checks that nothing is signed with the worker's own credentials that others on the way could read. Custom is the
// job's own endpoint, nil = none.
func (b *binder) ambient(path string, c *eventbridge.Credentials, custom *url.URL) {
	refuse := func(u *url.URL) {
		at := b.quote(u.Scheme + "://" + u.Host)
		b.refuse(path+".type", at, "an https endpoint, or the type credentials", "must not be defaultCredentialsChain with the endpoint "+at+
			": the worker's own credentials are not used over plain http, but to this machine; expected an https endpoint, or the type credentials")
	}
	at := b.rules.ambient.Events
	if custom != nil {
		at = custom
	}
	if at != nil && endpoint.Plain(at) {
		refuse(at)
	}
	if tokens := b.rules.ambient.Tokens; c.RoleARN != "" && tokens != nil && endpoint.Plain(tokens) {
		refuse(tokens)
	}
}

func (b *binder) credentials(path string, raw []byte) eventbridge.Credentials {
	f := b.object(path, raw)
	if f == nil {
		b.missing(path, "an object with the fields accessKey and secretKey, or with the type defaultCredentialsChain")
		return eventbridge.Credentials{}
	}
	credential := func(name string) string {
		return b.credential(pathOf(path, name), b.optional(pathOf(path, name), f.get(name)))
	}
	required := func(name string) string {
		return b.credential(pathOf(path, name), b.required(pathOf(path, name), f.get(name)))
	}
	c := eventbridge.Credentials{RoleARN: credential("roleArn"), ExternalID: credential("externalId"), RoleSessionName: credential("roleSessionName")}
	switch kind := b.optional(pathOf(path, "type"), f.get("type")); kind {
	case "defaultCredentialsChain":
		if b.rules.saas {
			b.refuse(path+".type", "defaultCredentialsChain", "credentials",
				"must not be defaultCredentialsChain in SaaS, where the chain holds credentials that are not yours; expected credentials")
		}
		c.DefaultChain = true
		return c
	case "", "credentials":
	case "temporaryCredentials":
		c.SessionToken = required("sessionToken")
	default:
		b.warn("unknown %s.type %s is treated as credentials", path, b.quote(kind))
	}
	c.AccessKey = required("accessKey")
	c.SecretKey = required("secretKey")
	if c.SessionToken == "" {
		c.SessionToken = credential("sessionToken")
	}
	return c
}

// placeholder finds what stands for a secret: {{secrets.NAME}} in a text, secrets.NAME as the whole of it, and
// camunda.secrets.NAME, which the cluster resolves.
var placeholder = regexp.MustCompile(`\{\{\s*secrets\.[^\s{}]+\s*\}\}|^\s*secrets\.[A-Za-z0-9/._-]+\s*$|camunda\.secrets\.[A-Za-z0-9_` + "`" + `-]+`)

func namesSecret(text string) bool { return placeholder.MatchString(text) }

// credential refuses a placeholder that nobody resolved: AWS would get the secret's name in place of its value.
func (b *binder) credential(path, value string) string {
	if b.rules.unresolved {
		return value
	}
	if !strings.Contains(value, "secrets.") {
		return value
	}
	if name := placeholder.FindString(value); name != "" {
		cause := "it was not resolved, since nothing that the worker reads names it for this field"
		if strings.HasPrefix(name, "camunda.") {
			cause = "it was not resolved by the cluster"
		}
		b.violate(Violation{Field: path, Kind: UnresolvedName, Want: "a credential", Found: b.quote(strings.TrimSpace(name)), Why: cause})
	}
	return value
}
