package eventbridge

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line is one line of a plot: a value for each bin.
type line struct {
	name, color string
	values      []float64
}

// perSecond makes rates of what was counted in bins.
func perSecond(bins []float64) []float64 {
	rates := make([]float64, len(bins))
	for i, n := range bins {
		rates[i] = n * float64(fleetSecond)
	}
	return rates
}

func (f *fleet) plotLoad(t *testing.T) {
	t.Helper()
	quota := make([]float64, len(f.bus.accepted))
	for i := range quota {
		quota[i] = fleetQuota
	}
	plot(t, "scaling-quota.svg", "PutEvents requests a second, 100 replicas, more jobs than the quota lets through", 1600,
		line{"throttled", "#c2410c", perSecond(f.bus.throttled)}, line{"accepted", "#1d4ed8", perSecond(f.bus.accepted)}, line{"quota", "#15803d", quota})
}

func (f *fleet) plotReturn(t *testing.T) {
	t.Helper()
	plot(t, "scaling-reconnect.svg", "calls to the gateway in each tenth of a second, 100 replicas at rest", 120,
		line{"probes", "#6b7280", f.probes}, line{"polls", "#c2410c", f.polls}, line{"streams opened", "#1d4ed8", f.streams})
}

// plot writes a chart over the time of the simulation into the folder of the flag. Values above top are cut off.
func plot(t *testing.T, file, title string, top float64, lines ...line) {
	t.Helper()
	const width, height, left, right, above, below = 860.0, 300.0, 60.0, 20.0, 50.0, 40.0
	x := func(second float64) float64 { return left + second/fleetEnd.Seconds()*(width-left-right) }
	y := func(v float64) float64 { return height - below - min(v, top)/top*(height-above-below) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<text x="%.0f" y="18" font-size="14">%s</text>`+"\n", left, title)
	fmt.Fprintf(&b, `<rect x="%.1f" y="%.0f" width="%.1f" height="%.0f" fill="#f3f4f6"/><text x="%.1f" y="%.0f" fill="#6b7280">no gateway</text>`+"\n",
		x(fleetCut.Seconds()), above, x(fleetBack.Seconds())-x(fleetCut.Seconds()), height-above-below, x(fleetCut.Seconds())+6, above+16)
	for i := range 5 {
		v := top * float64(i) / 4
		fmt.Fprintf(&b, `<path d="M%.0f %.1fH%.0f" stroke="#d1d5db"/><text x="%.0f" y="%.1f" text-anchor="end">%.0f</text>`+"\n", left, y(v), width-right, left-6, y(v)+4, v)
	}
	for s := 0; s <= int(fleetEnd.Seconds()); s += 2 {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.0f" text-anchor="middle">%d s</text>`+"\n", x(float64(s)), height-below+18, s)
	}
	for i, l := range lines {
		var d strings.Builder
		for bin, v := range l.values {
			fmt.Fprintf(&d, "%.1f,%.1f ", x((float64(bin)+0.5)*fleetBin.Seconds()), y(v))
		}
		fmt.Fprintf(&b, `<polyline fill="none" stroke="%s" stroke-width="1.5" points="%s"/>`+"\n", l.color, strings.TrimSpace(d.String()))
		fmt.Fprintf(&b, `<text x="%.0f" y="38" fill="%s">— %s</text>`+"\n", left+float64(i)*140, l.color, l.name)
	}
	b.WriteString("</svg>\n")
	require.NoError(t, os.WriteFile(filepath.Join(*plotFolder, file), []byte(b.String()), 0o644)) //nolint:gosec // a page shows it
}
