"""What a file lies on, where the system tells."""

from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_OF_THE_NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.glusterfs", "fuse.sshfs",
    "fuse.s3fs", "fuse.rclone", "davfs", "fuse.davfs2",
})  # fmt: skip


def network_file_system(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the kind of network file system a file lies on, None if it lies on none, or nobody can tell.

    mounts: the list of what is mounted, as Linux tells it.
    """
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return None
    resolved = path.absolute().resolve()
    best, kind = 0, ""
    for line in lines:
        place, _, rest = line.partition(" - ")
        mounted = Path(_unescaped(place.split()[4]))
        if (resolved == mounted or mounted in resolved.parents) and len(mounted.parts) >= best:
            best, kind = len(mounted.parts), rest.split()[0]
    return kind if kind in _OF_THE_NETWORK else None


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
