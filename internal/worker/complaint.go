package worker

import (
	"strings"
	"time"
)

// complaint keeps a log readable while the same thing fails again and again: it is told when it is new, and once a minute.
type complaint struct {
	text string // without its digits, empty = nothing to complain of
	at   time.Time
}

// due tells whether the error is to be told. Errors that differ by a port or a time of day are the same.
func (c *complaint) due(err error) bool {
	text := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, err.Error())
	now := time.Now()
	if text == c.text && now.Sub(c.at) < time.Minute {
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
