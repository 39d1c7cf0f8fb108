package bpmn

// InputMappings returns the input mappings of a deployed model's elements, in their order, by element id; those of each element
// that can make a job are there, be it none. What a broker has taken is not judged again: an execution listener makes jobs as a
// task does, on any element, and a reference to nothing harms nobody here. The text is UTF-8, in which the cluster tells it,
// whatever the file that was deployed declares. The error is an *[Error].
func InputMappings(text []byte) (map[string][]Mapping, error) {
	root, err := parseTree(text)
	if err != nil {
		return nil, err
	}
	if !root.is(nsBPMN, "definitions") {
		return nil, failAt(root.pos, "the root element is <%s>, expected <definitions> of BPMN 2.0", root.name.Local)
	}
	all := map[string][]Mapping{}
	root.addInputs(all)
	return all, nil
}

func (n *node) addInputs(all map[string][]Mapping) {
	extensions := n.first(nsBPMN, "extensionElements")
	if id := n.attr("", "id"); id != "" && extensions != nil && n.name.Space == nsBPMN {
		all[id] = extensions.mappings("input")
	}
	for _, c := range n.children {
		c.addInputs(all)
	}
}
