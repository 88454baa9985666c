# docker build -t usersync . — a static binary on an empty image, run by an unprivileged user.
FROM golang:1.26.8 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# `usersync version` and every summary name the commit, which comes from .git.
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/usersync ./cmd/usersync

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/usersync /usr/local/bin/usersync
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/usersync"]
