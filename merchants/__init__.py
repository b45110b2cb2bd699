"""Who accepts vouchers and gets paid: the programme's rules, shops, tills, settlements."""
