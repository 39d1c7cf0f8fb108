//go:build !linux

package jq

// limitProcess sets nothing here: the child watches itself.
func limitProcess() error { return nil }

func limitProcessorTime() {}
