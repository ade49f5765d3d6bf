package metainfo

import (
	"fmt"
	"strings"
	"testing"
)

func TestFileSums(t *testing.T) {
	file := func(name, keys string) string {
		return fmt.Sprintf("d%s6:lengthi1e4:pathl%d:%see", keys, len(name), name)
	}
	files := file("a", "5:crc328:DEADbeef") + file("b", "3:md516:0123456789abcdef") + file("c", "") +
		file("d", "5:crc328:nothexxx") + file("e", "4:sha12:ab")
	raw := "d4:infod5:filesl" + files + "e4:name1:n12:piece lengthi16384e6:pieces20:" + strings.Repeat("x", 20) + "ee"
	tor, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, s := range tor.FileSums() {
		got += fmt.Sprintf("%d %s %x, ", s.File, s.Kind, s.Sum)
	}
	want := "0 crc32 deadbeef, 1 md5 30313233343536373839616263646566, "
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	raw = "d4:infod6:lengthi1e6:md5sum32:00112233445566778899AABBCCDDEEFF4:name1:n12:piece lengthi16384e6:pieces20:" + strings.Repeat("x", 20) + "ee"
	if tor, err = Parse([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	if sums := tor.FileSums(); len(sums) != 1 || fmt.Sprintf("%x", sums[0].Sum) != "00112233445566778899aabbccddeeff" {
		t.Errorf("single file: %v", sums)
	}
}

// A sum is read as it was written, whatever its kind.
func TestChecksums(t *testing.T) {
	for kind := CRC32; kind <= SHA256; kind++ {
		if got, err := ParseChecksum(kind.String()); got != kind || err != nil {
			t.Errorf("%v: %v, %v", kind, got, err)
		}
		sum := kind.New().Sum(nil)
		d, err := NewDraft(Shape{Format: V1, Name: "n", PieceLength: 16384, Sums: [][]Entry{{kind.Entry(sum)}}}, []File{{Length: 1}}, Fields{})
		if err != nil {
			t.Fatal(err)
		}
		d.Set(0, [20]byte{}, [32]byte{})
		raw, _ := d.Encode()
		tor, err := Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if sums := tor.FileSums(); len(sums) != 1 || sums[0].Kind != kind || string(sums[0].Sum) != string(sum) {
			t.Errorf("%v: %x, read %v", kind, sum, sums)
		}
	}
	if _, err := ParseChecksum("md4"); err == nil {
		t.Error("md4 is a checksum")
	}
}
