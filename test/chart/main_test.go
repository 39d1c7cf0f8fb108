//go:build chart

package chart

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if err := fetch(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}
