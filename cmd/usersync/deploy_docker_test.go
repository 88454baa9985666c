package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// instruction is one line of a Dockerfile and the stage that it belongs to.
type instruction struct{ stage, word, rest string }

var stageStart = regexp.MustCompile(`^(?:--platform=\$BUILDPLATFORM )?(\S+)(?: AS (\S+))?$`)

// readDockerfile knows only the part of the format that our file uses: no line is
// continued on the next.
func readDockerfile(t *testing.T) []instruction {
	t.Helper()
	var all []instruction
	stage := ""
	for line := range strings.Lines(readDeployed(t, "Dockerfile")) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		if strings.HasSuffix(line, `\`) || rest == "" {
			t.Fatalf("cannot read %q", line)
		}
		if word == "FROM" {
			parts := stageStart.FindStringSubmatch(rest)
			if parts == nil {
				t.Fatalf("cannot read %q", line)
			}
			stage, rest = parts[2], parts[1]
		}
		all = append(all, instruction{stage, word, rest})
	}
	return all
}

// of returns the arguments of one kind of instruction in one stage. The last stage,
// the image, has no name.
func of(all []instruction, stage, word string) (found []string) {
	for _, i := range all {
		if i.stage == stage && i.word == word {
			found = append(found, i.rest)
		}
	}
	return found
}

func TestDockerfileUsesKnownInstructions(t *testing.T) {
	t.Parallel()
	for _, i := range readDockerfile(t) {
		switch i.word {
		case "FROM", "ARG", "LABEL", "WORKDIR", "COPY", "RUN", "USER", "ENTRYPOINT":
		default:
			t.Errorf("instruction %s", i.word)
		}
	}
}

func TestDockerfileBuilds(t *testing.T) {
	t.Parallel()
	all := readDockerfile(t)
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(readDeployed(t, "go.mod"))[1]
	if from := of(all, "build", "FROM"); len(from) != 1 || from[0] != "golang:"+version {
		t.Errorf("built from %s, but go.mod wants %s", from, version)
	}
	for _, copied := range of(all, "build", "COPY") {
		sources := strings.Fields(copied)
		for _, source := range sources[:len(sources)-1] {
			if _, err := os.Stat(filepath.Join("..", "..", source)); err != nil {
				t.Error(err)
			}
		}
	}
	contains(t, strings.Join(of(all, "build", "RUN"), "\n"), "CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build", "./cmd/usersync", "-o /out/usersync",
		"cloud,otlp,redis,timetzdata", "internal/exit.version=$VERSION", "internal/exit.commit=$COMMIT")
	contains(t, readDeployed(t, "Dockerfile"), "FROM --platform=$BUILDPLATFORM golang:", "ARG TARGETOS TARGETARCH VERSION COMMIT")
}

func TestDockerImageHoldsOnlyTheProgram(t *testing.T) {
	t.Parallel()
	all := readDockerfile(t)
	if from := of(all, "", "FROM"); len(from) != 1 || from[0] != "scratch" {
		t.Errorf("the image is based on %s", from)
	}
	if run := of(all, "", "RUN"); len(run) > 0 {
		t.Errorf("nothing can run in an empty image: %s", run)
	}
	copied := strings.Join(of(all, "", "COPY"), "\n")
	contains(t, copied, "--from=build /out/usersync ", "--from=build /etc/ssl/certs/ca-certificates.crt ")
	var entry []string
	if err := json.Unmarshal([]byte(strings.Join(of(all, "", "ENTRYPOINT"), "")), &entry); err != nil || len(entry) != 2 || entry[1] != "pod" {
		t.Fatalf("the entry point is not usersync pod: %v, %v", entry, err)
	}
	if !strings.Contains(copied, " "+entry[0]) {
		t.Errorf("%s is not in the image", entry[0])
	}
	if user := of(all, "", "USER"); len(user) != 1 || !regexp.MustCompile(`^[1-9]\d*:[1-9]\d*$`).MatchString(user[0]) {
		t.Errorf("the user is %s; Kubernetes checks runAsNonRoot by number", user)
	}
}
