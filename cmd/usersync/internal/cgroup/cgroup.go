// Package cgroup reads what the control group of this process says about memory: how much
// it may use, and how often the kernel has killed a process because there was no more. It
// knows versions 1 and 2.
//
// It limits nothing. Start at Memory.
package cgroup

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Memory is the memory of a control group.
type Memory struct {
	root fs.FS
	dirs []string // of the group and the groups around it, innermost first
	v1   bool
}

// Of returns the memory of the control group of this process. root is the root of the file
// system: os.DirFS("/").
func Of(root fs.FS) Memory {
	m := Memory{root: root}
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return m // another system than Linux
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		switch {
		case hasMemory(parts[1]): // version 1 has a tree for memory
			return Memory{root, around("sys/fs/cgroup/memory", parts[2]), true}
		case parts[0] == "0" && parts[1] == "":
			m.dirs = around("sys/fs/cgroup", parts[2])
		}
	}
	return m
}

func hasMemory(controllers string) bool {
	for c := range strings.SplitSeq(controllers, ",") {
		if c == "memory" {
			return true
		}
	}
	return false
}

// around returns the directory of a group and those of all groups around it. In a container
// the path may be that of the host, where nothing is: the top is the container's own.
func around(top, group string) []string {
	var dirs []string
	for dir := path.Join(top, path.Clean("/"+group)); dir != top; dir = path.Dir(dir) {
		dirs = append(dirs, dir)
	}
	return append(dirs, top)
}

// unlimited is far more than a machine has. Version 1 writes such a number for "no limit".
const unlimited = 1 << 60

// Limit returns how many bytes the group may use. It is false if nothing limits them.
func (m Memory) Limit() (bytes int64, limited bool) {
	name := "memory.max"
	if m.v1 {
		name = "memory.limit_in_bytes"
	}
	least := int64(unlimited)
	for _, dir := range m.dirs { // a limit holds for all groups inside, too
		text, err := fs.ReadFile(m.root, path.Join(dir, name))
		if err != nil {
			continue
		}
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n > 0 {
			least = min(least, n)
		}
	}
	return least, least < unlimited
}

// Kills returns how many processes of the group the kernel has killed because its memory
// was used up; 0 if that is not known.
func (m Memory) Kills() int {
	name := "memory.events"
	if m.v1 {
		name = "memory.oom_control"
	}
	for _, dir := range m.dirs {
		text, err := fs.ReadFile(m.root, path.Join(dir, name))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if count, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok {
				n, _ := strconv.Atoi(count)
				return n
			}
		}
	}
	return 0
}
