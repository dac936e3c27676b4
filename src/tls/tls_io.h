/*
 * tls_io.h - the socket's side of a TLS connection: what the library calls
 * back for bytes and for the judgement of certificates.
 *
 * Bytes from the socket are read ahead into a borrowed buffer, so that a
 * record costs one system call; bytes for it go out at once and what the
 * socket does not take waits in another. Embedded in struct tls_conn; the
 * callbacks get a pointer to it as their context.
 */
#ifndef SALLYPORT_TLS_TLS_IO_H
#define SALLYPORT_TLS_TLS_IO_H

#include <stdbool.h>

#include "io/buffer.h"
#include "tls/tls_judge.h"

struct tls_resume;
struct WOLFSSL;
struct WOLFSSL_X509_STORE_CTX;

struct tls_io {
	int fd;
	int error;		/* errno of a failed read or write, or 0 */
	bool started;		/* a first byte came */
	bool clear_text;	/* and it does not begin a TLS record */
	bool end_of_file;	/* the peer's TCP stream ended */
	bool corked;		/* what is to be sent waits in `out` */
	bool more;		/* and another record follows at once */
	bool sealed;		/* our alert is out: nothing else may follow */
	bool alert_held;	/* the library's last word waits in `out` */
	int alert;		/* the one we sent ourselves; TLS_ALERT_NONE */
	bool filled;		/* in this call of the library already */
	bool dry;		/* the socket gave less than there was room */
	bool answered;		/* sent after the last bytes were received */
	bool established;	/* the handshake is over */
	bool may_shake;		/* ... but TLS 1.3 has messages after it */
	bool renegotiation;	/* the client began another one */
	bool flooded;		/* too many records that delivered nothing */
	uint32_t barren;	/* such records since bytes were delivered */
	uint8_t header[5];	/* of the record being received */
	uint8_t header_got;
	uint32_t record_left;	/* bytes of its body still to come */
	bool greeted;		/* the client's hello was answered */
	enum reason refused;	/* or was not, and why */
	bool required;		/* a client without a certificate is refused */
	bool asked;		/* the library has seen a certificate */
	bool judged, presented;
	enum reason reason;	/* the judge's, where judged */
	int64_t not_after;	/* the judge's, where judged */
	struct buffer in, out;
	char *identity, *detail; /* owned; NULL: none */
	struct WOLFSSL *ssl;
	tls_judge_fn *judge;
	void *judge_arg;
	struct tls_resume *resume;	/* not owned */
};

/* Binds socket and library; the memory is the caller's. */
void tls_io_init(struct tls_io *io, int fd, struct WOLFSSL *ssl);
/* Who judges what a client presents, and whether it must present anything. */
void tls_io_set_judge(struct tls_io *io, tls_judge_fn *judge,
    void *judge_arg, bool required);
void tls_io_fini(struct tls_io *io);

/*
 * Before each call of the library that reads: it gets one buffer from the
 * socket, and comes back. A client whose records hold nothing to deliver
 * (KeyUpdate, say) would else keep it, and the event loop, for as long as it
 * sends.
 */
void tls_io_begin(struct tls_io *io);

/* The library delivered plaintext. */
void tls_io_delivered(struct tls_io *io);

/* The handshake is over; from now on renegotiation ends the connection. */
void tls_io_establish(struct tls_io *io, bool may_shake);

/*
 * Says why, in place of what the library said or will say: a plaintext alert
 * that it wrote is held back until the handshake's end, and replaced.
 */
void tls_io_alert(struct tls_io *io, int alert);

/*
 * Holds back what is written until it is flushed, in one piece; what does not
 * fit into a buffer goes out at once.
 */
void tls_io_cork(struct tls_io *io, bool corked);

/*
 * Sends what waits. 1 nothing waits any more, 0 the socket is full, -1 it
 * failed (io->error).
 */
int tls_io_flush(struct tls_io *io);

/* wolfSSL's callbacks; the types are its own. */
int tls_io_receive(struct WOLFSSL *ssl, char *bytes, int size, void *ctx);
int tls_io_send(struct WOLFSSL *ssl, char *bytes, int size, void *ctx);
int tls_io_verify(int library_says, struct WOLFSSL_X509_STORE_CTX *store);

#endif
