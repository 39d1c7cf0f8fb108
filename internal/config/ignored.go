package config

// Ignored returns the keys that are known and have no effect here, because files made for Camunda's runtime contain them. With some
// values the worker refuses a few of them itself, and says why.
// A dot or a dash at the end stands for all keys that begin so.
func Ignored() []string {
	keys := make([]string, 0, len(unused)+len(foreignRoots)+len(decisive))
	for _, u := range unused {
		keys = append(keys, u.key)
	}
	for _, root := range foreignRoots {
		keys = append(keys, root.key)
	}
	for _, d := range decisive {
		keys = append(keys, d.keys...)
	}
	return keys
}
