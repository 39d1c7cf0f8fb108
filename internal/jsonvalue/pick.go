package jsonvalue

// RawMember returns the raw value of a key of the JSON object in data; of equal keys the last. Nil = there is none, or data is no
// object.
func RawMember(data []byte, key string) []byte {
	var found []byte
	if RawKind(data) != KindObject {
		return nil
	}
	s := scanner{text: view(data)}
	s.space()
	is := func(k string) (string, bool) { return "", k == key }
	_ = s.each('{', is, func(_ string, from, to int) error { // what was found before a mistake counts
		found = data[from:to:to]
		return nil
	})
	return found
}

// RawOnly returns the element of a JSON array of exactly one, of arrays within arrays too; any other value as it is.
func RawOnly(data []byte) []byte {
	for RawKind(data) == KindArray {
		var element []byte
		count := 0
		if Elements(data, func(raw []byte) error { element = raw; count++; return nil }) != nil || count != 1 {
			break
		}
		data = element
	}
	return data
}
