package feel_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

// marked are texts such as <A>.
var marked = regexp.MustCompile(`<[A-Z]>`)

func marksIn(text string) []string { return marked.FindAllString(text, -1) }

// flowOf is the flow of an expression over the variables tok, which is <T>, and ctx, which is {secret: <S>, plain: data}.
func flowOf(t *testing.T, source string) *feel.Flow {
	t.Helper()
	p, err := feel.Compile(source)
	require.NoError(t, err)
	f, err := feel.NewFlowTracker(marksIn, 10_000).Expression(p, func(name string) *feel.Flow {
		switch name {
		case "tok":
			return feel.TextFlow("<T>")
		case "ctx":
			return (*feel.Flow)(nil).With([]string{"secret"}, feel.TextFlow("<S>"))
		}
		return nil
	})
	require.NoError(t, err)
	return f
}

func TestFlow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source string
		holds  []string // mark and path; "key" in front = in a key
		not    []string
	}{
		{`"<A>"`, []string{"<A>"}, []string{"<A> x", "key <A>", "<T>"}},
		{`"x <A> <B>" + user`, []string{"<A>", "<B>"}, nil},
		{`"<" + "A>"`, nil, []string{"<A>"}},
		{`{kind: "tok failed", who: user}`, nil, []string{"<T> kind", "<T> who", "<T>"}},
		{`{t: tok, u: user}`, []string{"<T> t"}, []string{"<T> u", "<T>", "<T> t x", "key <T>"}},
		{`{"<A>": 1, b: user}`, []string{"key <A>"}, []string{"<A> b", "<A>", "<A> <A>"}},
		{`{a: tok, a: user}`, nil, []string{"<T> a"}},
		{`{a: tok, b: a, c: {d: b}}`, []string{"<T> a", "<T> b", "<T> c d"}, []string{"<T> c"}},
		{`{tok: user, b: tok}`, nil, []string{"<T> b", "<T> tok"}},
		{`user.tok`, nil, []string{"<T>"}},
		{`ctx`, []string{"<S> secret"}, []string{"<S>", "<S> plain"}},
		{`ctx.secret`, []string{"<S>"}, nil},
		{`ctx.plain`, nil, []string{"<S>"}},
		{`ctx.secret.x`, nil, []string{"<S>"}},
		{"`tok`", []string{"<T>"}, nil},
		{`if tok = "<A>" then user else "<B>"`, []string{"<B>"}, []string{"<A>", "<T>"}},
		{`for tok in users return tok`, nil, []string{"<T>"}},
		{`for x in [tok, user] return {v: x}`, []string{"<T> v"}, []string{"<T>"}},
		{`for x in [tok], x in [user] return {v: x}`, []string{"<T> v"}, nil}, // the first of two of one name
		{`for x in [user], x in [tok] return {v: x}`, nil, []string{"<T> v"}},
		{`for x in 1..3 return tok`, []string{"<T>"}, nil},
		{`for x in xs return if x = 1 then {v: tok} else {v: partial}`, []string{"<T> v", "<T> v v"}, nil},
		{`some x in xs satisfies x = tok`, nil, []string{"<T>"}},
		{`every tok in xs satisfies tok = 1`, nil, []string{"<T>"}},
		{`xs[item = tok]`, nil, []string{"<T>"}},
		{`[{k: tok}, {k: user}][k = user].k`, []string{"<T>"}, nil},
		{`function(tok) tok`, nil, []string{"<T>"}},
		{`{f: function(x) x, r: f(tok)}.r`, []string{"<T>", "<T> deep"}, nil},
		{`{f: function(x) tok, r: f(user)}.r`, []string{"<T>"}, nil},
		{`{f: function(x) x, r: f(user)}.r`, nil, []string{"<T>"}},
		{`{o: {f: function(x) {y: tok}}, r: o.f(user)}.r`, []string{"<T> y"}, nil},
		{`{f: function(x) x, r: {o: {f: f}}}.r`, nil, []string{"<T>"}},
		{`get value(ctx, "secret")`, []string{"<S>"}, nil},
		{`get value(ctx, "plain")`, nil, []string{"<S>"}},
		{`get value({a: ctx}, ["a", "secret"])`, []string{"<S>"}, nil},
		{`get value(ctx, user)`, []string{"<S>"}, nil},
		{`get value(key: "secret", context: ctx)`, []string{"<S>"}, nil},
		{`get value(key: "plain", context: ctx)`, nil, []string{"<S>"}},
		{`get entries(ctx)`, []string{"<S> value"}, []string{"<S> key", "<S>"}},
		{`get entries({"<A>": 1})`, []string{"<A> key"}, []string{"<A> value"}},
		{`get entries(ctx).value`, []string{"<S>"}, nil},
		{`context put(user, "k", tok)`, []string{"<T> k"}, []string{"<T>", "<T> other"}},
		{`context put(user, ["a", "b"], tok)`, []string{"<T> a b"}, []string{"<T> a"}},
		{`context put(user, user, tok)`, []string{"<T> anything"}, nil},
		{`context put(ctx, "secret", user)`, nil, []string{"<S> secret"}},
		{`context put(context: user, key: "k", value: tok)`, []string{"<T> k"}, []string{"<T> other"}},
		{`context put(user, "<A>", 1)`, []string{"key <A>"}, nil},
		{`context merge([ctx, {t: tok}])`, []string{"<S> secret", "<T> t"}, []string{"<T> secret"}},
		{`context merge(ctx, user)`, []string{"<S> secret"}, nil},
		{`context([{key: "a", value: tok}])`, []string{"<T> a"}, nil},
		{`string(ctx)`, []string{"<S>"}, []string{"<S> secret"}},
		{`to json({t: tok})`, []string{"<T>"}, []string{"<T> t"}},
		{`from json("{\"a\": \"<A>\"}")`, []string{"<A> a"}, nil},
		{`upper case(tok) + string join([tok, user], "<A>")`, []string{"<T>", "<A>"}, nil},
		{`substring(tok, 2)`, []string{"<T>"}, nil},
		{`split(user, "<A>")`, []string{"<A>"}, nil},
		{`count([tok]) + string length(tok)`, nil, []string{"<T>"}},
		{`contains(user, tok)`, nil, []string{"<T>"}},
		{`{a: contains(user, tok), b: user}`, nil, []string{"<T> a", "<T> b"}},
		{`append([user], tok)`, []string{"<T>"}, []string{"<T> x"}},
		{`sort([{k: tok}], function(x, y) x.k < y.k)`, []string{"<T> k"}, []string{"<T>"}},
		{`get or else(user, tok)`, []string{"<T>"}, nil},
		{`assert(user, user != null, "<A>")`, nil, []string{"<A>"}},
		{`unknown(tok)`, []string{"<T>", "<T> x"}, nil},
		{`tok between "<A>" and "<B>"`, nil, []string{"<T>", "<A>", "<B>"}},
		{`{a: tok = user, b: tok - user, c: tok < "<A>", d: tok and user, e: -tok}`, nil, []string{"<T> a", "<T> b", "<T> c", "<A> c", "<T> d", "<T> e"}},
		{`tok in ("<A>", "<B>")`, nil, []string{"<T>", "<A>"}},
		{`tok instance of string`, nil, []string{"<T>"}},
		{`"\"<A>\""`, []string{"<A>"}, nil},
		{`// "<A>"
		user`, nil, []string{"<A>"}},
		{`{camunda: camunda.secrets.tok}`, nil, []string{"<T> camunda"}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			f := flowOf(t, tt.source)
			ask := func(what string) bool {
				words := strings.Fields(what)
				inKey := words[0] == "key"
				if inKey {
					words = words[1:]
				}
				return f.Holds(words[0], words[1:], inKey)
			}
			for _, what := range tt.holds {
				assert.True(t, ask(what), what)
			}
			for _, what := range tt.not {
				assert.False(t, ask(what), what)
			}
		})
	}
}

