# Answers questions about torrents with libtorrent. Each line of standard input
# is a JSON object; each line of standard output answers one.
import json
import os
import sys
import time

import libtorrent as lt


def files_below(root):
    if os.path.isfile(root):
        return [(os.path.basename(root), os.path.getsize(root))]
    base = os.path.dirname(root)
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            found.append((os.path.relpath(path, base), os.path.getsize(path)))
    return found


def make(root, piece_length, flags, order):
    storage = lt.file_storage()
    for path, size in order:
        storage.add_file(path, size)
    torrent = lt.create_torrent(storage, piece_length, flags)
    lt.set_piece_hashes(torrent, os.path.dirname(root))
    return lt.bencode(torrent.generate())


def create(q):
    root, piece_length = q["root"], q["piece_length"]
    found = files_below(root)
    if q["format"] == "v1":
        # libtorrent sorts v1 torrents only when it pads them too.
        found.sort(key=lambda f: [os.fsencode(name) for name in f[0].split("/")])
        return make(root, piece_length, lt.create_torrent.v1_only, found)
    if q["format"] == "v2":
        return make(root, piece_length, lt.create_torrent.v2_only, found)
    if q["format"] == "libtorrent-2.1":  # what it makes by default
        return make(root, piece_length, 0, found)
    if q["format"] == "libtorrent-2.1-v1":
        return make(root, piece_length, lt.create_torrent.canonical_files | lt.create_torrent.v1_only, found)
    return make(root, piece_length, lt.create_torrent.canonical_files_no_tail_padding, found)


def inspect(raw):
    info = lt.torrent_info(lt.bdecode(raw))
    storage = info.files()
    hashes = info.info_hashes()
    files = []
    for i in range(storage.num_files()):
        root = storage.root(i) if hashes.has_v2() else None
        files.append({
            "path": storage.file_path(i),
            "length": storage.file_size(i),
            "pad": bool(storage.file_flags(i) & lt.file_flags_t.flag_pad_file),
            "root": root.to_bytes().hex() if root is not None else "",
        })
    return {
        "v1": hashes.v1.to_bytes().hex() if hashes.has_v1() else "",
        "v2": hashes.v2.to_bytes().hex() if hashes.has_v2() else "",
        "name": info.name(),
        "piece_length": info.piece_length(),
        "pieces": info.num_pieces(),
        "files": files,
        "trackers": [t.url for t in info.trackers()],
        "private": info.priv(),
    }


sessions = []


def quiet_session():
    if not sessions:
        sessions.append(lt.session({
            "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
            "listen_interfaces": "", "enable_outgoing_tcp": False, "enable_incoming_tcp": False,
            "enable_outgoing_utp": False, "enable_incoming_utp": False,
        }))
    return sessions[0]


def check(q, raw):
    """The pieces that libtorrent finds good below the folder root. No network is used."""
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(lt.bdecode(raw))
    params.save_path = q["root"]
    params.flags = lt.torrent_flags.stop_when_ready | lt.torrent_flags.upload_mode
    session = quiet_session()
    handle = session.add_torrent(params)
    busy = (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data)
    deadline = time.monotonic() + 30
    status = handle.status(lt.status_flags_t.query_pieces)
    while status.state in busy:
        if status.errc.value() != 0:
            raise RuntimeError(status.errc.message())
        if time.monotonic() > deadline:
            raise RuntimeError("checking takes longer than 30 s")
        time.sleep(0.002)
        status = handle.status(lt.status_flags_t.query_pieces)
    pieces = list(status.pieces)
    session.remove_torrent(handle)
    while handle.is_valid() and time.monotonic() < deadline:
        time.sleep(0.002)
    return pieces


for line in sys.stdin:
    question = json.loads(line)
    try:
        if question["do"] == "create":
            raw = create(question)
            with open(question["output"], "wb") as f:
                f.write(raw)
        else:
            with open(question["torrent"], "rb") as f:
                raw = f.read()
        answer = inspect(raw)
        if question["do"] == "check":
            answer["have"] = check(question, raw)
    except Exception as e:
        answer = {"error": str(e)}
    print(json.dumps(answer), flush=True)
