package main

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination/custom"
)

// customConfig is the section of custom. What is not a single value is a tree,
// which its own package reads.
type customConfig struct {
	name, baseURL, account, sandbox string
	section                         *custom.Config // nil where the config has none
}

func customSettings() []setting {
	return []setting{
		{key: "custom.name", value: "NAME",
			use: "what the API is called in reports; the calls themselves, the credentials and how answers are read stand beside it: see docs/custom.md",
			set: asText(func(c *config) *string { return &c.custom.name })},
		{key: "custom.base_url", kind: link, value: "URL", remote: true,
			use: "the API's address; there is no default",
			set: asText(func(c *config) *string { return &c.custom.baseURL })},
		{key: "custom.account", kind: name, value: "ID",
			use: "whose users they are; {account} in the calls",
			set: asText(func(c *config) *string { return &c.custom.account })},
		{key: "custom.sandbox", value: "NAME", words: sandboxNames(),
			use: "the API that plays this one with --sandbox",
			set: asText(func(c *config) *string { return &c.custom.sandbox })},
	}
}

const customBlock = "custom"

// customSection takes apart what stands under custom: the single values are
// settings like others, and so is what any API's section may say; all else is
// kept for readCustom.
func (f *configFile) customSection(v *yaml.Node, all []setting) error {
	if v.Kind != yaml.MappingNode {
		return f.section(v, customBlock+".", all)
	}
	tree, flat := *v, *v
	tree.Content, flat.Content = nil, nil
	for i := 0; i+1 < len(v.Content); i += 2 {
		pair, key := v.Content[i:i+2], v.Content[i].Value
		switch {
		case isSetting(customBlock+"."+key, all):
			flat.Content = append(flat.Content, pair...)
		case custom.Knows(key) || !saidForOneAPI(key, all):
			tree.Content = append(tree.Content, pair...)
		default:
			flat.Content = append(flat.Content, pair...)
		}
	}
	f.custom = &tree
	return f.section(&flat, customBlock+".", all)
}

func isSetting(key string, all []setting) bool {
	for i := range all {
		if all[i].key == key {
			return true
		}
	}
	return false
}

func saidForOneAPI(key string, all []setting) bool {
	for i := range all {
		if all[i].ofOneAPI() && (all[i].key == key || strings.HasPrefix(all[i].key, key+".")) {
			return true
		}
	}
	return key == "fields"
}

// readCustom reads the tree. A rehearsal reads no credentials.
func (l layers) readCustom(c *config) error {
	if l.block != customBlock || l.file == nil || l.file.custom == nil {
		return nil
	}
	var expanded custom.Expand
	if !c.Target.Sandbox {
		expanded = func(text string) (string, error) {
			if file, ok := strings.CutPrefix(text, "file:"); ok {
				c.valueFiles = append(c.valueFiles, relativeTo(c.dir, file))
			}
			return expand(text, c.dir, l.lookup)
		}
	}
	section, err := custom.Decode(l.file.custom, expanded)
	if wrong, ok := errors.AsType[*custom.Error](err); ok {
		hint := wrong.Hint
		if wrong.Word != "" {
			hint = exit.DidYouMean(wrong.Word, wrong.Known)
		}
		return l.file.fault(max(wrong.Line, l.file.custom.Line), wrong.Rule, hint)
	}
	c.custom.section = section
	c.shown = append(c.shown, shownValue{key: customBlock + ".calls", text: custom.Sum(l.file.custom), place: l.file.path})
	return err
}
