package feel

import (
	"time"

	"github.com/cockroachdb/apd/v3"
)

func temporalBuiltins() []builtin {
	return []builtin{
		{name: "date", params: params("from: any"), eval: func(f *frame, pos Pos, a []Value) Value {
			switch v := a[0].(type) {
			case Date:
				return v
			case DateTime:
				return v.date
			case string:
				if d, ok := parseDate(v); ok {
					return d
				}
				return f.warn(pos, InvalidText, "date", "%q is no date, expected the form 2024-12-31", v)
			}
			return f.cannot(pos, "date", a[0])
		}, doc: "The date of a text, or of a date and time; null if it is none.", example: `date("2024-02-29")`, gives: `"2024-02-29"`},
		{name: "date", params: params("year: number, month: number, day: number"), eval: func(f *frame, pos Pos, a []Value) Value {
			y, m, d := integer(a[0]), integer(a[1]), integer(a[2])
			if abs64(y) > maxYear || abs64(m) > 12 || abs64(d) > 31 || !validDate(int(y), int(m), int(d)) {
				return f.warn(pos, OutOfRange, "date", "there is no date %d-%d-%d", y, m, d)
			}
			return Date{int(y), int(m), int(d)}
		}, doc: "The date of a year, month and day; null if there is none.", example: `date(2024, 2, 29)`, gives: `"2024-02-29"`},
		{name: "time", params: params("from: any"), eval: func(f *frame, pos Pos, a []Value) Value {
			switch v := a[0].(type) {
			case DateTime:
				return Time{v.nanos, v.zone}
			case Date:
				return Time{zone: &Zone{}}
			case string:
				if t, ok := parseTime(v); ok {
					return t
				}
				return f.warn(pos, InvalidText, "time", "%q is no time, expected the form 12:30:00 or 12:30:00+01:00", v)
			}
			return f.cannot(pos, "time", a[0])
		}, doc: "The time of a text, or of a date and time; null if it is none.", example: `time("12:30:00")`, gives: `"12:30:00"`},
		{
			name: "time", params: params("hour: number, minute: number, second: number"), eval: clock,
			doc: "The local time of an hour, minute and second; null if there is none.", example: `time(12, 30, 0)`, gives: `"12:30:00"`,
		},
		{
			name: "time", params: params("hour: number, minute: number, second: number, offset: any"), eval: clock,
			doc: "The time of an hour, minute and second, with a duration as its offset from UTC. If the offset is null, the time has none.", example: `time(12, 30, 0, @"PT1H")`, gives: `"12:30+01:00"`,
		},
		{name: "date and time", params: params("from: string"), eval: func(f *frame, pos Pos, a []Value) Value {
			v := a[0].(string)
			if t, ok := parseDateTime(v); ok {
				return t
			}
			if d, ok := parseDate(v); ok {
				return DateTime{date: d}
			}
			if t, ok := parseLocalDateTime(v); ok {
				return t
			}
			return f.warn(pos, InvalidText, "date and time", "%q is no date and time, expected the form 2024-12-31T12:30:00Z", v)
		}, doc: "The date and time of a text; null if it is none.", example: `date and time("2024-02-29T12:30:00Z")`, gives: `"2024-02-29T12:30:00Z"`},
		{name: "date and time", params: params("date: any, time: time"), eval: func(f *frame, pos Pos, a []Value) Value {
			day, ok := dayOf(a[0])
			if !ok {
				return f.cannot(pos, "date and time", a[0])
			}
			t := a[1].(Time)
			made, ok := t.zone.dateTime(day, t.nanos)
			return f.within(pos, made, ok)
		}, doc: "A day and a time of day in one.", example: `date and time(date("2024-02-29"), time("12:30:00"))`, gives: `"2024-02-29T12:30:00"`},
		{
			name: "date and time", params: params("date: date and time, time: string"), eval: inZone,
			doc: "The date and time in another time zone. With a zone of its own it stays the same instant; without one it keeps its date and time of day. An unknown zone is an error.", example: `date and time(@"2024-07-01T12:00:00Z", "Europe/Paris")`, gives: `"2024-07-01T14:00:00+02:00"`,
		},
		{name: "duration", params: params("from: string"), eval: func(f *frame, pos Pos, a []Value) Value {
			v := a[0].(string)
			if d, ok := parseDuration(v); ok {
				return d
			}
			if d, ok := parseJavaDuration(v); ok {
				return d
			}
			return f.warn(pos, InvalidText, "duration", "%q is no duration, expected the form P1DT2H or P1Y2M", v)
		}, doc: "The duration of a text; null if it is none.", example: `duration("P1DT2H")`, gives: `"PT26H"`},
		{name: "years and months duration", params: params("from: any, to: any"), eval: func(f *frame, pos Pos, a []Value) Value {
			from, ok1 := dayOf(a[0])
			to, ok2 := dayOf(a[1])
			if !ok1 || !ok2 {
				return f.warn(pos, WrongType, "years and months duration", "years and months duration needs two dates, but got %s and %s", article(a[0]), article(a[1]))
			}
			return monthsBetween(from, to)
		}, doc: "The whole months between two dates.", example: `years and months duration(date("2022-01-01"), date("2023-03-01"))`, gives: `"P1Y2M"`},
		{
			name: "now", eval: func(f *frame, _ Pos, _ []Value) Value { return f.dateTimeNow() },
			doc: "The date and time when the function is called, with the id of the host's time zone. Two calls give two times.", example: `now() instance of date and time`, gives: `true`,
		},
		{
			name: "today", eval: func(f *frame, _ Pos, _ []Value) Value { return f.dateTimeNow().date },
			doc: "The date when the function is called.", example: `today() instance of date`, gives: `true`,
		},
		dayBuiltin("day of week", "The English name of the day.", `day of week(date("2024-02-29"))`, `"Thursday"`, func(d Date) Value {
			return time.Weekday(d.weekday() % 7).String()
		}),
		dayBuiltin("day of year", "The number of the day in its year.", `day of year(date("2024-02-29"))`, `60`, func(d Date) Value {
			return newInt(int64(d.dayOfYear()))
		}),
		dayBuiltin("week of year", "The number of the week by ISO 8601.", `week of year(date("2024-02-29"))`, `9`, func(d Date) Value {
			return newInt(int64(d.isoWeek()))
		}),
		dayBuiltin("month of year", "The English name of the month.", `month of year(date("2024-02-29"))`, `"February"`, func(d Date) Value {
			return time.Month(d.Month).String()
		}),
		dayBuiltin("last day of month", "The last day of the month.", `last day of month(date("2024-02-01"))`, `"2024-02-29"`, func(d Date) Value {
			return Date{d.Year, d.Month, daysInMonth(d.Year, d.Month)}
		}),
	}
}

