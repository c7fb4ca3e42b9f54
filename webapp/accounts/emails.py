"""The emails of this package."""
