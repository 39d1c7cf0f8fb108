// Package mapping evaluates the input and output mappings of a BPMN element as the Zeebe broker does: in the order and with the
// scopes that the broker has, with the functions that it knows, and in the form in which it keeps variables.
//
// [Inputs] and [Outputs] evaluate the mappings of an element, [Retries] and [Items] its other expressions. [Check] says what a
// broker refuses when the model is deployed. test/mappings holds all of them against the real engine.
//
// Brokers differ. Up to 8.7.35 and 8.8.33 all mappings of an element are one expression, a context of contexts; later ones
// evaluate one mapping after the other. What this package gives is that of the former, and where the latter gives anything
// else, there is a [Difference].
package mapping
