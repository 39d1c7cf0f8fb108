// Package control is the vocabulary of test/gateway's control, as JSON over HTTP, and its [Client].
package control

// Addresses is what the gateway's process prints when it is ready; an address is empty when the part was not asked for.
type Addresses struct {
	Listen  string `json:"listen,omitempty"` // host:port of the gateway
	REST    string `json:"rest,omitempty"`   // a URL of the gateway
	Bus     string `json:"bus,omitempty"`    // a URL
	Control string `json:"control"`          // host:port
}
