package jsonvalue

// Builder makes the numbers and objects of a caller's own types, which [Build] puts together.
type Builder struct {
	// Number makes a number of its literal.
	Number func(literal string) any
	// Object makes an object of its members in order. A key may stand there more than once: the last one counts. The slice
	// must not be kept.
	Object func(members []Member) any
}

// Build is [Parse] for callers with types of their own. Null is nil, a boolean a bool, a string a string and an array a
// []any. It makes no other values on the way. Strings and literals share the memory of data, which must not change any
// more.
func Build(data []byte, b Builder) (any, error) {
	r := reader{scanner: scanner{text: view(data)}, builder: &b}
	r.space()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	return v, nil
}
