package magnet

import (
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

func TestStored(t *testing.T) {
	t.Parallel()
	const kept = "11:magnet-infod12:display-name4:name9:info_hash20:hhhhhhhhhhhhhhhhhhhhe"
	l, ok := Stored([]byte("d8:announce7:udp://a13:announce-listll7:udp://ael7:udp://bee" + kept + "8:url-list8:http://ce"))
	if !ok || l.V1 != metainfo.HashV1([]byte(strings.Repeat("h", 20))) || l.Name != "name" || !slices.Equal(l.Trackers, []string{"udp://a", "udp://b"}) || !slices.Equal(l.WebSeeds, []string{"http://c"}) {
		t.Errorf("%v, %v", l, ok)
	}
	if l, ok = Stored([]byte("d10:magnet-uri60:magnet:?xt=urn:btih:6868686868686868686868686868686868686868e")); !ok || l.V1.String() != strings.Repeat("68", 20) {
		t.Errorf("a link: %v, %v", l, ok)
	}
	for _, raw := range []string{
		"", "i1e", "le", "de", "d4:infode" + kept + "e", "d11:magnet-infolee", "d11:magnet-infod9:info_hash3:hhhee", "d11:magnet-infod9:info_hashleee",
		"d10:magnet-uri1:xe", "d10:magnet-urilee",
	} {
		if l, ok := Stored([]byte(raw)); ok {
			t.Errorf("%q: %v", raw, l)
		}
	}
}
