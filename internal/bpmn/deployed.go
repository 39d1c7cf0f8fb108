package bpmn

// InputMappings returns the input mappings of a deployed model's elements, in their order, by element id. Every element that can
// make a job has an entry, also if it has no mappings: an execution listener can make a job on any element. The broker has
// accepted the model, so that its references are not checked again. The text is UTF-8, whatever encoding it declares: the
// cluster sends it so. The error is an *[Error].
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
