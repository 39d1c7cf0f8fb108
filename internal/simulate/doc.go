// Package simulate tries a task of a BPMN model without a broker, and unless it is asked to without AWS: it evaluates the
// task's input mappings as the broker would, has the connector itself work on the job that they make, and evaluates the
// output mappings over what comes of it.
//
// [Prepare] makes the job, [Job.Run] gives it one answer of AWS. [Answers] are those that every task meets sooner or later.
package simulate
