package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/place"
	"usersync/reader/proof"
)

// expectations reads the files that the settings name. It reads them only once,
// because one may be a pipe.
func expectations(ctx context.Context, c *config.Config) (config.Expected, error) {
	p := &c.Proof
	if p.Read != nil {
		return *p.Read, nil
	}
	var x config.Expected
	var err error
	if x.Records, err = expectedRecords(ctx, c.Places, p.Records); err != nil {
		return x, expectationError(c, err)
	}
	if x.SHA256, err = expectedSHA256(ctx, c.Places, p.SHA256); err != nil {
		return x, expectationError(c, err)
	}
	p.Read = &x
	return x, nil
}

func expectationError(c *config.Config, err error) error {
	if e := c.AtPlace(err); e != nil {
		return e
	}
	return exit.Usage(err, "check that the job that writes it has run; --expect-records none and --expect-sha256 none turn the check off", "usersync help settings")
}

func expectedRecords(ctx context.Context, places *place.Opener, text string) (int, error) {
	if text == "" || text == config.NoExpectation {
		return 0, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	content, err := shortFile(ctx, places, text)
	if err != nil {
		return 0, fmt.Errorf("read expect_records: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("read expect_records: %s must hold one whole number of at least 1, and nothing more", text)
	}
	return n, nil
}

func expectedSHA256(ctx context.Context, places *place.Opener, text string) (string, error) {
	if text == "" || text == config.NoExpectation {
		return "", nil
	}
	if proof.IsSHA256(text) {
		return text, nil
	}
	content, err := shortFile(ctx, places, text)
	if err != nil {
		return "", fmt.Errorf("read expect_sha256: %w", err)
	}
	sum, _, err := proof.ParseSHA256(content)
	if err != nil {
		return "", fmt.Errorf("read expect_sha256: %s %w", text, err)
	}
	return sum, nil
}

// shortFile reads a file of one line.
func shortFile(ctx context.Context, places *place.Opener, path string) (text []byte, err error) {
	const limit = 16 << 10
	if place.Is(path) {
		if text, err = places.Short(ctx, path, limit); err != nil {
			err = fmt.Errorf("%s: %w", path, err)
		}
		return text, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if text, err = io.ReadAll(io.LimitReader(f, limit+1)); err == nil && len(text) > limit {
		err = fmt.Errorf("%s is longer than one line", path)
	}
	return text, err
}
