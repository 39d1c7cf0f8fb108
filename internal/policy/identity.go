package policy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// needs is what an identity needs before it is written as a policy.
type needs struct {
	send    []permission
	assume  []assumption
	secrets []string // ARNs
}

// assumption is a role that an identity assumes.
type assumption struct {
	role       form
	externalID string // empty = none, or one that is not known
}

// sender is as whom a task can send.
type sender struct {
	base        string // the name of the identity whose credentials are used
	kind        Kind
	roles       []form // that can be assumed on top; none = none
	direct      bool   // whether it can send without a role
	externalIDs texts
	region      texts
	path        string // where its fields are: authentication, awsCredential.authentication
	notes       []Note
}

// senders returns as whom a task can send, each once.
func (t *task) senders(keysInModels *[]string) []sender {
	credential := feel.NullValue()
	if t.made["awsCredential"] {
		credential = t.variable("awsCredential")
	} else if !t.made["authentication"] {
		return []sender{t.processData()}
	}
	var all []sender
	for _, c := range objects(credential) {
		for _, a := range objects(c.Member("authentication")) {
			all = append(all, t.sendersBy("awsCredential.authentication", a, textsOf(c.Member("region")), keysInModels)...)
		}
	}
	if credential.CanBe(feel.NullShape) && t.made["authentication"] {
		region := textsOf(t.variable("configuration").Member("region"))
		for _, a := range objects(t.variable("authentication")) {
			all = append(all, t.sendersBy("authentication", a, region, keysInModels)...)
		}
	}
	if len(all) == 0 {
		t.find(t.at("authentication"), "authentication", "gives no identity, expected an object with the fields accessKey and secretKey, or with the type defaultCredentialsChain")
	}
	return all
}

// processData is the sender of a task that leaves to the process as whom it sends.
func (t *task) processData() sender {
	s := sender{base: "process-data", kind: ProcessData, direct: true, region: textsOf(t.variable("configuration").Member("region")), path: "authentication"}
	s.notes = append(s.notes, t.note("authentication", "the task maps no identity, so that the process's variables decide as whom it sends: attach this policy to whomever they name"))
	return s
}

// sendersBy reads an authentication.
func (t *task) sendersBy(path string, a feel.Shape, region texts, keysInModels *[]string) []sender {
	field := func(name string) texts { return textsOf(a.Member(name)) }
	one := sender{path: path, region: region}
	roles := field("roleArn")
	one.roles, one.direct, one.externalIDs = roles.forms, roles.absent, field("externalId")
	if f, ok := roles.computed(); ok {
		one.notes = append(one.notes, t.note(path+".roleArn", allows("role", f)))
	}
	if f, ok := one.externalIDs.computed(); ok && len(one.roles) > 0 {
		one.notes = append(one.notes, t.note(path+".externalId", "is computed, or a secret ("+f.String()+"): sts:AssumeRole is allowed with every external id"))
	}
	kinds := field("type")
	_, computed := kinds.computed()
	var all []sender
	if computed || slices.ContainsFunc(kinds.forms, func(f form) bool { return f.key() == "defaultCredentialsChain" }) {
		chain := one
		chain.base, chain.kind = "default-chain", Worker
		all = append(all, chain)
	}
	if computed || kinds.absent || slices.ContainsFunc(kinds.forms, func(f form) bool { return f.key() != "defaultCredentialsChain" }) {
		for _, name := range t.keyNames(path, a.Member("accessKey"), keysInModels) {
			key := one
			key.base, key.kind = name, AccessKey
			if name == computedKey {
				key.notes = append(slices.Clip(key.notes), t.note(path+".accessKey", "is computed: attach this policy to whoever the access key belongs to"))
			}
			all = append(all, key)
		}
	}
	if computed {
		for i := range all {
			all[i].notes = append(slices.Clip(all[i].notes), t.note(path+".type", "is computed: the task may send as the worker itself or with an access key, so that both are allowed to send"))
		}
	}
	return all
}

const computedKey = "key:computed"

// keyNames returns the names of the identities to whom access keys belong: by the secret that holds the key. The number of a
// key that the model itself writes stands for it.
func (t *task) keyNames(path string, o feel.Outline, keysInModels *[]string) []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, s := range o {
		switch s.Kind {
		case feel.AnyShape:
			add(computedKey)
		case feel.TextShape:
			if name, ok := secretName(s.Parts[0]); ok && len(s.Parts) == 1 {
				add("key:" + name)
			} else if text, known := withoutSecrets(s.Parts).exact(); !known {
				add(computedKey)
			} else if strings.TrimSpace(text) != "" {
				add(writtenKey(text, keysInModels))
			}
		case feel.ListShape:
			for _, name := range t.keyNames(path, s.Items, keysInModels) {
				add(name)
			}
		case feel.NullShape, feel.ScalarShape, feel.ContextShape:
		}
	}
	if len(names) == 0 {
		t.find(t.at(path+".accessKey"), path+".accessKey", "is missing or blank, expected an access key, such as {{secrets.AWS_ACCESS_KEY}}")
	}
	return names
}

// writtenKey names a key that stands in a model, without showing it.
func writtenKey(key string, known *[]string) string {
	at := slices.Index(*known, key)
	if at < 0 {
		at = len(*known)
		*known = append(*known, key)
	}
	return "key:written-in-model-" + strconv.Itoa(at+1)
}

// compareIdentities puts the worker first, then keys, roles and the rest, by name.
func compareIdentities(a, b *Identity) int {
	order := []Kind{Worker, AccessKey, Role, ProcessData}
	return cmp.Or(cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind)), strings.Compare(a.Name, b.Name))
}
