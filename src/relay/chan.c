#include "relay/chan.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/sock.h"
#include "relay/sink.h"
#include "tls/tls_conn.h"

void
chan_close(struct chan *chan)
{
	tls_conn_free(&chan->tls);
	if (chan->fd >= 0)
		close(chan->fd);
	chan->fd = -1;
}

static enum chan_io
from_tls(enum tls_conn_io io)
{
	switch (io) {
	case TLS_CONN_DONE:
		return CHAN_DONE;
	case TLS_CONN_WANT_READ:
		return CHAN_WANT_READ;
	case TLS_CONN_WANT_WRITE:
		return CHAN_WANT_WRITE;
	case TLS_CONN_END:
		return CHAN_END;
	case TLS_CONN_FAILED:
		break;
	}
	return CHAN_FAILED;
}

static enum chan_io
from_errno(struct chan *chan, enum chan_io want)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return want;
	chan->error = errno;
	return CHAN_FAILED;
}

enum chan_io
chan_read(struct chan *chan, void *bytes, size_t size, size_t *n_r)
{
	ssize_t n;

	*n_r = 0;
	if (chan->tls != NULL)
		return from_tls(tls_conn_read(chan->tls, bytes, size, n_r));
	do
		n = recv(chan->fd, bytes, size, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return from_errno(chan, CHAN_WANT_READ);
	/* A send that met the reset has taken it off the socket. */
	if (n == 0 && chan->error == ECONNRESET)
		return CHAN_FAILED;
	if (n == 0 && chan->sink != NULL &&
	    sink_is_cut(chan->sink, chan->fd)) {
		chan->error = ECONNRESET;
		return CHAN_FAILED;
	}
	*n_r = (size_t)n;
	return n == 0 ? CHAN_END : CHAN_DONE;
}

enum chan_io
chan_write(struct chan *chan, const void *bytes, size_t size, size_t *n_r)
{
	enum chan_io rc;
	ssize_t n;

	*n_r = 0;
	if (chan->tls != NULL) {
		rc = from_tls(tls_conn_write(chan->tls, bytes, size, n_r));
		/* What it took it keeps, so some is as good as all. */
		return *n_r > 0 && rc != CHAN_FAILED ? CHAN_DONE : rc;
	}
	do
		n = send(chan->fd, bytes, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return from_errno(chan, CHAN_WANT_WRITE);
	*n_r = (size_t)n;
	return CHAN_DONE;
}

enum chan_io
chan_flush(struct chan *chan)
{
	return chan->tls == NULL ? CHAN_DONE :
	    from_tls(tls_conn_flush(chan->tls));
}

enum chan_io
chan_finish(struct chan *chan)
{
	enum chan_io rc;

	if (chan->tls != NULL && !chan->finish_said)
		tls_conn_finish(chan->tls);
	chan->finish_said = true;
	rc = chan_flush(chan);
	if (rc == CHAN_DONE)
		sock_half_close(chan->fd);
	return rc;
}

enum chan_io
chan_linger(struct chan *chan, size_t *dropped, size_t limit)
{
	enum chan_io io = chan->finish_said ? CHAN_DONE : chan_flush(chan);
	char waste[4096];
	ssize_t n;

	if (io == CHAN_WANT_WRITE || io == CHAN_FAILED)
		return io;
	if (!chan->finish_said)
		sock_half_close(chan->fd);
	chan->finish_said = true;
	while ((n = recv(chan->fd, waste, sizeof(waste), 0)) > 0) {
		*dropped += (size_t)n;
		if (*dropped > limit)
			return CHAN_END;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR) ?
	    CHAN_WANT_READ : CHAN_END;
}

static bool
has_event(const struct chan *chan, short event)
{
	struct pollfd fd = { .fd = chan->fd };

	return poll(&fd, 1, 0) == 1 && (fd.revents & event) != 0;
}

bool
chan_is_reset(const struct chan *chan)
{
	return has_event(chan, POLLERR);
}

bool
chan_is_closed(const struct chan *chan)
{
	return has_event(chan, POLLHUP);
}

bool
chan_pending(const struct chan *chan)
{
	return chan->tls != NULL && tls_conn_pending(chan->tls);
}
