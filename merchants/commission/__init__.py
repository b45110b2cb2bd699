"""What shops are charged for a redemption: rules by campaign, shop, trade and programme, from a day on."""
