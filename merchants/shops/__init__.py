"""The register of shops: importing, opt-in, tills."""
