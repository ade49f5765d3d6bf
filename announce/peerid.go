package announce

import (
	"bytes"
	"strings"
)

// ClientName names the program that a peer id belongs to (BEP 20), with its
// version where that is encoded, like "qBittorrent 4.6.0"; "" where the id
// follows no known style.
func ClientName(id []byte) string {
	if len(id) != 20 {
		return ""
	}
	if id[0] == '-' && id[7] == '-' {
		return azureus(string(id[1:3]), string(id[3:7]))
	}
	if id[0] == 'M' && bytes.Count(id[:8], []byte{'-'}) >= 2 {
		return "Mainline " + strings.Trim(strings.ReplaceAll(string(id[1:8]), "-", "."), ".")
	}
	if name := shadow(id[0]); name != "" && bytes.HasPrefix(id[6:], []byte("---")) {
		return name + " " + dotted(strings.TrimRight(string(id[1:6]), "-"))
	}
	switch {
	case bytes.HasPrefix(id, []byte("exbc")):
		return "BitComet"
	case bytes.HasPrefix(id, []byte("XBT")):
		return "XBT"
	case bytes.HasPrefix(id, []byte("OP")):
		return "Opera"
	case bytes.HasPrefix(id, []byte("-ML")):
		return "MLdonkey"
	case bytes.HasPrefix(id, []byte("A2-")):
		return "aria2 " + strings.Trim(strings.ReplaceAll(string(id[3:8]), "-", "."), ".")
	}
	return ""
}

func azureus(code, version string) string {
	const known = "AG=Ares AR=Arctic AX=BitPump AZ=Vuze BB=BitBuddy BC=BitComet BE=Baretorrent BF=Bitflu BG=BTG BI=BiglyBT BT=BitTorrent " +
		"BW=BitWombat BX=BittorrentX CD=Enhanced_CTorrent CT=CTorrent DE=Deluge EB=EBit ES=electric_sheep FC=FileCroc FD=Free_Download_Manager " +
		"FG=FlashGet FW=FrostWire FX=Freebox GS=GSTorrent HL=Halite KG=KGet KT=KTorrent LC=LeechCraft LH=LH-ABC LP=Lphant LT=libtorrent " +
		"lt=rTorrent LW=LimeWire MG=MediaGet MO=MonoTorrent MP=MooPolice MR=Miro NX=Net_Transport PD=Pando PI=PicoTorrent qB=qBittorrent QD=QQDownload " +
		"RT=Retriever SB=Swiftbit SD=Xunlei SS=SwarmScope ST=SymTorrent SZ=Shareaza TB=Torch TN=TorrentDotNET TR=Transmission TS=Torrentstorm " +
		"TT=TuoTorrent tk=torrentkit UL=uLeecher UM=uTorrent_Mac UT=uTorrent UW=uTorrent_Web VG=Vagaa WD=WebTorrent_Desktop WW=WebTorrent " +
		"WY=FireTorrent XL=Xunlei XT=XanTorrent XX=Xtorrent ZT=ZipTorrent"
	if name := listed(known, code); name != "" {
		return name + " " + dotted(version)
	}
	if strings.ContainsFunc(code, func(r rune) bool { return r < '0' || r > 'z' }) {
		return ""
	}
	return code + " " + dotted(version)
}

// dotted writes 4600 as 4.6.0.0; letters count on from 9.
func dotted(version string) string {
	var b strings.Builder
	for i, c := range []byte(version) {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case '0' <= c && c <= '9' || c < '0' || c > 'z':
			if c < 0x21 || c > 0x7e {
				c = '?'
			}
			b.WriteByte(c)
		case 'A' <= c && c <= 'Z':
			n := 10 + c - 'A'
			b.WriteByte('0' + n/10)
			b.WriteByte('0' + n%10)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// shadow names clients that follow the style of BitTornado.
func shadow(code byte) string {
	return listed("A=ABC O=Osprey_Permaseed Q=BTQueue R=Tribler S=Shadow's_client T=BitTornado U=UPnP_NAT", string(code))
}

// listed is the name of a code in a list like "A=ABC B=B_C".
func listed(list, code string) string {
	for entry := range strings.FieldsSeq(list) {
		if name, ok := strings.CutPrefix(entry, code+"="); ok {
			return strings.ReplaceAll(name, "_", " ")
		}
	}
	return ""
}
