package metainfo

// TrackerSchemes are the schemes of announce URLs that clients announce over: BEP 3
// and BEP 15, and the WebSockets of peers in browsers.
func TrackerSchemes() []string { return []string{"http", "https", "udp", "ws", "wss"} }

// WebSeedSchemes are the schemes of web seeds: what BEP 19 names, and its TLS.
func WebSeedSchemes() []string { return []string{"http", "https", "ftp"} }
