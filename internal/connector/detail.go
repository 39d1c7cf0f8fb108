package connector

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// detail reads the payload, a member of an object: any JSON but null, as it came but for the white space. A string that is itself a
// JSON object is sent as that object: a plain text field in Modeler gives that, and AWS takes nothing but objects.
func (b *binder) detail(path string, raw []byte) string {
	if isNull(raw) {
		b.missing(path, "the event's payload, a JSON object")
		return ""
	}
	if jsonvalue.RawKind(raw) == jsonvalue.KindString {
		if text, err := jsonvalue.Unquote(raw); err == nil && jsonvalue.RawKind([]byte(text)) == jsonvalue.KindObject {
			if compact, err := jsonvalue.Compact([]byte(text)); err == nil {
				return compact
			}
		}
	}
	compact := jsonvalue.CompactPart(raw)
	if mayCallFunction(compact) {
		return b.computed(path, compact)
	}
	return compact
}

// functionKey marks an object that stands for the result of one of Camunda's intrinsic functions.
const functionKey = "camunda.function.type"

// mayCallFunction says whether JSON may have the key in it; an escape could hide it.
func mayCallFunction(raw string) bool {
	return strings.Contains(raw, functionKey) || strings.Contains(raw, `\u00`)
}

// computed puts the results of intrinsic functions in their places.
func (b *binder) computed(path, raw string) string {
	v, err := jsonvalue.ParseString(raw)
	if err != nil {
		b.invalidJSON(path, err)
		return ""
	}
	replaced := false
	v = b.compute(path, v, &replaced)
	if !replaced {
		return raw
	}
	return string(jsonvalue.Append(nil, v))
}

func (b *binder) compute(path string, v jsonvalue.Value, replaced *bool) jsonvalue.Value {
	switch v := v.(type) {
	case []jsonvalue.Value:
		out := make([]jsonvalue.Value, len(v))
		for i, e := range v {
			out[i] = b.compute(fmt.Sprintf("%s[%d]", path, i), e, replaced)
		}
		return out
	case *jsonvalue.Object:
		if name, ok := v.Get(functionKey); ok {
			*replaced = true
			params, _ := v.Get("params")
			return b.callIntrinsic(path, name, params)
		}
		out := jsonvalue.NewObject(v.Len())
		for k, e := range v.All() {
			out.Set(k, b.compute(path+"."+k, e, replaced))
		}
		return out
	}
	return v
}

// callIntrinsic computes base64; there is no other function whose meaning does not need Camunda's document store.
func (b *binder) callIntrinsic(path string, name, params jsonvalue.Value) jsonvalue.Value {
	text, _ := name.(string)
	if text != "base64" {
		b.refuse(path, b.quote(text), "base64", "the intrinsic function "+b.quote(text)+" is not supported, expected base64")
		return nil
	}
	list, _ := params.([]jsonvalue.Value)
	if len(list) != 1 {
		b.refuse(path, strconv.Itoa(len(list)), "one parameter", fmt.Sprintf("the intrinsic function base64 takes one parameter, but params has %d", len(list)))
		return nil
	}
	switch v := list[0].(type) {
	case string:
		return base64.StdEncoding.EncodeToString([]byte(v))
	case jsonvalue.Number:
		return base64.StdEncoding.EncodeToString([]byte(v.Text()))
	case bool:
		return base64.StdEncoding.EncodeToString(jsonvalue.Append(nil, v))
	default:
		found := withArticle(jsonvalue.KindOf(v))
		b.refuse(path, found, "a string", "the intrinsic function base64 takes a string, but params[0] is "+found)
		return nil
	}
}
