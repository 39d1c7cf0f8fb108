package feel_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
	"github.com/eventbridge-connector/eventbridge-connector/internal/jsonvalue"
)

func TestTemporal_Text(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"a local time has its seconds", `[@"12:30:00", @"12:30", @"12:30:15.500"]`, `["12:30:00", "12:30:00", "12:30:15.5"]`},
		{"a zoned time drops seconds of zero and has its fraction in threes", `[@"12:30:00Z", @"12:30:00.5+01:00"]`, `["12:30Z", "12:30:00.500+01:00"]`},
		{"a time in a region has its standard offset", `@"12:30:00@Europe/Paris"`, `"12:30+01:00"`},
		{"a date and time loses its region in JSON", `@"2024-07-01T12:30:00@Europe/Paris"`, `"2024-07-01T12:30:00+02:00"`},
		{
			"but keeps it as text and in to json", `[string(@"2024-07-01T12:30:00@Europe/Paris"), to json(@"2024-07-01T12:30:00@Europe/Paris")]`,
			`["2024-07-01T12:30:00@Europe/Paris", "\"2024-07-01T12:30:00+02:00[Europe/Paris]\""]`,
		},
		{"years beyond four digits have a sign", `[@"12024-01-01", @"-0044-03-15", @"999999999-12-31"]`, `["+12024-01-01", "-0044-03-15", "+999999999-12-31"]`},
		{
			"durations in JSON are Java's", `[@"P1D", @"-PT90M", @"P18M", @"-P18M", @"P0Y", @"PT0S", @"-PT0.5S"]`,
			`["PT24H", "PT-1H-30M", "P1Y6M", "P-1Y-6M", "P0D", "PT0S", "PT-0.5S"]`,
		},
		{
			"durations as text keep days apart and drop fractions", `[string(@"PT26H"), string(@"-PT90M"), string(@"-P14M"), string(@"PT0.5S"), string(@"P0Y")]`,
			`["P1DT2H", "-PT1H30M", "-P1Y2M", "P0D", "P0Y"]`,
		},
	})
}

func TestTemporal_Parse(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"days that are not there are null", `[@"2024-02-30", @"2023-02-29", @"2024-13-01", date(2024, 2, 30)]`, `[null, null, null, null]`},
		{"forms of other standards are null", `[@"24-01-01", @"20240101", @"2024-W01-1", @"P1W", @"P1Y2D", @"12:30Z", @"10:00:00+0100"]`, `[null, null, null, null, null, null, null]`},
		{"24:00 is midnight, and no part of a date and time", `[@"24:00:00", @"2024-01-01T24:00:00"]`, `["00:00:00", null]`},
		{"minutes suffice in a date and time", `@"2024-01-01T12:30Z"`, `"2024-01-01T12:30:00Z"`},
		{"a region in brackets needs an offset", `[@"2024-01-01T10:00:00[Europe/Paris]", @"2024-01-01T10:00:00+01:00[Europe/Paris]"]`, `[null, "2024-01-01T10:00:00+01:00"]`},
		{"an offset that the region has not moves the clock", `@"2024-01-01T10:00:00+05:00[Europe/Paris]"`, `"2024-01-01T06:00:00+01:00"`},
		{"a fixed zone may follow UTC or GMT", `string(@"2024-01-01T10:00:00@GMT+02:00")`, `"2024-01-01T10:00:00@GMT+02:00"`},
		{"names of the tz database that Java has not are null", `[@"10:00:00@EST", @"10:00:00@Nowhere/City", @"10:00:00@europe/paris"]`, `[null, null, null]`},
		{"offsets end at 18 hours", `[@"10:00:00+18:00", @"10:00:00+18:01"]`, `["10:00+18:00", null]`},
		{"duration() reads what Java reads, literals do not", `[duration("p1d"), duration("P+1D"), @"p1d", duration("p1y")]`, `["PT24H", "PT24H", null, null]`},
		{"parts of durations have signs of their own", `[@"PT1H-30M", @"P-1Y-2M", @"-P-1Y"]`, `["PT30M", "P-1Y-2M", "P1Y"]`},
	})
}

