package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/eventbridge-connector/eventbridge-connector/internal/feel"
)

// regions are those of AWS (the partitions of the AWS SDK for Go v2, 2026-11). Others are no mistake by themselves, for AWS adds regions.
var regions = strings.Fields(`
	af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2
	ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1
	eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2
	us-west-1 us-west-2 cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 eusc-de-east-1 us-iso-east-1 us-iso-west-1 us-isob-east-1
	us-isob-west-1 us-isof-east-1 us-isof-south-1 eu-isoe-west-1`)

// Names of regions are made of an area or a country, a point of the compass and a number.
var (
	regionForm = regexp.MustCompile(`^[a-z]{2,8}(?:-[a-z]+)+-\d{1,2}$`)
	areas      = []string{"af", "ap", "eu", "eusc", "me", "sa"}
	compass    = []string{"north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "central"}
)

// plausibleRegion says whether AWS may have a region of this name one day: each of its parts is one that such names have.
func plausibleRegion(name string) bool {
	if !regionForm.MatchString(name) {
		return false
	}
	parts := strings.Split(name, "-")
	if n, _ := strconv.Atoi(parts[len(parts)-1]); n < 1 || n > 9 || len(parts[len(parts)-1]) > 1 {
		return false
	}
	_, err := language.ParseRegion(parts[0])
	return (err == nil && !swapped(parts[0]) || slices.Contains(areas, parts[0])) && slices.Contains(compass, parts[len(parts)-2])
}

// swapped says whether an area has its two letters in the wrong order.
func swapped(area string) bool {
	return len(area) == 2 && slices.ContainsFunc(regions, func(r string) bool { return r[:2] == area[1:]+area[:1] }) &&
		!slices.ContainsFunc(regions, func(r string) bool { return r[:2] == area })
}

// nearRegion returns the region that a name was meant to be; empty for a known one, for one that AWS may add, and for one that is near none.
func nearRegion(name string) string {
	if slices.Contains(regions, name) || plausibleRegion(name) {
		return ""
	}
	return feel.NearestName(strings.NewReplacer("_", "-", " ", "").Replace(strings.ToLower(name)), regions)
}
