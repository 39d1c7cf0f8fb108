# syntax=docker/dockerfile:1
# A static binary, the certificates it trusts, the licences, and a user that is not root; time zones are inside the binary.
# The builder is an argument, so that a mirror or a local image can stand in for it. It runs on the builder's own
# platform and compiles for the target's: docker buildx build --platform linux/amd64,linux/arm64 .
ARG BUILDER=golang:1.26-bookworm

FROM --platform=${BUILDPLATFORM} ${BUILDER} AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=dev
ARG REVISION
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    GOOS=${TARGETOS} GOARCH=${TARGETARCH} BUILDVCS=false .ci/build /out/eventbridge-connector

FROM scratch
ARG VERSION=dev
ARG REVISION
ARG CREATED
LABEL org.opencontainers.image.title="eventbridge-connector" \
      org.opencontainers.image.description="The Amazon EventBridge outbound connector for Camunda 8 as one small binary" \
      org.opencontainers.image.url="https://github.com/eventbridge-connector/eventbridge-connector" \
      org.opencontainers.image.source="https://github.com/eventbridge-connector/eventbridge-connector" \
      org.opencontainers.image.documentation="https://github.com/eventbridge-connector/eventbridge-connector#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY LICENSE THIRD_PARTY_LICENSES /licenses/
COPY --from=build /out/eventbridge-connector /eventbridge-connector
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=4s --start-period=15s --retries=3 CMD ["/eventbridge-connector", "healthcheck"]
ENTRYPOINT ["/eventbridge-connector"]
CMD ["run"]
