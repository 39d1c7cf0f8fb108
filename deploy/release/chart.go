package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// chart has Helm package the chart with the release's version, and packs it again: Helm writes the time of day into it.
func (r *release) chart(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	_, err = output(ctx, r.helm, "package", filepath.Join("deploy", "helm", name), "--version", r.version, "--app-version", r.version, "--destination", folder)
	if err != nil {
		return err
	}
	file := name + "-" + r.version + ".tgz"
	packed, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return err
	}
	members, err := readTarGz(packed)
	if err != nil {
		return err
	}
	return r.create(file, members, writeTarGz)
}

func readTarGz(packed []byte) ([]member, error) {
	plain, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	var members []member
	all := tar.NewReader(plain)
	for {
		header, err := all.Next()
		if errors.Is(err, io.EOF) {
			return members, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		content, err := io.ReadAll(all)
		if err != nil {
			return nil, err
		}
		members = append(members, member{name: header.Name, content: content, program: header.Mode&0o111 != 0})
	}
}
