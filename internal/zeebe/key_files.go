package zeebe

import (
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
)

// keyFiles keeps a private key and its certificate, and reads them again when a file has changed. It is safe for concurrent use.
type keyFiles struct {
	source  KeySource
	purpose KeyPurpose
	log     *slog.Logger

	mu      sync.Mutex
	seen    []os.FileInfo // of the files when they were last read
	current *tls.Certificate
}

// newKeyFiles reads the files of a source. The error is a *[KeyError].
func newKeyFiles(s KeySource, purpose KeyPurpose, log *slog.Logger) (*keyFiles, error) {
	k := &keyFiles{source: s, purpose: purpose, log: log}
	k.seen, _ = k.look() // what it does not find, load reports
	var err error
	k.current, err = s.load(purpose)
	return k, err
}

// look returns what the files are now; false if one is not there.
func (k *keyFiles) look() ([]os.FileInfo, bool) {
	var infos []os.FileInfo
	for _, path := range k.source.files() {
		info, err := os.Stat(path)
		if err != nil {
			return nil, false
		}
		infos = append(infos, info)
	}
	return infos, true
}

func (k *keyFiles) changed(now []os.FileInfo) bool {
	if len(now) != len(k.seen) {
		return true
	}
	for i, info := range now {
		if !os.SameFile(info, k.seen[i]) || info.Size() != k.seen[i].Size() || !info.ModTime().Equal(k.seen[i].ModTime()) {
			return true
		}
	}
	return false
}

// get returns the key and its certificate. Where changed files cannot be used, it keeps those it has, says so in the log,
// and looks again the next time: one of two files may have been written before the other.
func (k *keyFiles) get() *tls.Certificate {
	k.mu.Lock()
	defer k.mu.Unlock()
	now, there := k.look()
	if !there || !k.changed(now) {
		return k.current
	}
	fresh, err := k.source.load(k.purpose)
	if err != nil {
		k.log.Warn("a changed key or certificate cannot be used; the old one is used on", "for", string(k.purpose), "error", err.Error())
		return k.current
	}
	k.current, k.seen = fresh, now
	k.log.Info("a changed key and certificate are used", "for", string(k.purpose), "files", k.source.String())
	return k.current
}

// clientCertificate gives a TLS handshake the certificate.
func (k *keyFiles) clientCertificate(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	return k.get(), nil
}
