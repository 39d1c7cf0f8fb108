package secret

import "slices"

// Forms returns every form in which the mask finds its values, none of them empty, the longest first.
func (m *Mask) Forms() []string {
	if m == nil {
		return nil
	}
	m.once.Do(m.prepare)
	return slices.Clone(m.forms)
}
