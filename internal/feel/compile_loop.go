package feel

import (
	"slices"

	"github.com/cockroachdb/apd/v3"
)

// iteration is what one iterator of a loop runs over: a list, or the numbers from one to another.
type iteration struct {
	list     []Value
	from, to *apd.Decimal // nil for a list
	pos      Pos
}

// iterators compiles the sources of a loop, none of which sees the variables of the others, and binds their variables. Of two
// variables of one name the body sees the first, as in the official engine.
func (c *compiler) iterators(all []iterator) (sources []func(*frame) (iteration, bool), slots []int) {
	for _, it := range all {
		sources = append(sources, c.iteration(it))
	}
	slots = make([]int, len(all))
	for i, it := range slices.Backward(all) {
		slots[i] = c.bind(it.name)
	}
	return sources, slots
}

func (c *compiler) iteration(it iterator) func(*frame) (iteration, bool) {
	values := c.compile(it.values)
	if it.to == nil {
		return func(f *frame) (iteration, bool) {
			v := values(f)
			l, ok := v.([]Value)
			if !ok && v != nil && f.err == nil {
				f.warn(it.values.pos(), WrongType, "in", "a %s cannot be iterated over, expected a list", typeName(v))
			}
			return iteration{list: l}, ok && f.err == nil
		}
	}
	last := c.compile(it.to)
	return func(f *frame) (iteration, bool) {
		from, okFrom := asNumber(values(f))
		to, okTo := asNumber(last(f))
		if f.err == nil && (!okFrom || !okTo) {
			f.warn(it.values.pos(), WrongType, "..", "both ends of .. must be numbers")
		}
		return iteration{from: from, to: to, pos: it.values.pos()}, okFrom && okTo && f.err == nil
	}
}

// steps says whether adding the step makes just that difference, which it does not with too many digits.
func steps(from, step *apd.Decimal) bool {
	next := add(from, step)
	if next == nil {
		return false
	}
	difference := subtract(next, from)
	return difference != nil && compare(difference, step) == 0
}

// unsteppable returns the end of a range of numbers at which steps cannot be told apart, nil if there is none.
func (it iteration) unsteppable(step *apd.Decimal) *apd.Decimal {
	if _, ok := smallInt(it.from); !ok && compare(it.from, it.to) != 0 && !steps(it.from, step) {
		return it.from
	}
	if _, ok := smallInt(it.to); !ok && compare(it.from, it.to) != 0 && !stepsTo(it.to, step) {
		return it.to
	}
	return nil
}

// stepsTo is steps for the last number, from which the step is taken.
func stepsTo(to, step *apd.Decimal) bool {
	last := subtract(to, step)
	if last == nil {
		return false
	}
	difference := subtract(to, last)
	return difference != nil && compare(difference, step) == 0
}

// each calls visit with every value in order, as long as it says so.
func (it iteration) each(f *frame, visit func(Value) bool) bool {
	if it.from == nil {
		for _, v := range it.list {
			if !f.spend(1) || !visit(v) {
				return false
			}
		}
		return true
	}
	step := newInt(1)
	if compare(it.from, it.to) > 0 {
		step = newInt(-1)
	}
	if end := it.unsteppable(step); end != nil {
		f.fail(it.pos, "a loop cannot go by steps of 1 at %s", decimalString(end))
		return false
	}
	for n := it.from; n != nil && compare(n, it.to)*step.Sign() <= 0; n = add(n, step) {
		if !f.spend(1) || !visit(n) {
			return false
		}
	}
	return true
}

// product visits every combination of the iterations' values, which it puts into the slots; the last one runs fastest.
func product(f *frame, all []iteration, slots []int, visit func() bool) bool {
	if len(all) == 0 {
		return visit()
	}
	return all[0].each(f, func(v Value) bool {
		f.slots[slots[0]] = v
		return product(f, all[1:], slots[1:], visit)
	})
}

func (f *frame) iterations(sources []func(*frame) (iteration, bool)) ([]iteration, bool) {
	all := make([]iteration, len(sources))
	fine := true
	for i, source := range sources {
		it, ok := source(f)
		if f.err != nil {
			return nil, false
		}
		all[i], fine = it, fine && ok
	}
	return all, fine
}

// loop compiles for … return. The body sees what was returned so far as partial.
func (c *compiler) loop(n *loop) evaluator {
	m := c.mark()
	defer c.unbind(m)
	sources, slots := c.iterators(n.iterators)
	partialSlot := c.bind("partial")
	partial := c.env
	body := c.compile(n.body)
	return func(f *frame) Value {
		all, ok := f.iterations(sources)
		if !ok {
			return nil
		}
		out := make([]Value, 0, lengthHint(all))
		product(f, all, slots, func() bool {
			if partial.used {
				f.slots[partialSlot] = slices.Clip(out)
			}
			height := len(f.stack)
			v := body(f)
			if f.err != nil {
				e := f.missedInput(height)
				if e == nil {
					return false
				}
				v = e
			}
			if _, failed := v.(*failure); failed {
				f.holdsFailures = true
			}
			out = append(out, v)
			return f.produce(loopItem)
		})
		if f.err != nil {
			return nil
		}
		return out
	}
}

// loopItem is charged for each result of a loop: its place in the list and the number that most are.
const loopItem = 80

// lengthHint returns how many results a loop over one list will have, a small number for others.
func lengthHint(all []iteration) int {
	if len(all) == 1 && all[0].from == nil {
		return len(all[0].list)
	}
	return 8
}

// quantified compiles some and every … satisfies. Where nothing decides, a condition that was no boolean makes it null.
func (c *compiler) quantified(n *quantified) evaluator {
	m := c.mark()
	defer c.unbind(m)
	sources, slots := c.iterators(n.iterators)
	condition := c.compile(n.condition())
	decides := !n.every
	return func(f *frame) Value {
		all, ok := f.iterations(sources)
		if !ok {
			return nil
		}
		result := Value(n.every)
		product(f, all, slots, func() bool {
			v := condition(f)
			if f.err != nil {
				return false
			}
			b, ok := v.(bool)
			if !ok {
				if e, failed := v.(*failure); failed && e.fatal {
					result = e
					return true
				}
				if v != nil {
					f.warn(n.pos(), WrongType, "satisfies", "the condition is a %s, expected a boolean", describe(v))
				}
				result = nil
				return true
			}
			if b == decides {
				result = decides
				return false
			}
			return true
		})
		if f.err != nil {
			return nil
		}
		return result
	}
}

func (n *quantified) condition() node { return n.body }

func describe(v Value) string {
	if e, failed := v.(*failure); failed {
		return "failure: " + e.text
	}
	return typeName(v)
}
