"""The doors: they translate, call one domain function, and translate back."""
