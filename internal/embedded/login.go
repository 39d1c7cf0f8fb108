package embedded

import (
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Login is a caller that may call the gateway. It proves who it is by user name and password, or by a bearer token.
type Login struct {
	Username, Password string // for basic authentication; an empty name = none
	Token              string // for bearer authentication; empty = none

	Reveal bool // the caller may have secrets resolved
}

// everybody is who calls a gateway without logins.
var everybody = &Login{Reveal: true}

// authorize returns who sent an Authorization header. The refusal is UNAUTHENTICATED.
func (g *Gateway) authorize(header string) (*Login, error) {
	if g.options.Logins == nil {
		return everybody, nil
	}
	scheme, proof, _ := strings.Cut(header, " ")
	for i := range g.options.Logins {
		if l := &g.options.Logins[i]; l.proves(scheme, proof) {
			return l, nil
		}
	}
	if header == "" {
		return nil, status.Error(codes.Unauthenticated, "the call has no credentials")
	}
	return nil, status.Error(codes.Unauthenticated, "the call's credentials are not known")
}

func (l *Login) proves(scheme, proof string) bool {
	switch {
	case strings.EqualFold(scheme, "Basic") && l.Username != "":
		decoded, err := base64.StdEncoding.DecodeString(proof)
		return err == nil && subtle.ConstantTimeCompare(decoded, []byte(l.Username+":"+l.Password)) == 1
	case strings.EqualFold(scheme, "Bearer") && l.Token != "":
		return subtle.ConstantTimeCompare([]byte(proof), []byte(l.Token)) == 1
	}
	return false
}
