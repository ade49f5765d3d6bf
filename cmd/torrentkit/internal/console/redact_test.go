package console

import (
	"net/url"
	"strings"
	"testing"
)

const (
	hexKey   = "0123456789abcdef0123456789abcdef"
	mixedKey = "a8Kf3mQ9zLw2Xc7VbN4r"
	infohash = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
)

func TestRedactKeepsOrdinaryURLs(t *testing.T) {
	for _, s := range []string{
		"",
		"udp://tracker.opentrackr.org:1337/announce",
		"https://tracker.example/announce",
		"wss://tracker.btorrent.xyz",
		"wss://tracker.openwebtorrent.com:443/announce",
		"https://example.org/some/path/file-name-with-words/announce.php",
		"http://bttracker.debian.org:6969/announce",
		"https://torrent.ubuntu.com/announce",
		"http://tracker.archive.org:6969/announce?x=1",
		"udp://[2001:db8::1]:6969/announce",
		"http://[2001:db8::1]/announce",
		"http://bt1.archive.org:6969/announce",
		"https://1337.abcvg.info:443/announce",
		"http://tracker1.itzmx.com:8080/announce",
		"udp://opentracker.i2p.rocks:6969/announce",
		"http://tracker2.example/v2/announce?compact=1&numwant=50&event=started",
		"http://tracker.example/opentracker2/scrape",
		"http://vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion/announce",
		"http://w7tpbzncbcocrqtwwm3nezhnnsw4ozadvi2hmvzdhrqzfxfum7wa.b32.i2p/a",
		"https://tracker.example/announce?info_hash=" + infohash,
		"https://cdimage.debian.org/debian-cd/12.5.0/amd64/iso-cd/debian-12.5.0-amd64-netinst.iso",
		"https://archive.org/download/Some_Long_Collection_Name_1987_remaster/",
		"https://example.org/@someone/file.bin",
		"https://example.org/2024/01/15/release-notes-for-version-3.html",
		"http://xn--80ak6aa92e.example/announce",
		"magnet:?xt=urn:btih:" + infohash + "&dn=ubuntu-24.04&tr=udp%3A%2F%2Ftracker.opentrackr.org%3A1337%2Fannounce",
	} {
		if got := RedactURL(s); got != s {
			t.Errorf("redactURL(%q) = %q", s, got)
		}
	}
}

func TestRedactHidesSecrets(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"hex after announce", "https://t.example/announce/" + hexKey, "https://t.example/announce/***"},
		{"hex before announce", "https://t.example/" + hexKey + "/announce", "https://t.example/***/announce"},
		{"hex in upper case", "https://t.example/" + strings.ToUpper(hexKey) + "/announce", "https://t.example/***/announce"},
		{"mixed", "https://t.example/a/" + mixedKey + "/announce.php", "https://t.example/a/***/announce.php"},
		{"short beside announce", "http://t.example/a1b2c3d4e5/announce", "http://t.example/***/announce"},
		{"uuid", "http://t.example/550e8400-e29b-41d4-a716-446655440000/announce", "http://t.example/***/announce"},
		{"base64url", "http://t.example/aB3_x-Yz9-Qw2_Er5-Ty8/announce", "http://t.example/***/announce"},
		{"token and user", "http://t.example/announce/12345/" + hexKey, "http://t.example/announce/12345/***"},
		{"token with a suffix", "http://t.example/" + hexKey + ".php/announce", "http://t.example/***/announce"},
		{"percent-encoded", "http://t.example/announce/%30123456789abcdef0123456789abcdef", "http://t.example/announce/***"},
		{"passkey", "https://t.example/announce.php?passkey=secret&x=1", "https://t.example/announce.php?passkey=***&x=1"},
		{"passkey in upper case", "https://t.example/announce.php?PassKey=secret", "https://t.example/announce.php?PassKey=***"},
		{"authkey", "https://t.example/a?authkey=s1&torrent_pass=s2;uk=s3", "https://t.example/a?authkey=***&torrent_pass=***;uk=***"},
		{"encoded name", "https://t.example/a?pass%6bey=secret", "https://t.example/a?pass%6bey=***"},
		{"token in any parameter", "https://t.example/a?q=" + hexKey, "https://t.example/a?q=***"},
		{"token as a parameter", "https://t.example/a?" + hexKey, "https://t.example/a?***"},
		{"presigned", "https://s3.example/f.bin?X-Amz-Signature=abc&X-Amz-Credential=k", "https://s3.example/f.bin?X-Amz-Signature=***&X-Amz-Credential=***"},
		{"user and password", "https://me:pw@t.example:8080/announce", "https://***@t.example:8080/announce"},
		{"user", "https://me@t.example/announce", "https://***@t.example/announce"},
		{"password with an at", "https://me:p@w@t.example/announce", "https://***@t.example/announce"},
		{"password with a slash", "https://me:p/w@t.example/announce", "https://***@t.example/announce"},
		{"password and no host", "https://me:pw", "https://me:***"},
		{"broken port", "http://t.example:secret/announce", "http://t.example:***/announce"},
		{"broken encoding", "http://t.example/announce/%zz" + hexKey, "http://t.example/announce/***"},
		{"broken scheme", "ht!tp://t.example/announce/" + hexKey, "ht!tp://t.example/announce/***"},
		{"no scheme", "t.example/announce/" + hexKey, "t.example/announce/***"},
		{"fragment", "http://t.example/announce#" + hexKey, "http://t.example/announce#***"},
		{"host", "http://" + hexKey + ".t.example/announce", "http://***.t.example/announce"},
		{"magnet", "magnet:?xt=urn:btih:" + infohash + "&tr=" + url.QueryEscape("http://t.example/announce/"+hexKey),
			"magnet:?xt=urn:btih:" + infohash + "&tr=http%3A%2F%2Ft.example%2Fannounce%2F***"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := RedactURL(tt.in)
			if got != tt.want {
				t.Errorf("redactURL(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if again := RedactURL(got); again != got {
				t.Errorf("redacted again: %q", again)
			}
		})
	}
}

