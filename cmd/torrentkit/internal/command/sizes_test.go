package command

import (
	"testing"
)

func TestSizeFlag(t *testing.T) {
	var v SizeValue
	if v.String() != "" {
		t.Errorf("unset it is %q", v.String())
	}
	if err := v.Set("1.5M"); err != nil || v != 3<<19 || v.String() != "1.50 MiB" {
		t.Errorf("got %d %q, %v", v, v.String(), err)
	}
	if err := v.Set("-1"); err == nil {
		t.Error("-1 is accepted")
	}
}
