# Path validation, revocation, identity.
noinst_LIBRARIES += libtrust.a
libtrust_a_SOURCES =
