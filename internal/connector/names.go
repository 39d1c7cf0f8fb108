package connector

import (
	"strings"
	"sync"
)

// inputNames are the names in the paths of the input fields.
type inputNames struct {
	keys  []string             // each once
	paths map[[2]string]string // by what stands before the last dot, and behind it
}

// names returns the names of all input fields. It reads the table of fields once.
var names = sync.OnceValue(func() inputNames {
	n := inputNames{paths: map[[2]string]string{}}
	seen := map[string]bool{}
	for _, f := range Fields() {
		if f.Place != InVariable {
			continue
		}
		for key := range strings.SplitSeq(f.Name, ".") {
			if !seen[key] {
				seen[key] = true
				n.keys = append(n.keys, key)
			}
		}
		if at := strings.LastIndexByte(f.Name, '.'); at > 0 {
			n.paths[[2]string{f.Name[:at], f.Name[at+1:]}] = f.Name
		}
	}
	return n
})

// pathOf returns the path of a field within an object.
func pathOf(object, name string) string {
	if path, ok := names().paths[[2]string{object, name}]; ok {
		return path
	}
	return object + "." + name
}
