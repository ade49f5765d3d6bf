// The benchmark's receiver: asks a server on loopback for equal parts of a file, each over a connection
// of its own, and throws away what comes. It is what receiving costs, and nothing else.
//
//   receive PORT PATH BYTES CONNECTIONS http1|tls|http2
//
// http1 is without TLS; http2 is with it. The answer to each request is one large body.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port, tls, http2;
static const char *path;
static SSL_CTX *context;

struct part { long from, bytes; };
struct conn { int fd; SSL *ssl; };

static void die(const char *what) {
	fprintf(stderr, "receive: %s\n", what);
	exit(1);
}

static size_t get(struct conn *c, void *p, size_t n) {
	ssize_t got = c->ssl ? SSL_read(c->ssl, p, n) : read(c->fd, p, n);
	if (got <= 0)
		die("the connection ended early");
	return got;
}

static void put(struct conn *c, const void *p, size_t n) {
	if ((c->ssl ? SSL_write(c->ssl, p, n) : write(c->fd, p, n)) != (ssize_t)n)
		die("cannot send");
}

// frame appends an HTTP/2 frame (RFC 9113, 4.1).
static char *frame(char *to, int type, int flags, int stream, const void *payload, int n) {
	char head[9] = {n >> 16, n >> 8, n, type, flags, stream >> 24, stream >> 16, stream >> 8, stream};
	memcpy(to, head, 9);
	memcpy(to + 9, payload, n);
	return to + 9 + n;
}

// literal appends a header field with a name of the static table (RFC 7541, 6.2.2).
static char *literal(char *to, int index, const char *value) {
	if (index < 15)
		*to++ = index;
	else
		*to++ = 15, *to++ = index - 15;
	*to++ = strlen(value);
	return stpcpy(to, value);
}

static void ask2(struct conn *c, const char *range) {
	char out[1024], head[512], *end = head, *to = out;
	*end++ = (char)0x82; // GET
	*end++ = (char)0x87; // https
	end = literal(end, 4, path);
	end = literal(end, 1, "localhost");
	end = literal(end, 50, range);
	to = stpcpy(to, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	to = frame(to, 4, 0, 0, "\0\4\x7f\xff\xff\xff\0\5\0\xff\xff\xff", 12); // windows of 2 GiB, frames of 16 MiB
	to = frame(to, 8, 0, 0, "\x7f\xff\0\0", 4);
	to = frame(to, 1, 5, 1, head, end - head); // the request is whole
	put(c, out, to - out);
}

// receive2 counts the bytes of DATA frames, whose payload may be anywhere in what was read.
static void receive2(struct conn *c, char *buf, size_t size, long want) {
	unsigned char head[9];
	size_t have = 0;
	long skip = 0, body = 0;
	while (body < want || skip > 0) {
		size_t n = get(c, buf, size);
		for (char *p = buf; n > 0;) {
			if (skip > 0) {
				size_t some = n < (size_t)skip ? n : (size_t)skip;
				p += some, n -= some, skip -= some;
				continue;
			}
			head[have++] = *p++, n--;
			if (have < 9)
				continue;
			have = 0, skip = head[0] << 16 | head[1] << 8 | head[2];
			if (head[3] == 0)
				body += skip;
			else if (head[3] == 3 || head[3] == 7)
				die("the server resets");
		}
	}
}

static void receive1(struct conn *c, char *buf, size_t size, long want) {
	size_t have = 0;
	char *end = NULL;
	while (end == NULL) {
		have += get(c, buf + have, size - have - 1);
		buf[have] = 0;
		end = strstr(buf, "\r\n\r\n");
	}
	if (strncmp(buf, "HTTP/1.1 206", 12))
		die("the answer is not 206");
	for (want -= have - (end + 4 - buf); want > 0; want -= get(c, buf, size))
		;
}

static void *receive(void *arg) {
	struct part *part = arg;
	struct conn c = {socket(AF_INET, SOCK_STREAM, 0), NULL};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	size_t size = 1 << 20;
	char *buf = malloc(size), range[96], head[512];
	if (connect(c.fd, (void *)&to, sizeof to))
		die("cannot connect");
	if (tls) {
		c.ssl = SSL_new(context);
		SSL_set_fd(c.ssl, c.fd);
		if (http2)
			SSL_set_alpn_protos(c.ssl, (const unsigned char *)"\2h2", 3);
		if (SSL_connect(c.ssl) != 1)
			die("TLS fails");
	}
	snprintf(range, sizeof range, "bytes=%ld-%ld", part->from, part->from + part->bytes - 1);
	if (http2) {
		ask2(&c, range);
		receive2(&c, buf, size, part->bytes);
	} else {
		put(&c, head, snprintf(head, sizeof head, "GET %s HTTP/1.1\r\nHost: localhost\r\nRange: %s\r\n\r\n", path, range));
		receive1(&c, buf, size, part->bytes);
	}
	return NULL;
}

int main(int argc, char **argv) {
	if (argc != 6)
		die("usage: receive PORT PATH BYTES CONNECTIONS http1|tls|http2");
	port = atoi(argv[1]), path = argv[2];
	long bytes = atol(argv[3]), n = atol(argv[4]);
	http2 = !strcmp(argv[5], "http2");
	tls = http2 || !strcmp(argv[5], "tls");
	context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, 256 << 10);
	pthread_t threads[16];
	struct part parts[16];
	for (long i = 0; i < n && i < 16; i++) {
		parts[i] = (struct part){bytes / n * i, i < n - 1 ? bytes / n : bytes - bytes / n * (n - 1)};
		pthread_create(&threads[i], NULL, receive, &parts[i]);
	}
	for (long i = 0; i < n && i < 16; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
