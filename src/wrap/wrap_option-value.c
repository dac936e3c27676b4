#include "wrap/wrap_option-value.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "wrap/wrap_option-table.h"

/* With the zero; linux/tcp.h. */
#define CONGESTION_MAX 16

static int
fail(int error)
{
	errno = error;
	return -1;
}

int
wrap_option_value_write(const void *from, size_t size, void *value,
    socklen_t *length)
{
	if (length == NULL)
		return fail(EFAULT);
	if ((int)*length < 0)
		return fail(EINVAL);
	if (size < *length)
		*length = (socklen_t)size;
	if (*length == 0)
		return 0;
	if (value == NULL)
		return fail(EFAULT);
	memcpy(value, from, *length);
	return 0;
}

int
wrap_option_value_write_int(int level, int number, void *value,
    socklen_t *length)
{
	unsigned char byte = (unsigned char)number;

	if (level == IPPROTO_IP && length != NULL && *length > 0 &&
	    *length < sizeof(number) && number >= 0 && number <= UCHAR_MAX)
		return wrap_option_value_write(&byte, sizeof(byte), value,
		    length);
	return wrap_option_value_write(&number, sizeof(number), value,
	    length);
}

int
wrap_option_value_read_int(int level, const void *value, socklen_t length,
    int *number_r)
{
	const unsigned char *byte = value;

	if ((int)length < 0 || (length < sizeof(*number_r) &&
	    level != IPPROTO_IP))
		return fail(EINVAL);
	if (length == 0) {
		*number_r = 0;
		return 0;
	}
	if (value == NULL)
		return fail(EFAULT);
	if (length < sizeof(*number_r))
		*number_r = *byte;
	else
		memcpy(number_r, value, sizeof(*number_r));
	return 0;
}

int
wrap_option_value_write_congestion(int number, void *value,
    socklen_t *length)
{
	char name[CONGESTION_MAX] = { 0 };

	strncpy(name, wrap_option_table_congestion_name(number),
	    sizeof(name) - 1);
	return wrap_option_value_write(name, sizeof(name), value, length);
}

int
wrap_option_value_read_congestion(const void *value, socklen_t length,
    int *number_r)
{
	if ((int)length < 1)
		return fail(EINVAL);
	if (value == NULL)
		return fail(EFAULT);
	*number_r = wrap_option_table_congestion(value,
	    length < CONGESTION_MAX ? length : CONGESTION_MAX - 1);
	return *number_r < 0 ? fail(ENOENT) : 0;
}

int
wrap_option_value_write_info(bool listener, void *value, socklen_t *length)
{
	struct tcp_info info = { .tcpi_state = TCP_LISTEN };

	if (!listener) {
		info = (struct tcp_info){
			.tcpi_state = TCP_ESTABLISHED,
			.tcpi_rto = 200000,	/* microseconds */
			.tcpi_ato = 40000,
			.tcpi_snd_mss = 1448,
			.tcpi_rcv_mss = 1448,
			.tcpi_pmtu = 1500,
			.tcpi_snd_ssthresh = INT_MAX,
			.tcpi_snd_cwnd = 10,
			.tcpi_advmss = 1448,
			.tcpi_reordering = 3,
		};
	}
	return wrap_option_value_write(&info, sizeof(info), value, length);
}

int
wrap_option_value_write_cred(void *value, socklen_t *length)
{
	const struct ucred nobody = { 0, (uid_t)-1, (gid_t)-1 };

	return wrap_option_value_write(&nobody, sizeof(nobody), value,
	    length);
}
