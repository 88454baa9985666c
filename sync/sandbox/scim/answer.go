package scim

import (
	"net/http"
	"strconv"

	"usersync/sync/sandbox"
)

// Error returns the body of an error (RFC 7644 3.12), where the status is a string.
func (API) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	o := object{"schemas": []string{errorSchema}, "status": strconv.Itoa(r.Status), "detail": r.Detail}
	if r.Code != "" {
		o["scimType"] = r.Code
	}
	return encode(o)
}

// config returns the service provider's config (RFC 7643 5).
func (a API) config(c *sandbox.Call) sandbox.Answer {
	if a.Options.NoConfig {
		return sandbox.JSON(http.StatusNotFound, a.Error(c, *notFound))
	}
	return sandbox.JSON(http.StatusOK, encode(object{
		"schemas":        []string{configSchema},
		"patch":          object{"supported": !a.Options.NoPatch},
		"bulk":           object{"supported": !a.Options.NoBulk, "maxOperations": a.maxOperations(), "maxPayloadSize": a.maxPayload()},
		"filter":         object{"supported": true, "maxResults": listLimit},
		"changePassword": object{"supported": false}, "sort": object{"supported": false}, "etag": object{"supported": false},
		"authenticationSchemes": []object{{"type": "oauthbearertoken", "name": "OAuth Bearer Token", "description": "RFC 6750"}},
	}))
}
