package faults

// story is a command, with what lies in its folder.
type story struct {
	name string
	made string // by sh, after what all stories have
	live string // by sh, in each copy of the folder: what only holds for these very files
	run  string // words of the command line; {tracker} and so on are servers
	feed string // the file that is standard input
	code int    // of the exit, when nothing fails
	// mends says that files are written in place: each byte of them is as it was or as it will be.
	mends bool
	// tells says that the files which are written tell what happened, and are others when something fails.
	tells bool
	// asks says that the command speaks to a server. Its failures are answers of the network, and what it prints is of the
	// moment.
	asks bool
}

// common is in the folder of every story.
const common = `
mkdir -p film/b
seq 20000 | head -c 60000 > film/a.bin
seq 90000 99999 | head -c 40000 > film/b/c.bin
: > film/empty
seq 50000 60000 | head -c 20000 > film/d.bin
torrentkit create -q --no-date -l 16K -o film.torrent film
`

// stories are all commands, and their ways to read and to write.
func stories() []story {
	const damaged = "cp -r film good; printf X | dd of=film/b/c.bin bs=1 seek=30000 conv=notrunc status=none; rm film/d.bin"
	const moved = "mkdir lot; mv film/d.bin lot/other; mv film/b/c.bin lot/c.bin"
	return []story{
		{name: "create", run: "create --no-date -l 16K -o out.torrent film"},
		{name: "create of a file", run: "create --no-date -f v2 -o out.torrent film/a.bin"},
		{name: "create --force", made: "echo old > out.torrent", run: "create --no-date -l 16K --force -o out.torrent film"},
		{name: "create to standard output", run: "create --no-date -f hybrid -l 16K -o - film"},
		{name: "create --journal", run: "create --no-date -f v2 -l 16K --journal j -o out.torrent film"},
		{name: "create --journal again", live: "torrentkit create -q --no-date -f v2 -l 16K --journal j -o old.torrent film; echo more >> film/d.bin",
			run: "create --no-date -f v2 -l 16K --journal j -o out.torrent film"},
		{name: "create --recheck", live: "torrentkit create -q --no-date -f v2 -l 16K --journal j -o old.torrent film",
			run: "create --no-date -f v2 -l 16K --journal j --recheck -o out.torrent film"},
		{name: "create --shard", live: "torrentkit create -q -l 16K --journal one --shard 1/2 film",
			run: "create --no-date -l 16K --journal two --journal one --shard 2/2 film"},
		{name: "create --checksum", run: "create --no-date -l 16K --checksum md5 --checksum sha256 -o out.torrent film"},
		{name: "create --also", run: "create --no-date -l 16K -o out.torrent --also format=v2,output=two.torrent --also source=X,output=three.torrent film"},
		{name: "create --reuse", run: "create --no-date -l 16K --reuse film.torrent -o out.torrent film"},
		{name: "create --gitignore", made: "printf '*.bin\n!a.bin\n' > film/.gitignore; cp film/.gitignore rules; ln -s b/c.bin film/link",
			run: "create --no-date -l 16K --gitignore --ignore-file rules --symlinks follow --io sequential -o out.torrent film"},
		{name: "create --symlinks store", made: "ln -s b/c.bin film/link", run: "create --no-date -l 16K --symlinks store --attributes --align -o out.torrent film"},
		{name: "create --files-from", made: "printf 'a.bin\nb/c.bin\n' > list", run: "create --no-date -l 16K --files-from list -o out.torrent film"},
		{name: "create --jobs", made: "printf 'jobs:\n  - {path: film, output: out.torrent, no-date: true}\n  - {path: film/b, output: two.torrent, no-date: true}\n' > jobs.yaml",
			run: "create --jobs jobs.yaml"},
		{name: "create --preset", made: "printf 'presets:\n  mine:\n    source: X\n    no-date: true\n' > presets.yaml",
			run: "create --presets presets.yaml --preset mine -o out.torrent film"},
		{name: "create --list", run: "create --list film"},
		{name: "create --plan", run: "create --plan film"},
		{name: "create --dry-run", run: "create --dry-run --no-date -o out.torrent film"},
		{name: "create of several", run: "create --no-date -l 16K --name bundle -o out.torrent film/a.bin film/b"},

		{name: "edit", run: "edit -c new film.torrent"},
		{name: "edit --backup", run: "edit -c new --backup .bak film.torrent"},
		{name: "edit --recursive", made: "mkdir -p t/u; cp film.torrent t/a.torrent; cp film.torrent t/u/b.torrent", run: "edit -c new --recursive t"},
		{name: "edit to a folder", made: "mkdir out", run: "edit -c new -o out film.torrent"},
		{name: "edit of a link", made: "mkdir t; mv film.torrent t; ln -s t/film.torrent film.torrent", run: "edit -c new film.torrent"},

		{name: "verify", run: "verify film.torrent"},
		{name: "verify --json", run: "verify --json film.torrent"},
		{name: "verify of damage", made: damaged, run: "verify film.torrent", code: 1},
		{name: "verify of one file", made: "torrentkit create -q -f hybrid -o one.torrent film/a.bin", run: "verify --io sequential --no-cache one.torrent film/a.bin"},
		{name: "verify --journal", run: "verify --journal j film.torrent"},
		{name: "verify --journal again", live: "torrentkit verify -q --journal j film.torrent; touch film/d.bin", run: "verify --journal j film.torrent"},
		{name: "verify --report", run: "verify --force --report junit=r.xml --report sfv=r.sfv --report md5sums=MD5SUMS --report sha256sums=SHA256SUMS film.torrent", tells: true},
		{name: "verify --compare-with", made: damaged, run: "verify --compare-with good --extra film.torrent", code: 1},
		{name: "verify of several", made: "mkdir t; torrentkit create -q --no-date -o t/b.torrent film/b; cp film.torrent t", run: "verify --content . t", code: 1},
		{name: "verify --fix", made: "mv film/d.bin film/b/other; echo long >> film/a.bin", run: "verify --fix film.torrent"},
		{name: "verify --search", made: moved, run: "verify --search lot film.torrent"},
		{name: "verify --link copy", made: moved, run: "verify --search lot --link copy -o out film.torrent"},
		{name: "verify --link hard", made: moved, run: "verify --search lot --link hard -o out film.torrent"},
		{name: "verify --link sym", made: moved, run: "verify --search lot --link sym -o out film.torrent"},
		{name: "verify --repair-from", made: damaged, run: "verify --repair-from good film.torrent", mends: true},
		{name: "verify --repair-from with a journal", made: damaged, live: "torrentkit verify -q --journal j film.torrent || true", run: "verify --repair-from good --journal j film.torrent", mends: true},
		{name: "verify --tar", made: "tar cf film.tar film", run: "verify --tar film.torrent film.tar"},
		{name: "verify --tar of gzip", made: "tar czf film.tgz film", run: "verify --tar film.torrent -", feed: "film.tgz"},
		{name: "verify of standard input", made: "torrentkit create -q -o one.torrent film/a.bin", run: "verify one.torrent -", feed: "film/a.bin"},
		{name: "verify --web-seed", run: "verify --web-seed {web} --full film.torrent", asks: true},
		{name: "verify --repair-from web-seeds", made: damaged, run: "verify --repair-from web-seeds --web-seed {web} film.torrent", mends: true, asks: true},

		{name: "inspect", run: "inspect film.torrent"},
		{name: "inspect of a folder", made: "mkdir t; cp film.torrent t/a.torrent; cp film.torrent t/b.torrent", run: "inspect --json t"},
		{name: "inspect of a URL", run: "inspect {web}film.torrent", asks: true},
		{name: "lint", run: "lint --for libtorrent film.torrent"},
		{name: "lint of a folder", made: "mkdir t; cp film.torrent t/a.torrent; cp film.torrent t/b.torrent", run: "lint --format sarif t"},
		{name: "diff", made: "torrentkit create -q --no-date -f v2 -l 16K -o two.torrent film", run: "diff film.torrent two.torrent", code: 1},
		{name: "diff --common", made: "mkdir t; torrentkit create -q --no-date -f v2 -s X -o t/b.torrent film; torrentkit create -q --no-date -f v2 -o two.torrent film", run: "diff --common t two.torrent"},
		{name: "dump", run: "dump film.torrent"},
		{name: "dump --reverse", made: "torrentkit dump film.torrent > film.json", run: "dump --reverse -o out.torrent film.json"},
		{name: "dump --reverse to standard output", made: "torrentkit dump film.torrent > film.json", run: "dump --reverse -", feed: "film.json"},
		{name: "magnet", run: "magnet film.torrent"},
		{name: "magnet fetch", run: "magnet fetch --no-dht --peer {peer} -o out.torrent {hash}", asks: true},
		{name: "magnet fetch by a tracker", made: "mkdir got; echo {hash} > links", run: "magnet fetch --no-dht --tracker {tracker} --allow-private --list links -o got", asks: true},
		{name: "announce", run: "announce {tracker} film.torrent", asks: true},
		{name: "announce over UDP", run: "announce --list list --timeout 3s", made: "echo {udp} > list", asks: true},
		{name: "scrape", run: "scrape {tracker} {hash}", asks: true},
		{name: "doctor", run: "doctor --only http.status --only http.numwant-1 {tracker}", asks: true},
		{name: "completion", run: "completion bash"},
		{name: "version", run: "version --json"},
	}
}
