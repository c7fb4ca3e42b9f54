"""The figures that show whether promises are kept; each module registers its own."""

from webapp.privacy.promises.measured import copies, data, mail, policy, security, use

__all__ = ["copies", "data", "mail", "policy", "security", "use"]
