package config

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// checkAWS refuses settings of AWS's SDK that can mean nothing, and warns of files that it would find missing with the first job.
func (l *loader) checkAWS() {
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_EVENTBRIDGE", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_EC2_METADATA_SERVICE_ENDPOINT"} {
		if text := l.env[name]; text != "" && !validURL(text) {
			l.fail(&ValueError{Key: name, Found: strconv.Quote(shortened(withoutUser(text))), Source: "environment variable", Expected: "an http or https URL, such as https://host.example.com"})
		}
	}
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if text := l.env[name]; !validLabel(text) {
			l.fail(&ValueError{Key: name, Found: strconv.Quote(shortened(text)), Source: "environment variable", Expected: "a region, such as eu-central-1"})
		}
	}
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"} {
		if path := l.env[name]; path != "" && l.files.Read != nil {
			if _, err := l.files.Read(path); errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
				l.warnf("environment variable %s names %s, which cannot be read: %s; jobs that use the default credentials chain may fail", name, shownKey(path), reasonOf(err))
			}
		}
	}
	if l.env["AWS_ROLE_ARN"] != "" && l.env["AWS_WEB_IDENTITY_TOKEN_FILE"] == "" {
		l.warnf("environment variable AWS_ROLE_ARN has no effect without AWS_WEB_IDENTITY_TOKEN_FILE; a task assumes a role by its field authentication.roleArn")
	}
}

// checkHost warns of what is wrong with settings of the process itself that Go passes over in silence.
func (l *loader) checkHost() {
	if zone := strings.TrimPrefix(l.env["TZ"], ":"); zone != "" {
		if _, err := time.LoadLocation(zone); err != nil {
			l.warnf("environment variable TZ is %s, which is the name of no time zone, such as Europe/Berlin: UTC is used", strconv.Quote(shortened(zone)))
		}
	}
	folders := l.env["SSL_CERT_DIR"]
	if folders == "" || l.files.List == nil {
		return
	}
	for folder := range strings.SplitSeq(folders, ":") {
		if _, err := l.files.list(folder); err == nil {
			return
		}
	}
	l.fail(&ValueError{Key: "SSL_CERT_DIR", Found: strconv.Quote(shortened(folders)), Source: "environment variable", Expected: "folders with certificates, separated by colons; none can be read"})
}
