# The benchmark's torf: two threads, as many as others get.
#
#   torf.py version
#   torf.py create v1 PIECE-LENGTH PATH OUTPUT
#   torf.py verify TORRENT PATH
import sys

import torf

command, *rest = sys.argv[1:]
if command == "version":
    print("torf", torf.__version__)
elif command == "create":
    _, piece_length, path, output = rest
    torrent = torf.Torrent(path=path, piece_size=int(piece_length), created_by=None)
    torrent.generate(threads=2)
    torrent.write(output, overwrite=True)
else:
    torrent, path = rest
    if not torf.Torrent.read(torrent).verify(path, threads=2):
        sys.exit("the content is not that of the torrent")
