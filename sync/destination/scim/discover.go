package scim

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/destination/vocabulary"
)

// Features are what a server can do. The zero value is what every server can do:
// single calls, and PUT.
type Features struct {
	Bulk          bool
	MaxOperations int   // of a Bulk call; below 1 means 1
	MaxPayload    int64 // bytes of a Bulk call; 0 means no known limit
	Patch         bool
}

// Discover asks the server what it can do, in one call (RFC 7644 4). known is false if
// the server has no such address or does not share it: 403, 404, 405, 501. An error is
// a *destination.CallError, or says which setting is wrong.
func Discover(ctx context.Context, config rest.Config) (f Features, known bool, err error) {
	config.ErrorText, config.Media, config.Words = errorTextOf, media, vocabulary.New(reference)
	api, err := rest.New(config)
	if err != nil {
		return f, false, err
	}
	defer api.CloseIdle()
	a, err := api.Do(ctx, rest.Request{Method: http.MethodGet, Path: []string{"ServiceProviderConfig"}, Header: accept})
	if ce, ok := errors.AsType[*destination.CallError](err); ok && (ce.Status == http.StatusForbidden || ce.Status == http.StatusNotImplemented) {
		return f, false, nil
	}
	if err != nil {
		return f, false, err
	}
	defer a.Release()
	switch {
	case a.Status == http.StatusNotFound || a.Status == http.StatusMethodNotAllowed:
		return f, false, nil
	case a.Status/100 != 2:
		s := reply{status: a.Status}
		return f, false, a.Fail(destination.Denied, s.code(config.Words), "")
	}
	f, err = readFeatures(a.Body)
	if err != nil {
		return f, false, a.Fail(destination.Denied, "not_json", notSCIM)
	}
	return f, true, nil
}

const notSCIM = "the server that answers for ServiceProviderConfig is not a SCIM server; check base_url"

// readFeatures reads RFC 7643 5. A feature that is absent or of another type is not
// supported.
func readFeatures(text []byte) (Features, error) {
	var config struct {
		Bulk  jsontext.Value `json:"bulk"`
		Patch jsontext.Value `json:"patch"`
	}
	if err := json.Unmarshal(text, &config, lenient); err != nil {
		return Features{}, err
	}
	bulk, patch := readSupport(config.Bulk), readSupport(config.Patch)
	f := Features{
		Bulk: resource.Scalar(bulk.Supported) == "true", Patch: resource.Scalar(patch.Supported) == "true",
		MaxOperations: int(count(bulk.MaxOperations, 1)), MaxPayload: count(bulk.MaxPayloadSize, 0),
	}
	return f, nil
}

type support struct {
	Supported      jsontext.Value `json:"supported"`
	MaxOperations  jsontext.Value `json:"maxOperations"`
	MaxPayloadSize jsontext.Value `json:"maxPayloadSize"`
}

func readSupport(v jsontext.Value) (s support) {
	if v.Kind() != '{' || json.Unmarshal(v, &s, lenient) != nil {
		return support{}
	}
	return s
}

// count reads a positive number; if v is not one, it returns otherwise.
func count(v jsontext.Value, otherwise int64) int64 {
	n, err := strconv.ParseInt(resource.Scalar(v), 10, 64)
	if err != nil || n < 1 {
		return otherwise
	}
	return min(n, 1<<31)
}
