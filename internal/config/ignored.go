package config

// Ignored returns the keys that are accepted and have no effect here, because files made for Camunda's runtime contain them.
// A dot or a dash at the end stands for all keys that begin so.
func Ignored() []string {
	keys := make([]string, len(unused))
	for i, u := range unused {
		keys[i] = u.key
	}
	return keys
}
