package main

import (
	"testing"

	"usersync/sync/destination/scim"
)

// The settings only ever make less of what a server says, unless they order
// Bulk.
func TestSCIMFeatures(t *testing.T) {
	all := scim.Features{Bulk: true, MaxOperations: 100, MaxPayload: 1000, Patch: true}
	none := scim.Features{MaxOperations: 1}
	for name, test := range map[string]struct {
		settings scimConfig
		said     scim.Features
		want     scim.Features
	}{
		"as it says":            {scimConfig{bulk: "auto"}, all, all},
		"fewer":                 {scimConfig{bulk: "auto", maxOperations: 7, maxPayload: 500}, all, scim.Features{Bulk: true, MaxOperations: 7, MaxPayload: 500, Patch: true}},
		"not more":              {scimConfig{bulk: "auto", maxOperations: 700, maxPayload: 5000}, all, all},
		"off":                   {scimConfig{bulk: "off"}, all, scim.Features{MaxOperations: 100, MaxPayload: 1000, Patch: true}},
		"on, where it says no":  {scimConfig{bulk: "on", maxOperations: 50, maxPayload: 9}, none, scim.Features{Bulk: true, MaxOperations: 50, MaxPayload: 9}},
		"auto, where it is not": {scimConfig{bulk: "auto", maxOperations: 50}, none, none},
	} {
		if got := test.settings.limit(test.said); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
