package cgroup

import (
	"testing"
	"testing/fstest"
)

func system(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestLimit(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int64 // 0: none
	}{
		"no Linux": {nil, 0},
		"a container of version 2": {map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "134217728\n"}, 128 << 20},
		"without a limit": {map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		"a service, limited by its slice": {map[string]string{
			"proc/self/cgroup":                           "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/b.service/memory.max": "max\n",
			"sys/fs/cgroup/a.slice/memory.max":           "67108864\n"}, 64 << 20},
		"a service with more than its slice": {map[string]string{
			"proc/self/cgroup":                           "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/b.service/memory.max": "134217728\n",
			"sys/fs/cgroup/a.slice/memory.max":           "67108864\n"}, 64 << 20},
		"a service with less than its slice": {map[string]string{
			"proc/self/cgroup":                           "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/b.service/memory.max": "33554432\n",
			"sys/fs/cgroup/a.slice/memory.max":           "67108864\n"}, 32 << 20},
		"a group outside of what the container sees": {map[string]string{
			"proc/self/cgroup": "0::/../other\n", "sys/fs/cgroup/memory.max": "1048576\n"}, 1 << 20},
		"version 1, seen from the container": {map[string]string{
			"proc/self/cgroup":                           "9:cpu,cpuacct:/docker/x\n5:memory:/docker/x\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "134217728\n", "sys/fs/cgroup/memory.max": "1\n"}, 128 << 20},
		"version 1 without a limit": {map[string]string{
			"proc/self/cgroup": "5:memory:/x\n", "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
	} {
		got, limited := Of(system(c.files)).Limit()
		if limited != (c.want > 0) || limited && got != c.want {
			t.Errorf("%s: %d, %t", name, got, limited)
		}
	}
}

func TestKills(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  int
	}{
		"version 2": {map[string]string{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.events": "low 0\noom 7\noom_kill 3\noom_group_kill 0\n"}, 3},
		"version 1": {map[string]string{"proc/self/cgroup": "5:memory:/x\n", "sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"}, 2},
		"unknown":   {map[string]string{"proc/self/cgroup": "0::/\n"}, 0},
	} {
		if got := Of(system(c.files)).Kills(); got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
}
