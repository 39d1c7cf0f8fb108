//go:build !linux

package jq

import (
	"os"
	"syscall"
	"time"
)

const rootDirectory = ""

func executable() (string, error) { return os.Executable() }

func attributes() *syscall.SysProcAttr { return nil }

// resident is unknown: the child watches itself.
func (c *child) resident() int64 { return 0 }

// processorTime is unknown.
func (c *child) processorTime() (time.Duration, bool) { return 0, false }
