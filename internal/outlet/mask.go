package outlet

import "strings"

// ellipsis ends a text that was shortened.
const ellipsis = "…"

// Mask returns the text with *** in place of every secret in use, in each of the forms that [secret.Mask] finds. Secrets that
// overlap are replaced together. Where a text was shortened in the middle of a secret, so that an ellipsis follows the
// first four or more bytes of it, these are replaced too.
func (r *Registry) Mask(text string) string {
	if r == nil || r.live.Load() == 0 || len(text) < minValue {
		return text
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var b strings.Builder
	done, from, to := 0, -1, -1 // what is written; the span that is open
	for at := 0; at+minValue <= len(text); at++ {
		key := uint32(text[at]) | uint32(text[at+1])<<8 | uint32(text[at+2])<<16 | uint32(text[at+3])<<24
		if h := slot(key); r.first[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		end := r.match(key, text, at)
		if end < 0 {
			continue
		}
		if from >= 0 && at < to {
			to = max(to, end)
			continue
		}
		if from >= 0 {
			b.WriteString(text[done:from])
			b.WriteString(stars)
			done = to
		}
		from, to = at, end
	}
	if from < 0 {
		return text
	}
	b.WriteString(text[done:from])
	b.WriteString(stars)
	b.WriteString(text[to:])
	return b.String()
}

// match returns the end of the longest secret that begins at a place of the text; -1 = none does.
func (r *Registry) match(key uint32, text string, at int) int {
	end := -1
	for _, form := range r.forms[key] {
		n := common(form, text[at:])
		if n == len(form) || n >= minValue && strings.HasPrefix(text[at+n:], ellipsis) {
			end = max(end, at+n)
		}
	}
	return end
}

// common is the length of what two texts begin with in common.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// masked says whether a text holds a secret.
func (r *Registry) masked(text string) bool { return r.Mask(text) != text }
