package feel_test

import "flag"

// The flag is asked for by the test of the packed time zones.
var _ = flag.Bool("update", false, "write the derived files anew")
