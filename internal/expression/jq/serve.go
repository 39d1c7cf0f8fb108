package jq

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How a child ends when an expression reaches a limit.
const (
	exitFatal  = 2 // Go's own: memory was refused, the stack is too deep, or the processor time is used up
	exitTime   = 3
	exitMemory = 4
)

const (
	garbageLimit = 44 << 20 // bytes that the garbage collector tries not to pass
	stackLimit   = 16 << 20 // bytes of the stack
	tidyAbove    = 24 << 20 // bytes that the runtime holds above which nothing is kept for the next expression
	selfWatching = 10 * time.Millisecond
)

// Serve is what the child does: it limits its own process, then answers the requests that it reads until there are no more.
// It is called once, by a program whose first argument is [Argument], before anything else.
func Serve(in io.Reader, out io.Writer) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM) // sent to all processes of a service; the parent decides
	runtime.GOMAXPROCS(min(2, runtime.GOMAXPROCS(0)))
	debug.SetMemoryLimit(garbageLimit * memoryFactor)
	debug.SetMaxStack(stackLimit * memoryFactor)
	warmUp()
	if err := limitProcess(); err != nil {
		err = fmt.Errorf("limit the process: %w", err)
		return errors.Join(err, writeFrame(out, frame{kindFailed, []byte(err.Error())}))
	}
	return serve(in, out, watchSelf)
}

// warmUp opens what the process may need later: afterwards it opens no files.
func warmUp() {
	_ = time.Now().Local().String() //nolint:gosmopolitan // reads the time zone
	<-time.After(time.Nanosecond)
	(&engine{}).answer(frame{kindEval, append(appendProgram(nil, "[.]", nil), "[null]"...)})
}

// serve answers requests. Watch is called before each; what it returns is called after it.
func serve(in io.Reader, out io.Writer, watch func() (stop func())) error {
	if err := writeFrame(out, frame{kind: kindReady}); err != nil {
		return err
	}
	e := &engine{}
	for {
		request, err := readFrame(in, maxRequest)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		stop := watch()
		answer := e.answer(request)
		stop()
		if memoryInUse() > tidyAbove*memoryFactor { // before the answer is out: else this memory counts against the next expression
			e.programs = nil
			debug.FreeOSMemory()
		}
		if err := writeFrame(out, answer); err != nil {
			return err
		}
	}
}

// selfLimit is how long the child lets one request take. The parent ends it long before: it sees whether the child had a processor.
const selfLimit = 30 * TimeLimit

// watchSelf ends the process when an expression reaches a limit and the parent did not end it. The parent is quicker where
// it can see the memory of the child. After stop has returned, nothing is watched any more.
func watchSelf() (stop func()) {
	limitProcessorTime()
	deadline := time.Now().Add(selfLimit * timeFactor)
	var mu sync.Mutex // guards what follows
	var stopped bool
	var timer *time.Timer
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(selfWatching, func() {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case stopped:
			return
		case time.Now().After(deadline):
			os.Exit(exitTime)
		case memoryInUse() > MemoryLimit*memoryFactor:
			os.Exit(exitMemory)
		}
		timer.Reset(selfWatching)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		timer.Stop()
	}
}

// memoryInUse returns the bytes that the Go runtime has from the system and did not give back.
func memoryInUse() uint64 {
	return reading("/memory/classes/total:bytes") - reading("/memory/classes/heap/released:bytes")
}

func reading(name string) uint64 {
	sample := []metrics.Sample{{Name: name}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// cut shortens a message to what fits into a job's error many times over.
func cut(text string) string {
	const most = 64 << 10
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
