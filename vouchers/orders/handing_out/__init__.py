"""Files of sheets, lists of links, reminders, replacements."""
