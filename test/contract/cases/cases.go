// Package cases holds the jobs of the contract suite: what a job of the connector means, rule by rule. The files are named
// for the part of the contract that they hold the worker to; profiles.yaml says how the worker is configured for them.
package cases

import "embed"

// Folder has the files.
//
//go:embed *.yaml
var Folder embed.FS