func TestTemporal_Arithmetic(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"in a gap the clock moves on by its length", `@"2024-03-31T02:30:00@Europe/Paris"`, `"2024-03-31T03:30:00+02:00"`},
		{"in an overlap the earlier offset holds", `@"2024-10-27T02:30:00@Europe/Paris"`, `"2024-10-27T02:30:00+02:00"`},
		{
			"a day is 24 hours, a month is of the calendar", `[@"2024-03-30T12:00:00@Europe/Paris" + @"P1D", @"2024-03-15T12:00:00@Europe/Paris" + @"P1M"]`,
			`["2024-03-31T13:00:00+02:00", "2024-04-15T12:00:00+02:00"]`,
		},
		{"a day that a month has not becomes its last", `[@"2024-01-31" + @"P1M", @"2024-03-31" - @"P1M", @"2024-02-29" + @"P1Y"]`, `["2024-02-29", "2024-02-29", "2025-02-28"]`},
		{"hours move a date only over midnight", `[@"2024-01-02" + @"PT1H", @"2024-01-02" - @"PT1H"]`, `["2024-01-02", "2024-01-01"]`},
		{"differences of dates are hours", `@"2025-01-01" - @"2024-01-01"`, `"PT8784H"`},
		{"between zoned times they have no sign", `[@"10:00:00Z" - @"11:00:00Z", @"10:00:00" - @"11:00:00"]`, `["PT1H", "PT-1H"]`},
		{"factors are cut to whole ones", `[@"PT1H" * 1.5, @"P1Y" * 2.9, 9999999999 * @"PT1S"]`, `["PT1H", "P2Y", "PT391684H50M7S"]`},
		{"quotients of durations are whole", `[@"PT1H" / @"PT7M", @"P1Y" / @"P5M", @"PT1S" / 3]`, `[8, 2, "PT0.333S"]`},
		{"division by zero is null", `[@"PT1H" / 0, @"P1Y" / 0, @"PT1H" / @"PT0S"]`, `[null, null, null]`},
		{"months between dates are whole ones", `[years and months duration(@"2024-01-31", @"2024-02-29"), years and months duration(@"2024-03-01", @"2024-01-31")]`, `["P0D", "P-1M"]`},
		{"durations have no negation", `-@"PT1H"`, `null`},
		{"years beyond the last are an error", `@"999999999-12-31" + @"P1D"`, ``},
		{"seconds beyond 64 bits are an error", `@"PT9223372036854775807S" + @"PT1S"`, ``},
	})
}

func TestTemporal_Comparison(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"the same instant in two zones is not the same", `@"2024-01-01T10:00:00Z" = @"2024-01-01T11:00:00+01:00"`, `false`},
		{"but has an order, by the clock", `@"2024-01-01T10:00:00Z" < @"2024-01-01T11:00:00+01:00"`, `true`},
		{"zoned times go by their instant", `[@"10:00:00Z" < @"10:30:00+01:00", @"10:00:00Z" <= @"11:00:00+01:00"]`, `[false, true]`},
		{"local and zoned do not go together", `[@"10:00:00" = @"10:00:00Z", @"2024-01-01T10:00:00" < @"2024-01-01T10:00:00Z"]`, `[null, null]`},
		{"nor a date and a date and time", `@"2024-01-01" = @"2024-01-01T00:00:00"`, `null`},
		{"durations are the same by their length", `[@"P1Y" = @"P12M", @"P1D" = @"PT24H", @"P1Y" = @"P365D"]`, `[true, true, null]`},
	})
}

func TestTemporal_Properties(t *testing.T) {
	t.Parallel()
	checkRules(t, `{}`, []rule{
		{"of a date", `{d: @"2024-12-30", r: [d.year, d.month, d.day, d.weekday, week of year(d), day of year(d)]}.r`, `[2024, 12, 30, 1, 1, 365]`},
		{"of a time", `{t: @"10:20:30.5@Europe/Paris", r: [t.hour, t.minute, t.second, t.time offset, t.timezone]}.r`, `[10, 20, 30, "PT1H", "Europe/Paris"]`},
		{"an offset is no time zone", `[@"10:00:00Z".timezone, @"10:00:00".time offset]`, `[null, null]`},
		{"of durations, with the sign of the whole", `[@"-PT26H".days, @"-PT26H".hours, @"-P14M".years, @"-P14M".months]`, `[-1, -2, -1, -2]`},
		{"others are null", `[@"2024-01-01".hour, @"P1D".years, @"P1Y".days]`, `[null, null, null]`},
	})
}

// Each call reads the clock, as in the official engine.
func TestNow(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	reads := 0
	p, err := feel.Compile(`[string(now()), string(today()), now() = now()]`, feel.WithClock(func() time.Time {
		reads++
		return time.Date(2024, 7, 1, 12, 30, reads, 0, paris)
	}))
	require.NoError(t, err)
	result, err := p.Eval(context.Background(), feel.Context(jsonvalue.NewObject(0)))
	require.NoError(t, err)
	assert.JSONEq(t, `["2024-07-01T12:30:01@Europe/Paris", "2024-07-01", false]`, string(feel.AppendJSON(nil, result.Value)))
}
