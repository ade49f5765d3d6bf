package magnet

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

const (
	hashH = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
	hashG = "d2354010a3ca4ade5b7427bb093a62a3899ff381"
	hashW = "caf1e1c30e81cb361b9ee167c4aa64228a7fa4fa9f6105232b28ad099f3a302e"
	hashX = "d8dd32ac93357c368556af3ac1d95c9d76bd0dff6fa9833ecdac3d53134efabb"
	keyK  = "8543d3e6115f0f98c944077a4493dcd543e49c739fd998550a1f614ab36ed63e"
)

// expand replaces the short names of the table.
func expand(s string) string {
	raw, _ := hex.DecodeString(hashH)
	multi, _ := hex.DecodeString("1220" + hashW)
	b32 := base32.StdEncoding.WithPadding(base32.NoPadding)
	return strings.NewReplacer("{h}", hashH, "{H}", strings.ToUpper(hashH), "{g}", hashG, "{w}", hashW, "{W}", strings.ToUpper(hashW),
		"{x}", hashX, "{k}", keyK, "{b}", strings.ToLower(b32.EncodeToString(raw)), "{B}", b32.EncodeToString(raw),
		"{m}", b32.EncodeToString(multi), "{n}", "\r\n", "{-}", "").Replace(s)
}

// links is what is found in the wild: the link, its normal form, the issues
// with their offsets, and the error.
var links = []struct{ in, want, issues, err string }{
	{"magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btih:{H}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btih:{b}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btih:{B}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btmh:1220{w}", "magnet:?xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt=urn:btmh:1220{W}", "magnet:?xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", "magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt=urn:btmh:1220{w}&xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt.1=urn:btih:{h}&xt.2=urn:btmh:1220{w}", "magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", "key@8, key@63", ""},
	{"magnet:?xt.1=urn:btih:{h}&tr.1=udp://a:1&tr.2=udp://b:2", "magnet:?xt=urn:btih:{h}&tr=udp%3A%2F%2Fa%3A1&tr=udp%3A%2F%2Fb%3A2", "key@8, key@63, key@78", ""},
	{"magnet:?XT=URN:BTIH:{H}&DN=Name", "magnet:?xt=urn:btih:{h}&dn=Name", "key@8, hash@11, key@61", ""},
	{"magnet:?xt=urn:btih:{w}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt=urn:btih:1220{w}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt=urn:btmh:{w}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt=urn:btmh:{h}", "", "dropped@11", "a btmh topic is the multihash of a SHA-256: 1220 and 64 hex characters (byte 11)"},
	{"magnet:?xt=urn:btmh:1114{h}", "", "dropped@20", "the infohash \"1114c12fe1c06bba254a9dc9f519b335aa7c1367a88a\" has 44 characters; 40 hex or 32 base32 are needed, or 64 hex in v2 (byte 20)"},
	{"magnet:?xt=urn:btmh:1320{w}", "", "dropped@20", "multihash 0x13 of 32 bytes is not a SHA-256 (1220) (byte 20)"},
	{"magnet:?xt=urn:btih:{m}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt=urn:btmh:{m}", "magnet:?xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt=urn%3Abtih%3A{h}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn%3abtmh%3a1220{w}", "magnet:?xt=urn:btmh:1220{w}", "", ""},
	{"magnet:?xt=btih:{h}", "magnet:?xt=urn:btih:{h}", "hash@11", ""},
	{"magnet:?xt=btmh:1220{w}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt={h}", "magnet:?xt=urn:btih:{h}", "hash@11", ""},
	{"magnet:?xt={w}", "magnet:?xt=urn:btmh:1220{w}", "hash@11", ""},
	{"magnet:?xt={b}", "magnet:?xt=urn:btih:{h}", "hash@11", ""},
	{"magnet:?xt=urn:btih:{h}/", "magnet:?xt=urn:btih:{h}", "hash@11", ""},
	{"magnet:?xt=urn:btih:\"{h}\"", "magnet:?xt=urn:btih:{h}", "surroundings@61, hash@11", ""},
	{"magnet:?xt=urn:btih: {h} ", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btih:{h}&xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "repeated@61", ""},
	{"magnet:?xt=urn:btih:{h}&xt=urn:btih:{g}", "magnet:?xt=urn:btih:{h}", "conflict@61", ""},
	{"magnet:?xt=urn:btmh:1220{w}&xt=urn:btmh:1220{x}", "magnet:?xt=urn:btmh:1220{w}", "conflict@89", ""},
	{"magnet:?xt=urn:btih:{h}&xt=urn:btih:abc", "magnet:?xt=urn:btih:{h}", "dropped@73", ""},
	{"magnet:?xt=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB&xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}&xt=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB", "", ""},
	{"magnet:?xt=urn:ed2k:354b15e68fb8f36d7cd88ff94116cdc1&xt=urn:tree:tiger:7N5OAMRNGMSSEUE3ORHOKWN4WWIQ5X4EBOOTLJY&xt=urn:btih:{h}&xl=10826029", "magnet:?xt=urn:btih:{h}&xl=10826029&xt=urn:ed2k:354b15e68fb8f36d7cd88ff94116cdc1&xt=urn:tree:tiger:7N5OAMRNGMSSEUE3ORHOKWN4WWIQ5X4EBOOTLJY", "", ""},
	{"magnet:?xt=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB", "", "", "no infohash: neither xt=urn:btih: nor xt=urn:btmh: nor xs=urn:btpk: (byte 8)"},
	{"magnet:?xt=urn:btih:", "", "dropped@20", "the infohash is missing (byte 20)"},
	{"magnet:?xt=urn:btih:zz", "", "dropped@20", "the infohash \"zz\" has 2 characters; 40 hex or 32 base32 are needed, or 64 hex in v2 (byte 20)"},
	{"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef0123456g", "", "dropped@59", "character 40 of the infohash, \"g\", is not hex (byte 59)"},
	{"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef0123456", "", "dropped@20", "the infohash \"0123456789abcdef0123456789abcdef0123456\" has 39 characters; 40 hex or 32 base32 are needed, or 64 hex in v2 (byte 20)"},
	{"magnet:?xt=urn:btih:0000000000000000000000000000000000000000", "", "dropped@20", "the infohash is all zeros (byte 20)"},
	{"magnet:?xt=urn:btih:11111111111111111111111111111111", "", "dropped@20", "character 1 of the infohash, \"1\", is not base32 (byte 20)"},
	{"magnet:?xt=", "", "dropped@8", "no infohash: neither xt=urn:btih: nor xt=urn:btmh: nor xs=urn:btpk: (byte 8)"},
	{"magnet:?dn=only+a+name", "", "", "no infohash: neither xt=urn:btih: nor xt=urn:btmh: nor xs=urn:btpk: (byte 8)"},
	{"magnet:?xt=foo&dn=bar", "", "dropped@11", "the topic \"foo\" is no urn (byte 11)"},
	{"magnet:?", "", "", "nothing behind the scheme (byte 8)"},
	{"magnet:", "", "", "nothing behind the scheme (byte 7)"},
	{"{-}", "", "", "empty (byte 0)"},
	{"magnet", "", "", "nothing behind the scheme (byte 6)"},
	{"hello world", "", "", "neither magnet:? nor an infohash (byte 0)"},
	{"http://example.com/x.torrent", "", "", "neither magnet:? nor an infohash (byte 0)"},
	{"{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"{H}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"{b}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"{w}", "magnet:?xt=urn:btmh:1220{w}", "scheme@0", ""},
	{"1220{w}", "magnet:?xt=urn:btmh:1220{w}", "scheme@0", ""},
	{" \"{h}\" ", "magnet:?xt=urn:btih:{h}", "scheme@1", ""},
	{"0000000000000000000000000000000000000000", "", "", "the infohash is all zeros (byte 0)"},
	{"0123456789abcdef0123456789abcdef0123456", "", "", "the infohash \"0123456789abcdef0123456789abcdef0123456\" has 39 characters; 40 hex or 32 base32 are needed, or 64 hex in v2 (byte 0)"},
	{"MAGNET:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"Magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"magnet://?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"magnet:/?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"magnet:xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"magnet?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"magnet:? xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet%3A%3Fxt%3Durn%3Abtih%3A{h}%26dn%3DA%2520B", "magnet:?xt=urn:btih:{h}&dn=A%20B", "escape@0", ""},
	{"magnet:?xt%3Durn%3Abtih%3A{h}%26dn%3DA%20B", "magnet:?xt=urn:btih:{h}&dn=A%20B", "escape@8", ""},
	{"magnet:%3Fxt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "scheme@0", ""},
	{"\"magnet:?xt=urn:btih:{h}\"", "magnet:?xt=urn:btih:{h}", "surroundings@0, surroundings@61", ""},
	{"'magnet:?xt=urn:btih:{h}&dn=x'", "magnet:?xt=urn:btih:{h}&dn=x", "surroundings@0, surroundings@66", ""},
	{"<magnet:?xt=urn:btih:{h}>", "magnet:?xt=urn:btih:{h}", "surroundings@0, surroundings@61", ""},
	{"<a href=\"magnet:?xt=urn:btih:{h}&amp;dn=x\">Download</a>", "magnet:?xt=urn:btih:{h}&dn=x", "surroundings@0, surroundings@78, separator@69", ""},
	{"[name](magnet:?xt=urn:btih:{h}&dn=Film (2020))", "magnet:?xt=urn:btih:{h}&dn=Film%20%282020%29", "surroundings@0, surroundings@82", ""},
	{"[magnet:?xt=urn:btih:{h}]", "magnet:?xt=urn:btih:{h}", "surroundings@0, surroundings@61", ""},
	{"magnet:?xt=urn:btih:{h}<br>", "magnet:?xt=urn:btih:{h}", "surroundings@60", ""},
	{"magnet:?xt=urn:btih:{h}&dn=x<br/>next", "magnet:?xt=urn:btih:{h}&dn=x", "surroundings@65", ""},
	{"magnet:?xt=urn:btih:{h}&dn=I <3 you", "magnet:?xt=urn:btih:{h}&dn=I%20%3C3%20you", "", ""},
	{"Link: magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "surroundings@0", ""},
	{"  magnet:?xt=urn:btih:{h}{n}", "magnet:?xt=urn:btih:{h}", "", ""},
	{"magnet:?xt=urn:btih:{h}{n}&dn=x{n}&tr=udp://a:1", "magnet:?xt=urn:btih:{h}&dn=x&tr=udp%3A%2F%2Fa%3A1", "surroundings@60", ""},
	{"magnet:?xt=urn:btih:{h}&tr=udp://tracker.exam{n}ple.com:80", "magnet:?xt=urn:btih:{h}&tr=udp%3A%2F%2Ftracker.example.com%3A80", "surroundings@82", ""},
	{"magnet:?xt=urn:btih:{h} magnet:?xt=urn:btih:{g}", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}\"", "magnet:?xt=urn:btih:{h}", "surroundings@60", ""},
	{"magnet:?xt=urn:btih:{h}&dn=Ubuntu+22.04+LTS", "magnet:?xt=urn:btih:{h}&dn=Ubuntu%2022.04%20LTS", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=Ubuntu%2022.04", "magnet:?xt=urn:btih:{h}&dn=Ubuntu%2022.04", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=C%2B%2B", "magnet:?xt=urn:btih:{h}&dn=C%2B%2B", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=100%", "magnet:?xt=urn:btih:{h}&dn=100%25", "escape@67", ""},
	{"magnet:?xt=urn:btih:{h}&dn=100%25", "magnet:?xt=urn:btih:{h}&dn=100%25", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a%zzb", "magnet:?xt=urn:btih:{h}&dn=a%25zzb", "escape@65", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a%2", "magnet:?xt=urn:btih:{h}&dn=a%252", "escape@65", ""},
	{"magnet:?xt=urn:btih:{h}&dn=%D0%96%E2%9C%93", "magnet:?xt=urn:btih:{h}&dn=%D0%96%E2%9C%93", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=Ж✓", "magnet:?xt=urn:btih:{h}&dn=%D0%96%E2%9C%93", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=%FF%FE", "magnet:?xt=urn:btih:{h}&dn=%FF%FE", "charset@64", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a=b", "magnet:?xt=urn:btih:{h}&dn=a%3Db", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a&dn=b", "magnet:?xt=urn:btih:{h}&dn=a", "conflict@66", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a&dn=a", "magnet:?xt=urn:btih:{h}&dn=a", "repeated@66", ""},
	{"magnet:?xt=urn:btih:{h}&dn=", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}&dn=%20", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}&dn", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a%00b%1b%5b31m", "magnet:?xt=urn:btih:{h}&dn=a%00b%1B%5B31m", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=a/b%2F..%2Fc", "magnet:?xt=urn:btih:{h}&dn=a%2Fb%2F..%2Fc", "", ""},
	{"magnet:?xt=urn:btih:{h}&dn=x%26amp;y", "magnet:?xt=urn:btih:{h}&dn=x%26amp%3By", "", ""},
	{"magnet:?xt=urn:btih:{h}&amp;dn=x&amp;tr=udp://a:1", "magnet:?xt=urn:btih:{h}&dn=x&tr=udp%3A%2F%2Fa%3A1", "separator@60, separator@69", ""},
	{"magnet:?xt=urn:btih:{h}&amp;amp;dn=x", "magnet:?xt=urn:btih:{h}&dn=x", "separator@60", ""},
	{"magnet:?xt=urn:btih:{h}&#38;dn=x&#x26;xl=4", "magnet:?xt=urn:btih:{h}&dn=x&xl=4", "separator@60, separator@69", ""},
	{"magnet:?&xt=urn:btih:{h}&&dn=x&", "magnet:?xt=urn:btih:{h}&dn=x", "separator@8, separator@62", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fannounce", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fannounce", "", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http://t.example/announce?passkey=abc", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fannounce%3Fpasskey%3Dabc", "", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http://t.example/announce?passkey=abc&uid=5", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fannounce%3Fpasskey%3Dabc&uid=5", "stray@102", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http%253A%252F%252Ft.example%252Fannounce", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fannounce", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&tr=udp://a:1&tr=udp://a:1", "magnet:?xt=urn:btih:{h}&tr=udp%3A%2F%2Fa%3A1", "repeated@74", ""},
	{"magnet:?xt=urn:btih:{h}&tr=tracker.example.com:80/announce", "magnet:?xt=urn:btih:{h}&tr=tracker.example.com%3A80%2Fannounce", "address@64", ""},
	{"magnet:?xt=urn:btih:{h}&tr=ftp://x/", "magnet:?xt=urn:btih:{h}&tr=ftp%3A%2F%2Fx%2F", "address@64", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http://", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2F", "address@64", ""},
	{"magnet:?xt=urn:btih:{h}&tr=", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}&tr=%20", "magnet:?xt=urn:btih:{h}", "dropped@61", ""},
	{"magnet:?xt=urn:btih:{h}&tr=wss://t.example/&tr=ws://u.example:80/&tr=https://h/a,b", "magnet:?xt=urn:btih:{h}&tr=wss%3A%2F%2Ft.example%2F&tr=ws%3A%2F%2Fu.example%3A80%2F&tr=https%3A%2F%2Fh%2Fa%2Cb", "", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http://[::1]:6969/announce", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2F%5B%3A%3A1%5D%3A6969%2Fannounce", "", ""},
	{"magnet:?xt=urn:btih:{h}&tr=http://t/c++", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft%2Fc%2B%2B", "", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fw%2Ffile.iso&ws=https://w2/&as=http://as/x.torrent&xs=http://xs/x.torrent", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fw%2Ffile.iso&ws=https%3A%2F%2Fw2%2F&xs=http%3A%2F%2Fxs%2Fx.torrent&as=http%3A%2F%2Fas%2Fx.torrent", "", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http://h/my%20file.iso", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http://h/my file.iso", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http%253A%252F%252Fh%252Fmy%252520file.iso", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy+file.iso", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fmy%2520file.iso", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fa%2Bb", "magnet:?xt=urn:btih:{h}&ws=http%3A%2F%2Fh%2Fa%2Bb", "", ""},
	{"magnet:?xt=urn:btih:{h}&tr=%20http://t .example/a%0Ab c%09%20", "magnet:?xt=urn:btih:{h}&tr=http%3A%2F%2Ft.example%2Fab%2520c", "escape@64", ""},
	{"magnet:?xt=urn:btih:{h}&ws=dht://h/x&tr=*udp://t:1", "magnet:?xt=urn:btih:{h}&tr=%2Audp%3A%2F%2Ft%3A1&ws=dht%3A%2F%2Fh%2Fx", "address@64, address@77", ""},
	{"magnet:?xt=urn:btih:{h}&xs=urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB&xs=nonsense", "magnet:?xt=urn:btih:{h}&xs=urn%3Asha1%3APLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB&xs=nonsense", "address@109", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=1.2.3.4:6881&x.pe=[2001:db8::1]:6881&x.pe=peer.example:51413", "magnet:?xt=urn:btih:{h}&x.pe=1.2.3.4:6881&x.pe=[2001:db8::1]:6881&x.pe=peer.example:51413", "", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=%5B2001%3Adb8%3A%3A1%5D%3A6881", "magnet:?xt=urn:btih:{h}&x.pe=[2001:db8::1]:6881", "escape@66", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=2001:db8::1:6881", "magnet:?xt=urn:btih:{h}", "dropped@66", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=1.2.3.4", "magnet:?xt=urn:btih:{h}", "dropped@66", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=1.2.3.4:0&x.pe=1.2.3.4:65536&x.pe=1.2.3.4:+5", "magnet:?xt=urn:btih:{h}", "dropped@66, dropped@81, dropped@100", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe=:6881&x.pe=[1.2.3.4]:5&x.pe=[]:5", "magnet:?xt=urn:btih:{h}", "dropped@66, dropped@77, dropped@94", ""},
	{"magnet:?xt=urn:btih:{h}&x.pe.1=1.2.3.4:5", "magnet:?xt=urn:btih:{h}&x.pe=1.2.3.4:5", "key@61", ""},
	{"magnet:?xt=urn:btih:{h}&so=0,2,4-6", "magnet:?xt=urn:btih:{h}&so=0,2,4-6", "", ""},
	{"magnet:?xt=urn:btih:{h}&so=0-2147483647", "magnet:?xt=urn:btih:{h}&so=0-2147483647", "", ""},
	{"magnet:?xt=urn:btih:{h}&so=0-99999999999999999999", "magnet:?xt=urn:btih:{h}", "dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&so=6-4,1", "magnet:?xt=urn:btih:{h}&so=1", "dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&so=5,1-3,2-4", "magnet:?xt=urn:btih:{h}&so=1-5", "order@64", ""},
	{"magnet:?xt=urn:btih:{h}&so=a,-1,1-,,+2,3", "magnet:?xt=urn:btih:{h}&so=3", "dropped@64, dropped@64, dropped@64, dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&so=1&so=3", "magnet:?xt=urn:btih:{h}&so=1,3", "", ""},
	{"magnet:?xt=urn:btih:{h}&xl=12345", "magnet:?xt=urn:btih:{h}&xl=12345", "", ""},
	{"magnet:?xt=urn:btih:{h}&xl=-5", "magnet:?xt=urn:btih:{h}", "dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&xl=10MB", "magnet:?xt=urn:btih:{h}", "dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&xl=9223372036854775808", "magnet:?xt=urn:btih:{h}", "dropped@64", ""},
	{"magnet:?xt=urn:btih:{h}&xl=0&xl=7&xl=8&xl=7", "magnet:?xt=urn:btih:{h}&xl=7", "dropped@64, conflict@74, repeated@79", ""},
	{"magnet:?xt=urn:btih:{h}&kt=martin+luther+king,mp3", "magnet:?xt=urn:btih:{h}&kt=martin+luther+king%2Cmp3", "", ""},
	{"magnet:?xt=urn:btih:{h}&kt=c%2B%2B+two%20words", "magnet:?xt=urn:btih:{h}&kt=c%2B%2B+two%20words", "", ""},
	{"magnet:?xt=urn:btih:{h}&mt=http://weblog.foo/all-my-favorites.rss", "magnet:?xt=urn:btih:{h}&mt=http%3A%2F%2Fweblog.foo%2Fall-my-favorites.rss", "", ""},
	{"magnet:?xt=urn:btih:{h}&mt=urn:sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "magnet:?xt=urn:btih:{h}&mt=urn%3Asha1%3A3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "", ""},
	{"magnet:?xt=urn:btih:{h}&dht=router.example:6881&dht=nonsense", "magnet:?xt=urn:btih:{h}&dht=router.example:6881", "dropped@89", ""},
	{"magnet:?xt=urn:btih:{h}&foo=bar&x.custom=1%202&foo=baz", "magnet:?xt=urn:btih:{h}&foo=bar&x.custom=1%202&foo=baz", "", ""},
	{"magnet:?xt=urn:btih:{h}&foo&=bar&=", "magnet:?xt=urn:btih:{h}&foo=&=bar", "key@61, dropped@70", ""},
	{"magnet:?xt=urn:btih:{h}&foo=a b\"c%zz", "magnet:?xt=urn:btih:{h}&foo=a%20b%22c%25zz", "escape@65", ""},
	{"magnet:?xt=urn:btih:{h}&s=abcd", "magnet:?xt=urn:btih:{h}&s=abcd", "", ""},
	{"magnet:?xs=urn:btpk:{k}", "magnet:?xs=urn:btpk:{k}", "", ""},
	{"magnet:?xs=urn:btpk:{k}&s=6e", "magnet:?xs=urn:btpk:{k}&s=6e", "", ""},
	{"magnet:?xs=urn:btpk:{k}&s=zz", "magnet:?xs=urn:btpk:{k}", "dropped@87", ""},
	{"magnet:?s=6e&xs=URN:BTPK:{k}", "magnet:?xs=urn:btpk:{k}&s=6e", "", ""},
	{"magnet:?xt=urn:btpk:{k}", "magnet:?xs=urn:btpk:{k}", "hash@8", ""},
	{"magnet:?xs=urn:btpk:abc", "", "dropped@11", "the public key \"abc\" is not 64 hex characters (byte 11)"},
	{"magnet:?xt=urn:btih:{h}&xs=urn:btpk:{k}", "magnet:?xt=urn:btih:{h}&xs=urn:btpk:{k}", "", ""},
	{"magnet:?dn=x&tr=udp://a:1&xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}&dn=x&tr=udp%3A%2F%2Fa%3A1", "", ""},
	{"magnet:?%78t=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "escape@8", ""},
	{"magnet:?xt=urn:btih:{h}#frag", "magnet:?xt=urn:btih:{h}", "escape@60, dropped@11", ""},
	{"magnet:?xt=urn:btih:{h}&dn=C# in depth", "magnet:?xt=urn:btih:{h}&dn=C%23%20in%20depth", "escape@65", ""},
	{"stream-magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "surroundings@0", ""},
	{"https://example.com/?u=magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}", "surroundings@0", ""},
	{"magnet:?xt=urn:btih:{h}?dn=x", "magnet:?xt=urn:btih:{h}", "dropped@11", ""},
	{"magnet:?xt=urn:btih:/", "", "dropped@21", "the infohash is missing (byte 21)"},
	{"magnet:?xt=urn%3Abtih%3A{h}x", "", "dropped@24", "the infohash \"c12fe1c06bba254a9dc9f519b335aa7c1367a88ax\" has 41 characters; 40 hex or 32 base32 are needed, or 64 hex in v2 (byte 24)"},
	{"magnet:?xt=urn:btih:{h}&so=3,1", "magnet:?xt=urn:btih:{h}&so=1,3", "order@64", ""},
}

func TestParse(t *testing.T) {
	t.Parallel()
	short := strings.NewReplacer(hashH, "{h}", hashG, "{g}", hashW, "{w}", hashX, "{x}", keyK, "{k}")
	for _, c := range links {
		l, issues, err := Parse(expand(c.in))
		var got []string
		for _, i := range issues {
			got = append(got, fmt.Sprintf("%s@%d", i.Kind, i.Offset))
		}
		if list := strings.Join(got, ", "); list != c.issues {
			t.Errorf("%s\n issues %q\n want   %q", c.in, list, c.issues)
		}
		if err != nil || c.err != "" {
			if text := strings.TrimPrefix(fmt.Sprint(err), "magnet link: "); text != expand(c.err) {
				t.Errorf("%s\n error %q\n want  %q", c.in, text, c.err)
			}
			continue
		}
		if s := short.Replace(l.String()); s != c.want {
			t.Errorf("%s\n gives %s\n want  %s", c.in, s, c.want)
		}
	}
	if len(links) < 120 {
		t.Errorf("only %d links in the table", len(links))
	}
}

func TestRepairIsIdempotent(t *testing.T) {
	t.Parallel()
	for _, c := range links {
		checkIdempotent(t, expand(c.in))
	}
}

// checkIdempotent holds that a link in normal form reads as the same link, without loss.
func checkIdempotent(t *testing.T, in string) {
	l, _, err := Parse(in)
	if err != nil {
		return
	}
	fixed := l.String()
	again, issues, err := Parse(fixed)
	if err != nil {
		t.Fatalf("%q is fixed to %q, which does not parse: %v", in, fixed, err)
	}
	for _, i := range issues {
		if i.Lost() {
			t.Errorf("%q is fixed to %q, which loses: %v", in, fixed, i)
		}
	}
	if d := l.Diff(again); len(d) > 0 {
		t.Errorf("%q is fixed to %q, which differs: %+v", in, fixed, d)
	}
	if twice := again.String(); twice != fixed {
		t.Errorf("fixing twice:\n %q\n %q\n %q", in, fixed, twice)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range links {
		f.Add(expand(c.in))
	}
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) < 1<<16 {
			checkIdempotent(t, in)
		}
	})
}

func TestParseBounds(t *testing.T) {
	t.Parallel()
	if _, _, err := Parse("magnet:?" + strings.Repeat("a", MaxLength)); err == nil {
		t.Error("a link longer than MaxLength is accepted")
	}
	for name, part := range map[string]string{"empty": "&", "unknown": "&a", "entity": "&amp;", "ranges": "&so=1,3,5", "trackers": "&tr=x", "tag": "<", "magnet": " magnet:"} {
		in := "magnet:?xt=urn:btih:" + hashH
		in += strings.Repeat(part, (MaxLength-len(in))/len(part))
		_, issues, err := Parse(in)
		if err != nil && name != "tag" && name != "magnet" {
			t.Errorf("%s: %v", name, err)
		}
		if len(issues) > maxIssues+1 {
			t.Errorf("%s: %d issues", name, len(issues))
		}
	}
}

func TestSameTorrent(t *testing.T) {
	t.Parallel()
	parse := func(s string) Link {
		l, _, err := Parse(expand(s))
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	for _, c := range []struct {
		a, b        string
		same, equal bool
	}{
		{"magnet:?xt=urn:btih:{h}&dn=a", "{b}", true, false},
		{"magnet:?xt=urn:btih:{H}", "{b}", true, true},
		{"magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{g}", false, false},
		{"magnet:?xt=urn:btih:{h}", "magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", true, false},
		{"magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{x}", "magnet:?xt=urn:btih:{h}&xt=urn:btmh:1220{w}", false, false},
		{"magnet:?xt=urn:btih:" + hashW[:40], "{w}", true, false},
		{"magnet:?xt=urn:btih:{h}", "{w}", false, false},
		{"magnet:?xs=urn:btpk:{k}", "magnet:?xs=urn:btpk:{k}&s=00", false, false},
		{"magnet:?xs=urn:btpk:{k}", "magnet:?xs=urn:btpk:{k}&dn=x", true, false},
	} {
		a, b := parse(c.a), parse(c.b)
		if a.SameTorrent(b) != c.same || b.SameTorrent(a) != c.same || (len(a.Diff(b)) == 0) != c.equal {
			t.Errorf("%s and %s: same %v, differ by %v; want %v, %v", c.a, c.b, a.SameTorrent(b), a.Diff(b), c.same, c.equal)
		}
	}
}

// What base32 passes over, and what is shorter in upper case, is no digit.
func TestNotBase32(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"CIQGCYLBMFQWCYLBMFQWCYLBMFQWCYſ", "CIQGCYLBMFQWCYLBMFQWCYLBMFQWCYI\n", "CIQGCYLBMFQWCYLBMFQWCYLBMFQWCYI="} {
		if l, _, err := Parse(s); err == nil {
			t.Errorf("%q is read as %v", s, l)
		}
	}
}
