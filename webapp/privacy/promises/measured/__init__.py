"""The figures that show whether promises are kept; each module registers its own."""

from webapp.privacy.promises.measured import (
    backups,
    closing,
    copies,
    data,
    downstream,
    mail,
    policy,
    retention,
    security,
    use,
)

__all__ = ["backups", "closing", "copies", "data", "downstream", "mail", "policy", "retention", "security", "use"]
