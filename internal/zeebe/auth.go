package zeebe

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"log/slog"

	"google.golang.org/grpc/metadata"
)

// authorizer adds to a call what proves to the gateway who calls.
type authorizer interface {
	// authorize returns the context to call with, and the proof it carries. Its error is a *[job.CommandError], or
	// the context's.
	authorize(ctx context.Context) (context.Context, *proof, error)
	// refused says that the gateway did not take the proof; it returns whether another one can be had.
	refused(p *proof) bool
	close()
}

// proof is an authorization header, ready to be sent by many calls at once.
type proof struct{ header metadata.MD }

func newProof(scheme, credentials string) *proof {
	return &proof{header: metadata.Pairs("authorization", scheme+" "+credentials)}
}

func (p *proof) attach(ctx context.Context) context.Context {
	if outgoing, ok := metadata.FromOutgoingContext(ctx); ok {
		return metadata.NewOutgoingContext(ctx, metadata.Join(outgoing, p.header))
	}
	return metadata.NewOutgoingContext(ctx, p.header)
}

func newAuthorizer(a *Auth, roots *x509.CertPool, keys *keys, log *slog.Logger) (authorizer, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	switch a.Method {
	case AuthBasic:
		return fixedAuth{newProof("Basic", base64.StdEncoding.EncodeToString([]byte(a.Username+":"+a.Password)))}, nil
	case AuthOIDC:
		var signer *assertionSigner
		if keys.assertion != nil {
			var err error
			if signer, err = newAssertionSigner(a.Assertion, keys.assertion); err != nil {
				return nil, err
			}
		}
		if a.Truststore.Path != "" {
			var err error
			if roots, err = a.Truststore.load(); err != nil {
				return nil, err
			}
		}
		return newTokens(a, tokenClient(tlsConfig(roots, "", keys.token)), signer, log), nil
	default:
		return fixedAuth{}, nil
	}
}

// fixedAuth sends always the same proof, or none.
type fixedAuth struct{ proof *proof }

func (f fixedAuth) authorize(ctx context.Context) (context.Context, *proof, error) {
	if f.proof == nil {
		return ctx, nil, nil
	}
	return f.proof.attach(ctx), f.proof, nil
}

func (fixedAuth) refused(*proof) bool { return false }
func (fixedAuth) close()              {}
