package connect

import (
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/setting"
)

func TestSettingsAreWhole(t *testing.T) {
	keys, flags := map[string]bool{}, map[string]bool{}
	for _, s := range config.Schema(Sections()).Settings {
		if keys[s.Key] || s.Flag != "" && flags[s.Flag] {
			t.Errorf("%s is declared twice", s.Key)
		}
		keys[s.Key], flags[s.Flag] = true, true
		if s.Use == "" || s.Set == nil {
			t.Errorf("%s is not explained or not kept", s.Key)
		}
		if s.Kind == setting.Secret && s.Flag != "" {
			t.Errorf("%s is a secret and has a flag, which every user of the machine can read", s.Key)
		}
		if s.Default != "" {
			if err := s.Assign(s.Default); err != nil {
				t.Errorf("%s refuses its own default: %v", s.Key, err)
			}
		}
	}
}
