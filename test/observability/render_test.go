//go:build observability

package observability

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// panel is what of a dashboard's panel is drawn.
type panel struct {
	Title, Type string
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct{ Unit string }
	}
	Targets []struct{ Expr, LegendFormat string }
}

// line is one series of a panel.
type line struct {
	name   string
	labels map[string]string
	points []point
}

type point struct{ at, value float64 }

// The size of a column and a row of Grafana's grid.
const (
	column = 56.0
	rowing = 34.0
)

// drawDashboard draws every panel of the dashboard with what Prometheus has of that time, as Grafana would, in one SVG, so that somebody
// can look at it. A panel without a line, or a legend that names a label which is not there, fails the test.
func drawDashboard(t *testing.T, p *prometheus, from, to time.Time, path string) {
	t.Helper()
	content, err := os.ReadFile(dashboard)
	require.NoError(t, err)
	var d struct{ Panels []panel }
	require.NoError(t, json.Unmarshal(content, &d))
	var b strings.Builder
	height, drawn := 0.0, 0
	for _, one := range d.Panels {
		x, y, w, h := float64(one.GridPos.X)*column, float64(one.GridPos.Y)*rowing, float64(one.GridPos.W)*column, float64(one.GridPos.H)*rowing
		height = max(height, y+h)
		if one.Type == "row" {
			fmt.Fprintf(&b, `<text x="%.0f" y="%.0f" class="row">%s</text>`+"\n", x+8, y+24, html.EscapeString(one.Title))
			continue
		}
		var lines []line
		for _, target := range one.Targets {
			lines = append(lines, p.lines(t, target.Expr, target.LegendFormat, from, to)...)
		}
		assert.NotEmpty(t, lines, "%s: nothing to draw", one.Title)
		fmt.Fprintf(&b, `<g transform="translate(%.0f %.0f)"><rect width="%.0f" height="%.0f" class="panel"/><text x="10" y="20" class="title">%s</text>`+"\n",
			x+3, y+3, w-6, h-6, html.EscapeString(one.Title))
		switch one.Type {
		case "timeseries":
			drawn += drawLines(&b, lines, one.FieldConfig.Defaults.Unit, w-6, h-6, float64(from.Unix()), float64(to.Unix()))
		case "stat":
			drawStat(&b, lines, one.FieldConfig.Defaults.Unit, w-6, h-6)
			drawn++
		case "table":
			for i, l := range lines {
				fmt.Fprintf(&b, `<text x="14" y="%d" class="legend">%s</text>`, 46+18*i, html.EscapeString(fmt.Sprint(l.labels)))
			}
			drawn++
		default:
			assert.Fail(t, "a kind of panel that is not drawn", one.Type)
		}
		b.WriteString("</g>\n")
	}
	style := `<style>text{font-family:sans-serif;fill:#222}.row{font-size:15px;font-weight:bold}.title{font-size:13px;font-weight:bold}.legend,.axis{font-size:11px}.axis{fill:#777}` +
		`.panel{fill:#fff;stroke:#ccc}.grid{stroke:#eee}.line{fill:none;stroke-width:1.5}.big{font-size:30px;text-anchor:middle}</style>`
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f"><rect width="100%%" height="100%%" fill="#f4f5f5"/>%s`+"\n%s</svg>\n", 24*column, height, style, b.String())
	require.NoError(t, os.WriteFile(path, []byte(svg), 0o644))
	t.Logf("dashboard: %d panels drawn in %s", drawn, path)
}

var colours = []string{"#3274d9", "#e0752d", "#299c46", "#d44a3a", "#8f3bb8", "#0a8f8f", "#b8860b", "#777777"}

