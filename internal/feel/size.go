package feel

import "github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"

// A list may be in another one ten times, that one ten times in a third, and so on: what takes little memory as a value may
// be endless as text. So what is to be written out is measured first.

// bytesPerValue is what a value is taken to need at least when it is written out.
const bytesPerValue = 16

// writtenSize estimates the bytes that writing out a value takes. It counts no further than the limit.
func writtenSize(v Value, limit int) int {
	size := bytesPerValue
	switch v := v.(type) {
	case string:
		size += len(v)
	case []Value:
		for _, item := range v {
			if size += memberSize(item, limit-size); size > limit {
				break
			}
		}
	case *jsonvalue.Object:
		for i := range v.Len() {
			m := v.At(i)
			if size += len(m.Key) + memberSize(m.Value, limit-size); size > limit {
				break
			}
		}
	}
	return size
}

// memberSize is writtenSize without a call for what is small.
func memberSize(v Value, limit int) int {
	switch v := v.(type) {
	case []Value, *jsonvalue.Object:
		return writtenSize(v, limit)
	case string:
		return bytesPerValue + len(v)
	}
	return bytesPerValue
}

// writes charges for writing out a value; false when the evaluation must end.
func (f *frame) writes(v Value) bool {
	return f.produce(writtenSize(v, f.program.limits.Bytes))
}

// fits says whether a result is small enough to be written out.
func fits(v Value, limit int) bool {
	switch v.(type) {
	case []Value, *jsonvalue.Object:
		return writtenSize(v, limit) <= limit
	}
	return true
}
