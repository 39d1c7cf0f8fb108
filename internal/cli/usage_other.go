//go:build !unix

package cli

import "time"

// processCPU returns 0: this system does not say.
func processCPU() time.Duration { return 0 }

// peakMemory returns 0: this system does not say.
func peakMemory() int64 { return 0 }
