package expression

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

func TestZoneOf(t *testing.T) {
	t.Parallel()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	link := func(to string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(to), Mode: fs.ModeSymlink} }
	for _, tt := range []struct {
		name, tz string
		files    fstest.MapFS
		want     string
	}{
		{"TZ", "Europe/Paris", fstest.MapFS{"etc/timezone": file("Asia/Tokyo\n")}, "Europe/Paris"},
		{"TZ with a colon", ":Asia/Tokyo", nil, "Asia/Tokyo"},
		{"TZ as a file", "/usr/share/zoneinfo/Asia/Tokyo", nil, "Asia/Tokyo"},
		{"UTC in TZ", "UTC", nil, "UTC"},
		{"TZ without a meaning", "Nowhere/City", nil, "GMT"},
		{"/etc/timezone", "", fstest.MapFS{"etc/timezone": file("Etc/UTC\n"), "etc/localtime": link("/usr/share/zoneinfo/Asia/Tokyo")}, "Etc/UTC"},
		{"/etc/localtime", "", fstest.MapFS{"etc/localtime": link("../usr/share/zoneinfo/America/New_York")}, "America/New_York"},
		{"a copy of a zone", "", fstest.MapFS{
			"etc/localtime": file("same"), "usr/share/zoneinfo/Asia/Tokyo": file("else"), "usr/share/zoneinfo/Europe/Berlin": file("same"),
		}, "Europe/Berlin"},
		{"nothing, as in an image without files", "", fstest.MapFS{}, "GMT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.files == nil {
				tt.files = fstest.MapFS{}
			}
			assert.Equal(t, tt.want, zoneOf(tt.tz, tt.files).String())
		})
	}
}
