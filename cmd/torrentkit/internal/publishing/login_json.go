package publishing

import "time"

// loginJSON is what "publish login --json" prints.
type loginJSON struct {
	Index   string `json:"index"`
	User    string `json:"user"`
	Admin   bool   `json:"admin"`
	Expires string `json:"expires,omitempty"`
	File    string `json:"file"`
}

// jsonTime is a time as JSON has it; none where it is unknown.
func jsonTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
