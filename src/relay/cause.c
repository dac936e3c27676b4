#include "relay/cause.h"

#include <errno.h>
#include <string.h>

#include "relay/chan.h"
#include "tls/tls_conn.h"

enum reason
cause_of_client(const struct chan *client)
{
	if (client->tls != NULL && tls_conn_reason(client->tls) != REASON_OK)
		return tls_conn_reason(client->tls);
	return client->error == 0 || client->error == ECONNRESET ||
	    client->error == EPIPE ? REASON_CLIENT_RESET : REASON_IO;
}

enum reason
cause_of_backend(const struct chan *backend)
{
	return backend->error == ECONNRESET || backend->error == EPIPE ?
	    REASON_BACKEND_RESET : REASON_BACKEND_ERROR;
}

enum reason
cause_of_connect(int error)
{
	return error == ETIMEDOUT ? REASON_BACKEND_TIMEOUT :
	    error == EMFILE || error == ENFILE ? REASON_NO_DESCRIPTORS :
	    error == ENOMEM || error == ENOBUFS ? REASON_NO_MEMORY :
	    error == ECONNRESET || error == EPIPE ? REASON_BACKEND_RESET :
	    REASON_BACKEND_DOWN;
}

const char *
cause_text(const struct chan *chan)
{
	return chan->error != 0 ? strerror(chan->error) : NULL;
}