func (f *frame) cannot(pos Pos, name string, v Value) Value {
	if v == nil {
		return nil
	}
	return f.warn(pos, WrongType, name, "%s cannot be made of a %s%s", name, typeName(v), madeOfText(name, v))
}

// madeOfText says how a date or time is written, of which a number was made: 2024-12-31 is a subtraction.
func madeOfText(name string, v Value) string {
	if _, ok := asNumber(v); !ok {
		return ""
	}
	switch name {
	case "date":
		return writes(`date("2024-12-31")`)
	case "time":
		return writes(`time("12:30:00")`)
	case "date and time":
		return writes(`date and time("2024-12-31T12:30:00Z")`)
	}
	return ""
}

func dayBuiltin(name, doc, example, gives string, of func(Date) Value) builtin {
	return builtin{
		name: name, params: params("date: any"), doc: doc, example: example, gives: gives,
		eval: func(f *frame, pos Pos, a []Value) Value {
			d, ok := dayOf(a[0])
			if !ok {
				return f.cannot(pos, name, a[0])
			}
			return of(d)
		},
	}
}

// dayOf returns the day of a date or a date and time.
func dayOf(v Value) (Date, bool) {
	switch v := v.(type) {
	case Date:
		return v, true
	case DateTime:
		return v.date, true
	}
	return Date{}, false
}

func clock(f *frame, pos Pos, a []Value) Value {
	h, m := integer(a[0]), integer(a[1])
	second := a[2].(*apd.Decimal)
	s := integer(second)
	if h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || second.Sign() < 0 {
		return f.warn(pos, OutOfRange, "time", "there is no time %d:%d:%s", h, m, decimalString(second))
	}
	fraction := integer(multiply(subtract(second, newInt(s)), newInt(nanosPerSecond)))
	t := Time{nanos: (h*3600+m*60+s)*nanosPerSecond + fraction}
	switch {
	case len(a) == 3:
	case a[3] == nil:
		t.nanos -= fraction // an offset that is null costs the fraction
	default:
		d, ok := a[3].(DaysDuration)
		if !ok || abs64(d.seconds) > 18*3600 {
			return f.warn(pos, OutOfRange, "time", "the offset of a time must be a duration of at most 18 hours")
		}
		t.zone = &Zone{offset: int(d.seconds)}
	}
	return t
}

func inZone(f *frame, pos Pos, a []Value) Value {
	zone, ok := parseZone(a[1].(string), true)
	if !ok {
		return f.fail(pos, "there is no time zone %q", a[1])
	}
	t := a[0].(DateTime)
	if t.zone != nil {
		moved, ok := zone.at(t.instant(), t.nanos%nanosPerSecond)
		return f.within(pos, moved, ok)
	}
	placed, ok := zone.dateTime(t.date, t.nanos)
	return f.within(pos, placed, ok)
}

// monthsBetween is Period.between without its days.
func monthsBetween(from, to Date) MonthsDuration {
	n := int64(to.Year-from.Year)*12 + int64(to.Month-from.Month)
	switch {
	case n > 0 && to.Day < from.Day:
		n--
	case n < 0 && to.Day > from.Day:
		n++
	}
	return MonthsDuration{n}
}

// dateTimeNow reads the clock. Each call reads it anew, as in the official engine, so that now() = now() is false.
func (f *frame) dateTimeNow() DateTime {
	t, _ := dateTimeOf(f.program.clock())
	return t
}

// within returns a date and time, or fails the evaluation if its year is out of bounds.
func (f *frame) within(pos Pos, t DateTime, ok bool) Value {
	if !ok {
		return f.fail(pos, "the date and time is out of bounds")
	}
	return t
}
