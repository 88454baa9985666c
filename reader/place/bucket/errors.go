//go:build cloud

package bucket

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"gocloud.dev/gcerrors"
	"google.golang.org/api/googleapi"

	"usersync/reader/place"
)

// failed makes the error of a cloud a *place.Error. Nothing of its text is shown, which may
// hold a signature.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*place.Error](err); ok {
		return e
	}
	status, code := answered(err)
	known := gcerrors.Code(err)
	text := strings.ToLower(err.Error())
	switch {
	case status == http.StatusNotFound || known == gcerrors.NotFound && status == 0:
		return place.Absent(err)
	case status == http.StatusPreconditionFailed, status == http.StatusRequestedRangeNotSatisfiable, known == gcerrors.FailedPrecondition:
		return place.Replaced(err)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, known == gcerrors.PermissionDenied, code == "ExpiredToken":
		return place.Refused(code, err)
	case status >= 500, status == http.StatusTooManyRequests, status == http.StatusRequestTimeout:
		return &place.Error{Kind: place.Lost, Rule: "cannot be reached: its cloud answers that it cannot serve it now" + place.Code(code), Hint: "run again later", Err: err}
	case status >= 300:
		return &place.Error{Kind: place.Misused, Rule: "cannot be read or written: its cloud refuses the request" + place.Code(code), Hint: "check bucket, region and endpoint", Err: err}
	case says(text, "checksum"), strings.Contains(text, "bad crc"):
		return &place.Error{Kind: place.Broken, Rule: "does not have the checksum that its cloud declares", Hint: "what was read is not what was written: run again", Err: err}
	case errors.Is(err, context.Canceled):
		return err
	case says(text, "credential"):
		return place.Refused("", err)
	case says(text, "region"):
		return &place.Error{Kind: place.Misused, Rule: "is in a bucket of which no region is known", Hint: "set AWS_REGION, or write ?region=NAME after the URL", Err: err}
	}
	return place.Unreachable(err)
}

// says reports whether a text has a word that is not a part of an address: a bucket may be called
// like it.
func says(text, word string) bool {
	for {
		_, after, found := strings.Cut(text, word)
		if !found {
			return false
		}
		text = strings.TrimPrefix(after, "s")
		if text == "" || strings.ContainsRune(" ,:;)", rune(text[0])) {
			return true
		}
	}
}

// answered is the status and the error code of an answer; 0 if there was none.
func answered(err error) (status int, code string) {
	var s3 smithy.APIError
	var amazon *awshttp.ResponseError
	var azure *azcore.ResponseError
	var google *googleapi.Error
	if errors.As(err, &s3) {
		code = s3.ErrorCode()
	}
	switch {
	case errors.As(err, &amazon):
		status = amazon.HTTPStatusCode()
	case errors.As(err, &azure):
		status, code = azure.StatusCode, azure.ErrorCode
	case errors.As(err, &google):
		status = google.Code
	}
	if status == 0 {
		switch code { // a page of a listing, and answers whose body came late
		case "NoSuchKey", "NoSuchBucket", "NoSuchVersion", "NotFound":
			status = http.StatusNotFound
		}
	}
	return status, code
}
