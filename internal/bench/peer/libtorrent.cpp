// The benchmark's libtorrent: makes and checks torrents as its documentation
// advises for fast storage, with two hashing threads and without a network.
//
//   libtorrent version
//   libtorrent create v1|v2|hybrid PIECE-LENGTH PATH OUTPUT
//   libtorrent verify TORRENT FOLDER
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/alert_types.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/file_storage.hpp>
#include <libtorrent/session.hpp>
#include <libtorrent/session_params.hpp>
#include <libtorrent/torrent_info.hpp>
#include <libtorrent/torrent_status.hpp>
#include <libtorrent/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;

static lt::settings_pack settings() {
	lt::settings_pack s;
	s.set_int(lt::settings_pack::hashing_threads, 2);
	for (int off : {lt::settings_pack::enable_dht, lt::settings_pack::enable_lsd,
			lt::settings_pack::enable_upnp, lt::settings_pack::enable_natpmp,
			lt::settings_pack::enable_outgoing_tcp, lt::settings_pack::enable_incoming_tcp,
			lt::settings_pack::enable_outgoing_utp, lt::settings_pack::enable_incoming_utp})
		s.set_bool(off, false);
	s.set_str(lt::settings_pack::listen_interfaces, "");
	s.set_int(lt::settings_pack::alert_mask, lt::alert_category::status | lt::alert_category::error);
	return s;
}

// content lists files in one order everywhere; libtorrent's own walk takes the
// order that the file system gives.
static lt::file_storage content(fs::path const& root) {
	lt::file_storage list;
	if (!fs::is_directory(root)) {
		list.add_file(root.filename().string(), std::int64_t(fs::file_size(root)));
		return list;
	}
	std::vector<fs::path> paths;
	for (auto const& e : fs::recursive_directory_iterator(root))
		if (e.is_regular_file()) paths.push_back(e.path());
	std::sort(paths.begin(), paths.end());
	for (auto const& p : paths)
		list.add_file((root.filename() / p.lexically_relative(root)).string(), std::int64_t(fs::file_size(p)));
	return list;
}

static lt::create_flags_t flags(std::string const& format) {
	if (format == "v1") return lt::create_torrent::v1_only;
	if (format == "v2") return lt::create_torrent::v2_only;
#if LIBTORRENT_VERSION_NUM >= 20008
	// No padding after the last file, as versions before had it.
	return lt::create_torrent::canonical_files_no_tail_padding;
#else
	return {};
#endif
}

static int create(std::string const& format, int piece_length, fs::path const& root, char const* output) {
	lt::file_storage list = content(root);
	lt::create_torrent torrent(list, piece_length, flags(format));
	lt::error_code failed;
	lt::set_piece_hashes(torrent, root.parent_path().string(), settings(), [](lt::piece_index_t) {}, failed);
	if (failed) throw std::runtime_error(failed.message());
	std::vector<char> encoded;
	lt::bencode(std::back_inserter(encoded), torrent.generate());
	std::ofstream out(output, std::ios::binary);
	out.write(encoded.data(), std::streamsize(encoded.size()));
	if (!out.flush()) throw std::runtime_error("writing the torrent failed");
	return 0;
}

// verify adds the torrent without resume data, which makes libtorrent check all
// content once, as force_recheck does.
static int verify(std::string const& torrent, std::string const& folder) {
	lt::session session{lt::session_params(settings())};
	lt::add_torrent_params add;
	add.ti = std::make_shared<lt::torrent_info>(torrent);
	add.save_path = folder;
	add.flags &= ~(lt::torrent_flags::paused | lt::torrent_flags::auto_managed);
	lt::torrent_handle handle = session.add_torrent(add);
	for (;;) {
		session.wait_for_alert(std::chrono::seconds(1));
		std::vector<lt::alert*> alerts;
		session.pop_alerts(&alerts);
		for (lt::alert* a : alerts) {
			if (lt::alert_cast<lt::torrent_error_alert>(a) || lt::alert_cast<lt::file_error_alert>(a))
				throw std::runtime_error(a->message());
			if (!lt::alert_cast<lt::torrent_checked_alert>(a)) continue;
			int const ppm = handle.status().progress_ppm;
			std::printf("complete %d.%04d%%\n", ppm / 10000, ppm % 10000);
			std::fflush(stdout);
			std::_Exit(ppm == 1000000 ? 0 : 1); // ending the session is no part of checking
		}
	}
}

int main(int argc, char** argv) try {
	std::string const verb = argc > 1 ? argv[1] : "";
	if (verb == "version") return std::printf("libtorrent %s\n", lt::version()) < 0;
	if (verb == "create" && argc == 6) return create(argv[2], std::atoi(argv[3]), argv[4], argv[5]);
	if (verb == "verify" && argc == 4) return verify(argv[2], argv[3]);
	std::fprintf(stderr, "usage: version | create FORMAT PIECE-LENGTH PATH OUTPUT | verify TORRENT FOLDER\n");
	return 2;
} catch (std::exception const& e) {
	std::fprintf(stderr, "error: %s\n", e.what());
	return 2;
}
