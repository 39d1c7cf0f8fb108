package embedded

import "container/heap"

// dueHeap holds the entries whose time will end, the next first.
type dueHeap []*entry

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].dueIndex, h[j].dueIndex = i, j
}

// Push implements [heap.Interface].
func (h *dueHeap) Push(x any) {
	e := x.(*entry)
	e.dueIndex = len(*h)
	*h = append(*h, e)
}

// Pop implements [heap.Interface].
func (h *dueHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	e.dueIndex = -1
	return e
}

// set puts an entry where its due time belongs.
func (h *dueHeap) set(e *entry) {
	if e.dueIndex < 0 {
		heap.Push(h, e)
	} else {
		heap.Fix(h, e.dueIndex)
	}
}

func (h *dueHeap) remove(e *entry) {
	if e.dueIndex >= 0 {
		heap.Remove(h, e.dueIndex)
	}
}
