package embedded

import (
	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The numbers of fields that came after the version of our stubs. They are those of Camunda's gateway.proto.
const (
	pollTenantFilter   protowire.Number = 8 // of ActivateJobsRequest, Camunda 8.9
	pollWithLease      protowire.Number = 9 // of ActivateJobsRequest, Camunda 8.10
	streamTenantFilter protowire.Number = 7 // of StreamActivatedJobsRequest, Camunda 8.9
	streamWithLease    protowire.Number = 8 // of StreamActivatedJobsRequest, Camunda 8.10

	completeLeaseToken protowire.Number = 4
	failLeaseToken     protowire.Number = 6
	throwLeaseToken    protowire.Number = 5
	updateLeaseToken   protowire.Number = 4

	jobTags             protowire.Number = 18
	jobBusinessID       protowire.Number = 20
	jobLeaseToken       protowire.Number = 21
	jobPhysicalTenantID protowire.Number = 22
)

// filterAssigned is the tenant filter that takes the jobs of all tenants of the caller.
const filterAssigned = 1

// newerField calls f with each value in a field that the stubs do not know.
func newerField(m proto.Message, field protowire.Number, f func(kind protowire.Type, value []byte)) {
	for rest := []byte(m.ProtoReflect().GetUnknown()); len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			return
		}
		size := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if size < 0 {
			return
		}
		if number == field {
			f(kind, rest[tag:tag+size])
		}
		rest = rest[tag+size:]
	}
}

// newerText returns the text in a field; empty if it is not there. The last one counts, as in any message.
func newerText(m proto.Message, field protowire.Number) (text string) {
	newerField(m, field, func(kind protowire.Type, value []byte) {
		if kind == protowire.BytesType {
			b, _ := protowire.ConsumeBytes(value)
			text = string(b)
		}
	})
	return text
}

// newerNumber returns the number in a field, such as that of an enumeration; 0 if it is not there.
func newerNumber(m proto.Message, field protowire.Number) (n uint64) {
	newerField(m, field, func(kind protowire.Type, value []byte) {
		if kind == protowire.VarintType {
			n, _ = protowire.ConsumeVarint(value)
		}
	})
	return n
}

// setNewer writes the fields of a job that the stubs do not know, as far as the gateway's version knows them.
func (d *delivery) setNewer(a *pb.ActivatedJob, o *GatewayOptions) {
	var b []byte
	text := func(field protowire.Number, value string) {
		if value != "" {
			b = protowire.AppendTag(b, field, protowire.BytesType)
			b = protowire.AppendString(b, value)
		}
	}
	if o.release.knowsTags() {
		for _, tag := range d.entry.Tags {
			text(jobTags, tag)
		}
	}
	if o.release.knowsLeases() {
		text(jobBusinessID, d.entry.BusinessID)
		text(jobLeaseToken, d.token)
		text(jobPhysicalTenantID, o.physicalTenant)
	}
	a.ProtoReflect().SetUnknown(b)
}
