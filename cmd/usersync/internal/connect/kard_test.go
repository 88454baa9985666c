package connect

import (
	"os"
	"path/filepath"
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/config/configtest"
	"usersync/cmd/usersync/internal/setting"
)

// loaded reads a config text as run does, with flags and environment variables.
func loaded(t *testing.T, apis func() []setting.Section, text string, variables map[string]string, args ...string) (*config.Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usersync.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return configtest.Load(t, apis, variables, append([]string{"--config", path}, args...)...)
}

// kardAlone returns a section of kard that the test can inspect.
func kardAlone() (*kardSection, func() []setting.Section) {
	k := &kardSection{}
	return k, func() []setting.Section { return []setting.Section{{Name: "kard", Settings: k.settings()}} }
}

func TestKardIsTyped(t *testing.T) {
	k, apis := kardAlone()
	_, err := loaded(t, apis, "to: kard\nkard: {put: as_is, organization: o-1, auth: {style: json, client_id: me, client_secret: env:CS}}\n", map[string]string{"CS": "hush\n"})
	if err != nil {
		t.Fatal(err)
	}
	if k.auth.clientSecret.Reveal() != "hush" || k.auth.clientID != "me" {
		t.Error("credentials are not what they should be")
	}
}

func TestSandboxNeedsNoCredentials(t *testing.T) {
	k, apis := kardAlone()
	_, err := loaded(t, apis, "sandbox: true\nkard: {base_url: env:NO, auth: {token: env:NOT_SET}}\n", nil)
	if err != nil || k.baseURL != "" || k.auth.token.Reveal() != "" {
		t.Errorf("got %v, %+v", err, k)
	}
}
