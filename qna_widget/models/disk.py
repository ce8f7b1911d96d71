"""Failures of a file system: which of them are the disk's own, and what they are called."""

from __future__ import annotations

import errno
from typing import Final

DISK_ERRORS: Final = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EIO,
    errno.ENOTDIR,
}  # fmt: skip
REASONS: Final = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "no file may be that large",
    errno.EACCES: "writing is not permitted",
    errno.EPERM: "writing is not permitted",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "a part of that path is a file",
    errno.EEXIST: "a file, or a link that leads nowhere, has that name",
    errno.ELOOP: "its links lead in a circle",
    errno.ENAMETOOLONG: "that name is too long",
    errno.ENOENT: "no folder can be made there",
}
