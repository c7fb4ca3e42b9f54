"""Where to go on after a form: an address on this site, or nowhere."""


def local_path(wanted: str | None) -> str | None:
    """The path, when a browser will read it as one of ours: `//evil.example` and `/\\evil.example` are elsewhere."""
    if not wanted or not wanted.isprintable() or "\\" in wanted:
        return None
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else None
