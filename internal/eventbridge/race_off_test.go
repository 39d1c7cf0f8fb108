//go:build !race

package eventbridge

// raceDetector says whether the tests run under the race detector, which makes large simulations slow.
const raceDetector = false
