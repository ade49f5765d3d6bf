package trackers

type scrapeFlags struct {
	trackerFlags
	targetFlags
	full, dht    bool
	dhtNodes     []string
	allowPrivate bool
	failOn       string
}
