package policy

import (
	"fmt"
	"slices"
	"strconv"
)

// finish writes the policies of what the identities need.
func (w *writer) finish() {
	slices.SortFunc(w.report.Identities, compareIdentities)
	for _, id := range w.report.Identities {
		id.Policy = Document{Version: "2012-10-17"}
		id.add("SendEvents", sendStatements(id.needs.send))
		id.add("AssumeRoles", assumeStatements(id.needs.assume))
		if len(id.needs.secrets) > 0 {
			slices.Sort(id.needs.secrets)
			id.add("ReadSecrets", []Statement{allow("secretsmanager:GetSecretValue", slices.Compact(id.needs.secrets))})
		}
		id.Size = id.Policy.size()
		id.tellSize()
	}
	w.report.Identities = slices.DeleteFunc(w.report.Identities, func(id *Identity) bool { return len(id.Policy.Statement) == 0 })
}

// add appends statements with ids of their own.
func (id *Identity) add(sid string, statements []Statement) {
	for i, s := range statements {
		s.Sid = sid
		if len(statements) > 1 {
			s.Sid += strconv.Itoa(i + 1)
		}
		id.Policy.Statement = append(id.Policy.Statement, s)
	}
}

// assumeStatements makes a statement for each external id, and one for the roles without.
func assumeStatements(all []assumption) []Statement {
	byID := map[string][]form{}
	var ids []string
	for _, a := range all {
		if byID[a.externalID] == nil {
			ids = append(ids, a.externalID)
		}
		byID[a.externalID] = append(byID[a.externalID], a.role)
	}
	slices.Sort(ids)
	var statements []Statement
	for _, externalID := range ids {
		s := allow("sts:AssumeRole", iamAll(byID[externalID]))
		if externalID != "" {
			s.where("StringEquals", "sts:ExternalId", []string{iamExact(externalID)})
		}
		statements = append(statements, s)
	}
	return statements
}

// tellSize notes where the policy does not fit.
func (id *Identity) tellSize() {
	const more = "; write policies for fewer models at a time, and attach each"
	switch {
	case id.Size > maxInlineRole:
		id.note(Note{Message: fmt.Sprintf("the policy has %d characters, more than IAM takes: %d inline in a role, %d in a managed policy%s", id.Size, maxInlineRole, maxManaged, more)})
	case id.Size > maxManaged:
		id.note(Note{Message: fmt.Sprintf("the policy has %d characters: IAM takes it inline in a role (%d), but not as a managed policy (%d)%s", id.Size, maxInlineRole, maxManaged, more)})
	case id.Size > maxInlineUser && id.Kind != Role:
		id.note(Note{Message: fmt.Sprintf("the policy has %d characters: IAM takes it as a managed policy (%d), but not inline in a user (%d)", id.Size, maxManaged, maxInlineUser)})
	}
}
