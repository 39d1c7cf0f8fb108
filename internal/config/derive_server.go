package config

import "strconv"

// deriveManagement gives health and metrics a port of their own, if they are to have one.
func (l *loader) deriveManagement() {
	const port, address, base = "management.server.port", "management.server.address", "management.server.base-path"
	s := &l.config.Server
	if s.managementPort == "-1" {
		l.warnf("%s is -1, which means none, but health and metrics are served all the same, at server.port", port)
	}
	own, err := strconv.Atoi(s.managementPort) // it was looked at
	if err != nil || own < 0 || own == s.Port && own != 0 {
		for _, key := range []string{address, base} {
			if l.config.Given(key) {
				l.warnf("%s has no effect: it is for a port of %s other than server.port", key, port)
			}
		}
		return
	}
	s.Management = &Management{Address: orElse(s.managementAddress, s.Address), Port: own, BasePath: s.managementBase}
}
