package config

import (
	"cmp"
	"errors"
	"net"
	"path/filepath"
	"strings"

	"usersync/cmd/usersync/internal/setting"
)

// Metrics says where the metrics of runs are shown.
type Metrics struct {
	File, Push, Listen string
	Name               string
}

func (m *Metrics) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "metrics.file", Group: setting.GroupOutput, Added: true, Flag: "metrics-file", Kind: setting.Path, Value: "FILE",
			Use: "write Prometheus metrics of the run to FILE, which ends with .prom; see docs/monitoring.md",
			Set: setting.Into(&m.File, parsePromFile)},
		{Key: "metrics.push", Group: setting.GroupOutput, Added: true, Flag: "metrics-push", Kind: setting.URL, Value: "URL",
			Use: "push Prometheus metrics of the run to the Pushgateway at URL",
			Set: setting.IntoString(&m.Push)},
		{Key: "metrics.listen", Group: setting.GroupOutput, Added: true, Flag: "metrics-listen", Value: "ADDRESS", Global: true,
			Use: "show Prometheus metrics at http://ADDRESS/metrics while the run lasts",
			Set: setting.Into(&m.Listen, parseListen)},
		{Key: "metrics.name", Group: setting.GroupOutput, Added: true, Flag: "metrics-name", Value: "NAME", Global: true,
			Use: "name of the job in its metrics; the default is the name of the config file, without its directory and extension",
			Set: setting.IntoString(&m.Name)},
	}
}

func parsePromFile(path string) (string, error) {
	if path != "" && !strings.HasSuffix(path, ".prom") {
		return "", errors.New("must end with .prom: node_exporter reads no other files")
	}
	return path, nil
}

func parseListen(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if _, _, err := net.SplitHostPort(text); err != nil {
		return "", errors.New("must be an address such as 127.0.0.1:9464 or :9464")
	}
	return text, nil
}

// Job is the name of the job in its metrics: the one that is set, or that of the config
// file, or usersync. It is valid UTF-8, which labels must be and names of files need not.
func (c *Config) Job() string {
	name := c.Metrics.Name
	if name == "" && c.File != "" {
		name = strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	}
	return strings.ToValidUTF8(cmp.Or(name, "usersync"), "\uFFFD")
}
