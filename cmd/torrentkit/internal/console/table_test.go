package console

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	url := "https://tracker.example/a/very/long/announce"
	for _, tt := range []struct {
		text  string
		width int
		want  []string
	}{
		{"aa bb cc averylongword d", 5, []string{"aa bb", "cc", "avery", "longw", "ord d"}},
		{"  indented text", 10, []string{"  indented", "text"}},
		{"see " + url + " for more", 20, []string{"see", url, "for more"}},
		{"日本語のとても長い名前", 7, []string{"日本語", "のとて", "も長い", "名前"}},
		{"One.Long.Name.Of.Parts", 10, []string{"One.Long.", "Name.Of.", "Parts"}},
		{"fits as  it is", 20, []string{"fits as  it is"}},
	} {
		if got := Wrap(tt.text, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestShortenKeepsWhatDiffers(t *testing.T) {
	var season []string
	for i := range 13 {
		season = append(season, fmt.Sprintf("The.Wonderful.Adventures.of.Nils.Holgersson.S01E%02d.1080p.BluRay.x264-EXAMPLE.mkv", i+1))
	}
	for _, width := range []int{24, 32, 40, 60} {
		texts := shorten(season, width)
		for i, name := range season {
			if episode := fmt.Sprintf("E%02d", i+1); !strings.Contains(texts[name], episode) {
				t.Errorf("in %d columns %s shows as %s, without %s", width, name, texts[name], episode)
			}
		}
	}
	for _, tt := range []struct {
		path  string
		width int
		want  string
	}{
		{"short/name.txt", 20, "short/name.txt"},
		{"A.Folder.That.Is.Long/file.mkv", 20, "A.F…Is.Long/file.mkv"},
		{"folder/A.Name.That.Is.Long.Enough.S01E05.1080p.mkv", 36, "folder/A.Name.Th…gh.S01E05.1080p.mkv"},
		{"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/name of a file.txt", 20, "…/name of a file.txt"},
	} {
		if got := shorten([]string{tt.path}, tt.width)[tt.path]; DisplayWidth(got) > tt.width || got != tt.want {
			t.Errorf("in %d columns %s shows as %q, want %q", tt.width, tt.path, got, tt.want)
		}
	}
}

// Whatever names there are, no two look alike, and all but those that are left whole fit.
func TestShortenTellsApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"Show", "a", "S01E01", "S01E02", "日本語", "Extras", "日本", "disc 1", "disc 2", ".", "x264", "…", "👨\u200d👩\u200d👧", "/", "/", "-"}
	for round := range 300 {
		var names []string
		prefix, suffix := strings.Repeat(parts[round%len(parts)], round%23), strings.Repeat("z.", round%17)
		for range 1 + random.IntN(30) {
			var b strings.Builder
			for range 1 + random.IntN(6) {
				b.WriteString(parts[random.IntN(len(parts))])
			}
			names = append(names, prefix+b.String()+suffix)
		}
		width := 8 + random.IntN(60)
		texts, seen := shorten(names, width), map[string]string{}
		for name, text := range texts {
			if other, ok := seen[text]; ok {
				t.Fatalf("in %d columns %q and %q both show as %q", width, name, other, text)
			}
			seen[text] = name
			if DisplayWidth(text) > width && text != name {
				t.Fatalf("in %d columns %q shows as %q, of %d", width, name, text, DisplayWidth(text))
			}
		}
	}
}

func TestUnitOfAColumn(t *testing.T) {
	for _, tt := range []struct {
		sizes []int64
		want  string
	}{
		{[]int64{5, 700}, "5 B, 700 B"},
		{[]int64{12, 2048}, "12 B, 2,048 B"},
		{[]int64{16 << 10, 4 << 20}, "16 KiB, 4,096 KiB"},
		{[]int64{700_000, 4 << 30}, "0.67 MiB, 4,096.00 MiB"},
		{[]int64{1, 4 << 30}, "<0.01 MiB, 4,096.00 MiB"},
		{[]int64{0, 3 << 29}, "0 MiB, 1,536 MiB"},
		{[]int64{1<<63 - 1}, "8.00 EiB"},
	} {
		u := unitOf(tt.sizes)
		var texts []string
		for _, n := range tt.sizes {
			texts = append(texts, u.format(n))
		}
		if got := strings.Join(texts, ", "); got != tt.want {
			t.Errorf("%d: %s, want %s", tt.sizes, got, tt.want)
		}
	}
}

// No line of a table is longer than the terminal, whatever is in it.
func TestTablesFit(t *testing.T) {
	for width := 30; width <= 130; width += 5 {
		table := NewTable("state", "file", "size", "what")
		for i := range 9 {
			long := strings.Repeat("Some.Name.", i) + fmt.Sprint(i, "/", strings.Repeat("日本語", i), ".mkv")
			table.Row(Text("damaged"), Path(long), Size(int64(i)<<(i*4)), Detail(strings.Repeat("bytes 1-2 ", i)))
		}
		table.Row(Text("ok"), Branch(strings.Repeat("│   ", 30), "deep"), Size(5), Detail(""))
		wide := NewTable("a number", "another number", "a third number", "a name", "yes or no")
		wide.Row(Count(1e12), Count(5), Count(7), Path("the name of something"), Text("yes"))
		for _, x := range []*Table{table, wide} {
			con, stdout, _ := fake()
			con.env.OutTTY, con.Options.Color = true, "never"
			con.env.Width = func() int { return width }
			con.ShowTable(x)
			con.stdout.Flush()
			for line := range strings.Lines(stdout.String()) {
				if n := DisplayWidth(strings.TrimSuffix(line, "\n")); n > width {
					t.Errorf("in %d columns a line of %d: %s", width, n, line)
				}
			}
		}
	}
}
