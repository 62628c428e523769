"""Keys and time: the local authority made at first start, a seal from a PKCS#12 file, remote
timestamps."""
