package feel_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAMarkedTextThatCannotBeInAPlaceIsNotHeldThere holds forms in which the name of a marked variable, or a text that looks
// like one, stands beside a place of a result that only other data reaches. The place is u in all of them.
func TestAMarkedTextThatCannotBeInAPlaceIsNotHeldThere(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		// the name inside of texts, comments, paths, keys and types
		`{t: "tok ${tok} {{tok}}", u: user}`,
		`{t: tok, u: user.tok.secret}`,
		`{t: tok /* {u: tok} */, u: user}`,
		"{t: tok, // u: tok\n u: user}",
		`{"tok": tok, u: user["tok"]}`,
		`{t: tok, u: user.ctx}`,
		`{t: ctx.secret, u: ctx.plain}`,
		`{t: ctx.secret, u: ctx.other.secret}`,
		`{t: [ctx, {secret: user}].secret, u: ctx.plain}`,
		// shadowing
		`{tok: user, u: tok}`,
		`{t: tok, inner: {tok: user, v: tok}, u: inner.v}`,
		`{t: tok, u: for tok in [user] return tok}`,
		`{t: tok, u: for x in [user], tok in [x] return tok}`,
		`{t: tok, u: (for x in [tok] return {a: user})[1].a}`,
		`{t: tok, u: for x in [1, 2] return {a: user, b: x}}`,
		`{ctx: {secret: user}, u: ctx.secret}`,
		`{t: tok, u: {t: user}.t}`,
		`{t: tok, v: {t: user, u: t}, u: v.u}`,
		// tests, comparisons, counts
		`{t: tok, u: some x in [tok] satisfies x = user}`,
		`{t: tok, u: every x in [tok] satisfies x = user}`,
		`{t: tok, u: if tok = "x" then user else user}`,
		`{t: tok, u: if contains(tok, user) then "<B>" else user}`,
		`{t: tok, u: tok = user and tok != null or tok in [user]}`,
		`{t: tok, u: [user, user][item = tok]}`,
		`{t: tok, u: [user][tok]}`,
		`{t: tok, u: [{a: user}][a = tok].a}`,
		`{t: tok, u: xs[some x in [tok] satisfies x = item]}`,
		`{t: tok, u: tok between user and "<A>"}`,
		`{t: tok, u: string length(tok) + count([tok])}`,
		`{t: tok, u: index of([user], tok)}`,
		`{t: tok, u: list contains([tok], user)}`,
		`{t: tok, u: matches(user, tok)}`,
		`{t: tok, u: is defined(tok)}`,
		`{t: tok, u: number(tok)}`,
		`{t: tok, u: date(tok)}`,
		`{t: tok, u: tok instance of string}`,
		// functions of the source
		`{f: function(x) user, t: f(tok), u: user}`,
		`{f: function(tok) user, u: user, t: tok}`,
		`{t: {u: tok}, u: user}`,
		`{t: {a: {u: tok}}, u: {a: {t: user}}}`,
		// built-in functions on a context of both
		`context put({t: tok}, "u", user)`,
		`context put({u: tok}, "u", user)`,
		`context put({t: tok, u: 1}, ["u"], user)`,
		`context merge([{t: tok}, {u: user}])`,
		`context merge({t: tok}, {u: user})`,
		`{t: tok, u: get value({a: user, b: tok}, "a")}`,
		`{t: tok, u: get value({a: {b: user, c: tok}}, ["a", "b"])}`,
		`{t: tok, u: get or else(user, "x")}`,
		`{t: tok, u: assert(user, user != tok, "<A>")}`,
		`{t: tok, u: sort([user], function(a, b) a < tok)}`,
		`{t: tok, u: string join([user, user], ",")}`,
		`{t: tok, u: upper case(user)}`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			f := flowOf(t, source)
			for _, mark := range []string{"<T>", "<S>", "<A>"} {
				for _, path := range [][]string{{"u"}, {"u", "a"}, {"u", "tok"}, {"u", "x"}} {
					assert.False(t, f.Holds(mark, path, false), "%s at %v", mark, path)
					assert.False(t, f.Holds(mark, path, true), "%s in a key at %v", mark, path)
				}
			}
		})
	}
}

// TestAMarkedTextIsHeldWhereItGets: the other way round, each form brings the text to the place u.
func TestAMarkedTextIsHeldWhereItGets(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		`{u: (tok)}`, `{u: [[tok]][1][1]}`, `{a: {b: {c: tok}}, u: a.b.c}`, `{u: for x in [tok] return x}`,
		`{u: for i in 1..2 return for j in [tok] return j}`, `{u: [tok][1]}`, `{u: [tok][item != null]}`, `{u: [{a: tok}].a}`, `{u: [{a: tok}][a != null][1].a}`,
		`{u: if user = 1 then tok else null}`, `{u: if user = 1 then null else tok}`, `{f: function(x) x, u: f(tok)}`, `{f: function() tok, u: f()}`,
		`{o: {f: function(x) x}, u: o.f(tok)}`, `{u: {a: tok}.a}`, `{u: get value({a: tok}, user)}`, `{u: get entries({a: tok})[1].value}`, `{u: context({key: "k", value: tok}).k}`,
		`{u: split(tok, ",")[1]}`, `{u: reverse([tok])[1]}`, `{u: flatten([[tok]])[1]}`, `{u: concatenate([user], [tok])[2]}`, `{u: min(tok, tok)}`, `{u: last([tok])}`, `{u: first([tok])}`,
		`{u: replace(user, "a", tok)}`, `{u: string(tok)}`, `{u: tok + user}`, `{u: string join([tok])}`, `{u: from json(to json(tok))}`, `{u: extract(tok, ".*")[1]}`, `{u: trim(tok)}`,
		`{u: from base64(to base64(tok))}`, `{u: partition([tok], 1)[1][1]}`,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			assert.True(t, flowOf(t, source).Holds("<T>", []string{"u"}, false))
		})
	}
}
