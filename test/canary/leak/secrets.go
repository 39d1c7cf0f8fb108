package leak

import "strings"

// Secret is a marked text that takes the place of a secret.
type Secret struct{ Name, Value string }

// Secrets returns marked texts: plain and odd, short and long. No other text of a test looks like one of them.
func Secrets() []Secret {
	return []Secret{
		{"plain", "canary7Qx2mK9vPlain"},
		{"short", "Zk4!pW8q"},
		{"signs", `cnry"q'8T\z<&>wY;`},
		{"lines", "cnry-one-Xa7r\ncnry-two-Yb8s\tend"},
		{"letters", "кенар-Zoë-😀-5Lp9"},
		{"percent", "cn%41+ry/=?&8Jd kQ:@"},
		{"long", "IQoJb3JpZ2luX2VjEJr//cnry+" + strings.Repeat("Gm4xT9bVw2/Ke+", 40) + "8dZ=="},
	}
}
