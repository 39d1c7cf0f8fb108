package zeebe

import (
	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/eventbridge-connector/eventbridge-connector/internal/job"
)

// The numbers of fields that came after the version of our stubs. They are those of Camunda's gateway.proto. A server that does
// not know a field passes over it.
const (
	activatedBusinessID     protowire.Number = 20 // ActivatedJob, Camunda 8.10
	activatedLeaseToken     protowire.Number = 21
	activatedPhysicalTenant protowire.Number = 22

	activateTenantFilter protowire.Number = 8 // ActivateJobsRequest, Camunda 8.9
	activateWithLease    protowire.Number = 9 // 8.10

	streamTenantFilter protowire.Number = 7 // StreamActivatedJobsRequest, Camunda 8.9
	streamWithLease    protowire.Number = 8 // 8.10

	completeLeaseToken protowire.Number = 4 // the commands, Camunda 8.10
	failLeaseToken     protowire.Number = 6
	throwLeaseToken    protowire.Number = 5
	timeoutLeaseToken  protowire.Number = 4
)

// filterAssigned is the tenant filter that asks for the jobs of all tenants of the caller. The other one, which asks for those
// named, is 0 and the default.
const filterAssigned = 1

// askNewer adds to a request for jobs what the stubs do not know.
func askNewer(request proto.Message, r job.TakeRequest, tenantFilter, withLease protowire.Number) {
	if r.AssignedTenants {
		addNumber(request, tenantFilter, filterAssigned)
	}
	if r.WithLease {
		addNumber(request, withLease, 1)
	}
}

// addNumber adds a number, a truth value or an enumeration.
func addNumber(m proto.Message, field protowire.Number, n uint64) {
	p := m.ProtoReflect()
	p.SetUnknown(protowire.AppendVarint(protowire.AppendTag(p.GetUnknown(), field, protowire.VarintType), n))
}

// addText adds a text; an empty one is not added.
func addText(m proto.Message, field protowire.Number, text string) {
	if text == "" {
		return
	}
	p := m.ProtoReflect()
	p.SetUnknown(protowire.AppendString(protowire.AppendTag(p.GetUnknown(), field, protowire.BytesType), text))
}

// newerJob is what a job has that the stubs do not know; empty = it is not there.
type newerJob struct{ businessID, leaseToken, physicalTenant string }

// newer reads it. The last of a field counts, as in any message.
func newer(a *pb.ActivatedJob) (n newerJob) {
	for rest := []byte(a.ProtoReflect().GetUnknown()); len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			break
		}
		value := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if value < 0 {
			break
		}
		if to := n.field(number); to != nil && kind == protowire.BytesType {
			text, _ := protowire.ConsumeBytes(rest[tag:])
			*to = string(text)
		}
		rest = rest[tag+value:]
	}
	return n
}

// field is where the text of a field goes; nil = it is not wanted.
func (n *newerJob) field(number protowire.Number) *string {
	switch number {
	case activatedBusinessID:
		return &n.businessID
	case activatedLeaseToken:
		return &n.leaseToken
	case activatedPhysicalTenant:
		return &n.physicalTenant
	default:
		return nil
	}
}
