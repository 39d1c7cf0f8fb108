//go:build !linux

// Package needs tells what the process that measures itself has needed so far, and what the machine around it has done.
package needs

import "time"

var start = time.Now()

// CPU returns the time since the program's start: the processor time is read on Linux alone.
func CPU() time.Duration { return time.Since(start) }

// Memory returns 0: only Linux tells the memory that a process has in use now.
func Memory() int64 { return 0 }

// Machine returns 0: only Linux tells it.
func Machine() time.Duration { return 0 }

// Processor returns nothing: only Linux tells it.
func Processor() string { return "" }

// Load returns 0: only Linux tells it.
func Load() float64 { return 0 }
