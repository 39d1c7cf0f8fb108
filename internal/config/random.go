package config

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// randomProperty returns a value of Spring's properties ${random.…}: value, uuid, int and long, the last two also with a limit or a
// range, as in random.int(10) and random.int[1,10]. Each use gives another value.
func randomProperty(name string) (string, bool) {
	kind, found := strings.CutPrefix(name, "random.")
	if !found {
		return "", false
	}
	switch {
	case kind == "uuid":
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails
		b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), true
	case kind == "int":
		return between(math.MinInt32, math.MaxInt32+1)
	case kind == "long":
		return between(math.MinInt64, math.MaxInt64)
	case strings.HasPrefix(kind, "int"):
		return inRange(strings.TrimPrefix(kind, "int"))
	case strings.HasPrefix(kind, "long"):
		return inRange(strings.TrimPrefix(kind, "long"))
	}
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:]), true
}

// inRange reads a limit or a range between two characters, whichever they are.
func inRange(text string) (string, bool) {
	if len(text) < 3 {
		return "", false
	}
	low, high, both := strings.Cut(text[1:len(text)-1], ",")
	if !both {
		low, high = "0", low
	}
	least, err := strconv.ParseInt(strings.TrimSpace(low), 10, 64)
	end, errEnd := strconv.ParseInt(strings.TrimSpace(high), 10, 64)
	if err != nil || errEnd != nil {
		return "", false
	}
	return between(least, end)
}

// between returns a whole number from least up to, but not, end. False = there is none.
func between(least, end int64) (string, bool) {
	if least >= end {
		return "", false
	}
	width := new(big.Int).Sub(big.NewInt(end), big.NewInt(least))
	n, err := rand.Int(rand.Reader, width)
	if err != nil {
		return "", false
	}
	return n.Add(n, big.NewInt(least)).String(), true
}
