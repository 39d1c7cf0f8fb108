package embedded

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
)

// stateFile is the name of the log in its folder.
const stateFile = "jobs.log"

// headerBytes is the size of what goes before each record: the record's length and its checksum, four bytes each, least
// significant first.
const headerBytes = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// stateLog is the broker's changes on disk, one record after the other. Each is written in one piece before anybody
// learns of its change, so a process that is killed loses at most a change that nobody knows of.
type stateLog struct {
	file *os.File
	sync bool  // wait until each record has reached the disk, for machines that lose power
	err  error // why the last record could not be written; nothing is written after it
	room []byte
}

// openLog opens the log in a folder, and makes both if they are not there. It calls replay with each change that the log
// holds. A record at the end that was not written whole is cut off.
func openLog(dir string, sync bool, replay func(*change) error) (*stateLog, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the folder of the gateway's state: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(dir, stateFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the gateway's state: %w", err)
	}
	if err := readLog(file, replay); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("read the gateway's state from %s: %w", file.Name(), err)
	}
	return &stateLog{file: file, sync: sync}, nil
}

func readLog(file *os.File, replay func(*change) error) error {
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	whole, err := parseLog(content, replay)
	if err != nil {
		return err
	}
	if whole < len(content) {
		if err := file.Truncate(int64(whole)); err != nil {
			return err
		}
	}
	_, err = file.Seek(int64(whole), io.SeekStart)
	return err
}

// parseLog calls replay with the changes in a log's content, and returns how many bytes its whole records have. A record
// that ends with the content, or would end beyond it, may be torn; one before it that is damaged is an error.
func parseLog(content []byte, replay func(*change) error) (whole int, err error) {
	for whole+headerBytes <= len(content) {
		length := int(binary.LittleEndian.Uint32(content[whole:]))
		sum := binary.LittleEndian.Uint32(content[whole+4:])
		end := whole + headerBytes + length
		if end > len(content) {
			break
		}
		record := content[whole+headerBytes : end]
		if crc32.Checksum(record, castagnoli) != sum {
			if end == len(content) {
				break
			}
			return whole, fmt.Errorf("the record at byte %d is damaged: its checksum is wrong", whole)
		}
		var c change
		if err := json.Unmarshal(record, &c); err != nil {
			return whole, fmt.Errorf("the record at byte %d is damaged: %w", whole, err)
		}
		if err := replay(&c); err != nil {
			return whole, fmt.Errorf("replay the record at byte %d: %w", whole, err)
		}
		whole = end
	}
	return whole, nil
}

// append writes a record. After an error nothing more is written, and [stateLog.err] tells why.
func (l *stateLog) append(c *change) {
	if l.err != nil {
		return
	}
	record, err := json.Marshal(c)
	if err != nil {
		l.err = err
		return
	}
	l.room = binary.LittleEndian.AppendUint32(l.room[:0], uint32(len(record))) //nolint:gosec // a job is far below 4 GiB
	l.room = binary.LittleEndian.AppendUint32(l.room, crc32.Checksum(record, castagnoli))
	l.room = append(l.room, record...)
	if _, l.err = l.file.Write(l.room); l.err == nil && l.sync {
		l.err = l.file.Sync()
	}
}

func (l *stateLog) close() { _ = l.file.Close() }
