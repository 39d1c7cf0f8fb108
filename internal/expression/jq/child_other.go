//go:build !linux

package jq

import (
	"os"
	"syscall"
)

const rootDirectory = ""

func executable() (string, error) { return os.Executable() }

func attributes() *syscall.SysProcAttr { return nil }

// resident is unknown: the child watches itself.
func (c *child) resident() int64 { return 0 }

// activity is unknown.
func (c *child) activity() (activity, bool) { return activity{}, false }
