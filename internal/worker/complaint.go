package worker

import (
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// complainAgain is how often the log is told of what goes wrong again and again.
const complainAgain = time.Minute

// complaint keeps a log readable while the same thing fails again and again: it is told when it is new, and once a minute. It
// belongs to one goroutine, or to who holds its lock.
type complaint struct {
	text  string // empty = nothing to complain of
	again rate.Sometimes
}

// due tells whether the text is to be told.
func (c *complaint) due(text string) (due bool) {
	if text != c.text {
		c.text, c.again = text, rate.Sometimes{Interval: complainAgain}
	}
	c.again.Do(func() { due = true })
	return due
}

// over ends the complaint and tells whether there was one.
func (c *complaint) over() bool {
	complained := c.text != ""
	c.text = ""
	return complained
}

// withoutDigits is the text of an error as far as it tells one error from another: a port or a time of day does not.
func withoutDigits(err error) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, err.Error())
}
