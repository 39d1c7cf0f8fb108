# A static binary, the certificates it trusts, and a user that is not root.
# The builder is an argument, so that a mirror or a local image can stand in for it.
ARG BUILDER=golang:1.26-bookworm

FROM ${BUILDER} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
ARG TARGETOS
ARG TARGETARCH
# The tag timetzdata puts the time zones into the binary: scratch has none.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=${TARGETOS} GOARCH=${TARGETARCH} go build -trimpath -tags timetzdata \
    -ldflags "-s -w -X github.com/eventbridge-connector/eventbridge-connector/internal/cli.version=${VERSION}" \
    -o /out/eventbridge-connector ./cmd/eventbridge-connector

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/eventbridge-connector /eventbridge-connector
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["/eventbridge-connector", "healthcheck"]
ENTRYPOINT ["/eventbridge-connector"]
CMD ["run"]
