package worker

import (
	"strings"
	"time"
)

// complainAgain is how often the log is told of what goes wrong again and again.
const complainAgain = time.Minute

// complaint keeps a log readable while the same thing fails again and again: it is told when it is new, and once a minute.
type complaint struct {
	text string // empty = nothing to complain of
	at   time.Time
}

// due tells whether the text is to be told.
func (c *complaint) due(text string) bool {
	now := time.Now()
	if text == c.text && now.Sub(c.at) < complainAgain {
		return false
	}
	c.text, c.at = text, now
	return true
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
