package zeebe

import (
	"github.com/camunda/zeebe/clients/go/v8/pkg/pb"
	"google.golang.org/protobuf/encoding/protowire"
)

// fieldBusinessID is the number of a field of ActivatedJob that came after the version of our stubs, with Camunda 8.10. It is
// that of Camunda's gateway.proto.
const fieldBusinessID protowire.Number = 20

// newerText returns the text in a field that the stubs do not know; empty if it is not there. The last one counts, as in
// any message.
func newerText(a *pb.ActivatedJob, field protowire.Number) string {
	text := ""
	for rest := []byte(a.ProtoReflect().GetUnknown()); len(rest) > 0; {
		number, kind, tag := protowire.ConsumeTag(rest)
		if tag < 0 {
			break
		}
		value := protowire.ConsumeFieldValue(number, kind, rest[tag:])
		if value < 0 {
			break
		}
		if number == field && kind == protowire.BytesType {
			b, _ := protowire.ConsumeBytes(rest[tag:])
			text = string(b)
		}
		rest = rest[tag+value:]
	}
	return text
}
