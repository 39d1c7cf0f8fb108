package jsonvalue

// What the parts of a value are taken to need in memory, in bytes, without their text. A key needs more in a large object, which
// has an index of its keys.
const (
	bytesPerValue = 32
	bytesPerList  = 32 // more than another value: an array or an object
	bytesPerKey   = 64
)

// Footprint estimates the bytes of memory that the value takes which [Parse] makes of a JSON text: 32 for each value, 32 more
// for each array and object, 64 for each key, and the text itself. The text must be JSON: of any other the answer means
// nothing. It makes no values.
func Footprint[T string | []byte](text T) int {
	size := bytesPerValue + len(text)
	opened := false // whether an array or object was just opened: what follows is its first element or key, or its end
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			continue
		}
		if opened && c != ']' && c != '}' {
			size += bytesPerValue
		}
		opened = c == '[' || c == '{'
		switch c {
		case '[', '{':
			size += bytesPerList
		case ',':
			size += bytesPerValue
		case ':':
			size += bytesPerKey // the comma or the brace before the key counted its value
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	return size
}