func TestFlowIsBounded(t *testing.T) {
	t.Parallel()
	source := "{v0: tok, w0: user" + strings.Repeat(", v: {a: v0, b: v0}", 30)
	p, err := feel.Compile(source + "}")
	require.NoError(t, err)
	tracker := feel.NewFlowTracker(marksIn, 50)
	_, err = tracker.Expression(p, func(string) *feel.Flow { return nil })
	require.Error(t, err)
	assert.True(t, feel.IsBudget(err))
	_, err = tracker.Either(feel.TextFlow("a"), feel.TextFlow("b"))
	assert.Error(t, err, "what is used up stays so")
}

// FuzzFlow: wherever the text of a marked variable is in a result, the flow says so.
func FuzzFlow(f *testing.F) {
	for _, source := range []string{
		`{t: tok, u: [user, {v: ctx}]}`, `for x in [tok, user] return {v: x, p: partial}`, `context put(ctx, ["a", "b"], tok)`, `get entries(ctx)`,
		`context merge(ctx, {a: tok})`, `{f: function(x) {y: x}, r: f(tok)}`, `string join(["<A>", tok], user)`, `[ctx][1].secret`, `xs[item != tok]`,
		`context([{key: tok, value: ctx}])`, `sort([tok, "<A>"], function(a, b) a < b)`, `partition([tok, user], function(x) x = tok)`, `{"<A>": {a: "<B>"}}`,
		`if tok = user then "<A>" else replace(tok, "T", "<A>")`, `flatten([[tok], [[ctx]]])`, `min(tok, user)`, `insert before([user], 1, ctx)`, `split(tok, "x")`,
		`get value({a: ctx}, ["a", "secret"])`, `get or else(null, tok)`, `{a: tok, a: user, b: a}`, `from json(to json(ctx))`, `bpmnError(tok, user, ctx)`,
		`jobError(tok, ctx)`, `extract(tok, "<T>")`, `put all(ctx, {z: "<A>"})`, `duplicate values([tok, tok])`, `mode([tok, tok])`, `reverse(split("<A>,b", ","))`,
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		p, err := feel.Compile(source)
		if err != nil {
			return
		}
		variables, err := jsonvalue.ParseString(`{"tok": "` + tokText + `", "user": "data", "ctx": {"secret": "` + secretText + `", "plain": "data"}, "xs": ["data", 1, null]}`)
		require.NoError(t, err)
		result, err := p.Eval(t.Context(), feel.Context(variables.(*jsonvalue.Object)))
		if err != nil {
			return
		}
		eachText(feel.ToJSON(result.Value), nil, func(text string, path []string, inKey bool) {
			for whole, mark := range map[string]string{tokText: "<T>", secretText: "<S>"} {
				if strings.Contains(text, whole) && !strings.Contains(source, whole) {
					assert.True(t, flowOf(t, source).Holds(mark, path, inKey), "%s at %v of %q", mark, path, source)
				}
			}
		})
	})
}

// The texts of the variables that flowOf marks: no expression makes them up by chance.
const (
	tokText    = "<T-5f0c1d>"
	secretText = "<S-97ab3e>"
)

func eachText(v jsonvalue.Value, path []string, visit func(text string, path []string, inKey bool)) {
	switch v := v.(type) {
	case string:
		visit(v, path, false)
	case []jsonvalue.Value:
		for _, item := range v {
			eachText(item, path, visit)
		}
	case *jsonvalue.Object:
		for key, member := range v.All() {
			visit(key, path, true)
			eachText(member, append(slices.Clip(path), key), visit)
		}
	}
}
