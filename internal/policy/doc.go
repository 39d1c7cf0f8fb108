// Package policy writes the IAM policies that BPMN models need: for each identity that their tasks send as, the least that
// lets it send these events, assume these roles and read these secrets.
//
// What a model writes out is allowed and nothing else. Where a value is computed, the policy allows all that the value can
// be, and a [Note] names the field that made it so wide. No policy is wider without a note.
//
// [Write] is the entrance. It evaluates no process data, and it asks nobody.
package policy
