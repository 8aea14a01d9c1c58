"""Why a training loop need not fetch its memory from the system again at every step."""

import numpy as np


def keep_freed_memory() -> None:
    """Let the C library of Linux keep the memory of freed arrays for the next ones.

    At first glibc gives a large array back to the system as soon as it is freed. The next one is
    handed out page by page, each cleared before, which can take longer than the computation that
    fills it. Once an array of up to 32 MB was freed, glibc keeps what is not larger; so one is
    freed here. It is never written to, and so takes no memory. Other systems lose nothing.

    Notes
    -----
    Linux manual page mallopt(3), M_MMAP_THRESHOLD: the dynamic threshold.
    """
    np.empty(31 << 20, dtype=np.uint8)
