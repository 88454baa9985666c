# A static binary on an empty image, run by an unprivileged user:
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t registry.example.com/usersync:1 .
#   docker buildx build --platform linux/amd64,linux/arm64 ...
# The base is pinned by version; pin it by digest in your own build, if you require that.
FROM --platform=$BUILDPLATFORM golang:1.26.8 AS build
ARG TARGETOS TARGETARCH VERSION COMMIT
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Without VERSION and COMMIT, `usersync version` and every summary name what .git says.
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -tags cloud,otlp,redis,timetzdata -trimpath -ldflags "-s -w -X $(go list -m)/cmd/usersync/internal/exit.version=$VERSION -X $(go list -m)/cmd/usersync/internal/exit.commit=$COMMIT" -o /out/usersync ./cmd/usersync

FROM scratch
ARG VERSION COMMIT
LABEL org.opencontainers.image.title="usersync" org.opencontainers.image.description="Syncs a file of users to a user API and reports exactly one outcome per user" org.opencontainers.image.licenses="Apache-2.0" org.opencontainers.image.version="$VERSION" org.opencontainers.image.revision="$COMMIT"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/usersync /usr/local/bin/usersync
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/usersync", "pod"]
