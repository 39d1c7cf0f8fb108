package feel

import (
	"bufio"
	"compress/flate"
	_ "embed" // the tz database
	varint "encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// packedZones is the tz database that comes with Go, packed as one: 60 KB instead of the 400 KB of the package time/tzdata. For
// each zone it holds the length of the name, the name, the length of the data and the data.
//
//go:embed tzdata.bin
var packedZones string

// zones are the zones inside the binary, unpacked when the first is asked for.
var zones = sync.OnceValues(func() (map[string][]byte, error) { return unpackZones(strings.NewReader(packedZones)) })

// Region returns a time zone of the tz database by its name: this host's, or where the host has none, as in a container, that
// inside the binary.
func Region(name string) (*time.Location, error) {
	location, err := time.LoadLocation(name)
	if err == nil {
		return location, nil
	}
	inside, unpacking := zones()
	if data, ok := inside[name]; ok {
		return time.LoadLocationFromTZData(name, data)
	}
	return nil, errors.Join(err, unpacking)
}

func unpackZones(packed io.Reader) (map[string][]byte, error) {
	r := bufio.NewReader(flate.NewReader(packed))
	next := func() ([]byte, error) {
		size, err := varint.ReadUvarint(r)
		if err != nil {
			return nil, err
		}
		if size > 1<<16 {
			return nil, fmt.Errorf("time zones: found a part of %d bytes", size)
		}
		data := make([]byte, size)
		_, err = io.ReadFull(r, data)
		return data, err
	}
	all := make(map[string][]byte, 600)
	for {
		name, err := next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		if all[string(name)], err = next(); err != nil {
			return all, err
		}
	}
}