func TestRedactText(t *testing.T) {
	broken := "http://me:p/w@t.example/announce"
	_, parseErr := url.Parse(broken) //lint:ignore SA1007 that it cannot be parsed is the point
	tests := []struct{ in, want string }{
		{`Get "https://t.example/announce?passkey=abc": dial tcp: no such host`, `Get "https://t.example/announce?passkey=***": dial tcp: no such host`},
		{"two: https://u:p@a/ and udp://b/" + hexKey + "/announce.", "two: https://***@a/ and udp://b/***/announce."},
		{"infohash " + infohash + " not found", "infohash " + infohash + " not found"},
		{"bad passkey=abc, try again", "bad passkey=***, try again"},
		{"key = value, a=b", "key = value, a=b"},
		{"link magnet:?xt=urn:btih:" + infohash + "&tr=http://t/announce/" + hexKey, "link magnet:?xt=urn:btih:" + infohash + "&tr=http%3A%2F%2Ft%2Fannounce%2F***"},
		{parseErr.Error(), `parse "http://***@t.example/announce": invalid port "***" after host`},
		{"://", "://"},
		{"é://x", "é://x"},
	}
	for _, tt := range tests {
		got := RedactText(tt.in)
		if got != tt.want {
			t.Errorf("redactText(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	for _, s := range []string{
		"http://t.example/announce/" + hexKey, "http://u:p@h/", "magnet:?tr=http%3A%2F%2Fu%3Ap%40h", "a?b=c#d=e", "x=y://z?passkey=1",
		"http://a:b/c@d", "http://***@h/***?x=***", "?a=b=c&" + hexKey + "=1", `invalid port "x" y`, "%41%zz?%=%", "a://b://c?d=e://f@g",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, redact := range map[string]func(string) string{"redactURL": RedactURL, "redactText": RedactText} {
			once := redact(s)
			if twice := redact(once); twice != once {
				t.Errorf("%s(%q) = %q, and again %q", name, s, once, twice)
			}
		}
		for _, secret := range []string{"https://t.example/announce/", "https://t.example/a?passkey="} {
			if got := RedactText("reading " + secret + hexKey + " " + s); !strings.HasPrefix(got, "reading "+secret+"*** ") {
				t.Errorf("%q leaks", got)
			}
		}
		checkPrintable(t, EscapeSentence(RedactText(s)))
	})
}
