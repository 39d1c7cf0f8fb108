//go:build !linux

package cli

// releaseProgram does nothing: only Linux is asked to unmap pages of the program's file.
func releaseProgram() {}
