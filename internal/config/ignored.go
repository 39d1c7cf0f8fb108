package config

// Ignored returns the keys that are accepted and have no effect here, because files made for Camunda's runtime contain them.
// A dot or a dash at the end stands for all keys that begin so.
func Ignored() []string {
	keys := make([]string, 0, len(unused)+len(foreignRoots))
	for _, u := range unused {
		keys = append(keys, u.key)
	}
	for _, root := range foreignRoots {
		keys = append(keys, root.key)
	}
	return keys
}
