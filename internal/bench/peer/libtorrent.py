# The benchmark's libtorrent, by its module for Python: that of PyPI is 2.1.
#
#   libtorrent.py version
#   libtorrent.py create v1|v2|hybrid PIECE-LENGTH PATH OUTPUT
#   libtorrent.py verify TORRENT PATH
#   libtorrent.py verify-many TORRENTS FOLDER
import os
import sys
import time

import libtorrent as lt

CHECKING = (lt.torrent_status.checking_files, lt.torrent_status.checking_resume_data)


def create(form, piece_length, root, output):
    files = lt.file_storage()
    if os.path.isdir(root):
        paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
        for path in paths:
            name = os.path.join(os.path.basename(root), os.path.relpath(path, root))
            files.add_file(name, os.path.getsize(path))
    else:
        files.add_file(os.path.basename(root), os.path.getsize(root))
    flags = {"v1": lt.create_torrent.v1_only, "v2": lt.create_torrent.v2_only}.get(
        form, lt.create_torrent.canonical_files_no_tail_padding)
    torrent = lt.create_torrent(files, int(piece_length), flags)
    lt.set_piece_hashes(torrent, os.path.dirname(root))
    with open(output, "wb") as f:
        f.write(lt.bencode(torrent.generate()))


def quiet_session():
    off = ("enable_dht", "enable_lsd", "enable_upnp", "enable_natpmp", "enable_outgoing_tcp", "enable_incoming_tcp",
           "enable_outgoing_utp", "enable_incoming_utp")
    return lt.session({"hashing_threads": 2, "listen_interfaces": "", "alert_mask": lt.alert.category_t.status_notification,
                       "active_checking": 2, "active_limit": 1000000, **{name: False for name in off}})


def add(session, torrent, folder):
    params = lt.add_torrent_params()
    params.ti = lt.torrent_info(torrent)
    params.save_path = folder
    params.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
    return session.add_torrent(params)


def verify(torrent, root):
    session = quiet_session()
    handle = add(session, torrent, os.path.dirname(root))
    while handle.status().state in CHECKING:
        session.wait_for_alert(1000)
        session.pop_alerts()
        time.sleep(0.001)
    if not handle.status().is_seeding:
        sys.exit("the content is not that of the torrent")


def verify_many(torrents, folder):
    session = quiet_session()
    waiting = [add(session, os.path.join(torrents, name), folder) for name in os.listdir(torrents)]
    while waiting:
        status = waiting[-1].status()
        if status.state in CHECKING:
            session.pop_alerts()
            time.sleep(0.005)
        elif status.is_seeding:
            waiting.pop()
        else:
            sys.exit("the content is not that of the torrents")


if sys.argv[1] == "version":
    print("libtorrent-py", lt.__version__)
else:
    {"create": create, "verify": verify, "verify-many": verify_many}[sys.argv[1]](*sys.argv[2:])