// drawLines draws a graph and returns 1 if a line of it has two points at least.
func drawLines(b *strings.Builder, lines []line, unit string, w, h, from, to float64) int {
	top, drawn := 0.0, 0
	for _, l := range lines {
		for _, p := range l.points {
			top = max(top, p.value)
		}
	}
	top = max(top*1.1, 1e-9)
	left, right, upper, lower := 58.0, w-12, 34.0, h-16-15*math.Ceil(float64(len(lines))/2)
	for i := range 4 {
		y := lower - (lower-upper)*float64(i)/3
		fmt.Fprintf(b, `<line x1="%.0f" x2="%.0f" y1="%.1f" y2="%.1f" class="grid"/><text x="4" y="%.1f" class="axis">%s</text>`, left, right, y, y, y+4, human(top*float64(i)/3, unit))
	}
	for i, l := range lines {
		var path strings.Builder
		for _, p := range l.points {
			fmt.Fprintf(&path, "%.1f,%.1f ", left+(right-left)*(p.at-from)/(to-from), lower-(lower-upper)*p.value/top)
		}
		colour := colours[i%len(colours)]
		fmt.Fprintf(b, `<polyline points="%s" class="line" stroke="%s"/>`, path.String(), colour)
		x, y := 14+float64(i%2)*w/2, lower+18+15*float64(i/2)
		last := 0.0
		if len(l.points) > 0 {
			last = l.points[len(l.points)-1].value
		}
		fmt.Fprintf(b, `<rect x="%.0f" y="%.1f" width="10" height="3" fill="%s"/><text x="%.0f" y="%.1f" class="legend">%s: %s</text>`,
			x, y-4, colour, x+14, y, html.EscapeString(l.name), human(last, unit))
		if len(l.points) > 1 {
			drawn = 1
		}
	}
	b.WriteString("\n")
	return drawn
}

func drawStat(b *strings.Builder, lines []line, unit string, w, h float64) {
	var texts []string
	for _, l := range lines {
		if n := len(l.points); n > 0 {
			texts = append(texts, human(l.points[n-1].value, unit))
		}
	}
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" class="big">%s</text>`, w/2, h/2+18, html.EscapeString(strings.Join(texts, " / ")))
}

// human writes a value in a unit of Grafana's.
func human(v float64, unit string) string {
	short := func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
	switch unit {
	case "s":
		if v < 1 {
			return short(v*1000) + " ms"
		}
		return short(v) + " s"
	case "percentunit":
		return short(v*100) + " %"
	case "bytes":
		return short(v/(1<<20)) + " MiB"
	case "ops", "reqps":
		return short(v) + "/s"
	}
	return short(v)
}

var placeholder = regexp.MustCompile(`{{\s*(\w+)\s*}}`)

// lines returns the series of a range query, named as the legend says.
func (p *prometheus) lines(t *testing.T, expression, legend string, from, to time.Time) []line {
	t.Helper()
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Values [][2]any
			}
		}
	}
	ask := url.Values{
		"query": {drawing.Replace(expression)}, "step": {"0.5"},
		"start": {strconv.FormatInt(from.Unix(), 10)}, "end": {strconv.FormatInt(to.Unix(), 10)},
	}
	body := get(t, p.url+"/api/v1/query_range?"+ask.Encode())
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	require.Equal(t, "success", answer.Status, "%s: %s", expression, answer.Error)
	var out []line
	for _, r := range answer.Data.Result {
		l := line{labels: r.Metric}
		l.name = placeholder.ReplaceAllStringFunc(legend, func(m string) string {
			label := placeholder.FindStringSubmatch(m)[1]
			assert.Contains(t, r.Metric, label, "%s: the legend %q", expression, legend)
			return r.Metric[label]
		})
		for _, v := range r.Values {
			value, err := strconv.ParseFloat(v[1].(string), 64)
			require.NoError(t, err)
			if !math.IsNaN(value) && !math.IsInf(value, 0) {
				l.points = append(l.points, point{v[0].(float64), value})
			}
		}
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b line) int { return strings.Compare(a.name, b.name) })
	return out
}

// drawing are what Grafana would put into a query for a time as short as the test's.
var drawing = strings.NewReplacer("$__rate_interval", "3s", "$cluster", ".*", "$namespace", ".*", "$job", ".*", "$instance", ".*")
