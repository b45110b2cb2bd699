"""The commands of `obole`, by trade. Each opens the books, calls one domain function and tells what came of it."""
