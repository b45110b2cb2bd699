"""What those who run a programme look at: sums by week, trade, commune and campaign. Nobody is named but shops."""
