package editing

import (
	"testing"
)

func TestStripSecrets(t *testing.T) {
	const key = "0123456789abcdef0123456789abcdef"
	for in, want := range map[string]string{
		"https://t.example/announce":                                      "https://t.example/announce",
		"https://t.example/" + key + "/announce":                          "https://t.example/announce",
		"https://t.example/announce/" + key:                               "https://t.example/announce",
		"https://t.example/announce?passkey=x&uploads=1":                  "https://t.example/announce?uploads=1",
		"https://t.example/announce.php?passkey=x":                        "https://t.example/announce.php",
		"https://me:secret@t.example:444/announce":                        "https://t.example:444/announce",
		"https://" + key + ".t.example/announce":                          "https://t.example/announce",
		"https://s.example/get?url=https%3A%2F%2Ft%2F%3Fpasskey%3D" + key: "https://s.example/get",
		"udp://t.example:6969":                                            "udp://t.example:6969",
	} {
		got := stripSecrets(in)
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if again := stripSecrets(got); again != got {
			t.Errorf("%s: stripped again: %s", got, again)
		}
	}
	if got, want := stripText("see http://t/"+key+"/x for http://a/b."), "see http://t/x for http://a/b."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
