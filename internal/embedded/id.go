package embedded

import (
	"math/rand/v2"
)

// newID returns a random UUID, version 4. It need not be unpredictable.
func newID() string {
	const digits = "0123456789abcdef"
	high, low := rand.Uint64(), rand.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	var id [36]byte
	at := 0
	for i := range 32 {
		if i == 8 || i == 12 || i == 16 || i == 20 {
			id[at] = '-'
			at++
		}
		word := high
		if i > 15 {
			word = low
		}
		id[at] = digits[word>>(60-4*(i%16))&15]
		at++
	}
	return string(id[:])
}
