package user

import "testing"

// TestWhatOldFilesHold: files of earlier runs hold these words.
func TestWhatOldFilesHold(t *testing.T) {
	for got, want := range map[string]string{
		Mask: "***", Erased: "[erased]",
		RejectOutcome: "_usersync_outcome", RejectCode: "_usersync_code", RejectDetail: "_usersync_detail", RejectRun: "_usersync_run",
		RejectRecord: "_usersync_record", RejectLine: "_usersync_line", RejectRaw: "_usersync_raw",
	} {
		if got != want {
			t.Errorf("%q, and files hold %q", got, want)
		}
	}
}
